//! In which forms a value can stand in a capture, and what stands in for it.

use std::collections::HashMap;
use std::fmt::Write as _;

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::Kind;
use super::values::Values;

/// A number of fewer digits is replaced only where it stands alone.
const LONG_NUMBER: usize = 8;

/// All forms of all values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forms {
    regex: Option<Regex>,
    /// By form, without gaps and in upper case.
    stand_ins: HashMap<Vec<u8>, (Kind, String)>,
}

impl Forms {
    /// The forms of these values.
    pub(crate) fn of(values: &Values) -> Self {
        let mut stand_ins = HashMap::new();
        let mut expressions = Vec::new();
        for (kind, value, stand_in) in values.everywhere() {
            for form in forms_of(kind, value) {
                stand_ins.entry(normal(&form.literal)).or_insert_with(|| (kind, stand_in.clone()));
                expressions.push(form.expression());
            }
        }
        // The longest first, so that a value is not taken for the start of another.
        expressions.sort_by_key(|expression| std::cmp::Reverse(expression.len()));
        let regex = (!expressions.is_empty()).then(|| {
            RegexBuilder::new(&format!("(?i-u){}", expressions.join("|")))
                .size_limit(512 << 20)
                .dfa_size_limit(64 << 20)
                .build()
        });
        Self { regex: regex.and_then(Result::ok), stand_ins }
    }

    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.regex.as_ref()
    }

    /// What stands in for this match.
    pub(crate) fn of_match(&self, found: &[u8]) -> Option<(Kind, String)> {
        self.stand_ins.get(&normal(found)).cloned()
    }

    /// The text of a note.
    pub(crate) fn replace(&self, text: &str) -> String {
        let Some(regex) = &self.regex else { return text.to_owned() };
        let replaced = regex.replace_all(text.as_bytes(), |found: &Captures<'_>| {
            let found = found.get(0).map(|found| found.as_bytes()).unwrap_or_default();
            self.of_match(found).map_or_else(|| b"<PRIVATE>".to_vec(), |(_, stand_in)| stand_in.into_bytes())
        });
        String::from_utf8_lossy(&replaced).into_owned()
    }
}

struct Form {
    literal: Vec<u8>,
    gaps: Gaps,
    alone: bool,
}

/// What may stand between the characters of a form.
#[derive(Clone, Copy, PartialEq)]
enum Gaps {
    None,
    /// `0171 234-567`
    Digits,
    /// `41 54`
    Hex,
}

impl Form {
    fn expression(&self) -> String {
        let mut expression = String::new();
        for (number, byte) in self.literal.iter().enumerate() {
            match self.gaps {
                Gaps::Digits if number > 0 => expression.push_str("[ .-]?"),
                Gaps::Hex if number > 0 && number.is_multiple_of(2) => expression.push_str(" ?"),
                _ => {}
            }
            if byte.is_ascii_alphanumeric() {
                expression.push(char::from(*byte));
            } else {
                let _never_fails = write!(expression, "\\x{byte:02X}");
            }
        }
        if self.alone { format!(r"\b{expression}\b") } else { expression }
    }
}

/// How a form is looked up: `found` may have gaps and another case.
fn normal(found: &[u8]) -> Vec<u8> {
    found.iter().filter(|byte| !b" .-".contains(byte)).map(u8::to_ascii_uppercase).collect()
}

fn forms_of(kind: Kind, value: &[u8]) -> Vec<Form> {
    let form = |literal: Vec<u8>, gaps| Form { literal, gaps, alone: false };
    let text = String::from_utf8_lossy(value);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'+');
    let mut forms = vec![
        form(hex::encode_upper(value).into_bytes(), Gaps::Hex),
        form(ucs2_hex(&text).into_bytes(), Gaps::Hex),
        form(base64(value, 0).into_bytes(), Gaps::None),
        form(base64(value, 1).into_bytes(), Gaps::None),
        form(base64(value, 2).into_bytes(), Gaps::None),
        form(url_encoded(value).into_bytes(), Gaps::None),
    ];
    if is_number {
        let short = digits.len() < LONG_NUMBER;
        forms.push(Form { literal: digits.clone().into_bytes(), gaps: Gaps::Digits, alone: short });
        if value.starts_with(b"+") {
            forms.push(form(value.to_vec(), Gaps::Digits));
            forms.push(form(ucs2_hex(&digits).into_bytes(), Gaps::Hex));
            forms.push(form(hex::encode_upper(&digits).into_bytes(), Gaps::Hex));
            // As it is dialed at home, and abroad: nobody knows how long the country code is.
            for country in 1..=3 {
                if let Some(home) = digits.get(country..).filter(|home| home.len() >= LONG_NUMBER) {
                    forms.push(Form { literal: format!("0{home}").into_bytes(), gaps: Gaps::Digits, alone: true });
                    forms.push(Form { literal: home.as_bytes().to_vec(), gaps: Gaps::Digits, alone: true });
                }
            }
            forms.push(Form { literal: format!("00{digits}").into_bytes(), gaps: Gaps::Digits, alone: true });
        }
        if !short {
            forms.push(form(semi_octets(&digits).into_bytes(), Gaps::Hex));
        }
    } else {
        let alone = value.len() < 6 && value.iter().all(u8::is_ascii_alphanumeric);
        forms.push(Form { literal: value.to_vec(), gaps: Gaps::None, alone });
        if kind == Kind::Message || kind == Kind::Secret {
            forms.push(form(hex::encode_upper(packed_7_bit(value)).into_bytes(), Gaps::Hex));
        }
    }
    forms.retain(|form| form.literal.len() >= 4);
    forms
}

