//! Where the modem is, by satellites, and what time it is.

use super::Severity::Note;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::remedy::remedy;
use super::rule::{Doc, Rule, hears};
use super::topics::OTHER;
use crate::modem::dialog::exchange::{Exchange, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Because, Form, Reason, Role};

/// `no-position`.
#[derive(Debug, Default)]
pub(super) struct NoPosition {
    told: Option<Handle>,
    /// The modem has said that its receiver is off: where, and what helps.
    off: Option<(Span, Because)>,
    /// It has said so in place of a position.
    by_position: bool,
    /// It was switched on since.
    on: bool,
}

impl Rule for NoPosition {
    const DOC: &'static Doc = &Doc {
        slug: "no-position",
        severity: Note,
        family: FAMILY,
        evidence: "`+CGPSSTATUS: Location Not Fix`, `+CGNSINF: 1,0,…`, or `+CGPSINFO:` and `+CGNSSINFO:` without values; `+CGPS: 0` or `+CGNSPWR: 0` before them tells that the receiver is off. Taken back when a position comes, or when it is switched on.",
        why: "The receiver needs a free view of the sky and, after a cold start, some minutes; indoors there is mostly no position.",
        fix: "Check that it is switched on and has an antenna of its own, not the GSM one; go outside, wait, and ask again.",
    };
    const HEARS: hears::Kinds = hears::said(OTHER) | hears::results(OTHER);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || dialog.done().is_some_and(|done| done.role == Role::Satellites)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Receiver { on }, span) => {
                (self.on, self.by_position) = (on, false);
                self.off = (!on).then(|| (span, dialog.words.because(span)));
            }
            Event::Said(Said::Position { known: false }, span) => {
                let here = (span, dialog.words.because(span));
                if here.1.reason == Some(Reason::Off) {
                    self.off = Some(here).filter(|_| !self.on);
                    self.by_position = true;
                } else if self.by_position && self.off.take().is_some() {
                    // It looks for one: so it is on.
                    if let Some(told) = self.told.take() {
                        book.withdraw(told);
                    }
                }
                let off = self.off;
                let draft = || match off.and_then(|(at, because)| Some((at, remedy(because)?))) {
                    Some((at, fix)) => {
                        let spans = [Some(at).filter(|at| *at != span), Some(span)];
                        Draft::new("There is no position: the satellite receiver is off.", spans)
                            .because("It looks for satellites only while it is on; after a start it is mostly off.")
                            .advise(fix)
                    }
                    None => Draft::new("The satellite receiver has no position yet.", [Some(span)]),
                };
                self.told.get_or_insert_with(|| book.add(Self::DOC, draft()));
            }
            Event::Said(Said::Position { known: true }, _) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            // Switched on, it has no position at first.
            Event::Final => {
                let on = |done: &&Exchange| {
                    done.role == Role::Satellites && done.chief().number(0) == Some(1) && !done.refused()
                };
                if dialog.done().is_some_and(|done| on(&done)) {
                    self.on = true;
                    if self.off.take().is_some()
                        && let Some(told) = self.told.take()
                    {
                        book.withdraw(told);
                    }
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

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
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
