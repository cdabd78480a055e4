//! `CIPSTART` and `CIPCLOSE`: real connections, opened with a GPRS network's patience.

use core::net::SocketAddr;
use std::time::Duration;

use super::super::commands::Command;
use super::super::faults::Fault;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, Failure, NOT_ALLOWED};
use super::super::timers::Timer;
use super::super::{Modem, Output};
use super::{Context, LINKS, Link, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[("+CIPSTART", Modem::cipstart), ("+CIPCLOSE", Modem::cipclose)];

/// `CONNECT FAIL` at the latest (manual §8.2.2).
const CONNECT_LIMIT: Duration = Duration::from_secs(75);

impl Modem {
    fn cipstart(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test if self.mux() => {
                self.info("+CIPSTART: (0-5),(\"TCP\",\"UDP\"),(IP address range),(port range)");
                self.info("+CIPSTART: (0-5),(\"TCP\",\"UDP\"),(domain name),(port range)");
                Done::Ok
            }
            Form::Test => {
                self.info("+CIPSTART: (\"TCP\",\"UDP\"),(IP address range),(port range)");
                self.info("+CIPSTART: (\"TCP\",\"UDP\"),(domain name),(port range)");
                Done::Ok
            }
            Form::Set => self.start_link(call),
            _ => NOT_ALLOWED,
        }
    }

    fn start_link(&mut self, call: &Call) -> Done {
        let first = usize::from(self.mux());
        let number = if self.mux() { call.number(0) } else { Some(0) };
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
        let port = call.number(first + 2).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
        let (false, Some(port)) = (host.is_empty() || host.len() > 255 || call.count() > first + 3, port) else {
            return NOT_ALLOWED;
        };
        let Some(link) = self.link(number) else { return NOT_ALLOWED };
        if matches!(link.state, LinkState::Connecting | LinkState::Connected | LinkState::Closing) {
            self.failure(Failure::Cme(3));
            self.link_line(number, "ALREADY CONNECT");
            return Done::Ended;
        }
        if !self.may_start() {
            return NOT_ALLOWED;
        }
        if let Some(slot) = self.ip.links.get_mut(number) {
            *slot = Link { state: LinkState::Connecting, udp, host, port, ..Link::default() };
        }
        self.code(Code::Ok);
        if self.burst() {
            return Done::Gone;
        }
        self.connect_when_possible(number, 0);
        Done::Silent
    }

    /// The states from which the manual lets a connection start.
    fn may_start(&self) -> bool {
        match self.ip.context {
            Context::Initial => !self.mux(),
            Context::Status => true,
            Context::GprsAct => !self.profile.cifsr_needed,
            _ => false,
        }
    }

    /// In single mode from IP INITIAL the context comes up by itself, as soon as there is a network.
    fn connect_when_possible(&mut self, number: usize, tries: u32) {
        let argument = u32::try_from(number).unwrap_or(0) | (tries << 8);
        let again = |modem: &mut Self, argument: u32| {
            modem.connect_when_possible((argument & 0xFF) as usize, (argument >> 8) + 1);
        };
        if self.ip.context == Context::Initial {
            // 160 s of the manual, in steps of a quarter of a second.
            let patience = tries < 640 && self.card_ready().is_ok_and(|()| !self.network.registered());
            if patience || (tries < 640 && self.card_state() == Some("READY") && !self.card.read) {
                let at = self.now + self.delay([250, 250]);
                self.timers.add(at, Timer::Background(again, argument));
                return;
            }
            if !self.activate() {
                self.ip.context = Context::Deactivated;
                self.info("+PDP: DEACT");
                self.connect_failed(number);
                return;
            }
            self.ip.context = Context::Status;
            let at = self.now + self.delay(self.profile.context_ms);
            self.timers.add(at, Timer::Background(again, argument));
            return;
        }
        self.open_link(number);
    }

    fn open_link(&mut self, number: usize) {
        if self.has(Fault::Refuse) {
            let at = self.now + self.delay(self.profile.connect_ms);
            let fail = |modem: &mut Self, number: u32| modem.connect_failed(number as usize);
            self.timers.add(at, Timer::Background(fail, u32::try_from(number).unwrap_or(0)));
            return;
        }
        let id = self.new_socket();
        let limit = self.now + CONNECT_LIMIT;
        let fail = |modem: &mut Self, number: u32| modem.connect_failed(number as usize);
        let timer = self.timers.add(limit, Timer::Background(fail, u32::try_from(number).unwrap_or(0)));
        let Some(link) = self.ip.links.get_mut(number).filter(|link| link.state == LinkState::Connecting) else {
            self.timers.cancel(timer);
            return;
        };
        link.socket = Some(id);
        link.connecting = Some(timer);
        let (udp, host, port) = (link.udp, link.host.clone(), link.port);
        let local = self.ip.own_port(number, udp);
        let anybody = udp && self.ip.extended(number);
        self.out.push_back(Output::Open { id, udp, host, port, local, anybody });
    }

    /// The real connection stands; the modem says so when GPRS would have let it know.
    pub(super) fn connected(&mut self, number: usize, peer: SocketAddr) {
        let at = self.now + self.delay(self.profile.connect_ms);
        let Some(link) = self.ip.links.get_mut(number) else { return };
        link.peer = Some(peer);
        if let Some(timer) = link.connecting.take() {
            self.timers.cancel(timer);
        }
        let say = |modem: &mut Self, number: u32| modem.say_connected(number as usize);
        let timer = self.timers.add(at, Timer::Background(say, u32::try_from(number).unwrap_or(0)));
        if let Some(link) = self.ip.links.get_mut(number) {
            link.connecting = Some(timer);
        }
    }

    fn say_connected(&mut self, number: usize) {
        let Some(link) = self.ip.links.get_mut(number) else { return };
        link.connecting = None;
        link.state = LinkState::Connected;
        if self.transparent_wanted() {
            self.go_transparent();
        } else {
            self.link_line(number, "CONNECT OK");
        }
        if self.has(Fault::PeerClose) {
            self.later([1500, 3000], |modem, _| modem.peers_close());
        }
        self.deliver();
    }

    /// No connection: `STATE:` tells how far it came.
    pub(super) fn connect_failed(&mut self, number: usize) {
        self.drop_socket(number);
        let Some(link) = self.ip.links.get_mut(number).filter(|link| link.state == LinkState::Connecting) else {
            return;
        };
        let retry = std::mem::replace(&mut self.ip.retry, true);
        link.state = if retry && !link.udp { LinkState::Closed } else { LinkState::Initial };
        if !self.mux() {
            self.info(format!("STATE: {}", self.state_name()));
        }
        let after = if self.profile.failed_is_closed { LinkState::Closed } else { LinkState::Initial };
        if let Some(link) = self.ip.links.get_mut(number) {
            link.state = after;
        }
        self.link_line(number, "CONNECT FAIL");
    }

    fn cipclose(&mut self, call: &Call) -> Done {
        let number = match (call.form, self.mux()) {
            (Form::Test, _) => return self.test(call, if self.mux() { "(0-5),(0,1)" } else { "(0,1)" }),
            (Form::Execute, false) => Some(0),
            (Form::Set, false) if matches!(call.number(0), Some(0 | 1)) => Some(0),
            (Form::Set, true) => call.number(0).and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        let link = number.and_then(|number| self.ip.links.get_mut(number));
        let (Some(number), Some(link)) = (number, link) else { return NOT_ALLOWED };
        if !matches!(link.state, LinkState::Connected | LinkState::Connecting) {
            return NOT_ALLOWED;
        }
        link.state = LinkState::Closing;
        self.drop_socket(number);
        let number = u32::try_from(number).unwrap_or(0);
        Done::Later(self.delay(self.profile.close_ms), Self::link_closed, number)
    }

    fn link_closed(&mut self, number: u32) -> Done {
        let number = number as usize;
        if let Some(link) = self.ip.links.get_mut(number) {
            link.state = LinkState::Closed;
            link.received.clear();
            self.ip.retry = true;
        }
        self.link_line(number, "CLOSE OK");
        Done::Silent
    }

    /// The peer closed: said when all it sent is shown.
    pub(super) fn peer_closed(&mut self, number: usize) {
        let Some(link) = self.ip.links.get_mut(number) else { return };
        if link.state == LinkState::Connecting && link.peer.is_none() {
            self.connect_failed(number);
            return;
        }
        link.ended = true;
        self.sends_broken();
        self.deliver();
    }

    /// The fault `peer-close`.
    pub(in super::super) fn peers_close(&mut self) {
        for number in 0..LINKS {
            if self.link(number).is_some_and(|link| link.state == LinkState::Connected) {
                self.peer_closed(number);
            }
        }
    }
}
