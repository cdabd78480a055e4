//! `CIPSERVER`: the module listens, and whoever comes gets the first free link.

use core::net::SocketAddr;

use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, NOT_ALLOWED};
use super::super::{Modem, Output, SocketEvent, SocketId};
use super::{Context, Link, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[("+CIPSERVER", Modem::cipserver)];

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) id: SocketId,
    pub(super) port: u16,
    pub(super) listening: bool,
}

impl Modem {
    fn cipserver(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => self.test(call, "(0-CLOSE SERVER,1-OPEN SERVER),(1-65535)"),
            (Form::Read, _) => {
                let text = self.ip.server.as_ref().map_or("+CIPSERVER: 0".into(), |server| {
                    format!("+CIPSERVER: 1,{},{},0", server.port, if self.mux() { 5 } else { 1 })
                });
                self.answer(call, text)
            }
            (Form::Set, Some(1)) => {
                let port = call.number(1).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
                let ready = self.ip.server.is_none() && self.ip.context == Context::Status;
                let Some(port) = port.filter(|_| ready) else { return NOT_ALLOWED };
                let id = self.new_socket();
                self.ip.server = Some(Server { id, port, listening: false });
                self.out.push_back(Output::Listen { id, port, everywhere: self.profile.listen_everywhere });
                self.code(Code::Ok);
                Done::Silent
            }
            (Form::Set, Some(0)) if self.ip.server.is_some() => {
                self.close_server();
                self.code(Code::Ok);
                self.info("SERVER CLOSE");
                Done::Silent
            }
            _ => NOT_ALLOWED,
        }
    }

    pub(super) fn close_server(&mut self) {
        if let Some(server) = self.ip.server.take() {
            self.out.push_back(Output::Close(server.id));
        }
    }

    /// News of the listening socket.
    pub(super) fn server_event(&mut self, event: &SocketEvent<'_>) {
        match event {
            SocketEvent::Listening => {
                if let Some(server) = &mut self.ip.server {
                    server.listening = true;
                }
                self.info("SERVER OK");
            }
            SocketEvent::Failed | SocketEvent::Closed => {
                self.ip.server = None;
                self.info("SERVER CLOSE");
            }
            SocketEvent::Incoming { peer } => self.visitor(*peer),
            _ => {}
        }
    }

    fn visitor(&mut self, peer: SocketAddr) {
        let Some(listener) = self.ip.server.as_ref().map(|server| server.id) else { return };
        let links = if self.mux() { super::LINKS } else { 1 };
        let free =
            self.ip.links.iter().take(links).position(|link| link.socket.is_none() && link.state != LinkState::Closing);
        let id = self.new_socket();
        let Some((number, link)) = free.and_then(|number| Some((number, self.ip.links.get_mut(number)?))) else {
            self.out.push_back(Output::Refuse { listener });
            return;
        };
        *link = Link {
            state: LinkState::Connected,
            socket: Some(id),
            host: peer.ip().to_string(),
            port: peer.port(),
            peer: Some(peer),
            ..Link::default()
        };
        self.out.push_back(Output::Accept { listener, id });
        self.link_line(number, &format!("REMOTE IP: {}", peer.ip()));
    }
}
