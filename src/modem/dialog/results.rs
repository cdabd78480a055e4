//! Which command a result belongs to.
//!
//! A modem answers one command after the other, but not each: the first AT of an automatic baud rate is lost, a sketch
//! tells a command twice, an answer is cut. A log read after the fact shows how many answers came behind how many commands, so
//! they are dealt from the last one backwards: then one that had none never shifts all that follow.

use std::collections::VecDeque;

use super::commands::OPEN;
use super::doubt::Heard;
use super::exchange::{Echo, Exchange, Outcome, Span};
use super::said::Said;
use super::{Dialog, Event};
use crate::vocabulary::{Because, Explained, Role};

/// This many commands in a row whose result seems to be that of the one before are no coincidence: that one had none.
const SLIPS: u32 = 3;

/// What is known of the results that came.
#[derive(Debug, Default)]
pub(crate) struct Dealing {
    /// Results behind several commands, not dealt to them yet.
    waiting: Vec<Heard>,
    /// Of them, those whose command (by its number) is known.
    dealt: VecDeque<(Heard, Option<u64>)>,
    /// The last command was shown for the second time.
    twice: bool,
    /// Something was heard since the last command.
    heard: bool,
    /// Results since the last command.
    answered: u32,
    /// Commands in a row whose result went to the one before.
    slips: u32,
}

impl Dealing {
    /// The modem said something.
    pub(super) const fn heard(&mut self) {
        self.heard = true;
    }

    /// A command has its result.
    pub(super) const fn answered(&mut self) {
        self.answered += 1;
    }

    /// A log shows the same command once more before anything was heard: a host shows what it sends, and the modem
    /// echoes it. Two such are one, three are not.
    pub(super) const fn shows_again(&mut self, same: bool) -> bool {
        self.twice = same && !self.heard && !self.twice;
        self.twice
    }

    /// A command leaves while others are open or not. True when results have gone to the command before for so long that
    /// one of those had none.
    fn has_slipped(&mut self, open: bool) -> bool {
        self.slips = if self.answered == 1 && open { self.slips + 1 } else { 0 };
        let slipped = self.slips >= SLIPS;
        if slipped {
            self.slips = 0;
        }
        (self.answered, self.heard) = (0, false);
        slipped
    }
}

/// The words of the last errors, and where these stand.
#[derive(Debug, Default)]
pub(crate) struct Words(VecDeque<Kept>);

/// The words of one line.
#[derive(Debug)]
struct Kept {
    start: u64,
    /// What stands in front of its colon.
    name: String,
    told: Explained,
}

impl Words {
    /// At most this many errors wait for their command.
    const KEPT: usize = 2 * OPEN;

    /// Keeps the words of an error.
    pub(super) fn remember(&mut self, line: &[u8], span: Span) {
        let Some(at) = memchr::memchr(b':', line) else { return };
        let words = line.get(at + 1..).unwrap_or_default().trim_ascii();
        self.keep_words(line, String::from_utf8_lossy(words).into_owned(), span);
    }

    /// Keeps the words of a line, of which no table says why.
    pub(super) fn keep_words(&mut self, line: &[u8], words: String, span: Span) {
        self.keep(line, Explained { words, because: Because::default() }, span);
    }

    /// Keeps what a line means.
    pub(super) fn keep(&mut self, line: &[u8], told: Explained, span: Span) {
        if self.0.len() >= Self::KEPT {
            self.0.pop_front();
        }
        let name = line.split(|byte| matches!(byte, b':' | b' ')).next().unwrap_or_default();
        self.0.push_back(Kept { start: span.start, name: String::from_utf8_lossy(name).into_owned(), told });
    }

    /// The words (or the number) that an error showed, as far back as they are kept.
    #[must_use]
    pub(crate) fn of(&self, error: Span) -> Option<&str> {
        self.kept(error).map(|kept| kept.told.words.as_str())
    }

    /// Why that line says that something failed, as the tables have it.
    #[must_use]
    pub(crate) fn because(&self, error: Span) -> Because {
        self.kept(error).map(|kept| kept.told.because).unwrap_or_default()
    }

    /// What the line there begins with: `+FTPGET` of `+FTPGET: 1,66`.
    #[must_use]
    pub(crate) fn name_of(&self, line: Span) -> Option<&str> {
        self.kept(line).map(|kept| kept.name.as_str())
    }

    fn kept(&self, line: Span) -> Option<&Kept> {
        self.0.iter().rev().find(|kept| kept.start == line.start)
    }
}

impl Dialog {
    /// A final result: finds its command.
    pub(super) fn result(&mut self, said: Said, span: Span) {
        self.texts.end_whole();
        self.doubt.begin_anew();
        if self.log.read_ahead
            && self.commands.open().len() > 1
            && self.data().is_none()
            && self.dealing.waiting.len() < OPEN
            // An ESP8266 takes no other command meanwhile, and says so.
            && !(self.commands.open().first().is_some_and(|front| front.is_slow()) && self.telling.family().joins_wifi())
        {
            self.dealing.waiting.push((said, span));
            return;
        }
        let Some(index) = self.whose(said) else {
            self.events.push(Event::Said(said, span));
            return;
        };
        if let Some(said) = self.means(index, said) {
            self.settle_exchange(index, Outcome::Said(said), Some(span));
        }
    }

