//! What of the received lines somebody has written: the text of messages, and counted data in a log that has lost its line
//! ends. None of it is the modem's word, whatever it reads like.

use super::exchange::Span;
use super::said::{Pin, Said};
use super::{Dialog, Event, Shows};
use crate::modem::digest::Line;
use crate::vocabulary::is_whole_command;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    whole: Whole,
    pushed: Pushed,
    /// Behind a line that has opened a quotation mark: so many lines may follow until it is closed.
    quoted: Option<u8>,
    counted: Option<Counted>,
}

/// A menu of USSD, or a message of a broker, has no more lines.
const QUOTED_LINES: u8 = 24;

/// A text that goes on up to the final result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Whole {
    #[default]
    No,
    /// Behind the head of a message that was asked for.
    Message,
    /// What a command reads: an HTTP server's answer, a file.
    Read,
}

/// The text of a message that came by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pushed {
    #[default]
    No,
    /// The next line is text, whatever it is.
    Next,
    /// So are those that follow without a frame of their own.
    More,
}

/// How many bytes of counted data the lines so far stand for: the log shows text, not which line ends it had.
#[derive(Clone, Copy, Debug)]
struct Counted {
    at_least: u64,
    at_most: u64,
    of: u64,
}

impl Counted {
    fn is_over(&self, line: &Line<'_>) -> bool {
        self.at_least >= self.of || self.at_most >= self.of && Said::read(line.text) == Said::Ok
    }
}

impl Texts {
    /// The head of a message came; `asked` when a command asked for it, so that a result ends the text.
    pub(super) const fn begin_message(&mut self, asked: bool) {
        self.whole = if asked { Whole::Message } else { Whole::No };
    }

    /// What a command reads comes now.
    pub(super) const fn begin_read(&mut self) {
        self.whole = Whole::Read;
    }

    /// A message came by itself: the next line is its text.
    pub(super) const fn begin_pushed(&mut self) {
        self.pushed = Pushed::Next;
    }

    /// How many bytes of data follow, in lines.
    pub(super) fn begin_counted(&mut self, bytes: u64) {
        self.counted = (bytes > 0).then_some(Counted { at_least: 0, at_most: 0, of: bytes });
    }

    /// What comes next may be something that somebody has written.
    pub(super) const fn are_awaited(&self) -> bool {
        !matches!(self.pushed, Pushed::No) || self.counted.is_some()
    }

    /// The next line may be something that somebody has written, or stand between quotation marks.
    pub(super) const fn may_be_here(&self) -> bool {
        self.are_awaited() || self.in_quotes()
    }

    /// What comes is text up to the final result.
    pub(super) const fn goes_on(&self) -> bool {
        !matches!(self.whole, Whole::No)
    }

    /// It is that of a message.
    pub(super) const fn in_message(&self) -> bool {
        matches!(self.whole, Whole::Message)
    }

    /// The text is over.
    pub(super) const fn end_whole(&mut self) {
        self.whole = Whole::No;
        self.quoted = None;
    }

    /// A line has opened a quotation mark and not closed it: `+CUSD: 1,"Balance`.
    pub(super) const fn begin_quoted(&mut self) {
        self.quoted = Some(QUOTED_LINES);
    }

    /// The text between quotation marks goes on.
    pub(super) const fn in_quotes(&self) -> bool {
        self.quoted.is_some()
    }

    /// The line is part of the text between quotation marks.
    pub(super) fn take_quoted(&mut self, text: &[u8]) {
        let left = self.quoted.and_then(|left| left.checked_sub(1));
        self.quoted = left.filter(|_| !opens_quote(text));
    }

    /// The text of a message that came by itself may have more lines.
    pub(super) const fn may_have_more(&self) -> bool {
        matches!(self.pushed, Pushed::More)
    }

    /// The line is text of a message that came by itself.
    pub(super) fn take_pushed(&mut self, framed: bool) -> bool {
        let text = self.pushed == Pushed::Next || self.pushed == Pushed::More && !framed;
        self.pushed = if text { Pushed::More } else { Pushed::No };
        text
    }

    /// The line may be part of the counted data.
    pub(super) fn counts_on(&self, line: &Line<'_>) -> bool {
        self.counted.is_some_and(|counted| !counted.is_over(line))
    }

