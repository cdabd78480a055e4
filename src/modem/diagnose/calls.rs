//! Calls that a hand dials.

use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::network::no_sim;
use super::registration::NotRegistered;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::exchange::Exchange;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::Role;

/// `call-without-semicolon`.
#[derive(Debug, Default)]
pub(super) struct WithoutSemicolon {
    told: Option<Handle>,
}

/// A number, as people have them: not `*99#`, and nothing behind it.
fn dials_data(done: &Exchange) -> bool {
    let number = done.text.get(3..).unwrap_or_default().trim_ascii();
    // Tone or pulse, as on a telephone line.
    let number = if let [b'T' | b't' | b'P' | b'p', number @ ..] = number { number } else { number };
    let digits = number.strip_prefix(b"+").unwrap_or(number);
    done.role == Role::Dial
        && digits.len() >= 3
        && digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'))
}

impl Rule for WithoutSemicolon {
    const DOC: &'static Doc = &Doc {
        slug: "call-without-semicolon",
        severity: Problem,
        family: FAMILY,
        evidence: "`ATD<number>` without `;` at its end is answered `NO CARRIER`, `BUSY`, `NO ANSWER`, `NO DIALTONE` or refused, while the SIM and the network are not known to be missing.",
        why: "Without ; at its end ATD begins a data call, which hardly any network offers; with it a voice call.",
        fix: "ATD<number>; with the semicolon.",
    };
    const HEARS: u32 = hears::COURSE;

    fn on(&mut self, _event: Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done().filter(|done| dials_data(done)) else { return };
        if done.outcome.is_none_or(|(outcome, _)| outcome.good()) || book.is_blamed(done.id) || no_sim(book) {
            return;
        }
        let spans = [Some(done.span), done.result_span()];
        if book.extend(&[NotRegistered::DOC.slug], spans) {
            return;
        }
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told {
            book.again(told, spans);
        } else {
            let title = format!("{} without ; at its end is a data call, and it was not put through.", done.shown());
            self.told = Some(book.add(Self::DOC, Draft::new(title, spans)));
        }
    }
}
