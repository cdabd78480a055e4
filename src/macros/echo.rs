//! Tells the echo of our own sends from what the modem says.
//!
//! A modem with `ATE1` gives back every byte it reads, before it answers. Without this, a step that sends the text
//! `ERROR` would fail on its own echo. What is known about real echoes, and handled here:
//!
//! * LF after CR is not echoed, 0x1A sometimes is not, NUL may not be: those may be absent.
//! * Echo may be switched off: then nothing here is echo, and the first byte of the answer must not wait for one.
//! * It may begin late: bytes that were already on their way (a URC, the end of the last answer) come first.
//! * It may have holes, where a cable or a `SoftwareSerial` lost bytes.
//! * The echo of a step that did not wait may come while the next step waits: several sends can be outstanding.
//!
//! A *run* is a stretch of received bytes that equals a stretch of what was sent. It is echo when it reaches the end of
//! a send or is at least [`LONG_RUN`] bytes long. Until that is known its bytes, three at most, are held back: until the
//! next byte, or until [`EchoFilter::release`] after a short silence. All other bytes pass at once.

use std::collections::VecDeque;

use super::matcher::position_of_any;
use crate::modem::echo::{Echo, Swallowed};

/// A run of this many bytes is an echo even if it breaks off. Four bytes are enough for `AT+C`; no result code or URC
/// of a SIM800 shares four bytes with the beginning of a command.
const LONG_RUN: usize = 4;
/// At most this many bytes may be missing in one hole of an echo.
const LONGEST_HOLE: usize = 16;
/// At most this many sends are remembered; a device that does not echo must not make us hoard.
const OUTSTANDING: usize = 8;
/// At most this many bytes of sends are remembered.
const OUTSTANDING_BYTES: usize = 64 * 1024;

/// Follows the echo of several sends.
#[derive(Clone, Debug, Default)]
pub(crate) struct EchoFilter {
    sends: VecDeque<Outstanding>,
    /// What the bytes in hand may be: the beginnings of commands are alike. In the order of the sends.
    runs: Vec<Run>,
    /// The bytes in hand, while they may still turn out to be the modem's.
    held: VecDeque<u8>,
    /// The bytes that a run may begin with now, each once.
    starts: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Outstanding {
    echo: Echo,
    /// Some of it has come.
    begun: bool,
}

/// Which bytes some modems take without echoing them.
const SWALLOWED: Swallowed = Swallowed::InCommands;

#[derive(Clone, Copy, Debug)]
struct Run {
    send: usize,
    next: usize,
    length: usize,
}

impl EchoFilter {
    /// These bytes are being sent; their echo may come from now on.
    pub(crate) fn sending(&mut self, bytes: &[u8]) {
        let kept = bytes.get(..bytes.len().min(OUTSTANDING_BYTES)).unwrap_or(bytes);
        let mut echo = Echo::new(SWALLOWED);
        echo.sent(kept);
        if echo.is_whole(0) {
            return;
        }
        self.sends.push_back(Outstanding { echo, begun: false });
        while self.sends.len() > OUTSTANDING
            || (self.sends.len() > 1
                && self.sends.iter().map(|send| send.echo.len()).sum::<usize>() > OUTSTANDING_BYTES)
        {
            self.forget(1);
        }
        self.find_starts();
    }

    /// Looks at received bytes, and hands on those of which is known whose they are, in their order: true for echo.
    pub(crate) fn push(&mut self, bytes: &[u8], heard: &mut impl FnMut(&[u8], bool)) {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            if self.held.is_empty() && self.runs.is_empty() {
                // Most bytes cannot begin an echo: they are passed over in one stride.
                let plain = position_of_any(&self.starts, rest).unwrap_or(rest.len());
                if let (true, Some((answer, behind))) = (plain > 0, rest.split_at_checked(plain)) {
                    heard(answer, false);
                    rest = behind;
                    continue;
                }
            }
            self.push_byte(*byte, heard);
            rest = after;
        }
    }

