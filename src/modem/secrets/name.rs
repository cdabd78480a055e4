//! The name of a command as somebody wrote it, whatever got between its letters: blanks, another sign, control characters,
//! letters of another alphabet that look the same.

use super::likeness::{Likeness, judge, known};
use crate::modem::Direction;

/// No name is longer.
const LONGEST_NAME: usize = 24;
/// What the names of extended commands begin with.
pub(crate) const SIGNS: &[u8] = b"+^#$%";
/// Written in place of such a sign.
const ODD_SIGNS: &[u8] = b"-*&!@/\\=_.~";
/// What a value may begin with besides digits and plain quotes: brackets, and the first bytes of quotation marks and digits of
/// other alphabets, in UTF-8 or as Windows' single bytes.
pub(crate) const BEGINS_VALUE: &[u8] = b"'([<{\x91\x92\x93\x94\xAB\xBB\xC2\xD9\xDB\xE0\xE2\xE3\xEF";
/// A character that is no letter of a command: it counts as a slip.
const STRANGE: u8 = 1;
/// Letters of other alphabets, and those they are taken for.
const TWINS: [(&str, &str); 4] = [
    ("АВСЕНІКМОРТХЅ", "ABCEHIKMOPTXS"),
    ("авсеніктморхѕ", "ABCEHIKTMOPXS"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("−–—‘’‚“”„«»", "---'''\"\"\"\"\""),
];

/// A table of which bytes are these.
#[expect(clippy::indexing_slicing, reason = "a byte is no larger than the table; a slip would not compile")]
pub(crate) const fn stops(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut rest = bytes;
    while let [byte, more @ ..] = rest {
        table[*byte as usize] = true;
        rest = more;
    }
    table
}

/// A name that stands in front of a value, in capitals and without `AT`.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) letters: Vec<u8>,
    pub(crate) likeness: Likeness,
    /// `AT` stands in front.
    pub(crate) after_at: bool,
    /// It stands where a command is written, not in an answer or in the middle of something else.
    pub(crate) commanded: bool,
}

/// The name that these bytes end with, when it is one with a secret, or nearly one; else any name behind `AT`.
/// `whole`: the line begins with them. `next` comes behind them.
pub(crate) fn name(tail: &[u8], whole: bool, way: Direction, next: u8) -> Option<Name> {
    let written = folded(tail);
    let mut rest = written.as_slice();
    while let Some((last, front)) = rest.split_last().filter(|(last, _)| !is_letter(**last)) {
        if SIGNS.contains(last) && !next.is_ascii_digit() {
            return None;
        }
        rest = front;
    }
    let readings = [true, false].into_iter().filter_map(|blanks| read(rest, whole, way, next, blanks));
    readings.max_by_key(|name| match name.likeness {
        Likeness::Secret(_) => 3,
        Likeness::Like => 2,
        Likeness::Other => 1,
        Likeness::Unknown => 0,
    })
}

/// An `A` and behind it a `T` are in it, in any of the alphabets that [`TWINS`] knows: without them no name stands behind `AT`.
/// A quick look, for noise at full speed.
pub(crate) fn may_stand_behind_at(written: &[u8]) -> bool {
    let mut begun = false;
    let mut bytes = written.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let pair = (byte, bytes.peek().copied().unwrap_or_default());
        let wide = matches!(pair, (0xEF, 0xBC | 0xBD));
        if begun && (matches!(byte, b'T' | b't') || wide || matches!(pair, (0xD0, 0xA2) | (0xD1, 0x82) | (0xCE, 0xA4)))
        {
            return true;
        }
        begun |= matches!(byte, b'A' | b'a') || wide || matches!(pair, (0xD0, 0x90 | 0xB0) | (0xCE, 0x91));
    }
    false
}

