//! Control characters that a tool has written as words: HTerm's `<CR><LF>`, `\r\n` of programs, `␍␊`, `[CR]`.
//!
//! Whether a log does so shows at its answers: `OK<CR><LF>` was printed by the tool, `AT\r\n` may have been typed.

use super::TextLine;
use crate::modem::dialog::said::Said;
use crate::notation::byte_from_name;
use crate::vocabulary::is_whole_command;

/// Answers of the modem have their line ends written out.
pub(super) fn used(lines: &[TextLine<'_>]) -> bool {
    let mut spelled = 0;
    for line in lines {
        // Nobody but mbed writes it so.
        if line.text.ends_with(b"<cr>") {
            return true;
        }
        spelled += usize::from(holds_answer(line.text));
    }
    // One among others has been written so by a person, unless what was sent is written so too.
    let sent =
        || lines.iter().filter(|line| [&b"<0D>"[..], b"<CR>"].iter().any(|end| line.text.ends_with(end))).count();
    spelled > 1
        || spelled == 1 && (sent() > 1 || !lines.iter().any(|line| is_answer(line.text.trim_ascii())))
        || spelled == 0 && (ends_are_marked(lines) || are_bytes(lines))
}

/// No answer is there at all, and what stands in their place is bytes written out (`\xF8\x80`): garbage of another rate.
fn are_bytes(lines: &[TextLine<'_>]) -> bool {
    /// One or two may be a key that somebody has typed.
    const ENOUGH: usize = 3;
    let written = |text: &[u8]| {
        memchr::memmem::find_iter(text, b"\\x").nth(ENOUGH - 1).is_some() && read(text).iter().any(|byte| *byte >= 0x80)
    };
    lines.iter().any(|line| written(line.text)) && !lines.iter().any(|line| ends_in_answer(line.text))
}

/// No answer is there to show it: each command stands behind a mark, and its end behind it, as a tool shows both.
fn ends_are_marked(lines: &[TextLine<'_>]) -> bool {
    /// What a mark ends in.
    const ENDS: &[u8] = b" \t:>]";
    let command = |text: &[u8]| {
        let at = memchr::memmem::find(text, b"AT")
            .filter(|at| text.get(at.wrapping_sub(1)).is_some_and(|end| ENDS.contains(end)))?;
        let (shown, bytes) = (text.get(at..)?, read(text.get(at..)?));
        let told = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
        let ended = bytes.len() < shown.len() && bytes.last().is_some_and(|end| matches!(end, b'\r' | b'\n'));
        is_whole_command(told).then_some(ended)
    };
    let mut commands = lines.iter().filter_map(|line| command(line.text)).peekable();
    commands.peek().is_some() && commands.all(|ended| ended) && !lines.iter().any(|line| ends_in_answer(line.text))
}

/// The line holds an answer or ends in a prompt, and its line ends are written out.
pub(super) fn holds_answer(text: &[u8]) -> bool {
    let bytes = read(text);
    let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let written = bytes.len() < text.len() && bytes.iter().any(ends);
    written && (bytes.trim_ascii_end().ends_with(b"\n>") || bytes.split(|byte| ends(byte)).any(ends_in_answer))
}

/// An answer, with or without something in front of it.
pub(super) fn ends_in_answer(piece: &[u8]) -> bool {
    let begins = |at: usize| {
        at.checked_sub(1).and_then(|before| piece.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric())
    };
    (0..piece.len().min(80)).any(|at| begins(at) && piece.get(at..).is_some_and(is_answer))
}

/// What a modem says, and nobody types.
pub(super) fn is_answer(text: &[u8]) -> bool {
    match Said::read(text) {
        Said::Unknown | Said::Digit(_) | Said::Address => false,
        Said::Info => text.first() == Some(&b'+'),
        _ => true,
    }
}

/// The bytes of a text with control characters written out.
pub(super) fn read(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if let Some((several, used)) = listed(rest) {
            bytes.extend(several);
            rest = rest.get(used..).unwrap_or_default();
            continue;
        }
        let (byte, used) = numbered(rest)
            .or_else(|| escape(rest))
            .or_else(|| name(rest))
            .or_else(|| percent(rest))
            .or_else(|| picture(rest))
            .unwrap_or((*first, 1));
        bytes.push(byte);
        rest = rest.get(used..).unwrap_or(tail);
    }
    bytes
}

/// The backslash escapes of the notation; any other backslash is a backslash.
pub(super) fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'\\', b'r', ..] => Some((b'\r', 2)),
        [b'\\', b'n', ..] => Some((b'\n', 2)),
        [b'\\', b't', ..] => Some((b'\t', 2)),
        [b'\\', b'e', ..] => Some((0x1B, 2)),
        [b'\\', b'0', ..] => Some((0, 2)),
        [b'\\', b'\\', ..] => Some((b'\\', 2)),
        [b'\\', b'<', ..] => Some((b'<', 2)),
        [b'\\', b'x', high, low, ..] => Some((byte(&[*high, *low])?, 4)),
        _ => None,
    }
}

