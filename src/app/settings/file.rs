//! The file that settings are kept in.
//!
//! Keys that this version does not know are kept. A file that cannot be read as settings is set aside under another
//! name and reported, never overwritten with defaults. Saving goes through a temporary file, a sync and a rename, so
//! that a killed program leaves the old file or the new one.
//!
//! Several windows are several processes with one file: a save reads it anew and puts in only what this process changed
//! ([`merge`](super::merge)), one process at a time.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use super::merge::merge;
use super::{Settings, VERSION};
use crate::app::file_lock::FileLock;
use crate::capture::create_private;
use crate::os::files;

/// The file that settings are kept in.
#[derive(Debug, Default)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    /// Our settings as they were read or saved last: what differs from it is what we changed.
    base: DocumentMut,
}

/// Why settings could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The operating system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The settings do not fit TOML.
    #[error("settings: {0}")]
    Form(#[from] toml_edit::ser::Error),
    /// What was made of them is no TOML.
    #[error("settings: {0}")]
    Text(#[from] toml_edit::TomlError),
    /// Somebody changed the file meanwhile so that it cannot be read.
    #[error("{} was changed and cannot be read now ({why}); it is not overwritten", path.display())]
    Broken {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The settings in `path`, for a look at them: nothing is moved or said, and what cannot be read are none.
#[must_use]
pub(super) fn look(path: &Path) -> Option<Settings> {
    let (_, settings) = read(&read_file(path).ok()?).ok()?;
    Some(settings)
}

impl SettingsFile {
    /// Settings that live in memory only.
    #[must_use]
    pub(crate) fn nowhere() -> Self {
        Self::default()
    }

    /// Reads `path`. A file that is not there gives the defaults. The sentence, where there is one, says what was wrong
    /// and where the bad file is now; it is for the user.
    #[must_use]
    pub fn load(path: PathBuf) -> (Self, Settings, Option<String>) {
        let text = match read_file(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (Self::at(Some(path)), Settings::default(), None);
            }
            Err(error) => return Self::set_aside(path, &error.to_string()),
        };
        match read(&text) {
            Ok((_, settings)) if settings.version > VERSION => {
                let say = format!(
                    "{} was written by a newer modemscope (version {}): it is left alone, and nothing is saved this time.",
                    path.display(),
                    settings.version
                );
                (Self::nowhere(), settings, Some(say))
            }
            Ok((_, mut settings)) => {
                let base = document(&settings).unwrap_or_default();
                settings.forget_secrets();
                let say = settings.bound().map(|what| {
                    format!("{}: {what} is out of range and was put right; the rest is as it was.", path.display())
                });
                (Self { path: Some(path), base }, settings, say)
            }
            Err(why) => Self::set_aside(path, &why),
        }
    }

    /// A file that is not there yet.
    fn at(path: Option<PathBuf>) -> Self {
        Self { path, base: document(&Settings::default()).unwrap_or_default() }
    }

    fn set_aside(path: PathBuf, why: &str) -> (Self, Settings, Option<String>) {
        let mut aside = path.with_extension("toml.bad");
        for number in 2_u32.. {
            if !aside.exists() {
                break;
            }
            aside = path.with_extension(format!("toml.bad{number}"));
        }
        let (path, say) = match std::fs::rename(&path, &aside) {
            Ok(()) => {
                let say = format!("The settings could not be read ({why}). They are kept as {}.", aside.display());
                (Some(path), say)
            }
            Err(error) => {
                let say =
                    format!("{} could not be read ({why}) nor moved ({error}); nothing is saved.", path.display());
                (None, say)
            }
        };
        (Self::at(path), Settings::default(), Some(say))
    }

    /// Where the window was, from the text of a settings file: it is needed before anything can be reported.
    #[must_use]
    pub(crate) fn window_place(text: &str) -> Option<[f32; 4]> {
        let (_, mut settings) = read(text).ok()?;
        let _said_when_they_are_loaded = settings.bound();
        let place: [f32; 4] = settings.window.try_into().ok()?;
        let sane = place.iter().all(|side| side.is_finite()) && place[2] >= 300.0 && place[3] >= 200.0;
        sane.then_some(place)
    }

    /// Writes what was changed since the last save; what other processes changed meanwhile stays.
    ///
    /// # Errors
    /// [`SaveError`], the old file being untouched.
    pub fn save(&mut self, settings: &Settings) -> Result<(), SaveError> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let fresh = document(settings)?;
        let wrong = |source| SaveError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        let _lock = FileLock::of(&path);
        let mut there = match read_file(&path) {
            Ok(text) => match read(&text) {
                Ok((there, theirs)) if theirs.version <= VERSION => there,
                Ok(_) => {
                    return Err(SaveError::Broken { path, why: "a newer modemscope wrote it".to_owned() });
                }
                Err(why) => return Err(SaveError::Broken { path, why }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => DocumentMut::new(),
            Err(error) => return Err(wrong(error)),
        };
        merge(there.as_table_mut(), self.base.as_table(), fresh.as_table());
        write_through(&path, there.to_string().as_bytes()).map_err(wrong)?;
        self.base = fresh;
        Ok(())
    }
}

/// A text of at most 4 MiB from a real file: a device or a pipe in its place would never end.
pub(crate) fn read_file(path: &Path) -> io::Result<String> {
    const MOST: u64 = 4 << 20;
    let data = std::fs::metadata(path)?;
    if !data.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if data.len() > MOST {
        return Err(io::Error::other(format!("it has {} bytes, which is too many for settings", data.len())));
    }
    let mut text = String::new();
    File::open(path)?.take(MOST).read_to_string(&mut text)?;
    Ok(text)
}

fn document(settings: &Settings) -> Result<DocumentMut, SaveError> {
    Ok(toml_edit::ser::to_string_pretty(settings)?.parse()?)
}

fn read(text: &str) -> Result<(DocumentMut, Settings), String> {
    let kept: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| one_line(&error.to_string()))?;
    let settings: Settings =
        toml_edit::de::from_document(kept.clone()).map_err(|error| one_line(&error.to_string()))?;
    Ok((kept, settings))
}

fn one_line(text: &str) -> String {
    // The parser draws the place with bars, which only reads in several lines.
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains('|')).collect::<Vec<_>>().join(": ")
}

/// Temporary file beside it, sync, rename: a reader sees the old file or the new one. Only its owner can read it.
///
/// # Errors
/// As the operating system says; the old file is then untouched.
pub(crate) fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // What a link leads to is replaced, and not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    let written = (|| {
        // One of ours that was killed may have left its own; the settings are their owner's business alone.
        let _none_is_left = std::fs::remove_file(&temporary);
        let mut file = create_private(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        files::replace(&temporary, path)?;
        if let Some(folder) = path.parent() {
            // Without it a power cut may undo the rename. Not every file system can.
            let _as_far_as_it_goes = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    })();
    if written.is_err() {
        // What matters is the first error; a left-over temporary file harms nobody.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings::{Adapter, Clock, Columns, Line, Theme, View};
    use crate::link::{DataBits, LineSettings, Parity};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        let (mut file, mut settings, trouble) = SettingsFile::load(path.clone());
        assert_eq!(trouble, None);
        settings.port = "/dev/ttyUSB0".to_owned();
        settings.zoom = 1.25;
        settings.theme = Theme::Dark;
        settings.window = vec![10.0, 20.0, 1100.0, 800.0];
        settings.remember_sent("AT+CIPSEND");
        settings.view = View { columns: Columns::Hex, clock: Clock::SinceTx, ..View::default() };
        let line =
            LineSettings { baud: 123_457, parity: Parity::Even, data_bits: DataBits::Seven, ..Default::default() };
        settings.line.insert("usb:1a86:7523:".to_owned(), Line::new(&line, Adapter::Nano));
        file.save(&settings).unwrap();
        let (_, again, trouble) = SettingsFile::load(path);
        assert_eq!(trouble, None);
        assert_eq!(again, settings);
        assert_eq!(LineSettings::from(&again.line["usb:1a86:7523:"]), line);
        assert_eq!(again.line["usb:1a86:7523:"].adapter(), Adapter::Nano);
    }

    #[test]
    fn unknown_keys_and_comments_survive() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "# mine\nversion = 1\nfuture = \"kept\"\n[view]\nshape = 3\n").unwrap();
        let (mut file, mut settings, trouble) = SettingsFile::load(path.clone());
        assert_eq!(trouble, None);
        settings.port = "sim:".to_owned();
        file.save(&settings).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for kept in ["# mine", "future = \"kept\"", "shape = 3", "port = \"sim:\""] {
            assert!(text.contains(kept), "{kept} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_bad_file_is_set_aside_not_overwritten() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        for (round, bad) in ["zoom = [", "zoom = \"large\"", "\u{0}"].into_iter().enumerate() {
            std::fs::write(&path, bad).unwrap();
            let (mut file, settings, trouble) = SettingsFile::load(path.clone());
            assert_eq!(settings, Settings::default());
            let trouble = trouble.unwrap();
            let aside = if round == 0 { "toml.bad".to_owned() } else { format!("toml.bad{}", round + 1) };
            assert!(trouble.contains(&aside), "{trouble}");
            file.save(&settings).unwrap();
            assert_eq!(std::fs::read_to_string(path.with_extension(aside)).unwrap(), bad);
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "version = 2\n").unwrap();
        let (mut file, settings, trouble) = SettingsFile::load(path.clone());
        assert!(trouble.unwrap().contains("newer"));
        file.save(&settings).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "version = 2\n");
    }

    #[test]
    fn two_processes_keep_each_others_changes() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        let (mut first, mut ours, _) = SettingsFile::load(path.clone());
        first.save(&ours).unwrap();
        let (mut second, mut theirs, _) = SettingsFile::load(path.clone());
        ours.port = "/dev/ttyUSB0".to_owned();
        ours.line.insert("usb:1:2:".to_owned(), Line::default());
        ours.remember_sent("AT");
        first.save(&ours).unwrap();
        theirs.theme = Theme::Dark;
        theirs.line.insert("sim:".to_owned(), Line::default());
        theirs.remember_sent("ATI");
        second.save(&theirs).unwrap();
        ours.zoom = 1.5;
        first.save(&ours).unwrap();
        let (_, all, _) = SettingsFile::load(path);
        assert_eq!((all.port.as_str(), all.theme, all.zoom), ("/dev/ttyUSB0", Theme::Dark, 1.5));
        assert_eq!(all.line.keys().collect::<Vec<_>>(), ["sim:", "usb:1:2:"]);
        assert_eq!(all.history, ["AT", "ATI"]);
    }

    #[test]
    fn many_processes_at_once_lose_nothing_and_break_nothing() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        std::thread::scope(|scope| {
            for name in ["one", "two", "three", "four"] {
                let path = path.clone();
                scope.spawn(move || {
                    let (mut file, mut settings, _) = SettingsFile::load(path);
                    for round in 0..25 {
                        settings.values.insert(format!("{name}{round}"), "x".to_owned());
                        file.save(&settings).unwrap();
                    }
                });
            }
        });
        let (_, all, trouble) = SettingsFile::load(path);
        assert_eq!((trouble, all.values.len()), (None, 100));
    }

    #[test]
    fn a_file_that_was_broken_meanwhile_is_not_overwritten() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        let (mut file, mut settings, _) = SettingsFile::load(path.clone());
        file.save(&settings).unwrap();
        std::fs::write(&path, "zoom = [").unwrap();
        settings.port = "sim:".to_owned();
        assert!(file.save(&settings).unwrap_err().to_string().contains("not overwritten"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "zoom = [");
        std::fs::remove_file(&path).unwrap();
        file.save(&settings).unwrap();
        assert_eq!(SettingsFile::load(path).1, settings, "all of them");
    }

    #[test]
    fn numbers_with_which_nobody_could_work_are_put_right_and_told() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        for (text, what) in [
            ("zoom = nan", "zoom"),
            ("zoom = inf", "zoom"),
            ("zoom = -1.0", "zoom"),
            ("zoom = 1e30", "zoom"),
            ("window = [nan, 0.0, 800.0, 600.0]", "window"),
            ("window = [1e30, 0.0, 800.0, 600.0]", "window"),
            ("window = [1.0]", "window"),
            ("[line.x]\nbaud = 0", "line"),
            ("[line.x]\nper_line_us = 18446744073709551", "line"),
        ] {
            std::fs::write(&path, format!("port = \"kept\"\n{text}\n")).unwrap();
            let (mut file, settings, said) = SettingsFile::load(path.clone());
            assert!(said.is_some_and(|said| said.contains(&format!(": {what} is out of range"))), "{text}");
            assert!((0.5..=3.0).contains(&settings.zoom) && settings.port == "kept", "{text}");
            assert!(SettingsFile::window_place(&format!("{text}\n")).is_none(), "{text}");
            file.save(&settings).unwrap();
            assert_eq!(SettingsFile::load(path.clone()).2, None, "{text}: put right in the file too");
        }
    }

    #[cfg(unix)]
    #[test]
    fn settings_are_their_owners_alone_and_a_link_to_them_stays() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let (path, real) = (folder.path().join("settings.toml"), folder.path().join("elsewhere.toml"));
        std::fs::write(&real, "zoom = 1.5\n").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        let (mut file, mut settings, _) = SettingsFile::load(path.clone());
        settings.zoom = 2.0;
        file.save(&settings).unwrap();
        assert!(path.symlink_metadata().unwrap().is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn what_would_never_end_is_no_settings() {
        let folder = folder();
        let path = folder.path().join("settings.toml");
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        let (_, _, said) = SettingsFile::load(path.clone());
        assert!(said.is_some_and(|said| said.contains("it is no file")));
        let fifo = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        fifo(&path);
        fifo(&folder.path().join(".other.toml.lock"));
        assert!(SettingsFile::load(path).2.is_some());
        let (mut other, settings, _) = SettingsFile::load(folder.path().join("other.toml"));
        other.save(&settings).unwrap();
    }
}
