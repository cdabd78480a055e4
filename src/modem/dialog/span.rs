//! Where bytes stand in a session.

use std::time::Duration;

use crate::modem::Direction;

/// A stretch of bytes of one direction, with its time and its place among all bytes of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Which stream.
    pub direction: Direction,
    /// Offset of the first byte in that stream.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
    /// When the first byte came or went, where that is known.
    pub at: Option<Duration>,
    /// Bytes of both directions before it.
    pub order: u64,
}

impl Span {
    /// A part of it, by offsets from its start.
    #[must_use]
    pub(crate) fn part(self, range: std::ops::Range<u64>) -> Self {
        let start = self.start + range.start;
        Self { start, end: self.start + range.end, order: self.order + range.start, ..self }
    }

    /// From the start of this one to the end of a later one of the same direction.
    #[must_use]
    pub(crate) fn to(self, later: Self) -> Self {
        Self { end: later.end.max(self.end), ..self }
    }
}
