//! Streaming search for any of several byte patterns: what a step waits for.
//!
//! Bytes anywhere, not lines: the `> ` prompt has no line end. The match that ends first wins; of those that end at the
//! same byte a *fail* pattern wins, then the longer one. One case is open a moment longer: a *fail* pattern that so far is
//! the beginning, or a part, of an awaited one (`ERROR`, then `ALREADY CONNECT`) stands only when the bytes behind it are no
//! longer those of the awaited one. How long that may take is the caller's affair. How the stream is split into chunks changes nothing (the chunk
//! law), because every byte is looked at once and only automaton states are kept.

use super::automaton::Automaton;

/// A byte string to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The bytes. A pattern without bytes never matches.
    pub bytes: Vec<u8>,
    /// Finding it means failure.
    pub fail: bool,
}

/// The patterns of one step, and how far each has matched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    patterns: Vec<Watched>,
    /// Patterns in the order in which a tie is decided.
    by_rank: Vec<usize>,
    /// The bytes that patterns begin with, each once.
    first_bytes: Vec<u8>,
    /// A fail pattern matched that an awaited one may outgrow: how many bytes ago it began.
    outgrown: Option<usize>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A pattern of this length ends here.
    Match {
        /// It means failure.
        fail: bool,
        /// Its bytes.
        length: usize,
    },
    /// A fail pattern of this length ends here, and may still become an awaited one.
    MayGrow {
        /// Its bytes.
        length: usize,
    },
    /// It did not become one: the failure stands.
    Stands,
}

#[derive(Clone, Debug)]
struct Watched {
    automaton: Automaton,
    fail: bool,
}

impl Watched {
    fn new(pattern: Pattern) -> Self {
        Self { automaton: Automaton::new(pattern.bytes), fail: pattern.fail }
    }
}

impl Matcher {
    /// A matcher that has seen nothing.
    #[must_use]
    pub(crate) fn new(patterns: Vec<Pattern>) -> Self {
        let mut by_rank: Vec<usize> = (0..patterns.len()).collect();
        let rank =
            |index: &usize| patterns.get(*index).map(|pattern| (!pattern.fail, usize::MAX - pattern.bytes.len()));
        by_rank.sort_by_key(rank);
        let mut first_bytes: Vec<u8> = patterns.iter().filter_map(|pattern| pattern.bytes.first().copied()).collect();
        first_bytes.sort_unstable();
        first_bytes.dedup();
        Self { patterns: patterns.into_iter().map(Watched::new).collect(), by_rank, first_bytes, outgrown: None }
    }

    /// Looks at the next bytes up to the first thing that is found; how many these are, and what it is.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<(usize, Found)> {
        let mut at = 0;
        loop {
            if self.patterns.iter().all(|each| each.automaton.matched() == 0) && self.outgrown.is_none() {
                at += position_of_any(&self.first_bytes, bytes.get(at..)?)?;
            }
            let byte = *bytes.get(at)?;
            at += 1;
            let winner = self.push(byte).and_then(|winner| self.patterns.get(winner));
            let winner = winner.map(|won| (won.fail, won.automaton.matched()));
            if let Some(found) = self.judge(winner) {
                return Some((at, found));
            }
        }
    }

    /// What the byte that was taken last means; `winner` is the pattern that ends with it: fail, length.
    fn judge(&mut self, winner: Option<(bool, usize)>) -> Option<Found> {
        if let Some(covered) = self.outgrown.take() {
            let covered = covered + 1;
            let mut awaited = self
                .patterns
                .iter()
                .filter(|each| !each.fail)
                .map(|each| &each.automaton)
                .filter(|each| each.matched() >= covered);
            if let Some(whole) = awaited.clone().filter(|each| each.is_complete()).map(Automaton::matched).max() {
                return Some(Found::Match { fail: false, length: whole });
            }
            if awaited.next().is_some() {
                self.outgrown = Some(covered);
                return None;
            }
            return Some(Found::Stands);
        }
        let (fail, length) = winner?;
        let may_grow =
            |each: &Watched| !each.fail && !each.automaton.is_complete() && each.automaton.matched() >= length;
        if fail && self.patterns.iter().any(may_grow) {
            self.outgrown = Some(length);
            return Some(Found::MayGrow { length });
        }
        Some(Found::Match { fail, length })
    }

    /// Takes the next byte; the index of the pattern that wins where one or more end with it.
    fn push(&mut self, byte: u8) -> Option<usize> {
        let mut ended = false;
        for each in &mut self.patterns {
            ended |= each.automaton.push(byte);
        }
        if !ended {
            return None;
        }
        let complete = |index: &&usize| self.patterns.get(**index).is_some_and(|each| each.automaton.is_complete());
        self.by_rank.iter().find(complete).copied()
    }
}

