//! A serial device or a pty on Unix.
//!
//! Two descriptors of one device. Ours carries the bytes and the settings: it is non-blocking, because a write to a
//! stalled line must never hold the worker, and it is read with a plain `read`, because what was pending when the device
//! vanished must still be delivered (`serialport` drops it, and its `write` ignores its timeout). The `serialport` crate's
//! carries the locks (TIOCEXCL and flock), the modem lines and the break. Nothing is flushed at open: what the kernel had
//! queued is kept.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use serialport::{SerialPort, TTYPort};

use super::super::here::{holders, line_counts, speed};
use super::lock_file::{self, LockFile};
use super::wait::Interests;
use super::{termios, trouble};
use crate::os::settings::LineSettings;
use crate::os::{Counts, Holder, LineError, LineStates, Read, Refused, Trouble};

/// What the kernel's line discipline hands out in one read when it is full. More waits behind it then, that came in the
/// same moment: with this many reads in one chunk a flood costs a quarter of the writes to the file.
const FULL: usize = 4095;
const READS_A_CHUNK: usize = 4;

/// An open serial device.
#[derive(Debug)]
pub(crate) struct Port {
    // Declared, and so dropped, before `lines`: the locks go last.
    data: OwnedFd,
    lines: TTYPort,
    /// What we set DTR and RTS to; `None` where the device has no modem lines (a pty).
    ours: Option<Ours>,
    /// Bytes with errors come marked.
    marked: bool,
    // Goes last of all: who waits for it may open the device at once.
    _lock_file: Option<LockFile>,
}

#[derive(Clone, Copy, Debug)]
struct Ours {
    dtr: bool,
    rts: bool,
}

impl Port {
    /// Opens and sets up a device: where it shows modem lines, they are set as wished. `mark` is told whether there are
    /// any, and says whether bytes with errors are to come marked (`link::parmrk`). Also what the driver kept of the settings.
    ///
    /// # Errors
    /// When it cannot be had or set up.
    pub(crate) fn open(
        path: &str,
        settings: &LineSettings,
        mark: impl FnOnce(bool) -> bool,
    ) -> Result<(Self, LineSettings), Refused> {
        let device = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        if let Some(pid) = lock_file::holder(&device) {
            let holder = Some(Holder { program: holders::program(pid), pid });
            return Err(Refused::Open { trouble: Trouble::Busy, holder, system: String::new() });
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let data = rustix::fs::open(path, flags, Mode::empty()).map_err(refusal)?;
        let mut termios = tcgetattr(&data).map_err(refusal)?;
        let lines = open_lines(path, settings)?;
        let mut port = Self { data, lines, ours: None, marked: false, _lock_file: LockFile::create(&device) };
        if port.lines.read_clear_to_send().is_ok() {
            // Linux raises both at open, whatever a program asks for.
            port.ours = Some(Ours { dtr: true, rts: true });
            port.set_lines(settings.dtr, settings.rts).map_err(Refused::Line)?;
        }
        port.marked = mark(port.ours.is_some());
        let kept = port.put(settings, &mut termios).map_err(Refused::Line)?;
        Ok((port, kept))
    }

    fn put(&mut self, settings: &LineSettings, termios: &mut Termios) -> Result<LineSettings, LineError> {
        let refused = |errno: Errno| LineError::Settings(errno.into());
        termios::termios_for(settings, self.marked, termios).map_err(refused)?;
        tcsetattr(&self.data, OptionalActions::Now, termios).map_err(refused)?;
        speed::set(&mut self.lines, settings.baud).map_err(LineError::Settings)?;
        Ok(termios::settings_from(&self.termios()?, settings))
    }

    fn termios(&self) -> Result<Termios, LineError> {
        tcgetattr(&self.data).map_err(|errno| LineError::Unread(errno.into()))
    }

    /// Applies other settings, and says which the driver kept.
    ///
    /// # Errors
    /// When the driver refused them as a whole.
    pub(crate) fn apply(&mut self, settings: &LineSettings) -> Result<LineSettings, LineError> {
        let mut termios = self.termios()?;
        self.put(settings, &mut termios)
    }

    /// Bytes with errors come marked.
    #[must_use]
    pub(crate) fn marks_errors(&self) -> bool {
        self.marked
    }

    /// Names what to wait for.
    pub(crate) fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        interests.add(&self.data, true, sending);
    }

