//! What becomes of a command, and its result codes (manual §2.2.25, §3.2.20, §19).

use std::fmt;
use std::time::Duration;

use super::desk::Desk;
use super::part::Part;
use super::timers::{Then, then};
use super::uart::Wait;
use crate::vocabulary::codes;

/// What became of a command.
pub(super) enum Done {
    /// Its part of the line is done; the line ends in OK.
    Ok,
    /// Done, and it has no result of its own: if it is the last of the line, there is no OK.
    Silent,
    /// Refused: the only result of the line.
    Fail(Failure),
    /// It goes on later.
    Later(Duration, Then),
    /// Something else finishes it with [`Desk::finish`]; ERROR after this time.
    Waiting(Duration),
    /// It asks for data.
    Prompt(Box<Wait>),
    /// The line ends with this code.
    Result(Code),
    /// The line ends; its result was said already.
    Ended,
    /// The modem restarted over it: no result will come.
    Gone,
}

impl Done {
    /// A part goes on with it later.
    pub(super) fn later<P: Part>(delay: Duration, f: impl FnOnce(&mut P, &mut Desk) -> Self + Send + 'static) -> Self {
        Self::Later(delay, then(f))
    }

    /// It goes on later, and needs no part for it.
    pub(super) fn after(delay: Duration, f: impl FnOnce(&mut Desk) -> Self + Send + 'static) -> Self {
        Self::Later(delay, Box::new(|_, desk| f(desk)))
    }
}

impl fmt::Debug for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("Ok"),
            Self::Silent => f.write_str("Silent"),
            Self::Fail(failure) => write!(f, "Fail({failure:?})"),
            Self::Later(delay, _) => write!(f, "Later({delay:?})"),
            Self::Waiting(limit) => write!(f, "Waiting({limit:?})"),
            Self::Prompt(_) => f.write_str("Prompt"),
            Self::Result(code) => write!(f, "Result({code:?})"),
            Self::Ended => f.write_str("Ended"),
            Self::Gone => f.write_str("Gone"),
        }
    }
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Always the plain word.
    Plain,
    /// As `+CMEE` says.
    Cme(u16),
    /// An SMS command's.
    Cms(u16),
}

/// Wrong state or wrong value: the code seen live for nearly all of these.
pub(super) const NOT_ALLOWED: Done = Done::Fail(Failure::Cme(3));

/// Result codes with a number of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Ok,
    Connect,
    Ring,
    NoCarrier,
    Error,
    Busy,
    NoAnswer,
}

impl Code {
    /// With `ATV1` and with `ATV0`.
    pub(super) fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Ok => ("OK", "0"),
            Self::Connect => ("CONNECT", "1"),
            Self::Ring => ("RING", "2"),
            Self::NoCarrier => ("NO CARRIER", "3"),
            Self::Error => ("ERROR", "4"),
            Self::Busy => ("BUSY", "7"),
            Self::NoAnswer => ("NO ANSWER", "8"),
        }
    }
}

/// `+CME ERROR: …` at a level of `+CMEE`; `None` where the plain word is said.
pub(super) fn error_text(failure: Failure, level: i32, cms_always: bool) -> Option<String> {
    let (kind, number, text) = match failure {
        Failure::Plain => return None,
        Failure::Cme(_) if level == 0 => return None,
        Failure::Cme(number) => ("+CME", number, codes::cme_text(number)),
        Failure::Cms(_) if level == 0 && !cms_always => return None,
        Failure::Cms(number) => ("+CMS", number, codes::cms_text(number)),
    };
    Some(match text.filter(|_| level == 2) {
        Some(text) => format!("{kind} ERROR: {text}"),
        None => format!("{kind} ERROR: {number}"),
    })
}
