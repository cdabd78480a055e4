//! The capture: every byte and event of a session, in order, with its time. Append-only; everything that shows, searches
//! or exports reads from here, and no second copy of the bytes is kept anywhere.
//!
//! One [`Writer`] per session, any number of [`Reader`]s. A reader never blocks the writer for longer than it takes to
//! copy an index entry.
//!
//! Everything is stored as the bytes of a pcapng file (`pcapng`), in memory or on disk (`store`). A [`Cursor`] reads them
//! in order from any checkpoint; rows, search and export are all walks of a cursor.

pub mod copy;
mod cursor;
mod disk;
mod error;
pub mod export;
pub mod folder;
mod home;
pub mod import;
mod left_out;
mod listener;
mod live_log;
pub mod marks;
mod open;
mod pcapng;
mod progress;
pub mod redact;
mod row_index;
mod rows;
mod saver;
pub mod search;
mod store;
mod writer;

use std::ops::Range;
use std::time::Duration;

pub use cursor::Cursor;
pub use live_log::LiveLog;
pub use open::open;
pub use progress::Progress;
pub use row_index::RowIndex;
pub use rows::{Filter, RowRules, event_text};
pub use store::{Reader, Storage};
pub use writer::Writer;

pub use crate::os::LineStates;

pub(crate) use cursor::{Entry, EntryItem, Position};
pub(crate) use disk::create_private;
pub(crate) use error::CaptureError;
pub(crate) use listener::Listener;
pub(crate) use open::Opening;
pub(crate) use rows::{Content, Newline, Row};
pub(crate) use store::Stamps;

use crate::modem::Direction;

/// What was wrong with received bytes on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// A stop bit was missing.
    Framing,
    /// The parity bit did not fit.
    Parity,
    /// Characters in front of these were lost: the receiver was full (overrun).
    Overrun,
}

/// One entry of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Bytes that one read returned, or that one write handed to the operating system.
    Data {
        /// Which way.
        direction: Direction,
        /// The bytes, exact.
        bytes: Vec<u8>,
        /// For [`Direction::Tx`]: which Send this was part of.
        send: Option<u64>,
        /// For [`Direction::Rx`]: what was wrong with them.
        flaw: Flaw,
        /// Secret stretches of `bytes`, in order. On append: mask these (the writer finds PINs and passwords on its own
        /// as well). Read back: these are masked, each byte stands for one that is not stored.
        secret: Vec<Range<usize>>,
    },
    /// Modem lines changed to these states.
    Lines(LineStates),
    /// A break was received (`Rx`) or sent (`Tx`).
    Break(Direction),
    /// Bytes were lost before we could read or keep them.
    Lost {
        /// Which way.
        direction: Direction,
        /// How many, where known.
        bytes: Option<u64>,
        /// Where: the driver, the disk.
        why: String,
    },
    /// Something worth a line in the log: opened, settings, lost and back, a user's note.
    Note(String),
    /// The same, where it says something about the bytes behind it, whatever its words.
    Marked(Mark, String),
    /// A macro step began, passed or failed.
    Step(String),
}

/// What a marked note says about the bytes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// They are a dialog with the modem, and diagnosed.
    Dialog,
    /// They are none: probes at other rates, a check of the line, a file by its protocol. They only count.
    NoDialog,
}

impl Record {
    /// Received bytes with nothing wrong.
    #[must_use]
    pub fn received(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Data { direction: Direction::Rx, bytes: bytes.into(), send: None, flaw: Flaw::None, secret: Vec::new() }
    }

    /// What the operating system took of a Send. `secret` are the stretches of `bytes` to mask.
    #[must_use]
    pub fn sent(send: u64, bytes: impl Into<Vec<u8>>, secret: Vec<Range<usize>>) -> Self {
        Self::Data { direction: Direction::Tx, bytes: bytes.into(), send: Some(send), flaw: Flaw::None, secret }
    }
}

/// A record with its time since the capture began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// Since the capture began, whole microseconds.
    pub at: Duration,
    /// What happened.
    pub record: Record,
}
