//! Reading by hand, HTTP and its bearer.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::connecting::{TlsFailed, tls_draft};
use super::data_end::PATIENCE;
use super::doc::heading::ORDER as FAMILY;
use super::network::NO_SIM;
use super::opening::NoDataService;
use super::rule::{Doc, Rule, hears};
use super::topics::{HTTP, OTHER, RECEIVE, START};
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};
use crate::vocabulary::{Command, Family, Form, Reason, Role, families};

/// `manual-receive`.
#[derive(Debug, Default)]
pub(super) struct ManualReceive {
    waiting: Option<Span>,
    told: Option<Handle>,
    refused: bool,
    /// There is nothing to read.
    empty: bool,
}

/// The command that reads, and switches that on, by its first parameter.
const BY_MODE: &str = "+CIPRXGET";

fn by_mode(exchange: &Exchange) -> bool {
    exchange.asked.command.is_some_and(|command| command.bare_name() == BY_MODE)
}

impl Rule for ManualReceive {
    const DOC: &'static Doc = &Doc {
        slug: "manual-receive",
        severity: Warning,
        family: FAMILY,
        evidence: "`+CIPRXGET: 1` comes and nobody reads for 10 s or to the end of the log; or `AT+CIPRXGET=2` or `=4` is refused because reading by hand is off.",
        why: "With AT+CIPRXGET=1 received data stays in the modem until it is read.",
        fix: "Read it with AT+CIPRXGET=2,<length>; AT+CIPRXGET=1 has to be set before connecting.",
    };
    const HEARS: hears::Kinds =
        hears::said(RECEIVE) | hears::commands(RECEIVE) | hears::results(RECEIVE) | hears::TICK | hears::FINISH;
    const KEEPS_TIME: bool = true;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::RxEmpty, _) => {
                self.empty = true;
                self.waiting = None;
                if let Some(told) = self.told.take() {
                    book.withdraw(told);
                }
            }
            Event::Said(Said::RxWaiting, span) => {
                self.waiting.get_or_insert(span);
            }
            Event::Command => {
                let reads = |last: &Exchange| {
                    last.role == Role::Receive
                        && (!by_mode(last) || matches!(last.chief().parameter(0).text, b"2" | b"3"))
                };
                if dialog.open().last().is_some_and(|last| reads(last)) {
                    self.waiting = None;
                    if let Some(told) = self.told.take() {
                        book.withdraw(told);
                    }
                }
            }
            Event::Final => {
                let Some(done) =
                    dialog.done().filter(|done| done.role == Role::Receive && done.chief().form == Form::Set)
                else {
                    return;
                };
                let mode = done.chief().parameter(0).text;
                if std::mem::take(&mut self.empty) && done.refused() {
                    // Programs ask until there is no more.
                    book.blame(done.id, Self::DOC.slug);
                } else if done.refused()
                    && by_mode(done)
                    && matches!(mode, b"2" | b"3" | b"4")
                    && dialog.state.manual_receive != Some(true)
                    && !std::mem::replace(&mut self.refused, true)
                {
                    let draft = Draft::new(
                        format!("{} was refused: reading by hand is not switched on.", done.shown()),
                        [Some(done.span), done.result_span()],
                    );
                    book.add(Self::DOC, draft);
                }
                self.refused &= done.refused();
            }
            Event::Tick | Event::Finish => {
                let Some(waiting) = self.waiting.filter(|_| self.told.is_none()) else { return };
                let over = matches!(event, Event::Finish)
                    || dialog.now.zip(waiting.at).is_some_and(|(now, at)| now >= at + PATIENCE);
                if over {
                    let draft = Draft::new("Data has come, and nobody reads it.", [Some(waiting)]);
                    let family = dialog.telling.family();
                    let draft = match family.by_role(Role::Receive).filter(|reads| reads.bare_name() != BY_MODE) {
                        Some(reads) => draft
                            .because(format!("Received data stays in the modem until {} reads it.", reads.name))
                            .fix(format!("Read it with {}.", reads.syntax)),
                        None if family.by_role(Role::Open).is_some_and(Command::has_optional_link) => {
                            draft.send("AT+CIPRXGET=2,1460", "AT+CIPRXGET=2,1460\r")
                        }
                        None => draft,
                    };
                    self.told = Some(book.add(Self::DOC, draft));
                }
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn deadline(&self, _dialog: &Dialog) -> Option<Duration> {
        self.waiting.filter(|_| self.told.is_none()).and_then(|waiting| waiting.at).map(|at| at + PATIENCE)
    }
}

/// `http-already-open`.
#[derive(Debug, Default)]
pub(super) struct AlreadyOpen;

