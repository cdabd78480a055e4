//! Opening the data connection, its states, and its loss.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::book::{Book, Draft, Handle, gap};
use super::doc::heading::ORDER as FAMILY;
use super::network::{NO_SIM, no_sim};
use super::power::Restarted;
use super::registration::NotRegistered;
use super::rule::{Doc, Rule, hears};
use super::topics::{CALL, CONNECTION, CONTEXT, START, STATE};
use crate::modem::dialog::connections::Ip;
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::{IpState, Said};
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Command, Evidence, Family, Form, Reason, Role, Takes};

/// The data connection has come up or was ended in good order: what was wrong with it is past.
fn settled(event: &Event, dialog: &Dialog) -> bool {
    match *event {
        Event::Said(
            Said::ConnectOk(_) | Said::ContextOpen | Said::ContextClosed | Said::Rdy | Said::State(IpState::Initial),
            _,
        ) => true,
        Event::Final => dialog.done().is_some_and(|done| match done.outcome {
            Some((Outcome::Said(Said::ShutOk), _)) => true,
            Some((Outcome::Said(Said::Ok | Said::Address), _)) => {
                matches!(done.role, Role::ContextOpen | Role::Address | Role::ContextClose)
            }
            _ => false,
        }),
        _ => false,
    }
}

pub(super) const SHUT: &[u8] = b"AT+CIPSHUT\r";

/// The number of the error and its text, where it shows one.
fn because(done: &Exchange, dialog: &Dialog) -> String {
    match done.outcome {
        Some((Outcome::Said(Said::Cme(code)), _)) if code != 100 => {
            format!(" (CME {code}, {})", dialog.telling.family().cme(code))
        }
        _ => String::new(),
    }
}

/// By the maker's own number of the error it is open already.
fn says_already(done: &Exchange, dialog: &Dialog) -> bool {
    let Some((Outcome::Said(Said::Cme(code)), _)) = done.outcome else { return false };
    dialog.telling.family().because("cme", code).reason == Some(Reason::Already)
}

/// Without it there is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// The modem is in no network.
    Network,
    /// The network that it is in carries no data.
    DataNetwork,
    /// It is not attached to data.
    Attachment,
}

/// `no-data-service`.
#[derive(Debug, Default)]
pub(super) struct NoDataService {
    told: Option<Handle>,
    apn: Option<String>,
    /// `+PDP: DEACT` while CIICR was waiting.
    deact: Option<Span>,
    /// What was missing when it was asked last.
    lacks: Option<Lack>,
    /// It was not attached to data when it was asked last.
    detached: bool,
    /// That it is open an answer has shown (`+QIACT: 1,1,…`).
    shown: bool,
    /// A data call that has connected: its command, and CONNECT.
    dialled: Option<(Span, Span)>,
    /// What is told of is a data call.
    dials_in: bool,
}

/// The data connection was to be opened by another command than the one that the advice names, or which family's command that
/// is the log does not show.
fn is_opened_otherwise(command: Option<Span>, dialog: &Dialog) -> bool {
    let mut known = dialog.open().iter().map(AsRef::as_ref).chain(dialog.done());
    let asked = known.rfind(|known| Some(known.span) == command && known.role == Role::ContextOpen);
    let name = |command: &Command| command.name;
    let usual = dialog.telling.family().by_role(Role::ContextOpen).map(name);
    let beside = asked.and_then(|asked| asked.asked.command).map(name).is_some_and(|asked| Some(asked) != usual);
    let sets = |family: &Family| family.by_role(Role::AccessPoint).map(name);
    let ours = sets(dialog.telling.family());
    beside || dialog.telling.rivals().filter_map(sets).any(|other| Some(other) != ours)
}

