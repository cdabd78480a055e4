//! The serial devices there are, where the `serialport` crate lists them: what of its words can be trusted.

use crate::os::PortInfo;

/// A serial number as it is reported on Windows. Adapters without one (CH340, PL2303) get the first piece of what Windows
/// calls the place they are plugged in at, as in `5&2C24CE2F&0&2`: "5". Whoever is plugged in there has it, and the same
/// adapter loses it in the next socket.
fn trusted(reported: Option<String>) -> Option<String> {
    const SHORTEST: usize = 3;
    reported.filter(|number| number.chars().count() >= SHORTEST && !number.contains('&'))
}

/// Where a device is plugged in, as one word: the bus, then the sockets on the way.
fn place(bus: &str, sockets: &[u8]) -> Option<String> {
    let chain: Vec<String> = sockets.iter().map(u8::to_string).collect();
    (!bus.is_empty() && !chain.is_empty()).then(|| format!("{bus}-{}", chain.join(".")))
}

/// On macOS each device has two nodes: `/dev/cu.X` to call out, and `/dev/tty.X`, whose opening waits for a carrier. The
/// one to use comes first.
fn in_order(ports: &mut [PortInfo]) {
    ports.sort_by_key(|one| order(&one.path));
}

/// `COM10` comes after `COM9`, whatever is behind them.
fn order(path: &str) -> (bool, String, u64) {
    let stem = path.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = path.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (path.starts_with("/dev/tty."), stem.to_owned(), number)
}

/// The devices of this machine, now.
#[cfg(not(target_os = "linux"))]
pub(super) fn list() -> Vec<PortInfo> {
    let mut ports: Vec<PortInfo> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| match port.port_type {
            serialport::SerialPortType::UsbPort(usb) => PortInfo {
                path: port.port_name,
                product: usb.product,
                manufacturer: usb.manufacturer,
                usb_id: Some((usb.vid, usb.pid)),
                serial_number: trusted(usb.serial_number),
                interface: usb.interface,
                usb_path: usb.location.and_then(|at| place(at.bus_id(), at.port_chain())),
                ..PortInfo::default()
            },
            _ => PortInfo { path: port.port_name, ..PortInfo::default() },
        })
        .collect();
    in_order(&mut ports);
    ports
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::identity::{Identity, Verdict, find};

    /// The first pieces of real instance ids, as `serialport` gives them, and real serial numbers.
    #[test]
    fn a_place_is_no_serial_number() {
        for place in ["5", "6", "7", "a", "10", "5&2C24CE2F&0&2", "7&1ac7d1e8&0&0000", ""] {
            assert_eq!(trusted(Some(place.to_owned())), None, "{place}");
        }
        for number in ["A50285BI", "FTBA1234A", "0001", "5573932393735180B1B0", "7C9EBD4B1B2C"] {
            assert_eq!(trusted(Some(number.to_owned())).as_deref(), Some(number));
        }
    }

    /// Two CH340 (`USB\VID_1A86&PID_7523\5&2C24CE2F&0&2` and `…&0&3`), one after the other at the same name.
    #[test]
    fn an_adapter_without_a_number_is_known_by_its_socket_and_else_asked_for() {
        let ch340 = |name: &str, socket: Option<&[u8]>| Identity {
            path: name.to_owned(),
            usb_id: Some((0x1A86, 0x7523)),
            serial_number: trusted(Some("5".to_owned())),
            interface: None,
            usb_path: socket.and_then(|sockets| place("PCIROOT(0)#PCI(1400)#USBROOT(0)", sockets)),
        };
        let lost = ch340("COM5", Some(&[1, 2]));
        assert_eq!(
            find(&lost, &[ch340("COM5", Some(&[1, 3]))]),
            Verdict::Ask(vec![0]),
            "another socket, the same name"
        );
        assert_eq!(find(&lost, &[ch340("COM7", Some(&[1, 2]))]), Verdict::Back(0), "the same socket, another name");
        let unplaced = ch340("COM5", None);
        assert_ne!(find(&unplaced, &[ch340("COM6", None)]), Verdict::Back(0), "nothing tells them apart");
    }

    #[test]
    fn the_port_to_call_out_by_comes_first_and_ten_after_nine() {
        let mut ports: Vec<PortInfo> =
            ["/dev/tty.usbserial-110", "COM10", "/dev/cu.usbserial-110", "COM9", "/dev/cu.Bluetooth"]
                .map(|path| PortInfo { path: path.to_owned(), ..PortInfo::default() })
                .into();
        in_order(&mut ports);
        let paths: Vec<&str> = ports.iter().map(|port| port.path.as_str()).collect();
        assert_eq!(paths, ["/dev/cu.Bluetooth", "/dev/cu.usbserial-110", "COM9", "COM10", "/dev/tty.usbserial-110"]);
    }
}