    /// Reads into the buffer what is there, without waiting. An error behind some bytes is told by the next call.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Read {
        let mut count = match rustix::io::read(&self.data, &mut *buffer) {
            Ok(0) => return Read::Gone,
            Ok(count) => count,
            Err(Errno::AGAIN | Errno::INTR) => return Read::Nothing,
            Err(_) => return Read::Gone,
        };
        for reads in 1..READS_A_CHUNK {
            let Some(room) = buffer.get_mut(count..).filter(|_| count >= reads * FULL) else { break };
            match rustix::io::read(&self.data, room) {
                Ok(more) => count += more,
                Err(_) => break,
            }
        }
        Read::Bytes(count)
    }

    /// Hands bytes over; how many were taken. The end of the device is told by [`Self::read`], after what it had sent.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        rustix::io::write(&self.data, bytes).unwrap_or(0)
    }

    /// Sets DTR and RTS. `Ok(false)` where the device has none.
    ///
    /// # Errors
    /// When the driver refused it.
    pub(crate) fn set_lines(&mut self, dtr: Option<bool>, rts: Option<bool>) -> Result<bool, LineError> {
        let Some(mut ours) = self.ours else { return Ok(false) };
        let refused = |error: serialport::Error| LineError::Lines(error.into());
        if let Some(dtr) = dtr {
            self.lines.write_data_terminal_ready(dtr).map_err(refused)?;
            ours.dtr = dtr;
            self.ours = Some(ours);
        }
        if let Some(rts) = rts {
            self.lines.write_request_to_send(rts).map_err(refused)?;
            ours.rts = rts;
            self.ours = Some(ours);
        }
        Ok(true)
    }

    /// The modem lines; `None` where the device has none.
    pub(crate) fn lines(&mut self) -> Option<LineStates> {
        let ours = self.ours?;
        Some(LineStates {
            cts: self.lines.read_clear_to_send().ok()?,
            dsr: self.lines.read_data_set_ready().ok()?,
            dcd: self.lines.read_carrier_detect().ok()?,
            ri: self.lines.read_ring_indicator().ok()?,
            dtr: ours.dtr,
            rts: ours.rts,
        })
    }

    /// What the driver has counted; `None` where it does not count.
    #[must_use]
    pub(crate) fn counts(&self) -> Option<Counts> {
        line_counts(self.data.as_fd())
    }

    /// Begins or ends a break.
    ///
    /// # Errors
    /// When the driver refused it.
    pub(crate) fn set_break(&mut self, on: bool) -> Result<(), LineError> {
        let result = if on { self.lines.set_break() } else { self.lines.clear_break() };
        result.map_err(|error| LineError::Break(error.into()))
    }

    /// Bytes that were taken and have not left, where the system tells.
    #[must_use]
    pub(crate) fn unsent(&self) -> Option<usize> {
        self.lines.bytes_to_write().ok().and_then(|count| usize::try_from(count).ok())
    }
}

/// Locks the device and keeps a handle for its modem lines.
fn open_lines(path: &str, settings: &LineSettings) -> Result<TTYPort, Refused> {
    let builder = serialport::new(path, settings.baud).timeout(Duration::from_millis(10));
    let builder = match settings.dtr {
        Some(dtr) => builder.dtr_on_open(dtr),
        None => builder.preserve_dtr_on_open(),
    };
    builder.open_native().map_err(|error| {
        let trouble = match error.kind() {
            serialport::ErrorKind::NoDevice => Trouble::Busy,
            serialport::ErrorKind::Io(kind) => trouble::classify(&io::Error::from(kind)),
            _ => Trouble::Other,
        };
        Refused::Open { trouble, holder: None, system: error.to_string() }
    })
}

fn refusal(errno: Errno) -> Refused {
    let error = io::Error::from(errno);
    Refused::Open { trouble: trouble::classify(&error), holder: None, system: error.to_string() }
}

impl Drop for Port {
    fn drop(&mut self) {
        // With the line stalled by flow control, close would otherwise wait up to 30 s for the far end. The worker has
        // given unsent bytes their moment before. Where none are left nothing is flushed: on a pty that would take back
        // what the far end has yet to read.
        if self.unsent() == Some(0) {
            return;
        }
        let _ = tcflush(&self.data, QueueSelector::OFlush);
    }
}
