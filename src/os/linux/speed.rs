//! Rates and parities that not every Unix knows.

use std::io;

use rustix::io::Errno;
use rustix::termios::{ControlModes, Termios};
use serialport::TTYPort;

/// The flag for mark and space parity.
pub(in crate::os) fn stick() -> ControlModes {
    ControlModes::CMSPAR
}

/// Puts any rate into `termios`.
pub(in crate::os) fn put(termios: &mut Termios, baud: u32) -> Result<(), Errno> {
    termios.set_speed(baud)
}

/// The rate is in the termios already.
#[expect(clippy::unnecessary_wraps, reason = "macOS may refuse")]
pub(in crate::os) fn set(_port: &mut TTYPort, _baud: u32) -> io::Result<()> {
    Ok(())
}

/// What the driver kept, as read back.
pub(in crate::os) fn kept(termios: &Termios, _asked: u32) -> u32 {
    termios.output_speed()
}
