//! Whole lines in which nothing can be secret, passed over at once: nearly all of a session.

use super::context::asks_for_password;
use super::name::is_sign;
use super::values::LeftOpen;
use super::{Awaited, SecretFinder, line};
use crate::modem::Direction;
use crate::vocabulary;

impl SecretFinder {
    /// A line begins, and nothing that came before makes it special.
    pub(super) fn nothing_is_awaited(&self, way: Direction) -> bool {
        let watch = match way {
            Direction::Tx => &self.sent,
            Direction::Rx => &self.received,
        };
        watch.line.is_new()
            && watch.is_quiet()
            && self.context.is_calm()
            && watch.key == 0
            && watch.left_open == LeftOpen::No
            && match way {
                Direction::Tx => self.awaited(way) == Awaited::Nothing,
                Direction::Rx => self.returning.is_over() && self.echo.is_empty(),
            }
    }

    /// Where [nothing is awaited](Self::nothing_is_awaited): how many bytes are whole lines in which nothing can be secret.
    pub(super) fn pass_lines(&mut self, way: Direction, bytes: &[u8]) -> usize {
        let passed = match way {
            Direction::Tx => self.pass_sent(bytes),
            Direction::Rx => self.pass_received(bytes),
        };
        if passed > 0 {
            self.watch(way).hex.end();
        }
        passed
    }

    fn pass_sent(&mut self, bytes: &[u8]) -> usize {
        let mut passed = 0;
        let mut last = None;
        loop {
            let coming = behind_ends(bytes, &mut passed);
            // A command is one of a few, a text is new most times.
            let command = coming.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'A'));
            let text = if command { None } else { line::plain_text(coming) };
            let known = text.or_else(|| self.sent.remembered.find_front(coming, ends_line));
            let Some(line) = known.or_else(|| command.then(|| line::plain_text(coming)).flatten()) else { break };
            passed += line.len() + 1;
            last = Some(line);
        }
        if let Some(line) = last {
            self.has_sent(line, Vec::new());
        }
        passed
    }

    fn pass_received(&mut self, bytes: &[u8]) -> usize {
        // What a modem says in words tells something of these alone.
        let words_tell = self.context.pin_given
            || self.sent.line.is_address()
            || self.sent.mqtt.is_inside()
            || self.received.before_line.is_some();
        let mut passed = 0;
        loop {
            let coming = behind_ends(bytes, &mut passed);
            let plain = line::plain(coming, &mut self.plain);
            let Some(line) = plain.or_else(|| self.received.remembered.find_front(coming, ends_line)) else { break };
            passed += line.len() + 1;
            self.context.prompted = asks_for_password(line);
            // A command or an answer that is plain says nothing of other lines.
            let in_words = !line.first().is_some_and(|first| is_sign(*first)) && !vocabulary::is_command(line);
            if words_tell && in_words && line.len() >= 2 {
                self.said(line);
            }
            if words_tell || self.context.prompted {
                break;
            }
        }
        passed
    }

    /// Nothing was secret in this line, so nothing is when it comes again while nothing is awaited.
    pub(super) fn remember(&mut self, way: Direction, line: &[u8]) {
        // While something is typed, what a modem says is not taken for the echo of a command.
        let told_all = way == Direction::Tx || self.sent.line.is_new();
        // A control may do something else than end the line.
        let printed = line.iter().all(|byte| matches!(byte, b' '..=b'~'));
        if told_all && printed && !line.is_empty() && self.nothing_is_awaited(way) {
            self.watch(way).remembered.add(line, ());
        }
    }
}

const fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0x1A)
}

/// The bytes behind those that were passed, and behind the line ends there, which are passed too.
fn behind_ends<'a>(bytes: &'a [u8], passed: &mut usize) -> &'a [u8] {
    let rest = bytes.get(*passed..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    *passed += ends;
    rest.get(ends..).unwrap_or_default()
}
