//! The file that settings are kept in.
//!
//! Keys that this version does not know are kept. A file that cannot be read as settings is set aside under another
//! name and reported, never overwritten with defaults. Saving goes through a temporary file, a sync and a rename, so
//! that a killed program leaves the old file or the new one.
//!
//! Several windows are several processes with one file: a save reads it anew and puts in only what this process changed
//! ([`merge`](super::merge)), one process at a time.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use super::merge::merge;
use super::{Settings, VERSION};
use crate::app::file_lock::FileLock;

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

impl SettingsFile {
    /// Settings that live in memory only.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::default()
    }

    /// Reads `path`. A file that is not there gives the defaults. The sentence, where there is one, says what was wrong
    /// and where the bad file is now; it is for the user.
    #[must_use]
    pub fn load(path: PathBuf) -> (Self, Settings, Option<String>) {
        let text = match std::fs::read_to_string(&path) {
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
            Ok((_, settings)) => {
                let base = document(&settings).unwrap_or_default();
                (Self { path: Some(path), base }, settings, None)
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
    pub fn window_place(text: &str) -> Option<[f32; 4]> {
        let (_, settings) = read(text).ok()?;
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
        let mut there = match std::fs::read_to_string(&path) {
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

/// Temporary file beside it, sync, rename: a reader sees the old file or the new one.
///
/// # Errors
/// As the operating system says; the old file is then untouched.
pub fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
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
}
