//! Why a port did not open.

use std::io;
use std::net::SocketAddr;

use super::{LineSettings, LinkError};
use crate::capture::CaptureError;
use crate::os::clause;

/// Why a port did not open. Its words are for the user: what happened, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The device could not be had, as [`trouble`](super::trouble) explains it.
    #[error("{0}")]
    Device(String),
    /// The device is there, but its driver does not take the settings.
    #[error("{path}: the driver refused {settings}: {}. Choose other settings.", clause(system))]
    Settings {
        /// Its name.
        path: String,
        /// What was asked.
        settings: Box<LineSettings>,
        /// The system's own words.
        system: String,
    },
    /// The name of a host is not known.
    #[error("{address}: the host was not found ({source}). Check the name, or write its address.")]
    HostNotFound {
        /// Host and port, as they were written.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The name is known, but nothing stands behind it.
    #[error("{address}: the name has no address. Check it, or write the address itself.")]
    NoAddress {
        /// Host and port, as they were written.
        address: String,
    },
    /// The host is there, but has no such server.
    #[error("{address}: nobody listens at {at}. Start the server, or check the port number.")]
    NobodyListens {
        /// Host and port, as they were written.
        address: String,
        /// What they stand for.
        at: SocketAddr,
    },
    /// Nothing came back.
    #[error("{address}: {at} did not answer within 10 s. Check the address and firewalls on the way.")]
    NoAnswer {
        /// Host and port, as they were written.
        address: String,
        /// What they stand for.
        at: SocketAddr,
    },
    /// The system could not reach the host.
    #[error("{address}: {at}: {source}. Check the address and the network.")]
    Unreachable {
        /// Host and port, as they were written.
        address: String,
        /// What they stand for.
        at: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The connection is there, but the system does not let it be set up.
    #[error("{port}: {source}. Connect again.")]
    Connection {
        /// The port, as it is named.
        port: String,
        /// Why.
        source: io::Error,
    },
    /// The simulated modem could not be made.
    #[error(transparent)]
    Simulator(LinkError),
    /// The capture could not be opened to be played.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// One of the two lines of a tap.
    #[error("the {whose}'s line: {source}")]
    Side {
        /// `host` or `modem`.
        whose: &'static str,
        /// Why.
        source: Box<OpenError>,
    },
    /// Nobody waits for the connection any more.
    #[error("the connection was given up")]
    GivenUp,
}
