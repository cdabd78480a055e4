//! One link's brain: dialog, diagnoses and macro run. Input and time in, output out.
//!
//! Pure: it neither reads nor writes a port, and never reads the clock. The worker (`link::worker`) and the tests drive it.

use std::time::Duration;

use crate::macros::runner::{Report, Values};
use crate::macros::{LineChange, Macro};
use crate::modem::diagnose::Diagnoser;

/// Names one Send; the parts that the operating system takes of it carry it.
pub type SendId = u64;

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// A read returned these bytes.
    Received(&'a [u8]),
    /// The operating system took these next bytes of a Send; `last` when none are left.
    Taken {
        /// Which Send.
        send: SendId,
        /// What was taken.
        bytes: &'a [u8],
        /// Nothing of it is left.
        last: bool,
    },
    /// A Send was given up (cancelled or the link ended) with the rest not taken.
    GivenUp(SendId),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Run macros, one after the other, until one fails. Refused with a failed run while another is in hand.
    RunMacros(Vec<Macro>, Values),
    /// Stop the macro run.
    StopMacro,
    /// Time passed.
    Tick,
}

/// What a session wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Hand these bytes to the port; report with [`Input::Taken`].
    Write {
        /// Which Send.
        send: SendId,
        /// The bytes.
        bytes: Vec<u8>,
        /// Ranges to mask in the capture.
        secret: Vec<std::ops::Range<usize>>,
    },
    /// Set modem lines.
    SetLines(LineChange),
    /// Send a break.
    Break(Duration),
    /// The macro run got on.
    Macro {
        /// Index of the macro in the list that was given.
        index: usize,
        /// What happened.
        report: Report,
    },
    /// The macro run is over: all macros done, one failed, or it was stopped.
    RunEnded {
        /// All macros were done (or left by `on_fail = "skip"`).
        done: bool,
        /// Why a macro could not start: the parameter or step that cannot be filled in.
        problem: Option<String>,
    },
}

/// One link's brain.
#[derive(Debug, Default)]
pub struct Session {
    diagnoser: Diagnoser,
}

impl Session {
    /// A session that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happened.
    pub fn handle_input(&mut self, _input: Input<'_>, _now: Duration) {}

    /// What it wants next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        None
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        None
    }

    /// Findings and the modem strip.
    #[must_use]
    pub fn diagnoser(&self) -> &Diagnoser {
        &self.diagnoser
    }
}
