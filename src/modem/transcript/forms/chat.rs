//! pppd's `chat`: `send (AT^M)`, `expect (OK)`, what came, `-- got it`; alone or in the system log.

use std::time::Duration;

use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let sends = lines
        .iter()
        .any(|line| inside(body(line.text).1, b"send (").is_some() || body(line.text).1.trim_ascii() == b"alarm");
    let named = lines.iter().any(|line| body(line.text).0);
    let expects = lines.iter().any(|line| body(line.text).1.starts_with(b"expect ("));
    // What chat waited for in vain shows that it waited, also where the lines show no times.
    let timed = lines.iter().any(|line| line.at.is_some());
    let now = (!timed).then_some(Duration::ZERO);
    (sends && expects).then(|| -> Box<dyn Lines> { Box::new(Chat { named, now, patience: PATIENCE, waits: None }) })
}

/// How long chat waits, if it is not told otherwise.
const PATIENCE: Duration = Duration::from_secs(45);

struct Chat {
    /// The lines of chat say that they are: `chat[849]: `.
    named: bool,
    /// In a log without times: for how long chat has waited in vain.
    now: Option<Duration>,
    /// How long it waits.
    patience: Duration,
    /// Where it waits, while nothing has come.
    waits: Option<usize>,
}

impl Lines for Chat {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let (named, body) = body(line.text);
        if named != self.named {
            return;
        }
        let mut line = *line;
        if body.trim_ascii() == b"alarm" {
            self.waits = None;
            self.now = self.now.map(|now| now + self.patience);
            let at = line.at.or(self.now);
            return out.push(Chunk {
                direction: Direction::Rx,
                bytes: Vec::new(),
                at,
                elided: false,
                line: line.number,
            });
        }
        if let Some(seconds) = body.trim_ascii().strip_prefix(b"timeout set to ") {
            let digits = seconds.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let seconds = seconds.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            self.patience = seconds.map_or(PATIENCE, Duration::from_secs);
        }
        if is_own(body) {
            if body.starts_with(b"expect (") {
                self.waits = Some(line.number);
            }
            return;
        }
        // Behind the lines of chat alone somebody may write on.
        let came = body.contains(&b'^') || spelled::is_answer(body.trim_ascii()) || inside(body, b"send (").is_some();
        if !named && !came {
            return;
        }
        self.waits = None;
        line.at = line.at.or(self.now);
        let value = match inside(body, b"send (") {
            Some(sent) => {
                let mut bytes = without_pauses(&carets(sent));
                // `\d` and `\c` are chat's own: a pause, no line end.
                bytes.retain(|byte| *byte != b'\n');
                let exact = bytes.last().is_some_and(|byte| matches!(byte, b'\r' | 0x1A | 0x1B));
                Value { direction: Direction::Tx, bytes, exact }
            }
            None => Value { direction: Direction::Rx, bytes: carets(body).trim_ascii().to_vec(), exact: false },
        };
        value.push(&line, out);
    }

    fn finish(&mut self, out: &mut Vec<Chunk>) {
        // Chat prints as it goes: a log that ends where it waits shows that nothing came.
        if let Some((now, line)) = self.now.zip(self.waits) {
            let at = Some(now + self.patience);
            out.push(Chunk { direction: Direction::Rx, bytes: Vec::new(), at, elided: false, line });
        }
    }
}

/// The words of chat itself.
fn is_own(body: &[u8]) -> bool {
    const OWN: [&[u8]; 11] = [
        b"expect (",
        b"abort on (",
        b"report (",
        b"timeout set to",
        b"Failed",
        b"-- ",
        b"SIGTERM",
        b"SIGINT",
        b"SIGHUP",
        b"clear abort",
        b"Can't",
    ];
    let body = body.trim_ascii_start();
    OWN.iter().any(|own| body.starts_with(own))
}

/// What stands behind `… chat[849]: `, and whether that was there.
fn body(text: &[u8]) -> (bool, &[u8]) {
    let Some(at) = memchr::memmem::find(text, b"chat[") else { return (false, text) };
    let behind = text.get(at + 5..).unwrap_or_default();
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match behind.get(digits..).and_then(|rest| rest.strip_prefix(b"]:")) {
        Some(rest) => (true, rest.strip_prefix(b" ").unwrap_or(rest)),
        None => (false, text),
    }
}

fn inside<'a>(body: &'a [u8], open: &[u8]) -> Option<&'a [u8]> {
    body.strip_prefix(open)?.trim_ascii_end().strip_suffix(b")")
}

/// `\d` and `\p` are pauses, `\c` no line end: none of them is sent.
fn without_pauses(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if matches!(rest, [b'\\', b'd' | b'p' | b'c' | b'K' | b'q', ..]) {
            rest = rest.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

/// `^M` and the like are control characters.
fn carets(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if let [b'^', letter @ b'@'..=b'_', ..] = rest {
            bytes.push(letter - b'@');
            rest = rest.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}
