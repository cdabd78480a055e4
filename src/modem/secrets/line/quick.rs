//! Quick looks: what of a line can be passed over without judging byte by byte. Most bytes of a session, and of noise.

use super::{Line, State};
use crate::modem::Direction;
use crate::modem::secrets::context::SETTINGS;
use crate::modem::secrets::name::{BEGINS_VALUE, SIGNS, is_sign};
use crate::vocabulary::private::{Parameters, parameters};

/// How many letters the commands have whose value follows at once.
const SHORT_COMMAND: usize = 4;
/// Bytes at which any line is looked at closely: ends, what rubs out, the start of a packet, codes, keys.
const ANYWHERE: &[u8] = b"\r\n\x1A\x1B\x08\x7F\x10*-\xC0";
/// What comes behind a name or begins a value, in what is received too.
const BEHIND_NAMES: &[u8] = b"=:?\"0123456789";
/// Where no name can stand before the next sign.
const HEAD_STOPS: [bool; 256] = stops(&[ANYWHERE, SIGNS]);
/// Behind the name of a command without secrets.
const PLAIN_STOPS: [bool; 256] = stops(&[ANYWHERE, b";"]);
/// Where a name may stand in what is received.
const ANSWER_STOPS: [bool; 256] = stops(&[ANYWHERE, SIGNS, BEHIND_NAMES]);
/// The same in what is sent.
const COMMAND_STOPS: [bool; 256] = stops(&[ANYWHERE, SIGNS, BEHIND_NAMES, BEGINS_VALUE]);

/// A table of which bytes are these.
#[expect(clippy::indexing_slicing, reason = "a byte is no larger than the table; a slip would not compile")]
const fn stops(bytes: &[&[u8]]) -> [bool; 256] {
    let mut table = [false; 256];
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

impl Line {
    /// Takes as many of the next bytes at once as cannot be secret whatever they are: most bytes of a session.
    pub(in crate::modem::secrets) fn skip(&mut self, way: Direction, bytes: &[u8]) -> usize {
        let sent = way == Direction::Tx;
        let Some(last) = self.text.last().filter(|_| !sent || self.text.len() > SHORT_COMMAND) else { return 0 };
        let (stops, words) = match self.state {
            State::Plain => (&PLAIN_STOPS, false),
            State::Head if !self.may_be_named() => (&HEAD_STOPS, false),
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

/// A whole line of a modem in which no name of a command can stand, but one of an answer without secrets at its start (the last
/// of those is in `plain`), and no code and no packet. A quick look, that says of most lines what [`Line::take`] would say byte by
/// byte.
pub(in crate::modem::secrets) fn is_plain(line: &[u8], plain: &mut Vec<u8>) -> bool {
    let rest = match line {
        [] => return true,
        [b'A' | b'a' | b'>' | b' ', ..] => return false,
        [first, ..] if is_sign(*first) => {
            let Some((name, values)) = memchr::memchr(b':', line).map(|end| line.split_at(end)) else { return false };
            if name != plain.as_slice() {
                let letters = name.iter().skip(1).all(u8::is_ascii_alphanumeric);
                let settings = SETTINGS.contains(&name);
                if !letters || settings || parameters(name).is_some_and(Parameters::may_be_secret) {
                    return false;
                }
                plain.clear();
                plain.extend_from_slice(name);
            }
            values
        }
        _ => line,
    };
    let signs = u8::from(rest.len() == line.len());
    // All at once, without a way out: so the processor takes many bytes in one step.
    let special = |byte: u8| {
        u8::from(byte < b' ' || matches!(byte, b'*' | b';' | 0x7F))
            | (u8::from(matches!(byte, b'#'..=b'%' | b'+' | b'^')) & signs)
    };
    let packet = |one: u8, zero: u8| u8::from(one == b'1') & u8::from(zero == b'0');
    let pairs = rest.iter().zip(rest.iter().skip(1));
    let key = || memchr::memmem::find(line, b" KEY-----").is_some();
    rest.iter().fold(0, |all, byte| all | special(*byte)) == 0
        && pairs.fold(0, |all, (one, zero)| all | packet(*one, *zero)) == 0
        && !key()
}

/// Behind this byte a word can begin, and no name of a command.
pub(super) fn stands_between_words(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'_' && !is_sign(byte)
}
