//! Secrets that the modem echoes: what was sent masked must not come back readable into the capture.
//!
//! Pure, and chunk-proof: the echo may come in any pieces, with other lines before it.

use std::ops::Range;

use crate::macros::automaton::Automaton;

/// Watches received bytes for the echo of one Send that held secrets.
#[derive(Debug, Default)]
pub(crate) struct EchoMask {
    echo: Option<Automaton>,
    secret: Vec<Range<usize>>,
}

impl EchoMask {
    /// From now on the echo of `sent` is expected, with these ranges secret. Replaces what was expected before.
    pub(crate) fn expect(&mut self, sent: &[u8], secret: &[Range<usize>]) {
        if !secret.is_empty() {
            *self = Self { echo: Some(Automaton::new(sent.to_vec())), secret: secret.to_vec() };
        }
    }

    /// Where the secret bytes of the echo stand in `received`.
    pub(crate) fn find(&mut self, received: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (at, byte) in received.iter().enumerate() {
            let Some(echo) = &mut self.echo else { break };
            let whole = echo.push(*byte);
            let Some(place) = echo.matched().checked_sub(1) else { continue };
            if self.secret.iter().any(|range| range.contains(&place)) {
                match found.last_mut() {
                    Some(last) if last.end == at => last.end = at + 1,
                    _ => found.push(at..at + 1),
                }
            }
            if whole {
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
    fn a_send_without_secrets_expects_nothing() {
        let mut mask = EchoMask::default();
        mask.expect(b"AT\r", &[]);
        assert!(mask.find(b"AT\r").is_empty());
    }
}
