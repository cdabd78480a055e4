//! What all Unixes do alike. Where they differ a module here asks its system's folder (`here`).

pub(crate) mod files;
pub(super) mod lock_file;
pub(crate) mod pty;
pub(crate) mod serial;
pub(crate) mod signals;
pub(super) mod sockets;
pub(crate) mod terminal;
mod termios;
pub(crate) mod trouble;
pub mod wait;
