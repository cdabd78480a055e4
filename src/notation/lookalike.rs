//! Text that stands for a byte that was meant: people type `1A`, `^Z` or `\r` where the byte does not come of itself.
//!
//! Used by the send box, by the diagnoser (`terminator-typed-as-text`, `escape-typed-as-text`) and by hints. Finds,
//! never changes.

use std::ops::Range;

/// Text that looks like a byte that was meant (`1A`, `0x1A`, `^Z`, …), found at the end of what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// Byte range of the look-alike in the bytes examined.
    pub range: Range<usize>,
    /// The byte it stands for.
    pub byte: u8,
    /// The look-alike as typed.
    pub text: String,
    /// False where the same text is common in ordinary data (`26`, `38`, `&`, or `1A` at the end of a hex string):
    /// worth a word only while data is awaited, and nothing follows.
    pub certain: bool,
    /// Nothing but blanks and line ends stands around it.
    pub alone: bool,
}

/// Spellings of 0x1A that mean nothing else, in lower case. A longer one stands before one that it ends in.
const CERTAIN: [&str; 25] = [
    "<ctrl+z>", "<ctrl-z>", "<ctrl z>", "ctrl+z", "ctrl-z", "ctrl z", "<sub>", "<^z>", "^z", r"\u001a", r"\u{1a}",
    r"\x{1a}", r"\x1a", r"\032", "<0x1a>", "0x1a", "<1a>", "$1a", "#026", "#26", "(char)26", "char(26)", "chr(26)",
    "\u{241A}", "1ah",
];

/// Text at the end of `payload` that stands for 0x1A; blanks and line ends after it do not matter.
///
/// ```
/// use modemscope::notation::lookalike;
/// let found = lookalike(b"hello 0x1A\r\n").unwrap();
/// assert_eq!((found.byte, found.range, found.certain, found.alone), (0x1A, 6..10, true, false));
/// assert!(!lookalike(b"26").unwrap().certain); // Arduino's print(26)
/// assert_eq!(lookalike(b"in 2026"), None);
/// ```
#[must_use]
pub fn lookalike(payload: &[u8]) -> Option<Lookalike> {
    let end = payload.trim_ascii_end().len();
    let text = payload.get(..end)?;
    let (len, certain) = spelled(text).or_else(|| bare(text))?;
    let start = end - len;
    let alone = payload.get(..start)?.trim_ascii().is_empty();
    let spelling = payload.get(start..end)?;
    let text = String::from_utf8_lossy(spelling).into_owned();
    Some(Lookalike { range: start..end, byte: 0x1A, text, certain, alone })
}

fn spelled(text: &[u8]) -> Option<(usize, bool)> {
    let found = CERTAIN.iter().find(|spelling| ends_with_ignoring_case(text, spelling.as_bytes()))?;
    // `1Ah` glued to a word is no assembler's number.
    let glued = *found == "1ah" && text.iter().rev().nth(3).is_some_and(u8::is_ascii_alphanumeric);
    (!glued).then_some((found.len(), true))
}

/// The forms without any mark: hex `1A`, decimal `26`, `38` (what Arduino prints for 0x26) and `&` (which is 0x26).
fn bare(text: &[u8]) -> Option<(usize, bool)> {
    if text.ends_with(b"&") {
        return Some((1, false));
    }
    let word = text.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let before = text.len().checked_sub(2).map(|at| text.get(..at).unwrap_or_default())?;
    if ends_with_ignoring_case(text, b"1a") {
        let tail = text.get(text.len() - word..)?;
        let hex_string = word > 2 && tail.iter().all(u8::is_ascii_hexdigit);
        let number = before.last().is_some_and(u8::is_ascii_digit);
        return Some((2, !hex_string && !number));
    }
    let decimal = text.ends_with(b"26") || text.ends_with(b"38");
    let part_of_a_number = before.last().is_some_and(|byte| byte.is_ascii_digit() || b".,:/+-".contains(byte));
    (decimal && !part_of_a_number).then_some((2, false))
}

/// The characters of a line end, sent as text at the end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedLineEnd {
    /// Byte range in the bytes examined.
    pub range: Range<usize>,
    /// The bytes that were meant.
    pub bytes: Vec<u8>,
    /// As typed.
    pub text: String,
}

/// Spellings of CR and LF, in lower case.
const LINE_ENDS: [(&str, u8); 14] = [
    (r"\r", b'\r'),
    (r"\n", b'\n'),
    (r"\x0d", b'\r'),
    (r"\x0a", b'\n'),
    (r"\015", b'\r'),
    (r"\012", b'\n'),
    ("<cr>", b'\r'),
    ("<lf>", b'\n'),
    ("<0d>", b'\r'),
    ("<0a>", b'\n'),
    ("^m", b'\r'),
    ("^j", b'\n'),
    ("0x0d", b'\r'),
    ("0x0a", b'\n'),
];

/// The characters `\r`, `\n`, `<CR>`, … as text at the end of `command`, as many as stand there. Real line ends after
/// them do not matter.
///
/// ```
/// let found = modemscope::notation::typed_line_end(br"AT\r\n").unwrap();
/// assert_eq!((found.bytes.as_slice(), found.range), (&b"\r\n"[..], 2..6));
/// ```
#[must_use]
pub fn typed_line_end(command: &[u8]) -> Option<TypedLineEnd> {
    let end = command.trim_ascii_end().len();
    let mut start = end;
    let mut bytes = Vec::new();
    while let Some((len, byte)) = line_end_before(command.get(..start)?) {
        start -= len;
        bytes.insert(0, byte);
    }
    let text = String::from_utf8_lossy(command.get(start..end)?).into_owned();
    (!bytes.is_empty()).then_some(TypedLineEnd { range: start..end, bytes, text })
}

