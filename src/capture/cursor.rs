//! Reads a capture in order, from any checkpoint, while it is still being written.
//!
//! A cursor holds one buffer and no lock: it asks the store for bytes, and the store copies at most a list of pieces under
//! its lock before it reads the disk.

use std::sync::Arc;
use std::time::Duration;

pub(crate) use super::pcapng::EntryItem;
use super::pcapng::{self, Block, Context};
use super::{Reader, Record, Stamped};
use crate::modem::Direction;

/// How much a read asks for: enough that the system call costs nothing beside the work on the bytes.
const READ_AHEAD: usize = 256 * 1024;
/// The first read after a jump, for a screen full of rows.
const FIRST_READ: usize = 64 * 1024;

/// A place between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Bytes of the capture file in front of it.
    pub file: u64,
    /// Records in front of it.
    pub record: u64,
    /// Received bytes in front of it.
    pub rx: u64,
    /// Sent bytes in front of it.
    pub tx: u64,
    /// Time of the record in front of it, in microseconds.
    pub(crate) at_us: u64,
}

impl Position {
    /// Bytes of this direction in front of it.
    #[must_use]
    pub fn bytes(&self, direction: Direction) -> u64 {
        match direction {
            Direction::Rx => self.rx,
            Direction::Tx => self.tx,
        }
    }

    fn add(&mut self, direction: Direction, count: usize) {
        match direction {
            Direction::Rx => self.rx += count as u64,
            Direction::Tx => self.tx += count as u64,
        }
    }
}

/// A record, borrowed from the cursor's buffer.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The place in front of it: its number, and the offsets of its first byte.
    pub position: Position,
    /// When.
    pub at: Duration,
    /// What.
    pub(crate) item: EntryItem<'a>,
}

impl Entry<'_> {
    /// A copy that stands on its own.
    #[must_use]
    pub fn to_stamped(&self) -> Stamped {
        let record = match &self.item {
            EntryItem::Data { direction, bytes, send, flaw, secret } => Record::Data {
                direction: *direction,
                bytes: bytes.to_vec(),
                send: *send,
                flaw: *flaw,
                secret: secret.clone(),
            },
            EntryItem::Event(record) => record.clone(),
        };
        Stamped { at: self.at, record }
    }
}

/// Reads records in order.
#[derive(Debug)]
pub struct Cursor {
    reader: Reader,
    next: Position,
    context: Arc<Context>,
    /// Only the first `filled` bytes are of the capture.
    buffer: Vec<u8>,
    filled: usize,
    /// Place of the buffer's first byte in the capture.
    base: u64,
    read_ahead: usize,
    scans: bool,
    passed: Passed,
}

/// What a cursor that reads a whole file in order has not shown as it stands there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// Packets of which no row is made.
    pub(super) unshown: u64,
    /// Records whose time lies before that of the one in front of them.
    pub(super) set_back: u64,
}

impl Cursor {
    pub(super) fn new(reader: Reader, next: Position, context: Arc<Context>) -> Self {
        Self {
            reader,
            next,
            context,
            buffer: Vec::new(),
            filled: 0,
            base: next.file,
            read_ahead: FIRST_READ,
            scans: false,
            passed: Passed::default(),
        }
    }

    /// Looks for the end of an old file.
    pub(super) fn scanning(reader: Reader) -> Self {
        Self { scans: true, ..Self::new(reader, Position::default(), Arc::default()) }
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// What it has not shown as it stands in the file.
    pub(super) const fn passed(&self) -> Passed {
        self.passed
    }

    /// The place in front of the next record.
    #[must_use]
    pub fn position(&self) -> Position {
        self.next
    }

    /// The next record; `None` at the end of what is there, where a later call may find more.
    pub fn next_entry(&mut self) -> Option<Entry<'_>> {
        let (start, length) = loop {
            let (start, length) = self.whole_block()?;
            let block = self.buffer.get(start..start + length)?;
            if pcapng::holds_record(block, &self.context) {
                break (start, length);
            }
            match pcapng::decode(block, &self.context)? {
                Block::Context(context) => self.context = Arc::new(context),
                Block::Unshown => self.passed.unshown += 1,
                Block::Started(_) | Block::Packet(_) | Block::Other => {}
            }
            self.next.file += length as u64;
        };
        let block = self.buffer.get(start..start + length)?;
        let Some(Block::Packet(packet)) = pcapng::decode(block, &self.context) else { return None };
        let position = self.next;
        self.next.file += length as u64;
        self.next.record += 1;
        let earliest = self.reader.started_us().saturating_add(position.at_us);
        self.passed.set_back += u64::from(packet.time_us < earliest);
        self.next.at_us = packet.time_us.saturating_sub(self.reader.started_us()).max(position.at_us);
        let at = Duration::from_micros(self.next.at_us);
        if let EntryItem::Data { direction, bytes, .. } = &packet.item {
            self.next.add(*direction, bytes.len());
        }
        Some(Entry { position, at, item: packet.item })
    }

    /// Place and length in the buffer of the block at `next`, read in as needed.
    fn whole_block(&mut self) -> Option<(usize, usize)> {
        loop {
            let start = usize::try_from(self.next.file - self.base).ok()?;
            let rest = self.buffer.get(start..self.filled).unwrap_or_default();
            let wanted = match pcapng::block_length(rest, &self.context) {
                Some(length) if length <= rest.len() => return Some((start, length)),
                Some(length) => length,
                None => 12,
            };
            if rest.len() >= wanted {
                return None;
            }
            let kept = rest.len();
            self.buffer.copy_within(start.min(self.filled)..self.filled, 0);
            self.base = self.next.file;
            self.buffer.resize(self.read_ahead.max(wanted).max(self.buffer.len()), 0);
            let room = self.buffer.get_mut(kept..).unwrap_or_default();
            self.filled = kept + self.reader.read_at(self.base + kept as u64, room, self.scans);
            self.read_ahead = READ_AHEAD;
            if self.filled <= kept {
                return None;
            }
        }
    }
}
