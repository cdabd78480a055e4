//! What this program has exported itself: text, a transcript, a hex dump, a table (CSV), JSON Lines, a page (HTML). Each row tells when it
//! was, which way it went and its bytes, exactly: nothing is taken off or put back, and what is found is what the capture shows.

use std::time::Duration;

use super::super::{Chunk, Shape, TextLine, clock, unescape};
use super::analyser::cells;
use super::{Lines, numbers};
use crate::modem::Direction;

/// The heading of our table.
const HEADING: &[u8] = b"row,seconds,clock,direction,offset,length,text,hex,";

pub(in crate::modem::transcript) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    /// A person may have written this much in front.
    const IN_FRONT: usize = 20;
    let shows = |test: fn(&[u8]) -> bool| lines.iter().take(IN_FRONT).any(|line| test(line.text));
    let table = if shows(|text| text.starts_with(HEADING)) {
        Some(cells_of as Cells)
    } else if shows(|text| text.starts_with(b"{\"row\":0,\"seconds\":")) {
        Some(object_of as Cells)
    } else {
        None
    };
    let title = shows(|text| text.starts_with(b"# modemscope ") && text.ends_with(b"; > sent, < received"));
    let rows = (title || shows(|text| text.ends_with(b"modemscope capture")))
        && lines.iter().any(|line| row(line.text).is_some());
    // In a log several Sends may have the same time: it is told to the second.
    let of_log = shows(|text| {
        let has = |words: &[u8]| memchr::memmem::find(text, words).is_some();
        let clock = || cells(text).nth(2).is_some_and(<[u8]>::is_empty) && cells_of(text).is_some();
        has(b"log whose day is not known") || has(b"\"clock\":null") || clock()
    });
    let dump = lines.iter().any(|line| dumped(line.text).is_some());
    (table.is_some() || rows)
        .then(|| -> Box<dyn Lines> { Box::new(Export { table, dump, of_log, current: None, first: None, last: None }) })
}

/// When a row was, which way it went, and its bytes.
type Told = (Option<Duration>, Direction, Vec<u8>);

/// Reads a row of a table.
type Cells = fn(&[u8]) -> Option<Told>;

struct Export {
    /// It is a table.
    table: Option<Cells>,
    /// Of a log that was pasted.
    of_log: bool,
    /// The bytes of a row stand below it.
    dump: bool,
    /// The row whose bytes follow, and whether some have been read.
    current: Option<(Option<Duration>, Direction, bool)>,
    /// When the first bytes went.
    first: Option<Duration>,
    /// The last bytes, while more of the same Send may follow: a row ends where a line does.
    last: Option<Chunk>,
}

impl Export {
    /// Takes the bytes of a row. Those that were sent at the same time as the last ones, or stand under the same heading, were one
    /// Send.
    fn push(&mut self, (at, direction, bytes): Told, goes_on: bool, line: usize, out: &mut Vec<Chunk>) {
        let at = at.map(|at| at.saturating_sub(*self.first.get_or_insert(at)));
        let at_once = direction == Direction::Tx && at.is_some() && !self.of_log;
        let same = |last: &&mut Chunk| last.direction == direction && (goes_on || at_once && last.at == at);
        if let Some(last) = self.last.as_mut().filter(same) {
            last.bytes.extend(bytes);
            return;
        }
        out.extend(self.last.replace(Chunk { direction, bytes, at, elided: false, line }));
    }
}

impl Lines for Export {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        false
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if let Some(cells) = self.table {
            if let Some(told) = cells(line.text) {
                self.push(told, false, line.number, out);
            }
            return;
        }
        if let Some(bytes) = dumped(line.text).filter(|_| self.dump) {
            if let Some((at, direction, goes_on)) = self.current {
                self.current = Some((at, direction, true));
                self.push((at, direction, bytes), goes_on, line.number, out);
            }
            return;
        }
        let Some(row) = row(line.text) else { return };
        match row.direction {
            Some(direction) if self.dump => self.current = Some((row.at, direction, false)),
            Some(direction) => self.push((row.at, direction, unescape(row.text)), false, line.number, out),
            None => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<Chunk>) {
        out.extend(self.last.take());
    }
}

/// A row of text, of a dump or of a page: `   12.345678 < OK\r\n`, `- > 3 bytes`, `0.001000 tx AT\r`; of a transcript: `> AT\r`,
/// `[0.001000] > AT\r`.
struct Row<'a> {
    at: Option<Duration>,
    /// None of an event.
    direction: Option<Direction>,
    text: &'a [u8],
}

fn row(text: &[u8]) -> Option<Row<'_>> {
    let text = text.trim_ascii_start();
    let (time, rest) = text.split_at_checked(text.iter().position(|byte| *byte == b' ')?)?;
    let bare = time.strip_prefix(b"[").and_then(|time| time.strip_suffix(b"]")).unwrap_or(time);
    let (at, rest) = match time {
        b">" | b"<" | b"#" => (None, text),
        b"-" => (None, rest.strip_prefix(b" ")?),
        _ => (Some(clock::seconds(bare).filter(|_| bare.contains(&b'.'))?), rest.strip_prefix(b" ")?),
    };
    let (way, text) = rest.split_at_checked(rest.iter().position(|byte| *byte == b' ')?)?;
    let direction = match way {
        b">" | b"tx" => Some(Direction::Tx),
        b"<" | b"rx" => Some(Direction::Rx),
        b"#" | b"event" => None,
        _ => return None,
    };
    Some(Row { at, direction, text: text.strip_prefix(b" ")? })
}

/// `  00000010  41 54 0D …  |AT.|`
fn dumped(text: &[u8]) -> Option<Vec<u8>> {
    let (offset, rest) = text.strip_prefix(b"  ")?.split_at_checked(8)?;
    let offsets = offset.iter().all(u8::is_ascii_hexdigit) && rest.starts_with(b"  ");
    offsets.then(|| numbers::hex(rest)).flatten()
}

fn cells_of(text: &[u8]) -> Option<Told> {
    let cells: Vec<&[u8]> = cells(text).collect();
    Some((clock::seconds(cells.get(1)?), direction(cells.get(3)?)?, hex::decode(cells.get(7)?).ok()?))
}

fn object_of(text: &[u8]) -> Option<Told> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(text).ok()?;
    let text = |key: &str| object.get(key).and_then(serde_json::Value::as_str);
    let seconds = object.get("seconds").and_then(serde_json::Value::as_f64);
    let at = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Some((at, direction(text("direction")?.as_bytes())?, hex::decode(text("hex")?).ok()?))
}

fn direction(word: &[u8]) -> Option<Direction> {
    match word {
        b"tx" => Some(Direction::Tx),
        b"rx" => Some(Direction::Rx),
        _ => None,
    }
}
