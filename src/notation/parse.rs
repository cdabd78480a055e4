//! What people type, to bytes. Each piece of the result knows which characters gave it.

use std::ops::Range;

use super::names::byte_from_name;

/// How the send box reads what is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Every character is itself, as UTF-8.
    Text,
    /// Text with escapes (`\r`, `\x1A`, `\x{1A 0D}`) and names (`<SUB>`, `<^Z>`, `<1A 0D>`).
    #[default]
    Mixed,
    /// Hex digits only: `1A0D`, `1A 0D`, `0x1A,0x0D`, `$1A`, `1Ah`.
    Hex,
}

/// Why a text is not valid notation: where, what was found, what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: found {found}; {help}")]
pub struct NotationError {
    /// 1-based column, counted in characters.
    pub column: usize,
    /// What stands there, as a reader would quote it.
    pub found: String,
    /// What to write instead, a clause without a full stop.
    pub help: String,
}

impl NotationError {
    fn at(text: &str, range: Range<usize>, help: impl Into<String>) -> Self {
        let column = text.get(..range.start).map_or(0, |before| before.chars().count()) + 1;
        let quoted: String = text.get(range).unwrap_or_default().chars().take(20).collect();
        let found =
            if quoted.is_empty() { "the end".to_owned() } else { format!("`{}`", super::visible::shown(&quoted)) };
        Self { column, found, help: help.into() }
    }
}

/// A stretch of typed text and the bytes it stands for: one pill of the preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Byte range in the typed text.
    pub source: Range<usize>,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// Typed as an escape, a name or hex, rather than as plain characters.
    pub(crate) escaped: bool,
}

/// Reads `text` in `mode`.
///
/// # Errors
/// [`NotationError`] names the column, what was found, and what to write.
pub fn parse(text: &str, mode: Mode) -> Result<Vec<u8>, NotationError> {
    Ok(pieces(text, mode)?.into_iter().flat_map(|piece| piece.bytes).collect())
}

/// Like [`parse`], keeping which characters gave which bytes. The pieces stand in order and, separators of
/// [`Mode::Hex`] apart, cover the whole text.
///
/// # Errors
/// As [`parse`].
pub fn pieces(text: &str, mode: Mode) -> Result<Vec<Piece>, NotationError> {
    match mode {
        Mode::Text if text.is_empty() => Ok(Vec::new()),
        Mode::Text => Ok(vec![Piece { source: 0..text.len(), bytes: text.as_bytes().to_vec(), escaped: false }]),
        Mode::Mixed => mixed(text),
        Mode::Hex => hex(text),
    }
}

/// Where the first `${` of a macro's text stands that no backslash makes literal. Templates are split here before
/// the stretches between are parsed.
///
/// ```
/// use modemscope::notation::parameter_start;
/// assert_eq!(parameter_start("a ${x}"), Some(2));
/// assert_eq!(parameter_start(r"\${x} \\${x}"), Some(8));
/// ```
#[must_use]
pub fn parameter_start(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'$' if bytes.peek().is_some_and(|(_, next)| *next == b'{') => return Some(index),
            _ => {}
        }
    }
    None
}

