//! Which ports there are. Listing opens none of them: what is known of a device is read from sysfs, so that looking at
//! the list never resets a board or takes a modem out of its conversation.

#[cfg(target_os = "linux")]
mod sysfs;
mod watch;

use std::path::{Path, PathBuf};

pub(crate) use watch::PortWatch;

use super::identity::Identity;
use super::trouble::{self, Holder};

/// A port that can be picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortInfo {
    /// What to open.
    pub path: String,
    /// Product name of a USB adapter.
    pub(crate) product: Option<String>,
    /// Its maker.
    pub(crate) manufacturer: Option<String>,
    /// USB vendor and product id.
    pub(crate) usb_id: Option<(u16, u16)>,
    /// USB serial number.
    pub(crate) serial_number: Option<String>,
    /// USB interface number.
    pub interface: Option<u8>,
    /// Where it is plugged in, such as `1-4.2`.
    pub(crate) usb_path: Option<String>,
    /// The kernel's driver.
    pub driver: Option<String>,
    /// The program that holds it, as far as this user may see.
    pub holder: Option<Holder>,
    /// It came a moment ago ([`PortWatch`] knows).
    pub new: bool,
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
    pub(crate) fn details(&self) -> String {
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

/// The serial ports of this machine, now.
#[must_use]
pub(crate) fn list() -> Vec<PortInfo> {
    let mut ports = devices();
    for port in &mut ports {
        port.holder = trouble::holder(Path::new(&port.path));
    }
    ports
}

/// The devices alone, without the search for who holds them.
#[must_use]
pub(crate) fn devices() -> Vec<PortInfo> {
    #[cfg(target_os = "linux")]
    return sysfs::list(Path::new("/sys"), Path::new("/dev"));
    #[cfg(not(target_os = "linux"))]
    return elsewhere();
}

/// The devices, and what else `patterns` name: paths with `*` and `?` in their last part, such as `/dev/pts/*` or
/// `/tmp/modem?`. Holders are not looked up.
#[must_use]
pub(crate) fn list_also(patterns: &[String]) -> Vec<PortInfo> {
    let mut ports = devices();
    let mut more: Vec<PathBuf> = patterns.iter().flat_map(|pattern| matching(Path::new(pattern))).collect();
    more.sort();
    more.dedup();
    for path in more {
        let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let known = ports.iter().any(|port| Path::new(&port.path) == real);
        if let (false, Some(path)) = (known, path.to_str()) {
            ports.push(PortInfo { path: path.to_owned(), ..PortInfo::default() });
        }
    }
    ports
}

/// True where `pattern`, as [`list_also`] takes it, names this path.
#[must_use]
pub(crate) fn names(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (Path::new(pattern), Path::new(path));
    let name = path.file_name().and_then(|name| name.to_str());
    pattern.parent() == path.parent()
        && name.zip(last_part(pattern)).is_some_and(|(name, expression)| expression.is_match(name))
}

/// The last part of a pattern.
fn last_part(pattern: &Path) -> Option<regex::Regex> {
    let name = pattern.file_name()?.to_str()?;
    let expression = regex::escape(name).replace(r"\*", ".*").replace(r"\?", ".");
    regex::Regex::new(&format!("^{expression}$")).ok()
}

/// Devices that a pattern names. A pattern that cannot be read names none.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let Some((folder, expression)) = pattern.parent().zip(last_part(pattern)) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| expression.is_match(name)))
        .map(|entry| entry.path())
        .filter(|path| is_device(path))
        .collect()
}

#[cfg(unix)]
fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device(path: &Path) -> bool {
    path.exists()
}

/// What one device is, by its path or a link to it.
#[must_use]
pub(crate) fn describe(path: &str) -> PortInfo {
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

    #[test]
    #[cfg(unix)]
    fn patterns_name_devices_only() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["modem1", "modem.2", "other"] {
            std::os::unix::fs::symlink("/dev/null", folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("modem-notes"), "").unwrap();
        let check = |pattern: &str, expect: &[&str]| {
            let mut found: Vec<_> = matching(&folder.path().join(pattern))
                .iter()
                .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
                .collect();
            found.sort();
            assert_eq!(found, expect, "{pattern}");
        };
        check("modem*", &["modem.2", "modem1"]);
        check("modem?", &["modem1"]);
        check("modem.?", &["modem.2"]);
        check("[", &[]);
        check("other", &["other"]);
        assert!(matching(Path::new("/no/such/folder/*")).is_empty());
        assert!(matching(Path::new("")).is_empty());
    }

    #[test]
    fn a_pattern_names_paths_of_its_folder() {
        for (pattern, path, named) in [
            ("/dev/pts/*", "/dev/pts/3", true),
            ("/dev/pts/*", "/dev/pts/x/3", false),
            ("/dev/rfcomm?", "/dev/rfcomm0", true),
            ("/dev/rfcomm?", "/dev/rfcomm10", false),
            ("/dev/ttyX", "/dev/ttyX", true),
            ("", "/dev/ttyX", false),
        ] {
            assert_eq!(names(pattern, path), named, "{pattern} {path}");
        }
    }

    #[test]
    fn an_unknown_path_is_described_by_itself() {
        assert_eq!(describe("/no/such/port").path, "/no/such/port");
        assert_eq!(describe("/no/such/port").identity().usb_id, None);
    }
}
