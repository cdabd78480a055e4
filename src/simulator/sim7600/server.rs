//! `SERVERSTART`: up to four listening ports, and whoever comes gets the first free link.

use core::net::SocketAddr;

use super::net::{Link, Net, Outcome, State, refused};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, Failure};
use crate::simulator::{SocketEvent, SocketId};

pub(super) const COMMANDS: &[Command<Net>] = &[("+SERVERSTART", Net::server_start), ("+SERVERSTOP", Net::server_stop)];

/// How many there may be.
const SERVERS: usize = 4;

/// A listening port.
#[derive(Clone, Copy, Debug)]
struct Server {
    id: SocketId,
    port: u16,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Servers([Option<Server>; SERVERS]);

impl Servers {
    /// Which of them a socket is.
    pub(super) fn of(&self, id: SocketId) -> Option<usize> {
        self.0.iter().position(|server| server.is_some_and(|server| server.id == id))
    }
}

impl Net {
    /// `AT+SERVERSTART=<port>,<server>[,<backlog>]`.
    fn server_start(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0-65535),(0-3),(1-3)"),
            Form::Query => {
                let running = self.servers.0.iter().enumerate().filter_map(|(index, server)| Some((index, (*server)?)));
                let rows: Vec<_> =
                    running.map(|(index, server)| format!("+SERVERSTART: {index},{}", server.port)).collect();
                if !rows.is_empty() {
                    desk.info(rows.join("\r\n"));
                }
                return Done::Ok;
            }
            Form::Set => {}
            _ => return Done::Fail(Failure::Plain),
        }
        let index = call.size(1).filter(|index| *index < SERVERS);
        let (Some(port), Some(index)) = (call.port(0), index) else { return Done::Fail(Failure::Plain) };
        if !self.is_open() {
            return refused(desk, &format!("+CIPERROR: {}", Outcome::NotOpened as u8));
        }
        let taken = self.servers.0.iter().flatten().any(|server| server.port == port);
        match self.servers.0.get_mut(index) {
            Some(slot @ None) if !taken => {
                *slot = Some(Server { id: desk.listen::<Self>(port), port });
                Done::Waiting(super::net::ANSWER_LIMIT)
            }
            _ => refused(desk, &format!("+CIPERROR: {}", Outcome::NotSupported as u8)),
        }
    }

    /// `AT+SERVERSTOP=<server>`: the connections that came in stay.
    fn server_stop(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0-3)");
        }
        let index = call.size(0).filter(|_| call.form == Form::Set);
        let Some(server) = index.and_then(|index| self.servers.0.get_mut(index)).and_then(Option::take) else {
            return Done::Fail(Failure::Plain);
        };
        desk.close(Some(server.id));
        let index = index.unwrap_or_default();
        desk.info(format!("+SERVERSTOP: {index},0"));
        Done::Ok
    }

    pub(super) fn close_servers(&mut self, desk: &mut Desk) {
        for server in std::mem::take(&mut self.servers).0.into_iter().flatten() {
            desk.close(Some(server.id));
        }
    }

    /// News of a listening port.
    pub(super) fn server_event(&mut self, desk: &mut Desk, index: usize, event: &SocketEvent<'_>) {
        match event {
            SocketEvent::Listening => desk.finish(Done::Ok),
            SocketEvent::Failed => {
                if let Some(server) = self.servers.0.get_mut(index).and_then(Option::take) {
                    desk.close(Some(server.id));
                }
                // Somebody else on this machine has the port.
                let done = refused(desk, &format!("+CIPERROR: {}", Outcome::Failed as u8));
                desk.finish(done);
            }
            SocketEvent::Incoming { peer } => self.visitor(desk, index, *peer),
            _ => {}
        }
    }

    fn visitor(&mut self, desk: &mut Desk, index: usize, peer: SocketAddr) {
        let Some(listener) = self.servers.0.get(index).copied().flatten().map(|server| server.id) else { return };
        let links = if self.is_transparent() { 1 } else { super::net::LINKS };
        let free = (0..links).find(|number| self.link(*number).is_some_and(|link| link.state == State::Closed));
        let Some(number) = free else { return desk.refuse(listener) };
        let link = Link {
            state: State::Open,
            socket: Some(desk.accept::<Self>(listener)),
            host: peer.ip().to_string(),
            port: peer.port(),
            peer: Some(peer),
            ..Link::default()
        };
        self.put(number, link);
        desk.urc(format!("+CLIENT: {number},{index},{peer}"));
        if self.is_transparent() {
            self.enter_data(desk);
        }
    }
}
