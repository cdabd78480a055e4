//! TCP/IP: the state machine of the application note (fig. 2 and 3) and what all its commands share.
//!
//! One context, six links. With `CIPMUX=0` only link 0 is used and `STATE:` tells of both in one word.

pub(super) mod connect;
pub(super) mod context;
pub(super) mod names;
pub(super) mod options;
pub(super) mod receive;
pub(super) mod send;
pub(super) mod server;
pub(super) mod transparent;
pub(super) mod udp;

use core::net::{Ipv4Addr, SocketAddr};
use std::collections::VecDeque;

use super::timers::TimerId;
use super::{Modem, Output, PanelLink, SocketEvent, SocketId, http};

/// Links of the module.
pub(super) const LINKS: usize = 6;
/// Bytes of one link that wait for the serial side.
const BUFFER: usize = 8192;

/// The context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Context {
    #[default]
    Initial,
    Start,
    Config,
    GprsAct,
    Status,
    Deactivated,
}

/// A link's state, in the words of `C:` lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LinkState {
    #[default]
    Initial,
    Connecting,
    Connected,
    Closing,
    Closed,
}

/// What a host that reads by itself has been told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unread {
    /// All there is.
    #[default]
    Known,
    /// Data came since it read last.
    Fresh,
    /// `+CIPRXGET: 1` was said and nothing read since.
    Announced,
}

/// One of six connections.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) state: LinkState,
    socket: Option<SocketId>,
    udp: bool,
    host: String,
    port: u16,
    peer: Option<SocketAddr>,
    /// Came, not yet shown.
    received: VecDeque<u8>,
    /// Lengths and senders of the datagrams in `received`, of a link for anybody.
    datagrams: VecDeque<(usize, SocketAddr)>,
    /// The peer closed; said when `received` is shown.
    ended: bool,
    /// Given to the socket, not yet taken.
    in_flight: usize,
    /// Counts for `AT+CIPACK`.
    sent: u64,
    acknowledged: u64,
    connecting: Option<TimerId>,
    /// What the host knows of `received` with `CIPRXGET=1`.
    unread: Unread,
}

impl Link {
    pub(super) fn is_connected(&self) -> bool {
        self.state == LinkState::Connected
    }

    /// What the host is shown at once: up to `limit` bytes, and of one datagram only where they keep their senders.
    fn take_frame(&mut self, limit: usize) -> (Vec<u8>, Option<SocketAddr>) {
        let (whole, sender) = self.datagrams.front().map_or((usize::MAX, None), |front| (front.0, Some(front.1)));
        let length = whole.min(limit).min(self.received.len());
        if let Some(front) = self.datagrams.front_mut() {
            front.0 -= length;
            if front.0 == 0 {
                self.datagrams.pop_front();
            }
        }
        (self.received.drain(..length).collect(), sender)
    }

    /// As the panel shows it.
    pub(super) fn shown(&self, number: usize) -> PanelLink {
        let peer = format!("{}:{}", self.host, self.port);
        PanelLink { number, udp: self.udp, peer, sent: self.sent, waiting: self.received.len() }
    }
}

/// All of TCP/IP.
#[derive(Debug)]
pub(super) struct Ip {
    pub(super) context: Context,
    pub(super) apn: String,
    user: String,
    password: String,
    address: String,
    pub(super) links: [Link; LINKS],
    /// A connect has failed or been closed since the context came up.
    retry: bool,
    transparent: Option<transparent::Transparent>,
    server: Option<server::Server>,
    lookup: Option<names::Lookup>,
    name_servers: [Ipv4Addr; 2],
    /// `AT+CLPORT` of each link, TCP and UDP.
    local_ports: [[u16; 2]; LINKS],
    /// `AT+CIPUDPMODE` of each link.
    udp: [udp::Mode; LINKS],
    /// APN of `AT+CGDCONT`.
    defined: String,
}

impl Default for Ip {
    fn default() -> Self {
        Self {
            context: Context::Initial,
            apn: "CMNET".into(),
            user: String::new(),
            password: String::new(),
            address: "0.0.0.0".into(),
            links: Default::default(),
            retry: false,
            transparent: None,
            server: None,
            lookup: None,
            name_servers: [Ipv4Addr::UNSPECIFIED; 2],
            local_ports: Default::default(),
            udp: Default::default(),
            defined: String::new(),
        }
    }
}

