//! What the capture needs of the operating system: a file for its owner alone, written and read at places.
//!
//! The only part of this room that differs between systems. Elsewhere than on Unix the file has the rights of its folder.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a new file that only its owner can read; fails where anything of that name is, a dangling link included.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::CLOEXEC;
        options.mode(0o600).custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
        a_size_limit_is_an_error();
    }
    options.open(path)
}

/// The file is the one that has this name: nobody has put another in its place.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let same =
            |ours: std::fs::Metadata, there: std::fs::Metadata| (ours.dev(), ours.ino()) == (there.dev(), there.ino());
        file.metadata().is_ok_and(|ours| path.symlink_metadata().is_ok_and(|there| same(ours, there)))
    }
    #[cfg(not(unix))]
    {
        // An open file cannot be replaced there without this program's leave.
        let _ = file;
        path.is_file()
    }
}

/// The file has no name any more: it is gone when it is closed. Never so where an open file cannot be removed.
pub(crate) fn is_removed(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().is_ok_and(|data| data.nlink() == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// Creates a folder (and those above it) that only its owner can look into; one that is there is left as it is.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Without a handler, a write beyond `RLIMIT_FSIZE` kills the process by SIGXFSZ; with one it fails with EFBIG.
#[cfg(unix)]
fn a_size_limit_is_an_error() {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Once};
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _kept_as_it_is = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    });
}

#[cfg(unix)]
const SIGXFSZ: i32 = rustix::process::Signal::XFSZ.as_raw();

/// Reads at a place without moving anything; 0 at the end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    loop {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, buffer, place);
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, place);
        match read {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Fills the buffer from a place on: how much was read, less only at the end or where an error stopped it.
pub(crate) fn read_all_at(file: &File, buffer: &mut [u8], place: u64) -> (usize, Option<io::Error>) {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, place + read as u64) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

/// Writes at a place as much as goes: how much was written, and what stopped it.
pub(crate) fn write_at(file: &File, bytes: &[u8], place: u64) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        #[cfg(unix)]
        let wrote = std::os::unix::fs::FileExt::write_at(file, rest, place + written as u64);
        #[cfg(windows)]
        let wrote = std::os::windows::fs::FileExt::seek_write(file, rest, place + written as u64);
        match wrote {
            Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

/// Why the file cannot be written, and what to do.
pub(crate) fn advice(error: &io::Error, path: &Path) -> String {
    let what = match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full: free some space",
        io::ErrorKind::QuotaExceeded => "your disk quota is used up: free some space",
        io::ErrorKind::FileTooLarge => {
            "the file has reached the largest size allowed here: raise the limit (ulimit -f)"
        }
        io::ErrorKind::ReadOnlyFilesystem => "the disk has become read-only: check it",
        _ => return format!("{} cannot be written: {error}", path.display()),
    };
    format!("{} cannot be written, {what}", path.display())
}
