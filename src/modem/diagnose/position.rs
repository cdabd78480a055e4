//! Where the modem is, by satellites, and what time it is.

use super::Severity::Note;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::OTHER;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Form;

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
    const HEARS: hears::Kinds = hears::said(OTHER);

    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Said(Said::Position { known: false }, span) => {
                let words = dialog.words.of(span).filter(|words| !words.ends_with("no position yet"));
                let title = words.map_or("The satellite receiver has no position yet.".to_owned(), |words| {
                    format!("There is no position: {words}.")
                });
                let draft = || Draft::new(title, [Some(span)]);
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

/// `clock-not-set`.
#[derive(Debug, Default)]
pub(super) struct ClockNotSet {
    told: Option<Handle>,
}

impl Rule for ClockNotSet {
    const DOC: &'static Doc = &Doc {
        slug: "clock-not-set",
        severity: Note,
        family: FAMILY,
        evidence: "`+CCLK:` shows a date such as 04/01/01, with which the clock begins at power-on. Taken back when it shows another or is set.",
        why: "The clock counts from power-on, since nobody has set it; certificates are checked against it, and reports get its time.",
        fix: "AT+CLTS=1 and AT&W, then a restart, takes the time from the network, where the operator sends it; AT+CCLK=\"yy/MM/dd,hh:mm:ss+zz\" sets it by hand.",
    };
    const HEARS: hears::Kinds = hears::said(OTHER) | hears::results(OTHER);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || self.told.is_some()
    }

    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Said(Said::Clock { set: false }, span) => {
                let draft =
                    || Draft::new("The modem's clock is not set: it shows the time since power-on.", [Some(span)]);
                self.told.get_or_insert_with(|| book.add(Self::DOC, draft()));
            }
            Event::Said(Said::Clock { set: true }, _) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Final if self.told.is_some() => {
                let set = dialog.done().is_some_and(|done| {
                    done.asked.form == Form::Set
                        && done.outcome.is_some_and(|(how, _)| how.good())
                        && done.asked.command.is_some_and(|command| command.name == "AT+CCLK")
                });
                if let Some(told) = self.told.take_if(|_| set) {
                    book.resolve(told);
                }
            }
            _ => {}
        }
    }
}
