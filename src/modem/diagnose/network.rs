//! SIM and network.

use super::Offer;
use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::doc::heading::POWER as FAMILY;
use super::power::Restarted;
use super::rule::{Doc, Rule, hears};
use super::topics::{NETWORK, OUTCOME, SIM, START};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::{Pin, Said};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Form, Role};

/// What an error says about the SIM, whichever command got it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sim {
    Missing,
    Pin,
    Puk,
}

fn sim(said: Said) -> Option<Sim> {
    match said {
        Said::Cme(10) | Said::Cms(310) => Some(Sim::Missing),
        Said::Cme(11) | Said::Cms(311) => Some(Sim::Pin),
        Said::Cme(12) | Said::Cms(316) => Some(Sim::Puk),
        _ => None,
    }
}

/// The command that just got such an error is explained by it.
fn sim_error(event: &Event, dialog: &Dialog, book: &mut Book, slug: &'static str) -> Option<(Sim, [Option<Span>; 2])> {
    match *event {
        Event::Final => {
            let done = dialog.done()?;
            let Some((Outcome::Said(said), span)) = done.outcome else { return None };
            let found = sim(said)?;
            if (found == Sim::Missing) == (slug == SimMissing::DOC.slug) {
                book.blame(done.id, slug);
            }
            Some((found, [Some(done.span), span]))
        }
        // The log shows no command that it could belong to.
        Event::Said(said, span) => sim(said).map(|found| (found, [Some(span), None])),
        _ => None,
    }
}

/// The SIM is missing or locked: whatever needs it fails for that reason.
pub(super) fn no_sim(book: &Book) -> bool {
    book.any_open(&NO_SIM)
}

/// Rules that say that there is no SIM to work with.
pub(super) const NO_SIM: [&str; 3] = [SimMissing::DOC.slug, SimLocked::DOC.slug, Unreadable::DOC.slug];

/// `sim-missing`.
#[derive(Debug, Default)]
pub(super) struct SimMissing {
    told: Option<Handle>,
    /// The line that told it belongs to no command: it may be what somebody has written above the log.
    alone: bool,
    /// The modem has told that it is switched off (`+CFUN: 0`).
    off: bool,
}

