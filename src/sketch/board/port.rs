//! A serial port of the board.

use std::collections::VecDeque;

use super::time::{MILLISECOND, Nanos};
use crate::sketch::origin::Ch;
use crate::sketch::syntax::Chip;

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
    /// When the last byte is out.
    free_at: Nanos,
}

/// Of an AVR's core: rings of 64 places, of which one stays free.
const RING: usize = 63;
/// 64 bytes wait in the buffer and one is on the line.
const RING_AHEAD: u64 = 65;
/// The ESP cores set it up so; `setRxBufferSize` changes it.
const OF_ESP: usize = 256;
/// Their senders have the chip's FIFO.
const FIFO: u64 = 128;

impl Port {
    pub(crate) fn new(name: &str, kind: Kind, pins: Option<(u8, u8)>, chip: Chip) -> Self {
        let (holds, ahead) = match kind {
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
    pub(crate) fn set_holds(&mut self, bytes: usize) {
        self.holds = bytes;
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
    pub(crate) fn send(&mut self, now: Nanos, length: Nanos) -> (Nanos, Nanos, Nanos) {
        let start = self.free_at.max(now);
        let end = start + length;
        self.free_at = end;
        let free = end.saturating_sub(self.ahead * length).max(now);
        (start, end, free)
    }

    /// `flush`: when all is out.
    pub(crate) fn free_at(&self) -> Nanos {
        self.free_at
    }

    /// `availableForWrite`.
    pub(crate) fn room(&self, now: Nanos) -> u64 {
        self.ahead.saturating_sub(2).saturating_sub(self.free_at.saturating_sub(now) / self.byte_time().max(1))
    }
}
