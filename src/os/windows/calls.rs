//! The calls of Windows that no crate has in a safe form, one function a call. All unsafe code for Windows stands here.
//!
//! A handle is borrowed or owned by Rust's own types, so that none is used after it was closed. What the system writes into
//! while a call is over (an [`Operation`]) is on the heap, and is let go of only when the system has let go of it.

#![expect(
    unsafe_code,
    reason = "windows-sys has the calls as C has them; their conditions are kept in this file alone"
)]

use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{
    AsHandle as _, AsRawHandle as _, AsRawSocket as _, BorrowedHandle, BorrowedSocket, FromRawHandle as _, OwnedHandle,
};
use std::path::Path;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use windows_sys::Win32::Devices::Communication::{
    CLRBREAK, CLRDTR, CLRRTS, COMMTIMEOUTS, COMSTAT, ClearCommError, DCB, EscapeCommFunction, GetCommModemStatus,
    GetCommState, SETBREAK, SETDTR, SETRTS, SetCommState, SetCommTimeouts, SetupComm,
};
use windows_sys::Win32::Foundation::{
    ERROR_IO_INCOMPLETE, ERROR_IO_PENDING, GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE, LocalFree, WAIT_FAILED,
};
use windows_sys::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_READ, FD_WRITE, SOCKET, WSAEventSelect,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE,
    FILE_SHARE_READ, FILE_SHARE_WRITE, GetFileInformationByHandle, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY,
    LockFileEx, ReadFile, UnlockFileEx, WriteFile,
};
use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList, SetConsoleCtrlHandler};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Threading::{
    CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, CreateEventW, CreateWaitableTimerExW, INFINITE, ResetEvent, SetEvent,
    SetWaitableTimer, TIMER_ALL_ACCESS, WaitForMultipleObjects,
};

use super::super::dcb::Dcb;

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
    let raw: Vec<_> = handles.iter().map(|handle| handle.as_raw_handle()).collect();
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

    /// Begins to read so many bytes, no more than fit.
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

fn plain_dcb(file: &File) -> io::Result<DCB> {
    // SAFETY: all zero is a DCB; its length says which.
    let mut dcb: DCB = unsafe { zeroed() };
    dcb.DCBlength = u32::try_from(size_of::<DCB>()).unwrap_or(0);
    // SAFETY: `dcb` lives for the call and has its length in it.
    done(unsafe { GetCommState(file.as_raw_handle(), &raw mut dcb) })?;
    Ok(dcb)
}

/// The settings that hold.
pub(super) fn dcb(file: &File) -> io::Result<Dcb> {
    let dcb = plain_dcb(file)?;
    Ok(Dcb {
        baud: dcb.BaudRate,
        flags: dcb._bitfield,
        byte_size: dcb.ByteSize,
        parity: dcb.Parity,
        stop_bits: dcb.StopBits,
        xon: dcb.XonChar.cast_unsigned(),
        xoff: dcb.XoffChar.cast_unsigned(),
    })
}

/// Sets all of them at once; what is not in [`Dcb`] stays.
pub(super) fn set_dcb(file: &File, wished: &Dcb) -> io::Result<()> {
    let mut dcb = plain_dcb(file)?;
    dcb.BaudRate = wished.baud;
    dcb._bitfield = wished.flags;
    dcb.ByteSize = wished.byte_size;
    dcb.Parity = wished.parity;
    dcb.StopBits = wished.stop_bits;
    dcb.XonChar = wished.xon.cast_signed();
    dcb.XoffChar = wished.xoff.cast_signed();
    // SAFETY: `dcb` lives for the call and has its length in it.
    done(unsafe { SetCommState(file.as_raw_handle(), &raw const dcb) })
}

/// A read ends when all it asked for is there and not before, and buffers are large where the driver heeds that.
pub(super) fn set_up(file: &File, buffers: u32) -> io::Result<()> {
    // SAFETY: only numbers are passed. A driver that does not heed it is as good.
    unsafe { SetupComm(file.as_raw_handle(), buffers, buffers) };
    let none = COMMTIMEOUTS {
        ReadIntervalTimeout: 0,
        ReadTotalTimeoutMultiplier: 0,
        ReadTotalTimeoutConstant: 0,
        WriteTotalTimeoutMultiplier: 0,
        WriteTotalTimeoutConstant: 0,
    };
    // SAFETY: `none` lives for the call.
    done(unsafe { SetCommTimeouts(file.as_raw_handle(), &raw const none) })
}

