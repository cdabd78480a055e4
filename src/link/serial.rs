//! A serial device or a pty on Unix.
//!
//! Two descriptors of one device. Ours carries the bytes and the settings: it is non-blocking, because a write to a
//! stalled line must never hold the worker, and it is read with a plain `read`, because what was pending when the device
//! vanished must still be delivered (`serialport` drops it, and its `write` ignores its timeout). The `serialport` crate's
//! carries the locks (TIOCEXCL and flock), the modem lines and the break. Nothing is flushed at open: what the kernel had
//! queued is kept.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};
use serialport::{SerialPort, TTYPort};

use super::line_errors::{self, Counts, Tally};
use super::lock_file::{self, LockFile};
use super::parmrk::Decoder;
use super::trouble::{self, Trouble};
use super::{Arrival, Interests, LineSettings, Link, LinkError, Parity, Reconfigured, termios};
use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;

/// Bytes asked for in one read.
const READ_SIZE: usize = 64 * 1024;

/// What the kernel's line discipline hands out in one read when it is full. More waits behind it then, that came in the
/// same moment: so many reads are one chunk that a flood costs a quarter of the writes to the file.
const FULL: usize = 4095;
const READS_A_CHUNK: usize = 4;

/// Where a device talks without a pause, no more than this is taken for early.
const EARLY_LIMIT: usize = 256 * 1024;

/// An open serial device.
#[derive(Debug)]
pub(crate) struct Serial {
    name: String,
    // Declared, and so dropped, before `lines`: the locks go last.
    data: OwnedFd,
    lines: TTYPort,
    /// Where bytes with errors come marked: what undoes the marks.
    marks: Option<Decoder>,
    /// What we set DTR and RTS to; `None` where the device has no modem lines (a pty).
    ours: Option<Ours>,
    /// What the kernel had queued from before the port was set up.
    early: Vec<u8>,
    /// What the driver counts; a test has another source.
    count: fn(BorrowedFd<'_>) -> Option<Counts>,
    tally: Tally,
    buffer: Vec<u8>,
    gone: bool,
    // Goes last of all: who waits for it may open the device at once.
    _lock_file: Option<LockFile>,
}

#[derive(Clone, Copy, Debug)]
struct Ours {
    dtr: bool,
    rts: bool,
}

impl Serial {
    /// Opens and sets up a device. The second value says what the driver kept instead of what was asked.
    ///
    /// # Errors
    /// A sentence for the user: what happened, and what to do next.
    pub(crate) fn open(path: &str, settings: &LineSettings) -> Result<(Self, Option<String>), String> {
        // A pty has no line to have errors on, and marks would cost its speed.
        Self::open_marking(path, settings, |port| port.ours.is_some())
    }

