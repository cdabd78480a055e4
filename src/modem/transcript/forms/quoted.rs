//! Values in quotes or brackets behind labels: Python's `b'AT\r'` and lists of lines, `write(3, "AT\r", 3)` of strace,
//! `[AT..]` with dots for what does not print. What stands around a value is the logger's.

use super::super::pattern::{matches, pattern};
use super::super::words::{RECEIVED, SENT, has};
use super::super::{Chunk, Shape, TextLine, spelled};
use super::{EachLine, Gone, Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

/// The lines in front of a value, and what the values behind them were.
#[derive(Debug)]
struct Lead {
    pattern: Vec<u8>,
    commands: usize,
    answers: usize,
    /// The value has quotes or brackets around it.
    quoted: bool,
    /// Line ends are written in some value.
    exact: bool,
    /// Python shows a value that nobody has named: what was read.
    shown: bool,
}

impl Lead {
    /// `AT COMMAND: [`: a label for commands, unlike `ser.write(b'` of a program.
    fn labels(&self) -> bool {
        let opened = self.pattern.trim_ascii_end();
        let label = opened.strip_suffix(b"[").unwrap_or(opened).trim_ascii_end();
        label.ends_with(b":") && self.direction() == Some(Direction::Tx)
    }

    /// `>>> s.write(b'`, `In [2]: s.write(b'`: typed at Python's prompt, and sent as it stands. Any other function may put line ends behind it.
    fn is_typed(&self) -> bool {
        let pattern = self.pattern.trim_ascii_end();
        let bytes = memchr::memmem::find(pattern, b"write(").is_some() || pattern.ends_with(b"(b");
        (pattern.starts_with(b">>> ") || pattern.starts_with(b"In [#]: "))
            && (pattern.ends_with(b"(") || pattern.ends_with(b"(b"))
            && bytes
    }

    fn direction(&self) -> Option<Direction> {
        let says = |words: &[&str]| {
            let text = String::from_utf8_lossy(&self.pattern).to_lowercase();
            words.iter().any(|word| text.contains(word))
        };
        let received = says(&["recv", "receiv", "read", "resp", "reply", "answer", "line", "rx", "<-", "<<", "got"]);
        let sent = says(&["send", "sent", "write", "tx", "->", ">>", "cmd", "command", "attempt"]);
        match (self.commands, self.answers) {
            _ if self.shown => Some(Direction::Rx),
            (_, 0) if self.quoted && received && !sent => Some(Direction::Rx),
            (_, 0) if self.commands > 0 && (sent || !received) => Some(Direction::Tx),
            (0, _) if self.quoted => Some(Direction::Rx),
            (commands, answers) if answers > 0 && self.quoted && (received || commands <= answers) => {
                Some(Direction::Rx)
            }
            _ => None,
        }
    }
}

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    // A program that was itself logged, with arrows of its own inside the quotes.
    let shows = |way: Direction| {
        let is_told = if way == Direction::Tx { is_whole_command } else { spelled::is_answer };
        let mut values = lines.iter().filter_map(|line| quoted(line.text)).flat_map(|(_, values)| values);
        values.any(|value: Vec<u8>| arrow(&value).is_some_and(|(found, text)| found == way && is_told(text)))
    };
    if shows(Direction::Tx) && shows(Direction::Rx) {
        return Some(Box::new(EachLine(arrows)));
    }
    let mut leads: Vec<Lead> = Vec::new();
    for line in lines {
        let (lead, quoted, values) = match quoted(line.text) {
            Some((at, values)) => (at, true, values),
            None => match plain_command(line.text) {
                Some(at) => (at, false, vec![line.text.get(at..).unwrap_or_default().to_vec()]),
                None => continue,
            },
        };
        let pattern = pattern(line.text.get(..lead).unwrap_or_default());
        let known = leads.iter().position(|lead| lead.pattern == pattern && lead.quoted == quoted);
        let place = known.unwrap_or_else(|| {
            leads.push(Lead { pattern, commands: 0, answers: 0, quoted, exact: false, shown: false });
            leads.len() - 1
        });
        if let Some(lead) = leads.get_mut(place) {
            let lines = || values.iter().flat_map(|value| value.split(|byte| matches!(byte, b'\r' | b'\n')));
            let mut lines = lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).peekable();
            lead.exact |= quoted && values.iter().any(|value| ends(value));
            lead.commands += usize::from(lines.peek().is_some_and(|first| is_whole_command(first)));
            lead.answers += usize::from(lines.any(|line| spelled::is_answer(line) || line.starts_with(b">")));
        }
    }
    let typed = leads.iter().any(Lead::is_typed);
    for lead in leads.iter_mut().filter(|lead| typed && lead.quoted) {
        lead.shown = lead.pattern.is_empty() || lead.pattern.starts_with(b"Out[#]: ");
    }
    let received = leads.iter().any(|lead| lead.direction() == Some(Direction::Rx))
        || lines.iter().any(|line| worded(line.text).is_some());
    let sent = leads.iter().any(|lead| lead.direction() == Some(Direction::Tx));
    let quoted = leads.iter().any(|lead| lead.quoted && lead.direction().is_some());
    // What came may be all there is, with its echo.
    let echoed = leads.iter().any(|lead| lead.quoted && lead.commands > 1 && lead.answers > 1);
    // Or nothing came at all: then only what a label stands in front of is a log, and no program; or Python shows that
    // what it read is empty.
    let empty = || lines.iter().filter(|line| matches!(line.text.trim_ascii(), b"b''" | b"b\"\"")).count() > 1;
    // Or how much was written.
    let counts = || lines.iter().filter(|line| line.text.iter().all(u8::is_ascii_digit)).count() > 1;
    let calls = |lead: &Lead| lead.labels() || lead.is_typed() && (empty() || counts());
    let silent = !received && leads.iter().any(|lead| lead.quoted && lead.commands > 1 && calls(lead));
    // The texts that a program has read stand alone, each in its quotes.
    let alone = leads
        .iter()
        .any(|lead| lead.pattern.is_empty() && lead.quoted && lead.answers > 0 && lead.commands + lead.answers > 1);
    (received && quoted && (sent || echoed || alone) || silent)
        .then(|| -> Box<dyn Lines> { Box::new(Quoted { leads, directed: sent, sent: Vec::new() }) })
}

