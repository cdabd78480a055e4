//! Finds PINs and passwords in the bytes of both directions as they pass, however they are cut: what is masked in captures,
//! findings and exports.
//!
//! Only the bytes in front decide about a byte, so a command typed one key at a time is masked as it is typed, and so is
//! its echo. Which parameters are secret says [`crate::vocabulary::private`]. A line that resembles a command with a secret
//! (a slip in its name, blanks, another separator, an unbalanced quote) is masked from there on: better a byte too many than
//! a password. What a modem answers to a query of a secret is secret too. A login that is sent as data is the matter of
//! `mqtt`.

mod context;
mod inside;
mod known;
mod likeness;
mod line;
mod mqtt;
mod name;
mod pap;
mod passing;
mod returning;
mod stretches;
mod values;
mod wording;

use std::ops::Range;

use super::Direction;
use super::remembered::Remembered;
use crate::vocabulary;
use context::{Context, Pin, asks_for_password};
pub use known::Secrets;
use line::{Around, Awaited, Line};
use mqtt::{HexMqttFinder, MqttFinder};
use returning::Returning;
use stretches::Stretches;
pub(crate) use stretches::merged;
use values::LeftOpen;

/// How many lines the rest of an echo that something broke is awaited for, and a value that was sent is looked for in.
const ECHO_LINES: u8 = 8;
/// A private key has no more lines.
const LONGEST_KEY: u8 = 120;
/// Watches the bytes of a session, both directions.
#[derive(Clone, Debug, Default)]
pub struct SecretFinder {
    sent: Watch,
    received: Watch,
    /// The last sent line with a secret; what of it is yet to come back, and in how many lines at most.
    echo: Vec<(u8, bool)>,
    echo_lines: u8,
    returning: Returning,
    context: Context,
    /// Names of answers that hold no secret.
    plain: Remembered<()>,
    /// The last line that was sent; empty from where a packet stopped to its next line.
    last_sent: Vec<u8>,
    /// Something was received since the last byte was sent.
    heard: bool,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Watch {
    line: Line,
    /// Whether the last line was left where a secret was to follow.
    left_open: LeftOpen,
    /// The lines of a private key pass, up to one with dashes: at most this many.
    key: u8,
    escape: Escape,
    mqtt: MqttFinder,
    hex: HexMqttFinder,
    /// A packet goes on behind a command: not in this record, or not before the prompt.
    pause: Pause,
    login: pap::PapFinder,
    /// Lines of this direction in which nothing was secret.
    remembered: Remembered<()>,
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

impl Watch {
    /// No packet is passing, and none begins before a byte that stops [`Line::skip`].
    fn is_quiet(&self) -> bool {
        self.escape == Escape::No
            && self.pause == Pause::No
            && self.mqtt.is_idle()
            && self.hex.is_idle()
            && self.login.is_idle()
    }

    /// Takes what needs no closer look; how much that is.
    fn skip(&mut self, way: Direction, bytes: &[u8]) -> usize {
        let count = if self.is_quiet() { self.line.skip(way, bytes) } else { 0 };
        self.hex.pass(bytes.get(..count).unwrap_or_default());
        count
    }
}

impl SecretFinder {
    /// The secret stretches of the next bytes of a direction, in order.
    pub fn find(&mut self, way: Direction, bytes: &[u8]) -> Vec<Range<usize>> {
        if way == Direction::Tx && self.sent.mqtt.is_inside() && begins_send(bytes) {
            self.sent.pause = Pause::Command;
            self.last_sent.clear();
        }
        match (way, bytes.first()) {
            (Direction::Tx, Some(first)) if std::mem::take(&mut self.heard) => self.leave_unfinished(*first),
            (Direction::Rx, Some(_)) => self.heard = true,
            _ => {}
        }
        let passed = if self.nothing_is_awaited(way) { self.pass_lines(way, bytes) } else { 0 };
        let found = if passed < bytes.len() { self.find_behind(passed, way, bytes) } else { Vec::new() };
        if way == Direction::Rx
            && let Some(last) = bytes.last()
        {
            self.returning.pass(*last);
        }
        found
    }

    /// The same of the bytes from `at` on, which begin with none that can be passed over.
    fn find_behind(&mut self, mut at: usize, way: Direction, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = Stretches::default();
        let mut line_start = None;
        let mut passed_before = true;
        while let Some((byte, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            let begins = self.nothing_is_awaited(way);
            let coming = bytes.get(at..).unwrap_or_default();
            let passed = match begins {
                false => self.skip(way, coming),
                true if passed_before => 0,
                true => self.pass_lines(way, coming),
            };
            passed_before = passed > 0;
            if passed_before {
                at += passed;
                continue;
            }
            if begins {
                line_start = Some(at);
            }
            if self.is_secret(way, *byte, rest) {
                found.push(at);
                line_start = None;
            } else if matches!(byte, b'\r' | b'\n' | 0x1A)
                && let Some(start) = line_start.take()
            {
                self.remember(way, bytes.get(start..at).unwrap_or_default());
            }
            at += 1;
        }
        found.ranges
    }

    /// The close look at the next byte of a direction, and what came with it behind it.
    fn is_secret(&mut self, way: Direction, byte: u8, rest: &[u8]) -> bool {
        let watch = self.watch(way);
        let in_login = watch.login.take(byte, watch.line.text());
        let in_line = self.take(way, byte, rest);
        let in_hex = self.watch(way).hex.take(byte);
        let comes_back = way == Direction::Rx && self.returning.take(byte) && !self.received.line.is_understood();
        self.take_mqtt(way, byte) || in_hex || in_line || in_login || comes_back
    }

    /// Takes what needs no closer look in the line that has begun; how much that is.
    fn skip(&mut self, way: Direction, bytes: &[u8]) -> usize {
        if self.context.settings || way == Direction::Rx && !self.returning.is_over() {
            return 0;
        }
        self.watch(way).skip(way, bytes)
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
        let pin = self.context.pin != Pin::No;
        let awaited = self.awaited(way);
        let around = |echo| Around {
            pin,
            asked: &self.context.asked,
            settings: self.context.settings,
            queried: self.context.queried,
            ussd: self.context.ussd,
            awaited,
            echo,
            rest,
        };
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
                let typed = Some(&self.sent.line).filter(|line| line.begins_secret());
                let typed: Vec<_> = typed.into_iter().flat_map(Line::marked).collect();
                self.received.line.take(byte, way, &around(&typed))
            }
            Direction::Rx => self.received.line.take(byte, way, &around(&self.echo)),
        }
    }

    /// What is sent next is a password, whatever it looks like, or the network's question for a PIN is answered by it.
    #[must_use]
    pub fn password_is_awaited(&self) -> bool {
        self.awaited(Direction::Tx) == Awaited::Password || self.context.ussd
    }

    /// The SIM waits for its PIN, or was asked whether it does: digits alone are masked.
    #[must_use]
    pub fn pin_is_awaited(&self) -> bool {
        self.context.pin != Pin::No
    }

    /// What the line that begins may be.
    fn awaited(&self, way: Direction) -> Awaited {
        let (watch, heard) = match way {
            Direction::Tx => (&self.sent, self.received.line.text()),
            Direction::Rx => (&self.received, self.received.line.text()),
        };
        if watch.key > 0 && watch.line.text().is_empty() {
            return Awaited::Key;
        }
        match way {
            Direction::Tx if !self.sent.line.text().is_empty() => Awaited::Nothing,
            Direction::Tx if self.sent.left_open == LeftOpen::Begun => Awaited::Rest,
            Direction::Tx if self.sent.left_open == LeftOpen::Between => Awaited::Tail,
            Direction::Tx if self.sent.left_open == LeftOpen::Address => Awaited::Address,
            Direction::Tx if asks_for_password(heard) => Awaited::Password,
            // `Password for wlan0:` and a prompt in the next line.
            Direction::Tx if self.context.prompted && matches!(heard.trim_ascii(), b"" | b">") => Awaited::Password,
            Direction::Rx if self.received.left_open == LeftOpen::Begun => Awaited::Echo,
            Direction::Rx if self.context.queried => Awaited::Answer,
            _ => Awaited::Nothing,
        }
    }

    fn end_line(&mut self, way: Direction) {
        if self.watch(way).line.text().is_empty() {
            self.watch(way).line = std::mem::take(&mut self.watch(way).line).begin();
            return;
        }
        let line = std::mem::take(&mut self.watch(way).line);
        let text = line.text();
        let watch = self.watch(way);
        watch.left_open = line.left_open();
        watch.key = match watch.key {
            _ if line.is_key() => LONGEST_KEY,
            lines if memchr::memmem::find(text, b"-----").is_none() => lines.saturating_sub(1),
            _ => 0,
        };
        match way {
            Direction::Tx => {
                let marked: Vec<_> =
                    Some(&line).filter(|line| line.has_secret()).into_iter().flat_map(Line::marked).collect();
                self.has_sent(text, marked);
                if !line.is_whole() {
                    self.echo.clear();
                }
                if likeness::brings_secret(text) {
                    self.sent.left_open = LeftOpen::Begun;
                } else if likeness::brings_address(text) {
                    self.sent.left_open = LeftOpen::Address;
                }
                self.context.sent(text);
            }
            Direction::Rx => {
                self.context.prompted = asks_for_password(text);
                self.await_rest(&line, text);
                if text.len() >= 2 {
                    self.said(text);
                }
            }
        }
        self.watch(way).line = line.begin();
    }

    /// A password was asked for while a line stood without its end, as logs have it: what is sent next is another line.
    fn leave_unfinished(&mut self, next: u8) {
        let (typed, heard) = (self.sent.line.text(), self.received.line.text());
        let prompted = self.context.prompted;
        // What was typed comes back as it is.
        let asked =
            asks_for_password(heard) && !heard.ends_with(typed) || prompted && matches!(heard.trim_ascii(), b"" | b">");
        if !typed.is_empty() && asked && !matches!(next, b'\r' | b'\n' | 0x1A) {
            self.end_line(Direction::Tx);
            self.context.prompted = prompted;
        }
    }

    /// A line was sent; its bytes and which of them are secret, where any is.
    fn has_sent(&mut self, text: &[u8], marked: Vec<(u8, bool)>) {
        self.returning.expect(&marked);
        self.echo = marked;
        self.echo_lines = ECHO_LINES;
        (self.context.prompted, self.context.pin_given) = (false, false);
        self.last_sent.clear();
        self.last_sent.extend_from_slice(text);
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
            self.returning.end();
        }
    }

