//! The macro book as a file on disk: the user's own, or a shared one.
//!
//! The file is the user's. It is written whole or not at all (temporary file in the same folder, sync, rename, sync of
//! the folder), never while what is there does not parse, and never over a change that another program made meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::bounded;

use super::file_lock::FileLock;
use crate::link::News;
use crate::macros::Book;
use crate::macros::file::{self, BookError};
use crate::os::files;
use crate::os::reasons::{not_read, not_written};

/// The book that comes with the program.
pub(crate) const DEFAULT: &str = include_str!("../../assets/macros.toml");

/// Macros for the modems of a family, offered when it is told and not taken over yet.
#[must_use]
pub(crate) fn of_family(name: &str, book: &Book) -> Option<&'static str> {
    let (text, group) = match name {
        "sim7600" => (include_str!("../../assets/macros-sim7600.toml"), "SIM7600"),
        _ => return None,
    };
    book.macros.iter().all(|known| known.group.as_deref() != Some(group)).then_some(text)
}

/// Why a book could not be read or saved. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BookFileError {
    /// It cannot be read.
    #[error("the macro file {} cannot be read: {}", path.display(), not_read(source))]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("the macro file {} cannot be written: {}; the old one is as it was", path.display(), not_written(path, source))]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What stands in the file does not parse, so it is not overwritten.
    #[error("{}, {error}; it is not overwritten, put that right first", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// Where and what is wrong.
        error: BookError,
    },
    /// What was to be saved does not parse.
    #[error("this is no macro book, {0}; it is not saved")]
    NotABook(#[from] BookError),
    /// Another program changed the file since it was read.
    #[error("{} was changed by another program; read it again before saving", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
}

/// A book file, as it was read or saved last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFile {
    path: PathBuf,
    text: String,
    book: Result<Book, BookError>,
}

impl BookFile {
    /// Reads the user's book; the default is written first where there is none.
    ///
    /// # Errors
    /// [`BookFileError::Read`] or [`BookFileError::Write`]. A file that does not parse is no error here: see
    /// [`Self::book`].
    pub fn open_or_create(path: &Path) -> Result<Self, BookFileError> {
        match Self::open(path) {
            Err(BookFileError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                create(path, DEFAULT).map_err(|source| BookFileError::Write { path: path.to_owned(), source })?;
                Self::open(path)
            }
            other => other,
        }
    }

    /// Reads a book.
    ///
    /// # Errors
    /// [`BookFileError::Read`].
    pub fn open(path: &Path) -> Result<Self, BookFileError> {
        let text = read(path)?;
        let book = file::parse(&text);
        Ok(Self { path: path.to_owned(), text, book })
    }

    /// Which file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text, for the editor and for the place of an error.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The book.
    ///
    /// # Errors
    /// Where and why the text does not parse.
    pub fn book(&self) -> Result<&Book, &BookError> {
        self.book.as_ref()
    }

    /// Reads the file again; true when it holds something else than before.
    ///
    /// # Errors
    /// [`BookFileError::Read`]; what was read before stays.
    pub(crate) fn reload(&mut self) -> Result<bool, BookFileError> {
        let text = read(&self.path)?;
        if text == self.text {
            return Ok(false);
        }
        self.book = file::parse(&text);
        self.text = text;
        Ok(true)
    }

    /// Saves another text of the book.
    ///
    /// # Errors
    /// See [`BookFileError`]; whatever happens, the file holds the old text or the new one, whole.
    pub fn save(&mut self, text: &str) -> Result<(), BookFileError> {
        self.save_on(text, &mut Disk)
    }

    /// Copies what was read last into a new file beside this one: `macros.theirs.toml`, `macros.theirs-2.toml` …
    ///
    /// # Errors
    /// [`BookFileError::Write`].
    pub(crate) fn keep_aside(&self) -> Result<PathBuf, BookFileError> {
        self.write_beside("theirs", &self.text)
    }

    /// Keeps changes that nobody saved in a new file beside this one: `macros.unsaved.toml`, `macros.unsaved-2.toml` …
    ///
    /// # Errors
    /// [`BookFileError::Write`].
    pub(crate) fn keep_unsaved(&self, text: &str) -> Result<PathBuf, BookFileError> {
        self.write_beside("unsaved", text)
    }

    /// The first file that [`Self::keep_unsaved`] made and that is still there.
    #[must_use]
    pub fn unsaved(&self) -> Option<PathBuf> {
        self.names_beside("unsaved").find(|path| path.exists())
    }

    /// A hundred names that files beside this one may have.
    fn names_beside(&self, word: &'static str) -> impl Iterator<Item = PathBuf> {
        let stem = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let numbers = std::iter::once(String::new()).chain((2..=100).map(|number| format!("-{number}")));
        numbers.map(move |number| self.path.with_file_name(format!("{stem}.{word}{number}.toml")))
    }

