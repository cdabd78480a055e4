//! Further windows: each is a process of its own, with its own port and its own capture.

use std::process::{Child, Command, Stdio};

use super::Runtime;
use crate::app::state::{State, Tone};

/// What a further window is started with, so that it does not hide the first one.
const BESIDE: &str = "--beside";

/// Windows that were opened from this one. They stay when it is closed.
#[derive(Debug, Default)]
pub(super) struct Windows {
    children: Vec<Child>,
}

impl Windows {
    /// Those that were closed are let go.
    pub(super) fn poll(&mut self) {
        self.children.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
    }
}

impl Runtime {
    pub(super) fn new_window(&mut self, state: &mut State) {
        let started =
            std::env::current_exe().and_then(|program| Command::new(program).arg(BESIDE).stdin(Stdio::null()).spawn());
        match started {
            Ok(child) => self.windows.children.push(child),
            Err(error) => state.say(
                Tone::Trouble,
                format!(
                    "No new window: {error}. Start modemscope once more from the menu of the system or a terminal."
                ),
            ),
        }
    }
}
