//! The commands of a session: those without an outcome, the one sent last, the one answered last, and how all have fared.

use super::exchange::{Exchange, Outcome};
use super::said::Said;
use super::span::Span;
use super::tally::Tally;
use crate::vocabulary::Role;

/// Most commands that are open at a time; a sender that never reads has more, the oldest are given up.
pub(super) const OPEN: usize = 16;

/// Most exchanges kept for their buffers.
const SPARE: usize = 4;

/// The command that was sent last, also when it is no longer open.
#[derive(Debug, Default)]
pub(crate) struct LastCommand {
    /// Its bytes; `None` before the first one.
    pub(crate) span: Option<Span>,
    /// The command line without its line end.
    pub(crate) text: Vec<u8>,
    /// What it asks for.
    pub(crate) role: Role,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    #[expect(clippy::vec_box, reason = "they move between here, `done` and `spare`")]
    open: Vec<Box<Exchange>>,
    last: LastCommand,
    done: Option<Box<Exchange>>,
    answered: u32,
    tally: Tally,
    #[expect(clippy::vec_box, reason = "they move between here, `open` and `done`")]
    spare: Vec<Box<Exchange>>,
    next_id: u64,
}

/// Why the newest command is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Withdrawn {
    /// No result will come for it.
    Unanswered,
    /// The log left out its `OK`.
    Answered,
    /// It is the same as the next one, shown twice.
    ShownTwice,
}

impl Commands {
    /// Those without an outcome, oldest first; at most 16.
    #[must_use]
    pub(crate) fn open(&self) -> &[Box<Exchange>] {
        &self.open
    }

    /// The command that was sent last.
    #[must_use]
    pub(crate) const fn last(&self) -> &LastCommand {
        &self.last
    }

    /// The command that got its outcome last.
    #[must_use]
    pub(crate) fn done(&self) -> Option<&Exchange> {
        self.done.as_deref()
    }

    /// How many were answered in the session, whatever the answer.
    #[must_use]
    pub(crate) const fn answered(&self) -> u32 {
        self.answered
    }

    /// How they have fared.
    #[must_use]
    pub(crate) const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Those without an outcome, to note what came of them.
    pub(super) fn open_mut(&mut self) -> &mut [Box<Exchange>] {
        &mut self.open
    }

    /// Where the first one stands for which this holds.
    #[inline]
    pub(super) fn position(&self, holds: impl Fn(&Exchange) -> bool) -> Option<usize> {
        self.open.iter().position(|exchange| holds(exchange))
    }

    /// A new exchange, in the place of an old one.
    pub(super) fn blank(&mut self, span: Span, received_from: u64) -> Box<Exchange> {
        self.next_id += 1;
        let mut exchange = self.spare.pop().unwrap_or_else(|| Box::new(Exchange::new(span)));
        exchange.renew(self.next_id, span, received_from);
        exchange
    }

    /// A command was sent.
    pub(super) fn push(&mut self, exchange: Box<Exchange>) {
        self.tally.commands += 1;
        self.tally.repeated += u32::from(self.last.text == exchange.text);
        self.tally.probes += u32::from(is_probe(&exchange));
        self.last.span = Some(exchange.span);
        self.last.role = exchange.role;
        self.last.text.clone_from(&exchange.text);
        self.open.push(exchange);
    }

    /// The open command at `index` has its outcome; [`Self::finish`] takes it back.
    pub(super) fn settle(&mut self, index: usize, outcome: Outcome, span: Option<Span>) -> Option<Box<Exchange>> {
        if index >= self.open.len() {
            return None;
        }
        let mut exchange = self.open.remove(index);
        exchange.outcome = Some((outcome, span));
        self.tally.done(&exchange, outcome);
        self.answered += u32::from(outcome != Outcome::Cancelled);
        Some(exchange)
    }

    /// It is the one that got its outcome last.
    pub(super) fn finish(&mut self, exchange: Box<Exchange>) {
        if let Some(before) = self.done.replace(exchange) {
            self.recycle(before);
        }
    }

