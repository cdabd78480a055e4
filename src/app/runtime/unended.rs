//! A session that does not end in order (a kill, a power cut, a fault of the program) leaves a mark beside its capture: the
//! next start finds it, and says where the capture is.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::capture::create_private;

/// Marks are called so, with the number of the process behind.
const NAME: &str = ".open-";
/// No path is longer.
const LONGEST: u64 = 8192;

/// Says that a session goes on, until it is dropped in order. The lock goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    locked: File,
}

impl Mark {
    /// Marks a capture in this folder. Where that cannot be, nothing is marked.
    pub(super) fn set(folder: &Path, capture: &Path) -> Option<Self> {
        let path = folder.join(format!("{NAME}{}", std::process::id()));
        // One of an older process with this number.
        let _none = std::fs::remove_file(&path);
        let mut file = create_private(&path).ok()?;
        file.try_lock().ok()?;
        file.write_all(capture.to_str()?.as_bytes()).ok()?;
        Some(Self { path, locked: file })
    }
}

impl Mark {
    /// The session has ended, and the next start is to tell where its capture is.
    pub(super) fn leave(mut self, capture: &Path) {
        let name = capture.to_string_lossy();
        let written = self.locked.set_len(0).and_then(|()| self.locked.seek(SeekFrom::Start(0)));
        let _as_far_as_it_goes = written.and_then(|_| self.locked.write_all(name.as_bytes()));
        // The lock goes with the process.
        std::mem::forget(self);
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ours = std::fs::remove_file(&self.path);
        }
    }
}

/// The captures of sessions that did not end properly; each is told once.
pub(super) fn left_over(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let marks = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(NAME));
    let mut captures: Vec<PathBuf> = marks.filter_map(|mark| capture_of(&mark.path())).collect();
    captures.sort();
    captures
}

fn capture_of(mark: &Path) -> Option<PathBuf> {
    if !mark.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let file = File::open(mark).ok()?;
    // Whoever still writes holds the lock.
    file.try_lock().ok()?;
    let mut name = String::new();
    let read = (&file).take(LONGEST).read_to_string(&mut name);
    let _told_once = std::fs::remove_file(mark);
    read.ok()?;
    let capture = PathBuf::from(name);
    capture.is_file().then_some(capture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_did_not_end_in_order_is_told_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let capture = folder.join("a.pcapng");
        std::fs::write(&capture, "").unwrap();
        let mark = Mark::set(folder, &capture).unwrap();
        assert_eq!(left_over(folder), Vec::<PathBuf>::new(), "it goes on");
        drop(mark);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "it ended in order");
        let broken = std::panic::catch_unwind(|| {
            let _mark = Mark::set(folder, &capture).unwrap();
            panic!("a fault");
        });
        assert!(broken.is_err());
        assert_eq!(left_over(folder), std::slice::from_ref(&capture));
        assert_eq!(left_over(folder), Vec::<PathBuf>::new(), "told once");
        std::fs::write(folder.join(".open-1"), folder.join("gone.pcapng").to_str().unwrap()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/dev/zero", folder.join(".open-2")).unwrap();
        assert_eq!(left_over(folder), Vec::<PathBuf>::new());
    }
}
