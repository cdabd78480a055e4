//! The capture: every byte and event of a session, in order, with its time. Append-only; everything that shows, searches
//! or exports reads from here, and no second copy of the bytes is kept anywhere.
//!
//! One [`Writer`] per session, any number of [`Reader`]s. A reader never blocks the writer for longer than it takes to
//! copy an index entry.

mod rows;
mod store;

use std::time::Duration;

pub use rows::{Content, Newline, Row, RowIndex, RowRules};
pub use store::{Reader, Writer};

use crate::modem::Direction;

/// States of the modem lines, as far as the port tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "six lines are six lines")]
pub struct LineStates {
    /// Clear to send (from the modem).
    pub cts: bool,
    /// Data set ready (from the modem).
    pub dsr: bool,
    /// Data carrier detect (from the modem).
    pub dcd: bool,
    /// Ring indicator (from the modem).
    pub ri: bool,
    /// Data terminal ready (ours).
    pub dtr: bool,
    /// Request to send (ours).
    pub rts: bool,
}

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
    /// A macro step began, passed or failed.
    Step(String),
}

/// A record with its time since the capture began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// Since the capture began.
    pub at: Duration,
    /// What happened.
    pub record: Record,
}
