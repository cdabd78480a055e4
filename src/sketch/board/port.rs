//! A serial port of the board.

use std::collections::VecDeque;

use super::time::{MILLISECOND, Nanos};
use crate::sketch::origin::Ch;
use crate::sketch::syntax::{Chip, Line};

/// What a port is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sketch) enum Kind {
    /// One of the chip's: receives while it sends, 64 bytes each way.
    Hardware,
    /// Pins worked by the processor: it is deaf while it sends.
    Software,
    /// The same with a timer: receives while it sends.
    Timed,
    /// Named, but not declared in what we have.
    Undeclared,
}

impl Kind {
    pub(crate) fn is_half_duplex(self) -> bool {
        self == Self::Software
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each says something else of it, and none excludes another")]
#[derive(Debug)]
pub(in crate::sketch) struct Port {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// RX and TX of the board, as declared.
    pub(crate) pins: Option<(u8, u8)>,
    pub(crate) baud: Option<u32>,
    /// All rates it was begun with, and by which line.
    pub(crate) rates: Vec<(u32, u32)>,
    pub(crate) received: VecDeque<Ch>,
    /// `setTimeout`.
    pub(crate) timeout: Nanos,
    pub(crate) listens: bool,
    pub(crate) overflowed: bool,
    pub(crate) is_console: bool,
    /// The sketch looks for what comes.
    pub(crate) is_read: bool,
    /// How many bytes can wait to be read; one more is lost.
    holds: usize,
    /// How many can wait to be sent, with the one on the line; `send` of one more waits.
    ahead: u64,
    /// When the last byte is out that was put on the line.
    free_at: Nanos,
    /// When it began: the chip's data register is empty since then.
    began_at: Nanos,
    /// Bytes wait in a ring that an interrupt empties.
    has_ring: bool,
    waiting: VecDeque<Waiting>,
}

/// A byte that the sketch has sent, when and by which line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) ch: Ch,
    pub(super) called: Nanos,
    pub(super) line: Line,
}

/// Of an AVR's core: rings of 64 places, of which one stays free.
const RING: usize = 63;
/// 64 bytes wait in the buffer and one is on the line.
const RING_AHEAD: u64 = 65;
/// The ESP cores set it up so; `setRxBufferSize` changes it.
const OF_ESP: usize = 256;
/// When the ESP32's is full its driver leaves what comes in the chip's own FIFO.
const FIFO_IN: usize = 128;
/// Their senders have the chip's FIFO.
const FIFO: u64 = 128;

impl Port {
    pub(crate) fn new(name: &str, kind: Kind, pins: Option<(u8, u8)>, chip: Chip) -> Self {
        let (holds, ahead) = match kind {
            Kind::Hardware | Kind::Undeclared if chip == Chip::Esp32 => (OF_ESP + FIFO_IN, FIFO),
            Kind::Hardware | Kind::Undeclared if chip.is_esp() => (OF_ESP, FIFO),
            // The SoftwareSerial of the ESP, which stands still while it sends, and AltSoftSerial.
            Kind::Timed if chip.is_esp() => (64, 0),
            Kind::Timed => (79, RING_AHEAD),
            Kind::Software => (RING, 0),
            Kind::Hardware | Kind::Undeclared => (RING, RING_AHEAD),
        };
        Self {
            name: name.to_owned(),
            kind,
            pins,
            baud: None,
            rates: Vec::new(),
            received: VecDeque::new(),
            timeout: 1000 * MILLISECOND,
            listens: false,
            overflowed: false,
            is_console: false,
            is_read: false,
            holds,
            ahead,
            free_at: 0,
            began_at: 0,
            has_ring: chip == Chip::Avr && matches!(kind, Kind::Hardware | Kind::Undeclared),
            waiting: VecDeque::new(),
        }
    }

    pub(crate) fn begin(&mut self, baud: u32) {
        self.baud = Some(baud);
        self.received.clear();
    }

    /// How many bytes can wait to be read.
    pub(crate) fn holds(&self) -> usize {
        self.holds
    }

    /// `setRxBufferSize` of the ESP cores.
    pub(crate) fn set_holds(&mut self, bytes: usize, chip: Chip) {
        self.holds = if chip == Chip::Esp32 { bytes + FIFO_IN } else { bytes };
    }

    /// A byte came; false where the buffer is full.
    pub(crate) fn take(&mut self, ch: Ch) -> bool {
        let has_room = self.received.len() < self.holds;
        if has_room {
            self.received.push_back(ch);
        } else {
            self.overflowed = true;
        }
        has_room
    }

    /// Start bit, eight bits, stop bit.
    pub(crate) fn byte_time(&self) -> Nanos {
        10_000_000_000 / u64::from(self.baud.unwrap_or(9600).max(1))
    }

    /// Sends a byte: when it begins, when it is out, and when the sketch goes on.
    pub(super) fn send(&mut self, now: Nanos, length: Nanos) -> (Nanos, Nanos, Nanos) {
        let start = self.free_at.max(now);
        let end = start + length;
        (self.began_at, self.free_at) = (start, end);
        let free = end.saturating_sub(self.ahead * length).max(now);
        (start, end, free)
    }

    /// The chip's own port of an AVR: what does not go out at once waits for its interrupt.
    pub(super) fn has_ring(&self) -> bool {
        self.has_ring
    }

    /// Its data register and its ring are empty.
    pub(super) fn is_free(&self, now: Nanos) -> bool {
        self.waiting.is_empty() && self.began_at <= now
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= RING
    }

    pub(super) fn waits(&mut self, byte: Waiting) {
        self.waiting.push_back(byte);
    }

    pub(super) fn take_waiting(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    /// When the data register is empty and something waits for it.
    pub(super) fn next_load(&self) -> Option<Nanos> {
        self.waiting.front().map(|_| self.began_at)
    }

    /// When all is out that was put on the line.
    pub(super) fn free_at(&self) -> Nanos {
        self.free_at
    }

    /// `availableForWrite`.
    pub(crate) fn room(&self, now: Nanos) -> u64 {
        if self.has_ring {
            return u64::try_from(RING - self.waiting.len().min(RING)).unwrap_or(0);
        }
        self.ahead.saturating_sub(2).saturating_sub(self.free_at.saturating_sub(now) / self.byte_time().max(1))
    }
}
