//! The modem's RXD: echo, command lines, data after a prompt (`docs/sim800.md`).
//!
//! Bytes that come while a command runs wait in a bounded queue, as with a modem whose host minds RTS. A line feed right
//! after the carriage return that ended a command is swallowed unless the prompt was out before it came.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::assembly::Assembly;
use super::desk::{Desk, LineState};
use super::faults::Fault;
use super::line;
use super::part::{Part, Parts};
use super::profile::{EarlyData, Junk};
use super::reply::{Code, Done, Failure};
use super::timers::{Timer, TimerId};

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
    /// This many bytes, nothing else.
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

/// Takes the data after a prompt.
type Finish = Box<dyn FnOnce(&mut Parts, &mut Desk, Ended, &[u8]) -> Done + Send>;

/// A command that asks for data.
pub(super) struct Wait {
    /// What invites the host, such as `\r\n> `.
    pub(super) invitation: Vec<u8>,
    ending: Ending,
    /// Bytes are echoed while `ATE1`.
    pub(super) echo: bool,
    finish: Finish,
    /// After this time it ends by itself, and how.
    pub(super) limit: Option<(Duration, Ended)>,
    data: Vec<u8>,
    timer: Option<TimerId>,
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("ending", &self.ending).field("data", &self.data.len()).finish_non_exhaustive()
    }
}

impl Wait {
    /// Asks with `\r\n> `.
    pub(super) fn prompt<P: Part>(
        ending: Ending,
        finish: impl FnOnce(&mut P, &mut Desk, Ended, &[u8]) -> Done + Send + 'static,
    ) -> Self {
        Self::inviting(b"\r\n> ", ending, finish)
    }

    /// Asks with other words.
    pub(super) fn inviting<P: Part>(
        invitation: &[u8],
        ending: Ending,
        finish: impl FnOnce(&mut P, &mut Desk, Ended, &[u8]) -> Done + Send + 'static,
    ) -> Self {
        let finish: Finish = Box::new(move |parts, desk, ended, data| {
            parts.get::<P>().map_or(Done::Gone, |part| finish(part, desk, ended, data))
        });
        let invitation = invitation.to_vec();
        Self { invitation, ending, echo: true, finish, limit: None, data: Vec::new(), timer: None }
    }
}

/// The command line in hand.
#[derive(Debug)]
struct Run {
    number: u64,
    body: Vec<u8>,
    at: usize,
    silent: bool,
}

/// The state of the line.
#[derive(Debug, Default)]
pub(super) struct Uart {
    queue: VecDeque<u8>,
    line: Vec<u8>,
    too_long: bool,
    last_line: Vec<u8>,
    after_cr: bool,
    /// Data have just ended with 1A.
    after_sub: bool,
    wait: Option<Box<Wait>>,
    run: Option<Run>,
    runs: u64,
    last_byte: Duration,
    /// Bytes until the next one is lost.
    loss_in: u32,
}

impl Uart {
    /// How many bytes may come now without loss.
    pub(super) fn room(&self) -> usize {
        QUEUE.saturating_sub(self.queue.len())
    }

    /// Power is gone: forgets all that was in hand.
    pub(super) fn clear(&mut self) {
        *self = Self { last_byte: self.last_byte, runs: self.runs, ..Self::default() };
    }

    /// Tells the desk what the line is doing.
    fn mark(&self, assembly: &mut Assembly) {
        assembly.desk.set_line(LineState { busy: self.run.is_some(), prompting: self.wait.is_some() });
    }

    /// Bytes came from the host.
    pub(super) fn receive(&mut self, assembly: &mut Assembly, bytes: &[u8]) {
        let desk = &mut assembly.desk;
        if desk.has(Fault::Loopback) {
            desk.release(bytes.to_vec());
            return;
        }
        if !desk.power.is_on() || desk.wrong_rate() || desk.has(Fault::AutobaudUnsynced) {
            self.receive_unheard(desk, bytes);
            return;
        }
        for &byte in bytes {
            let pause = desk.value("+CSCLK") == 2 && desk.now() > self.last_byte + SLEEP_AFTER;
            let asleep = pause || desk.sleeps_without_dtr();
            self.last_byte = desk.now();
            let lost = asleep || (desk.has(Fault::LostBytes) && desk.chance().every(&mut self.loss_in, 9));
            if !lost && self.queue.len() < QUEUE {
                self.queue.push_back(byte);
            }
        }
        self.pump(assembly);
    }

    /// Nobody understands these: switched off, or at another rate.
    fn receive_unheard(&mut self, desk: &mut Desk, bytes: &[u8]) {
        if desk.power.is_on() && desk.wrong_rate() && desk.value("E") == 1 {
            desk.transmit(bytes);
        }
        if desk.power.is_booting() {
            let room = self.room();
            self.queue.extend(bytes.iter().copied().take(room));
        }
    }

