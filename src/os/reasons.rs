//! Why the system refused a file, in words that say what to do; the same on every system.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// Why a file cannot be read.
pub(crate) fn not_read(error: &Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "there is no such file: check its name and its folder",
        ErrorKind::PermissionDenied => "you have no right to read it: change its rights, or ask its owner",
        ErrorKind::IsADirectory => "that is a folder: name a file in it",
        _ => return error.to_string(),
    };
    known.to_owned()
}

/// Why a file cannot be made or written.
pub(crate) fn not_written(path: &Path, error: &Error) -> String {
    let known = match error.kind() {
        _ if path.is_dir() => "that is a folder: write the name of a new file behind it",
        ErrorKind::NotFound => "the folder does not exist: create it first",
        ErrorKind::PermissionDenied => "you have no right to write there: choose another folder, or change its rights",
        ErrorKind::AlreadyExists => "a file of that name is there: choose another name",
        ErrorKind::StorageFull => "the disk is full: free some space",
        ErrorKind::QuotaExceeded => "your disk quota is used up: free some space",
        ErrorKind::FileTooLarge => "the file has reached the largest size allowed here: raise the limit (ulimit -f)",
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only: choose another folder, or check the disk",
        _ => return error.to_string(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_done_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let (here, nowhere) = (folder.path().to_owned(), folder.path().join("no/such"));
        let made = |path: &Path| not_written(path, &std::fs::File::create_new(path).unwrap_err());
        assert_eq!(made(&here), "that is a folder: write the name of a new file behind it");
        assert_eq!(made(&nowhere), "the folder does not exist: create it first");
        let read = |path: &Path| not_read(&std::fs::read(path).unwrap_err());
        assert_eq!(read(&nowhere), "there is no such file: check its name and its folder");
    }
}