impl NoDataService {
    fn tell(
        &mut self,
        title: String,
        command: Option<Span>,
        spans: [Option<Span>; 2],
        sure: u8,
        dialog: &Dialog,
        book: &mut Book,
    ) {
        let [first, second] = spans;
        let other_way = is_opened_otherwise(command, dialog);
        // Without a SIM or a network there is no data: it is one more sign of that.
        if book.extend(&NO_SIM, [command, first, second])
            || book.extend(&[NotRegistered::DOC.slug], [command, first, second])
        {
            return;
        }
        if let Some(told) = self.told.filter(|_| book.is_open(Self::DOC.slug)) {
            book.again(told, [command, first, second]);
            return;
        }
        let mut draft = Draft::new(title, [command, first, second]).confidence(sure);
        draft = match self.dials_in {
            true => draft.send("AT+CEER", "AT+CEER\r"),
            false if other_way => draft,
            false => draft.send("AT+CIPSHUT", SHUT),
        };
        draft = match self.apn.as_deref().filter(|_| !self.dials_in) {
            _ if self.lacks == Some(Lack::DataNetwork) => draft.because("The modem is in a network for calls, and not for data (AT+CGREG? and AT+CEREG?): no data on the SIM, or no such network here.").fix("Ask the operator whether the SIM has data; try another place; then as before."),
            _ if self.lacks == Some(Lack::Network) => draft.because("The modem was in no network when it was asked last: without one there is no data.").fix("Wait until AT+CREG? (of an LTE modem AT+CEREG?) shows 1 or 5, then try again; if it does not, check antenna, SIM and operator."),
            _ if self.lacks == Some(Lack::Attachment) => draft.because("The modem was not attached to the data service when it was asked last (+CGATT: 0).").fix("AT+CGATT=1, and wait for its OK, then try again; where that is refused, check whether the SIM has data, and the access point."),
            // Newer modems keep their APN, or get one from the network.
            None if self.dials_in || other_way || !Self::wants_access_point(book) => draft.because("The network gives no data service: wrong APN or login, no data on the SIM, or not registered."),
            None => draft.because("No APN was set with AT+CSTT in this log (the modem's own is CMNET), or the network gives no data service."),
            Some("") if !Self::wants_access_point(book) => draft.because("The access point (APN) was set to nothing, which not every network takes; or the network gives no data service."),
            Some("" | "CMNET") => draft.because("The APN is empty or still CMNET, the modem's own, which hardly any operator knows."),
            Some(apn) => draft.because(format!("The network refused data service with the APN {apn:?}: wrong APN or login, no data on the SIM, not registered, or a weak supply.")),
        };
        // Who knows no such command is not told to use it.
        let unknown = other_way || book.family.is_some_and(|family| family.by_role(Role::ContextOpen).is_none());
        if self.lacks.is_none() && (self.dials_in || unknown) {
            draft = draft.fix("Check the access point (AT+CGDCONT?), AT+CREG?, AT+CGREG? and AT+CGATT?, and whether the SIM has data.");
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    /// A command is answered: the access point that it names, or the connection that it does not get.
    fn answered(&mut self, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done() else { return };
        if done.role == Role::AccessPoint && !done.refused() && done.chief().form == Form::Set {
            let call = done.chief();
            let place = done.asked.command.and_then(|command| command.place(Takes::AccessPoint, &call, None));
            self.apn = place.map(|at| String::from_utf8_lossy(call.parameter(at).text).into_owned());
        }
        if done.role == Role::Attach && done.asked.form == Form::Set && !done.refused() {
            self.detached = done.chief().number(0) == Some(0);
        }
        // It works after all: what was refused before was another context, or its end.
        if done.role == Role::Activate && done.asked.form == Form::Set && !done.refused() {
            if let Some(told) = self.told.take_if(|_| done.chief().number(0) != Some(0)) {
                book.withdraw(told);
            }
            return;
        }
        if Self::other(done) && !book.is_blamed(done.id) {
            let title =
                format!("{} was refused: the network gives no data connection{}.", done.shown(), because(done, dialog));
            // PPP has the access point of AT+CGDCONT: none of AT+CSTT.
            self.dials_in = done.role == Role::Dial;
            self.tell(title, Some(done.span), [done.result_span(), None], 75, dialog, book);
            book.blame(done.id, Self::DOC.slug);
            return;
        }
        if done.role != Role::ContextOpen || !done.refused() || done.ends_context() {
            return;
        }
        // What came in front of its ERROR has told it.
        if book.rests_on(done.span) {
            book.blame(done.id, Self::DOC.slug);
            return;
        }
        // It was refused because it is open already.
        if dialog.state.connections.context() == Ip::Active || says_already(done, dialog) {
            // Where the modem does not say so itself, the refusal is told with that.
            if !self.shown || Self::wants_access_point(book) || says_already(done, dialog) {
                book.blame(done.id, Self::DOC.slug);
            }
            return;
        }
        let deact = self.deact.take();
        let state = matches!(done.before.ip, Ip::Start)
            || (matches!(done.before.ip, Ip::Unknown | Ip::Failed)
                && !book.any_open(&[WrongIpState::DOC.slug, ContextLost::DOC.slug]));
        if deact.is_some() || state {
            let sure = if deact.is_some() || done.before.ip == Ip::Start { 90 } else { 65 };
            let title = format!(
                "{} was refused: the data connection could not be opened{}.",
                done.shown(),
                because(done, dialog)
            );
            self.tell(title, Some(done.span), [deact, done.result_span()], sure, dialog, book);
            book.blame(done.id, Self::DOC.slug);
        }
    }

    /// A data call has ended behind its CONNECT.
    fn call_ended(&mut self, end: Span, dialog: &Dialog, book: &mut Book) {
        /// PPP that is not answered is given up within this time, and with fewer bytes.
        const SOON: Duration = Duration::from_mins(1);
        const FEW: u64 = 2048;
        /// Line ends alone.
        const ENDS: u64 = 4;
        let Some((command, connect)) = self.dialled.take() else { return };
        let soon = gap(connect, end).is_none_or(|gap| gap < SOON) && end.start.saturating_sub(connect.end) < FEW;
        // Who hangs up himself is not told so.
        if !soon || dialog.last().span != Some(command) {
            return;
        }
        let spans = [Some(command), Some(connect), Some(end)];
        let why = "PPP did not come about: nothing spoke PPP to the modem, or the network refused the access point or its login.";
        let data = end.start.saturating_sub(connect.end);
        let draft = match gap(connect, end) {
            Some(_) => Draft::new("The data call ended right behind its CONNECT.", spans).because(why),
            None if data <= ENDS => Draft::new("The data call has ended, and the log shows no data of it.", spans)
                .because(format!("If none came: {why}"))
                .severity(Warning),
            None => Draft::new("The data call has ended; the log does not show how long it stood.", spans)
                .because(format!("If it ended right behind CONNECT: {why}"))
                .severity(Note),
        };
        let draft = draft
            .fix("Start PPP (pppd) right behind CONNECT; check the access point (AT+CGDCONT?), user and password.")
            .confidence(60);
        self.told = Some(book.add(Self::DOC, draft));
    }

    /// The modem knows no access point before AT+CSTT has set one.
    fn wants_access_point(book: &Book) -> bool {
        let opens = book.family.and_then(|family| family.by_role(Role::ContextOpen));
        opens.is_some_and(|open| open.bare_name() == "+CIICR")
    }

    /// A command of another kind that the network's refusal of data shows at: attaching, activating, dialling in.
    fn other(done: &Exchange) -> bool {
        let call_ended = matches!(done.outcome, Some((Outcome::Said(Said::CallEnd), _)));
        match done.role {
            Role::Attach => done.refused() && done.chief().parameter(0).text == b"1",
            Role::Activate => done.refused() && done.asked.form == Form::Set && done.chief().parameter(0).text != b"0",
            Role::Dial => (done.refused() || call_ended) && memchr::memmem::find(&done.text, b"*99").is_some(),
            _ => false,
        }
    }
}

impl Rule for NoDataService {
    const DOC: &'static Doc = &Doc {
        slug: "no-data-service",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIICR` is answered `+PDP: DEACT`, ERROR or +CME ERROR; AT+CIPSTART brings the data connection up and `+PDP: DEACT` or `STATE: PDP DEACT` comes; `AT+CGATT=1`, `AT+CGACT=1,…` or `ATD*99#` is refused or ends in NO CARRIER, also right behind its CONNECT.",
        why: "The network gives no data service (GPRS): the APN, the name of the operator's internet access, is wrong or missing, the SIM has no data plan, or the modem is not registered.",
        fix: "AT+CIPSHUT, then AT+CSTT=\"your operator's APN\",\"user\",\"password\" and AT+CIICR; check AT+CREG? and AT+CGATT?.",
    };
    const HEARS: hears::Kinds =
        hears::commands(CONTEXT) | hears::results(CONTEXT | CALL) | hears::said(CONTEXT | CONNECTION | CALL | STATE);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let registration = dialog.state.registration;
        if let Event::Said(Said::Attached(attached), _) = *event {
            self.detached = !attached;
        }
        let told = registration.best().is_some();
        self.lacks = match registration.is_registered() {
            true if registration.carries_data() == Some(false) => Some(Lack::DataNetwork),
            false if told => Some(Lack::Network),
            _ => self.detached.then_some(Lack::Attachment),
        };
        let past = match *event {
            Event::Said(
                Said::ConnectOk(_) | Said::ContextOpen | Said::State(IpState::Active | IpState::Connected),
                _,
            ) => true,
            // Whether it is open its answer to a question tells, not the OK behind that.
            Event::Final => dialog.done().is_some_and(|done| {
                matches!(done.role, Role::ContextOpen | Role::Address)
                    && !done.asked.told_later
                    && !done.asked.form.asks()
                    && done.outcome.is_some_and(|(outcome, _)| outcome.good())
            }),
            _ => false,
        };
        if past {
            self.shown = matches!(event, Event::Said(Said::State(_), _));
            book.resolve_all(Self::DOC.slug);
            self.deact = None;
            return;
        }
        if let Event::Command = *event {
            // It is tried again, and of the first try no result came.
            let again = dialog.open().last().is_some_and(|open| open.role == Role::ContextOpen);
            if let Some(deact) = self.deact.take_if(|_| again) {
                let title = "AT+CIICR was answered +PDP: DEACT: the data connection could not be opened.".to_owned();
                self.tell(title, None, [Some(deact), None], 85, dialog, book);
            }
            return;
        }
        match *event {
            Event::Said(Said::Connect, span) => {
                let data =
                    |done: &&Exchange| done.role == Role::Dial && memchr::memmem::find(&done.text, b"*99").is_some();
                self.dialled = dialog.done().filter(data).map(|done| (done.span, span));
            }
            Event::Said(Said::CallEnd, span) => self.call_ended(span, dialog, book),
            Event::Said(Said::ContextFailed, span) => {
                let mut asked = dialog.open().first().map(AsRef::as_ref).into_iter().chain(dialog.done());
                let command = asked.find(|asked: &&Exchange| asked.role == Role::ContextOpen).map(|asked| asked.span);
                let title = "The data connection could not be opened.".to_owned();
                self.tell(title, command, [Some(span), None], 90, dialog, book);
            }
            Event::Said(said @ (Said::PdpDeact | Said::State(IpState::Lost)), span) => {
                let opening = dialog.open().iter().find(|open| open.role == Role::ContextOpen);
                if let Some(opening) = opening.filter(|_| said == Said::PdpDeact) {
                    let last = dialog.open().last().is_some_and(|last| last.id == opening.id);
                    if last {
                        self.deact = Some(span);
                        return;
                    }
                    // Another command went before its result: that one gets the ERROR, and this is the cause.
                    let title = format!(
                        "{} was answered +PDP: DEACT: the data connection could not be opened.",
                        opening.named()
                    );
                    let command = Some(opening.span);
                    return self.tell(title, command, [Some(span), None], 85, dialog, book);
                }
                let Some((ip, Some(command))) = dialog.state.connections.lost() else { return };
                if ip != Ip::Active {
                    let title = "The data connection could not be opened for AT+CIPSTART.".to_owned();
                    self.tell(title, Some(command), [Some(span), None], 90, dialog, book);
                }
            }
            Event::Final => self.answered(dialog, book),
            _ => {}
        }
    }
}

