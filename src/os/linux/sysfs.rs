//! Serial devices as Linux lists them below `/sys/class/tty`. The roots are arguments, so that a made-up tree is read
//! as the real one is. A machine without sysfs (a container) has an empty list.

use std::fs;
use std::path::{Path, PathBuf};

use crate::os::PortInfo;

/// All serial devices with a node below `dev`, in the order of their names.
pub(super) fn list(sys: &Path, dev: &Path) -> Vec<PortInfo> {
    let Ok(entries) = fs::read_dir(sys.join("class/tty")) else {
        return Vec::new();
    };
    let mut ports: Vec<PortInfo> =
        entries.filter_map(Result::ok).filter_map(|entry| port(&entry.path(), dev)).collect();
    ports.sort_by(|left, right| by_number(&left.path).cmp(&by_number(&right.path)));
    ports
}

/// `ttyUSB10` comes after `ttyUSB9`.
fn by_number(path: &str) -> (&str, u64) {
    let stem = path.trim_end_matches(|character: char| character.is_ascii_digit());
    (stem, path.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(0))
}

fn port(class: &Path, dev: &Path) -> Option<PortInfo> {
    let name = class.file_name()?.to_str()?;
    // Consoles and ptys stand for no device; Bluetooth's rfcomm has none in sysfs either.
    let device = fs::canonicalize(class.join("device")).ok();
    if device.is_none() && !name.starts_with("rfcomm") {
        return None;
    }
    // The kernel reserves names for 8250 ports that the machine does not have: type 0.
    if name.starts_with("ttyS") && text(class, "type").is_some_and(|kind| kind == "0") {
        return None;
    }
    let node = dev.join(name);
    if !node.exists() {
        return None;
    }
    let mut port = PortInfo { path: node.to_str()?.to_owned(), ..PortInfo::default() };
    if let Some(device) = device {
        port.driver = fs::read_link(device.join("driver")).ok().and_then(|driver| file_name(&driver));
        describe_usb(&device, &mut port);
    }
    Some(port)
}

/// Walks up from the device to the USB device it belongs to, if it does; the interface comes on the way.
fn describe_usb(device: &Path, port: &mut PortInfo) {
    for folder in device.ancestors() {
        if port.interface.is_none() {
            port.interface = hex(folder, "bInterfaceNumber").and_then(|number| u8::try_from(number).ok());
        }
        if let (Some(vendor), Some(product)) = (hex(folder, "idVendor"), hex(folder, "idProduct")) {
            port.usb_id = Some((vendor, product));
            port.serial_number = text(folder, "serial");
            port.product = text(folder, "product");
            port.manufacturer = text(folder, "manufacturer");
            port.usb_path = file_name(folder);
            return;
        }
    }
    port.interface = None;
}

fn file_name(path: &Path) -> Option<String> {
    PathBuf::from(path).file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

/// What a device says of itself is shown, never obeyed: control characters are dropped, and it is kept short.
fn text(folder: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(folder.join(name)).ok()?;
    let text: String = String::from_utf8_lossy(&bytes).chars().filter(|each| !each.is_control()).take(126).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn hex(folder: &Path, name: &str) -> Option<u16> {
    u16::from_str_radix(&text(folder, name)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join("sys/class/tty")).unwrap();
            fs::create_dir_all(root.path().join("dev")).unwrap();
            Self(root)
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        /// A tty of the class, with its node and the folder of its device.
        fn tty(&self, name: &str, device: Option<&str>) {
            let class = self.0.path().join("sys/class/tty").join(name);
            fs::create_dir_all(&class).unwrap();
            fs::write(self.0.path().join("dev").join(name), "").unwrap();
            if let Some(device) = device {
                let device = self.0.path().join("sys/devices").join(device);
                fs::create_dir_all(&device).unwrap();
                symlink(device, class.join("device")).unwrap();
            }
        }

        fn list(&self) -> Vec<PortInfo> {
            list(&self.0.path().join("sys"), &self.0.path().join("dev"))
        }
    }

    #[test]
    fn a_machine_without_sysfs_has_no_ports() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(list(empty.path(), empty.path()), []);
    }

    #[test]
    fn usb_adapters_are_described() {
        let tree = Tree::new();
        // A CH340 (usb-serial: the tty hangs below the interface) and a CDC-ACM device (the tty's device is the interface).
        tree.write("sys/devices/usb1/1-4/idVendor", "1a86\n");
        tree.write("sys/devices/usb1/1-4/idProduct", "7523\n");
        tree.write("sys/devices/usb1/1-4/product", "USB2.0-Ser!\x1b[2J\n");
        tree.write("sys/devices/usb1/1-4/1-4:1.0/bInterfaceNumber", "00\n");
        tree.tty("ttyUSB10", Some("usb1/1-4/1-4:1.0/ttyUSB10"));
        tree.write("sys/devices/usb1/1-5.2/idVendor", "2341\n");
        tree.write("sys/devices/usb1/1-5.2/idProduct", "0043\n");
        tree.write("sys/devices/usb1/1-5.2/serial", "8573532\n");
        tree.write("sys/devices/usb1/1-5.2/manufacturer", "Arduino\n");
        tree.write("sys/devices/usb1/1-5.2/1-5.2:1.1/bInterfaceNumber", "01\n");
        tree.tty("ttyACM0", Some("usb1/1-5.2/1-5.2:1.1"));
        tree.tty("ttyUSB9", Some("usb1/1-4/1-4:1.0/ttyUSB9"));
        let ports = tree.list();
        let names: Vec<_> = ports.iter().map(|port| port.path.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["ttyACM0", "ttyUSB9", "ttyUSB10"]);
        let arduino = &ports[0];
        assert_eq!(arduino.usb_id, Some((0x2341, 0x0043)));
        assert_eq!(arduino.serial_number.as_deref(), Some("8573532"));
        assert_eq!(arduino.manufacturer.as_deref(), Some("Arduino"));
        assert_eq!((arduino.interface, arduino.usb_path.as_deref()), (Some(1), Some("1-5.2")));
        let adapter = &ports[2];
        assert_eq!(adapter.product.as_deref(), Some("USB2.0-Ser![2J"), "no control characters");
        assert_eq!((adapter.serial_number.clone(), adapter.usb_path.as_deref()), (None, Some("1-4")));
    }

    #[test]
    fn consoles_phantoms_and_missing_nodes_are_left_out() {
        let tree = Tree::new();
        tree.tty("tty0", None);
        tree.tty("ttyS0", Some("pnp/00:01"));
        tree.write("sys/class/tty/ttyS0/type", "4\n");
        tree.tty("ttyS1", Some("platform/serial8250"));
        tree.write("sys/class/tty/ttyS1/type", "0\n");
        tree.tty("ttyUSB0", Some("usb1/1-1/1-1:1.0/ttyUSB0"));
        fs::remove_file(tree.0.path().join("dev/ttyUSB0")).unwrap();
        tree.tty("rfcomm0", None);
        let names: Vec<_> = tree.list().iter().map(|port| port.path.rsplit('/').next().unwrap().to_owned()).collect();
        assert_eq!(names, ["rfcomm0", "ttyS0"]);
    }
}
