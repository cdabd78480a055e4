//! Bytes as numbers: hex dumps (`xxd`, `hexdump -C`, serial port monitors, candump), `0x41 0x54`, decimals.
//!
//! The direction stands in front of the numbers, or on a line of its own before them; where neither tells, it is one stream.

use super::super::pattern::pattern;
use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

/// How a byte is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Hex,
    Decimal,
    /// Characters, with octal numbers and escapes among them (`od -c`).
    Characters,
}

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    [Base::Hex, Base::Decimal, Base::Characters].into_iter().find_map(|base| learn_base(lines, base))
}

/// The lines with one thing in front of their numbers.
#[derive(Debug)]
struct Lead {
    pattern: Vec<u8>,
    bytes: Vec<u8>,
    direction: Option<Direction>,
}

fn learn_base(lines: &[TextLine<'_>], base: Base) -> Option<Box<dyn Lines>> {
    /// How much of what each side says it takes to see which side it is.
    const LOOKED_AT: usize = 4096;
    let mut leads: Vec<Lead> = Vec::new();
    let (mut dumped, mut shown, mut headed) = (0, 0, false);
    for line in lines.iter().filter(|line| !line.is_blank()) {
        shown += 1;
        let Some((at, bytes)) = numbers(line.text, base) else {
            headed |= header(line.text).is_some();
            continue;
        };
        dumped += 1;
        let pattern = lead_pattern(line.text.get(..at).unwrap_or_default());
        let known = leads.iter().position(|lead| lead.pattern == pattern);
        let place = known.unwrap_or_else(|| {
            leads.push(Lead { pattern, bytes: Vec::new(), direction: None });
            leads.len() - 1
        });
        if let Some(lead) = leads.get_mut(place).filter(|lead| lead.bytes.len() < LOOKED_AT) {
            lead.bytes.extend_from_slice(&bytes);
        }
    }
    let text = |bytes: &[u8], test: fn(&[u8]) -> bool| {
        bytes.split(|byte| matches!(byte, b'\r' | b'\n')).any(|line| test(line.trim_ascii()))
    };
    let sensible =
        leads.iter().any(|lead| text(&lead.bytes, is_whole_command) || text(&lead.bytes, spelled::is_answer));
    if dumped * 3 < shown || !sensible {
        return None;
    }
    if leads.len() > 1 && !headed {
        for lead in &mut leads {
            let (commands, answers) = (text(&lead.bytes, is_whole_command), text(&lead.bytes, spelled::is_answer));
            lead.direction = match (named(&lead.pattern), commands, answers) {
                (Some(direction), ..) => Some(direction),
                (None, _, true) => Some(Direction::Rx),
                (None, true, false) => Some(Direction::Tx),
                _ => None,
            };
        }
    }
    let sent = headed || leads.iter().any(|lead| lead.direction == Some(Direction::Tx));
    Some(Box::new(Dump { base, leads, headed, sent, current: Direction::Rx }))
}

struct Dump {
    base: Base,
    leads: Vec<Lead>,
    /// Lines of their own tell the direction of those behind them.
    headed: bool,
    /// Both directions are told.
    sent: bool,
    current: Direction,
}

impl Lines for Dump {
    fn shape(&self) -> Shape {
        if self.sent { Shape::Labelled } else { Shape::Pasted }
    }

    fn restored(&self) -> bool {
        false
    }

    fn are_numbers(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some((at, bytes)) = numbers(line.text, self.base) else {
            self.current = header(line.text).unwrap_or(self.current);
            return;
        };
        let pattern = lead_pattern(line.text.get(..at).unwrap_or_default());
        let lead = self.leads.iter().find(|lead| lead.pattern == pattern).and_then(|lead| lead.direction);
        let direction = if self.headed { self.current } else { lead.unwrap_or(self.current) };
        if self.sent {
            self.current = direction;
        }
        Value { direction, bytes, exact: true }.push(line, out);
    }

    fn finish(&mut self, out: &mut Vec<Chunk>) {
        // In one stream the echo of what was typed last has no end.
        let last = out.last_mut().filter(|last| !self.sent && last.bytes.trim_ascii() != b">");
        if let Some(last) = last.filter(|last| !last.bytes.ends_with(b"\n")) {
            last.bytes.extend_from_slice(b"\r\n");
        }
    }
}

/// What tells the direction in front of numbers; counts in brackets (`[8]`) and offsets do not.
fn lead_pattern(lead: &[u8]) -> Vec<u8> {
    let lead = lead.trim_ascii();
    let counted = lead.ends_with(b"]") && lead.contains(&b'[');
    let without =
        if counted { lead.iter().rposition(|byte| *byte == b'[').and_then(|at| lead.get(..at)) } else { None };
    match without {
        // The identifier of a bus tells the side.
        Some(bus) => bus.trim_ascii().to_vec(),
        None if lead.ends_with(b"#") => lead.to_vec(),
        // Where the bytes stand: `000000a0:`.
        None if is_offset(lead) => b"#".to_vec(),
        None => pattern(lead),
    }
}

fn is_offset(lead: &[u8]) -> bool {
    let digits = lead.strip_suffix(b":").unwrap_or(lead);
    digits.len() > 3 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Words that name a direction.
fn named(text: &[u8]) -> Option<Direction> {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let sent = has(&["send", "sent", "writ", "tx", "-->", ">>", "out"]) || text.trim() == ">";
    let received = has(&["recv", "receiv", "read", "rx", "<--", "<<"]) || text.trim() == "<";
    match (sent, received) {
        (true, false) => Some(Direction::Tx),
        (false, true) => Some(Direction::Rx),
        _ => None,
    }
}

/// A line without numbers that tells which way those behind it went.
fn header(text: &[u8]) -> Option<Direction> {
    match text.trim_ascii() {
        // socat: `> 2024/01/01 12:00:00.000000  length=3 from=0 to=2`.
        [b'>', b' ', rest @ ..] if memchr::memmem::find(rest, b"length=").is_some() => Some(Direction::Tx),
        [b'<', b' ', rest @ ..] if memchr::memmem::find(rest, b"length=").is_some() => Some(Direction::Rx),
        // Our own export: `10.459319 < 10 bytes`.
        text if text.ends_with(b" bytes") || text.ends_with(b" byte") => {
            let marks = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
            match (marks(b" > "), marks(b" < ")) {
                (true, false) => Some(Direction::Tx),
                (false, true) => Some(Direction::Rx),
                _ => named(text),
            }
        }
        text => named(text),
    }
}

/// The bytes that a line tells as numbers, and where they begin.
fn numbers(text: &[u8], base: Base) -> Option<(usize, Vec<u8>)> {
    if base == Base::Characters {
        return characters(text);
    }
    let tokens = tokens(text);
    let mut best: Option<(usize, Vec<u8>)> = None;
    let mut from = 0;
    while from < tokens.len() {
        let (taken, bytes) = run(tokens.get(from..).unwrap_or_default(), base);
        if bytes.len() > best.as_ref().map_or(0, |(_, most)| most.len())
            && let Some(&(start, ..)) = tokens.get(from)
        {
            best = Some((start, bytes));
        }
        from += taken.max(1);
    }
    best.or_else(|| tokens.iter().find_map(|&(start, word, _)| joined(word, base).map(|bytes| (start, bytes))))
}

/// The bytes of a line that holds nothing else in front of its column of characters.
pub(super) fn hex(text: &[u8]) -> Option<Vec<u8>> {
    numbers(text, Base::Hex).map(|(_, bytes)| bytes)
}

/// The line is bytes from end to end: `41 54 0D`.
pub(super) fn is_hex(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.len() > 4
        && text.split(|byte| *byte == b' ').all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))
}

