//! The file of a capture that is being written, and what happens when somebody removes it meanwhile.
//!
//! A file without a name is gone when the program ends, however well it was written. So the saver looks once a second whether
//! the file still has one, and gives the same bytes a new file where it has not.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::disk;

/// Copied at once; what is written meanwhile is fetched after it.
const PIECE: usize = 1024 * 1024;
/// At most this many names are tried where other files have taken the capture's.
const NAMES: u32 = 100;

/// A file, its name, and another in their place when they are gone.
#[derive(Debug)]
pub(super) struct Home {
    place: Mutex<(Arc<File>, PathBuf)>,
    /// Held while bytes are written to the end: the file is not exchanged in the middle of that.
    writing: Mutex<()>,
    /// It has no name, and is to have none.
    nameless: bool,
}

impl Home {
    pub(super) fn new(file: File, path: PathBuf, nameless: bool) -> Self {
        Self { place: Mutex::new((Arc::new(file), path)), writing: Mutex::default(), nameless }
    }

    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.place().0)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.place().1.clone()
    }

    /// To be held from before the file is asked for until what was written is counted.
    pub(super) fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self) -> MutexGuard<'_, (Arc<File>, PathBuf)> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file has lost its last name. One that was moved has another and is left alone.
    pub(super) fn is_removed(&self) -> bool {
        !self.nameless && disk::is_removed(&self.file())
    }

    /// Gives the bytes in front of `end()` a new file, in the place of the old one or beside what stands there now. The
    /// sentence is for the user.
    pub(super) fn restore(&self, end: impl Fn() -> u64) -> io::Result<String> {
        let (old, path) = self.place().clone();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            disk::create_private_folder(folder)?;
        }
        let (file, fresh) = free_place(&path)?;
        let copied = (|| {
            let mut copied = 0;
            // All but what comes while this is read.
            while end().saturating_sub(copied) > PIECE as u64 {
                copied = copy(&old, &file, copied, end())?;
            }
            let _nobody_writes = self.writing();
            while copied < end() {
                copied = copy(&old, &file, copied, end())?;
            }
            disk::mark_written(&file);
            *self.place() = (Arc::new(file), fresh.clone());
            Ok(())
        })();
        if let Err(error) = copied {
            // It is ours, and would take the name from the next try.
            let _ = std::fs::remove_file(&fresh);
            return Err(error);
        }
        let what = format!("the capture {} was removed while it was written", path.display());
        Ok(if fresh == path {
            format!("{what}; all of it is saved there again")
        } else {
            format!("{what}, and another file stands there; all of it is saved as {}", fresh.display())
        })
    }
}

impl Home {
    /// All bytes in a new file in another folder: those in front of `on_disk`, and these pieces. It is the capture's file
    /// from then on.
    pub(super) fn rescue(&self, folder: &Path, on_disk: u64, pieces: &[(u64, Arc<[u8]>)]) -> io::Result<PathBuf> {
        let (old, path) = self.place().clone();
        let name = path.file_name().unwrap_or(path.as_os_str());
        let (file, fresh) = free_place(&folder.join(name))?;
        let copied = (|| {
            copy_range(&old, &file, 0, on_disk)?;
            let mut copied = on_disk;
            for (start, piece) in pieces {
                let skip = usize::try_from(copied.saturating_sub(*start)).unwrap_or(usize::MAX);
                match disk::write_at(&file, piece.get(skip..).unwrap_or_default(), copied.max(*start)) {
                    (written, None) => copied = copied.max(*start) + written as u64,
                    (_, Some(error)) => return Err(error),
                }
            }
            file.sync_all()
        })();
        if let Err(error) = copied {
            let _ours = std::fs::remove_file(&fresh);
            return Err(error);
        }
        *self.place() = (Arc::new(file), fresh.clone());
        Ok(fresh)
    }
}

/// A new file of that name, or the next one that is free.
fn free_place(path: &Path) -> io::Result<(File, PathBuf)> {
    let (stem, end) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    for number in 1..=NAMES {
        let mut name = stem.to_owned();
        if number > 1 {
            name.push(format!(" {number}"));
        }
        if !end.is_empty() {
            name.push(".");
            name.push(end);
        }
        let fresh = path.with_file_name(name);
        match disk::create_private(&fresh) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|file| (file, fresh)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Copies all of it, to the same places.
pub(super) fn copy_range(from: &File, to: &File, at: u64, end: u64) -> io::Result<()> {
    let mut copied = at;
    while copied < end {
        copied = copy(from, to, copied, end)?;
    }
    Ok(())
}

/// Copies a piece; how far it is copied then.
fn copy(from: &File, to: &File, at: u64, end: u64) -> io::Result<u64> {
    let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
    let mut piece = vec![0; length];
    match disk::read_all_at(from, &mut piece, at) {
        (read, None) if read == length => {}
        (_, error) => return Err(error.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())),
    }
    match disk::write_at(to, &piece, at) {
        (_, None) => Ok(at + length as u64),
        (_, Some(error)) => Err(error),
    }
}
