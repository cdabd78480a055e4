//! The folder of automatic captures: how they are named, which are kept, which make room.
//!
//! Retention removes the oldest automatic captures until the rest fits. It never touches one that is open anywhere (it is
//! locked), one that is marked to be kept, or a file that does not have the name of an automatic capture.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{CaptureError, Writer, disk, marks};
use crate::os::files;
/// Automatic captures end so.
const SUFFIX: &str = ".pcapng";
/// A file of this name beside a capture marks it.
const KEEP_SUFFIX: &str = ".keep";
/// Longest part of the file name that comes from the port's.
const LONGEST_NAME: usize = 60;

/// A new capture in `folder` (made when it is missing, for its owner only), named by time and port.
///
/// # Errors
/// [`CaptureError::Create`].
pub(crate) fn create_in(folder: &Path, port: &str, started: SystemTime) -> Result<Writer, CaptureError> {
    disk::create_private_folder(folder).map_err(|source| CaptureError::Create { path: folder.to_owned(), source })?;
    let name = format!("{} {}", time_name(started), clean(port));
    for number in 1.. {
        let clash = if number == 1 { String::new() } else { format!(" {number}") };
        match Writer::create(&folder.join(format!("{name}{clash}{SUFFIX}")), started) {
            Err(CaptureError::Create { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
    }
    Err(CaptureError::Create { path: folder.to_owned(), source: io::ErrorKind::AlreadyExists.into() })
}

/// Marks a capture so that retention leaves it alone, or takes the mark away.
///
/// # Errors
/// As creating or removing a file.
pub(crate) fn keep(capture: &Path, kept: bool) -> io::Result<()> {
    let mark = mark_of(capture);
    match (kept, mark.exists()) {
        (true, false) => disk::create_private(&mark).map(drop),
        (false, true) => std::fs::remove_file(mark),
        _ => Ok(()),
    }
}

/// The text log beside a capture; it goes when the capture goes.
#[must_use]
pub(crate) fn text_log_of(capture: &Path) -> PathBuf {
    capture.with_extension("txt")
}

/// The capture is marked to be kept.
#[must_use]
pub fn is_kept(capture: &Path) -> bool {
    mark_of(capture).exists()
}

/// A capture of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file. Its name begins with the time, in UTC.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// It is marked to be kept.
    pub marked: bool,
}

/// The automatic captures of the folder, newest first, at most `most`.
///
/// # Errors
/// As reading the folder; a folder that is not there holds nothing.
pub(crate) fn newest(folder: &Path, most: usize) -> io::Result<Vec<Kept>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let automatic = |path: &PathBuf| path.file_name().is_some_and(|name| is_automatic(&name.to_string_lossy()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(automatic).collect();
    paths.sort_by(|a, b| b.cmp(a));
    paths.truncate(most);
    let kept = |path: PathBuf| {
        let bytes = path.metadata().map_or(0, |data| data.len());
        Kept { bytes, marked: is_kept(&path), path }
    };
    Ok(paths.into_iter().map(kept).collect())
}

/// The latest automatic capture.
#[must_use]
pub(crate) fn latest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let captures = entries.filter(|entry| is_automatic(&entry.file_name().to_string_lossy()));
    // The names begin with the time, so their order is that of age.
    captures.map(|entry| entry.path()).max()
}

/// What [`make_room`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Captures that were removed, oldest first.
    pub removed: Vec<PathBuf>,
    /// Bytes of the automatic captures that are left.
    pub left: u64,
    /// Captures that should have gone and could not be removed, and why.
    pub failed: Vec<(PathBuf, String)>,
}

/// Removes the oldest automatic captures until those left are at most `limit` bytes.
///
/// # Errors
/// As reading the folder; a folder that is not there holds nothing.
pub(crate) fn make_room(folder: &Path, limit: u64) -> io::Result<Retention> {
    let mut result = Retention::default();
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(result),
        other => other?,
    };
    let mut captures = Vec::new();
    for entry in entries {
        let entry = entry?;
        let data = entry.metadata()?;
        if data.is_file() && is_automatic(&entry.file_name().to_string_lossy()) {
            let log = text_log_of(&entry.path()).symlink_metadata().map_or(0, |log| log.len());
            result.left += data.len() + log;
            captures.push((entry.path(), data.len() + log));
        }
    }
    // The names begin with the time, so their order is that of age.
    captures.sort();
    for (path, length) in captures {
        if result.left <= limit {
            break;
        }
        if is_kept(&path) || is_open(&path) {
            continue;
        }
        match std::fs::remove_file(&path) {
            Ok(()) => {
                // It may have none. One that cannot be removed says no more than the user's own files do.
                let _ = std::fs::remove_file(text_log_of(&path));
                let _ = std::fs::remove_file(marks::file_of(&path));
                result.left -= length;
                result.removed.push(path);
            }
            Err(error) => result.failed.push((path, error.to_string())),
        }
    }
    Ok(result)
}

