//! A modem without any link: [`Rig`] drives a [`Modem`] on virtual time, and [`World`] stands for the whole network. No I/O.
//!
//! For whoever wants to know how a host fares with a modem, and not to send anything: a sketch, a story, a test.
//!
//! ```
//! use std::time::Duration;
//! use modemscope::simulator::{Modem, Profile, Rig};
//!
//! let mut rig = Rig::new(Modem::new(Profile::default(), 1));
//! let mut heard = Vec::new();
//! let mut run = |rig: &mut Rig, until: u64| {
//!     let until = Duration::from_secs(until);
//!     // One due moment after the other, so that each byte has its time.
//!     while let Some(due) = rig.next_deadline().filter(|due| *due <= until) {
//!         rig.advance(due);
//!         heard.extend(rig.poll_uart().unwrap_or_default());
//!     }
//!     rig.advance(until);
//! };
//! run(&mut rig, 10);
//! rig.type_in(b"AT+CIPSTART=\"TCP\",\"example.org\",\"9999\"\r\n", Duration::from_secs(10));
//! run(&mut rig, 30);
//! rig.type_in(b"AT+CIPSEND\r\n", Duration::from_secs(30));
//! run(&mut rig, 32);
//! rig.type_in(b"hello\x1a", Duration::from_secs(32));
//! run(&mut rig, 40);
//! assert!(heard.ends_with(b"SEND OK\r\n"));
//! let connection = &rig.world().connections()[0];
//! assert_eq!((connection.host.as_str(), connection.port, connection.delivered.as_slice()), ("example.org", 9999, &b"hello"[..]));
//! ```

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::collections::VecDeque;
use std::time::Duration;

use super::{Control, Input, Modem, Output, SocketEvent, SocketId};

/// Every name leads here: an address for documentation (RFC 5737).
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
/// Names under this end are not found (RFC 2606).
const UNKNOWN: &str = ".invalid";
/// What a web server that was asked something answers.
const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
/// Bytes of one connection that are kept; what comes after them is counted no more.
const KEPT: usize = 1 << 20;

/// The port of time servers.
const NTP: u16 = 123;

/// What a time server answers: 30 January 2024, 19:40:31 UTC, in seconds since 1900 (RFC 4330).
fn the_time() -> Vec<u8> {
    let mut packet = vec![0x1C, 1];
    packet.resize(40, 0);
    packet.extend(3_915_632_431_u32.to_be_bytes());
    packet.extend([0; 4]);
    packet
}

/// A connection that the modem opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    id: SocketId,
    /// UDP, else TCP.
    pub udp: bool,
    /// Name or address, as the AT command had it.
    pub host: String,
    /// Port number.
    pub port: u16,
    /// What the modem sent.
    pub delivered: Vec<u8>,
    /// The modem closed it.
    pub closed: bool,
}

/// What happens next on a socket.
#[derive(Debug)]
enum News {
    Connected(SocketAddr),
    Failed,
    Taken(usize),
    Received(Vec<u8>),
    Resolved,
    Unresolved,
    HandshakeFailed,
    Listening,
    Echoed,
}

/// A network in which every server is there: it takes what is sent, and answers if it is asked something over HTTP or NTP, or was
/// told what to say. Names that end in `.invalid` are not found, port 1 refuses.
#[derive(Debug, Default)]
pub struct World {
    connections: Vec<Connection>,
    /// What every server says once to the first bytes it gets.
    reply: Vec<u8>,
    /// No server speaks TLS.
    plain: bool,
    news: VecDeque<(SocketId, News)>,
}

impl World {
    /// Servers that connect from now on answer the first bytes they get with these.
    pub fn set_reply(&mut self, reply: &[u8]) {
        self.reply = reply.to_vec();
    }

    /// From now on no TLS can be agreed on.
    pub fn refuse_tls(&mut self) {
        self.plain = true;
    }

