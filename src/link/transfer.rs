//! A file on its way: as it is, or by XMODEM or YMODEM (`blocks`). The worker carries the bytes between here and the port, so
//! that the capture has them too, and pacing and flow control apply. Nothing here blocks.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use blocks::{Kind, Sender};

use crate::os::reasons::not_read;

mod blocks;

/// Bytes of a raw file offered at once.
const PIECE: usize = 64 * 1024;

/// How a file is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// As it is: the bytes of the file, nothing else.
    #[default]
    Raw,
    /// XMODEM, blocks of 128 bytes; the last one is filled up with 1A.
    Xmodem,
    /// XMODEM, blocks of 1024 bytes.
    Xmodem1k,
    /// YMODEM: blocks of 1024 bytes, with the file's name and length.
    Ymodem,
}

impl Protocol {
    /// All of them, as the user chooses from.
    pub const ALL: [Self; 4] = [Self::Raw, Self::Xmodem, Self::Xmodem1k, Self::Ymodem];

    /// As users and the command line write it: `raw`, `xmodem`, `xmodem-1k`, `ymodem`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Xmodem => "xmodem",
            Self::Xmodem1k => "xmodem-1k",
            Self::Ymodem => "ymodem",
        }
    }
}

/// Where a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferProgress {
    /// Counts transfers over the life of the connection.
    pub number: u64,
    /// The file's name, without its folder.
    pub file: String,
    /// How it is sent.
    pub protocol: Protocol,
    /// Bytes of the file that went out (raw: that the operating system took; else: that the far end acknowledged).
    pub taken: u64,
    /// Its length.
    pub total: u64,
    /// How it ended; `None` while it is under way.
    pub end: Option<TransferEnd>,
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferEnd {
    /// All was sent; with a protocol the far end has said so.
    Done,
    /// The user gave it up.
    Cancelled,
    /// The far end did not take it: what happened, and what to do.
    Failed(String),
    /// It could not even begin, or the file or the port was lost on the way: what happened, and what to do.
    Trouble(String),
}

/// What is wrong with a file that is to be sent, or is being sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It cannot be opened.
    #[error("{path} cannot be read: {}. Choose another file.", not_read(source), path = path.display())]
    Open {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a folder or a device.
    #[error("{path} is no file. Choose another one.", path = .0.display())]
    NoFile(PathBuf),
    /// It was readable, and is no longer.
    #[error("{file} cannot be read any more: {source}")]
    Read {
        /// Its name.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// It has less in it than when it was opened.
    #[error("{0} has become shorter while it was sent")]
    Shorter(String),
}

/// A file under way.
#[derive(Debug)]
pub(crate) struct Transfer {
    file: String,
    protocol: Protocol,
    total: u64,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Raw { file: File, offered: u64 },
    Blocks(Box<Sender>),
}

impl Transfer {
    /// Opens the file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn start(path: &Path, protocol: Protocol) -> Result<Self, FileError> {
        let problem = |source| FileError::Open { path: path.to_owned(), source };
        let real = std::fs::canonicalize(path).map_err(problem)?;
        if real.is_dir() {
            // Windows would only deny access to it.
            return Err(FileError::NoFile(path.to_owned()));
        }
        let file = File::open(&real).map_err(problem)?;
        let about = file.metadata().map_err(problem)?;
        if !about.is_file() {
            return Err(FileError::NoFile(path.to_owned()));
        }
        let name = name_of(&real);
        let kind = match protocol {
            Protocol::Raw => None,
            Protocol::Xmodem => Some(Kind::Xmodem),
            Protocol::Xmodem1k => Some(Kind::Xmodem1k),
            Protocol::Ymodem => Some(Kind::Ymodem),
        };
        let source = match kind {
            None => Source::Raw { file, offered: 0 },
            Some(kind) => Source::Blocks(Box::new(Sender::new(file, kind, &name, about.len()))),
        };
        Ok(Self { file: name, protocol, total: about.len(), source })
    }

    /// The file's name, without its folder.
    #[must_use]
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The far end said this.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        if let Source::Blocks(sender) = &mut self.source {
            sender.hear(bytes);
        }
    }

    /// To be called after every wait, before [`Self::take`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn attend(&mut self, now: Duration) -> Result<(), FileError> {
        match &mut self.source {
            Source::Raw { .. } => Ok(()),
            Source::Blocks(sender) => sender.attend(now),
        }
    }

    /// When [`Self::attend`] has something to do though nothing is heard.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        match &self.source {
            Source::Raw { .. } => None,
            Source::Blocks(sender) => sender.next_deadline(),
        }
    }

    /// The next bytes for the line; empty when there are none now.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub(crate) fn take(&mut self) -> Result<Vec<u8>, FileError> {
        match &mut self.source {
            Source::Raw { file, offered } => {
                let mut piece = Vec::new();
                let rest = self.total.saturating_sub(*offered).min(PIECE as u64);
                let count = file
                    .take(rest)
                    .read_to_end(&mut piece)
                    .map_err(|source| FileError::Read { file: self.file.clone(), source })?;
                if count == 0 && rest > 0 {
                    return Err(FileError::Shorter(self.file.clone()));
                }
                *offered += count as u64;
                Ok(piece)
            }
            Source::Blocks(sender) => Ok(sender.take()),
        }
    }

    /// [`Self::take`] has bytes to give, though nothing tells of it.
    #[must_use]
    pub(crate) fn has_more(&self) -> bool {
        match &self.source {
            Source::Raw { offered, .. } => *offered < self.total,
            Source::Blocks(_) => false,
        }
    }

    /// All was given: it is over as soon as that has left, though nothing tells of it.
    #[must_use]
    pub(crate) fn all_given(&self) -> bool {
        match &self.source {
            Source::Raw { offered, .. } => *offered >= self.total,
            Source::Blocks(sender) => sender.end().is_some(),
        }
    }

    /// How it ended, once it has; `unsent` bytes of what [`Self::take`] gave have not left yet, the system's buffers
    /// included.
    pub(crate) fn end(&mut self, unsent: u64) -> Option<TransferEnd> {
        match &mut self.source {
            Source::Raw { offered, .. } => (*offered == self.total && unsent == 0).then_some(TransferEnd::Done),
            Source::Blocks(sender) => sender.end().filter(|_| unsent == 0),
        }
    }

    /// What the far end has to be told when the transfer is given up.
    #[must_use]
    pub(crate) fn farewell(&self) -> &'static [u8] {
        match self.protocol {
            Protocol::Raw => b"",
            // Two CAN in a row end it; more in case of noise. Backspaces wipe them off where a command line is read.
            _ => b"\x18\x18\x18\x18\x18\x18\x18\x18\x08\x08\x08\x08\x08\x08\x08\x08",
        }
    }

    /// Where it stands, with `unsent` bytes of what [`Self::take`] gave not yet taken.
    #[must_use]
    pub(crate) fn progress(&self, number: u64, unsent: u64) -> TransferProgress {
        let taken = match &self.source {
            Source::Raw { offered, .. } => offered.saturating_sub(unsent),
            Source::Blocks(sender) => sender.acknowledged(),
        };
        TransferProgress {
            number,
            file: self.file.clone(),
            protocol: self.protocol,
            taken: taken.min(self.total),
            total: self.total,
            end: None,
        }
    }
}

