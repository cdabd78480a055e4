//! What was heard while no step listened: the next step without a send begins with it.

use std::collections::VecDeque;

use super::window::LONGEST_ANSWER;

/// Pieces are no longer than this, so that the oldest can be dropped one by one.
const PIECE: usize = 4096;

/// Heard bytes, the newest [`LONGEST_ANSWER`] of them at least.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backlog {
    pieces: VecDeque<(Vec<u8>, bool)>,
    length: usize,
}

impl Backlog {
    /// Keeps these, forgets the oldest.
    pub(crate) fn push(&mut self, bytes: &[u8], echo: bool) {
        for part in bytes.chunks(PIECE) {
            match self.pieces.back_mut() {
                Some((last, same)) if *same == echo && last.len() + part.len() <= PIECE => last.extend_from_slice(part),
                _ => self.pieces.push_back((part.to_vec(), echo)),
            }
            self.length += part.len();
        }
        while self.pieces.front().is_some_and(|(oldest, _)| self.length - oldest.len() >= LONGEST_ANSWER) {
            self.length -= self.pieces.pop_front().map_or(0, |(oldest, _)| oldest.len());
        }
    }

    /// All pieces in order; true for echo.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (Vec<u8>, bool)> + use<> {
        std::mem::take(self).pieces.into_iter()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stay_in_order() {
        let mut backlog = Backlog::default();
        let stream: Vec<u8> = (0..400_000_u32).map(|count| count.to_le_bytes()[1]).collect();
        for (number, part) in stream.chunks(777).enumerate() {
            backlog.push(part, number % 3 == 0);
        }
        assert!(backlog.pieces.len() < 200);
        let kept: Vec<u8> = backlog.take().flat_map(|(piece, _)| piece).collect();
        assert!(kept.len() >= LONGEST_ANSWER && kept.len() < LONGEST_ANSWER + 2 * PIECE);
        assert!(stream.ends_with(&kept));
        assert_eq!(backlog.take().count(), 0);
    }
}