/// `0041…`, four digits a character (UTF-16), as `AT+CSCS="UCS2"` writes strings.
pub(crate) fn ucs2_hex(text: &str) -> String {
    let mut hex = String::new();
    for unit in text.encode_utf16() {
        let _never_fails = write!(hex, "{unit:04X}");
    }
    hex
}

/// The text of such a string.
pub(crate) fn from_ucs2_hex(hex: &[u8]) -> Option<String> {
    if hex.is_empty() || !hex.len().is_multiple_of(4) {
        return None;
    }
    let bytes = hex::decode(hex).ok()?;
    let units: Vec<u16> =
        bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect();
    String::from_utf16(&units).ok()
}

/// Digits in swapped pairs, an odd one filled up with F (3GPP TS 23.040, section 9.1.2.3).
fn semi_octets(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().collect();
    digits
        .chunks(2)
        .flat_map(|pair| [pair.get(1).copied().unwrap_or('F'), pair.first().copied().unwrap_or('F')])
        .collect()
}

/// Numbers of service centre and sender or receiver in a PDU (3GPP TS 23.040, section 9.2.2), as far as it is one.
pub(crate) fn pdu_numbers(pdu: &[u8]) -> Vec<String> {
    let Ok(bytes) = hex::decode(pdu) else { return Vec::new() };
    let number = |type_at: usize, digits: usize| {
        let plus = if bytes.get(type_at)? & 0x70 == 0x10 { "+" } else { "" };
        let octets = bytes.get(type_at + 1..type_at + 1 + digits.div_ceil(2))?;
        let digits: String = octets
            .iter()
            .flat_map(|octet| [octet & 0x0F, octet >> 4])
            .take_while(|digit| *digit < 10)
            .map(|digit| char::from(b'0' + digit))
            .collect();
        (digits.len() >= 5).then(|| format!("{plus}{digits}"))
    };
    let centre = bytes.first().map_or(0, |length| usize::from(*length));
    // A SUBMIT has its message reference in front of the number.
    let submit = bytes.get(centre + 1).is_some_and(|octet| octet & 3 == 1);
    let length_at = centre + 2 + usize::from(submit);
    let other = bytes.get(length_at).map_or(0, |length| usize::from(*length));
    [number(1, centre.saturating_sub(1) * 2), number(length_at + 1, other)].into_iter().flatten().collect()
}

/// Septets packed into octets (3GPP TS 23.038, section 6.1.2.1), for characters that are the same in ASCII.
fn packed_7_bit(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text {
        bits |= u32::from(byte & 0x7F) << count;
        count += 7;
        while count >= 8 {
            packed.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            count -= 8;
        }
    }
    // The last octet is shared with what follows the value: what comes before it tells enough.
    packed
}

fn url_encoded(value: &[u8]) -> String {
    value
        .iter()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Without the padding, and without the last character where it depends on what follows.
/// `before` bytes stand in front of it, and what depends on them is left out too.
fn base64(value: &[u8], before: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in [0; 2].iter().take(before).chain(value) {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 6 {
            count -= 6;
            let index = (bits >> count & 0x3F) as usize;
            out.push(ALPHABET.get(index).map_or('=', |letter| char::from(*letter)));
        }
    }
    // Characters that hold bits of what stands in front.
    out.split_off((before * 8).div_ceil(6).min(out.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_standards() {
        assert_eq!(semi_octets("41791234567"), "1497214365F7");
        assert_eq!(hex::encode_upper(packed_7_bit(b"hellohello")), "E8329BFD4697D9EC"[..16].to_owned());
        let deliver = b"07911497214365F7040B911497214365F80000";
        assert_eq!(pdu_numbers(deliver), ["+41791234567", "+41791234568"]);
        assert_eq!(pdu_numbers(b"0011000B911497214365F70000AA"), ["+41791234567"]);
        assert_eq!(pdu_numbers(b"FFFFFFFFFFFFFFFF"), Vec::<String>::new());
        assert_eq!(ucs2_hex("+4"), "002B0034");
        assert_eq!(from_ucs2_hex(b"002B0034"), Some("+4".to_owned()));
        assert_eq!(base64(b"secret", 0), "c2VjcmV0");
        // `:secret` is OnNlY3JldA==, `x:secret` is eDpzZWNyZXQ=.
        assert_eq!((base64(b"secret", 1), base64(b"secret", 2)), ("NlY3Jld".to_owned(), "zZWNyZX".to_owned()));
        assert_eq!(url_encoded(b"+41 x"), "%2B41%20x");
    }
}
