//! What a program says in a log of itself, where the dialog does not tell what went wrong: its words are quoted.

use super::Severity::Note;
use super::book::{Book, Draft};
use super::doc::heading::LINE as FAMILY;
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::{Dialog, Event, ProgramResult};

/// `program-says`.
#[derive(Debug, Default)]
pub(super) struct ProgramSays;

impl Rule for ProgramSays {
    const DOC: &'static Doc = &Doc {
        slug: "program-says",
        severity: Note,
        family: FAMILY,
        evidence: "A program's own words in a log say that something failed, none behind them that it worked, and nothing else was found.",
        why: "The program that wrote the log says so; what the modem answered to it does not tell why, or is not shown.",
        fix: "Let the program show all that it sends and receives (its debug level), with AT+CMEE=2: the modem's own answer tells more.",
    };
    const HEARS: hears::Kinds = hears::FINISH;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(ProgramResult::Failed((line, words), last)) =
            dialog.log.result.as_ref().filter(|_| !book.any_standing())
        else {
            return;
        };
        // Its words stand beside a dialog that went well: then it may speak of something else.
        let sure = if dialog.tally().commands > 0 { 40 } else { 60 };
        let words = words.trim_end_matches(['.', '!']);
        // The first is nearest to the cause; the last says what has become of it.
        let last = last
            .as_ref()
            .map(|(line, words)| format!(" Line {line}, the last: {}.", words.trim_end_matches(['.', '!'])));
        let title = format!("Line {line} says: {words}.{}", last.unwrap_or_default());
        book.add(Self::DOC, Draft::new(title, []).line(*line).confidence(sure));
    }
}
