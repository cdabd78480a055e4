//! The worker: one thread a link. It waits in one place for bytes, orders and the next deadline.
//!
//! [`Connection`] is the handle that the window and the command line hold: orders go in through a bounded queue, the
//! [`Status`] comes out whole, and nothing of it ever blocks the caller. What the thread does is in `engine`.

mod baud;
mod check;
mod engine;
mod files;
mod journal;
mod line_work;
mod mask;
mod open_port;
mod outgoing;
mod overheard;
mod place;
mod progress;
mod sharing;
mod standstill;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
pub(crate) use baud::ScanProgress;
pub use check::CheckProgress;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::capture::{LineStates, Reader, Writer};
use crate::link::share::Place;
use crate::link::transfer::{Protocol, TransferProgress};
use crate::link::wait::{Waiter, Waker};
use crate::link::{Candidate, LineSettings, LinkSpec, News, Time};
use crate::macros::runner::{Report, Values};
use crate::macros::{LineChange, Macro};
use crate::modem::diagnose::{Doing, Finding, Strip};
use crate::modem::passthrough::Way;
use crate::session::Rounds;
use crate::session::occupant::{Occupant, Wish};
use crate::vocabulary::Family;

/// What the window or the command line wants of a link.
#[derive(Debug)]
pub enum Order {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send a file. [`Status::transfer`] tells how it gets on; nothing else is sent meanwhile.
    SendFile(PathBuf, Protocol),
    /// Give up what is not sent yet, a file too (with a protocol the far end is told by CAN).
    CancelSend,
    /// Run macros, one after the other, until one fails.
    RunMacro(Vec<Macro>, Values),
    /// Run macros like that several times; a failure ends it.
    Repeat(Vec<Macro>, Values, Rounds),
    /// Stop the run.
    StopMacro,
    /// Set modem lines.
    SetLines(LineChange),
    /// Set modem lines, and put them back after this time.
    PulseLines(LineChange, Duration),
    /// Send a break.
    Break(Duration),
    /// Change baud, frame and pacing while connected.
    Reconfigure(LineSettings),
    /// Put a note into the capture.
    Note(String),
    /// A hand on the simulated modem.
    Sim(crate::simulator::Control),
    /// Find the rate at which the modem answers: `AT` at each of the usual ones. The line is as before when it is over.
    ScanBaud,
    /// Try no further rate.
    StopScan,
    /// Check what the way to the modem carries. Nothing of it is diagnosed: bursts of our own are no dialog.
    Check(Way),
    /// End that before its time.
    StopCheck,
    /// The modem is of this family; `None`: its words and the commands used tell it. Until told: `None`.
    Modem(Option<&'static Family>),
    /// Let other programs watch and talk, at this place; it ends with [`Order::StopSharing`] or with the link.
    Share(Place),
    /// Share no longer.
    StopSharing,
    /// Close the port but stay: another program needs it for a moment, such as the Arduino IDE for an upload.
    Release,
    /// Open it again after [`Order::Release`], or after it was lost and the user knows which device it is now: the port that is
    /// to be open then.
    TakeBack(Option<LinkSpec>),
    /// Close the port.
    Disconnect,
}

impl Order {
    /// What it wants of the line; `None` where nobody who has it minds.
    fn wish(&self) -> Option<Wish> {
        match self {
            Self::Send(_) | Self::Break(_) => Some(Wish::Send),
            Self::SendFile(..) => Some(Wish::File),
            Self::RunMacro(..) | Self::Repeat(..) => Some(Wish::Macro),
            Self::ScanBaud => Some(Wish::Scan),
            Self::Check(_) => Some(Wish::Check),
            Self::SetLines(_) | Self::PulseLines(..) => Some(Wish::Lines),
            // The worker lends the port whatever goes on: what goes on is given up then, and said.
            Self::Release
            | Self::CancelSend
            | Self::StopMacro
            | Self::Reconfigure(_)
            | Self::Note(_)
            | Self::Sim(_)
            | Self::StopScan
            | Self::StopCheck
            | Self::Modem(_)
            | Self::Share(_)
            | Self::StopSharing
            | Self::TakeBack(_)
            | Self::Disconnect => None,
        }
    }
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
    /// The device vanished; the link waits for the same one to come back ([`LineSettings::reconnect`]). Says what
    /// happened and what it waits for.
    Lost(String),
    /// Lent to another program by [`Order::Release`].
    Released,
    /// Closed on request.
    Closed,
    /// Could not be opened, or was lost: what happened and what to do.
    Failed(String),
}

impl Phase {
    /// Nothing more will happen on this link.
    #[must_use]
    pub fn over(&self) -> bool {
        matches!(self, Self::Closed | Self::Failed(_))
    }
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
    /// The macros of the run, as they were when it began.
    pub macros: Arc<[Macro]>,
    /// What was reported so far, per macro: index of the macro, report. Of a very long run the latest
    /// [`RunProgress::KEPT`].
    pub reports: Arc<[(usize, Report)]>,
    /// How many reports stood in front of these and are no longer kept.
    pub dropped: u64,
    /// When the step in hand began (time of the session), its retries and repetitions each for itself.
    pub(crate) step_began: Duration,
    /// How often it is run, and which round this is, from 1; `None` where it is run once.
    pub round: Option<(u32, Rounds)>,
    /// The next round begins then: it is between two of them.
    pub(crate) next_round: Option<Duration>,
    /// Values kept from answers, once the run is over; `counter` too.
    pub kept: Values,
    /// No longer running.
    pub ended: bool,
    /// All macros were done.
    pub done: bool,
    /// Why a macro could not start.
    pub problem: Option<String>,
}

impl RunProgress {
    /// At most this many reports are kept.
    pub(crate) const KEPT: usize = 1_000;
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
    /// Bytes that the operating system has taken and not sent yet, where it tells. Closing the port now loses them.
    pub leaving: usize,
    /// Modem lines; `None` where the port has none (a pty).
    pub lines: Option<LineStates>,
    /// What is being sent, all Sends that wait taken together.
    pub sending: Option<SendProgress>,
    /// The board behind the port restarts ([`LineSettings::settle`]): nothing is sent before this session
    /// time.
    pub restarting_until: Option<Duration>,
    /// The last macro run.
    pub run: Option<RunProgress>,
    /// The modem strip.
    pub strip: Strip,
    /// A password or PIN was asked for: what is sent next is one, whatever it looks like.
    pub password: bool,
    /// The SIM waits for its PIN: digits alone are one, or a part of one.
    pub pin: bool,
    /// Findings so far.
    pub findings: Arc<[Finding]>,
    /// Last cancelled Send: how many bytes had gone out.
    pub cancelled: Option<SendProgress>,
    /// What an order ran into, such as modem lines that a pty does not have. The latest; also in the capture.
    pub refused: Option<String>,
    /// The simulated modem, where the port is one.
    pub panel: Option<Arc<crate::simulator::Panel>>,
    /// The scan for the modem's rate, in hand or last.
    pub scan: Option<Arc<ScanProgress>>,
    /// The passthrough check, in hand or last.
    pub check: Option<Arc<CheckProgress>>,
    /// The file in hand, or the last one.
    pub transfer: Option<Arc<TransferProgress>>,
    /// Where the port is shared, and with how many.
    pub shared: Option<(String, usize)>,
    /// Which devices may be the lost one, or a tap's lost line, now. [`Order::TakeBack`] takes the port of the user's choice.
    pub candidates: Vec<Candidate>,
    /// The port as it is open now: a device that was lost may come back under another name.
    pub place: String,
    /// Session time of this status.
    pub now: Duration,
}

impl Status {
    /// Who has the line, in order, as far as the worker knows.
    #[must_use]
    pub(crate) fn occupants(&self) -> Vec<Occupant> {
        let open = matches!(self.phase, Phase::Open { .. });
        let has = [
            (!open, Occupant::Absent),
            (self.check.as_ref().is_some_and(|check| !check.over), Occupant::Check),
            (self.transfer.as_ref().is_some_and(|transfer| transfer.end.is_none()), Occupant::File),
            (self.run.as_ref().is_some_and(|run| !run.ended), Occupant::Macro),
            (self.scan.as_ref().is_some_and(|scan| scan.trying.is_some()), Occupant::Scan),
            (self.restarting_until.is_some_and(|until| self.now < until), Occupant::Restart),
            (matches!(self.strip.doing, Doing::Prompt { .. }), Occupant::Prompt),
            (self.sending.is_some(), Occupant::Sending),
        ];
        has.into_iter().filter_map(|(has, occupant)| has.then_some(occupant)).collect()
    }
}

/// Orders that may wait for the thread.
const ORDERS: usize = 256;

/// How long dropping waits for the port to be closed.
const PATIENCE: Duration = Duration::from_millis(300);

/// An open (or opening, or closed) link. Dropping it closes the port and ends the thread; it waits at most 300 ms for
/// that, so that the port can be opened again at once.
#[derive(Debug)]
pub struct Connection {
    orders: Sender<Order>,
    waker: Option<Waker>,
    status: Arc<ArcSwap<Status>>,
    reader: Reader,
    ended: Receiver<()>,
}

impl Connection {
    /// Opens a port on a thread of its own; returns at once. [`Status::phase`] says how it went.
    ///
    /// `news` is called on that thread after changes, at most every 8 ms and always after the last one.
    #[must_use]
    pub fn open(spec: LinkSpec, settings: LineSettings, capture: Writer, news: News) -> Self {
        Self::open_on(Time::default(), spec, settings, capture, news)
    }

