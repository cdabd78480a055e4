//! Files and folders for their owner alone, read and written at places, and who has one open.

use std::fs::{File, FileType, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Where this user's files are that no other machine needs: captures.
#[must_use]
pub(crate) fn data_folder(folders: &directories::ProjectDirs) -> PathBuf {
    folders.data_dir().to_owned()
}

/// Creates a new file that only its owner can read; fails where anything of that name is, a dangling link included.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    a_size_limit_is_an_error();
    options.open(path)
}

/// Puts a file in another's place: at every moment one of both is there.
pub(crate) fn replace(fresh: &Path, path: &Path) -> io::Result<()> {
    std::fs::rename(fresh, path)
}

/// Creates a folder (and those above it) that only its owner can look into; one that is there is left as it is.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The file is the one that has this name: nobody has put another in its place.
#[must_use]
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let same =
        |ours: std::fs::Metadata, there: std::fs::Metadata| (ours.dev(), ours.ino()) == (there.dev(), there.ino());
    file.metadata().is_ok_and(|ours| path.symlink_metadata().is_ok_and(|there| same(ours, there)))
}

/// The file has no name any more: it is gone when it is closed.
#[must_use]
pub(crate) fn is_removed(file: &File) -> bool {
    file.metadata().is_ok_and(|data| data.nlink() == 0)
}

/// Without a handler, a write beyond `RLIMIT_FSIZE` kills the process by SIGXFSZ; with one it fails with EFBIG.
fn a_size_limit_is_an_error() {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Once};
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let signal = rustix::process::Signal::XFSZ.as_raw();
        let _kept_as_it_is = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    });
}

/// Reads at a place without moving anything; 0 at the end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    file.read_at(buffer, place)
}

/// Writes at a place without moving anything.
pub(crate) fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<usize> {
    file.write_at(bytes, place)
}

/// Says that we write this file, as long as it is open. Where the file system knows no locks nothing is said.
pub(crate) fn mark_written(file: &File) {
    let _where_locks_work = file.try_lock();
}

/// Says that we show this file, as long as it is open; where it is being written it is marked already.
pub(crate) fn mark_shown(file: &File) {
    let _where_locks_work = file.try_lock_shared();
}

/// Somebody writes or shows it.
#[must_use]
pub(crate) fn is_in_use(file: &File) -> bool {
    file.try_lock().is_err()
}

/// The file has other names, which are not replaced with this one.
#[must_use]
pub(crate) fn has_other_names(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.nlink() > 1)
}

/// A device that is no terminal: it may go on without an end.
#[must_use]
pub(crate) fn is_endless(file: &File) -> bool {
    use std::io::IsTerminal as _;
    let device = |kind: FileType| kind.is_char_device() || kind.is_block_device();
    file.metadata().is_ok_and(|data| device(data.file_type())) && !file.is_terminal()
}

/// `/dev/null`, `/dev/stdout`, a named pipe: holds nothing that could be overwritten.
#[must_use]
pub(crate) fn is_stream(path: &Path) -> bool {
    let stream = |kind: FileType| kind.is_char_device() || kind.is_fifo() || kind.is_socket();
    path.metadata().is_ok_and(|data| stream(data.file_type()))
}

/// Makes a rename in this folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
