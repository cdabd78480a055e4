//! Bytes with errors, as the terminal driver marks them: `PARMRK` of termios(3). Pure.
//!
//! With `INPCK | PARMRK` set and `IGNPAR`, `IGNBRK`, `BRKINT`, `ISTRIP` clear, the driver gives
//!
//! | on the line | in the stream |
//! |---|---|
//! | a byte with a framing or parity error | `FF 00 byte` |
//! | a break | `FF 00 00` |
//! | a good 0xFF | `FF FF` |
//! | any other good byte | itself |
//!
//! The driver tells neither a framing from a parity error nor a break from a bad 0x00: with parity switched off a bad
//! byte can only be a framing error, and `FF 00 00` is taken for a break.

use super::Arrival;
use crate::capture::Flaw;

/// Undoes the marking, across the borders of reads.
#[derive(Debug)]
pub(crate) struct Decoder {
    flaw: Flaw,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Plain,
    /// After FF.
    Marked,
    /// After FF 00.
    Bad,
}

impl Decoder {
    /// A decoder for a line with or without a parity bit.
    #[must_use]
    pub(crate) fn new(parity_checked: bool) -> Self {
        Self { flaw: if parity_checked { Flaw::Parity } else { Flaw::Framing }, state: State::Plain }
    }

    /// The line was given a parity bit, or lost it.
    pub(crate) fn set_parity_checked(&mut self, parity_checked: bool) {
        self.flaw = if parity_checked { Flaw::Parity } else { Flaw::Framing };
    }

    /// Appends what these bytes of the driver's stream mean. An unfinished mark at their end is kept for the next call.
    pub(crate) fn decode(&mut self, stream: &[u8], arrived: &mut Vec<Arrival>) {
        let mut rest = stream;
        while let Some(&byte) = rest.first() {
            let taken = match self.state {
                State::Plain => {
                    let good = memchr::memchr(0xFF, rest).unwrap_or(rest.len());
                    push(arrived, rest.get(..good).unwrap_or_default(), Flaw::None);
                    if good < rest.len() {
                        self.state = State::Marked;
                    }
                    (good + 1).min(rest.len())
                }
                State::Marked => {
                    self.state = if byte == 0 { State::Bad } else { State::Plain };
                    match byte {
                        0 => {}
                        0xFF => push(arrived, &[0xFF], Flaw::None),
                        // Not of the driver's making: keep both bytes rather than guess.
                        other => push(arrived, &[0xFF, other], Flaw::None),
                    }
                    1
                }
                State::Bad => {
                    self.state = State::Plain;
                    if byte == 0 {
                        arrived.push(Arrival::Break);
                    } else {
                        push(arrived, &[byte], self.flaw);
                    }
                    1
                }
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// The line ended: what an unfinished mark had held back, so that no byte is lost.
    pub(crate) fn finish(&mut self, arrived: &mut Vec<Arrival>) {
        match std::mem::take(&mut self.state) {
            State::Plain => {}
            State::Marked => push(arrived, &[0xFF], Flaw::None),
            State::Bad => push(arrived, &[0xFF, 0x00], Flaw::None),
        }
    }
}

fn push(arrived: &mut Vec<Arrival>, more: &[u8], how: Flaw) {
    if more.is_empty() {
        return;
    }
    match arrived.last_mut() {
        Some(Arrival::Bytes { bytes, flaw }) if *flaw == how => bytes.extend_from_slice(more),
        _ => arrived.push(Arrival::Bytes { bytes: more.to_vec(), flaw: how }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(parts: &[&[u8]]) -> Vec<Arrival> {
        let mut decoder = Decoder::new(false);
        let mut arrived = Vec::new();
        for part in parts {
            decoder.decode(part, &mut arrived);
        }
        decoder.finish(&mut arrived);
        arrived
    }

    fn good(bytes: &[u8]) -> Arrival {
        Arrival::Bytes { bytes: bytes.to_vec(), flaw: Flaw::None }
    }

    fn bad(byte: u8) -> Arrival {
        Arrival::Bytes { bytes: vec![byte], flaw: Flaw::Framing }
    }

    #[test]
    fn marks_become_flaws_and_breaks() {
        assert_eq!(decode(&[b"OK\r\n"]), [good(b"OK\r\n")]);
        assert_eq!(decode(&[b"a\xFF\xFFb"]), [good(b"a\xFFb")]);
        assert_eq!(decode(&[b"a\xFF\x00Xb"]), [good(b"a"), bad(b'X'), good(b"b")]);
        assert_eq!(decode(&[b"a\xFF\x00\x00b"]), [good(b"a"), Arrival::Break, good(b"b")]);
        assert_eq!(decode(&[b"\xFF\x00\xFF\xFF\xFF"]), [bad(0xFF), good(b"\xFF")]);
    }

    #[test]
    fn what_a_cut_mark_held_back_is_not_lost() {
        assert_eq!(decode(&[b"a\xFF"]), [good(b"a\xFF")]);
        assert_eq!(decode(&[b"a\xFF\x00"]), [good(b"a\xFF\x00")]);
        assert_eq!(decode(&[b"\xFFA"]), [good(b"\xFFA")]);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(bytes in proptest::collection::vec(prop_oneof![Just(0xFF), Just(0), any::<u8>()], 0..64), cut in 0_usize..64) {
            let (front, back) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(decode(&[front, back]), decode(&[&bytes]));
        }

        #[test]
        fn what_the_driver_marks_comes_back(values in proptest::collection::vec((any::<u8>(), any::<bool>()), 0..64)) {
            let mut stream = Vec::new();
            let mut wanted = Vec::new();
            for &(byte, flawed) in &values {
                let flawed = flawed && byte != 0;
                match (byte, flawed) {
                    (byte, true) => stream.extend([0xFF, 0x00, byte]),
                    (0xFF, false) => stream.extend([0xFF, 0xFF]),
                    (byte, false) => stream.push(byte),
                }
                push(&mut wanted, &[byte], if flawed { Flaw::Framing } else { Flaw::None });
            }
            prop_assert_eq!(decode(&[&stream]), wanted);
        }
    }
}
