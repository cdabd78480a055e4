//! The test server: listens, shows each connection and the bytes that arrived, can answer.

use std::net::SocketAddr;
use std::time::SystemTime;

use super::News;

/// A connection as the panel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Counts connections from 1.
    pub number: u64,
    /// Who.
    pub peer: SocketAddr,
    /// When it came.
    pub since: SystemTime,
    /// The first bytes that arrived, bounded; `total` counts all.
    pub bytes: Vec<u8>,
    /// How many arrived in all.
    pub total: u64,
    /// Still open.
    pub open: bool,
}

/// A listening server; dropping it closes all connections.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
}

impl TestServer {
    /// Listens on `address` (port 0: any free one).
    ///
    /// # Errors
    /// As `bind(2)`.
    pub fn start(address: SocketAddr, _news: News) -> std::io::Result<Self> {
        Ok(Self { address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All connections so far, oldest first (bounded: the oldest closed ones go first).
    #[must_use]
    pub fn visitors(&self) -> Vec<Visitor> {
        Vec::new()
    }

    /// Sends bytes to an open connection without blocking.
    pub fn answer(&self, _visitor: u64, _bytes: Vec<u8>) {}
}
