//! `modemscope demo`.

use std::process::ExitCode;

use super::Outcome;
use crate::app::Start;

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// The text to send.
    #[arg(long, default_value = "hello")]
    pub text: String,
}

impl Demo {
    /// The window where there is a display, the main job in the terminal otherwise.
    pub fn run(self) -> Outcome {
        if std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some() {
            return Outcome::Window(Start { demo: Some(self.text), ..Start::default() });
        }
        Outcome::Exit(ExitCode::from(2))
    }
}
