//! From a [`LinkSpec`] to an open port.

use std::path::Path;

use super::network::Network;
use super::replay::Replay;
use super::serial::Serial;
use super::simulator::SimLink;
use super::tap::Tap;
use super::{LineSettings, Link, LinkSpec};

/// Every `sim:` is a fresh modem with the same delays.
const SEED: u64 = 1;

/// An open port, and what its driver kept instead of what was asked.
pub(crate) struct Opened {
    /// The port.
    pub(crate) link: Box<dyn Link>,
    /// For example "the driver kept 8N1".
    pub(crate) kept: Option<String>,
}

/// Opens a port. Runs on the worker's thread: a device or a name server may take its time.
///
/// # Errors
/// A sentence for the user: what happened, and what to do next.
pub(crate) fn open(spec: &LinkSpec, settings: &LineSettings) -> Result<Opened, String> {
    match spec {
        LinkSpec::Serial(path) => {
            let (port, kept) = Serial::open(path, settings)?;
            Ok(Opened { link: Box::new(port), kept })
        }
        LinkSpec::Tcp(address) => network(address, false, settings),
        LinkSpec::Rfc2217(address) => network(address, true, settings),
        LinkSpec::Sim(words) => {
            let modem = SimLink::named(words, SEED).map_err(|error| error.to_string())?;
            Ok(Opened { link: Box::new(modem), kept: None })
        }
        LinkSpec::Replay(path) => replay(path, false),
        LinkSpec::ReplayFast(path) => replay(path, true),
        LinkSpec::Tap { host, modem } => {
            let (tap, kept) = Tap::open(host, modem, settings)?;
            Ok(Opened { link: Box::new(tap), kept })
        }
    }
}

fn network(address: &str, rfc2217: bool, settings: &LineSettings) -> Result<Opened, String> {
    let port = Network::open(address, rfc2217, settings)?;
    Ok(Opened { link: Box::new(port), kept: None })
}

fn replay(path: &Path, fast: bool) -> Result<Opened, String> {
    Ok(Opened { link: Box::new(Replay::open(path, fast)?), kept: None })
}
