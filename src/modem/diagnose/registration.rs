//! Registration and signal.

use std::time::Duration;

use super::Severity::{self, Note, Problem, Warning};
use super::book::{Book, Draft, Handle, gap};
use super::doc::heading::POWER as FAMILY;
use super::network::no_sim;
use super::power::MINUTE;
use super::rule::{Doc, Rule, hears};
use super::topics::{CALL, CONNECTION, CONTEXT, HTTP, NETWORK, SEND, SIGNAL, SMS, START};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Form, Role, codes};

/// In a network, for calls or for data.
fn registered(dialog: &Dialog) -> bool {
    dialog.state.registration.is_registered()
}

/// Neither signal nor a reading of it.
fn no_signal(dialog: &Dialog) -> bool {
    matches!(dialog.state.csq, Some(0 | 99))
}

/// `not-registered`.
#[derive(Debug, Default)]
pub(super) struct NotRegistered {
    /// First of the answers in a row that say so, and how many.
    since: Option<Span>,
    count: u32,
    denied: u32,
    /// The state that the last one told.
    state: Option<u8>,
    last: Option<Span>,
    /// `AT+COPS?` named no operator.
    no_operator: Option<Span>,
    /// It named one.
    operator: bool,
    /// A search has found networks, and none that this SIM may use.
    forbidden: Option<Span>,
    /// Something was refused that needs a network, or a SIM that is ready for one.
    failed: bool,
    /// When the radio was switched on.
    on: Option<Span>,
    /// `AT+CFUN?` showed that it is off.
    off: Option<Span>,
    /// Refused while `AT+CFUN=0` or `=4` stood.
    refused_off: Option<Span>,
    told: Option<Handle>,
}

/// A search takes longer.
const BRIEF: Duration = Duration::from_secs(10);

/// How many answers count where there are no times.
const ANSWERS: u32 = 10;

