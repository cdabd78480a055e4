//! Whether a name is that of a command with a secret, or a slip for one.

use std::sync::LazyLock;

use super::wording;
use crate::vocabulary::private::{Parameters, names, nothing_but_secrets, of_name, parameters};
use crate::vocabulary::{Call, Family, Form, Line, families};

/// A name of fewer letters is like too many others.
const SHORTEST: usize = 4;
/// In a name of this many letters there may be two slips.
const LONG: usize = 8;
/// What a slip costs: any other letter, too much or too little; and what fingers do easily, a key beside the one that was meant,
/// a letter twice, two letters the other way round.
const SLIP: usize = 2;
const EASY: usize = 1;
/// Letters as they lie on the keys, in English and in German.
const KEYS: [[&str; 4]; 2] =
    [["1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"], ["1234567890", "QWERTZUIOP", "ASDFGHJKL", "YXCVBNM"]];
/// An unknown command with such a word in its name takes a secret.
const TELLING: [&str; 8] = ["PWD", "PSWD", "PASS", "AUTH", "LOGIN", "SECRET", "TOKEN", "CREDENTIAL"];
/// The same at the end of a name, with a number behind it or not.
const TELLING_ENDS: [&str; 6] = ["PIN", "PUK", "PW", "PSW", "PSK", "KEY"];
/// The same letters in other words.
const NOT_TELLING: [&str; 21] = [
    "PASSTHR", "BYPASS", "COMPASS", "PASSIV", "PASSED", "AUTHOR", "GPIOPIN", "TOKENS", "HOTKEY", "MONKEY", "TURKEY",
    "DONKEY", "PWRKEY", "POWERKEY", "SOFTKEY", "FUNCKEY", "FNKEY", "ANYKEY", "GETKEY", "SENDKEY", "PRESSKEY",
];
/// The names of parameters whose value comes next.
const NAMES_OF_SECRETS: [&str; 23] = [
    "PW",
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
    "WIFIPASS",
    "USERPASS",
    "MQTTPASS",
    "FTPPASS",
    "APNPASS",
    "GPRSPASS",
    "KEYPASS",
    "NWKSKEY",
    "APPSKEY",
    "NWKKEY",
];
/// Such a name when nothing else stands there.
const WHOLE_NAMES: [&str; 4] = ["PASS", "PIN", "PUK", "COOKIE"];
/// What these answer is not what was set.
const ANSWERED_OTHERWISE: [&[u8]; 10] = [
    b"+CPIN",
    b"+CPIN2",
    b"+CACM",
    b"+CLCK",
    b"+CPWD",
    b"+CWJAP",
    b"+CWJAP_CUR",
    b"+CWJAP_DEF",
    b"+QMTCONN",
    b"+QFTPOPEN",
];
/// What these say unasked is not what was set.
const SAID_OTHERWISE: [&[u8]; 5] = [b"+BTPAIR", b"+UPSD", b"+UMQTT", b"+UFTP", b"+UHTTP"];

/// How a name stands to those of commands with secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Likeness {
    /// It is one.
    Secret(&'static Parameters),
    /// It is another command.
    Other,
    /// It is no command, and nearly one with a secret.
    Like,
    /// It is in no table, and its words tell what stands behind it.
    Worded(&'static Parameters),
    /// None of these.
    Unknown,
}

/// Names of commands with secrets, and which letters they have.
static SECRET: LazyLock<Vec<(&'static [u8], u64)>> = LazyLock::new(|| {
    let secret = |name: &&[u8]| parameters(name).is_some_and(Parameters::may_be_secret);
    names().filter(secret).map(|name| (name, letters_of(name))).collect()
});

/// What a name in capitals, without `AT`, is, where it is a command's: a secret one or another.
pub(crate) fn known(name: &[u8]) -> Option<Likeness> {
    let parameters = of_name(name)?;
    Some(if parameters.may_be_secret() { Likeness::Secret(parameters) } else { Likeness::Other })
}

/// The parameters of a command with a secret that has just this name, in capitals and without `AT`.
pub(crate) fn secret(name: &[u8]) -> Option<&'static Parameters> {
    parameters(name).filter(|parameters| parameters.may_be_secret())
}

/// Judges a name in capitals, without `AT`: `+CPIN`.
pub(crate) fn judge(name: &[u8]) -> Likeness {
    if let Some(known) = known(name) {
        return known;
    }
    let most = if name.len() >= LONG { 2 * SLIP } else { SLIP };
    let letters = letters_of(name);
    // Each letter that only one of them has is a slip.
    let near = |(known, theirs): &(&[u8], u64)| {
        let most_letters = u32::try_from(most / EASY).unwrap_or(0);
        (theirs & !letters).count_ones() <= most_letters
            && (letters & !theirs).count_ones() <= most_letters
            && slips(known, name, most) <= most
    };
    let Some(text) = std::str::from_utf8(name).ok().filter(|name| name.len() >= SHORTEST) else {
        return Likeness::Unknown;
    };
    if tells(text) {
        return Likeness::Like;
    }
    match wording::parameters(name) {
        Some(parameters) => Likeness::Worded(parameters),
        None if SECRET.iter().any(|known| near(known) || has_same_letters(known.0, name)) => Likeness::Like,
        None => Likeness::Unknown,
    }
}

