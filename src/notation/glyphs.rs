//! Received bytes as a log shows them: text with every control character visible.
//!
//! Nothing is obeyed: no escape sequence, no bidi control, no line break. What cannot be shown as itself is shown as a
//! control picture or as the notation's `<…>`, so the eye can tell every byte. Shown text is for reading; to copy
//! bytes use [`super::print()`].

use std::ops::Range;

use super::names::{glyph_from_byte, tag_from_byte};
use super::visible::Marks;

/// How bytes from 0x80 up are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decoding {
    /// As UTF-8; what is not valid is shown byte by byte.
    #[default]
    Utf8,
    /// Each byte is the character of its number (ISO 8859-1).
    Latin1,
    /// Not read at all: shown byte by byte.
    Bytes,
}

/// How control characters are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ControlStyle {
    /// `␍␊␚`.
    #[default]
    Glyphs,
    /// `<CR><LF><SUB>`.
    Names,
}

/// Bytes made visible: one line of text, and which bytes each stretch of it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text; holds no control, bidi or zero-width character.
    pub text: String,
    /// In order, without gaps in the text or in the bytes.
    pub spans: Vec<Span>,
}

/// A stretch of shown text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Byte range in [`Shown::text`].
    pub text: Range<usize>,
    /// Byte range in the bytes shown. Within a [`SpanKind::Plain`] span each character shows the bytes it was read from; every
    /// other span shows its bytes as a whole.
    pub bytes: Range<usize>,
    /// What it is.
    pub kind: SpanKind,
}

/// What a stretch shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Characters as received.
    Plain,
    /// One control character, C0, DEL or C1.
    Control,
    /// The rest of an ANSI escape sequence, after its ESC.
    Ansi,
    /// A character that would hide or reorder text, shown as its bytes.
    Hidden,
    /// A byte from 0x80 up that is shown as a byte: not valid UTF-8, or [`Decoding::Bytes`].
    Byte,
    /// Part of a UTF-8 character that the edge of the slice cut; no damage.
    Cut,
}

impl Shown {
    fn push(&mut self, text: &str, bytes: Range<usize>, kind: SpanKind) {
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        match self.spans.last_mut() {
            Some(last) if last.kind == kind && matches!(kind, SpanKind::Plain | SpanKind::Ansi) => {
                last.text.end = end;
                last.bytes.end = bytes.end;
            }
            _ => self.spans.push(Span { text: start..end, bytes, kind }),
        }
    }
}

/// Shows `bytes`. A UTF-8 character cut by either edge of the slice is shown as its bytes and marked
/// [`SpanKind::Cut`].
///
/// ```
/// use modemscope::notation::{ControlStyle, Decoding, show};
/// let bytes = b"\r\n> hi\x1A\x7F \x1B[1mred\xE9 \xC2\x85";
/// assert_eq!(show(bytes, Decoding::Utf8, ControlStyle::Glyphs).text, "␍␊> hi␚␡ ␛[1mred<E9> <C2 85>");
/// assert_eq!(
///     show(bytes, Decoding::Latin1, ControlStyle::Names).text,
///     "<CR><LF>> hi<SUB><DEL> <ESC>[1mredé Â<85>"
/// );
/// ```
#[must_use]
pub fn show(bytes: &[u8], decoding: Decoding, controls: ControlStyle) -> Shown {
    let mut view = View { shown: Shown::default(), controls, marks: Marks::default(), ansi: Ansi::Outside };
    match decoding {
        Decoding::Utf8 => view.utf8(bytes),
        Decoding::Latin1 => view.single(bytes, true),
        Decoding::Bytes => view.single(bytes, false),
    }
    view.shown
}

/// Where in an escape sequence the next character stands (ECMA-48: CSI parameters, intermediates, final byte).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ansi {
    Outside,
    AfterEscape,
    Csi,
}

struct View {
    shown: Shown,
    controls: ControlStyle,
    marks: Marks,
    ansi: Ansi,
}

