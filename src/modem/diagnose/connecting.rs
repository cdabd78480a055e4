//! Connections that do not come up: refused, no word of them, or no common TLS.

use std::time::Duration;

use super::Offer;
use super::Severity::{Note, Problem};
use super::book::{Book, Draft, Handle, time_text};
use super::doc::heading::ORDER as FAMILY;
use super::early_send::SendBeforeConnect;
use super::network::no_sim;
use super::opening::{ContextLost, NoDataService};
use super::power::Restarted;
use super::reach::{is_example, out_of_reach, port_on_loopback};
use super::registration::NotRegistered;
use super::remedy::remedy;
use super::rule::{Doc, Rule, hears};
use super::topics::{CALL, CONNECTION, CONTEXT, OTHER, SEND, START, STATE};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::{IpState, Said};
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::vocabulary::{Because, Form, Reason, Role};

/// `connect-unanswered`.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    /// A command that has no result yet.
    asked: Option<Pending>,
    pending: Option<Pending>,
    told: Option<Handle>,
}

/// An `AT+CIPSTART` that was answered OK.
#[derive(Debug)]
struct Pending {
    command: Span,
    target: String,
    /// Commands that had been answered by then.
    answered: u32,
    /// `STATE: TCP CONNECTING` was read since.
    connecting: Option<Span>,
    /// How long the modem tries before it gives the connection up.
    patience: Duration,
}

/// When a SIM800 gives up a connection, where its manual allows it more.
const PATIENCE: Duration = Duration::from_secs(75);

/// Who reads a log that ends this much later does not wait for more.
const LONG: Duration = Duration::from_secs(50);

/// The connection should stand this many answered commands later, where a log has no times.
const LATER: u32 = 3;

/// Who sends too early, or has lost the network, has another cause.
const OTHER_CAUSES: [&str; 5] = [
    SendBeforeConnect::DOC.slug,
    NoDataService::DOC.slug,
    ContextLost::DOC.slug,
    Restarted::DOC.slug,
    TlsFailed::DOC.slug,
];

impl Pending {
    fn of(open: &Exchange, dialog: &Dialog) -> Self {
        let own = dialog.telling.family().named(b"+CIPSTART").is_some();
        Self {
            command: open.span,
            target: dialog.state.connections.peer().to_owned(),
            answered: dialog.answered(),
            connecting: None,
            patience: if own { PATIENCE } else { open.longest().max(PATIENCE) },
        }
    }
}

