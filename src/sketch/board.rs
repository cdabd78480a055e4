//! The board that a sketch runs on: its clock, its serial ports, and on one of them the simulated modem. All on virtual time.

mod clock;
mod ear;
mod modem;
mod port;
mod sending;
mod time;

pub(super) use modem::{ModemSide, SwitchedOn};
pub(super) use port::{Kind, Port};
pub(super) use time::{MICROSECOND, MILLISECOND, Nanos};

use clock::Clock;
use ear::{Ear, Turn};

use super::origin::{Ch, Origin, chars};
use crate::sketch::syntax::{Chip, Line};

/// Which way bytes went, for the log of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    ToModem,
    FromModem,
    /// To the computer: the serial monitor.
    Console,
    /// To a port that nothing hangs on.
    Elsewhere(usize),
}

/// Bytes that left together, by one line of the sketch.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// When the sketch sent the first of them; a port with a buffer may still have been busy.
    pub(super) called: Nanos,
    /// When the first of them began.
    pub(super) at: Nanos,
    /// When the last of them was over.
    pub(super) end: Nanos,
    pub(super) way: Way,
    pub(super) text: Vec<Ch>,
    /// The line that sends; of received bytes the one that ran when they came.
    pub(super) line: Line,
}

/// Bytes that came and did not get to the sketch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// The receive buffer was full.
    pub(super) overflow: usize,
    /// They came while the port was sending.
    pub(super) while_sending: usize,
    /// Another `SoftwareSerial` was listening.
    pub(super) not_listening: usize,
    /// When the first was lost, and the line that ran.
    pub(super) first: Option<(Nanos, Line)>,
}

#[derive(Debug)]
pub(super) struct Board {
    pub(super) now: Nanos,
    pub(super) ports: Vec<Port>,
    /// The port that the modem hangs on.
    pub(super) modem_port: Option<usize>,
    pub(super) modem: ModemSide,
    /// How its port receives, where that is a `SoftwareSerial`.
    ear: Ear,
    clock: Clock,
    /// Interrupts are off until then.
    masked: Nanos,
    /// Nothing happens by itself before this time.
    quiet: Nanos,
    pub(super) rows: Vec<Row>,
    pub(super) lost: Lost,
    /// The line that runs, for the log.
    pub(super) line: Line,
    /// The name of that port, before it is there.
    pub(super) modem_name: Option<String>,
    /// A port that was never begun sends all the same.
    pub(super) lenient: bool,
    /// Bytes sent to the modem.
    pub(super) sent: usize,
    /// The same when the sketch last came to something new: a round of `loop`, a line that had not been run before.
    sent_before: usize,
    /// Bytes sent elsewhere since the modem was sent any.
    flood: usize,
    /// The same since the sketch looked at anything that may change, and bytes to the modem since then.
    blind: usize,
    told: usize,
    /// What is in the log: of the monitor, and of all other ports.
    monitor: Logged,
    others: Logged,
}

/// A minute and a half of a monitor at 115200 baud.
const MOST_AT_ONCE: usize = 1 << 20;
/// The same of a sketch that looks neither at the time nor at a port meanwhile: nothing but its own counting can end that.
const MOST_BLINDLY: usize = 1 << 15;
/// To the modem by the same lines, a quarter of a minute of nothing else at 9600 baud; and without looking at anything.
const MOST_IN_A_PIECE: usize = 1 << 14;
const MOST_TOLD_BLINDLY: usize = 1 << 13;

/// Among how many rows a byte finds the one that it goes on with: each letter may have its echo between.
const NEAR: usize = 40;

/// How much of the log is used.
#[derive(Clone, Copy, Debug, Default)]
struct Logged {
    bytes: usize,
    rows: usize,
}

impl Logged {
    /// The log of a run holds no more of the dialog, and no more of the monitor.
    const MOST: Self = Self { bytes: 1 << 18, rows: 40_000 };
    const MOST_SHOWN: Self = Self { bytes: 1 << 16, rows: 8_000 };

    fn reaches(self, most: Self) -> bool {
        self.bytes >= most.bytes || self.rows >= most.rows
    }
}

impl Board {
    pub(super) fn new(modem: ModemSide, chip: Chip) -> Self {
        Self {
            now: 0,
            ports: Vec::new(),
            modem_port: None,
            modem,
            ear: Ear::default(),
            clock: Clock::new(chip),
            masked: 0,
            quiet: 0,
            rows: Vec::new(),
            lost: Lost::default(),
            line: 0,
            modem_name: None,
            lenient: false,
            sent: 0,
            sent_before: 0,
            flood: 0,
            blind: 0,
            told: 0,
            monitor: Logged::default(),
            others: Logged::default(),
        }
    }

    /// A port that the sketch declares or names.
    pub(super) fn add(&mut self, port: Port) -> usize {
        self.ports.push(port);
        let number = self.ports.len() - 1;
        self.place(number);
        number
    }

    pub(super) fn rename(&mut self, number: usize, name: &str) {
        if let Some(port) = self.ports.get_mut(number) {
            name.clone_into(&mut port.name);
        }
        self.place(number);
    }

