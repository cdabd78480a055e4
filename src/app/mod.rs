//! What the window can do, without the window: state, commands, their effects, settings. No egui.

pub mod log_feed;
pub mod nano;
pub mod passthrough;

use crate::link::LineSettings;

/// What the window starts with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// A port or a capture file, as typed on the command line.
    pub port: Option<String>,
    /// Line settings given on the command line.
    pub line: Option<LineSettings>,
    /// `demo`: simulator and test server connected, and this text prefilled.
    pub demo: Option<String>,
}
