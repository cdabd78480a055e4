//! Bytes to notation. What is printed here, [`super::parse`] reads back to the same bytes.

use std::fmt::Write as _;

use super::visible::Marks;

/// Prints bytes so that [`super::parse`] in [`super::Mode::Mixed`] gives them back: `\r \n \t \e \\ \<`, printable UTF-8
/// as it is, all else `\xHH`.
///
/// ```
/// use modemscope::notation::print;
/// assert_eq!(print(b"AT\r"), r"AT\r");
/// assert_eq!(print(b"\t\n\x1B\\<\0\x0C\x1A\x7F\xFF"), r"\t\n\e\\\<\x00\x0C\x1A\x7F\xFF");
/// assert_eq!(print("25 \u{20AC}, \u{202E}".as_bytes()), "25 \u{20AC}, \\xE2\\x80\\xAE");
/// assert_eq!(print(b"${x}"), "${x}");
/// ```
#[must_use]
pub fn print(bytes: &[u8]) -> String {
    print_with(bytes, false)
}

/// Like [`print()`], for the text of a macro: `$` is written `\$`, so that `${` stays literal.
///
/// ```
/// assert_eq!(modemscope::notation::print_macro(b"${x} <\x1A"), r"\${x} \<\x1A");
/// ```
#[must_use]
pub fn print_macro(bytes: &[u8]) -> String {
    print_with(bytes, true)
}

/// Hex pairs in upper case, one blank between them. [`super::Mode::Hex`] reads it.
///
/// ```
/// assert_eq!(modemscope::notation::print_hex(b"\x1A\r"), "1A 0D");
/// ```
#[must_use]
pub fn print_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        let _ = write!(out, "{}{byte:02X}", if index == 0 { "" } else { " " });
    }
    out
}

/// The initialiser of a C array, 12 bytes a line where one line does not do.
///
/// ```
/// assert_eq!(modemscope::notation::print_c_array(b"AT\r"), "{ 0x41, 0x54, 0x0D }");
/// assert_eq!(modemscope::notation::print_c_array(b""), "{ }");
/// ```
#[must_use]
pub fn print_c_array(bytes: &[u8]) -> String {
    const PER_LINE: usize = 12;
    let lines: Vec<String> = bytes
        .chunks(PER_LINE)
        .map(|line| line.iter().map(|byte| format!("0x{byte:02X}")).collect::<Vec<_>>().join(", "))
        .collect();
    match lines.as_slice() {
        [] => "{ }".to_owned(),
        [line] => format!("{{ {line} }}"),
        lines => format!("{{\n  {},\n}}", lines.join(",\n  ")),
    }
}

fn print_with(bytes: &[u8], escape_dollar: bool) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut marks = Marks::default();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let escape = match c {
                '\r' => r"\r",
                '\n' => r"\n",
                '\t' => r"\t",
                '\x1B' => r"\e",
                '\\' => r"\\",
                '<' => r"\<",
                '$' if escape_dollar => r"\$",
                c => {
                    if marks.admit(c) {
                        out.push(c);
                    } else {
                        push_hex(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    continue;
                }
            };
            out.push_str(escape);
            marks.reset();
        }
        if !chunk.invalid().is_empty() {
            push_hex(&mut out, chunk.invalid());
            marks.reset();
        }
    }
    out
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "\\x{byte:02X}");
    }
}

/// A number of bytes, in words: `1 byte`, `12 bytes`.
#[must_use]
pub(crate) fn in_bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::notation::{Mode, parse};

    #[test]
    fn a_long_array_is_wrapped() {
        assert_eq!(
            print_c_array(b"0123456789ABC"),
            "{\n  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x41, 0x42,\n  0x43,\n}"
        );
    }

    #[test]
    fn every_byte_and_every_pair_comes_back() {
        for first in 0..=0xFF_u8 {
            for second in 0..=0xFF_u8 {
                let bytes = [first, second];
                assert_eq!(parse(&print(&bytes), Mode::Mixed).as_deref(), Ok(&bytes[..]));
            }
        }
    }

    fn ugly_bytes() -> impl Strategy<Value = Vec<u8>> {
        let word = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..6),
            any::<String>().prop_map(String::into_bytes),
            proptest::sample::select(vec![
                "\\", "<", ">", "<SUB>", "<1A>", "\\x1A", "\\x{", "}", "${", "$", "\u{301}", "^Z", "\\0", "7"
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
        ];
        proptest::collection::vec(word, 0..8).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn print_and_parse_round_trip(bytes in ugly_bytes()) {
            prop_assert_eq!(parse(&print(&bytes), Mode::Mixed), Ok(bytes.clone()));
            prop_assert_eq!(parse(&print_macro(&bytes), Mode::Mixed), Ok(bytes.clone()));
            prop_assert_eq!(parse(&print_hex(&bytes), Mode::Hex), Ok(bytes));
        }

        #[test]
        fn a_printed_macro_holds_no_parameter(bytes in ugly_bytes()) {
            prop_assert_eq!(crate::notation::parameter_start(&print_macro(&bytes)), None);
        }
    }
}