/// Words of a line, where they begin, and how many blanks stand in front.
fn tokens(text: &[u8]) -> Vec<(usize, &[u8], usize)> {
    let mut tokens = Vec::new();
    let (mut start, mut blanks) = (None, 0);
    let parts = |byte: u8| matches!(byte, b' ' | b'\t' | b'|' | b',' | b';');
    for (at, &byte) in text.iter().chain(b" ").enumerate() {
        match (start, parts(byte)) {
            (None, true) => blanks += usize::from(byte == b' ' || byte == b'\t'),
            (None, false) => start = Some(at),
            (Some(from), true) => {
                tokens.push((from, text.get(from..at).unwrap_or_default(), blanks));
                (start, blanks) = (None, usize::from(byte == b' ' || byte == b'\t'));
            }
            (Some(_), false) => {}
        }
    }
    tokens
}

/// Bytes one behind the other, and how many words they are. The column of characters behind them is set off by blanks.
fn run(tokens: &[(usize, &[u8], usize)], base: Base) -> (usize, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut taken = 0;
    for (at, &(start, word, blanks)) in tokens.iter().enumerate() {
        // `hexdump -C` parts its eight and eight bytes too.
        // slsnif shows a blank itself in front of its number.
        if taken > 0 && blanks > 1 && bytes.len() != 8 && word != b"(032)" {
            break;
        }
        // An offset ends in a colon, or is long and stands at the start, in front of words that are shorter.
        let single = tokens.get(at + 1).is_some_and(|(_, next, _)| next.len() == 2);
        if taken == 0 && start == 0 && (word.len() >= 8 || word.len() >= 4 && single) {
            break;
        }
        let Some(more) = byte(word, base) else { break };
        bytes.extend(more);
        taken += 1;
    }
    (taken, bytes)
}

