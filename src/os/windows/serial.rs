//! A serial device on Windows, by overlapped I/O: one read and one write are under way, and the worker's one wait ends when
//! either is over. Nothing is looked for by the clock.
//!
//! A read asks for one byte, and then for as many as the driver says are there: so it ends as soon as something comes, with
//! whatever driver, and no time-out means anything. What the driver noted of the line (framing, parity, breaks, lost bytes)
//! comes with that question.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::sync::Arc;

use windows_sys::Win32::Devices::Communication::{
    CE_BREAK, CE_FRAME, CE_OVERRUN, CE_RXOVER, CE_RXPARITY, MS_CTS_ON, MS_DSR_ON, MS_RING_ON, MS_RLSD_ON,
};
use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE};
use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OVERLAPPED;

use super::super::dcb::Dcb;
use super::calls::{self, Operation};
use super::trouble;
use super::wait::Interests;
use crate::os::settings::LineSettings;
use crate::os::{Counts, LineError, LineStates, Read, Refused, Trouble};

/// What the driver is asked to keep for us, and the most of one read.
const BUFFER: usize = 16 * 1024;
/// Bytes handed over at once.
const WRITE: usize = 4096;

/// An open serial device.
#[derive(Debug)]
pub(crate) struct Port {
    reading: Operation,
    writing: Operation,
    file: Arc<File>,
    has_lines: bool,
    ours: Ours,
    counts: Cell<Counts>,
    /// Its driver has no device any more.
    lost: bool,
}

/// What we set DTR and RTS to.
#[derive(Clone, Copy, Debug)]
struct Ours {
    dtr: bool,
    rts: bool,
}

impl Port {
    /// Opens and sets up a device, in one step: every further one would set the modem lines anew. Bytes with errors do not
    /// come marked here, they are counted. Also what the driver kept of the settings.
    ///
    /// # Errors
    /// When it cannot be had or set up.
    pub(crate) fn open(
        path: &str,
        settings: &LineSettings,
        _mark: impl FnOnce(bool) -> bool,
    ) -> Result<(Self, LineSettings), Refused> {
        let refused = |error: io::Error| Refused::Open {
            trouble: trouble::classify_device(&error),
            holder: None,
            system: error.to_string(),
        };
        let mut options = OpenOptions::new();
        options.access_mode(GENERIC_READ | GENERIC_WRITE).share_mode(0).custom_flags(FILE_FLAG_OVERLAPPED);
        let file = Arc::new(options.open(device_name(path)).map_err(refused)?);
        // What is no serial device has no settings.
        calls::line::dcb(&file).map_err(|error| Refused::Open {
            trouble: Trouble::NotAPort,
            holder: None,
            system: error.to_string(),
        })?;
        calls::line::set_up(&file, u32::try_from(BUFFER).unwrap_or(0)).map_err(refused)?;
        // Raised where nothing else is wished, as Linux does at opening: boards with USB of their own wait for it.
        let ours = Ours { dtr: settings.dtr.unwrap_or(true), rts: settings.rts.unwrap_or(true) };
        let mut port = Self {
            reading: Operation::new(&file, BUFFER).map_err(refused)?,
            writing: Operation::new(&file, WRITE).map_err(refused)?,
            has_lines: calls::line::modem_status(&file).is_ok(),
            file,
            ours,
            counts: Cell::default(),
            lost: false,
        };
        let kept = port.apply(settings).map_err(Refused::Line)?;
        // What was noted before is not ours.
        let _ = calls::line::comm_error(&port.file);
        port.reading.read(1).map_err(refused)?;
        Ok((port, kept))
    }

    /// Applies other settings, and says which the driver kept. The lines stay as they are.
    ///
    /// # Errors
    /// When the driver refused them as a whole.
    pub(crate) fn apply(&mut self, settings: &LineSettings) -> Result<LineSettings, LineError> {
        let wished = Dcb::of(settings, self.ours.dtr, self.ours.rts);
        calls::line::set_dcb(&self.file, &wished).map_err(LineError::Settings)?;
        Ok(calls::line::dcb(&self.file).map_err(LineError::Unread)?.settings(settings))
    }

    /// Never: they are counted.
    #[must_use]
    #[expect(clippy::unused_self, reason = "the same shape as where they can come marked")]
    pub(crate) fn marks_errors(&self) -> bool {
        false
    }

