//! The modem components of `ESPHome`: `[V][sim800l:062]: S: AT+CPIN? - 1`, `R: … - 2`; the number is the component's own state.

use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let wired = lines.iter().any(|line| wire(line.text).is_some());
    let said = lines.iter().any(|line| value(line.text).is_some());
    let writes = lines.iter().filter_map(|line| wire(line.text)).any(|(way, _)| way == Direction::Tx);
    (wired || said).then(|| -> Box<dyn Lines> { Box::new(Component { wired, writes }) })
}

struct Component {
    /// The log shows each byte of the port too: then what the component says of itself is told twice.
    wired: bool,
    /// And what was written to it; else the component tells what it sends.
    writes: bool,
}

impl Lines for Component {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        !self.wired
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if self.wired {
            if let Some((direction, bytes)) = wire(line.text) {
                Value { direction, bytes, exact: true }.push(line, out);
            } else if let Some((Direction::Tx, text)) = value(line.text).filter(|_| !self.writes) {
                Value { direction: Direction::Tx, bytes: text.to_vec(), exact: false }.push(line, out);
            }
        } else if let Some((direction, text)) = value(line.text) {
            Value { direction, bytes: unreadable(text), exact: false }.push(line, out);
        }
    }
}

/// The component shows `?` for a byte that does not print; several in a row are none of the modem's.
fn unreadable(text: &[u8]) -> Vec<u8> {
    const SEVERAL: usize = 4;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let signs = rest.iter().take_while(|byte| **byte == b'?').count();
        if signs >= SEVERAL {
            bytes.extend("\u{FFFD}".repeat(signs).into_bytes());
            rest = rest.get(signs..).unwrap_or_default();
        } else {
            bytes.push(first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    bytes
}

/// What went over the port: `Wrote "AT"`, `Read 0b00001010 (0x0A)`, `>>> "AT\r\n"`, `<<< 0D:0A`.
fn wire(text: &[u8]) -> Option<(Direction, Vec<u8>)> {
    const MARKS: [(Direction, &[u8]); 4] =
        [(Direction::Tx, b"Wrote "), (Direction::Rx, b"Read "), (Direction::Tx, b">>> "), (Direction::Rx, b"<<< ")];
    let body = body(text)?.trim_ascii();
    let (direction, told) =
        MARKS.into_iter().find_map(|(way, mark)| Some((way, body.strip_prefix(mark)?.trim_ascii())))?;
    if let Some(text) = told.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) {
        return Some((direction, spelled::read(text)));
    }
    if told.starts_with(b"0b") {
        let at = memchr::memmem::find(told, b"(0x")?;
        return Some((direction, hex::decode(told.get(at + 3..at + 5)?).ok()?));
    }
    let bytes: Vec<&[u8]> = told.split(|byte| *byte == b':').collect();
    let digits = bytes.iter().all(|byte| byte.len() == 2);
    digits.then(|| hex::decode(bytes.concat()).ok()).flatten().map(|bytes| (direction, bytes))
}

/// What stands behind `[V][sim800l:062]: `, whatever stands in front of it.
fn body(text: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(text, b"]: ")?;
    let component = text.get(..at)?.rsplit(|byte| *byte == b'[').next()?;
    let (_, number) = component.split_at_checked(component.iter().position(|byte| *byte == b':')?)?;
    let numbered = number.len() > 1 && number.get(1..)?.iter().all(u8::is_ascii_digit);
    let body = text.get(at + 3..)?.trim_ascii_end();
    // A coloured log ends in its reset.
    numbered.then(|| body.strip_suffix(b"\x1B[0m").unwrap_or(body))
}

/// What the line says was sent or received.
fn value(text: &[u8]) -> Option<(Direction, &[u8])> {
    let body = body(text)?;
    if let Some(rest) = body.strip_prefix(b"Not ack. ") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return rest.get(digits..).map(|rest| (Direction::Rx, rest.trim_ascii()));
    }
    let (direction, rest) = [(Direction::Tx, &b"S: "[..]), (Direction::Rx, b"R: "), (Direction::Rx, b"Unhandled: ")]
        .into_iter()
        .find_map(|(direction, mark)| Some((direction, body.strip_prefix(mark)?)))?;
    let dash = memchr::memmem::rfind(rest, b" - ");
    let state =
        |at: &usize| rest.get(at + 3..).is_some_and(|state| !state.is_empty() && state.iter().all(u8::is_ascii_digit));
    Some((direction, dash.filter(state).and_then(|at| rest.get(..at)).unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_the_port() {
        let check = |text: &str, expect: Option<(Direction, &[u8])>| {
            let found = wire(text.as_bytes());
            assert_eq!(found.as_ref().map(|(way, bytes)| (*way, bytes.as_slice())), expect, "{text}");
        };
        check("[VV][uart_esp32:119]:     Wrote \"AT\"", Some((Direction::Tx, b"AT")));
        check("[VV][uart_esp32:125]:     Read 0b00001010 (0x0A)", Some((Direction::Rx, b"\n")));
        check("[D][uart_debug:158]: >>> \"AT\\r\\n\"", Some((Direction::Tx, b"AT\r\n")));
        check("[D][uart_debug:114]: <<< 0D:0A:4F:4B", Some((Direction::Rx, b"\r\nOK")));
        check("[V][sim800l:062]: S: AT - 1", None);
        assert_eq!(unreadable(b"AT+CPIN? ?????"), "AT+CPIN? \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}".as_bytes());
    }
}
