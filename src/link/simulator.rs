//! The simulated SIM800L as a [`Link`]: carries the wishes of [`Modem`] out on real sockets.
//!
//! It connects only where the modem was told to. Names are resolved and connections opened on helper threads, so nothing here
//! blocks. Every buffer has a bound: a host that does not read stops the sockets, a peer that does not read stops the modem.

mod helpers;
mod ping;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use self::helpers::{Found, Socket, Way, connect, find, resolve};
use self::ping::ping;
use super::tls;
use super::{Arrival, Interests, LineSettings, Link, LinkError, Reconfigured};
use crate::capture::Flaw;
use crate::os::wait::Bell;
use crate::simulator::{Control, Input, Modem, Output, Panel, Profile, SocketEvent, SocketId};

/// Bytes towards the host that may wait here; with more the modem is not asked for any.
const TOWARDS_HOST: usize = 64 * 1024;
/// Helpers under way; a modem that wants more is told that the connection failed.
const HELPERS: usize = 16;
/// Sockets that were closed by the modem keep sending for this long.
const LINGER: Duration = Duration::from_secs(10);
/// Bytes of one read from a socket.
const CHUNK: usize = 16 * 1024;

/// A connection of the modem.
#[derive(Debug)]
struct Open {
    socket: Socket,
    /// Given by the modem, not yet taken by the system; one entry a datagram.
    pending: VecDeque<Vec<u8>>,
    /// The modem closed it: it goes when `pending` is empty, or at this time.
    until: Option<Duration>,
    /// The end was seen and told.
    ended: bool,
}

impl Open {
    fn new(socket: Socket) -> Self {
        Self { socket, pending: VecDeque::new(), until: None, ended: false }
    }
}

/// A listening socket of the modem, and who waits to be taken.
#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    incoming: VecDeque<TcpStream>,
}

/// The simulated modem with its sockets.
#[derive(Debug)]
pub struct SimLink {
    modem: Modem,
    sockets: BTreeMap<SocketId, Open>,
    listeners: BTreeMap<SocketId, Listener>,
    /// Sockets that helpers are still opening.
    opening: BTreeSet<SocketId>,
    helpers: usize,
    found: Receiver<(SocketId, Found)>,
    finder: Sender<(SocketId, Found)>,
    bell: Bell,
    towards_host: VecDeque<u8>,
    /// What this system does not let the modem do.
    notice: Option<&'static str>,
}

impl SimLink {
    /// A link to this modem. Its time begins now.
    ///
    /// # Errors
    /// When the process has no descriptors left.
    pub fn new(modem: Modem) -> io::Result<Self> {
        let (finder, found) = bounded(HELPERS);
        Ok(Self {
            modem,
            sockets: BTreeMap::new(),
            listeners: BTreeMap::new(),
            opening: BTreeSet::new(),
            helpers: 0,
            found,
            finder,
            bell: Bell::new()?,
            towards_host: VecDeque::new(),
            notice: None,
        })
    }

    /// A fresh modem as `sim:` names it: at most one profile, any faults.
    ///
    /// # Errors
    /// [`LinkError::Refused`] names the word that is neither.
    pub fn named(words: &[String], seed: u64) -> Result<Self, LinkError> {
        let profile = Profile::from_words(words).map_err(|error| LinkError::Refused(error.to_string()))?;
        Self::new(Modem::new(profile, seed)).map_err(|error| LinkError::Refused(error.to_string()))
    }

    /// The modem itself, to look at.
    #[must_use]
    pub fn modem(&self) -> &Modem {
        &self.modem
    }

