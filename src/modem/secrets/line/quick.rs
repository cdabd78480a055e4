//! Quick looks: what of a line can be passed over without judging byte by byte. Most bytes of a session, and of noise.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Line, State, TAIL, console};
use crate::modem::Direction;
use crate::modem::remembered::Remembered;
use crate::modem::secrets::context::SETTINGS;
use crate::modem::secrets::name::{BEGINS_VALUE, SIGNS, is_sign};
use crate::vocabulary::private::{Parameters, parameters};

/// How many letters the commands have whose value follows at once.
const SHORT_COMMAND: usize = 4;
/// Bytes at which any line is looked at closely: ends, what rubs out, the start of a packet, codes, keys.
const ANYWHERE: &[u8] = b"\r\n\x1A\x1B\x08\x7F\x10*-\xC0";
/// What comes behind a name or begins a value, in what is received too.
const BEHIND_NAMES: &[u8] = b"=:?\"0123456789";
/// Behind these a letter begins something else: a sign in front of them is no name's any more.
const PARTS: [bool; 256] = stops(0, &[b"\"'(),:;<>?[]`{|}"]);
/// Where no name can stand before the next sign.
const HEAD_STOPS: [bool; 256] = stops(0, &[ANYWHERE, SIGNS]);
/// Behind the name of a command without secrets.
const PLAIN_STOPS: [bool; 256] = stops(0, &[ANYWHERE, b";"]);
/// Where a name may stand in what is received.
const ANSWER_STOPS: [bool; 256] = stops(0, &[ANYWHERE, SIGNS, BEHIND_NAMES]);
/// The same in what is sent.
const COMMAND_STOPS: [bool; 256] = stops(0, &[ANYWHERE, SIGNS, BEHIND_NAMES, BEGINS_VALUE]);

/// What no line has that can be passed over at once: codes and controls; behind a name further commands, else names.
const SPECIAL: &[u8] = b"*\x7F";
const VALUE_STOPS: [bool; 256] = stops(b' ', &[SPECIAL, b";"]);
const LINE_STOPS: [bool; 256] = stops(b' ', &[SPECIAL, SIGNS]);
/// The head of a private key, and the name of the protocol in a packet of MQTT that is written as hex digits; no such line is
/// shorter than this.
static TELLING: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| [" KEY-----", "4D51", "4d51"].map(Finder::new));
const SHORTEST_SECRET: usize = b"-----BEGINPRIVATE KEY-----".len();

/// A table of which bytes are these, or come before `first`.
#[expect(clippy::indexing_slicing, reason = "a byte is no larger than the table; a slip would not compile")]
const fn stops(first: u8, bytes: &[&[u8]]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < first {
        table[byte as usize] = true;
        byte += 1;
    }
    let mut lists = bytes;
    while let [list, more @ ..] = lists {
        let mut rest = *list;
        while let [byte, more @ ..] = rest {
            table[*byte as usize] = true;
            rest = more;
        }
        lists = more;
    }
    table
}

/// What came behind the last sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Parted {
    /// What may be the letters of a name.
    #[default]
    No,
    /// Something that ends a name.
    Ended,
    /// Letters behind that.
    Over,
}

impl Line {
    /// Notes where names may stand, behind the byte that came last.
    pub(super) fn note_names(&mut self, byte: u8, way: Direction) {
        self.since_sign = if is_sign(byte) { 0 } else { self.since_sign + 1 };
        self.note_parts(byte);
        if self.cut {
            return;
        }
        let begins = way == Direction::Tx || matches!(byte, b'A' | b'a' | b'>' | b' ');
        if self.text.len() == 1 {
            self.begins = begins;
            self.since_sign += if is_sign(byte) { 0 } else { 2 * TAIL };
        } else if self.begins && !begins && byte.is_ascii() {
            // Behind a prompt, too, a name that lacks its sign begins with `AT`.
            let front = self.text.split_last().map_or(&[][..], |(_, front)| front);
            self.begins = !is_prompt(front);
        }
    }

    /// Notes whether the last sign may still be that of a name which ends behind this byte.
    fn note_parts(&mut self, byte: u8) {
        self.parted = match self.parted {
            _ if is_sign(byte) => Parted::No,
            Parted::No if PARTS.get(usize::from(byte)).copied().unwrap_or_default() => Parted::Ended,
            Parted::Ended if (byte.is_ascii_alphanumeric() || byte == b'_') && !self.is_answer() => Parted::Over,
            before => before,
        };
    }