    /// The same on a time of its own.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "they are the link's from now on; only a failure to start looks back"
    )]
    pub(crate) fn open_on(time: Time, spec: LinkSpec, settings: LineSettings, capture: Writer, news: News) -> Self {
        let (orders, queue) = bounded(ORDERS);
        // Nothing is ever sent here: the thread holds the sender, and its end is the message.
        let (alive, ended) = bounded::<()>(0);
        let status = Arc::new(ArcSwap::from_pointee(Status::default()));
        let reader = capture.reader();
        let start = || -> std::io::Result<Waker> {
            let waiter = Waiter::new()?;
            let waker = waiter.waker();
            let wiring =
                engine::Wiring { waiter, orders: queue, status: Arc::clone(&status), news: Arc::clone(&news), time };
            let mut engine = engine::Engine::new(wiring, spec.clone(), settings, capture);
            std::thread::Builder::new().name(format!("link {spec}")).spawn(move || {
                engine.run();
                drop(engine);
                drop(alive);
            })?;
            Ok(waker)
        };
        let waker = start()
            .inspect_err(|problem| {
                let text = format!("no thread for {spec}: {problem}. Close other programs, then connect again.");
                status.store(Arc::new(Status { phase: Phase::Failed(text), ..Status::default() }));
            })
            .ok();
        if waker.is_none() {
            news();
        }
        Self { orders, waker, status, reader, ended }
    }

    /// Hands an order over. Never blocks.
    ///
    /// # Errors
    /// Gives the order back when the queue is full or the link has ended.
    pub fn order(&self, order: Order) -> Result<(), Order> {
        match self.orders.try_send(order) {
            Ok(()) => {
                self.wake();
                Ok(())
            }
            Err(TrySendError::Full(order) | TrySendError::Disconnected(order)) => Err(order),
        }
    }

    /// The latest status. Never blocks.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.status.load_full()
    }

    /// What was captured.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Closing the queue is the order to end that always gets through.
        let (closed, _) = bounded(0);
        drop(std::mem::replace(&mut self.orders, closed));
        self.wake();
        let _ = self.ended.recv_timeout(PATIENCE);
    }
}
