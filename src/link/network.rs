//! Ports that are reached over TCP: raw (`tcp://`), or with the far port's settings and lines (`rfc2217://`).
//!
//! What counts as sent is what the operating system took, byte by byte of the user's data: of an escaped byte both
//! halves. A peer that vanished without a word is found by keep-alive within about ten seconds.

mod acknowledged;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use acknowledged::Unacknowledged;

use super::telnet::{Control, Event, Setting, Telnet};
use super::{Arrival, Interests, LineSettings, Link, LinkError, OpenError, Reconfigured};
use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;
use crate::os::sockets;

/// How long each address of a host is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent peer is probed after this, and given up after three probes two seconds apart: bar 29's ten seconds.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(4);
/// Data waits for the negotiation at most this long: a server that answers nothing gets it all the same.
const NEGOTIATION: Duration = Duration::from_secs(3);
/// Bytes asked for in one read.
const READ_SIZE: usize = 64 * 1024;
/// Bytes of data escaped and offered in one write.
const WRITE_SIZE: usize = 16 * 1024;

/// A port behind a TCP connection.
#[derive(Debug)]
pub struct Network {
    name: String,
    stream: TcpStream,
    telnet: Option<Remote>,
    /// Bytes on their way that are not (wholly) the user's: negotiation, or the second half of an escape.
    pending: Vec<u8>,
    buffer: Vec<u8>,
    unacknowledged: Unacknowledged,
    /// To be told with what arrives next.
    notes: Vec<String>,
    dtr: bool,
    rts: bool,
}

/// The far side's port, by RFC 2217.
#[derive(Debug)]
struct Remote {
    telnet: Telnet,
    asked: LineSettings,
    configured: bool,
    held: bool,
    modem_state: Option<u8>,
    negotiation: Negotiation,
}

/// Whether data may go out already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Negotiation {
    /// Our first words are on their way.
    Begun,
    /// The server has until then to answer.
    Until(Duration),
    /// It has answered, or its time is over.
    Over,
}

impl Network {
    /// Connects; blocks up to ten seconds an address, so it runs on the worker's thread. With `rfc2217` the settings
    /// travel once the server agrees; what it keeps instead is told by a note in the log.
    ///
    /// # Errors
    /// [`OpenError`]: what happened, and what to do next.
    pub fn open(address: &str, rfc2217: bool, settings: &LineSettings) -> Result<Self, OpenError> {
        let stream = connect(address)?;
        let name = format!("{}://{address}", if rfc2217 { "rfc2217" } else { "tcp" });
        prepare(&stream).map_err(|source| OpenError::Connection { port: name.clone(), source })?;
        let telnet = rfc2217.then(|| Remote {
            telnet: Telnet::new(),
            asked: *settings,
            configured: false,
            held: false,
            modem_state: None,
            negotiation: Negotiation::Begun,
        });
        let mut network = Self {
            name,
            stream,
            telnet,
            pending: Vec::new(),
            buffer: vec![0; READ_SIZE],
            unacknowledged: Unacknowledged::default(),
            notes: Vec::new(),
            dtr: settings.dtr.unwrap_or(true),
            rts: settings.rts.unwrap_or(true),
        };
        // The first words wait in `pending` until the worker's first wait says that the socket takes them.
        network.gather();
        Ok(network)
    }

    /// Collects what the telnet client wants to say.
    fn gather(&mut self) {
        if let Some(remote) = self.telnet.as_mut() {
            self.pending.extend(remote.telnet.take_output());
        }
    }

    /// Sends what is pending; true when nothing is left.
    fn flush_pending(&mut self) -> Result<bool, LinkError> {
        self.gather();
        while !self.pending.is_empty() {
            match self.stream.write(&self.pending) {
                Ok(0) => return Err(self.gone("it takes no more bytes")),
                Ok(count) => {
                    self.unacknowledged.wrote(count);
                    drop(self.pending.drain(..count));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.gone(&error.to_string())),
            }
        }
        Ok(true)
    }

