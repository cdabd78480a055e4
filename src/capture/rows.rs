//! Rows: what a line of the log is, and where one ends. Bytes in, row ends out; no store is known here.
//!
//! Chunk law: how received bytes were split into reads changes no row (a row's time is that of its first byte). Only
//! [`Newline::Pause`] looks at times.

use std::ops::Range;
use std::time::Duration;

use super::search::Pattern;
use super::{LineStates, Record};
use crate::modem::Direction;

/// Where a row of bytes ends. A change of direction and an event always end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Newline {
    /// As [`Self::Auto`], but a CR LF at the start of a row joins what follows it: the modem's `CR LF OK CR LF` (ITU-T
    /// V.250, section 5.7.1) is one row, and `CR LF > ` too.
    Modem,
    /// After LF, or after CR that no LF follows.
    Auto,
    /// After this byte string: CR, LF, CRLF, NUL, ETX or any other.
    After(Vec<u8>),
    /// After this many bytes.
    Every(u32),
    /// Before bytes that came this long after the ones in front of them.
    Pause(Duration),
    /// Only where the direction changes.
    Never,
}

/// Rules that make rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRules {
    /// Where rows end.
    pub(crate) newline: Newline,
    /// No row is longer than this, in bytes.
    pub longest: u32,
}

impl Default for RowRules {
    fn default() -> Self {
        Self { newline: Newline::Modem, longest: 4096 }
    }
}

/// Which rows are shown; applied to the past too.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides a kind of row, whatever the others do")]
pub struct Filter {
    /// Rows of received bytes.
    pub rx: bool,
    /// Rows of sent bytes.
    pub tx: bool,
    /// Events: lines, breaks, gaps, notes, steps.
    pub events: bool,
    /// Steps of macros that went as they should; failures and the ends of macros are events like others.
    pub steps: bool,
    /// Only rows (or events) in which this is found.
    pub pattern: Option<Pattern>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { rx: true, tx: true, events: true, steps: true, pattern: None }
    }
}

impl Filter {
    /// Rows of this direction may be shown.
    #[must_use]
    pub fn shows(&self, direction: Direction) -> bool {
        match direction {
            Direction::Rx => self.rx,
            Direction::Tx => self.tx,
        }
    }

    pub(super) fn shows_bytes(&self, direction: Direction, bytes: &[u8]) -> bool {
        self.shows(direction) && self.pattern.as_ref().is_none_or(|pattern| pattern.is_in(bytes))
    }

    pub(super) fn shows_event(&self, text: &str) -> bool {
        self.events
            && (self.steps || !is_plain_step(text))
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_in(text.as_bytes()))
    }
}

/// The event says no more than that a step of a macro, or a round of a repeated one, went as it should:
/// `Open TCP: step 2 passed after 0.120 s: OK`, `Open TCP: run 7 done`.
fn is_plain_step(event: &str) -> bool {
    let behind_number = |word: &str| {
        let (_, rest) = event.split_once(word)?;
        let behind = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        (behind.len() < rest.len()).then_some(behind)
    };
    let step = behind_number(": step ");
    step.is_some_and(|behind| behind.starts_with(" done after ") || behind.starts_with(" passed after "))
        || behind_number(": run ") == Some(" done")
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
        bytes: Vec<u8>,
        /// Stretches of `bytes` that are masked: the real ones were not stored.
        masked: Vec<Range<usize>>,
    },
    /// An event, in words.
    Event(String),
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// 0-based, under the rules and the filter it was made with.
    pub number: u64,
    /// Time of its first byte since the capture began.
    pub at: Duration,
    /// What it shows.
    pub content: Content,
    /// More bytes may still join it (the `> ` prompt).
    pub open: bool,
    /// When bytes were sent last before it, also where such rows are not shown.
    pub sent: Option<Duration>,
}

impl Row {
    /// Its bytes; none for an event.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Data { bytes, .. } => bytes,
            Content::Event(_) => &[],
        }
    }
}

/// An event in words, as a row shows it.
#[must_use]
pub fn event_text(record: &Record) -> String {
    match record {
        Record::Data { bytes, flaw, .. } => match flaw {
            super::Flaw::None => String::new(),
            super::Flaw::Framing => format!("Framing error in the next {} bytes", bytes.len()),
            super::Flaw::Parity => format!("Parity error in the next {} bytes", bytes.len()),
            super::Flaw::Overrun => "Overrun: bytes were lost here, the receiver was full".to_owned(),
        },
        Record::Lines(lines) => lines_text(*lines),
        Record::Break(Direction::Rx) => "Break received".to_owned(),
        Record::Break(Direction::Tx) => "Break sent".to_owned(),
        Record::Lost { direction, bytes, why } => {
            let way = if *direction == Direction::Rx { "received" } else { "sent" };
            match bytes {
                Some(count) => format!("{count} {way} bytes are missing here: {why}"),
                None => format!("Some {way} bytes are missing here: {why}"),
            }
        }
        Record::Note(text) | Record::Marked(_, text) | Record::Step(text) => text.clone(),
    }
}