/// A `<…>` in Mixed text: where it ends and, if it is one of ours, its bytes.
pub(super) struct Tag {
    /// Length with both brackets.
    pub(super) len: usize,
    /// `None` where it stays text.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Reads the `<…>` that `rest` begins with. `None` if nothing closes it before the next `<`.
pub(super) fn tag(rest: &str) -> Option<Tag> {
    let inside = rest.strip_prefix('<')?;
    let end = inside.find(['<', '>'])?;
    let (inside, closer) = inside.split_at_checked(end)?;
    if !closer.starts_with('>') {
        return None;
    }
    let bytes = tag_hex(inside).or_else(|| byte_from_name(inside).map(|byte| vec![byte]));
    Some(Tag { len: end + 2, bytes })
}

/// Hex pairs, blanks allowed between them. Letters alone only in upper case: `<dd>` and `<ba>` are HTML or text.
fn tag_hex(inside: &str) -> Option<Vec<u8>> {
    let letters_only = !inside.bytes().any(|byte| byte.is_ascii_digit());
    if inside.is_empty() || (letters_only && inside.bytes().any(|byte| byte.is_ascii_lowercase())) {
        return None;
    }
    let mut bytes = Vec::new();
    for word in inside.split(' ') {
        if word.is_empty() {
            return None;
        }
        bytes.extend(hex::decode(word).ok()?);
    }
    Some(bytes)
}

fn mixed(text: &str) -> Result<Vec<Piece>, NotationError> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let (len, escaped) = match c {
            '\\' => {
                let (len, bytes) = escape(text, at)?;
                (len, Some(bytes))
            }
            '<' => match tag(rest) {
                Some(Tag { len, bytes: Some(bytes) }) => (len, Some(bytes)),
                _ => (1, None),
            },
            c => (c.len_utf8(), None),
        };
        let source = at..at + len;
        at = source.end;
        match (escaped, pieces.last_mut()) {
            (Some(bytes), _) => pieces.push(Piece { source, bytes, escaped: true }),
            (None, Some(last)) if !last.escaped => {
                last.bytes.extend_from_slice(text.get(source.clone()).unwrap_or_default().as_bytes());
                last.source.end = source.end;
            }
            (None, _) => {
                let bytes = text.get(source.clone()).unwrap_or_default().as_bytes().to_vec();
                pieces.push(Piece { source, bytes, escaped: false });
            }
        }
    }
    Ok(pieces)
}

/// Reads the escape at byte `at`: its length with the backslash, and its bytes.
fn escape(text: &str, at: usize) -> Result<(usize, Vec<u8>), NotationError> {
    let after = text.get(at + 1..).unwrap_or_default();
    let Some(letter) = after.chars().next() else {
        return Err(NotationError::at(text, at..at + 1, r"write `\\` for a backslash"));
    };
    let byte = match letter {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        'e' => 0x1B,
        '\\' => b'\\',
        '<' => b'<',
        '$' => b'$',
        'x' => return hex_escape(text, at),
        '0' if !after.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => 0,
        _ => return Err(unknown_escape(text, at, letter)),
    };
    Ok((2, vec![byte]))
}

/// `\xHH` or `\x{HH HH}`.
fn hex_escape(text: &str, at: usize) -> Result<(usize, Vec<u8>), NotationError> {
    let after = text.get(at + 2..).unwrap_or_default();
    let Some(run) = after.strip_prefix('{') else {
        let digits = after.bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
        return match after.get(..digits).map(hex::decode) {
            Some(Ok(bytes)) if digits == 2 => Ok((4, bytes)),
            _ => Err(NotationError::at(
                text,
                at..at + 2 + digits,
                format!("`\\x` takes two hex digits, as in `\\x{:0>2}`", after.get(..digits).unwrap_or_default()),
            )),
        };
    };
    let Some(end) = run.find('}') else {
        return Err(NotationError::at(text, at..at + 3, r"close it with `}`, as in `\x{1A 0D}`"));
    };
    let start = at + 3;
    let inside = run.get(..end).unwrap_or_default();
    if inside.trim().is_empty() {
        return Err(NotationError::at(text, at..start + end + 1, r"put hex digits in it, as in `\x{1A 0D}`"));
    }
    let mut bytes = Vec::new();
    for (offset, word) in words(inside, |c| c == ' ') {
        let place = start + offset;
        if let Some((bad, c)) = word.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            let range = place + bad..place + bad + c.len_utf8();
            return Err(NotationError::at(text, range, r"only hex digits and blanks go here, as in `\x{1A 0D}`"));
        }
        match hex::decode(word) {
            Ok(decoded) => bytes.extend(decoded),
            Err(_) => return Err(NotationError::at(text, place..place + word.len(), odd_help(word))),
        }
    }
    Ok((3 + end + 1, bytes))
}

