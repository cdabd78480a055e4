//! The desk's way to the network: sockets by their names, each of one part.

use super::Desk;
use crate::simulator::air::{Air, Flown, Pace};
use crate::simulator::part::Part;
use crate::simulator::profile::Tls;
use crate::simulator::{Echo, Output, SocketEvent, SocketId};
use std::any::TypeId;
use std::time::Duration;

impl Desk {
    /// A name for a new socket of a part.
    fn new_socket<P: Part>(&mut self, (named, secure): (bool, bool)) -> SocketId {
        self.next_socket += 1;
        let id = SocketId(self.next_socket);
        self.owners.insert(id, TypeId::of::<P>());
        self.air.asked(id, (named, secure), self.now);
        id
    }

    /// Opens a connection; a part hears what becomes of it.
    pub(in super::super) fn connect<P: Part>(&mut self, to: Target) -> SocketId {
        let named = to.host.parse::<core::net::IpAddr>().is_err();
        let id = self.new_socket::<P>((named, to.secure.is_some()));
        let Target { host, port, udp, local, anybody, secure } = to;
        self.out.push_back(Output::Open { id, udp, host, port, local, anybody, secure });
        id
    }

    /// Looks a name up.
    pub(in super::super) fn look_up<P: Part>(&mut self, host: String) -> SocketId {
        let id = self.new_socket::<P>((true, false));
        self.out.push_back(Output::Resolve { id, host });
        id
    }

    /// Asks for an echo.
    pub(in super::super) fn ping<P: Part>(&mut self, echo: Echo) -> SocketId {
        let id = self.new_socket::<P>((false, false));
        self.out.push_back(Output::Ping { id, echo });
        id
    }

    /// Listens for TCP connections.
    pub(in super::super) fn listen<P: Part>(&mut self, port: u16) -> SocketId {
        let everywhere = self.profile.listen_everywhere;
        let id = self.new_socket::<P>((false, false));
        self.out.push_back(Output::Listen { id, port, everywhere });
        id
    }

    /// Takes the connection that came in first.
    pub(in super::super) fn accept<P: Part>(&mut self, listener: SocketId) -> SocketId {
        let id = self.new_socket::<P>((false, false));
        self.out.push_back(Output::Accept { listener, id });
        id
    }

    /// Turns the connection away that came in first.
    pub(in super::super) fn refuse(&mut self, listener: SocketId) {
        self.out.push_back(Output::Refuse { listener });
    }

    /// Further datagrams of a connection for anybody go there.
    pub(in super::super) fn aim(&mut self, id: SocketId, host: String, port: u16) {
        self.out.push_back(Output::Aim { id, host, port });
    }

    /// Sends on a connection.
    pub(in super::super) fn send(&mut self, id: SocketId, bytes: Vec<u8>) {
        if bytes.is_empty() || !self.owners.contains_key(&id) {
            return;
        }
        let speed = self.speed();
        let pace = Pace { profile: &self.profile, rng: &mut self.rng, speed };
        self.air.sent(bytes.len(), self.now, &pace);
        self.out.push_back(Output::Send(id, bytes));
    }

    /// Closes a socket, if there is one.
    pub(in super::super) fn close(&mut self, id: Option<SocketId>) {
        let Some(id) = id.filter(|id| self.owners.remove(id).is_some()) else { return };
        self.air.closed(id);
        self.out.push_back(Output::Close(id));
    }

    /// Whose socket it is.
    pub(in super::super) fn owner(&self, id: SocketId) -> Option<TypeId> {
        self.owners.get(&id).copied()
    }

    /// The far end has news.
    pub(in super::super) fn arrived(&mut self, id: SocketId, event: &SocketEvent<'_>) {
        let speed = self.speed();
        let mut pace = Pace { profile: &self.profile, rng: &mut self.rng, speed };
        self.air.arrived(id, event, self.now, &mut pace);
    }

    /// What is there of it at `now`.
    pub(in super::super) fn flown(&mut self, now: Duration) -> Option<(SocketId, Option<Flown>)> {
        self.air.pop_due(now)
    }

    pub(in super::super) fn next_flown(&self) -> Option<Duration> {
        self.air.next()
    }

    pub(in super::super) fn air(&mut self) -> &mut Air {
        &mut self.air
    }

    /// How many bytes of a socket may be brought now.
    pub(in super::super) fn air_room(&self, id: SocketId) -> usize {
        self.air.room(id)
    }
}

/// Where a connection goes.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Target {
    pub(in super::super) host: String,
    pub(in super::super) port: u16,
    pub(in super::super) udp: bool,
    /// The port of this side; 0 takes any.
    pub(in super::super) local: u16,
    /// UDP from and to anybody.
    pub(in super::super) anybody: bool,
    /// With TLS, and what is offered.
    pub(in super::super) secure: Option<Tls>,
}