fn lines_text(lines: LineStates) -> String {
    let LineStates { cts, dsr, dcd, ri, dtr, rts } = lines;
    let names = [("DTR", dtr), ("RTS", rts), ("CTS", cts), ("DSR", dsr), ("DCD", dcd), ("RI", ri)];
    let words: Vec<String> =
        names.iter().map(|(name, on)| format!("{name} {}", if *on { "on" } else { "off" })).collect();
    format!("Lines: {}", words.join(", "))
}

/// Finds row ends in bytes of one direction.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    newline: Newline,
    longest: usize,
    /// For [`Newline::After`]: how long a start of the pattern is still matched after a mismatch (Knuth, Morris, Pratt).
    fallback: Vec<usize>,
    /// Bytes in the row in hand.
    length: usize,
    /// The row in hand ends with a CR that an LF may still join.
    after_cr: bool,
    /// For [`Newline::Modem`]: the first byte of the row in hand, and whether its leading CR LF has been passed over.
    first: Option<u8>,
    led: bool,
    /// How much of the pattern the last bytes match. Survives a row that ended because it was too long.
    matched: usize,
}

impl Splitter {
    pub(super) fn new(rules: &RowRules, matched: usize) -> Self {
        let longest = match rules.newline {
            Newline::Every(count) => count.min(rules.longest),
            _ => rules.longest,
        };
        let fallback = match &rules.newline {
            Newline::After(pattern) => fallback_table(pattern),
            _ => Vec::new(),
        };
        Self {
            newline: rules.newline.clone(),
            longest: longest.max(1) as usize,
            fallback,
            length: 0,
            after_cr: false,
            first: None,
            led: false,
            matched,
        }
    }

    pub(super) fn matched(&self) -> usize {
        self.matched
    }

    /// The row in hand was ended from outside: by a change of direction, an event or a pause.
    pub(super) fn cut(&mut self) {
        self.length = 0;
        self.after_cr = false;
        self.matched = 0;
    }

    /// Takes bytes until a row ends: `Some(n)` when it ends after `n` of them (0: it ended in front of them), `None` when
    /// all were taken and it goes on. `bytes` is not empty.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = match &self.newline {
            Newline::Modem => self.take_modem(bytes),
            Newline::Auto => self.take_auto(bytes),
            Newline::After(_) => self.take_after(bytes),
            Newline::Every(_) | Newline::Pause(_) | Newline::Never => self.take_any(bytes),
        };
        match end {
            Some(_) => self.length = 0,
            None => self.length += bytes.len(),
        }
        end
    }

    fn room(&self) -> usize {
        self.longest.saturating_sub(self.length)
    }

    fn take_any(&self, bytes: &[u8]) -> Option<usize> {
        (bytes.len() >= self.room()).then(|| self.room())
    }

    fn take_modem(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.length == 0 {
            self.first = bytes.first().copied();
            self.led = false;
        }
        let end = self.take_auto(bytes)?;
        let (row, rest) = bytes.split_at_checked(end)?;
        let line_end = self.length + end == 2 && self.first == Some(b'\r') && row.last() == Some(&b'\n');
        if self.led || !line_end || self.longest <= 2 {
            return Some(end);
        }
        self.led = true;
        if rest.is_empty() {
            return None;
        }
        self.length += end;
        let more = self.take_auto(rest);
        self.length -= end;
        more.map(|more| end + more)
    }

    fn take_auto(&mut self, bytes: &[u8]) -> Option<usize> {
        if std::mem::take(&mut self.after_cr) {
            return Some(usize::from(bytes.first() == Some(&b'\n')));
        }
        let room = self.room();
        let Some(at) = memchr::memchr2(b'\r', b'\n', bytes.get(..room).unwrap_or(bytes)) else {
            return self.take_any(bytes);
        };
        if bytes.get(at) == Some(&b'\n') || at + 1 == room {
            return Some(at + 1);
        }
        match bytes.get(at + 1) {
            Some(b'\n') => Some(at + 2),
            Some(_) => Some(at + 1),
            None => {
                self.after_cr = true;
                None
            }
        }
    }

    fn take_after(&mut self, bytes: &[u8]) -> Option<usize> {
        let Newline::After(pattern) = &self.newline else { return None };
        let room = self.room();
        let within = bytes.get(..room).unwrap_or(bytes);
        let mut at = 0;
        while let Some(&byte) = within.get(at) {
            if self.matched == 0 {
                let Some(skip) = pattern.first().and_then(|first| memchr::memchr(*first, within.get(at..)?)) else {
                    break;
                };
                at += skip;
                self.matched = 1;
            } else {
                while self.matched > 0 && pattern.get(self.matched) != Some(&byte) {
                    self.matched = self.fallback.get(self.matched - 1).copied().unwrap_or(0);
                }
                if pattern.get(self.matched) != Some(&byte) {
                    at += 1;
                    continue;
                }
                self.matched += 1;
            }
            at += 1;
            if self.matched == pattern.len() {
                self.matched = 0;
                return Some(at);
            }
        }
        (bytes.len() >= room).then_some(room)
    }
}

