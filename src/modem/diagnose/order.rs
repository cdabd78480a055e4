//! Order of commands: sending without and after a connection.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::book::{Book, Draft, Handle, gap, time_text};
use super::connecting::{ConnectFailed, again};
use super::doc::heading::ORDER as FAMILY;
use super::early_send::{BLIND, sends};
use super::mux::MuxForm;
use super::opening::{ContextLost, NoDataService};
use super::power::{Restarted, Silently};
use super::rule::{Doc, Rule, hears};
use super::topics::{CONNECTION, CONTEXT, OTHER, SEND, START};
use crate::modem::dialog::connections::Connection;
use crate::modem::dialog::exchange::{Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::vocabulary::{Form, Role, number};

/// `send-without-connection`.
#[derive(Debug, Default)]
pub(super) struct SendWithoutConnection {
    told: Option<Handle>,
}

impl Rule for SendWithoutConnection {
    const DOC: &'static Doc = &Doc {
        slug: "send-without-connection",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPSEND` is answered ERROR, and there is no connection since the start, `SHUT OK` or `CLOSED`.",
        why: "There is no open connection to send over, so the modem shows no prompt.",
        fix: "Open one with AT+CIPSTART and wait for CONNECT OK; AT+CIPSTATUS shows the state.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE | hears::said(CONNECTION | START);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::ConnectOk(_) | Said::Rdy, _) => {
                self.told = None;
                book.resolve_all(Self::DOC.slug);
            }
            Event::Final => {
                let Some(done) = dialog.done().filter(|done| sends(done) && done.refused() && !done.early_connect())
                else {
                    return;
                };
                let why = match done.before.connection {
                    Connection::None => "no connection was opened",
                    Connection::Refused => "AT+CIPSTART was refused",
                    Connection::PeerClosed => "the other end had closed the connection",
                    Connection::HostClosed => "the connection was closed before",
                    Connection::Failed => "the connection could not be opened",
                    Connection::Unknown if dialog.state.connections.is_open() => {
                        "the connection of that number was not opened, another one is open"
                    }
                    Connection::Unknown => "no connection was opened since this log began",
                    Connection::Open | Connection::Connecting { .. } => return,
                };
                let cascade = [
                    ConnectFailed::DOC.slug,
                    ContextLost::DOC.slug,
                    NoDataService::DOC.slug,
                    Restarted::DOC.slug,
                    Silently::DOC.slug,
                    AlreadyConnected::DOC.slug,
                    MuxForm::DOC.slug,
                ];
                let invited = done.invited.is_some();
                if invited || book.is_blamed(done.id) || book.any_open(&cascade) {
                    if book.any_open(&cascade) {
                        book.blame(done.id, Self::DOC.slug);
                    }
                    return;
                }
                if let Some(told) = self.told {
                    book.again(told, [Some(done.span), done.result_span()]);
                    book.blame(done.id, Self::DOC.slug);
                    return;
                }
                let sure = if done.before.connection == Connection::Unknown { 65 } else { 90 };
                let draft =
                    Draft::new(format!("{} was refused: {why}.", done.shown()), [Some(done.span), done.result_span()])
                        .confidence(sure)
                        .send("AT+CIPSTATUS", "AT+CIPSTATUS\r");
                self.told = Some(book.add(Self::DOC, draft));
                book.blame(done.id, Self::DOC.slug);
            }
            _ => {}
        }
    }
}

impl Exchange {
    /// Sent while the connection was being opened.
    const fn early_connect(&self) -> bool {
        matches!(self.before.connection, Connection::Connecting { .. })
    }
}

/// `closed-before-sent`.
#[derive(Debug, Default)]
pub(super) struct ClosedBeforeSent {
    told: Option<(u64, Handle)>,
    /// A 0x1A of a refused send that no command has followed yet.
    stray: Option<Span>,
}

/// Who closes later than this has given up waiting.
const GIVEN_UP: Duration = Duration::from_secs(10);

impl ClosedBeforeSent {
    fn closing(&mut self, dialog: &Dialog, book: &mut Book) {
        let stray = self.stray.take();
        let Some(close) = dialog.open().last() else { return };
        if !matches!(close.role, Role::Close | Role::ContextClose)
            || close.chief().form == Form::Query
            || close.chief().form == Form::Test
        {
            return;
        }
        let sending = dialog.open().iter().rev().find(|open| sends(open));
        let (id, end, blind) = match (sending, stray) {
            (Some(send), _) if send.data_sent.is_some() => {
                (send.id, send.data_sent, dialog.log.shows == Shows::SentOnly)
            }
            (Some(send), stray) if send.early_terminator || stray.is_some() => {
                (send.id, stray.or(send.early), dialog.log.shows == Shows::SentOnly)
            }
            (None, Some(stray)) => {
                // The send was refused: only who closes at once had not read that.
                if gap(stray, close.span).is_none_or(|gap| gap >= BLIND) {
                    return;
                }
                (0, Some(stray), true)
            }
            _ => return,
        };
        let Some(end) = end.map(|end| end.part(end.end - end.start - 1..end.end - end.start)) else { return };
        let limit = if blind { BLIND } else { GIVEN_UP };
        let gap = gap(end, close.span);
        if gap.is_some_and(|gap| gap >= limit) {
            return;
        }
        let when = gap.map_or("right after".to_owned(), |gap| {
            if gap.is_zero() { "right after".to_owned() } else { format!("{} after", time_text(gap)) }
        });
        let title = format!("{} was sent {when} the byte 1A, without waiting for SEND OK.", close.shown());
        let mut draft = Draft::new(title, [Some(end), Some(close.span)]);
        if sending.is_none_or(|send| send.data_sent.is_none()) {
            draft = draft.because(
                "No prompt had come, so there was no data to lose yet; after a prompt the data is on its way until SEND OK, and closing this early throws it away.",
            );
        }
        let handle = book.add(Self::DOC, draft);
        self.told = Some((id, handle));
    }
}

impl Rule for ClosedBeforeSent {
    const DOC: &'static Doc = &Doc {
        slug: "closed-before-sent",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPCLOSE` or `AT+CIPSHUT` is sent after the 0x1A that ends the data, and `SEND OK` was not waited for.",
        why: "The data is on its way until SEND OK; closing before that throws it away.",
        fix: "Wait for SEND OK (it may take seconds), then close.",
    };
    const HEARS: hears::Kinds = hears::commands(CONNECTION | CONTEXT | SEND) | hears::results(SEND) | hears::STRAY;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Stray(span) => {
                let refused = dialog.done().is_some_and(|done| sends(done) && done.refused());
                self.stray = (refused || dialog.log.shows == Shows::SentOnly).then_some(span);
            }
            Event::Command => self.closing(dialog, book),
            _ => {
                let Some(done) = dialog.done() else { return };
                let sent = matches!(done.outcome, Some((Outcome::Said(Said::SendOk), _)));
                if let Some((_, handle)) = self.told.take_if(|(id, _)| sent && *id == done.id) {
                    book.withdraw(handle);
                }
                if sent {
                    // A later one was waited for.
                    book.resolve_all(Self::DOC.slug);
                }
            }
        }
    }
}

