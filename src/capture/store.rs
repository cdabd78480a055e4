//! Where the bytes of a capture are: appended once, read from any place.
//!
//! The store is one long run of pcapng bytes; whoever reads copies what it needs. Under the lock only index entries and
//! pointers are copied, so a reader never makes the writer wait for longer than that.

use std::collections::VecDeque;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossbeam_channel::Sender;

use super::cursor::{Cursor, EntryItem, Passed, Position};
use super::home::Home;
use super::pcapng::Context;
use super::{Stamped, disk};
use crate::modem::Direction;

/// A checkpoint stands at least this many bytes after the one before: 16 384 of them in 1 GiB, and no place is further than
/// this from one.
pub(super) const CHECKPOINT_EVERY: u64 = 64 * 1024;
/// What a piece costs beside its bytes.
const PIECE_COST: u64 = 32;

/// Reads what has been appended so far; clones are cheap.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

/// Where a capture is kept, and whether that goes well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Its file.
    pub path: Option<PathBuf>,
    /// Why the file cannot be written (or read), and what to do. The capture goes on in memory.
    pub trouble: Option<String>,
    /// Bytes of the capture file that wait in memory until it can be written.
    pub waiting: u64,
    /// Received and sent bytes lost since memory is full as well; the capture gets a record of the gap.
    pub lost: u64,
    /// Received and sent bytes that are missing in all, the gaps told in the capture included.
    pub missing: u64,
    /// What became of a file that somebody removed while it was written.
    pub restored: Option<String>,
    /// An old capture is still being read in.
    pub opening: bool,
    /// The file ends with this many bytes that are no whole record: the program that wrote it was killed, or still
    /// writes. They are passed over; the file is left as it is.
    pub torn: u64,
    /// Packets of the file of which no row is made.
    pub(super) unshown: u64,
    /// Records of the file whose time lies before that of the one in front of them.
    pub(super) set_back: u64,
}

/// What the times of a capture are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stamps {
    /// Each was taken when the bytes came or went.
    #[default]
    Taken,
    /// They stood in a text, whose day is not known: only the time between them is.
    Between,
    /// The text had none.
    Missing,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) started_us: u64,
    pub(super) file: Option<Home>,
    pub(super) state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// The end of what may be read.
    pub(super) end: Position,
    /// Places to start reading at, in order; the first is the front of the first record.
    pub(super) checkpoints: Vec<(Position, Arc<Context>)>,
    /// Bytes in front of this place are in the file.
    pub(super) on_disk: u64,
    /// Bytes that are not in the file, in order, with the place of their first.
    pub(super) memory: VecDeque<(u64, Arc<[u8]>)>,
    /// What `memory` costs.
    pub(super) memory_cost: u64,
    /// The file could not be written: everything goes to memory until the saver has caught up.
    pub(super) spilled: bool,
    /// Nothing was captured, and nothing will be; the file was removed.
    pub(super) withdrawn: bool,
    pub(super) trouble: Option<String>,
    pub(super) lost: u64,
    pub(super) missing: u64,
    pub(super) restored: Option<String>,
    pub(super) opening: bool,
    pub(super) torn: u64,
    pub(super) passed: Passed,
    pub(super) stamps: Stamps,
    /// Rung when there is more to read.
    pub(super) bells: Vec<Sender<()>>,
}

