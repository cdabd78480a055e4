//! A serial device or a pty as a link. What differs by system is below `os::serial`; here is what all have alike: what came
//! early, bytes with errors, what the driver counts.

use std::time::Duration;

use super::line_errors::Tally;
use super::parmrk::Decoder;
use super::trouble::{self, Facts, Trouble};
use super::{Arrival, Interests, LineSettings, Link, LinkError, OpenError, Parity, Reconfigured};
use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;
use crate::os::serial::Port;
use crate::os::{Counts, LineError, Read, Refused};

/// Bytes asked for in one read.
const READ_SIZE: usize = 64 * 1024;

/// Where a device talks without a pause, no more than this is taken for early.
const EARLY_LIMIT: usize = 256 * 1024;

/// An open serial device.
#[derive(Debug)]
pub(crate) struct Serial {
    name: String,
    port: Port,
    /// Where bytes with errors come marked: what undoes the marks.
    marks: Option<Decoder>,
    /// What the system had queued from before the port was set up.
    early: Vec<u8>,
    /// What the driver counts; a test has another source.
    count: fn(&Port) -> Option<Counts>,
    tally: Tally,
    buffer: Vec<u8>,
    gone: bool,
}

impl Serial {
    /// Opens and sets up a device. The second value says what the driver kept instead of what was asked.
    ///
    /// # Errors
    /// [`OpenError`]: what happened, and what to do next.
    pub(crate) fn open(path: &str, settings: &LineSettings) -> Result<(Self, Option<String>), OpenError> {
        // A pty has no line to have errors on, and marks would cost its speed.
        Self::open_marking(path, settings, |has_lines| has_lines)
    }

    fn open_marking(
        path: &str,
        settings: &LineSettings,
        mark: impl FnOnce(bool) -> bool,
    ) -> Result<(Self, Option<String>), OpenError> {
        let (port, kept) = Port::open(path, settings, mark).map_err(|refused| explain(path, settings, refused))?;
        let mut serial = Self {
            name: path.to_owned(),
            marks: port.marks_errors().then(|| Decoder::new(settings.parity != Parity::None)),
            port,
            early: Vec::new(),
            count: Port::counts,
            tally: Tally::default(),
            buffer: vec![0; READ_SIZE],
            gone: false,
        };
        serial.tally = Tally::new((serial.count)(&serial.port));
        serial.keep_early();
        Ok((serial, settings.difference(&kept)))
    }

    /// Reads what came before the settings were right. Nothing is flushed: it may be a boot message.
    fn keep_early(&mut self) {
        while self.early.len() < EARLY_LIMIT {
            let Read::Bytes(count) = self.port.read(&mut self.buffer) else { return };
            self.early.extend(self.buffer.get(..count).unwrap_or_default());
        }
    }

    fn gone(&mut self) -> LinkError {
        self.gone = true;
        LinkError::Gone(format!("{} is gone: it was unplugged, or its far end closed", self.name))
    }
}

fn explain(path: &str, settings: &LineSettings, refused: Refused) -> OpenError {
    let (trouble, facts, system) = match refused {
        Refused::Line(error) => return refused_settings(path, settings, &error),
        Refused::Open { trouble: Trouble::Busy, holder: holder @ Some(_), system } => {
            (Trouble::Busy, Facts { holder, ..Facts::default() }, system)
        }
        Refused::Open { trouble, system, .. } => (trouble, trouble::facts(path, trouble), system),
    };
    OpenError::Device(trouble::explain(path, trouble, &facts, &system))
}

fn refused_settings(path: &str, settings: &LineSettings, error: &LineError) -> OpenError {
    OpenError::Settings { path: path.to_owned(), settings: Box::new(*settings), system: error.to_string() }
}

/// It was tried and refused; the link stays usable.
fn refused(error: &LineError) -> LinkError {
    LinkError::Refused(error.to_string())
}

impl Link for Serial {
    fn next_deadline(&self) -> Option<Duration> {
        (!self.early.is_empty()).then_some(Duration::ZERO)
    }

    fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        if !self.gone {
            self.port.interests(sending, interests);
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
        match self.port.read(&mut self.buffer) {
            Read::Bytes(count) => {
                let bytes = self.buffer.get(..count).unwrap_or_default();
                match &mut self.marks {
                    Some(marks) => marks.decode(bytes, arrived),
                    None => arrived.push(Arrival::Bytes { bytes: bytes.to_vec(), flaw: Flaw::None }),
                }
                Ok(())
            }
            Read::Nothing => Ok(()),
            Read::Gone => {
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
        Ok(self.port.write(bytes))
    }

    fn set_lines(&mut self, change: LineChange) -> Result<(), LinkError> {
        let has_lines = self.port.set_lines(change.dtr, change.rts).map_err(|error| refused(&error))?;
        match (change.dtr, change.rts) {
            (Some(_), _) | (_, Some(_)) if !has_lines => {
                Err(LinkError::Unsupported(format!("{} has no modem lines", self.name)))
            }
            _ => Ok(()),
        }
    }

    fn lines(&mut self) -> Option<LineStates> {
        self.port.lines().filter(|_| !self.gone)
    }

    fn counted(&mut self, arrived: &mut Vec<Arrival>, now: Duration) {
        if !self.gone {
            self.tally.step((self.count)(&self.port), now, arrived);
        }
    }

    fn set_break(&mut self, on: bool) -> Result<(), LinkError> {
        self.port.set_break(on).map_err(|error| refused(&error))
    }

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        let kept = self
            .port
            .apply(settings)
            .map_err(|error| LinkError::Refused(refused_settings(&self.name, settings, &error).to_string()))?;
        if let Some(marks) = &mut self.marks {
            marks.set_parity_checked(settings.parity != Parity::None);
        }
        Ok(settings.difference(&kept).into())
    }

    fn unsent(&self) -> Option<usize> {
        if self.gone { None } else { self.port.unsent() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::pty::Pty;

    #[test]
    fn what_the_driver_counts_is_handed_over() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static OVERRUNS: AtomicU32 = AtomicU32::new(5);
        // Where there are none, the tests with COM ports have to do.
        let Ok(master) = Pty::open(None) else { return };
        let path = master.address();
        let (mut port, _) = Serial::open(&path, &LineSettings::default()).unwrap();
        let counted = |port: &mut Serial| {
            let mut arrived = Vec::new();
            port.counted(&mut arrived, Duration::from_secs(9));
            arrived
        };
        assert_eq!(counted(&mut port), [], "a pty counts nothing");
        port.count = |_| Some(Counts { overruns: OVERRUNS.load(Ordering::Relaxed), ..Counts::default() });
        port.tally = Tally::new((port.count)(&port.port));
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
        // Where there are none, the tests with COM ports have to do.
        let Ok(mut master) = Pty::open(None) else { return };
        let path = master.address();
        let (mut port, kept) = Serial::open_marking(&path, &LineSettings::default(), |_| true).unwrap();
        assert_eq!(kept, None);
        let sent: Vec<u8> = (0..=255).chain([0xFF, 0xFF, 0, 0xFF]).collect();
        assert_eq!(master.write(&sent), sent.len());
        let mut got = Vec::new();
        let waiter = crate::os::wait::Waiter::new().unwrap();
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
