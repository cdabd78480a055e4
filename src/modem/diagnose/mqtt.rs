//! Publishing without a broker.

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::ORDER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::{OTHER, OUTCOME, START};
use crate::modem::dialog::exchange::{Exchange, Outcome};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Role;

/// `broker-not-connected`.
#[derive(Debug, Default)]
pub(super) struct NotConnected {
    /// As far as the log shows it.
    connected: Option<bool>,
    told: Option<Handle>,
}

impl NotConnected {
    /// A message was published.
    fn works(&mut self, book: &mut Book) {
        self.connected = Some(true);
        if let Some(told) = self.told.take() {
            book.resolve(told);
        }
    }

    fn refused(&mut self, done: &Exchange, dialog: &Dialog, book: &mut Book) {
        let plain = matches!(done.outcome, Some((Outcome::Said(Said::Error | Said::Cme(3 | 4 | 100)), _)));
        let connects = dialog.telling.family().by_role(Role::MqttConnect).map(|command| command.name);
        let Some(connects) = connects.filter(|_| plain && done.invited.is_none() && !book.is_blamed(done.id)) else {
            return;
        };
        let spans = [Some(done.span), done.result_span()];
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told {
            return book.again(told, spans);
        }
        let name = done.asked.command.map_or("The message", |command| command.name);
        let title = match self.connected {
            Some(false) => format!("{name} was refused: the modem is not connected to a broker ({connects})."),
            _ => format!("{name} was refused, and no {connects} that worked stands before it in the log."),
        };
        let sure = if self.connected.is_some() { 85 } else { 65 };
        let fix = format!("{connects} first, with its settings before it, and go on when it has worked.");
        self.told = Some(book.add(Self::DOC, Draft::new(title, spans).fix(fix).confidence(sure)));
    }
}

/// It asks whether the modem is connected to a broker (`AT+SMSTATE?`, `AT+QMTCONN?`).
fn asks_state(done: &Exchange) -> bool {
    done.asked.form.asks() && (done.role == Role::MqttConnect || done.chief().name.eq_ignore_ascii_case(b"+SMSTATE"))
}

/// It has left the broker, as it was told to. Of the modems that have one connection alone: elsewhere another may stand.
pub(super) fn leaves(done: &Exchange) -> bool {
    done.chief().name.eq_ignore_ascii_case(b"+SMDISC") && !done.refused()
}

impl Rule for NotConnected {
    const DOC: &'static Doc = &Doc {
        slug: "broker-not-connected",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+SMPUB`, `AT+CMQTTPUB` or `AT+QMTPUB` is refused with ERROR, and no `AT+SMCONN`, `AT+CMQTTCONNECT` or `AT+QMTCONN` that worked stands before it in the log.",
        why: "A message can be published only over a connection to a broker.",
        fix: "Connect to the broker first, and go on when that has worked.",
    };
    const HEARS: hears::Kinds = hears::results(OTHER) | hears::said(OUTCOME | START);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        let about = |done: &Exchange| {
            matches!(done.role, Role::MqttConnect | Role::MqttPublish) || asks_state(done) || leaves(done)
        };
        !hears::is_result(kinds) || dialog.done().is_some_and(about)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Rdy, _) => self.connected = Some(false),
            Event::Said(Said::Trouble, span) if dialog.words.name_of(span) == Some("+SMSTATE") => {
                self.connected = Some(false);
            }
            // Whichever step it was that worked: MQTT is in use.
            Event::Said(Said::Worked, _) if dialog.done().is_some_and(|done| done.role == Role::MqttConnect) => {
                self.connected = Some(true);
            }
            Event::Final => {
                let Some(done) = dialog.done() else { return };
                match done.role {
                    // What else the answer tells is not heard here: it may be connected.
                    _ if asks_state(done) => self.connected = Some(!done.denied),
                    _ if leaves(done) => self.connected = Some(false),
                    Role::MqttConnect if !done.refused() => self.connected = Some(true),
                    Role::MqttPublish if !done.refused() => self.works(book),
                    Role::MqttPublish if self.connected != Some(true) => self.refused(done, dialog, book),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
