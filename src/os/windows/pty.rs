//! Windows has no pseudo-terminals that a program could open as a serial port.

use std::path::Path;

use super::wait::Interests;

/// This system has none.
pub(crate) const AVAILABLE: bool = false;

/// None can be had.
#[derive(Debug)]
pub(crate) enum Pty {}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PtyError {
    /// Always.
    #[error(
        "Windows has no pseudo-terminals: use a TCP port, such as --tcp 127.0.0.1:9000, and open it as tcp://127.0.0.1:9000; for a \
         program that wants a COM port, make a pair with com0com and join them (com2tcp)"
    )]
    NotHere,
}

impl Pty {
    pub(crate) fn open(_link: Option<&Path>) -> Result<Self, PtyError> {
        Err(PtyError::NotHere)
    }

    pub(crate) fn address(&self) -> String {
        match *self {}
    }

    pub(crate) fn interests<'fd>(&'fd self, _read: bool, _write: bool, _interests: &mut Interests<'fd>) {
        match *self {}
    }

    pub(crate) fn set_rate(&mut self, _rate: u32) {
        match *self {}
    }

    pub(crate) fn default_rate(&self) -> Option<u32> {
        match *self {}
    }

    pub(crate) fn rate(&self) -> Option<u32> {
        match *self {}
    }

    pub(crate) fn has_client(&self) -> bool {
        match *self {}
    }

    pub(crate) fn look(&mut self) {
        match *self {}
    }

    pub(crate) fn read(&mut self, _buffer: &mut [u8]) -> usize {
        match *self {}
    }

    pub(crate) fn write(&mut self, _bytes: &[u8]) -> usize {
        match *self {}
    }

    pub(crate) fn close(&mut self) {
        match *self {}
    }
}