    fn push_byte(&mut self, byte: u8, heard: &mut impl FnMut(&[u8], bool)) {
        let runs = std::mem::take(&mut self.runs);
        self.runs = runs.into_iter().filter_map(|run| self.extend(run, byte)).collect();
        if !self.runs.is_empty() {
            self.keep(byte, heard);
            return;
        }
        // All runs break here. Bytes still held did not begin an echo where they began; one further on may have.
        let Some(first) = self.held.pop_front() else {
            self.runs = self.beginnings(byte).collect();
            if self.runs.is_empty() {
                heard(&[byte], false);
            } else {
                self.keep(byte, heard);
            }
            return;
        };
        heard(&[first], false);
        let again = std::mem::take(&mut self.held);
        for held in again.into_iter().chain([byte]) {
            self.push_byte(held, heard);
        }
    }

    /// The line has been silent: bytes that are held were the modem's.
    pub(crate) fn release(&mut self, heard: &mut impl FnMut(&[u8], bool)) {
        if self.holding() {
            self.runs.clear();
            self.settle(false, heard);
        }
    }

    /// True while bytes are held back.
    #[must_use]
    pub(crate) fn holding(&self) -> bool {
        !self.held.is_empty()
    }

    fn settle(&mut self, echo: bool, heard: &mut impl FnMut(&[u8], bool)) {
        let held = std::mem::take(&mut self.held);
        heard(&Vec::from(held), echo);
    }

    /// Gathers the bytes that [`Self::beginnings`] would find.
    fn find_starts(&mut self) {
        self.starts.clear();
        for outstanding in &self.sends {
            let mut reach = if outstanding.begun { LONGEST_HOLE } else { 0 };
            for byte in outstanding.echo.rest() {
                self.starts.push(*byte);
                if SWALLOWED.has(*byte) {
                    continue;
                }
                let Some(less) = reach.checked_sub(1) else { break };
                reach = less;
            }
        }
        self.starts.sort_unstable();
        self.starts.dedup();
    }

    /// Runs that may begin with this byte: where an echo goes on, after a hole in it, or at the start of a later send.
    fn beginnings(&self, byte: u8) -> impl Iterator<Item = Run> {
        self.sends.iter().enumerate().filter_map(move |(send, outstanding)| {
            let mut reach = if outstanding.begun { LONGEST_HOLE } else { 0 };
            for (ahead, candidate) in outstanding.echo.rest().iter().enumerate() {
                if *candidate == byte {
                    return Some(Run { send, next: outstanding.echo.came() + ahead + 1, length: 1 });
                }
                if !SWALLOWED.has(*candidate) {
                    reach = reach.checked_sub(1)?;
                }
            }
            None
        })
    }

    /// The run with this byte, if it goes on.
    fn extend(&self, run: Run, byte: u8) -> Option<Run> {
        let next = self.sends.get(run.send)?.echo.after(run.next, byte)?;
        Some(Run { next, length: run.length + 1, ..run })
    }

    /// Takes in `byte`, which all runs have just been joined by.
    fn keep(&mut self, byte: u8, heard: &mut impl FnMut(&[u8], bool)) {
        self.held.push_back(byte);
        let complete = |run: &&Run| self.sends.get(run.send).is_some_and(|send| send.echo.is_whole(run.next));
        if let Some(run) = self.runs.iter().find(complete).copied() {
            // Echoes come in the order of the sends: those before this one will not come any more.
            self.forget(run.send + 1);
            self.find_starts();
            self.settle(true, heard);
        } else if let Some(run) = self.runs.iter().find(|run| run.length >= LONG_RUN).copied() {
            self.forget(run.send);
            if let Some(send) = self.sends.front_mut() {
                send.echo.go_to(run.next);
                send.begun = true;
            }
            self.runs = vec![Run { send: 0, ..run }];
            self.find_starts();
            self.settle(true, heard);
        }
    }

