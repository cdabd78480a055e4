//! The trace of `TinyGSM`, old and new: `### AT: +CPIN?` in front of what it sends, without its `AT` or with it, and what came on
//! lines without a mark. Where the log shows the commands themselves, too, the trace tells nothing; and where it shows no
//! answers it is no dialog: neither they nor data are in it, and nothing can be said of either.

use super::super::{Chunk, Shape, TextLine, spelled, tidy, vain};
use super::{Lines, Value};
use crate::modem::Direction;

const MARK: &[u8] = b"### AT:";

/// A line of the trace.
pub(in crate::modem::transcript) fn is_trace(text: &[u8]) -> bool {
    tidy::behind_mark(text, MARK).is_some()
}

/// All that the log shows of the commands is the trace, and answers stand below it.
pub(in crate::modem::transcript) fn is_traced(lines: &[TextLine<'_>]) -> bool {
    let mut before: &[u8] = &[];
    let (mut traced, mut answers) = (0, 0);
    for line in lines.iter().filter(|line| !line.is_blank()) {
        if let Some(command) = command(line.text) {
            if before.ends_with(&command) {
                return false;
            }
            traced += 1;
        }
        answers += usize::from(comes(line.text));
        before = line.text.trim_ascii();
    }
    traced > 0 && answers >= traced
}

/// The command that a line of the trace tells.
fn command(text: &[u8]) -> Option<Vec<u8>> {
    let told = tidy::behind_mark(text, MARK)?;
    Some(if told.starts_with(b"AT") { told.to_vec() } else { [b"AT", told].concat() })
}

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    lines.iter().any(|line| is_trace(line.text)).then(|| -> Box<dyn Lines> { Box::new(Trace) })
}

struct Trace;

impl Lines for Trace {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if let Some(bytes) = command(line.text) {
            Value { direction: Direction::Tx, bytes, exact: false }.push(line, out);
            // The data behind a prompt is not shown.
            if let Some(last) = out.last_mut() {
                last.elided = true;
            }
        } else if !is_own(line.text) {
            let bytes = line.text.trim_ascii().to_vec();
            Value { direction: Direction::Rx, bytes, exact: false }.push(line, out);
        }
    }
}

/// An answer of the modem; what a sketch says of a step is set off by a blank: ` OK`.
fn comes(text: &[u8]) -> bool {
    spelled::is_answer(text.trim_ascii()) && !text.starts_with(b" ")
}

/// A sketch says it of itself.
fn is_own(text: &[u8]) -> bool {
    text.starts_with(b" ") || text.trim_ascii_end().ends_with(b"...") || vain::tells(text)
}

#[cfg(test)]
mod tests {
    use super::super::super::clock;
    use super::*;

    #[test]
    fn what_is_sent_alone_or_with_what_came() {
        let check = |text: &str, expect: Option<(Shape, &str)>| {
            let lines = clock::lines(text.as_bytes(), 1);
            let found = learn(&lines).filter(|_| is_traced(&lines)).map(|mut form| {
                let mut out = Vec::new();
                for line in &lines {
                    form.line(line, &mut out);
                }
                let show = |chunk: Chunk| {
                    let way = if chunk.direction == Direction::Tx { ">" } else { "<" };
                    format!("{way}{}", String::from_utf8_lossy(chunk.bytes.trim_ascii()))
                };
                (form.shape(), out.into_iter().map(show).collect::<Vec<_>>().join(" "))
            });
            assert_eq!(found, expect.map(|(shape, text)| (shape, text.to_owned())), "{text}");
        };
        check("### AT:\n### AT: E0\n### AT: AT+CPIN?\n fail\n", None);
        check("### AT:\nOK\n### AT: E0\nOK\n", Some((Shape::Labelled, ">AT <OK >ATE0 <OK")));
        check("[12] ### AT: +CPIN?\n+CPIN: READY\nOK\n OK\n", Some((Shape::Labelled, ">AT+CPIN? <+CPIN: READY <OK")));
        check("Hi...AT+CPIN?\n### AT: +CPIN?\nOK\n", None);
        check("AT\nOK\n", None);
    }
}
