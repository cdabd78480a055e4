//! Lines with something in front that tells the direction: `TX: `, `<< `, `Sending: `, `RECV ASCII>` on a line of its own.

use std::borrow::Cow;

use super::super::lead::Leads;
use super::super::words::Way;
use super::super::{Chunk, Shape, TextLine, leaves_out, pieces, spelled, tidy, vain, words};
use super::{Lines, restore_line};
use crate::modem::Direction;
use crate::notation;
use crate::vocabulary::is_whole_command;

pub(super) fn learn(lines: &[TextLine<'_>]) -> Option<Box<dyn Lines>> {
    let names = spelled::used(lines);
    let leads = Leads::of(lines, names);
    let headed = lines.iter().filter(|line| words::header(line.text).is_some()).count() > 1;
    (headed || leads.directed).then(|| -> Box<dyn Lines> {
        // Only what is sent is marked: all else came.
        let unmarked = (!leads.received && !headed).then_some(Way::Received);
        let bytes = |text: &[u8]| if names { spelled::read(text) } else { text.to_vec() };
        // What was read in parts ends somewhere; lines that a program has put together do not.
        let received_ends = lines.iter().map(|line| leads.take(line.text)).any(|(way, rest)| {
            let bytes = bytes(rest);
            // Behind a prompt no line end comes.
            let ended = bytes.last().is_some_and(|end| matches!(end, b'\r' | b'\n'));
            way != Some(Way::Sent) && (ended || bytes.trim_ascii_end().ends_with(b"\n>"))
        });
        // The log may write the line ends of what came, but not those of what was sent.
        let sent_ends = lines
            .iter()
            .map(|line| leads.take(line.text))
            .any(|(way, rest)| way == Some(Way::Sent) && bytes(rest).iter().any(|byte| matches!(byte, b'\r' | b'\n')));
        // Kannel shows control characters as `^M` and `^Z`.
        let sent = |holds: fn(&[u8]) -> bool| {
            lines.iter().map(|line| leads.take(line.text)).any(|(way, rest)| way == Some(Way::Sent) && holds(rest))
        };
        let carets = sent(|rest| rest.strip_suffix(b"^M").is_some_and(is_whole_command));
        let dots = sent(|rest| undotted(rest).is_some_and(is_whole_command));
        let told = Vec::new();
        Box::new(Labelled {
            names,
            headed,
            leads,
            unmarked,
            sent_ends,
            received_ends,
            carets,
            dots,
            told,
            current: None,
        })
    })
}

#[expect(clippy::struct_excessive_bools, reason = "each tells something else of the log; none excludes another")]
struct Labelled {
    /// Control characters are written as words.
    names: bool,
    /// Lines of their own say which way the lines behind them went.
    headed: bool,
    leads: Leads,
    unmarked: Option<Way>,
    sent_ends: bool,
    received_ends: bool,
    /// `^M` ends what was sent, and `^Z` is a byte.
    carets: bool,
    /// `Sending AT...`: three dots behind what was sent are the program's.
    dots: bool,
    /// What was sent last.
    told: Vec<u8>,
    current: Option<Way>,
}

impl Labelled {
    /// Which way a line went that has no mark of its own.
    fn way(&mut self, way: Option<Way>, rest: &[u8]) -> Option<Way> {
        match way {
            Some(way @ (Way::Sent | Way::Received)) => {
                self.current = Some(way);
                Some(way)
            }
            _ => match self.unmarked.or(self.current) {
                Some(way) if self.headed || self.unmarked.is_some() => Some(way),
                // A library may show some of what it sends without its mark.
                _ if rest.starts_with(b"AT+") && is_whole_command(rest.trim_ascii()) => Some(Way::Sent),
                Some(Way::Received) => Some(Way::Received),
                _ if spelled::is_answer(rest.trim_ascii()) || rest.trim_ascii() == b">" => Some(Way::Received),
                _ => None,
            },
        }
    }
}

impl Lines for Labelled {
    fn shape(&self) -> Shape {
        Shape::Labelled
    }

    fn restored(&self) -> bool {
        !self.names || !self.received_ends
    }

    fn line(&mut self, line: &TextLine<'_>, out: &mut Vec<Chunk>) {
        if line.is_blank() {
            return;
        }
        if let Some(way) = words::header(line.text).filter(|_| self.headed) {
            self.current = Some(way);
            return;
        }
        let (way, rest) = self.leads.take(line.text);
        // That it waited in vain a program says of itself; and what is typed at Python's prompt is no answer.
        if way.is_none() && (vain::tells(line.text) || line.text.starts_with(b">>> ")) {
            return;
        }
        let Some(way) = self.way(way, rest) else { return };
        let direction = if way == Way::Sent { Direction::Tx } else { Direction::Rx };
        if direction == Direction::Tx && out.last_mut().is_some_and(|last| goes_on(last, rest.trim_ascii())) {
            return;
        }
        if !self.names {
            let answer = self.behind_echo(direction, rest.trim_ascii());
            let pieces = pieces::pieces(answer.unwrap_or(rest.trim_ascii()));
            if pieces.len() > 1 || answer.is_some() {
                for piece in pieces {
                    // What answers a command on its own line came, whatever the label says of the command.
                    let direction = if spelled::is_answer(piece) { Direction::Rx } else { direction };
                    self.take(line, direction, piece, out);
                }
                return;
            }
        }
        self.take(line, direction, rest, out);
    }
}

impl Labelled {
    /// `hello +CMGS: 4 OK`: what was sent comes back, and its answer behind it in the same line.
    fn behind_echo<'a>(&mut self, direction: Direction, text: &'a [u8]) -> Option<&'a [u8]> {
        if direction == Direction::Tx {
            self.told.clear();
            self.told.extend_from_slice(text);
            return None;
        }
        let answer = text.strip_prefix(self.told.as_slice()).filter(|_| !self.told.is_empty())?;
        let apart = answer.starts_with(b" ") && !is_whole_command(&self.told);
        let answer = answer.trim_ascii_start();
        (apart && pieces::pieces(answer).iter().all(|piece| spelled::is_answer(piece))).then_some(answer)
    }

    /// Takes what stands behind a label.
    fn take(&self, line: &TextLine<'_>, direction: Direction, rest: &[u8], out: &mut Vec<Chunk>) {
        let elided = leaves_out(rest);
        let rest = rest.strip_suffix(b"[...]").filter(|told| !told.is_empty()).unwrap_or(rest);
        let dots = if self.dots && direction == Direction::Tx { undotted(rest) } else { None };
        let rest = dots.unwrap_or(rest);
        let carets = self.carets && direction == Direction::Tx;
        let rest = if carets { rest.strip_suffix(b"^M").unwrap_or(rest) } else { rest };
        let rest = &if self.leads.are_cells() { undoubled(rest) } else { Cow::Borrowed(rest) };
        let mut bytes = if self.names { spelled::read(rest) } else { tidy::with_commas(rest) };
        // `'+CSQ: 20,0\r\nOK'`: lines without their own ends.
        if self.names && direction == Direction::Rx && !self.received_ends {
            let lines = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty());
            bytes = lines
                .map(<[u8]>::to_vec)
                .flat_map(|mut line| {
                    label_ends(&mut line, direction);
                    line
                })
                .collect();
        }
        if !self.names || direction == Direction::Tx && !self.sent_ends && is_whole_command(&bytes) {
            bytes.truncate(bytes.trim_ascii_end().len());
            label_ends(&mut bytes, direction);
        }
        if carets && bytes.ends_with(b"^Z") {
            bytes.truncate(bytes.len() - 2);
            bytes.push(0x1A);
        }
        if !bytes.is_empty() {
            out.push(Chunk { direction, bytes, at: line.at, elided, line: line.number });
        }
    }
}

