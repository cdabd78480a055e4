//! The debug log of Asterisk's `chan_dongle` and `chan_quectel`: `at_write: [dongle0] [AT+CSQ` and `at_read: [dongle0] [`, with
//! what was read on the lines behind it, up to a `]` of its own.

use super::super::{Chunk, Shape, TextLine};
use super::{Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let begins = lines.iter().any(|line| begun(line.text).is_some());
    begins.then(|| -> Box<dyn Lines> { Box::new(Channel { reading: false }) })
}

struct Channel {
    /// Lines that were read follow.
    reading: bool,
}

impl Lines for Channel {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let (direction, text) = match begun(line.text) {
            Some(begun) => begun,
            None if self.reading && !is_own(line.text) => (Direction::Rx, line.text),
            None => {
                self.reading = false;
                return;
            }
        };
        let text = text.trim_ascii_end();
        let bytes = text.strip_suffix(b"]").unwrap_or(text).to_vec();
        self.reading = direction == Direction::Rx && !text.ends_with(b"]");
        // The byte that ends a message does not show.
        let hidden = direction == Direction::Tx && !is_whole_command(&bytes) && !bytes.is_empty();
        Value { direction, bytes, exact: false }.push(line, out);
        if hidden && let Some(last) = out.last_mut() {
            last.elided = true;
        }
    }
}

/// What a line begins to show, and which way it went.
fn begun(text: &[u8]) -> Option<(Direction, &[u8])> {
    let behind = |mark: &[u8]| memchr::memmem::find(text, mark).and_then(|at| text.get(at + mark.len()..));
    let read = || behind(b" at_read: [").or_else(|| behind(b" at_read_result: ["));
    let (direction, rest) = match (behind(b" at_write: ["), read()) {
        (Some(rest), _) => (Direction::Tx, rest),
        (None, Some(rest)) => (Direction::Rx, rest),
        _ => return None,
    };
    let name = memchr::memmem::find(rest, b"] [")?;
    Some((direction, rest.get(name + 3..)?))
}

/// The channel says something itself: `DEBUG[8346]: at_queue.c:246 at_queue_run: …`.
fn is_own(text: &[u8]) -> bool {
    [&b"DEBUG["[..], b"VERBOSE[", b"WARNING[", b"ERROR[", b" -- ["]
        .iter()
        .any(|own| memchr::memmem::find(text, own).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_and_read() {
        assert_eq!(
            begun(b"[x] DEBUG[1]: at_queue.c:191 at_write: [d0] [AT+CSQ"),
            Some((Direction::Tx, &b"AT+CSQ"[..]))
        );
        assert_eq!(begun(b"[x] DEBUG[1]: at_read.c:95 at_read: [d0] ["), Some((Direction::Rx, &b""[..])));
        assert_eq!(begun(b"[x] DEBUG[1]: at_read.c:80 at_read: [d0] receive 23 byte, used 23"), None);
    }
}
