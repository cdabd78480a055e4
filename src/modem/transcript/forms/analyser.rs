//! What a logic analyser has decoded of the lines, a byte a row: the tables (CSV) of Saleae's Logic.
//!
//! Its first row names the columns: a time, a value, and the wire's name where several were looked at. Which wire is the
//! modem's shows at what was said on it.

use std::time::Duration;

use super::super::{Chunk, Shape, TextLine, clock, spelled};
use super::Lines;
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    /// A person may have written this much in front.
    const IN_FRONT: usize = 20;
    let columns = lines.iter().take(IN_FRONT).find_map(|line| Columns::of(line.text))?;
    let mut wires: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for row in lines.iter().filter_map(|line| columns.row(line.text)) {
        match wires.iter_mut().find(|(name, _)| name == row.wire) {
            Some((_, said)) => said.push(row.byte),
            None => wires.push((row.wire.to_vec(), vec![row.byte])),
        }
    }
    let says = |said: &[u8], test: fn(&[u8]) -> bool| {
        said.split(|byte| matches!(byte, b'\r' | b'\n')).any(|line| test(line.trim_ascii()))
    };
    let answers = |(_, said): &&(Vec<u8>, Vec<u8>)| says(said, spelled::is_answer);
    let commands = wires.iter().any(|(_, said)| says(said, is_whole_command));
    if !commands && wires.iter().find(answers).is_none() {
        return None;
    }
    // The host's wire has commands and no answers; with one wire all came.
    let sent: Vec<Vec<u8>> = wires
        .iter()
        .filter(|wire| wires.len() > 1 && says(&wire.1, is_whole_command) && !answers(wire))
        .map(|(name, _)| name.clone())
        .collect();
    Some(Box::new(Table { columns, sent, first: None }))
}

struct Table {
    columns: Columns,
    /// The names of the host's wires.
    sent: Vec<Vec<u8>>,
    first: Option<Duration>,
}

impl Lines for Table {
    fn shape(&self) -> Shape {
        if self.sent.is_empty() { Shape::Pasted } else { Shape::Labelled }
    }

    fn restored(&self) -> bool {
        false
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some(row) = self.columns.row(line.text) else { return };
        let at = row.at.saturating_sub(*self.first.get_or_insert(row.at));
        let direction = if self.sent.iter().any(|name| name == row.wire) { Direction::Tx } else { Direction::Rx };
        out.push(Chunk { direction, bytes: vec![row.byte], at: Some(at), elided: false, line: line.number });
    }
}

/// Which column holds what.
struct Columns {
    time: usize,
    /// A wire's bytes, and what the column is called.
    values: Vec<(usize, Vec<u8>)>,
    /// Where the wire of each row is named.
    wire: Option<usize>,
}

/// A byte on a wire.
struct Row<'a> {
    at: Duration,
    wire: &'a [u8],
    byte: u8,
}

impl Columns {
    /// Reads the row that names them.
    fn of(text: &[u8]) -> Option<Self> {
        let names: Vec<String> = cells(text).map(|cell| String::from_utf8_lossy(cell).to_ascii_lowercase()).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.iter().any(|known| name.starts_with(known)));
        let time = find(&["time", "start"])?;
        let wire = find(&["name", "analyzer", "channel"]);
        if let Some(value) = find(&["value", "data", "decoded"]) {
            return Some(Self { time, values: vec![(value, Vec::new())], wire });
        }
        // Each wire has its own column.
        let column = |name: &str| find(&[name]).map(|at| (at, name.as_bytes().to_vec()));
        Some(Self { time, values: vec![column("tx")?, column("rx")?], wire: None })
    }

    fn row<'a>(&'a self, text: &'a [u8]) -> Option<Row<'a>> {
        let cell = |at: usize| cells(text).nth(at);
        let time = cell(self.time)?;
        let seconds = || std::str::from_utf8(time).ok()?.parse::<f64>().ok();
        // Logic 2 writes times of day too: `2026-01-02T03:04:05.123456789+00:00`.
        let at = match seconds() {
            Some(seconds) => Duration::try_from_secs_f64(seconds.max(0.0)).ok()?,
            None => clock::moment(time)?.0,
        };
        let told = |(at, name): &'a (usize, Vec<u8>)| {
            let digits = cell(*at)?;
            // Where each wire has a column, bytes are hex digits.
            let byte =
                byte(digits).or_else(|| (!name.is_empty()).then(|| hex::decode(digits).ok()?.first().copied())?)?;
            Some((self.wire.and_then(cell).unwrap_or(name), byte))
        };
        let (wire, byte) = self.values.iter().find_map(told)?;
        Some(Row { at, wire, byte })
    }
}

