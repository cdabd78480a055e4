//! `CIPSERVER`: the module listens, and whoever comes gets the first free link.

use core::net::SocketAddr;

use super::{Context, Ip, Link, LinkState};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::{SocketEvent, SocketId};

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CIPSERVER", Ip::cipserver)];

#[derive(Debug)]
pub(super) struct Server {
    pub(super) id: SocketId,
    pub(super) port: u16,
    pub(super) listening: bool,
}

impl Ip {
    fn cipserver(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0-CLOSE SERVER,1-OPEN SERVER),(1-65535)"),
            (Form::Query, _) => {
                let text = self.server.as_ref().map_or("+CIPSERVER: 0".into(), |server| {
                    format!("+CIPSERVER: 1,{},{},0", server.port, if Self::mux(desk) { 5 } else { 1 })
                });
                desk.answer(call, text)
            }
            (Form::Set, Some(1)) => {
                let port = call.port(1);
                let ready = self.server.is_none() && self.context == Context::Status;
                let Some(port) = port.filter(|_| ready) else { return NOT_ALLOWED };
                let id = desk.listen::<Self>(port);
                self.server = Some(Server { id, port, listening: false });
                desk.code(Code::Ok);
                Done::Silent
            }
            (Form::Set, Some(0)) if self.server.is_some() => {
                self.close_server(desk);
                desk.code(Code::Ok);
                desk.info("SERVER CLOSE");
                Done::Silent
            }
            _ => NOT_ALLOWED,
        }
    }

    pub(super) fn close_server(&mut self, desk: &mut Desk) {
        if let Some(server) = self.server.take() {
            desk.close(Some(server.id));
        }
    }

    /// News of the listening socket.
    pub(super) fn server_event(&mut self, desk: &mut Desk, event: &SocketEvent<'_>) {
        match event {
            SocketEvent::Listening => {
                if let Some(server) = &mut self.server {
                    server.listening = true;
                }
                desk.info("SERVER OK");
            }
            SocketEvent::Failed | SocketEvent::Closed => {
                self.server = None;
                desk.info("SERVER CLOSE");
            }
            SocketEvent::Incoming { peer } => self.visitor(desk, *peer),
            _ => {}
        }
    }

    fn visitor(&mut self, desk: &mut Desk, peer: SocketAddr) {
        let Some(listener) = self.server.as_ref().map(|server| server.id) else { return };
        let links = if Self::mux(desk) { super::LINKS } else { 1 };
        let free =
            self.links.iter().take(links).position(|link| link.socket.is_none() && link.state != LinkState::Closing);
        let Some((number, link)) = free.and_then(|number| Some((number, self.links.get_mut(number)?))) else {
            desk.refuse(listener);
            return;
        };
        let id = desk.accept::<Self>(listener);
        *link = Link {
            state: LinkState::Connected,
            socket: Some(id),
            host: peer.ip().to_string(),
            port: peer.port(),
            peer: Some(peer),
            ..Link::default()
        };
        Self::link_line(desk, number, &format!("REMOTE IP: {}", peer.ip()));
    }
}
