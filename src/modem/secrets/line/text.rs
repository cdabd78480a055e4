//! A quick look at whole lines that are sent: most of them are texts for somebody else, in which no command can stand.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::console;
use super::quick::is_harmless;
use super::shape::is_word_for_pin;
use crate::modem::secrets::likeness::secret;
use crate::modem::secrets::name::{SHORTEST_BARE, is_between, is_letter, is_odd_sign, is_sign};
use crate::vocabulary::private::names;

/// What a byte is to names of commands; none of these: it parts them.
const LETTER: u8 = 1;
/// It does not count, where it stands in a name.
const BETWEEN: u8 = 1 << 1;
/// Behind `AT` it is taken for the sign that was meant.
const ODD_SIGN: u8 = 1 << 2;
/// It ends the line.
const END: u8 = 1 << 3;
/// A sign, a code, a control, another alphabet: that needs a closer look.
const SPECIAL: u8 = 1 << 4;
const KINDS: [u8; 256] = kinds();

/// The last letters of the names of commands with secrets, as many as the shortest of them has: where a name lacks its sign,
/// no other is a command's.
static ENDS: LazyLock<FxHashSet<u32>> = LazyLock::new(|| {
    let bare = names().filter(|name| secret(name).is_some()).filter_map(|name| name.strip_prefix(b"+"));
    let ends = bare.filter_map(|name| name.last_chunk::<SHORTEST_BARE>());
    ends.map(|end| u32::from_be_bytes(*end)).collect()
});

#[expect(clippy::indexing_slicing, reason = "a byte is no larger than the table; a slip would not compile")]
const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = u8::MAX;
    loop {
        kinds[byte as usize] = match byte {
            b'\r' | b'\n' | 0x1A => END,
            0..b' ' | b'*' | 0x7F.. => SPECIAL,
            _ if is_sign(byte) => SPECIAL,
            _ => {
                (if is_letter(byte) { LETTER } else { 0 })
                    | (if is_between(byte) { BETWEEN } else { 0 })
                    | (if is_odd_sign(byte) { ODD_SIGN } else { 0 })
            }
        };
        if byte == 0 {
            return kinds;
        }
        byte -= 1;
    }
}

/// The whole line that begins these bytes, where no name of a command can stand in it, with its sign or without, and no code
/// and no packet. [`super::Line::take`] would say the same of each of its bytes.
pub(in crate::modem::secrets) fn plain_text(bytes: &[u8]) -> Option<&[u8]> {
    if console::begins(bytes) {
        return None;
    }
    let ends = &*ENDS;
    // The last letters of what may be a name.
    let mut end = 0_u32;
    let mut letters = 0_usize;
    let mut digits = false;
    let mut at_sign = At::No;
    for (at, byte) in bytes.iter().enumerate() {
        let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or(SPECIAL);
        if kind & (END | SPECIAL) != 0 {
            let line = bytes.get(..at).filter(|_| kind == END);
            return line.filter(|line| !line.is_empty() && is_harmless(line));
        }
        // A value may follow now.
        let digit = byte.is_ascii_digit();
        if (digit || kind & LETTER == 0) && ends.contains(&end) {
            return None;
        }
        if digit && !std::mem::replace(&mut digits, true) && is_word_for_pin(bytes.get(..at).unwrap_or_default()) {
            return None;
        }
        at_sign = match (at_sign, byte.to_ascii_uppercase()) {
            (At::Whole, _) if kind & ODD_SIGN != 0 => return None,
            (at_sign, b' ') => at_sign,
            (at_sign, _) if kind & ODD_SIGN != 0 => at_sign,
            (At::Begun, b'T') if letters == 1 => return None,
            (At::Begun, b'T') => At::Whole,
            (_, b'A') => At::Begun,
            _ => At::No,
        };
        if kind & LETTER != 0 {
            end = end << 8 | u32::from(byte.to_ascii_uppercase());
            letters += 1;
        } else if kind & BETWEEN == 0 {
            end = 0;
        }
    }
    None
}

/// How much of `AT` stands right in front.
#[derive(Clone, Copy)]
enum At {
    No,
    Begun,
    Whole,
}
