//! What the bytes of a line look like, whatever their state: a PIN, a setting of a login, a code.

use super::{Around, Line, TAIL};
use crate::modem::secrets::values::SHORTEST_PIN;

/// Supplementary services whose password stands behind the next `*` (3GPP TS 22.030, sections 6.5.4 and 6.6).
const SERVICES: [&[u8]; 13] =
    [b"33", b"330", b"331", b"332", b"333", b"35", b"351", b"353", b"03", b"04", b"042", b"05", b"052"];

/// Words for a PIN, or what stands in front of one.
const WORDS: [&[u8]; 5] = [b"PIN", b"PUK", b"SIMPIN", b"PINIS", b"PINCODE"];

/// Nothing but such a word stands in these bytes, whatever is between its letters.
pub(super) fn is_word_for_pin(text: &[u8]) -> bool {
    WORDS.iter().any(|word| is_word(text, word))
}

fn is_word(text: &[u8], word: &[u8]) -> bool {
    letters(text).eq(word.iter().copied())
}

/// Its letters, in capitals.
fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    text.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_uppercase)
}

impl Line {
    /// `PWD:` and `USER=` among settings.
    pub(super) fn is_login_setting(&self) -> bool {
        let name = self.text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
        let name: Vec<u8> = name.collect();
        matches!(name.as_slice(), b"PWD" | b"USER" | b"PASSWORD" | b"PASSWD" | b"USERNAME" | b"USERDATA")
    }

    /// Nothing but `AT` or a word for a PIN stands in it, so a number that comes is the PIN: where the SIM waits for it, or
    /// it looks like one.
    pub(super) fn begins_pin(&self, around: &Around<'_>) -> bool {
        const OTHERS: [&[u8]; 4] = [b"AT", b"SIM", b"CPIN", b"ATPIN"];
        if self.cut || self.text.len() > TAIL || self.text.iter().any(u8::is_ascii_digit) {
            return false;
        }
        let words = is_word_for_pin(&self.text);
        if around.pin {
            return words || letters(&self.text).count() <= 1 || OTHERS.iter().any(|word| is_word(&self.text, word));
        }
        // `pin 13 on` is for a board, as far as that can be seen.
        let more = around.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        words && (more == around.rest.len() || (4..=8).contains(&(more + 1)))
    }

    /// `*33`, `**04`, `#331`: a password stands behind the next `*`.
    pub(super) fn ends_with_service(&self) -> bool {
        let tail = self.text.iter().rev().copied().filter(|byte| *byte != b' ').take(4);
        let tail: Vec<u8> = tail.collect();
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let code: Vec<u8> = tail.iter().take(digits).rev().copied().collect();
        matches!(tail.get(digits), Some(b'*' | b'#')) && SERVICES.contains(&code.as_slice())
    }

    /// The same code in UCS2, but for the last digit of its `*`: `002A00330033002`.
    pub(super) fn ends_with_service_in_ucs2(&self) -> bool {
        let Some(code) = self.text.strip_suffix(b"002") else { return false };
        let digits: Vec<u8> =
            code.rchunks(4).map_while(|unit| unit.strip_prefix(b"003")).flatten().copied().take(4).collect();
        let front = code.get(..code.len() - 4 * digits.len()).unwrap_or_default().to_ascii_uppercase();
        let code: Vec<u8> = digits.into_iter().rev().collect();
        (front.ends_with(b"002A") || front.ends_with(b"0023")) && SERVICES.contains(&code.as_slice())
    }
}

/// The line in which a private key begins, up to the last dash of its head.
pub(super) fn begins_key(text: &[u8]) -> bool {
    text.ends_with(b"PRIVATE KEY-----")
        && memchr::memmem::rfind(text, b"-----BEGIN").is_some_and(|at| text.len() - at <= TAIL)
}

/// What came behind the `=` of a command in no table are numbers that are too short for a PIN, up to the line's end.
pub(super) fn are_short_numbers(rest: &[u8]) -> bool {
    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    end.and_then(|end| rest.get(..end)).is_some_and(|numbers| {
        let mut numbers = numbers.split(|byte| *byte == b',');
        numbers.all(|number| (1..SHORTEST_PIN).contains(&number.len()) && number.iter().all(u8::is_ascii_digit))
    })
}

/// The digit, or two, before a `=` belong to a name: `AT+PIN13=1`.
pub(super) fn ends_numbered_name(byte: u8, rest: &[u8]) -> bool {
    byte.is_ascii_digit() && matches!(rest, [b'=', ..] | [b'0'..=b'9', b'=', ..])
}
