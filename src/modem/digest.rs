//! Cuts what a modem says into lines, prompts and counted data, as far as framing goes.
//!
//! Not a judge: whether a line is an answer, pushed data or an echo, and whether `>` is a prompt, is the dialog's
//! business. The caller pulls one [`Token`] at a time, so that it can change its mind between two of them (skip counted
//! data, expect a prompt). How the received bytes were split changes nothing: a line is whole at its first CR or LF,
//! a prompt at its `>`.
//!
//! No byte of the modem ever becomes a `String` here, and nothing grows without bound: of a line longer than
//! [`LINE_CAP`] only the first bytes are kept; its length stays exact.

use memchr::memchr3;

use crate::notation::first_of;

/// The longest line whose bytes are all kept. The SIM800's own lines stay under 600 bytes (command echo 556).
const LINE_CAP: usize = 1024;

/// One piece of what the modem said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A line, without its line ends.
    Line(Line<'a>),
    /// `>` at the start of a line while a prompt was expected; offset of the `>`.
    Prompt(u64),
}

/// A line, without its line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its bytes, at most [`LINE_CAP`] of them.
    pub text: &'a [u8],
    /// Offset of its first byte in the received stream.
    pub start: u64,
    /// Offset behind its last byte, exact even when `text` is cut.
    pub end: u64,
    /// Line feeds between the token before and this line. A framed answer brings its own: two after a line
    /// (that line's and this one's), one after an echo, a prompt or counted data.
    pub(crate) feeds: u8,
    /// What ended it: CR, LF, or `:` for the head of `+IPD,<len>:`.
    pub(crate) ended_by: u8,
}

/// The tokenizer. It holds a few counters; the unfinished line is in a [`Held`] beside it, so that a token that points
/// into it leaves the tokenizer free.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each tells what the byte before was; they do not exclude each other"
)]
pub struct Digest {
    offset: u64,
    start: u64,
    in_line: bool,
    done: bool,
    feeds: u8,
    skip: u64,
    space: bool,
    spaced: bool,
    after_return: bool,
    feed_first: bool,
}

/// The first bytes, at most [`LINE_CAP`], of a line whose end has not come yet.
pub type Held = Vec<u8>;

/// The only line of a SIM800 that is followed by counted data without a line end between.
const IPD: &[u8] = b"+IPD,";

impl Digest {
    /// Bytes taken so far: the offset of the next byte.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Counts the next `bytes` as data: they give no tokens. The LF of a line that was whole at its CR is not data.
    pub const fn skip(&mut self, bytes: u64) {
        if bytes == 0 {
            return;
        }
        self.skip = self.skip.saturating_add(bytes);
        self.feeds = 0;
        self.feed_first = self.done && self.after_return;
    }

    /// Gives up waiting for counted data (a log that leaves parts out, a restart).
    pub(crate) const fn stop_skipping(&mut self) {
        self.skip = 0;
    }

    /// Counted data that is still to come.
    #[must_use]
    pub(crate) const fn skipping(&self) -> u64 {
        self.skip
    }

    /// A line feed that comes next belongs to the line in front of the counted data, and is taken alone.
    #[must_use]
    pub(crate) const fn awaits_feed(&self) -> bool {
        self.feed_first
    }

    /// Offset of the unfinished line, whose bytes are the held ones.
    #[must_use]
    pub(crate) fn unfinished(&self) -> Option<u64> {
        (self.in_line && !self.done).then_some(self.start)
    }

    /// No line is unfinished.
    #[must_use]
    pub(crate) const fn at_line_start(&self) -> bool {
        !self.in_line || self.done
    }

    /// Whether the space of a prompt was passed over since the last call.
    pub(crate) const fn take_space(&mut self) -> bool {
        std::mem::replace(&mut self.spaced, false)
    }

    /// Takes the line feed behind the carriage return that ended the last line, where it comes alone. False for anything else.
    #[inline]
    pub(crate) fn take_feed(&mut self, bytes: &[u8]) -> bool {
        let alone = bytes == b"\n" && self.done && self.after_return && self.skip == 0;
        if alone {
            (self.done, self.in_line, self.space) = (false, false, false);
            self.feeds = self.feeds.saturating_add(1);
            self.offset += 1;
        }
        alone
    }

    /// Takes a whole line and the byte that ends it, which the caller has recognised itself. Only at a line start.
    pub(crate) fn take_line(&mut self, length: usize, ended_by: u8) {
        self.start = self.offset;
        self.offset += length as u64 + 1;
        self.feeds = u8::from(ended_by == b'\n');
        self.after_return = ended_by == b'\r';
        (self.in_line, self.done) = (true, true);
    }

    /// Takes bytes that the caller has recognised itself (echo of data). Only at a line start.
    pub fn pass(&mut self, bytes: usize) {
        self.offset += bytes as u64;
        self.feeds = 0;
        self.space = false;
        self.in_line = false;
    }

