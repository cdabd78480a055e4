//! Something else than a modem answers: a console of Linux.

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::LINE as FAMILY;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::{Dialog, Event, is_console};

/// `console-on-port`.
#[derive(Debug, Default)]
pub(super) struct OnPort {
    first: Option<Span>,
    told: Option<Handle>,
}

impl Rule for OnPort {
    const DOC: &'static Doc = &Doc {
        slug: "console-on-port",
        severity: Problem,
        family: FAMILY,
        evidence: "`login:`, `Password:`, `Login incorrect` or the words of a shell come back, twice or more.",
        why: "A console of Linux runs on this port and takes the commands for somebody who logs in; on a Raspberry Pi that is the default.",
        fix: "Switch the console off (raspi-config, Interface Options, Serial Port: no login shell, but serial hardware), restart, and check that the port is the modem's.",
    };
    const HEARS: hears::Kinds = hears::UNKNOWN;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Event::Unknown(span, _) = *event else { return };
        if !is_console(&dialog.unknown) || self.told.is_some() {
            return;
        }
        let Some(first) = self.first else {
            self.first = Some(span);
            return;
        };
        let title = "A login console answers on this port, not a modem.";
        self.told = Some(book.add(Self::DOC, Draft::new(title, [Some(first), Some(span)]).confidence(95)));
    }
}
