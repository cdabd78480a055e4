//! What the lines of a session say of the secrets in others: whether the SIM waits for its PIN, what was asked for, whether a
//! password is to be typed.

use super::likeness::{self, is_told_bare};
use crate::vocabulary::{self, Form};

/// Names of settings that are told one a line.
pub(super) const SETTINGS: [&[u8]; 5] = [b"+SAPBR", b"+HTTPPARA", b"+SMCONF", b"+FTPSCONT", b"+HTTPSCONT"];
/// How a SIM that waits for its PIN or PUK says so, in an answer to anything (3GPP TS 27.007, section 9.2).
const WAITING: [&[u8]; 10] = [
    b"11",
    b"12",
    b"16",
    b"17",
    b"18",
    b"SIM PIN",
    b"SIM PUK",
    b"incorrect password",
    b"SIM PIN required",
    b"SIM PUK required",
];

/// Whether the SIM waits for its PIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pin {
    #[default]
    No,
    /// It was asked for.
    Asked,
    /// The modem said so.
    Wanted,
}

/// What has been said so far.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells something else that was said; none excludes another")]
pub(super) struct Context {
    pub(super) pin: Pin,
    /// What the last command line asked for: commands with secrets, and how.
    pub(super) asked: Vec<(Vec<u8>, Form)>,
    /// Settings with logins among them are told, one a line.
    pub(super) settings: bool,
    /// What was asked for may be answered without its name.
    pub(super) queried: bool,
    /// The last line that came whole asked for a password.
    pub(super) prompted: bool,
    /// The last line that was sent gave the SIM its PIN.
    pub(super) pin_given: bool,
}

impl Context {
    /// Nothing that was said makes a line special.
    pub(super) fn is_calm(&self) -> bool {
        !(self.settings || self.queried || self.prompted) && self.pin == Pin::No && self.asked.is_empty()
    }

    /// A command line, sent or come back.
    pub(super) fn commanded(&mut self, text: &[u8]) {
        let Some(line) = vocabulary::Line::read(text) else { return };
        self.asked.clear();
        (self.settings, self.queried) = (false, false);
        if self.pin == Pin::Asked {
            self.pin = Pin::No;
        }
        for call in line.calls() {
            let is = |name: &[u8]| call.name.eq_ignore_ascii_case(name);
            let told = SETTINGS.iter().any(|name| is(name));
            match call.form {
                Form::Query if is(b"+CPIN") || is(b"+CPIN2") => {
                    self.pin = if self.pin == Pin::Wanted { Pin::Wanted } else { Pin::Asked };
                }
                Form::Query if told => self.settings = true,
                Form::Set if is(b"+SAPBR") => self.settings = call.number(0) == Some(4),
                Form::Query | Form::Test | Form::Set => {
                    let name = likeness::secret_name(&call);
                    self.queried |= call.form == Form::Query && name.as_ref().is_some_and(|name| is_told_bare(name));
                    self.asked.extend(name.map(|name| (name, call.form)));
                }
                Form::Execute | Form::Malformed => {}
            }
        }
    }

    /// A line was sent.
    pub(super) fn sent(&mut self, text: &[u8]) {
        self.pin_given = likeness::enters_pin(text);
        self.commanded(text);
    }

    /// A line of the modem that is no command.
    pub(super) fn said(&mut self, text: &[u8]) {
        if text == b"OK" || text == b"ERROR" {
            if self.pin_given {
                self.pin = if text == b"OK" { Pin::No } else { Pin::Wanted };
            }
            (self.settings, self.queried) = (false, false);
            return;
        }
        let value = |head: &[u8]| {
            let value = text.strip_prefix(head)?.trim_ascii();
            Some(value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value))
        };
        if let Some(state) = value(b"+CPIN:") {
            let waits = state.starts_with(b"SIM P") || state.starts_with(b"PH-");
            self.pin = if waits { Pin::Wanted } else { Pin::No };
        } else if value(b"+CME ERROR:").is_some_and(|error| WAITING.contains(&error)) {
            self.pin = Pin::Wanted;
        }
        let told = |name: &&[u8]| {
            value(name).is_some_and(|value| value == b":" || value.starts_with(b":") && name.ends_with(b"SCONT"))
        };
        self.settings |= SETTINGS.iter().any(told);
    }
}

/// A prompt for a password or PIN, as systems behind a serial line write it.
#[inline]
pub(super) fn asks_for_password(line: &[u8]) -> bool {
    // Few lines end as a prompt does.
    matches!(line.last(), Some(b':' | b'>' | b'?' | b' ')) && names_a_password(line)
}

fn names_a_password(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 18] = [
        b"password",
        b"passphrase",
        b"passcode",
        b"pin",
        b"puk",
        b"psk",
        b"token",
        b"secret",
        b"apikey",
        b"passwd",
        b"passwort",
        b"kennwort",
        b"passe",
        b"contrase",
        b"senha",
        b"wachtwoord",
        b"parola",
        b"heslo",
    ];
    /// Behind these a key is a secret; `any key` is none.
    const OF_KEYS: [&[u8]; 10] =
        [b"wifi", b"wlan", b"wpa", b"wep", b"fi", b"network", b"security", b"encryption", b"api", b"private"];
    /// Where nothing else stands in the line; elsewhere they are other things too.
    const ALONE: [&[u8]; 3] = [b"pass", b"key", b"pw"];
    const IN_OTHER_ALPHABETS: [&str; 5] = ["ароль", "密码", "密碼", "パスワード", "비밀번호"];
    /// The name of a key file or a user may stand behind the word.
    const SHOWN: usize = 120;
    if !line.iter().rev().find(|byte| **byte != b' ').is_some_and(|last| b":>?".contains(last)) {
        return false;
    }
    let tail = line.get(line.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let word = tail.trim_ascii().strip_suffix(b":").unwrap_or_default();
    // The answer to the prompt before it may not have come back.
    let word = word.rsplit(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    let is_one = |word: &[u8], of: &[&[u8]]| of.iter().any(|one| one.eq_ignore_ascii_case(word));
    let in_other_alphabet = |word: &&str| memchr::memmem::find(tail, word.as_bytes()).is_some();
    if is_one(word, &ALONE) || !tail.is_ascii() && IN_OTHER_ALPHABETS.iter().any(in_other_alphabet) {
        return true;
    }
    let mut before: &[u8] = b"";
    tail.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()).any(|word| {
        let before = std::mem::replace(&mut before, word);
        is_one(word, &WORDS) || is_one(word, &[b"key"]) && is_one(before, &OF_KEYS)
    })
}