/// The letters of the name, all of them but the first in another order; of short names many have the same.
fn has_same_letters(known: &[u8], name: &[u8]) -> bool {
    const SHORTEST: usize = b"+CWJAP".len();
    let sorted = |name: &[u8]| {
        let mut letters = name.to_vec();
        letters.sort_unstable();
        letters
    };
    name.len() >= SHORTEST
        && known.len() == name.len()
        && known.get(..2) == name.get(..2)
        && sorted(known) == sorted(name)
}

/// A word in this name of no known command tells that it takes a secret.
fn tells(name: &str) -> bool {
    let end = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    !NOT_TELLING.iter().any(|word| name.contains(word))
        && (TELLING.iter().any(|word| name.contains(word)) || TELLING_ENDS.iter().any(|word| end.ends_with(word)))
}

/// What is known of what stands behind a name in capitals, without `AT`: by a table, or by its words.
pub(crate) fn behind(name: &[u8]) -> Option<&'static Parameters> {
    if known(name).is_some() {
        return parameters(name);
    }
    let telling = std::str::from_utf8(name).is_ok_and(tells);
    if telling { Some(nothing_but_secrets()) } else { wording::parameters(name) }
}

/// A bit for each of the bytes from `!` to `_` that is in it.
fn letters_of(name: &[u8]) -> u64 {
    name.iter().fold(0, |letters, byte| letters | 1 << (byte & 0x3F))
}

/// What it costs to type one in place of the other; no more than needed is reckoned where that is more than `most`.
fn slips(meant: &[u8], typed: &[u8], most: usize) -> usize {
    let letter = |word: &[u8], at: usize| word.get(at).copied().unwrap_or_default();
    // Twice the letter before it.
    let doubled = |word: &[u8], at: usize| at > 0 && letter(word, at) == letter(word, at - 1);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=typed.len()).map(|count| count * SLIP).collect();
    for row in 0..meant.len() {
        let missed = if doubled(meant, row) { EASY } else { SLIP };
        let mut costs = vec![letter_cost(&last, 0) + missed];
        for column in 0..typed.len() {
            let (wanted, got) = (letter(meant, row), letter(typed, column));
            let other = match (wanted == got, are_neighbours(wanted, got)) {
                (true, _) => 0,
                (false, true) => EASY,
                (false, false) => SLIP,
            };
            let added = if doubled(typed, column) { EASY } else { SLIP };
            let swapped = row > 0
                && column > 0
                && wanted != got
                && (wanted, letter(meant, row - 1)) == (letter(typed, column - 1), got);
            let ways = [
                letter_cost(&last, column) + other,
                letter_cost(&last, column + 1) + missed,
                letter_cost(&costs, column) + added,
                if swapped { letter_cost(&before, column - 1) + EASY } else { usize::MAX },
            ];
            costs.push(ways.into_iter().min().unwrap_or_default());
        }
        if costs.iter().all(|cost| *cost > most) {
            return usize::MAX;
        }
        before = std::mem::replace(&mut last, costs);
    }
    letter_cost(&last, typed.len())
}

fn letter_cost(row: &[usize], at: usize) -> usize {
    row.get(at).copied().unwrap_or_default()
}

/// Their keys touch.
fn are_neighbours(one: u8, other: u8) -> bool {
    let place = |keys: &[&str; 4], letter: u8| {
        let find = |(row, line): (usize, &&str)| Some((row, line.bytes().position(|key| key == letter)?));
        keys.iter().enumerate().find_map(find)
    };
    KEYS.iter().any(|keys| {
        let places = place(keys, one).zip(place(keys, other));
        places.is_some_and(|((row, column), (there, at))| row.abs_diff(there) <= 1 && column.abs_diff(at) <= 1)
    })
}

/// A command that takes a number of bytes as data, which are a secret: `AT+MQTTLONGPASSWORD=0,12`.
pub(crate) fn brings_secret(line: &[u8]) -> bool {
    brings(line, &TELLING)
}

/// The same with the address of a page: `AT+QHTTPURL=40,80`.
pub(crate) fn brings_address(line: &[u8]) -> bool {
    brings(line, &["URL"])
}

/// A command that takes a number of bytes as data, with one of these in its name.
fn brings(line: &[u8], words: &[&str]) -> bool {
    let calls = Line::read(line).into_iter().flat_map(Line::calls);
    calls.into_iter().any(|call| {
        let name = call.name.to_ascii_uppercase();
        let tells = |name: &str| words.iter().any(|word| name.contains(word));
        call.form == Form::Set
            && std::str::from_utf8(&name).is_ok_and(tells)
            && parameters(&name).is_some_and(Parameters::tells_length)
    })
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
    behind(&name).is_some_and(Parameters::may_be_secret).then_some(name)
}

/// An answer to this name's question may lack the name: it can hold nothing but a secret.
pub(crate) fn is_told_bare(name: &[u8]) -> bool {
    is_said_as_set(name, true)
        && (parameters(name).is_some() || behind(name).is_some_and(|all| std::ptr::eq(all, nothing_but_secrets())))
}