fn mark_of(capture: &Path) -> PathBuf {
    let mut name = capture.as_os_str().to_owned();
    name.push(KEEP_SUFFIX);
    name.into()
}

/// `2026-11-22 15.52.27.123 ttyUSB0.pcapng`: as [`create_in`] makes them.
fn is_automatic(name: &str) -> bool {
    let time = name.get(..23).unwrap_or_default();
    let digits = time.bytes().zip("0000-00-00 00.00.00.000".bytes()).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    digits && time.len() == 23 && name.ends_with(SUFFIX)
}

/// Whoever writes or shows a capture holds a lock on it.
fn is_open(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| files::is_in_use(&file))
}

/// In UTC: local time would go back in autumn, and age is told by the name.
fn time_name(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(
        |_| "0000-00-00 00.00.00.000".to_owned(),
        |time| time.strftime("%Y-%m-%d %H.%M.%S.%3f").to_string(),
    )
}

/// What a port's name may add to a file name: no folder, no hidden file, nothing to quote in a shell.
fn clean(port: &str) -> String {
    let name = port.rsplit("/dev/").next().unwrap_or(port);
    let clean: String = name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "._-".contains(character) { character } else { '-' })
        .take(LONGEST_NAME)
        .collect();
    let clean = clean.trim_matches(['.', '-']);
    if clean.is_empty() { "port".to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::capture::Record;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_port_name_becomes_a_harmless_file_name() {
        for (port, expect) in [
            ("/dev/ttyUSB0", "ttyUSB0"),
            ("/dev/pts/3", "pts-3"),
            ("../../x", "x"),
            ("tcp://10.0.0.5:2000", "tcp---10.0.0.5-2000"),
            ("sim:no-sim", "sim-no-sim"),
            (".hidden", "hidden"),
            ("\u{202e}\0\n;rm -rf", "rm--rf"),
            ("...", "port"),
            ("", "port"),
        ] {
            assert_eq!(clean(port), expect, "{port:?}");
        }
        assert_eq!(clean(&"x".repeat(300)).len(), LONGEST_NAME);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_capture_never_takes_a_name_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("captures");
        let _first = create_in(&folder, "ttyUSB0", at(0)).unwrap();
        std::os::unix::fs::symlink("/nowhere", folder.join("2023-11-14 22.13.20.000 ttyUSB0 2.pcapng")).unwrap();
        let third = create_in(&folder, "ttyUSB0", at(0)).unwrap();
        let path = third.reader().storage().path.unwrap();
        assert_eq!(path.file_name().unwrap(), "2023-11-14 22.13.20.000 ttyUSB0 3.pcapng");
        let mode =
            |path: &Path| std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
    }

    #[test]
    fn the_oldest_goes_but_never_an_open_or_kept_or_foreign_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut lengths = Vec::new();
        let mut make = |seconds| {
            let mut writer = create_in(folder, "a", at(seconds)).unwrap();
            writer.append(Duration::ZERO, Record::received(vec![0; 10_000]));
            let path = writer.reader().storage().path.unwrap();
            lengths.push(path.metadata().unwrap().len());
            (writer, path)
        };
        let open = make(0);
        let kept = make(1).1;
        keep(&kept, true).unwrap();
        let (gone, also_gone, left) = (make(2).1, make(3).1, make(4).1);
        for capture in [&gone, &left] {
            std::fs::write(text_log_of(capture), "").unwrap();
        }
        let mine = folder.join("my own.pcapng");
        std::fs::copy(&left, &mine).unwrap();
        assert_eq!(latest(folder).as_deref(), Some(left.as_path()));
        let result = make_room(folder, lengths[0] * 3).unwrap();
        assert_eq!(result.removed, [gone, also_gone]);
        assert_eq!((result.left, result.failed.len()), (lengths[0] * 3, 0));
        assert!(open.1.exists() && kept.exists() && left.exists() && mine.exists(), "{:?}", names(folder));
        assert!(!text_log_of(&result.removed[0]).exists() && text_log_of(&left).exists(), "{:?}", names(folder));
        keep(&kept, false).unwrap();
        drop(open);
        let result = make_room(folder, 0).unwrap();
        assert_eq!((result.removed.len(), result.left), (3, 0));
        assert_eq!(names(folder), ["my own.pcapng"]);
        assert_eq!(make_room(&folder.join("none"), 0).unwrap(), Retention::default());
    }
}
