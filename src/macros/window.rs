//! What a step hears while it waits: the answer so far, and the pattern that ended it.

use super::echo::Heard;
use super::matcher::{Matcher, Pattern};

/// As much of an answer is kept, newest first to stay: for the report and for `keep`.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// A match window: open from the last byte of the send (or the last match) to the match.
#[derive(Clone, Debug)]
pub struct Window {
    matcher: Matcher,
    answer: Vec<u8>,
    line_start: usize,
}

/// What ended a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// A *fail* pattern.
    pub fail: bool,
    /// The line it stands in is complete.
    pub line_complete: bool,
}

impl Window {
    /// A window that has heard nothing.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self { matcher: Matcher::new(patterns), answer: Vec::new(), line_start: 0 }
    }

    /// Hears a byte. Patterns may begin in the echo (a cable can lose the CR that ends it) but never end there: what our
    /// own send says is no answer.
    pub fn push(&mut self, heard: Heard) -> Option<Match> {
        let matched = self.matcher.push(heard.byte).map(|pattern| (pattern.fail, pattern.bytes.len()));
        if heard.echo {
            return None;
        }
        self.append(heard.byte);
        let (fail, length) = matched?;
        self.line_start = self.start_of_line(length);
        Some(Match { fail, line_complete: is_line_end(heard.byte) })
    }

    /// Hears the rest of the line in which the match stands; true when the line is complete.
    pub fn push_rest_of_line(&mut self, heard: Heard) -> bool {
        if heard.echo {
            return false;
        }
        if !is_line_end(heard.byte) {
            self.append(heard.byte);
        }
        is_line_end(heard.byte)
    }

    /// All that the modem said in this window, echo removed; the newest [`LONGEST_ANSWER`] bytes at least.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// The whole line (or lines) of the match, without the line ends around it.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        trim_line_ends(self.answer.get(self.line_start..).unwrap_or_default()).to_vec()
    }

    fn append(&mut self, byte: u8) {
        if self.answer.len() >= 2 * LONGEST_ANSWER {
            let cut = self.answer.len() - LONGEST_ANSWER;
            self.answer.drain(..cut);
            self.line_start = self.line_start.saturating_sub(cut);
        }
        self.answer.push(byte);
    }

    /// Where the line begins in which the last `length` bytes stand; line ends at the front of these are not its own.
    fn start_of_line(&self, length: usize) -> usize {
        let start = self.answer.len().saturating_sub(length);
        let matched = self.answer.get(start..).unwrap_or_default();
        let start = start + matched.iter().position(|byte| !is_line_end(*byte)).unwrap_or(0);
        let before = self.answer.get(..start).unwrap_or_default();
        before.iter().rposition(|byte| is_line_end(*byte)).map_or(0, |end| end + 1)
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn trim_line_ends(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !is_line_end(*byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_line_end(*byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_line_is_reported() {
        let check = |pattern: &[u8], said: &[u8], expect: &[u8]| {
            let mut window = Window::new(vec![Pattern { bytes: pattern.to_vec(), fail: true }]);
            let mut bytes = said.iter().map(|byte| Heard { byte: *byte, echo: false });
            let matched = bytes.by_ref().find_map(|heard| window.push(heard)).unwrap();
            if !matched.line_complete {
                let _ = bytes.any(|heard| window.push_rest_of_line(heard));
            }
            assert_eq!(window.line(), expect, "{}", window.line().escape_ascii());
        };
        check(b"ERROR", b"\r\nnoise\r\n\r\n+CME ERROR: 3\r\nmore", b"+CME ERROR: 3");
        check(b"\r\n+CME ERROR", b"\r\n+CME ERROR: operation not allowed\r\n", b"+CME ERROR: operation not allowed");
        check(b"\r\n> ", b"\r\n> ", b"> ");
        check(b"OK\r\n\r\nSTATE:", b"\r\nOK\r\n\r\nSTATE: IP INITIAL\r\n", b"OK\r\n\r\nSTATE: IP INITIAL");
        check(b"\r\n", b"abc\r\n", b"abc");
    }

    #[test]
    fn a_match_may_begin_but_never_end_in_the_echo() {
        let pattern = |bytes: &[u8]| Pattern { bytes: bytes.to_vec(), fail: false };
        let mut window = Window::new(vec![pattern(b"\r\nOK\r\n"), pattern(b"T")]);
        let found: Vec<bool> = b"AT\r\nOK\r\n"
            .iter()
            .enumerate()
            .map(|(at, byte)| window.push(Heard { byte: *byte, echo: at < 3 }).is_some())
            .collect();
        assert_eq!(found, [false, false, false, false, false, false, false, true]);
        assert_eq!(window.answer(), b"\nOK\r\n");
    }

    #[test]
    fn a_flood_is_bounded() {
        let mut window = Window::new(vec![Pattern { bytes: b"never".to_vec(), fail: false }]);
        for count in 0..1_000_000_u32 {
            let _ = window.push(Heard { byte: count.to_le_bytes()[0], echo: false });
        }
        assert!(window.answer().len() <= 2 * LONGEST_ANSWER && window.answer().len() >= LONGEST_ANSWER);
        assert_eq!(window.answer().last(), Some(&999_999_u32.to_le_bytes()[0]));
    }
}
