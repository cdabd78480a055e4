//! `modemscope export`.

use std::process::ExitCode;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Export {}

impl Export {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