    fn open_marking(
        path: &str,
        settings: &LineSettings,
        marks_errors: impl FnOnce(&Self) -> bool,
    ) -> Result<(Self, Option<String>), String> {
        let device = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
        if let Some(pid) = lock_file::holder(&device) {
            let holder = trouble::Holder { program: trouble::program(pid), pid };
            let facts = trouble::Facts { holder: Some(holder), ..trouble::Facts::default() };
            return Err(trouble::explain(path, Trouble::Busy, &facts, ""));
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let data = rustix::fs::open(path, flags, Mode::empty()).map_err(|errno| refusal(path, errno))?;
        let mut termios = tcgetattr(&data).map_err(|errno| refusal(path, errno))?;
        let lines = open_lines(path, settings)?;
        let mut port = Self {
            name: path.to_owned(),
            data,
            lines,
            marks: None,
            ours: None,
            early: Vec::new(),
            count: line_errors::read,
            tally: Tally::default(),
            buffer: vec![0; READ_SIZE],
            gone: false,
            _lock_file: LockFile::create(&device),
        };
        if port.lines.read_clear_to_send().is_ok() {
            // Linux raises both at open, whatever a program asks for.
            port.ours = Some(Ours { dtr: true, rts: true });
            port.set_lines(LineChange { dtr: settings.dtr, rts: settings.rts }).map_err(|error| error.to_string())?;
        }
        if marks_errors(&port) {
            port.marks = Some(Decoder::new(settings.parity != Parity::None));
        }
        let kept = port.apply(settings, &mut termios)?;
        port.tally = Tally::new((port.count)(port.data.as_fd()));
        port.keep_early();
        Ok((port, kept))
    }

    /// Reads what came before the settings were right. Nothing is flushed: it may be a boot message.
    fn keep_early(&mut self) {
        while self.early.len() < EARLY_LIMIT {
            let Ok(count @ 1..) = rustix::io::read(&self.data, &mut self.buffer[..]) else {
                return;
            };
            self.early.extend(self.buffer.get(..count).unwrap_or_default());
        }
    }

    fn apply(&self, settings: &LineSettings, termios: &mut rustix::termios::Termios) -> Result<Option<String>, String> {
        let refused =
            |errno: Errno| format!("{}: the driver refused {settings}: {errno}. Choose other settings.", self.name);
        termios::termios_for(settings, self.marks.is_some(), termios).map_err(refused)?;
        tcsetattr(&self.data, OptionalActions::Now, termios).map_err(refused)?;
        let kept = tcgetattr(&self.data).map_err(refused)?;
        Ok(settings.difference(&termios::settings_from(&kept, settings)))
    }

    /// Reads into the buffer what is there, without waiting. An error behind some bytes is told by the next call.
    fn read_chunk(&mut self) -> Result<usize, Errno> {
        let mut count = rustix::io::read(&self.data, &mut self.buffer[..])?;
        for reads in 1..READS_A_CHUNK {
            let Some(room) = self.buffer.get_mut(count..).filter(|_| count >= reads * FULL) else { break };
            match rustix::io::read(&self.data, room) {
                Ok(more) => count += more,
                Err(_) => break,
            }
        }
        Ok(count)
    }

    fn gone(&mut self) -> LinkError {
        self.gone = true;
        LinkError::Gone(format!("{} is gone: it was unplugged, or its far end closed", self.name))
    }
}

/// Locks the device and keeps a handle for its modem lines.
fn open_lines(path: &str, settings: &LineSettings) -> Result<TTYPort, String> {
    let builder = serialport::new(path, settings.baud).timeout(Duration::from_millis(10));
    let builder = match settings.dtr {
        Some(dtr) => builder.dtr_on_open(dtr),
        None => builder.preserve_dtr_on_open(),
    };
    builder.open_native().map_err(|error| {
        let trouble = match error.kind() {
            serialport::ErrorKind::NoDevice => Trouble::Busy,
            serialport::ErrorKind::Io(kind) => trouble::classify(&std::io::Error::from(kind)),
            _ => Trouble::Other,
        };
        trouble::explain(path, trouble, &trouble::facts(path, trouble), &error.to_string())
    })
}

fn refusal(path: &str, errno: Errno) -> String {
    let error = std::io::Error::from(errno);
    let trouble = trouble::classify(&error);
    trouble::explain(path, trouble, &trouble::facts(path, trouble), &error.to_string())
}

impl Link for Serial {
    fn next_deadline(&self) -> Option<Duration> {
        (!self.early.is_empty()).then_some(Duration::ZERO)
    }

    fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        if !self.gone {
            interests.add(&self.data, true, sending);
        }
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, _now: Duration) -> Result<(), LinkError> {
        if self.gone {
            return Ok(());
        }
        if !self.early.is_empty() {
            let bytes = std::mem::take(&mut self.early);
            arrived.push(Arrival::Note(format!("{} bytes came before the settings were applied", bytes.len())));
            arrived.push(Arrival::Bytes { bytes, flaw: Flaw::None });
            return Ok(());
        }
        match self.read_chunk() {
            Ok(count @ 1..) => {
                let bytes = self.buffer.get(..count).unwrap_or_default();
                match &mut self.marks {
                    Some(marks) => marks.decode(bytes, arrived),
                    None => arrived.push(Arrival::Bytes { bytes: bytes.to_vec(), flaw: Flaw::None }),
                }
                Ok(())
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(()),
            Ok(0) | Err(_) => {
                if let Some(marks) = &mut self.marks {
                    marks.finish(arrived);
                }
                Err(self.gone())
            }
        }
    }

    fn write(&mut self, bytes: &[u8], _now: Duration) -> Result<usize, LinkError> {
        if self.gone || bytes.is_empty() {
            return Ok(0);
        }
        match rustix::io::write(&self.data, bytes) {
            Ok(count) => Ok(count),
            // The end of the device is told by `read`, after what it had sent has been handed over.
            Err(_) => Ok(0),
        }
    }

    fn set_lines(&mut self, change: LineChange) -> Result<(), LinkError> {
        let Some(mut ours) = self.ours else {
            return match (change.dtr, change.rts) {
                (None, None) => Ok(()),
                _ => Err(LinkError::Unsupported(format!("{} has no modem lines", self.name))),
            };
        };
        let refused =
            |error: serialport::Error| LinkError::Refused(format!("the modem lines could not be set: {error}"));
        if let Some(dtr) = change.dtr {
            self.lines.write_data_terminal_ready(dtr).map_err(refused)?;
            ours.dtr = dtr;
            self.ours = Some(ours);
        }
        if let Some(rts) = change.rts {
            self.lines.write_request_to_send(rts).map_err(refused)?;
            ours.rts = rts;
            self.ours = Some(ours);
        }
        Ok(())
    }

    fn lines(&mut self) -> Option<LineStates> {
        let ours = self.ours.filter(|_| !self.gone)?;
        Some(LineStates {
            cts: self.lines.read_clear_to_send().ok()?,
            dsr: self.lines.read_data_set_ready().ok()?,
            dcd: self.lines.read_carrier_detect().ok()?,
            ri: self.lines.read_ring_indicator().ok()?,
            dtr: ours.dtr,
            rts: ours.rts,
        })
    }

    fn counted(&mut self, arrived: &mut Vec<Arrival>, now: Duration) {
        if !self.gone {
            self.tally.step((self.count)(self.data.as_fd()), now, arrived);
        }
    }

    fn set_break(&mut self, on: bool) -> Result<(), LinkError> {
        let result = if on { self.lines.set_break() } else { self.lines.clear_break() };
        result.map_err(|error| LinkError::Refused(format!("the break was refused: {error}")))
    }

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        let refused = |errno: Errno| LinkError::Refused(format!("{}: the settings cannot be read: {errno}", self.name));
        let mut termios = tcgetattr(&self.data).map_err(refused)?;
        let kept = self.apply(settings, &mut termios).map_err(LinkError::Refused)?;
        if let Some(marks) = &mut self.marks {
            marks.set_parity_checked(settings.parity != Parity::None);
        }
        Ok(kept.into())
    }

    fn unsent(&self) -> Option<usize> {
        if self.gone {
            return None;
        }
        self.lines.bytes_to_write().ok().and_then(|count| usize::try_from(count).ok())
    }
}

impl Drop for Serial {
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

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    #[test]
    fn what_the_driver_counts_is_handed_over() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static OVERRUNS: AtomicU32 = AtomicU32::new(5);
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let (mut port, _) = Serial::open(&path, &LineSettings::default()).unwrap();
        let counted = |port: &mut Serial| {
            let mut arrived = Vec::new();
            port.counted(&mut arrived, Duration::from_secs(9));
            arrived
        };
        assert_eq!(counted(&mut port), [], "a pty counts nothing");
        port.count = |_| Some(Counts { overruns: OVERRUNS.load(Ordering::Relaxed), ..Counts::default() });
        port.tally = Tally::new((port.count)(port.data.as_fd()));
        assert_eq!(counted(&mut port), [], "nothing new");
        OVERRUNS.store(7, Ordering::Relaxed);
        let arrived = counted(&mut port);
        assert_eq!(arrived[0], Arrival::Bytes { bytes: vec![], flaw: Flaw::Overrun });
        assert!(matches!(&arrived[1], Arrival::Note(text) if text.contains("2 in the receiver")), "{arrived:?}");
        assert_eq!(counted(&mut port), [], "told once");
    }

    /// The kernel marks on a pty as on a UART, only that nothing can be wrong with the bytes.
    #[test]
    fn marked_streams_bring_all_values_exactly() {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let (mut port, kept) = Serial::open_marking(&path, &LineSettings::default(), |_| true).unwrap();
        assert_eq!(kept, None);
        let sent: Vec<u8> = (0..=255).chain([0xFF, 0xFF, 0, 0xFF]).collect();
        rustix::io::write(&master, &sent).unwrap();
        let mut got = Vec::new();
        let waiter = crate::link::wait::Waiter::new().unwrap();
        for _ in 0..100 {
            let mut arrived = Vec::new();
            port.read(&mut arrived, Duration::ZERO).unwrap();
            for arrival in arrived {
                let Arrival::Bytes { bytes, flaw: Flaw::None } = arrival else { panic!("{arrival:?}") };
                got.extend(bytes);
            }
            if got.len() >= sent.len() {
                break;
            }
            let mut interests = Interests::new();
            port.interests(false, &mut interests);
            waiter.wait(interests, Some(Duration::from_millis(200))).unwrap();
        }
        assert_eq!(got, sent);
    }
}
