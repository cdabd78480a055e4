//! What happens to a session, and what it wants.

use std::ops::Range;
use std::time::Duration;

use super::Rounds;
use crate::macros::runner::{Report, Values};
use crate::macros::{LineChange, Macro};
use crate::modem::Direction;
use crate::modem::passthrough::Way;
use crate::vocabulary::Family;

/// Names one Send; the parts that the operating system takes of it carry it.
pub(crate) type SendId = u64;

/// What happens to a session.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    /// A read returned these bytes, of which these stretches are secret.
    Received {
        /// What came.
        bytes: &'a [u8],
        /// What of it nobody is to quote.
        secret: &'a [Range<usize>],
    },
    /// The operating system took these next bytes of a Send; `last` when none are left.
    Taken {
        /// Which Send.
        send: SendId,
        /// What was taken.
        bytes: &'a [u8],
        /// What of it nobody is to quote.
        secret: &'a [Range<usize>],
        /// Nothing of it is left.
        last: bool,
    },
    /// The bytes received next have framing or parity errors.
    Damaged,
    /// Bytes were lost here, on their way in this direction.
    LeftOut(Direction),
    /// How long the operating system has taken nothing, though nothing on this side holds it back.
    Stalled(Duration),
    /// A Send was given up (cancelled or the link ended) with the rest not taken.
    GivenUp(SendId),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Run macros, one after the other, until one fails. Values kept by one are there for the next.
    RunMacros(Vec<Macro>, Values),
    /// Run macros like that several times; a failure ends it.
    RepeatMacros(Vec<Macro>, Values, Rounds),
    /// Stop the macro run.
    StopMacro,
    /// Find the rate at which the modem answers ([`baud_scan`](crate::modem::baud_scan)).
    ScanBaud,
    /// Try no further rate.
    StopScan,
    /// Check what the way to the modem carries ([`passthrough`](crate::modem::passthrough)), at this rate.
    Check(Way, u32),
    /// End that before its time.
    StopCheck,
    /// From now on what is sent and received is diagnosed, or left out.
    Diagnose(bool),
    /// The modem is of this family; `None`: its words and the commands used tell it.
    Modem(Option<&'static Family>),
    /// The port came back after it was lost.
    Replugged,
    /// Time passed.
    Tick,
    /// The link has ended for good: a run stops, and rules about what is missing decide.
    Ended,
}

/// What a session wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Hand these bytes to the port; report with [`Input::Taken`].
    Write {
        /// Which Send.
        send: SendId,
        bytes: Vec<u8>,
        /// Ranges to mask in the capture.
        secret: Vec<Range<usize>>,
    },
    /// The rest of this Send is not wanted any more: the macro was stopped.
    GiveUp(SendId),
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
    /// A round of a repeated run begins (1-based), or is awaited until `due`.
    Round {
        /// Which.
        round: u32,
        /// When it begins; `None` when it begins now.
        due: Option<Duration>,
    },
    /// The macro run is over: all macros done, one failed, or it was stopped.
    RunEnded {
        /// All macros were done (or left by `on_fail = "skip"`).
        done: bool,
        /// Why a macro could not start: the parameter or step that cannot be filled in.
        problem: Option<String>,
        /// Values kept from answers, by all macros of the run.
        kept: Values,
    },
    /// Set the line to this rate, 8N1, for a probe.
    SetBaud(u32),
    /// The scan is over: set the line as it was before it.
    ScanEnded,
    /// The passthrough check got on.
    CheckNews,
    /// The passthrough check is over.
    CheckEnded,
    /// What was asked cannot be done now, and why.
    Refused(String),
}
