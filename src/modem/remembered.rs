//! Short lines that came last, each with what is known of it: a session is the same few lines over and over.

/// At most this many are remembered, none longer than this.
const MOST: usize = 32;
const LONGEST: usize = 96;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Remembered<T> {
    lines: Vec<(Vec<u8>, T)>,
    /// Where the next one gets its place.
    oldest: usize,
    /// Behind the one that came last: what followed it is most likely to follow it again.
    next: usize,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self { lines: Vec::new(), oldest: 0, next: 0 }
    }
}

impl<T> Remembered<T> {
    /// What is known of the line; `None` where it is none of these.
    pub(super) fn find(&mut self, line: &[u8]) -> Option<&T> {
        let (before, behind) = self.lines.split_at_checked(self.next).unwrap_or((&self.lines, &[]));
        let at = match behind.iter().position(|(known, _)| known == line) {
            Some(distance) => before.len() + distance,
            None => before.iter().position(|(known, _)| known == line)?,
        };
        self.next = at + 1;
        self.lines.get(at).map(|(_, value)| value)
    }

    /// The line of these that begins the bytes, where what ends it is among them.
    pub(super) fn find_front<'a>(&mut self, bytes: &'a [u8], ends: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        // Most times it is the one that is expected, and its end need not be looked for.
        let next = if self.next < self.lines.len() { self.next } else { 0 };
        if let Some((expected, _)) = self.lines.get(next)
            && bytes.get(expected.len()).is_some_and(|byte| ends(*byte))
            && let Some(line) = bytes.get(..expected.len()).filter(|line| line == expected)
        {
            self.next = next + 1;
            return Some(line);
        }
        let end = bytes.iter().take(LONGEST + 1).position(|byte| ends(*byte))?;
        let line = bytes.get(..end)?;
        self.find(line).map(|_| line)
    }

    /// Remembers another line, where it is not too long.
    pub(super) fn add(&mut self, line: &[u8], value: T) {
        if line.len() > LONGEST {
            return;
        }
        let place = self.oldest % MOST;
        match self.lines.get_mut(place) {
            Some((known, of)) => {
                known.clear();
                known.extend_from_slice(line);
                *of = value;
            }
            None => self.lines.push((line.to_vec(), value)),
        }
        (self.oldest, self.next) = (place + 1, place + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_remembered_and_no_others() {
        let mut remembered = Remembered::default();
        assert!(remembered.find(b"").is_none());
        let line = |number: usize| format!("AT+CSQ={number}").into_bytes();
        for number in 0..MOST + 5 {
            assert!(remembered.find(&line(number)).is_none());
            remembered.add(&line(number), number);
        }
        for number in (5..MOST + 5).chain([6, 30, 7]) {
            assert_eq!(remembered.find(&line(number)), Some(&number));
        }
        for number in 0..5 {
            assert!(remembered.find(&line(number)).is_none(), "{number}");
        }
        let ends = |byte: u8| matches!(byte, b'\r' | 0x1A);
        for number in [30, 31, 6] {
            let bytes = [line(number).as_slice(), b"\x1AAT+CSQ=0\r"].concat();
            assert_eq!(remembered.find_front(&bytes, ends), Some(line(number).as_slice()), "{number}");
        }
        assert!(remembered.find_front(b"AT+CSQ=30", ends).is_none(), "its end has not come");
        assert!(remembered.find_front(b"AT+CSQ=3\r", ends).is_none());
        remembered.add(&[b'A'; LONGEST + 1], 1);
        assert!(remembered.find(&[b'A'; LONGEST + 1]).is_none());
    }
}
