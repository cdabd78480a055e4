//! Open ports, and the thread that works one. The only room (beside `app`'s files) that touches the outside world.

pub mod discovery;
pub mod settings;
pub mod spec;
pub mod test_server;
pub mod worker;

pub use settings::{DataBits, FlowControl, LineSettings, Parity, StopBits};
pub use spec::LinkSpec;
pub use worker::{Connection, Order, Phase, Status};

/// Called when there is news to show. Never blocks; the window passes one that asks egui for a repaint.
pub type News = std::sync::Arc<dyn Fn() + Send + Sync>;
