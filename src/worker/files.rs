//! A file under way: carried between its protocol and the port, given up, and told in the status and in the log.
//!
//! Meanwhile the line is the file's alone: nothing else is sent, and what passes by protocol is no dialog.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use crate::link::Interests;
use crate::link::transfer::{self, Protocol, Transfer, TransferEnd, TransferProgress};
use crate::session::Input;

/// While more than this waits to be sent, no more is taken from the protocol's program.
const ENOUGH: u64 = 4 * 1024;
/// How soon a program that has hung up is looked at again.
const SOON: Duration = Duration::from_millis(5);

/// The file in hand, and what is told of the last one.
#[derive(Debug, Default)]
pub(super) struct Files {
    number: u64,
    transfer: Option<Transfer>,
    progress: Option<Arc<TransferProgress>>,
    began: Duration,
    /// What passes by protocol is not diagnosed; to be ended once all of it has left.
    paused: bool,
}

impl Files {
    pub(super) fn busy(&self) -> bool {
        self.transfer.is_some()
    }

    pub(super) fn progress(&self) -> Option<Arc<TransferProgress>> {
        self.progress.clone()
    }

    /// `unsent` bytes wait for the port.
    pub(super) fn interests<'fd>(&'fd self, unsent: u64, interests: &mut Interests<'fd>) {
        if let Some(transfer) = &self.transfer {
            transfer.interests(unsent < ENOUGH, interests);
        }
    }

    pub(super) fn next_deadline(&self, now: Duration) -> Option<Duration> {
        self.transfer.as_ref().filter(|transfer| transfer.ending()).map(|_| now + SOON)
    }
}

/// What is said to who wants the line for something else.
pub(super) const BUSY: &str = "a file is being sent: wait for its end, or cancel it first";

impl Engine {
    pub(super) fn send_file(&mut self, path: &Path, protocol: Protocol, now: Duration) {
        let refused = if self.link.is_none() {
            "the port is not open: nothing was sent"
        } else if self.session.running() {
            "a macro is running; stop it first"
        } else if self.session.scanning() {
            "the rate of the modem is being looked for; stop that first"
        } else if !self.outgoing.is_empty() {
            "bytes are still being sent; wait for them or cancel them first"
        } else {
            ""
        };
        self.files.number += 1;
        let number = self.files.number;
        let started = if refused.is_empty() { Transfer::start(path, protocol) } else { Err(refused.to_owned()) };
        match started {
            Ok(transfer) => {
                self.note(format!("sending the file {} ({})", transfer.file(), protocol.name()));
                self.files.progress = Some(Arc::new(transfer.progress(number, 0)));
                self.files.transfer = Some(transfer);
                self.files.began = now;
                if protocol != Protocol::Raw && self.session.diagnosing() {
                    self.files.paused = true;
                    self.diagnose(false, now);
                }
            }
            Err(problem) => {
                self.files.progress = Some(Arc::new(transfer::not_begun(number, path, protocol, problem.clone())));
                self.refuse(problem);
            }
        }
    }

    /// What came is the protocol's, where one is under way.
    pub(super) fn hear_for_file(&mut self, bytes: &[u8]) {
        if let Some(transfer) = &mut self.files.transfer {
            transfer.hear(bytes);
        }
    }

    pub(super) fn unsent(&self, now: Duration) -> u64 {
        self.outgoing.progress(now).map_or(0, |progress| progress.total - progress.taken)
    }

    /// Carries what there is to carry, and notices the end.
    pub(super) fn file_work(&mut self, now: Duration) {
        if let Some(transfer) = &mut self.files.transfer {
            transfer.attend();
        } else if self.outgoing.is_empty() && std::mem::take(&mut self.files.paused) {
            self.diagnose(true, now);
        }
        while let Some(transfer) = &mut self.files.transfer {
            let unsent = self.outgoing.progress(now).map_or(0, |progress| progress.total - progress.taken);
            if unsent >= ENOUGH {
                break;
            }
            let bytes = match transfer.take() {
                Ok(bytes) => bytes,
                Err(problem) => {
                    self.end_file(TransferEnd::Trouble(problem), now);
                    return;
                }
            };
            if bytes.is_empty() {
                break;
            }
            self.input(Input::Send(bytes), now);
        }
        let unsent = self.unsent(now);
        if let Some(transfer) = &mut self.files.transfer {
            let end = transfer.end(unsent + self.leaving as u64);
            let progress = transfer.progress(self.files.number, unsent);
            if self.files.progress.as_deref() != Some(&progress) {
                self.files.progress = Some(Arc::new(progress));
                self.dirty = true;
            }
            if let Some(end) = end {
                self.end_file(end, now);
            }
        }
    }

    /// The user gives the file up; true when there was one.
    pub(super) fn cancel_file(&mut self, now: Duration) -> bool {
        let Some(farewell) = self.files.transfer.as_ref().map(Transfer::farewell) else { return false };
        self.end_file(TransferEnd::Cancelled, now);
        if !farewell.is_empty() {
            // Still no dialog: these too are the protocol's.
            self.input(Input::Send(farewell.to_vec()), now);
        }
        true
    }

    /// The port is gone.
    pub(super) fn lose_file(&mut self, now: Duration) {
        if self.files.busy() {
            self.end_file(TransferEnd::Trouble("the port was lost or closed while the file was sent".into()), now);
        }
    }

    fn end_file(&mut self, end: TransferEnd, now: Duration) {
        let unsent = self.unsent(now);
        let Some(transfer) = self.files.transfer.take() else { return };
        let mut progress = transfer.progress(self.files.number, unsent);
        // What waits of a transfer that is over is nobody's.
        if let Some((waited, sends)) = self.outgoing.cancel(now) {
            self.give_up(waited, sends, now);
        }
        let TransferProgress { file, taken, total, .. } = &progress;
        let seconds = now.saturating_sub(self.files.began).as_secs_f64();
        let how = match &end {
            TransferEnd::Done => format!("sent in {seconds:.1} s"),
            TransferEnd::Cancelled => "cancelled".into(),
            TransferEnd::Failed(why) | TransferEnd::Trouble(why) => format!("not sent: {why}"),
        };
        self.note(format!("file {file}: {how}; {taken} of {total} bytes"));
        progress.end = Some(end);
        self.files.progress = Some(Arc::new(progress));
        self.dirty = true;
    }
}