    /// Looks at waiting bytes until a command runs.
    pub(super) fn pump(&mut self, assembly: &mut Assembly) {
        while assembly.desk.power.is_on() && (self.run.is_none() || self.wait.is_some()) {
            if self.run.is_none() && assembly.typed(&mut self.queue) {
                return;
            }
            let Some(byte) = self.queue.pop_front() else { return };
            if self.wait.is_some() {
                self.data_byte(assembly, byte);
            } else {
                self.command_byte(assembly, byte);
            }
        }
    }

    fn command_byte(&mut self, assembly: &mut Assembly, byte: u8) {
        let after_cr = std::mem::take(&mut self.after_cr);
        let after_sub = std::mem::take(&mut self.after_sub);
        let desk = &mut assembly.desk;
        match byte {
            LF if after_cr => {}
            CR if after_sub && desk.profile().modem.ignores_line_end_of_data() => self.after_cr = true,
            CR => {
                echo(desk, CR);
                self.after_cr = true;
                self.line_complete(assembly);
            }
            LF if desk.profile().uart.lf_terminates => self.line_complete(assembly),
            b'/' if matches!(line::without_controls(&self.line).trim_ascii(), b"A" | b"a") => {
                echo(desk, byte);
                self.line.clear();
                let again = self.last_line.clone();
                self.start(assembly, again);
            }
            _ if i32::from(byte) == desk.value("S5") => {
                echo(desk, byte);
                self.line.pop();
            }
            _ => {
                echo(desk, byte);
                if self.line.len() < LINE + 2 {
                    self.line.push(byte);
                } else {
                    self.too_long = true;
                }
            }
        }
    }

