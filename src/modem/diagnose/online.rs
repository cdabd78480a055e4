//! Commands that were sent as data, since the modem was in data mode.

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::ORDER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::CALL;
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};

/// `command-in-data-mode`.
#[derive(Debug, Default)]
pub(super) struct InDataMode {
    /// The line that began data mode.
    since: Option<Span>,
    /// Commands since that nothing came to.
    first: Option<Span>,
    last: Option<Span>,
    /// `+++` with a line end behind it.
    escape: Option<Span>,
    /// How many bytes had come: who is answered speaks to the other end.
    heard: u64,
    told: Option<Handle>,
}

impl InDataMode {
    fn tell(&mut self, spans: [Option<Span>; 2], escape: bool, book: &mut Book) {
        if let Some(told) = self.told {
            return book.again(told, spans);
        }
        let [first, second] = spans;
        let all = [self.since, first, second];
        let draft = if escape {
            Draft::new("+++ was sent with a line end behind it, and so it is data too.", all)
                .because("+++ leaves data mode only where it stands alone: a second of silence before it, no CR or LF behind it, and a second of silence again.")
        } else {
            Draft::new(
                "Commands were sent in data mode: they went to the other end as data, and the modem did not see them.",
                all,
            )
        };
        self.told = Some(book.add(Self::DOC, draft.confidence(80)));
    }

    /// Where what is sent is told from what comes: a second command, and nothing came since the first.
    fn in_a_marked_log(&mut self, span: Span, escape: bool, dialog: &Dialog, book: &mut Book) {
        let total = dialog.receiving.total();
        if std::mem::replace(&mut self.heard, total) != total {
            (self.first, self.escape) = (None, None);
        }
        if escape {
            self.escape = Some(span);
        } else if self.escape.is_some() {
            self.tell([self.escape, Some(span)], true, book);
        } else if self.first.is_some() {
            self.tell([self.first, Some(span)], false, book);
        } else {
            self.first = Some(span);
        }
    }
}

impl Rule for InDataMode {
    const DOC: &'static Doc = &Doc {
        slug: "command-in-data-mode",
        severity: Problem,
        family: FAMILY,
        evidence: "Behind `CONNECT` (transparent mode, a data call) two known commands are sent and nothing comes back, or `+++` with a line end and then a command.",
        why: "From CONNECT on every byte is data, commands too, until the connection ends or +++ leaves data mode.",
        fix: "Wait a second, send +++ without CR or LF, wait a second for OK, then the command; ATO goes back to data mode.",
    };
    const HEARS: hears::Kinds = hears::said(CALL) | hears::WHILE_ONLINE | hears::COMMAND | hears::FINAL | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, _kinds: hears::Kinds, dialog: &Dialog) -> bool {
        dialog.online || self.since.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if !dialog.online {
            self.since = None;
            return;
        }
        match *event {
            Event::Said(Said::Connect, span) => *self = Self { since: Some(span), told: self.told, ..Self::default() },
            Event::WhileOnline(span, escape) => self.in_a_marked_log(span, escape, dialog, book),
            Event::Command if dialog.log.shows == Shows::Echoed && self.since.is_some() => {
                let Some(command) = dialog.open().last().filter(|last| last.text != b"+++") else { return };
                if self.first.is_none() { self.first = Some(command.span) } else { self.last = Some(command.span) }
            }
            // It is heard: that was no data mode, or it is over.
            Event::Final => self.since = None,
            Event::Finish if self.since.is_some() && self.last.is_some() => {
                self.tell([self.first, self.last], false, book);
            }
            _ => {}
        }
    }
}
