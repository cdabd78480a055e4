//! What forums, notebooks and sketches do to a log: indentation, bold marks, code fences, a sketch's own words glued in
//! front of a command.

use super::TextLine;
use crate::vocabulary;
use crate::vocabulary::is_whole_command;

/// The indentation that all lines have in common.
pub(super) fn indent(lines: &[TextLine<'_>]) -> usize {
    let blanks = |line: &TextLine<'_>| line.text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    lines.iter().filter(|line| !line.is_blank()).map(blanks).min().unwrap_or(0)
}

/// Takes off what is not of the log. Lines that hold nothing of it become empty.
pub(super) fn tidy(lines: &mut [TextLine<'_>]) {
    for line in lines {
        line.text = bare(line.text);
    }
}

/// The line without the marks of forums and libraries.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii();
    // A code fence, the closing quote of what was printed over several lines, SSCOM's picture of a CR.
    if trimmed.starts_with(b"```") || matches!(trimmed, b"\"" | b"'" | b"`") || trimmed == "\u{25A1}".as_bytes() {
        return &[];
    }
    if let Some(bold) = trimmed.strip_prefix(b"**").and_then(|text| text.strip_suffix(b"**")) {
        return bold;
    }
    // A row of a table.
    if let Some(cells) = trimmed.strip_suffix(b" |") {
        return cells.strip_prefix(b"|").unwrap_or(cells).trim_ascii();
    }
    // TinyGSM: what came and was not asked for; all else behind its marks it says of itself.
    if let Some(rest) = trimmed.strip_prefix(b"### ") {
        return rest.strip_prefix(b"Unhandled:").map(<[u8]>::trim_ascii_start).unwrap_or_default();
    }
    if trimmed.starts_with(b"=+") {
        return trimmed.get(1..).unwrap_or_default();
    }
    if let Some(error) = error_behind_words(trimmed) {
        return error;
    }
    let text = text.strip_prefix(b"`").unwrap_or(text);
    text.strip_suffix(b"`").unwrap_or(text)
}

/// `Error: +CMS ERROR: 500`: what a program says before it shows the modem's error.
fn error_behind_words(text: &[u8]) -> Option<&[u8]> {
    let at = [&b"+CMS ERROR"[..], b"+CME ERROR"].iter().find_map(|error| memchr::memmem::find(text, error))?;
    let (words, error) = text.split_at_checked(at)?;
    let said = |byte: &u8| byte.is_ascii_alphabetic() || b" :-=!.".contains(byte);
    let ends = words.trim_ascii_end().last().is_some_and(|byte| b":-=!".contains(byte));
    (at > 0 && at < 40 && ends && words.iter().all(said)).then_some(error)
}

/// Where a command begins that a sketch's words run into: `Waiting for network...AT+CREG?`.
pub(super) fn glued(text: &[u8]) -> Option<usize> {
    // An error that was cut before its code, or an answer whose line end the program prints later.
    let error = text.starts_with(b"+CMS ERROR:AT+") || text.starts_with(b"+CME ERROR:AT+");
    if error {
        return Some(b"+CMS ERROR:".len());
    }
    if is_whole_command(text) || text.first().is_some_and(|byte| matches!(byte, b'+' | b'>')) {
        return None;
    }
    let at = memchr::memmem::find(text, b"AT+").filter(|&at| at > 0)?;
    let command = text.get(at..)?.trim_ascii_end();
    let apart = text.get(at - 1).is_none_or(u8::is_ascii_whitespace);
    let known = !apart && is_whole_command(command) && vocabulary::sim800().first(command).is_some();
    known.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_run_into_commands() {
        assert_eq!(glued(b"Waiting for network...AT+CREG?"), Some(22));
        assert_eq!(glued(b"Connecting to a.exampleAT+CIPCLOSE=0,1"), Some(23));
        for text in [&b"AT+CREG?"[..], b"I typed AT+CREG?", b"see AT+", b"> AT+CREG?", b"FOOAT+NOTHINGKNOWN", b""] {
            assert_eq!(glued(text), None);
        }
    }

    #[test]
    fn marks_of_forums_go() {
        for (text, expect) in [("**OK**", "OK"), ("`AT`", "AT"), ("```text", ""), ("\"", ""), ("2**3", "2**3")] {
            assert_eq!(bare(text.as_bytes()), expect.as_bytes());
        }
    }
}
