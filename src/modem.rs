//! What the bytes of a modem line mean.
//!
//! * [`transcript`]: sessions as text: our own transcript text and logs pasted from other tools.
//! * [`digest`]: the bytes of the modem cut into lines, prompts and counted data.
//! * `echo`: what was sent, on its way back.
//! * [`baud_scan`]: which rate the modem speaks.
//! * [`passthrough`]: what the way to it through an Arduino carries.
//! * [`dialog`]: commands paired with their answers, data told from commands, the modem's state.
//! * [`secrets`]: PINs and passwords in the bytes of a session, found as they pass.
//! * [`diagnose`]: findings, and what the modem is doing now.
//!
//! Pure: never reads the clock, does no I/O, and no parser of modem output ever fails: it yields values, and findings.

pub mod baud_scan;
pub mod diagnose;
pub(crate) mod dialog;
pub mod digest;
pub(crate) mod echo;
pub mod passthrough;
mod remembered;
pub mod secrets;
pub mod transcript;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From the modem to the host.
    Rx,
    /// From the host to the modem.
    Tx,
}
