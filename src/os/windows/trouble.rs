//! What the system says when a port does not open, sorted.

use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BAD_COMMAND, ERROR_DEVICE_NOT_CONNECTED, ERROR_FILE_NOT_FOUND, ERROR_GEN_FAILURE,
    ERROR_INVALID_FUNCTION, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER, ERROR_IO_DEVICE, ERROR_PATH_NOT_FOUND,
    ERROR_PRIVILEGE_NOT_HELD, ERROR_SEM_TIMEOUT, ERROR_SHARING_VIOLATION,
};

use crate::os::{Facts, Trouble};

/// Sorts what the system said of a device. Access is denied to one that another program has open: rights of one's own do
/// not stand in the way of a serial port here.
#[must_use]
pub(super) fn classify_device(error: &io::Error) -> Trouble {
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok());
    match code {
        Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION) => Trouble::Busy,
        Some(ERROR_PRIVILEGE_NOT_HELD) => Trouble::Denied,
        Some(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND | ERROR_INVALID_NAME) => Trouble::Missing,
        Some(ERROR_GEN_FAILURE | ERROR_IO_DEVICE | ERROR_SEM_TIMEOUT | ERROR_BAD_COMMAND) => Trouble::Broken,
        Some(ERROR_DEVICE_NOT_CONNECTED) => Trouble::NoHardware,
        Some(ERROR_INVALID_FUNCTION | ERROR_INVALID_PARAMETER) => Trouble::NotAPort,
        _ => Trouble::Other,
    }
}

/// Devices have no owner here that could be named.
pub(crate) fn look_up_owner(_path: &str, _facts: &mut Facts) {}

/// A path that can be opened as a device.
#[must_use]
pub(crate) fn is_device(path: &Path) -> bool {
    path.exists()
}