    /// What this system does not let the modem do, and what to do about it.
    #[must_use]
    pub fn notice(&self) -> Option<&'static str> {
        self.notice
    }

    /// The modem as a panel shows it, and what this system does not let it do.
    #[must_use]
    pub fn shown(&self) -> Panel {
        Panel { notice: self.notice, ..self.modem.panel() }
    }

    /// A hand on the bench.
    pub(crate) fn handle(&mut self, control: Control, now: Duration) {
        self.modem.handle_input(Input::Control(control), now);
        self.carry_out(now);
    }

    /// How many bytes wait for the host.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.towards_host.len() + self.modem.spoken()
    }

    /// Moves up to `buffer.len()` bytes towards the host into `buffer`; 0 when none wait.
    pub fn take(&mut self, buffer: &mut [u8], now: Duration) -> usize {
        let count = self.towards_host.read(buffer).unwrap_or(0);
        if count > 0 {
            self.carry_out(now);
        }
        count
    }

    /// Gives bytes of the host to the modem; says how many it took.
    pub fn give(&mut self, bytes: &[u8], now: Duration) -> usize {
        // What is due comes first: it may make room.
        self.modem.handle_input(Input::Tick, now);
        let count = self.modem.room().min(bytes.len());
        if let Some(taken) = bytes.get(..count).filter(|taken| !taken.is_empty()) {
            self.modem.handle_input(Input::Uart(taken), now);
        }
        self.carry_out(now);
        count
    }

    /// Carries out what the modem wants, as long as the host can take what it says.
    fn carry_out(&mut self, now: Duration) {
        while self.towards_host.len() < TOWARDS_HOST {
            let Some(output) = self.modem.poll_output() else { return };
            match output {
                Output::Uart(bytes) => self.towards_host.extend(bytes),
                Output::Open { id, udp, host, port, local, anybody, secure } => {
                    self.start_helper(id, now, move || connect(&host, port, &Way { udp, local, anybody, secure }));
                }
                Output::Aim { id, host, port } => match host.parse().map(|address| SocketAddr::new(address, port)) {
                    // At once, so that it holds for the datagram that is sent next.
                    Ok(peer) => self.aim(id, peer),
                    Err(_) => self.start_helper(id, now, move || find(&host, port)),
                },
                Output::Resolve { id, host } => self.start_helper(id, now, move || resolve(&host)),
                Output::Ping { id, echo } => self.start_helper(id, now, move || ping(&echo)),
                Output::Listen { id, port, everywhere } => self.listen(id, port, everywhere, now),
                Output::Accept { listener, id } => {
                    if let Some(stream) = self.take_visitor(listener) {
                        let socket = Socket::Tcp(stream);
                        self.sockets.insert(id, Open::new(socket));
                    }
                }
                Output::Refuse { listener } => drop(self.take_visitor(listener)),
                Output::Send(id, bytes) => {
                    if let Some(open) = self.sockets.get_mut(&id) {
                        open.pending.push_back(bytes);
                        self.flush(id, now);
                    }
                }
                Output::Close(id) => {
                    self.opening.remove(&id);
                    self.listeners.remove(&id);
                    if let Some(open) = self.sockets.get_mut(&id) {
                        open.until = Some(now + LINGER);
                        if let Socket::Tls(stream) = &mut open.socket {
                            tls::settle(stream, open.pending.is_empty());
                        }
                    }
                }
            }
        }
    }

    fn news(&mut self, id: SocketId, event: SocketEvent<'_>, now: Duration) {
        self.modem.handle_input(Input::Socket(id, event), now);
    }

    /// Further datagrams of a socket go there.
    fn aim(&mut self, id: SocketId, peer: SocketAddr) {
        if let Some(Open { socket: Socket::Udp(_, Some(aim)), .. }) = self.sockets.get_mut(&id) {
            *aim = peer;
        }
    }

    /// Starts a helper for what may take its time.
    fn start_helper(&mut self, id: SocketId, now: Duration, work: impl FnOnce() -> Found + Send + 'static) {
        let finder = self.finder.clone();
        let ringer = self.bell.ringer();
        let helper = move || {
            // Nobody takes it when the link is gone by now; the socket closes with it.
            let _ = finder.send((id, work()));
            ringer.wake();
        };
        let room = self.helpers < HELPERS;
        let aims = self.sockets.contains_key(&id);
        if room && std::thread::Builder::new().name("sim-connect".into()).spawn(helper).is_ok() {
            self.helpers += 1;
            if !aims {
                self.opening.insert(id);
            }
        } else if !aims {
            self.news(id, SocketEvent::Failed, now);
        }
    }

    fn listen(&mut self, id: SocketId, port: u16, everywhere: bool, now: Duration) {
        let address: SocketAddr = (if everywhere { [0; 4] } else { [127, 0, 0, 1] }, port).into();
        let bound = TcpListener::bind(address).and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
        match bound {
            Ok(socket) => {
                self.listeners.insert(id, Listener { socket, incoming: VecDeque::new() });
                self.news(id, SocketEvent::Listening, now);
            }
            Err(_) => self.news(id, SocketEvent::Failed, now),
        }
    }

    fn take_visitor(&mut self, listener: SocketId) -> Option<TcpStream> {
        let stream = self.listeners.get_mut(&listener)?.incoming.pop_front()?;
        // A socket that cannot be set up is closed: the modem sees its end at the next read.
        stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).ok()?;
        Some(stream)
    }

    fn accept(&mut self, now: Duration) {
        let ids: Vec<_> = self.listeners.keys().copied().collect();
        for id in ids {
            while let Some((stream, peer)) = self.listeners.get(&id).and_then(|listener| listener.socket.accept().ok())
            {
                if let Some(listener) = self.listeners.get_mut(&id) {
                    listener.incoming.push_back(stream);
                }
                self.news(id, SocketEvent::Incoming { peer }, now);
                self.carry_out(now);
            }
        }
    }

    fn take_found(&mut self, now: Duration) {
        self.bell.clear();
        while let Ok((id, found)) = self.found.try_recv() {
            self.helpers = self.helpers.saturating_sub(1);
            if let Found::Aim(peer) = found {
                // A name that is not found leaves the old aim; the module says nothing either.
                if let Some(peer) = peer {
                    self.aim(id, peer);
                }
                continue;
            }
            if !self.opening.remove(&id) {
                continue;
            }
            match found {
                Found::Aim(_) => {}
                Found::Connected(socket, peer) => {
                    self.sockets.insert(id, Open::new(socket));
                    self.news(id, SocketEvent::Connected { peer }, now);
                }
                Found::Addresses(list) => self.news(id, SocketEvent::Resolved(&list), now),
                Found::Unresolved => self.news(id, SocketEvent::Unresolved, now),
                Found::Failed => self.news(id, SocketEvent::Failed, now),
                Found::Insecure => self.news(id, SocketEvent::HandshakeFailed, now),
                Found::Echoed { after, ttl } => self.news(id, SocketEvent::Echoed { after, ttl }, now),
                Found::NoEcho { notice } => {
                    self.notice = self.notice.or(notice);
                    self.news(id, SocketEvent::NoEcho, now);
                }
            }
        }
    }

    /// Hands to the system what waits on a socket.
    fn flush(&mut self, id: SocketId, now: Duration) {
        let Some(open) = self.sockets.get_mut(&id) else { return };
        let mut taken = 0;
        let mut broken = false;
        while let Some(front) = open.pending.front_mut() {
            let sent = match &mut open.socket {
                Socket::Tcp(stream) => stream.write(front),
                Socket::Tls(stream) => stream.write(front),
                Socket::Udp(socket, None) => socket.send(front).or_else(refused_is_lost(front.len())),
                Socket::Udp(socket, Some(peer)) => socket.send_to(front, *peer).or_else(refused_is_lost(front.len())),
            };
            match sent {
                Ok(count) => {
                    taken += count;
                    front.drain(..count.min(front.len()));
                    if front.is_empty() {
                        open.pending.pop_front();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    broken = true;
                    break;
                }
            }
        }
        if let Socket::Tls(stream) = &mut open.socket {
            tls::settle(stream, false);
        }
        if taken > 0 {
            self.news(id, SocketEvent::Taken(taken), now);
        }
        if broken {
            self.end(id, now);
        }
    }

    /// Reads what the modem wants of a socket.
    fn fill(&mut self, id: SocketId, now: Duration) {
        let mut buffer = [0; CHUNK];
        loop {
            let wanted = self.modem.wants(id).min(CHUNK);
            let Some(open) = self.sockets.get_mut(&id) else { return };
            if open.ended || wanted == 0 {
                return;
            }
            let mut from = None;
            let read = match &mut open.socket {
                Socket::Tcp(stream) => stream.read(buffer.get_mut(..wanted).unwrap_or_default()),
                Socket::Tls(stream) => stream.read(buffer.get_mut(..wanted).unwrap_or_default()),
                // A datagram is read whole; what the modem has no room for is lost, as on the air.
                Socket::Udp(socket, None) => {
                    socket.recv(&mut buffer).or_else(refused_is_lost(0)).map(|count| count.min(wanted))
                }
                Socket::Udp(socket, Some(_)) => socket.recv_from(&mut buffer).map(|(count, peer)| {
                    from = Some(peer);
                    count.min(wanted)
                }),
            };
            let tcp = matches!(open.socket, Socket::Tcp(_) | Socket::Tls(_));
            match read {
                Ok(0) if tcp => return self.end(id, now),
                Ok(count) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    let event = from.map_or(SocketEvent::Received(bytes), |from| SocketEvent::Datagram { from, bytes });
                    self.news(id, event, now);
                    self.carry_out(now);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.end(id, now),
            }
        }
    }

    /// A socket ended by itself.
    fn end(&mut self, id: SocketId, now: Duration) {
        let Some(open) = self.sockets.get_mut(&id) else { return };
        open.pending.clear();
        if !std::mem::replace(&mut open.ended, true) && open.until.is_none() {
            self.news(id, SocketEvent::Closed, now);
        }
    }
}

