//! What macOS does its own way; the rest is as on every Unix.

pub(super) mod clients;
pub(crate) mod devices;
pub(crate) mod holders;
pub(super) mod ready;
pub(crate) mod sockets;
pub(super) mod speed;

pub use super::unix::wait;
pub(crate) use super::unix::{files, pty, serial, signals, terminal, trouble};

/// No driver counts.
pub(super) fn line_counts(_port: std::os::fd::BorrowedFd<'_>) -> Option<super::Counts> {
    None
}

/// Which system this is, for a report: what, and its name.
#[must_use]
pub(crate) fn about() -> Vec<(&'static str, String)> {
    let said = std::process::Command::new("/usr/bin/sw_vers").arg("-productVersion").output();
    let version = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default();
    vec![("system", format!("macOS {version}"))]
}

/// Whoever is logged in has one.
pub(super) fn has_display() -> bool {
    true
}
