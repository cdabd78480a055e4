//! What the bytes of a modem line mean.
//!
//! Pure: never reads the clock, does no I/O, and no parser of modem output ever fails: it yields values, and findings.

pub mod diagnose;

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From the modem to the host.
    Rx,
    /// From the host to the modem.
    Tx,
}
