//! "Find baud" on an open port: sets the rates that the session's scan asks for, and puts the line back when it is over.

use std::sync::Arc;
use std::time::Duration;

use super::Phase;
use super::engine::Engine;
use crate::link::{DataBits, FlowControl, LineSettings, Parity, StopBits};
use crate::modem::baud_scan::{BaudScan, NOTE, PROBE_NOTE, Reply};
use crate::session::Input;

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

    fn note(&mut self, scan: &BaudScan) {
        self.progress = Some(Arc::new(ScanProgress {
            number: self.number,
            trying: scan.trying(),
            replies: scan.replies().to_vec(),
            found: scan.found(),
        }));
    }
}

impl Engine {
    /// Starts a scan, unless something else is under way.
    pub(super) fn scan_baud(&mut self, now: Duration) {
        if self.link.is_none() {
            self.refuse("the port is not open: no rate was tried".into());
        } else if !self.outgoing.is_empty() {
            self.refuse("bytes are still being sent; wait for them or cancel them, then look for the rate".into());
        } else {
            if !self.session.scanning() {
                self.scan_log.number += 1;
            }
            self.input(Input::ScanBaud, now);
        }
    }

    /// Sets the line for a probe. What is refused (a rate that the driver does not have) is in the log; nothing comes at it.
    pub(super) fn probe_at(&mut self, baud: u32) {
        let settings = LineSettings {
            baud,
            data_bits: DataBits::Eight,
            parity: Parity::None,
            stop_bits: StopBits::One,
            flow: FlowControl::None,
            ..self.settings
        };
        self.note(format!("{PROBE_NOTE} {baud}"));
        let done = self.link.as_mut().map(|link| link.reconfigure(&settings));
        match done {
            Some(Ok(Some(kept))) => self.note(kept),
            Some(Err(problem)) => self.refuse(problem.to_string()),
            Some(Ok(None)) | None => {}
        }
        self.see_scan();
    }

    /// Puts the line back.
    pub(super) fn scan_ended(&mut self) {
        self.see_scan();
        let found = self.session.scan().and_then(BaudScan::found);
        let found = found.map_or("nothing answered".to_owned(), |baud| format!("the modem answers at {baud}"));
        if let Some(link) = &mut self.link {
            match link.reconfigure(&self.settings) {
                Ok(kept) => self.phase = Phase::Open { kept },
                Err(problem) => self.refuse(problem.to_string()),
            }
        }
        self.note(format!("{NOTE} {found}; the line is at {} again", self.settings));
    }

    fn see_scan(&mut self) {
        if let Some(scan) = self.session.scan() {
            self.scan_log.note(scan);
        }
    }
}
