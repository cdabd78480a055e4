//! Order of commands: sending before the connection stands.

use std::time::Duration;

use super::Severity::Problem;
use super::baud::WrongBaud;
use super::book::{Book, Draft, gap, time_text};
use super::doc::heading::ORDER as FAMILY;
use super::line::Loopback;
use super::rule::{Doc, Rule, hears};
use super::topics::SEND;
use crate::modem::dialog::connections::Connection;
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::vocabulary::Role;

/// A sender that leaves less than this did not read the answer.
pub(super) const BLIND: Duration = Duration::from_secs(1);

/// An `AT+CIPSEND` that wants to send.
pub(super) fn sends(exchange: &Exchange) -> bool {
    exchange.role == Role::Send && exchange.takes_data
}

/// `send-before-connect`.
#[derive(Debug, Default)]
pub(super) struct SendBeforeConnect {
    /// The CIPSTART it was told of.
    told: Option<u64>,
}

impl SendBeforeConnect {
    fn tell(&mut self, send: &Exchange, answer: Option<Span>, dialog: &Dialog, book: &mut Book) {
        let Connection::Connecting { command, .. } = send.before.connection else { return };
        // On a line that gives nothing readable back nobody knows what the modem made of it.
        if book.any_open(&[Loopback::DOC.slug, WrongBaud::DOC.slug]) {
            return;
        }
        book.blame(send.id, Self::DOC.slug);
        if self.told.replace(command.start) == Some(command.start) {
            return;
        }
        let after = gap(command, send.span).map_or("right after".to_owned(), |gap| format!("{} after", time_text(gap)));
        let title = format!("AT+CIPSEND was sent {after} AT+CIPSTART, before CONNECT OK.");
        let cause = if dialog.log.shows == Shows::SentOnly {
            "Nothing was read in between, and a connection takes seconds: the modem refuses AT+CIPSEND before CONNECT OK, shows no prompt, and the text never becomes data."
        } else if answer.is_some() {
            "The modem refused it, so there was no prompt and the text never became data."
        } else {
            "The OK of AT+CIPSTART only means that the modem tries; before CONNECT OK it shows no prompt, and the text never becomes data."
        };
        book.add(Self::DOC, Draft::new(title, [Some(command), Some(send.span), answer]).because(cause).confidence(95));
    }
}

impl Rule for SendBeforeConnect {
    const DOC: &'static Doc = &Doc {
        slug: "send-before-connect",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPSEND` is sent after `AT+CIPSTART` and before its `CONNECT OK`, and is refused or not answered; in a log of sent bytes alone, less than 1 s after it.",
        why: "The OK of AT+CIPSTART only means that the modem tries to connect; a send is refused until CONNECT OK, and without a prompt the text never becomes data.",
        fix: "Wait for CONNECT OK (it takes seconds, at times minutes), then send AT+CIPSEND.",
    };
    const HEARS: hears::Kinds = hears::commands(SEND) | hears::results(SEND) | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                let Some(send) = dialog.open().last().filter(|last| dialog.log.shows == Shows::SentOnly && sends(last))
                else {
                    return;
                };
                let Connection::Connecting { command, .. } = send.before.connection else { return };
                if gap(command, send.span).is_none_or(|gap| gap < BLIND) {
                    self.tell(send, None, dialog, book);
                }
            }
            Event::Final => {
                let Some(done) = dialog.done().filter(|done| sends(done)) else { return };
                if done.refused() && !book.is_blamed(done.id) {
                    self.tell(done, done.result_span(), dialog, book);
                } else if matches!(done.outcome, Some((Outcome::Said(Said::SendOk), _))) {
                    book.resolve_all(Self::DOC.slug);
                }
            }
            _ => {
                let unanswered = dialog.open().iter().filter(|open| sends(open) && open.invited.is_none());
                for send in unanswered.filter(|_| {
                    // Without a single answer (a loop, a silent modem) the cause is elsewhere.
                    dialog.log.shows != Shows::SentOnly && dialog.answered() > 0
                }) {
                    self.tell(send, None, dialog, book);
                }
            }
        }
    }
}
