//! The desk's way to the network: sockets by their names, each of one part.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::time::Duration;

use super::Desk;
use crate::simulator::air::{Air, Flown, Pace};
use crate::simulator::part::Part;
use crate::simulator::security::Secure;
use crate::simulator::{EchoRequest, Output, SocketEvent, SocketId};

/// The sockets that are open, and what is on its way between them and their far ends.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    air: Air,
    owners: BTreeMap<SocketId, TypeId>,
    /// The last name that was given.
    last: u32,
}

impl Sockets {
    /// A name for a new socket of a part.
    fn new_socket<P: Part>(&mut self, (named, secure): (bool, bool), now: Duration) -> SocketId {
        self.last += 1;
        let id = SocketId(self.last);
        self.owners.insert(id, TypeId::of::<P>());
        self.air.asked(id, (named, secure), now);
        id
    }

    /// False where there was none.
    fn close(&mut self, id: SocketId) -> bool {
        let there = self.owners.remove(&id).is_some();
        if there {
            self.air.closed(id);
        }
        there
    }

    /// All that were open.
    pub(super) fn close_all(&mut self) -> Vec<SocketId> {
        let open: Vec<SocketId> = self.owners.keys().copied().collect();
        open.into_iter().filter(|id| self.close(*id)).collect()
    }
}

impl Desk {
    fn new_socket<P: Part>(&mut self, (named, secure): (bool, bool)) -> SocketId {
        self.sockets.new_socket::<P>((named, secure), self.now)
    }

    /// How a connection is made with TLS, by a set of settings.
    pub(in super::super) fn secure(&self, context: usize) -> Secure {
        self.security.secure(context, self.profile.sockets.tls)
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
    pub(in super::super) fn ping<P: Part>(&mut self, echo: EchoRequest) -> SocketId {
        let id = self.new_socket::<P>((false, false));
        self.out.push_back(Output::Ping { id, echo });
        id
    }

    /// Listens for TCP connections.
    pub(in super::super) fn listen<P: Part>(&mut self, port: u16) -> SocketId {
        let everywhere = self.profile.sockets.listen_everywhere;
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
        if bytes.is_empty() || !self.sockets.owners.contains_key(&id) {
            return;
        }
        let speed = self.speed();
        let pace = Pace { profile: &self.profile, rng: &mut self.rng, speed };
        self.sockets.air.sent(bytes.len(), self.now, &pace);
        self.out.push_back(Output::Send(id, bytes));
    }

    /// Closes a socket, if there is one.
    pub(in super::super) fn close(&mut self, id: Option<SocketId>) {
        let Some(id) = id.filter(|id| self.sockets.close(*id)) else { return };
        self.out.push_back(Output::Close(id));
    }

    /// Whose socket it is.
    pub(in super::super) fn owner(&self, id: SocketId) -> Option<TypeId> {
        self.sockets.owners.get(&id).copied()
    }

    /// The far end has news.
    pub(in super::super) fn arrived(&mut self, id: SocketId, event: &SocketEvent<'_>) {
        let speed = self.speed();
        let mut pace = Pace { profile: &self.profile, rng: &mut self.rng, speed };
        self.sockets.air.arrived(id, event, self.now, &mut pace);
    }

    /// What is there of it at `now`.
    pub(in super::super) fn flown(&mut self, now: Duration) -> Option<(SocketId, Option<Flown>)> {
        self.sockets.air.pop_due(now)
    }

    pub(in super::super) fn next_flown(&self) -> Option<Duration> {
        self.sockets.air.next()
    }

    pub(in super::super) fn air(&mut self) -> &mut Air {
        &mut self.sockets.air
    }

    /// How many bytes of a socket may be brought now.
    pub(in super::super) fn air_room(&self, id: SocketId) -> usize {
        self.sockets.air.room(id)
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
    /// With TLS, and how.
    pub(in super::super) secure: Option<Secure>,
}