struct Quoted {
    leads: Vec<Lead>,
    /// What was sent is told apart.
    directed: bool,
    /// What was sent last, while nothing has come since: a program that tells it twice has sent it once.
    sent: Vec<u8>,
}

impl Quoted {
    fn lead(&self, text: &[u8], quoted: bool) -> Option<&Lead> {
        let pattern = pattern(text);
        self.leads.iter().find(|lead| lead.pattern == pattern && lead.quoted == quoted)
    }

    fn sent(&mut self, bytes: Vec<u8>, exact: bool, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let shown = bytes.trim_ascii().to_vec();
        if !shown.is_empty() && shown == self.sent && !exact {
            return;
        }
        self.sent = shown;
        let exact = exact || ends(&bytes);
        Value { direction: Direction::Tx, bytes, exact }.push(line, out);
    }
}

impl Lines for Quoted {
    fn shape(&self) -> Shape {
        if self.directed { Shape::Labelled } else { Shape::Pasted }
    }

    fn restored(&self) -> bool {
        self.directed
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some((at, values)) = quoted(line.text) else {
            if let Some(bytes) = worded(line.text) {
                self.sent.clear();
                return Value { direction: Direction::Rx, bytes, exact: false }.push(line, out);
            }
            // `dir=tx data="Hello"`: data behind a key whose other values were commands.
            let named = self.leads.iter().filter(|lead| lead.quoted).find_map(|lead| {
                let rest = line.text.get(matches(&lead.pattern, line.text)?..)?;
                let (value, _) = string(rest).filter(|_| rest.starts_with(b"\""))?;
                (lead.direction()? == Direction::Tx).then_some(value)
            });
            if let Some(value) = named {
                return self.sent(value, false, line, out);
            }
            // `write: 0011000B9100`: behind a label that was seen in front of commands all else was sent too.
            let before = |lead: &&Lead| !lead.quoted && lead.direction() == Some(Direction::Tx);
            let sent = self
                .leads
                .iter()
                .filter(before)
                .find_map(|lead| matches(&lead.pattern, line.text).and_then(|len| line.text.get(len..)));
            if let Some(text) = sent.map(<[u8]>::trim_ascii).filter(|text| !text.is_empty()) {
                self.sent(text.to_vec(), false, line, out);
            }
            return;
        };
        let Some(lead) = self.lead(line.text.get(..at).unwrap_or_default(), true) else { return };
        let exact = lead.exact && lead.pattern.ends_with(b"]") || lead.is_typed();
        match lead.direction() {
            Some(Direction::Tx) => self.sent(values.concat(), exact, line, out),
            Some(Direction::Rx) => {
                if values.iter().any(|value| !value.trim_ascii().is_empty()) {
                    self.sent.clear();
                }
                for bytes in values {
                    let exact = !self.directed || bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
                    Value { direction: Direction::Rx, bytes, exact }.push(line, out);
                }
            }
            None => {}
        }
    }
}