    /// The line is part of the counted data.
    pub(super) fn take_counted(&mut self, line: &Line<'_>) -> bool {
        let Some(counted) = self.counted.as_mut().filter(|counted| !counted.is_over(line)) else {
            self.counted = None;
            return false;
        };
        counted.at_least += line.end - line.start;
        // Its own line end, and an empty line before it that the log may have dropped.
        counted.at_most += line.end - line.start + 4;
        true
    }

    /// No more counted data is waited for. True where some was.
    pub(super) const fn give_up_counted(&mut self) -> bool {
        self.counted.take().is_some()
    }
}

/// A quotation mark in the line has no other.
pub(super) fn opens_quote(text: &[u8]) -> bool {
    memchr::memchr_iter(b'"', text).count() % 2 == 1
}

impl Dialog {
    /// In a log that has lost its line ends: the line may be one more of the message that has just come by itself, for it would answer a
    /// command, and none stands.
    pub(super) fn is_more_of_message(&self, line: &Line<'_>) -> bool {
        self.log.restored
            && self.texts.may_have_more()
            && self.commands.open().is_empty()
            && !is_whole_command(line.text.trim_ascii_end())
            && match Said::of(line.text, self.telling.family()) {
                Said::Unknown | Said::SendFail | Said::ConnectFail(_) | Said::Failed | Said::Trouble => true,
                Said::Cpin(pin) => pin != Pin::Ready,
                said => said.is_error(),
            }
    }

    /// The line stands between quotation marks that a line before has opened.
    pub(super) fn is_quoted(&mut self, text: &[u8]) -> bool {
        if !self.texts.in_quotes() {
            return false;
        }
        let text = text.trim_ascii_end();
        if text == b"OK" || self.log.shows == Shows::Echoed && is_whole_command(text) {
            return false;
        }
        self.texts.take_quoted(text);
        true
    }

    /// The text of an SMS: somebody has to read it.
    pub(super) fn text_of_message(&mut self, text: &[u8], span: Span) {
        if self.state.cmgf != Some(0) && is_in_digits(text.trim_ascii()) {
            self.events.push(Event::Said(Said::TextInDigits, span));
        }
    }
}

/// Characters in four hex digits each (UCS2), as they are written in a text of people: most come from one alphabet.
fn is_in_digits(text: &[u8]) -> bool {
    /// A shorter one may be a code that somebody has sent, and so may a longer one without letters among its digits.
    const SHORTEST: usize = 8;
    const LONGEST_CODE: usize = 12;
    let code = text.len() <= LONGEST_CODE && text.iter().all(u8::is_ascii_digit);
    let common = |four: &[u8]| matches!(four, [b'0', b'0' | b'1' | b'3' | b'4' | b'5' | b'6', ..] | b"2019" | b"2026");
    text.len() >= SHORTEST
        && !code
        && text.len().is_multiple_of(4)
        && text.iter().all(u8::is_ascii_hexdigit)
        && text.chunks_exact(4).all(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line<'_> {
        Line { text: text.as_bytes(), start: 0, end: text.len() as u64, feeds: 1, ended_by: b'\r' }
    }

    #[test]
    fn a_pushed_message_is_one_line_and_what_follows_without_a_frame() {
        let mut texts = Texts::default();
        assert!(!texts.take_pushed(false));
        texts.begin_pushed();
        assert!(texts.take_pushed(true) && texts.take_pushed(false) && !texts.take_pushed(true));
        assert!(!texts.take_pushed(false));
    }

    #[test]
    fn a_code_that_somebody_has_sent_is_no_text_in_hex_digits() {
        for text in ["01450192", "003100320033", "4821", "hello"] {
            assert!(!is_in_digits(text.as_bytes()), "{text}");
        }
        for text in ["0048006F", "00480065006C006C006F", "0031003200330034"] {
            assert!(is_in_digits(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn counted_data_ends_when_it_is_full_or_may_be_and_the_modem_answers() {
        let mut texts = Texts::default();
        texts.begin_counted(9);
        assert!(texts.take_counted(&line("hello")) && texts.counts_on(&line("ERROR")));
        assert!(!texts.take_counted(&line("OK")), "with line ends it may be over");
        texts.begin_counted(5);
        assert!(texts.take_counted(&line("OK")), "two bytes and their line ends are no five");
        assert!(texts.take_counted(&line("abc")) && !texts.take_counted(&line("more")));
        texts.begin_counted(0);
        assert!(!texts.give_up_counted());
    }
}
