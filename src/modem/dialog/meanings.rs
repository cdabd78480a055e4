//! What the last short lines meant: a session is the same few answers over and over, and the tables need not be asked
//! for each of them again.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::FxHasher;

use super::said::Said;
use crate::vocabulary::Family;

/// A longer line is new most times, and a shorter one is told at once.
const LONGEST: usize = 24;
const SHORTEST: usize = 3;
/// So many are remembered, each in the only place that it has.
const PLACES: usize = 32;

/// A line, and zeros behind it.
type Short = [u8; LONGEST];

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    family: Option<&'static Family>,
    known: [Option<(Short, Said)>; PLACES],
}

impl Meanings {
    /// What a line of a modem of this family means.
    pub(super) fn of(&mut self, line: &[u8], family: &'static Family) -> Said {
        let mut short = Short::default();
        // What holds zeros is no answer, and would be taken for a shorter line.
        let Some(place) = short.get_mut(..line.len()).filter(|_| line.len() >= SHORTEST && line.last() != Some(&0))
        else {
            return Said::of(line, family);
        };
        place.copy_from_slice(line);
        if self.family.replace(family) != Some(family) {
            self.known = Default::default();
        }
        let mut hasher = FxHasher::default();
        short.hash(&mut hasher);
        let Some(place) = usize::try_from(hasher.finish() % PLACES as u64).ok().and_then(|at| self.known.get_mut(at))
        else {
            return Said::of(line, family);
        };
        match place {
            Some((known, said)) if *known == short => *said,
            _ => place.insert((short, Said::of(line, family))).1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{families, sim800};

    #[test]
    fn a_line_means_the_same_each_time_whatever_came_before() {
        let sim7600 = families().iter().find(|family| family.name == "sim7600").unwrap();
        let mut meanings = Meanings::default();
        let lines: Vec<Vec<u8>> = (0..200)
            .flat_map(|n| [format!("+CSQ: {n},0"), format!("{n}, CLOSED"), format!("+NETOPEN: {n}")])
            .map(String::into_bytes)
            .chain(
                [&b"OK"[..], b"OK\0", b"\0", b"", b"STATE: CONNECT OK", &[b'A'; LONGEST], &[b'A'; LONGEST + 1]]
                    .map(<[u8]>::to_vec),
            )
            .collect();
        for family in [sim800(), sim7600, sim800()] {
            for line in lines.iter().chain(&lines) {
                for _ in 0..2 {
                    assert_eq!(meanings.of(line, family), Said::of(line, family), "{}", line.escape_ascii());
                }
            }
        }
    }
}
