//! What a program has written down as hex digits: `41 54 2B 43 50 49 4E 3D …`, as a trace of what it sent.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::SecretFinder;
use crate::modem::Direction;

/// `AT` and more, as pairs of digits, dense or apart.
static SPELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i-u)\b(?:0x)?(?:41|61)[ :,]*(?:0x)?(?:54|74)(?:[ :,]*(?:0x)?[0-9a-f]{2}){4,}").ok()
});

/// Any bytes, eight at least: no word and no number is that long.
static BYTES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i-u)\b(?:0x)?[0-9a-f]{2}(?:[ :,]{0,2}(?:0x)?[0-9a-f]{2}){7,}").ok());

/// Where the digits of secrets stand in a line.
pub(crate) fn secrets(line: &[u8]) -> Vec<Range<usize>> {
    in_digits(SPELLED.as_ref(), line, |bytes| SecretFinder::default().find(Direction::Tx, bytes))
}

/// Where the digits stand of what `find` finds in any bytes that a line spells.
pub(super) fn in_bytes(line: &[u8], find: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    in_digits(BYTES.as_ref(), line, find)
}

/// Where the digits stand of what `find` finds in the bytes that they mean.
fn in_digits(regex: Option<&Regex>, line: &[u8], find: impl Fn(&[u8]) -> Vec<Range<usize>>) -> Vec<Range<usize>> {
    let digit = |at: &usize| line.get(*at).is_some_and(u8::is_ascii_hexdigit) && line.get(at + 1) != Some(&b'x');
    let value = |at: usize| line.get(at).and_then(|digit| char::from(*digit).to_digit(16)).unwrap_or_default();
    let mut all = Vec::new();
    for spelled in regex.into_iter().flat_map(|regex| regex.find_iter(line)) {
        let places: Vec<usize> = spelled.range().filter(digit).collect();
        let pairs: Vec<_> = places.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
        let byte = |(high, low): &(usize, usize)| u8::try_from(value(*high) << 4 | value(*low)).ok();
        let bytes: Vec<u8> = pairs.iter().filter_map(byte).collect();
        let in_line =
            |range: Range<usize>| Some(pairs.get(range.start)?.0..pairs.get(range.end.checked_sub(1)?)?.1 + 1);
        all.extend(find(&bytes).into_iter().filter_map(in_line));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_in_hex_digits_is_found_where_it_stands() {
        let found = |line: &str| -> Vec<String> {
            secrets(line.as_bytes()).into_iter().map(|range| line[range].to_owned()).collect()
        };
        assert_eq!(found("TX: 41542B4350494E3D313233340D"), ["31323334"]);
        assert_eq!(found("tx 41 54 2b 43 50 49 4e 3d 31 32 33 34 0d 0a"), ["31 32 33 34"]);
        assert_eq!(found("0x41,0x54,0x2B,0x43,0x50,0x49,0x4E,0x3D,0x31,0x32,0x0D"), ["31,0x32"]);
        assert!(found("41542B4353510D").is_empty() && found("4154 degrees, 41542B43").is_empty());
    }
}
