//! One byte pattern, followed through a stream (Knuth, Morris and Pratt): every byte is looked at once, however the stream
//! is cut, and how much of the pattern stands at its end is known at any time.

/// How far a pattern has matched.
#[derive(Clone, Debug)]
pub(crate) struct Automaton {
    pattern: Vec<u8>,
    /// Where to go on after a mismatch.
    fallback: Vec<usize>,
    matched: usize,
}

impl Automaton {
    /// One that has seen nothing. A pattern without bytes never matches.
    #[must_use]
    pub(crate) fn new(pattern: Vec<u8>) -> Self {
        let mut fallback = vec![0; pattern.len()];
        let mut length = 0;
        for (index, byte) in pattern.iter().enumerate().skip(1) {
            while length > 0 && pattern.get(length) != Some(byte) {
                length = fallback.get(length - 1).copied().unwrap_or(0);
            }
            if pattern.get(length) == Some(byte) {
                length += 1;
            }
            if let Some(slot) = fallback.get_mut(index) {
                *slot = length;
            }
        }
        Self { pattern, fallback, matched: 0 }
    }

    /// How many bytes of the pattern the stream ends with.
    #[must_use]
    pub(crate) fn matched(&self) -> usize {
        self.matched
    }

    /// The whole pattern ends here.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        self.matched > 0 && self.matched == self.pattern.len()
    }

    /// Takes the next byte; true where the pattern ends with it.
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        if self.is_complete() {
            self.fall_back();
        }
        while self.matched > 0 && self.pattern.get(self.matched) != Some(&byte) {
            self.fall_back();
        }
        if self.pattern.get(self.matched) == Some(&byte) {
            self.matched += 1;
        }
        self.is_complete()
    }

    fn fall_back(&mut self) {
        self.matched = self.matched.checked_sub(1).and_then(|last| self.fallback.get(last)).copied().unwrap_or(0);
    }
}
