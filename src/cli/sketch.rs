//! `modemscope sketch`.

use std::process::ExitCode;

/// Arguments of `sketch`.
#[derive(Debug, clap::Args)]
pub struct Sketch {}

impl Sketch {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