/// A dump of a program that shows the dialog with arrows: `b'\t---> AT\r\n'`.
fn arrows(text: &[u8]) -> Gone {
    let values = quoted(text).map(|(_, values)| values).unwrap_or_default();
    values.iter().filter_map(|value| arrow(value)).map(|(direction, text)| (direction, text.to_vec())).collect()
}

/// `---> AT`, `<--- OK`: the arrow in front of a text.
fn arrow(text: &[u8]) -> Option<(Direction, &[u8])> {
    let text = text.trim_ascii();
    let (arrow, rest) = text.split_at_checked(text.iter().position(|byte| *byte == b' ')?)?;
    let direction = match arrow {
        [line @ .., b'>'] if !line.is_empty() && line.iter().all(|byte| matches!(byte, b'-' | b'=')) => Direction::Tx,
        [b'<', line @ ..] if !line.is_empty() && line.iter().all(|byte| matches!(byte, b'-' | b'=')) => Direction::Rx,
        _ => return None,
    };
    Some((direction, rest.trim_ascii()))
}

/// `Received OK`, `Received error response …CmeError(SIM not inserted)`: an answer that a program tells without quotes.
fn worded(text: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(text, b"Received ")?;
    let told = text.get(at + b"Received ".len()..)?.trim_ascii();
    if matches!(told, b"OK" | b"ERROR") {
        return Some(told.to_vec());
    }
    // `Received OK ("+CSQ: 20,99")`: what came in front of it.
    if let Some(inside) = told.strip_prefix(b"OK (").and_then(|told| told.strip_suffix(b")")) {
        let (value, _) = string(inside)?;
        return Some(if value.is_empty() { b"OK".to_vec() } else { [&value[..], b"\r\nOK"].concat() });
    }
    let named = [(&b"CmeError("[..], &b"+CME ERROR: "[..]), (b"CmsError(", b"+CMS ERROR: ")];
    named.into_iter().find_map(|(name, answer)| {
        let at = memchr::memmem::find(told, name)?;
        let inside = told.get(at + name.len()..)?.strip_suffix(b")")?;
        Some([answer, inside].concat())
    })
}

/// Where the command begins that ends a line without quotes.
fn plain_command(text: &[u8]) -> Option<usize> {
    let at = (1..text.len()).find(|&at| {
        let apart = text.get(at - 1).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b':' | b'>'));
        apart && text.get(at..).is_some_and(|rest| rest.starts_with(b"AT") && is_whole_command(rest.trim_ascii_end()))
    })?;
    Some(at)
}