impl Modem {
    /// Several connections (`CIPMUX=1`).
    fn mux(&self) -> bool {
        self.settings.value("+CIPMUX") == 1
    }

    fn link(&self, number: usize) -> Option<&Link> {
        self.ip.links.get(number)
    }

    fn link_of(&self, id: SocketId) -> Option<usize> {
        self.ip.links.iter().position(|link| link.socket == Some(id))
    }

    /// All sockets that are open or being opened.
    pub(super) fn open_sockets(&self) -> Vec<SocketId> {
        let links = self.ip.links.iter().filter_map(|link| link.socket);
        let others = self.ip.server.as_ref().map(|server| server.id).into_iter().chain(self.http.socket());
        links.chain(others).collect()
    }

    /// `0, CLOSED` or `CLOSED`: a line about a link.
    fn link_line(&mut self, number: usize, text: &str) {
        if self.mux() {
            let comma = if self.profile.mux_blank { ", " } else { "," };
            self.info(format!("{number}{comma}{text}"));
        } else {
            self.info(text);
        }
    }

    /// What `STATE:` says.
    pub(super) fn state_name(&self) -> &'static str {
        let context = match self.ip.context {
            Context::Initial => "IP INITIAL",
            Context::Start => "IP START",
            Context::Config => "IP CONFIG",
            Context::GprsAct => "IP GPRSACT",
            Context::Status => "IP STATUS",
            Context::Deactivated => return "PDP DEACT",
        };
        if self.mux() {
            let used = self.ip.links.iter().any(|link| !matches!(link.state, LinkState::Initial | LinkState::Closed));
            return if used { "IP PROCESSING" } else { context };
        }
        let Some(link) = self.link(0) else { return context };
        if self.ip.server.is_some() && link.state == LinkState::Initial {
            return "SERVER LISTENING";
        }
        match (link.state, link.udp) {
            (LinkState::Initial, _) => context,
            (LinkState::Connecting, false) => "TCP CONNECTING",
            (LinkState::Connecting, true) => "UDP CONNECTING",
            (LinkState::Connected, _) => "CONNECT OK",
            (LinkState::Closing, false) => "TCP CLOSING",
            (LinkState::Closing, true) => "UDP CLOSING",
            (LinkState::Closed, false) => "TCP CLOSED",
            (LinkState::Closed, true) => "UDP CLOSED",
        }
    }

    /// How many bytes [`SocketEvent::Received`] may bring for a socket now; 0 lets its window close.
    #[must_use]
    pub fn wants(&self, id: SocketId) -> usize {
        let link = self.link_of(id).and_then(|number| self.link(number));
        match link {
            Some(link) => BUFFER.saturating_sub(link.received.len()),
            None if self.http.socket() == Some(id) => http::CHUNK,
            None => 0,
        }
    }

    /// News of a socket.
    pub(super) fn socket_event(&mut self, id: SocketId, event: &SocketEvent<'_>) {
        let Some(number) = self.link_of(id) else {
            if self.http.socket() == Some(id) {
                self.http_event(event);
            } else if self.ip.server.as_ref().is_some_and(|server| server.id == id) {
                self.server_event(event);
            } else if self.ip.lookup.as_ref().is_some_and(|lookup| lookup.id == id) {
                self.looked_up(event);
            }
            return;
        };
        match event {
            SocketEvent::Connected { peer } => self.connected(number, *peer),
            SocketEvent::Failed | SocketEvent::Unresolved => self.connect_failed(number),
            SocketEvent::Received(bytes) => self.link_received(number, bytes),
            SocketEvent::Datagram { from, bytes } => self.datagram(number, *from, bytes),
            SocketEvent::Taken(count) => self.taken(number, *count),
            SocketEvent::Closed => self.peer_closed(number),
            SocketEvent::Resolved(_) | SocketEvent::Listening | SocketEvent::Incoming { .. } => {}
        }
    }

    /// Forgets a link's socket and closes it.
    fn drop_socket(&mut self, number: usize) {
        let Some(link) = self.ip.links.get_mut(number) else { return };
        if let Some(timer) = link.connecting.take() {
            self.timers.cancel(timer);
        }
        if let Some(id) = link.socket.take() {
            self.out.push_back(Output::Close(id));
        }
    }
}