    /// All connections there were, in the order they were opened.
    #[must_use]
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    fn connection(&mut self, id: SocketId) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.id == id)
    }

    /// Answers a wish of the modem. Nothing here takes time: how long a network needs is the modem's own affair.
    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Open { id, udp, host, port, secure, .. } => {
                let news = match (host.ends_with(UNKNOWN), port) {
                    (true, _) => News::Unresolved,
                    (false, 1) => News::Failed,
                    (false, _) if secure.is_some() && self.plain => News::HandshakeFailed,
                    (false, _) => News::Connected(SocketAddr::new(host.parse().unwrap_or(ADDRESS), port)),
                };
                self.connections.push(Connection { id, udp, host, port, delivered: Vec::new(), closed: false });
                self.news.push_back((id, news));
            }
            Output::Send(id, bytes) => self.sent(id, &bytes),
            Output::Close(id) => {
                if let Some(connection) = self.connection(id) {
                    connection.closed = true;
                }
            }
            Output::Resolve { id, host } => {
                let found = if host.ends_with(UNKNOWN) { News::Unresolved } else { News::Resolved };
                self.news.push_back((id, found));
            }
            Output::Listen { id, .. } => self.news.push_back((id, News::Listening)),
            Output::Ping { id, .. } => self.news.push_back((id, News::Echoed)),
            // Nobody comes in, and where datagrams go makes no difference.
            Output::Uart(_) | Output::Aim { .. } | Output::Accept { .. } | Output::Refuse { .. } => {}
        }
    }

    fn sent(&mut self, id: SocketId, bytes: &[u8]) {
        let own = self.reply.clone();
        let Some(connection) = self.connection(id) else { return };
        let first = connection.delivered.is_empty();
        let room = KEPT.saturating_sub(connection.delivered.len());
        connection.delivered.extend(bytes.iter().take(room));
        let asked = ["GET ", "POST ", "HEAD ", "PUT ", "DELETE "].iter().any(|word| bytes.starts_with(word.as_bytes()));
        let reply = match (own.is_empty(), asked && !connection.udp) {
            _ if connection.udp && connection.port == NTP => the_time(),
            (false, _) if first => own,
            (true, true) if first => PAGE.to_vec(),
            _ => Vec::new(),
        };
        self.news.push_back((id, News::Taken(bytes.len())));
        if !reply.is_empty() {
            self.news.push_back((id, News::Received(reply)));
        }
    }
}

/// A modem and its world, driven by whoever has the time: bytes and time in, bytes out.
#[derive(Debug)]
pub struct Rig {
    modem: Modem,
    world: World,
    heard: VecDeque<Vec<u8>>,
    now: Duration,
}

impl Rig {
    /// A modem in a [`World`] where every server is there and says nothing.
    #[must_use]
    pub fn new(modem: Modem) -> Self {
        Self::in_world(modem, World::default())
    }

    /// A modem in this world.
    #[must_use]
    pub(crate) fn in_world(modem: Modem, world: World) -> Self {
        let mut rig = Self { modem, world, heard: VecDeque::new(), now: Duration::ZERO };
        rig.settle();
        rig
    }

    /// Bytes of the host on the modem's RXD pin, at this time (from the modem's power-on; it never goes back).
    pub fn type_in(&mut self, bytes: &[u8], now: Duration) {
        self.input(Input::Uart(bytes), now);
    }

    /// A hand on the bench: a fault, a message that comes in, a restart.
    pub fn control(&mut self, control: Control, now: Duration) {
        self.input(Input::Control(control), now);
    }

    /// Lets time pass until `now`. What is due in between happens in order; go by [`Self::next_deadline`] to learn when.
    pub fn advance(&mut self, now: Duration) {
        while let Some(due) = self.modem.next_deadline().filter(|due| *due <= now) {
            self.input(Input::Tick, due.max(self.now));
        }
        if self.now < now {
            self.input(Input::Tick, now);
        }
    }

