//! The simulated modem behind a port, on the board's time.

use std::collections::VecDeque;
use std::time::Duration;

use super::time::Nanos;
use crate::simulator::{Modem, Profile, Rig};
use crate::vocabulary::{Call, Line, Role, known};

/// When the modem was switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sketch) enum SwitchedOn {
    /// A minute ago: it is booted and registered, as on a bench.
    Before,
    /// With the board.
    WithTheBoard,
}
/// The modem's serial port hands on what has come when the line was still for as long as four bytes take, as such a FIFO does. So a
/// line is echoed whole, behind its end: on the monitors of those who work a SIM800L through a `SoftwareSerial`, deaf while it
/// sends, the echoes are whole.
const STILL_FOR: Nanos = 4;
/// It also hands on what has come when its buffer is full: nobody needs to be still for it to hear.
const BUFFER: usize = 1024;

/// No line that sets the rate is longer.
const LONGEST_RATE: usize = 64;

#[derive(Debug)]
pub(in crate::sketch) struct ModemSide {
    rig: Rig,
    /// How long the modem has been running when the sketch begins.
    ahead: Duration,
    /// Its rate; `None` until the sketch has shown its own.
    pub(crate) baud: Option<u32>,
    /// Bytes on their way to it, with the time at which they are in.
    towards: VecDeque<(Nanos, u8)>,
    /// Bytes on their way from it: start, end, byte.
    coming: VecDeque<(Nanos, Nanos, u8)>,
    /// The last of those that are over, for the level of the line.
    past: VecDeque<(Nanos, Nanos, u8)>,
    line_free: Nanos,
    /// The last line that was sent to it, for `AT+IPR=`.
    line: Vec<u8>,
}

impl ModemSide {
    pub(crate) fn new(profile: Profile, seed: u64, on: SwitchedOn) -> Self {
        let mut rig = Rig::new(Modem::new(profile.with(|profile| profile.uart.paced = false), seed));
        let ahead = match on {
            SwitchedOn::Before => Duration::from_mins(1),
            SwitchedOn::WithTheBoard => Duration::ZERO,
        };
        if on == SwitchedOn::Before {
            rig.advance(ahead);
            rig.poll_uart();
        }
        let (towards, coming, past) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { rig, ahead, baud: None, towards, coming, past, line_free: 0, line: Vec::new() }
    }

    /// The board's time as the modem counts it, and back.
    fn at(&self, now: Nanos) -> Duration {
        self.ahead + Duration::from_nanos(now)
    }

    fn nanos(&self, time: Duration) -> Nanos {
        Nanos::try_from(time.saturating_sub(self.ahead).as_nanos()).unwrap_or(Nanos::MAX)
    }

    /// When a byte to or from it is over.
    pub(crate) fn next_byte(&self) -> Option<Nanos> {
        let coming = self.coming.front().map(|(_, end, _)| *end);
        [self.next_handed_on(), coming].into_iter().flatten().min()
    }

    /// When it takes in what was sent to it.
    fn next_handed_on(&self) -> Option<Nanos> {
        if self.towards.len() >= BUFFER {
            return self.towards.get(BUFFER - 1).map(|(end, _)| *end);
        }
        self.towards.back().map(|(end, _)| end + STILL_FOR * self.byte_time())
    }

    fn byte_time(&self) -> Nanos {
        10_000_000_000 / u64::from(self.baud.unwrap_or(9600).max(1))
    }

    pub(crate) fn next_deadline(&self) -> Option<Nanos> {
        self.rig.next_deadline().map(|due| self.nanos(due))
    }

    /// A byte gets to it at `end`.
    pub(crate) fn queue(&mut self, end: Nanos, byte: u8) {
        self.towards.push_back((end, byte));
    }

    /// Whether its line is high: idle, a stop bit, a set bit.
    pub(crate) fn is_high(&self, at: Nanos) -> bool {
        // In the order of their times: a long answer that is still to come is not looked through.
        let mut begun = self.past.iter().chain(&self.coming).take_while(|(start, _, _)| *start <= at);
        let on_the_line = begun.find(|(_, end, _)| at < *end);
        on_the_line.is_none_or(|(start, end, byte)| frame(*byte) >> ((at - start) * 10 / (end - start).max(1)) & 1 == 1)
    }

    /// When its line falls next, from this time on, as far as is known.
    pub(crate) fn next_fall(&self, from: Nanos) -> Option<Nanos> {
        for (start, end, byte) in self.past.iter().chain(&self.coming).filter(|(_, end, _)| *end > from) {
            let frame = frame(*byte);
            // Bits that are clear behind one that is set; before the start bit the line is high.
            let mut falls = (frame << 1 | 1) & !frame & 0x3FF;
            while falls != 0 {
                let at = start + (end - start) * u64::from(falls.trailing_zeros()) / 10;
                if at >= from {
                    return Some(at);
                }
                falls &= falls - 1;
            }
        }
        None
    }

    /// All that is due until now.
    pub(crate) fn run(&mut self, now: Nanos) {
        if let Some(at) = self.next_handed_on().filter(|at| *at <= now) {
            let ready = self.towards.iter().take(BUFFER).take_while(|(end, _)| *end <= now).count();
            let bytes: Vec<u8> = self.towards.drain(..ready).map(|(_, byte)| byte).collect();
            for line in bytes.split_inclusive(|byte| *byte == b'\r') {
                self.rig.type_in(line, self.at(at));
                self.collect(at);
                self.note_rate(line);
            }
        }
        while let Some(due) = self.rig.next_deadline().filter(|due| *due <= self.at(now)) {
            self.rig.advance(due);
            self.collect(self.nanos(due));
        }
    }

    /// What it says is on the line from `now` on.
    fn collect(&mut self, now: Nanos) {
        let length = self.byte_time();
        for byte in self.rig.poll_uart().unwrap_or_default() {
            let start = self.line_free.max(now);
            self.line_free = start + length;
            self.coming.push_back((start, self.line_free, byte));
        }
    }

    /// The next byte that is in until now.
    pub(crate) fn take_byte(&mut self, now: Nanos) -> Option<(Nanos, Nanos, u8)> {
        self.coming.front().filter(|(_, end, _)| *end <= now)?;
        let byte = self.coming.pop_front()?;
        if self.past.len() > 3 {
            self.past.pop_front();
        }
        self.past.push_back(byte);
        Some(byte)
    }

    /// `AT+IPR=115200` changes its rate once the line is answered: the next piece of one, which ends with it.
    fn note_rate(&mut self, piece: &[u8]) {
        let letters = piece.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).map(u8::to_ascii_uppercase);
        let room = LONGEST_RATE.saturating_sub(self.line.len());
        self.line.extend(letters.take(room));
        if piece.last() != Some(&b'\r') {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let sets_rate = |call: &Call<'_>| known(call.name).is_some_and(|command| command.role == Role::Rate);
        let call = Line::read(&line).and_then(|line| line.calls().find(sets_rate));
        if let Some(rate) = call.and_then(|call| call.number(0)).filter(|rate| *rate >= 300) {
            self.baud = Some(rate);
        }
    }
}

/// Start bit, eight bits from the lowest, stop bit.
fn frame(byte: u8) -> u16 {
    u16::from(byte) << 1 | 0x200
}
