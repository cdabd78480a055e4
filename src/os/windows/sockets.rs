//! What is special about sockets here.

use std::io;
use std::net::TcpStream;
use std::path::Path;

use socket2::TcpKeepalive;

/// Windows decides itself how many probes without an answer end a connection: ten.
#[must_use]
pub(crate) fn with_retries(keep_alive: TcpKeepalive, _probes: u32) -> TcpKeepalive {
    keep_alive
}

/// Bytes that a TCP socket took and whose arrival the far side has not acknowledged: not told here.
#[must_use]
pub(crate) fn unacknowledged<Socket>(_socket: &Socket) -> Option<u32> {
    None
}

/// A socket under a name of the file system: not here.
#[derive(Debug)]
pub(crate) enum NamedSocket {}

impl NamedSocket {
    /// # Errors
    /// Always.
    pub(crate) fn listen(_path: &Path) -> io::Result<Self> {
        Err(io::Error::other("expected ADDRESS:PORT on this system, such as 127.0.0.1:9001"))
    }

    /// # Errors
    /// None: there is no such socket.
    pub(crate) fn accept(&self) -> io::Result<(TcpStream, TcpStream)> {
        match *self {}
    }
}
