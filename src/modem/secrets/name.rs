//! The name of a command as somebody wrote it, whatever got between its letters: blanks, another sign, control characters,
//! letters of another alphabet that look the same.

use std::ops::Deref;

use super::likeness::{Likeness, judge, known, secret};
use crate::modem::Direction;

/// No name is longer.
const LONGEST_NAME: usize = 24;
/// No name that lacks its sign is shorter: `CPIN`.
pub(super) const SHORTEST_BARE: usize = 4;
/// Fewer letters with something between them are found in any data.
const SHORTEST_BROKEN: usize = 4;
/// A name that is a word of English too: a command only where its line begins.
const WORD: &[u8] = b"+PASS";
/// At most this many bytes that stand for nothing come before a command: what a line says when it is opened.
const MOST_DROPPED: usize = 4;
/// What the names of extended commands begin with.
pub(crate) const SIGNS: &[u8] = b"+^#$%";
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

/// A name that stands in front of a value, in capitals and without `AT`.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) letters: Letters,
    pub(crate) likeness: Likeness,
    /// `AT` stands in front.
    pub(crate) after_at: bool,
    /// It stands where a command is written, not in an answer or in the middle of something else.
    pub(crate) commanded: bool,
}

/// The letters of a name and its sign, as they are read: from their end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Letters {
    room: [u8; LONGEST_NAME + 1],
    start: usize,
}

impl Letters {
    const fn new() -> Self {
        Self { room: [0; LONGEST_NAME + 1], start: LONGEST_NAME + 1 }
    }

    /// Puts another one in front; `None` where there are too many.
    fn put(&mut self, letter: u8) -> Option<()> {
        self.start = self.start.checked_sub(1)?;
        *self.room.get_mut(self.start)? = letter;
        Some(())
    }
}

impl Deref for Letters {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.room.get(self.start..).unwrap_or_default()
    }
}

/// The name that these bytes end with, when it is one with a secret, or nearly one; else any name behind `AT`.
/// `whole`: the line begins with them. `next` comes behind them.
pub(crate) fn name(tail: &[u8], whole: bool, way: Direction, next: u8) -> Option<Name> {
    let mut written = Backwards { rest: tail, dropped: 0 };
    loop {
        let front = written.clone();
        let last = written.next()?;
        if is_letter(last) {
            written = front;
            break;
        }
        if is_sign(last) && !next.is_ascii_digit() {
            return None;
        }
    }
    let mut blank = false;
    let passed_over = read(written.clone(), whole, way, next, Blanks::PassOver(&mut blank));
    let ended = if blank { read(written, whole, way, next, Blanks::End) } else { None };
    let likely = |name: &Name| match name.likeness {
        Likeness::Secret(_) => 3,
        Likeness::Like | Likeness::Worded(_) => 2,
        Likeness::Other => 1,
        Likeness::Unknown => 0,
    };
    passed_over.into_iter().chain(ended).max_by_key(likely)
}

/// What a blank means in a reading of a name.
enum Blanks<'a> {
    /// It does not count; whether there was one.
    PassOver(&'a mut bool),
    /// The name begins behind it.
    End,
}

/// One reading.
fn read(written: Backwards<'_>, whole: bool, way: Direction, next: u8, mut blanks: Blanks<'_>) -> Option<Name> {
    let mut letters = Letters::new();
    let mut rest = written;
    let mut sign = None;
    let mut broken = false;
    while let Some(byte) = rest.next() {
        if is_sign(byte) {
            sign = Some(byte);
            break;
        }
        if is_odd_sign(byte) && ends_with_at(rest.clone()) {
            sign = Some(b'+');
            break;
        }
        match (&mut blanks, byte) {
            // The sign has its place too.
            (_, byte) if is_letter(byte) && letters.len() < LONGEST_NAME => letters.put(byte)?,
            (_, byte) if is_letter(byte) => return None,
            (Blanks::PassOver(blank), b' ') => **blank = true,
            (Blanks::End, b' ') => break,
            (_, byte) if is_between(byte) => broken = true,
            _ => break,
        }
    }
    let whole_word = !broken && rest.dropped == 0 && !letters.contains(&STRANGE);
    if !whole_word && letters.len() < SHORTEST_BROKEN {
        return None;
    }
    let sent = way == Direction::Tx;
    let Some(sign) = sign else {
        let named = letters.len() >= SHORTEST_BARE && (sent || letters.starts_with(b"AT"));
        let clean = rest.dropped <= 2;
        let at_start = whole && !rest.any(|byte| byte.is_ascii_alphanumeric()) && rest.dropped <= MOST_DROPPED;
        return if named { bare(&letters, at_start, sent, clean) } else { None };
    };
    // Whether `AT` or nearly that stands in front, shows the last of it.
    let dropped = rest.dropped;
    let stands_in_list = goes_on_list(rest.clone(), whole);
    let mut front = Letters::new();
    rest.by_ref().filter(u8::is_ascii_alphanumeric).take(4).try_for_each(|letter| front.put(letter))?;
    let after_at = front.ends_with(b"AT") || sent && stands_in_list;
    // The sign of a command line, or nearly that.
    let alone = sent
        && whole
        && rest.dropped <= MOST_DROPPED
        && (front.is_empty() || strsim::osa_distance(std::str::from_utf8(&front).ok()?, "AT") <= 1);
    // No value stands behind a name in an answer.
    if !(sent || after_at || matches!(next, b'=' | b':' | b'?')) {
        return None;
    }
    letters.put(sign)?;
    // A slip counts where a command is written; elsewhere, as in most of what is received and in noise, none is looked for.
    let judged = after_at && dropped <= 2 || alone && dropped <= 1;
    let likeness = if judged { judge(&letters) } else { known(&letters).unwrap_or(Likeness::Unknown) };
    let exact = matches!(likeness, Likeness::Secret(_));
    let commanded = after_at || alone || (exact && (sent || next == b'='));
    Some(Name { letters, likeness, after_at, commanded })
}

