//! What the program that wrote a log says itself: that the modem does not answer, that one command waited in vain, that PPP
//! came to an end. It is no part of the dialog, and is told only where the dialog does not tell it.

use super::Offer;
use super::Severity::Warning;
use super::book::{Book, Draft};
use super::connecting::Unanswered;
use super::cut::ResultMissing;
use super::line::NoAnswer;
use super::opening::NoDataService;
use super::power::ADVICE;
use super::rule::{Doc, Rule};
use super::supply::SupplyLow;
use super::words::ProgramSays;
use crate::modem::dialog::Dialog;
use crate::modem::dialog::exchange::Span;
use crate::modem::transcript::{Vain, Whose};
use crate::vocabulary::Role;

/// On which lines of a log its commands stand: at most so many are remembered.
const COMMANDS: usize = 4096;

/// What was told, and where the commands stand that it may be about.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The first lines in which a program says that it waited in vain, or the like.
    pub(super) vain: Vec<Vain>,
    commands: Vec<(Span, usize)>,
}

impl Told {
    /// The last command of the dialog stands on this line, if it does not on one before.
    pub(super) fn place(&mut self, last: Option<Span>, line: usize) {
        if let Some(span) = last.filter(|_| self.commands.len() < COMMANDS)
            && self.commands.last().is_none_or(|(before, _)| *before != span)
        {
            self.commands.push((span, line));
        }
    }

    /// The log is over: what it tells in words beside the dialog.
    pub(super) fn tell(&self, dialog: &Dialog, book: &mut Book) {
        self.no_modem(dialog, book);
        self.one_command(dialog, book);
        self.ppp(book);
        self.board(book);
    }

    /// The board that works the modem says that its own supply has given way.
    fn board(&self, book: &mut Book) {
        let mut told = self.vain.iter().filter(|vain| vain.whose == Whose::Board);
        let Some(first) = told.next() else { return };
        let words = first.text.trim_end_matches(['.', '!']);
        let draft = Draft::new(format!("Line {} says that the supply gave way: {words}.", first.line), [])
            .line(first.line)
            .because("The board restarted because its voltage fell too low; a modem on the same supply, which draws bursts of 2 A when it sends, mostly pulls it down.")
            .severity(Warning)
            .offer(Offer::Advice(ADVICE))
            .confidence(80);
        book.add(SupplyLow::DOC, draft);
    }

    /// A log that shows neither commands nor answers, in which a program says that the modem does not answer.
    fn no_modem(&self, dialog: &Dialog, book: &mut Book) {
        let mut told = self.vain.iter().filter(|vain| vain.whose == Whose::Modem);
        let shown = dialog.tally().commands > 0 || dialog.spoken;
        let Some(first) = told.next().filter(|_| !shown) else { return };
        // That something failed is told with it.
        book.withdraw_all(ProgramSays::DOC.slug);
        book.forget_withdrawn();
        if !book.findings().is_empty() {
            return;
        }
        let words = first.text.trim_end_matches(['.', '!']);
        let draft = Draft::new(format!("Line {} says that the modem does not answer: {words}.", first.line), [])
            .line(first.line)
            .because("The program that wrote this says so; the log shows neither its commands nor what came back. Mostly the modem gets no power, does not hear what is sent, or its answers do not arrive.")
            .severity(Warning)
            .offer(Offer::ScanBaud)
            .confidence(60);
        book.add(NoAnswer::DOC, draft);
    }

    /// A modem that answers others has given no result to this command, and right behind it the log says so.
    fn one_command(&self, dialog: &Dialog, book: &mut Book) {
        let unanswered = &dialog.tally().unanswered_first;
        let waited = |vain: &&Vain| matches!(vain.whose, Whose::Modem | Whose::Unknown);
        for vain in self.vain.iter().filter(waited).filter(|_| dialog.answered() > 0) {
            let before = self.commands.iter().rev().find(|(_, line)| *line <= vain.line);
            let Some((name, span)) = before.and_then(|(last, _)| unanswered.iter().find(|(_, span)| span == last))
            else {
                continue;
            };
            if book.rests_on(*span) || book.is_open(NoAnswer::DOC.slug) {
                continue;
            }
            let role = dialog.telling.family().first(name.as_bytes()).map(|command| command.role);
            // The first of a session find the modem's rate, or wake it.
            if role == Some(Role::Attention) {
                continue;
            }
            let doc: &'static Doc = if role == Some(Role::Open) { Unanswered::DOC } else { ResultMissing::DOC };
            let draft = Draft::new(format!("{name} got no result, as line {} says too.", vain.line), [Some(*span)])
                .because(format!("Other commands were answered, this one was not: {}", vain.text))
                .severity(Warning)
                .confidence(65);
            let draft = match role {
                Some(Role::Open) => draft.send("AT+CIPSTATUS", "AT+CIPSTATUS\r"),
                _ => draft.fix("Wait as long as the command may take, and read all that comes meanwhile; check the supply and AT+CSQ. If nothing comes, AT shows whether the modem is still there."),
            };
            book.add(doc, draft);
        }
    }

    /// The system's PPP has ended, and says why.
    fn ppp(&self, book: &mut Book) {
        let Some(first) = self.vain.iter().find(|vain| vain.whose == Whose::Ppp) else { return };
        if book.any_open(&[NoDataService::DOC.slug, NoAnswer::DOC.slug]) {
            return;
        }
        let words = first.text.trim_end_matches(['.', '!']);
        let draft =
            Draft::new(format!("Line {} says that PPP came to nothing: {words}.", first.line), []).line(first.line);
        let draft = if words.contains("imeout") {
            draft
                .because("Nobody spoke PPP at the other end: the modem was not in data mode (no CONNECT), has gone off, or the rate of the port is another.")
                .fix("Check that CONNECT came right before, that nothing else reads the port, and the supply.")
        } else if words.contains("uthenticat") {
            draft.because("The network refused user or password of the access point.").fix(
                "Check user and password for this access point; many take any, or none (noauth in the peer's file).",
            )
        } else {
            draft
                .because("The modem or the network ended it right behind CONNECT: the access point or its login does not fit, the SIM has no data, or the modem lost the network.")
                .fix("Check the access point (AT+CGDCONT?), AT+CGATT? and AT+CSQ, and the supply: data draws the most current.")
        };
        book.add(NoDataService::DOC, draft.severity(Warning).confidence(65));
    }
}
