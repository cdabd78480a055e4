//! Data and 0x1A that leave while no prompt is open.

use super::Severity::{Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::doc::heading::DATA_END as FAMILY;
use super::early_send::SendBeforeConnect;
use super::mux::MuxForm;
use super::order::SendWithoutConnection;
use super::payload::TooLong;
use super::rule::{Doc, Rule, hears};
use super::topics::{SEND, SMS};
use crate::modem::dialog::exchange::{DataEnded, Echo, Exchange, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};

/// `terminator-before-prompt`.
#[derive(Debug, Default)]
pub(super) struct BeforePrompt;

impl BeforePrompt {
    fn tell(exchange: &Exchange, prompt: Option<Span>, book: &mut Book) {
        if exchange.early.is_none() || book.is_blamed(exchange.id) {
            return;
        }
        let title = format!("The data left before the prompt > of {} had come.", exchange.shown());
        book.add(
            Self::DOC,
            Draft::new(title, [Some(exchange.span), exchange.early, prompt.or(exchange.result_span())]),
        );
        book.blame(exchange.id, Self::DOC.slug);
    }
}

impl Rule for BeforePrompt {
    const DOC: &'static Doc = &Doc {
        slug: "terminator-before-prompt",
        severity: Problem,
        family: FAMILY,
        evidence: "Data or 0x1A leaves before the prompt of its command has come.",
        why: "Only after > does the modem take data; what comes earlier is lost or taken for a command, and the prompt may never come.",
        fix: "Wait for > and then send; the macro CIPSEND + text + 1A does.",
    };
    const HEARS: hears::Kinds = hears::PROMPT | hears::TROUBLE | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        // With the prompt switched off there is nothing to wait for.
        if dialog.log.shows != Shows::Both || matches!(dialog.state.sprt, Some(0 | 2)) {
            return;
        }
        // Where a program prints later what came, only a prompt that never came is sure.
        if dialog.log.loose {
            let echoed = |open: &Exchange| open.awaits_prompt() && open.echo == Echo::Whole;
            if matches!(event, Event::Finish)
                && let Some(open) = dialog.open().iter().find(|open| echoed(open))
            {
                Self::tell(open, None, book);
            }
            return;
        }
        match *event {
            Event::Prompt => {
                if let Some(front) = dialog.open().first() {
                    Self::tell(front, front.invited, book);
                }
            }
            Event::Final => {
                if let Some(done) = dialog.done().filter(|done| done.takes_data && done.refused()) {
                    Self::tell(done, None, book);
                }
            }
            _ => {
                for open in dialog.open().iter().filter(|open| open.awaits_prompt() && dialog.answered() > 0) {
                    Self::tell(open, None, book);
                }
            }
        }
    }
}

/// `terminator-without-prompt`.
#[derive(Debug, Default)]
pub(super) struct WithoutPrompt {
    told: Option<Handle>,
    /// The last command that takes data was refused.
    refused: Option<u64>,
}

impl Rule for WithoutPrompt {
    const DOC: &'static Doc = &Doc {
        slug: "terminator-without-prompt",
        severity: Warning,
        family: FAMILY,
        evidence: "0x1A is sent while no prompt is open: its command was refused, or it was sent twice.",
        why: "Outside a prompt the byte 1A is junk in front of the next command, which then fails.",
        fix: "Send CR to clear the line, then AT; send 1A only after the prompt >, and once.",
    };
    const HEARS: hears::Kinds = hears::STRAY | hears::FINAL | hears::COMMAND | hears::said(SEND | SMS);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) {
            dialog.done().is_some_and(|done| done.takes_data)
        } else {
            !hears::is_command(kinds) || self.refused.is_some()
        }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Final => {
                if let Some(done) = dialog.done().filter(|done| done.takes_data) {
                    self.refused = done.refused().then_some(done.id);
                }
            }
            Event::Command => self.refused = None,
            Event::Said(Said::SendOk | Said::Stored, _) => {
                // It ended data whose beginning is before the log.
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Stray(span) => self.stray(span, dialog, book),
            _ => {}
        }
    }
}

/// Rules that tell why there was no prompt; the 0x1A that was sent all the same is no cause of its own then.
const EXPLAINS: [&str; 5] = [
    SendBeforeConnect::DOC.slug,
    SendWithoutConnection::DOC.slug,
    BeforePrompt::DOC.slug,
    MuxForm::DOC.slug,
    TooLong::DOC.slug,
];

impl WithoutPrompt {
    fn stray(&mut self, span: Span, dialog: &Dialog, book: &mut Book) {
        let early = dialog.open().iter().any(|open| open.awaits_prompt());
        let explained = self.refused.is_some_and(|id| book.is_blamed_by(id, &EXPLAINS))
            || dialog
                .data_done()
                .is_some_and(|data| book.is_blamed(data.id) && !matches!(data.ended, Some((DataEnded::Refused, _))));
        if dialog.log.shows == Shows::SentOnly || dialog.answered() == 0 || early || explained {
            return;
        }
        let twice = dialog.open().iter().any(|open| open.data_sent.is_some());
        let title = if twice {
            "The byte 1A was sent again after the data was complete."
        } else if self.refused.is_some() {
            "The byte 1A was sent although the modem had refused the command and shown no prompt."
        } else {
            "The byte 1A was sent while no prompt was open."
        };
        self.told =
            Some(book.add(Self::DOC, Draft::new(title, [Some(span)]).send("Send CR", "\r").send("Send AT", "AT\r")));
    }
}
