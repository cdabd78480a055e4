//! What a port argument names.

use std::path::PathBuf;

/// A port, as typed: `/dev/ttyUSB0`, `COM5`, `sim:no-sim`, `tcp://host:port`, `rfc2217://host:port`, `replay:FILE`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LinkSpec {
    /// A serial device or a pty.
    Serial(String),
    /// The simulated SIM800L with these profiles and faults.
    Sim(Vec<String>),
    /// Raw TCP, `host:port`.
    Tcp(String),
    /// RFC 2217, `host:port`.
    Rfc2217(String),
    /// A capture played back.
    Replay(PathBuf),
}
