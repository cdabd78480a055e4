//! One connection or several: the form of commands with `AT+CIPMUX`, and its change.

use super::Severity::Problem;
use super::book::{Book, Draft};
use super::doc::heading::ORDER as FAMILY;
use super::opening::SHUT;
use super::rule::{Doc, Rule, hears};
use super::topics::CONNECTION;
use crate::modem::dialog::exchange::Exchange;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Command, Form, Role, number};

/// `mux-form-mismatch`.
#[derive(Debug, Default)]
pub(super) struct MuxForm;

impl Rule for MuxForm {
    const DOC: &'static Doc = &Doc {
        slug: "mux-form-mismatch",
        severity: Problem,
        family: FAMILY,
        evidence: "A refused `AT+CIPSTART`, `AT+CIPSEND` or `AT+CIPCLOSE` lacks the connection number though `AT+CIPMUX=1`, or has one though `AT+CIPMUX=0`.",
        why: "With AT+CIPMUX=1 these commands begin with a connection number from 0 to 5, with AT+CIPMUX=0 they have none.",
        fix: "Add or drop the number, or change AT+CIPMUX after AT+CIPSHUT.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        // Where it asked for the data, the form was right; and where a number always stands, no mode asks for it.
        let by_mode = |done: &&Exchange| done.asked.command.is_some_and(Command::has_optional_link);
        let wrong =
            |done: &&Exchange| done.refused() && done.invited.is_none() && by_mode(done) && !book.is_blamed(done.id);
        let Some(done) = dialog.done().filter(wrong) else { return };
        let chief = done.chief();
        let first = number(chief.parameter(0).text);
        let wrong = match (done.role, chief.form, done.before.mux) {
            (Role::Send | Role::Close, Form::Execute, Some(true)) => Some("lacks the connection number"),
            (Role::Send, Form::Set, Some(true)) if first.is_some_and(|n| n > 5) => Some("lacks the connection number"),
            (Role::Open, Form::Set, Some(true)) if first.is_none() => Some("lacks the connection number"),
            (Role::Open, Form::Set, Some(false)) if first.is_some() => Some("has a connection number too many"),
            (Role::Send, Form::Set, Some(false)) if chief.count() > 1 => Some("has a connection number too many"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            let mode = if done.before.mux == Some(true) { "AT+CIPMUX=1" } else { "AT+CIPMUX=0" };
            book.add(
                Self::DOC,
                Draft::new(
                    format!("{} {wrong}: {mode} is in force.", done.shown()),
                    [Some(done.span), done.result_span()],
                ),
            );
            book.blame(done.id, Self::DOC.slug);
        }
    }
}

/// `mux-change-refused`.
#[derive(Debug, Default)]
pub(super) struct MuxChange;

impl Rule for MuxChange {
    const DOC: &'static Doc = &Doc {
        slug: "mux-change-refused",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPMUX=` is refused.",
        why: "The number of connections can be changed only while no data connection is set up, and one is still up from before.",
        fix: "AT+CIPSHUT first, then AT+CIPMUX.",
    };
    const HEARS: hears::Kinds = hears::results(CONNECTION);

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done().filter(|done| done.role == Role::Multi) else { return };
        if !done.refused() {
            book.resolve_all(Self::DOC.slug);
            return;
        }
        let valid = matches!(done.chief().parameter(0).text, b"0" | b"1") && done.chief().form == Form::Set;
        if valid && !book.is_open(Self::DOC.slug) {
            let draft = Draft::new(format!("{} was refused.", done.shown()), [Some(done.span), done.result_span()])
                .send("AT+CIPSHUT", SHUT);
            book.add(Self::DOC, draft);
            book.blame(done.id, Self::DOC.slug);
        }
    }
}