impl Rule for AlreadyOpen {
    const DOC: &'static Doc = &Doc {
        slug: "http-already-open",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+HTTPINIT` is refused.",
        why: "HTTP was started before and not ended with AT+HTTPTERM; a program that restarts does not restart the modem.",
        fix: "AT+HTTPTERM, then AT+HTTPINIT.",
    };
    const HEARS: hears::Kinds = hears::results(HTTP);

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done() else { return };
        match done.role {
            Role::HttpStart if done.refused() && !book.is_open(Self::DOC.slug) => {
                let draft = Draft::new("AT+HTTPINIT was refused.", [Some(done.span), done.result_span()])
                    .send("AT+HTTPTERM", "AT+HTTPTERM\r");
                book.add(Self::DOC, draft);
            }
            Role::HttpStart | Role::HttpEnd if !done.refused() => book.resolve_all(Self::DOC.slug),
            _ => {}
        }
    }
}

/// `http-not-started`.
#[derive(Debug, Default)]
pub(super) struct NotStarted {
    /// As far as the log shows it.
    started: Option<bool>,
    told: Option<Handle>,
}

impl Rule for NotStarted {
    const DOC: &'static Doc = &Doc {
        slug: "http-not-started",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+HTTPPARA`, `AT+HTTPDATA`, `AT+HTTPACTION` or `AT+HTTPREAD` is refused with ERROR, and no `AT+HTTPINIT` stands before it in the log, or `AT+HTTPTERM` stands between.",
        why: "These commands work between AT+HTTPINIT and AT+HTTPTERM only.",
        fix: "AT+HTTPINIT first, and wait for its OK.",
    };
    const HEARS: hears::Kinds = hears::results(HTTP) | hears::said(HTTP | START);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::Rdy, _) => self.started = Some(false),
            // It is at work.
            Event::Said(Said::HttpAction(_), _) => self.started = Some(true),
            _ => {}
        }
        let Some(done) = dialog.done().filter(|_| matches!(event, Event::Final)) else { return };
        match done.role {
            // Refused, it was started before.
            Role::HttpStart => self.started = Some(true),
            Role::HttpEnd => self.started = Some(false),
            Role::HttpSetting | Role::HttpData | Role::HttpDo | Role::HttpRead if !done.refused() => {
                self.started = Some(true);
                if let Some(told) = self.told.take() {
                    book.resolve(told);
                }
            }
            Role::HttpSetting | Role::HttpData | Role::HttpDo | Role::HttpRead if self.started != Some(true) => {
                let begins = dialog.telling.family().by_role(Role::HttpStart).map(|command| command.name);
                let plain = matches!(done.outcome, Some((Outcome::Said(Said::Error | Said::Cme(3 | 4 | 100)), _)));
                let Some(begins) = begins.filter(|_| plain && !done.asked.form.asks() && !book.is_blamed(done.id))
                else {
                    return;
                };
                let spans = [Some(done.span), done.result_span()];
                book.blame(done.id, Self::DOC.slug);
                if let Some(told) = self.told {
                    return book.again(told, spans);
                }
                let name = done.asked.command.map_or("A command of HTTP", |command| command.name);
                let title = match self.started {
                    Some(false) => format!("{name} was refused: HTTP is not started ({begins})."),
                    _ => format!("{name} was refused, and no {begins} stands before it in the log."),
                };
                let sure = if self.started.is_some() { 85 } else { 65 };
                let draft = Draft::new(title, spans).confidence(sure).send(begins, format!("{begins}\r"));
                self.told = Some(book.add(Self::DOC, draft));
            }
            _ => {}
        }
    }
}

/// `http-failed`.
#[derive(Debug, Default)]
pub(super) struct Failed {
    told: Option<u16>,
    /// The address in force is one of `https://`.
    https: bool,
    /// TLS was switched on for it.
    tls: bool,
    /// The modem has opened the bearer.
    bearer: bool,
}

impl Failed {
    /// What a command says of the address, where it says something.
    fn hear(&mut self, command: &Exchange) {
        let call = command.chief();
        match call.name {
            name if name.eq_ignore_ascii_case(b"+HTTPPARA") && call.parameter(0).text.eq_ignore_ascii_case(b"URL") => {
                let scheme = call.parameter(1).text.get(..6);
                self.https = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"https:"));
            }
            name if name.eq_ignore_ascii_case(b"+HTTPSSL") => self.tls = call.number(0) == Some(1),
            _ if command.role == Role::Bearer && !command.refused() => match call.number(0) {
                Some(1) => self.bearer = true,
                Some(0) => self.bearer = false,
                _ => {}
            },
            _ => {}
        }
    }
}

