//! A simulated SIM800L: bytes and time in, bytes and socket wishes out. No I/O, no clock, no threads.
//!
//! What is promised: the answers of `docs/sim800.md`, byte for byte. What it is not: a radio. It connects only where an
//! AT command says, and never by itself: whoever owns it carries its wishes out (`link::simulator`).

use std::time::Duration;

/// Names a socket of the modem, unique over its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// What happens to the modem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Bytes on its RXD pin.
    Uart(&'a [u8]),
    /// News of one of its sockets.
    Socket(SocketId, SocketEvent<'a>),
    /// A hand on the bench: signal, faults, power, an SMS coming in.
    Control(Control),
    /// Only time passed.
    Tick,
}

/// News of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent<'a> {
    /// The connection stands.
    Connected,
    /// It could not be opened.
    Failed,
    /// Bytes came.
    Received(&'a [u8]),
    /// So many bytes of ours were taken by the operating system.
    Taken(usize),
    /// The peer closed it, or it broke.
    Closed,
}

/// A hand on the bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Signal quality as `+CSQ` reports it, 0 to 31 or 99.
    Signal(u8),
    /// A fault by its name, on or off.
    Fault(String, bool),
    /// Power off and on.
    Restart,
}

/// What the modem does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes on its TXD pin.
    Uart(Vec<u8>),
    /// Open a connection.
    Open {
        /// Its name from now on.
        id: SocketId,
        /// TCP, or UDP.
        udp: bool,
        /// As the AT command said: a name or an address.
        host: String,
        /// Port number.
        port: u16,
    },
    /// Send on a connection.
    Send(SocketId, Vec<u8>),
    /// Close a connection.
    Close(SocketId),
}

/// How a modem is set up: delays, documented doubts as switches, faults.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// 1.0 is a real modem's pace, larger is faster.
    pub speed: f64,
    /// Faults by name.
    pub faults: Vec<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self { speed: 1.0, faults: Vec::new() }
    }
}

/// The modem.
#[derive(Debug)]
pub struct Sim800 {
    _profile: Profile,
}

impl Sim800 {
    /// A modem that is switched on at `now == 0`. Equal seeds give equal delays.
    #[must_use]
    pub fn new(profile: Profile, _seed: u64) -> Self {
        Self { _profile: profile }
    }

    /// Something happened.
    pub fn handle_input(&mut self, _input: Input<'_>, _now: Duration) {}

    /// What it does next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        None
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        None
    }
}