/// A transfer that did not begin, as the status tells it.
#[must_use]
pub(crate) fn not_begun(number: u64, path: &Path, protocol: Protocol, problem: String) -> TransferProgress {
    let end = Some(TransferEnd::Trouble(problem));
    TransferProgress { number, file: name_of(path), protocol, taken: 0, total: 0, end }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    name.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_file_goes_out_in_pieces_and_is_counted_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("firmware.bin");
        let bytes: Vec<u8> = (0..PIECE + 100).map(|index| index.to_le_bytes()[0]).collect();
        std::fs::write(&path, &bytes).unwrap();
        let mut transfer = Transfer::start(&path, Protocol::Raw).unwrap();
        let first = transfer.take().unwrap();
        assert_eq!(first.len(), PIECE);
        assert_eq!(transfer.progress(1, 10).taken, PIECE as u64 - 10);
        assert_eq!(transfer.end(0), None);
        let rest = transfer.take().unwrap();
        assert_eq!([first, rest].concat(), bytes);
        assert_eq!(transfer.end(1), None, "one byte has not left");
        assert_eq!(transfer.end(0), Some(TransferEnd::Done));
        assert_eq!(transfer.take().unwrap(), b"");
        assert_eq!(transfer.farewell(), b"");
    }

    #[test]
    fn an_empty_file_is_sent_at_once_and_what_is_no_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        std::fs::write(&path, "").unwrap();
        assert_eq!(Transfer::start(&path, Protocol::Raw).unwrap().end(0), Some(TransferEnd::Done));
        let said = |path: &Path| Transfer::start(path, Protocol::Raw).unwrap_err().to_string();
        assert!(said(folder.path()).contains("is no file"));
        assert!(said(&folder.path().join("none")).contains("Choose another file"));
    }

    #[test]
    fn a_file_that_shrinks_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, vec![0; PIECE + 1]).unwrap();
        let mut transfer = Transfer::start(&path, Protocol::Raw).unwrap();
        transfer.take().unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(matches!(transfer.take(), Err(FileError::Shorter(_))));
    }
}
