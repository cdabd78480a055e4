//! gammu's debug log: `SENDING frame …`, then its bytes as `41A|54T|0D`, with a column of characters behind them; the lines of
//! an answer once more as `1 "OK"`, in front of its bytes.

use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let dumped = lines.iter().any(|line| dump(line.text).is_some());
    let header = |way: Direction| lines.iter().any(|line| frame(line.text) == Some(way));
    let sent = header(Direction::Tx);
    (dumped && (sent || header(Direction::Rx))).then(|| -> Box<dyn Lines> {
        Box::new(Frames { sent, current: Direction::Rx, counted: Vec::new(), awaited: Vec::new(), shown: Vec::new() })
    })
}

struct Frames {
    /// What was sent is shown too; otherwise its echo tells it.
    sent: bool,
    current: Direction,
    /// Lines of an answer whose bytes the log has not shown yet.
    counted: Vec<Chunk>,
    /// Those whose bytes the frame now shown must hold.
    awaited: Vec<Chunk>,
    /// The bytes of that frame.
    shown: Vec<u8>,
}

impl Lines for Frames {
    fn shape(&self) -> Shape {
        if self.sent { Shape::Labelled } else { Shape::Pasted }
    }

    fn restored(&self) -> bool {
        false
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if let Some(direction) = frame(line.text) {
            self.current = direction;
            // The bytes of an answer follow; where others do, those of the answer are not in the log.
            self.settle(out);
            if direction == Direction::Rx {
                self.awaited = std::mem::take(&mut self.counted);
            } else {
                out.append(&mut self.counted);
            }
        } else if let Some(bytes) = dump(line.text) {
            if self.current == Direction::Rx {
                self.shown.extend_from_slice(&bytes);
            }
            Value { direction: self.current, bytes, exact: true }.push(line, out);
        } else if let Some(text) = counted(line.text) {
            Value { direction: Direction::Rx, bytes: text.to_vec(), exact: false }.push(line, &mut self.counted);
        }
    }

    fn finish(&mut self, out: &mut Vec<Chunk>) {
        self.settle(out);
        out.append(&mut self.counted);
    }
}

impl Frames {
    /// The frame is over: what was told of it and did not come in its bytes, since the post cuts them, is told now.
    fn settle(&mut self, out: &mut Vec<Chunk>) {
        let shown = std::mem::take(&mut self.shown);
        let missing = |told: &Chunk| memchr::memmem::find(&shown, told.bytes.trim_ascii()).is_none();
        let told = std::mem::take(&mut self.awaited);
        // The frame was cut only where its last line is missing.
        if told.last().is_some_and(missing) {
            out.extend(told.into_iter().filter(missing).filter(|told| spelled::is_answer(told.bytes.trim_ascii())));
        }
    }
}

/// Which way the bytes behind this line went. (`ECEIVED frame`: the first letter may be lost on the way into the post.)
fn frame(text: &[u8]) -> Option<Direction> {
    let has = |words: &[u8]| memchr::memmem::find(text, words).is_some();
    match (has(b"SENDING frame"), has(b"ECEIVED frame")) {
        (true, false) => Some(Direction::Tx),
        (false, true) => Some(Direction::Rx),
        _ => None,
    }
}

/// `41A|54T|0D `: each byte with its character, or a blank where it has none.
fn dump(text: &[u8]) -> Option<Vec<u8>> {
    let at = (0..text.len()).find(|&at| {
        let before = text.get(..at).unwrap_or_default();
        // A single byte stands at the start, or behind the name of the program.
        let begins = before.is_empty() || before.ends_with(b": ");
        let joins = |rest: &[u8]| before.ends_with(b" ") && rest.get(3) == Some(&b'|');
        text.get(at..).is_some_and(|rest| byte(rest).is_some() && (begins || joins(rest)))
    })?;
    let mut rest = text.get(at..)?;
    let mut bytes = Vec::new();
    while let Some(byte) = byte(rest) {
        bytes.push(byte);
        match rest.get(3..) {
            Some([b'|', more @ ..]) => rest = more,
            _ => return Some(bytes),
        }
    }
    None
}

/// `41A`, `0D `, or `0D` at the end of a line.
fn byte(text: &[u8]) -> Option<u8> {
    let byte = *hex::decode(text.get(..2)?).ok()?.first()?;
    let shown = text.get(2).copied().unwrap_or(b' ');
    (shown == byte || shown == b' ' && !byte.is_ascii_graphic()).then_some(byte)
}

/// `1 "OK"`: a line of an answer, numbered.
fn counted(text: &[u8]) -> Option<&[u8]> {
    let inside = text.trim_ascii_end().strip_suffix(b"\"")?;
    let at = memchr::memmem::find(inside, b" \"")?;
    let number = inside.get(..at)?.rsplit(u8::is_ascii_whitespace).next()?;
    let numbered = !number.is_empty() && number.len() < 4 && number.iter().all(u8::is_ascii_digit);
    inside.get(at + 2..).filter(|_| numbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_what_stands_beside_them() {
        assert_eq!(dump(b"41A|54T|0D                       AT.").as_deref(), Some(&b"AT\r"[..]));
        assert_eq!(dump(b"41A|54T|0D AT.").as_deref(), Some(&b"AT\r"[..]));
        assert_eq!(dump(b"gammu: 0A |4FO|4BK|0D |0A  .OK..").as_deref(), Some(&b"\nOK\r\n"[..]));
        assert_eq!(dump(b"0A                       .").as_deref(), Some(&b"\n"[..]));
        assert_eq!(dump(b"smsd[12]: gammu: 1A                .").as_deref(), Some(&b"\x1A"[..]));
        assert_eq!(dump(b"AT reply state: 1"), None);
        assert_eq!(dump(b"Fri 2014/10/31 15:57:28: Checking line: OK"), None);
        assert_eq!(counted(b"2 \"+CSCS: \"UCS2\"\""), Some(&b"+CSCS: \"UCS2\""[..]));
        assert_eq!(counted(b"gammu: 1 \"OK\""), Some(&b"OK"[..]));
        assert_eq!(counted(b"CME Error 100: \"unknown\""), None);
    }
}
