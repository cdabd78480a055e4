//! The first store: a bounded memory log behind the interface that the capture file takes over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Record, Stamped};

#[derive(Debug)]
struct Shared {
    started: SystemTime,
    records: Mutex<Vec<Arc<Stamped>>>,
}

/// The one who appends. Dropping it ends the capture.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
}

/// Reads what has been appended so far; clones are cheap.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

impl Writer {
    /// A capture that lives in memory only. `started` is the wall-clock time of `at == 0`.
    #[must_use]
    pub fn in_memory(started: SystemTime) -> Self {
        Self { shared: Arc::new(Shared { started, records: Mutex::default() }) }
    }

    /// Appends a record. Received bytes are with the kernel when this returns (once the capture is a file).
    pub fn append(&mut self, at: Duration, record: Record) {
        let stamped = Arc::new(Stamped { at, record });
        self.shared.records.lock().unwrap_or_else(PoisonError::into_inner).push(stamped);
    }

    /// A reader of this capture.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader { shared: Arc::clone(&self.shared) }
    }
}

impl Reader {
    /// Wall-clock time of `at == 0`.
    #[must_use]
    pub fn started(&self) -> SystemTime {
        self.shared.started
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.shared.records.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// True while nothing was appended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Record number `index`.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<Arc<Stamped>> {
        let index = usize::try_from(index).ok()?;
        self.shared.records.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }
}
