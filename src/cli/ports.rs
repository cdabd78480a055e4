//! `modemscope ports`.

use std::process::ExitCode;

/// Arguments of `ports`.
#[derive(Debug, clap::Args)]
pub struct Ports {}

impl Ports {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        ExitCode::from(2)
    }
}
