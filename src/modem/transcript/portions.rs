//! A long text in portions: on how much of it the forms are tried, and how much is read at once.

use std::borrow::Cow;

use super::{Chunk, Reader, plain};

/// How much of a text it takes to see how it is to be read.
pub(crate) const HEAD: usize = 1 << 20;

/// The first lines of that, on which the forms are tried, each of them: 250 kB of a log show how it is written.
pub(super) fn tried(head: &[u8]) -> &[u8] {
    const TRIED: usize = 1 << 18;
    head.get(..piece(head, TRIED)).unwrap_or(head)
}

/// What stands in a text in memory, piece by piece, so that the chunks of a long one are not all there at once.
pub(crate) struct Pieces<'a> {
    text: Cow<'a, [u8]>,
    /// What has been read of it.
    read: usize,
    pub(crate) reader: Reader,
    ended: bool,
}

impl<'a> Pieces<'a> {
    /// Learns from the head of a text how it is to be read.
    #[must_use]
    pub(crate) fn of(text: &'a [u8]) -> Self {
        let text = plain::decoded(text);
        let reader = Reader::learn(text.get(..piece(&text, HEAD)).unwrap_or_default());
        Self { text, read: 0, reader, ended: false }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Vec<Chunk>;

    fn next(&mut self) -> Option<Vec<Chunk>> {
        let rest = self.text.get(self.read..).unwrap_or_default();
        if self.ended {
            return None;
        }
        let end = piece(rest, HEAD);
        let mut chunks = Vec::new();
        self.reader.read(rest.get(..end).unwrap_or_default(), &mut chunks);
        self.read += end;
        self.ended = end == rest.len();
        if self.ended {
            self.reader.finish(&mut chunks);
        }
        Some(chunks)
    }
}

/// Where the first piece of a text ends: behind a line, which may end in CR alone. A line that is longer stays whole.
fn piece(text: &[u8], most: usize) -> usize {
    let Some((head, rest)) = text.split_at_checked(most) else { return text.len() };
    let ending = if memchr::memchr(b'\n', head).is_some() { b'\n' } else { b'\r' };
    match memchr::memrchr(ending, head) {
        Some(end) => end + 1,
        None => memchr::memchr(b'\n', rest).map_or(text.len(), |end| most + end + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_behind_lines_and_read_as_if_at_once() {
        for end in ["\n", "\r\n", "\r"] {
            let line = format!("{}{end}", "x".repeat(1000));
            let text = line.repeat(HEAD / line.len() * 3);
            assert_eq!(piece(text.as_bytes(), HEAD), HEAD / line.len() * line.len(), "{end:?}");
            let chunks: Vec<Vec<Chunk>> = Pieces::of(text.as_bytes()).collect();
            assert_eq!(chunks.len(), 3, "{end:?}");
            let lines: Vec<usize> = chunks.iter().flatten().map(|chunk| chunk.line).collect();
            assert_eq!(lines, (1..=text.len() / line.len()).collect::<Vec<_>>(), "{end:?}");
        }
        // A line that is longer is no reason to cut it.
        assert_eq!(piece(&vec![b'x'; 3 * HEAD], HEAD), 3 * HEAD);
        assert_eq!((piece(b"AT", HEAD), piece(b"", HEAD)), (2, 0));
    }

    #[test]
    fn the_forms_are_tried_on_whole_lines() {
        let text = "AT+CSQ\n".repeat(HEAD / 8);
        let tried = tried(text.as_bytes());
        assert!(tried.len() < text.len() / 3 && tried.ends_with(b"\n"), "{}", tried.len());
    }
}
