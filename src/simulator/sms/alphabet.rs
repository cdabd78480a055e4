//! The GSM 7-bit default alphabet (3GPP 23.038 §6.2.1), its packing, and what `AT+CSCS` makes of text.

/// The alphabet by septet; 0x1B leads to [`EXTENSION`].
const BASIC: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', 'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω',
    'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1B}', 'Æ', 'æ', 'ß', 'É', ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+',
    ',', '-', '.', '/', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', '¡', 'A', 'B',
    'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y',
    'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
    'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// Septet after 0x1B, and its character.
const EXTENSION: [(u8, char); 10] = [
    (0x0A, '\u{C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

const ESCAPE: u8 = 0x1B;

/// The septets of a text; `None` when a character is not in the alphabet.
pub(in super::super) fn septets(text: &str) -> Option<Vec<u8>> {
    let mut list = Vec::new();
    for character in text.chars() {
        if let Some(at) = BASIC.iter().position(|&known| known == character && known != '\u{1B}') {
            list.push(u8::try_from(at).ok()?);
        } else {
            let (septet, _) = EXTENSION.iter().find(|entry| entry.1 == character)?;
            list.extend([ESCAPE, *septet]);
        }
    }
    Some(list)
}

/// The text of septets; what is not in the tables becomes a blank, as 23.038 says.
pub(in super::super) fn text_of(septets: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = septets.iter();
    while let Some(&septet) = rest.next() {
        if septet == ESCAPE {
            let Some(&next) = rest.next() else { break };
            text.push(EXTENSION.iter().find(|entry| entry.0 == next).map_or(' ', |entry| entry.1));
        } else {
            text.push(BASIC.get(usize::from(septet & 0x7F)).copied().unwrap_or(' '));
        }
    }
    text
}

/// Packs septets into octets, after `fill` bits that the header left.
pub(in super::super) fn pack(septets: &[u8], fill: usize) -> Vec<u8> {
    let bits = fill + septets.len() * 7;
    let mut octets = vec![0_u8; bits.div_ceil(8)];
    for (index, septet) in septets.iter().enumerate() {
        let bit = fill + index * 7;
        let wide = u16::from(septet & 0x7F) << (bit % 8);
        let [low, high] = wide.to_le_bytes();
        for (at, part) in [(bit / 8, low), (bit / 8 + 1, high)] {
            if let Some(octet) = octets.get_mut(at) {
                *octet |= part;
            }
        }
    }
    octets
}

/// The reverse of [`pack`]: at most `count` septets.
pub(in super::super) fn unpack(octets: &[u8], count: usize, fill: usize) -> Vec<u8> {
    let octet = |at: usize| u16::from(octets.get(at).copied().unwrap_or(0));
    let available = (octets.len() * 8).saturating_sub(fill) / 7;
    (0..count.min(available))
        .map(|index| {
            let bit = fill + index * 7;
            let wide = octet(bit / 8) | octet(bit / 8 + 1) << 8;
            (wide >> (bit % 8)).to_le_bytes()[0] & 0x7F
        })
        .collect()
}

/// Big-endian UTF-16, as the network's UCS2.
pub(in super::super) fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// The text of UCS2 octets.
pub(in super::super) fn text_of_ucs2(octets: &[u8]) -> String {
    let units: Vec<u16> =
        octets.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte))).collect();
    String::from_utf16_lossy(&units)
}

/// Octets of hexadecimal text; `None` when it is none.
pub(in super::super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(digits).ok()
}

/// Capital hexadecimal, as the modem prints it.
pub(in super::super) fn to_hex(octets: &[u8]) -> String {
    hex::encode_upper(octets)
}

/// What the host typed in the character set of `AT+CSCS`; `None` when it does not fit the set.
pub(in super::super) fn typed(set: &str, bytes: &[u8]) -> Option<String> {
    match set {
        "UCS2" => Some(text_of_ucs2(&from_hex(bytes)?)),
        "HEX" => Some(text_of(&from_hex(bytes)?)),
        "GSM" => Some(text_of(bytes)),
        _ => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// Text as the host sees it in the character set of `AT+CSCS`.
pub(in super::super) fn shown(set: &str, text: &str) -> Vec<u8> {
    let latin = |character: char| u8::try_from(u32::from(character)).unwrap_or(b'?');
    match set {
        "UCS2" => to_hex(&ucs2(text)).into_bytes(),
        "HEX" => to_hex(&septets(text).unwrap_or_else(|| ucs2(text))).into_bytes(),
        "GSM" => septets(text).unwrap_or_else(|| to_hex(&ucs2(text)).into_bytes()),
        "IRA" if !text.is_ascii() && septets(text).is_none() => to_hex(&ucs2(text)).into_bytes(),
        "IRA" => text.chars().map(|character| if character.is_ascii() { latin(character) } else { b'?' }).collect(),
        _ => text.chars().map(latin).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packs_as_the_known_example() {
        assert_eq!(to_hex(&pack(&septets("hellohello").unwrap(), 0)), "E8329BFD4697D9EC37");
        assert_eq!(text_of(&unpack(&from_hex(b"E8329BFD4697D9EC37").unwrap(), 10, 0)), "hellohello");
        assert_eq!(septets("a€@").unwrap(), [0x61, 0x1B, 0x65, 0x00]);
        assert_eq!(septets("Привет"), None);
    }

    proptest! {
        #[test]
        fn packing_is_undone(septets in proptest::collection::vec(0_u8..128, 0..200), fill in 0_usize..7) {
            let packed = pack(&septets, fill);
            prop_assert_eq!(unpack(&packed, septets.len(), fill), septets);
        }

        #[test]
        fn ucs2_is_undone(text in "\\PC{0,50}") {
            prop_assert_eq!(text_of_ucs2(&ucs2(&text)), text);
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            for set in ["UCS2", "HEX", "GSM", "IRA", "8859-1"] {
                if let Some(text) = typed(set, &bytes) {
                    shown(set, &text);
                }
            }
        }
    }
}
