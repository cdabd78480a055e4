//! SIM and network.

use std::time::Duration;

use super::Offer;
use super::Severity::{Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::power::{FAMILY, MINUTE};
use super::rule::{Doc, Rule, hears};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::{Pin, Said};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Form, Role, codes};

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
fn sim_error(event: Event, dialog: &Dialog, book: &mut Book, slug: &'static str) -> Option<(Sim, [Option<Span>; 2])> {
    match event {
        Event::Final => {
            let done = dialog.done.as_ref()?;
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
    book.any_open(&[SimMissing::DOC.slug, SimLocked::DOC.slug])
}

/// `sim-missing`.
#[derive(Debug, Default)]
pub(super) struct SimMissing {
    told: Option<Handle>,
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
    const HEARS: u32 = hears::NEWS | hears::TROUBLE;

    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        let spans = match event {
            Event::Said(Said::Cpin(Pin::Ready), _) => {
                if let Some(told) = self.told.take() {
                    book.resolve(told);
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
            self.told = Some(book.add(Self::DOC, Draft::new("The modem finds no SIM card.", spans).confidence(100)));
        }
    }
}

/// The command that was sent last takes the SIM away.
fn switches_off(dialog: &Dialog) -> bool {
    matches!(dialog.last.role, Role::Functions | Role::PowerOff)
        || dialog.state.functions.is_some_and(|level| level != 1)
}

/// `sim-locked`.
#[derive(Debug, Default)]
pub(super) struct SimLocked {
    told: Option<Handle>,
}

impl Rule for SimLocked {
    const DOC: &'static Doc = &Doc {
        slug: "sim-locked",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CPIN: SIM PIN` or `SIM PUK`, `+CME ERROR: 11` or `12`, `+CMS ERROR: 311` or `316`, and no `+CPIN: READY` after it.",
        why: "The SIM asks for its PIN (or PUK) before it lets the modem into the network.",
        fix: "Enter the PIN with AT+CPIN=\"1234\" (your own), or switch it off in a phone; a PUK is asked for after three wrong PINs.",
    };
    const HEARS: u32 = hears::NEWS | hears::TROUBLE;

    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        let (puk, spans) = match event {
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
        if self.told.is_none() {
            let what = if puk { "The SIM is blocked and asks for its PUK." } else { "The SIM asks for its PIN." };
            let advice = Offer::Advice(
                "Type AT+CPIN=\"<your PIN>\" in the send box. After three wrong PINs the SIM asks for its PUK.",
            );
            self.told = Some(book.add(Self::DOC, Draft::new(what, spans).offer(advice).confidence(100)));
        }
    }
}

/// `not-registered`.
#[derive(Debug, Default)]
pub(super) struct NotRegistered {
    /// First of the answers in a row that say so, and how many.
    since: Option<Span>,
    count: u32,
    denied: u32,
    last: Option<Span>,
    told: Option<Handle>,
}

/// So many answers count where there are no times.
const ANSWERS: u32 = 10;

impl NotRegistered {
    fn tell(&mut self, dialog: &Dialog, book: &mut Book) {
        if self.told.is_some() || no_sim(book) {
            return;
        }
        let state = dialog.state.creg.and_then(codes::registration_text).unwrap_or("not registered");
        let mut draft = Draft::new(format!("The modem is not in a network: {state}."), [self.since, self.last]);
        if self.denied > 1 {
            draft = draft
                .because("The network refuses this SIM: it is not activated, blocked, or not allowed here.")
                .fix("Try the SIM in a phone; ask the operator whether it may use 2G.");
        } else if matches!(dialog.state.csq, Some(0 | 99)) {
            draft = draft
                .because(
                    "There is no signal (CSQ 0 or 99): the antenna is missing or bad, or there is no 2G network here.",
                )
                .fix("Check the antenna and its plug; ask whether the operator still runs 2G.");
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    fn answer(&mut self, span: Span, dialog: &Dialog, book: &mut Book) {
        match dialog.state.creg {
            Some(1 | 5) => {
                // It only took its time.
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
                *self = Self::default();
            }
            Some(state) => {
                self.since.get_or_insert(span);
                self.last = Some(span);
                self.count += 1;
                if state == 3 {
                    self.denied += 1;
                } else {
                    self.denied = 0;
                }
                let long = self.since.and_then(|since| since.at).zip(span.at).map(|(since, now)| now >= since + MINUTE);
                if self.denied >= 2 || long.unwrap_or(self.count >= ANSWERS) {
                    self.tell(dialog, book);
                }
            }
            None => {}
        }
    }
}

/// Commands that cannot work without a network.
fn needs_network(done: &Exchange) -> bool {
    match done.role {
        Role::ContextOpen | Role::Open | Role::SmsSend | Role::Dial | Role::LookUp | Role::Activate => true,
        Role::Bearer | Role::Attach => done.chief().parameter(0).text == b"1",
        _ => false,
    }
}

impl Rule for NotRegistered {
    const DOC: &'static Doc = &Doc {
        slug: "not-registered",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CREG:` shows 0, 2 or 4 for 60 s (ten answers in a log without times, two if commands that need the network fail meanwhile), or 3 twice; taken back when it registers after all.",
        why: "Without registration there is no call, no SMS and no data: no antenna, no 2G network here, the SIM is refused, or the supply is weak.",
        fix: "Check antenna, operator and SIM; AT+CSQ shows the signal, AT+COPS=? the networks.",
    };
    const HEARS: u32 = hears::SAID | hears::TROUBLE;

    #[inline(always)]
    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        if matches!(dialog.state.functions, Some(0 | 4)) {
            return;
        }
        match event {
            Event::Said(Said::Creg(..), span) => self.answer(span, dialog, book),
            Event::Said(Said::Rdy, _) => *self = Self { told: self.told, ..Self::default() },
            Event::Final => {
                let failed = dialog.done.as_ref().is_some_and(|done| done.refused() && needs_network(done));
                if failed && self.count >= 2 {
                    self.tell(dialog, book);
                }
            }
            _ => {}
        }
    }
}

/// `weak-signal`.
#[derive(Debug, Default)]
pub(super) struct WeakSignal {
    reading: Option<(u8, Span)>,
    failure: Option<Span>,
    told: bool,
}

/// A failure and a reading so far apart have nothing to do with each other.
const TOGETHER: Duration = Duration::from_mins(5);

impl WeakSignal {
    fn check(&mut self, book: &mut Book) {
        let (Some((rssi, reading)), Some(failure)) = (self.reading, self.failure) else { return };
        let apart = reading.at.zip(failure.at).is_some_and(|(a, b)| a.abs_diff(b) > TOGETHER);
        if !self.told && !apart && (1..=9).contains(&rssi) {
            self.told = true;
            let text = codes::csq_text(rssi).unwrap_or_default();
            book.add(
                Self::DOC,
                Draft::new(
                    format!("The signal is weak (CSQ {rssi}: {text}) while something fails."),
                    [Some(reading), Some(failure)],
                )
                .confidence(70),
            );
        }
    }
}

impl Rule for WeakSignal {
    const DOC: &'static Doc = &Doc {
        slug: "weak-signal",
        severity: Warning,
        family: FAMILY,
        evidence: "`+CSQ:` shows 1 to 9 (-111 to -96 dBm) while something fails that needs the network.",
        why: "At such a level sends fail, and the modem draws the most current.",
        fix: "Use a better antenna or place; 10 and more is usable, 15 and more good.",
    };
    const HEARS: u32 = hears::SAID | hears::COURSE;

    #[inline(always)]
    fn on(&mut self, event: Event, dialog: &Dialog, book: &mut Book) {
        match event {
            Event::Said(Said::Csq(rssi), span) => {
                self.reading = Some((rssi, span));
                self.told &= (1..=9).contains(&rssi);
                self.check(book);
            }
            Event::Said(Said::ConnectFail(_) | Said::PdpDeact | Said::CallEnd, span) => {
                self.failure = Some(span);
                self.check(book);
            }
            Event::Said(Said::HttpAction(status), span) if status >= 600 => {
                self.failure = Some(span);
                self.check(book);
            }
            Event::Final => {
                let Some(done) = &dialog.done else { return };
                let failed = match done.outcome {
                    Some((Outcome::Said(Said::SendFail), _)) => true,
                    Some((outcome, _)) if outcome.refused() => {
                        needs_network(done) && done.chief().form != Form::Query && !book.is_blamed(done.id)
                            || matches!(outcome, Outcome::Said(Said::Cms(_)))
                    }
                    _ => false,
                };
                if failed {
                    self.failure = done.result_span();
                    self.check(book);
                }
            }
            _ => {}
        }
    }
}
