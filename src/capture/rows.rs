//! Rows: the lines of the log, computed from the records by rules. Switching the rules re-renders all of the past.

use std::ops::Range;
use std::time::Duration;

use super::Reader;
use crate::modem::Direction;

/// Where a row of bytes ends. A change of direction and an event always end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Newline {
    /// After LF, or after CR that no LF follows.
    Auto,
    /// After this byte string.
    After(Vec<u8>),
    /// After so many bytes.
    Every(u32),
    /// After a pause of this length.
    Pause(Duration),
    /// Only where the direction changes.
    Never,
}

/// Rules that make rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRules {
    /// Where rows end.
    pub newline: Newline,
    /// No row is longer than this.
    pub longest: u32,
}

impl Default for RowRules {
    fn default() -> Self {
        Self { newline: Newline::Auto, longest: 4096 }
    }
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes of one direction.
    Data {
        /// Which way.
        direction: Direction,
        /// Offset of the first byte within its direction.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// An event, in words.
    Event(String),
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 0-based, under the rules it was made with.
    pub number: u64,
    /// Time of its first byte since the capture began.
    pub at: Duration,
    /// What it shows.
    pub content: Content,
    /// More bytes may still join it (the `> ` prompt).
    pub open: bool,
}

/// The rows of a capture under one set of rules, kept up to date on demand.
#[derive(Debug)]
pub struct RowIndex {
    reader: Reader,
    rules: RowRules,
}

impl RowIndex {
    /// An index that has read nothing yet.
    #[must_use]
    pub fn new(reader: Reader, rules: RowRules) -> Self {
        Self { reader, rules }
    }

    /// The rules it was made with.
    #[must_use]
    pub fn rules(&self) -> &RowRules {
        &self.rules
    }

    /// Takes in at most `budget` bytes of what was appended since; true when it is up to date.
    pub fn update(&mut self, _budget: usize) -> bool {
        self.reader.is_empty()
    }

    /// Number of rows so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        0
    }

    /// True while there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// These rows; fewer where the range goes past the end.
    #[must_use]
    pub fn rows(&self, _range: Range<u64>) -> Vec<Row> {
        Vec::new()
    }
}