impl View {
    fn utf8(&mut self, bytes: &[u8]) {
        // Up to three continuation bytes at the start belong to a character that began before the slice.
        let cut = bytes.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
        for (at, byte) in bytes.iter().take(cut).enumerate() {
            self.byte(*byte, at, SpanKind::Cut);
        }
        let mut at = cut;
        let rest = bytes.get(cut..).unwrap_or_default();
        for chunk in rest.utf8_chunks() {
            for c in chunk.valid().chars() {
                let end = at + c.len_utf8();
                self.char(c, at..end, bytes);
                at = end;
            }
            let invalid = chunk.invalid();
            let at_the_end = at + invalid.len() == bytes.len();
            let kind = if at_the_end && begins_a_character(invalid) { SpanKind::Cut } else { SpanKind::Byte };
            for byte in invalid {
                self.byte(*byte, at, kind);
                at += 1;
            }
        }
    }

    fn single(&mut self, bytes: &[u8], latin1: bool) {
        for (at, byte) in bytes.iter().enumerate() {
            if byte.is_ascii() || latin1 {
                self.char(char::from(*byte), at..at + 1, bytes);
            } else {
                self.byte(*byte, at, SpanKind::Byte);
            }
        }
    }

    fn byte(&mut self, byte: u8, at: usize, kind: SpanKind) {
        self.marks.reset();
        self.ansi = Ansi::Outside;
        self.shown.push(&tag_from_byte(byte), at..at + 1, kind);
    }

    fn char(&mut self, c: char, at: Range<usize>, bytes: &[u8]) {
        if c.is_control() {
            self.marks.reset();
            self.ansi = if c == '\x1B' { Ansi::AfterEscape } else { Ansi::Outside };
            let code = u8::try_from(c).unwrap_or_default();
            let text = match (self.controls, glyph_from_byte(code)) {
                (ControlStyle::Glyphs, Some(glyph)) => glyph.to_string(),
                (ControlStyle::Names, Some(_)) => tag_from_byte(code),
                (_, None) => tag_from_bytes(bytes.get(at.clone()).unwrap_or_default()),
            };
            self.shown.push(&text, at, SpanKind::Control);
        } else if !self.marks.admit(c) {
            self.ansi = Ansi::Outside;
            let text = tag_from_bytes(bytes.get(at.clone()).unwrap_or_default());
            self.shown.push(&text, at, SpanKind::Hidden);
        } else {
            let kind = if self.continues_sequence(c) { SpanKind::Ansi } else { SpanKind::Plain };
            self.shown.push(c.encode_utf8(&mut [0; 4]), at, kind);
        }
    }

    /// True while `c` belongs to the escape sequence begun by an ESC.
    fn continues_sequence(&mut self, c: char) -> bool {
        let (inside, next) = match (self.ansi, c) {
            (Ansi::AfterEscape, ' '..='/') => (true, Ansi::AfterEscape),
            (Ansi::AfterEscape, '[') | (Ansi::Csi, ' '..='?') => (true, Ansi::Csi),
            (Ansi::AfterEscape, '0'..='~') | (Ansi::Csi, '@'..='~') => (true, Ansi::Outside),
            _ => (false, Ansi::Outside),
        };
        self.ansi = next;
        inside
    }
}

/// `<E2 80 AE>`.
fn tag_from_bytes(bytes: &[u8]) -> String {
    format!("<{}>", super::print_hex(bytes))
}

