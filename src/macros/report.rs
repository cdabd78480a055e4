//! What a run tells of itself: each step as it begins and ends, a failure in full.

use std::time::Duration;

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
        /// What matched, from the start of its line; empty where nothing was awaited.
        matched: Vec<u8>,
        /// From the step's start.
        took: Duration,
    },
    /// The step failed and is run again (`retry`).
    Retrying {
        /// What happened.
        failure: Failure,
        /// Which retry comes now, from 1.
        attempt: u32,
    },
    /// The step failed.
    Failed(Failure),
    /// The run is over.
    Ended(Ending),
}

/// Which step failed, what came instead, when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// Index of the step.
    pub step: usize,
    /// What was awaited, in notation, any of these, as the macro has it.
    pub awaited: Vec<String>,
    /// What came instead: the whole line of a fail pattern, or all that came within the time.
    pub came: Vec<u8>,
    /// True when a fail pattern matched, false when the time ran out.
    pub refused: bool,
    /// Where it was neither: a clause that says what went wrong here (a value that cannot be filled in or kept).
    pub why: Option<String>,
    /// Since the run began.
    pub at: Duration,
    /// Since the step began.
    pub took: Duration,
}

impl Failure {
    /// What happened, without the step: `+CME ERROR: 3` came instead of `\r\n> `, after 0.3 s.
    #[must_use]
    pub(crate) fn what_happened(&self) -> String {
        let after = match self.took.as_millis() {
            millis @ 0..100 => format!("after {millis} ms"),
            _ => format!("after {:.1} s", self.took.as_secs_f64()),
        };
        if let Some(why) = &self.why {
            return format!("{why}, {after}");
        }
        let came = match crate::notation::print(&self.came) {
            nothing if nothing.is_empty() => "nothing came".to_owned(),
            came => format!("`{came}` came"),
        };
        match self.awaited.as_slice() {
            [] => format!("{came}, {after}"),
            [first, _, _, rest @ ..] => {
                format!("{came} instead of `{first}` or {} others, {after}", rest.len() + 2)
            }
            awaited => format!("{came} instead of `{}`, {after}", awaited.join("` or `")),
        }
    }
}

/// One sentence without a full stop, beginning with the step.
impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "step {}: {}", self.step + 1, self.what_happened())
    }
}

impl Report {
    /// The report with its bytes and texts put through these: what is secret in the session stays out of it.
    #[must_use]
    pub fn through(self, bytes: &impl Fn(Vec<u8>) -> Vec<u8>, text: &impl Fn(String) -> String) -> Self {
        let failed = |failure: Failure| Failure {
            awaited: failure.awaited.into_iter().map(text).collect(),
            came: bytes(failure.came),
            why: failure.why.map(text),
            ..failure
        };
        match self {
            Self::Passed { step, matched, took } => Self::Passed { step, matched: bytes(matched), took },
            Self::Retrying { failure, attempt } => Self::Retrying { failure: failed(failure), attempt },
            Self::Failed(failure) => Self::Failed(failed(failure)),
            Self::Ended(Ending::Failed(failure)) => Self::Ended(Ending::Failed(failed(failure))),
            Self::Ended(Ending::Skipped(failure)) => Self::Ended(Ending::Skipped(failed(failure))),
            other @ (Self::Began { .. } | Self::Ended(Ending::Done | Ending::Stopped)) => other,
        }
    }
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
