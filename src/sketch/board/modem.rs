//! The simulated modem behind a port, on the board's time.

use std::collections::VecDeque;
use std::time::Duration;

use super::time::{MICROSECOND, Nanos};
use crate::simulator::{Modem, Profile, Rig};
use crate::vocabulary::{Call, Line, Role, known};

/// How long the modem runs before the sketch begins: it is booted and registered, as on a bench.
const AHEAD: Duration = Duration::from_mins(1);
/// What the modem's own processor needs from a byte to its echo. So the echo of what a `SoftwareSerial` sends comes while it
/// sends the next byte, and is lost.
const LATENCY: Nanos = 300 * MICROSECOND;

#[derive(Debug)]
pub(in crate::sketch) struct ModemSide {
    rig: Rig,
    /// Its rate; `None` until the sketch has shown its own.
    pub(crate) baud: Option<u32>,
    /// Bytes on their way to it, with the time at which they are in.
    towards: VecDeque<(Nanos, u8)>,
    /// Bytes on their way from it: start, end, byte.
    coming: VecDeque<(Nanos, Nanos, u8)>,
    line_free: Nanos,
    /// The last line that was sent to it, for `AT+IPR=`.
    line: Vec<u8>,
}

impl ModemSide {
    /// A modem that has been on for a minute.
    pub(crate) fn new(profile: Profile, seed: u64) -> Self {
        let mut rig = Rig::new(Modem::new(Profile { paced: false, ..profile }, seed));
        rig.advance(AHEAD);
        rig.poll_uart();
        Self { rig, baud: None, towards: VecDeque::new(), coming: VecDeque::new(), line_free: 0, line: Vec::new() }
    }

    fn at(now: Nanos) -> Duration {
        AHEAD + Duration::from_nanos(now)
    }

    /// When a byte to or from it is over.
    pub(crate) fn next_byte(&self) -> Option<Nanos> {
        let towards = self.towards.front().map(|(at, _)| *at);
        let coming = self.coming.front().map(|(_, end, _)| *end);
        [towards, coming].into_iter().flatten().min()
    }

    pub(crate) fn next_deadline(&self) -> Option<Nanos> {
        self.rig.next_deadline().map(nanos)
    }

    /// A byte gets to it at `end`.
    pub(crate) fn queue(&mut self, end: Nanos, byte: u8) {
        self.towards.push_back((end, byte));
    }

    /// A byte from it is on the line; when it is over.
    pub(crate) fn byte_under_way(&self, now: Nanos) -> Option<Nanos> {
        self.coming.front().filter(|(start, end, _)| *start <= now && now < *end).map(|(_, end, _)| *end)
    }

    /// All that is due until now.
    pub(crate) fn run(&mut self, now: Nanos) {
        while let Some((at, byte)) = self.towards.front().copied().filter(|(at, _)| *at <= now) {
            self.towards.pop_front();
            self.note_rate(byte);
            self.rig.type_in(&[byte], Self::at(at));
            self.collect(at);
        }
        while let Some(due) = self.rig.next_deadline().filter(|due| *due <= Self::at(now)) {
            self.rig.advance(due);
            self.collect(nanos(due));
        }
    }

    /// What it says is on the line from `now` on.
    fn collect(&mut self, now: Nanos) {
        let length = 10_000_000_000 / u64::from(self.baud.unwrap_or(9600).max(1));
        for byte in self.rig.poll_uart().unwrap_or_default() {
            let start = self.line_free.max(now + LATENCY);
            self.line_free = start + length;
            self.coming.push_back((start, self.line_free, byte));
        }
    }

    /// The next byte that is in until now.
    pub(crate) fn take_byte(&mut self, now: Nanos) -> Option<(Nanos, Nanos, u8)> {
        self.coming.front().filter(|(_, end, _)| *end <= now)?;
        self.coming.pop_front()
    }

    /// `AT+IPR=115200` changes its rate once the line is answered.
    fn note_rate(&mut self, byte: u8) {
        if byte != b'\r' {
            if self.line.len() < 64 && byte != b'\n' {
                self.line.push(byte.to_ascii_uppercase());
            }
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

fn nanos(time: Duration) -> Nanos {
    Nanos::try_from(time.saturating_sub(AHEAD).as_nanos()).unwrap_or(Nanos::MAX)
}