impl Link for SimLink {
    fn interests<'fd>(&'fd self, _sending: bool, interests: &mut Interests<'fd>) {
        interests.add_bell(&self.bell);
        for listener in self.listeners.values() {
            interests.add(&listener.socket, true, false);
        }
        for (id, open) in &self.sockets {
            let write = !open.pending.is_empty() || open.socket.owes();
            let read = !open.ended && open.until.is_none() && self.modem.wants(*id) > 0;
            // Neither wish, no interest: a hang-up nobody looks at would end every wait at once.
            if !read && !write {
                continue;
            }
            match &open.socket {
                Socket::Tcp(stream) => interests.add(stream, read, write),
                Socket::Tls(stream) => interests.add(&stream.sock, read, write),
                Socket::Udp(socket, _) => interests.add(socket, read, write),
            }
        }
    }

    fn next_deadline(&self) -> Option<Duration> {
        if !self.towards_host.is_empty() {
            return Some(Duration::ZERO);
        }
        let lingering = self.sockets.values().filter_map(|open| open.until).min();
        self.modem.next_deadline().into_iter().chain(lingering).min()
    }

    fn on_ready(&mut self, now: Duration) {
        self.modem.handle_input(Input::Tick, now);
        self.take_found(now);
        self.carry_out(now);
        self.accept(now);
        let ids: Vec<_> = self.sockets.keys().copied().collect();
        for id in ids {
            self.flush(id, now);
            self.fill(id, now);
        }
        self.carry_out(now);
        self.sockets
            .retain(|_, open| open.until.is_none_or(|until| now < until && !open.pending.is_empty() && !open.ended));
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError> {
        if !self.towards_host.is_empty() {
            let bytes = std::mem::take(&mut self.towards_host).into();
            arrived.push(Arrival::Bytes { bytes, flaw: Flaw::default() });
            self.carry_out(now);
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], now: Duration) -> Result<usize, LinkError> {
        Ok(self.give(bytes, now))
    }

    fn panel(&self) -> Option<Panel> {
        Some(self.shown())
    }

    fn control(&mut self, control: Control, now: Duration) -> Result<(), LinkError> {
        self.handle(control, now);
        Ok(())
    }

    fn reconfigure(&mut self, _settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        Ok(Reconfigured::NotHere)
    }
}

/// An earlier datagram found nobody there: this one is lost without a word, as on the air.
fn refused_is_lost(count: usize) -> impl FnOnce(io::Error) -> io::Result<usize> {
    move |error| match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Ok(count)
        }
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests;
