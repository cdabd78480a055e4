//! The worker: one thread a link. It waits in one place for bytes, orders and the next deadline.

use std::sync::Arc;
use std::time::Duration;

use super::{LineSettings, LinkSpec, News};
use crate::capture::{LineStates, Reader, Writer};
use crate::macros::runner::{Report, Values};
use crate::macros::{LineChange, Macro};
use crate::modem::diagnose::{Finding, Strip};

/// What the window or the command line wants of a link.
#[derive(Debug)]
pub enum Order {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Give up what is not sent yet.
    CancelSend,
    /// Run macros, one after the other, until one fails.
    RunMacro(Vec<Macro>, Values),
    /// Stop the run.
    StopMacro,
    /// Set modem lines.
    SetLines(LineChange),
    /// Send a break.
    Break(Duration),
    /// Change baud and frame while connected.
    Reconfigure(LineSettings),
    /// Put a note into the capture.
    Note(String),
    /// A hand on the simulated modem.
    Sim(crate::sim800::Control),
    /// Close the port.
    Disconnect,
}

/// Where a link stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The port is being opened.
    #[default]
    Opening,
    /// Open. `kept` says, where the driver kept other settings than were asked, which.
    Open {
        /// For example "the driver kept 8N1".
        kept: Option<String>,
    },
    /// Closed on request.
    Closed,
    /// Could not be opened, or was lost: what happened and what to do.
    Failed(String),
}

/// Progress of the Send in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendProgress {
    /// Bytes of it that the operating system took.
    pub taken: u64,
    /// Its length.
    pub total: u64,
    /// For how long nothing was taken.
    pub stalled: Duration,
}

/// Progress of the macro run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Counts runs over the life of the connection.
    pub number: u64,
    /// The macro in hand.
    pub name: String,
    /// What was reported so far, per macro: index of the macro, report.
    pub reports: Arc<[(usize, Report)]>,
    /// No longer running.
    pub ended: bool,
}

/// All that a panel or the command line may ask of a link, published whole after each change.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Where it stands.
    pub phase: Phase,
    /// Bytes received since it was opened.
    pub rx: u64,
    /// Bytes sent since it was opened.
    pub tx: u64,
    /// Modem lines; `None` where the port has none (a pty).
    pub lines: Option<LineStates>,
    /// The Send in hand.
    pub sending: Option<SendProgress>,
    /// The last macro run.
    pub run: Option<RunProgress>,
    /// The modem strip.
    pub strip: Strip,
    /// Findings so far.
    pub findings: Arc<[Finding]>,
    /// Last cancelled Send: how many bytes had gone out.
    pub cancelled: Option<SendProgress>,
    /// Session time of this status.
    pub now: Duration,
}

/// An open (or opening, or closed) link. Dropping it closes the port and ends the thread.
#[derive(Debug)]
pub struct Connection {
    reader: Reader,
}

impl Connection {
    /// Opens a port on a thread of its own; returns at once. [`Status::phase`] says how it went.
    #[must_use]
    pub fn open(_spec: LinkSpec, _settings: LineSettings, capture: Writer, _news: News) -> Self {
        Self { reader: capture.reader() }
    }

    /// Hands an order over. Never blocks.
    ///
    /// # Errors
    /// Gives the order back when the queue is full or the link has ended.
    pub fn order(&self, order: Order) -> Result<(), Order> {
        Err(order)
    }

    /// The latest status. Never blocks.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        Arc::default()
    }

    /// What was captured.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}