/// One reading: blanks are passed over, or end the name.
fn read(written: &[u8], whole: bool, way: Direction, next: u8, blanks: bool) -> Option<Name> {
    let mut letters = Vec::new();
    let mut rest = written;
    let mut sign = None;
    while let Some((byte, front)) = rest.split_last() {
        let byte = *byte;
        if SIGNS.contains(&byte) {
            sign = Some(byte);
        } else if ODD_SIGNS.contains(&byte) && ends_with_at(front) {
            sign = Some(b'+');
        } else if byte == b' ' && !blanks || !(byte == b' ' || is_letter(byte) || b"-.".contains(&byte)) {
            break;
        }
        rest = front;
        if sign.is_some() {
            break;
        }
        if is_letter(byte) {
            letters.push(byte);
        }
        if letters.len() > LONGEST_NAME {
            return None;
        }
    }
    letters.reverse();
    let front: Vec<u8> = rest.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let sent = way == Direction::Tx;
    let Some(sign) = sign else { return bare(&letters, whole && front.is_empty(), sent) };
    letters.insert(0, sign);
    let after_at = front.ends_with(b"AT");
    // The sign of a command line, or nearly that.
    let alone =
        sent && whole && (front.is_empty() || strsim::osa_distance(std::str::from_utf8(&front).ok()?, "AT") <= 1);
    // A slip counts where a command is written; elsewhere, as in most of what is received, none is looked for.
    let likeness = if after_at || alone { judge(&letters) } else { known(&letters).unwrap_or(Likeness::Unknown) };
    let exact = matches!(likeness, Likeness::Secret(_));
    let commanded = after_at || alone || (exact && (sent || next == b'='));
    Some(Name { letters, likeness, after_at, commanded })
}

/// `ATCPIN`, `CPIN`: without the sign.
fn bare(letters: &[u8], at_start: bool, sent: bool) -> Option<Name> {
    let behind_at = letters.strip_prefix(b"AT").filter(|_| at_start);
    let name = [b"+", behind_at.unwrap_or(letters)].concat();
    if name.len() < 5 {
        return None;
    }
    let after_at = behind_at.is_some();
    let likeness = if after_at {
        judge(&name)
    } else if sent {
        known(&name).filter(|likeness| matches!(likeness, Likeness::Secret(_)))?
    } else {
        return None;
    };
    Some(Name { letters: name, likeness, after_at, commanded: true })
}

fn ends_with_at(written: &[u8]) -> bool {
    let mut letters = written.iter().rev().filter(|byte| **byte != b' ' && !ODD_SIGNS.contains(byte));
    letters.next() == Some(&b'T') && letters.next() == Some(&b'A')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == STRANGE
}

/// In capitals, without control characters, and with plain letters for those that look like them.
fn folded(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_ascii() {
        let blank = |byte: u8| if byte == b'\t' { b' ' } else { byte.to_ascii_uppercase() };
        return bytes.iter().map(|byte| blank(*byte)).filter(|byte| !byte.is_ascii_control()).collect();
    }
    String::from_utf8_lossy(bytes).chars().filter_map(fold).collect()
}

fn fold(letter: char) -> Option<u8> {
    let twin = || {
        let place = TWINS.iter().find_map(|(twins, letters)| {
            let at = twins.chars().position(|twin| twin == letter)?;
            letters.as_bytes().get(at).copied()
        });
        place.unwrap_or(STRANGE)
    };
    match letter {
        '\u{FFFD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => None,
        _ if letter.is_whitespace() => Some(b' '),
        _ if letter.is_control() => None,
        '\u{FF01}'..='\u{FF5E}' => u8::try_from(u32::from(letter) - 0xFEE0).ok().map(|byte| byte.to_ascii_uppercase()),
        _ if letter.is_ascii() => u8::try_from(letter).ok().map(|byte| byte.to_ascii_uppercase()),
        _ => Some(twin()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_whatever_stands_between_its_letters() {
        for line in [
            "AT+CPIN",
            "at + cpin ",
            "A T + C P I N",
            "AT-CPIN",
            "AT=CPIN",
            "AT+C.PIN",
            "AT\\+CPIN",
            "AT++CPIN",
            "AT+CP\0IN",
            "ATCPIN",
            "AT CPIN,",
            "AT+СРІN",
            "АТ+CPIN",
            "ＡＴ＋ＣＰＩＮ",
            "AT\u{A0}+CPIN\u{200B}",
            "QT+CPIN",
            "\u{FEFF}T+CPIN",
            "[10:00] AT+CPIN",
            "echo CPIN",
            "CPIN ",
        ] {
            let name = name(line.as_bytes(), true, Direction::Tx, b'=').unwrap();
            assert_eq!(name.letters, b"+CPIN", "{line}");
            assert!(name.commanded, "{line}");
        }
        for line in ["AT", "hello CSQ", "", "A+B", "AT+CPIN;+", "pin "] {
            let name = name(line.as_bytes(), true, Direction::Tx, b'=');
            let telling = |name: &Name| name.commanded && !matches!(name.likeness, Likeness::Unknown | Likeness::Other);
            assert!(!name.as_ref().is_some_and(telling), "{line}: {name:?}");
        }
    }
}
