//! Rates and parities that not every Unix knows.

use std::io;

use rustix::io::Errno;
use rustix::termios::{ControlModes, Termios};
use serialport::{SerialPort as _, TTYPort};

/// What tcsetattr(3) surely takes, until [`set`] has put the real one.
const ANY: u32 = 9600;

/// There is no mark and space parity: odd or even is kept, which the read-back then says.
pub(in crate::os) fn stick() -> ControlModes {
    ControlModes::empty()
}

/// Puts a rate into `termios` that is known here; other systems take any there.
pub(in crate::os) fn put(termios: &mut Termios, _baud: u32) -> Result<(), Errno> {
    termios.set_speed(ANY)
}

/// Sets any rate, by IOSSIOSPEED. A pty takes none and needs none.
pub(in crate::os) fn set(port: &mut TTYPort, baud: u32) -> io::Result<()> {
    match port.set_baud_rate(baud) {
        Err(_) if port.read_clear_to_send().is_err() => Ok(()),
        set => Ok(set?),
    }
}

/// A rate by IOSSIOSPEED does not show in termios: it was taken, or refused at once.
pub(in crate::os) fn kept(_termios: &Termios, asked: u32) -> u32 {
    asked
}
