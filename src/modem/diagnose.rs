//! Why it did not work: findings drawn from the bytes of both directions.

use std::time::Duration;

use super::Direction;

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
    /// What a click can do.
    pub offers: Vec<Offer>,
    /// 0 to 100.
    pub confidence: u8,
    /// What was wrong has been put right since (a live session).
    pub resolved: bool,
}

/// What the modem is doing now, from the bytes alone: the modem strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// What is going on.
    pub doing: Doing,
    /// Echo (`ATE`), where the bytes have shown it.
    pub echo: Option<bool>,
    /// `AT+CMEE`, where known.
    pub cmee: Option<u8>,
    /// `AT+CIPMUX`, where known.
    pub cipmux: Option<bool>,
    /// Last `+CSQ` rssi, 0 to 31 or 99.
    pub csq: Option<u8>,
    /// Last registration state of `+CREG`.
    pub creg: Option<u8>,
}

/// The modem's activity, for the strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// Nothing is known yet.
    #[default]
    Unknown,
    /// The last command is answered.
    Ready,
    /// A command waits for its final result.
    Waiting {
        /// The command line, as sent, without its line end.
        command: String,
        /// When its line end was sent.
        since: Duration,
        /// The longest the manual gives it.
        allowed: Option<Duration>,
    },
    /// The modem waits for data (`> ` or `DOWNLOAD`).
    Prompt {
        /// When the prompt came.
        since: Duration,
        /// Bytes of data sent so far.
        typed: u64,
        /// How many it wants, for fixed lengths; `None` where 0x1A ends the data.
        wants: Option<u64>,
        /// The last byte sent was not the terminator and looks like one typed as text.
        lookalike: bool,
    },
    /// A connection is open and nothing else is going on.
    Connected {
        /// `host:port`, as far as the command said.
        peer: String,
    },
    /// Transparent mode: every byte is data.
    Transparent,
}

/// Draws findings from the bytes of a session, live or after the fact.
///
/// The chunk law holds: how received bytes were split changes nothing.
#[derive(Debug, Default)]
pub struct Diagnoser {
    findings: Vec<Finding>,
    strip: Strip,
}

impl Diagnoser {
    /// A diagnoser that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes came from the modem. `at` is the time since the session began, `None` where a log has no times.
    pub fn received(&mut self, _bytes: &[u8], _at: Option<Duration>) {}

    /// Bytes went to the modem. All parts of one Send carry the same `send` number; they count as one write.
    pub fn sent(&mut self, _bytes: &[u8], _send: u64, _at: Option<Duration>) {}

    /// Time passed without bytes. Call at [`Self::next_deadline`].
    pub fn tick(&mut self, _now: Duration) {}

    /// When [`Self::tick`] has something to say next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        None
    }

    /// The log ends here: rules about absence decide now.
    pub fn finish(&mut self) {}

    /// All findings so far, in order of their first evidence.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What the modem is doing now.
    #[must_use]
    pub fn strip(&self) -> &Strip {
        &self.strip
    }
}
