//! Which command a result belongs to.
//!
//! A modem answers one command after the other, but not each: the first AT of an automatic baud rate is lost, a sketch
//! tells a command twice, an answer is cut. A log read after the fact shows how many answers came behind how many commands, so
//! they are dealt from the last one backwards: then one that had none never shifts all that follow.

use super::exchange::{Echo, Exchange, Outcome, Span};
use super::said::Said;
use super::{Dialog, Event, OPEN};
use crate::vocabulary::Role;

/// So many commands in a row whose result seems to be that of the one before are no coincidence: that one had none.
const SLIPS: u32 = 3;

impl Dialog {
    /// A final result: finds its command.
    pub(super) fn result(&mut self, said: Said, span: Span) {
        self.sms_text = false;
        self.dirty = false;
        if self.read_ahead && self.open.len() > 1 && self.data.is_none() && self.results.len() < OPEN {
            self.results.push((said, span));
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
        let Some(exchange) = self.open.get_mut(index) else { return Some(said) };
        if said != Said::Ok || exchange.role != Role::Send || !exchange.takes_data {
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
        let first = |test: &dyn Fn(&Exchange) -> bool| self.open.iter().position(|exchange| test(exchange));
        let echoed = first(&|exchange| exchange.echo == Echo::Whole && fits(exchange, said));
        let named = matches!(said, Said::SendOk | Said::SendFail | Said::CloseOk(_) | Said::ShutOk);
        let any = matches!(said, Said::Cms(_))
            .then(|| first(&|exchange| exchange.echo == Echo::Whole).or_else(|| first(&|_| true)));
        echoed.filter(|_| !named).or_else(|| first(&|exchange| fits(exchange, said))).or_else(|| any.flatten())
    }

    /// Keeps the words of an error.
    pub(super) fn remember_words(&mut self, line: &[u8], span: Span) {
        /// So many errors may wait for their command.
        const KEPT: usize = 2 * OPEN;
        let Some(at) = memchr::memchr(b':', line) else { return };
        if self.words.len() >= KEPT {
            self.words.pop_front();
        }
        let words = line.get(at + 1..).unwrap_or_default().trim_ascii();
        self.words.push_back((span.start, String::from_utf8_lossy(words).into_owned()));
    }

    /// The words (or the number) that an error showed, as far back as they are kept.
    #[must_use]
    pub fn words(&self, error: Span) -> Option<&str> {
        self.words.iter().rev().find(|(start, _)| *start == error.start).map(|(_, words)| words.as_str())
    }

    /// Deals one of the results that came behind several commands. False when there are none left.
    pub(in crate::modem) fn deal(&mut self) -> bool {
        if !self.results.is_empty() {
            let mut end = self.open.len();
            let mut dealt = Vec::with_capacity(self.results.len());
            for (said, span) in std::mem::take(&mut self.results).into_iter().rev() {
                let owner = (0..end).rev().find(|&at| self.open.get(at).is_some_and(|exchange| fits(exchange, said)));
                end = owner.unwrap_or(end);
                dealt.push((said, span, owner.and_then(|at| self.open.get(at)).map(|exchange| exchange.id)));
            }
            self.dealt.extend(dealt.into_iter().rev());
        }
        let Some((said, span, owner)) = self.dealt.pop_front() else { return false };
        let place = |id: u64| self.open.iter().position(|exchange| exchange.id == id);
        match owner.and_then(place) {
            Some(index) => {
                self.lose(index);
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
        let slipped = self.results_since == 1 && !self.open.is_empty();
        self.slips = if slipped { self.slips + 1 } else { 0 };
        if self.slips >= SLIPS {
            self.lose(self.open.len());
            self.slips = 0;
        }
        self.results_since = 0;
        self.heard_since = false;
    }
}

/// The result may be that of the command.
fn fits(exchange: &Exchange, said: Said) -> bool {
    match said {
        Said::SendOk | Said::SendFail => exchange.role == Role::Send,
        Said::CloseOk(_) => exchange.role == Role::Close,
        Said::ShutOk => exchange.role == Role::ContextClose,
        Said::Cms(_) => exchange.role.is_sms(),
        // Firmware may close with a bare OK; a command that asks for no result of its own ends with one.
        Said::Ok => {
            exchange.asked.ends_with_ok && !exchange.accepted || exchange.asked.glued || exchange.role == Role::Close
        }
        _ => true,
    }
}
