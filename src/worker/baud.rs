//! "Find baud" on an open port, as the status shows it.

use std::sync::Arc;

use crate::modem::baud_scan::{BaudScan, Reply};

/// How "find baud" gets on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanProgress {
    /// Counts scans over the life of the connection.
    pub number: u64,
    /// The rate in hand; `None` when the scan is over.
    pub trying: Option<u32>,
    /// What came at each rate so far.
    pub replies: Vec<Reply>,
    /// The rate that answered. The line is set as before the scan all the same.
    pub found: Option<u32>,
}

/// What the worker keeps of a scan.
#[derive(Debug, Default)]
pub(super) struct ScanLog {
    number: u64,
    progress: Option<Arc<ScanProgress>>,
}

impl ScanLog {
    pub(super) fn progress(&self) -> Option<Arc<ScanProgress>> {
        self.progress.clone()
    }

    /// Another scan is wanted.
    pub(super) fn begin(&mut self) {
        self.number += 1;
    }

    pub(super) fn note(&mut self, scan: &BaudScan) {
        self.progress = Some(Arc::new(ScanProgress {
            number: self.number,
            trying: scan.trying(),
            replies: scan.replies().to_vec(),
            found: scan.found(),
        }));
    }
}
