//! The passthrough check: finds out what the way from here through an Arduino to the modem carries, and what loses bytes.
//!
//! Pure: bytes and time in, bursts to send out. Two ways to look: the modem's *echo* (nothing to rewire, letters and digits
//! only, since a modem acts on the rest), or a *jumper* from D7 to D8 with the modem taken off (all 256 values). Bursts of
//! rising length go out in one go. One that comes back damaged goes out again, since a URC may have come in between; damaged
//! twice, it goes out byte by byte, and by the difference the check names the cause.
//!
//! What it never does: send a burst before the other end has answered, so it cannot type into a modem that waits for data;
//! whoever starts it makes sure that no such prompt is known to be open. At the end the modem's echo is as it was found.

mod verdict;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use verdict::Verdict;

/// How the check looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The modem sends back what it gets.
    Echo,
    /// A wire from D7 to D8 does; the modem is taken off.
    Jumper,
}

/// What happens to a check.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Bytes came.
    Received(&'a [u8]),
    /// Time passed.
    Tick,
}

/// What a check wants sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The time from the start of one byte to the start of the next; zero: as fast as the port takes them.
    pub gap: Duration,
}

/// How one burst fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Bytes sent.
    pub sent: usize,
    /// Sent byte by byte, with pauses.
    pub(crate) paced: bool,
    /// With the echo off: only the modem's answer tells whether it arrived.
    pub blind: bool,
    /// Bytes that came back.
    pub returned: usize,
    /// How many of them, from the first on, are right.
    pub(crate) intact: usize,
    /// Whether all arrived.
    pub(crate) fared: Fared,
}

/// Whether all of a burst arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fared {
    /// All came back right, or the modem's answer says that all arrived.
    Whole,
    /// Not, but the same went well at the second try: something came in between, perhaps a URC.
    Excused,
    /// Not.
    Damaged,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What carries how much, and why.
    pub verdict: Verdict,
    /// Burst by burst, in the order they were sent.
    pub rows: Vec<Row>,
}

/// Pause from byte to byte for what has to arrive in any case: twice what a byte takes at 9600 baud.
const SURE: Duration = Duration::from_millis(2);
/// What a byte takes at 9600 baud, the slowest modem side that is expected.
const MODEM_BYTE: Duration = Duration::from_micros(1042);
/// After this silence nothing more comes. Longer than two rounds of a sketch that waits 500 ms in its loop.
const QUIET: Duration = Duration::from_millis(1300);
/// After this silence, when all that was expected came, the next burst goes out.
const SETTLED: Duration = Duration::from_millis(150);
/// An answer that never comes sooner than this is held back by the sketch; a SIM800L answers AT within some 20 ms.
const HELD_BACK: Duration = Duration::from_millis(300);

/// Lengths of the bursts, the CR that ends the line included; a line of the modem holds 556 characters, so the last is
/// three lines long. 1461 is the largest payload and the byte that ends it.
const ECHO_BURSTS: [usize; 6] = [4, 16, 62, 128, 400, 1461];
const JUMPER_BURSTS: [usize; 6] = [4, 16, 62, 128, 256, 1461];
/// How many `+CSQ` stand in the commands that are sent with the echo off: 7, 62 and 302 bytes.
const BLIND_QUERIES: [usize; 3] = [1, 12, 60];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Is there anybody? How many times it was asked before.
    Hello(u8),
    EchoOn,
    Burst(usize),
    /// The burst that was damaged, once more.
    Again(usize),
    /// The burst that was damaged twice, byte by byte.
    PacedBurst(usize),
    EchoOff,
    Blind(usize),
    PacedBlind(usize),
    Restore,
    Done,
}

/// What ends a stage well.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    /// These bytes come back.
    Back(Vec<u8>),
    /// The modem gives a final result.
    Answer,
}

