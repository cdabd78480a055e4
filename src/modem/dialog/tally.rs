//! How the commands of a session have fared: how many were answered and refused, and which were refused or not answered.

use super::exchange::{Echo, Exchange, Outcome, Span};

/// At most this many commands are named; of the others only the number is known.
const NAMED: usize = 12;

/// How the commands of a session have fared.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Commands that were sent.
    pub(crate) commands: u32,
    /// Commands that got a result, whatever it was.
    pub(crate) answered: u32,
    /// Of them, those that were refused.
    pub(crate) refused: u32,
    /// The first of the refused ones.
    pub(crate) refused_first: Vec<(String, Span)>,
    /// Commands that got none.
    pub(crate) unanswered: u32,
    /// Of the commands, those that were the same as the one before.
    pub(crate) repeated: u32,
    /// Commands that were nothing but `AT`.
    pub(crate) probes: u32,
    /// Commands that were shown twice, by the host and by the echo.
    pub(crate) doubled: u32,
    /// Of the unanswered ones, those whose echo came and nothing else.
    pub(crate) echoed: u32,
    /// Questions that were answered well.
    questions: u32,
    /// Of them, those that were answered with `OK` alone.
    without_value: u32,
    /// The first of the unanswered ones.
    pub(crate) unanswered_first: Vec<(String, Span)>,
}

impl Tally {
    /// A command has its outcome.
    pub(super) fn done(&mut self, exchange: &Exchange, outcome: Outcome) {
        self.answered += 1;
        if outcome.good() && exchange.only_asks() {
            self.questions += 1;
            self.without_value += u32::from(exchange.information == 0);
        }
        if outcome.refused() {
            self.refused += 1;
            if self.refused_first.len() < NAMED {
                self.refused_first.push((exchange.named(), exchange.span));
            }
        }
    }

    /// The log shows only results: questions have no values in it.
    #[must_use]
    pub(crate) const fn shows_results_only(&self) -> bool {
        self.without_value > 0 && self.without_value * 4 >= self.questions * 3
    }

    /// No result will come for a command.
    pub(super) fn unanswered(&mut self, exchange: &Exchange) {
        // What a host that never reads has left behind costs no memory.
        if exchange.text.is_empty() {
            return;
        }
        self.unanswered += 1;
        self.echoed += u32::from(exchange.echo == Echo::Whole && exchange.information == 0);
        if self.unanswered_first.len() < NAMED {
            self.unanswered_first.push((exchange.named(), exchange.span));
        }
    }
}