/// How far it is to one of these bytes. Most of a flood is passed over here.
pub(crate) fn position_of_any(wanted: &[u8], bytes: &[u8]) -> Option<usize> {
    match wanted {
        [] => None,
        [one] => memchr::memchr(*one, bytes),
        [one, two] => memchr::memchr2(*one, *two, bytes),
        [one, two, three] => memchr::memchr3(*one, *two, *three, bytes),
        many => bytes.iter().position(|byte| many.contains(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matcher(expect: &[&[u8]], fail: &[&[u8]]) -> Matcher {
        let pattern = |fail| move |bytes: &&[u8]| Pattern { bytes: bytes.to_vec(), fail };
        Matcher::new(expect.iter().map(pattern(false)).chain(fail.iter().map(pattern(true))).collect())
    }

    /// The first match: end offset, failure, length; `None` also while it is open.
    fn first(matcher: &mut Matcher, stream: &[u8]) -> Option<(usize, bool, usize)> {
        let (mut at, mut refused) = (0, None);
        loop {
            let (end, found) = matcher.find(&stream[at..])?;
            at += end;
            match found {
                Found::Match { fail, length } => return Some((at, fail, length)),
                Found::MayGrow { length } => refused = Some((at, true, length)),
                Found::Stands => return refused,
            }
        }
    }

    #[test]
    fn the_match_that_ends_first_wins_then_fail_then_the_longer() {
        let check = |expect: &[&[u8]], fail: &[&[u8]], stream: &[u8], end: usize, bytes: &[u8], failed: bool| {
            let expected = Some((end, failed, bytes.len()));
            assert_eq!(first(&mut matcher(expect, fail), stream), expected, "{}", stream.escape_ascii());
        };
        check(&[b"\r\n> "], &[b"\r\nERROR"], b"AT+CIPSEND\r\r\n> ", 15, b"\r\n> ", false);
        check(&[b"\r\n> "], &[b"\r\nERROR"], b"AT+CIPSEND\r\r\nERROR\r\n> ", 18, b"\r\nERROR", true);
        check(&[b"aab"], &[], b"aaab", 4, b"aab", false);
        check(&[b"abcabd"], &[], b"abcabcabd", 9, b"abcabd", false);
        check(&[b"OK"], &[b"NOT OK"], b"NOT OK", 6, b"NOT OK", true);
        check(&[b"NOT OK"], &[b"OK"], b"NOT OK", 6, b"OK", true);
        check(&[b"OK", b"SHUT OK"], &[], b"SHUT OK", 7, b"SHUT OK", false);
        check(&[b"\0\xFF"], &[], b"\xFF\0\0\xFF", 4, b"\0\xFF", false);
        check(&[b"", b"x"], &[b""], b"ax", 2, b"x", false);
    }

    #[test]
    fn a_failure_that_grows_into_what_is_awaited_is_none() {
        let check = |expect: &[&[u8]], fail: &[&[u8]], stream: &[u8], found: Option<(usize, bool, usize)>| {
            assert_eq!(first(&mut matcher(expect, fail), stream), found, "{}", stream.escape_ascii());
        };
        let (error, already) = (b"\r\nERROR\r\n".as_slice(), b"\r\nERROR\r\n\r\nALREADY CONNECT\r\n".as_slice());
        check(&[already], &[error], already, Some((28, false, 28)));
        check(&[already], &[error], b"\r\nERROR\r\n\r\nCLOSED\r\n", Some((9, true, 9)));
        check(&[already], &[error], b"\r\nERROR\r\n\r\nERROR\r\n\r\nALREADY CONNECT\r\n", Some((9, true, 9)));
        check(&[already], &[error], b"\r\nERROR\r\n\r\nALRE", None);
        check(&[already], &[b"ERROR"], already, Some((28, false, 28)));
        check(&[already, b"ALREADY"], &[error], already, Some((28, false, 28)));
        check(&[b"CONNECT OK"], &[error], already, Some((9, true, 9)));
        check(&[b"OK"], &[b"NOT"], b"NOT OK", Some((3, true, 3)));
        check(&[b"ERROR\r\n"], &[b"ERROR"], b"ERROR\r\n", Some((7, false, 7)));
        check(&[b"ab"], &[b"ab", b"abc"], b"abc", Some((2, true, 2)));
    }

    #[test]
    fn nothing_matches_nothing() {
        assert_eq!(first(&mut matcher(&[], &[]), b"anything"), None);
        assert_eq!(first(&mut matcher(&[b""], &[]), b"anything"), None);
        assert_eq!(first(&mut matcher(&[b"longer than the stream"], &[]), b"longer than"), None);
    }

    #[test]
    fn a_match_may_begin_inside_the_one_before() {
        let mut matcher = matcher(&[b"aba"], &[]);
        assert_eq!(matcher.find(b"ababa").map(|(end, _)| end), Some(3));
        assert_eq!(matcher.find(b"ba").map(|(end, _)| end), Some(2));
    }

    /// The definition, byte by byte.
    fn plainly(all: &[Pattern], stream: &[u8]) -> Option<(usize, bool, usize)> {
        let all: Vec<&Pattern> = all.iter().filter(|pattern| !pattern.bytes.is_empty()).collect();
        let (end, won) = (1..=stream.len()).find_map(|end| {
            let ending = all.iter().filter(|pattern| stream[..end].ends_with(&pattern.bytes));
            ending.max_by_key(|pattern| (pattern.fail, pattern.bytes.len())).map(|pattern| (end, *pattern))
        })?;
        let here = (end, won.fail, won.bytes.len());
        // How much of a pattern stands at the end of the stream so far.
        let begun = |pattern: &Pattern, end: usize| {
            (0..=pattern.bytes.len()).rfind(|length| stream[..end].ends_with(&pattern.bytes[..*length])).unwrap_or(0)
        };
        let awaited: Vec<&&Pattern> = all.iter().filter(|pattern| !pattern.fail).collect();
        let open = |end: usize, covered: usize| {
            awaited.iter().any(|each| (covered..each.bytes.len()).contains(&begun(each, end)))
        };
        if !won.fail || !open(end, won.bytes.len()) {
            return Some(here);
        }
        for later in end + 1..=stream.len() {
            let covered = won.bytes.len() + later - end;
            let whole =
                awaited.iter().filter(|each| begun(each, later) == each.bytes.len()).map(|each| each.bytes.len());
            if let Some(length) = whole.filter(|length| *length >= covered).max() {
                return Some((later, false, length));
            }
            if !open(later, covered) {
                return Some(here);
            }
        }
        None
    }

    proptest! {
        /// Against the plain definition, on a small alphabet so that patterns overlap.
        #[test]
        fn finds_what_a_plain_search_finds(
            expect in prop::collection::vec(prop::collection::vec(0..3u8, 0..5), 0..4),
            fail in prop::collection::vec(prop::collection::vec(0..3u8, 0..5), 0..4),
            stream in prop::collection::vec(0..3u8, 0..40),
        ) {
            let all: Vec<Pattern> = expect.iter().map(|bytes| Pattern { bytes: bytes.clone(), fail: false })
                .chain(fail.iter().map(|bytes| Pattern { bytes: bytes.clone(), fail: true })).collect();
            prop_assert_eq!(first(&mut Matcher::new(all.clone()), &stream), plainly(&all, &stream));
            let mut matcher = Matcher::new(all.clone());
            let mut refused = None;
            let bytewise = stream.iter().enumerate().find_map(|(at, byte)| match matcher.find(&[*byte])?.1 {
                Found::Match { fail, length } => Some((at + 1, fail, length)),
                Found::MayGrow { length } => {
                    refused = Some((at + 1, true, length));
                    None
                }
                Found::Stands => refused,
            });
            prop_assert_eq!(bytewise, plainly(&all, &stream));
        }
    }
}
