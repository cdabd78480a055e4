//! USSD: codes such as `*100#`.

use super::Severity::{Note, Problem};
use super::book::{Book, Draft};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::{OTHER, OUTCOME};
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Role;

/// `ussd-empty`.
#[derive(Debug, Default)]
pub(super) struct Empty {
    /// The code that was sent.
    asked: Option<Span>,
    /// It was answered OK, and this many commands had been answered by then.
    taken: Option<u32>,
    told: bool,
}

impl Rule for Empty {
    const DOC: &'static Doc = &Doc {
        slug: "ussd-empty",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CUSD=1,\"…\"` is answered OK, and `+CUSD:` comes without a text, or with 4 (not supported) or 5 (timed out); or `+CME ERROR:` comes in its place. As a note: a log goes on behind the OK, and no `+CUSD:` comes.",
        why: "The network got something else than the code that was meant (in AT+CSCS=\"HEX\" or \"UCS2\" the code has to be written so too), or does not know it.",
        fix: "Set AT+CSCS=\"GSM\" (or \"IRA\") and AT+CUSD=1, then send the code again; try it in a phone.",
    };
    const HEARS: hears::Kinds =
        hears::said(OTHER | OUTCOME) | hears::commands(OTHER) | hears::results(OTHER) | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) {
            self.asked.is_some()
        } else {
            !hears::is_command(kinds)
                || dialog.open().last().is_some_and(|last| last.asked.glued || last.role == Role::Ussd)
        }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                if let Some(last) = dialog.open().last() {
                    let ussd = last.text.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"AT+CUSD="));
                    if ussd && last.text.contains(&b'"') {
                        self.taken = None;
                        self.asked = Some(last.span);
                        self.told = false;
                    }
                }
            }
            Event::Said(Said::Cme(code), span) if dialog.open().is_empty() => {
                let Some(asked) = self.asked.take() else { return };
                let why = dialog.telling.family().cme(code);
                let title = format!("The network refused the USSD code: CME {code}, {why}.");
                book.add(Self::DOC, Draft::new(title, [Some(asked), Some(span)]).confidence(80));
            }
            Event::Final => {
                let done = dialog.done().filter(|done| Some(done.span) == self.asked);
                if done.is_some_and(|done| done.outcome.is_some_and(|(how, _)| how.good())) {
                    self.taken = Some(dialog.answered());
                }
            }
            // The modem has answered something else since.
            Event::Finish if dialog.log.read_ahead && self.taken.is_some_and(|taken| dialog.answered() > taken) => {
                let Some(asked) = self.asked.take() else { return };
                let draft = Draft::new("The log shows no answer of the network to the USSD code.", [Some(asked)])
                    .severity(Note)
                    .because("OK says only that the code was sent; the answer comes as +CUSD: after some seconds, with AT+CUSD=1, or never where the network does not know the code.")
                    .fix("Wait up to 20 s for +CUSD:, and read all that comes; check the code in a phone, AT+CREG? and AT+CSCS (\"GSM\").")
                    .confidence(60);
                book.add(Self::DOC, draft);
            }
            Event::Said(Said::Ussd(status, text), span) => {
                let Some(asked) = self.asked.take() else { return };
                if text && status < 3 || std::mem::replace(&mut self.told, true) {
                    return;
                }
                let (title, cause) = match status {
                    4 => (
                        "The network does not support this USSD code (+CUSD: 4).",
                        Some("The code is not known in this network, or not for this SIM."),
                    ),
                    5 => ("The network did not answer the USSD code in time (+CUSD: 5).", None),
                    _ => ("The answer to the USSD code is empty.", None),
                };
                let mut draft = Draft::new(title, [Some(asked), Some(span)])
                    .confidence(80)
                    .send("AT+CSCS=\"GSM\"", "AT+CSCS=\"GSM\"\r");
                if let Some(cause) = cause {
                    draft = draft.because(cause);
                }
                book.add(Self::DOC, draft);
            }
            _ => {}
        }
    }
}