fn line_end_before(text: &[u8]) -> Option<(usize, u8)> {
    let (spelling, byte) = LINE_ENDS.iter().find(|(spelling, _)| ends_with_ignoring_case(text, spelling.as_bytes()))?;
    Some((spelling.len(), *byte))
}

/// ASCII case only; other bytes compare exactly.
fn ends_with_ignoring_case(text: &[u8], ending: &[u8]) -> bool {
    text.len()
        .checked_sub(ending.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(payloads: &[&str], expect: &Expect) {
        let line = |payload: &&str| {
            let found = lookalike(payload.as_bytes()).map_or("-".to_owned(), |found| {
                let (certain, alone) =
                    (if found.certain { "certain" } else { "weak" }, if found.alone { " alone" } else { "" });
                format!("{} {certain}{alone}", found.text)
            });
            format!("{:<20} {found}\n", payload.escape_debug().to_string())
        };
        expect.assert_eq(&payloads.iter().map(line).collect::<Vec<_>>().concat());
    }

    #[test]
    fn what_stands_for_1a() {
        check(
            &[
                "1A",
                "0x1A",
                r"\x1A",
                r"\032",
                r"\u001A",
                "^Z",
                "<1A>",
                "<SUB>",
                "<CTRL+Z>",
                "Ctrl+Z",
                "␚",
                "$1A",
                "#26",
                "#026",
                "26",
                "38",
                "&",
                "1a\r\n",
                "0X1a ",
                "^z",
                "<sub>",
                "ctrl-z",
                r"\x{1a}",
                "(char)26",
                "1Ah",
                "hello1A",
                "TEXT MESSAGE HERE1A",
                "hello 1A",
                "hello\r\n1A",
                "hello26",
                "hello 26",
                "a&",
                "x=1Ah",
            ],
            &expect![[r#"
                1A                   1A certain alone
                0x1A                 0x1A certain alone
                \\x1A                \x1A certain alone
                \\032                \032 certain alone
                \\u001A              \u001A certain alone
                ^Z                   ^Z certain alone
                <1A>                 <1A> certain alone
                <SUB>                <SUB> certain alone
                <CTRL+Z>             <CTRL+Z> certain alone
                Ctrl+Z               Ctrl+Z certain alone
                ␚                    ␚ certain alone
                $1A                  $1A certain alone
                #26                  #26 certain alone
                #026                 #026 certain alone
                26                   26 weak alone
                38                   38 weak alone
                &                    & weak alone
                1a\r\n               1a certain alone
                0X1a                 0X1a certain alone
                ^z                   ^z certain alone
                <sub>                <sub> certain alone
                ctrl-z               ctrl-z certain alone
                \\x{1a}              \x{1a} certain alone
                (char)26             (char)26 certain alone
                1Ah                  1Ah certain alone
                hello1A              1A certain
                TEXT MESSAGE HERE1A  1A certain
                hello 1A             1A certain
                hello\r\n1A          1A certain
                hello26              26 weak
                hello 26             26 weak
                a&                   & weak
                x=1Ah                1Ah certain
            "#]],
        );
    }

    #[test]
    fn ordinary_data() {
        check(
            &[
                "",
                "\r\n",
                "hello",
                "A",
                "flight 71A",
                "0021001A",
                "DEAD1A",
                "in 2026",
                "12:26",
                "3.38",
                "+38",
                "1A hello",
                "Alah",
                "B1Ah",
                "\u{1A}",
                "6",
                "é",
            ],
            &expect![[r#"
                                     -
                \r\n                 -
                hello                -
                A                    -
                flight 71A           1A weak
                0021001A             1A weak
                DEAD1A               1A weak
                in 2026              -
                12:26                -
                3.38                 -
                +38                  -
                1A hello             -
                Alah                 -
                B1Ah                 -
                \u{1a}               -
                6                    -
                é                    -
            "#]],
        );
    }

    #[test]
    fn typed_line_ends() {
        for (command, text, bytes) in [
            (r"AT\r", r"\r", &b"\r"[..]),
            (r"AT\r\n", r"\r\n", b"\r\n"),
            ("AT<CR><LF>\r\n", "<CR><LF>", b"\r\n"),
            ("AT0x0D", "0x0D", b"\r"),
            (r"AT\R", r"\R", b"\r"),
            ("AT^M", "^M", b"\r"),
        ] {
            let found = typed_line_end(command.as_bytes()).unwrap();
            assert_eq!((found.text.as_str(), found.bytes.as_slice()), (text, bytes));
        }
        for command in ["", "AT", "AT\r\n", "r", r"AT\r=1", "0D"] {
            assert_eq!(typed_line_end(command.as_bytes()), None, "{command}");
        }
    }

    proptest! {
        #[test]
        fn ranges_fit_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..12), tail in "[0-9axAXrn^zZ#$&<>\\\\ \r]{0,8}") {
            let payload = [bytes, tail.into_bytes()].concat();
            if let Some(found) = lookalike(&payload) {
                prop_assert!(payload.get(found.range.clone()).is_some_and(|range| !range.is_empty()));
            }
            if let Some(found) = typed_line_end(&payload) {
                prop_assert!(payload.get(found.range).is_some_and(|range| !range.is_empty()));
            }
        }
    }
}
