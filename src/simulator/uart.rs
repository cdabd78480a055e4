//! The serial side: echo, command lines, data after a prompt, and the pace and faults of the line (`docs/sim800.md`).
//!
//! Bytes that come while a command runs wait in a bounded queue, as with a modem whose host minds RTS. A line feed right
//! after the carriage return that ended a command is swallowed unless the prompt was out before it came.

use std::collections::VecDeque;
use std::time::Duration;

use super::faults::Fault;
use super::line;
use super::profile::{EarlyData, Junk};
use super::reply::{Code, Done, Failure};
use super::timers::{Timer, TimerId};
use super::{Modem, Output};

const CR: u8 = 0x0D;
const LF: u8 = 0x0A;
const SUB: u8 = 0x1A;
const ESC: u8 = 0x1B;

/// Bytes that wait for the command in hand; more are lost.
const QUEUE: usize = 4096;
/// Longest command line after `AT` (manual §1.4.4).
const LINE: usize = 556;
/// A pause that lets `AT+CSCLK=2` sleep (manual §6.2.20).
const SLEEP_AFTER: Duration = Duration::from_secs(5);

/// What ends the data after a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// 0x1A; ESC cancels; more than `limit` bytes are an error.
    Terminator { limit: usize },
    /// 0x1A, and each CR shows the prompt again (text-mode SMS).
    Lines { limit: usize },
    /// So many bytes, nothing else.
    Length { wanted: usize },
}

/// How the data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Complete,
    Cancelled,
    TooLong,
    TimedOut,
}

/// A command that asks for data.
#[derive(Debug)]
pub(super) struct Wait {
    /// What invites the host, such as `\r\n> `.
    pub(super) invitation: Vec<u8>,
    pub(super) ending: Ending,
    /// Bytes are echoed while `ATE1`.
    pub(super) echo: bool,
    /// Takes the data; the number is the command's own.
    pub(super) finish: fn(&mut Modem, Ended, &[u8], u32) -> Done,
    pub(super) argument: u32,
    /// After this time it ends by itself, and how.
    pub(super) limit: Option<(Duration, Ended)>,
    data: Vec<u8>,
    timer: Option<TimerId>,
}

impl Wait {
    /// Asks with `\r\n> `.
    pub(super) fn prompt(ending: Ending, finish: fn(&mut Modem, Ended, &[u8], u32) -> Done, argument: u32) -> Self {
        Self::inviting(b"\r\n> ", ending, finish, argument)
    }

    /// Asks with other words.
    pub(super) fn inviting(
        invitation: &[u8],
        ending: Ending,
        finish: fn(&mut Modem, Ended, &[u8], u32) -> Done,
        argument: u32,
    ) -> Self {
        let invitation = invitation.to_vec();
        Self { invitation, ending, echo: true, finish, argument, limit: None, data: Vec::new(), timer: None }
    }
}

/// The state of the line.
#[derive(Debug, Default)]
pub(super) struct Uart {
    pub(super) queue: VecDeque<u8>,
    line: Vec<u8>,
    too_long: bool,
    last_line: Vec<u8>,
    after_cr: bool,
    pub(super) wait: Option<Box<Wait>>,
    /// Unsolicited lines that wait for the command in hand.
    pub(super) held_urcs: Vec<Vec<u8>>,
    last_byte: Duration,
    /// Bytes on their way out at the baud's pace.
    pacing: VecDeque<u8>,
    pace_timer: Option<TimerId>,
    /// How much was sent since the last pause, for the fault `overflow-64`.
    burst: usize,
    burst_end: Duration,
    /// Bytes until the next one is lost or has a wrong bit.
    loss_in: u32,
    flip_in: u32,
}

/// The command line in hand.
#[derive(Debug)]
pub(super) struct Run {
    number: u64,
    body: Vec<u8>,
    at: usize,
    silent: bool,
}

impl Modem {
    /// How many bytes [`super::Input::Uart`] may bring now without loss.
    #[must_use]
    pub fn room(&self) -> usize {
        QUEUE.saturating_sub(self.uart.queue.len())
    }

