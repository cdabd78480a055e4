//! Ports that are reached over TCP: raw (`tcp://`), or with the far port's settings and lines (`rfc2217://`).
//!
//! What counts as sent is what the operating system took, byte by byte of the user's data: of an escaped byte both
//! halves. A peer that vanished without a word is found by keep-alive within about ten seconds.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use super::telnet::{Control, Event, Setting, Telnet};
use super::{Arrival, Interests, LineSettings, Link, LinkError};
use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;

/// How long each address of a host is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A silent peer is probed after this, and given up after three probes two seconds apart: bar 29's ten seconds.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(4);
/// Data waits for the negotiation at most so long: a server that answers nothing gets it all the same.
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
    /// A sentence for the user: what happened, and what to do next.
    pub fn open(address: &str, rfc2217: bool, settings: &LineSettings) -> Result<Self, String> {
        let stream = connect(address)?;
        let name = format!("{}://{address}", if rfc2217 { "rfc2217" } else { "tcp" });
        prepare(&stream).map_err(|error| format!("{name}: {error}. Connect again."))?;
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
                Ok(count) => drop(self.pending.drain(..count)),
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
            Ok(count) => Ok(count),
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
        self.telnet.as_ref().and_then(|remote| match remote.negotiation {
            Negotiation::Until(at_latest) => Some(at_latest),
            Negotiation::Begun | Negotiation::Over => None,
        })
    }

    fn on_ready(&mut self, now: Duration) {
        if let Some(remote) = self.telnet.as_mut() {
            remote.negotiation = match remote.negotiation {
                Negotiation::Begun => Negotiation::Until(now + NEGOTIATION),
                Negotiation::Until(at_latest) if remote.telnet.settled() || now >= at_latest => Negotiation::Over,
                other => other,
            };
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
        result?;
        self.on_ready(now);
        self.flush_pending().map(|_| ())
    }

    fn write(&mut self, bytes: &[u8], _now: Duration) -> Result<usize, LinkError> {
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

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Option<String>, LinkError> {
        match self.telnet.as_mut() {
            None => Ok(Some("raw TCP has no line settings; the far side keeps its own".into())),
            Some(remote) => {
                remote.asked = *settings;
                remote.telnet.configure(settings);
                self.flush_pending().map(|_| None)
            }
        }
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

fn connect(address: &str) -> Result<TcpStream, String> {
    let advice = |what: &str| format!("{address}: {what}");
    let addresses = address
        .to_socket_addrs()
        .map_err(|error| advice(&format!("the host was not found ({error}). Check the name, or write its address.")))?;
    let mut last = advice("the name has no address. Check it, or write the address itself.");
    for candidate in addresses {
        match TcpStream::connect_timeout(&candidate, CONNECT_TIMEOUT) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                last = advice(&match error.kind() {
                    ErrorKind::ConnectionRefused => {
                        format!("nobody listens at {candidate}. Start the server, or check the port number.")
                    }
                    ErrorKind::TimedOut => {
                        format!("{candidate} did not answer within 10 s. Check the address and firewalls on the way.")
                    }
                    _ => format!("{candidate}: {error}. Check the address and the network."),
                });
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
    #[cfg(unix)]
    let keep_alive = keep_alive.with_retries(3);
    // No TCP_USER_TIMEOUT: Linux would also end a connection whose far side merely stops reading for that long.
    SockRef::from(stream).set_tcp_keepalive(&keep_alive)
}
