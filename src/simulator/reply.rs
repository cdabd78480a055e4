//! How answers look on the wire: information text, result codes, unsolicited lines (manual §2.2.25, §3.2.20, §19).

use std::time::Duration;

use super::Modem;
use super::uart::Wait;
use crate::simulator::errors;

/// What became of a command.
#[derive(Debug)]
pub(super) enum Done {
    /// Its part of the line is done; the line ends in OK.
    Ok,
    /// Done, and it has no result of its own: if it is the last of the line, there is no OK.
    Silent,
    /// Refused: the only result of the line.
    Fail(Failure),
    /// It goes on later.
    Later(Duration, fn(&mut Modem, u32) -> Done, u32),
    /// Something else finishes it with [`Modem::finish`]; ERROR after this time.
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

/// Lines that may wait for a command to end; a module has no more room either.
const HELD: usize = 64;

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
    fn texts(self) -> (&'static str, &'static str) {
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

impl Modem {
    /// Information text of a command, or an unsolicited line.
    pub(super) fn info(&mut self, text: impl AsRef<[u8]>) {
        if self.settings.value("V") == 1 {
            self.transmit(b"\r\n");
        }
        self.transmit(text.as_ref());
        self.transmit(b"\r\n");
    }

    /// An unsolicited line. It waits while a command is being answered, so that no answer is torn apart.
    pub(super) fn urc(&mut self, text: impl AsRef<[u8]>) {
        let prompt_allows = self.uart.wait.is_some() && self.profile.urc_at_prompt;
        if self.is_busy() && !prompt_allows {
            if self.uart.held_urcs.len() < HELD {
                self.uart.held_urcs.push(text.as_ref().to_vec());
            }
        } else {
            self.info(text);
        }
    }

    /// What waited for the command to end.
    pub(super) fn say_held_urcs(&mut self) {
        for text in std::mem::take(&mut self.uart.held_urcs) {
            self.info(text);
        }
    }

    /// A result code, unless `ATQ1`.
    pub(super) fn code(&mut self, code: Code) {
        let (verbose, digit) = code.texts();
        if self.settings.value("Q") == 1 {
            return;
        }
        if self.settings.value("V") == 1 {
            self.info(verbose);
        } else {
            self.transmit(digit.as_bytes());
            self.transmit(b"\r");
        }
    }

    /// A failure, as `+CMEE` wants it.
    pub(super) fn failure(&mut self, failure: Failure) {
        let level = self.settings.value("+CMEE");
        let (kind, number, texts) = match failure {
            Failure::Plain => return self.code(Code::Error),
            Failure::Cme(_) if level == 0 => return self.code(Code::Error),
            Failure::Cme(number) => ("+CME", number, errors::CME),
            Failure::Cms(_) if level == 0 && !self.profile.cms_error_without_cmee => return self.code(Code::Error),
            Failure::Cms(number) => ("+CMS", number, errors::CMS),
        };
        if self.settings.value("Q") == 1 {
            return;
        }
        let text = (level == 2).then(|| errors::text(texts, number)).flatten();
        match text {
            Some(text) => self.info(format!("{kind} ERROR: {text}")),
            None => self.info(format!("{kind} ERROR: {number}")),
        }
    }
}
