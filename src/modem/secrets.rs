//! Finds PINs and passwords in the bytes of both directions as they pass, however they are cut: what is masked in captures,
//! findings and exports.
//!
//! Only the bytes in front decide about a byte, so a command typed one key at a time is masked as it is typed, and so is
//! its echo. Which parameters are secret says [`crate::vocabulary::private`]. A line that resembles a command with a secret
//! (a slip in its name, blanks, another separator, an unbalanced quote) is masked from there on: better a byte too many than
//! a password. What a modem answers to a query of a secret is secret too. A login that is sent as data is the matter of
//! `mqtt`.

mod known;
mod likeness;
mod line;
mod mqtt;
mod name;
mod values;

use std::ops::Range;

use super::Direction;
use crate::vocabulary::{self, Form};
pub use known::Secrets;
use line::{Around, Awaited, Line};
use mqtt::{HexMqttFinder, MqttFinder};
use values::LeftOpen;

/// How many lines the rest of an echo that something broke is awaited for, and a value that was sent is looked for in.
const ECHO_LINES: u8 = 8;
/// A shorter value may come by itself.
const SHORTEST_VALUE: usize = 4;
/// Names of settings that are told one a line.
const SETTINGS: [&[u8]; 3] = [b"+SAPBR", b"+HTTPPARA", b"+SMCONF"];
/// How a SIM that waits for its PIN or PUK says so, in an answer to anything (3GPP TS 27.007, section 9.2).
const WAITING: [&[u8]; 10] = [
    b"11",
    b"12",
    b"16",
    b"17",
    b"18",
    b"SIM PIN",
    b"SIM PUK",
    b"incorrect password",
    b"SIM PIN required",
    b"SIM PUK required",
];

/// Watches the bytes of a session, both directions.
#[derive(Clone, Debug, Default)]
pub struct SecretFinder {
    sent: Watch,
    received: Watch,
    /// The last sent line with a secret; what of it is yet to come back, and in how many lines at most.
    echo: Vec<(u8, bool)>,
    echo_lines: u8,
    pin: Pin,
    /// What the last command line asked for: commands with secrets, and how.
    asked: Vec<(Vec<u8>, Form)>,
    /// Settings with logins among them are told, one a line.
    settings: bool,
    /// What the last sent line held that is secret; one of these that is coming back, and how much of it came.
    values: Vec<Vec<u8>>,
    coming: (Vec<u8>, usize),
    /// The last byte of the last read.
    received_before: Option<u8>,
    /// The last line that was sent; empty from where a packet stopped to its next line.
    last_sent: Vec<u8>,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Watch {
    line: Line,
    /// Whether the last line was left where a secret was to follow.
    left_open: LeftOpen,
    escape: Escape,
    mqtt: MqttFinder,
    hex: HexMqttFinder,
    /// A packet goes on behind a command: not in this record, or not before the prompt.
    pause: Pause,
    /// The packet as it was when the line began.
    before_line: Option<Box<MqttFinder>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pause {
    #[default]
    No,
    /// Until the command's line ends.
    Command,
    /// Until the prompt.
    Prompt,
}

/// Where in a control sequence of a terminal (a cursor key, a colour) the stream is: it is no part of the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    No,
    Began,
    Inside,
}

/// Whether the SIM waits for its PIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pin {
    #[default]
    No,
    /// It was asked for.
    Asked,
    /// The modem said so.
    Wanted,
}

impl Watch {
    /// No packet is passing.
    fn is_quiet(&self) -> bool {
        self.pause == Pause::No && self.mqtt.is_idle()
    }
}

