//! What can go wrong with a capture file.

use std::io;
use std::path::{Path, PathBuf};

use crate::os::reasons::{not_read, not_written};

/// Why a capture file cannot be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// A new file cannot be made.
    #[error("cannot create the capture {path}: {advice}", path = path.display(), advice = create_advice(path, source))]
    Create {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("cannot open {path}: {}", not_read(source), path = path.display())]
    Open {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no pcapng file.
    #[error("{path} is not a capture: a pcapng file begins with 0A 0D 0D 0A, this one with {found}", path = path.display())]
    NotPcapng {
        /// Its name.
        path: PathBuf,
        /// Its first bytes, in hex.
        found: String,
    },
    /// It is a pcapng file whose beginning is not whole.
    #[error("{path} is a damaged capture: its first block is not whole", path = path.display())]
    Damaged {
        /// Its name.
        path: PathBuf,
    },
    /// It holds nothing.
    #[error("{path} is empty", path = path.display())]
    Empty {
        /// Its name.
        path: PathBuf,
    },
    /// It is something that another program makes a capture of.
    #[error("{path} is {what}: {advice}", path = path.display())]
    Foreign {
        /// Its name.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// It is a pcapng file of something else.
    #[error("{path} holds no serial capture in its first 16 MiB: its link type is {found}, a serial one has 250", path = path.display())]
    NotSerial {
        /// Its name.
        path: PathBuf,
        /// The link types it has.
        found: String,
    },
}

fn create_advice(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists if !path.is_dir() => {
            "a file of that name is there, and captures never overwrite: choose another name".to_owned()
        }
        _ => not_written(path, error),
    }
}
