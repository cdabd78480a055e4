//! What the capture needs of its file: written and read at places, and why that fails.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::os::files;
use crate::os::reasons::not_written;

pub(crate) use files::{create_private, create_private_folder};

pub(super) use files::{is_at, is_removed, mark_written};

/// Reads at a place without moving anything; 0 at the end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    loop {
        match files::read_at(file, buffer, place) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Fills the buffer from a place on: how much was read, less only at the end or where an error stopped it.
pub(crate) fn read_all_at(file: &File, buffer: &mut [u8], place: u64) -> (usize, Option<io::Error>) {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match read_at(file, rest, place + read as u64) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

/// Writes at a place as much as goes: how much was written, and what stopped it.
pub(crate) fn write_at(file: &File, bytes: &[u8], place: u64) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match files::write_at(file, rest, place + written as u64) {
            Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

/// Why the file cannot be written, and what to do.
pub(crate) fn advice(error: &io::Error, path: &Path) -> String {
    format!("{} cannot be written: {}", path.display(), not_written(path, error))
}