    fn gone(&self, why: &str) -> LinkError {
        LinkError::Gone(format!("{}: the connection is gone ({why})", self.name))
    }

    /// May data go out, as far as the far side says?
    fn ready_for_data(&self) -> bool {
        self.telnet.as_ref().is_none_or(|remote| !remote.held && remote.negotiation == Negotiation::Over)
    }

    fn write_raw(&mut self, bytes: &[u8]) -> Result<usize, LinkError> {
        match self.stream.write(bytes) {
            Ok(count) => {
                self.unacknowledged.wrote(count);
                Ok(count)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(0),
            Err(error) => Err(self.gone(&error.to_string())),
        }
    }

    /// Escapes, writes, and counts the bytes of data of which at least the first half was taken; a second half that was
    /// not stays pending and goes out first.
    fn write_escaped(&mut self, bytes: &[u8]) -> Result<usize, LinkError> {
        let Some(remote) = self.telnet.as_ref() else { return Ok(0) };
        let mut wire = Vec::with_capacity(2 * bytes.len().min(WRITE_SIZE));
        let mut ends = Vec::with_capacity(bytes.len().min(WRITE_SIZE));
        for &byte in bytes.iter().take(WRITE_SIZE) {
            remote.telnet.encode(byte, &mut wire);
            ends.push(wire.len());
        }
        let taken = self.write_raw(&wire)?;
        let whole = ends.partition_point(|&end| end <= taken);
        let begun = whole.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0);
        if taken == begun {
            return Ok(whole);
        }
        let end = ends.get(whole).copied().unwrap_or(taken);
        self.pending.extend_from_slice(wire.get(taken..end).unwrap_or_default());
        Ok(whole + 1)
    }

    fn hear(&mut self, bytes: &[u8], arrived: &mut Vec<Arrival>) {
        let Some(remote) = self.telnet.as_mut() else {
            arrived.push(Arrival::Bytes { bytes: bytes.to_vec(), flaw: Flaw::None });
            return;
        };
        let mut events = Vec::new();
        remote.telnet.receive(bytes, &mut events);
        for event in events {
            match event {
                Event::Data(bytes) => arrived.push(Arrival::Bytes { bytes, flaw: Flaw::None }),
                Event::Setting(setting) => arrived.extend(remote.check(setting).map(Arrival::Note)),
                Event::LineState(state) => line_state(state, arrived),
                Event::ModemState(state) => remote.modem_state = Some(state),
                Event::Hold(held) => remote.held = held,
                Event::ComPort(true) => remote.configure(self.dtr, self.rts),
                Event::ComPort(false) => arrived.push(Arrival::Note(
                    "the server does not speak RFC 2217: baud, lines and break stay as it has them".into(),
                )),
                Event::Oversized => arrived.push(Arrival::Note(
                    "the server sent an oversized telnet subnegotiation; it was dropped (it is not data)".into(),
                )),
            }
        }
    }
}

impl Remote {
    fn configure(&mut self, dtr: bool, rts: bool) {
        if !self.configured {
            self.configured = true;
            self.telnet.configure(&self.asked);
            self.set_lines(LineChange { dtr: self.asked.dtr.map(|_| dtr), rts: self.asked.rts.map(|_| rts) });
        }
    }

    fn set_lines(&mut self, change: LineChange) {
        if let Some(dtr) = change.dtr {
            self.telnet.control(if dtr { Control::DtrOn } else { Control::DtrOff });
        }
        if let Some(rts) = change.rts {
            self.telnet.control(if rts { Control::RtsOn } else { Control::RtsOff });
        }
    }

    /// What to tell when the server set something else than was asked.
    fn check(&self, setting: Setting) -> Option<String> {
        match setting {
            Setting::Baud(baud) if baud != self.asked.baud => {
                Some(format!("the server keeps its port at {baud} baud; {} were asked", self.asked.baud))
            }
            _ => None,
        }
    }
}

