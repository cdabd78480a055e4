//! The received stream: how much of it there is, the line in hand, and when and behind how many sent bytes it began.

use std::ops::Range;
use std::time::Duration;

use super::span::Span;
use crate::modem::Direction;
use crate::modem::digest::{Digest, Held, Line, Token};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Receiving {
    digest: Digest,
    held: Held,
    last: Option<Duration>,
    line_at: Option<Duration>,
    line_order: u64,
    /// The token before was a line, so that a framed answer brings two line feeds.
    after_line: bool,
    /// Bytes that follow the line in hand and are no lines.
    skip: u64,
    elided: bool,
}

impl Receiving {
    /// Bytes received so far.
    #[must_use]
    pub(crate) const fn total(&self) -> u64 {
        self.digest.offset()
    }

    /// When bytes came last.
    #[must_use]
    pub(crate) const fn last(&self) -> Option<Duration> {
        self.last
    }

    /// Parts of the log were left out on this side.
    #[must_use]
    pub(crate) const fn elided(&self) -> bool {
        self.elided
    }

    /// The line that the modem has begun and not ended, with its offset.
    #[must_use]
    pub(crate) fn unfinished(&self) -> Option<(u64, &[u8])> {
        self.digest.unfinished().map(|start| (start, self.held.as_slice()))
    }

    /// Received bytes as a span of the line in hand.
    #[must_use]
    pub(crate) fn span(&self, range: Range<u64>) -> Span {
        let order = self.line_order + range.start;
        Span { direction: Direction::Rx, start: range.start, end: range.end, at: self.line_at, order }
    }

    /// Bytes begin to come.
    pub(super) fn begin(&mut self, at: Option<Duration>) {
        self.last = at.or(self.last);
    }

    /// How long the line was silent before these bytes.
    pub(super) fn was_silent_for(&self, length: Duration, at: Option<Duration>) -> bool {
        at.zip(self.last).is_some_and(|(now, last)| now >= last + length)
    }

    /// A line is about to begin, behind this many sent bytes. False in the middle of one.
    pub(super) fn begin_line(&mut self, now: Option<Duration>, sent: u64) -> bool {
        if self.digest.at_line_start() {
            (self.line_at, self.line_order) = (now, sent);
        }
        self.digest.at_line_start()
    }

    /// Bytes are passed over that are no lines.
    pub(super) const fn is_skipping(&self) -> bool {
        self.digest.skipping() > 0
    }

    /// How many bytes are none of the modem's lines.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.digest.pass(bytes);
        self.after_line = false;
    }

    /// These bytes are no dialog; the line in hand ends without a word.
    pub(super) fn pass_by(&mut self, bytes: usize) {
        self.digest.stop_skipping();
        self.digest.drop_unfinished();
        self.digest.pass(bytes);
    }

    /// Something was left out here.
    pub(super) fn leave_out(&mut self, on_this_side: bool) {
        self.digest.stop_skipping();
        self.elided |= on_this_side;
    }

    /// The room for the line in hand; [`Self::put_back`] takes it again.
    pub(super) fn take_room(&mut self) -> Held {
        std::mem::take(&mut self.held)
    }

    /// The next token of the stream, and how many bytes it took.
    pub(super) fn next<'a>(
        &mut self,
        bytes: &'a [u8],
        room: &'a mut Held,
        prompts: bool,
    ) -> (usize, Option<Token<'a>>) {
        self.digest.next(bytes, room, prompts)
    }

    /// The step is over. True where the space of `> ` was in it.
    pub(super) fn put_back(&mut self, room: Held) -> bool {
        self.held = room;
        self.digest.skip(std::mem::take(&mut self.skip));
        self.digest.take_space()
    }

    /// How many bytes that are no lines follow the one in hand.
    pub(super) const fn skip(&mut self, bytes: u64) {
        self.skip = bytes;
    }

    /// The line has line ends on both sides, as the modem frames its words.
    pub(super) const fn frames(&mut self, line: &Line<'_>) -> bool {
        let framed = line.feeds >= 2 || (!self.after_line && line.feeds >= 1);
        self.after_line = true;
        framed
    }

    /// What came last was no line of the modem's.
    pub(super) const fn no_line(&mut self) {
        self.after_line = false;
    }
}
