//! How a modem tells its results: not at all (`ATQ1`), or as numbers (`ATV0`). It works, and who waits for OK waits in vain.

use std::time::Duration;

use super::Severity::{Note, Warning};
use super::book::{Book, Draft, Handle};
use super::doc::heading::LINE as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::{OTHER, OUTCOME};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, ProgramResult, Shows};
use crate::vocabulary::{Call, Role, number};

/// `results-off`.
#[derive(Debug, Default)]
pub(super) struct Off {
    /// The command that switched them off.
    since: Option<Span>,
    /// The first and the last command since.
    behind: Option<(Span, Span)>,
    told: Option<Handle>,
}

/// How long a result is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a command makes of the results: off, on; `None` where it says nothing of them.
fn switches_off(call: &Call<'_>) -> Option<bool> {
    match call.name.to_ascii_uppercase().as_slice() {
        b"Q" => Some(number(call.raw()).unwrap_or(0) != 0),
        b"Z" | b"&F" => Some(false),
        _ => None,
    }
}

impl Off {
    fn command(&mut self, dialog: &Dialog) {
        let Some(last) = dialog.open().last() else { return };
        let sets = if last.role == Role::Basic || last.asked.glued {
            last.calls().filter_map(|call| switches_off(&call)).last()
        } else {
            None
        };
        match sets {
            Some(off) => *self = Self { since: off.then_some(last.span), told: self.told, behind: None },
            None if self.since.is_some() => {
                self.behind = Some((self.behind.map_or(last.span, |(first, _)| first), last.span));
            }
            None => {}
        }
    }

    /// A command behind it has a result after all.
    fn answered(&mut self, dialog: &Dialog, book: &mut Book) {
        let Some(since) = self.since else { return };
        let told = |outcome: Outcome| matches!(outcome, Outcome::Said(said) if said == Said::Ok || said.is_error());
        let behind = dialog.done().filter(|done| done.span.start > since.start);
        if behind.and_then(|done| done.outcome).is_some_and(|(outcome, _)| told(outcome)) {
            if let Some(told) = self.told.take() {
                book.withdraw(told);
            }
            *self = Self::default();
        }
    }
}

impl Rule for Off {
    const DOC: &'static Doc = &Doc {
        slug: "results-off",
        severity: Warning,
        family: FAMILY,
        evidence: "`ATQ1` is sent, and to no command behind it comes `OK` or `ERROR` for 5 s, or to the end of the log; taken back when one comes.",
        why: "ATQ1 switches results off: the modem obeys, and says neither OK nor ERROR.",
        fix: "ATQ0 switches them on again; AT&W stores that in the modem.",
    };
    const HEARS: hears::Kinds = hears::COMMAND | hears::FINAL | hears::TICK | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        self.since.is_some()
            || kinds & hears::commands(OTHER) != 0
                && dialog.open().last().is_some_and(|last| last.role == Role::Basic || last.asked.glued)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Command => self.command(dialog),
            Event::Final => self.answered(dialog, book),
            _ => {
                let Some((first, last)) = self.behind.filter(|_| self.told.is_none()) else { return };
                let waited = || dialog.now.zip(last.at).is_some_and(|(now, at)| now >= at + PATIENCE);
                if dialog.log.shows == Shows::SentOnly || !(matches!(event, Event::Finish) || waited()) {
                    return;
                }
                let last = Some(last).filter(|last| *last != first);
                let draft = Draft::new("No result has come since ATQ1 was sent.", [self.since, Some(first), last]);
                self.told = Some(book.add(Self::DOC, draft.send("ATQ0", "ATQ0\r").confidence(85)));
            }
        }
    }
}

/// `results-as-numbers`.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    told: Option<Handle>,
    /// The host has asked for them.
    wanted: bool,
    /// A command and its number.
    seen: Option<(Span, Span)>,
}

impl Numbers {
    fn tell(&mut self, book: &mut Book) {
        let Some((command, result)) = self.seen.take() else { return };
        let draft = Draft::new("The modem answers with numbers, not with OK and ERROR.", [Some(command), Some(result)]);
        self.told = Some(book.add(Self::DOC, draft.send("ATV1", "ATV1\r")));
    }

    /// A result in words: numbers before it were something else, or are over since `ATV1`.
    fn in_words(&mut self, done: Option<&Exchange>, book: &mut Book) {
        if done.is_some_and(|done| done.calls().any(|call| sets_words(&call) == Some(true))) {
            book.resolve_all(Self::DOC.slug);
            (self.told, self.wanted) = (None, false);
        } else if let Some(told) = self.told.take() {
            book.withdraw(told);
        }
        self.seen = None;
    }
}

/// What a command makes of the results: words, numbers; `None` where it says nothing of them.
fn sets_words(call: &Call<'_>) -> Option<bool> {
    call.name.eq_ignore_ascii_case(b"V").then(|| number(call.raw()).unwrap_or(0) != 0)
}

impl Rule for Numbers {
    const DOC: &'static Doc = &Doc {
        slug: "results-as-numbers",
        severity: Note,
        family: FAMILY,
        evidence: "A command is answered with a number alone: `0` or `4` in place of `OK` or `ERROR`; where the log shows that `ATV0` was sent, only if a program says in it that it waited in vain, or that something failed. Taken back when a result comes in words.",
        why: "With ATV0 results are numbers: 0 OK, 1 CONNECT, 2 RING, 3 NO CARRIER, 4 ERROR, 7 BUSY. Who waits for OK waits in vain.",
        fix: "ATV1 gives words again; AT&W stores that in the modem.",
    };
    const HEARS: hears::Kinds = hears::commands(OTHER) | hears::FINAL | hears::said(OUTCOME) | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_command(kinds) {
            dialog.open().last().is_some_and(|last| last.role == Role::Basic || last.asked.glued)
        } else {
            dialog.state.verbose == Some(false) || self.told.is_some() || self.seen.is_some()
        }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Command => {
                let last = dialog.open().last().filter(|last| last.role == Role::Basic || last.asked.glued);
                self.wanted |= last.is_some_and(|last| last.calls().any(|call| sets_words(&call) == Some(false)));
            }
            Event::Final => {
                let Some(done) = dialog.done() else { return };
                let Some(result) = done.result_span() else { return };
                if result.end - result.start > 1 {
                    self.in_words(Some(done), book);
                } else if self.told.is_none() && dialog.state.verbose == Some(false) {
                    self.seen = self.seen.or(Some((done.span, result)));
                    if !self.wanted {
                        self.tell(book);
                    }
                }
            }
            // One that belongs to no command; where numbers were asked for it stands in the words of a program.
            Event::Said(Said::Ok | Said::Error, span) if !self.wanted && span.end - span.start > 1 => {
                self.in_words(None, book);
            }
            Event::Finish => {
                let failed = matches!(dialog.log.result, Some(ProgramResult::Failed(..)));
                if dialog.log.vain > 0 || failed {
                    self.tell(book);
                }
            }
            _ => {}
        }
    }
}