    /// When something happens next by itself.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.modem.next_deadline()
    }

    /// What the modem said since it was last asked, in one piece; `None` when it said nothing.
    pub fn poll_uart(&mut self) -> Option<Vec<u8>> {
        (!self.heard.is_empty()).then(|| self.heard.drain(..).flatten().collect())
    }

    /// The modem, to look at.
    #[must_use]
    pub fn modem(&self) -> &Modem {
        &self.modem
    }

    /// The network, to change what it does.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// The network, to see what arrived.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    fn input(&mut self, input: Input<'_>, now: Duration) {
        self.now = self.now.max(now);
        self.modem.handle_input(input, self.now);
        self.settle();
    }

    /// Carries out what the modem wants until it wants nothing more.
    fn settle(&mut self) {
        loop {
            while let Some(output) = self.modem.poll_output() {
                match output {
                    Output::Uart(bytes) => self.heard.push_back(bytes),
                    wish => self.world.carry_out(wish),
                }
            }
            let Some((id, news)) = self.world.news.pop_front() else { return };
            self.tell(id, &news);
        }
    }

    fn tell(&mut self, id: SocketId, news: &News) {
        let event = match news {
            News::Connected(peer) => SocketEvent::Connected { peer: *peer },
            News::Failed => SocketEvent::Failed,
            News::Taken(count) => SocketEvent::Taken(*count),
            News::Received(bytes) => SocketEvent::Received(bytes),
            News::Resolved => SocketEvent::Resolved(&[ADDRESS]),
            News::Unresolved => SocketEvent::Unresolved,
            News::HandshakeFailed => SocketEvent::HandshakeFailed,
            News::Listening => SocketEvent::Listening,
            News::Echoed => SocketEvent::Echoed { after: Duration::ZERO, ttl: None },
        };
        self.modem.handle_input(Input::Socket(id, event), self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Profile;

    fn said(rig: &mut Rig, bytes: &[u8], seconds: u64) -> String {
        rig.type_in(bytes, rig.now);
        rig.advance(rig.now + Duration::from_secs(seconds));
        String::from_utf8_lossy(&rig.poll_uart().unwrap_or_default()).into_owned()
    }

    fn booted(world: World) -> Rig {
        let mut rig = Rig::in_world(Modem::new(Profile::default(), 1), world);
        rig.advance(Duration::from_secs(10));
        assert!(rig.poll_uart().is_some_and(|heard| heard.ends_with(b"SMS Ready\r\n")));
        said(&mut rig, b"ATE0\r", 1);
        rig
    }

    #[test]
    fn a_server_takes_what_is_sent_and_says_what_it_was_told() {
        let mut world = World::default();
        world.set_reply(b"welcome");
        let mut rig = booted(world);
        let heard = said(&mut rig, b"AT+CIPSTART=\"TCP\",\"a.example\",9999\r", 20);
        assert!(heard.ends_with("CONNECT OK\r\n"), "{heard}");
        said(&mut rig, b"AT+CIPSEND=5\r", 2);
        let heard = said(&mut rig, b"hello", 10);
        assert!(heard.contains("SEND OK") && heard.ends_with("welcome"), "{heard}");
        said(&mut rig, b"AT+CIPCLOSE\r", 5);
        let [connection] = rig.world().connections() else { panic!("one connection") };
        assert_eq!((connection.delivered.as_slice(), connection.closed), (&b"hello"[..], true));
    }

    #[test]
    fn a_web_server_answers_a_name_that_is_none_is_not_found_and_port_one_refuses() {
        let mut rig = booted(World::default());
        said(&mut rig, b"AT+SAPBR=3,1,\"APN\",\"x\";+SAPBR=1,1;+HTTPINIT;+HTTPPARA=\"URL\",\"a.example/x\"\r", 10);
        let heard = said(&mut rig, b"AT+HTTPACTION=0\r", 20);
        assert!(heard.ends_with("+HTTPACTION: 0,200,2\r\n"), "{heard}");
        for target in ["\"nowhere.invalid\",80", "\"a.example\",1"] {
            let heard = said(&mut rig, format!("AT+CIPSTART=\"TCP\",{target}\r").as_bytes(), 60);
            assert!(heard.ends_with("CONNECT FAIL\r\n"), "{heard}");
            said(&mut rig, b"AT+CIPSHUT\r", 5);
        }
    }
}
