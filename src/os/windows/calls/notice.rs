//! Word from the system that a serial device came or went.

use std::ffi::c_void;
use std::io;
use std::ptr::null_mut;

use windows_sys::Win32::Devices::DeviceAndDriverInstallation::{
    CM_NOTIFY_ACTION, CM_NOTIFY_EVENT_DATA, CM_NOTIFY_FILTER, CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE,
    CM_Register_Notification, CM_Unregister_Notification, CR_SUCCESS, HCMNOTIFICATION,
};
use windows_sys::Win32::System::Ioctl::GUID_DEVINTERFACE_COMPORT;

use crate::os::windows::wait::Waker;

/// As long as it lives a waker is woken whenever a serial device comes or goes.
#[derive(Debug)]
pub(in crate::os::windows) struct Notice {
    handle: HCMNOTIFICATION,
    /// Read by the system's thread: on the heap, so that it stays where it is.
    _waker: Box<Waker>,
}

// SAFETY: any thread may end a notice, and nothing else is done with its handle.
unsafe impl Send for Notice {}

impl Notice {
    pub(in crate::os::windows) fn new(waker: Waker) -> io::Result<Self> {
        let waker = Box::new(waker);
        let mut filter = CM_NOTIFY_FILTER {
            cbSize: u32::try_from(size_of::<CM_NOTIFY_FILTER>()).unwrap_or(0),
            FilterType: CM_NOTIFY_FILTER_TYPE_DEVICEINTERFACE,
            ..CM_NOTIFY_FILTER::default()
        };
        filter.u.DeviceInterface.ClassGuid = GUID_DEVINTERFACE_COMPORT;
        let mut handle = null_mut();
        let context: *const Waker = &raw const *waker;
        // SAFETY: filter and handle live for the call, and the waker until the notice has ended (`drop`).
        let result =
            unsafe { CM_Register_Notification(&raw const filter, context.cast(), Some(on_change), &raw mut handle) };
        if result != CR_SUCCESS || handle.is_null() {
            return Err(io::Error::other(format!("no word of serial devices (CONFIGRET {result})")));
        }
        Ok(Self { handle, _waker: waker })
    }
}

unsafe extern "system" fn on_change(
    _notice: HCMNOTIFICATION,
    waker: *const c_void,
    _action: CM_NOTIFY_ACTION,
    _about: *const CM_NOTIFY_EVENT_DATA,
    _size: u32,
) -> u32 {
    // SAFETY: it is the waker that was registered, which lives until the notice has ended.
    let waker = unsafe { &*waker.cast::<Waker>() };
    waker.wake();
    0
}

impl Drop for Notice {
    fn drop(&mut self) {
        // SAFETY: the handle is that of a notice that has not ended. It waits for a call of `on_change` that is under way.
        unsafe { CM_Unregister_Notification(self.handle) };
    }
}
