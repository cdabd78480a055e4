//! What is appended to a line that is sent.

use std::fmt;
use std::str::FromStr;

use super::hints::has_text_tag;
use super::{Mode, NotationError, parse, print};

/// A line ending, as chosen in the send box or with `--ending`.
///
/// Its text form ([`fmt::Display`], [`FromStr`]) is `none`, `cr`, `lf`, `crlf`, `1a`, or notation.
///
/// ```
/// use modemscope::notation::LineEnding;
/// assert_eq!("cr".parse(), Ok(LineEnding::Cr));
/// assert_eq!("0x1A".parse(), Ok(LineEnding::Sub));
/// assert_eq!(r"\r\x00".parse(), Ok(LineEnding::Free(b"\r\0".to_vec())));
/// assert_eq!(LineEnding::CrLf.bytes(), b"\r\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// Nothing.
    None,
    /// Carriage return, what the SIM800L ends a command with (manual section 2.2.17: S3 is fixed at 13).
    #[default]
    Cr,
    /// Line feed.
    Lf,
    /// Both.
    CrLf,
    /// 0x1A, Ctrl+Z: ends the data after a `> ` prompt.
    Sub,
    /// Any bytes.
    Free(Vec<u8>),
}

impl LineEnding {
    /// Those that have a name, in the order of the picker.
    pub(crate) const NAMED: [Self; 5] = [Self::None, Self::Cr, Self::Lf, Self::CrLf, Self::Sub];

    /// The bytes it appends.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::None => b"",
            Self::Cr => b"\r",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::Sub => b"\x1A",
            Self::Free(bytes) => bytes,
        }
    }

    /// What the picker says.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Cr => "CR".to_owned(),
            Self::Lf => "LF".to_owned(),
            Self::CrLf => "CR LF".to_owned(),
            Self::Sub => "1A".to_owned(),
            Self::Free(bytes) => print(bytes),
        }
    }
}

impl From<Vec<u8>> for LineEnding {
    /// The named ending of these bytes where there is one.
    fn from(bytes: Vec<u8>) -> Self {
        Self::NAMED.into_iter().find(|ending| ending.bytes() == bytes).unwrap_or(Self::Free(bytes))
    }
}

impl fmt::Display for LineEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Cr => "cr",
            Self::Lf => "lf",
            Self::CrLf => "crlf",
            Self::Sub => "1a",
            Self::Free(bytes) => {
                let text = print(bytes);
                // A word made of letters would be taken for a mistyped name when it is read back.
                return if is_word(&text) {
                    write!(f, "\\x{{{}}}", super::print_hex(bytes))
                } else {
                    f.write_str(&text)
                };
            }
        })
    }
}

impl FromStr for LineEnding {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let named = match text.trim().to_ascii_lowercase().as_str() {
            "" | "none" => Some(Self::None),
            "cr" => Some(Self::Cr),
            "lf" => Some(Self::Lf),
            "crlf" | "cr+lf" | "cr lf" => Some(Self::CrLf),
            "1a" | "0x1a" | "sub" | "^z" | "ctrl+z" | "ctrl-z" => Some(Self::Sub),
            _ => None,
        };
        if let Some(named) = named {
            return Ok(named);
        }
        // No line ends in the text `<0G>` or `<1A`: a byte was meant.
        if is_word(text) || has_text_tag(text) {
            return Err(NotationError {
                column: 1,
                found: format!("`{text}`"),
                help: r"write none, cr, lf, crlf, 1a, or bytes such as \r\n".to_owned(),
            });
        }
        Ok(Self::from(parse(text, Mode::Mixed)?))
    }
}

/// Letters and digits only, or blanks: no bytes that somebody spelled out.
fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || c == '+' || c == '-')
        || text.trim().eq_ignore_ascii_case("^z")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_notation() {
        for (text, bytes) in [
            ("none", &b""[..]),
            ("CR", b"\r"),
            ("lf", b"\n"),
            ("CR+LF", b"\r\n"),
            (r"\r\n", b"\r\n"),
            ("1A", b"\x1A"),
            ("ctrl+z", b"\x1A"),
            ("<SUB>", b"\x1A"),
            (";", b";"),
        ] {
            assert_eq!(text.parse::<LineEnding>().unwrap().bytes(), bytes, "{text}");
        }
        assert_eq!(r"\r\n".parse(), Ok(LineEnding::CrLf));
        assert_eq!(
            "crr".parse::<LineEnding>().unwrap_err().to_string(),
            r"column 1: found `crr`; write none, cr, lf, crlf, 1a, or bytes such as \r\n"
        );
        for wrong in [r"\q", "<0G>", "<1A", "<crlf>"] {
            assert!(wrong.parse::<LineEnding>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn text_form_round_trips(bytes in proptest::collection::vec(any::<u8>(), 0..5)) {
            let ending = LineEnding::from(bytes);
            prop_assert_eq!(ending.to_string().parse(), Ok(ending));
        }

        #[test]
        fn ascii_text_form_round_trips(text in "[a-zA-Z0-9^+ \\-\r\n]{0,4}") {
            let ending = LineEnding::from(text.into_bytes());
            prop_assert_eq!(ending.to_string().parse(), Ok(ending));
        }
    }
}