fn unknown_escape(text: &str, at: usize, letter: char) -> NotationError {
    let after = text.get(at + 1..).unwrap_or_default();
    let known = match letter {
        'a' => Some(0x07_u8),
        'b' => Some(0x08),
        'v' => Some(0x0B),
        'f' => Some(0x0C),
        _ => None,
    };
    if let Some(byte) = known {
        let help = format!("write `\\x{byte:02X}`, or `\\\\{letter}` for the two characters");
        return NotationError::at(text, at..at + 2, help);
    }
    if letter.is_ascii_digit() {
        // C reads `\032` as octal, people also mean decimal by it: 26 either way, so neither is guessed.
        let digits = after.bytes().take(3).take_while(u8::is_ascii_digit).count();
        let number = after.get(..digits).unwrap_or_default();
        let help = match (u8::from_str_radix(number, 8), number.parse::<u8>()) {
            (Ok(octal), Ok(decimal)) if octal != decimal => {
                format!("write `\\x{octal:02X}` for octal {number}, `\\x{decimal:02X}` for decimal")
            }
            (_, Ok(decimal)) => format!("write `\\x{decimal:02X}`"),
            _ => r"write the byte in hex, as in `\x1A`".to_owned(),
        };
        return NotationError::at(text, at..at + 1 + digits, help);
    }
    if letter == 'u' {
        let digits = after.bytes().skip(1).take(4).take_while(u8::is_ascii_hexdigit).count();
        let help = r"write the byte in hex, as in `\x1A`, or the character itself";
        return NotationError::at(text, at..at + 2 + digits, help);
    }
    let help = match letter {
        'R' | 'N' | 'T' | 'E' | 'X' => format!("write `\\{}`", letter.to_ascii_lowercase()),
        _ => r"write `\\` for a backslash, or one of \r \n \t \0 \e \xHH \< \$".to_owned(),
    };
    NotationError::at(text, at..at + 1 + letter.len_utf8(), help)
}

fn odd_help(word: &str) -> String {
    if word.len() == 1 {
        format!("a byte is two hex digits, so write `0{word}`")
    } else {
        "a byte is two hex digits, and one is missing or too many here".to_owned()
    }
}

/// The words of `text` with their byte offsets.
fn words(text: &str, separator: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = (usize, &str)> {
    text.split(separator)
        .scan(0, move |next, word| {
            let start = *next;
            let after = text.get(start + word.len()..).and_then(|rest| rest.chars().next());
            *next = start + word.len() + after.map_or(0, char::len_utf8);
            Some((start, word))
        })
        .filter(|(_, word)| !word.is_empty())
}

fn hex(text: &str) -> Result<Vec<Piece>, NotationError> {
    let mut pieces = Vec::new();
    for (start, word) in words(text, |c| c.is_whitespace() || matches!(c, ',' | ';')) {
        let (lead, rest) = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
            Some(rest) => (2, rest),
            None => word.strip_prefix('$').map_or((0, word), |rest| (1, rest)),
        };
        let digits = if lead == 0 { rest.strip_suffix(['h', 'H']).unwrap_or(rest) } else { rest };
        if let Some((bad, c)) = digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            let bad = start + lead + bad;
            return Err(NotationError::at(
                text,
                bad..bad + c.len_utf8(),
                "Hex mode takes pairs of 0-9 and A-F, as in `1A 0D`; use Mixed for text",
            ));
        }
        if digits.is_empty() {
            return Err(NotationError::at(text, start..start + word.len(), "hex digits belong here, as in `1A`"));
        }
        let Ok(bytes) = hex::decode(digits) else {
            return Err(NotationError::at(text, start..start + word.len(), odd_help(digits)));
        };
        let last = bytes.len() - 1;
        for (index, byte) in bytes.into_iter().enumerate() {
            let from = if index == 0 { start } else { start + lead + index * 2 };
            let to = if index == last { start + word.len() } else { start + lead + index * 2 + 2 };
            pieces.push(Piece { source: from..to, bytes: vec![byte], escaped: true });
        }
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests;
