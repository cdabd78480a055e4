//! The parameters of a command that may hold a secret, byte by byte.

use super::inside::Inside;
use super::likeness::names_a_secret;
use crate::vocabulary::Takes;
use crate::vocabulary::private::Parameters;

/// At most this much of a parameter is looked at.
const LOOKED_AT: usize = 24;
/// Instructions to a SIM card that bring a PIN, and the length of their head in digits: verify, change, disable, enable,
/// unblock (ETSI TS 102 221, section 10.1.2).
const PIN_INSTRUCTIONS: [&[u8]; 5] = [b"20", b"24", b"26", b"28", b"2C"];
const CARD_HEAD: usize = 10;
/// The last parameter of a data connection that is a text is its address (3GPP TS 27.007, section 10.1.1).
const BEFORE_LOGIN: usize = 3;
/// Kinds of data connections (3GPP TS 27.007, section 10.1.1).
const PDP_TYPES: [&[u8]; 4] = [b"IP", b"IPV6", b"IPV4V6", b"PPP"];
/// A number of fewer digits is no PIN; no password of a Wi-Fi network is shorter than the other.
pub(super) const SHORTEST_PIN: usize = 4;
const SHORTEST_PASSPHRASE: usize = 8;

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

/// How a line was left in which a secret is still to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LeftOpen {
    #[default]
    No,
    /// Behind a whole parameter: it may be complete.
    Between,
    /// Where a value was to follow.
    Begun,
    /// The address of a page follows as data.
    Address,
}

/// Where among words and single digits a number of several digits is a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pins {
    Nowhere,
    Anywhere,
    BehindFirst,
}

/// The parameters that are passing.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each tells something else of what has passed")]
pub(crate) struct Values {
    /// Where none of them is secret, only what they say of themselves counts.
    parameters: Option<&'static Parameters>,
    /// A parameter goes to the SIM card.
    of_card: bool,
    /// Where a PIN may stand though the table has something else there.
    pins: Pins,
    /// A login in quotes may stand behind its parameters.
    of_context: bool,
    /// What they are is known by the words of the command's name alone: numbers that are too short for a secret are none.
    of_words: bool,
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
    /// This parameter is a field of a request's head that holds no secret.
    harmless: bool,
    inside: Inside,
}

impl Values {
    pub(crate) fn new(parameters: Option<&'static Parameters>) -> Self {
        Self {
            parameters,
            of_card: false,
            pins: Pins::Nowhere,
            of_context: false,
            of_words: false,
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
            harmless: false,
            inside: Inside::default(),
        }
    }

    /// For a command that passes a parameter on to the SIM card.
    pub(crate) fn of_card(self) -> Self {
        Self { of_card: true, ..self }
    }

    /// For a command whose PINs may be written at the wrong place.
    pub(crate) fn with_pins(self, pins: Pins) -> Self {
        Self { pins, ..self }
    }

    /// For a command that defines a data connection.
    pub(crate) fn of_context(self) -> Self {
        Self { of_context: true, ..self }
    }

    /// For a command that is known by the words of its name.
    pub(crate) fn of_words(self) -> Self {
        Self { of_words: true, ..self }
    }

    /// All of its secrets are in words that say so themselves.
    pub(crate) fn is_plain(&self) -> bool {
        !self.parameters.is_some_and(Parameters::may_be_secret)
    }

    /// Whether the line was left where a secret is still to come.
    pub(crate) fn left_open(&self) -> LeftOpen {
        // Some write a `\` where a line goes on.
        let begun = self.quoted || !self.closed && matches!(self.text.as_slice(), b"" | b"\\");
        let to_come = self.parameters.is_some() && (self.is_secret() || self.secret_follows());
        match (to_come, begun) {
            (true, true) => LeftOpen::Begun,
            (true, false) if !self.reached => LeftOpen::Between,
            _ => LeftOpen::No,
        }
    }

