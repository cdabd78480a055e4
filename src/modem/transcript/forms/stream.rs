//! One received stream with echo, as a terminal or serial monitor shows it.

use super::super::lead::Leads;
use super::super::words::Way;
use super::super::{Chunk, Shape, TextLine, leaves_out, pieces, spelled, tidy};
use super::{Lines, restore_line};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

/// Any text is a stream, if it is nothing else.
pub(super) fn learn(lines: &[TextLine<'_>]) -> Box<dyn Lines> {
    // The modem's own line ends put an empty line in front of each answer; a terminal may have dropped those.
    let whole = |line: &TextLine<'_>| line.is_blank() || line.text.ends_with(b"\r");
    let own_ends = lines.iter().any(|line| line.carriage_return) && lines.iter().any(whole);
    let names = spelled::used(lines);
    let timed = lines.iter().any(|line| line.at.is_some());
    let leads = Leads::of(lines, names);
    Box::new(Stream {
        names,
        exact: !timed && own_ends,
        marked: leads.mark_sent(),
        leads,
        typed: Vec::new(),
        ended: true,
    })
}

/// The words of an error, or the values of an answer, that a program has cut from it: they go back to it.
fn continues_answer(last: &mut Chunk, rest: &[u8]) -> bool {
    /// Longer words are a sentence.
    const LONGEST: usize = 40;
    let text = rest.trim_ascii();
    let words = text.first().is_some_and(u8::is_ascii_alphabetic)
        && text.len() < LONGEST
        && text.contains(&b' ')
        && text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b' ');
    let begun = last.bytes.trim_ascii();
    let cut = matches!(begun, b"+CME ERROR:" | b"+CMS ERROR:");
    // `+CGREG:`, and in the next line ` 0,0`.
    let values = rest.starts_with(b" ") && text.iter().all(|byte| byte.is_ascii_digit() || b",\"".contains(byte));
    let named = begun.starts_with(b"+") && begun.ends_with(b":") && !begun.contains(&b' ');
    if !(cut && words || named && values && !text.is_empty()) || is_whole_command(text) || spelled::is_answer(text) {
        return false;
    }
    let end = last.bytes.trim_ascii_end().len();
    last.bytes.truncate(end);
    last.bytes.push(b' ');
    last.bytes.extend_from_slice(text);
    last.bytes.extend_from_slice(b"\r\n");
    true
}

/// `Ctrl+Z but nothing comes`: somebody tells that he has pressed it. Alone in its line it may have been sent as letters.
fn is_key_pressed(text: &[u8]) -> bool {
    const SPELLINGS: [&[u8]; 6] = [b"ctrl+z", b"ctrl-z", b"<ctrl+z>", b"<ctrl-z>", b"(ctrl+z)", b"^z"];
    let text = text.trim_ascii().to_ascii_lowercase();
    let behind = |spelling: &&[u8]| text.strip_prefix(*spelling).is_some_and(|rest| rest.starts_with(b" "));
    text.contains(&b' ') && SPELLINGS.iter().any(behind)
}

#[expect(clippy::struct_excessive_bools, reason = "each tells something else of the log; none excludes another")]
struct Stream {
    /// Control characters are written as words.
    names: bool,
    /// The text has the modem's own line ends.
    exact: bool,
    leads: Leads,
    /// Some lines are marked as sent.
    marked: bool,
    /// What a sketch has said it sends.
    typed: Vec<u8>,
    /// The last line had an end.
    ended: bool,
}

impl Stream {
    /// The bytes of a line with its line ends put back; what runs into a command gets a line of its own.
    fn restored_line(
        &mut self,
        line: &TextLine<'_>,
        way: Option<Way>,
        rest: &[u8],
        out: &mut Vec<Chunk>,
    ) -> Option<Vec<u8>> {
        // A sketch says what it sends, and the modem echoes it: once is enough.
        let echo = way.is_none() && !self.typed.is_empty() && self.typed == rest.trim_ascii();
        self.typed.clear();
        if matches!(way, Some(Way::Sent | Way::Typed)) {
            self.typed.extend_from_slice(rest.trim_ascii());
        }
        if echo {
            return None;
        }
        let mut bytes = if self.names { spelled::read(rest) } else { rest.to_vec() };
        bytes.truncate(bytes.trim_ascii_end().len());
        if let Some(at) = tidy::glued(&bytes) {
            let mut words = bytes.drain(..at).collect();
            restore_line(&mut words);
            let elided = leaves_out(line.text);
            out.push(Chunk { direction: Direction::Rx, bytes: words, at: line.at, elided, line: line.number });
        } else if is_whole_command(bytes.trim_ascii()) {
            bytes.drain(..bytes.len() - bytes.trim_ascii().len());
        }
        restore_line(&mut bytes);
        Some(bytes)
    }
}

impl Lines for Stream {
    fn shape(&self) -> Shape {
        Shape::Pasted
    }

    fn restored(&self) -> bool {
        !self.exact && !self.names
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        self.ended = line.ended;
        let (way, rest) = self.leads.take(line.text);
        if !self.exact && !self.names && out.last_mut().is_some_and(|last| continues_answer(last, rest)) {
            return;
        }
        // Data that reads like an answer.
        if way == Some(Way::Sent) && self.leads.directed && spelled::is_answer(rest.trim_ascii()) {
            return;
        }
        if !self.names && is_key_pressed(rest) {
            let bytes = b"\x1A\r\n".to_vec();
            out.push(Chunk { direction: Direction::Rx, bytes, at: line.at, elided: false, line: line.number });
            return;
        }
        // Beside lines that are marked, with their ends in words, others are the program's own.
        if self.names && way.is_none() && self.marked {
            return;
        }
        let bytes = if self.names {
            let mut bytes = spelled::read(rest);
            // Of a line that was sent the echo is not there: it ends as one that was received.
            if way == Some(Way::Sent) && bytes == b"\r" {
                bytes.push(b'\n');
            }
            bytes
        } else if self.exact && pieces::pieces(rest.trim_ascii()).len() < 2 {
            let mut bytes = rest.to_vec();
            if line.carriage_return {
                bytes.push(b'\r');
            }
            if line.ended {
                bytes.push(b'\n');
            }
            bytes
        } else if line.is_blank() {
            return;
        } else {
            let pieces = pieces::pieces(rest.trim_ascii());
            let (last, before) = pieces.split_last().map_or((rest, &[][..]), |(last, before)| (*last, before));
            for piece in before {
                if let Some(bytes) = self.restored_line(line, way, piece, out) {
                    out.push(Chunk { direction: Direction::Rx, bytes, at: line.at, elided: false, line: line.number });
                }
            }
            let whole = if before.is_empty() { rest } else { last };
            let Some(bytes) = self.restored_line(line, way, whole, out) else { return };
            bytes
        };
        if !bytes.is_empty() {
            let elided = leaves_out(line.text);
            out.push(Chunk { direction: Direction::Rx, bytes, at: line.at, elided, line: line.number });
        }
    }

    fn finish(&mut self, out: &mut Vec<Chunk>) {
        // What was copied to its end has its line ends, but perhaps not the last one; a prompt has none.
        if self.exact
            && !self.ended
            && let Some(last) = out.last_mut()
            && last.bytes.trim_ascii() != b">"
        {
            last.bytes.extend_from_slice(b"\r\n");
        }
    }
}
