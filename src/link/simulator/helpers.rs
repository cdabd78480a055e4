//! What may take its time, on threads of its own: names are looked up and connections opened here, and a bell tells the
//! worker that something was brought back.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use crate::link::tls::{self, Secured};
use crate::simulator::Secure;

/// How long a helper tries to connect.
const CONNECT: Duration = Duration::from_secs(75);

/// An open socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Tls(Box<Secured>),
    /// Connected to one peer; or open to anybody, and where its datagrams go.
    Udp(UdpSocket, Option<SocketAddr>),
}

impl Socket {
    /// TLS itself has something to send.
    pub(super) fn owes(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.conn.wants_write())
    }
}

/// How a connection is opened.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) udp: bool,
    /// The port of this side; 0 takes any.
    pub(super) local: u16,
    /// UDP from and to anybody.
    pub(super) anybody: bool,
    /// With TLS, and how.
    pub(super) secure: Option<Secure>,
}

/// What a helper brings back.
#[derive(Debug)]
pub(super) enum Found {
    Connected(Socket, SocketAddr),
    Addresses(Vec<IpAddr>),
    /// Where further datagrams go, if the name was found.
    Aim(Option<SocketAddr>),
    Unresolved,
    Failed,
    /// Connected, but TLS could not be agreed on, or the certificate is not good.
    Insecure,
    /// An echo came back.
    Echoed {
        after: Duration,
        ttl: Option<u8>,
    },
    /// None came back, or the system lets nobody ask for one, and what to do about it.
    NoEcho {
        notice: Option<&'static str>,
    },
}

/// On a helper: resolves a name, IPv4 first as the module knows nothing else.
fn addresses(host: &str, port: u16) -> Vec<SocketAddr> {
    let mut list: Vec<_> = (host, port).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    list.sort_by_key(SocketAddr::is_ipv6);
    list
}

/// On a helper: resolves and connects.
pub(super) fn connect(host: &str, port: u16, way: &Way) -> Found {
    let list = addresses(host, port);
    if list.is_empty() {
        return Found::Unresolved;
    }
    for peer in list {
        let Ok(socket) = connect_to(peer, way) else { continue };
        return match (socket, &way.secure) {
            (Socket::Tcp(stream), Some(secure)) => match tls::greet(stream, host, secure) {
                Some(stream) => Found::Connected(Socket::Tls(Box::new(stream)), peer),
                None => Found::Insecure,
            },
            (socket, _) => Found::Connected(socket, peer),
        };
    }
    Found::Failed
}

/// On a helper: where datagrams are to go.
pub(super) fn find(host: &str, port: u16) -> Found {
    Found::Aim(addresses(host, port).first().copied())
}

/// On a helper: looks a name up.
pub(super) fn resolve(host: &str) -> Found {
    let mut list: Vec<_> = addresses(host, 0).iter().map(SocketAddr::ip).collect();
    list.dedup();
    if list.is_empty() { Found::Unresolved } else { Found::Addresses(list) }
}

/// This side of a connection to `peer`: any address, and the port that was asked for. One that listens to anybody who
/// knows its port hears this machine alone when its peer is on it.
fn own_side(peer: SocketAddr, local: u16) -> SocketAddr {
    let loopback = peer.ip().is_loopback();
    let address: IpAddr = match (peer.is_ipv4(), loopback) {
        (true, true) => core::net::Ipv4Addr::LOCALHOST.into(),
        (true, false) => core::net::Ipv4Addr::UNSPECIFIED.into(),
        (false, true) => core::net::Ipv6Addr::LOCALHOST.into(),
        (false, false) => core::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    (address, local).into()
}

fn connect_to(peer: SocketAddr, way: &Way) -> io::Result<Socket> {
    if way.udp {
        let socket = UdpSocket::bind(own_side(peer, way.local))?;
        socket.set_nonblocking(true)?;
        if way.anybody {
            return Ok(Socket::Udp(socket, Some(peer)));
        }
        socket.connect(peer)?;
        return Ok(Socket::Udp(socket, None));
    }
    let stream = if way.local == 0 {
        TcpStream::connect_timeout(&peer, CONNECT)?
    } else {
        let socket = socket2::Socket::new(socket2::Domain::for_address(peer), socket2::Type::STREAM, None)?;
        // The port may still be waiting for the end of the connection before.
        socket.set_reuse_address(true)?;
        socket.bind(&own_side(peer, way.local).into())?;
        socket.connect_timeout(&peer.into(), CONNECT)?;
        socket.into()
    };
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    Ok(Socket::Tcp(stream))
}