    /// Judges the next byte of the line.
    pub(crate) fn take(&mut self, byte: u8, rest: &[u8]) -> Found {
        if self.over {
            // Behind a secret a command of a letter may follow: `AT+CPIN=…;E1`.
            let begins = !(byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b',' | b'='))
                || self.reached && byte.is_ascii_alphabetic();
            return if byte == b' ' {
                Found::Open
            } else if begins {
                Found::Next
            } else {
                Found::Unclear
            };
        }
        if self.text.is_empty() && !matches!(byte, b'"' | b' ') && self.kind(self.at, &self.before) == Takes::Host {
            self.inside.begin_host();
        }
        self.inside.take(byte, self.quoted || !matches!(byte, b',' | b';'), rest);
        match byte {
            b'"' if self.quoted => (self.quoted, self.closed) = (false, true),
            b'"' if self.text.is_empty() && !self.closed => {
                self.quoted = true;
                self.harmless = self.before == b"USERDATA" && is_harmless_field(rest);
            }
            b'"' => return self.unclear(),
            b',' if !self.quoted => self.next(),
            // No name of an access point, user or host has a comma: the quote was not closed.
            b',' if !self.is_secret() && self.secret_follows() => return self.unclear(),
            b';' if !self.quoted && names_a_secret(&self.text) => self.next(),
            b';' if !self.quoted && !self.reached && !self.may_follow() => return Found::Next,
            b';' if !self.quoted => self.over = true,
            b' ' | b'\t' if !self.quoted => self.gap |= !self.text.is_empty(),
            _ if !self.quoted && (self.closed || self.gap) => return self.unclear(),
            // `AT+CPIN=?` asks what there is; it holds no secret.
            b'?' if self.at == 0 && self.text.is_empty() && !self.quoted => self.closed = true,
            byte => {
                if self.of_words && !self.quoted && self.is_mere_number(byte, rest) {
                    self.text.push(byte);
                    return Found::Open;
                }
                let early = self.is_pin_too_early(byte, rest);
                if self.text.len() < LOOKED_AT {
                    self.text.push(byte.to_ascii_uppercase());
                }
                let secret = self.is_secret();
                self.reached |= secret;
                return if secret || early { Found::Secret } else { Found::Open };
            }
        }
        Found::Open
    }

    fn next(&mut self) {
        let inner = self.inside.end();
        self.named |= !inner && self.is_secret() && self.kind(self.at, b"") != Takes::Secret;
        self.named |= names_a_secret(&self.text);
        // The kind of a data connection stands in front of its access point.
        if self.of_words && PDP_TYPES.contains(&self.text.as_slice()) {
            self.text.clear();
            (self.closed, self.gap) = (false, false);
            return;
        }
        if self.at == 0 {
            self.numbered = !self.text.is_empty() && self.text.iter().all(u8::is_ascii_digit);
        }
        self.at += 1;
        self.harmless = false;
        self.before = std::mem::take(&mut self.text);
        (self.closed, self.gap) = (false, false);
    }

    /// Where nothing is or will be secret, a strange form hides nothing.
    fn unclear(&self) -> Found {
        if self.is_secret() || self.may_follow() { Found::Unclear } else { Found::Open }
    }

    fn is_secret(&self) -> bool {
        let instruction = self.of_card && self.text.len() > CARD_HEAD;
        self.named
            || self.of_context && self.quoted && self.at > BEFORE_LOGIN
            || self.inside.is_secret()
            || !self.harmless && self.kind(self.at, &self.before) == Takes::Secret
            || instruction && self.text.get(2..4).is_some_and(|code| PIN_INSTRUCTIONS.contains(&code))
    }

    fn secret_follows(&self) -> bool {
        (1..8).any(|more| {
            let before = if more == 1 { self.text.as_slice() } else { b"" };
            self.kind(self.at + more, before) == Takes::Secret
        })
    }

    /// A secret follows, or a word that names one may.
    fn may_follow(&self) -> bool {
        self.secret_follows() || self.parameters.is_some_and(Parameters::may_be_named)
    }

    /// A PIN in place of the word for a lock, or of the digit that says what is to be done: `AT+CLCK="SC",1234`.
    fn is_pin_too_early(&self, byte: u8, rest: &[u8]) -> bool {
        let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
        let may_stand = match self.pins {
            Pins::Nowhere => false,
            Pins::Anywhere => true,
            Pins::BehindFirst => self.at > 0,
        };
        may_stand
            && byte.is_ascii_digit()
            && digits(&self.text)
            && (self.at == 0 || !self.text.is_empty() || rest.first().is_some_and(u8::is_ascii_digit))
    }

    /// A whole number that is too short for what stands here; where its end is not seen, as while it is typed, it is none.
    fn is_mere_number(&self, byte: u8, rest: &[u8]) -> bool {
        let more = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let shortest = if self.kind(0, b"") == Takes::Secret { SHORTEST_PIN } else { SHORTEST_PASSPHRASE };
        byte.is_ascii_digit()
            && self.text.iter().all(u8::is_ascii_digit)
            && self.text.len() + 1 + more < shortest
            && rest.get(more).is_some_and(|end| b",;\r\n ".contains(end))
    }

    fn kind(&self, at: usize, before: &[u8]) -> Takes {
        let Some(parameters) = self.parameters else { return Takes::Other };
        let word = before.trim_ascii_start();
        let word = word.strip_prefix(b"'").unwrap_or(word);
        let word = word.strip_suffix(b"'").unwrap_or(word);
        let numbered = if self.at == 0 { self.text.first().is_some_and(u8::is_ascii_digit) } else { self.numbered };
        parameters.kind(at, numbered, word)
    }
}

/// One field of a request's head that nobody logs in with, up to the quote that ends it.
fn is_harmless_field(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"Accept",
        b"Accept-Charset",
        b"Accept-Encoding",
        b"Accept-Language",
        b"Cache-Control",
        b"Connection",
        b"Content-Length",
        b"Content-Type",
        b"User-Agent",
    ];
    let Some(field) = text.iter().position(|byte| *byte == b'"').and_then(|end| text.get(..end)) else { return false };
    let mut parts = field.split(|byte| *byte == b':');
    let (Some(name), Some(value), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name.trim_ascii()))
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b" */.;,=+-()".contains(byte))
}