/// What was asked for has not changed since: who asked so has it.
const NOT_MODIFIED: u16 = 304;

/// The server has answered, and does not give what was asked for.
fn turned_down(status: u16, spans: [Option<Span>; 2], text: Option<&str>) -> Draft {
    let said = match text.filter(|text| *text != "status") {
        Some(text) => format!("{status}, {text}"),
        None => format!("status {status}"),
    };
    let by_hand = spans.first().is_some_and(Option::is_none);
    let draft = Draft::new(format!("The server answered the HTTP request with {said}."), spans)
        .because("Modem, network and server work: it is the server that does not give what was asked for.")
        .severity(Note);
    match status {
        300..400 => draft
            .because("The server sends the request to another address, mostly the same one with https.")
            .fix("Ask for the address that AT+HTTPREAD or AT+HTTPHEAD shows; AT+HTTPPARA=\"REDIR\",1 lets a SIM800 follow it."),
        401 | 403 | 407 => draft.fix("Check the key, token or login that the server wants, and how it wants them: in the URL or in a header."),
        404 | 410 => draft.fix("Check the path in the URL, letter by letter."),
        400 | 411 | 413 | 415 | 422 if by_hand => draft.fix(
            "A request that is sent as data begins with GET /path HTTP/1.1 (the path alone, without http:// and the host), then the line Host: and the host's name, then an empty line, each line ended by CR LF; a POST says how many bytes follow, with Content-Length.",
        ),
        400 | 405 | 406 | 411 | 413 | 415 | 422 => draft.fix(
            "Check the method, the path, AT+HTTPPARA=\"CONTENT\", and that AT+HTTPDATA announced as many bytes as were sent; AT+HTTPREAD shows what the server says.",
        ),
        500.. => draft.fix("The fault is the server's: look at its log, or try again later."),
        _ if by_hand => draft.fix("What the server says stands behind that line."),
        _ => draft.fix("AT+HTTPREAD shows what the server says."),
    }
}

impl Rule for Failed {
    const DOC: &'static Doc = &Doc {
        slug: "http-failed",
        severity: Problem,
        family: FAMILY,
        evidence: "`+HTTPACTION: <method>,6xx,0` (SIM7600: `7xx`; Quectel: `+QHTTPGET: 7xx`): the request did not reach a server. As a note: 3xx, 4xx or 5xx, with which the server turned it down; 4xx or 5xx where it comes as data (`HTTP/1.1 400 Bad Request`); an answer in JSON that says so (`{\"error\":\"invalid key\"}`).",
        why: "The modem's own status codes, 6xx on a SIM800, mean: no bearer, or no such name.",
        fix: "Open the bearer (AT+SAPBR=1,1), check the URL, and try plain http.",
    };
    const HEARS: hears::Kinds = hears::said(HTTP) | hears::results(HTTP | OTHER);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || dialog.done().is_some_and(|done| done.asked.form == Form::Set)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let (Event::Final, Some(done)) = (*event, dialog.done()) {
            self.hear(done);
        }
        self.bearer |= matches!(event, Event::Said(Said::BearerOpen, _));
        if let Event::Said(Said::TurnedDown, span) = *event {
            let words = dialog.words.of(span).unwrap_or("an error");
            let title = format!("The server's answer says that it has not done what was asked: {words}.");
            if book.is_open(Self::DOC.slug) {
                return;
            }
            let draft = Draft::new(title, [Some(span)])
                .because("Modem, network and server work: it is the server that does not take the request.")
                .fix("Check what it names: the key or token, the path, and the data and how it is written (JSON, Content-Type).")
                .severity(Note)
                .confidence(70);
            book.add(Self::DOC, draft);
            return;
        }
        let Event::Said(Said::HttpAction(status), span) = *event else { return };
        if !(600..800).contains(&status) {
            for slug in [Self::DOC.slug, TlsFailed::DOC.slug] {
                book.resolve_all(slug);
            }
        }
        if !(300..800).contains(&status) || status == NOT_MODIFIED {
            self.told = None;
            return;
        }
        if self.told.replace(status) == Some(status) {
            return;
        }
        // The modem may not have told which one it is.
        let knows = |family: &&Family| family.code("http", status).is_some();
        let family = Some(dialog.telling.family()).filter(knows).or_else(|| families().iter().find(knows));
        let told = family.and_then(|family| family.code("http", status));
        let tls = family.is_some_and(|family| family.because("http", status).reason == Some(Reason::Tls));
        let command = dialog.done().filter(|done| done.role == Role::HttpDo).map(|done| done.span);
        let spans = [command, Some(span)];
        if status < 600 {
            book.add(Self::DOC, turned_down(status, spans, told));
            return;
        }
        let text = told.unwrap_or("error");
        let title = format!("The HTTP request failed: {status}, {text}.");
        let draft = Draft::new(title.as_str(), spans);
        let draft = match status {
            700.. if tls => tls_draft(title, spans),
            _ if tls => tls_draft(title, spans).because(
                "Modem and server could not agree on TLS; a SIM800 speaks TLS 1.0 at the most, and most servers want 1.2.",
            ),
            601..700 if self.https && !self.tls => draft
                .because("The address begins with https, and TLS was not switched on with AT+HTTPSSL=1 in this log.")
                .fix("AT+HTTPSSL=1 before AT+HTTPACTION; a SIM800 speaks TLS 1.0 at the most, so try plain http first.")
                .send("AT+HTTPSSL=1", "AT+HTTPSSL=1\r"),
            601 if self.bearer => draft
                .because("The bearer, the data connection that HTTP uses, was opened, and yet the network was not reached: it has no APN or the wrong one, it was lost meanwhile, or AT+HTTPPARA=\"CID\" names another.")
                .fix("AT+SAPBR=2,1 shows whether it has an address; else AT+SAPBR=0,1, then AT+SAPBR=3,1,\"Contype\",\"GPRS\", AT+SAPBR=3,1,\"APN\",\"your operator's APN\" and AT+SAPBR=1,1."),
            601 => draft
                .because("There is no way to the network: the bearer, the data connection that HTTP uses, is not open.")
                .fix("Open the bearer with AT+SAPBR=1,1; AT+SAPBR=2,1 shows its state."),
            603 => draft
                .because("The name in the URL was not found; the URL may be written wrongly.")
                .fix("Check the URL (http://host/path) and the bearer."),
            700.. => draft
                .because("The request did not reach the server, or its answer not the modem.")
                .fix("Check the URL (http://host/path), the data connection, and whether plain http works."),
            _ => draft,
        };
        book.add(if tls { TlsFailed::DOC } else { Self::DOC }, draft);
    }
}

