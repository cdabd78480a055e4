//! What a step hears while it waits: the answer so far, and the pattern that ended it.

use super::matcher::{Found, Matcher, Pattern};

/// At most this much of an answer is kept, the newest part of it: for the report and for `keep`.
pub(crate) const LONGEST_ANSWER: usize = 64 * 1024;

/// A match window: open from the last byte of the send (or the last match) to the match.
#[derive(Clone, Debug)]
pub(super) struct Window {
    matcher: Matcher,
    answer: Vec<u8>,
    line_start: usize,
    /// A failure that may still become what is awaited: where it ended in the answer.
    refused: Option<usize>,
}

/// What ended a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// A *fail* pattern.
    pub fail: bool,
    /// The line it stands in is complete.
    pub(crate) line_complete: bool,
    /// What was heard behind it, while it could still become another one.
    pub behind: Vec<u8>,
}

impl Window {
    /// A window that has heard nothing.
    #[must_use]
    pub(super) fn new(patterns: Vec<Pattern>) -> Self {
        Self { matcher: Matcher::new(patterns), answer: Vec::new(), line_start: 0, refused: None }
    }

    /// Hears bytes, up to a match: how many these are, and what ended. Patterns may begin in the echo (a cable can lose
    /// the CR that ends it) but never end there: what our own send says is no answer.
    pub(super) fn push(&mut self, bytes: &[u8], echo: bool) -> Option<(usize, Match)> {
        let mut at = 0;
        while let Some((end, found)) = self.matcher.find(bytes.get(at..).unwrap_or_default()) {
            let heard = bytes.get(at..at + end).unwrap_or_default();
            at += end;
            if echo {
                // Where a failure could have become what is awaited, the echo has come between.
                if found == Found::Stands || self.refused.is_some() {
                    return self.refusal().map(|refusal| (bytes.len(), refusal));
                }
                continue;
            }
            self.append(heard);
            match found {
                Found::Match { fail, length } => {
                    self.refused = None;
                    self.line_start = self.start_of_line(length);
                    let line_complete = self.ends_line();
                    return Some((at, Match { fail, line_complete, behind: Vec::new() }));
                }
                Found::MayGrow { length } => {
                    self.line_start = self.start_of_line(length);
                    self.refused = Some(self.answer.len());
                }
                Found::Stands => return self.refusal().map(|refusal| (at, refusal)),
            }
        }
        if !echo {
            self.append(bytes.get(at..).unwrap_or_default());
        }
        None
    }

    /// A failure was heard that may still become what is awaited.
    #[must_use]
    pub(crate) fn may_grow(&self) -> bool {
        self.refused.is_some()
    }

    /// The failure that was heard stands.
    pub(crate) fn refusal(&mut self) -> Option<Match> {
        let end = self.refused.take()?;
        let behind = self.answer.split_off(end.min(self.answer.len()));
        Some(Match { fail: true, line_complete: self.ends_line(), behind })
    }

    fn ends_line(&self) -> bool {
        self.answer.last().copied().is_some_and(is_line_end)
    }

    /// Hears the rest of the line in which the match stands; true when the line is complete.
    pub(crate) fn push_rest_of_line(&mut self, bytes: &[u8], echo: bool) -> bool {
        if echo {
            return false;
        }
        let end = bytes.iter().position(|byte| is_line_end(*byte));
        self.append(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes));
        end.is_some()
    }

    /// All that the modem said in this window, echo removed; the newest [`LONGEST_ANSWER`] bytes at least.
    #[must_use]
    pub(super) fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// The whole line (or lines) of the match, without the line ends around it.
    #[must_use]
    pub(super) fn line(&self) -> Vec<u8> {
        trim_line_ends(self.answer.get(self.line_start..).unwrap_or_default()).to_vec()
    }

    fn append(&mut self, bytes: &[u8]) {
        self.answer.extend_from_slice(bytes);
        if self.answer.len() > 2 * LONGEST_ANSWER {
            let cut = self.answer.len() - LONGEST_ANSWER;
            self.answer.drain(..cut);
            self.line_start = self.line_start.saturating_sub(cut);
            self.refused = self.refused.map(|end| end.saturating_sub(cut));
        }
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
            let (end, matched) = window.push(said, false).unwrap();
            if !matched.line_complete {
                window.push_rest_of_line(&said[end..], false);
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
        assert_eq!(window.push(b"AT\r", true), None);
        assert_eq!(window.push(b"\nOK\r", false), None);
        let whole = Match { fail: false, line_complete: true, behind: Vec::new() };
        assert_eq!(window.push(b"\nmore", false), Some((1, whole)));
        assert_eq!(window.answer(), b"\nOK\r\n");
    }

    #[test]
    fn a_flood_is_bounded() {
        let mut window = Window::new(vec![Pattern { bytes: b"never".to_vec(), fail: false }]);
        for count in 0..1_000_000_u32 {
            let _ = window.push(&count.to_le_bytes()[..1], false);
        }
        assert!(window.answer().len() <= 2 * LONGEST_ANSWER && window.answer().len() >= LONGEST_ANSWER);
        assert_eq!(window.answer().last(), Some(&999_999_u32.to_le_bytes()[0]));
    }
}