impl SecretFinder {
    /// The secret stretches of the next bytes of a direction, in order.
    pub fn find(&mut self, way: Direction, bytes: &[u8]) -> Vec<Range<usize>> {
        if way == Direction::Tx && self.sent.mqtt.is_inside() && begins_send(bytes) {
            self.sent.pause = Pause::Command;
            self.last_sent.clear();
        }
        let mut found = Stretches::default();
        let mut at = 0;
        while let Some((byte, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            if !self.settings && self.watch(way).is_quiet() {
                let skipped = self.watch(way).line.skip(bytes.get(at..).unwrap_or_default());
                at += skipped;
                if skipped > 0 {
                    continue;
                }
            }
            let secret = self.take(way, *byte, rest);
            let in_hex = self.watch(way).hex.take(*byte);
            if self.take_mqtt(way, *byte) || in_hex || secret {
                found.push(at);
            }
            at += 1;
        }
        if way == Direction::Tx {
            return found.ranges;
        }
        let back = if self.echo_lines > 0 { self.come_back(bytes) } else { Vec::new() };
        self.received_before = bytes.last().copied().or(self.received_before);
        if back.is_empty() { found.ranges } else { merged([found.ranges, back].concat()) }
    }

    /// Where values of the last sent line stand once more, on their own.
    fn come_back(&mut self, bytes: &[u8]) -> Vec<Range<usize>> {
        let alone = |range: &Range<usize>| {
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !before.into_iter().chain(bytes.get(range.end)).any(u8::is_ascii_alphanumeric)
        };
        let places = self
            .values
            .iter()
            .flat_map(|value| memchr::memmem::find_iter(bytes, value).map(|start| start..start + value.len()));
        let mut found: Vec<_> = places.filter(alone).collect();
        // One may be cut by the end of a read: where an echo lost its front, and nowhere else, since a digit may be anything.
        let in_echo = |at: usize| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            let before = before.or_else(|| self.received_before.filter(|_| at == 0));
            before.is_none_or(|before| b"=\"\r\n".contains(&before))
        };
        let (going_on, begun) = std::mem::take(&mut self.coming);
        let mut coming = (Vec::new(), 0);
        for value in &self.values {
            let came = if *value == going_on { begun } else { 0 };
            if let Some(rest) = value.get(came..).filter(|_| came > 0) {
                let more = rest.iter().zip(bytes).take_while(|(awaited, byte)| awaited == byte).count();
                found.extend((more > 0).then_some(0..more));
                if more == bytes.len() && more < rest.len() {
                    coming = (value.clone(), came + more);
                }
            }
            let longest = (1..value.len().min(bytes.len() + 1)).rev().find(|length| {
                let start = bytes.len() - length;
                bytes.get(start..) == value.get(..*length) && in_echo(start)
            });
            if let Some(length) = longest.filter(|length| *length > coming.1) {
                found.push(bytes.len() - length..bytes.len());
                coming = (value.clone(), length);
            }
        }
        self.coming = coming;
        found
    }

    fn watch(&mut self, way: Direction) -> &mut Watch {
        match way {
            Direction::Tx => &mut self.sent,
            Direction::Rx => &mut self.received,
        }
    }

    /// The next byte of a direction, and what came with it behind it.
    fn take(&mut self, way: Direction, byte: u8, rest: &[u8]) -> bool {
        let watch = self.watch(way);
        let hides = watch.line.hides();
        match (std::mem::take(&mut watch.escape), byte) {
            (Escape::Began, b'[' | b'O') => {
                watch.escape = Escape::Inside;
                return false;
            }
            (Escape::Inside, b'0'..=b'?') => {
                watch.escape = Escape::Inside;
                return hides;
            }
            (Escape::Inside, b'@'..=b'~') => return false,
            (Escape::Began, _) => self.end_line(way),
            (Escape::No | Escape::Inside, _) => {}
        }
        match byte {
            b'\r' | b'\n' | 0x1A => {
                self.end_line(way);
                false
            }
            0x1B => {
                self.watch(way).escape = Escape::Began;
                false
            }
            byte => self.take_text(way, byte, rest),
        }
    }

    fn take_text(&mut self, way: Direction, byte: u8, rest: &[u8]) -> bool {
        let pin = self.pin != Pin::No;
        let awaited = self.awaited(way);
        let around = |echo| Around { pin, asked: &self.asked, settings: self.settings, awaited, echo, rest };
        match way {
            Direction::Tx => {
                if awaited == Awaited::Password && self.sent.line.text().is_empty() {
                    // Should it come back, it does so in the line of the prompt.
                    self.received.line.hide();
                }
                self.sent.line.take(byte, way, &around(&[]))
            }
            Direction::Rx if self.echo.is_empty() && pin => {
                // Digits alone come back key by key.
                let typed = self.sent.line.text();
                let typed = if typed.first().is_some_and(|(_, secret)| *secret) { typed } else { &[] };
                self.received.line.take(byte, way, &around(typed))
            }
            Direction::Rx => self.received.line.take(byte, way, &around(&self.echo)),
        }
    }