    /// A line of the modem.
    fn said(&mut self, text: &[u8]) {
        if vocabulary::is_command(text) {
            if self.sent.line.text().is_empty() {
                self.context.commanded(text);
            }
            return;
        }
        self.context.said(text);
        if self.sent.line.is_address() {
            (self.sent.line, self.sent.left_open) = (Line::default(), LeftOpen::No);
        }
        let over = [&b"SEND OK"[..], b"SEND FAIL", b"DATA ACCEPT", b"ERROR", b"CLOSED"];
        if matches!(text, [b'A'..=b'Z', ..]) && over.iter().any(|word| text.starts_with(word)) {
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

/// A command that sends data, whichever modem's: `AT+CIPSEND`, `AT+QISEND=0,20`, `AT+USOWR=0,20`.
pub(crate) fn begins_send(line: &[u8]) -> bool {
    let name = line.get(..2).filter(|start| start.eq_ignore_ascii_case(b"AT")).and_then(|_| line.get(2..));
    let name: Vec<u8> = name
        .unwrap_or_default()
        .iter()
        .take_while(|byte| !b"=?\r".contains(byte))
        .map(u8::to_ascii_uppercase)
        .collect();
    [&b"SEND"[..], b"USOWR", b"USOST", b"NSOS"].iter().any(|word| memchr::memmem::find(&name, word).is_some())
}

/// A text of somebody's own (an argument, a line that was typed, the name of a macro, what a fault quotes), with what is secret
/// in it as `*`.
pub(crate) fn masked(text: &str) -> String {
    String::from_utf8_lossy(&masked_bytes(text.as_bytes())).into_owned()
}

/// Bytes that would be sent, with what is secret in them as `*`.
pub(crate) fn masked_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut masked = bytes.to_vec();
    for range in secret_in(bytes) {
        masked.get_mut(range).unwrap_or_default().fill(b'*');
    }
    masked
}

/// Where something is secret in bytes that would be sent.
pub(crate) fn secret_in(bytes: &[u8]) -> Vec<Range<usize>> {
    SecretFinder::default().find(Direction::Tx, bytes)
}

#[cfg(test)]
mod tests;
