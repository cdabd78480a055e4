//! Which characters can be shown as they are, and which would hide, reorder or disturb what stands around them.

use std::fmt::Write as _;

/// How a character behaves on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visibility {
    /// Shows as itself.
    Plain,
    /// Shows on the character before it: combining marks.
    Combining,
    /// Controls, bidi and zero-width characters, blanks that look like other blanks, unassigned and private ones.
    Hidden,
}

/// More marks than this on one character hide it; the rest is shown as bytes. Vietnamese needs 2, Tibetan 4.
pub(super) const MAX_MARKS: usize = 4;

/// How `c` behaves on a screen. Follows the Unicode tables behind [`char::escape_debug`] (Cc, Cf, Cn, Co, Zl, Zp and Zs but
/// the space are not printable), and adds the letters and marks that draw nothing.
pub(super) fn visibility(c: char) -> Visibility {
    if c.is_ascii() {
        return if c.is_ascii_control() { Visibility::Hidden } else { Visibility::Plain };
    }
    if draws_nothing(c) {
        return Visibility::Hidden;
    }
    if c.escape_debug().len() == 1 {
        return Visibility::Plain;
    }
    // A single `char` escapes combining marks too; inside a string, after a letter, they are kept.
    let mut buffer = [b'a', 0, 0, 0, 0];
    let used = buffer.get_mut(1..).map_or(0, |rest| c.encode_utf8(rest).len());
    let kept = buffer
        .get(..=used)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .is_some_and(|text| text.escape_debug().count() == 2);
    if kept { Visibility::Combining } else { Visibility::Hidden }
}

/// Printable by category, yet without ink: `Default_Ignorable_Code_Point` outside Cf, and the blank Braille pattern.
fn draws_nothing(c: char) -> bool {
    matches!(c,
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2800}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// Counts marks, so that a mark without a base, or one too many, is shown as bytes.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Marks since the base; `None` where there is no base to sit on.
    since_base: Option<usize>,
}

impl Marks {
    /// Nothing to sit on from here: the start, or an escape.
    pub(super) fn reset(&mut self) {
        self.since_base = None;
    }

    /// True if `c` can stand as it is, given what stood before it.
    pub(super) fn admit(&mut self, c: char) -> bool {
        self.since_base = match (visibility(c), self.since_base) {
            (Visibility::Plain, _) => Some(0),
            (Visibility::Combining, Some(marks)) if marks < MAX_MARKS => Some(marks + 1),
            _ => None,
        };
        self.since_base.is_some()
    }
}

/// `text` as a message may quote it, whatever file, device or person it came from: line ends stay, what would control the
/// terminal, hide or reorder what stands around it becomes a glyph or `U+…`.
///
/// ```
/// use modemscope::notation::harmless;
/// assert_eq!(harmless("a\x1b[2J\u{9b}31m\u{202e}b\nc"), "a␛[2JU+009B31mU+202Eb\nc");
/// ```
#[must_use]
pub fn harmless(text: &str) -> String {
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// `text` for a message: what cannot be shown becomes `U+…`.
pub(super) fn shown(text: &str) -> String {
    let mut marks = Marks::default();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if marks.admit(c) {
            out.push(c);
        } else if let Some(glyph) = u8::try_from(c).ok().and_then(super::names::glyph_from_byte) {
            out.push(glyph);
        } else {
            let _ = write!(out, "U+{:04X}", u32::from(c));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_deceive_is_hidden() {
        for c in [
            '\0',
            '\x1A',
            '\x7F',
            '\u{85}',
            '\u{A0}',
            '\u{AD}',
            '\u{200B}',
            '\u{200D}',
            '\u{202E}',
            '\u{2066}',
            '\u{2028}',
            '\u{3000}',
            '\u{FEFF}',
            '\u{FE0F}',
            '\u{3164}',
            '\u{E0001}',
            '\u{E000}',
            '\u{10FFFF}',
            '\u{FFF9}',
            '\u{34F}',
        ] {
            assert_eq!(visibility(c), Visibility::Hidden, "U+{:04X}", u32::from(c));
        }
        for c in ['a', ' ', '~', '"', '\'', '\\', 'é', 'ß', '中', '€', '␚', '😀', 'ก'] {
            assert_eq!(visibility(c), Visibility::Plain, "{c}");
        }
        for c in ['\u{301}', '\u{E31}', '\u{94D}'] {
            assert_eq!(visibility(c), Visibility::Combining, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn marks_need_a_base_and_do_not_pile_up() {
        let mut marks = Marks::default();
        assert!(!marks.admit('\u{301}'));
        assert!(marks.admit('e'));
        assert!((0..MAX_MARKS).all(|_| marks.admit('\u{301}')));
        assert!(!marks.admit('\u{301}'));
        assert!(marks.admit('e'));
        marks.reset();
        assert!(!marks.admit('\u{301}'));
    }
}
