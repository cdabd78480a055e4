//! `modemscope send`.

use std::process::ExitCode;

/// Arguments of `send`.
#[derive(Debug, clap::Args)]
pub struct Send {}

impl Send {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