/// Errors since the last call (`CE_…`), and bytes that wait: received, to be sent.
pub(super) fn comm_error(file: &File) -> io::Result<(u32, usize, usize)> {
    let mut errors = 0;
    // SAFETY: all zero is a COMSTAT.
    let mut status: COMSTAT = unsafe { zeroed() };
    // SAFETY: both live for the call.
    done(unsafe { ClearCommError(file.as_raw_handle(), &raw mut errors, &raw mut status) })?;
    let size = |count| usize::try_from(count).unwrap_or(0);
    Ok((errors, size(status.cbInQue), size(status.cbOutQue)))
}

/// CTS, DSR, ring and carrier, as `MS_…_ON` say them.
pub(super) fn modem_status(file: &File) -> io::Result<u32> {
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    done(unsafe { GetCommModemStatus(file.as_raw_handle(), &raw mut status) })?;
    Ok(status)
}

fn escape(file: &File, function: u32) -> io::Result<()> {
    // SAFETY: only a number is passed.
    done(unsafe { EscapeCommFunction(file.as_raw_handle(), function) })
}

pub(super) fn set_dtr(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETDTR } else { CLRDTR })
}

pub(super) fn set_rts(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETRTS } else { CLRRTS })
}

pub(super) fn set_break(file: &File, on: bool) -> io::Result<()> {
    escape(file, if on { SETBREAK } else { CLRBREAK })
}

/// Its owner, the system and administrators have all rights, nobody else has any, and nothing is inherited from above.
const OWNER_ALONE: &str = "D:P(A;OICI;FA;;;OW)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// The rights of [`OWNER_ALONE`], freed at the end.
struct Private(PSECURITY_DESCRIPTOR);

impl Private {
    fn new() -> io::Result<Self> {
        let text: Vec<u16> = OWNER_ALONE.encode_utf16().chain([0]).collect();
        let mut descriptor = null_mut();
        // SAFETY: the text ends with a zero; `descriptor` lives for the call. Its size is not wanted.
        done(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        })?;
        Ok(Self(descriptor))
    }

    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or(0),
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        }
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // SAFETY: the system allocated it for us in this way.
        unsafe { LocalFree(self.0) };
    }
}

fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let text: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    if text.iter().position(|unit| *unit == 0) != Some(text.len() - 1) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(text)
}

/// A new file for its owner alone.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let (name, private) = (wide(path)?, Private::new()?);
    let attributes = private.attributes();
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    // SAFETY: name and attributes live for the call, and the name ends with a zero.
    let handle = unsafe {
        CreateFileW(
            name.as_ptr(),
            GENERIC_READ | GENERIC_WRITE,
            share,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            null_mut(),
        )
    };
    owned(handle).map(File::from)
}

/// A new folder for its owner alone.
pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    let (name, private) = (wide(path)?, Private::new()?);
    let attributes = private.attributes();
    // SAFETY: name and attributes live for the call, and the name ends with a zero.
    done(unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) })
}

/// Which file it is (volume and index), and how many names it has.
pub(super) fn identity(file: &File) -> io::Result<((u32, u64), u32)> {
    // SAFETY: all zero is such a record.
    let mut about: BY_HANDLE_FILE_INFORMATION = unsafe { zeroed() };
    // SAFETY: `about` lives for the call.
    done(unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut about) })?;
    let index = u64::from(about.nFileIndexHigh) << 32 | u64::from(about.nFileIndexLow);
    Ok(((about.dwVolumeSerialNumber, index), about.nNumberOfLinks))
}

/// The byte that says who has a file open. Locks of Windows keep everybody from the bytes they are on, so it lies where no
/// file has any.
const FLAG_LOW: u32 = 0xFFFF_FFFE;
const FLAG_HIGH: u32 = 0x7FFF_FFFF;

fn flag() -> OVERLAPPED {
    // SAFETY: all zero is how an OVERLAPPED begins.
    let mut place: OVERLAPPED = unsafe { zeroed() };
    place.Anonymous.Anonymous.Offset = FLAG_LOW;
    place.Anonymous.Anonymous.OffsetHigh = FLAG_HIGH;
    place
}

/// Locks the flag as long as the file is open, for us or with others.
pub(super) fn lock_flag(file: &File, alone: bool) -> io::Result<()> {
    let mut place = flag();
    let how = LOCKFILE_FAIL_IMMEDIATELY | if alone { LOCKFILE_EXCLUSIVE_LOCK } else { 0 };
    // SAFETY: `place` lives for the call, which does not wait.
    done(unsafe { LockFileEx(file.as_raw_handle(), how, 0, 1, 0, &raw mut place) })
}

pub(super) fn unlock_flag(file: &File) {
    let mut place = flag();
    // SAFETY: `place` lives for the call.
    unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) };
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
