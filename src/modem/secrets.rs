//! Finds PINs and passwords in the bytes of both directions as they pass, however they are cut: what is masked in captures,
//! findings and exports.
//!
//! Only the bytes in front decide about a byte, so a command typed one key at a time is masked as it is typed, and so is
//! its echo. Which parameters are secret says [`crate::vocabulary::private`]. A line that resembles a command with a secret
//! (a slip in its name, blanks, another separator, an unbalanced quote) is masked from there on: better a byte too many than
//! a password. What a modem answers to a query of a secret is secret too. A login that is sent as data is the matter of
//! `mqtt`.

mod likeness;
mod line;
mod mqtt;
mod values;

use std::collections::VecDeque;
use std::ops::Range;

use super::Direction;
use crate::vocabulary::{self, Form};
use line::{Around, Line};
use mqtt::MqttFinder;

/// How many lines the rest of an echo that something broke is awaited for.
const ECHO_LINES: u8 = 8;

/// Watches the bytes of a session, both directions.
#[derive(Clone, Debug, Default)]
pub struct SecretFinder {
    sent: Watch,
    received: Watch,
    /// The last sent line with a secret; what of it is yet to come back, and in how many lines at most.
    echo: Vec<(u8, bool)>,
    echo_lines: u8,
    pin: Pin,
    /// The command that asked for a secret.
    asked: Option<Vec<u8>>,
    /// `AT+SAPBR=4` asked for the settings of a bearer.
    bearer: bool,
    /// The last line that was sent; empty from where a packet stopped to its next line.
    last_sent: Vec<u8>,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Watch {
    line: Line,
    mqtt: MqttFinder,
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
        while let Some((byte, _)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            if !self.bearer && self.watch(way).is_quiet() {
                let skipped = self.watch(way).line.skip(bytes.get(at..).unwrap_or_default());
                at += skipped;
                if skipped > 0 {
                    continue;
                }
            }
            let secret = match byte {
                b'\r' | b'\n' | 0x1A | 0x1B => {
                    self.end_line(way);
                    false
                }
                byte => self.take(way, *byte),
            };
            if self.take_mqtt(way, *byte) || secret {
                found.push(at);
            }
            at += 1;
        }
        found.ranges
    }

    fn watch(&mut self, way: Direction) -> &mut Watch {
        match way {
            Direction::Tx => &mut self.sent,
            Direction::Rx => &mut self.received,
        }
    }

    fn take(&mut self, way: Direction, byte: u8) -> bool {
        let pin = self.pin != Pin::No;
        let around = |echo| Around { pin, asked: self.asked.as_deref(), bearer: self.bearer, echo };
        match way {
            Direction::Tx => self.sent.line.take(byte, way, &around(&[])),
            Direction::Rx if self.echo.is_empty() && pin => {
                // Digits alone come back key by key.
                let typed = self.sent.line.text();
                let typed = if typed.first().is_some_and(|(_, secret)| *secret) { typed } else { &[] };
                self.received.line.take(byte, way, &around(typed))
            }
            Direction::Rx => self.received.line.take(byte, way, &around(&self.echo)),
        }
    }

