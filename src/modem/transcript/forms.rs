//! The forms that a log may have, as a table. Each is tried on the head of the log as a whole; the one that makes the most
//! commands and answers of it reads it, and is named in the reading.
//!
//! A form learns how its lines are to be read, and then takes them one after the other: a long log is never held whole.

mod analyser;
mod awaited;
mod beside;
mod chat;
mod dongle;
mod esphome;
mod gammu;
mod json;
mod judged;
mod labelled;
mod marked;
mod numbers;
mod ours;
mod quoted;
mod stream;
mod told;
mod trace;
mod trailing;

use std::borrow::Cow;

use super::{Chunk, Shape, TextLine, spelled};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

/// Reads the lines of a log in one form, one after the other.
pub(super) trait Lines {
    /// How the two directions are told.
    fn shape(&self) -> Shape;

    /// Line ends were lost and are put back.
    fn restored(&self) -> bool;

    /// Lines of the dialog are bytes as numbers.
    fn are_numbers(&self) -> bool {
        false
    }

    /// Takes the next line.
    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>);

    /// The log is over.
    fn finish(&mut self, _out: &mut Vec<Chunk>) {}
}

/// What went which way, in order.
type Gone = Vec<(Direction, Vec<u8>)>;

/// A form in which each line tells that by itself.
struct EachLine(fn(&[u8]) -> Gone);

impl Lines for EachLine {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        for (direction, bytes) in (self.0)(line.text) {
            Value { direction, bytes, exact: false }.push(line, out);
        }
    }
}

