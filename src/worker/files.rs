//! A file under way: carried between its protocol and the port, given up, and told in the status and in the log.
//!
//! Meanwhile the line is the file's alone: nothing else is sent, and what passes by protocol is no dialog.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::link::transfer::{self, FileError, Protocol, Transfer, TransferEnd, TransferProgress};

/// While more than this waits to be sent, no more is taken.
const ENOUGH: u64 = 4 * 1024;

/// What of the bytes that were given out has not left yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backlog {
    /// Waits to be taken by the system.
    pub(super) unsent: u64,
    /// Was taken by the system, which has not sent it yet.
    pub(super) leaving: u64,
}

/// What is to be done for the file in hand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileStep {
    /// Send these bytes of it.
    Send(Vec<u8>),
    /// It got on.
    News,
    /// It is over, in these words. What of it still waits is nobody's.
    Over(String),
    /// All of it has left: what is sent and received is dialog again.
    Dialog,
}

/// A file was given up by the user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GivenUp {
    /// In words, for the log.
    pub(super) note: String,
    /// What the far end is told, if its protocol has something for that.
    pub(super) farewell: &'static [u8],
}

/// The file in hand, and what is told of the last one.
#[derive(Debug, Default)]
pub(super) struct Files {
    number: u64,
    transfer: Option<Transfer>,
    progress: Option<Arc<TransferProgress>>,
    began: Duration,
    /// What passes by protocol is not diagnosed; to be ended once all of it has left.
    silenced: bool,
}

impl Files {
    pub(super) fn busy(&self) -> bool {
        self.transfer.is_some()
    }

    pub(super) fn progress(&self) -> Option<Arc<TransferProgress>> {
        self.progress.clone()
    }

    /// When [`Self::tick`] has something to do though nothing tells of it.
    pub(super) fn next_deadline(&self, backlog: Backlog, now: Duration) -> Option<Duration> {
        let Some(transfer) = &self.transfer else {
            return (self.silenced && backlog.unsent == 0).then_some(now);
        };
        let all_left = backlog == Backlog::default();
        let at_once = transfer.has_more() && backlog.unsent < ENOUGH || transfer.all_given() && all_left;
        if at_once { Some(now) } else { transfer.next_deadline() }
    }

    /// Begins, and says so. What passes by a protocol is no dialog: then `silence` is called.
    pub(super) fn begin(
        &mut self,
        path: &Path,
        protocol: Protocol,
        diagnosing: bool,
        now: Duration,
    ) -> Result<Begun, FileError> {
        let transfer = match Transfer::start(path, protocol) {
            Ok(transfer) => transfer,
            Err(error) => {
                self.not_begun(path, protocol, &error.to_string());
                return Err(error);
            }
        };
        self.number += 1;
        let note = format!("sending the file {} ({})", transfer.file(), protocol.name());
        self.progress = Some(Arc::new(transfer.progress(self.number, 0)));
        self.transfer = Some(transfer);
        self.began = now;
        self.silenced = protocol != Protocol::Raw && diagnosing;
        Ok(Begun { note, silence: self.silenced })
    }

    /// A file that was asked for and is not sent, for the status.
    pub(super) fn not_begun(&mut self, path: &Path, protocol: Protocol, problem: &str) {
        self.number += 1;
        self.progress = Some(Arc::new(transfer::not_begun(self.number, path, protocol, problem.to_owned())));
    }

    /// What came is the protocol's, where one is under way.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        if let Some(transfer) = &mut self.transfer {
            transfer.hear(bytes);
        }
    }

    /// What is to be done now, until `None`; ask anew what is left after each step.
    pub(super) fn tick(&mut self, backlog: Backlog, now: Duration) -> Option<FileStep> {
        let Some(transfer) = &mut self.transfer else {
            return (backlog.unsent == 0 && std::mem::take(&mut self.silenced)).then_some(FileStep::Dialog);
        };
        if let Err(error) = transfer.attend(now) {
            return self.end(TransferEnd::Trouble(error.to_string()), backlog, now).map(FileStep::Over);
        }
        if backlog.unsent < ENOUGH {
            match transfer.take() {
                Ok(bytes) if bytes.is_empty() => {}
                Ok(bytes) => return Some(FileStep::Send(bytes)),
                Err(error) => {
                    return self.end(TransferEnd::Trouble(error.to_string()), backlog, now).map(FileStep::Over);
                }
            }
        }
        let end = transfer.end(backlog.unsent + backlog.leaving);
        let progress = transfer.progress(self.number, backlog.unsent);
        if let Some(end) = end {
            return self.end(end, backlog, now).map(FileStep::Over);
        }
        if self.progress.as_deref() == Some(&progress) {
            return None;
        }
        self.progress = Some(Arc::new(progress));
        Some(FileStep::News)
    }

    /// The user gives the file up, if there is one.
    pub(super) fn cancel(&mut self, backlog: Backlog, now: Duration) -> Option<GivenUp> {
        let farewell = self.transfer.as_ref()?.farewell();
        let note = self.end(TransferEnd::Cancelled, backlog, now)?;
        Some(GivenUp { note, farewell })
    }

    /// The port is gone. Says what that means for the file in hand.
    pub(super) fn lose(&mut self, backlog: Backlog, now: Duration) -> Option<String> {
        let why = "the port was lost or closed while the file was sent";
        self.end(TransferEnd::Trouble(why.into()), backlog, now)
    }

    fn end(&mut self, end: TransferEnd, backlog: Backlog, now: Duration) -> Option<String> {
        let mut progress = self.transfer.take()?.progress(self.number, backlog.unsent);
        let seconds = now.saturating_sub(self.began).as_secs_f64();
        let how = match &end {
            TransferEnd::Done => format!("sent in {seconds:.1} s"),
            TransferEnd::Cancelled => "cancelled".into(),
            TransferEnd::Failed(why) | TransferEnd::Trouble(why) => format!("not sent: {why}"),
        };
        let note = format!("file {}: {how}; {} of {} bytes", progress.file, progress.taken, progress.total);
        progress.end = Some(end);
        self.progress = Some(Arc::new(progress));
        Some(note)
    }
}

/// A file has begun.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Begun {
    /// In words, for the log.
    pub(super) note: String,
    /// What passes from now on is not to be diagnosed.
    pub(super) silence: bool,
}