/// The cells of a row, without quotation marks around them; a comma inside those parts none.
pub(super) fn cells(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    let parts = move |byte: &u8| {
        quoted ^= *byte == b'"';
        *byte == b',' && !quoted
    };
    text.split(parts).map(|cell| {
        let bare = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\""));
        bare.unwrap_or(cell)
    })
}

/// `A`, `0x41`, `'65'` (by its number), `\r`, `' '`, `COMMA`.
fn byte(cell: &[u8]) -> Option<u8> {
    if let [only] = cell {
        return Some(*only);
    }
    match cell {
        b"COMMA" => return Some(b','),
        // A quotation mark inside quotation marks is doubled.
        b"\"\"" => return Some(b'"'),
        _ => {}
    }
    if let Some((byte, used)) = spelled::escape(cell).filter(|(_, used)| *used == cell.len()) {
        return (used > 0).then_some(byte);
    }
    let inside = cell.strip_prefix(b"'").and_then(|cell| cell.strip_suffix(b"'"));
    if let Some([only]) = inside.filter(|inside| !inside.iter().all(u8::is_ascii_digit)) {
        return Some(*only);
    }
    let text = std::str::from_utf8(inside.unwrap_or(cell)).ok()?;
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok().filter(|_| inside.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let lines = clock::lines(text.as_bytes(), 1);
        let mut form = learn(&lines).unwrap();
        let mut out = Vec::new();
        for line in &lines {
            form.line(line, &mut out);
        }
        let mut shown = String::new();
        let mut way = None;
        for chunk in out {
            if way != Some(chunk.direction) {
                way = Some(chunk.direction);
                shown.push(if chunk.direction == Direction::Tx { '>' } else { '<' });
            }
            shown.push_str(&String::from_utf8_lossy(&chunk.bytes).replace('\r', "r").replace('\n', "n"));
        }
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_byte_a_row() {
        check(
            "Time [s],Value,Parity Error,Framing Error\n0.001,A,,\n0.002,T,,\n0.003,'13',,\n0.01,'10',,\n0.02,O,,\n0.03,K,,\n0.04,\\r,,\n0.05,COMMA,,\n0.06,' ',,\n",
            "<ATrnOKr, ",
        );
        check(
            "name,type,start_time,duration,data,error\n\"to\",\"data\",0.1,0.0008,0x41,\n\"to\",\"data\",0.11,0.0008,0x54,\n\"to\",\"data\",0.12,0.0008,0x0D,\n\"from\",\"data\",0.2,0.0008,0x4F,\n\"from\",\"data\",0.21,0.0008,0x4B,\n\"from\",\"data\",0.22,0.0008,0x0D,\n",
            ">ATr<OKr",
        );
    }

    #[test]
    fn times_of_day_and_commas_in_quotes() {
        let row = |second: u32, text: &str| {
            format!("\"Async Serial\",\"data\",2026-01-02T03:04:{second:02}.123456789+00:00,0.00008,\"{text}\"\n")
        };
        let head = "name,type,start_time,duration,\"data\"\n".to_owned();
        let said = ["A", "T", "\\r", "O", "K", "\\r", ",", "\"\""];
        let rows = (0..).zip(said).map(|(second, text)| row(second, text));
        check(&std::iter::once(head).chain(rows).collect::<String>(), "<ATrOKr,\"");
    }

    #[test]
    fn a_column_for_each_wire() {
        check(
            "Index,Time,Tx,Rx\n1,0.001,41,\n2,0.002,54,\n3,0.003,0D,\n4,0.02,,4F\n5,0.03,,4B\n6,0.04,,0D\n",
            ">ATr<OKr",
        );
    }

    #[test]
    fn other_tables_are_none() {
        for text in ["time,value\n1,20\n2,30\n", "AT\nOK\n", "name,value\nA,T\n", ""] {
            assert!(learn(&clock::lines(text.as_bytes(), 1)).is_none(), "{text}");
        }
    }
}
