//! The sent stream: how much of it there is, the write in hand, and the command line that is being typed.

use std::time::Duration;

use super::exchange::DataEnded;
use super::span::Span;
use crate::vocabulary::is_command;

/// Longest command line that is kept; the modem takes 556 characters behind `AT`.
const LINE: usize = 600;

/// See the module.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells what came right before; they do not exclude each other")]
pub(crate) struct Sending {
    total: u64,
    write: Option<u64>,
    write_begins: bool,
    line: Vec<u8>,
    span: Option<Span>,
    last: Option<Duration>,
    at_once: bool,
    after_cr: bool,
    after_terminator: bool,
    after_count: bool,
}

impl Sending {
    /// Bytes sent so far.
    #[must_use]
    pub(crate) const fn total(&self) -> u64 {
        self.total
    }

    /// The write in hand.
    #[must_use]
    pub(crate) const fn write(&self) -> Option<u64> {
        self.write
    }

    /// The command line that is being typed.
    #[must_use]
    pub(crate) fn line(&self) -> &[u8] {
        &self.line
    }

    /// Where it stands; `None` while there is none.
    #[must_use]
    pub(crate) const fn span(&self) -> Option<Span> {
        self.span
    }

    /// When its last byte went.
    #[must_use]
    pub(crate) const fn last(&self) -> Option<Duration> {
        self.last
    }

    /// It came in one write of more than one byte.
    #[must_use]
    pub(crate) const fn at_once(&self) -> bool {
        self.at_once
    }

    /// A write, or a further part of one, begins.
    pub(super) fn begin_write(&mut self, write: u64) {
        self.write_begins = self.write != Some(write);
        self.write = Some(write);
    }

    /// The next byte is the first of its write.
    pub(super) const fn write_begins(&self) -> bool {
        self.write_begins
    }

    /// Some of the write was taken.
    pub(super) const fn go_on(&mut self) {
        self.write_begins = false;
    }

    /// How many bytes went.
    pub(super) const fn count(&mut self, bytes: usize) {
        self.total += bytes as u64;
    }

    /// Text went that ends no line.
    pub(super) fn type_text(&mut self, text: &[u8], span: Span, now: Option<Duration>) {
        self.at_once = self.line.is_empty() && text.len() > 1;
        self.span = Some(self.span.map_or(span, |typed| typed.to(span)));
        self.last = now;
        let room = LINE.saturating_sub(self.line.len()).min(text.len());
        self.line.extend_from_slice(text.get(..room).unwrap_or_default());
        self.count(text.len());
    }

    /// What was typed is over, and was no command.
    pub(super) fn forget(&mut self) {
        self.line.clear();
        self.span = None;
    }

    /// The line has ended: its text and where it stands; `None` where it is empty. [`Self::keep_room`] takes the text back.
    pub(super) fn end_line(&mut self) -> Option<(Vec<u8>, Span)> {
        let span = self.span.take()?;
        Some((std::mem::take(&mut self.line), span))
    }

    /// Takes the room of a line that has ended for the next one.
    pub(super) fn keep_room(&mut self, mut text: Vec<u8>) {
        text.clear();
        self.line = text;
    }

    /// What is being typed may yet become a command.
    pub(super) fn may_be_command(&self) -> bool {
        let line = self.line.as_slice();
        is_command(line) || matches!(line, [] | [b'A' | b'a'] | [b'A' | b'a', b'/'] | [b'+', ..])
    }

    /// A carriage return ended a line, or a line feed, or something else.
    pub(super) const fn ended_with(&mut self, byte: u8) {
        self.after_cr = byte == b'\r';
    }

    /// The line feed that may come now belongs to a carriage return; asked once.
    pub(super) fn take_after_cr(&mut self) -> bool {
        std::mem::take(&mut self.after_cr)
    }

    /// Data has ended so.
    pub(super) const fn data_ended(&mut self, why: DataEnded) {
        match why {
            DataEnded::Full => self.after_count = true,
            DataEnded::Terminator => self.after_terminator = true,
            _ => return,
        }
        self.after_cr = false;
    }

    /// Right behind the 0x1A that ended data.
    pub(super) const fn after_terminator(&self) -> bool {
        self.after_terminator
    }

    /// Something other than a bare line end came behind the 0x1A.
    pub(super) const fn leave_terminator(&mut self) {
        self.after_terminator = false;
    }

    /// Right behind the last of counted data; asked once.
    pub(super) fn take_after_count(&mut self) -> bool {
        std::mem::take(&mut self.after_count)
    }

    /// Right behind the last of counted data.
    pub(super) const fn after_count(&self) -> bool {
        self.after_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;

    fn span(start: u64, end: u64) -> Span {
        Span { direction: Direction::Tx, start, end, at: None, order: start }
    }

    #[test]
    fn a_line_grows_over_writes_and_is_bounded() {
        let mut sending = Sending::default();
        sending.begin_write(1);
        assert!(sending.write_begins());
        sending.type_text(b"A", span(0, 1), None);
        sending.go_on();
        sending.begin_write(1);
        assert!(!sending.write_begins() && sending.may_be_command() && !sending.at_once());
        sending.type_text(b"T+X", span(1, 4), Some(Duration::from_secs(1)));
        assert_eq!((sending.line(), sending.span(), sending.total()), (&b"AT+X"[..], Some(span(0, 4)), 4));
        let (text, whole) = sending.end_line().unwrap();
        assert_eq!((text.as_slice(), whole), (&b"AT+X"[..], span(0, 4)));
        sending.keep_room(text);
        assert!(sending.line().is_empty() && sending.end_line().is_none());
        sending.type_text(&[b'x'; 2 * LINE], span(4, 4 + 2 * LINE as u64), None);
        assert!(sending.at_once() && !sending.may_be_command());
        assert_eq!((sending.line().len(), sending.total()), (LINE, 4 + 2 * LINE as u64));
    }

    #[test]
    fn what_came_before_is_told_once() {
        let mut sending = Sending::default();
        sending.ended_with(b'\r');
        sending.data_ended(DataEnded::Full);
        assert!(!sending.take_after_cr() && sending.take_after_count() && !sending.take_after_count());
        sending.data_ended(DataEnded::Terminator);
        sending.data_ended(DataEnded::Answered);
        assert!(sending.after_terminator());
        sending.leave_terminator();
        assert!(!sending.after_terminator());
    }
}
