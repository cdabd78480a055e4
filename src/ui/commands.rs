//! What the panels ask for while a frame is drawn: one way for all of them.

use std::any::TypeId;

use super::tools::ToolWindow;
use crate::app::Command;
use crate::modem::diagnose::Evidence;

/// What was asked for in this frame, in the order of asking.
#[derive(Debug, Default)]
pub(super) struct Commands {
    asked: Vec<Command>,
    shows: Vec<Show>,
    closes: bool,
}

/// What the window itself is to show; the state is not changed by it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Show {
    /// These bytes in the log, marked.
    Bytes(Evidence),
    /// The tool window of this type.
    Tool {
        /// Which.
        tool: TypeId,
        /// What it is to show: the name of a macro, a text to import.
        subject: Option<String>,
    },
}

impl Commands {
    /// Asks for this, once all panels are drawn.
    pub(super) fn push(&mut self, command: impl Into<Command>) {
        self.asked.push(command.into());
    }

    /// Shows these bytes in the log.
    pub(crate) fn show_bytes(&mut self, evidence: Evidence) {
        self.shows.push(Show::Bytes(evidence));
    }

    /// Opens a tool window.
    pub(super) fn open<T: ToolWindow>(&mut self) {
        self.shows.push(Show::Tool { tool: TypeId::of::<T>(), subject: None });
    }

    /// Opens a tool window at what it is to show.
    pub(crate) fn open_at<T: ToolWindow>(&mut self, subject: impl Into<String>) {
        self.shows.push(Show::Tool { tool: TypeId::of::<T>(), subject: Some(subject.into()) });
    }

    /// Closes the tool window that asks: what it did stands behind it. (`Ui::close` in it folds it to its title, for good.)
    pub(crate) fn close_tool(&mut self) {
        self.closes = true;
    }

    /// The tool window that was drawn last is to be closed.
    pub(crate) fn take_close(&mut self) -> bool {
        std::mem::take(&mut self.closes)
    }

    /// What the window is to show.
    pub(crate) fn take_shows(&mut self) -> Vec<Show> {
        std::mem::take(&mut self.shows)
    }

    /// What is to be carried out.
    #[must_use]
    pub(crate) fn into_commands(self) -> Vec<Command> {
        self.asked
    }
}