    /// What hangs on a port: the modem, the computer, or nothing.
    fn place(&mut self, number: usize) {
        let Some(port) = self.ports.get_mut(number) else { return };
        let is_modem = self.modem_name.as_ref() == Some(&port.name);
        port.is_console = port.kind == Kind::Hardware && !is_modem;
        if is_modem {
            self.modem_port = Some(number);
            self.modem.baud = port.baud;
        }
    }

    /// No more of the modem's dialog can be kept, or the same lines send it more than any end is seen of.
    pub(super) fn is_full(&self) -> bool {
        self.sent - self.sent_before > MOST_IN_A_PIECE
            || self.told > MOST_TOLD_BLINDLY
            || self.others.reaches(Logged::MOST)
    }

    /// The monitor alone was flooded since the modem was sent anything.
    pub(super) fn is_flooded(&self) -> bool {
        self.flood > MOST_AT_ONCE || self.blind > MOST_BLINDLY
    }

    /// `setup` begins, or a round of `loop`, or a line is run for the first time.
    pub(super) fn goes_on(&mut self) {
        self.sent_before = self.sent;
        self.looked();
    }

    /// The sketch looks at the time, at a port, or waits: what it prints may end by that.
    pub(super) fn looked(&mut self) {
        (self.blind, self.told) = (0, 0);
    }

    /// Not all that went to the monitor was kept; a loop may print there for ever, and the run goes on.
    pub(super) fn monitor_is_cut(&self) -> bool {
        self.monitor.reaches(Logged::MOST_SHOWN)
    }

    /// Lets time pass by the clock: what comes meanwhile gets into the buffers.
    pub(super) fn wait_until(&mut self, time: Nanos) {
        if time < self.quiet {
            self.now = self.now.max(time);
            return;
        }
        let mut next = self.next_event();
        while let Some(at) = next.filter(|at| *at <= time || self.ear.is_busy()) {
            self.now = self.now.max(at);
            let (_, turn) = self.happen();
            next = self.next_event_beside(turn);
        }
        self.now = self.now.max(time);
        self.quiet = next.unwrap_or(Nanos::MAX);
    }

    /// The sketch works for this long; interrupts come on top of it.
    pub(super) fn work(&mut self, length: Nanos) {
        let mut end = self.now + length;
        if end >= self.quiet {
            let mut next = self.next_event();
            while let Some(at) = next.filter(|at| *at <= end || self.ear.is_busy()) {
                self.now = self.now.max(at);
                let (stolen, turn) = self.happen();
                end += stolen;
                next = self.next_event_beside(turn);
            }
            self.quiet = next.unwrap_or(Nanos::MAX);
        }
        self.now = self.now.max(end);
    }

    /// Takes in what came until now.
    pub(super) fn settle(&mut self) {
        self.wait_until(self.now);
    }

    /// When anything happens by itself: a byte comes or goes, or the modem does something.
    pub(super) fn next_event(&self) -> Option<Nanos> {
        self.next_event_beside(self.next_turn())
    }

    /// The same where it is known what the listening port does next.
    fn next_event_beside(&self, turn: Option<(Turn, Nanos)>) -> Option<Nanos> {
        let heard = turn.map(|(turn, _)| turn.at());
        let goes = self.ports.iter().filter_map(|port| self.next_load(port)).min();
        [self.modem.next_byte(), self.modem.next_deadline(), heard, goes].into_iter().flatten().min()
    }

    /// `millis` and `micros` as the sketch sees them.
    pub(super) fn millis(&self) -> u64 {
        self.clock.millis(self.now)
    }

    pub(super) fn micros(&self) -> u64 {
        self.clock.micros(self.now)
    }

    /// When they will have gone on by so much.
    pub(super) fn in_millis(&self, millis: u64) -> Nanos {
        self.clock.when_millis(self.millis().saturating_add(millis))
    }

    pub(super) fn in_micros(&self, micros: u64) -> Nanos {
        self.clock.when_micros(self.micros().saturating_add(micros))
    }

    /// `delay`: until the board's own clock has gone on by so much, which may be late.
    pub(super) fn delay(&mut self, micros: u64, limit: Nanos) {
        let over = self.micros().saturating_add(micros);
        while self.micros() < over && self.now < limit {
            self.wait_until(self.clock.when_micros(over).min(limit).max(self.now + 1));
        }
    }

    /// Interrupts are off for this long.
    fn mask(&mut self, from: Nanos, to: Nanos) {
        self.masked = self.masked.max(to);
        self.clock.stands_still(from, to);
    }

