//! Runs one macro: bytes and time in, wishes out.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{LineChange, Macro};

/// Values of a macro's parameters, by name. Secrets are in here too; nothing prints them.
pub type Values = BTreeMap<String, String>;

/// What the runner wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Send these bytes, then report [`Run::sent`] when the operating system has taken the last of them.
    Send {
        /// The bytes.
        bytes: Vec<u8>,
        /// Ranges of `bytes` that came from secret parameters.
        secret: Vec<std::ops::Range<usize>>,
    },
    /// Set modem lines.
    Set(LineChange),
    /// Send a break.
    Break(Duration),
    /// A step began or ended, for the log and the progress display.
    Report(Report),
}

/// Progress of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Step `step` (0-based, `round` counts repeats from 0) began.
    Began {
        /// Index of the step.
        step: usize,
        /// Which repetition.
        round: u32,
    },
    /// The step ended well.
    Passed {
        /// Index of the step.
        step: usize,
        /// What matched, with its whole line.
        matched: Vec<u8>,
        /// From the step's start.
        took: Duration,
    },
    /// The step failed.
    Failed(Failure),
    /// The run is over.
    Ended(Ending),
}

/// Which step failed, what came instead, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Index of the step.
    pub step: usize,
    /// What was awaited, in notation, any of these.
    pub awaited: Vec<String>,
    /// What came instead: the whole line of a fail pattern, or all that came within the time.
    pub came: Vec<u8>,
    /// True when a fail pattern matched, false when the time ran out.
    pub refused: bool,
    /// Since the run began.
    pub at: Duration,
    /// Since the step began.
    pub took: Duration,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All steps done.
    Done,
    /// A step failed and stopped it.
    Failed(Failure),
    /// A step failed and left this macro (`on_fail = "skip"`).
    Skipped(Failure),
    /// Stopped by the user or by the end of the link.
    Stopped,
}

/// A macro being run.
#[derive(Debug)]
pub struct Run {
    _private: (),
}

impl Run {
    /// Starts a macro. Nothing happens before the first [`Self::poll`].
    ///
    /// # Errors
    /// A sentence naming the parameter or step that cannot be filled in.
    pub fn new(_macro: &Macro, _values: &Values, _now: Duration) -> Result<Self, String> {
        Ok(Self { _private: () })
    }

    /// The operating system has taken the last byte of the step's send.
    pub fn sent(&mut self, _now: Duration) {}

    /// Bytes came from the modem.
    pub fn received(&mut self, _bytes: &[u8], _now: Duration) {}

    /// Time passed. Call at [`Self::next_deadline`].
    pub fn tick(&mut self, _now: Duration) {}

    /// Ends the run at once as [`Ending::Stopped`].
    pub fn stop(&mut self, _now: Duration) {}

    /// The next wish, until `None`.
    pub fn poll(&mut self) -> Option<Wish> {
        None
    }

    /// When [`Self::tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        None
    }

    /// Values kept from answers so far (`keep`), for the macros after this one.
    #[must_use]
    pub fn kept(&self) -> &Values {
        static EMPTY: Values = Values::new();
        &EMPTY
    }
}
