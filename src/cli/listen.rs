//! `modemscope listen`.

use std::process::ExitCode;

/// Arguments of `listen`.
#[derive(Debug, clap::Args)]
pub struct Listen {}

impl Listen {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
