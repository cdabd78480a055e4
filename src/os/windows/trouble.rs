//! What the system says when a port does not open, sorted.

use std::io;
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BAD_COMMAND, ERROR_DEVICE_NOT_CONNECTED, ERROR_DEVICE_REMOVED, ERROR_FILE_NOT_FOUND,
    ERROR_GEN_FAILURE, ERROR_INVALID_FUNCTION, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER, ERROR_IO_DEVICE,
    ERROR_NO_SUCH_DEVICE, ERROR_PATH_NOT_FOUND, ERROR_PRIVILEGE_NOT_HELD, ERROR_SEM_TIMEOUT, ERROR_SHARING_VIOLATION,
};

use super::calls;
use crate::os::{Facts, Trouble};

/// Sorts what the system said of a device. Access is denied to one that another program has open: rights of one's own do
/// not stand in the way of a serial port here.
#[must_use]
pub(super) fn classify_device(error: &io::Error) -> Trouble {
    match code(error) {
        Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION) => Trouble::Busy,
        Some(ERROR_PRIVILEGE_NOT_HELD) => Trouble::Denied,
        Some(ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND | ERROR_INVALID_NAME) => Trouble::Missing,
        Some(ERROR_GEN_FAILURE | ERROR_IO_DEVICE | ERROR_SEM_TIMEOUT | ERROR_BAD_COMMAND) => Trouble::Broken,
        Some(ERROR_DEVICE_NOT_CONNECTED) => Trouble::NoHardware,
        Some(ERROR_INVALID_FUNCTION | ERROR_INVALID_PARAMETER) => Trouble::NotAPort,
        _ => Trouble::Other,
    }
}

/// What drivers say of an open device that was unplugged. Time-outs are none of it: a Bluetooth port has them and lives.
#[must_use]
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        code(error),
        Some(
            ERROR_ACCESS_DENIED
                | ERROR_BAD_COMMAND
                | ERROR_DEVICE_NOT_CONNECTED
                | ERROR_DEVICE_REMOVED
                | ERROR_FILE_NOT_FOUND
                | ERROR_NO_SUCH_DEVICE
        )
    )
}

/// Another program has the file open.
#[must_use]
pub(super) fn is_held(error: &io::Error) -> bool {
    matches!(code(error), Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION))
}

fn code(error: &io::Error) -> Option<u32> {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok())
}

/// Looks up what can be known of it: where it is in use what it is called where handles are listed. Devices have no owner
/// here that could be named.
pub(crate) fn look_up(path: &str, trouble: Trouble, facts: &mut Facts) {
    if trouble == Trouble::Busy {
        facts.inside = calls::line::inside(path.trim_start_matches(r"\\.\"));
    }
}

/// A path that can be opened as a device.
#[must_use]
pub(crate) fn is_device(path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_denied_means_in_use_when_it_is_opened_and_unplugged_when_it_is_open() {
        let said = |code: u32| io::Error::from_raw_os_error(i32::try_from(code).unwrap());
        assert_eq!(classify_device(&said(ERROR_ACCESS_DENIED)), Trouble::Busy);
        assert_eq!(classify_device(&said(ERROR_FILE_NOT_FOUND)), Trouble::Missing);
        assert_eq!(classify_device(&said(ERROR_INVALID_FUNCTION)), Trouble::NotAPort);
        assert_eq!(classify_device(&said(ERROR_GEN_FAILURE)), Trouble::Broken);
        assert_eq!(classify_device(&io::Error::other("no code")), Trouble::Other);
        assert!(is_gone(&said(ERROR_ACCESS_DENIED)));
        assert!(!is_gone(&said(ERROR_SEM_TIMEOUT)) && !is_gone(&said(ERROR_GEN_FAILURE)));
    }
}