/// `bearer-refused`.
#[derive(Debug, Default)]
pub(super) struct BearerRefused {
    told: Option<Handle>,
    /// The access point was set to nothing: that command.
    nameless: Option<Span>,
}

impl Rule for BearerRefused {
    const DOC: &'static Doc = &Doc {
        slug: "bearer-refused",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+SAPBR=1,1` is refused, and neither it nor `+SAPBR: 1,1,\"…\"` shows the bearer open later.",
        why: "The bearer, the data connection that HTTP and FTP use, is open already, or the network gives no data service with this APN.",
        fix: "AT+SAPBR=2,1 shows whether it is open; AT+SAPBR=0,1 closes it; check the APN.",
    };
    const HEARS: hears::Kinds = hears::results(HTTP) | hears::said(HTTP);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Said(said, _) = *event {
            // It was open before, or has come up since.
            if said == Said::BearerOpen {
                book.resolve_all(Self::DOC.slug);
            }
            return;
        }
        let Some(done) = dialog.done().filter(|done| done.role == Role::Bearer) else { return };
        let call = done.chief();
        if call.parameter(2).text.eq_ignore_ascii_case(b"APN") && call.count() > 3 && !done.refused() {
            self.nameless = Some(done.span).filter(|_| call.parameter(3).text.is_empty());
        }
        if call.parameter(0).text != b"1" {
            return;
        }
        if !done.refused() {
            book.resolve_all(Self::DOC.slug);
            return;
        }
        let spans = [Some(done.span), done.result_span()];
        // Without a SIM, or where the network gives no data, it is one more sign of that.
        if book.is_blamed(done.id) || book.extend(&NO_SIM, spans) || book.extend(&[NoDataService::DOC.slug], spans) {
            return;
        }
        book.blame(done.id, Self::DOC.slug);
        if let Some(told) = self.told.filter(|_| book.is_open(Self::DOC.slug)) {
            book.again(told, spans);
        } else {
            let draft = Draft::new(
                format!("{} was refused.", done.shown()),
                [self.nameless, Some(done.span), done.result_span()],
            )
            .send("AT+SAPBR=0,1", "AT+SAPBR=0,1\r");
            let draft = if self.nameless.is_some() {
                draft
                    .because("The access point (APN) was set to nothing: most networks give no data service without its name.")
                    .fix("AT+SAPBR=3,1,\"APN\",\"your operator's APN\", then AT+SAPBR=1,1 again.")
            } else {
                draft
            };
            self.told = Some(book.add(Self::DOC, draft));
        }
    }
}