    /// A command line ended: finds its `AT` and starts it.
    fn line_complete(&mut self, assembly: &mut Assembly) {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            self.start(assembly, b"\0".to_vec());
            return;
        }
        let junk = assembly.desk.profile().uart.junk_before_at;
        let line = if junk == Junk::Skipped { line::without_controls(&line) } else { line };
        let found = line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT"));
        let from_at = found.and_then(|at| line.get(at..)).unwrap_or_default();
        if assembly.desk.power.listens_for_rate() && !(from_at.starts_with(b"AT") || from_at.starts_with(b"at")) {
            return;
        }
        let body = line::without_controls(from_at.get(2..).unwrap_or_default());
        match (found, junk) {
            (Some(0), _) | (Some(_), Junk::Skipped) => self.start(assembly, body),
            (Some(_), Junk::Error) => self.start(assembly, b"\0".to_vec()),
            _ => {}
        }
    }

    /// Begins to carry a command line out, a moment later.
    fn start(&mut self, assembly: &mut Assembly, body: Vec<u8>) {
        let desk = &mut assembly.desk;
        self.last_line.clone_from(&body);
        let body = if desk.profile().uart.blanks_in_names { line::without_blanks(&body) } else { body };
        self.runs += 1;
        self.run = Some(Run { number: self.runs, body, at: 0, silent: false });
        // Never under this, however fast: a line feed that belongs to the carriage return must arrive before a prompt opens.
        let latency = desk.delay(desk.profile().times.command_ms).max(Duration::from_micros(250));
        desk.add_timer(desk.now() + latency, Timer::Step);
        self.mark(assembly);
    }

    /// The next commands of the line, until one has to wait.
    pub(super) fn step(&mut self, assembly: &mut Assembly) {
        loop {
            let Some(run) = &mut self.run else { return };
            let cut = line::next(run.body.get(run.at..).unwrap_or_default());
            let call = match cut {
                None if run.silent => return self.end_run(assembly),
                None => {
                    assembly.desk.code(Code::Ok);
                    return self.end_run(assembly);
                }
                Some(Err(line::Malformed)) => {
                    assembly.desk.failure(Failure::Cme(603));
                    return self.end_run(assembly);
                }
                Some(Ok((call, used))) => {
                    run.at += used;
                    call
                }
            };
            let done = assembly.execute(&call);
            if !self.settle(assembly, done) {
                return;
            }
        }
    }

    /// Acts on what became of a command; true when the line goes on at once.
    fn settle(&mut self, assembly: &mut Assembly, done: Done) -> bool {
        let Some(run) = &mut self.run else { return false };
        let desk = &mut assembly.desk;
        match done {
            Done::Ok => run.silent = false,
            Done::Silent => run.silent = true,
            Done::Fail(failure) => {
                desk.failure(failure);
                self.end_run(assembly);
                return false;
            }
            Done::Later(delay, then) => {
                desk.add_timer(desk.now() + delay, Timer::Command(then));
                return false;
            }
            Done::Waiting(limit) => {
                desk.add_timer(desk.now() + limit, Timer::GiveUp(run.number));
                return false;
            }
            Done::Prompt(wait) => {
                self.open_prompt(assembly, wait);
                return false;
            }
            Done::Result(code) => {
                desk.code(code);
                self.end_run(assembly);
                return false;
            }
            Done::Ended => {
                self.end_run(assembly);
                return false;
            }
            Done::Gone => return false,
        }
        true
    }

    /// The command in hand is finished so.
    pub(super) fn finish(&mut self, assembly: &mut Assembly, done: Done) {
        if self.settle(assembly, done) {
            self.step(assembly);
        }
    }

    /// The command line of this number has waited long enough.
    pub(super) fn give_up(&mut self, assembly: &mut Assembly, number: u64) {
        if self.run.as_ref().is_some_and(|run| run.number == number) {
            self.finish(assembly, Done::Fail(Failure::Cme(3)));
        }
    }

    fn end_run(&mut self, assembly: &mut Assembly) {
        self.run = None;
        self.mark(assembly);
        if assembly.desk.power.messages_ready() || assembly.desk.card_state() != Some("READY") {
            assembly.desk.reboot_soon();
        }
        assembly.desk.line_answered();
        assembly.desk.rate_found();
        assembly.desk.say_held_urcs();
        assembly.settle();
        self.pump(assembly);
    }

    fn open_prompt(&mut self, assembly: &mut Assembly, mut wait: Box<Wait>) {
        if assembly.desk.profile().uart.early_data == EarlyData::Lost {
            self.queue.clear();
        } else if std::mem::take(&mut self.after_cr) && self.queue.front() == Some(&LF) {
            self.queue.pop_front();
        }
        self.after_cr = false;
        assembly.desk.transmit(&std::mem::take(&mut wait.invitation));
        if let Some((limit, _)) = wait.limit {
            wait.timer = Some(assembly.desk.add_timer(assembly.desk.now() + limit, Timer::EndOfData));
        }
        self.wait = Some(wait);
        self.mark(assembly);
        self.pump(assembly);
    }

    /// The time of the prompt in hand is over.
    pub(super) fn out_of_time(&mut self, assembly: &mut Assembly) {
        let limit = self.wait.as_ref().and_then(|wait| wait.limit);
        self.end_data(assembly, limit.map_or(Ended::TimedOut, |limit| limit.1));
    }

    /// The prompt in hand is over.
    fn end_data(&mut self, assembly: &mut Assembly, ended: Ended) {
        let Some(wait) = self.wait.take() else { return };
        self.mark(assembly);
        assembly.desk.cancel(wait.timer);
        self.after_sub = ended == Ended::Complete && !matches!(wait.ending, Ending::Length { .. });
        let done = (wait.finish)(&mut assembly.parts, &mut assembly.desk, ended, &wait.data);
        assembly.distribute();
        self.finish(assembly, done);
    }

    fn data_byte(&mut self, assembly: &mut Assembly, byte: u8) {
        let desk = &mut assembly.desk;
        let after_cr = std::mem::take(&mut self.after_cr);
        let Some(wait) = &mut self.wait else { return };
        let echoes = wait.echo;
        let show = |desk: &mut Desk| {
            if echoes {
                echo(desk, byte);
            }
        };
        match (wait.ending, byte) {
            (Ending::Length { wanted }, _) => {
                wait.data.push(byte);
                let complete = wait.data.len() >= wanted;
                show(desk);
                if complete {
                    self.end_data(assembly, Ended::Complete);
                }
            }
            (Ending::Lines { .. }, LF) if after_cr => {}
            (Ending::Lines { .. }, CR) => {
                wait.data.push(byte);
                self.after_cr = true;
                desk.transmit(b"\r\n> ");
            }
            (Ending::Lines { .. }, 0x08) if desk.profile().messages.sms_backspace => {
                wait.data.pop();
                show(desk);
            }
            (Ending::Lines { .. }, SUB) if !desk.profile().messages.sms_text_echo_1a => {
                self.end_data(assembly, Ended::Complete);
            }
            (Ending::Terminator { .. } | Ending::Lines { .. }, SUB | ESC) => {
                show(desk);
                self.end_data(assembly, if byte == SUB { Ended::Complete } else { Ended::Cancelled });
            }
            (Ending::Terminator { limit } | Ending::Lines { limit }, _) => {
                wait.data.push(byte);
                let too_long = wait.data.len() > limit;
                show(desk);
                if too_long {
                    self.end_data(assembly, Ended::TooLong);
                }
            }
        }
    }
}

fn echo(desk: &mut Desk, byte: u8) {
    if desk.value("E") == 1 {
        desk.transmit(&[byte]);
    }
}