    /// Forgets the unfinished line; what comes next begins a new one.
    pub(crate) fn drop_unfinished(&mut self) {
        self.in_line = false;
    }

    /// Takes a line that stands whole in `input`, as most do: line ends, its text, and the byte that ends it. It needs no room.
    /// `None` for anything else, and nothing is taken: [`Self::next`] knows what it is.
    #[inline]
    pub(crate) fn whole<'a>(&mut self, input: &'a [u8]) -> Option<(usize, Line<'a>)> {
        if !self.at_line_start() || self.skip > 0 || self.space {
            return None;
        }
        let (mut ends, mut feeds) = (0, self.feeds);
        while let Some(end @ (b'\r' | b'\n')) = input.get(ends) {
            feeds = feeds.saturating_add(u8::from(*end == b'\n'));
            ends += 1;
        }
        let rest = input.get(ends..).filter(|rest| !matches!(rest, [b'>', ..] | [b'+', b'I', ..]))?;
        let length = first_end(rest).filter(|length| *length <= LINE_CAP)?;
        let (text, ended_by) = (rest.get(..length)?, *rest.get(length)?);
        self.offset += ends as u64;
        self.take_line(length, ended_by);
        Some((ends + length + 1, Line { text, start: self.start, end: self.offset - 1, feeds, ended_by }))
    }

    /// Takes bytes from the front of `input` until there is a token or the input is used up. Returns how many were
    /// taken. With `prompt_possible`, a `>` at the start of a line is a prompt. `held` is the same buffer each time.
    pub fn next<'a>(
        &mut self,
        input: &'a [u8],
        held: &'a mut Held,
        prompt_possible: bool,
    ) -> (usize, Option<Token<'a>>) {
        let mut at = 0;
        if self.done {
            self.done = false;
            self.in_line = false;
        }
        if self.skip > 0 {
            if std::mem::take(&mut self.feed_first) && input.first() == Some(&b'\n') {
                self.offset += 1;
                return (1, None);
            }
            at = usize::try_from(self.skip).unwrap_or(usize::MAX).min(input.len());
            self.skip -= at as u64;
            self.offset += at as u64;
        }
        if !self.in_line {
            at += self.line_ends(input.get(at..).unwrap_or_default());
            let Some(&first) = input.get(at) else { return (at, None) };
            self.start = self.offset;
            if first == b'>' && prompt_possible {
                self.offset += 1;
                self.feeds = 0;
                self.space = true;
                return (at + 1, Some(Token::Prompt(self.start)));
            }
            self.in_line = true;
            held.clear();
        }
        let (used, line) = self.line(input.get(at..).unwrap_or_default(), held);
        (at + used, line.map(Token::Line))
    }

    /// Skips line ends (and the space of a prompt) and counts the line feeds.
    fn line_ends(&mut self, input: &[u8]) -> usize {
        let mut used = 0;
        for &byte in input {
            match byte {
                b'\n' => self.feeds = self.feeds.saturating_add(1),
                b'\r' => {}
                b' ' if self.space => self.spaced = true,
                _ => break,
            }
            self.space = false;
            used += 1;
        }
        self.offset += used as u64;
        used
    }

    /// Takes bytes up to the end of the line, or all.
    fn line<'a>(&mut self, input: &'a [u8], held: &'a mut Held) -> (usize, Option<Line<'a>>) {
        let keep = |held: &mut Held, text: &[u8]| {
            let room = LINE_CAP.saturating_sub(held.len()).min(text.len());
            held.extend_from_slice(text.get(..room).unwrap_or_default());
        };
        let Some((text, ended_by)) = line_end(input, held).and_then(|at| Some((input.get(..at)?, *input.get(at)?)))
        else {
            keep(held, input);
            self.offset += input.len() as u64;
            return (input.len(), None);
        };
        let end = self.offset + text.len() as u64;
        let (start, feeds) = (self.start, self.feeds);
        self.offset = end + 1;
        self.feeds = u8::from(ended_by == b'\n');
        self.after_return = ended_by == b'\r';
        self.done = true;
        let used = text.len() + 1;
        let text = if held.is_empty() {
            text.get(..LINE_CAP).unwrap_or(text)
        } else {
            keep(held, text);
            held.as_slice()
        };
        (used, Some(Line { text, start, end, feeds, ended_by }))
    }
}

/// Where a line ends of which some is held: at its CR or LF; `+IPD,<len>` at its colon too.
///
/// The colon may stand in a later chunk than `+IPD,` itself, so the head is compared across what is held.
fn line_end(input: &[u8], held: &Held) -> Option<usize> {
    let second = held.get(1).or_else(|| input.get(1_usize.saturating_sub(held.len())));
    if held.first().or(input.first()) == Some(&b'+') && second.is_none_or(|second| IPD.get(1) == Some(second)) {
        let (begin, rest) = IPD.split_at(held.len().min(IPD.len()));
        if held.starts_with(begin) && input.starts_with(rest) {
            return memchr3(b':', b'\r', b'\n', input);
        }
    }
    first_end(input)
}

