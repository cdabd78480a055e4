//! What this program has exported itself: text, a transcript, a hex dump, a table (CSV), a page (HTML). Each row tells when it
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
    let table = shows(|text| text.starts_with(HEADING));
    let title = shows(|text| text.starts_with(b"# modemscope ") && text.ends_with(b"; > sent, < received"));
    let rows = (title || shows(|text| text.ends_with(b"modemscope capture")))
        && lines.iter().any(|line| row(line.text).is_some());
    let dump = lines.iter().any(|line| dumped(line.text).is_some());
    (table || rows).then(|| -> Box<dyn Lines> { Box::new(Export { table, dump, current: None, first: None }) })
}

struct Export {
    table: bool,
    /// The bytes of a row stand below it.
    dump: bool,
    /// The row whose bytes follow.
    current: Option<(Option<Duration>, Direction)>,
    /// When the first bytes went.
    first: Option<Duration>,
}

impl Lines for Export {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        false
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let first = &mut self.first;
        let mut push = |at: Option<Duration>, direction, bytes| {
            let at = at.map(|at| at.saturating_sub(*first.get_or_insert(at)));
            out.push(Chunk { direction, bytes, at, elided: false, line: line.number });
        };
        if self.table {
            if let Some((at, direction, bytes)) = cells_of(line.text) {
                push(at, direction, bytes);
            }
            return;
        }
        if let Some(bytes) = dumped(line.text).filter(|_| self.dump) {
            if let Some((at, direction)) = self.current {
                push(at, direction, bytes);
            }
            return;
        }
        let Some(row) = row(line.text) else { return };
        match row.direction {
            Some(direction) if self.dump => self.current = Some((row.at, direction)),
            Some(direction) => push(row.at, direction, unescape(row.text)),
            None => {}
        }
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

/// A row of the table: when it was, and its bytes.
fn cells_of(text: &[u8]) -> Option<(Option<Duration>, Direction, Vec<u8>)> {
    let cells: Vec<&[u8]> = cells(text).collect();
    let direction = match *cells.get(3)? {
        b"tx" => Direction::Tx,
        b"rx" => Direction::Rx,
        _ => return None,
    };
    Some((clock::seconds(cells.get(1)?), direction, hex::decode(cells.get(7)?).ok()?))
}
