//! The plain values of the interface: the same on every system.

use std::{fmt, io};

/// A program that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its name, where the system tells.
    pub program: Option<String>,
    /// Its process id.
    pub pid: u32,
}

/// `picocom (PID 4711)`.
impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => write!(formatter, "{program} (PID {})", self.pid),
            None => write!(formatter, "the process {}", self.pid),
        }
    }
}

/// What opening ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// EACCES, EPERM.
    Denied,
    /// EBUSY, a lock held by another program; on Windows also `ERROR_ACCESS_DENIED` of a device.
    Busy,
    /// ENOENT, ENOTDIR.
    Missing,
    /// EIO.
    Broken,
    /// ENXIO, ENODEV.
    NoHardware,
    /// ENOTTY, EISDIR.
    NotAPort,
    /// Anything else.
    Other,
}

/// What could be found out about a port that would not open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Who holds it.
    pub holder: Option<Holder>,
    /// What the system calls the device where it lists who has one open, if that is not its path.
    pub inside: Option<String>,
    /// It is a file, a folder or a pipe: nothing that could be a port.
    pub no_device: bool,
    /// Group of the device node.
    pub group: Option<String>,
    /// The user is listed in that group, though this process does not have it yet.
    pub listed: bool,
    /// The group may read and write it.
    pub group_may: bool,
    /// Nodes of similar name that do exist.
    pub similar: Vec<String>,
}

/// Why a serial device was not opened.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It could not be had.
    Open {
        /// What kind of trouble.
        trouble: Trouble,
        /// Who holds it, where that is known already.
        holder: Option<Holder>,
        /// The system's own words.
        system: String,
    },
    /// It is there, and its driver does not take these settings.
    Line(LineError),
}

/// What an open serial device did not do, with what the system said of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    /// Tell which settings hold.
    #[error("the present settings cannot be read: {}", clause(&.0.to_string()))]
    Unread(io::Error),
    /// Take other settings.
    #[error("{}", clause(&.0.to_string()))]
    Settings(io::Error),
    /// Set DTR or RTS.
    #[error("the modem lines could not be set: {}", clause(&.0.to_string()))]
    Lines(io::Error),
    /// Begin or end a break.
    #[error("the break was refused: {}", clause(&.0.to_string()))]
    Break(io::Error),
}

/// The system's words as a part of our sentence: Windows ends its own with a dot.
#[must_use]
pub(crate) fn clause(system: &str) -> &str {
    system.trim_end().trim_end_matches('.')
}

/// What one read of a serial device gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A number of bytes.
    Bytes(usize),
    /// Nothing is there now.
    Nothing,
    /// Nothing will ever come again.
    Gone,
}

/// States of the modem lines, as far as the port tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "six lines are six lines")]
pub struct LineStates {
    /// Clear to send (from the modem).
    pub cts: bool,
    /// Data set ready (from the modem).
    pub dsr: bool,
    /// Data carrier detect (from the modem).
    pub dcd: bool,
    /// Ring indicator (from the modem).
    pub ri: bool,
    /// Data terminal ready (ours).
    pub dtr: bool,
    /// Request to send (ours).
    pub rts: bool,
}

/// What a driver has counted; the counts wrap around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Characters without a stop bit.
    pub framing: u32,
    /// Characters with a wrong parity bit.
    pub parity: u32,
    /// Breaks.
    pub breaks: u32,
    /// Times the receiver was full: the system did not fetch a byte in time.
    pub overruns: u32,
    /// Times the driver's buffer was full: no program read in time.
    pub buffer_overruns: u32,
}

/// A port that can be picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortInfo {
    /// What to open.
    pub path: String,
    /// Product name of a USB adapter.
    pub product: Option<String>,
    /// Its maker.
    pub manufacturer: Option<String>,
    /// USB vendor and product id.
    pub usb_id: Option<(u16, u16)>,
    /// USB serial number.
    pub serial_number: Option<String>,
    /// USB interface number.
    pub interface: Option<u8>,
    /// Where it is plugged in, such as `1-4.2`.
    pub usb_path: Option<String>,
    /// The kernel's driver.
    pub driver: Option<String>,
    /// The program that holds it, as far as this user may see.
    pub holder: Option<Holder>,
    /// It came a moment ago ([`PortWatch`](crate::link::discovery::PortWatch) knows).
    pub new: bool,
}

impl PortInfo {
    /// What a port list shows behind the path: `USB2.0-Ser!, QinHeng, 1A86:7523, in use by picocom (PID 4711)`.
    #[must_use]
    pub fn details(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.product.clone());
        parts.extend(self.manufacturer.clone());
        parts.extend(self.usb_id.map(|(vendor, product)| format!("{vendor:04X}:{product:04X}")));
        parts.extend(self.serial_number.as_ref().map(|number| format!("serial number {number}")));
        if let (None, Some(driver)) = (self.usb_id, &self.driver) {
            // Linux since 6.5 calls the driver of every built-in port so.
            parts.push(if driver == "port" { "built-in serial port".to_owned() } else { driver.clone() });
        }
        parts.extend(self.holder.as_ref().map(|holder| format!("in use by {holder}")));
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_say_what_tells_ports_apart() {
        let check = |port: PortInfo, expect: &str| assert_eq!(port.details(), expect);
        check(PortInfo::default(), "");
        check(PortInfo { driver: Some("serial8250".into()), ..PortInfo::default() }, "serial8250");
        check(PortInfo { driver: Some("port".into()), ..PortInfo::default() }, "built-in serial port");
        check(
            PortInfo {
                product: Some("USB2.0-Ser!".into()),
                usb_id: Some((0x1A86, 0x7523)),
                serial_number: Some("A50285BI".into()),
                driver: Some("ch341-uart".into()),
                holder: Some(Holder { program: Some("picocom".into()), pid: 4711 }),
                ..PortInfo::default()
            },
            "USB2.0-Ser!, 1A86:7523, serial number A50285BI, in use by picocom (PID 4711)",
        );
    }
}
