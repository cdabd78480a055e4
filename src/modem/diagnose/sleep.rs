//! A modem that sleeps misses what wakes it.

use std::time::Duration;

use super::Severity::Note;
use super::book::{Book, Draft};
use super::doc::heading::LINE as FAMILY;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::exchange::{Exchange, Span};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Role;

/// `first-character-lost`.
#[derive(Debug, Default)]
pub(super) struct FirstCharacter {
    /// The command before, ignored so far, after a pause in sleep mode.
    ignored: Option<Span>,
    last: Option<Duration>,
}

/// The modem falls asleep after this long without bytes.
const ASLEEP: Duration = Duration::from_secs(5);

impl Rule for FirstCharacter {
    const DOC: &'static Doc = &Doc {
        slug: "first-character-lost",
        severity: Note,
        family: FAMILY,
        evidence: "With `AT+CSCLK=2` the first command after a pause is ignored (not AT with which it is woken and which is sent again), or its first character is missing in the echo.",
        why: "The modem slept; the first character wakes it and is lost.",
        fix: "Send AT, wait 100 ms, then the command; or AT+CSCLK=0.",
    };
    const HEARS: hears::Kinds = hears::COMMAND | hears::FINAL;

    #[inline(always)]
    fn heeds(&self, _kinds: hears::Kinds, dialog: &Dialog) -> bool {
        dialog.state.sleep == Some(2)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if dialog.state.sleep != Some(2) {
            return;
        }
        if matches!(event, Event::Command) {
            let Some(command) = dialog.open().last() else { return };
            let slept = self.last.zip(command.span.at).is_none_or(|(last, at)| at >= last + ASLEEP);
            if slept && self.ignored.is_none() && command.before.unanswered == 0 {
                self.ignored = Some(command.span);
            }
            self.last = dialog.now;
            return;
        }
        self.last = dialog.now;
        let Some(done) = dialog.done() else { return };
        let Some(ignored) = self.ignored.take() else { return };
        // Of two equal commands the answer goes to the first; that there is only one shows when the second stays open.
        let asked_again = |open: &Exchange| open.text == done.text && open.received_from == done.received_from;
        let later = done.span.start > ignored.start || dialog.open().iter().any(|open| asked_again(open));
        let cut = done.span.start == ignored.start && done.damaged_echo().is_some() && done.lacks_head();
        // Who sends AT to wake it, and then AT again, knows.
        if later && done.role == Role::Attention {
            return;
        }
        if later || cut {
            book.add(
                Self::DOC,
                Draft::new("The modem slept and missed the first character.", [Some(ignored), done.echo_span]),
            );
            book.blame(done.id, Self::DOC.slug);
        }
    }
}
