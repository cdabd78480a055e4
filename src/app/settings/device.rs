//! What is remembered of a device, and under which name.

use std::path::Path;

use super::file::look;
use crate::link::discovery::{self, PortInfo};
use crate::vocabulary::{self, Family};

/// The name that settings of a port are kept under: a USB device is itself wherever it is plugged in.
pub(in crate::app) fn remembered_as(ports: &[PortInfo], port: &str) -> String {
    let usb = ports.iter().find(|info| info.path == port).and_then(|info| {
        let (vendor, product) = info.usb_id?;
        let serial = info.serial_number.as_deref().unwrap_or_default();
        Some(format!("usb:{vendor:04x}:{product:04x}:{serial}"))
    });
    usb.unwrap_or_else(|| port.to_owned())
}

/// Two names of a device that the system numbers in the order of coming: `/dev/ttyUSB0` and `/dev/ttyUSB1`, taps of such. A name that
/// somebody gave to the device (`/dev/serial/by-id/…`, `/dev/modem`) is kept.
pub(in crate::app) fn is_renumbered(before: &str, now: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    before != now && letters(before) == letters(now)
}

/// The family of modems that was chosen in the window for the device at this port, by the settings in `folder`.
#[must_use]
pub(crate) fn chosen_family(folder: &Path, port: &str) -> Option<&'static Family> {
    let settings = look(&folder.join("settings.toml"))?;
    if settings.modem.is_empty() {
        return None;
    }
    let name = settings.modem.get(&remembered_as(&discovery::devices(), port))?;
    vocabulary::family(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_found_by_the_device_and_a_bad_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        assert!(chosen_family(folder.path(), "/dev/modem").is_none());
        std::fs::write(&file, "version = 1\n[modem]\n\"/dev/modem\" = \"sim7600\"\n\"/dev/other\" = \"nobody\"\n")
            .expect("a file");
        assert_eq!(chosen_family(folder.path(), "/dev/modem").map(|family| family.name), Some("sim7600"));
        assert!(chosen_family(folder.path(), "/dev/other").is_none());
        std::fs::write(&file, "[modem\n").expect("a file");
        assert!(chosen_family(folder.path(), "/dev/modem").is_none());
        assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "[modem\n");
    }

    #[test]
    fn a_number_is_given_by_the_system_and_a_name_by_somebody() {
        for (before, now, renumbered) in [
            ("/dev/ttyUSB0", "/dev/ttyUSB1", true),
            ("COM9", "COM10", true),
            ("tap:/dev/ttyUSB0,/dev/ttyUSB1", "tap:/dev/ttyUSB2,/dev/ttyUSB1", true),
            ("/dev/ttyUSB0", "/dev/ttyUSB0", false),
            ("/dev/serial/by-id/usb-FTDI_A1-if00", "/dev/ttyUSB1", false),
            ("/dev/modem", "/dev/ttyUSB1", false),
            ("/dev/ttyUSB0", "/dev/ttyACM0", false),
        ] {
            assert_eq!(is_renumbered(before, now), renumbered, "{before} {now}");
        }
    }

    #[test]
    fn a_usb_device_is_itself_wherever_it_is_plugged_in() {
        let usb = |path: &str, serial: Option<&str>| PortInfo {
            path: path.into(),
            usb_id: Some((0x1a86, 0x7523)),
            serial_number: serial.map(Into::into),
            ..PortInfo::default()
        };
        let ports = [usb("/dev/ttyUSB0", None), usb("/dev/ttyUSB1", Some("A1"))];
        assert_eq!(remembered_as(&ports, "/dev/ttyUSB0"), "usb:1a86:7523:");
        assert_eq!(remembered_as(&ports, "/dev/ttyUSB1"), "usb:1a86:7523:A1");
        assert_eq!(remembered_as(&ports, "/dev/pts/3"), "/dev/pts/3");
    }
}
