//! One process at a time changes a file of the user's: several windows are several processes.
//!
//! The lock is a file beside it (`.settings.toml.lock`): the file itself is replaced by every save, and with it a lock
//! on it would go. The system lets go of a lock when its process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

/// A process that was stopped holds a lock for ever; nobody waits longer than this for it.
const PATIENCE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(5);

/// Held until it is dropped.
#[derive(Debug)]
pub(super) struct FileLock {
    _file: Option<File>,
}

impl FileLock {
    /// Waits for the lock of `path`. Where there can be none (a folder that is only read, a file system without locks) or
    /// it does not come in time, the work goes on without: then the last one to save wins, as it did before.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let beside = path.with_file_name(format!(".{name}.lock"));
        // A pipe in its place would never open.
        if beside.metadata().is_ok_and(|data| !data.is_file()) {
            return Self { _file: None };
        }
        let Ok(file) = OpenOptions::new().create(true).truncate(false).write(true).open(beside) else {
            return Self { _file: None };
        };
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            match file.try_lock() {
                Ok(()) => return Self { _file: Some(file) },
                Err(std::fs::TryLockError::WouldBlock) => std::thread::park_timeout(STEP),
                Err(std::fs::TryLockError::Error(_)) => break,
            }
        }
        Self { _file: None }
    }
}
