//! `modemscope sim`.

use std::process::ExitCode;

/// Arguments of `sim`.
#[derive(Debug, clap::Args)]
pub struct Sim {}

impl Sim {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