/// A form of log.
pub(super) struct Kind {
    /// What people read of it.
    pub(super) name: &'static str,
    /// Learns from the head of a log how its lines are to be read; nothing where the head shows no sign of the form.
    learn: fn(&[TextLine<'_>]) -> Option<Box<dyn Lines>>,
}

/// All forms. Where two make as much of a log, the first one reads it.
const FORMS: &[Kind] = &[
    Kind { name: "JSON, an object a line", learn: json::learn },
    Kind { name: "lines that each name their direction (TX, RX, arrows, words)", learn: labelled::learn },
    Kind { name: "values in quotes or brackets behind labels (Python, strace)", learn: quoted::learn },
    Kind { name: "the log of ESPHome", learn: esphome::learn },
    Kind { name: "one stream, as a terminal or serial monitor shows it", learn: |lines| Some(stream::learn(lines)) },
    Kind { name: "bytes as numbers (a hex dump, candump, decimals)", learn: numbers::learn },
    Kind { name: "answers on the lines of their commands", learn: beside::learn },
    Kind { name: "a table with the direction in its last column", learn: trailing::learn },
];

/// Forms whose marks leave no doubt: our own transcript text, and what only one program writes.
const CERTAIN: &[Kind] = &[
    Kind { name: "transcript text (> sent, < received)", learn: marked::learn },
    Kind { name: "the log of pppd's chat", learn: chat::learn },
    Kind { name: "the table of a logic analyser, a byte a row", learn: analyser::learn },
    Kind { name: "the debug log of gammu", learn: gammu::learn },
    Kind { name: "the log of WiFiEspAT", learn: judged::learn },
    Kind { name: "the debug log of Asterisk's chan_dongle", learn: dongle::learn },
    Kind { name: "the trace of TinyGSM", learn: trace::learn },
    Kind { name: "the debug lines of the Arduino library GSM-GPRS-GPS-Shield", learn: awaited::learn },
];

pub(super) use marked::is_marked;
pub(super) use trace::{is_trace, is_traced};

/// What reads an export of this program.
pub(super) fn of_ours(text: &[TextLine<'_>]) -> Option<Chosen> {
    ours::learn(text).map(|lines| ("an export of modemscope", lines))
}

/// The form of a text in which nothing was found but what its sentences tell, if they tell more than the form chosen for
/// its log has made of it.
pub(super) fn in_sentences(text: &[TextLine<'_>], log: &[TextLine<'_>]) -> Option<Chosen> {
    let told = score(&read(told::learn().as_mut(), text));
    if told == 0 {
        return None;
    }
    let made = read(choose(log).1.as_mut(), log);
    let command = |line: &[u8]| is_clean(line.trim_ascii());
    let commands = made.iter().any(|chunk| chunk.bytes.split(|byte| matches!(byte, b'\r' | b'\n')).any(command));
    (!commands && told >= score(&made)).then(|| ("what somebody tells of a dialog in sentences", told::learn()))
}

/// The name of a form, and what reads a log in it.
type Chosen = (&'static str, Box<dyn Lines>);

/// The form that reads a log with this head.
pub(super) fn choose(head: &[TextLine<'_>]) -> Chosen {
    if let Some(certain) = CERTAIN.iter().find_map(|kind| Some((kind.name, (kind.learn)(head)?))) {
        return certain;
    }
    let mut best: Option<(i64, &'static str, Box<dyn Lines>)> = None;
    for kind in FORMS {
        let Some(mut trial) = (kind.learn)(head) else { continue };
        let score = score(&read(trial.as_mut(), head));
        if best.as_ref().is_none_or(|(most, ..)| score > *most)
            && let Some(lines) = (kind.learn)(head)
        {
            best = Some((score, kind.name, lines));
        }
    }
    best.map_or_else(|| ("", stream::learn(head)), |(_, name, lines)| (name, lines))
}

/// Reads lines to their end.
fn read(lines: &mut dyn Lines, text: &[TextLine<'_>]) -> Vec<Chunk> {
    let mut chunks = Vec::with_capacity(text.len());
    for line in text {
        lines.line(line, &mut chunks);
    }
    lines.finish(&mut chunks);
    chunks
}

/// How much a reading makes of a log: commands that are clean to their last letter, answers, and against it what it
/// takes for sent though nobody types that.
fn score(chunks: &[Chunk]) -> i64 {
    /// A command that is told from an answer says more than one of the two alone.
    const COMMAND: i64 = 4;
    const ANSWER: i64 = 2;
    let mut score = 0;
    // A command that is told twice, or echoed, is one.
    let mut last: Vec<u8> = Vec::new();
    let mut prompted = false;
    // A byte a line is a line all the same.
    let sides = chunks.chunk_by(|before, next| before.direction == next.direction && next.bytes.len() == 1);
    for side in sides {
        let Some(direction) = side.first().map(|chunk| chunk.direction) else { continue };
        let bytes: Cow<'_, [u8]> = match side {
            [only] => Cow::Borrowed(&only.bytes),
            _ => Cow::Owned(side.iter().flat_map(|chunk| &chunk.bytes).copied().collect()),
        };
        for line in bytes.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii) {
            if line.is_empty() {
                continue;
            }
            prompted = if direction == Direction::Rx { line == b">" } else { prompted && !is_whole_command(line) };
            if is_clean(line) {
                score += if line == last { 0 } else { COMMAND };
                last = line.to_vec();
            } else if direction == Direction::Tx && prompted {
                // Data may be anything.
            } else if direction == Direction::Tx {
                // What begins as a command and does not end as one is the logger's.
                score -= if line.starts_with(b"AT") || spelled::is_answer(line) { COMMAND / 2 } else { 0 };
            } else if line.starts_with(b">") && !line.starts_with(b">>") || is_clean_answer(line) {
                score += ANSWER;
                last.clear();
            }
        }
    }
    score
}

/// An answer without the closing marks of a list or string behind it.
fn is_clean_answer(line: &[u8]) -> bool {
    let closed = [&b"']"[..], b"\"]", b"')", b"']}", b"\"}", b"..]", b"'"].iter().any(|close| line.ends_with(close));
    spelled::is_answer(line) && !closed
}

/// A command without a word of the logger behind it.
fn is_clean(text: &[u8]) -> bool {
    let closed = |close: u8, open: u8| {
        let count = |byte: u8| memchr::memchr_iter(byte, text).count();
        count(close) <= count(open)
    };
    let quotes = memchr::memchr_iter(b'"', text).count();
    is_whole_command(text)
        && closed(b')', b'(')
        && closed(b']', b'[')
        && quotes.is_multiple_of(2)
        && ![&b".."[..], b" =>", b" ->", b" -"].iter().any(|end| text.ends_with(end))
        && !text.contains(&b'\'')
        && !text.contains(&b'\\')
        && !text.windows(3).any(|three| matches!(three, b" - " | b"-> " | b"=> "))
        && !text.windows(2).any(|two| two == b"^M")
}

/// Puts the line ends around a line that the modem sent; a bare prompt has none behind it.
fn restore_line(bytes: &mut Vec<u8>) {
    if bytes.trim_ascii() == b">" {
        *bytes = b"\r\n> ".to_vec();
        return;
    }
    bytes.splice(0..0, *b"\r\n");
    bytes.extend_from_slice(b"\r\n");
}

/// What one line of the log says of the dialog.
#[derive(Debug)]
struct Value {
    direction: Direction,
    bytes: Vec<u8>,
    /// Its line ends are written in the log.
    exact: bool,
}

impl Value {
    /// Puts it behind the others, with its line ends put back where the log has lost them.
    fn push(mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if !self.exact {
            self.bytes.truncate(self.bytes.trim_ascii_end().len());
            match self.direction {
                _ if self.bytes.is_empty() => {}
                Direction::Rx if !is_whole_command(&self.bytes) => restore_line(&mut self.bytes),
                _ if is_whole_command(&self.bytes) => self.bytes.push(b'\r'),
                _ => {}
            }
        }
        if !self.bytes.is_empty() {
            let elided = super::leaves_out(line.text);
            out.push(Chunk { direction: self.direction, bytes: self.bytes, at: line.at, elided, line: line.number });
        }
    }
}
