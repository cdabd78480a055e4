//! The debug lines of the Arduino library for SIM900 by M. Martines (GSM-GPRS-GPS-Shield): `ATT: OK` is what it waits for, `RIC: `
//! and the lines behind it what came, with its echo; `DB:` and `status=` it says of itself.

use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let begins = |mark: &[u8]| lines.iter().any(|line| line.text.starts_with(mark));
    (begins(b"ATT: ") && begins(b"RIC:")).then(|| -> Box<dyn Lines> { Box::new(Awaited { reading: false }) })
}

struct Awaited {
    /// Lines that came follow.
    reading: bool,
}

impl Lines for Awaited {
    fn shape(&self) -> Shape {
        Shape::Pasted
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let text = match line.text.strip_prefix(b"RIC:") {
            Some(came) => {
                self.reading = true;
                came
            }
            None if (self.reading || is_dialog(line.text)) && !is_own(line.text) => line.text,
            None => {
                self.reading = false;
                return;
            }
        };
        let bytes = text.trim_ascii().to_vec();
        Value { direction: Direction::Rx, bytes, exact: false }.push(line, out);
    }
}

/// A program that uses the library may show more of the dialog itself.
fn is_dialog(text: &[u8]) -> bool {
    is_whole_command(text.trim_ascii()) || spelled::is_answer(text.trim_ascii())
}

/// The library says it of itself.
fn is_own(text: &[u8]) -> bool {
    const OWN: [&[u8]; 9] =
        [b"ATT:", b"DB:", b"DEBUG:", b"status=", b"ERROR: ", b"Number of", b"Data received", b"Trying", b"GSM Shield"];
    OWN.iter().any(|own| text.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::super::super::clock;
    use super::*;

    #[test]
    fn what_came_is_told_from_what_was_awaited() {
        let text = b"ATT: OK\nRIC: AT+CIPMUX=1\nERROR\nDB:NOT SET\nATT: SHUT OK\nRIC:\nSHUT OK\nstatus=READY\n";
        let lines = clock::lines(text, 1);
        let mut form = learn(&lines).unwrap();
        let mut out = Vec::new();
        for line in &lines {
            form.line(line, &mut out);
        }
        let came: Vec<u8> = out.into_iter().flat_map(|chunk| chunk.bytes).collect();
        assert_eq!(came, b"AT+CIPMUX=1\r\r\nERROR\r\n\r\nSHUT OK\r\n");
        assert!(learn(&clock::lines(b"ATT: OK\n", 1)).is_none());
    }
}
