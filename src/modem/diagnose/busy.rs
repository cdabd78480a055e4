//! Commands that the modem did not take, because it was still at work on another.

use super::Severity::Warning;
use super::book::{Book, Draft, Handle};
use super::doc::heading::ORDER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::OUTCOME;
use crate::modem::dialog::exchange::Exchange;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};

/// `sent-while-busy`.
#[derive(Debug, Default)]
pub(super) struct WhileBusy {
    /// What it was at work on, and what was told of that.
    told: Option<(u64, Handle)>,
}

impl Rule for WhileBusy {
    const DOC: &'static Doc = &Doc {
        slug: "sent-while-busy",
        severity: Warning,
        family: FAMILY,
        evidence: "`busy p...` or `busy s...` answers a command: an ESP8266 or ESP32 was still at work on the one before, or still sending.",
        why: "The module takes one command at a time; what comes before it has answered is lost.",
        fix: "Wait for OK, ERROR or SEND OK before the next command: joining a network takes up to 20 s, a connection that nobody answers too.",
    };
    const HEARS: hears::Kinds = hears::said(OUTCOME);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Event::Said(Said::Busy, span) = *event else { return };
        let lost = dialog.done().filter(|done| done.result_span() == Some(span));
        let at_work = dialog.open().first();
        let spans = [lost.map(|lost| lost.span), Some(span)];
        let on = at_work.map_or(0, |open| open.id);
        if let Some((_, told)) = self.told.filter(|(known, _)| *known == on || on == 0) {
            book.again(told, spans);
            return;
        }
        let lost = lost.map_or_else(|| "A command".to_owned(), Exchange::named);
        let on_what = at_work.map_or_else(|| "the one before".to_owned(), |open| open.named());
        let title = format!("{lost} was lost: the module was still at work on {on_what}.");
        self.told = Some((on, book.add(Self::DOC, Draft::new(title, spans))));
    }
}