impl Reader {
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    /// Wall-clock time of `at == 0`.
    #[must_use]
    pub fn started(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.shared.started_us)
    }

    /// What the times in it are worth.
    #[must_use]
    pub(crate) fn stamps(&self) -> Stamps {
        self.shared.lock().stamps
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

    /// These bytes of a direction; fewer where the range goes past the end. For many in order, use a cursor.
    #[must_use]
    pub fn bytes(&self, direction: Direction, range: Range<u64>) -> Vec<u8> {
        let mut found = Vec::new();
        let mut cursor = self.cursor_at_byte(direction, range.start);
        while let Some(entry) = cursor.next_entry() {
            let start = entry.position.bytes(direction);
            if start >= range.end {
                break;
            }
            if let EntryItem::Data { direction: way, bytes, .. } = entry.item
                && way == direction
            {
                let place = |offset: u64| usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
                let end = place(range.end).min(bytes.len());
                found.extend(bytes.get(place(range.start)..end).unwrap_or_default());
            }
        }
        found
    }

    /// A cursor in front of the first record.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor_before(|position| position.record == 0)
    }

    /// A cursor in front of the record that holds this byte, or a little before it.
    #[must_use]
    pub(crate) fn cursor_at_byte(&self, direction: Direction, offset: u64) -> Cursor {
        self.cursor_before(|position| position.bytes(direction) <= offset)
    }

    /// A cursor in front of the first record at or after this time, or a little before it.
    #[must_use]
    pub(crate) fn cursor_at_time(&self, at: Duration) -> Cursor {
        self.cursor_before(|position| Duration::from_micros(position.at_us) < at)
    }

    /// Where it is kept, and whether that goes well.
    #[must_use]
    pub fn storage(&self) -> Storage {
        let state = self.shared.lock();
        let path = self.shared.file.as_ref().filter(|_| !state.withdrawn).map(Home::path);
        let waiting = if path.is_some() { state.end.file.saturating_sub(state.on_disk) } else { 0 };
        Storage {
            path,
            trouble: state.trouble.clone(),
            waiting,
            lost: state.lost,
            missing: state.missing,
            restored: state.restored.clone(),
            opening: state.opening,
            torn: state.torn,
            unshown: state.passed.unshown,
            set_back: state.passed.set_back,
        }
    }

    /// Removes the file of a capture in which no byte has been sent or received: its port could not be opened, so its
    /// name is free for the next try. What was noted can still be read here. A capture that holds bytes stays.
    pub(crate) fn withdraw(&self) {
        let mut state = self.shared.lock();
        if state.end.rx > 0 || state.end.tx > 0 || state.withdrawn {
            return;
        }
        state.withdrawn = match &self.shared.file {
            Some(home) => {
                let path = home.path();
                disk::is_at(&home.file(), &path) && std::fs::remove_file(path).is_ok()
            }
            None => true,
        };
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.shared.lock().withdrawn
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
        let context = Arc::clone(self.cursor_before(|checkpoint| checkpoint.file <= position.file).context());
        Cursor::new(self.clone(), position, context)
    }

    pub(super) fn started_us(&self) -> u64 {
        self.shared.started_us
    }

    /// Reads from a place on, as much as is there and fits; not beyond the end, unless it `scans` an old file for it.
    pub(super) fn read_at(&self, place: u64, buffer: &mut [u8], scans: bool) -> usize {
        let (end, on_disk, pieces) = {
            let state = self.shared.lock();
            let end = if scans { state.on_disk } else { state.end.file };
            (end, state.on_disk, state.pieces(place.max(state.on_disk), buffer.len()))
        };
        let until = |place: u64, end: u64| usize::try_from(end.saturating_sub(place)).unwrap_or(usize::MAX);
        let mut read = 0;
        if let Some(home) = &self.shared.file
            && place < on_disk
        {
            let wanted = until(place, end.min(on_disk)).min(buffer.len());
            let (count, error) = disk::read_all_at(&home.file(), buffer.get_mut(..wanted).unwrap_or_default(), place);
            read = count;
            if let Some(error) = error {
                self.shared.lock().trouble = Some(format!("{} cannot be read: {error}", home.path().display()));
                return read;
            }
        }
        for (start, piece) in pieces {
            let at = place + read as u64;
            let part =
                at.checked_sub(start).and_then(|skip| piece.get(usize::try_from(skip).ok()?..)).unwrap_or_default();
            let count = part.len().min(buffer.len() - read).min(until(at, end));
            if let (Some(target), Some(part)) = (buffer.get_mut(read..read + count), part.get(..count)) {
                target.copy_from_slice(part);
                read += count;
            }
        }
        read
    }
}

impl Shared {
    /// For an old file of this length, of which nothing is found yet.
    pub(super) fn opened(started_us: u64, file: File, path: PathBuf, length: u64) -> Self {
        let checkpoints = vec![(Position::default(), Arc::default())];
        let state = State { checkpoints, on_disk: length, opening: true, ..State::default() };
        Self { started_us, file: Some(Home::new(file, path, true)), state: Mutex::new(state) }
    }

    /// More of an old file was found; `over` when that was the end of it: how much is torn, and what was passed over.
    pub(super) fn found(&self, end: Position, checkpoints: Vec<(Position, Arc<Context>)>, over: Option<(u64, Passed)>) {
        let mut state = self.lock();
        state.end = end;
        state.checkpoints.extend(checkpoints);
        state.opening = over.is_none();
        (state.torn, state.passed) = over.unwrap_or_default();
        state.ring();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Readers may read up to the last of these ends.
    pub(super) fn publish(&mut self, ends: &[Position]) {
        for place in ends {
            self.end = *place;
            if let Some((last, context)) = self.checkpoints.last()
                && place.file >= last.file + CHECKPOINT_EVERY
            {
                let context = Arc::clone(context);
                self.checkpoints.push((*place, context));
            }
        }
        self.ring();
    }

    pub(super) fn ring(&mut self) {
        self.bells.retain(|bell| !matches!(bell.try_send(()), Err(crossbeam_channel::TrySendError::Disconnected(()))));
    }

    pub(super) fn keep_in_memory(&mut self, place: u64, bytes: &[u8]) {
        self.memory.push_back((place, bytes.into()));
        self.memory_cost += bytes.len() as u64 + PIECE_COST;
    }

    /// Bytes in front of `on_disk` are in the file now: memory lets go of them.
    pub(super) fn saved(&mut self, on_disk: u64) {
        self.on_disk = on_disk;
        while let Some((place, piece)) = self.memory.front()
            && place + piece.len() as u64 <= on_disk
        {
            self.memory_cost -= piece.len() as u64 + PIECE_COST;
            self.memory.pop_front();
        }
    }

    /// The pieces in memory that hold the bytes from a place on, about as many as `wanted` bytes need.
    pub(super) fn pieces(&self, from: u64, wanted: usize) -> Vec<(u64, Arc<[u8]>)> {
        let first = self.memory.partition_point(|(place, _)| *place <= from).saturating_sub(1);
        let until = from.saturating_add(wanted as u64);
        self.memory.range(first..).take_while(|(place, _)| *place < until).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
