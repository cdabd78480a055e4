//! Where in a line the command or the answer begins: what stands in front of it may be a mark.

use super::spelled;
use crate::vocabulary::is_whole_command;

/// The longest lead that is looked for: the system's log, a program, a port and an arrow may stand in front.
const LONGEST: usize = 112;

/// The longest command or answer that a lead is learned from.
const LONGEST_CORE: usize = 2048;

/// Where the command or the answer begins that the line holds; whether it is a command.
pub(super) fn core(text: &[u8], names: bool) -> Option<(usize, bool)> {
    (0..text.len().min(LONGEST)).find_map(|start| {
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        if text.get(start).is_some_and(u8::is_ascii_whitespace) {
            return None;
        }
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'_'))
            && !ends_in_b(text, start)
        {
            return None;
        }
        // What a modem is told, and says, is shorter; a whole file in one line is looked at no longer than that.
        let rest = text.get(start..)?;
        let rest = rest.get(..LONGEST_CORE).unwrap_or(rest);
        // `"command":"AT+X","id":2`: a value among others.
        if before == Some(&b'"') && memchr::memmem::find(rest, b"\":").is_some() {
            return None;
        }
        let rest = if names { first_line(rest) } else { rest.to_vec() };
        // `RSP:[OK]`: what was opened in front of it closes behind it.
        let close = before.and_then(|open| match open {
            b'(' => Some(b')'),
            b'[' => Some(b']'),
            b'{' => Some(b'}'),
            b'"' | b'\'' => Some(*open),
            _ => None,
        });
        let rest = rest.trim_ascii_end();
        let rest = if before == Some(&b'>') { untagged(rest) } else { rest };
        let inside = close.and_then(|close| rest.strip_suffix(&[close]));
        let rest = if close.is_some_and(|close| matches!(close, b'"' | b'\'')) { inside.map(unended) } else { inside }
            .unwrap_or(rest);
        let upper = start == 0 || rest.starts_with(b"AT") || rest.get(2) == Some(&b'+');
        if upper && is_whole_command(rest.strip_suffix(b"...").unwrap_or(rest)) {
            Some((start, true))
        } else {
            spelled::is_answer(rest).then_some((start, false))
        }
    })
}

/// Bytes as numbers stand in front.
pub(super) fn is_dump(lead: &[u8]) -> bool {
    /// Fewer are a time, a date, a counter.
    const ENOUGH: usize = 5;
    let byte = |word: &&[u8]| word.len() == 2 && word.iter().all(u8::is_ascii_hexdigit);
    lead.split(|byte| matches!(byte, b' ' | b'|')).filter(byte).count() >= ENOUGH
}

/// Python's `b` in front of a quote is no word; here the quote has been passed.
fn ends_in_b(text: &[u8], start: usize) -> bool {
    text.get(..start).is_some_and(|before| before.ends_with(b"b'") || before.ends_with(b"b\""))
}

/// The first line that says something, control characters read.
fn first_line(text: &[u8]) -> Vec<u8> {
    let bytes = spelled::read(text);
    let mut lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.trim_ascii().is_empty());
    let line = lines.next().unwrap_or_default();
    line.strip_suffix(b"'")
        .or_else(|| line.strip_suffix(b"\""))
        .filter(|_| !line.contains(&b'='))
        .unwrap_or(line)
        .to_vec()
}

/// Without the line ends that a program has written as words in its quotes.
pub(super) fn unended(mut text: &[u8]) -> &[u8] {
    while let Some(before) = text.strip_suffix(b"\\n").or_else(|| text.strip_suffix(b"\\r")) {
        text = before;
    }
    text
}

/// `AT</tx>`: without the tag that closes it.
pub(super) fn untagged(text: &[u8]) -> &[u8] {
    let name = || {
        let at = memchr::memmem::rfind(text, b"</")?;
        let name = text.get(at + 2..)?.strip_suffix(b">")?;
        (!name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric)).then(|| text.get(..at))?
    };
    if text.ends_with(b">") { name().unwrap_or(text) } else { text }
}
