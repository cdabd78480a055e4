//! `CIPOPEN` and `CIPCLOSE` of the SIM7600: ten links on an open network.

use core::net::SocketAddr;
use std::time::Duration;

use super::net::{ANSWER_LIMIT, LINKS, Link, Net, Outcome, State, refused};
use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, Failure};

pub(super) const COMMANDS: &[Command<Net>] = &[("+CIPOPEN", Net::open), ("+CIPCLOSE", Net::close)];

/// `+CIPOPEN: n,10` at the latest.
const CONNECT_LIMIT: Duration = Duration::from_mins(2);

/// What `AT+CIPOPEN` asks for.
struct Wanted {
    udp: bool,
    host: String,
    port: u16,
    local: u16,
}

impl Wanted {
    /// `<link>,"TCP"|"UDP","<host>",<port>[,<local port>]`; a UDP link without a host is for anybody, where that may be.
    fn of(call: &Call, may_be_for_anybody: bool) -> Option<Self> {
        let udp = match call.quoted(1)?.to_ascii_uppercase().as_slice() {
            b"TCP" => false,
            b"UDP" => true,
            _ => return None,
        };
        let (host, local) = (call.string(2), call.port(4).unwrap_or(0));
        let port = if host.is_empty() && udp && may_be_for_anybody { local } else { call.port(3)? };
        let named = !host.is_empty() || (udp && may_be_for_anybody);
        (named && host.len() <= 255).then_some(Self { udp, host, port, local })
    }
}

impl Net {
    fn open(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "(0-9),(\"TCP\",\"UDP\")"),
            Form::Query => {
                let rows: Vec<_> = self.links.iter().enumerate().map(|(number, link)| row(number, link)).collect();
                desk.answer(call, rows.join("\r\n"))
            }
            Form::Set => match Self::named(call, 0) {
                Some(number) => self.open_link(desk, call, number),
                None => Done::Fail(Failure::Plain),
            },
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn open_link(&mut self, desk: &mut Desk, call: &Call, number: usize) -> Done {
        let transparent = self.is_transparent();
        let taken = self.link(number).is_some_and(|link| link.state != State::Closed);
        let wanted = Wanted::of(call, !transparent);
        let refusal = if !self.is_open() {
            Some(Outcome::NotOpened)
        } else if taken || (transparent && number != 0) {
            Some(Outcome::NotSupported)
        } else {
            None
        };
        let wanted = match (refusal, wanted) {
            (None, Some(wanted)) => wanted,
            (refusal, _) => {
                let outcome = refusal.unwrap_or(Outcome::WrongParameter);
                return refused(desk, &format!("+CIPOPEN: {number},{}", outcome as u8));
            }
        };
        let Wanted { udp, host, port, local } = wanted;
        if host.is_empty() {
            // Each send says where it goes. Datagrams are heard when the first has gone out.
            self.put(number, Link { state: State::Open, udp, port, ..Link::default() });
            desk.info(format!("+CIPOPEN: {number},0"));
            return Done::Ok;
        }
        if !transparent {
            desk.code(Code::Ok);
        }
        if desk.burst() {
            return Done::Gone;
        }
        let mut link = Link { state: State::Opening, udp, host: host.clone(), port, ..Link::default() };
        if desk.has(Fault::Refuse) {
            let wait = desk.profile().times.refused_ms;
            link.timer =
                Some(desk.later(wait, move |net: &mut Self, desk| net.not_opened(desk, number, Outcome::Failed)));
        } else {
            link.socket = Some(desk.connect::<Self>(Target { host, port, udp, local, ..Target::default() }));
            let limit = desk.now() + CONNECT_LIMIT;
            link.timer =
                Some(desk.at(limit, move |net: &mut Self, desk| net.not_opened(desk, number, Outcome::Timeout)));
        }
        self.put(number, link);
        // A transparent link says nothing before `CONNECT`.
        if transparent { Done::Waiting(ANSWER_LIMIT) } else { Done::Silent }
    }

    pub(super) fn put(&mut self, number: usize, link: Link) {
        if let Some(slot) = self.links.get_mut(number) {
            *slot = link;
        }
    }

