//! `CIPSTART` and `CIPCLOSE`: real connections, opened with a GPRS network's patience.

use core::net::SocketAddr;
use std::time::Duration;

use super::{Context, Ip, LINKS, Link, LinkState};
use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::profile::Range;
use crate::simulator::reply::{Code, Done, Failure, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CIPSTART", Ip::cipstart), ("+CIPCLOSE", Ip::cipclose)];

/// `CONNECT FAIL` at the latest (manual §8.2.2).
const CONNECT_LIMIT: Duration = Duration::from_secs(75);

impl Ip {
    fn cipstart(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test if Self::mux(desk) => {
                desk.info("+CIPSTART: (0-5),(\"TCP\",\"UDP\"),(IP address range),(port range)");
                desk.info("+CIPSTART: (0-5),(\"TCP\",\"UDP\"),(domain name),(port range)");
                Done::Ok
            }
            Form::Test => {
                desk.info("+CIPSTART: (\"TCP\",\"UDP\"),(IP address range),(port range)");
                desk.info("+CIPSTART: (\"TCP\",\"UDP\"),(domain name),(port range)");
                Done::Ok
            }
            Form::Set => self.start_link(desk, call),
            _ => NOT_ALLOWED,
        }
    }

    fn start_link(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let first = usize::from(Self::mux(desk));
        let number = if Self::mux(desk) { call.number(0) } else { Some(0) };
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()).filter(|number| *number < LINKS)
        else {
            return NOT_ALLOWED;
        };
        let kind = call.quoted(first).map(<[u8]>::to_ascii_uppercase);
        let udp = match kind.as_deref() {
            Some(b"TCP") => false,
            Some(b"UDP") => true,
            _ => return NOT_ALLOWED,
        };
        let host = call.string(first + 1);
        let port = call.port(first + 2);
        let (false, Some(port)) = (host.is_empty() || host.len() > 255 || call.count() > first + 3, port) else {
            return NOT_ALLOWED;
        };
        let Some(link) = self.link(number) else { return NOT_ALLOWED };
        if matches!(link.state, LinkState::Connecting | LinkState::Connected | LinkState::Closing) {
            desk.failure(Failure::Cme(3));
            Self::link_line(desk, number, "ALREADY CONNECT");
            return Done::Ended;
        }
        if !self.may_start(desk) {
            return NOT_ALLOWED;
        }
        if let Some(slot) = self.links.get_mut(number) {
            *slot = Link { state: LinkState::Connecting, udp, host, port, ..Link::default() };
        }
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        self.connect_when_possible(desk, number, 0);
        Done::Silent
    }

    /// The states from which the manual lets a connection start.
    fn may_start(&self, desk: &Desk) -> bool {
        match self.context {
            Context::Initial => !Self::mux(desk),
            Context::Status => true,
            Context::GprsAct => !desk.profile().sockets.cifsr_needed,
            _ => false,
        }
    }

    /// In single mode from IP INITIAL the context comes up by itself, as soon as there is a network.
    fn connect_when_possible(&mut self, desk: &mut Desk, number: usize, tries: u32) {
        let again = move |ip: &mut Self, desk: &mut Desk| ip.connect_when_possible(desk, number, tries + 1);
        if self.context == Context::Initial {
            // 160 s of the manual, in steps of a quarter of a second.
            let patience = tries < 640 && desk.card_ready().is_ok_and(|()| !desk.radio.registered());
            if patience || (tries < 640 && desk.card_state() == Some("READY") && !desk.card.is_read()) {
                self.connect_later(desk, number, [250, 250], again);
                return;
            }
            if !self.activate(desk) {
                self.context = Context::Deactivated;
                desk.info("+PDP: DEACT");
                self.connect_failed(desk, number);
                return;
            }
            self.context = Context::Status;
            self.connect_later(desk, number, desk.profile().times.context_ms, again);
            return;
        }
        self.open_link(desk, number);
    }

    /// Goes on with a connection later, unless it is closed until then.
    fn connect_later(
        &mut self,
        desk: &mut Desk,
        number: usize,
        range: Range,
        then: impl FnOnce(&mut Self, &mut Desk) + Send + 'static,
    ) {
        let timer = desk.later(range, then);
        if let Some(link) = self.links.get_mut(number) {
            link.connecting = Some(timer);
        }
    }

    fn open_link(&mut self, desk: &mut Desk, number: usize) {
        if desk.has(Fault::Refuse) {
            let refused = desk.profile().times.refused_ms;
            self.connect_later(desk, number, refused, move |ip, desk| ip.connect_failed(desk, number));
            return;
        }
        let Some(link) = self.link(number).filter(|link| link.state == LinkState::Connecting) else { return };
        let (udp, host, port) = (link.udp, link.host.clone(), link.port);
        let local = self.own_port(number, udp);
        let anybody = udp && self.extended(number);
        let secure = (!udp && desk.value("+CIPSSL") == 1).then(|| desk.secure(0));
        let id = desk.connect::<Self>(Target { host, port, udp, local, anybody, secure });
        let limit = desk.now() + CONNECT_LIMIT;
        let timer = desk.at(limit, move |ip: &mut Self, desk| ip.connect_failed(desk, number));
        if let Some(link) = self.links.get_mut(number) {
            (link.socket, link.connecting) = (Some(id), Some(timer));
        }
    }

    /// The connection stands.
    pub(super) fn connected(&mut self, desk: &mut Desk, number: usize, peer: SocketAddr) {
        let Some(link) = self.links.get_mut(number) else { return };
        link.peer = Some(peer);
        desk.cancel(link.connecting.take());
        link.state = LinkState::Connected;
        if Self::transparent_wanted(desk) {
            self.go_transparent(desk);
        } else {
            Self::link_line(desk, number, "CONNECT OK");
        }
        if desk.has(Fault::PeerClose) {
            desk.later([1500, 3000], Self::peers_close);
        }
    }

    /// TLS could not be agreed on: the module says that it closed the connection.
    pub(super) fn handshake_failed(&mut self, desk: &mut Desk, number: usize) {
        self.drop_socket(desk, number);
        if let Some(link) = self.links.get_mut(number) {
            link.state = LinkState::Closed;
        }
        self.retry = true;
        Self::link_line(desk, number, "CLOSE OK");
    }

    /// No connection: `STATE:` tells how far it came.
    pub(super) fn connect_failed(&mut self, desk: &mut Desk, number: usize) {
        self.drop_socket(desk, number);
        let Some(link) = self.links.get_mut(number).filter(|link| link.state == LinkState::Connecting) else {
            return;
        };
        let retry = std::mem::replace(&mut self.retry, true);
        link.state = if retry && !link.udp { LinkState::Closed } else { LinkState::Initial };
        if !Self::mux(desk) {
            desk.info(format!("STATE: {}", self.state_name(desk)));
        }
        let after = if desk.profile().sockets.failed_is_closed { LinkState::Closed } else { LinkState::Initial };
        if let Some(link) = self.links.get_mut(number) {
            link.state = after;
        }
        Self::link_line(desk, number, "CONNECT FAIL");
    }

    fn cipclose(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let number = match (call.form, Self::mux(desk)) {
            (Form::Test, _) => return desk.test(call, if Self::mux(desk) { "(0-5),(0,1)" } else { "(0,1)" }),
            (Form::Execute, false) => Some(0),
            (Form::Set, false) if matches!(call.number(0), Some(0 | 1)) => Some(0),
            (Form::Set, true) => call.number(0).and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        let link = number.and_then(|number| self.links.get_mut(number));
        let (Some(number), Some(link)) = (number, link) else { return NOT_ALLOWED };
        if !matches!(link.state, LinkState::Connected | LinkState::Connecting) {
            return NOT_ALLOWED;
        }
        link.state = LinkState::Closing;
        self.drop_socket(desk, number);
        Done::later(desk.delay(desk.profile().times.close_ms), move |ip: &mut Self, desk| ip.link_closed(desk, number))
    }

    fn link_closed(&mut self, desk: &mut Desk, number: usize) -> Done {
        if let Some(link) = self.links.get_mut(number) {
            link.state = LinkState::Closed;
            link.received.clear();
            self.retry = true;
        }
        Self::link_line(desk, number, "CLOSE OK");
        Done::Silent
    }

    /// The peer closed: said when all it sent is shown.
    pub(super) fn peer_closed(&mut self, desk: &mut Desk, number: usize) {
        let Some(link) = self.links.get_mut(number) else { return };
        if link.state == LinkState::Connecting && link.peer.is_none() {
            self.connect_failed(desk, number);
            return;
        }
        link.ended = true;
        self.sends_broken(desk);
        self.deliver(desk);
    }

    /// The fault `peer-close`.
    pub(super) fn peers_close(&mut self, desk: &mut Desk) {
        for number in 0..LINKS {
            if self.link(number).is_some_and(|link| link.state == LinkState::Connected) {
                self.peer_closed(desk, number);
            }
        }
    }
}