    fn end_line(&mut self, way: Direction) {
        let line = std::mem::take(&mut self.watch(way).line);
        if line.text().is_empty() {
            return;
        }
        let text: Vec<u8> = line.text().iter().map(|(byte, _)| *byte).collect();
        match way {
            Direction::Tx => {
                let secret = line.is_whole() && line.text().iter().any(|(_, secret)| *secret);
                self.echo = if secret { line.text().to_vec() } else { Vec::new() };
                self.echo_lines = ECHO_LINES;
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
        if self.echo.is_empty() {
            return;
        }
        let begins = |text: &[u8]| {
            text.len() < self.echo.len() && text.iter().zip(&self.echo).all(|(came, (sent, _))| came == sent)
        };
        if line.echoed() > 0 && line.echoed() == text.len() || begins(text) {
            self.echo.drain(..text.len().min(self.echo.len()));
        } else {
            self.echo_lines = self.echo_lines.saturating_sub(1);
        }
        if self.echo_lines == 0 {
            self.echo.clear();
        }
    }

    /// A command line, sent or come back.
    fn commanded(&mut self, text: &[u8]) {
        let Some(line) = vocabulary::Line::read(text) else { return };
        (self.asked, self.bearer) = (None, false);
        if self.pin == Pin::Asked {
            self.pin = Pin::No;
        }
        for call in line.calls() {
            let is = |name: &[u8]| call.name.eq_ignore_ascii_case(name);
            match call.form {
                Form::Query if is(b"+CPIN") || is(b"+CPIN2") => {
                    self.pin = if self.pin == Pin::Wanted { Pin::Wanted } else { Pin::Asked };
                }
                Form::Query => self.asked = likeness::asks_for_secret(&call).or_else(|| self.asked.take()),
                Form::Set if is(b"+SAPBR") => self.bearer = call.number(0) == Some(4),
                _ => {}
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
        if let Some(state) = text.strip_prefix(b"+CPIN:") {
            let state = state.trim_ascii();
            self.pin = if state.starts_with(b"SIM P") { Pin::Wanted } else { Pin::No };
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

/// A record of its own that asks for more data.
fn begins_send(bytes: &[u8]) -> bool {
    const SEND: &[u8] = b"AT+CIPSEND";
    bytes.get(..SEND.len()).is_some_and(|start| start.eq_ignore_ascii_case(SEND))
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

/// At most this many values are known at one time, the latest; none is longer.
const KNOWN: usize = 64;
const LONGEST_VALUE: usize = 256;
/// A shorter value is hidden only where it stands as a parameter.
const SHORT: usize = 3;
/// At least this much of the start of a value is hidden where a text was cut.
const SHORTEST_START: usize = 2;

/// What was secret in a session, to keep it out of sentences that quote from it.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    finder: SecretFinder,
    /// Bytes of a secret that is passing, sent and received.
    passing: [Vec<u8>; 2],
    known: VecDeque<Vec<u8>>,
}

impl Secrets {
    /// The next bytes of a direction.
    pub(crate) fn hear(&mut self, way: Direction, bytes: &[u8]) {
        let found = self.finder.find(way, bytes);
        let mut at = 0;
        for range in found {
            if range.start > at {
                self.end_value(way);
            }
            if let Some(passing) = self.passing.get_mut(usize::from(way == Direction::Rx)) {
                passing.extend(bytes.get(range.clone()).unwrap_or_default());
                passing.truncate(LONGEST_VALUE);
            }
            at = range.end;
        }
        if at < bytes.len() {
            self.end_value(way);
        }
    }

    fn end_value(&mut self, way: Direction) {
        let index = usize::from(way == Direction::Rx);
        let Some(value) = self.passing.get_mut(index).map(std::mem::take).filter(|value| !value.is_empty()) else {
            return;
        };
        // Where all of a line was hidden its parts are known one by one too.
        let parts: Vec<Vec<u8>> = value
            .split(|byte| b"\",;=: ".contains(byte))
            .filter(|part| part.len() >= SHORT && part.len() < value.len())
            .map(<[u8]>::to_vec)
            .collect();
        for value in std::iter::once(value).chain(parts) {
            self.learn(&value);
        }
    }

    /// A value that is secret wherever it stands.
    pub(crate) fn learn(&mut self, value: &[u8]) {
        if value.is_empty() || value.iter().all(|byte| *byte == b'*') || self.known.iter().any(|known| known == value) {
            return;
        }
        if self.known.len() == KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(value.to_vec());
    }

    /// Bytes with what is secret as `*`.
    #[must_use]
    pub(crate) fn masked_bytes(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for value in self.known.iter().filter(|value| value.len() >= SHORT) {
            let places: Vec<usize> = memchr::memmem::find_iter(&bytes, value).collect();
            for at in places {
                bytes.get_mut(at..at + value.len()).unwrap_or_default().fill(b'*');
            }
        }
        bytes
    }

    /// The text with what is secret as `*`.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        let passing = self.passing.iter().filter(|value| !value.is_empty());
        let mut values: Vec<&Vec<u8>> = self.known.iter().chain(passing).collect();
        if values.is_empty() {
            return text;
        }
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.into_iter().fold(text, |text, value| without(text, &String::from_utf8_lossy(value)))
    }
}

/// A text without this value.
fn without(mut text: String, value: &str) -> String {
    let stars = |length: usize| "*".repeat(length);
    if value.chars().count() >= SHORT {
        for form in [value.to_owned(), crate::notation::print(value.as_bytes())] {
            if text.contains(&form) {
                text = text.replace(&form, &stars(form.chars().count()));
            }
        }
    } else {
        for before in ["\"", "=", ","] {
            for after in ["\"", ",", " ", "`", "”"] {
                let form = format!("{before}{value}{after}");
                text = text.replace(&form, &format!("{before}{}{after}", stars(value.chars().count())));
            }
        }
    }
    // A quotation may end in the middle of it.
    if let Some(cut) = text.find('…') {
        let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).filter(|at| *at >= SHORTEST_START).collect();
        for end in ends.into_iter().rev() {
            let begun = value.get(..end).unwrap_or_default();
            if text.get(..cut).is_some_and(|front| front.ends_with(begun)) {
                text.replace_range(cut - begun.len()..cut, &stars(begun.chars().count()));
                break;
            }
        }
    }
    text
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
