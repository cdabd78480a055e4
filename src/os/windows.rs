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
