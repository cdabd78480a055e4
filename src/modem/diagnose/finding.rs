//! What is found: one thing that is wrong, why, and what to do.

use std::time::Duration;

use crate::modem::Direction;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works by luck, or data is damaged.
    Warning,
    /// It will not work like this.
    Problem,
}

impl Severity {
    /// Its name, as in `diagnose --json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// The bytes a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which stream the offsets count in.
    pub direction: Direction,
    /// Byte offsets within that direction since the session began, end exclusive.
    pub range: std::ops::Range<u64>,
    /// Time of the first of these bytes since the session began, where times are known.
    pub at: Option<Duration>,
}

/// What one click can do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Send these bytes (previewed before they go out).
    Send {
        /// The button's text, such as "Send 1A".
        label: String,
        /// Exactly what would be sent.
        bytes: Vec<u8>,
    },
    /// Start the test server on this computer, for a modem that is simulated on it.
    StartServer {
        /// The port on which it listens.
        port: u16,
    },
    /// Start the search for the modem's baud rate.
    ScanBaud,
    /// Advice only, shown in the window (power supply, wiring).
    Advice(&'static str),
}

/// One thing that is wrong, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's public name, such as `missing-terminator`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence.
    pub title: String,
    /// Why, one sentence.
    pub cause: String,
    /// What to do, one sentence.
    pub fix: String,
    /// The bytes it rests on, in order.
    pub evidence: Vec<Evidence>,
    /// The line of the log that tells it, where that is not among those bytes: the title begins with it.
    pub line: Option<usize>,
    /// What a click can do.
    pub offers: Vec<Offer>,
    /// 0 to 100.
    pub confidence: u8,
    /// What was wrong has been put right since (a live session).
    pub resolved: bool,
}

impl Finding {
    /// Sorts what matters most to the front: what still stands before what is over, problems before warnings and notes. A
    /// stable sort leaves findings of one kind in the order of their bytes, so that a cause stands before what follows from it.
    #[must_use]
    pub fn weight(&self) -> impl Ord + use<> {
        (self.resolved, std::cmp::Reverse(self.severity))
    }

    /// It is a problem or a warning, and not over.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        !self.resolved && self.severity > Severity::Note
    }
}
