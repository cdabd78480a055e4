//! Opens an old capture: the first rows are there at once, the rest is found while it is being looked at.
//!
//! Any pcapng file with link type 250 will do, one that tshark or editcap has rewritten too. The file is only read. What of it is
//! not shown is told ([`super::Storage::left_out`]).

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::cursor::{Cursor, Position};
use super::pcapng::{self, Block, Context};
use super::store::Shared;
use super::{CaptureError, Reader, disk};
use crate::os::files;

/// The start of the file that is searched for the interface and the first packet.
const HEAD: usize = 1024 * 1024;
/// Readers get to see what was found in steps of this.
const STEP: u64 = 4 * 1024 * 1024;

/// An old capture that is being read in. Readers see what was found so far.
#[derive(Debug)]
pub struct Opening {
    shared: Arc<Shared>,
    cursor: Cursor,
    length: u64,
    /// The last checkpoint.
    last: (Position, Arc<Context>),
}

/// Opens a capture file for reading.
///
/// # Errors
/// [`CaptureError`] when it cannot be read or holds no serial capture. Damage further on is no error: reading stops in
/// front of it, and [`super::Storage::torn`] says how much is left.
pub fn open(path: &Path) -> Result<Opening, CaptureError> {
    let opened = |source| CaptureError::Open { path: path.to_owned(), source };
    if path.is_dir() {
        // Windows would only deny access to it.
        return Err(opened(io::ErrorKind::IsADirectory.into()));
    }
    if path.metadata().is_ok_and(|data| !data.is_file()) {
        // Whoever opens a pipe waits until somebody writes.
        let (what, advice) = ("a pipe or a device, and no file", "save what comes from it into a file first");
        return Err(CaptureError::Foreign { path: path.to_owned(), what, advice });
    }
    let file = File::open(path).map_err(opened)?;
    let length = file.metadata().map_err(opened)?.len();
    // Keeps retention of another instance away; where it is being written this fails, and it is kept anyway.
    files::mark_shown(&file);
    let mut head = vec![0; HEAD.min(usize::try_from(length).unwrap_or(HEAD))];
    let read = disk::read_at(&file, &mut head, 0).map_err(opened)?;
    head.truncate(read);
    let started_us = match started(&head, path) {
        Ok(Some(time)) => time,
        // What comes first may be a long run of something else.
        nothing_yet => match (head.len() == HEAD).then(|| first_record(&file, path, length)).flatten() {
            Some(time) => time,
            None => nothing_yet?.unwrap_or(0),
        },
    };
    let shared = Arc::new(Shared::opened(started_us, file, path.to_owned(), length));
    let cursor = Cursor::scanning(Reader::of(&shared));
    Ok(Opening { shared, cursor, length, last: (Position::default(), Arc::default()) })
}

impl Opening {
    /// A reader of what was found so far; it grows.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::of(&self.shared)
    }

    /// Looks at the next 4 MiB; false when that was the end.
    pub fn step(&mut self) -> bool {
        let until = self.cursor.position().file + STEP;
        let mut found = Vec::new();
        let more = loop {
            let Some(place) = self.cursor.next_entry().map(|entry| entry.position) else { break false };
            let new_context = !Arc::ptr_eq(self.cursor.context(), &self.last.1);
            if new_context || place.file >= self.last.0.file + super::store::CHECKPOINT_EVERY {
                self.last = (place, Arc::clone(self.cursor.context()));
                found.push(self.last.clone());
            }
            if place.file >= until {
                break true;
            }
        };
        let end = self.cursor.position();
        self.shared.found(end, found, (!more).then(|| (self.length.saturating_sub(end.file), self.cursor.passed())));
        more
    }

    /// Reads it all in.
    #[must_use]
    pub fn finish(mut self) -> Reader {
        while self.step() {}
        self.reader()
    }

    /// Reads it in on a thread of its own; the reader grows meanwhile. [`super::Storage::opening`] says when it is done.
    #[must_use]
    pub(crate) fn in_background(mut self) -> Reader {
        let reader = self.reader();
        // A window that wants its first rows at once has them when this returns.
        if self.step() {
            let shared = Arc::clone(&self.shared);
            let work = move || while self.step() {};
            if let Err(error) = std::thread::Builder::new().name("capture open".to_owned()).spawn(work) {
                shared.lock().trouble = Some(format!("only the start of the capture is shown: {error}"));
            }
        }
        reader
    }
}

