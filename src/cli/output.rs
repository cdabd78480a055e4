//! Files that a command reads whole and writes whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::exit::{CommandResult, Exit};
use super::say::say_aside;
use crate::os::files::{self, is_stream};
use crate::os::reasons::{not_read, not_written};

/// Where a result goes: `-o` and `--force` of every command that has them.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct OutputOptions {
    /// Write to this file instead of standard output.
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

impl OutputOptions {
    /// Writes the result. A file that is replaced is either the old or the new one at any moment.
    ///
    /// # Errors
    /// Trouble: the file is there and `--force` is not given, or it cannot be written.
    pub(crate) fn write(&self, bytes: &[u8]) -> CommandResult {
        self.write_with(|out| match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads it may have had enough (`| head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| self.cannot_be_written(&error)),
        })
    }

    /// Like [`Self::write`], for a result that is made while it is written. When `make` fails, a file that is replaced
    /// stays as it was, and a new one is not there.
    ///
    /// # Errors
    /// As [`Self::write`], and those of `make`.
    pub(crate) fn write_with(&self, make: impl FnOnce(&mut dyn Write) -> CommandResult) -> CommandResult {
        let Some(path) = &self.output else { return make(&mut io::BufWriter::new(io::stdout().lock())) };
        let cannot = |error: io::Error| self.cannot_be_written(&error);
        self.check()?;
        if is_stream(path) {
            // A device or a pipe holds nothing that could be overwritten, and must not become a file.
            let out = OpenOptions::new().write(true).open(path).map_err(cannot)?;
            return make(&mut io::BufWriter::new(out));
        }
        // What a link leads to is replaced, and not the link.
        let path = &path.canonicalize().unwrap_or_else(|_| path.clone());
        if files::has_other_names(path) {
            say_aside(format!(
                "modemscope: {} has other names (hard links): what they lead to stays as it is",
                path.display()
            ));
        }
        let fresh = fresh_name(path);
        let mut out = io::BufWriter::new(File::create_new(&fresh).map_err(cannot)?);
        let written = make(&mut out).and_then(|()| {
            let saved = out.flush().and_then(|()| out.get_ref().sync_all()).and_then(|()| files::replace(&fresh, path));
            saved.map_err(cannot)
        });
        if written.is_err() {
            // The half-written file is ours alone.
            let _ = fs::remove_file(&fresh);
        }
        written
    }

    fn cannot_be_written(&self, error: &io::Error) -> Exit {
        let path = self.output.as_deref().unwrap_or(Path::new(""));
        Exit::trouble(format!("{} cannot be written: {}", self.name(), not_written(path, error)))
    }

    /// What can be said before the result is made: the file is there, or its place is taken by a folder.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) fn check(&self) -> CommandResult {
        let Some(path) = &self.output else { return Ok(()) };
        if is_stream(path) {
            return Ok(());
        }
        let there = path.metadata().ok().map(|data| data.file_type());
        if there.is_some_and(|kind| !kind.is_file()) {
            return Err(Exit::trouble(format!("{} is no file: choose another name", path.display())));
        }
        if !self.force && path.symlink_metadata().is_ok() {
            let path = path.display();
            return Err(Exit::trouble(format!("{path} is there already; --force replaces it, or choose another name")));
        }
        Ok(())
    }

    /// The output is this very file, by whatever name.
    #[must_use]
    pub(crate) fn is(&self, input: &Path) -> bool {
        self.output.as_deref().is_some_and(|output| same_place(output, input))
    }

    /// Where it goes, for messages.
    pub(crate) fn name(&self) -> String {
        self.output.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string())
    }
}

/// No two files of a command are one: what is written to one would destroy the other. Devices and pipes may be named twice.
///
/// # Errors
/// Wrong use, with what the two are for.
pub(crate) fn distinct(files: &[(&str, Option<&PathBuf>)]) -> CommandResult {
    for (number, (what, path)) in files.iter().enumerate() {
        for (other, earlier) in files.iter().take(number) {
            if let (Some(path), Some(earlier)) = (path, earlier)
                && same_place(path, earlier)
                && !is_stream(path)
            {
                let path = path.display();
                return Err(Exit::wrong_use(format!("{path} cannot be both {other} and {what}: name two files")));
            }
        }
    }
    Ok(())
}

/// Both paths lead to one file, whether it is there yet or not.
fn same_place(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    whole(one).is_some_and(|one| whole(other) == Some(one))
}

fn fresh_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    path.with_file_name(name)
}

/// Reads a text file, `-` for standard input. Larger files than `most` bytes and other encodings than UTF-8 are refused.
///
/// # Errors
/// Trouble, with the name and the reason.
pub(crate) fn read_text(path: &Path, most: usize) -> Result<String, Exit> {
    String::from_utf8(read_bytes(path, most)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Exit::trouble(format!("{} is not UTF-8 at byte {at}; save it as UTF-8", name_of(path)))
    })
}

/// Reads a file, `-` for standard input. Larger files than `most` bytes are refused.
///
/// # Errors
/// Trouble, with the name and the reason.
pub(crate) fn read_bytes(path: &Path, most: usize) -> Result<Vec<u8>, Exit> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| Exit::trouble(format!("{} cannot be read: {}", name_of(path), not_read(&error))))?;
    if bytes.len() > most {
        return Err(Exit::trouble(format!("{} is larger than {} KiB", name_of(path), most / 1024)));
    }
    Ok(bytes)
}

fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        let mut options = OutputOptions { output: Some(path.clone()), force: false };
        options.write(b"one").unwrap();
        assert!(options.write(b"two").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        options.force = true;
        options.write(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn no_two_files_of_a_command_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("in")).unwrap();
        let refused = |one: &Path, other: &Path| {
            distinct(&[("--capture", Some(&one.to_owned())), ("--log", None), ("--junit", Some(&other.to_owned()))])
                .is_err()
        };
        assert!(refused(&path("z"), &path("in/../z")), "neither is there yet");
        fs::write(path("z"), "").unwrap();
        assert!(refused(&path("z"), &path("in/../z")));
        assert!(!refused(&path("z"), &path("y")) && !refused(&path("z"), &path("in/z")));
        let nothing = Path::new(if crate::os::HERE == crate::os::System::Windows { "NUL" } else { "/dev/null" });
        assert!(!refused(nothing, nothing));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device_and_what_a_link_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let to = |path: &Path, force| OutputOptions { output: Some(path.to_owned()), force };
        // Nobody loses /dev/null here: a link to it stands for it.
        std::os::unix::fs::symlink("/dev/null", path("null")).unwrap();
        for force in [false, true] {
            to(&path("null"), force).write(b"gone").unwrap();
            assert_eq!(fs::read_link(path("null")).unwrap(), Path::new("/dev/null"));
        }
        std::os::unix::fs::symlink("/dev/full", path("full")).unwrap();
        assert!(to(&path("full"), true).write(b"no room").is_err());
        fs::write(path("file"), "one").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        assert!(to(&path("link"), false).write(b"two").is_err());
        to(&path("link"), true).write(b"two").unwrap();
        assert_eq!(fs::read(path("file")).unwrap(), b"two");
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());
        assert!(to(folder.path(), true).write(b"x").is_err());
    }

    #[test]
    fn a_text_is_read_whole_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.txt");
        assert!(read_text(&path, 10).is_err());
        fs::write(&path, "0123456789").unwrap();
        assert_eq!(read_text(&path, 10).unwrap(), "0123456789");
        assert!(read_text(&path, 9).is_err());
        fs::write(&path, b"a\xFF").unwrap();
        assert!(read_text(&path, 10).is_err());
    }
}
