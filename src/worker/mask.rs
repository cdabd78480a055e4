//! Secrets that the modem echoes: what was sent masked must not come back readable into the capture.
//!
//! Pure, and chunk-proof: the echo may come in any pieces, with other lines before it.

use std::ops::Range;

use crate::modem::echo::{Echo, Swallowed};

/// Watches received bytes for the echo of one Send that held secrets.
#[derive(Debug, Default)]
pub(crate) struct EchoMask {
    echo: Option<Echo>,
    secret: Vec<Range<usize>>,
    /// How far each echo has come that the bytes at hand may be: `AT+AT` may be two beginnings.
    runs: Vec<usize>,
}

/// Beginnings that are followed at the same time. A command repeats its first letters once or twice at most.
const RUNS: usize = 64;

impl EchoMask {
    /// From now on the echo of `sent` is expected, with these ranges secret. Replaces what was expected before.
    pub(crate) fn expect(&mut self, sent: &[u8], secret: &[Range<usize>]) {
        if !secret.is_empty() {
            let mut echo = Echo::new(Swallowed::InCommands);
            echo.sent(sent);
            *self = Self { echo: Some(echo), secret: secret.to_vec(), runs: Vec::new() };
        }
    }

    /// Where the secret bytes of the echo stand in `received`.
    pub(crate) fn find(&mut self, received: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, byte) in received.iter().enumerate() {
            let Some(echo) = &self.echo else { break };
            let begins = (self.runs.len() < RUNS).then_some(0);
            self.runs = self.runs.iter().copied().chain(begins).filter_map(|run| echo.after(run, *byte)).collect();
            let Some(come) = self.runs.iter().copied().max() else { continue };
            if self.secret.iter().any(|range| range.contains(&(come - 1))) {
                match found.last_mut() {
                    Some(last) if last.end == at => last.end = at + 1,
                    _ => found.push(at..at + 1),
                }
            }
            if echo.is_whole(come) {
                self.echo = None;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(pieces: &[&[u8]]) -> String {
        let mut mask = EchoMask::default();
        let digits = 8..12;
        mask.expect(b"AT+CPIN=1234\r", &[digits]);
        let mut all = Vec::new();
        for piece in pieces {
            let mut piece = piece.to_vec();
            for range in mask.find(&piece) {
                piece[range].fill(b'*');
            }
            all.extend(piece);
        }
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn the_echo_is_masked_once_however_it_comes() {
        let check = |pieces: &[&[u8]], expect: &str| assert_eq!(masked(pieces), expect);
        check(&[b"AT+CPIN=1234\r\r\nOK\r\n1234"], "AT+CPIN=****\r\r\nOK\r\n1234");
        check(&[b"AT+CPIN=12", b"3", b"4\r"], "AT+CPIN=****\r");
        check(&[b"AT+AT+CPIN=1234\r"], "AT+AT+CPIN=****\r");
        check(&[b"AAT+CPIN=1234\r"], "AAT+CPIN=****\r");
        check(&[b"\r\n+CMTI: 1234\r\n", b"AT+CPIN=1234\r"], "\r\n+CMTI: 1234\r\nAT+CPIN=****\r");
        check(&[b"no echo, 1234 stays"], "no echo, 1234 stays");
    }

    #[test]
    fn the_modem_may_swallow_the_line_feed_between_two_commands() {
        let mut mask = EchoMask::default();
        let digits = 12..16;
        mask.expect(b"AT\r\nAT+CPIN=1234\r\n", &[digits]);
        let back = 11..15;
        assert_eq!(mask.find(b"AT\rAT+CPIN=1234\r"), [back]);
    }

    #[test]
    fn a_send_without_secrets_expects_nothing() {
        let mut mask = EchoMask::default();
        mask.expect(b"AT\r", &[]);
        assert!(mask.find(b"AT\r").is_empty());
    }
}