    fn write_beside(&self, word: &'static str, text: &str) -> Result<PathBuf, BookFileError> {
        let mut failed = (self.path.clone(), io::Error::from(ErrorKind::AlreadyExists));
        for path in self.names_beside(word) {
            let written = File::create_new(&path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            match written {
                Ok(()) => return Ok(path),
                Err(source) if source.kind() == ErrorKind::AlreadyExists => failed = (path, source),
                Err(source) => return Err(BookFileError::Write { path, source }),
            }
        }
        let (path, source) = failed;
        Err(BookFileError::Write { path, source })
    }

    fn save_on(&mut self, text: &str, disk: &mut impl Steps) -> Result<(), BookFileError> {
        let book = file::parse(text)?;
        // What is compared and what is replaced must be one file: another window may be saving, too.
        let _lock = FileLock::of(&self.path);
        match read(&self.path) {
            Ok(there) if there == self.text => {
                if let Err(error) = &self.book {
                    return Err(BookFileError::Broken { path: self.path.clone(), error: error.clone() });
                }
            }
            Ok(there) => {
                return Err(match file::parse(&there) {
                    Ok(_) => BookFileError::Changed { path: self.path.clone() },
                    Err(error) => BookFileError::Broken { path: self.path.clone(), error },
                });
            }
            // Somebody removed it: there is nothing to lose.
            Err(BookFileError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            Err(other) => return Err(other),
        }
        replace(&self.path, text, disk).map_err(|source| BookFileError::Write { path: self.path.clone(), source })?;
        text.clone_into(&mut self.text);
        self.book = Ok(book);
        Ok(())
    }
}

/// How long a file must be left alone before it is read again: an editor that writes in place is not caught half-way.
const QUIET: Duration = Duration::from_millis(100);

/// Tells when a book file may have changed: saved by another program, replaced, removed or put back.
///
/// The folder is watched, not the file: a save by rename makes a new file. On a file system that reports no changes
/// nothing is told; [`BookFile::reload`] works all the same.
#[derive(Debug)]
pub(crate) struct BookWatch {
    _watcher: notify::RecommendedWatcher,
    changed: Arc<AtomicBool>,
}

/// The book is not watched: its user reloads it by hand.
#[derive(Debug, thiserror::Error)]
#[error("changes of {path} by other programs are not noticed: {source}", path = path.display())]
pub(crate) struct Unwatched {
    path: PathBuf,
    source: notify::Error,
}

impl BookWatch {
    /// Watches from now on; `news` is called on a thread of its own after changes.
    ///
    /// # Errors
    /// When the system cannot watch this folder.
    pub(crate) fn start(path: &Path, news: News) -> Result<Self, Unwatched> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let name = target.file_name().map(ToOwned::to_owned);
        let folder = target.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
        let (touch, touched) = bounded::<()>(1);
        let tell = move |event: notify::Result<notify::Event>| {
            // An error means that events were missed: look then, too.
            let ours = |event: &notify::Event| {
                !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == name.as_deref())
            };
            if event.as_ref().map_or(true, ours) {
                // A full channel says it already.
                let _ = touch.try_send(());
            }
        };
        let unwatched = |source| Unwatched { path: target.clone(), source };
        let mut watcher = notify::recommended_watcher(tell).map_err(unwatched)?;
        notify::Watcher::watch(&mut watcher, &folder, notify::RecursiveMode::NonRecursive).map_err(unwatched)?;
        let changed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&changed);
        let wait_for_quiet = move || {
            // Ends with the watcher, which holds the other end.
            while touched.recv().is_ok() {
                while touched.recv_timeout(QUIET).is_ok() {}
                flag.store(true, Ordering::Release);
                news();
            }
        };
        std::thread::Builder::new()
            .name("book watch".into())
            .spawn(wait_for_quiet)
            .map_err(|error| unwatched(notify::Error::io(error)))?;
        Ok(Self { _watcher: watcher, changed })
    }

    /// True once after each change: time to [`BookFile::reload`].
    #[must_use]
    pub(crate) fn changed(&self) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }
}

fn read(path: &Path) -> Result<String, BookFileError> {
    let wrong = |source| BookFileError::Read { path: path.to_owned(), source };
    let data = fs::metadata(path).map_err(wrong)?;
    if !data.is_file() {
        return Err(wrong(io::Error::other("it is no file")));
    }
    let length = data.len();
    if length > 2 * file::LARGEST as u64 {
        return Err(wrong(io::Error::other(format!("it has {length} bytes; that is no macro book"))));
    }
    fs::read_to_string(path).map_err(wrong)
}

/// Writes a new file, whole; never over one that came into being meanwhile.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let temporary = temporary_beside(path);
    let written = Disk.write(&temporary, text, None).and_then(|()| match fs::hard_link(&temporary, path) {
        // Another window of ours was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::Unsupported => fs::rename(&temporary, path),
        other => other,
    });
    let _ = fs::remove_file(&temporary);
    written.and_then(|()| Disk.sync_folder(path))
}

/// Puts `text` in the place of the file, so that at every moment the file holds the old text or the new one.
fn replace(path: &Path, text: &str, disk: &mut impl Steps) -> io::Result<()> {
    // A link to a shared book stays a link: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&target).ok().map(|about| about.permissions());
    let temporary = temporary_beside(&target);
    let done = disk.write(&temporary, text, permissions).and_then(|()| disk.rename(&temporary, &target));
    if done.is_err() {
        let _ = disk.remove(&temporary);
    }
    done?;
    // The new text stands there. Without this a power cut may bring the old one back; not every file system can.
    let _as_far_as_it_goes = disk.sync_folder(&target);
    Ok(())
}

/// In the same folder: a rename works only within one file system.
fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

/// The steps of a save, each of which may be the last that happens.
trait Steps {
    fn write(&mut self, temporary: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()>;
    fn rename(&mut self, temporary: &Path, path: &Path) -> io::Result<()>;
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;
    fn remove(&mut self, temporary: &Path) -> io::Result<()>;
}

struct Disk;

impl Steps for Disk {
    fn write(&mut self, temporary: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(temporary)?;
        file.write_all(text.as_bytes())?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()
    }

    fn rename(&mut self, temporary: &Path, path: &Path) -> io::Result<()> {
        files::replace(temporary, path)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        path.parent().map_or(Ok(()), files::sync_folder)
    }

    fn remove(&mut self, temporary: &Path) -> io::Result<()> {
        fs::remove_file(temporary)
    }
}

#[cfg(test)]
mod tests;
