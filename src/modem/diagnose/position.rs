//! Where the modem is, by satellites.

use super::Severity::Note;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};

/// `no-position`.
#[derive(Debug, Default)]
pub(super) struct NoPosition {
    told: Option<Handle>,
}

impl Rule for NoPosition {
    const DOC: &'static Doc = &Doc {
        slug: "no-position",
        severity: Note,
        family: FAMILY,
        evidence: "`+CGPSSTATUS: Location Not Fix`, `+CGNSINF: 1,0,…`, or `+CGPSINFO:` and `+CGNSSINFO:` without values. Taken back when a position comes.",
        why: "The receiver needs a free view of the sky and, after a cold start, some minutes; indoors there is mostly no position.",
        fix: "Check that it is switched on (AT+CGNSPWR=1, AT+CGPSPWR=1 or AT+CGPS=1) and has an antenna of its own, not the GSM one; go outside, wait, and ask again.",
    };
    const HEARS: u32 = hears::NEWS;

    fn on(&mut self, event: Event, _dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Said(Said::Position { known: false }, span) => {
                let draft = || Draft::new("The satellite receiver has no position yet.", [Some(span)]);
                self.told.get_or_insert_with(|| book.add(Self::DOC, draft()));
            }
            Event::Said(Said::Position { known: true }, _) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            _ => {}
        }
    }
}
