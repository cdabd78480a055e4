//! Fields of commands and answers, and shapes of values. Positions are byte ranges of the line.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// The arguments of a line from `start` on: split at commas outside quotes, quotes taken off.
pub(crate) fn arguments(line: &[u8], start: usize) -> Vec<Range<usize>> {
    let mut fields = Vec::new();
    let mut quoted = false;
    let mut begin = start;
    for (at, byte) in line.iter().enumerate().skip(start) {
        match byte {
            b'"' => quoted = !quoted,
            b',' | b';' if !quoted => {
                fields.push(trimmed(line, begin..at));
                begin = at + 1;
            }
            _ => {}
        }
    }
    fields.push(trimmed(line, begin..line.len()));
    fields
}

/// Without blanks and quotes around it.
pub(crate) fn trimmed(line: &[u8], range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end.min(line.len()));
    let drops = |byte: Option<&u8>| byte.is_some_and(|byte| b" \"\t".contains(byte));
    while start < end && drops(line.get(start)) {
        start += 1;
    }
    while end > start && drops(line.get(end - 1)) {
        end -= 1;
    }
    start..end
}

/// A phone number as people and modems write it, five digits at least.
pub(crate) fn is_number(field: &[u8]) -> bool {
    let digits = field.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 5
        && field
            .iter()
            .enumerate()
            .all(|(at, byte)| byte.is_ascii_digit() || b"*#".contains(byte) || (at == 0 && *byte == b'+'))
}

/// A whole PDU, or a text in UCS2: nothing but hex digits, and many.
pub(crate) fn is_long_hex(field: &[u8]) -> bool {
    field.len() >= 16 && field.len().is_multiple_of(2) && field.iter().all(u8::is_ascii_hexdigit)
}

/// IPv4, but for addresses that everybody has.
pub(crate) fn is_private_address(field: &[u8]) -> bool {
    let Some(address) = std::str::from_utf8(field).ok().and_then(|text| text.parse::<std::net::Ipv4Addr>().ok()) else {
        return false;
    };
    !address.is_loopback() && !address.is_unspecified() && !address.is_broadcast()
}

/// The Luhn check of ISO/IEC 7812, as IMEIs and SIM card numbers have it.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match at % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Runs of digits.
pub(crate) static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u)\+?[0-9]{8,32}[Ff]?").ok());
/// Codes of countries with more than one length of numbers (ITU-T E.164).
macro_rules! country {
    () => {
        r"(?:2(?:[07]|[1-689][0-9])|3(?:[0-469]|[578][0-9])|4(?:[013-9]|2[0-9])|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[789][0-9])|8(?:[1246]|[0578][0-9])|9(?:[0-58]|[679][0-9]))"
    };
}

/// Phone numbers as people write them: `+41 79 123 45 67`, `+41(0)79-123-45-67`, `0041 79 123 45 67`, `0041791234567`. Behind `00` stands
/// the code of a country, up to the first gap, or it is a column of figures that is filled up with zeros.
pub(crate) static SPACED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let numbers = [
        r"\+[0-9][0-9 ().-]{7,22}[0-9]",
        concat!(r"\b00", country!(), r"[ .-][0-9]{1,4}[ .-]?[0-9 .-]{4,16}[0-9]\b"),
        concat!(r"\b00", country!(), r"[0-9]{6,10}\b"),
        // North America; Russia and Kazakhstan.
        r"\b001[ .-]?[2-9][0-9]{2}[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}\b",
        r"\b007[ .-]?[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{2}[ .-]?[0-9]{2}\b",
    ];
    Regex::new(&format!("(?-u){}", numbers.join("|"))).ok()
});
/// Hardware addresses of Bluetooth and Wi-Fi.
pub(crate) static HARDWARE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i-u)\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b").ok());
/// IPv4 addresses.
pub(crate) static ADDRESSES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b").ok());
/// Numbers behind a word that says what they are, whatever their check digit: the word, and the number.
pub(crate) static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)\b(imei|imsi|iccid|eid|msisdn)(?:sv)?["']?[ \t]*[:=]?[ \t]*["']?(\+?[0-9]{14,32}F?)\b"#).ok()
});

/// A number without the blanks and marks that people put in.
pub(crate) fn compact(number: &[u8]) -> Vec<u8> {
    number.iter().copied().filter(|byte| !b" ().-/".contains(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_shapes() {
        let line = br#"+CMGR: "REC READ","+41791234567",,"25/01/01,10:00:00+04""#;
        let fields: Vec<String> =
            arguments(line, 6).into_iter().map(|range| String::from_utf8_lossy(&line[range]).into_owned()).collect();
        assert_eq!(fields, ["REC READ", "+41791234567", "", "25/01/01,10:00:00+04"]);
        for (field, expect) in
            [("+41791234567", true), ("12345", true), ("1234", false), ("*101#", false), ("12+345", false), ("", false)]
        {
            assert_eq!(is_number(field.as_bytes()), expect, "{field}");
        }
        let spaced = |line: &str| SPACED.as_ref().unwrap().find(line.as_bytes()).is_some();
        for number in ["0041 79 123 45 67", "0041791234567", "00423 123 45 67", "001 212 555 0123", "0012125550123"] {
            assert!(spaced(number), "{number}");
        }
        for columns in
            ["00123 456 789 0123", "0012 34 56 7890", "00147 22 1013 998", "001.50 002.75 003.25", "001234567890"]
        {
            assert!(!spaced(columns), "{columns}");
        }
        assert!(luhn(b"490154203237518") && !luhn(b"490154203237519"));
        assert!(is_private_address(b"10.1.2.3") && !is_private_address(b"0.0.0.0") && !is_private_address(b"1.2.3"));
    }
}
