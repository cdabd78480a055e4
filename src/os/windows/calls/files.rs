//! The calls about files that std does not make: rights, which file it is, locks on one byte.

use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE,
    FILE_SHARE_READ, FILE_SHARE_WRITE, GetFileInformationByHandle, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY,
    LockFileEx, UnlockFileEx,
};
use windows_sys::Win32::System::IO::OVERLAPPED;

use super::{done, owned};

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
pub(in crate::os::windows) fn create_private(path: &Path) -> io::Result<File> {
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
pub(in crate::os::windows) fn create_private_folder(path: &Path) -> io::Result<()> {
    let (name, private) = (wide(path)?, Private::new()?);
    let attributes = private.attributes();
    // SAFETY: name and attributes live for the call, and the name ends with a zero.
    done(unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) })
}

/// Which file it is (volume and index), and how many names it has.
pub(in crate::os::windows) fn identity(file: &File) -> io::Result<((u32, u64), u32)> {
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
pub(in crate::os::windows) fn lock_flag(file: &File, alone: bool) -> io::Result<()> {
    let mut place = flag();
    let how = LOCKFILE_FAIL_IMMEDIATELY | if alone { LOCKFILE_EXCLUSIVE_LOCK } else { 0 };
    // SAFETY: `place` lives for the call, which does not wait.
    done(unsafe { LockFileEx(file.as_raw_handle(), how, 0, 1, 0, &raw mut place) })
}

pub(in crate::os::windows) fn unlock_flag(file: &File) {
    let mut place = flag();
    // SAFETY: `place` lives for the call.
    unsafe { UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut place) };
}
