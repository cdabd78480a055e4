//! `modemscope ports`: the serial ports, and what tells them apart. Opens none of them.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::say::{say, say_data};
use crate::link::discovery::{self, PortInfo};

/// Arguments of `ports`.
#[derive(Debug, clap::Args)]
pub struct Ports {
    /// As JSON, one array; docs/ports-json.md describes it.
    #[arg(long)]
    pub json: bool,
}

impl Ports {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        let ports = discovery::list();
        if self.json {
            say_data(format_args!("{:#}", ports.iter().map(as_json).collect::<Value>()));
        } else {
            say(as_text(&ports).trim_end());
        }
        ExitCode::SUCCESS
    }
}

fn as_text(ports: &[PortInfo]) -> String {
    let simulated = ("sim:", "the simulated SIM800L, always there".to_owned());
    let lines: Vec<(&str, String)> =
        ports.iter().map(|port| (port.path.as_str(), port.details())).chain([simulated]).collect();
    let width = lines.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
    lines.iter().map(|(path, details)| format!("{path:width$}  {details}").trim_end().to_owned() + "\n").collect()
}

fn as_json(port: &PortInfo) -> Value {
    json!({
        "path": port.path,
        "product": port.product,
        "manufacturer": port.manufacturer,
        "vendor_id": port.usb_id.map(|(vendor, _)| format!("{vendor:04x}")),
        "product_id": port.usb_id.map(|(_, product)| format!("{product:04x}")),
        "serial_number": port.serial_number,
        "interface": port.interface,
        "usb_path": port.usb_path,
        "driver": port.driver,
        "holder": port.holder.as_ref().map(|holder| json!({ "program": holder.program, "pid": holder.pid })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::trouble::Holder;

    fn nano() -> PortInfo {
        PortInfo {
            path: "/dev/ttyUSB0".into(),
            product: Some("USB2.0-Ser!".into()),
            usb_id: Some((0x1A86, 0x7523)),
            usb_path: Some("1-4".into()),
            holder: Some(Holder { program: Some("picocom".into()), pid: 4711 }),
            ..PortInfo::default()
        }
    }

    #[test]
    fn the_list_is_for_people() {
        let expect = "/dev/ttyUSB0  USB2.0-Ser!, 1A86:7523, in use by picocom (PID 4711)\n\
                      sim:          the simulated SIM800L, always there\n";
        assert_eq!(as_text(&[nano()]), expect);
        assert_eq!(as_text(&[]), "sim:  the simulated SIM800L, always there\n");
    }

    #[test]
    fn the_json_is_as_documented() {
        let expect = json!({
            "path": "/dev/ttyUSB0", "product": "USB2.0-Ser!", "manufacturer": null, "vendor_id": "1a86",
            "product_id": "7523", "serial_number": null, "interface": null, "usb_path": "1-4", "driver": null,
            "holder": { "program": "picocom", "pid": 4711 },
        });
        assert_eq!(as_json(&nano()), expect);
    }
}
