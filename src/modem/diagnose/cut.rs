//! Answers that break off, and data that no result answers.

use std::time::Duration;

use super::Severity::{Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::doc::heading::DATA_END as DATA;
use super::doc::heading::LINE as FAMILY;
use super::echo::Overflow;
use super::line::NoAnswer;
use super::order::ClosedBeforeSent;
use super::power::Restarted;
use super::rule::{Doc, Rule, hears};
use super::topics::{CONNECTION, CONTEXT, OUTCOME, SEND, SMS, START};
use crate::modem::dialog::exchange::{DataEnded, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::notation;

/// `answer-cut`.
#[derive(Debug, Default)]
pub(super) struct AnswerCut {
    told: Option<Handle>,
}

impl Rule for AnswerCut {
    const DOC: &'static Doc = &Doc {
        slug: "answer-cut",
        severity: Warning,
        family: FAMILY,
        evidence: "An answer breaks off and the next command stands in its middle, or fewer bytes come than it announces.",
        why: "Bytes are lost on the way from the modem: the program is busy, or its buffer is full (64 bytes with SoftwareSerial).",
        fix: "Read on while you wait, read in smaller pieces, enlarge the buffer, or lower the rate.",
    };
    const HEARS: hears::Kinds = hears::CUT;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Event::Cut(span) = *event else { return };
        if book.is_open(Overflow::DOC.slug) {
            return;
        }
        if let Some(told) = self.told {
            book.again(told, [Some(span)]);
            return;
        }
        let of = dialog.open().first().map_or(String::new(), |open| format!(" to {}", open.shown()));
        let title = format!("The answer{of} breaks off after {}.", notation::in_bytes(span.end - span.start));
        self.told = Some(book.add(Self::DOC, Draft::new(title, [Some(span)]).confidence(75)));
    }
}

/// `result-missing`.
#[derive(Debug, Default)]
pub(super) struct ResultMissing {
    pending: Option<Pending>,
    told: Option<Handle>,
}

/// Data that has ended well and waits for its result.
#[derive(Debug)]
struct Pending {
    id: u64,
    command: String,
    prompt: Span,
    end: Span,
    allowed: Duration,
    answered: u32,
}

/// The result should have come this many answered commands later, where a log has no times.
const LATER: u32 = 2;

impl ResultMissing {
    #[inline(always)]
    fn due(&self) -> Option<Duration> {
        self.pending.as_ref().and_then(|pending| Some(pending.end.at? + pending.allowed))
    }

    fn tell(&mut self, book: &mut Book) {
        let Some(pending) = self.pending.take() else { return };
        if book.is_blamed(pending.id)
            || book.any_open(&[ClosedBeforeSent::DOC.slug, Restarted::DOC.slug, NoAnswer::DOC.slug])
        {
            return;
        }
        let title = format!("The data of {} was complete, but no result came.", pending.command);
        self.told =
            Some(book.add(Self::DOC, Draft::new(title, [Some(pending.prompt), Some(pending.end)]).confidence(80)));
    }
}

impl Rule for ResultMissing {
    const DOC: &'static Doc = &Doc {
        slug: "result-missing",
        severity: Problem,
        family: DATA,
        evidence: "Data was sent and ended (by 1A, or by its last byte), and neither a result nor an error comes within the time of its command.",
        why: "The network did not confirm it: the signal is weak, the service or the credit is missing, or the modem has gone off the air meanwhile.",
        fix: "Wait up to the command's longest time (a minute for an SMS); then check AT+CSQ and AT+CREG?, and send it again.",
    };
    const HEARS: hears::Kinds = hears::DATA_END
        | hears::FINAL
        | hears::said(SEND | SMS | START | CONNECTION | CONTEXT | OUTCOME)
        | hears::TICK
        | hears::FINISH;
    const KEEPS_TIME: bool = true;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || self.pending.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::DataEnd => {
                let Some(data) = dialog.data_done().filter(|_| dialog.log.shows != Shows::SentOnly) else {
                    return;
                };
                let Some((DataEnded::Terminator | DataEnded::Full, by)) = data.ended else { return };
                let Some(open) = dialog.open().iter().find(|open| open.id == data.id) else { return };
                let Some(end) = by.or(data.payload).filter(|_| !data.elided) else { return };
                self.pending = Some(Pending {
                    id: data.id,
                    command: open.shown(),
                    prompt: data.prompt,
                    end,
                    allowed: open.longest(),
                    answered: dialog.answered(),
                });
            }
            Event::Final => {
                if let (Some(pending), Some(done)) = (&self.pending, dialog.done())
                    && pending.id == done.id
                {
                    self.pending = None;
                }
            }
            Event::Said(
                Said::SendOk | Said::SendFail | Said::Stored | Said::Rdy | Said::Closed(_) | Said::PdpDeact,
                _,
            ) => {
                self.pending = None;
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Said(said, _) if said.is_error() => self.pending = None,
            Event::Tick if self.due().zip(dialog.now).is_some_and(|(due, now)| now >= due) => self.tell(book),
            Event::Finish => {
                let untimed =
                    |pending: &Pending| pending.end.at.is_none() && dialog.answered() - pending.answered >= LATER;
                if self.pending.as_ref().is_some_and(untimed) {
                    self.tell(book);
                }
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        self.due()
    }
}
