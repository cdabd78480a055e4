//! Which ports there are. Listing opens none of them: what is known of a device is read from sysfs, so that looking at
//! the list never resets a board or takes a modem out of its conversation.

#[cfg(target_os = "linux")]
mod sysfs;

use std::path::Path;

use super::identity::Identity;
use super::trouble::{self, Holder};

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
}

impl PortInfo {
    /// What makes this device itself, whatever its name is next time.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            path: self.path.clone(),
            usb_id: self.usb_id,
            serial_number: self.serial_number.clone(),
            interface: self.interface,
            usb_path: self.usb_path.clone(),
        }
    }

    /// What a port list shows behind the path: `USB2.0-Ser!, QinHeng, 1A86:7523, in use by picocom (PID 4711)`.
    #[must_use]
    pub fn details(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.product.clone());
        parts.extend(self.manufacturer.clone());
        parts.extend(self.usb_id.map(|(vendor, product)| format!("{vendor:04X}:{product:04X}")));
        parts.extend(self.serial_number.as_ref().map(|number| format!("serial number {number}")));
        if let (None, Some(driver)) = (self.usb_id, &self.driver) {
            parts.push(driver.clone());
        }
        parts.extend(self.holder.as_ref().map(|holder| format!("in use by {holder}")));
        parts.join(", ")
    }
}

/// The serial ports of this machine, now.
#[must_use]
pub fn list() -> Vec<PortInfo> {
    let mut ports = devices();
    for port in &mut ports {
        port.holder = trouble::holder(Path::new(&port.path));
    }
    ports
}

/// The devices alone, without the search for who holds them.
#[must_use]
pub fn devices() -> Vec<PortInfo> {
    #[cfg(target_os = "linux")]
    return sysfs::list(Path::new("/sys"), Path::new("/dev"));
    #[cfg(not(target_os = "linux"))]
    return elsewhere();
}

/// What one device is, by its path or a link to it.
#[must_use]
pub fn describe(path: &str) -> PortInfo {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let known = devices().into_iter().find(|port| Path::new(&port.path) == real);
    known.unwrap_or_else(|| PortInfo { path: path.to_owned(), ..PortInfo::default() })
}

#[cfg(not(target_os = "linux"))]
fn elsewhere() -> Vec<PortInfo> {
    let ports = serialport::available_ports().unwrap_or_default();
    ports
        .into_iter()
        .map(|port| match port.port_type {
            serialport::SerialPortType::UsbPort(usb) => PortInfo {
                path: port.port_name,
                product: usb.product,
                manufacturer: usb.manufacturer,
                usb_id: Some((usb.vid, usb.pid)),
                serial_number: usb.serial_number,
                ..PortInfo::default()
            },
            _ => PortInfo { path: port.port_name, ..PortInfo::default() },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_say_what_tells_ports_apart() {
        let check = |port: PortInfo, expect: &str| assert_eq!(port.details(), expect);
        check(PortInfo::default(), "");
        check(PortInfo { driver: Some("serial8250".into()), ..PortInfo::default() }, "serial8250");
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

    #[test]
    fn an_unknown_path_is_described_by_itself() {
        assert_eq!(describe("/no/such/port").path, "/no/such/port");
        assert_eq!(describe("/no/such/port").identity().usb_id, None);
    }
}
