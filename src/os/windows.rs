//! What Windows does its own way, which is all of it.

mod calls;
pub(crate) mod devices;
pub(crate) mod files;
pub(crate) mod holders;
pub(crate) mod pty;
pub(crate) mod serial;
pub(crate) mod signals;
pub(crate) mod sockets;
pub(crate) mod terminal;
pub(crate) mod trouble;
pub mod wait;

/// Which system this is, for a report: what, and its name.
#[must_use]
pub(crate) fn about() -> Vec<(&'static str, String)> {
    // A version from the program's own calls would be the one that its manifest names.
    let said = std::process::Command::new("cmd").args(["/c", "ver"]).output();
    let version = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default();
    vec![("system", version)]
}