/// True for the head of a UTF-8 character whose rest is missing; `utf8_chunks` puts just such a head into one chunk.
fn begins_a_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn table(bytes: &[u8], decoding: Decoding, controls: ControlStyle) -> String {
        let shown = show(bytes, decoding, controls);
        let line = |span: &Span| {
            let (bytes, text) = (&bytes[span.bytes.clone()], &shown.text[span.text.clone()]);
            // Marks as numbers: the table itself stays easy to read.
            let text = text.replace('\u{301}', "+U+0301");
            format!("{:?} {} {text}\n", span.kind, super::super::print_hex(bytes))
        };
        shown.spans.iter().map(line).collect::<Vec<_>>().concat()
    }

    fn check(bytes: &[u8], expect: &Expect) {
        expect.assert_eq(&table(bytes, Decoding::Utf8, ControlStyle::Glyphs));
    }

    #[test]
    fn ugly_bytes() {
        check(
            b"\xAC\x82ok\xE2\x82",
            &expect![[r#"
            Cut AC <AC>
            Cut 82 <82>
            Plain 6F 6B ok
            Cut E2 <E2>
            Cut 82 <82>
        "#]],
        );
        check(
            b"\x80\x80\x80\x80\xC3(\xFF\xE2",
            &expect![[r#"
            Cut 80 <80>
            Cut 80 <80>
            Cut 80 <80>
            Byte 80 <80>
            Byte C3 <C3>
            Plain 28 (
            Byte FF <FF>
            Cut E2 <E2>
        "#]],
        );
        check(
            "\u{202E}abc\u{200B}\u{AD}\u{85}".as_bytes(),
            &expect![[r#"
            Hidden E2 80 AE <E2 80 AE>
            Plain 61 62 63 abc
            Hidden E2 80 8B <E2 80 8B>
            Hidden C2 AD <C2 AD>
            Control C2 85 <C2 85>
        "#]],
        );
        check(
            "\u{301}e\u{301}\u{301}\u{301}\u{301}\u{301}".as_bytes(),
            &expect![[r#"
            Hidden CC 81 <CC 81>
            Plain 65 CC 81 CC 81 CC 81 CC 81 e+U+0301+U+0301+U+0301+U+0301
            Hidden CC 81 <CC 81>
        "#]],
        );
        check(
            b"\x1B[2J\x1B[1;31mred\x1B(B\x1B\x1Bc\x1B[3\r0m",
            &expect![[r#"
            Control 1B ␛
            Ansi 5B 32 4A [2J
            Control 1B ␛
            Ansi 5B 31 3B 33 31 6D [1;31m
            Plain 72 65 64 red
            Control 1B ␛
            Ansi 28 42 (B
            Control 1B ␛
            Control 1B ␛
            Ansi 63 c
            Control 1B ␛
            Ansi 5B 33 [3
            Control 0D ␍
            Plain 30 6D 0m
        "#]],
        );
    }

    #[test]
    fn decodings() {
        let bytes = "é\x1A\u{FEFF}".as_bytes();
        let mut all = Vec::new();
        for decoding in [Decoding::Utf8, Decoding::Latin1, Decoding::Bytes] {
            for controls in [ControlStyle::Glyphs, ControlStyle::Names] {
                all.push(format!("{decoding:?} {controls:?} {}\n", show(bytes, decoding, controls).text));
            }
        }
        expect![[r#"
            Utf8 Glyphs é␚<EF BB BF>
            Utf8 Names é<SUB><EF BB BF>
            Latin1 Glyphs Ã©␚ï»¿
            Latin1 Names Ã©<SUB>ï»¿
            Bytes Glyphs <C3><A9>␚<EF><BB><BF>
            Bytes Names <C3><A9><SUB><EF><BB><BF>
        "#]]
        .assert_eq(&all.concat());
    }

    proptest! {
        #[test]
        fn spans_cover_text_and_bytes_and_hide_nothing(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                any::<String>().prop_map(String::into_bytes),
            ],
            cut in 0..8_usize,
        ) {
            let bytes = bytes.get(cut..).unwrap_or_default();
            for decoding in [Decoding::Utf8, Decoding::Latin1, Decoding::Bytes] {
                for controls in [ControlStyle::Glyphs, ControlStyle::Names] {
                    let shown = show(bytes, decoding, controls);
                    let (mut text, mut byte) = (0, 0);
                    for span in &shown.spans {
                        prop_assert_eq!((span.text.start, span.bytes.start), (text, byte));
                        (text, byte) = (span.text.end, span.bytes.end);
                    }
                    prop_assert_eq!((text, byte), (shown.text.len(), bytes.len()));
                    prop_assert!(!shown.text.chars().any(char::is_control));
                }
            }
        }
    }
}
