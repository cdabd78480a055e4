//! Characters of a run, and where they came from: board and machine hand them to each other.

/// Where a value came from: the sketch itself, the modem's answers, the clock, or something only the board knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin(u16);

impl Origin {
    pub(super) const SKETCH: Self = Self(0);
    pub(super) const TIME: Self = Self(1);
    pub(super) const MODEM: Self = Self(2);
    /// A PIN or password, wherever it came from.
    pub(super) const SECRET: Self = Self(u16::MAX);

    /// The question with this number.
    pub(super) fn asked(question: usize) -> Self {
        Self(u16::try_from(question + 3).unwrap_or(u16::MAX).min(u16::MAX - 1))
    }

    pub(super) fn question(self) -> Option<usize> {
        usize::from(self.0).checked_sub(3).filter(|_| self != Self::SECRET)
    }

    /// Of two values together: a question counts before an answer, that before the time.
    pub(super) fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

/// A character, and where it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ch {
    pub(super) byte: u8,
    pub(super) from: Origin,
}

pub(super) fn chars(bytes: &[u8], from: Origin) -> Vec<Ch> {
    bytes.iter().map(|byte| Ch { byte: *byte, from }).collect()
}

pub(super) fn bytes(text: &[Ch]) -> Vec<u8> {
    text.iter().map(|ch| ch.byte).collect()
}

/// Where a text came from: the strongest of its characters.
pub(super) fn origin(text: &[Ch]) -> Origin {
    text.iter().fold(Origin::SKETCH, |from, ch| from.and(ch.from))
}