    /// All that is due now; how long interrupts kept the sketch from its work, and what the listening port does next.
    fn happen(&mut self) -> (Nanos, Option<(Turn, Nanos)>) {
        self.modem.run(self.now);
        let mut stolen = 0;
        let mut next = self.next_turn();
        while let Some((turn, bit)) = next.filter(|(turn, _)| turn.at() <= self.now) {
            let (length, byte) = self.ear.turn(turn, &self.modem, bit);
            stolen += length;
            if let Turn::Ends(since, until) = turn {
                stolen += self.clock.catches_up(since, until);
            }
            next = self.next_turn();
            if let Some((Turn::Ends(since, until), _)) = next {
                self.mask(since, until);
            }
            let line = self.line;
            if let Some(byte) = byte
                && let Some(port) = self.modem_port.and_then(|number| self.ports.get_mut(number))
                && !port.take(Ch { byte, from: Origin::MODEM })
            {
                self.lost.overflow += 1;
                self.lost.first.get_or_insert((turn.at(), line));
            }
        }
        while let Some((start, end, byte)) = self.modem.take_byte(self.now) {
            self.byte_came(start, end, byte);
        }
        (stolen + self.load(), next)
    }

    /// What the interrupt of a listening `SoftwareSerial` does next, and how long a bit is there.
    fn next_turn(&self) -> Option<(Turn, Nanos)> {
        let port = self.ports.get(self.modem_port?).filter(|port| port.kind.is_half_duplex() && port.baud.is_some())?;
        let bit = port.byte_time() / 10;
        Some((self.ear.next(&self.modem, bit).filter(|_| port.listens)?, bit))
    }

    fn byte_came(&mut self, start: Nanos, end: Nanos, byte: u8) {
        let Some(number) = self.modem_port else { return };
        let line = self.line;
        self.log(Way::FromModem, &chars(&[byte], Origin::MODEM), (start, start, end), line);
        let listening = self.listening();
        let Some(port) = self.ports.get_mut(number) else { return };
        let Some(baud) = port.baud else { return };
        let lost = if !port.kind.is_half_duplex() {
            let byte = if self.modem.baud.is_some_and(|rate| differ(rate, baud)) { garbled(byte) } else { byte };
            if port.take(Ch { byte, from: Origin::MODEM }) {
                return;
            }
            &mut self.lost.overflow
        } else if self.ear.has_heard(start) {
            // It is in the buffer, or was counted.
            return;
        } else if listening.is_some_and(|other| other != number) {
            &mut self.lost.not_listening
        } else if matches!(byte, b'\r' | b'\n' | b' ') {
            // The end of a line whose words were read, or the blank of a prompt: nobody misses it.
            return;
        } else {
            &mut self.lost.while_sending
        };
        *lost += 1;
        self.lost.first.get_or_insert((start, line));
    }

    /// The `SoftwareSerial` that listens: the last that was begun or told to.
    pub(super) fn listening(&self) -> Option<usize> {
        self.ports.iter().position(|port| port.listens)
    }

    pub(super) fn listen(&mut self, number: usize) {
        let half_duplex = self.ports.get(number).is_some_and(|port| port.kind.is_half_duplex());
        for (index, port) in self.ports.iter_mut().enumerate().filter(|_| half_duplex) {
            port.listens = index == number;
        }
        if half_duplex {
            self.ear.opens(self.now);
            self.quiet = 0;
        }
    }

    pub(super) fn begin(&mut self, number: usize, baud: u32) {
        self.settle();
        self.listen(number);
        if Some(number) == self.modem_port && self.modem.baud.is_none() {
            self.modem.baud = Some(baud);
        }
        if let Some(port) = self.ports.get_mut(number) {
            port.begin(baud);
        }
    }

    /// Keeps bytes, with the times at which they were sent, began and were over.
    fn log(&mut self, way: Way, text: &[Ch], (called, at, end): (Nanos, Nanos, Nanos), line: Line) {
        let (logged, most) = match way {
            Way::Console => (&mut self.monitor, Logged::MOST_SHOWN),
            _ => (&mut self.others, Logged::MOST),
        };
        if logged.reaches(most) {
            return;
        }
        logged.bytes += text.len();
        // A line of the modem is one row, and so is what one line of the sketch sends, letter by letter too.
        let gap = if way == Way::FromModem { 5 } else { 25 } * MILLISECOND;
        let last = self.rows.iter_mut().rev().take(NEAR).find(|row| row.way == way);
        match last {
            Some(row)
                if at <= row.end + gap
                    && (way == Way::FromModem || row.line == line)
                    && !is_whole(way, &row.text)
                    && row.text.len() < 4096 =>
            {
                row.text.extend_from_slice(text);
                row.end = end;
            }
            _ => {
                logged.rows += 1;
                self.rows.push(Row { called, at, end, way, text: text.to_vec(), line });
            }
        }
    }
}

/// The next byte begins a row of its own. `CR LF OK CR LF` is one.
fn is_whole(way: Way, text: &[Ch]) -> bool {
    let last = text.last().map_or(0, |ch| ch.byte);
    match way {
        Way::FromModem => text.len() > 2 && last == b'\n',
        _ => matches!(last, b'\n' | 0x1A | 0x1B),
    }
}

/// A byte at a rate that is not its own.
fn garbled(byte: u8) -> u8 {
    byte.rotate_left(3) | 0x80
}

/// More than 4 % apart: not understood.
fn differ(one: u32, other: u32) -> bool {
    u64::from(one.abs_diff(other)) * 25 > u64::from(one.max(other))
}