    /// Forgets the first sends; bytes in hand lose what they may be.
    fn forget(&mut self, count: usize) {
        self.sends.drain(..count.min(self.sends.len()));
        self.runs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the modem said: the received bytes without those found to be echo.
    fn answer(sends: &[&[u8]], received: &[u8]) -> Vec<u8> {
        let mut filter = EchoFilter::default();
        for send in sends {
            filter.sending(send);
        }
        let mut all = Vec::new();
        let mut answer = Vec::new();
        let mut heard = |bytes: &[u8], echo: bool| {
            all.extend_from_slice(bytes);
            if !echo {
                answer.extend_from_slice(bytes);
            }
        };
        filter.push(received, &mut heard);
        filter.release(&mut heard);
        assert_eq!(all, received, "nothing is lost, doubled or reordered");
        answer
    }

    #[test]
    fn the_echo_is_told_from_the_answer() {
        let check = |sends: &[&[u8]], received: &[u8], expect: &[u8]| {
            let said = answer(sends, received);
            let words = format!("{} -> {}", received.escape_ascii(), said.escape_ascii());
            assert_eq!(said, expect, "{words}");
        };
        // Full, with the LF swallowed, with LF only, with the LF echoed (a loop-back).
        check(&[b"AT\r"], b"AT\r\r\nOK\r\n", b"\r\nOK\r\n");
        check(&[b"AT\r\n"], b"AT\r\r\nOK\r\n", b"\r\nOK\r\n");
        check(&[b"AT\n"], b"AT\r\nOK\r\n", b"\r\nOK\r\n");
        check(&[b"AT\r\n"], b"AT\r\n", b"\n");
        // Echo off.
        check(&[b"AT\r"], b"\r\nOK\r\n", b"\r\nOK\r\n");
        check(&[b"ATI\r"], b"\r\nALREADY CONNECT\r\n", b"\r\nALREADY CONNECT\r\n");
        // The terminator, echoed and not.
        check(&[b"hello\x1A"], b"hello\x1A\r\nSEND OK\r\n", b"\x1A\r\nSEND OK\r\n");
        check(&[b"hello\x1A"], b"hello\r\nSEND OK\r\n", b"\r\nSEND OK\r\n");
        // A text that looks like an answer.
        check(&[b"x\r\nERROR\r\ny\x1A"], b"x\r\nERROR\r\ny\x1A\r\nSEND OK\r\n", b"\x1A\r\nSEND OK\r\n");
        // Late: a URC was on its way.
        check(&[b"AT\r"], b"\r\n+CREG: 1\r\nAT\r\r\nOK\r\n", b"\r\n+CREG: 1\r\n\r\nOK\r\n");
        // With holes, at the front of the hole a run of four.
        check(&[b"AT+CPIN?\r"], b"AT+CN?\r\r\nERROR\r\n", b"\r\nERROR\r\n");
        check(&[b"AT+CIPSEND\r"], b"AT+CIPSD\r\r\nERROR\r\n", b"\r\nERROR\r\n");
        // Two sends outstanding, both echoed, or the first not.
        check(&[b"AT+X\r", b"AT+Y\r"], b"AT+X\r\r\nOK\r\nAT+Y\r\r\nOK\r\n", b"\r\nOK\r\n\r\nOK\r\n");
        check(&[b"\r\nAT\r"], b"\r\nOK\r\n", b"\r\nOK\r\n");
        check(&[b"AAT\r"], b"AAAT\r\r\nOK\r\n", b"A\r\nOK\r\n");
        check(&[b"ATE1\r", b"AT+CSQ\r"], b"\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 9,0\r\n", b"\r\nOK\r\n\r\n+CSQ: 9,0\r\n");
        // A CR inside an SMS text is answered by a prompt, in the middle of the echo.
        check(&[b"hello\rworld\x1A"], b"hello\r\n> world\r\n+CMGS: 4\r\n", b"\n> \r\n+CMGS: 4\r\n");
        // Nothing was sent, or only bytes that may stay absent.
        check(&[], b"\r\nRING\r\n", b"\r\nRING\r\n");
        check(&[b"\x1A"], b"\x1A\r\nSEND OK\r\n", b"\x1A\r\nSEND OK\r\n");
    }

    #[test]
    fn a_device_without_echo_makes_nothing_pile_up() {
        let mut filter = EchoFilter::default();
        for _ in 0..1000 {
            filter.sending(&[b'x'; 1024]);
        }
        assert!(filter.sends.len() <= OUTSTANDING);
        filter.sending(&vec![b'y'; 1 << 20]);
        assert!(filter.sends.iter().map(|send| send.echo.len()).sum::<usize>() <= 2 * OUTSTANDING_BYTES);
        filter.push(b"-", &mut |bytes, echo| assert_eq!((bytes, echo), (b"-".as_slice(), false)));
    }
}
