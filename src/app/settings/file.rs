//! The file that settings are kept in.
//!
//! Keys that this version does not know are kept. A file that cannot be read as settings is set aside under another
//! name and reported, never overwritten with defaults. Saving goes through a temporary file, a sync and a rename, so
//! that a killed program leaves the old file or the new one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table};

use super::{Settings, VERSION};

/// The file that settings are kept in.
#[derive(Debug, Default)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    kept: DocumentMut,
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
                return (Self { path: Some(path), kept: DocumentMut::new() }, Settings::default(), None);
            }
            Err(error) => return Self::set_aside(path, &error.to_string()),
        };
        match read(&text) {
            Ok((kept, settings)) if settings.version > VERSION => {
                let say = format!(
                    "{} was written by a newer modemscope (version {}): it is left alone, and nothing is saved this time.",
                    path.display(),
                    settings.version
                );
                (Self { path: None, kept }, settings, Some(say))
            }
            Ok((kept, settings)) => (Self { path: Some(path), kept }, settings, None),
            Err(why) => Self::set_aside(path, &why),
        }
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
        (Self { path, kept: DocumentMut::new() }, Settings::default(), Some(say))
    }

    /// Where the window was, from the text of a settings file: it is needed before anything can be reported.
    #[must_use]
    pub fn window_place(text: &str) -> Option<[f32; 4]> {
        let (_, settings) = read(text).ok()?;
        let place: [f32; 4] = settings.window.try_into().ok()?;
        let sane = place.iter().all(|side| side.is_finite()) && place[2] >= 300.0 && place[3] >= 200.0;
        sane.then_some(place)
    }

    /// Writes the settings.
    ///
    /// # Errors
    /// [`SaveError`], the old file being untouched.
    pub fn save(&mut self, settings: &Settings) -> Result<(), SaveError> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let fresh: DocumentMut = toml_edit::ser::to_string_pretty(settings)?.parse()?;
        merge(self.kept.as_table_mut(), fresh.as_table());
        write_through(&path, self.kept.to_string().as_bytes()).map_err(|source| SaveError::Io { path, source })
    }
}

fn read(text: &str) -> Result<(DocumentMut, Settings), String> {
    let kept: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| one_line(&error.to_string()))?;
    let settings: Settings =
        toml_edit::de::from_document(kept.clone()).map_err(|error| one_line(&error.to_string()))?;
    Ok((kept, settings))
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Puts what we know into the kept document, and leaves what we do not know, comments included.
fn merge(kept: &mut Table, fresh: &Table) {
    for (key, item) in fresh {
        match (kept.get_mut(key), item) {
            (Some(Item::Table(old)), Item::Table(new)) => merge(old, new),
            (Some(Item::Value(old)), Item::Value(new)) => {
                let decor = old.decor().clone();
                *old = new.clone();
                *old.decor_mut() = decor;
            }
            _ => {
                kept.insert(key, item.clone());
            }
        }
    }
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
}