impl Rule for SimMissing {
    const DOC: &'static Doc = &Doc {
        slug: "sim-missing",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CPIN: NOT INSERTED`, `+CME ERROR: 10` or `+CMS ERROR: 310` (SIM not inserted); `+CPIN: NOT READY` after the SIM was READY, unless the host switched it off (`AT+CFUN`, `AT+CPOWD`). What fails for want of the SIM is not told beside it.",
        why: "The modem finds no SIM: none is in, it is the wrong way round, or its contacts are bad.",
        fix: "Switch the modem off, put the SIM in with the cut corner as on the holder, and switch it on again.",
    };
    const HEARS: hears::Kinds = hears::said(SIM | OUTCOME | START) | hears::TROUBLE;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let spans = match *event {
            Event::Said(Said::Cfun(level), _) => {
                self.off = level == 0;
                return;
            }
            Event::Said(Said::Cpin(Pin::Ready), _) => {
                match self.told.take() {
                    Some(told) if self.alone => book.withdraw(told),
                    Some(told) => book.resolve(told),
                    None => {}
                }
                return;
            }
            Event::Said(Said::Cpin(Pin::NotInserted), span) => [Some(span), None],
            Event::Said(Said::Cpin(Pin::NotReady), span) if dialog.state.sim_ready && !switches_off(dialog) => {
                if self.told.is_none() {
                    let draft = Draft::new("The SIM card is gone: it was ready before.", [Some(span)]).confidence(85);
                    self.told = Some(book.add(Self::DOC, draft));
                }
                return;
            }
            _ => match sim_error(event, dialog, book, Self::DOC.slug) {
                Some((Sim::Missing, spans)) => spans,
                _ => return,
            },
        };
        if self.told.is_none() {
            self.alone = matches!(event, Event::Said(said, _) if said.is_error());
            // That it could not be read has the same cause.
            book.withdraw_all(Unreadable::DOC.slug);
            let draft = if dialog.state.functions.map_or(self.off, |level| level == 0) {
                Draft::new("The SIM is switched off: AT+CFUN=0 is in force.", spans)
                    .because("AT+CFUN=0 switches the radio and the SIM off; the modem then says that there is none.")
                    .fix("AT+CFUN=1, then wait for +CPIN: READY.")
                    .send("AT+CFUN=1", "AT+CFUN=1\r")
                    .confidence(90)
            } else {
                Draft::new("The modem finds no SIM card.", spans).confidence(100)
            };
            self.told = Some(book.add(Self::DOC, draft));
        }
    }
}

/// The command that was sent last takes the SIM away.
fn switches_off(dialog: &Dialog) -> bool {
    matches!(dialog.last().role, Role::Functions | Role::PowerOff)
        || dialog.state.functions.is_some_and(|level| level != 1)
}

/// `sim-locked`.
#[derive(Debug, Default)]
pub(super) struct SimLocked {
    told: Option<Handle>,
    /// The PIN was entered in this log.
    entered: bool,
    /// A PIN was wrong.
    wrong: Option<Handle>,
    /// The PUK is asked for.
    puk: bool,
}

impl SimLocked {
    /// A PIN was entered, and the SIM says that it is another.
    fn wrong(&mut self, done: &Exchange, book: &mut Book) {
        let spans = [Some(done.span), done.result_span()];
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.wrong {
            book.again(told, spans);
            return;
        }
        if let Some(told) = self.told.take() {
            book.withdraw(told);
        }
        let draft = if self.puk || done.chief().count() > 1 {
            Draft::new("The PUK that was entered is wrong (CME 16).", spans)
                .because("The SIM has another PUK; after ten wrong ones the card can never be used again.")
                .fix("Ask the operator for the PUK of this very card, or look on the sheet that it came on, before another one is entered.")
        } else {
            Draft::new("The PIN that was entered is wrong (CME 16).", spans)
                .because("The SIM has another PIN; after three wrong ones it is blocked and asks for its PUK.")
                .fix("Look the PIN up, and try it in a phone; do not let a program enter it again and again.")
        };
        self.wrong = Some(book.add(Self::DOC, draft));
    }
}

impl Rule for SimLocked {
    const DOC: &'static Doc = &Doc {
        slug: "sim-locked",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CPIN: SIM PIN` or `SIM PUK`, `+CME ERROR: 11` or `12`, `+CMS ERROR: 311` or `316`, `PH-NET PIN`, and neither the PIN nor `+CPIN: READY` after it; or a PIN is refused as wrong (`+CME ERROR: 16`).",
        why: "The SIM asks for its PIN (or PUK) before it lets the modem into the network.",
        fix: "Enter the PIN with AT+CPIN=\"1234\" (your own), or switch it off in a phone; a PUK is asked for after three wrong PINs.",
    };
    const HEARS: hears::Kinds = hears::said(SIM | OUTCOME) | hears::results(SIM);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        /// `incorrect password`, 27.007 §9.2.
        const INCORRECT: u16 = 16;
        let entered = dialog.done().filter(|done| done.role == Role::Sim && done.asked.form == Form::Set);
        if let (Event::Final, Some(done)) = (*event, entered)
            && matches!(done.outcome, Some((Outcome::Said(Said::Cme(INCORRECT)), _)))
        {
            return self.wrong(done, book);
        }
        if let (Event::Final, Some(done)) = (*event, entered)
            && !done.refused()
        {
            // The advice was followed.
            self.entered = true;
            if let Some(told) = self.told.take() {
                book.withdraw(told);
            }
        }
        let (puk, spans) = match *event {
            Event::Said(Said::Cpin(Pin::Operator), span) if self.told.is_none() => {
                let draft = Draft::new("The modem is locked to the SIMs of one operator, and this is another's.", [Some(span)])
                    .because("Whoever sold the modem has bound it to an operator (PH-NET PIN); with another SIM it asks for the code that unbinds it.")
                    .fix("Use a SIM of that operator, or ask who sold the modem for the code; the SIM's own PIN does not help.")
                    .confidence(90);
                self.told = Some(book.add(Self::DOC, draft));
                return;
            }
            Event::Said(Said::Cpin(Pin::Ready), _) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
                return;
            }
            Event::Said(Said::Cpin(pin @ (Pin::Pin | Pin::Puk)), span) => (pin == Pin::Puk, [Some(span), None]),
            _ => match sim_error(event, dialog, book, Self::DOC.slug) {
                Some((found @ (Sim::Pin | Sim::Puk), spans)) => (found == Sim::Puk, spans),
                _ => return,
            },
        };
        // Three wrong PINs have made it so.
        if puk && !std::mem::replace(&mut self.puk, true) {
            [self.told.take(), self.wrong.take()].into_iter().flatten().for_each(|told| book.withdraw(told));
        }
        // Who has entered it before knows; why it is asked again is told by the restart.
        if self.told.is_none() && self.wrong.is_none() && !(self.entered && !puk && book.is_open(Restarted::DOC.slug)) {
            let what = match (puk, self.entered) {
                (true, _) => "The SIM is blocked and asks for its PUK.",
                (false, true) => "The SIM asks for its PIN again: the modem has restarted, or the PIN was not taken.",
                (false, false) => "The SIM asks for its PIN.",
            };
            let advice = Offer::Advice(
                "Type AT+CPIN=\"<your PIN>\" in the send box. After three wrong PINs the SIM asks for its PUK.",
            );
            let draft = Draft::new(what, spans).confidence(100);
            let draft = if puk {
                draft
                    .because("After three wrong PINs a SIM takes none any more, only its PUK.")
                    .fix("AT+CPIN=\"<PUK>\",\"<new PIN>\", with the PUK that came with the card or that the operator tells; ten wrong ones make the card useless.")
            } else {
                draft.offer(advice)
            };
            self.told = Some(book.add(Self::DOC, draft));
        }
    }
}

