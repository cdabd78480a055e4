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
    peek: Peek,
    elided: bool,
}

/// The first bytes of counted data: a web server says there how a request went.
#[derive(Debug, Default)]
struct Peek {
    /// They are wanted; those that have come.
    head: Option<Vec<u8>>,
}

/// `HTTP/1.1 400 ` is as long.
const STATUS: usize = 13;
/// An answer in JSON is read whole, or not at all: who refuses says so in few words.
const JSON: usize = 1024;

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

    /// Takes the line feed that ends the last line, where it comes alone. False for anything else.
    #[inline]
    pub(super) fn take_feed(&mut self, bytes: &[u8]) -> bool {
        self.digest.take_feed(bytes)
    }

    /// Takes a whole line that is none of the modem's, and the byte that ends it.
    pub(super) fn take_line(&mut self, length: usize, ended_by: u8) {
        self.digest.take_line(length, ended_by);
        self.after_line = false;
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

    /// The next line, where it stands whole in these bytes, and how many bytes it took. [`Self::end_line`] comes behind it.
    #[inline]
    pub(super) fn whole_line<'a>(&mut self, bytes: &'a [u8]) -> Option<(usize, Line<'a>)> {
        self.digest.whole(bytes)
    }

    /// The line is dealt with: what was to be passed over behind it is passed over from now on.
    pub(super) fn end_line(&mut self) {
        self.digest.skip(std::mem::take(&mut self.skip));
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
        self.end_line();
        self.digest.take_space()
    }

    /// How many bytes that are no lines follow the one in hand.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.skip = bytes;
        self.peek.head = (bytes >= STATUS as u64).then(Vec::new);
    }

    /// The head of counted data is wanted.
    pub(super) const fn peeks(&self) -> bool {
        self.peek.head.is_some()
    }

    /// Of these bytes, which come next, as many as are the head of counted data; `None` where they are something else.
    pub(super) fn peek(&mut self, bytes: &[u8]) -> Option<Peeked> {
        // The line feed of the head's own line end comes alone.
        if self.digest.awaits_feed() && bytes.first() == Some(&b'\n') {
            return None;
        }
        let head = self.peek.head.as_mut().filter(|_| self.digest.skipping() > 0)?;
        let skipping = usize::try_from(self.digest.skipping()).unwrap_or(usize::MAX);
        let wanted = |head: &[u8]| if head.first() == Some(&b'{') { JSON } else { STATUS };
        let used = bytes.len().min(skipping).min(wanted(head).saturating_sub(head.len()));
        head.extend_from_slice(bytes.get(..used)?);
        let whole = head.len() >= wanted(head) || used == skipping;
        let head = if whole { self.peek.head.take() } else { None };
        Some(Peeked { used, head })
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

/// What was seen of counted data.
pub(super) struct Peeked {
    /// How many bytes.
    pub(super) used: usize,
    /// Its first bytes, when all that are wanted have come.
    pub(super) head: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds bytes; gives the lines that ended, and whether each was framed.
    fn lines(receiving: &mut Receiving, mut bytes: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let mut lines = Vec::new();
        while !bytes.is_empty() {
            receiving.begin_line(None, 7);
            let mut room = receiving.take_room();
            let (length, token) = receiving.next(bytes, &mut room, true);
            match token {
                Some(Token::Line(line)) => {
                    let framed = receiving.frames(&line);
                    lines.push((line.text.to_vec(), framed));
                }
                Some(_) => receiving.no_line(),
                None => {}
            }
            receiving.put_back(room);
            bytes = &bytes[length..];
        }
        lines
    }

    #[test]
    fn a_line_in_pieces_is_one_line_and_knows_where_it_began() {
        let mut receiving = Receiving::default();
        receiving.begin(Some(Duration::from_secs(1)));
        assert!(lines(&mut receiving, b"\r\n+CS").is_empty());
        assert_eq!(receiving.unfinished(), Some((2, &b"+CS"[..])));
        assert_eq!(lines(&mut receiving, b"Q: 20,0\r\n"), [(b"+CSQ: 20,0".to_vec(), true)]);
        assert_eq!((receiving.total(), receiving.unfinished()), (14, None));
        assert_eq!(receiving.span(2..12).order, 7 + 2);
    }

    #[test]
    fn a_line_behind_a_line_needs_its_own_line_feeds() {
        let mut receiving = Receiving::default();
        assert_eq!(
            lines(&mut receiving, b"\r\nOK\r\nnot framed\r\n\r\nERROR\r\n"),
            [(b"OK".to_vec(), true), (b"not framed".to_vec(), false), (b"ERROR".to_vec(), true),]
        );
        receiving.no_line();
        assert_eq!(lines(&mut receiving, b"\r\nOK\r\n"), [(b"OK".to_vec(), true)]);
    }

    #[test]
    fn silence_is_counted_only_where_times_are_known() {
        let (second, limit) = (Duration::from_secs(1), Duration::from_millis(300));
        let mut receiving = Receiving::default();
        assert!(!receiving.was_silent_for(limit, Some(second)), "nothing came before");
        receiving.begin(Some(second));
        receiving.begin(None);
        assert_eq!(receiving.last(), Some(second), "a chunk without a time does not end it");
        assert!(!receiving.was_silent_for(limit, None));
        assert!(!receiving.was_silent_for(limit, Some(second + limit / 2)));
        assert!(receiving.was_silent_for(limit, Some(second + limit)));
    }

    #[test]
    fn what_is_passed_over_is_counted_and_no_line() {
        let mut receiving = Receiving::default();
        assert!(lines(&mut receiving, b"\r\n+IPD").is_empty());
        receiving.pass_by(100);
        assert_eq!((receiving.total(), receiving.unfinished()), (106, None));
        receiving.leave_out(false);
        assert!(!receiving.elided());
        receiving.leave_out(true);
        assert!(receiving.elided() && !receiving.is_skipping());
    }
}
