//! The names of the control characters: C0 and DEL, both ways.

/// Names of 0x00 to 0x1F, by value (ISO 646 / ECMA-48).
const C0: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
    "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
];

/// The name of a control character: `SUB` for 0x1A, `DEL` for 0x7F, `None` for any other byte.
#[must_use]
pub(crate) fn name_from_byte(byte: u8) -> Option<&'static str> {
    if byte == 0x7F { Some("DEL") } else { C0.get(usize::from(byte)).copied() }
}

/// The control character of an upper-case name or of caret form: `SUB` and `^Z` give 0x1A. `FF` is 0x0C here; in the
/// notation `<FF>` is the hex byte, which wins.
#[must_use]
pub(crate) fn byte_from_name(name: &str) -> Option<u8> {
    if let Some(letter) = name.strip_prefix('^') {
        let mut letters = letter.bytes();
        return match (letters.next(), letters.next()) {
            (Some(b'?'), None) => Some(0x7F),
            (Some(letter @ b'@'..=b'_'), None) => Some(letter - b'@'),
            _ => None,
        };
    }
    if name == "DEL" {
        return Some(0x7F);
    }
    C0.iter().zip(0u8..).find_map(|(known, byte)| (*known == name).then_some(byte))
}

/// The Unicode control picture: `␚` for 0x1A, `␡` for DEL.
#[must_use]
pub(crate) fn glyph_from_byte(byte: u8) -> Option<char> {
    match byte {
        0..=0x1F => char::from_u32(0x2400 + u32::from(byte)),
        0x7F => Some('\u{2421}'),
        _ => None,
    }
}

/// A byte as the notation's `<…>`: `<SUB>`, and hex for what has no name. 0x0C is `<0C>`, because `<FF>` is 0xFF.
#[must_use]
pub(crate) fn tag_from_byte(byte: u8) -> String {
    match name_from_byte(byte) {
        Some(name) if byte != 0x0C => format!("<{name}>"),
        _ => format!("<{byte:02X}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::{Mode, parse};

    #[test]
    fn every_name_leads_back_to_its_byte() {
        for byte in (0..=0x1F).chain([0x7F]) {
            assert_eq!(byte_from_name(name_from_byte(byte).unwrap()), Some(byte));
            assert_eq!(byte_from_name(&format!("^{}", char::from(byte ^ 0x40))), Some(byte));
            assert!(glyph_from_byte(byte).is_some());
        }
        assert_eq!(name_from_byte(b' '), None);
        for name in ["", "^", "^a", "^ZZ", "sub", "SUBX", "^\u{e9}"] {
            assert_eq!(byte_from_name(name), None, "{name}");
        }
    }

    #[test]
    fn every_tag_is_notation_for_its_byte() {
        for byte in 0..=0xFF {
            assert_eq!(parse(&tag_from_byte(byte), Mode::Mixed).unwrap(), [byte]);
        }
    }
}