/// `wrong-ip-state`.
#[derive(Debug, Default)]
pub(super) struct WrongIpState {
    /// What was told of a connection.
    opens: Option<Handle>,
}

impl Rule for WrongIpState {
    const DOC: &'static Doc = &Doc {
        slug: "wrong-ip-state",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CSTT`, `AT+CIICR` or `AT+CIFSR`, or with `AT+CIPMUX=1` an `AT+CIPSTART`, is refused because the data connection is in another state than the command needs; a cascade counts once.",
        why: "These commands work in one order only, from state IP INITIAL (nothing set up yet): AT+CSTT, AT+CIICR, AT+CIFSR; often the state is left over from the last run.",
        fix: "AT+CIPSHUT brings the modem back to IP INITIAL; then AT+CSTT, AT+CIICR, AT+CIFSR.",
    };
    const HEARS: hears::Kinds =
        hears::results(CONTEXT | CONNECTION) | hears::said(CONTEXT | CONNECTION | START | STATE);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        // It was another cause: it works without that.
        if matches!(event, Event::Said(Said::AlreadyConnect(_) | Said::ConnectOk(_), _))
            && let Some(told) = self.opens.take()
        {
            return book.withdraw(told);
        }
        if settled(event, dialog) {
            // What lacks the data connection only that puts right, not that it was ended in good order.
            if self.opens.is_none() || dialog.state.connections.context() == Ip::Active {
                self.opens = None;
                book.resolve_all(Self::DOC.slug);
            }
            return;
        }
        let Some(done) =
            dialog.done().filter(|done| matches!(event, Event::Final) && done.refused() && !book.is_blamed(done.id))
        else {
            return;
        };
        // What the modem did not get whole it refuses in any state.
        if done.damaged_echo().is_some() {
            return;
        }
        // Only modems with these three commands have the states that the rule is about.
        if dialog.telling.family().named(b"+CIICR").is_none() {
            return;
        }
        let form = done.chief().form;
        let wrong = match (done.role, done.before.ip) {
            (Role::AccessPoint, ip) => form == Form::Set && ip != Ip::Initial,
            (Role::ContextOpen, ip) => form == Form::Execute && matches!(ip, Ip::Initial | Ip::Active),
            (Role::Address, ip) => form == Form::Execute && matches!(ip, Ip::Unknown | Ip::Initial | Ip::Start),
            // With one connection AT+CIPSTART opens the data connection itself, with several it does not.
            (Role::Open, ip) => {
                let multi = done.before.mux == Some(true) && done.chief().number(0).is_some();
                // A Wi-Fi module that has started has no states, and nearly the same command.
                let mobile = ip == Ip::Start || !dialog.state.started || dialog.telling.evidence() >= Evidence::Words;
                let bare = matches!(done.outcome, Some((Outcome::Said(Said::Error), _)));
                let unseen = ip == Ip::Unknown && bare && !dialog.telling.rivals().any(Family::joins_wifi);
                form == Form::Set && multi && mobile && (matches!(ip, Ip::Initial | Ip::Start) || unseen)
            }
            _ => false,
        };
        if !wrong
            || no_sim(book)
            || book.any_open(&[Self::DOC.slug, NoDataService::DOC.slug, ContextLost::DOC.slug, Restarted::DOC.slug])
        {
            return;
        }
        let needs = match done.role {
            Role::AccessPoint => "it works only in state IP INITIAL, after AT+CIPSHUT",
            Role::ContextOpen => "it works only in state IP START, after AT+CSTT",
            Role::Open if done.before.ip == Ip::Unknown => {
                "with AT+CIPMUX=1 it works only on an open data connection, and the log shows none (AT+CSTT, AT+CIICR, AT+CIFSR)"
            }
            Role::Open => {
                "with AT+CIPMUX=1 it works only on an open data connection, after AT+CSTT, AT+CIICR and AT+CIFSR"
            }
            _ => "it works only after AT+CIICR",
        };
        let draft =
            Draft::new(format!("{} was refused: {needs}.", done.shown()), [Some(done.span), done.result_span()])
                .confidence(if done.before.ip == Ip::Unknown { 60 } else { 85 });
        let draft = if done.role == Role::Open {
            draft
                .because("With one connection AT+CIPSTART opens the data connection itself; with several it does not.")
                .fix("AT+CSTT with your operator's APN, AT+CIICR and AT+CIFSR, then AT+CIPSTART.")
        } else {
            draft.send("AT+CIPSHUT", SHUT)
        };
        // Why it is refused may be told behind the ERROR.
        let told = book.add(Self::DOC, draft);
        self.opens = Some(told).filter(|_| done.role == Role::Open);
        book.blame(done.id, Self::DOC.slug);
    }
}

/// `context-lost`.
#[derive(Debug, Default)]
pub(super) struct ContextLost;

impl Rule for ContextLost {
    const DOC: &'static Doc = &Doc {
        slug: "context-lost",
        severity: Problem,
        family: FAMILY,
        evidence: "`+PDP: DEACT` comes, and no AT+CIICR is waiting.",
        why: "The network has ended the data connection (GPRS); all connections are gone, and commands such as AT+CIPSTART and AT+CIPSEND fail until AT+CIPSHUT.",
        fix: "AT+CIPSHUT, then open the data connection anew.",
    };
    const HEARS: hears::Kinds = hears::results(CONTEXT) | hears::said(CONTEXT | CONNECTION | START | STATE);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if settled(event, dialog) {
            book.resolve_all(Self::DOC.slug);
            return;
        }
        let Event::Said(Said::PdpDeact, span) = *event else { return };
        let wanted = dialog.open().iter().any(|open| {
            matches!(
                open.role,
                Role::ContextOpen
                    | Role::ContextClose
                    | Role::Attach
                    | Role::Functions
                    | Role::Activate
                    | Role::Operator
            )
        });
        let explained = matches!(dialog.state.functions, Some(0 | 4))
            || no_sim(book)
            || book.any_open(&[Self::DOC.slug, NoDataService::DOC.slug]);
        // It may be the bearer of HTTP and FTP, which has its own commands.
        let bearer = dialog.words.because(span).reason == Some(Reason::Bearer);
        if !wanted && !explained && bearer {
            let draft = Draft::new("The network ended the bearer, the data connection of HTTP and FTP.", [Some(span)])
                .because("The network has ended it; requests fail until it is open again.")
                .fix("AT+SAPBR=1,1 opens it again; where it ends often, check AT+CSQ, the supply and the data plan.")
                .send("AT+SAPBR=1,1", "AT+SAPBR=1,1\r");
            book.add(Self::DOC, draft);
        } else if !wanted && !explained {
            let mut draft = Draft::new("The network ended the data connection.", [Some(span)]).send("AT+CIPSHUT", SHUT);
            if dialog.telling.family().by_role(Role::ContextClose).is_none() {
                draft = draft
                    .because("The network has ended the data connection; all connections on it are gone.")
                    .fix("Open the data connection anew, then the connections.");
            }
            book.add(Self::DOC, draft);
        }
    }
}