    pub(super) fn connected(&mut self, desk: &mut Desk, number: usize, peer: SocketAddr) {
        let Some(link) = self.links.get_mut(number) else { return };
        desk.cancel(link.timer.take());
        link.peer = Some(peer);
        if std::mem::replace(&mut link.state, State::Open) == State::Opening {
            if self.is_transparent() {
                self.enter_data(desk);
                desk.finish(Done::Ended);
            } else {
                desk.urc(format!("+CIPOPEN: {number},0"));
            }
            if desk.has(Fault::PeerClose) {
                desk.later([1500, 3000], Self::peers_close);
            }
        }
        self.send_waiting(desk, number);
    }

    pub(super) fn not_opened(&mut self, desk: &mut Desk, number: usize, outcome: Outcome) {
        let opening = self.link(number).is_some_and(|link| link.state == State::Opening);
        self.forget(desk, number);
        if opening && self.is_transparent() {
            desk.info("CONNECT FAIL");
            desk.finish(Done::Ended);
        } else if opening {
            desk.urc(format!("+CIPOPEN: {number},{}", outcome as u8));
        } else {
            self.send_broken(desk);
        }
    }

    fn close(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Query {
            let states: Vec<_> =
                self.links.iter().map(|link| u8::from(link.state == State::Open).to_string()).collect();
            return desk.answer(call, format!("+CIPCLOSE: {}", states.join(",")));
        }
        if call.form == Form::Test {
            return desk.test(call, "(0-9)");
        }
        let Some(number) = Self::named(call, 0).filter(|_| call.form == Form::Set) else {
            return Done::Fail(Failure::Plain);
        };
        if self.link(number).is_none_or(|link| link.state == State::Closed) {
            return refused(desk, &format!("+CIPCLOSE: {number},{}", Outcome::NotSupported as u8));
        }
        self.forget(desk, number);
        self.send_broken(desk);
        if self.is_transparent() {
            desk.info("CLOSED");
        }
        desk.code(Code::Ok);
        desk.after(desk.profile().times.close_ms, move |desk| desk.urc(format!("+CIPCLOSE: {number},0")));
        Done::Silent
    }

    /// Closes a link, whatever it is doing.
    pub(super) fn forget(&mut self, desk: &mut Desk, number: usize) {
        if let Some(link) = self.links.get_mut(number) {
            desk.cancel(link.timer.take());
            desk.close(link.socket.take());
            *link = Link::default();
        }
    }

    pub(super) fn peer_closed(&mut self, desk: &mut Desk, number: usize) {
        if self.link(number).is_some_and(|link| link.state == State::Opening) {
            return self.not_opened(desk, number, Outcome::Failed);
        }
        if let Some(link) = self.links.get_mut(number) {
            link.ended = true;
        }
        self.send_broken(desk);
    }

    /// The fault `peer-close`.
    pub(super) fn peers_close(&mut self, desk: &mut Desk) {
        for number in 0..LINKS {
            if self.link(number).is_some_and(|link| link.state == State::Open && link.socket.is_some()) {
                self.peer_closed(desk, number);
            }
        }
    }

    /// `+IPCLOSE`, when the peer closed and all it sent is shown.
    pub(super) fn say_closed(&mut self, desk: &mut Desk, number: usize, manual: bool) {
        let Some(link) = self.links.get_mut(number) else { return };
        if desk.is_busy() || !link.ended || !(manual || link.received.is_empty()) {
            return;
        }
        desk.close(link.socket.take());
        // What came may still be read.
        let received = std::mem::take(&mut link.received);
        *link = Link { received, ..Link::default() };
        // 1: closed by the far end.
        desk.urc(format!("+IPCLOSE: {number},1"));
    }
}

/// A line of `AT+CIPOPEN?`.
fn row(number: usize, link: &Link) -> String {
    if link.state != State::Open {
        return format!("+CIPOPEN: {number}");
    }
    let kind = if link.udp { "UDP" } else { "TCP" };
    let host = link.peer.map_or_else(|| link.host.clone(), |peer| peer.ip().to_string());
    format!("+CIPOPEN: {number},\"{kind}\",\"{host}\",{},-1", link.port)
}
