//! `modemscope capture`.

use std::process::ExitCode;

/// Arguments of `capture`.
#[derive(Debug, clap::Args)]
pub struct Capture {}

impl Capture {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
