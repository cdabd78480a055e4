//! TCP/IP: the state machine of the application note (fig. 2 and 3) and what all its commands share.
//!
//! One context, six links. With `CIPMUX=0` only link 0 is used and `STATE:` tells of both in one word.

mod connect;
mod context;
mod names;
mod options;
mod receive;
mod send;
mod server;
mod transparent;
mod udp;

use core::net::{Ipv4Addr, SocketAddr};
use std::collections::VecDeque;

use crate::simulator::contexts::Contexts;
use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::panel::{Panel, PanelLink};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::ping::Pings;
use crate::simulator::reply::Code;
use crate::simulator::timers::TimerId;
use crate::simulator::uart::Wait;
use crate::simulator::{SocketEvent, SocketId};

/// All commands of TCP/IP.
const TABLES: &[&[Command<Ip>]] = &[
    context::COMMANDS,
    connect::COMMANDS,
    send::COMMANDS,
    receive::COMMANDS,
    transparent::COMMANDS,
    server::COMMANDS,
    self::names::COMMANDS,
    options::COMMANDS,
    udp::COMMANDS,
];

/// Links of the module.
const LINKS: usize = 6;
/// Bytes of one link that wait for the serial side.
const BUFFER: usize = 8192;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Context {
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
enum LinkState {
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
struct Link {
    state: LinkState,
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
    fn is_connected(&self) -> bool {
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
    fn shown(&self, number: usize) -> PanelLink {
        let peer = format!("{}:{}", self.host, self.port);
        PanelLink { number, udp: self.udp, peer, sent: self.sent, waiting: self.received.len() }
    }
}

/// All of TCP/IP.
#[derive(Debug)]
pub(super) struct Ip {
    context: Context,
    apn: String,
    user: String,
    password: String,
    address: String,
    links: [Link; LINKS],
    /// A connect has failed or been closed since the context came up.
    retry: bool,
    transparent: Option<transparent::Transparent>,
    server: Option<server::Server>,
    lookup: Option<names::Lookup>,
    /// `CIPPING` in hand.
    pings: Option<Pings>,
    name_servers: [Ipv4Addr; 2],
    /// `AT+CLPORT` of each link, TCP and UDP.
    local_ports: [[u16; 2]; LINKS],
    /// `AT+CIPUDPMODE` of each link.
    udp: [udp::Mode; LINKS],
    contexts: Contexts,
    /// The link whose data wait for their acknowledgement.
    sending: Option<usize>,
    /// A prompt that the fault `prompt-late` holds back.
    late_prompt: Option<Box<Wait>>,
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
            pings: None,
            name_servers: [Ipv4Addr::UNSPECIFIED; 2],
            local_ports: Default::default(),
            udp: Default::default(),
            contexts: Contexts::new(&options::CONTEXTS),
            sending: None,
            late_prompt: None,
        }
    }
}

impl Part for Ip {
    commands!(TABLES);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        match news {
            _ if news.context_lost() => self.lose_context(desk),
            News::Fault(Fault::PeerClose, true) => self.peers_close(desk),
            // `AT&D1` and `AT&D2` (manual §2.2.26).
            News::DtrDropped if desk.value("&D") > 0 && self.transparent.is_some() => {
                self.leave_transparent(desk);
                desk.code(Code::Ok);
            }
            _ => {}
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        self.socket_event(desk, id, event);
    }

    fn wants(&self, id: SocketId) -> usize {
        let link = self.link_of(id).and_then(|number| self.link(number));
        link.map_or(0, |link| BUFFER.saturating_sub(link.received.len()))
    }

    fn typed(&mut self, desk: &mut Desk, bytes: &mut VecDeque<u8>) {
        self.transparent_bytes(desk, bytes);
    }

    fn settle(&mut self, desk: &mut Desk) {
        self.deliver(desk);
    }

    fn show(&self, desk: &Desk, panel: &mut Panel) {
        panel.state = self.state_name(desk);
        let links = (0..).zip(&self.links).filter(|(_, link)| link.is_connected());
        panel.links = links.map(|(number, link)| link.shown(number)).collect();
    }
}

impl Ip {
    /// Several connections (`CIPMUX=1`).
    fn mux(desk: &Desk) -> bool {
        desk.value("+CIPMUX") == 1
    }

    fn link(&self, number: usize) -> Option<&Link> {
        self.links.get(number)
    }

    fn link_of(&self, id: SocketId) -> Option<usize> {
        self.links.iter().position(|link| link.socket == Some(id))
    }

    /// `0, CLOSED` or `CLOSED`: a line about a link.
    fn link_line(desk: &mut Desk, number: usize, text: &str) {
        if Self::mux(desk) {
            let comma = if desk.profile().sockets.mux_blank { ", " } else { "," };
            desk.info(format!("{number}{comma}{text}"));
        } else {
            desk.info(text);
        }
    }

    /// What `STATE:` says.
    fn state_name(&self, desk: &Desk) -> &'static str {
        let context = match self.context {
            Context::Initial => "IP INITIAL",
            Context::Start => "IP START",
            Context::Config => "IP CONFIG",
            Context::GprsAct => "IP GPRSACT",
            Context::Status => "IP STATUS",
            Context::Deactivated => return "PDP DEACT",
        };
        if Self::mux(desk) {
            let used = self.links.iter().any(|link| !matches!(link.state, LinkState::Initial | LinkState::Closed));
            return if used { "IP PROCESSING" } else { context };
        }
        let Some(link) = self.link(0) else { return context };
        if self.server.is_some() && link.state == LinkState::Initial {
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

    /// News of a socket.
    fn socket_event(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(number) = self.link_of(id) else {
            if self.server.as_ref().is_some_and(|server| server.id == id) {
                self.server_event(desk, event);
            } else if self.lookup.as_ref().is_some_and(|lookup| lookup.id == id) {
                self.looked_up(desk, event);
            } else {
                self.echo_heard(desk, id, event);
            }
            return;
        };
        match event {
            SocketEvent::Connected { peer } => self.connected(desk, number, *peer),
            SocketEvent::Failed | SocketEvent::Unresolved => self.connect_failed(desk, number),
            SocketEvent::HandshakeFailed => self.handshake_failed(desk, number),
            SocketEvent::Received(bytes) => self.link_received(number, bytes),
            SocketEvent::Datagram { from, bytes } => self.datagram(desk, number, *from, bytes),
            SocketEvent::Taken(count) => self.taken(desk, number, *count),
            SocketEvent::Closed => self.peer_closed(desk, number),
            SocketEvent::Resolved(_)
            | SocketEvent::Listening
            | SocketEvent::Incoming { .. }
            | SocketEvent::Echoed { .. }
            | SocketEvent::NoEcho => {}
        }
    }

    /// Forgets a link's socket and closes it.
    fn drop_socket(&mut self, desk: &mut Desk, number: usize) {
        let Some(link) = self.links.get_mut(number) else { return };
        desk.cancel(link.connecting.take());
        desk.close(link.socket.take());
    }
}