/// `AT...`: without the dots of a program that waits.
fn undotted(text: &[u8]) -> Option<&[u8]> {
    text.trim_ascii_end().strip_suffix(b"...").map(<[u8]>::trim_ascii_end)
}

/// `AT`, and then `+CPIN?`: a program sends a command in parts.
fn goes_on(last: &mut Chunk, rest: &[u8]) -> bool {
    if last.direction != Direction::Tx || last.bytes != b"AT\r" {
        return false;
    }
    let whole = [b"AT", rest].concat();
    let basic = matches!(rest, [b'A'..=b'Z', b'0'..=b'9'] | [b'D', b'*' | b'+' | b'0'..=b'9', ..]);
    let tail = basic || rest.first().is_some_and(|sign| b"+&#*$^%".contains(sign));
    let part = tail && is_whole_command(&whole);
    if part {
        last.bytes = whole;
        last.bytes.push(b'\r');
    }
    part
}

/// The text of a table's cell, in which a quotation mark stands twice.
pub(super) fn undoubled(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(text, b"\"\"").is_none() {
        return Cow::Borrowed(text);
    }
    let mut single = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        single.push(*first);
        rest = tail.strip_prefix(b"\"").filter(|_| *first == b'"').unwrap_or(tail);
    }
    Cow::Owned(single)
}

/// Puts the line ends back where a label stood in front; a key or an expression that stands for 0x1A was that byte.
fn label_ends(bytes: &mut Vec<u8>, direction: Direction) {
    if bytes.is_empty() {
        return;
    }
    if direction == Direction::Rx && !is_whole_command(bytes) {
        restore_line(bytes);
        return;
    }
    if let Some(whole) = undotted(bytes).filter(|whole| is_whole_command(whole)) {
        bytes.truncate(whole.len());
    }
    if is_whole_command(bytes) {
        bytes.push(b'\r');
    } else if let Some(found) = notation::lookalike(bytes).filter(|found| found.alone && found.certain) {
        let spelling = found.text.to_ascii_lowercase();
        if ["ctrl", "sub", "char", "chr", "^z"].iter().any(|key| spelling.contains(key)) {
            *bytes = vec![found.byte];
        }
    }
}