    /// A command's name may stand in what was last.
    pub(super) fn may_be_named(&self) -> bool {
        self.since_sign <= TAIL && self.parted != Parted::Over || (self.begins && self.text.len() <= TAIL)
    }

    /// Takes as many of the next bytes at once as cannot be secret whatever they are: most bytes of a session.
    pub(in crate::modem::secrets) fn skip(&mut self, way: Direction, bytes: &[u8]) -> usize {
        let sent = way == Direction::Tx;
        let Some(last) = self.text.last().filter(|_| !sent || self.text.len() > SHORT_COMMAND) else { return 0 };
        if !sent && self.begins && is_prompt(&self.text) {
            return 0;
        }
        let (stops, words) = match self.state {
            State::Plain => (&PLAIN_STOPS, false),
            State::Head if !self.may_be_named() => (&HEAD_STOPS, false),
            State::Head if sent && console::begins(&self.text) => return 0,
            State::Head if sent => (&COMMAND_STOPS, true),
            State::Head => (&ANSWER_STOPS, false),
            _ => return 0,
        };
        let stops = |byte: u8| stops.get(usize::from(byte)).copied().unwrap_or(true);
        let mut before = *last;
        let mut count = 0;
        for byte in bytes {
            // A packet in hex begins with `10`.
            if stops(*byte)
                || (*byte == b'0' && before == b'1')
                || (words && byte.is_ascii_alphabetic() && stands_between_words(before))
            {
                break;
            }
            before = *byte;
            count += 1;
            if self.parted != Parted::Over {
                self.note_parts(*byte);
            }
        }
        // So its first digit is left for a closer look.
        if before == b'1' && count > 0 {
            count -= 1;
        }
        self.text.extend_from_slice(bytes.get(..count).unwrap_or_default());
        self.secret.resize(self.text.len(), false);
        self.shorten();
        self.since_sign += count;
        count
    }
}

/// Nothing but a prompt.
fn is_prompt(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b'>' | b' '))
}

/// The whole line of a modem that begins these bytes, where no name of a command can stand in it, but one of an answer without
/// secrets at its start (such names are `known`), and no code and no packet. A quick look, that says of most lines
/// what [`Line::take`] would say byte by byte.
pub(in crate::modem::secrets) fn plain<'a>(bytes: &'a [u8], known: &mut Remembered<()>) -> Option<&'a [u8]> {
    let (name, stops) = match bytes.first()? {
        b'A' | b'a' | b'>' | b' ' => return None,
        first if is_sign(*first) => (name_of_answer(bytes, known)?, &VALUE_STOPS),
        _ => (0, &LINE_STOPS),
    };
    let values = bytes.get(name..)?;
    let end = values.iter().position(|byte| stops.get(usize::from(*byte)).copied().unwrap_or(true))?;
    let line = bytes.get(..name + end).filter(|_| matches!(values.get(end), Some(b'\r' | b'\n' | 0x1A)))?;
    is_harmless(line).then_some(line)
}

/// No key begins in the line, and no packet that is written as hex digits.
pub(super) fn is_harmless(line: &[u8]) -> bool {
    line.len() < SHORTEST_SECRET
        || memchr::memchr2(b'-', b'4', line).is_none()
        || !TELLING.iter().any(|word| word.find(line).is_some())
}

/// How long the name of an answer is, where that holds no secret.
fn name_of_answer(line: &[u8], known: &mut Remembered<()>) -> Option<usize> {
    if let Some(name) = known.find_front(line, |byte| byte == b':') {
        return Some(name.len());
    }
    let length = 1 + line.iter().skip(1).position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = line.get(..length).filter(|_| line.get(length) == Some(&b':'))?;
    // What the network asks may be a PIN.
    if SETTINGS.contains(&name) || name == b"+CUSD" || parameters(name).is_some_and(Parameters::may_be_secret) {
        return None;
    }
    known.add(name, ());
    Some(length)
}

/// Behind this byte a word can begin, and no name of a command.
pub(super) fn stands_between_words(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'_' && !is_sign(byte)
}
