//! The window. One file a panel; only here and in `main.rs` is egui known.

use std::process::ExitCode;

use crate::app::Start;

/// Opens the window and returns when it is closed.
#[must_use]
pub fn run(_start: Start) -> ExitCode {
    ExitCode::from(3)
}