/// The values of a line, and where the first one begins.
fn quoted(text: &[u8]) -> Option<(usize, Vec<Vec<u8>>)> {
    let call = memchr::memchr(b'(', text);
    (0..text.len()).find_map(|at| {
        let rest = text.get(at..)?;
        let apart = at == 0 || text.get(at - 1).is_some_and(|byte| !byte.is_ascii_alphanumeric());
        match rest {
            [b'b' | b'u' | b'r', b'\'' | b'"', ..] if apart => {
                let (value, _) = string(rest.get(1..)?)?;
                Some((at, vec![value]))
            }
            [b'[', ..] => list(rest)
                .or_else(|| dots(rest))
                .or_else(|| bracketed(text.get(..at)?, rest))
                .map(|values| (at, values)),
            // `'\r\nOK\r\n'` alone, `Sending command: "AT\r"`: its line ends written out.
            [quote @ (b'"' | b'\''), inside @ ..] if at == 0 || text.get(..at)?.ends_with(b": ") => {
                // Node-RED leaves quotes inside as they are, and shows line ends as `↵`.
                let pictured = inside.strip_suffix(&[*quote]).filter(|inside| inside.ends_with("↵".as_bytes()));
                if let Some(inside) = pictured {
                    return Some((at, vec![spelled::read(inside)]));
                }
                let (value, used) = string(rest)?;
                let ended = rest.get(used..)?.trim_ascii().is_empty();
                let shown = ends(&value) || at == 0 && (value.is_empty() || spelled::is_answer(value.trim_ascii()));
                (ended && shown).then(|| (at, vec![value]))
            }
            // `msg=write data="AT\r\n"`.
            [b'"', ..] if is_key(text.get(..at)?) => {
                let (value, _) = string(rest)?;
                let told = value.trim_ascii();
                (is_whole_command(told) || spelled::is_answer(told) || told == b">").then(|| (at, vec![value]))
            }
            // `>>> modem.send("AT\r")`.
            [b'"' | b'\'', ..] if text.starts_with(b">>> ") && text.get(..at)?.ends_with(b"(") => {
                let (value, _) = string(rest)?;
                Some((at, vec![value]))
            }
            // `write(3, "AT\r", 3) = 3`.
            [b'"', ..] if text.get(..at)?.ends_with(b", ") && call.is_some_and(|call| call < at) => {
                let (value, _) = string(rest)?;
                Some((at, vec![value]))
            }
            // `tx: "AT\r\n"`, `Write: 'AT\r'`.
            [quote @ (b'"' | b'\''), inside @ ..] if is_label(text.get(..at)?) => {
                // Python's own quotes in those of the label are found behind them.
                let inside = inside.trim_ascii_end().strip_suffix(&[*quote]).filter(|text| !is_python(text))?;
                Some((at, vec![spelled::escaped(inside)]))
            }
            [b'<', ..] => buffer(rest).map(|bytes| (at, vec![bytes])),
            _ => None,
        }
    })
}

/// `[DEBUG] uart.c:120: rx: `: its words say which way went what stands behind it.
fn is_label(text: &[u8]) -> bool {
    let label = text.trim_ascii_end();
    label.len() < text.len()
        && label.ends_with(b":")
        && !label.contains(&b'"')
        && (has(label, &SENT) || has(label, &RECEIVED))
}

/// `b"AT"`.
fn is_python(text: &[u8]) -> bool {
    matches!(text, [b'b', b'"' | b'\'', ..])
}

/// What Node.js prints of bytes: `<Buffer 0d 0a 4f 4b 0d 0a>`.
fn buffer(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.trim_ascii_end().strip_prefix(b"<Buffer ")?.strip_suffix(b">")?;
    digits
        .split(|byte| *byte == b' ')
        .map(|pair| hex::decode(pair).ok())
        .collect::<Option<Vec<_>>>()
        .map(|all| all.concat())
}

/// A string in the quotes of Python or C, and how long it is.
fn string(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let quote = *text.first()?;
    let mut bytes = Vec::new();
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        match rest {
            [first, ..] if *first == quote => return Some((bytes, at + 1)),
            [b'\\', escaped @ (b'\'' | b'"'), ..] => {
                bytes.push(*escaped);
                at += 2;
            }
            [first, ..] => {
                let read = spelled::escape(rest).or_else(|| spelled::picture(rest));
                let (byte, used) = read.unwrap_or((*first, 1));
                bytes.push(byte);
                at += used;
            }
            [] => return None,
        }
    }
}

