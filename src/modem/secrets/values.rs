//! The parameters of a command that may hold a secret, byte by byte.

use crate::vocabulary::Takes;
use crate::vocabulary::private::Parameters;

/// At most this much of a parameter is looked at.
const LOOKED_AT: usize = 24;

/// What a byte among parameters is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing to hide.
    Open,
    /// Part of a secret.
    Secret,
    /// The parameters are over, and the next command of the line begins.
    Next,
    /// It does not fit the form, so nobody can tell which parameter is which: this and all that follows is to be hidden.
    Unclear,
}

/// The parameters that are passing.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each tells something else of what has passed")]
pub(crate) struct Values {
    parameters: &'static Parameters,
    at: usize,
    /// The first parameter is a number.
    numbered: bool,
    quoted: bool,
    /// The quotes of this parameter are closed.
    closed: bool,
    /// A blank stands behind an unquoted parameter's bytes.
    gap: bool,
    /// The start of the parameter, without quotes, in capitals; and that of the one before.
    text: Vec<u8>,
    before: Vec<u8>,
    /// A `;` came before any secret: only another command may follow.
    over: bool,
    reached: bool,
    /// A name told that this parameter is secret: all behind it are.
    named: bool,
}

impl Values {
    pub(crate) fn new(parameters: &'static Parameters) -> Self {
        Self {
            parameters,
            at: 0,
            numbered: false,
            quoted: false,
            closed: false,
            gap: false,
            text: Vec::new(),
            before: Vec::new(),
            over: false,
            reached: false,
            named: false,
        }
    }

    /// Judges the next byte of the line.
    pub(crate) fn take(&mut self, byte: u8) -> Found {
        if self.over {
            let begins = !(byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b',' | b'='));
            return if byte == b' ' {
                Found::Open
            } else if begins {
                Found::Next
            } else {
                Found::Unclear
            };
        }
        match byte {
            b'"' if self.quoted => (self.quoted, self.closed) = (false, true),
            b'"' if self.text.is_empty() && !self.closed => self.quoted = true,
            b'"' => return self.unclear(),
            b',' if !self.quoted => self.next(),
            // No name of an access point, user or host has a comma: the quote was not closed.
            b',' if !self.is_secret() && self.secret_follows() => return self.unclear(),
            b';' if !self.quoted && (self.reached || !self.secret_follows()) => return Found::Next,
            b';' if !self.quoted => self.over = true,
            b' ' | b'\t' if !self.quoted => self.gap |= !self.text.is_empty(),
            _ if !self.quoted && (self.closed || self.gap) => return self.unclear(),
            // `AT+CPIN=?` asks what there is; it holds no secret.
            b'?' if self.at == 0 && self.text.is_empty() && !self.quoted => {}
            byte => {
                if self.text.len() < LOOKED_AT {
                    self.text.push(byte.to_ascii_uppercase());
                }
                let secret = self.is_secret();
                self.reached |= secret;
                return if secret { Found::Secret } else { Found::Open };
            }
        }
        Found::Open
    }

    fn next(&mut self) {
        self.named |= self.is_secret() && self.kind(self.at, b"") != Takes::Secret;
        if self.at == 0 {
            self.numbered = !self.text.is_empty() && self.text.iter().all(u8::is_ascii_digit);
        }
        self.at += 1;
        self.before = std::mem::take(&mut self.text);
        (self.closed, self.gap) = (false, false);
    }

    /// Where nothing is or will be secret, a strange form hides nothing.
    fn unclear(&self) -> Found {
        if self.is_secret() || self.secret_follows() { Found::Unclear } else { Found::Open }
    }

    fn is_secret(&self) -> bool {
        self.named || self.kind(self.at, &self.before) == Takes::Secret
    }

    fn secret_follows(&self) -> bool {
        (1..8).any(|more| {
            let before = if more == 1 { self.text.as_slice() } else { b"" };
            self.kind(self.at + more, before) == Takes::Secret
        })
    }

    fn kind(&self, at: usize, before: &[u8]) -> Takes {
        let numbered = if self.at == 0 { self.text.first().is_some_and(u8::is_ascii_digit) } else { self.numbered };
        self.parameters.kind(at, numbered, before)
    }
}
