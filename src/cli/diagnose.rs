//! `modemscope diagnose`.

use std::process::ExitCode;

/// Arguments of `diagnose`.
#[derive(Debug, clap::Args)]
pub struct Diagnose {}

impl Diagnose {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
