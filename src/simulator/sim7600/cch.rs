//! TLS sockets of the SIM7600 (SSL application note): a service that is started, two sessions on it, with TLS or without.

mod data;

use std::collections::VecDeque;
use std::time::Duration;

use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::panel::{Panel, PanelLink};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::timers::TimerId;
use crate::simulator::{SocketEvent, SocketId};

const COMMANDS: &[Command<Cch>] = &[
    ("+CCHSET", Cch::reports),
    ("+CCHMODE", Cch::mode),
    ("+CCHSTART", Cch::start),
    ("+CCHSTOP", Cch::stop),
    ("+CCHADDR", Cch::address),
    ("+CCHSSLCFG", Cch::choose),
    ("+CCHOPEN", Cch::open),
    ("+CCHCLOSE", Cch::close),
];
const TABLES: &[&[Command<Cch>]] = &[COMMANDS, data::COMMANDS];

/// Sessions there are.
const SESSIONS: usize = 2;
/// Bytes of one session that wait for the host.
const BUFFER: usize = 8192;
/// With this many bytes on their way to the host nothing more is pushed.
const BACKLOG: usize = 4096;
/// A connection that takes longer has failed.
const CONNECT_LIMIT: Duration = Duration::from_mins(2);

/// The last number of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done = 0,
    PeerClosed = 4,
    Timeout = 5,
    Network = 9,
    State = 11,
    NameNotFound = 13,
    NotConnected = 14,
    Handshake = 15,
    NoCertificates = 19,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Opening,
    Open,
}

/// What a host that reads by itself has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unread {
    /// All there is.
    #[default]
    Known,
    /// Data came since it read last.
    Fresh,
    /// `RECV EVENT` was said and nothing read since.
    Announced,
}

/// A connection.
#[derive(Debug, Default)]
struct Session {
    state: State,
    socket: Option<SocketId>,
    secure: bool,
    host: String,
    port: u16,
    /// Set of TLS settings, by `CCHSSLCFG`.
    context: Option<usize>,
    received: VecDeque<u8>,
    ended: bool,
    unread: Unread,
    in_flight: usize,
    sent: u64,
    timer: Option<TimerId>,
}

/// The service.
#[derive(Debug, Default)]
pub(super) struct Cch {
    /// Own address while it runs.
    address: Option<String>,
    sessions: [Session; SESSIONS],
    /// `CCHSET`: the end of a send is told; what comes waits to be read.
    tells_sent: bool,
    manual: bool,
}

impl Part for Cch {
    commands!(TABLES);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        let lost = news.context_lost();
        let cut = matches!(news, News::Fault(Fault::PeerClose, true));
        for number in 0..SESSIONS {
            match self.session(number).state {
                State::Opening if lost => self.not_opened(desk, number, Outcome::Network),
                State::Open if lost || cut => self.session_mut(number).ended = true,
                _ => {}
            }
        }
        if lost {
            self.address = None;
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(number) = self.sessions.iter().position(|session| session.socket == Some(id)) else { return };
        match event {
            SocketEvent::Connected { .. } => self.opened(desk, number),
            SocketEvent::Unresolved => self.not_opened(desk, number, Outcome::NameNotFound),
            SocketEvent::Failed => self.not_opened(desk, number, Outcome::NotConnected),
            SocketEvent::HandshakeFailed => self.not_opened(desk, number, Outcome::Handshake),
            SocketEvent::Received(bytes) => {
                let session = self.session_mut(number);
                session.received.extend(*bytes);
                if session.unread == Unread::Known {
                    session.unread = Unread::Fresh;
                }
            }
            SocketEvent::Taken(count) => self.taken(desk, number, *count),
            SocketEvent::Closed if self.session(number).state == State::Opening => {
                self.not_opened(desk, number, Outcome::NotConnected);
            }
            SocketEvent::Closed => self.session_mut(number).ended = true,
            _ => {}
        }
    }

    fn wants(&self, id: SocketId) -> usize {
        let session = self.sessions.iter().find(|session| session.socket == Some(id));
        session.map_or(0, |session| BUFFER.saturating_sub(session.received.len()))
    }

