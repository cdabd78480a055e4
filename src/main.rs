//! The `modemscope` command: arguments, window or command line, exit code.

use std::process::ExitCode;

use clap::Parser;
use modemscope::cli::{self, Outcome};
use modemscope::ui;

fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Outcome::Exit(code) => code,
        Outcome::Window(start) => ui::run(start),
    }
}
