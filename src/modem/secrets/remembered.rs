//! Lines in which nothing was secret, so that they are passed over when they come again: most of what is sent and comes
//! back is the same few commands over and over.

/// At most this many are remembered, none longer than this.
const MOST: usize = 32;
const LONGEST: usize = 96;

/// The last lines of one direction that hold no secret, where nothing in front of them says otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    /// In the order in which they came, from where the oldest is forgotten.
    lines: Vec<Vec<u8>>,
    oldest: usize,
    /// Behind the one that came last: what follows it is most likely to follow it again.
    next: usize,
}

impl Remembered {
    /// The line is one of these.
    pub(super) fn has(&mut self, line: &[u8]) -> bool {
        let (before, behind) = self.lines.split_at_checked(self.next).unwrap_or((&self.lines, &[]));
        let Some(distance) = behind.iter().chain(before).position(|known| known == line) else { return false };
        self.next = (self.next + distance) % self.lines.len() + 1;
        true
    }

    /// Nothing but what is printed stands in the line, and there is room for it.
    pub(super) fn may_have(line: &[u8]) -> bool {
        line.len() <= LONGEST && line.iter().all(|byte| matches!(byte, b' '..=b'~'))
    }

    /// The line is another of these.
    pub(super) fn add(&mut self, line: &[u8]) {
        if self.lines.len() < MOST {
            self.lines.push(Vec::new());
        }
        let place = self.oldest % MOST;
        if let Some(old) = self.lines.get_mut(place) {
            old.clear();
            old.extend_from_slice(line);
        }
        self.oldest = place + 1;
        self.next = place + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_remembered_and_no_others() {
        let mut remembered = Remembered::default();
        assert!(!remembered.has(b""));
        let line = |number: usize| format!("AT+CSQ={number}").into_bytes();
        for number in 0..MOST + 5 {
            assert!(!remembered.has(&line(number)));
            remembered.add(&line(number));
        }
        for number in (5..MOST + 5).chain([6, 30, 7]) {
            assert!(remembered.has(&line(number)), "{number}");
        }
        for number in 0..5 {
            assert!(!remembered.has(&line(number)), "{number}");
        }
        assert!(
            Remembered::may_have(b"AT+CSQ") && !Remembered::may_have(b"AT\x08") && !Remembered::may_have(&[b'A'; 97])
        );
    }
}
