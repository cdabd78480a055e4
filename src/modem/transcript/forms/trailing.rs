//! A table without a heading, in whose last column stands which way each line went: `10:02:11,AT+CREG?,TX`.

use super::super::TextLine;
use super::analyser::cells;
use super::labelled::undoubled;
use super::{EachLine, Gone, Lines};
use crate::modem::Direction;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let rows: Vec<Direction> = lines.iter().flat_map(|line| row(line.text)).map(|(direction, _)| direction).collect();
    let shown = lines.iter().filter(|line| !line.is_blank()).count();
    let both = rows.contains(&Direction::Tx) && rows.contains(&Direction::Rx);
    (both && rows.len() * 3 > shown * 2).then(|| -> Box<dyn Lines> { Box::new(EachLine(row)) })
}

/// What a row tells: nothing where its last cell names no way.
fn row(text: &[u8]) -> Gone {
    let told = || {
        let mark = text.iter().copied().rfind(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))?;
        let cells: Vec<&[u8]> =
            if mark == b',' { cells(text).collect() } else { text.split(|byte| *byte == mark).collect() };
        let [.., told, way] = cells.as_slice() else { return None };
        let direction = match way.trim_ascii().to_ascii_lowercase().as_slice() {
            b"tx" | b"sent" | b"send" | b"out" => Direction::Tx,
            b"rx" | b"received" | b"recv" | b"in" => Direction::Rx,
            _ => return None,
        };
        Some((direction, undoubled(told.trim_ascii()).into_owned()))
    };
    told().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::{Shape, clock};
    use super::*;

    #[test]
    fn the_last_cell_tells_the_way() {
        let check = |text: &str, expect: Option<(Direction, &str)>| {
            let told = row(text.as_bytes());
            let told = told.first().map(|(direction, bytes)| (*direction, String::from_utf8_lossy(bytes).into_owned()));
            assert_eq!(told, expect.map(|(direction, text)| (direction, text.to_owned())), "{text}");
        };
        check("10:02:11,AT+CREG?,TX", Some((Direction::Tx, "AT+CREG?")));
        check("1,\"+COPS: 0,0,\"\"x\"\"\",RX", Some((Direction::Rx, "+COPS: 0,0,\"x\"")));
        check("AT+CSQ ; sent", Some((Direction::Tx, "AT+CSQ")));
        check("AT+CREG?", None);
        check("+CREG: 0,1", None);
        let form = learn(&clock::lines(b"1,AT,TX\n2,OK,RX\n", 1)).unwrap();
        assert_eq!(form.shape(), Shape::Labelled);
        assert!(learn(&clock::lines(b"1,AT,TX\n2,AT,TX\n", 1)).is_none());
    }
}
