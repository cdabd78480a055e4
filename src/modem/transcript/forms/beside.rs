//! The answer stands on the line of its command: `AT OK`, `AT+CPIN? -> +CPIN: READY`, a row of a table.

use super::super::{Chunk, Shape, TextLine, spelled};
use super::{Lines, Value};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let pairs = lines.iter().filter(|line| row(line.text).is_some_and(|row| !row.answers.is_empty())).count();
    let lonely = lines.iter().filter(|line| row(line.text).is_some_and(|row| row.answers.is_empty())).count();
    (pairs > 0 && pairs >= lonely).then(|| -> Box<dyn Lines> { Box::new(Rows) })
}

struct Rows;

impl Lines for Rows {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        true
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        let Some(row) = row(line.text) else {
            let text = line.text.trim_ascii();
            if spelled::is_answer(text) || text == b">" {
                Value { direction: Direction::Rx, bytes: text.to_vec(), exact: false }.push(line, out);
            }
            return;
        };
        let mut bytes = row.command.to_vec();
        bytes.push(b'\r');
        Value { direction: Direction::Tx, bytes, exact: true }.push(line, out);
        for answer in row.answers {
            // `AT+HTTPACTION=0 | 0,603,0`: somebody has left the name out.
            if is_bare_value(answer) {
                let name = row.command.get(2..).unwrap_or_default();
                let name = name.split(|byte| matches!(byte, b'=' | b'?')).next().unwrap_or_default();
                let bytes = [name, b": ", answer].concat();
                Value { direction: Direction::Rx, bytes, exact: false }.push(line, out);
                continue;
            }
            Value { direction: Direction::Rx, bytes: answer.to_vec(), exact: false }.push(line, out);
        }
    }
}

struct Row<'a> {
    command: &'a [u8],
    answers: Vec<&'a [u8]>,
}

/// A command with or without answers behind it.
fn row(text: &[u8]) -> Option<Row<'_>> {
    /// How far into a line a command may begin.
    const LONGEST: usize = 64;
    (0..text.len().min(LONGEST)).find_map(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'_' | b'(')) {
            return None;
        }
        let rest = text.get(at..).filter(|rest| rest.starts_with(b"AT") || at == 0 && rest.starts_with(b"at"))?;
        let opened = before.filter(|byte| matches!(byte, b'"' | b'\''));
        let end = opened.and_then(|quote| closing(rest, *quote)).unwrap_or_else(|| command_end(rest));
        let command = rest.get(..end)?;
        let command = command.strip_suffix(b":").or_else(|| command.strip_suffix(b",")).unwrap_or(command);
        // `Sending "AT"... got "OK"`: the quote that was opened before it.
        let odd = memchr::memchr_iter(b'"', command).count() % 2 == 1;
        let closed = |quote: u8| command.iter().position(|byte| *byte == quote).and_then(|at| command.get(..at));
        let command = if odd { closed(b'"') } else { closed(b'\'').or_else(|| closed(b'`')) }.unwrap_or(command);
        let minus = command.get(2..4).is_some_and(|name| matches!(name, [b'-', b'A'..=b'Z']));
        (minus || is_whole_command(command))
            .then(|| Row { command, answers: answers(rest.get(end..).unwrap_or_default()) })
    })
}

/// Where the quotation ends that was opened in front of a command; quotes of its own stand in pairs.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut own = false;
    text.iter().enumerate().position(|(at, byte)| {
        if *byte != quote {
            return false;
        }
        let apart = text.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t' | b',' | b';' | b':' | b')'));
        let closes = !own && apart;
        own ^= !closes;
        closes
    })
}

/// A command ends at the first blank or bar outside its quotes; a blank in front of its `=` is a slip of who typed it.
fn command_end(text: &[u8]) -> usize {
    let mut quoted = false;
    let ends = |(at, byte): (usize, &u8)| {
        quoted ^= *byte == b'"';
        let goes_on = || {
            let rest = text.get(at..).unwrap_or_default().trim_ascii_start();
            // `AT+CPIN? => +CPIN: READY`, `AT = OK`: what leads to the answer.
            let leads = matches!(rest, [b'=', b' ' | b'\t' | b'=' | b'>', ..]) && !answers(rest).is_empty();
            rest.starts_with(b"=") && !leads
        };
        !quoted && matches!(byte, b' ' | b'\t' | b'|') && !goes_on()
    };
    text.iter().enumerate().position(ends).unwrap_or(text.len())
}

/// The answers behind a command, what leads to them passed over.
fn answers(text: &[u8]) -> Vec<&[u8]> {
    /// How far behind a command its answer may begin: `  | response: `.
    const LONGEST: usize = 32;
    let begins = |at: &usize| {
        let apart =
            at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        apart && opened(text, *at).is_some_and(|rest| !split(rest).is_empty())
    };
    let start = (0..text.len().min(LONGEST)).find(begins);
    start.and_then(|at| opened(text, at)).map(split).unwrap_or_default()
}

