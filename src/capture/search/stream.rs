//! Finds a pattern in all bytes of a direction, across the borders of reads and rows, while the capture grows.
//!
//! Bytes are looked at where they stand in the cursor's buffer; only around borders (and for regular expressions) are they
//! copied together. Chunk law: how the bytes were split changes no match.

use std::sync::Arc;

use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::{Needle, Pattern};
use crate::capture::cursor::{Cursor, EntryItem, Position};
use crate::capture::{Filter, Reader};
use crate::modem::Direction;

/// A match of a regular expression is found for sure when it is at most this long; a longer one may be cut.
pub(crate) const LONGEST_MATCH: usize = 16 * 1024;
/// A regular expression is tried on this many bytes at once.
const WINDOW: usize = 16 * LONGEST_MATCH;

/// Where a pattern was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// In which direction's bytes.
    pub direction: Direction,
    /// Offset of its first byte within that direction.
    pub start: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Number of the record in which it ends. Matches are found in this order.
    pub record: u64,
}

/// A search through a capture, in steps.
#[derive(Debug)]
pub struct Search {
    cursor: Cursor,
    reader: Reader,
    rx: Option<Stream>,
    tx: Option<Stream>,
}

impl Search {
    /// Looks for `pattern` from the start, in the directions that `filter` shows (its own pattern plays no part).
    #[must_use]
    pub fn new(reader: Reader, pattern: &Pattern, filter: &Filter) -> Self {
        let stream = |direction| filter.shows(direction).then(|| Stream::new(pattern, direction));
        Self { cursor: reader.cursor(), rx: stream(Direction::Rx), tx: stream(Direction::Tx), reader }
    }

    /// Looks at about `budget` bytes more; `found` gets each match that is sure, with its bytes. True when all that is there
    /// was looked at.
    pub fn step(&mut self, budget: usize, found: &mut dyn FnMut(Match, &[u8])) -> bool {
        let until = self.cursor.position().file.saturating_add(budget as u64);
        while self.cursor.position().file < until {
            let Some(entry) = self.cursor.next_entry() else { return true };
            if let EntryItem::Data { direction, bytes, .. } = entry.item {
                let stream = if direction == Direction::Rx { &mut self.rx } else { &mut self.tx };
                if let Some(stream) = stream {
                    stream.take(bytes, entry.position.record, found);
                }
            }
        }
        false
    }

    /// Matches in the last bytes, which bytes to come could still change.
    pub fn tail(&self, found: &mut dyn FnMut(Match, &[u8])) {
        for stream in [&self.rx, &self.tx].into_iter().flatten() {
            stream.clone().flush(found);
        }
    }

    /// How far it has looked.
    #[must_use]
    pub fn position(&self) -> Position {
        self.cursor.position()
    }

    /// The capture it looks through.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}

/// The bytes of one direction.
#[derive(Clone, Debug)]
struct Stream {
    direction: Direction,
    needle: Arc<Needle>,
    /// Offset of the next byte to come.
    next: u64,
    /// No match begins in front of this offset: one that was found ends here.
    from: u64,
    /// The last bytes, as far as matches may still begin in them (and one more, for `\b` and `^`).
    kept: Vec<u8>,
    record: u64,
}

impl Stream {
    fn new(pattern: &Pattern, direction: Direction) -> Self {
        Self { direction, needle: Arc::clone(&pattern.needle), next: 0, from: 0, kept: Vec::new(), record: 0 }
    }

    fn take(&mut self, bytes: &[u8], record: u64, found: &mut dyn FnMut(Match, &[u8])) {
        self.record = record;
        let needle = Arc::clone(&self.needle);
        match &*needle {
            Needle::Bytes(finder) => self.take_literal(bytes, finder, found),
            Needle::Regex { regex, gate } => {
                self.kept.extend(bytes);
                self.next += bytes.len() as u64;
                if self.kept.len() >= WINDOW {
                    self.try_regex(regex, gate.as_ref(), false, found);
                }
            }
        }
    }