/// `ATCPIN`, `CPIN`: without the sign.
fn bare(letters: &[u8], at_start: bool, sent: bool, clean: bool) -> Option<Name> {
    let command = letters.strip_prefix(b"AT").filter(|_| at_start);
    let after_at = command.is_some();
    let bare = command.unwrap_or(letters);
    if bare.len() < SHORTEST_BARE {
        return None;
    }
    let mut name = Letters::new();
    bare.iter().rev().chain(b"+").try_for_each(|letter| name.put(*letter))?;
    if *name == *WORD && !at_start {
        return None;
    }
    let likeness = if after_at && clean {
        judge(&name)
    } else if after_at || sent {
        Likeness::Secret(secret(&name)?)
    } else {
        return None;
    };
    Some(Name { letters: name, likeness, after_at, commanded: true })
}

/// Another command of a line stands in front, with its `;`. `whole`: the line begins there.
fn goes_on_list(front: Backwards<'_>, whole: bool) -> bool {
    let mut front = front.skip_while(|byte| *byte == b' ');
    if front.next() != Some(b';') {
        return false;
    }
    let mut start = [0; 2];
    front.filter(|byte| *byte != b' ').for_each(|byte| start = [byte, start[0]]);
    !whole || start == *b"AT"
}

fn ends_with_at(written: Backwards<'_>) -> bool {
    let mut letters = written.filter(|byte| *byte != b' ' && !is_odd_sign(*byte));
    letters.next() == Some(b'T') && letters.next() == Some(b'A')
}

/// One of [`SIGNS`].
pub(crate) const fn is_sign(byte: u8) -> bool {
    matches!(byte, b'+' | b'^' | b'#' | b'$' | b'%')
}

/// Written in place of such a sign.
pub(super) const fn is_odd_sign(byte: u8) -> bool {
    matches!(byte, b'-' | b'*' | b'&' | b'!' | b'@' | b'/' | b'\\' | b'=' | b'_' | b'.' | b'~')
}

/// It may stand in a name.
pub(super) const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == STRANGE
}

/// It does not count, where it stands between the letters of a name.
pub(super) const fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.')
}

/// What stands in these bytes, from its end, in capitals, without control characters, and with plain letters for those that
/// look like them. Nobody needs more than a few of them, most times.
#[derive(Clone, Debug)]
struct Backwards<'a> {
    rest: &'a [u8],
    /// Bytes that stand for nothing, so far.
    dropped: usize,
}

impl Iterator for Backwards<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            let [front @ .., last] = self.rest else { return None };
            self.rest = front;
            match last {
                b'a'..=b'z' => return Some(last.to_ascii_uppercase()),
                b' '..=b'~' => return Some(*last),
                b'\t' => return Some(b' '),
                ..0x80 => {}
                0x80.. => {
                    let (letter, front) = last_letter(front, *last);
                    self.rest = front;
                    if let Some(folded) = letter.and_then(fold) {
                        return Some(folded);
                    }
                }
            }
            self.dropped += 1;
        }
    }
}

/// The letter that ends with this byte beyond ASCII, where it is one in UTF-8, and what stands before it.
fn last_letter(front: &[u8], last: u8) -> (Option<char>, &[u8]) {
    let (before, letter): (&[u8], &[u8]) = match (front, last) {
        ([before @ .., one @ 0xC2..0xE0], 0x80..0xC0) => (before, &[*one, last]),
        ([before @ .., one @ 0xE0..0xF0, two @ 0x80..0xC0], 0x80..0xC0) => (before, &[*one, *two, last]),
        ([before @ .., one @ 0xF0..0xF5, two @ 0x80..0xC0, three @ 0x80..0xC0], 0x80..0xC0) => {
            (before, &[*one, *two, *three, last])
        }
        _ => return (None, front),
    };
    match std::str::from_utf8(letter) {
        Ok(letter) => (letter.chars().next(), before),
        Err(_) => (None, front),
    }
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
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FFFD}' | '\u{AD}' => None,
        _ if letter.is_whitespace() => Some(b' '),
        _ if letter.is_control() => None,
        '\u{FF01}'..='\u{FF5E}' => u8::try_from(u32::from(letter) - 0xFEE0).ok().map(|byte| byte.to_ascii_uppercase()),
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
            assert_eq!(*name.letters, *b"+CPIN", "{line}");
            assert!(name.commanded, "{line}");
        }
        for line in ["AT", "hello CSQ", "", "A+B", "AT+CPIN;+", "pin "] {
            let name = name(line.as_bytes(), true, Direction::Tx, b'=');
            let telling = |name: &Name| name.commanded && !matches!(name.likeness, Likeness::Unknown | Likeness::Other);
            assert!(!name.as_ref().is_some_and(telling), "{line}: {name:?}");
        }
    }
}
