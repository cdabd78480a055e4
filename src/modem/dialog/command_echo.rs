//! The echo of a command: whole, with something in front of it, with the quotes of a forum, or damaged.

use super::command::Asked;
use super::exchange::{Echo, Exchange, Span};
use super::received::is_burst;
use super::said::Said;
use super::{Dialog, Event, Shows};
use crate::modem::digest::Line;
use crate::vocabulary::{is_command, is_whole_command};

impl Dialog {
    /// The bytes begin with the echo that is awaited, as a whole line: most answers do. How long it is, and what ends it.
    pub(super) fn whole_echo(&self, bytes: &[u8]) -> Option<(usize, u8)> {
        let front = self.commands.open().first().filter(|front| front.echo == Echo::None && !front.text.is_empty())?;
        let ended_by = *bytes.strip_prefix(front.text.as_slice())?.first()?;
        let possible = self.log.shows != Shows::Echoed && !self.receiving.is_skipping() && !self.texts.are_awaited();
        (possible && matches!(ended_by, b'\r' | b'\n')).then_some((front.text.len(), ended_by))
    }

    /// Is the line the echo of a command that was sent, whole or damaged?
    pub(super) fn echo(&mut self, line: &Line<'_>, span: Span) -> bool {
        let Some(front) = self.commands.open().first() else { return false };
        let text = line.text;
        if front.echo == Echo::None && front.text == text {
            self.echoed(0, span.end);
            return true;
        }
        if self.commands.open().iter().all(|exchange| exchange.echo == Echo::Whole) {
            return false;
        }
        // The log's curly quotes are the forum's: the echo shows what was sent, or at least some plain ones in their place.
        if front.text.contains(&0xE2)
            && let plain = plain_quotes(text)
            && plain_quotes(&front.text) == plain
        {
            let family = self.telling.family();
            if let Some(front) = self.commands.open_mut().first_mut() {
                front.asks(Asked::read(&plain, family));
                front.text = plain;
            }
            self.echoed(0, span.end);
            return true;
        }
        let whole = |exchange: &Exchange| {
            exchange.echo != Echo::Whole && !exchange.text.is_empty() && text.ends_with(&exchange.text)
        };
        // A command's echo may have the echo of other bytes in front of it (a stray 0x1A).
        let may_hold_one = is_whole_command(text) || text.len() > 4 || text.first().is_some_and(|&byte| byte < 0x20);
        if may_hold_one && let Some(index) = self.commands.position(whole) {
            let ahead = text.len() - self.commands.open().get(index).map_or(0, |exchange| exchange.text.len());
            if ahead > 0 && text.get(..ahead).is_some_and(is_burst) {
                self.events.push(Event::Burst(span.part(0..ahead as u64)));
            }
            self.echoed(index, span.end);
            return true;
        }
        self.damaged_echo(text, span)
    }

    pub(super) fn echoed(&mut self, index: usize, end: u64) {
        let Some(exchange) = self.commands.open_mut().get_mut(index) else { return };
        exchange.answer_from = end;
        exchange.echo = Echo::Whole;
        if self.state.echo == Some(false) {
            self.events.push(Event::Echoed(exchange.id));
        }
    }

    /// Collects what comes in place of the echo. It may be whole when all of it is there (a URC came in between).
    fn damaged_echo(&mut self, text: &[u8], span: Span) -> bool {
        if text.is_empty() || self.data().is_some() {
            return false;
        }
        let Some(exchange) = self.commands.open_mut().iter_mut().find(|exchange| exchange.echo != Echo::Whole) else {
            return false;
        };
        if (exchange.information > 0 && exchange.echo == Echo::None)
            || exchange.echo_text.len() + text.len() > exchange.text.len()
        {
            return false;
        }
        let rest = exchange.text.get(exchange.echo_text.len()..).unwrap_or_default();
        let first = exchange.echo == Echo::None;
        let like = rest.starts_with(text) || (first && resembles(text, &exchange.text));
        if !like || Said::read(text) != Said::Unknown {
            return false;
        }
        exchange.echo = Echo::Damaged;
        exchange.answer_from = span.end;
        exchange.echo_text.extend_from_slice(text);
        exchange.echo_span = Some(exchange.echo_span.map_or(span, |before| before.to(span)));
        if exchange.echo_text == exchange.text {
            exchange.echo = Echo::Whole;
            exchange.echo_text.clear();
            if self.state.echo == Some(false) {
                self.events.push(Event::Echoed(exchange.id));
            }
        }
        true
    }
}

/// The text with the plain quotes that a modem knows, in place of those that word processors set.
pub(in crate::modem) fn plain_quotes(text: &[u8]) -> Vec<u8> {
    const CURLY: [&[u8]; 3] = [b"\xE2\x80\x9C", b"\xE2\x80\x9D", b"\xE2\x80\x9E"];
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if rest.get(..3).is_some_and(|three| CURLY.contains(&three)) {
            plain.push(b'"');
            rest = rest.get(3..).unwrap_or_default();
        } else {
            plain.push(*byte);
            rest = tail;
        }
    }
    plain
}

/// `text` is what is left of `command` when bytes are lost, or when few of its bits are wrong.
fn resembles(text: &[u8], command: &[u8]) -> bool {
    let begins = text.first().zip(command.first()).is_some_and(|(a, b)| a == b)
        || is_command(command.get(1..).unwrap_or_default());
    let mut rest = command.iter();
    let lost = text.len() >= 2 && text.len() < command.len() && text.iter().all(|byte| rest.any(|other| other == byte));
    lost && (begins || text.len() * 2 >= command.len()) || flipped_bits(text, command).is_some()
}

/// How many bytes differ, if the length is right and most are. Damage on the way flips a bit or a few of a byte.
pub(in crate::modem) fn flipped_bits(text: &[u8], command: &[u8]) -> Option<u32> {
    if text.len() != command.len() || text.len() < 3 {
        return None;
    }
    let wrong = text.iter().zip(command).filter(|(a, b)| a != b).count();
    (wrong > 0 && wrong * 4 <= text.len().max(4)).then_some(u32::try_from(wrong).unwrap_or(u32::MAX))
}