    fn settle(&mut self, desk: &mut Desk) {
        for number in 0..SESSIONS {
            if self.manual {
                self.announce(desk, number);
            } else {
                while !desk.is_busy() && desk.backlog() < BACKLOG && self.push(desk, number) {}
            }
            self.say_closed(desk, number);
        }
    }

    fn show(&self, _: &Desk, panel: &mut Panel) {
        let open = self.sessions.iter().enumerate().filter(|(_, session)| session.state == State::Open);
        panel.links.extend(open.map(|(number, session)| PanelLink {
            number,
            udp: false,
            peer: format!("{}:{}{}", session.host, session.port, if session.secure { " with TLS" } else { "" }),
            sent: session.sent,
            waiting: session.received.len(),
        }));
    }
}

/// The service itself.
impl Cch {
    fn session(&self, number: usize) -> &Session {
        let [first, second] = &self.sessions;
        if number == 0 { first } else { second }
    }

    fn session_mut(&mut self, number: usize) -> &mut Session {
        let [first, second] = &mut self.sessions;
        if number == 0 { first } else { second }
    }

    /// The session a command names.
    fn named(call: &Call) -> Option<usize> {
        call.size(0).filter(|number| *number < SESSIONS && call.form == Form::Set)
    }

    fn reports(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let flag = |index: usize| call.number(index).filter(|flag| matches!(flag, 0 | 1)).map(|flag| flag == 1);
        match (call.form, flag(0), flag(1)) {
            (Form::Test, ..) => desk.test(call, "(0,1),(0,1)"),
            (Form::Query, ..) => {
                let text = format!("+CCHSET: {},{}", u8::from(self.tells_sent), u8::from(self.manual));
                desk.answer(call, text)
            }
            (Form::Set, Some(sent), manual) if manual.is_some() || call.count() == 1 => {
                self.tells_sent = sent;
                self.manual = manual.unwrap_or(self.manual);
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    /// Only sends and reads by command: its transparent mode is not simulated.
    fn mode(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => desk.answer(call, "+CCHMODE: 0"),
            (Form::Test, _) => desk.test(call, "(0)"),
            (Form::Set, Some(0)) => Done::Ok,
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn start(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.address.is_none() => {
                desk.code(Code::Ok);
                if desk.burst() {
                    return Done::Gone;
                }
                self.address = desk.services_up().then(|| desk.grant_address("")).flatten();
                let outcome = if self.address.is_some() { Outcome::Done } else { Outcome::Network };
                let wait = desk.profile().times.context_ms;
                desk.after(wait, move |desk| desk.urc(format!("+CCHSTART: {}", outcome as u8)));
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn stop(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.address.is_some() => {
                desk.code(Code::Ok);
                for number in 0..SESSIONS {
                    self.forget(desk, number);
                }
                self.address = None;
                desk.after(desk.profile().times.close_ms, |desk| desk.urc("+CCHSTOP: 0"));
                Done::Silent
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn address(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (&self.address, call.form) {
            (_, Form::Test) => Done::Ok,
            (Some(address), Form::Execute) => desk.answer(call, format!("+CCHADDR: {address}")),
            _ => Done::Fail(Failure::Plain),
        }
    }

    /// `AT+CCHSSLCFG=<session>,<context>`.
    fn choose(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0,1),(0-9)"),
            Form::Query => {
                let shown = |number: usize| self.session(number).context.map_or(String::new(), |at| at.to_string());
                let text = format!("+CCHSSLCFG: 0,{}\r\n+CCHSSLCFG: 1,{}", shown(0), shown(1));
                return desk.answer(call, text);
            }
            _ => {}
        }
        match (Self::named(call), call.size(1)) {
            (Some(number), Some(context @ 0..=9)) => {
                self.session_mut(number).context = Some(context);
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }
}

/// Its connections.
impl Cch {
    /// `AT+CCHOPEN=<session>,"<host>",<port>[,<1: TCP, 2: TLS>]`.
    fn open(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0,1),\"ADDRESS\",(1-65535)[,(1-2)[,(1-65535)]]"),
            Form::Query => {
                let rows: Vec<_> =
                    self.sessions.iter().enumerate().map(|(number, session)| row(number, session)).collect();
                return desk.answer(call, rows.join("\r\n"));
            }
            _ => {}
        }
        let (host, kind) = (call.string(1), call.within(3, 2_u8, 1..=2));
        let (Some(number), Some(port), Some(kind)) = (Self::named(call), call.port(2), kind) else {
            return Done::Fail(Failure::Plain);
        };
        if host.is_empty() || host.len() > 255 || self.address.is_none() {
            return Done::Fail(Failure::Plain);
        }
        if self.session(number).state != State::Closed {
            return Self::refused(desk, "+CCHOPEN", number, Outcome::State);
        }
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        let secure = kind == 2;
        let context = self.session(number).context;
        let mut session =
            Session { state: State::Opening, secure, host: host.clone(), port, context, ..Session::default() };
        let used = context.unwrap_or(0);
        let trouble = match () {
            () if secure && desk.security.lacks_certificates(used) => Some(Outcome::NoCertificates),
            () if desk.has(Fault::Refuse) => Some(Outcome::NotConnected),
            () => None,
        };
        session.timer = Some(if let Some(outcome) = trouble {
            let wait = desk.profile().times.refused_ms;
            desk.later(wait, move |cch: &mut Self, desk| cch.not_opened(desk, number, outcome))
        } else {
            let secure = secure.then(|| desk.secure(used));
            session.socket = Some(desk.connect::<Self>(Target { host, port, secure, ..Target::default() }));
            let limit = desk.now() + CONNECT_LIMIT;
            desk.at(limit, move |cch: &mut Self, desk| cch.not_opened(desk, number, Outcome::Timeout))
        });
        *self.session_mut(number) = session;
        Done::Silent
    }

    fn opened(&mut self, desk: &mut Desk, number: usize) {
        let session = self.session_mut(number);
        desk.cancel(session.timer.take());
        session.state = State::Open;
        desk.urc(format!("+CCHOPEN: {number},0"));
        if desk.has(Fault::PeerClose) {
            desk.later([1500, 3000], move |cch: &mut Self, _| {
                let session = cch.session_mut(number);
                session.ended |= session.state == State::Open;
            });
        }
    }

    fn not_opened(&mut self, desk: &mut Desk, number: usize, outcome: Outcome) {
        self.forget(desk, number);
        desk.urc(format!("+CCHOPEN: {number},{}", outcome as u8));
    }

    /// Closes it, whatever it is doing.
    fn forget(&mut self, desk: &mut Desk, number: usize) {
        let session = self.session_mut(number);
        desk.cancel(session.timer.take());
        desk.close(session.socket.take());
        *session = Session { context: session.context, ..Session::default() };
    }

    fn refused(desk: &mut Desk, line: &str, number: usize, outcome: Outcome) -> Done {
        desk.info(format!("{line}: {number},{}", outcome as u8));
        Done::Fail(Failure::Plain)
    }

    fn close(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0,1)");
        }
        let Some(number) = Self::named(call) else { return Done::Fail(Failure::Plain) };
        if self.session(number).state == State::Closed {
            return Self::refused(desk, "+CCHCLOSE", number, Outcome::State);
        }
        self.forget(desk, number);
        desk.code(Code::Ok);
        desk.after(desk.profile().times.close_ms, move |desk| desk.urc(format!("+CCHCLOSE: {number},0")));
        Done::Silent
    }

    /// The far end has closed, and the host has what it sent (or knows that it is there).
    fn say_closed(&mut self, desk: &mut Desk, number: usize) {
        let manual = self.manual;
        let session = self.session_mut(number);
        if desk.is_busy() || session.state != State::Open || !session.ended || !(manual || session.received.is_empty())
        {
            return;
        }
        // What came may still be read.
        let received = std::mem::take(&mut session.received);
        self.forget(desk, number);
        self.session_mut(number).received = received;
        desk.urc(format!("+CCH_PEER_CLOSED: {number}"));
    }
}

/// A line of `AT+CCHOPEN?`.
fn row(number: usize, session: &Session) -> String {
    if session.state != State::Open {
        return format!("+CCHOPEN: {number},\"\",,,");
    }
    format!("+CCHOPEN: {number},\"{}\",{},{},", session.host, session.port, if session.secure { 2 } else { 1 })
}
