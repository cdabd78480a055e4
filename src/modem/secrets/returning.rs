//! Values of the last line that was sent, which may come back on their own: in an error's words, in what is left of an echo.

use std::ops::Range;

/// A shorter value may come by itself.
const SHORTEST_VALUE: usize = 4;
/// So much of a value's start may be anything.
const SHOWN_ELSEWHERE: usize = 2;
/// Watches what is received.
#[derive(Clone, Debug, Default)]
pub(super) struct Returning {
    /// What is secret in the line that was sent last.
    values: Vec<Vec<u8>>,
    /// One of these that is coming back, and how much of it came, hidden or not.
    coming: (Vec<u8>, usize, bool),
    /// The last byte of the last read.
    before: Option<u8>,
}

impl Returning {
    /// Of a line that was sent: its bytes, and which of them are secret.
    pub(super) fn expect(&mut self, line: &[(u8, bool)]) {
        (self.values, self.coming) = (values_in(line), <_>::default());
    }

    /// Nothing is expected to come back.
    pub(super) fn is_over(&self) -> bool {
        self.values.is_empty()
    }

    /// It is too late for any of them.
    pub(super) fn end(&mut self) {
        self.values.clear();
    }

    /// Where values stand in what was read. `cut`: the end of it may be the beginning of one.
    pub(super) fn find(&mut self, bytes: &[u8], cut: bool) -> Vec<Range<usize>> {
        let found = if self.values.is_empty() { Vec::new() } else { self.places(bytes, cut) };
        self.before = bytes.last().copied().or(self.before);
        found
    }

    /// They stand on their own, or where the end of a read cuts them.
    fn places(&mut self, bytes: &[u8], cut: bool) -> Vec<Range<usize>> {
        let alone = |range: &Range<usize>| {
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !before.into_iter().chain(bytes.get(range.end)).any(u8::is_ascii_alphanumeric)
        };
        let places = self
            .values
            .iter()
            .flat_map(|value| memchr::memmem::find_iter(bytes, value).map(|start| start..start + value.len()));
        let mut found: Vec<_> = places.filter(alone).collect();
        // One may be cut by the end of a read: where an echo lost its front. Elsewhere it is watched, and hidden once it is long
        // enough, since a digit may be anything.
        // As in an echo; at the start of a word.
        let stands = |at: usize| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            let before = before.or_else(|| self.before.filter(|_| at == 0));
            before.map_or((true, true), |before| (b"=\"(\r\n".contains(&before), !before.is_ascii_alphanumeric()))
        };
        let (going_on, begun, hidden) = std::mem::take(&mut self.coming);
        let mut coming = (Vec::new(), 0, false);
        for value in &self.values {
            let came = if *value == going_on { begun } else { 0 };
            if let Some(rest) = value.get(came..).filter(|_| came > 0) {
                let more = rest.iter().zip(bytes).take_while(|(awaited, byte)| awaited == byte).count();
                let tells = hidden || came + more > SHOWN_ELSEWHERE;
                found.extend((more > 0 && tells).then_some(0..more));
                if more == bytes.len() && more < rest.len() {
                    coming = (value.clone(), came + more, tells);
                }
            }
            let longest = (1..value.len().min(bytes.len() + 1)).rev().find(|length| {
                let start = bytes.len() - length;
                cut && bytes.get(start..) == value.get(..*length) && stands(start).1
            });
            if let Some(length) = longest.filter(|length| *length > coming.1) {
                let start = bytes.len() - length;
                let tells = stands(start).0 || length > SHOWN_ELSEWHERE;
                found.extend(tells.then_some(start..bytes.len()));
                coming = (value.clone(), length, tells);
            }
        }
        self.coming = coming;
        found
    }
}

/// The secret stretches of a line, each of which may come back on its own.
fn values_in(line: &[(u8, bool)]) -> Vec<Vec<u8>> {
    let stretches = line.split(|(byte, secret)| !secret || b"\",;= ".contains(byte));
    let values = stretches.filter(|value| value.len() >= SHORTEST_VALUE);
    values.map(|value| value.iter().map(|(byte, _)| *byte).collect()).collect()
}