    fn take_literal(&mut self, bytes: &[u8], finder: &Finder<'_>, found: &mut dyn FnMut(Match, &[u8])) {
        let border = finder.needle().len() - 1;
        let base = self.next;
        if !self.kept.is_empty() {
            let kept = self.kept.len();
            self.kept.extend(bytes.get(..border).unwrap_or(bytes));
            let joined = std::mem::take(&mut self.kept);
            self.find_all(&joined, base - kept as u64, kept, finder, found);
            self.kept = joined;
            self.kept.truncate(kept);
        }
        self.find_all(bytes, base, usize::MAX, finder, found);
        self.next += bytes.len() as u64;
        if bytes.len() >= border {
            self.kept.clear();
            self.kept.extend(bytes.get(bytes.len() - border..).unwrap_or_default());
        } else {
            self.kept.extend(bytes);
            self.kept.drain(..self.kept.len().saturating_sub(border));
        }
    }

    /// Adds the matches in `bytes` that begin before `before` and not within one that was found.
    fn find_all(
        &mut self,
        bytes: &[u8],
        base: u64,
        before: usize,
        finder: &Finder<'_>,
        found: &mut dyn FnMut(Match, &[u8]),
    ) {
        let length = finder.needle().len();
        let mut at = usize::try_from(self.from.saturating_sub(base)).unwrap_or(usize::MAX);
        while let Some(place) = bytes.get(at..).and_then(|rest| finder.find(rest)) {
            if at + place >= before {
                return;
            }
            self.add(base + (at + place) as u64, finder.needle(), found);
            at += place + length;
        }
    }

    /// Tries the expression on what is kept. What may still grow stays, unless this is the end.
    ///
    /// Every match ends with the bytes of the gate, where there is one: without them nothing is tried.
    fn try_regex(&mut self, regex: &Regex, gate: Option<&Finder<'_>>, last: bool, found: &mut dyn FnMut(Match, &[u8])) {
        let kept = std::mem::take(&mut self.kept);
        let base = self.next - kept.len() as u64;
        let sure = if last { kept.len() + 1 } else { kept.len().saturating_sub(LONGEST_MATCH) };
        let mut at = usize::try_from(self.from.saturating_sub(base)).unwrap_or(usize::MAX);
        let shut = gate.is_some_and(|gate| gate.find(&kept).is_none());
        while at <= kept.len() && !shut {
            let Some(range) = regex.find_at(&kept, at).map(|found| found.range()) else { break };
            if range.start >= sure {
                break;
            }
            if range.is_empty() {
                at = range.end + 1;
                continue;
            }
            at = range.end;
            self.add(base + range.start as u64, kept.get(range).unwrap_or_default(), found);
        }
        self.from = self.from.max(base + sure.min(kept.len()) as u64);
        let context = usize::try_from(self.from.saturating_sub(base)).unwrap_or(0).saturating_sub(1);
        self.kept = kept;
        self.kept.drain(..context.min(self.kept.len()));
    }

    fn flush(&mut self, found: &mut dyn FnMut(Match, &[u8])) {
        let needle = Arc::clone(&self.needle);
        if let Needle::Regex { regex, gate } = &*needle {
            self.try_regex(regex, gate.as_ref(), true, found);
        }
    }

