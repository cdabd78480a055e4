//! Numbers, characters and texts as C++ writes them.

use crate::sketch::syntax::{Chip, IntType};

/// A number: whole or not.
pub(super) enum Number {
    Int(i64, IntType),
    Float(f64),
}

pub(super) fn number(text: &str, chip: Chip) -> Option<Number> {
    // The grammar takes a sign for part of a number.
    if let Some(rest) = text.strip_prefix('-') {
        return number(rest, chip).map(|found| match found {
            Number::Int(value, ty) => Number::Int(ty.fit(value.wrapping_neg()), ty),
            Number::Float(value) => Number::Float(-value),
        });
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let text = text.replace('\'', "").to_ascii_lowercase();
    let (digits, base) = match text.as_str() {
        hex if hex.starts_with("0x") => (hex.get(2..)?, 16),
        binary if binary.starts_with("0b") => (binary.get(2..)?, 2),
        octal if octal.len() > 1 && octal.starts_with('0') && !octal.contains(['.', 'e', 'f']) => (octal.get(1..)?, 8),
        decimal => (decimal, 10),
    };
    if base == 10 && digits.contains(['.', 'e']) {
        return digits.trim_end_matches(['f', 'l']).parse().ok().map(Number::Float);
    }
    let plain = digits.trim_end_matches(['u', 'l']);
    let suffix = digits.get(plain.len()..)?;
    if base == 10 && plain.ends_with('f') {
        return plain.trim_end_matches('f').parse().ok().map(Number::Float);
    }
    let plain = if plain.is_empty() { "0" } else { plain };
    let value = i64::try_from(u64::from_str_radix(plain, base).ok()?).unwrap_or(i64::MAX);
    let unsigned = suffix.contains('u');
    let longs = suffix.matches('l').count();
    let fits = |ty: IntType| ty.fit(value) == value;
    // The first of these types that holds it; a decimal number without u never becomes unsigned.
    let candidates = [chip.int(), chip.unsigned_int(), IntType::I32, IntType::U32, IntType::I64];
    let ty = candidates
        .into_iter()
        .filter(|ty| longs == 0 || ty.size() >= 4)
        .filter(|ty| if unsigned { !ty.is_signed() } else { base != 10 || ty.is_signed() })
        .find(|ty| fits(*ty))
        .unwrap_or(if unsigned { IntType::U64 } else { IntType::I64 });
    Some(Number::Int(value, if longs >= 2 { if unsigned { IntType::U64 } else { IntType::I64 } } else { ty }))
}

/// The bytes between the quotes of a text or character, escapes resolved.
pub(super) fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.bytes().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(escape) = rest.next() else { break };
        let simple = match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'e' => 27,
            b'x' => {
                let mut value = 0_u32;
                while let Some(digit) = rest.peek().and_then(|byte| char::from(*byte).to_digit(16)) {
                    value = (value << 4 | digit) & 0xFF;
                    rest.next();
                }
                low(value)
            }
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.peek().and_then(|byte| char::from(*byte).to_digit(8)) else { break };
                    value = value << 3 | digit;
                    rest.next();
                }
                low(value)
            }
            b'u' => {
                let digits: String = rest.by_ref().take(4).map(char::from).collect();
                let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('?');
                out.extend(c.to_string().into_bytes());
                continue;
            }
            other => other,
        };
        out.push(simple);
    }
    out
}

fn low(value: u32) -> u8 {
    value.to_le_bytes()[0]
}
