//! Whether a name is that of a command with a secret, or a slip for one.

use std::sync::LazyLock;

use crate::vocabulary::private::{Parameters, names, parameters};
use crate::vocabulary::{Call, Family, Form, Line, families};

/// A name of fewer letters is like too many others.
const SHORTEST: usize = 4;
/// A slip in a name of this many letters may be two.
const LONG: usize = 8;
/// An unknown command with such a word in its name takes a secret.
const TELLING: [&str; 7] = ["PWD", "PSWD", "PASS", "AUTH", "LOGIN", "SECRET", "TOKEN"];
/// The same at the end of a name, with a number behind it or not.
const TELLING_ENDS: [&str; 7] = ["PIN", "PUK", "PW", "PSW", "PSK", "APPKEY", "SKEY"];
/// The names of parameters whose value comes next.
const NAMES_OF_SECRETS: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "PSWD",
    "PWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "APPKEY",
    "PSK",
    "AUTH",
    "AUTHORIZATION",
];
/// Such a name when nothing else stands there.
const WHOLE_NAMES: [&str; 5] = ["PASS", "PIN", "PUK", "COOKIE", "PW"];
/// What these answer is not what was set.
const ANSWERED_OTHERWISE: [&[u8]; 8] =
    [b"+CPIN", b"+CPIN2", b"+CACM", b"+CLCK", b"+CPWD", b"+CWJAP", b"+CWJAP_CUR", b"+CWJAP_DEF"];
/// What these say unasked is not what was set.
const SAID_OTHERWISE: [&[u8]; 6] = [b"+BTPAIR", b"+QMTCONN", b"+UPSD", b"+UMQTT", b"+UFTP", b"+UHTTP"];

/// How a name stands to those of commands with secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Likeness {
    /// It is one.
    Secret(&'static Parameters),
    /// It is another command.
    Other,
    /// It is no command, and nearly one with a secret.
    Like,
    /// None of these.
    Unknown,
}

/// Names of commands with secrets.
static SECRET: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let secret = |name: &&[u8]| parameters(name).is_some_and(Parameters::may_be_secret);
    names().filter(secret).filter_map(|name| std::str::from_utf8(name).ok()).collect()
});

/// What a name in capitals, without `AT`, is, where it is a command's: a secret one or another.
pub(crate) fn known(name: &[u8]) -> Option<Likeness> {
    if let Some(parameters) = parameters(name) {
        return Some(if parameters.may_be_secret() { Likeness::Secret(parameters) } else { Likeness::Other });
    }
    families().iter().any(|family| family.named(name).is_some()).then_some(Likeness::Other)
}

/// Judges a name in capitals, without `AT`: `+CPIN`.
pub(crate) fn judge(name: &[u8]) -> Likeness {
    if let Some(known) = known(name) {
        return known;
    }
    let slips = if name.len() >= LONG { 2 } else { 1 };
    let Some(name) = std::str::from_utf8(name).ok().filter(|name| name.len() >= SHORTEST) else {
        return Likeness::Unknown;
    };
    let near = |known: &&str| known.len().abs_diff(name.len()) <= slips && strsim::osa_distance(known, name) <= slips;
    let tells = || {
        let end = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        TELLING.iter().any(|word| name.contains(word)) || TELLING_ENDS.iter().any(|word| end.ends_with(word))
    };
    if tells() || SECRET.iter().any(near) { Likeness::Like } else { Likeness::Unknown }
}

/// A parameter that says that a secret comes next: `"PASSWORD"`, `'user_pwd'`.
pub(crate) fn names_a_secret(parameter: &[u8]) -> bool {
    let word = parameter.iter().filter(|byte| !b" '_-\"".contains(byte)).map(u8::to_ascii_uppercase);
    let word: Vec<u8> = word.collect();
    let Some(word) = std::str::from_utf8(&word).ok().filter(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()))
    else {
        return false;
    };
    WHOLE_NAMES.contains(&word) || NAMES_OF_SECRETS.iter().any(|name| word.ends_with(name))
}

/// Some command's name begins so: what comes next may belong to it (`+CPIN` and `2`).
pub(crate) fn begins_a_name(start: &[u8]) -> bool {
    let known = families().iter().flat_map(Family::commands).map(|command| command.bare_name().as_bytes());
    known.chain(names()).any(|name| name.starts_with(start))
}

/// What a modem says behind this name holds what was set, at the same places; `asked`: it was asked for.
pub(crate) fn is_said_as_set(name: &[u8], asked: bool) -> bool {
    !ANSWERED_OTHERWISE.contains(&name) && (asked || !SAID_OTHERWISE.contains(&name))
}

/// A command line that gives the SIM its PIN.
pub(crate) fn enters_pin(line: &[u8]) -> bool {
    let calls = Line::read(line).into_iter().flat_map(Line::calls);
    calls.into_iter().any(|call| call.form == Form::Set && call.name.eq_ignore_ascii_case(b"+CPIN"))
}

/// The name of a call in capitals, where it is one with a secret.
pub(crate) fn secret_name(call: &Call<'_>) -> Option<Vec<u8>> {
    let name = call.name.to_ascii_uppercase();
    matches!(judge(&name), Likeness::Secret(_)).then_some(name)
}
