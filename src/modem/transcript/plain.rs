//! How the characters and lines of a text are written: UTF-16, lines that end in CR alone, the colours of a terminal, the
//! source of a page, dots in the place of control characters.
//!
//! Line numbers stay as an editor shows them.

use std::borrow::Cow;

use super::{dotted, html};

/// Which byte of a character comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wide {
    /// As Windows writes it.
    Little,
    /// The other one.
    Big,
}

impl Wide {
    /// Whether a text that begins so is UTF-16: by its mark, or by the zeros of plain letters.
    #[must_use]
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        /// How many characters show it.
        const LOOKED_AT: usize = 64;
        match head {
            [0xFF, 0xFE, ..] => return Some(Self::Little),
            [0xFE, 0xFF, ..] => return Some(Self::Big),
            _ => {}
        }
        let (pairs, _) = head.get(..head.len().min(2 * LOOKED_AT))?.as_chunks::<2>();
        let letter = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let most = |fits: fn(&[u8; 2]) -> Option<u8>| {
            pairs.len() > 3 && pairs.iter().filter_map(fits).filter(|byte| letter(*byte)).count() * 8 >= pairs.len() * 7
        };
        if most(|pair| (pair[1] == 0).then_some(pair[0])) {
            Some(Self::Little)
        } else {
            most(|pair| (pair[0] == 0).then_some(pair[1])).then_some(Self::Big)
        }
    }

    /// The text as UTF-8; what is no character becomes U+FFFD.
    #[must_use]
    pub(crate) fn decode(self, text: &[u8]) -> Vec<u8> {
        let (pairs, _) = text.as_chunks::<2>();
        let units = pairs.iter().map(|pair| match self {
            Self::Little => u16::from_le_bytes(*pair),
            Self::Big => u16::from_be_bytes(*pair),
        });
        let text: String = char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text).into_bytes()
    }
}

/// A text in UTF-16 as UTF-8; any other stays.
#[must_use]
pub(super) fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    Wide::of(text).map_or(Cow::Borrowed(text), |wide| Cow::Owned(wide.decode(text)))
}

/// How a whole text is written, as its head shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Writing {
    /// Lines end in CR alone, as some terminals save them.
    only_returns: bool,
    /// It is the source of a page.
    html: bool,
    /// Control characters are shown as dots.
    dotted: bool,
}

impl Writing {
    #[must_use]
    pub(super) fn of(head: &[u8]) -> Self {
        let only_returns =
            memchr::memchr(b'\n', head).is_none() && memchr::memchr_iter(b'\r', head.trim_ascii()).next().is_some();
        Self { only_returns, html: html::is_html(head), dotted: dotted::used(head) }
    }

    /// The text with lines that end in LF and without what only colours or marks it.
    #[must_use]
    pub(super) fn plain(self, text: &[u8]) -> Cow<'_, [u8]> {
        let plain = uncoloured(text, self.only_returns);
        let plain = if self.html { Cow::Owned(html::shown(&plain)) } else { plain };
        if self.dotted { Cow::Owned(dotted::read(&plain)) } else { plain }
    }
}

fn uncoloured(text: &[u8], only_returns: bool) -> Cow<'_, [u8]> {
    let coloured = memchr::memmem::find(text, b"\x1B[").is_some();
    if !coloured && !only_returns {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let used = sequence(rest);
        if used == 0 {
            plain.push(if only_returns && *first == b'\r' { b'\n' } else { *first });
            rest = tail;
        } else {
            rest = rest.get(used..).unwrap_or_default();
        }
    }
    Cow::Owned(plain)
}

/// How long the sequence is that the text begins with: `ESC [`, numbers, a letter (ECMA-48, section 5.4).
fn sequence(text: &[u8]) -> usize {
    /// Longer ones are none.
    const LONGEST: usize = 24;
    let Some(inner) = text.strip_prefix(b"\x1B[") else { return 0 };
    let numbers = inner.iter().take(LONGEST).take_while(|byte| matches!(byte, b'0'..=b'?')).count();
    if inner.get(numbers).is_some_and(u8::is_ascii_alphabetic) { numbers + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_read() {
        let wide = |text: &str, mark: bool| -> Vec<u8> {
            let mark = mark.then_some(0xFEFF);
            mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        };
        assert_eq!(*decoded(&wide("AT\r\nOK ü\r\n", true)), *"AT\r\nOK ü\r\n".as_bytes());
        assert_eq!(*decoded(&wide("AT\r\nOK\r\n", false)), *b"AT\r\nOK\r\n");
        let turned: Vec<u8> = "AT\r\nOK".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(*decoded(&turned), *b"AT\r\nOK");
        for text in [&b"AT\r\nOK\r\n"[..], b"", b"\0\0\0\0\0\0\0\0", b"A\0"] {
            assert_eq!(*decoded(text), *text);
        }
    }

    #[test]
    fn colours_go_and_lines_end() {
        let plain = |text: &[u8]| Writing::of(text).plain(text).into_owned();
        assert_eq!(plain(b"\x1B[0;32mTX: AT\x1B[0m\n\x1BK"), b"TX: AT\n\x1BK");
        assert_eq!(plain(b"hello \x1B"), b"hello \x1B");
        assert_eq!(plain(b"AT\rOK\r"), b"AT\nOK\n");
        assert_eq!(plain(b"AT\r\n"), b"AT\r\n");
        assert_eq!(plain(b"AT\r"), b"AT\r");
        assert_eq!(plain(b"AT<br>OK<br>"), b"AT\nOK");
    }
}