    /// What the line that begins may be.
    fn awaited(&self, way: Direction) -> Awaited {
        match way {
            Direction::Tx if !self.sent.line.text().is_empty() => Awaited::Nothing,
            Direction::Tx if self.sent.left_open == LeftOpen::Begun => Awaited::Rest,
            Direction::Tx if self.sent.left_open == LeftOpen::Between => Awaited::Tail,
            Direction::Tx if asks_for_password(self.received.line.text()) => Awaited::Password,
            Direction::Rx if self.received.left_open == LeftOpen::Begun => Awaited::Echo,
            _ => Awaited::Nothing,
        }
    }

    fn end_line(&mut self, way: Direction) {
        let line = std::mem::take(&mut self.watch(way).line);
        if line.text().is_empty() {
            return;
        }
        self.watch(way).left_open = line.left_open();
        let text: Vec<u8> = line.text().iter().map(|(byte, _)| *byte).collect();
        match way {
            Direction::Tx => {
                let secret = line.is_whole() && line.text().iter().any(|(_, secret)| *secret);
                self.echo = if secret { line.text().to_vec() } else { Vec::new() };
                self.echo_lines = ECHO_LINES;
                self.values = values_in(line.text());
                self.commanded(&text);
                self.last_sent = text;
            }
            Direction::Rx => {
                self.await_rest(&line, &text);
                if text.len() > 2 {
                    self.said(&text);
                }
            }
        }
    }

    /// Something may have broken the echo in two: then its rest comes on a line of its own.
    fn await_rest(&mut self, line: &Line, text: &[u8]) {
        if self.echo_lines == 0 {
            return;
        }
        let begins = |text: &[u8]| {
            text.len() < self.echo.len() && text.iter().zip(&self.echo).all(|(came, (sent, _))| came == sent)
        };
        if line.echoed() > 0 && line.echoed() == text.len() || begins(text) {
            self.echo.drain(..text.len().min(self.echo.len()));
        } else {
            self.echo_lines -= 1;
        }
        if self.echo_lines == 0 {
            self.echo.clear();
            self.values.clear();
        }
    }

    /// A command line, sent or come back.
    fn commanded(&mut self, text: &[u8]) {
        let Some(line) = vocabulary::Line::read(text) else { return };
        self.asked.clear();
        self.settings = false;
        if self.pin == Pin::Asked {
            self.pin = Pin::No;
        }
        for call in line.calls() {
            let is = |name: &[u8]| call.name.eq_ignore_ascii_case(name);
            let told = SETTINGS.iter().any(|name| is(name));
            match call.form {
                Form::Query if is(b"+CPIN") || is(b"+CPIN2") => {
                    self.pin = if self.pin == Pin::Wanted { Pin::Wanted } else { Pin::Asked };
                }
                Form::Query if told => self.settings = true,
                Form::Set if is(b"+SAPBR") => self.settings = call.number(0) == Some(4),
                Form::Query | Form::Test | Form::Set => {
                    self.asked.extend(likeness::secret_name(&call).map(|name| (name, call.form)));
                }
                Form::Execute | Form::Malformed => {}
            }
        }
    }

