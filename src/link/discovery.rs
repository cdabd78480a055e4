//! Which ports there are. Listing opens none of them.

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
}

/// The serial ports of this machine, now.
#[must_use]
pub fn list() -> Vec<PortInfo> {
    Vec::new()
}