/// One passthrough check.
#[derive(Debug)]
pub struct Check {
    way: Way,
    /// What a byte takes on the slower leg.
    byte: Duration,
    stage: Stage,
    goal: Goal,
    outbox: Option<Burst>,
    /// When the burst in hand has left, as far as can be told.
    sent_by: Duration,
    received: Vec<u8>,
    last_received: Duration,
    heard_anything: bool,
    echo_found_on: bool,
    /// The soonest an answer came after the question had left.
    soonest: Option<Duration>,
    rows: Vec<Row>,
    verdict: Option<Verdict>,
}

impl Check {
    /// Begins a check on a port that is open at `baud`, its board started (`app::nano::RESTART`).
    #[must_use]
    pub fn new(way: Way, baud: u32, now: Duration) -> Self {
        let mut check = Self {
            way,
            byte: MODEM_BYTE.max(Duration::from_secs(10) / baud.max(1)),
            stage: Stage::Hello(0),
            goal: Goal::Answer,
            outbox: None,
            sent_by: now,
            received: Vec::new(),
            last_received: now,
            heard_anything: false,
            echo_found_on: false,
            soonest: None,
            rows: Vec::new(),
            verdict: None,
        };
        check.enter(Stage::Hello(0), now);
        check
    }

    /// Something happened.
    pub fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        match input {
            Input::Received(bytes) => {
                self.received.extend_from_slice(bytes);
                self.last_received = now;
                self.heard_anything = true;
            }
            Input::Tick => {}
        }
        if self.next_deadline().is_some_and(|deadline| now >= deadline) {
            let next = self.leave();
            self.enter(next, now);
        }
    }

    /// What to send next, if anything.
    pub fn poll_output(&mut self) -> Option<Burst> {
        self.outbox.take()
    }

    /// When [`Input::Tick`] is due; `None` when the check is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let quiet_since = self.last_received.max(self.sent_by);
        match self.stage {
            Stage::Done => None,
            _ if self.reached() => Some(self.last_received + SETTLED),
            _ => Some(quiet_since + QUIET),
        }
    }

    /// What is being done, for the reader.
    #[must_use]
    pub fn progress(&self) -> String {
        let sent = |blind: bool, index: usize| if blind { blind_command(index).len() } else { self.burst(index).len() };
        match self.stage {
            Stage::Hello(_) => "Asking whether anybody is there…".to_owned(),
            Stage::EchoOn => "Switching the modem's echo on…".to_owned(),
            Stage::Burst(index) | Stage::Again(index) => format!("{} bytes in one go…", sent(false, index)),
            Stage::PacedBurst(index) => format!("{} bytes one by one…", sent(false, index)),
            Stage::EchoOff => "Switching the modem's echo off…".to_owned(),
            Stage::Blind(index) => format!("{} bytes in one go without echo…", sent(true, index)),
            Stage::PacedBlind(index) => format!("{} bytes one by one without echo…", sent(true, index)),
            Stage::Restore => "Setting the modem's echo as it was…".to_owned(),
            Stage::Done => "Done".to_owned(),
        }
    }

    /// How the bursts fared so far.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What was found, once the check is over.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        let verdict = (self.stage == Stage::Done).then_some(self.verdict)??;
        Some(Report { verdict, rows: self.rows.clone() })
    }

    /// Begins a stage: puts its burst out.
    fn enter(&mut self, stage: Stage, now: Duration) {
        self.stage = stage;
        self.received.clear();
        self.last_received = now;
        let (bytes, gap, goal) = match stage {
            Stage::Done => return,
            Stage::Hello(_) if self.way == Way::Jumper => (HELLO.to_vec(), SURE, Goal::Back(HELLO.to_vec())),
            Stage::Hello(_) => (b"AT\r".to_vec(), SURE, Goal::Answer),
            Stage::EchoOn => (b"ATE1\r".to_vec(), SURE, Goal::Answer),
            Stage::Burst(index) => (self.burst(index), Duration::ZERO, Goal::Back(self.burst(index))),
            Stage::Again(index) | Stage::PacedBurst(index) => {
                let burst = self.cleared(self.burst(index));
                let gap = if stage == Stage::Again(index) { Duration::ZERO } else { SURE };
                (burst.clone(), gap, Goal::Back(burst))
            }
            Stage::Blind(index) => (blind_command(index), Duration::ZERO, Goal::Answer),
            Stage::PacedBlind(index) => (self.cleared(blind_command(index)), SURE, Goal::Answer),
            Stage::Restore if self.echo_found_on => (self.cleared(b"ATE1\r".to_vec()), SURE, Goal::Answer),
            Stage::EchoOff | Stage::Restore => (self.cleared(b"ATE0\r".to_vec()), SURE, Goal::Answer),
        };
        let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.sent_by = now + gap.max(self.byte) * count;
        self.goal = goal;
        self.outbox = Some(Burst { bytes, gap });
    }

    /// Whether all that the stage waits for is here.
    fn reached(&self) -> bool {
        match &self.goal {
            Goal::Back(bytes) => self.received.len() >= bytes.len(),
            Goal::Answer => final_result(&self.received).is_some(),
        }
    }

    /// Ends a stage: judges what came, and says what follows.
    fn leave(&mut self) -> Stage {
        let whole = match &self.goal {
            Goal::Back(bytes) => without_errors(&self.received) == *bytes,
            Goal::Answer => self.reached(),
        };
        if whole {
            let late = self.last_received.saturating_sub(self.sent_by);
            self.soonest = Some(self.soonest.map_or(late, |soonest| soonest.min(late)));
        }
        match self.stage {
            Stage::Hello(_) if whole && self.way == Way::Jumper => Stage::Burst(0),
            Stage::Hello(_) if whole => {
                // Whatever stands before the answer is echo, even where it is damaged.
                self.echo_found_on = final_result(&self.received).is_some_and(|start| start > 0);
                Stage::EchoOn
            }
            Stage::Hello(times) if times < 2 => Stage::Hello(times + 1),
            Stage::Hello(_) => {
                self.verdict = Some(if self.heard_anything { Verdict::Garbled } else { Verdict::Silent(self.way) });
                Stage::Done
            }
            Stage::EchoOn => Stage::Burst(0),
            Stage::Burst(index) => {
                self.note(false, false, whole);
                if whole { self.after_burst(index) } else { Stage::Again(index) }
            }
            Stage::Again(index) => {
                if let (true, Some(first)) = (whole, self.rows.last_mut()) {
                    first.fared = Fared::Excused;
                }
                self.note(false, false, whole);
                if whole { self.after_burst(index) } else { Stage::PacedBurst(index) }
            }
            Stage::PacedBurst(_) => {
                self.note(true, false, whole);
                if self.way == Way::Echo { Stage::EchoOff } else { self.conclude() }
            }
            Stage::EchoOff => Stage::Blind(0),
            Stage::Blind(index) => {
                let carried = carried(&self.received, index);
                self.note(false, true, carried);
                match (carried, index + 1 < BLIND_QUERIES.len()) {
                    (true, true) => Stage::Blind(index + 1),
                    (true, false) => self.conclude(),
                    (false, _) => Stage::PacedBlind(index),
                }
            }
            Stage::PacedBlind(index) => {
                let carried = carried(&self.received, index);
                self.note(true, true, carried);
                self.conclude()
            }
            Stage::Restore | Stage::Done => Stage::Done,
        }
    }

    /// What follows a burst that came back whole.
    fn after_burst(&mut self, index: usize) -> Stage {
        if index + 1 < ECHO_BURSTS.len() { Stage::Burst(index + 1) } else { self.conclude() }
    }

    /// Keeps how the burst in hand fared.
    fn note(&mut self, paced: bool, blind: bool, whole: bool) {
        let came = without_errors(&self.received);
        let (sent, intact) = match &self.goal {
            Goal::Back(bytes) => (bytes.len(), bytes.iter().zip(&came).take_while(|(a, b)| a == b).count()),
            Goal::Answer => (self.in_hand(), 0),
        };
        let fared = if whole { Fared::Whole } else { Fared::Damaged };
        let returned = if blind { 0 } else { came.len() };
        self.rows.push(Row { sent, paced, blind, returned, intact, fared });
    }

    fn in_hand(&self) -> usize {
        match self.stage {
            Stage::Blind(index) | Stage::PacedBlind(index) => blind_command(index).len(),
            _ => 0,
        }
    }

    /// Finds the verdict, and what is left to do.
    fn conclude(&mut self) -> Stage {
        let held_back = self.soonest.filter(|soonest| *soonest >= HELD_BACK);
        self.verdict = Some(verdict::judge(self.way, &self.rows, held_back));
        if self.way == Way::Echo { Stage::Restore } else { Stage::Done }
    }

    /// The burst of this index.
    fn burst(&self, index: usize) -> Vec<u8> {
        match self.way {
            Way::Echo => echo_burst(ECHO_BURSTS.get(index).copied().unwrap_or(4)),
            Way::Jumper => jumper_burst(JUMPER_BURSTS.get(index).copied().unwrap_or(4)),
        }
    }

    /// With a CR in front for a modem, so that what is left of a damaged burst ends there. It has no AT in it, so the modem
    /// does nothing with it.
    fn cleared(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.way {
            Way::Echo => [b"\r".to_vec(), bytes].concat(),
            Way::Jumper => bytes,
        }
    }
}

