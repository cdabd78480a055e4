//! The calls of Windows that no crate has in a safe form, one function a call. All unsafe code for Windows stands here and
//! in the files below: what is waited for, and reads and writes under way, here.
//!
//! A handle is borrowed or owned by Rust's own types, so that none is used after it was closed. What the system writes into
//! while a call is over (an [`Operation`]) is on the heap, and is let go of only when the system has let go of it.

#![expect(unsafe_code, reason = "windows-sys has the calls as C has them; their conditions are kept here alone")]

pub(super) mod files;
pub(super) mod line;
pub(super) mod notice;
pub(super) mod session_end;

use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::io::{
    AsHandle as _, AsRawHandle, AsRawSocket as _, BorrowedHandle, BorrowedSocket, FromRawHandle as _, OwnedHandle,
};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_IO_INCOMPLETE, ERROR_IO_PENDING, INVALID_HANDLE_VALUE, WAIT_FAILED, WAIT_OBJECT_0,
};
use windows_sys::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_READ, FD_WRITE, SOCKET, WSAEventSelect,
};
use windows_sys::Win32::Storage::FileSystem::{ReadFile, WriteFile};
use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList, SetConsoleCtrlHandler};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Threading::{
    CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, CreateEventW, CreateWaitableTimerExW, INFINITE, ResetEvent, SetEvent,
    SetWaitableTimer, TIMER_ALL_ACCESS, WaitForMultipleObjects, WaitForSingleObject,
};

