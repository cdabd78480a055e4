//! The desk's way to the host: bytes at the line's pace, result codes, unsolicited lines.

use super::{Desk, LineState};
use crate::simulator::Output;
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{News, Part};
use crate::simulator::reply::{self, Code, Done, Failure};

/// Lines that may wait for a command to end; a module has no more room either.
const HELD: usize = 64;

impl Desk {
    pub(in super::super) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// Bytes to the host, through the faults of the line and at its pace.
    pub(in super::super) fn transmit(&mut self, bytes: &[u8]) {
        if self.has(Fault::Silent) || self.has(Fault::AutobaudUnsynced) {
            return;
        }
        let wrong_rate = self.wrong_rate();
        let bytes = self.cycle.transmitter.damaged(bytes, wrong_rate, &self.faults, &mut self.rng, self.now);
        if self.profile.uart.paced {
            if self.cycle.transmitter.wait(bytes) {
                self.pace();
            }
        } else {
            self.release(bytes);
        }
    }

    /// Bytes that leave now, as they are.
    pub(in super::super) fn release(&mut self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        if let Some(Output::Uart(last)) = self.out.back_mut() {
            last.extend(bytes);
        } else {
            self.out.push_back(Output::Uart(bytes));
        }
    }

    /// One slice of the paced bytes leaves; the next follows when it is through.
    fn pace(&mut self) {
        let baud = match u32::try_from(self.cycle.rate) {
            Ok(rate) if rate > 0 => rate,
            _ => 115_200,
        };
        if let Some((slice, through)) = self.cycle.transmitter.slice(baud) {
            self.release(slice);
            self.add(self.now + through, Box::new(|_, desk| desk.pace()));
        }
    }

    /// Bytes that are on their way to the host: what comes from sockets waits until they are few.
    pub(in super::super) fn backlog(&self) -> usize {
        self.spoken() + self.cycle.transmitter.waiting()
    }

    /// Those of them that have left the modem.
    pub(in super::super) fn spoken(&self) -> usize {
        self.out.iter().map(|output| if let Output::Uart(bytes) = output { bytes.len() } else { 0 }).sum()
    }

    /// The rate it works at; 0 takes any.
    pub(in super::super) fn rate(&self) -> u32 {
        u32::try_from(self.cycle.rate).unwrap_or(0)
    }

    /// A command line is answered: a new rate counts from now on.
    pub(in super::super) fn line_answered(&mut self) {
        self.cycle.rate = self.value("+IPR");
    }

    /// The rate of the host's side, where it is known.
    pub(in super::super) fn set_host_rate(&mut self, rate: Option<u32>) {
        self.host_rate = rate;
    }

    /// The host takes DTR away, or gives it.
    pub(in super::super) fn set_dtr(&mut self, on: bool) {
        if std::mem::replace(&mut self.dtr, on) && !on {
            self.tell(News::DtrDropped);
        }
    }

    /// `AT+CSCLK=1`: without DTR the module sleeps and hears nothing.
    pub(in super::super) fn sleeps_without_dtr(&self) -> bool {
        !self.dtr && self.value("+CSCLK") == 1
    }

    /// Both sides use different rates: garbage. Auto-baud takes any.
    pub(in super::super) fn wrong_rate(&self) -> bool {
        let own = u32::try_from(self.cycle.rate).unwrap_or(0);
        self.has(Fault::WrongBaud) || (own > 0 && self.host_rate.is_some_and(|rate| rate != own))
    }

    /// A command is being answered, or a prompt waits.
    pub(in super::super) fn is_busy(&self) -> bool {
        self.cycle.line.busy
    }

    /// A prompt waits for data.
    pub(in super::super) fn prompting(&self) -> bool {
        self.cycle.line.prompting
    }

    pub(in super::super) fn set_line(&mut self, line: LineState) {
        self.cycle.line = line;
    }

    /// Information text of a command, or an unsolicited line.
    pub(in super::super) fn info(&mut self, text: impl AsRef<[u8]>) {
        if self.value("V") == 1 {
            self.transmit(b"\r\n");
        }
        self.transmit(text.as_ref());
        self.transmit(b"\r\n");
    }

    /// An unsolicited line. It waits while a command is being answered, so that no answer is torn apart.
    pub(in super::super) fn urc(&mut self, text: impl AsRef<[u8]>) {
        let prompt_allows = self.cycle.line.prompting && self.profile.uart.urc_at_prompt;
        if self.cycle.line.busy && !prompt_allows {
            if self.cycle.held_urcs.len() < HELD {
                self.cycle.held_urcs.push(text.as_ref().to_vec());
            }
        } else {
            self.info(text);
        }
    }

    /// What waited for the command to end.
    pub(in super::super) fn say_held_urcs(&mut self) {
        for text in std::mem::take(&mut self.cycle.held_urcs) {
            self.info(text);
        }
    }

    /// A result code, unless `ATQ1`.
    pub(in super::super) fn code(&mut self, code: Code) {
        let (verbose, digit) = code.texts();
        if self.value("Q") == 1 {
            return;
        }
        if self.value("V") == 1 {
            self.info(verbose);
        } else {
            self.transmit(digit.as_bytes());
            self.transmit(b"\r");
        }
    }

    /// A failure, as `+CMEE` wants it.
    pub(in super::super) fn failure(&mut self, failure: Failure) {
        match reply::error_text(failure, self.value("+CMEE"), self.profile.replies.cms_error_without_cmee) {
            Some(text) if self.value("Q") == 0 => self.info(text),
            Some(_) => {}
            None => self.code(Code::Error),
        }
    }

    /// Answers with one line: for commands that are asked without arguments.
    pub(in super::super) fn answer(&mut self, call: &Call, text: impl AsRef<[u8]>) -> Done {
        if call.form != Form::Test {
            self.info(text);
        }
        Done::Ok
    }

    /// What the test form of a command answers.
    pub(in super::super) fn test(&mut self, call: &Call, values: &str) -> Done {
        self.info(format!("{}: {values}", call.name));
        Done::Ok
    }

    /// Asks again in a quarter of a second, until `limit_ms` are over.
    pub(in super::super) fn poll_until<P: Part>(
        &mut self,
        waited_ms: u32,
        limit_ms: u32,
        again: fn(&mut P, &mut Desk, u32) -> Done,
        failure: Failure,
    ) -> Done {
        const EVERY: u32 = 250;
        if waited_ms >= limit_ms || self.card_ready().is_err_and(|failure| failure != Failure::Cme(14)) {
            return Done::Fail(failure);
        }
        Done::later(self.delay([EVERY, EVERY]), move |part: &mut P, desk| again(part, desk, waited_ms + EVERY))
    }
}
