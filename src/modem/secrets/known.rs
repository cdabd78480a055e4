//! What was secret in a session, to keep it out of sentences that quote from it.

use std::collections::VecDeque;
use std::ops::Range;

use crate::modem::Direction;

/// At most this many values are known at one time, the latest; none is longer.
const KNOWN: usize = 64;
const LONGEST_VALUE: usize = 256;
/// A shorter value is hidden only where it stands as a parameter.
const SHORT: usize = 3;
/// At least this much of the start of a value is hidden where a text was cut.
const SHORTEST_START: usize = 2;

/// What was secret in a session, to keep it out of sentences that quote from it.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Bytes of a secret that is passing, sent and received.
    passing: [Vec<u8>; 2],
    known: VecDeque<Vec<u8>>,
}

impl Secrets {
    /// The next bytes of a direction, and which stretches of them are secret, in order.
    #[inline]
    pub(crate) fn hear(&mut self, way: Direction, bytes: &[u8], secret: &[Range<usize>]) {
        // Most bytes hold none, and none is passing.
        if !secret.is_empty() || self.passing.get(index(way)).is_some_and(|value| !value.is_empty()) {
            self.hear_secret(way, bytes, secret);
        }
    }

    fn hear_secret(&mut self, way: Direction, bytes: &[u8], secret: &[Range<usize>]) {
        let mut at = 0;
        for range in secret {
            if range.start > at {
                self.end_value(way);
            }
            if let Some(passing) = self.passing.get_mut(index(way)) {
                passing.extend(bytes.get(range.clone()).unwrap_or_default());
                passing.truncate(LONGEST_VALUE);
            }
            at = range.end;
        }
        if at < bytes.len() {
            self.end_value(way);
        }
    }

    fn end_value(&mut self, way: Direction) {
        let Some(value) = self.passing.get_mut(index(way)).filter(|value| !value.is_empty()).map(std::mem::take) else {
            return;
        };
        // Where all of a line was hidden its parts are known one by one too.
        let parts: Vec<Vec<u8>> = value
            .split(|byte| b"\",;=: \\<".contains(byte))
            .filter(|part| part.len() >= SHORT && part.len() < value.len())
            .map(<[u8]>::to_vec)
            .collect();
        for value in std::iter::once(value).chain(parts) {
            self.learn(&value);
        }
    }

    /// A value that is secret wherever it stands.
    pub(crate) fn learn(&mut self, value: &[u8]) {
        if value.is_empty() || value.iter().all(|byte| *byte == b'*') || self.known.iter().any(|known| known == value) {
            return;
        }
        if self.known.len() == KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(value.to_vec());
    }

    /// Bytes with what is secret as `*`.
    #[must_use]
    pub(crate) fn masked_bytes(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for value in self.known.iter().filter(|value| value.len() >= SHORT) {
            let places: Vec<usize> = memchr::memmem::find_iter(&bytes, value).collect();
            for at in places {
                bytes.get_mut(at..at + value.len()).unwrap_or_default().fill(b'*');
            }
        }
        bytes
    }

    /// The text with what is secret as `*`.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        let passing = self.passing.iter().filter(|value| !value.is_empty());
        let mut values: Vec<&Vec<u8>> = self.known.iter().chain(passing).collect();
        if values.is_empty() {
            return text;
        }
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.into_iter().fold(text, |text, value| without(text, &String::from_utf8_lossy(value)))
    }
}

const fn index(way: Direction) -> usize {
    match way {
        Direction::Tx => 0,
        Direction::Rx => 1,
    }
}

/// A text without this value.
fn without(mut text: String, value: &str) -> String {
    let stars = |length: usize| "*".repeat(length);
    if value.chars().count() >= SHORT {
        for form in [value.to_owned(), crate::notation::print(value.as_bytes())] {
            if text.contains(&form) {
                text = text.replace(&form, &stars(form.chars().count()));
            }
        }
    } else {
        for before in ["\"", "=", ","] {
            for after in ["\"", ",", " ", "`", "”"] {
                let form = format!("{before}{value}{after}");
                text = text.replace(&form, &format!("{before}{}{after}", stars(value.chars().count())));
            }
        }
    }
    // A quotation may end in the middle of it.
    if let Some(cut) = text.find('…') {
        let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).filter(|at| *at >= SHORTEST_START).collect();
        for end in ends.into_iter().rev() {
            let begun = value.get(..end).unwrap_or_default();
            if text.get(..cut).is_some_and(|front| front.ends_with(begun)) {
                text.replace_range(cut - begun.len()..cut, &stars(begun.chars().count()));
                break;
            }
        }
    }
    text
}