fn done(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn owned(handle: *mut core::ffi::c_void) -> io::Result<OwnedHandle> {
    if handle.is_null() || handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has just given it to us, and to nobody else.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// An event that stays set until it is reset.
pub(super) fn event() -> io::Result<OwnedHandle> {
    // SAFETY: no attributes and no name are null.
    owned(unsafe { CreateEventW(null(), 1, 0, null()) })
}

pub(super) fn set_event(event: &OwnedHandle) {
    // SAFETY: the handle is open. It cannot fail on an event.
    unsafe { SetEvent(event.as_raw_handle()) };
}

pub(super) fn reset_event(event: &OwnedHandle) {
    // SAFETY: the handle is open. It cannot fail on an event.
    unsafe { ResetEvent(event.as_raw_handle()) };
}

/// It is set now.
pub(super) fn is_set(event: &OwnedHandle) -> bool {
    // SAFETY: the handle is open; nothing is waited for.
    unsafe { WaitForSingleObject(event.as_raw_handle(), 0) == WAIT_OBJECT_0 }
}

/// A timer that is exact to half a millisecond (since Windows 10 of 2018; before, to the system's tick).
pub(super) fn timer() -> io::Result<OwnedHandle> {
    // SAFETY: no attributes and no name are null.
    let create = |flags| owned(unsafe { CreateWaitableTimerExW(null(), null(), flags, TIMER_ALL_ACCESS) });
    create(CREATE_WAITABLE_TIMER_HIGH_RESOLUTION).or_else(|_| create(0))
}

/// The timer is set once this time is over.
pub(super) fn start_timer(timer: &OwnedHandle, after: Duration) -> io::Result<()> {
    // Relative times are negative, in units of 100 ns.
    let due = -i64::try_from(after.as_nanos() / 100).unwrap_or(i64::MAX);
    // SAFETY: `due` lives for the call; there is no routine to be called.
    done(unsafe { SetWaitableTimer(timer.as_raw_handle(), &raw const due, 0, None, null(), 0) })
}

/// Waits until one of at most 64 is set; with `at_once` it only looks.
pub(super) fn wait_any(handles: &[BorrowedHandle<'_>], at_once: bool) -> io::Result<()> {
    let raw: Vec<_> = handles.iter().map(AsRawHandle::as_raw_handle).collect();
    let count = u32::try_from(raw.len()).map_err(io::Error::other)?;
    // SAFETY: all handles are open for the call, and `count` is their number.
    match unsafe { WaitForMultipleObjects(count, raw.as_ptr(), 0, if at_once { 0 } else { INFINITE }) } {
        WAIT_FAILED => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Sets the event as soon as the socket is as wished, at once if it is so already. `None` ends that.
pub(super) fn select_events(socket: BorrowedSocket<'_>, wish: Option<(&OwnedHandle, bool, bool)>) -> io::Result<()> {
    let (event, events) = match wish {
        None => (null_mut(), 0),
        Some((event, read, write)) => {
            let mut events = FD_CLOSE;
            if read {
                events |= FD_READ | FD_ACCEPT;
            }
            if write {
                events |= FD_WRITE | FD_CONNECT;
            }
            (event.as_raw_handle(), events)
        }
    };
    let socket = SOCKET::try_from(socket.as_raw_socket()).map_err(io::Error::other)?;
    // SAFETY: socket and event are open.
    match unsafe { WSAEventSelect(socket, event.expose_provenance().cast_signed(), i32::try_from(events).unwrap_or(0)) }
    {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// One read or write under way, with its buffer.
pub(super) struct Operation {
    file: Arc<File>,
    event: OwnedHandle,
    overlapped: Box<OVERLAPPED>,
    buffer: Box<[u8]>,
    pending: bool,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Operation").field("pending", &self.pending).finish_non_exhaustive()
    }
}

// SAFETY: what makes an OVERLAPPED not Send is its handle, which any thread may use; it is never shared.
unsafe impl Send for Operation {}

impl Operation {
    pub(super) fn new(file: &Arc<File>, size: usize) -> io::Result<Self> {
        Ok(Self {
            file: Arc::clone(file),
            event: event()?,
            // SAFETY: all zero is how an OVERLAPPED begins.
            overlapped: Box::new(unsafe { zeroed() }),
            buffer: vec![0; size].into_boxed_slice(),
            pending: false,
        })
    }

    /// Set when nothing is under way any more.
    pub(super) fn event(&self) -> BorrowedHandle<'_> {
        self.event.as_handle()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.pending
    }

    fn begin(&mut self) {
        // SAFETY: nothing is under way, so that nobody but us has it; all zero is how it begins.
        *self.overlapped = unsafe { zeroed() };
        self.overlapped.hEvent = self.event.as_raw_handle();
    }

    fn begun(&mut self, result: i32) -> io::Result<()> {
        if result == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != i32::try_from(ERROR_IO_PENDING).ok() {
                set_event(&self.event);
                return Err(error);
            }
        }
        self.pending = true;
        Ok(())
    }

    /// Begins to read up to this many bytes, no more than fit.
    pub(super) fn read(&mut self, count: usize) -> io::Result<()> {
        debug_assert!(!self.pending, "one at a time");
        self.begin();
        let count = u32::try_from(count.min(self.buffer.len())).unwrap_or(1);
        let (handle, buffer) = (self.file.as_raw_handle(), self.buffer.as_mut_ptr());
        // SAFETY: buffer and OVERLAPPED are on the heap and stay until the operation is over (`drop` waits for that).
        let result = unsafe { ReadFile(handle, buffer, count, null_mut(), &raw mut *self.overlapped) };
        self.begun(result)
    }

    /// Begins to write as much of this as fits: how much.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        debug_assert!(!self.pending, "one at a time");
        let taken = bytes.len().min(self.buffer.len());
        for (to, from) in self.buffer.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.begin();
        let (handle, buffer) = (self.file.as_raw_handle(), self.buffer.as_ptr());
        let count = u32::try_from(taken).unwrap_or(0);
        // SAFETY: as for reading.
        let result = unsafe { WriteFile(handle, buffer, count, null_mut(), &raw mut *self.overlapped) };
        self.begun(result)?;
        Ok(taken)
    }

    /// How many bytes it came to; `None` while it is under way.
    pub(super) fn finished(&mut self) -> io::Result<Option<usize>> {
        self.result(false)
    }

    fn result(&mut self, wait: bool) -> io::Result<Option<usize>> {
        let mut count = 0;
        // SAFETY: the OVERLAPPED is that of an operation on this file; `count` lives for the call.
        let result = unsafe {
            GetOverlappedResult(self.file.as_raw_handle(), &raw const *self.overlapped, &raw mut count, wait.into())
        };
        if result == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() == i32::try_from(ERROR_IO_INCOMPLETE).ok() {
                return Ok(None);
            }
            self.pending = false;
            return Err(error);
        }
        self.pending = false;
        Ok(usize::try_from(count).ok())
    }

    /// The first of its bytes.
    pub(super) fn bytes(&self, count: usize) -> &[u8] {
        self.buffer.get(..count).unwrap_or_default()
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if self.pending {
            // SAFETY: the OVERLAPPED is that of an operation on this file. The wait after it ends as soon as the driver has
            // let go of the buffer.
            unsafe { CancelIoEx(self.file.as_raw_handle(), &raw const *self.overlapped) };
            let _ = self.result(true);
        }
    }
}

/// The console is ours alone: it was made for this program, and nobody typed there.
pub(super) fn leave_own_console() {
    let mut processes = [0; 2];
    // SAFETY: there is room for two.
    let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) };
    if count == 1 {
        // SAFETY: it has no conditions.
        unsafe { FreeConsole() };
    }
}

/// Has `handler` called, on a thread of the system's, when the console or the session is to end.
pub(super) fn on_console_event(handler: unsafe extern "system" fn(u32) -> i32) -> io::Result<()> {
    // SAFETY: the handler is a function that lives as long as the program.
    done(unsafe { SetConsoleCtrlHandler(Some(handler), 1) })
}
