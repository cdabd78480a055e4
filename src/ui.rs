//! The window. One file a panel; only here and in `main.rs` is egui known.
//!
//! A panel owns its drafts and its scroll position, gets a read-only view of [`crate::app::State`] and pushes
//! [`crate::app::Command`]s. No panel changes the state. Every widget has a label: the accessibility tree is what screen
//! readers read and what the tests click.

mod ask;
mod bytes;
mod closing;
mod commands;
mod find_bar;
mod findings;
mod glyphs;
mod icons;
mod keyboard;
mod lines;
mod log;
mod macros;
mod parts;
mod port_bar;
mod run_card;
mod send_box;
mod server;
mod start_page;
mod startup;
mod strip;
mod theme;
mod toasts;
mod tools;
mod window;

pub use startup::run;
pub use window::Window;
