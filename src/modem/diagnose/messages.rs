//! SMS that no error tells of: given up, not there, not written in letters.

use super::Severity::Note;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::SMS;
use crate::modem::dialog::exchange::{Exchange, Outcome};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Form, Role};

/// The command that has just been answered OK, and nothing else.
fn answered_alone(dialog: &Dialog, role: Role) -> Option<&Exchange> {
    dialog.done().filter(|done| {
        done.role == role
            && done.asked.form == Form::Set
            && !done.asked.glued
            && done.information == 0
            && matches!(done.outcome, Some((Outcome::Said(Said::Ok), _)))
    })
}

/// The log is over: where it shows only results, that nothing else came says nothing.
fn take_back(told: Option<Handle>, dialog: &Dialog, book: &mut Book) {
    if let Some(told) = told.filter(|_| dialog.tally().shows_results_only()) {
        book.withdraw(told);
    }
}

/// `sms-given-up`.
#[derive(Debug, Default)]
pub(super) struct GivenUp {
    told: Option<Handle>,
}

impl Rule for GivenUp {
    const DOC: &'static Doc = &Doc {
        slug: "sms-given-up",
        severity: Note,
        family: FAMILY,
        evidence: "`AT+CMGS` got its prompt and its text, and then `OK` without `+CMGS: <n>` before it.",
        why: "Whoever sends an SMS is told its number (+CMGS: <n>); OK alone says that the message was given up: ESC (1B) ended the text, not 1A.",
        fix: "End the text with the byte 1A (Ctrl+Z), and wait for +CMGS:, which may take a minute.",
    };
    const HEARS: hears::Kinds = hears::results(SMS) | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::Finish) {
            return take_back(self.told, dialog, book);
        }
        let Some(done) = answered_alone(dialog, Role::SmsSend).filter(|done| done.invited.is_some()) else { return };
        let spans = [Some(done.span), done.result_span()];
        if let Some(told) = self.told {
            book.again(told, spans);
            return;
        }
        let title =
            format!("{} was answered OK without +CMGS: the SMS was not sent, as far as the log shows.", done.shown());
        self.told = Some(book.add(Self::DOC, Draft::new(title, spans).confidence(65)));
    }
}

/// `sms-place-empty`.
#[derive(Debug, Default)]
pub(super) struct PlaceEmpty {
    told: Option<Handle>,
}

impl Rule for PlaceEmpty {
    const DOC: &'static Doc = &Doc {
        slug: "sms-place-empty",
        severity: Note,
        family: FAMILY,
        evidence: "`AT+CMGR=<n>` is answered `OK`, and no `+CMGR:` before it.",
        why: "No SMS is stored at this place: none has come, it was deleted, or it went past the store (+CMT, as AT+CNMI=2,2 has it).",
        fix: "AT+CMGL=\"ALL\" shows which there are, AT+CPMS? which store is in use; +CMTI: names the place of a new one.",
    };
    const HEARS: hears::Kinds = hears::results(SMS) | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::Finish) {
            return take_back(self.told, dialog, book);
        }
        let Some(done) = answered_alone(dialog, Role::SmsRead) else { return };
        let spans = [Some(done.span), done.result_span()];
        if let Some(told) = self.told {
            book.again(told, spans);
            return;
        }
        let title = format!("{} is answered OK without an SMS: this place is empty.", done.shown());
        self.told = Some(book.add(Self::DOC, Draft::new(title, spans).confidence(80)));
    }
}

/// `sms-in-digits`.
#[derive(Debug, Default)]
pub(super) struct InDigits {
    told: Option<Handle>,
}

impl Rule for InDigits {
    const DOC: &'static Doc = &Doc {
        slug: "sms-in-digits",
        severity: Note,
        family: FAMILY,
        evidence: "The text of a received SMS is hex digits, four a character (0041 is A).",
        why: "The text has letters that are not in GSM's alphabet (UCS2), or AT+CSCS=\"UCS2\" is in force: then the modem shows each character as four hex digits.",
        fix: "Read four digits a character (UTF-16, big end first); AT+CSCS=\"GSM\" shows those plainly that were sent in GSM's alphabet.",
    };
    const HEARS: hears::Kinds = hears::said(SMS);

    fn on(&mut self, event: &Event, _dialog: &Dialog, book: &mut Book) {
        let Event::Said(Said::TextInDigits, span) = *event else { return };
        if let Some(told) = self.told {
            book.again(told, [Some(span)]);
            return;
        }
        self.told =
            Some(book.add(Self::DOC, Draft::new("The text of an SMS is shown in hex digits (UCS2).", [Some(span)])));
    }
}