/// `already-connected`.
#[derive(Debug, Default)]
pub(super) struct AlreadyConnected;

impl Rule for AlreadyConnected {
    const DOC: &'static Doc = &Doc {
        slug: "already-connected",
        severity: Warning,
        family: FAMILY,
        evidence: "The modem says `ALREADY CONNECT`, or refuses `AT+CIPSTART` while the connection is open that it was to open (`+CIPOPEN: 0,4`).",
        why: "The connection from before is still open; the new AT+CIPSTART did nothing.",
        fix: "Use the open connection, or close it with AT+CIPCLOSE first.",
    };
    const HEARS: hears::Kinds = hears::said(CONNECTION) | hears::results(CONNECTION | CONTEXT);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let closed = match *event {
            Event::Said(said, _) => matches!(said, Said::Closed(_)),
            _ => matches!(
                dialog.done().and_then(|done| done.outcome),
                Some((Outcome::Said(Said::CloseOk(_) | Said::ShutOk), _))
            ),
        };
        if closed {
            book.resolve_all(Self::DOC.slug);
        }
        if let Some(done) = dialog.done().filter(|done| matches!(event, Event::Final) && Self::refuses(done)) {
            Self::tell(done, done.result_span(), book);
        } else if let Event::Said(Said::ConnectFail(_), span) = event {
            // ConnectFailed has left it to this.
            if let Some(command) = again(dialog, *span) {
                Self::tell(command, Some(*span), book);
            }
        } else if let Event::Said(Said::AlreadyConnect(_), span) = *event {
            // An ESP8266 says so in front of the ERROR, others behind it.
            let opens = |exchange: &&Exchange| exchange.role == Role::Open;
            let open = dialog.open().iter().map(AsRef::as_ref).find(opens);
            let command = open.or_else(|| dialog.done().filter(opens));
            if let Some(command) = command {
                if book.is_blamed(command.id) {
                    return;
                }
                book.blame(command.id, Self::DOC.slug);
            }
            let spans = [command.map(|command| command.span), Some(span)];
            let draft = Draft::new("A connection is open already.", spans).send("AT+CIPCLOSE", "AT+CIPCLOSE\r");
            book.add(Self::DOC, draft);
        }
    }
}

