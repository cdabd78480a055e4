//! What differs between operating systems, and nothing else: one folder a system, one interface. No other file of this
//! crate asks which system it runs on (`tests/architecture.rs` counts).
//!
//! | name | what it gives |
//! |---|---|
//! | [`wait`] | the one place where a thread waits: sources, a wake-up from any thread, a deadline |
//! | [`serial`] | an open serial device, with its settings and modem lines |
//! | [`devices`] | the serial devices there are, and what tells when that changes |
//! | [`holders`] | who has a device open |
//! | [`pty`] | a pseudo-terminal, where the system has them |
//! | [`files`] | files and folders for their owner alone, read and written at places, put in another's place, locks |
//! | [`signals`] | what asks the program to end |
//! | [`sockets`] | what is special about sockets |
//! | [`terminal`] | standard input and the console |
//! | [`trouble`] | what the system says, sorted |
//! | [`about`] | which version of the system this is |
//!
//! Each system's folder has all of these names; one that lacks a thing says so ([`pty::Pty::open`] on Windows is an error),
//! so that nothing above here has to ask.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as here;
#[cfg(target_os = "macos")]
use macos as here;
#[cfg(windows)]
use windows as here;

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("modemscope knows Linux, macOS and Windows; `src/os` is where another system is to be added");

// Plain values of systems that are not here are tested here all the same.
#[cfg(any(windows, test))]
#[path = "os/windows/dcb.rs"]
mod dcb;
#[cfg(any(windows, test))]
#[path = "os/windows/device_names.rs"]
mod device_names;
#[cfg(any(not(target_os = "linux"), test))]
mod listed;
#[cfg(any(target_os = "macos", test))]
#[path = "os/macos/lsof.rs"]
mod lsof;

pub(crate) mod reasons;
pub mod settings;
mod values;
#[cfg(test)]
mod wait_tests;

pub(crate) use here::about;
pub use here::wait;
pub(crate) use here::{devices, files, holders, pty, serial, signals, sockets, terminal, trouble};
pub use values::LineStates;
pub(crate) use values::{Counts, Facts, LineError, Read, Refused, Trouble, clause};
pub(crate) use values::{Holder, PortInfo};

/// The systems that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    /// Linux.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// The one this program was built for.
pub(crate) const HERE: System = if cfg!(windows) {
    System::Windows
} else if cfg!(target_os = "macos") {
    System::MacOs
} else {
    System::Linux
};