    /// No result will come for the oldest ones, up to `keep`.
    pub(super) fn lose(&mut self, keep: usize) {
        for _ in 0..keep.min(self.open.len()) {
            let exchange = self.open.remove(0);
            self.tally.unanswered(&exchange);
            self.recycle(exchange);
        }
    }

    /// No result will come for any.
    pub(super) fn lose_all(&mut self) {
        self.lose(self.open.len());
    }

    /// The session ends: those that are open had no result.
    pub(super) fn end(&mut self) {
        for exchange in &self.open {
            self.tally.unanswered(exchange);
        }
    }

    /// Those for which this holds have had their answer, although none was shown.
    pub(super) fn take_as_answered(&mut self, holds: impl Fn(&Exchange) -> bool) {
        self.open.retain(|exchange| !holds(exchange));
    }

    /// The newest one is not waited for any more.
    pub(super) fn withdraw(&mut self, why: Withdrawn) {
        let Some(exchange) = self.open.pop() else { return };
        match why {
            Withdrawn::Unanswered => self.tally.unanswered(&exchange),
            Withdrawn::Answered => self.tally.done(&exchange, Outcome::Said(Said::Ok)),
            Withdrawn::ShownTwice => {
                self.tally.commands = self.tally.commands.saturating_sub(1);
                self.tally.probes = self.tally.probes.saturating_sub(u32::from(is_probe(&exchange)));
                self.tally.doubled += 1;
            }
        }
        self.recycle(exchange);
    }

    /// Keeps the buffers of an exchange that is over.
    fn recycle(&mut self, exchange: Box<Exchange>) {
        if self.spare.len() < SPARE {
            self.spare.push(exchange);
        }
    }
}

/// Nothing but `AT`.
fn is_probe(exchange: &Exchange) -> bool {
    exchange.text.len() == 2 && exchange.text.eq_ignore_ascii_case(b"AT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;

    fn send(commands: &mut Commands, text: &[u8]) {
        let span = Span { direction: Direction::Tx, start: 0, end: 1, at: None, order: 0 };
        let mut exchange = commands.blank(span, 0);
        exchange.text.extend_from_slice(text);
        commands.push(exchange);
    }

    fn settle(commands: &mut Commands, index: usize, outcome: Outcome) {
        let exchange = commands.settle(index, outcome, None).unwrap();
        commands.finish(exchange);
    }

    #[test]
    fn all_are_counted_once_whatever_comes_of_them() {
        let mut commands = Commands::default();
        for text in [&b"AT"[..], b"AT", b"AT+CSQ", b"AT+CREG?", b"ATI", b"ATI"] {
            send(&mut commands, text);
        }
        commands.withdraw(Withdrawn::ShownTwice);
        settle(&mut commands, 0, Outcome::Said(Said::Ok));
        settle(&mut commands, 1, Outcome::Said(Said::Error));
        commands.lose(1);
        commands.withdraw(Withdrawn::Answered);
        settle(&mut commands, 0, Outcome::Cancelled);
        assert!(commands.settle(0, Outcome::Cancelled, None).is_none());
        let tally = commands.tally();
        assert_eq!((tally.commands, tally.repeated, tally.unanswered), (5, 2, 1));
        assert_eq!((tally.answered, tally.refused, commands.answered()), (4, 1, 2));
        assert_eq!(commands.last().text, b"ATI");
        assert_eq!(commands.done().map(|done| done.text.as_slice()), Some(&b"AT+CREG?"[..]));
    }

    #[test]
    fn numbers_are_never_used_again_and_buffers_are() {
        let mut commands = Commands::default();
        for _ in 0..100 {
            send(&mut commands, b"AT+CIPSEND=5");
            settle(&mut commands, 0, Outcome::Said(Said::Ok));
        }
        assert_eq!(commands.done().map(|done| done.id), Some(100));
        assert!(commands.spare.len() <= 1 && commands.open().is_empty());
        (0..9).for_each(|_| send(&mut commands, b"AT"));
        commands.lose_all();
        assert!(commands.spare.len() == SPARE && commands.open().is_empty());
    }
}