impl NotRegistered {
    fn tell(&mut self, dialog: &Dialog, severity: Severity, book: &mut Book) {
        if self.told.is_some() || no_sim(book) {
            return;
        }
        let state = self.state.and_then(codes::registration_text).unwrap_or("not registered");
        let spans = [
            self.since,
            self.last.filter(|last| Some(*last) != self.since),
            self.no_operator,
            self.off,
            self.forbidden,
        ];
        let title = match self.state {
            Some(6 | 7) => "The network takes the modem for SMS only.".to_owned(),
            _ => format!("The modem is not in a network: {state}."),
        };
        let mut draft = Draft::new(title, spans);
        if severity < Problem {
            draft = draft.severity(severity).confidence(70);
        }
        if self.off.is_some() {
            draft = draft
                .because("The radio is off, as AT+CFUN? shows: so the modem does not look for a network.")
                .fix("AT+CFUN=1 switches it on; the network is there some seconds later.")
                .send("AT+CFUN=1", "AT+CFUN=1\r");
        } else if matches!(self.state, Some(6 | 7)) {
            draft = draft
                .because(
                    "Registration state 6 or 7: no calls here, and data only if AT+CEREG? or AT+CGREG? shows 1 or 5.",
                )
                .fix(
                    "Ask AT+CEREG? and AT+CGREG?; check the access point, and with the operator what the SIM may use.",
                );
        } else if self.forbidden.is_some() {
            draft = draft
                .because("The search (AT+COPS=?) shows networks, and all of them are forbidden to this SIM: it may not roam here, or it is not activated.")
                .fix("Ask the operator whether the SIM is active and may roam here; try it in a phone, or another SIM in the modem.");
        } else if self.denied > 0 {
            draft = draft
                .because("The network refuses this SIM: it is not activated, blocked, or not allowed here.")
                .fix("Try the SIM in a phone; ask the operator whether it may use this kind of network.");
        } else if no_signal(dialog) {
            draft = draft
                .because("There is no signal (CSQ 0 or 99): the antenna is missing or bad, or no network that this modem can use (2G for a SIM800) is here.")
                .fix("Check the antenna and its plug; ask whether the operator runs a network here that this modem can use (2G for a SIM800); AT+CPIN? shows the SIM.");
        } else if self.state == Some(0) {
            draft = draft
                .because("The modem is not even searching: the SIM is missing, locked or refused, or the radio is off (AT+CFUN?).")
                .fix("Check AT+CPIN? and AT+CFUN?, then the antenna; AT+COPS=? shows the networks.");
        } else if severity == Note && self.count == 1 && self.state == Some(2) {
            draft = draft
                .because("It was still searching when it was asked last; after a start that takes up to a minute.")
                .fix("Ask AT+CREG? again a minute later; if it stays so, check antenna, operator and SIM; AT+CSQ shows the signal.");
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    fn answer(&mut self, state: u8, span: Span, dialog: &Dialog, book: &mut Book) {
        if registered(dialog) {
            // It only took its time.
            if let Some(told) = self.told.take() {
                book.withdraw(told);
            }
            *self = Self::default();
            return;
        }
        self.since.get_or_insert(span);
        self.last = Some(span);
        self.state = Some(state);
        self.count += 1;
        self.denied = if state == 3 { self.denied + 1 } else { 0 };
        let long = self.since.and_then(|since| since.at).zip(span.at).map(|(since, now)| now >= since + MINUTE);
        if self.denied >= 2 || long.unwrap_or(self.count >= ANSWERS) {
            self.tell(dialog, Problem, book);
        }
    }

    /// The host has switched the radio off, and asks for the network all the same.
    fn radio_off(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Final => {
                let refused = dialog.done().filter(|done| done.refused() && !book.is_blamed(done.id));
                let asks = |done: &&Exchange| needs_network(done) || done.role == Role::Operator;
                self.refused_off = refused.filter(asks).map(|done| done.span).or(self.refused_off);
            }
            Event::Finish if self.told.is_none() && !no_sim(book) => {
                let Some(refused) = self.refused_off else { return };
                let draft = Draft::new("The radio is off, and the network was asked for.", [self.on, Some(refused)])
                    .because("AT+CFUN=0 or =4 stood when it was refused: without its radio the modem is in no network.")
                    .fix("AT+CFUN=1 switches it on; the network is there some seconds later.")
                    .send("AT+CFUN=1", "AT+CFUN=1\r")
                    .severity(Warning)
                    .confidence(70);
                self.told = Some(book.add(Self::DOC, draft));
            }
            _ => {}
        }
    }

    /// The log ends, and its few answers say enough: nobody posts a log to wait for the network.
    fn few(&self, dialog: &Dialog) -> Option<Severity> {
        let without = no_signal(dialog) || self.no_operator.is_some();
        // 4 is "unknown": where the operator is named, that tells nothing.
        if self.operator && self.state == Some(4) {
            return None;
        }
        let enough = match self.state {
            Some(3) => true,
            Some(0) => self.count > 1 || without,
            Some(_) => without && (self.count > 1 || self.no_operator.is_some() && no_signal(dialog)),
            None => self.forbidden.is_some() || self.no_operator.is_some() && (self.failed || no_signal(dialog)),
        };
        // It may only need more time.
        let searching = self.state.is_some() || self.no_operator.is_some() || self.forbidden.is_some();
        // Who has switched the radio on just before has not waited for the network.
        let brief = self.on.zip(self.last).and_then(|(on, last)| gap(on, last)).is_some_and(|gap| gap < BRIEF);
        if enough && !(brief && self.state != Some(3) && !without) { Some(Warning) } else { searching.then_some(Note) }
    }
}

/// Commands that cannot work without a network.
pub(super) fn needs_network(done: &Exchange) -> bool {
    match done.role {
        Role::ContextOpen | Role::Open | Role::SmsSend | Role::Dial | Role::LookUp | Role::Activate => true,
        Role::Bearer | Role::Attach => done.chief().parameter(0).text == b"1",
        _ => false,
    }
}

/// It cannot have worked without a network, whatever was told of the registration before.
fn shows_network(done: &Exchange) -> bool {
    let connected = matches!(done.outcome, Some((Outcome::Said(Said::Connect | Said::ConnectOk(_)), _)));
    match done.role {
        Role::Dial | Role::Open => connected,
        Role::SmsSend | Role::ContextOpen => done.outcome.is_some_and(|(outcome, _)| outcome.good()),
        _ => false,
    }
}

impl Rule for NotRegistered {
    const DOC: &'static Doc = &Doc {
        slug: "not-registered",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CREG:`, `+CGREG:` and `+CEREG:` show 0, 2 or 4, none of them 1 or 5, for 60 s (ten answers in a log without times, two if commands that need the network fail meanwhile), or 3 twice. As a warning at the end of a log: 3, 0 twice, or 0 or 2 together with `+COPS: 0` or `+CSQ: 0` or `99`, or `+COPS: 0` alone when something failed that needs a network, or a search that finds forbidden networks only; as a note, when the last answer shows it out of a network, or in one for SMS only (6, 7); as a warning too, a command for the network refused while `AT+CFUN=0` or `=4` stands. Taken back when it registers after all.",
        why: "Without registration there is no call, no SMS and no data: no antenna, no network of the right kind here, the SIM is refused, or the supply is weak.",
        fix: "Check antenna, operator and SIM; AT+CSQ shows the signal, AT+COPS=? the networks.",
    };
    const HEARS: hears::Kinds = hears::said(NETWORK | START)
        | hears::results(CALL | CONNECTION | CONTEXT | SMS)
        | hears::TROUBLE
        | hears::FINISH
        | hears::commands(START);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Command = *event {
            let last = dialog.open().last();
            let on = last.filter(|last| last.role == Role::Functions && last.asked.form == Form::Set);
            if let Some(on) = on {
                (self.on, self.off) = (Some(on.span), None);
            }
            return;
        }
        if matches!(dialog.state.functions, Some(0 | 4)) {
            return self.radio_off(event, dialog, book);
        }
        match *event {
            Event::Said(Said::Registration(network, ..), span) => {
                // What no standard knows tells nothing.
                if let Some(state) = dialog.state.registration.of(network).filter(|state| *state <= 10) {
                    self.answer(state, span, dialog, book);
                }
            }
            Event::Said(Said::Cfun(level), span) => self.off = matches!(level, 0 | 4).then_some(span),
            // Its operator is known: it is in a network.
            Event::Said(Said::Operator(true), _) if !matches!(self.state, Some(6 | 7)) => {
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
                *self = Self { operator: true, ..Self::default() };
            }
            Event::Said(Said::Forbidden, span) => self.forbidden = Some(span),
            Event::Said(Said::Operator(false), span) => (self.no_operator, self.operator) = (Some(span), false),
            Event::Said(Said::Rdy, _) => *self = Self { told: self.told, ..Self::default() },
            Event::Final => {
                if dialog.done().is_some_and(shows_network) {
                    if let Some(told) = self.told.take() {
                        book.withdraw(told);
                    }
                    *self = Self::default();
                    return;
                }
                let refused = dialog.done().filter(|done| done.refused());
                let failed = refused.is_some_and(needs_network);
                self.failed |= failed || refused.is_some_and(|done| done.role.is_sms());
                if failed && self.count >= 2 {
                    self.tell(dialog, Problem, book);
                }
            }
            Event::Finish if !registered(dialog) => {
                if let Some(severity) = self.few(dialog) {
                    self.tell(dialog, severity, book);
                }
            }
            _ => {}
        }
    }
}

/// `no-signal`.
#[derive(Debug, Default)]
pub(super) struct NoSignal {
    first: Option<Span>,
    last: Option<Span>,
    count: u32,
    failed: bool,
}

impl Rule for NoSignal {
    const DOC: &'static Doc = &Doc {
        slug: "no-signal",
        severity: Warning,
        family: FAMILY,
        evidence: "`+CSQ:` shows 0 or 99 to the end of the log, and nothing shows that the modem is in a network; a note where it was read only once and nothing failed.",
        why: "The modem hears no network: the antenna is missing or bad, or no network that it can use is here.",
        fix: "Check the antenna and its plug; a SIM800 needs 2G, which many operators have switched off.",
    };
    const HEARS: hears::Kinds = hears::said(SIGNAL | NETWORK | START) | hears::TROUBLE | hears::FINISH;

    // Most readings are good ones.
    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        kinds != hears::said(SIGNAL) || self.count > 0 || self.failed || matches!(dialog.state.csq, Some(0 | 99))
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Csq(0 | 99), span) => {
                self.first.get_or_insert(span);
                self.last = Some(span);
                self.count += 1;
            }
            Event::Said(Said::Csq(_) | Said::Rdy | Said::Operator(true), _) => *self = Self::default(),
            Event::Final => self.failed |= dialog.done().is_some_and(needs_network),
            Event::Finish => {
                let connected = dialog.state.connections.is_open() || registered(dialog);
                // Without its radio it hears none.
                let off = matches!(dialog.state.functions, Some(0 | 4));
                if self.count == 0 || off || connected || no_sim(book) || book.is_open(NotRegistered::DOC.slug) {
                    return;
                }
                let last = self.last.filter(|_| self.count > 1);
                let mut draft =
                    Draft::new("The modem hears no network (CSQ 0 or 99).", [self.first, last]).confidence(75);
                if self.count == 1 && !self.failed {
                    draft = draft.severity(Note);
                }
                book.add(Self::DOC, draft);
            }
            _ => {}
        }
    }
}

/// `weak-signal`.
#[derive(Debug, Default)]
pub(super) struct WeakSignal {
    /// The last reading, where it is weak.
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
        if !self.told && !apart {
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
    const HEARS: hears::Kinds = hears::said(SIGNAL | CONNECTION | CONTEXT | CALL | HTTP) | hears::results(SEND);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        let weak = matches!(dialog.state.csq, Some(1..=9));
        kinds != hears::said(SIGNAL) || weak || self.told || self.failure.is_some() || self.reading.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Csq(rssi), span) => {
                let weak = (1..=9).contains(&rssi);
                self.told &= weak;
                self.reading = weak.then_some((rssi, span));
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
                let Some(done) = dialog.done() else { return };
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