/// One number.
fn byte(word: &[u8], base: Base) -> Option<Vec<u8>> {
    let hex = |digits: &[u8]| hex::decode(digits).ok().filter(|bytes| !bytes.is_empty());
    let word = word.strip_prefix(b"[").or_else(|| word.strip_prefix(b"{")).unwrap_or(word);
    let word = word.strip_suffix(b"]").or_else(|| word.strip_suffix(b"}")).unwrap_or(word);
    if base == Base::Decimal {
        // slsnif: `A(065)`, `(013)`.
        let word = match word {
            [b'(', digits @ .., b')'] | [_, b'(', digits @ .., b')'] => digits,
            _ => word,
        };
        let value: u8 = std::str::from_utf8(word).ok()?.parse().ok()?;
        return Some(vec![value]);
    }
    match word {
        [b'0', b'x' | b'X', digits @ ..] => hex(digits).filter(|bytes| bytes.len() == 1),
        // `xxd` joins two bytes.
        [_, _] | [_, _, _, _] => hex(word),
        _ => None,
    }
}

/// `0000000   A   T  \r  \n 032`: four columns for each byte behind the offset.
fn characters(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    const OFFSET: usize = 7;
    let (offset, cells) = text.split_at_checked(OFFSET)?;
    if cells.is_empty() || !offset.iter().all(|digit| (b'0'..b'8').contains(digit)) {
        return None;
    }
    let byte = |cell: &[u8]| match cell.trim_ascii_start() {
        [] => Some(b' '),
        [only] => Some(*only),
        [b'\\', _] => spelled::escape(cell.trim_ascii_start()).map(|(byte, _)| byte),
        digits => u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok(),
    };
    let bytes: Option<Vec<u8>> =
        cells.chunks(4).map(|cell| byte(cell).filter(|_| cell.first() == Some(&b' '))).collect();
    bytes.map(|bytes| (OFFSET, bytes))
}

/// Many bytes in one word: `41540D`, `can0 123#41540D`.
fn joined(word: &[u8], base: Base) -> Option<Vec<u8>> {
    let digits = word.rsplit(|byte| *byte == b'#').next()?;
    let long = digits.len() >= 4 && digits.len().is_multiple_of(2) && base == Base::Hex;
    long.then(|| hex::decode(digits).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, base: Base, expect: Option<(usize, &[u8])>) {
        let found = numbers(text.as_bytes(), base);
        assert_eq!(found.as_ref().map(|(at, bytes)| (*at, bytes.as_slice())), expect, "{text}");
    }

    #[test]
    fn dumps_of_many_tools() {
        check("00000000: 4154 2b43 5049 4e3f 0d       AT+CPIN?.", Base::Hex, Some((10, b"AT+CPIN?\r")));
        check(
            "00000000  41 54 2b 43 50 49 4e 3f  0d 0a                    |AT+CPIN?..|",
            Base::Hex,
            Some((10, b"AT+CPIN?\r\n")),
        );
        check("TX: 0x41 0x54 0x0D", Base::Hex, Some((4, b"AT\r")));
        check("can0  123   [3]  41 54 0D", Base::Hex, Some((17, b"AT\r")));
        check("can0 123#41540D", Base::Hex, Some((5, b"AT\r")));
        check("sent 65 84 13", Base::Decimal, Some((5, b"AT\r")));
        check("[65, 84, 13]", Base::Decimal, Some((0, b"AT\r")));
        check("nothing here", Base::Hex, None);
        check("0000000   A   T       +  \\r  \\n 032", Base::Characters, Some((7, b"AT +\r\n\x1A")));
        check("0000007", Base::Characters, None);
        check("0000  41 54 0d     AT.", Base::Hex, Some((6, b"AT\r")));
        check("TX: [0x41, 0x54, 0x0D]", Base::Hex, Some((4, b"AT\r")));
        check("Host --> A(065)  (032) T(084) (013)", Base::Decimal, Some((9, b"A T\r")));
    }
}