/// `['a', b'b']`, to the end of the list.
fn list(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = text.strip_prefix(b"[")?;
    let mut values = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        match rest {
            [b']', ..] => return Some(values),
            [b',', tail @ ..] if !values.is_empty() => rest = tail,
            [b'b' | b'u', b'\'' | b'"', ..] | [b'\'' | b'"', ..] => {
                let start = usize::from(!matches!(rest, [b'\'' | b'"', ..]));
                let (value, used) = string(rest.get(start..)?)?;
                values.push(value);
                rest = rest.get(start + used..)?;
            }
            _ => return None,
        }
    }
}

/// `[AT..]` at the end of a line: a dot stands for each byte that does not print.
fn dots(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let inner = text.strip_prefix(b"[")?.trim_ascii_end().strip_suffix(b"]")?;
    if !inner.ends_with(b".") || inner.contains(&b'[') {
        return None;
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        let run = inner.get(at..)?.iter().take_while(|byte| **byte == b'.').count();
        let last = at + run == inner.len();
        if run > 1 || run == 1 && last {
            bytes.extend(std::iter::repeat_n(*b"\r", run % 2).flatten());
            bytes.extend(std::iter::repeat_n(*b"\r\n", run / 2).flatten());
            at += run;
        } else {
            bytes.push(byte);
            at += 1;
        }
    }
    Some(vec![bytes])
}

/// `[RECV][  9][AT\r\r\nOK\r\n]`: the last of several brackets, its control characters written as words.
fn bracketed(before: &[u8], text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let inner = text.strip_prefix(b"[")?.trim_ascii_end().strip_suffix(b"]")?;
    // `OK[CR][LF]` is a line of its own kind.
    let named = || spelled::read(text.trim_ascii_end()).len() == 1;
    (before.ends_with(b"]") && !inner.is_empty() && !inner.contains(&b'[') && !named())
        .then(|| vec![spelled::read(inner)])
}

/// The bytes hold what ends a line or data.
fn ends(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B))
}

/// `… msg=read data=`: a key in small letters among others.
fn is_key(text: &[u8]) -> bool {
    /// No key is longer.
    const LONGEST: usize = 64;
    let Some((key, before)) = text.strip_suffix(b"=").and_then(|text| {
        let key = text.iter().rev().take(LONGEST).position(|byte| *byte == b' ')?;
        let at = text.len() - key - 1;
        Some((text.get(at + 1..)?, text.get(..at)?))
    }) else {
        return false;
    };
    key.len() > 1 && key.iter().all(u8::is_ascii_lowercase) && before.contains(&b'=') && !before.ends_with(b"AT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&[u8]]) {
        let values = quoted(text.as_bytes()).map(|(_, values)| values).unwrap_or_default();
        assert_eq!(values, expect, "{text}");
    }

    #[test]
    fn values_of_a_line() {
        check(r"Attempt 1, (b'AT\r')", &[b"AT\r"]);
        check(r#"got b"it's \x1a""#, &[b"it's \x1a"]);
        check("Lines: ['+CPIN: NOT INSERTED', 'OK']", &[b"+CPIN: NOT INSERTED", b"OK"]);
        check(r#"write(3, "AT\r", 3) = 3"#, &[b"AT\r"]);
        check("AT COMMAND: [ATZ..]", &[b"ATZ\r\n"]);
        check("AT RESPONSE: [ATE0...OK..]", &[b"ATE0\r\r\nOK\r\n"]);
        check(r"[RECV][   9][AT\r\r\nOK\r\n]", &[b"AT\r\r\nOK\r\n"]);
        check("[PPP]: nothing", &[]);
        check("Club 'x'", &[]);
        check(r"'\r\nOK\r\n'", &[b"\r\nOK\r\n"]);
        check("'ERROR'", &[b"ERROR"]);
        check(r#"0.1 DEBUG Sending command: "AT\r""#, &[b"AT\r"]);
        check(r#"name: "x""#, &[]);
        check("OK[CR][LF]", &[]);
        check(r#">>> modem.send("AT+CMGS=\"+1555\"\r")"#, &[b"AT+CMGS=\"+1555\"\r"]);
    }
}
