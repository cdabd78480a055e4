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
    /// The network asked for a PIN by USSD.
    pub(super) ussd: bool,
    /// The last line that was sent gave the SIM its PIN.
    pub(super) pin_given: bool,
}

impl Context {
    /// Nothing that was said makes a line special.
    pub(super) fn is_calm(&self) -> bool {
        !(self.settings || self.queried || self.prompted || self.ussd) && self.pin == Pin::No && self.asked.is_empty()
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
            self.ussd &= !is(b"+CUSD");
            let told = SETTINGS.iter().any(|name| is(name));
            match call.form {
                Form::Query if is(b"+CPIN") || is(b"+CPIN2") => {
                    self.pin = if self.pin == Pin::Wanted { Pin::Wanted } else { Pin::Asked };
                }
                Form::Query if told => self.settings = true,
                Form::Set if is(b"+SAPBR") => self.settings = call.number(0) == Some(4),
                Form::Query | Form::Test | Form::Set => {
                    let name = likeness::secret_name(&call);
                    // Modules for LoRaWAN tell their keys when `=?` asks.
                    self.queried |= name.as_ref().is_some_and(|name| {
                        is_told_bare(name)
                            && (call.form == Form::Query || call.form == Form::Test && name.ends_with(b"KEY"))
                    });
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
        if let Some(asked) = value(b"+CUSD:") {
            self.ussd = asked.starts_with(b"1,") && words(asked).any(|word| is_one(word, &WORDS));
        }
        let told = |name: &&[u8]| {
            value(name).is_some_and(|value| value == b":" || value.starts_with(b":") && name.ends_with(b"SCONT"))
        };
        self.settings |= SETTINGS.iter().any(told);
    }
}

/// What a prompt asks for.
const WORDS: [&[u8]; 38] = [
    b"passkey",
    b"phrase",
    b"password",
    b"passphrase",
    b"passcode",
    b"pin",
    b"pincode",
    b"puk",
    b"psk",
    b"token",
    b"secret",
    b"apikey",
    b"appkey",
    b"appskey",
    b"nwkskey",
    b"otp",
    b"passwd",
    b"passw",
    b"pwd",
    b"pswd",
    b"passwort",
    b"kennwort",
    b"passe",
    b"contrase",
    b"clave",
    b"senha",
    b"wachtwoord",
    b"parola",
    b"parol",
    b"parool",
    b"heslo",
    b"haslo",
    b"lozinka",
    b"salasana",
    b"adgangskode",
    b"passord",
    b"losenord",
    b"jelszo",
];
const IN_OTHER_ALPHABETS: [&str; 15] = [
    "ароль",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
    "암호",
    "asło",
    "ösenord",
    "elszó",
    "Şifre",
    "şifre",
    "ωδικός",
    "كلمة المرور",
];

/// A prompt for a password or PIN, as systems behind a serial line write it.
#[inline]
pub(super) fn asks_for_password(line: &[u8]) -> bool {
    // Few lines end as a prompt does, or begin so.
    let may = matches!(line.last(), Some(b':' | b'>' | b'?' | b' ' | b'='));
    (may || tells_to_type(line)) && names_a_password(line)
        || matches!(line.trim_ascii(), [b'(', word @ .., b')'] | [b'[', word @ .., b']'] if is_one(word, &WORDS))
}

fn names_a_password(line: &[u8]) -> bool {
    /// Behind these a key or a code is a secret; `any key` and `error code` are none.
    const OF_KEYS: [&[u8]; 15] = [
        b"wifi",
        b"wlan",
        b"wpa",
        b"wep",
        b"fi",
        b"network",
        b"security",
        b"encryption",
        b"api",
        b"private",
        b"shared",
        b"app",
        b"session",
        b"device",
        b"master",
    ];
    const OF_CODES: [&[u8]; 13] = [
        b"digit",
        b"digits",
        b"sms",
        b"unlock",
        b"security",
        b"verification",
        b"access",
        b"authentication",
        b"activation",
        b"confirmation",
        b"pairing",
        b"login",
        b"time",
    ];
    /// Behind these `pass` is a password; a test may pass.
    const OF_PASSES: [&[u8]; 10] =
        [b"wifi", b"wlan", b"mqtt", b"ftp", b"apn", b"ppp", b"user", b"admin", b"root", b"login"];
    /// With these behind it, the word is about something else.
    const OF_NUMBERS: [&[u8]; 8] = [b"count", b"length", b"size", b"type", b"mode", b"timeout", b"policy", b"retries"];
    /// Where nothing else stands in the line; elsewhere they are other things too.
    const ALONE: [&[u8]; 3] = [b"pass", b"key", b"pw"];
    /// The name of a key file or a user may stand behind the word.
    const SHOWN: usize = 120;
    let last = line.iter().rev().find(|byte| **byte != b' ');
    let tail = line.get(line.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let ends = last.is_some_and(|last| b":>?".contains(last));
    if !(ends || last == Some(&b'=') && words(tail).count() == 1 || tells_to_type(line)) {
        return false;
    }
    let word = tail.trim_ascii().strip_suffix(b":").unwrap_or_default();
    // The answer to the prompt before it may not have come back.
    let word = word.rsplit(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    let in_other_alphabet = |word: &&str| memchr::memmem::find(tail, word.as_bytes()).is_some();
    if is_one(word, &ALONE) || !tail.is_ascii() && IN_OTHER_ALPHABETS.iter().any(in_other_alphabet) {
        return true;
    }
    let mut before: &[u8] = b"";
    let mut words = words(tail).peekable();
    while let Some(word) = words.next() {
        let before = std::mem::replace(&mut before, word);
        let asked = is_one(word, &WORDS)
            || is_one(word, &[b"key"]) && is_one(before, &OF_KEYS)
            || is_one(word, &[b"code"]) && is_one(before, &OF_CODES)
            || is_one(word, &[b"pass"]) && is_one(before, &OF_PASSES);
        if asked && !words.peek().is_some_and(|behind| is_one(behind, &OF_NUMBERS)) {
            return true;
        }
    }
    false
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty())
}

fn is_one(word: &[u8], of: &[&[u8]]) -> bool {
    of.iter().any(|one| one.eq_ignore_ascii_case(word))
}

/// `Enter the PIN`: a prompt, whatever it ends with.
fn tells_to_type(line: &[u8]) -> bool {
    const VERBS: [&[u8]; 3] = [b"enter", b"type", b"input"];
    matches!(line.first(), Some(b'e' | b'E' | b't' | b'T' | b'i' | b'I' | b'p' | b'P'))
        && words(line).find(|word| !is_one(word, &[b"please"])).is_some_and(|word| is_one(word, &VERBS))
}
