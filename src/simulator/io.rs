//! What goes into a modem and what comes out.

use core::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::profile::Callee;
use super::security::Secure;

/// Names a socket of the modem, unique over its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// What happens to the modem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Bytes on its RXD pin. More than [`super::Modem::room`] are lost, as on a line without flow control.
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
    /// The connection stands; `peer` is where the name led to.
    Connected {
        /// The far end.
        peer: SocketAddr,
    },
    /// It could not be opened.
    Failed,
    /// Its name could not be resolved.
    Unresolved,
    /// It stands, but TLS could not be agreed on, or its certificate is not good; it is closed again.
    HandshakeFailed,
    /// Bytes came, never more than [`super::Modem::wants`].
    Received(&'a [u8]),
    /// A datagram came on a connection for anybody; bytes as for [`SocketEvent::Received`].
    Datagram {
        /// Who sent it.
        from: SocketAddr,
        /// What.
        bytes: &'a [u8],
    },
    /// How many bytes of ours were taken by the operating system.
    Taken(usize),
    /// The peer closed it, or it broke.
    Closed,
    /// A name was looked up.
    Resolved(&'a [IpAddr]),
    /// The echo that was asked for came back.
    Echoed {
        /// How long it took.
        after: Duration,
        /// What is left of its time to live, where the system tells it.
        ttl: Option<u8>,
    },
    /// It did not come back in time, or could not be asked for.
    NoEcho,
    /// It listens.
    Listening,
    /// Somebody wants in; answered with [`Output::Accept`] or [`Output::Refuse`].
    Incoming {
        /// Who.
        peer: SocketAddr,
    },
}

/// A hand on the bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Signal quality as `+CSQ` reports it, 0 to 31 or 99.
    Signal(u8),
    /// A fault by its name, on or off. A name that is not in [`super::Fault::ALL`] changes nothing.
    Fault(String, bool),
    /// Power off and on.
    Restart,
    /// A short message comes in.
    Message {
        /// From whom.
        from: String,
        /// Its text; long ones come in parts.
        text: String,
    },
    /// Somebody calls.
    Call {
        /// Who.
        from: String,
    },
    /// The other side of a call hangs up.
    HangUp,
    /// Where the module is, in millionths of a degree north and east.
    Position {
        /// North.
        latitude: i32,
        /// East.
        longitude: i32,
    },
    /// The pin DTR of the module: on is low, as a host holds it while it has the port.
    Dtr(bool),
    /// What a request such as `*100#` is answered with from now on.
    Ussd(String),
    /// What a called number does from now on.
    Callee(Callee),
    /// The rate of the host's side, where it has one: another than the modem's is garbage. `None` fits always.
    HostRate(Option<u32>),
}

/// An echo that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoRequest {
    /// Of whom.
    pub address: IpAddr,
    /// Counts the echoes of one command.
    pub sequence: u16,
    /// Bytes of it.
    pub length: usize,
    /// How many routers may pass it on.
    pub ttl: u8,
    /// How long it may take.
    pub limit: Duration,
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
        /// The port of this side; 0 takes any.
        local: u16,
        /// UDP from and to anybody: [`SocketEvent::Datagram`] tells who sent.
        anybody: bool,
        /// With TLS, and how; a handshake that fails is [`SocketEvent::HandshakeFailed`].
        secure: Option<Secure>,
    },
    /// Further datagrams of a connection for anybody go there.
    Aim {
        /// Its name.
        id: SocketId,
        /// A name or an address.
        host: String,
        /// Port number.
        port: u16,
    },
    /// Send on a connection.
    Send(SocketId, Vec<u8>),
    /// Close a connection (when all that was given to it is sent) or a listening socket.
    Close(SocketId),
    /// Look a name up.
    Resolve {
        /// Names the answer.
        id: SocketId,
        /// The name.
        host: String,
    },
    /// Ask for an echo (ICMP).
    Ping {
        /// Names the answer.
        id: SocketId,
        /// Of whom, and how.
        echo: EchoRequest,
    },
    /// Listen for TCP connections.
    Listen {
        /// Its name from now on.
        id: SocketId,
        /// Port number.
        port: u16,
        /// On all addresses, not on loopback alone.
        everywhere: bool,
    },
    /// Take the connection that came in first.
    Accept {
        /// Where it came in.
        listener: SocketId,
        /// Its name from now on.
        id: SocketId,
    },
    /// Turn the connection away that came in first.
    Refuse {
        /// Where it came in.
        listener: SocketId,
    },
}