    /// A line of the modem.
    fn said(&mut self, text: &[u8]) {
        if vocabulary::is_command(text) {
            if self.sent.line.text().is_empty() {
                self.commanded(text);
            }
            return;
        }
        let value = |head: &[u8]| {
            let value = text.strip_prefix(head)?.trim_ascii();
            Some(value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value))
        };
        if let Some(state) = value(b"+CPIN:") {
            let waits = state.starts_with(b"SIM P") || state.starts_with(b"PH-");
            self.pin = if waits { Pin::Wanted } else { Pin::No };
        } else if value(b"+CME ERROR:").is_some_and(|error| WAITING.contains(&error)) {
            self.pin = Pin::Wanted;
        } else if (text == b"OK" || text == b"ERROR") && likeness::enters_pin(&self.last_sent) {
            self.pin = if text == b"OK" { Pin::No } else { Pin::Wanted };
        }
        if text.last() == Some(&b':') && SETTINGS.iter().any(|name| value(name) == Some(b":")) {
            self.settings = true;
        } else if text == b"OK" || text == b"ERROR" {
            self.settings = false;
        }
        let over = [&b"SEND OK"[..], b"SEND FAIL", b"DATA ACCEPT", b"ERROR", b"CLOSED"];
        if over.iter().any(|word| text.starts_with(word)) {
            if self.sent.mqtt.is_inside() {
                self.sent.pause = Pause::Command;
                self.last_sent.clear();
            }
            // What was taken for the packet was the modem's word.
            if let Some(before) = self.received.before_line.take().filter(|before| before.is_inside()) {
                self.received.mqtt = *before;
                self.received.pause = Pause::Prompt;
            }
        }
    }

    /// Bytes that are data of a packet, however many commands it takes to send it.
    fn take_mqtt(&mut self, way: Direction, byte: u8) -> bool {
        let (sends, counted) = match self.watch(way).pause {
            Pause::No if byte != 0x1A => (false, false),
            _ => {
                let sends = begins_send(&self.last_sent);
                (sends, sends && self.last_sent.contains(&b'='))
            }
        };
        let watch = match way {
            Direction::Tx => &mut self.sent,
            Direction::Rx => &mut self.received,
        };
        match watch.pause {
            Pause::No if way == Direction::Tx && byte == 0x1A && !counted && watch.mqtt.is_inside() => {
                watch.pause = Pause::Command;
            }
            Pause::No => {
                if way == Direction::Rx && byte == b'\r' && watch.mqtt.is_inside() {
                    watch.before_line = Some(Box::new(watch.mqtt.clone()));
                }
                return watch.mqtt.take(byte);
            }
            // The command that takes the rest of the packet; any other ends it.
            Pause::Command if byte == b'\r' && sends => watch.pause = Pause::No,
            Pause::Command if byte == b'\r' && !self.last_sent.is_empty() => {
                (watch.pause, watch.mqtt) = (Pause::No, MqttFinder::default());
            }
            Pause::Prompt if watch.line.is(b"> ") => watch.pause = Pause::No,
            Pause::Command | Pause::Prompt => {}
        }
        false
    }
}

/// A prompt for a password or PIN, as systems behind a serial line write it.
fn asks_for_password(line: &[(u8, bool)]) -> bool {
    const WORDS: [&[u8]; 4] = [b"password", b"passphrase", b"pin", b"puk"];
    const SHOWN: usize = 40;
    if !line.iter().rev().map(|(byte, _)| *byte).find(|byte| *byte != b' ').is_some_and(|last| b":>?".contains(&last)) {
        return false;
    }
    let tail = line.get(line.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let text: Vec<u8> = tail.iter().map(|(byte, _)| byte.to_ascii_lowercase()).collect();
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic());
    words.any(|word| WORDS.contains(&word))
}

/// The secret stretches of a line, each of which may come back on its own.
fn values_in(line: &[(u8, bool)]) -> Vec<Vec<u8>> {
    let stretches = line.split(|(byte, secret)| !secret || b"\",;= ".contains(byte));
    let values = stretches.filter(|value| value.len() >= SHORTEST_VALUE);
    values.map(|value| value.iter().map(|(byte, _)| *byte).collect()).collect()
}

/// A command that sends data, whichever modem's: `AT+CIPSEND`, `AT+QISEND=0,20`, `AT+USOWR=0,20`.
fn begins_send(line: &[u8]) -> bool {
    let name = line.get(..2).filter(|start| start.eq_ignore_ascii_case(b"AT")).and_then(|_| line.get(2..));
    let name: Vec<u8> = name
        .unwrap_or_default()
        .iter()
        .take_while(|byte| !b"=?\r".contains(byte))
        .map(u8::to_ascii_uppercase)
        .collect();
    [&b"SEND"[..], b"USOWR", b"USOST", b"NSOS"].iter().any(|word| memchr::memmem::find(&name, word).is_some())
}

/// Places, those that touch as one.
#[derive(Debug, Default)]
struct Stretches {
    ranges: Vec<Range<usize>>,
}

impl Stretches {
    fn push(&mut self, at: usize) {
        match self.ranges.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => self.ranges.push(at..at + 1),
        }
    }
}

/// Stretches in order, those that touch as one.
#[must_use]
pub(crate) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// A text of somebody's own (a line that was typed, what a fault quotes), with what is secret in it as `*`.
pub(crate) fn masked_text(text: &[u8]) -> Vec<u8> {
    let mut masked = text.to_vec();
    for range in SecretFinder::default().find(Direction::Tx, text) {
        masked.get_mut(range).unwrap_or_default().fill(b'*');
    }
    masked
}

#[cfg(test)]
mod tests;
