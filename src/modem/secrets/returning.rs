//! Values of the last line that was sent, which may come back on their own: in an error's words, in what is left of an echo.
//!
//! Each byte is judged by those before it alone, so that it does not matter how they came. What a modem says by itself begins
//! like a value now and then (`+CREG: 1`, `OK`): there the first bytes of one are shown.

use super::name::is_sign;

/// A shorter value may come by itself.
const SHORTEST_VALUE: usize = 4;
/// This much of a value's start may be the modem's own.
const SHOWN: usize = 2;

/// Watches what is received.
#[derive(Clone, Debug, Default)]
pub(super) struct Returning {
    /// What is secret in the line that was sent last.
    values: Vec<Vec<u8>>,
    /// Those that may be coming back.
    coming: Vec<Coming>,
    /// The last byte that was received.
    before: Option<u8>,
    /// The line that is passing begins as an answer does.
    in_answer: bool,
}

/// A value that may be coming back.
#[derive(Clone, Copy, Debug)]
struct Coming {
    /// Which of them.
    value: usize,
    /// How much of it came.
    came: usize,
    /// It stands where nothing of the modem's own does.
    alien: bool,
}

impl Returning {
    /// Of a line that was sent: its bytes, and which of them are secret.
    pub(super) fn expect(&mut self, line: &[(u8, bool)]) {
        self.end();
        self.values.extend(values_in(line));
    }

    /// Nothing is expected to come back.
    pub(super) fn is_over(&self) -> bool {
        self.values.is_empty()
    }

    /// It is too late for any of them.
    pub(super) fn end(&mut self) {
        self.values.clear();
        self.coming.clear();
    }

    /// This byte was received last; no value was looked for in some before it.
    pub(super) fn pass(&mut self, byte: u8) {
        self.before = Some(byte);
    }

    /// Takes the next byte; true when it is part of a value.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let before = self.before.replace(byte).unwrap_or(b'\n');
        if self.is_over() {
            return false;
        }
        let begins_line = matches!(before, b'\r' | b'\n');
        self.in_answer = if begins_line { is_sign(byte) } else { self.in_answer };
        let values = &self.values;
        self.coming.retain_mut(|coming| {
            let next = values.get(coming.value).and_then(|value| value.get(coming.came));
            coming.came += 1;
            next == Some(&byte)
        });
        // It stands on its own, not in another word.
        if !before.is_ascii_alphanumeric() {
            let own = !matches!(before, b'=' | b'"' | b'(') && (self.in_answer || byte.is_ascii_uppercase());
            let begun = values.iter().enumerate().filter(|(_, value)| value.first() == Some(&byte));
            self.coming.extend(begun.map(|(value, _)| Coming { value, came: 1, alien: !own }));
        }
        self.coming.iter().any(|coming| coming.alien || coming.came > SHOWN)
    }
}
/// The secret stretches of a line, each of which may come back on its own.
fn values_in(line: &[(u8, bool)]) -> impl Iterator<Item = Vec<u8>> {
    let stretches = line.split(|(byte, secret)| !secret || b"\",;= ".contains(byte));
    let values = stretches.filter(|value| value.len() >= SHORTEST_VALUE);
    values.map(|value| value.iter().map(|(byte, _)| *byte).collect())
}