    /// Bytes came from the host.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if self.has(Fault::Loopback) {
            self.release(bytes.to_vec());
            return;
        }
        if !self.power.is_on() || self.has(Fault::WrongBaud) || self.has(Fault::AutobaudUnsynced) {
            self.receive_unheard(bytes);
            return;
        }
        for &byte in bytes {
            let asleep = self.settings.value("+CSCLK") == 2 && self.now > self.uart.last_byte + SLEEP_AFTER;
            self.uart.last_byte = self.now;
            let lost = asleep || (self.has(Fault::LostBytes) && self.rng.every(&mut self.uart.loss_in, 9));
            if !lost && self.uart.queue.len() < QUEUE {
                self.uart.queue.push_back(byte);
            }
        }
        self.pump();
    }

    /// Nobody understands these: switched off, or at another rate.
    fn receive_unheard(&mut self, bytes: &[u8]) {
        if self.has(Fault::WrongBaud) && self.settings.value("E") == 1 {
            self.transmit(bytes);
        }
        if self.power.is_booting() {
            let room = self.room();
            self.uart.queue.extend(bytes.iter().copied().take(room));
        }
    }

    /// Looks at waiting bytes until a command runs.
    pub(super) fn pump(&mut self) {
        while self.power.is_on() && (self.run.is_none() || self.uart.wait.is_some()) {
            if self.run.is_none() && self.transparent_bytes() {
                return;
            }
            let Some(byte) = self.uart.queue.pop_front() else { return };
            if self.uart.wait.is_some() {
                self.data_byte(byte);
            } else {
                self.command_byte(byte);
            }
        }
    }

    fn echo(&mut self, byte: u8) {
        if self.settings.value("E") == 1 {
            self.transmit(&[byte]);
        }
    }

    fn command_byte(&mut self, byte: u8) {
        let after_cr = std::mem::take(&mut self.uart.after_cr);
        match byte {
            LF if after_cr => {}
            CR => {
                self.echo(CR);
                self.uart.after_cr = true;
                self.line_complete();
            }
            LF if self.profile.lf_terminates => self.line_complete(),
            b'/' if matches!(line::without_controls(&self.uart.line).trim_ascii(), b"A" | b"a") => {
                self.echo(byte);
                self.uart.line.clear();
                let again = self.uart.last_line.clone();
                self.start(again);
            }
            _ if i32::from(byte) == self.settings.value("S5") => {
                self.echo(byte);
                self.uart.line.pop();
            }
            _ => {
                self.echo(byte);
                if self.uart.line.len() < LINE + 2 {
                    self.uart.line.push(byte);
                } else {
                    self.uart.too_long = true;
                }
            }
        }
    }

    /// A command line ended: finds its `AT` and starts it.
    fn line_complete(&mut self) {
        let line = std::mem::take(&mut self.uart.line);
        if std::mem::take(&mut self.uart.too_long) {
            self.start(b"\0".to_vec());
            return;
        }
        let skips = self.profile.junk_before_at == Junk::Skipped;
        let line = if skips { line::without_controls(&line) } else { line };
        let found = line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT"));
        let from_at = found.and_then(|at| line.get(at..)).unwrap_or_default();
        if self.autobaud_listens() && !(from_at.starts_with(b"AT") || from_at.starts_with(b"at")) {
            return;
        }
        let body = line::without_controls(from_at.get(2..).unwrap_or_default());
        match (found, self.profile.junk_before_at) {
            (Some(0), _) | (Some(_), Junk::Skipped) => self.start(body),
            (Some(_), Junk::Error) => self.start(b"\0".to_vec()),
            _ => {}
        }
    }

    /// Begins to carry a command line out, a moment later.
    fn start(&mut self, body: Vec<u8>) {
        self.uart.last_line.clone_from(&body);
        let body = if self.profile.blanks_in_names { line::without_blanks(&body) } else { body };
        self.run_number += 1;
        self.run = Some(Run { number: self.run_number, body, at: 0, silent: false });
        // Never under this, however fast: a line feed that belongs to the carriage return must arrive before a prompt opens.
        let latency = self.delay(self.profile.command_ms).max(Duration::from_micros(250));
        self.timers.add(self.now + latency, Timer::Step);
    }

    /// The next commands of the line, until one has to wait.
    pub(super) fn step(&mut self) {
        loop {
            let Some(run) = &mut self.run else { return };
            let cut = line::next(run.body.get(run.at..).unwrap_or_default());
            let call = match cut {
                None if run.silent => return self.end_run(),
                None => {
                    self.code(Code::Ok);
                    return self.end_run();
                }
                Some(Err(line::Malformed)) => {
                    self.failure(Failure::Cme(603));
                    return self.end_run();
                }
                Some(Ok((call, used))) => {
                    run.at += used;
                    call
                }
            };
            let done = self.execute(&call);
            if !self.settle(done) {
                return;
            }
        }
    }

    /// Acts on what became of a command; true when the line goes on at once.
    fn settle(&mut self, done: Done) -> bool {
        let Some(run) = &mut self.run else { return false };
        match done {
            Done::Ok => run.silent = false,
            Done::Silent => run.silent = true,
            Done::Fail(failure) => {
                self.failure(failure);
                self.end_run();
                return false;
            }
            Done::Later(delay, then, argument) => {
                self.timers.add(self.now + delay, Timer::Command(then, argument));
                return false;
            }
            Done::Waiting(limit) => {
                let number = run.number;
                self.timers.add(self.now + limit, Timer::GiveUp(number));
                return false;
            }
            Done::Prompt(wait) => {
                self.open_prompt(wait);
                return false;
            }
            Done::Result(code) => {
                self.code(code);
                self.end_run();
                return false;
            }
            Done::Ended => {
                self.end_run();
                return false;
            }
            Done::Gone => return false,
        }
        true
    }

    /// Finishes the command that answered [`Done::Waiting`].
    pub(super) fn finish(&mut self, done: Done) {
        if self.settle(done) {
            self.step();
        }
    }

    /// The command line of this number has waited long enough.
    pub(super) fn give_up(&mut self, number: u64) {
        if self.run.as_ref().is_some_and(|run| run.number == number) {
            self.finish(Done::Fail(Failure::Cme(3)));
        }
    }

    fn end_run(&mut self) {
        self.run = None;
        if self.power.sms_ready || self.card_state() != Some("READY") {
            self.restart_soon();
        }
        self.autobaud_synced();
        self.say_held_urcs();
        self.deliver();
        self.pump();
    }

    /// A prompt or a command stands in the way of what comes by itself.
    pub(super) fn is_busy(&self) -> bool {
        self.run.is_some()
    }

    fn open_prompt(&mut self, mut wait: Box<Wait>) {
        if self.profile.early_data == EarlyData::Lost {
            self.uart.queue.clear();
        } else if std::mem::take(&mut self.uart.after_cr) && self.uart.queue.front() == Some(&LF) {
            self.uart.queue.pop_front();
        }
        self.uart.after_cr = false;
        self.transmit(&std::mem::take(&mut wait.invitation));
        if let Some((limit, _)) = wait.limit {
            let timer = Timer::Background(|modem, _| modem.out_of_time(), 0);
            wait.timer = Some(self.timers.add(self.now + limit, timer));
        }
        self.uart.wait = Some(wait);
        self.pump();
    }

    fn out_of_time(&mut self) {
        let limit = self.uart.wait.as_ref().and_then(|wait| wait.limit);
        self.end_data(limit.map_or(Ended::TimedOut, |limit| limit.1));
    }

    /// The prompt in hand is over.
    pub(super) fn end_data(&mut self, ended: Ended) {
        let Some(wait) = self.uart.wait.take() else { return };
        if let Some(timer) = wait.timer {
            self.timers.cancel(timer);
        }
        let done = (wait.finish)(self, ended, &wait.data, wait.argument);
        self.finish(done);
    }

    fn data_byte(&mut self, byte: u8) {
        let after_cr = std::mem::take(&mut self.uart.after_cr);
        let echo = self.settings.value("E") == 1;
        let Some(wait) = &mut self.uart.wait else { return };
        let echo = echo && wait.echo;
        match (wait.ending, byte) {
            (Ending::Length { wanted }, _) => {
                wait.data.push(byte);
                let complete = wait.data.len() >= wanted;
                if echo {
                    self.transmit(&[byte]);
                }
                if complete {
                    self.end_data(Ended::Complete);
                }
                return;
            }
            (Ending::Lines { .. }, LF) if after_cr => return,
            (Ending::Lines { .. }, CR) => {
                wait.data.push(byte);
                self.uart.after_cr = true;
                self.transmit(b"\r\n> ");
                return;
            }
            (Ending::Lines { .. }, 0x08) if self.profile.sms_backspace => {
                wait.data.pop();
            }
            (Ending::Lines { .. }, SUB) if !self.profile.sms_text_echo_1a => return self.end_data(Ended::Complete),
            (Ending::Terminator { .. } | Ending::Lines { .. }, SUB | ESC) => {
                if echo {
                    self.transmit(&[byte]);
                }
                return self.end_data(if byte == SUB { Ended::Complete } else { Ended::Cancelled });
            }
            (Ending::Terminator { limit } | Ending::Lines { limit }, _) => {
                wait.data.push(byte);
                if wait.data.len() > limit {
                    if echo {
                        self.transmit(&[byte]);
                    }
                    return self.end_data(Ended::TooLong);
                }
            }
        }
        if echo {
            self.transmit(&[byte]);
        }
    }

    /// Bytes to the host, through the faults of the line and at its pace.
    pub(super) fn transmit(&mut self, bytes: &[u8]) {
        if self.has(Fault::Silent) || self.has(Fault::AutobaudUnsynced) {
            return;
        }
        let bytes = self.damaged(bytes);
        if self.profile.paced {
            self.uart.pacing.extend(bytes);
            if self.uart.pace_timer.is_none() {
                self.pace();
            }
        } else {
            self.release(bytes);
        }
    }

    /// Bytes that leave now.
    fn release(&mut self, bytes: Vec<u8>) {
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
        const SLICE: Duration = Duration::from_millis(2);
        self.uart.pace_timer = None;
        let rate = u32::try_from(self.settings.value("+IPR")).unwrap_or(0);
        let baud = if rate == 0 { 115_200 } else { rate };
        let symbol = Duration::from_secs(10) / baud;
        let count = usize::try_from((SLICE.as_nanos() / symbol.as_nanos().max(1)).max(1)).unwrap_or(1);
        let count = count.min(self.uart.pacing.len());
        let slice: Vec<u8> = self.uart.pacing.drain(..count).collect();
        if slice.is_empty() {
            return;
        }
        let through = symbol * u32::try_from(slice.len()).unwrap_or(1);
        self.release(slice);
        self.uart.pace_timer = Some(self.timers.add(self.now + through, Timer::Background(|modem, _| modem.pace(), 0)));
    }

    /// Bytes that are on their way to the host: what comes from sockets waits until they are few.
    pub(super) fn backlog(&self) -> usize {
        let queued = self.out.iter().map(|output| if let Output::Uart(bytes) = output { bytes.len() } else { 0 });
        queued.sum::<usize>() + self.uart.pacing.len()
    }

    fn damaged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if self.has(Fault::WrongBaud) {
            for byte in &mut bytes {
                *byte = self.rng.byte() | if self.rng.one_in(4) { 0 } else { 0x80 };
            }
        }
        if self.has(Fault::BitErrors) {
            for byte in &mut bytes {
                if self.rng.every(&mut self.uart.flip_in, 25) {
                    *byte ^= 1 << self.rng.between(0, 6);
                }
            }
        }
        if self.has(Fault::Overflow64) {
            if self.now > self.uart.burst_end + Duration::from_millis(5) {
                self.uart.burst = 0;
            }
            self.uart.burst_end = self.now;
            bytes.truncate(64_usize.saturating_sub(self.uart.burst));
            self.uart.burst += bytes.len();
        }
        bytes
    }

    /// Forgets all that was in hand: power is gone.
    pub(super) fn clear_line(&mut self) {
        let last_byte = self.uart.last_byte;
        self.uart = Uart { last_byte, ..Uart::default() };
        self.run = None;
    }
}
