//! Files and folders for their owner alone, read and written at places, and who has one open.

use std::fs::File;
use std::io;
use std::os::windows::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{calls, trouble};

/// Where this user's files are that no other machine needs: captures. The local profile: the roaming one is copied over the
/// network at every logging in.
#[must_use]
pub(crate) fn data_folder(folders: &directories::ProjectDirs) -> PathBuf {
    folders.data_local_dir().to_owned()
}

/// Creates a new file that only its owner can read; fails where anything of that name is.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    calls::files::create_private(path)
}

/// Puts a file in another's place: at every moment one of both is there. Windows refuses as long as a virus scanner, an
/// indexer or another window has one of them open, which takes them a moment: it is tried again, for 0.3 s in all.
#[expect(clippy::disallowed_methods, reason = "nobody tells when another program has let go of a file")]
pub(crate) fn replace(fresh: &Path, path: &Path) -> io::Result<()> {
    for pause in [5, 10, 20, 40, 80, 160] {
        match std::fs::rename(fresh, path) {
            Err(error) if trouble::is_held(&error) => std::thread::sleep(Duration::from_millis(pause)),
            done => return done,
        }
    }
    std::fs::rename(fresh, path)
}

/// Creates a folder (and those above it) that only its owner can look into; one that is there is left as it is.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent() {
        create_private_folder(above)?;
    }
    match calls::files::create_private_folder(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// The file is the one that has this name: nobody has put another in its place.
#[must_use]
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let identity = |file: &File| calls::files::identity(file).ok().map(|(identity, _)| identity);
    File::open(path).is_ok_and(|there| identity(file).is_some_and(|ours| identity(&there) == Some(ours)))
}

/// The file has no name any more: it is gone when it is closed.
#[must_use]
pub(crate) fn is_removed(file: &File) -> bool {
    calls::files::identity(file).is_ok_and(|(_, names)| names == 0)
}

/// Reads at a place; 0 at the end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    file.seek_read(buffer, place)
}

/// Writes at a place.
pub(crate) fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<usize> {
    file.seek_write(bytes, place)
}

/// Says that we write this file, as long as it is open. Everybody may read it all the same.
pub(crate) fn mark_written(file: &File) {
    let _where_locks_work = calls::files::lock_flag(file, true);
}

/// Says that we show this file, as long as it is open; where it is being written it is marked already.
pub(crate) fn mark_shown(file: &File) {
    let _where_locks_work = calls::files::lock_flag(file, false);
}

/// Somebody writes or shows it.
#[must_use]
pub(crate) fn is_in_use(file: &File) -> bool {
    match calls::files::lock_flag(file, true) {
        Ok(()) => {
            calls::files::unlock_flag(file);
            false
        }
        Err(_) => true,
    }
}

/// The file has other names, which are not replaced with this one: nobody says so without an unsafe call.
#[must_use]
pub(crate) fn has_other_names(_path: &Path) -> bool {
    false
}

/// A device that may go on without an end: those that have names end.
#[must_use]
pub(crate) fn is_endless(_file: &File) -> bool {
    false
}

/// `NUL`, `CON`, `\\.\…`: holds nothing that could be overwritten.
#[must_use]
pub(crate) fn is_stream(path: &Path) -> bool {
    path.to_str().is_some_and(crate::os::device_names::is_device)
}

/// A rename is as lasting as it gets.
#[expect(clippy::unnecessary_wraps, reason = "the same shape as where a folder can be synced")]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::os::windows::fs::OpenOptionsExt as _;

    use super::*;

    #[test]
    fn a_file_that_a_scanner_holds_for_a_moment_is_replaced_once_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let (fresh, path) = (folder.path().join("fresh"), folder.path().join("file"));
        std::fs::write(&fresh, "new").unwrap();
        std::fs::write(&path, "old").unwrap();
        // Shared with nobody.
        let held = OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        assert!(trouble::is_held(&replace(&fresh, &path).unwrap_err()), "told, not waited for without an end");
        std::thread::scope(|scope| {
            let replaced = scope.spawn(|| replace(&fresh, &path));
            drop(held);
            replaced.join().unwrap().unwrap();
        });
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }
}