    fn add(&mut self, start: u64, bytes: &[u8], found: &mut dyn FnMut(Match, &[u8])) {
        let length = bytes.len() as u64;
        self.from = start + length;
        found(Match { direction: self.direction, start, length, record: self.record }, bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::*;
    use crate::capture::search::PatternKind;
    use crate::capture::{Record, Writer};

    fn found(parts: &[&[u8]], text: &str, kind: PatternKind) -> Vec<(u64, u64)> {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        for part in parts {
            writer.append(Duration::ZERO, Record::received(*part));
            writer.append(Duration::ZERO, Record::sent(1, "AT\r", Vec::new()));
        }
        let filter = Filter { tx: false, ..Filter::default() };
        let mut search = Search::new(writer.reader(), &Pattern::new(text, kind, false).unwrap(), &filter);
        let mut found = Vec::new();
        while !search.step(50, &mut |place, _| found.push(place)) {}
        search.tail(&mut |place, _| found.push(place));
        found.iter().map(|found| (found.start, found.length)).collect()
    }

    #[test]
    fn matches_stand_where_they_are_across_all_borders() {
        use PatternKind::{Hex, Text};
        let check = |parts: &[&[u8]], text, kind, expect: &[(u64, u64)]| {
            assert_eq!(found(parts, text, kind), expect, "{text} in {parts:?}");
        };
        check(&[b"SEND OK\r\n"], "OK", Text, &[(5, 2)]);
        check(&[b"SEND O", b"K\r\n"], "OK", Text, &[(5, 2)]);
        check(&[b"S", b"E", b"N", b"D"], "SEND", Text, &[(0, 4)]);
        check(&[b"aaa", b"aaa"], "aa", Text, &[(0, 2), (2, 2), (4, 2)]);
        check(&[b"abab", b"", b"ab"], "bab", Text, &[(1, 3)]);
        check(&[b"\x1a", b"\x1a"], "1A", Hex, &[(0, 1), (1, 1)]);
        check(&[b"\r\n> "], "0D 0A 3E20", Hex, &[(0, 4)]);
        check(&[b"+CSQ: 8", b",0\r\n+CSQ: 31", b",0\r\n"], r"\+CSQ: \d+,", PatternKind::Regex, &[(0, 8), (11, 9)]);
        check(&[b"xOK\r\nO", b"K\r\n"], "^OK$", PatternKind::Regex, &[(5, 2)]);
        check(&[b"foo", b"bar"], r"\bbar", PatternKind::Regex, &[]);
        check(&[b"abc"], "x*", PatternKind::Regex, &[]);
        check(&[b"\xff\xfe\x00"], r"(?-u)\xfe\x00", PatternKind::Regex, &[(1, 2)]);
        check(&[b"nothing"], "none", Text, &[]);
        check(&[b"seq=7", b"42 zz seq=42 z"], r"seq=\d+42 zz", PatternKind::Regex, &[(0, 10)]);
        check(&[b"a12b a3", b"4B"], r"(?i)a\d+b", PatternKind::Regex, &[(0, 4), (5, 4)]);
    }

    #[test]
    fn a_long_stream_is_searched_in_windows() {
        let mut bytes = vec![b'.'; 1_000_000];
        for place in [0, 65_535, 196_606, 196_607 + 3, 262_143, 999_997] {
            bytes[place..place + 3].copy_from_slice(b"foo");
        }
        let parts: Vec<&[u8]> = bytes.chunks(4093).collect();
        let expect = [(0, 3), (65_535, 3), (196_606, 3), (196_610, 3), (262_143, 3), (999_997, 3)];
        assert_eq!(found(&parts, "foo", PatternKind::Text), expect);
        assert_eq!(found(&parts, "fo+", PatternKind::Regex), expect);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_matches(
            bytes in "[ab\n]{0,40}",
            cuts in proptest::collection::vec(0usize..40, 0..6),
            pattern in "[ab]{1,4}",
            regex in proptest::bool::ANY,
        ) {
            let bytes = bytes.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let (text, kind) = if regex {
                (format!("{pattern}+$?"), PatternKind::Regex)
            } else {
                (pattern, PatternKind::Text)
            };
            let whole: Vec<(u64, u64)> = Pattern::new(&text, kind, false).unwrap()
                .ranges_in(bytes).into_iter().map(|range| (range.start as u64, range.len() as u64)).collect();
            prop_assert_eq!(found(&parts, &text, kind), whole.clone());
            prop_assert_eq!(found(&[bytes], &text, kind), whole);
        }
    }
}
