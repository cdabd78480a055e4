//! What was sent, on its way back.
//!
//! A modem with `ATE1` gives back every byte that it reads, in order, but for a few that it takes without a word: LF
//! behind CR, the 0x1A that ends a text, NUL. Which of them may be missing depends on what they are sent for, so whoever follows
//! an echo says so. This is the one rule by which an echo goes on; where it may begin and what follows from it is decided by those who follow
//! it: the dialog (data at a prompt, a looped line), the macro runner (what is no answer) and the worker (what to mask).

/// Which bytes may be missing from an echo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Swallowed {
    /// None: a wire gives back everything.
    #[default]
    Nothing,
    /// In a command: LF behind CR, 0x1A, NUL.
    InCommands,
    /// In a text: CR comes back as a new prompt, and 0x1A need not come at all.
    InTexts,
}

impl Swallowed {
    /// Whether this byte may be missing.
    pub(crate) fn has(self, byte: u8) -> bool {
        match self {
            Self::Nothing => false,
            Self::InCommands => matches!(byte, b'\n' | 0x1A | 0),
            Self::InTexts => matches!(byte, b'\r' | b'\n' | 0x1A),
        }
    }
}

/// Bytes that were sent, and how far they have come back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Echo {
    sent: Vec<u8>,
    /// How many of them have come back, or will not come any more.
    came: usize,
    swallowed: Swallowed,
}

impl Echo {
    /// Nothing sent yet.
    pub(crate) fn new(swallowed: Swallowed) -> Self {
        Self { swallowed, ..Self::default() }
    }

    /// These bytes went out, behind the others.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        self.sent.drain(..self.came.min(self.sent.len()));
        self.came = 0;
        self.sent.extend_from_slice(bytes);
    }

    /// Nothing of it is awaited any more.
    pub(crate) fn clear(&mut self) {
        self.sent.clear();
        self.came = 0;
    }

    /// What has not come back.
    pub(crate) fn rest(&self) -> &[u8] {
        self.from(self.came)
    }

    /// The last byte that came back, or will not come, was a CR.
    pub(crate) fn is_behind_return(&self) -> bool {
        self.came.checked_sub(1).and_then(|at| self.sent.get(at)) == Some(&b'\r')
    }

    /// How many bytes were sent, those that came back among them.
    pub(crate) fn len(&self) -> usize {
        self.sent.len()
    }

    /// How many bytes have come back.
    pub(crate) fn came(&self) -> usize {
        self.came
    }

    /// The echo has come as far as byte `at`.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.came = at;
    }

    /// Where the echo stands after `byte`, if it stood at byte `at` and goes on with it.
    pub(crate) fn after(&self, at: usize, byte: u8) -> Option<usize> {
        for (ahead, sent) in self.from(at).iter().enumerate() {
            if *sent == byte {
                return Some(at + ahead + 1);
            }
            if !self.swallowed.has(*sent) {
                return None;
            }
        }
        None
    }

    /// Whether all that must come back has come, where the echo stands at byte `at`.
    pub(crate) fn is_whole(&self, at: usize) -> bool {
        self.from(at).iter().all(|byte| self.swallowed.has(*byte))
    }

    /// How many of the received bytes are the echo going on, from the first of them.
    pub(crate) fn take(&mut self, received: &[u8]) -> usize {
        let mut taken = 0;
        loop {
            let coming = received.get(taken..).unwrap_or_default();
            // Nearly always it comes back as it went.
            let same = self.rest().iter().zip(coming).take_while(|(sent, came)| sent == came).count();
            self.came += same;
            taken += same;
            let Some(after) = received.get(taken).and_then(|byte| self.after(self.came, *byte)) else { return taken };
            self.came = after;
            taken += 1;
        }
    }

    fn from(&self, at: usize) -> &[u8] {
        self.sent.get(at..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_missing_depends_on_what_it_was_sent_for() {
        let check = |swallowed: Swallowed, sent: &[u8], received: &[u8], taken: usize| {
            let mut echo = Echo::new(swallowed);
            echo.sent(sent);
            let words = format!("{swallowed:?}: {} -> {}", sent.escape_ascii(), received.escape_ascii());
            assert_eq!(echo.take(received), taken, "{words}");
            // However it is cut.
            let mut echo = Echo::new(swallowed);
            echo.sent(sent);
            assert_eq!(
                received.chunks(1).map(|byte| echo.take(byte)).take_while(|one| *one == 1).count(),
                taken,
                "{words}"
            );
        };
        check(Swallowed::Nothing, b"AT\r\n", b"AT\r\nAT", 4);
        check(Swallowed::Nothing, b"a\rb", b"ab", 1);
        check(Swallowed::InCommands, b"AT\r\nATI\r", b"AT\rATI\r\r\nOK", 7);
        check(Swallowed::InCommands, b"a\rb", b"ab", 1);
        check(Swallowed::InTexts, b"a\rb\x1A", b"ab\r\n", 2);
        check(Swallowed::InTexts, b"ab\x1A", b"ab\x1A\r\n", 3);
        check(Swallowed::InTexts, b"", b"OK", 0);
    }

    #[test]
    fn more_may_be_sent_while_it_comes() {
        let mut echo = Echo::new(Swallowed::InTexts);
        echo.sent(b"hel");
        assert_eq!(echo.take(b"he"), 2);
        echo.sent(b"lo\r");
        assert_eq!((echo.take(b"llo\n"), echo.rest(), echo.is_whole(echo.came())), (3, b"\r".as_slice(), true));
    }
}