impl Link for Network {
    fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        interests.add(&self.stream, true, sending && self.ready_for_data() || !self.pending.is_empty());
    }

    fn next_deadline(&self) -> Option<Duration> {
        let negotiation = self.telnet.as_ref().and_then(|remote| match remote.negotiation {
            Negotiation::Until(at_latest) => Some(at_latest),
            Negotiation::Begun | Negotiation::Over => None,
        });
        negotiation.into_iter().chain(self.unacknowledged.next_look()).min()
    }

    fn on_ready(&mut self, now: Duration) {
        self.unacknowledged.pass(now);
        if let Some(remote) = self.telnet.as_mut() {
            remote.negotiation = match remote.negotiation {
                Negotiation::Begun => Negotiation::Until(now + NEGOTIATION),
                Negotiation::Until(_) if remote.telnet.settled() => Negotiation::Over,
                Negotiation::Until(at_latest) if now >= at_latest => {
                    self.notes.push(format!(
                        "the server has not answered the negotiation of RFC 2217 for {} s, and may not speak it: what you send \
                         goes to it all the same; baud, lines and break stay as it has them. If it is a raw port, connect \
                         to tcp:// instead",
                        NEGOTIATION.as_secs()
                    ));
                    Negotiation::Over
                }
                other => other,
            };
        }
        if self.unacknowledged.next_look().is_some_and(|due| now >= due)
            && let Some(waiting) = sockets::unacknowledged(&self.stream)
        {
            self.notes.extend(self.unacknowledged.look(waiting.into(), now));
        }
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = self.stream.read(&mut buffer);
        let result = match outcome {
            Ok(0) => Err(self.gone("the server closed it")),
            Ok(count) => {
                self.hear(buffer.get(..count).unwrap_or_default(), arrived);
                Ok(())
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(()),
            Err(error) => Err(self.gone(&error.to_string())),
        };
        self.buffer = buffer;
        arrived.extend(self.notes.drain(..).map(Arrival::Note));
        result?;
        self.on_ready(now);
        self.flush_pending().map(|_| ())
    }

    fn write(&mut self, bytes: &[u8], now: Duration) -> Result<usize, LinkError> {
        self.unacknowledged.pass(now);
        if !self.flush_pending()? || !self.ready_for_data() {
            return Ok(0);
        }
        if self.telnet.is_some() { self.write_escaped(bytes) } else { self.write_raw(bytes) }
    }

    fn set_lines(&mut self, change: LineChange) -> Result<(), LinkError> {
        let Some(remote) = self.telnet.as_mut() else {
            return Err(LinkError::Unsupported("a raw TCP connection has no modem lines; rfc2217:// has".into()));
        };
        self.dtr = change.dtr.unwrap_or(self.dtr);
        self.rts = change.rts.unwrap_or(self.rts);
        remote.set_lines(change);
        self.flush_pending().map(|_| ())
    }

    fn lines(&mut self) -> Option<LineStates> {
        let state = self.telnet.as_ref()?.modem_state?;
        let on = |bit: u8| state & bit != 0;
        Some(LineStates { cts: on(0x10), dsr: on(0x20), ri: on(0x40), dcd: on(0x80), dtr: self.dtr, rts: self.rts })
    }

    fn set_break(&mut self, on: bool) -> Result<(), LinkError> {
        let Some(remote) = self.telnet.as_mut() else {
            return Err(LinkError::Unsupported("a raw TCP connection has no break; rfc2217:// has".into()));
        };
        remote.telnet.control(if on { Control::BreakOn } else { Control::BreakOff });
        self.flush_pending().map(|_| ())
    }

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        let Some(remote) = self.telnet.as_mut() else { return Ok(Reconfigured::NotHere) };
        remote.asked = *settings;
        remote.telnet.configure(settings);
        // What the server keeps instead it tells later.
        self.flush_pending().map(|_| Reconfigured::Applied)
    }
}

fn line_state(state: u8, arrived: &mut Vec<Arrival>) {
    // RFC 2217 tells that errors happened, not which bytes they damaged.
    for (bit, what) in [(0x02, "overrun"), (0x04, "parity error"), (0x08, "framing error")] {
        if state & bit != 0 {
            arrived.push(Arrival::Note(format!("the server reports: {what} on its port")));
        }
    }
    if state & 0x10 != 0 {
        arrived.push(Arrival::Break);
    }
}