/// The bytes of a text with such escapes.
pub(super) fn escaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let (byte, used) = match rest {
            [b'\\', quote @ (b'"' | b'\''), ..] => (*quote, 2),
            _ => escape(rest).unwrap_or((*first, 1)),
        };
        bytes.push(byte);
        rest = rest.get(used..).unwrap_or(tail);
    }
    bytes
}

/// `<CR>`, `[LF]`, `{SUB}`, `<0D>`, `<0x1A>`, `<1Ah>`, `(\r)`.
fn name(text: &[u8]) -> Option<(u8, usize)> {
    if let [b'(', b'\\', letter @ (b'r' | b'n'), b')', ..] = text {
        return Some((if *letter == b'r' { b'\r' } else { b'\n' }, 4));
    }
    let close = match text.first()? {
        b'<' => b'>',
        b'[' => b']',
        b'{' => b'}',
        _ => return None,
    };
    let end = text.iter().take(7).position(|&byte| byte == close)?;
    let inner = text.get(1..end)?;
    // mbed's own, in small letters; its LF is a new line.
    match inner {
        b"cr" if close == b'>' => return Some((b'\r', end + 1)),
        b"ln" | b"lf" if close == b'>' => return Some((b'\n', end + 1)),
        _ => {}
    }
    let digits = inner.strip_prefix(b"0x").or_else(|| inner.strip_suffix(b"h")).unwrap_or(inner);
    let named = std::str::from_utf8(inner).ok().filter(|name| !name.contains(|c: char| c.is_ascii_lowercase()));
    // `[12]` may be a count, `[0D]` is none.
    let number = close == b'>' || close == b']' && matches!(digits, [b'0' | b'1', b'A'..=b'F']);
    let found = byte(digits).filter(|_| number).or_else(|| named.and_then(byte_from_name))?;
    Some((found, end + 1))
}

/// `\\0x0d` (CuteCom), `{0D}` (Hercules): a control character by its number.
fn numbered(text: &[u8]) -> Option<(u8, usize)> {
    let (digits, used) = match text {
        [b'\\', b'0', b'x', high, low, ..] => ([*high, *low], 5),
        [b'{', high, low, b'}', ..] => ([*high, *low], 4),
        _ => return None,
    };
    byte(&digits).filter(|value| *value < b' ').map(|value| (value, used))
}

/// `\h(0D 0A)` (YAT): bytes by their numbers.
fn listed(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    /// A longer list would be a dump.
    const LONGEST: usize = 96;
    let inside = text.strip_prefix(b"\\h(")?;
    let end = memchr::memchr(b')', inside.get(..LONGEST.min(inside.len()))?)?;
    let bytes = inside.get(..end)?.split(|byte| *byte == b' ').map(byte).collect::<Option<Vec<u8>>>()?;
    Some((bytes, end + 4))
}

/// `%13%`: a control character by its number.
fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let inner = text.strip_prefix(b"%")?;
    let digits = inner.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let value: u8 = std::str::from_utf8(inner.get(..digits)?).ok()?.parse().ok()?;
    (inner.get(digits) == Some(&b'%') && value < b' ').then_some((value, digits + 2))
}

/// The pictures of control characters, `␀` to `␟`: E2 90 80 to E2 90 9F; and `↵`, as Node-RED shows the end of a line.
pub(super) fn picture(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [0xE2, 0x90, last @ 0x80..=0x9F, ..] => Some((last - 0x80, 3)),
        [0xE2, 0x86, 0xB5, ..] | [0xE2, 0x8F, 0x8E, ..] => Some((b'\r', 3)),
        _ => None,
    }
}

/// Two hex digits.
fn byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    match digits {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[u8]) {
        assert_eq!(read(text.as_bytes()), expect, "{text}");
    }

    #[test]
    fn words_are_bytes() {
        check("OK<CR><LF>", b"OK\r\n");
        check(r"\r\n> hi\x1a \q \x1", b"\r\n> hi\x1A \\q \\x1");
        check("OK␍␊␚", b"OK\r\n\x1A");
        check("OK[CR][LF]{SUB}<0D><0x1A><1Ah>", b"OK\r\n\x1A\r\x1A\x1A");
        check("OK<cr><ln>", b"OK\r\n");
        check("OK[0D][0A][12]↵", b"OK\r\n[12]\r");
        check("OK%13%%10% 100%65%", b"OK\r\n 100%65%");
        check(r"OK\0x0d\0x0a \0x41", b"OK\r\n \0x41");
        check("OK{0D}{0A}{41}", b"OK\r\n{41}");
        check(r"\h(0D 0A)OK\h(0D) \h(xyz) \h(", b"\r\nOK\r \\h(xyz) \\h(");
        check("<html> <b> [1] [OK] <", b"<html> <b> [1] [OK] <");
    }
}