impl Unanswered {
    fn tell(&mut self, sure: u8, dialog: &Dialog, book: &mut Book) {
        let Some(pending) = self.pending.take() else { return };
        if book.any_open(&OTHER_CAUSES) {
            return;
        }
        let waited = dialog.now.zip(pending.command.at).map(|(now, at)| now.saturating_sub(at));
        let how_long = match waited.filter(|waited| *waited >= pending.patience) {
            Some(_) => format!("within {}", time_text(pending.patience)),
            None => waited.filter(|waited| *waited >= LONG).map_or("in what the log shows".to_owned(), |waited| {
                format!("in the {} that the log shows", time_text(waited))
            }),
        };
        let mut draft = Draft::new(
            format!(
                "The connection to {} neither came up nor failed: no CONNECT OK and no CONNECT FAIL {how_long}.",
                pending.target
            ),
            [Some(pending.command), pending.connecting],
        )
        .confidence(sure)
        .send("AT+CIPSTATUS", "AT+CIPSTATUS\r");
        if let Some(what) = out_of_reach(&pending.target, dialog) {
            draft = draft.because(format!("{} is {what}.", pending.target));
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    /// The log ends behind the OK: what came of it is not in it.
    fn log_ends(&mut self, dialog: &Dialog, book: &mut Book) {
        let Some(pending) = self.pending.take().filter(|_| !book.any_open(&OTHER_CAUSES)) else { return };
        let title = format!("The log ends before the connection to {} has come up or failed.", pending.target);
        let mut draft = Draft::new(title, [Some(pending.command)])
            .severity(Note)
            .because("OK says only that the modem tries; CONNECT OK or CONNECT FAIL follows, after up to 75 s.")
            .confidence(50)
            .send("AT+CIPSTATUS", "AT+CIPSTATUS\r");
        if let Some(what) = out_of_reach(&pending.target, dialog) {
            draft = draft.because(format!("{} is {what}.", pending.target));
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    fn patience(&self) -> Duration {
        self.pending.as_ref().map_or(PATIENCE, |pending| pending.patience)
    }

    #[inline(always)]
    fn due(&self) -> Option<Duration> {
        self.pending.as_ref().and_then(|pending| pending.command.at).map(|at| at + self.patience())
    }
}

impl Rule for Unanswered {
    const DOC: &'static Doc = &Doc {
        slug: "connect-unanswered",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPSTART` is answered OK, and neither `CONNECT OK` nor `CONNECT FAIL` comes within 75 s, or in a log without times before the modem has answered several commands more, or while `STATE: TCP CONNECTING` stays; a note where the log ends behind the OK.",
        why: "The request gets no answer: there is no data service or data plan, the host drops it (a private address, a firewall), or the program has not read what the modem said.",
        fix: "AT+CIPSTATUS shows the state; check the APN, the host and the port, and read on until CONNECT OK or CONNECT FAIL.",
    };
    const HEARS: hears::Kinds = hears::commands(CONNECTION)
        | hears::results(CONNECTION | CONTEXT | SEND)
        | hears::said(CONNECTION | CONTEXT | CALL | START | STATE)
        | hears::TICK
        | hears::FINISH;
    const KEEPS_TIME: bool = true;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                if let Some(open) = dialog.open().last().filter(|open| open.role == Role::Open) {
                    self.asked = (open.asked.form == Form::Set && dialog.log.shows != Shows::SentOnly)
                        .then(|| Pending::of(open, dialog));
                }
            }
            Event::Said(Said::State(IpState::Connecting), span) => {
                if let Some(pending) = &mut self.pending {
                    let again = pending.connecting.replace(span).is_some();
                    if again && out_of_reach(&pending.target, dialog).is_some() {
                        self.tell(85, dialog, book);
                    }
                }
            }
            Event::Said(Said::State(_) | Said::Rdy | Said::PdpDeact | Said::Closed(_), _) => self.pending = None,
            Event::Said(Said::ConnectOk(_) | Said::ConnectFail(_) | Said::AlreadyConnect(_) | Said::Connect, _) => {
                (self.asked, self.pending) = (None, None);
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Final => {
                let Some(done) = dialog.done() else { return };
                // A SIM7000 tells that it is open before it says OK: then nothing is asked any more.
                let asked = if done.role == Role::Open { self.asked.take() } else { None };
                match done.role {
                    Role::Open if asked.is_some() && !done.refused() && !done.stands_at_once() => {
                        self.pending = Some(Pending::of(done, dialog));
                    }
                    // It was given up, or the data was sent: there was a connection.
                    Role::Close | Role::ContextClose | Role::Send => self.pending = None,
                    _ => {}
                }
            }
            Event::Tick if self.due().zip(dialog.now).is_some_and(|(due, now)| now >= due) => {
                self.tell(90, dialog, book);
            }
            Event::Finish => {
                // Not even the OK came, and the modem has answered others since.
                if let Some(asked) = self.asked.take().filter(|asked| dialog.answered() - asked.answered >= LATER) {
                    self.pending = Some(asked);
                    self.tell(65, dialog, book);
                    return;
                }
                let Some(pending) = &self.pending else { return };
                let private = out_of_reach(&pending.target, dialog).is_some() && pending.connecting.is_some();
                let long = pending.command.at.zip(dialog.now).is_some_and(|(at, now)| now >= at + LONG);
                let later = dialog.answered() - pending.answered >= LATER && pending.command.at.is_none();
                if private || later || long {
                    self.tell(65, dialog, book);
                } else if dialog.log.read_ahead && dialog.answered() == pending.answered {
                    self.log_ends(dialog, book);
                }
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        self.due()
    }
}

/// `connect-failed`.
#[derive(Debug, Default)]
pub(super) struct ConnectFailed {
    command: Option<Span>,
    /// Which of them was told to have failed.
    failed: Option<Span>,
    target: String,
    /// What was told last.
    told: Option<(String, Handle)>,
}

impl ConnectFailed {
    /// Tells it; the same once more is counted.
    fn tell(&mut self, title: String, spans: [Option<Span>; 2], cause: Option<Cause>, book: &mut Book) {
        if let Some((_, told)) = self.told.as_ref().filter(|(known, _)| *known == title && book.is_open(Self::DOC.slug))
        {
            book.again(*told, spans);
            return;
        }
        let mut draft = Draft::new(title.as_str(), spans);
        if let Some(cause) = cause {
            draft = draft.because(cause.why);
            if let Some(fix) = cause.fix {
                draft = draft.advise(fix);
            }
        }
        if let Some(port) = port_on_loopback(self.target()) {
            draft = draft.fix(ON_LOOPBACK).offer(Offer::StartServer { port });
        }
        self.told = Some((title, book.add(Self::DOC, draft)));
    }

    /// Where the connection was to go.
    fn target(&self) -> &str {
        if self.command.is_none() || self.target.is_empty() { "the server" } else { &self.target }
    }
}

/// Why a connection was not opened, where more is known than that.
struct Cause {
    why: String,
    fix: Option<String>,
}

impl Cause {
    /// An error in place of a connection that would stand, and the words of it.
    fn of_error(words: Option<&str>) -> Self {
        let reasons = "there is no data connection, host or port are wrong, or nobody answers there";
        Self {
            why: words.filter(|words| !words.is_empty()).map_or_else(
                || format!("The modem does not say why: {reasons}."),
                |words| format!("The modem's own words: {words}. Often {reasons}."),
            ),
            fix: Some(
                "Check the data connection first (whether it has an address), then host and port from another network."
                    .to_owned(),
            ),
        }
    }

    /// By the modem's own reason, or else by what address it is.
    fn of(because: Because, words: Option<&str>, target: &str, dialog: &Dialog) -> Option<Self> {
        let fix = remedy(because);
        let known = match because.reason {
            Some(Reason::NoName) => {
                "The name could not be looked up: it is written wrongly, or no name server answers in this network."
            }
            Some(Reason::NoAddress) => {
                "The module never tried: it has no address, since it has not joined a Wi-Fi network, or was given none there."
            }
            Some(Reason::Form) => "The module never tried: the form of the command does not fit AT+CIPMUX.",
            _ => "",
        };
        if !known.is_empty() {
            return Some(Self { why: known.to_owned(), fix });
        }
        if target.contains("://") {
            return Some(Self {
                why: format!("{target} is the address of a page: the modem looks for a host of that name."),
                fix: Some(
                    "Give the host alone (example.org) and its port; what stands behind the host goes into the request."
                        .to_owned(),
                ),
            });
        }
        let here = matches!(because.reason, Some(Reason::Here | Reason::State | Reason::NoContext | Reason::Already));
        if let Some(words) = words.filter(|_| here) {
            return Some(Self {
                why: format!("The modem's own reason: {words}. It has not come to ask the other end."),
                fix: fix.or_else(|| Some("Mend what the reason names; host and port come after that.".to_owned())),
            });
        }
        if is_example(target) {
            return Some(Self {
                why: format!(
                    "{} {target} is an address for examples: if it was really dialled, nobody has it.",
                    ConnectFailed::DOC.why
                ),
                fix: None,
            });
        }
        out_of_reach(target, dialog).map(|what| Self { why: format!("{target} is {what}."), fix: None })
    }
}

/// The command that opens a connection which is open already, where the modem says here that it has not tried.
pub(super) fn again(dialog: &Dialog, failure: Span) -> Option<&Exchange> {
    let state = dialog.words.because(failure).reason == Some(Reason::State);
    let opens = |exchange: &&Exchange| exchange.role == Role::Open;
    let open = dialog.open().iter().map(AsRef::as_ref).find(opens);
    open.or_else(|| dialog.done().filter(opens)).filter(|command| state && command.opens_again())
}

/// Of `connection 1 could not be opened: the name was not found` what stands behind the colon; a number is a code.
fn why(words: &str) -> Option<String> {
    let behind = words.rsplit_once(": ").map(|(_, why)| why);
    let code = behind.unwrap_or(words).rsplit(',').next().map(str::trim).filter(|code| code.parse::<i32>().is_ok());
    code.map(|code| format!("code {code}")).or_else(|| behind.map(str::to_owned))
}

/// What is told of a connection that failed at TLS, as the modem's own words say.
pub(super) fn tls_draft(title: impl Into<String>, spans: impl IntoIterator<Item = Option<Span>>) -> Draft {
    Draft::new(title, spans)
        .because("Modem and server could not agree on TLS: the version, the certificates or the modem's clock do not fit.")
        .fix("Check the TLS version and the certificates that are set for it, and the clock (AT+CCLK?); try without TLS.")
}

/// What to do where a connection goes to the machine that opens it.
const ON_LOOPBACK: &str = "For a simulated modem start a server at that port on this machine; to a real one give your server's address on the internet.";

impl Rule for ConnectFailed {
    const DOC: &'static Doc = &Doc {
        slug: "connect-failed",
        severity: Problem,
        family: FAMILY,
        evidence: "The modem says `CONNECT FAIL`, or refuses a command whose OK says that the connection stands (`AT+USOCO`); it is said too if the target is a private or loopback address.",
        why: "Nobody answered there: host or port is wrong, nothing listens, or a firewall is in between.",
        fix: "Check host and port from another network; a server at home needs a public address and port forwarding.",
    };
    const HEARS: hears::Kinds =
        hears::commands(CONNECTION) | hears::said(CONNECTION) | hears::results(CONNECTION) | hears::TROUBLE;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Final => {
                // Where OK says that the connection stands, ERROR says that it does not.
                let no_carrier = |done: &Exchange| matches!(done.outcome, Some((Outcome::Said(Said::CallEnd), _)));
                let failed = |done: &&Exchange| done.refused() || done.role == Role::Open && no_carrier(done);
                let Some(done) = dialog.done().filter(failed).filter(|done| done.stands_at_once()) else { return };
                let title = match (done.role, done.asked.form) {
                    (Role::Open, Form::Set) => format!("The connection to {} could not be opened.", self.target()),
                    (Role::MqttConnect, Form::Set | Form::Execute) => {
                        "The connection to the broker could not be opened.".to_owned()
                    }
                    _ if done.asked.command.is_some_and(|command| command.name == "AT+SHCONN") => {
                        "The connection to the HTTP server could not be opened.".to_owned()
                    }
                    _ => return,
                };
                let cause = [NoDataService::DOC.slug, ContextLost::DOC.slug, NotRegistered::DOC.slug];
                let told = book.is_blamed(done.id) || book.rests_on(done.span);
                if told || no_sim(book) || book.any_open(&cause) {
                    return;
                }
                let words = done.result_span().and_then(|span| dialog.words.of(span));
                self.tell(title, [Some(done.span), done.result_span()], Some(Cause::of_error(words)), book);
                book.blame(done.id, Self::DOC.slug);
            }
            Event::Command => {
                if let Some(start) = dialog.open().last().filter(|last| last.role == Role::Open) {
                    self.command = Some(start.span);
                    self.target.clear();
                    self.target.push_str(dialog.state.connections.peer());
                }
            }
            Event::Said(Said::ConnectOk(_), _) => book.resolve_all(Self::DOC.slug),
            Event::Said(Said::ConnectFail(_), span) => {
                if no_sim(book) || book.any_open(&[NoDataService::DOC.slug, ContextLost::DOC.slug]) {
                    return;
                }
                // AlreadyConnected tells it.
                if again(dialog, span).is_some() {
                    return;
                }
                let failed = std::mem::replace(&mut self.failed, self.command);
                let target = self.target();
                let said = dialog.words.of(span).and_then(why);
                let reason = said.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let title = format!("The connection to {target} could not be opened{reason}.");
                let spans = [self.command, Some(span)];
                // `DNS Fail`, `ERROR`, `CLOSED` of an ESP8266: one failure, which the first of them has told.
                if said.is_none()
                    && failed.is_some()
                    && failed == self.command
                    && book.extend(&[Self::DOC.slug], [Some(span)])
                {
                    return;
                }
                let because = dialog.words.because(span);
                if because.reason == Some(Reason::Tls) {
                    book.add(TlsFailed::DOC, tls_draft(title, spans));
                    return;
                }
                let cause = Cause::of(because, said.as_deref(), target, dialog);
                self.tell(title, spans, cause, book);
            }
            _ => {}
        }
    }
}

/// `tls-failed`.
#[derive(Debug, Default)]
pub(super) struct TlsFailed {
    on: Option<Span>,
    command: Option<Span>,
}

impl Rule for TlsFailed {
    const DOC: &'static Doc = &Doc {
        slug: "tls-failed",
        severity: Problem,
        family: FAMILY,
        evidence: "With `AT+CIPSSL=1` a connection is closed (`CLOSE OK`, `CLOSED`) before `CONNECT OK`, and nobody asked for it; or the modem says that a connection or an HTTP request failed at TLS or a certificate (`+CMQTTCONNECT: 0,32`, `+CAOPEN: 0,26`, `+HTTPACTION: 0,606,0`).",
        why: "Modem and server have no version of TLS in common: a SIM800 speaks TLS 1.0 at the most, and most servers want 1.2.",
        fix: "Use plain TCP or http, a proxy that speaks TLS for the modem, or newer firmware or a newer modem.",
    };
    const HEARS: hears::Kinds =
        hears::commands(CONNECTION | CONTEXT) | hears::results(CONNECTION | OTHER) | hears::said(CONNECTION | START);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || dialog.done().is_some_and(|done| done.asked.form == Form::Set)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                let close = |role: Role| matches!(role, Role::Close | Role::ContextClose);
                if dialog.open().last().is_some_and(|last| close(last.role)) {
                    self.command = None;
                }
            }
            Event::Final => {
                let Some(done) = dialog.done().filter(|done| done.asked.form == Form::Set) else { return };
                if done.text.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(b"AT+CIPSSL")) && !done.refused() {
                    self.on = (done.chief().parameter(0).text == b"1").then_some(done.span);
                } else if done.role == Role::Open {
                    self.command = (!done.refused() && self.on.is_some()).then_some(done.span);
                }
            }
            Event::Said(Said::ConnectOk(_) | Said::Rdy | Said::ConnectFail(_), _) => self.command = None,
            Event::Said(Said::CloseOk(_) | Said::Closed(_), span) => {
                let Some(command) = self.command.take() else { return };
                let title = "The connection was closed before it stood: modem and server could not agree on TLS.";
                book.add(Self::DOC, Draft::new(title, [self.on, Some(command), Some(span)]).confidence(85));
            }
            _ => {}
        }
    }
}