fn connect(address: &str) -> Result<TcpStream, OpenError> {
    let named = || address.to_owned();
    let addresses = address.to_socket_addrs().map_err(|source| OpenError::HostNotFound { address: named(), source })?;
    let mut last = OpenError::NoAddress { address: named() };
    for at in addresses {
        match TcpStream::connect_timeout(&at, CONNECT_TIMEOUT) {
            Ok(stream) => return Ok(stream),
            Err(source) => {
                last = match source.kind() {
                    ErrorKind::ConnectionRefused => OpenError::NobodyListens { address: named(), at },
                    ErrorKind::TimedOut => OpenError::NoAnswer { address: named(), at },
                    _ => OpenError::Unreachable { address: named(), at, source },
                };
            }
        }
    }
    Err(last)
}

fn prepare(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nonblocking(true)?;
    // A prompt is answered by a few bytes; waiting to fill a packet would be felt.
    stream.set_nodelay(true)?;
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE_AFTER).with_interval(Duration::from_secs(2));
    let keep_alive = sockets::with_retries(keep_alive, 3);
    // No TCP_USER_TIMEOUT: Linux would also end a connection whose far side merely stops reading for that long.
    SockRef::from(stream).set_tcp_keepalive(&keep_alive)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const SECOND: fn(u64) -> Duration = Duration::from_secs;

    /// A server that takes the call and then neither reads nor says anything.
    fn mute(rfc2217: bool) -> (Network, TcpListener) {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap().to_string();
        (Network::open(&address, rfc2217, &LineSettings::default()).unwrap(), server)
    }

    fn notes(network: &mut Network, now: Duration) -> Vec<String> {
        network.on_ready(now);
        let mut arrived = Vec::new();
        network.read(&mut arrived, now).unwrap();
        let note = |arrival| match arrival {
            Arrival::Note(text) => text,
            other => panic!("{other:?}"),
        };
        arrived.into_iter().map(note).collect()
    }

    #[test]
    fn a_server_that_does_not_negotiate_is_told() {
        let (mut network, _server) = mute(true);
        assert_eq!(notes(&mut network, SECOND(1)), [""; 0]);
        assert_eq!(network.next_deadline(), Some(SECOND(2)), "our first words are on their way");
        assert_eq!(network.write(b"AT\r", SECOND(2)).unwrap(), 0, "it may still answer");
        let told = notes(&mut network, SECOND(4));
        assert!(
            told.len() == 1 && told[0].contains("has not answered the negotiation of RFC 2217 for 3 s"),
            "{told:?}"
        );
        assert_eq!(network.write(b"AT\r", SECOND(4)).unwrap(), 3);
        assert_eq!(notes(&mut network, SECOND(5)), [""; 0], "told once");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_far_side_that_acknowledges_nothing_is_told_and_so_is_its_return() {
        let (mut network, server) = mute(false);
        let (mut far_side, _) = server.accept().unwrap();
        let mut written = 0;
        while let count @ 1.. = network.write(&[b'x'; WRITE_SIZE], Duration::ZERO).unwrap() {
            written += count;
        }
        assert_eq!(notes(&mut network, SECOND(1)), [""; 0]);
        assert_eq!(notes(&mut network, SECOND(2)), [""; 0]);
        let told = notes(&mut network, SECOND(8));
        assert!(told.len() == 1 && told[0].contains("acknowledged none of the last"), "{told:?}");
        assert_eq!(notes(&mut network, SECOND(10)), [""; 0], "told once");
        let mut got = vec![0; written];
        far_side.read_exact(&mut got).unwrap();
        let told = notes(&mut network, SECOND(12));
        assert_eq!(told, ["the far side takes bytes again"]);
        assert!(network.next_deadline().is_none_or(|due| due > SECOND(12)));
    }
}
