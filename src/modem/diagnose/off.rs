//! A modem that is switched off is asked in vain.

use std::time::Duration;

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::{ALL, START, is_value};
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Role;

/// `switched-off`.
#[derive(Debug, Default)]
pub(super) struct SwitchedOff {
    /// It said so, and nothing since.
    said: Option<Span>,
    /// By a command.
    ordered: bool,
    /// The first command since.
    asked: Option<Span>,
    told: Option<Handle>,
}

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

impl SwitchedOff {
    #[inline(always)]
    fn due(&self) -> Option<Duration> {
        self.asked.filter(|_| self.told.is_none()).and_then(|asked| asked.at).map(|at| at + PATIENCE)
    }
}

impl Rule for SwitchedOff {
    const DOC: &'static Doc = &Doc {
        slug: "switched-off",
        severity: Problem,
        family: FAMILY,
        evidence: "`NORMAL POWER DOWN` while a command waits for its result; or a command after it that nothing answers for 5 s, or to the end of the log, which is taken back when the modem says something after all.",
        why: "The modem has switched itself off: its PWRKEY was held for a second, or AT+CPOWD=1 was sent; only PWRKEY, or its power, starts it again.",
        fix: "Pull PWRKEY low for more than a second, or take the power away and give it again; then wait for RDY or send AT every 300 ms.",
    };
    const HEARS: hears::Kinds = hears::said(ALL) | hears::COMMAND | hears::FINAL | hears::TICK | hears::FINISH;
    const KEEPS_TIME: bool = true;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        kinds & hears::said(START) != 0 || self.said.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::PowerDown, span) => {
                let ordered = dialog.last().role == Role::PowerOff;
                *self = Self { said: Some(span), ordered, ..Self::default() };
                if let Some(lost) = dialog.open().last().filter(|_| !ordered) {
                    let draft = Draft::new(
                        format!("The modem switched itself off in the middle of {}.", lost.shown()),
                        [Some(lost.span), self.said],
                    );
                    book.add(Self::DOC, draft);
                    // It stays true, whatever the modem says when it is on again.
                    *self = Self::default();
                }
            }
            _ if self.said.is_none() => {}
            Event::Command => {
                self.asked = self.asked.or_else(|| dialog.open().last().map(|last| last.span));
            }
            Event::Final if dialog.done().is_some_and(|done| done.role == Role::PowerOff) => {}
            Event::Said(said, _) if is_value(said) => {}
            Event::Said(..) | Event::Final => {
                if let Some(told) = self.told {
                    book.withdraw(told);
                }
                *self = Self::default();
            }
            Event::Finish => self.tell(book),
            _ => {
                if self.due().zip(dialog.now).is_some_and(|(due, now)| now >= due) {
                    self.tell(book);
                }
            }
        }
    }

    #[inline(always)]
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        self.due()
    }
}

impl SwitchedOff {
    fn tell(&mut self, book: &mut Book) {
        if self.asked.is_none() || self.told.is_some() {
            return;
        }
        let draft = Draft::new("The modem is switched off, and does not answer.", [self.said, self.asked]);
        let draft = if self.ordered {
            draft.because("AT+CPOWD switched it off; only PWRKEY, or its power, starts it again.")
        } else {
            draft
        };
        self.told = Some(book.add(Self::DOC, draft));
    }
}