    /// What a result means for its command: an `OK` behind data says that it was sent, unless that is told later. `None`
    /// while more is to come.
    fn means(&mut self, index: usize, said: Said) -> Option<Said> {
        let Some(exchange) = self.commands.open_mut().get_mut(index) else { return Some(said) };
        if !matches!(said, Said::Ok) || exchange.role != Role::Send || !exchange.takes_data {
            return Some(said);
        }
        if exchange.asked.told_later {
            exchange.accepted = true;
            exchange.information += 1;
            return None;
        }
        Some(Said::SendOk)
    }

    fn whose(&self, said: Said) -> Option<usize> {
        let named = matches!(said, Said::SendOk | Said::SendFail | Said::CloseOk(_) | Said::ShutOk);
        let echoed = |exchange: &Exchange| exchange.echo == Echo::Whole;
        let first_echoed = || self.commands.position(|exchange| echoed(exchange) && fits(exchange, said));
        let fitting = if named { None } else { first_echoed() };
        let fitting = fitting.or_else(|| self.commands.position(|exchange| fits(exchange, said)));
        // An error of SMS may be that of a command that is none of theirs.
        let any = || self.commands.position(echoed).or_else(|| self.commands.position(|_| true));
        fitting.or_else(|| if matches!(said, Said::Cms(_)) { any() } else { None })
    }

    /// Deals one of the results that came behind several commands. False when there are none left.
    pub(in crate::modem) fn deal(&mut self) -> bool {
        if !self.dealing.waiting.is_empty() {
            let mut end = self.commands.open().len();
            let mut dealt = Vec::with_capacity(self.dealing.waiting.len());
            for (said, span) in std::mem::take(&mut self.dealing.waiting).into_iter().rev() {
                let owner = (0..end)
                    .rev()
                    .find(|&at| self.commands.open().get(at).is_some_and(|exchange| fits(exchange, said)));
                end = owner.unwrap_or(end);
                dealt.push((
                    (said, span),
                    owner.and_then(|at| self.commands.open().get(at)).map(|exchange| exchange.id),
                ));
            }
            self.dealing.dealt.extend(dealt.into_iter().rev());
        }
        let Some(((said, span), owner)) = self.dealing.dealt.pop_front() else { return false };
        let place = |id: u64| self.commands.position(|exchange| exchange.id == id);
        match owner.and_then(place) {
            Some(index) => {
                self.commands.lose(index);
                if let Some(said) = self.means(0, said) {
                    self.settle_exchange(0, Outcome::Said(said), Some(span));
                }
            }
            None => self.events.push(Event::Said(said, span)),
        }
        true
    }

    /// A command leaves: is the one before it still open although its answer must have come?
    pub(super) fn resynchronise(&mut self) {
        if self.dealing.has_slipped(!self.commands.open().is_empty()) {
            self.commands.lose_all();
        }
    }
}

/// The result may be that of the command.
fn fits(exchange: &Exchange, said: Said) -> bool {
    match said {
        // TLS of Quectel answers as its plain connections do.
        Said::SendOk | Said::SendFail => {
            exchange.role == Role::Send || exchange.role == Role::Upload && exchange.invited.is_some()
        }
        Said::CloseOk(_) => exchange.role == Role::Close,
        Said::ShutOk => exchange.role == Role::ContextClose,
        Said::Cms(_) => exchange.role.is_sms(),
        // Firmware may close with a bare OK; a command that asks for no result of its own ends with one, and a SIM7000 says it
        // behind the word that a connection is open.
        Said::Ok => {
            let told = exchange.role == Role::Open && exchange.information > 0;
            exchange.asked.ends_with_ok && !exchange.accepted
                || exchange.asked.glued
                || exchange.role == Role::Close
                || told
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;

    #[test]
    fn one_result_too_many_before_is_seen_after_three_commands() {
        let mut dealing = Dealing::default();
        let mut leaves = |results: u32, open| {
            (0..results).for_each(|_| dealing.answered());
            dealing.has_slipped(open)
        };
        assert!(!leaves(1, true) && !leaves(1, true) && leaves(1, true), "the third in a row tells");
        assert!(!leaves(1, true) && !leaves(1, true) && !leaves(0, true) && !leaves(1, true), "it begins anew");
        assert!(!leaves(1, true) && !leaves(1, false) && !leaves(1, true), "nothing was open");
    }

    #[test]
    fn a_command_shown_twice_is_one_and_a_third_time_another() {
        let mut dealing = Dealing::default();
        assert!(!dealing.shows_again(false) && dealing.shows_again(true) && !dealing.shows_again(true));
        dealing.heard();
        assert!(!dealing.shows_again(true));
    }

    #[test]
    fn words_are_kept_for_the_last_errors() {
        let span = |start| Span { direction: Direction::Rx, start, end: start + 9, at: None, order: start };
        let mut words = Words::default();
        for start in 0..100 {
            words.remember(format!("+CME ERROR: no {start} ").as_bytes(), span(start));
        }
        words.remember(b"ERROR", span(100));
        assert_eq!((words.of(span(99)), words.of(span(1)), words.of(span(100))), (Some("no 99"), None, None));
    }
}