    /// Names what to wait for.
    pub(crate) fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        interests.add_event(self.reading.event());
        if sending {
            interests.add_event(self.writing.event());
        }
    }

    /// Reads into the buffer what is there, without waiting.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Read {
        if self.lost {
            return Read::Gone;
        }
        let mut total = 0;
        while let Some(room) = buffer.get_mut(total..).filter(|room| room.len() >= BUFFER || total == 0) {
            let count = match self.reading.finished() {
                Ok(Some(count)) => count,
                Ok(None) => break,
                // Told by the next call, after what came before it.
                Err(_) if total > 0 => break,
                Err(_) => return Read::Gone,
            };
            for (to, from) in room.iter_mut().zip(self.reading.bytes(count)) {
                *to = *from;
            }
            total += count;
            let more = self.ask().map_or(1, |(waiting, _)| waiting.max(1));
            if self.reading.read(more).is_err() {
                // `finished` has nothing to tell of it: the next call finds the end here again.
                return if total > 0 { Read::Bytes(total) } else { Read::Gone };
            }
        }
        if total > 0 { Read::Bytes(total) } else { Read::Nothing }
    }

    /// How many bytes wait, received and to be sent. The driver tells with it, once, what it noted of the line.
    fn ask(&self) -> Option<(usize, usize)> {
        let (errors, received, unsent) = calls::line::comm_error(&self.file).ok()?;
        let mut counts = self.counts.get();
        for (bit, count) in [
            (CE_FRAME, &mut counts.framing),
            (CE_RXPARITY, &mut counts.parity),
            (CE_BREAK, &mut counts.breaks),
            (CE_OVERRUN, &mut counts.overruns),
            (CE_RXOVER, &mut counts.buffer_overruns),
        ] {
            if errors & bit != 0 {
                *count = count.wrapping_add(1);
            }
        }
        self.counts.set(counts);
        Some((received, unsent))
    }

    /// Hands bytes over; how many were taken. The end of the device is told by [`Self::read`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        if self.writing.is_pending() && matches!(self.writing.finished(), Ok(None)) {
            return 0;
        }
        self.writing.write(bytes).inspect_err(|error| self.lost |= trouble::is_gone(error)).unwrap_or(0)
    }

    /// Sets DTR and RTS. `Ok(false)` where the device has none.
    ///
    /// # Errors
    /// When the driver refused it.
    pub(crate) fn set_lines(&mut self, dtr: Option<bool>, rts: Option<bool>) -> Result<bool, LineError> {
        if !self.has_lines {
            return Ok(false);
        }
        if let Some(dtr) = dtr {
            calls::line::set_dtr(&self.file, dtr).map_err(LineError::Lines)?;
            self.ours.dtr = dtr;
        }
        if let Some(rts) = rts {
            calls::line::set_rts(&self.file, rts).map_err(LineError::Lines)?;
            self.ours.rts = rts;
        }
        Ok(true)
    }

    /// The modem lines; `None` where the device has none. Some drivers leave a read under way for ever when their adapter is
    /// unplugged: then it is this question that finds it gone.
    pub(crate) fn lines(&mut self) -> Option<LineStates> {
        if !self.has_lines {
            return None;
        }
        let status =
            calls::line::modem_status(&self.file).inspect_err(|error| self.lost |= trouble::is_gone(error)).ok()?;
        Some(LineStates {
            cts: status & MS_CTS_ON != 0,
            dsr: status & MS_DSR_ON != 0,
            dcd: status & MS_RLSD_ON != 0,
            ri: status & MS_RING_ON != 0,
            dtr: self.ours.dtr,
            rts: self.ours.rts,
        })
    }

    /// What the driver has noted since the port was opened: a break without a byte is found by this question.
    #[must_use]
    pub(crate) fn counts(&self) -> Option<Counts> {
        self.ask().map(|_| self.counts.get())
    }

    /// Begins or ends a break.
    ///
    /// # Errors
    /// When the driver refused it.
    pub(crate) fn set_break(&mut self, on: bool) -> Result<(), LineError> {
        calls::line::set_break(&self.file, on).map_err(LineError::Break)
    }

    /// Bytes that were taken and have not left, where the system tells.
    #[must_use]
    pub(crate) fn unsent(&self) -> Option<usize> {
        self.ask().map(|(_, unsent)| unsent)
    }
}

/// `\\.\COM5` for `COM5`: without it only the first nine are found.
fn device_name(path: &str) -> String {
    if path.starts_with(r"\\") { path.to_owned() } else { format!(r"\\.\{path}") }
}
