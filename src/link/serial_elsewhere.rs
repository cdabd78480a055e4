//! A serial device where there is no Unix: the `serialport` crate alone, looked at every few milliseconds because nothing
//! can wait for it. Written for Windows and compiled for it; tested on Linux only, so there is no promise.
//!
//! What it lacks: marked errors and received breaks, mark and space parity, keeping DTR and RTS up at close.

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::Duration;

use serialport::{DataBits as Bits, FlowControl as Flow, Parity as ParityBit, SerialPort, StopBits as Stops};

use super::trouble::{self, Trouble};
use super::{Arrival, DataBits, FlowControl, Interests, LineSettings, Link, LinkError, Parity, Reconfigured, StopBits};
use crate::capture::{Flaw, LineStates};
use crate::macros::LineChange;

const READ_SIZE: usize = 64 * 1024;
/// No more is offered at once, so that a stalled line holds the worker for no longer than [`WAIT`].
const WRITE_SIZE: usize = 256;
const WAIT: Duration = Duration::from_millis(10);

/// An open serial device.
#[derive(Debug)]
pub struct Serial {
    name: String,
    port: Box<dyn SerialPort>,
    dtr: bool,
    rts: bool,
    buffer: Vec<u8>,
}

impl Serial {
    /// Opens and sets up a device. The second value says what the driver kept instead of what was asked.
    ///
    /// # Errors
    /// A sentence for the user: what happened, and what to do next.
    pub fn open(path: &str, settings: &LineSettings) -> Result<(Self, Option<String>), String> {
        let builder = serialport::new(path, settings.baud).timeout(WAIT);
        let builder = match settings.dtr {
            Some(dtr) => builder.dtr_on_open(dtr),
            None => builder.preserve_dtr_on_open(),
        };
        let port = builder.open().map_err(|error| {
            let trouble = match error.kind() {
                serialport::ErrorKind::NoDevice => Trouble::Missing,
                serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => Trouble::Busy,
                serialport::ErrorKind::Io(kind) => trouble::classify(&std::io::Error::from(kind)),
                _ => Trouble::Other,
            };
            trouble::explain(path, trouble, &trouble::facts(path, trouble), &error.to_string())
        })?;
        let (dtr, rts) = (settings.dtr.unwrap_or(false), settings.rts.unwrap_or(false));
        let mut port = Self { name: path.to_owned(), port, dtr, rts, buffer: vec![0; READ_SIZE] };
        let kept = port.apply(settings).map_err(|error| format!("{path}: the driver refused {settings}: {error}"))?;
        port.set_lines(LineChange { dtr: None, rts: settings.rts }).map_err(|error| error.to_string())?;
        Ok((port, kept))
    }

    fn apply(&mut self, settings: &LineSettings) -> serialport::Result<Option<String>> {
        let port = &mut self.port;
        port.set_baud_rate(settings.baud)?;
        port.set_data_bits(match settings.data_bits {
            DataBits::Five => Bits::Five,
            DataBits::Six => Bits::Six,
            DataBits::Seven => Bits::Seven,
            DataBits::Eight => Bits::Eight,
        })?;
        port.set_parity(match settings.parity {
            Parity::Odd => ParityBit::Odd,
            Parity::Even => ParityBit::Even,
            // The read-back says that mark and space were not kept.
            Parity::None | Parity::Mark | Parity::Space => ParityBit::None,
        })?;
        port.set_stop_bits(match settings.stop_bits {
            StopBits::One => Stops::One,
            StopBits::Two => Stops::Two,
        })?;
        port.set_flow_control(match settings.flow {
            FlowControl::None => Flow::None,
            FlowControl::Hardware => Flow::Hardware,
            FlowControl::Software => Flow::Software,
        })?;
        let kept = LineSettings {
            baud: port.baud_rate()?,
            data_bits: match port.data_bits()? {
                Bits::Five => DataBits::Five,
                Bits::Six => DataBits::Six,
                Bits::Seven => DataBits::Seven,
                Bits::Eight => DataBits::Eight,
            },
            parity: match port.parity()? {
                ParityBit::None => Parity::None,
                ParityBit::Odd => Parity::Odd,
                ParityBit::Even => Parity::Even,
            },
            stop_bits: match port.stop_bits()? {
                Stops::One => StopBits::One,
                Stops::Two => StopBits::Two,
            },
            flow: match port.flow_control()? {
                Flow::None => FlowControl::None,
                Flow::Hardware => FlowControl::Hardware,
                Flow::Software => FlowControl::Software,
            },
            ..*settings
        };
        Ok(settings.difference(&kept))
    }

    fn gone(&self) -> LinkError {
        LinkError::Gone(format!("{} is gone: it was unplugged, or its far end closed", self.name))
    }
}

impl Link for Serial {
    fn interests<'fd>(&'fd self, _sending: bool, interests: &mut Interests<'fd>) {
        interests.add(&self.port, true, false);
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, _now: Duration) -> Result<(), LinkError> {
        let waiting = self.port.bytes_to_read().map_err(|_| self.gone())?;
        let size = usize::try_from(waiting).unwrap_or(READ_SIZE).min(READ_SIZE);
        if size == 0 {
            return Ok(());
        }
        match self.port.read(self.buffer.get_mut(..size).unwrap_or_default()) {
            Ok(count) => {
                let bytes = self.buffer.get(..count).unwrap_or_default().to_vec();
                arrived.push(Arrival::Bytes { bytes, flaw: Flaw::None });
                Ok(())
            }
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => Ok(()),
            Err(_) => Err(self.gone()),
        }
    }

    fn write(&mut self, bytes: &[u8], _now: Duration) -> Result<usize, LinkError> {
        let bytes = bytes.get(..bytes.len().min(WRITE_SIZE)).unwrap_or_default();
        // The end of the device is told by `read`.
        Ok(self.port.write(bytes).unwrap_or(0))
    }

    fn set_lines(&mut self, change: LineChange) -> Result<(), LinkError> {
        let refused =
            |error: serialport::Error| LinkError::Refused(format!("the modem lines could not be set: {error}"));
        if let Some(dtr) = change.dtr {
            self.port.write_data_terminal_ready(dtr).map_err(refused)?;
            self.dtr = dtr;
        }
        if let Some(rts) = change.rts {
            self.port.write_request_to_send(rts).map_err(refused)?;
            self.rts = rts;
        }
        Ok(())
    }

    fn lines(&mut self) -> Option<LineStates> {
        Some(LineStates {
            cts: self.port.read_clear_to_send().ok()?,
            dsr: self.port.read_data_set_ready().ok()?,
            dcd: self.port.read_carrier_detect().ok()?,
            ri: self.port.read_ring_indicator().ok()?,
            dtr: self.dtr,
            rts: self.rts,
        })
    }

    fn set_break(&mut self, on: bool) -> Result<(), LinkError> {
        let result = if on { self.port.set_break() } else { self.port.clear_break() };
        result.map_err(|error| LinkError::Refused(format!("the break was refused: {error}")))
    }

    fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        self.apply(settings)
            .map(Reconfigured::from)
            .map_err(|error| LinkError::Refused(format!("{}: {error}", self.name)))
    }

    fn unsent(&self) -> Option<usize> {
        self.port.bytes_to_write().ok().and_then(|count| usize::try_from(count).ok())
    }
}