fn fallback_table(pattern: &[u8]) -> Vec<usize> {
    let mut table = vec![0; pattern.len()];
    let mut length = 0;
    for at in 1..pattern.len() {
        while length > 0 && pattern.get(at) != pattern.get(length) {
            length = table.get(length - 1).copied().unwrap_or(0);
        }
        if pattern.get(at) == pattern.get(length) {
            length += 1;
        }
        if let Some(place) = table.get_mut(at) {
            *place = length;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(newline: Newline, longest: u32, parts: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::new(&RowRules { newline, longest }, 0);
        let mut rows = Vec::new();
        let mut row = Vec::new();
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                let end = splitter.take(rest);
                let (taken, after) = rest.split_at(end.unwrap_or(rest.len()));
                row.extend(taken);
                rest = after;
                if end.is_some() {
                    rows.push(std::mem::take(&mut row).escape_ascii().to_string());
                }
            }
        }
        if !row.is_empty() {
            rows.push(format!("{}…", row.escape_ascii()));
        }
        rows
    }

    #[test]
    fn rows_end_where_the_rules_say() {
        let check = |newline: Newline, longest: u32, parts: &[&[u8]], expect: &[&str]| {
            assert_eq!(split(newline.clone(), longest, parts), expect, "{newline:?} {longest} {parts:?}");
        };
        let auto = || Newline::Auto;
        let after = |pattern: &[u8]| Newline::After(pattern.to_vec());
        check(auto(), 99, &[b"\r\n> "], &["\\r\\n", "> …"]);
        check(auto(), 99, &[b"AT\r", b"\nOK"], &["AT\\r\\n", "OK…"]);
        check(auto(), 99, &[b"AT\r", b"\r\nOK\r\n"], &["AT\\r", "\\r\\n", "OK\\r\\n"]);
        check(auto(), 99, &[b"AT\r"], &["AT\\r…"]);
        check(auto(), 99, &[b"a\nb\rc\r\nd"], &["a\\n", "b\\r", "c\\r\\n", "d…"]);
        check(auto(), 3, &[b"ab\r\ncdef"], &["ab\\r", "\\n", "cde", "f…"]);
        check(auto(), 3, &[b"abcdefg"], &["abc", "def", "g…"]);
        let modem = || Newline::Modem;
        check(modem(), 99, &[b"AT\r\r\nOK\r\n\r\nRDY\r\n"], &["AT\\r", "\\r\\nOK\\r\\n", "\\r\\nRDY\\r\\n"]);
        check(modem(), 99, &[b"\r", b"\n", b"> "], &["\\r\\n> …"]);
        check(modem(), 99, &[b"\r\n\r\na\n\n"], &["\\r\\n\\r\\n", "a\\n", "\\n"]);
        check(modem(), 99, &[b"\rOK\r\n"], &["\\r", "OK\\r\\n"]);
        check(modem(), 4, &[b"\r\nabc"], &["\\r\\nab", "c…"]);
        check(modem(), 2, &[b"\r\nabc"], &["\\r\\n", "ab", "c…"]);
        check(after(b"\r\n"), 99, &[b"a\r\rb\r", b"\n\n"], &["a\\r\\rb\\r\\n", "\\n…"]);
        check(after(b"aab"), 99, &[b"aaab", b"aa", b"b!"], &["aaab", "aab", "!…"]);
        check(after(b"\r\n"), 2, &[b"x\r\ny"], &["x\\r", "\\n", "y…"]);
        check(after(b"\0"), 99, &[b"a\0\0b"], &["a\\x00", "\\x00", "b…"]);
        check(after(b""), 4, &[b"abcdef"], &["abcd", "ef…"]);
        check(Newline::Every(2), 99, &[b"abc", b"de"], &["ab", "cd", "e…"]);
        check(Newline::Every(0), 99, &[b"ab"], &["a", "b"]);
        check(Newline::Never, 4, &[b"\r\n\r\n\r"], &["\\r\\n\\r\\n", "\\r…"]);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_rows(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'a'), Just(b'b')], 0..60),
            cuts in proptest::collection::vec(0usize..60, 0..8),
            rule in 0usize..7,
            longest in 1u32..20,
        ) {
            let newline = [
                Newline::Modem, Newline::Auto, Newline::After(b"\r\n".to_vec()), Newline::After(b"aab".to_vec()),
                Newline::After(b"a".to_vec()), Newline::Every(3), Newline::Never,
            ][rule].clone();
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(split(newline.clone(), longest, &parts), split(newline, longest, &[&bytes]));
        }
    }
}
