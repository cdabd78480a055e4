//! The `modemscope` command: arguments, window or command line, exit code.

use std::process::ExitCode;

use modemscope::app::faults;
use modemscope::cli::{self, Outcome};
use modemscope::ui;

fn main() -> ExitCode {
    faults::watch();
    match cli::run(cli::arguments()) {
        Outcome::Exit(code) => code,
        Outcome::Window(start) => ui::run(start),
    }
}
