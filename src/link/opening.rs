//! From a [`LinkSpec`] to an open port.

use std::path::Path;

use super::network::Network;
use super::replay::Replay;
use super::serial::Serial;
use super::simulator::SimLink;
use super::tap::Tap;
use super::{LineSettings, Link, LinkSpec, OpenError};

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
/// [`OpenError`]: its words are for the user.
pub(crate) fn open(spec: &LinkSpec, settings: &LineSettings) -> Result<Opened, OpenError> {
    match spec {
        LinkSpec::Serial(path) => {
            let (port, kept) = Serial::open(path, settings)?;
            Ok(Opened { link: Box::new(port), kept })
        }
        LinkSpec::Tcp(address) => network(address, false, settings),
        LinkSpec::Rfc2217(address) => network(address, true, settings),
        LinkSpec::Sim(words) => {
            let modem = SimLink::named(words, SEED).map_err(OpenError::Simulator)?;
            Ok(Opened { link: Box::new(modem), kept: None })
        }
        LinkSpec::Replay(path) => replay(path, false),
        LinkSpec::ReplayFast(path) => replay(path, true),
        LinkSpec::Tap { host, modem } => {
            let (host_link, host_kept) = side("host", host, settings)?;
            let (modem_link, modem_kept) = side("modem", modem, settings)?;
            let kept: Vec<String> = host_kept.into_iter().chain(modem_kept).collect();
            let kept = (!kept.is_empty()).then(|| kept.join("; "));
            Ok(Opened { link: Box::new(Tap::new((host_link, host), (modem_link, modem), settings)), kept })
        }
    }
}

/// One line of a tap, and what its driver kept.
fn side(
    whose: &'static str,
    spec: &LinkSpec,
    settings: &LineSettings,
) -> Result<(Box<dyn Link>, Option<String>), OpenError> {
    let opened = open(spec, settings).map_err(|error| OpenError::Side { whose, source: Box::new(error) })?;
    Ok((opened.link, opened.kept.map(|kept| format!("{spec}: {kept}"))))
}

fn network(address: &str, rfc2217: bool, settings: &LineSettings) -> Result<Opened, OpenError> {
    let port = Network::open(address, rfc2217, settings)?;
    Ok(Opened { link: Box::new(port), kept: None })
}

fn replay(path: &Path, fast: bool) -> Result<Opened, OpenError> {
    Ok(Opened { link: Box::new(Replay::open(path, fast)?), kept: None })
}