/// `sim-unreadable`.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    told: Option<Handle>,
    /// What asks for no SIM at all is refused as well.
    refuses_all: bool,
}

impl Rule for Unreadable {
    const DOC: &'static Doc = &Doc {
        slug: "sim-unreadable",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CPIN?` or the command for the number of the SIM card (`AT+CCID`) is refused without a reason (AT+CMEE=0, the default), `AT+CPIN?` is answered `NOT READY`, or any command is refused with SIM failure or SIM wrong; taken back when the SIM answers after all.",
        why: "A modem refuses this only when it cannot read the SIM: none is in, it is the wrong way round, its contacts are bad, or the modem has only just started.",
        fix: "AT+CMEE=2 and AT+CPIN? again tell which; put the SIM in anew with the power off.",
    };
    const HEARS: hears::Kinds = hears::said(SIM | NETWORK) | hears::results(SIM);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Cpin(Pin::NotReady), span)
                if dialog.last().role == Role::Sim && !dialog.state.sim_ready && !no_sim(book) =>
            {
                let title = "The SIM is not ready: the modem has not read it.";
                self.told = Some(book.add(Self::DOC, Draft::new(title, [Some(span)]).confidence(60)));
            }
            // In a network it is only with a SIM that it has read.
            Event::Said(Said::Registration(..), _) if !dialog.state.registration.is_registered() => {}
            Event::Said(Said::Cpin(Pin::NotReady), _) => {}
            Event::Said(Said::Registration(..) | Said::Cpin(_), _) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Final => {
                let Some(done) = dialog.done().filter(|done| !book.is_blamed(done.id)) else { return };
                if !done.refused() {
                    if done.role == Role::SimNumber
                        && let Some(told) = self.told.take()
                    {
                        book.withdraw(told);
                    }
                    return;
                }
                if done.role == Role::Identity {
                    self.refuses_all = true;
                    if let Some(told) = self.told.take() {
                        book.withdraw(told);
                    }
                }
                let unreadable = match done.outcome {
                    _ if self.refuses_all => false,
                    Some((Outcome::Said(Said::Cme(13 | 15)), _)) => true,
                    Some((Outcome::Said(Said::Error | Said::Cme(100)), _)) => match done.role {
                        Role::Sim => done.asked.form == Form::Query,
                        Role::SimNumber => !dialog.state.sim_ready,
                        _ => false,
                    },
                    _ => false,
                };
                if !unreadable || no_sim(book) && self.told.is_none() {
                    return;
                }
                book.blame(done.id, Self::DOC.slug);
                let spans = [Some(done.span), done.result_span()];
                if let Some(told) = self.told {
                    book.again(told, spans);
                } else {
                    // Where the modem says which it is, nothing is left to ask.
                    let told = match done.outcome {
                        Some((Outcome::Said(Said::Cme(code @ (13 | 15))), _)) => {
                            Some(dialog.telling.family().cme(code))
                        }
                        _ => None,
                    };
                    let reason = told.as_ref().map(|told| format!(" ({told})")).unwrap_or_default();
                    let title = format!("The modem cannot read the SIM: {} is refused{reason}.", done.shown());
                    let draft = Draft::new(title, spans).confidence(80);
                    self.told = Some(book.add(Self::DOC, if told.is_some() {
                        draft
                            .because("A card is there, and the modem cannot work with it: its contacts are bad, it is damaged, or the modem has only just started.")
                            .fix("Put the SIM in anew with the power off, clean its contacts, and try it in a phone; another SIM shows whether it is the card.")
                    } else {
                        draft
                    }));
                }
            }
            _ => {}
        }
    }
}