/// What the jumper has to give back before bursts are sent. Digits: a modem that is still there does nothing with them.
const HELLO: &[u8] = b"0123456789";

/// Letters and digits without `A` and `T`, so that no command can come of them, in lines of at most 487 bytes.
fn echo_burst(length: usize) -> Vec<u8> {
    const LETTERS: &[u8; 32] = b"0123456789BCDEFGHIJKLMNOPQRSUVWX";
    let mut burst: Vec<u8> =
        mixed(length).map(|byte| LETTERS.get(usize::from(byte) % 32).copied().unwrap_or(b'0')).collect();
    for (place, byte) in burst.iter_mut().enumerate() {
        if (place + 1) % 487 == 0 || place + 1 == length {
            *byte = b'\r';
        }
    }
    burst
}

/// All values where there is room for them.
fn jumper_burst(length: usize) -> Vec<u8> {
    mixed(length).collect()
}

/// Bytes in which each stretch of 256 holds every value once, and no two stretches are equal.
fn mixed(length: usize) -> impl Iterator<Item = u8> {
    (0..length).map(|place| {
        let [low, turn, ..] = place.to_le_bytes();
        low.wrapping_mul(167).wrapping_add(turn.wrapping_mul(13))
    })
}

/// A command that the modem answers with one line for each `+CSQ` that arrived whole, or with an error.
fn blind_command(index: usize) -> Vec<u8> {
    let queries = BLIND_QUERIES.get(index).copied().unwrap_or(1);
    format!("AT{}\r", vec!["+CSQ"; queries].join(";")).into_bytes()
}

/// Whether the modem's answer says that the command of this index arrived whole.
fn carried(answer: &[u8], index: usize) -> bool {
    let lines = answer.windows(5).filter(|part| part == b"+CSQ:").count();
    BLIND_QUERIES.get(index) == Some(&lines) && answer.windows(4).any(|part| part == b"OK\r\n")
}

/// Where the modem's final result begins.
fn final_result(bytes: &[u8]) -> Option<usize> {
    let find = |result: &[u8]| bytes.windows(result.len()).position(|part| part == result);
    find(b"\r\nOK\r\n").or_else(|| find(b"\r\nERROR\r\n")).or_else(|| find(b"\r\n+CME ERROR"))
}

/// What came, without the `ERROR` that some firmware gives to a line that is no command.
fn without_errors(bytes: &[u8]) -> Vec<u8> {
    const ERROR: &[u8] = b"\r\nERROR\r\n";
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(ERROR) {
            rest = after;
        } else {
            kept.push(*first);
            rest = others;
        }
    }
    kept
}
