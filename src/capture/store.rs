//! Where the bytes of a capture are: appended once, read from any place.
//!
//! The store is one long run of pcapng bytes; whoever reads copies what it needs. Under the lock only index entries and
//! pointers are copied, so a reader never makes the writer wait for longer than that.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossbeam_channel::Sender;

use super::cursor::{Cursor, Position};
use super::pcapng::{self, Context, Encoder};
use super::{Record, Stamped};
use crate::modem::Direction;

/// A checkpoint stands at least so many bytes after the one before: 16 384 of them in 1 GiB, and no place is further than
/// this from one.
const CHECKPOINT_EVERY: u64 = 64 * 1024;

/// The one who appends. Dropping it ends the capture.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    encoder: Encoder,
    encoded: Vec<u8>,
}

/// Reads what has been appended so far; clones are cheap.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    started_us: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The end of what may be read.
    end: Position,
    /// Places to start reading at, in order; the first is the front of the first record.
    checkpoints: Vec<(Position, Arc<Context>)>,
    /// Bytes that are not in a file, with the place of their first.
    memory: VecDeque<(u64, Arc<[u8]>)>,
    /// Rung when there is more to read.
    bells: Vec<Sender<()>>,
}

impl Writer {
    /// A capture that lives in memory only. `started` is the wall-clock time of `at == 0`.
    #[must_use]
    pub fn in_memory(started: SystemTime) -> Self {
        let started_us = micros_since_1970(started);
        let header: Arc<[u8]> = pcapng::file_header(started_us).into();
        let front = Position { file: header.len() as u64, ..Position::default() };
        let state = State {
            end: front,
            checkpoints: vec![(front, Arc::new(own_context(&header)))],
            memory: VecDeque::from([(0, header)]),
            bells: Vec::new(),
        };
        let shared = Arc::new(Shared { started_us, state: Mutex::new(state) });
        Self { shared, encoder: Encoder::new(started_us), encoded: Vec::new() }
    }

    /// Appends a record. `at` is kept in whole microseconds and never goes back.
    pub fn append(&mut self, at: Duration, record: Record) {
        let mut at_us = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        let mut record = record;
        mask(&mut record);
        let direction = match &record {
            Record::Data { direction, .. } => *direction,
            _ => Direction::Rx,
        };
        self.encoded.clear();
        let mut end = self.shared.lock().end;
        at_us = at_us.max(end.at_us);
        let first = end;
        let mut ends = Vec::new();
        self.encoder.encode(at_us, &record, &mut self.encoded, |payload, out| {
            end = Position {
                file: first.file + out.len() as u64,
                record: end.record + 1,
                rx: end.rx + if direction == Direction::Rx { payload as u64 } else { 0 },
                tx: end.tx + if direction == Direction::Tx { payload as u64 } else { 0 },
                at_us,
            };
            ends.push(end);
        });
        let piece: Arc<[u8]> = self.encoded.as_slice().into();
        let mut state = self.shared.lock();
        state.memory.push_back((first.file, piece));
        state.end = end;
        for place in ends {
            if let Some((last, context)) = state.checkpoints.last()
                && place.file >= last.file + CHECKPOINT_EVERY
            {
                let context = Arc::clone(context);
                state.checkpoints.push((place, context));
            }
        }
        state.bells.retain(|bell| !matches!(bell.try_send(()), Err(crossbeam_channel::TrySendError::Disconnected(()))));
    }

    /// A reader of this capture.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { shared: Arc::clone(&self.shared) }
    }
}

impl Reader {
    /// Wall-clock time of `at == 0`.
    #[must_use]
    pub fn started(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.shared.started_us)
    }

    /// The end of what is there: how many records, bytes of each direction, and the time of the last record.
    #[must_use]
    pub fn end(&self) -> Position {
        self.shared.lock().end
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end().record
    }

    /// True while nothing was appended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Record number `index`. To read many in order, a [`Cursor`] is faster.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<Arc<Stamped>> {
        let mut cursor = self.cursor_before(|position| position.record <= index);
        while let Some(entry) = cursor.next_entry() {
            if entry.position.record == index {
                return Some(Arc::new(entry.to_stamped()));
            }
        }
        None
    }

    /// A cursor in front of the first record.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor_before(|position| position.record == 0)
    }

    /// A cursor in front of the record that holds this byte, or a little before it.
    #[must_use]
    pub fn cursor_at_byte(&self, direction: Direction, offset: u64) -> Cursor {
        self.cursor_before(|position| position.bytes(direction) <= offset)
    }

    /// A cursor in front of the first record at or after this time, or a little before it.
    #[must_use]
    pub fn cursor_at_time(&self, at: Duration) -> Cursor {
        self.cursor_before(|position| Duration::from_micros(position.at_us) < at)
    }

    /// Rings `bell` (never blocking) whenever there is more to read, until its receiver is gone. A bounded channel of one
    /// is enough.
    pub fn ring(&self, bell: Sender<()>) {
        self.shared.lock().bells.push(bell);
    }

    /// A cursor at the last checkpoint for which `holds`; it must hold for all in front of one for which it holds.
    fn cursor_before(&self, holds: impl Fn(&Position) -> bool) -> Cursor {
        let state = self.shared.lock();
        let index = state.checkpoints.partition_point(|(position, _)| holds(position)).saturating_sub(1);
        let (position, context) = state.checkpoints.get(index).cloned().unwrap_or_default();
        drop(state);
        Cursor::new(self.clone(), position, context)
    }

    /// The context for reading at a place that a cursor has been at.
    pub(super) fn cursor_from(&self, position: Position) -> Cursor {
        let context = self.cursor_before(|checkpoint| checkpoint.file <= position.file).into_context();
        Cursor::new(self.clone(), position, context)
    }

    pub(super) fn started_us(&self) -> u64 {
        self.shared.started_us
    }

    /// Appends to `buffer`, which ends at place `base` + its length, up to `wanted` bytes in all.
    pub(super) fn read_on(&self, base: u64, buffer: &mut Vec<u8>, wanted: usize) {
        let from = base + buffer.len() as u64;
        let mut missing = wanted.saturating_sub(buffer.len());
        let mut pieces = Vec::new();
        let state = self.shared.lock();
        let first = state.memory.partition_point(|(place, _)| *place <= from).saturating_sub(1);
        let mut place = from;
        for (start, piece) in state.memory.range(first..) {
            if missing == 0 {
                break;
            }
            let skip = usize::try_from(place - start).unwrap_or(usize::MAX);
            let length = piece.len().saturating_sub(skip).min(missing);
            pieces.push((Arc::clone(piece), skip..skip + length));
            missing -= length;
            place += length as u64;
        }
        drop(state);
        for (piece, range) in pieces {
            buffer.extend(piece.get(range).unwrap_or_default());
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Overwrites the secret stretches.
fn mask(record: &mut Record) {
    if let Record::Data { bytes, secret, .. } = record {
        for range in secret {
            let end = range.end.min(bytes.len());
            bytes.get_mut(range.start..end).unwrap_or_default().fill(b'*');
        }
    }
}

fn micros_since_1970(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

/// How to read what we write.
fn own_context(header: &[u8]) -> Context {
    let mut context = Context::default();
    let mut rest = header;
    while let Some(length) = pcapng::block_length(rest, &context) {
        if let Some(pcapng::Block::Context(next)) = rest.get(..length).and_then(|block| pcapng::decode(block, &context))
        {
            context = next;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    context
}
