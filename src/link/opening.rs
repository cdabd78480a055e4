//! From a [`LinkSpec`] to an open port.

use super::{LineSettings, Link, LinkSpec};

/// An open port, and what its driver kept instead of what was asked.
pub struct Opened {
    /// The port.
    pub link: Box<dyn Link>,
    /// For example "the driver kept 8N1".
    pub kept: Option<String>,
}

/// Opens a port. Runs on the worker's thread: a device or a name server may take its time.
///
/// # Errors
/// A sentence for the user: what happened, and what to do next.
pub fn open(spec: &LinkSpec, settings: &LineSettings) -> Result<Opened, String> {
    match spec {
        LinkSpec::Serial(path) => {
            let (port, kept) = super::serial::Serial::open(path, settings)?;
            Ok(Opened { link: Box::new(port), kept })
        }
        LinkSpec::Sim(_) | LinkSpec::Tcp(_) | LinkSpec::Rfc2217(_) | LinkSpec::Replay(_) => {
            Err(format!("{spec}: this build cannot open this kind of port"))
        }
    }
}