/// Where the first CR or LF stands. Answers of a modem are shorter than the set-up of a wide search.
#[inline]
fn first_end(input: &[u8]) -> Option<usize> {
    let mut rest = input;
    while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>() {
        if holds_control(block) {
            break;
        }
        rest = behind;
    }
    while let Some((eight, behind)) = rest.split_first_chunk::<8>() {
        if let Some(at) = first_of(*eight, b'\r', b'\n') {
            return Some(input.len() - rest.len() + at);
        }
        rest = behind;
    }
    let at = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    at.map(|at| input.len() - rest.len() + at)
}

/// All bytes are looked at, without a branch each: the compiler makes a few wide instructions of it.
fn holds_control(block: &[u8; BLOCK]) -> bool {
    block.iter().map(|byte| u8::from(*byte < b' ')).max() == Some(1)
}

/// So many bytes are looked at together.
const BLOCK: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `fast`: whole lines are taken as such where they stand.
    fn tokens(chunks: &[&[u8]], fast: bool) -> String {
        let (mut digest, mut held) = (Digest::default(), Held::new());
        let mut out = Vec::new();
        for chunk in chunks {
            let mut at = 0;
            while at < chunk.len() {
                let whole = if fast { digest.whole(&chunk[at..]) } else { None };
                let (used, token) = match whole {
                    Some((used, line)) => (used, Some(Token::Line(line))),
                    None => digest.next(&chunk[at..], &mut held, true),
                };
                at += used;
                let mut skip = 0;
                match token {
                    Some(Token::Line(line)) => {
                        let text = String::from_utf8_lossy(line.text).into_owned();
                        if line.ended_by == b':' {
                            skip = text.split(',').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
                        }
                        out.push(format!("{text}@{}..{} feeds {}", line.start, line.end, line.feeds));
                    }
                    Some(Token::Prompt(at)) => out.push(format!("prompt@{at}")),
                    None => {}
                }
                digest.skip(skip);
            }
        }
        if let Some(start) = digest.unfinished() {
            out.push(format!("… {}@{start}", String::from_utf8_lossy(&held)));
        }
        out.join(" | ")
    }

    #[track_caller]
    fn check(input: &str, expect: &str) {
        assert_eq!(tokens(&[input.as_bytes()], false), expect);
        assert_eq!(tokens(&[input.as_bytes()], true), expect);
    }

    #[test]
    fn ugly_and_plain() {
        check("", "");
        check("\r\r\n\n", "");
        check("> ", "prompt@0");
        check("\r\n> hi\r\n> ", "prompt@2 | hi@4..6 feeds 0 | prompt@8");
        check("\r\n>x\r", "prompt@2 | x@3..4 feeds 0");
        check("OK", "… OK@0");
        check("AT\r\r\nOK\r\n", "AT@0..2 feeds 0 | OK@5..7 feeds 1");
        check("AT\r\nOK\r\n", "AT@0..2 feeds 0 | OK@4..6 feeds 1");
        check("\r\n+CSQ: 31,0\r\n\r\nOK\r\n", "+CSQ: 31,0@2..12 feeds 1 | OK@16..18 feeds 2");
        check("C: 0\r\nC: 1\r\n", "C: 0@0..4 feeds 0 | C: 1@6..10 feeds 1");
        check("\r\n+IPD,5:a\r\nb\n\r\nOK\r\n", "+IPD,5@2..8 feeds 1 | OK@16..18 feeds 1");
        check("+IP\r\n+IPDX:\r\n", "+IP@0..3 feeds 0 | +IPDX:@5..11 feeds 1");
    }

    #[test]
    fn a_line_without_end_is_counted_not_kept() {
        let (mut digest, mut held) = (Digest::default(), Held::new());
        let long = vec![b'x'; 3 * LINE_CAP];
        for _ in 0..10 {
            assert_eq!(digest.next(&long, &mut held, false), (long.len(), None));
        }
        assert_eq!(digest.unfinished(), Some(0));
        assert_eq!(held.len(), LINE_CAP);
        let (used, token) = digest.next(b"yz\r\n", &mut held, false);
        let Some(Token::Line(line)) = token else { panic!("no line") };
        assert_eq!((used, line.start, line.end, line.text.len()), (3, 0, 30 * LINE_CAP as u64 + 2, LINE_CAP));
    }

    fn soup() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\r\n".to_vec()),
            Just(b"\r\n> ".to_vec()),
            Just(b"+IPD,3:".to_vec()),
            Just(b"+I".to_vec()),
            Just(b"\r\nOK\r\n".to_vec()),
            Just(b">".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn chunk_law(bytes in soup(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(tokens(&chunks, true), tokens(&[&bytes], true));
            prop_assert_eq!(tokens(&chunks, false), tokens(&[&bytes], true));
        }
    }
}