/// What begins as a capture does.
fn recognise(head: &[u8], path: &Path) -> Result<(), CaptureError> {
    let path = || path.to_owned();
    let foreign = |what, advice| Err(CaptureError::Foreign { path: path(), what, advice });
    match head {
        [] => Err(CaptureError::Empty { path: path() }),
        [0x0A, 0x0D, 0x0D, 0x0A, ..] if pcapng::block_length(head, &Context::default()).is_some() => Ok(()),
        [0x0A, 0x0D, 0x0D, 0x0A, ..] => Err(CaptureError::Damaged { path: path() }),
        [0xD4 | 0x4D, 0xC3 | 0x3C, 0xB2, 0xA1, ..] | [0xA1, 0xB2, 0xC3 | 0x3C, 0xD4 | 0x4D, ..] => {
            foreign("a capture in the old form, pcap", "make it a new one with `editcap -F pcapng OLD NEW`")
        }
        [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] | [b'P', b'K', 3, 4, ..] => {
            foreign("a compressed file", "unpack it first")
        }
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            foreign("a picture", "copy the text that it shows out of the terminal")
        }
        [b'%', b'P', b'D', b'F', ..] => foreign("a PDF", "copy its text into a file"),
        [0x7F, b'E', b'L', b'F', ..] | [b'M', b'Z', 0x90, 0, ..] => foreign("a program", "open what it has written"),
        _ => {
            let found = hex::encode_upper(head.get(..4).unwrap_or(head));
            Err(CaptureError::NotPcapng { path: path(), found })
        }
    }
}

/// Where the first record of a serial port may stand behind others: 16 MiB.
const LOOKED_AT: u64 = 16 << 20;

/// The time of the first record, in microseconds since 1970; looked for no further than a window can wait.
fn first_record(file: &File, path: &Path, length: u64) -> Option<u64> {
    let shared = Arc::new(Shared::opened(0, file.try_clone().ok()?, path.to_owned(), length.min(LOOKED_AT)));
    let at = Cursor::scanning(Reader::of(&shared)).next_entry()?.at;
    u64::try_from(at.as_micros()).ok()
}

/// When the capture began, in microseconds since 1970: as it says itself, or else the time of its first packet. `None`: neither
/// stands in its head.
fn started(head: &[u8], path: &Path) -> Result<Option<u64>, CaptureError> {
    recognise(head, path)?;
    let mut context = Context::default();
    let mut link_types = BTreeSet::new();
    let mut rest = head;
    while let Some(length) = pcapng::block_length(rest, &context) {
        match rest.get(..length).and_then(|block| pcapng::decode(block, &context)) {
            Some(Block::Context(next)) => {
                link_types.extend(next.last_link_type());
                context = next;
            }
            Some(Block::Started(time)) => return Ok(Some(time)),
            Some(Block::Packet(packet)) => return Ok(Some(packet.time_us)),
            Some(Block::Unshown | Block::Other) => {}
            None => break,
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    if link_types.contains(&pcapng::LINK_TYPE) || (link_types.is_empty() && head.len() == HEAD) {
        return Ok(None);
    }
    let found = if link_types.is_empty() {
        "not given (the file may be torn)".to_owned()
    } else {
        link_types.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
    };
    Err(CaptureError::NotSerial { path: path.to_owned(), found })
}

#[cfg(test)]
mod tests;