impl AlreadyConnected {
    /// Refused without a word, while the connection is open that it was to open.
    fn refuses(done: &Exchange) -> bool {
        matches!(done.outcome, Some((Outcome::Said(Said::Error), _))) && done.opens_again()
    }

    fn tell(command: &Exchange, result: Option<Span>, book: &mut Book) {
        if book.is_blamed(command.id) {
            return;
        }
        let numbered = command.chief().number(0).is_some();
        let which = if numbered { "the connection of that number" } else { "a connection" };
        let title = format!("{} was refused: {which} is open already.", command.shown());
        let draft = Draft::new(title, [Some(command.span), result]).confidence(75);
        // The number that it takes is another one in each family.
        let draft = if numbered { draft } else { draft.send("AT+CIPCLOSE", "AT+CIPCLOSE\r") };
        book.add(Self::DOC, draft);
        book.blame(command.id, Self::DOC.slug);
    }
}

/// `peer-closed`.
#[derive(Debug, Default)]
pub(super) struct PeerClosed {
    /// TLS was switched on for connections (`AT+CIPSSL=1`).
    tls: bool,
    /// The last connection goes, without TLS, to a port on which servers speak it.
    wants_tls: Option<u32>,
}

impl PeerClosed {
    /// What a command that sets something says of TLS.
    fn hear(&mut self, done: &Exchange) {
        /// HTTPS and MQTT over TLS.
        const PORTS: [u32; 2] = [443, 8883];
        let sets_tls = done.asked.command.is_some_and(|command| command.name == "AT+CIPSSL");
        if !(sets_tls || done.role == Role::Open) {
            return;
        }
        let call = done.chief();
        if sets_tls {
            self.tls = call.number(0) == Some(1);
        } else {
            let plain = call.parameters().any(|parameter| parameter.text.eq_ignore_ascii_case(b"TCP"));
            let mut ports = call.parameters().filter_map(|parameter| number(parameter.text));
            self.wants_tls = ports.find(|port| PORTS.contains(port)).filter(|_| plain && !self.tls);
        }
    }
}