/// The text from here on, without what closes what was opened in front of it: `(OK)`, `['OK']`.
fn opened(text: &[u8], at: usize) -> Option<&[u8]> {
    let (before, mut rest) = text.split_at_checked(at)?;
    rest = rest.trim_ascii_end();
    let opens = before.iter().rev().take_while(|byte| b"([{\"'".contains(byte)).count();
    for open in before.iter().skip(at - opens) {
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            quote => *quote,
        };
        rest = rest.strip_suffix(&[close]).unwrap_or(rest);
    }
    Some(rest)
}

/// `0,603,0`: the numbers of an answer without its name.
fn is_bare_value(text: &[u8]) -> bool {
    text.contains(&b',') && text.iter().all(|byte| byte.is_ascii_digit() || *byte == b',')
}

/// Answers one behind the other: `+CPIN: READY OK`.
fn split(text: &[u8]) -> Vec<&[u8]> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"|").unwrap_or(text).trim_ascii();
    for end in [&b"OK"[..], b"ERROR"] {
        let Some(before) = text.strip_suffix(end).filter(|before| !before.is_empty()) else { continue };
        // What stands between two answers: `+CSQ: 20,0, OK`, `+CSQ: 20,0][OK`, `'+CSQ: 20,0', 'OK'`.
        let between = |byte: &u8| b" \t|,;/][\"'".contains(byte);
        let gap = before.iter().rev().take_while(|byte| between(byte)).count();
        let Some(before) = before.get(..before.len() - gap).filter(|_| gap > 0) else { continue };
        // A quotation mark that the answer has opened itself.
        let odd = memchr::memchr_iter(b'"', before).count() % 2 == 1;
        let before = if odd { text.get(..=before.len()).unwrap_or(before) } else { before }.trim_ascii();
        if spelled::is_answer(before) && before.starts_with(b"+") {
            return vec![before, end];
        }
    }
    // `OK (after 3 s)`.
    let word = text.split(|byte| matches!(byte, b'(' | b',' | b';')).next().unwrap_or_default().trim_ascii();
    // `ERROR and shows no prompt`.
    let first = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let prose = text.get(first.len() + 1).is_some_and(u8::is_ascii_lowercase);
    if prose && matches!(first, b"OK" | b"ERROR") {
        vec![first]
    } else if spelled::is_answer(text) || is_bare_value(text) {
        vec![text]
    } else if spelled::is_answer(word) && !word.starts_with(b"+") {
        vec![word]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = row(text.as_bytes()).map_or("-".to_owned(), |row| {
            let all = std::iter::once(row.command).chain(row.answers);
            all.map(|text| String::from_utf8_lossy(text).into_owned()).collect::<Vec<_>>().join("|")
        });
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn rows() {
        check("AT OK", "AT|OK");
        check("AT+CIPMUX=1   ERROR", "AT+CIPMUX=1|ERROR");
        check("AT+CPIN? -> +CPIN: SIM PIN", "AT+CPIN?|+CPIN: SIM PIN");
        check("AT+CSQ returns +CSQ: 12,0 OK", "AT+CSQ|+CSQ: 12,0|OK");
        check("Pin | at command: AT+CPIN? | response +CPIN: SIM PIN", "AT+CPIN?|+CPIN: SIM PIN");
        check("AT+CSTT=\"a b\": OK", "AT+CSTT=\"a b\"|OK");
        check("AT+CMGF=1", "AT+CMGF=1");
        check("AT+CMGS=\"+1555\" returns ERROR and shows no prompt", "AT+CMGS=\"+1555\"|ERROR");
        check("AT-CMGF=1          ERROR", "AT-CMGF=1|ERROR");
        check("do | at command: AT+HTTPACTION=0 | response 0,603,0", "AT+HTTPACTION=0|0,603,0");
        check("BUT ON AT+CGPS=1, IT IS ERROR", "AT+CGPS=1|ERROR");
        check("I saw OK", "-");
        check("AT => OK", "AT|OK");
        check("AT = OK", "AT|OK");
        check("AT+CIICR ==> ERROR", "AT+CIICR|ERROR");
        check("AT+CSTT =\"a\" OK", "AT+CSTT =\"a\"|OK");
        check("AT (OK)", "AT|OK");
        check("AT+CPIN? [+CPIN: SIM PIN][OK]", "AT+CPIN?|+CPIN: SIM PIN|OK");
        check("AT+CPIN? ['+CPIN: SIM PIN', 'OK']", "AT+CPIN?|+CPIN: SIM PIN|OK");
        check("\"AT+CPIN?\" -> \"+CPIN: SIM PIN OK\"", "AT+CPIN?|+CPIN: SIM PIN|OK");
        check("AT ... OK", "AT|OK");
        check("AT+COPS? [+COPS: 0,0,\"a\"][OK]", "AT+COPS?|+COPS: 0,0,\"a\"|OK");
        check("Attention: OK", "-");
    }
}