impl Rule for PeerClosed {
    const DOC: &'static Doc = &Doc {
        slug: "peer-closed",
        severity: Note,
        family: FAMILY,
        evidence: "The modem says `CLOSED`, and the host did not close, nor HTTP say that the server will (`Connection: close`); as a warning, behind a connection without TLS to port 443 or 8883.",
        why: "The other end has closed the connection: it was done, or waited too long.",
        fix: "Open it again with AT+CIPSTART before the next send.",
    };
    const HEARS: hears::Kinds = hears::said(CONNECTION) | hears::results(CONNECTION | OTHER);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || dialog.done().is_some_and(|done| done.asked.form == Form::Set)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let (Event::Final, Some(done)) = (*event, dialog.done().filter(|done| done.asked.form == Form::Set)) {
            self.hear(done);
        }
        if let Event::Said(Said::Closed(n), span) = *event {
            let closing = dialog.open().iter().any(|open| matches!(open.role, Role::Close | Role::ContextClose));
            // Behind the ERROR of an ESP8266's CIPSTART: nothing was open.
            let refused = dialog.open().is_empty()
                && dialog.done().is_some_and(|done| done.refused() && done.role == Role::Open && done.stands_at_once());
            let wanted = dialog.state.connections.ends_itself(n) && self.wants_tls.is_none();
            if closing || refused || wanted {
                return;
            }
            let which = n.map_or(String::new(), |n| format!(" {n}"));
            let draft = Draft::new(format!("The other end closed the connection{which}."), [Some(span)]);
            let draft = match self.wants_tls {
                Some(port) => draft
                    .because(format!("On port {port} servers speak TLS (https, MQTT over TLS), and this connection has none: the server ends what it does not understand."))
                    .fix("Take the port without TLS (80 for HTTP, 1883 for MQTT), or switch TLS on before connecting (AT+CIPSSL=1, up to TLS 1.0 on a SIM800).")
                    .severity(Warning),
                None => draft,
            };
            book.add(Self::DOC, draft);
        }
    }
}

/// `send-failed`.
#[derive(Debug, Default)]
pub(super) struct SendFailed;

impl Rule for SendFailed {
    const DOC: &'static Doc = &Doc {
        slug: "send-failed",
        severity: Problem,
        family: FAMILY,
        evidence: "The modem says `SEND FAIL`, or answers `ERROR` behind its prompt and no other rule says why.",
        why: "The data was taken but not confirmed: the signal is bad, or the other end is gone.",
        fix: "Check AT+CSQ, then AT+CIPCLOSE and connect again.",
    };
    const HEARS: hears::Kinds = hears::results(SEND) | hears::said(SEND);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        // A log may not show the command.
        if let Event::Said(said, span) = *event {
            if said == Said::SendFail {
                book.add(Self::DOC, Draft::new("The data could not be sent.", [Some(span)]).send("AT+CSQ", "AT+CSQ\r"));
            }
            return;
        }
        let Some(done) = dialog.done() else { return };
        if done.role == Role::Send
            && done.refused()
            && done.invited.is_some()
            && !book.is_blamed(done.id)
            && !book.extend(&[PeerClosed::DOC.slug], [Some(done.span), done.result_span()])
        {
            let draft = Draft::new(
                format!("{} asked for its data, and then the modem answered with an error.", done.named()),
                [Some(done.span), done.data_sent, done.result_span()],
            )
            .because("The data was not sent: the connection is not open any more, or more or fewer bytes came than were announced.")
            .fix("See whether the connection is open (AT+CIPSTATUS), open it again, and count the bytes.")
            .confidence(70);
            book.add(Self::DOC, draft);
            book.blame(done.id, Self::DOC.slug);
        }
        if matches!(done.outcome, Some((Outcome::Said(Said::SendFail), _))) {
            let draft =
                Draft::new("The data could not be sent.", [Some(done.span), done.data_sent, done.result_span()])
                    .send("AT+CSQ", "AT+CSQ\r");
            book.add(Self::DOC, draft);
            book.blame(done.id, Self::DOC.slug);
        }
    }
}
