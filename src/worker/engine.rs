//! What the worker's thread does, turn by turn: orders, what arrived, deadlines, what is to be sent, the status, and
//! then one wait for all of them. No lock is held while it waits, and it never waits anywhere else.
//!
//! The engine owns the parts and carries between them: where the port stands ([`Place`]), what waits to be sent
//! ([`Outgoing`]), the file in hand ([`Files`]), the guests ([`Sharing`]), the session. Each keeps its own state and says
//! what is to be done.

mod away;
mod carry;
mod orders;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use crossbeam_channel::Receiver;

use super::baud::ScanLog;
use super::check::CheckProgress;
use super::files::{Backlog, FileStep, Files};
use super::journal::Journal;
use super::mask::EchoMask;
use super::open_port::OpenPort;
use super::outgoing::{Outgoing, Taken};
use super::overheard::Overheard;
use super::place::{Opening, Place};
use super::progress::RunLog;
use super::sharing::{Ear, Sharing};
use super::standstill::LONGEST_WAIT;
use super::{Order, Status};
use crate::capture::{Record, Writer};
use crate::link::wait::Waiter;
use crate::link::{Interests, LineSettings, LinkError, LinkSpec, News, Time};
use crate::modem::Direction;
use crate::modem::diagnose::Finding;
use crate::modem::secrets::{SecretFinder, merged};
use crate::session::{Input, Session};

/// Reads before orders and deadlines have their turn again.
const READS_A_TURN: usize = 8;
/// Writes before reads have their turn again.
const WRITES_A_TURN: usize = 8;
/// A stalled Send is shown anew this often.
const STALL_SHOWN: Duration = Duration::from_millis(100);
/// While more than this waits to be sent, guests are not read: theirs is the next to wait, in their own programs.
const ENOUGH: u64 = 64 * 1024;

/// What connects the thread to the rest.
pub(super) struct Wiring {
    pub(super) waiter: Waiter,
    pub(super) orders: Receiver<Order>,
    pub(super) status: Arc<ArcSwap<Status>>,
    pub(super) news: News,
    pub(super) time: Time,
}

/// One link's thread.
pub(super) struct Engine {
    wiring: Wiring,
    spec: LinkSpec,
    settings: LineSettings,
    journal: Journal,
    place: Place,
    session: Session,
    outgoing: Outgoing,
    mask: EchoMask,
    secrets: SecretFinder,
    overheard: Overheard,
    run_log: RunLog,
    scan_log: ScanLog,
    files: Files,
    sharing: Sharing,
    traffic: Traffic,
    findings: Arc<[Finding]>,
}

/// What went through since the link was opened, and when something last did.
#[derive(Debug, Default)]
struct Traffic {
    rx: u64,
    tx: u64,
    active: Duration,
}

/// Why a turn was the last one at this place.
#[derive(Debug)]
enum Left {
    /// By order, or because nothing can be waited for any more.
    Asked,
    /// It has come to its end, as it should.
    Ended(String),
    /// The port vanished.
    Lost(String),
    /// It did not open in the first place.
    NotOpened(String),
}

impl From<LinkError> for Left {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Ended(text) => Self::Ended(text),
            other => Self::Lost(other.to_string()),
        }
    }
}

impl Engine {
    pub(super) fn new(wiring: Wiring, spec: LinkSpec, settings: LineSettings, capture: Writer) -> Self {
        let journal = Journal::new(capture, wiring.time.clone());
        let mut outgoing = Outgoing::default();
        outgoing.set_pacing(settings.pacing);
        Self {
            wiring,
            spec,
            settings,
            journal,
            place: Place::Opening(Opening::default()),
            session: Session::new(),
            outgoing,
            mask: EchoMask::default(),
            secrets: SecretFinder::default(),
            overheard: Overheard::default(),
            run_log: RunLog::default(),
            scan_log: ScanLog::default(),
            files: Files::default(),
            sharing: Sharing::default(),
            traffic: Traffic::default(),
            findings: Arc::new([]),
        }
    }

    /// Opens the port, works it until its end, and closes it.
    pub(super) fn run(&mut self) {
        let mut left = self.open_first();
        loop {
            match left {
                Ok(()) => {}
                Err(Left::Asked) => self.close(),
                Err(Left::Ended(text)) => {
                    self.journal.note(text);
                    self.close();
                }
                Err(Left::Lost(problem)) => self.lose(problem),
                Err(Left::NotOpened(problem)) => self.not_opened(problem),
            }
            left = match &self.place {
                Place::Over(_) => return,
                Place::Open(_) => self.turn(),
                Place::Opening(_) | Place::Away(_) => self.away_turn(),
            };
        }
    }

    /// One round with an open port: all that is due, then one wait.
    fn turn(&mut self) -> Result<(), Left> {
        self.take_orders()?;
        let Place::Open(port) = &mut self.place else { return Ok(()) };
        port.on_ready(self.journal.now());
        self.receive()?;
        self.serve_guests();
        let now = self.journal.now();
        self.tick_session(now);
        self.tick_file(now);
        self.tick_lines(now);
        self.transmit()?;
        let now = self.journal.now();
        if self.place.port_mut().is_some_and(OpenPort::see_leaving) {
            self.journal.news();
        }
        self.see_stall(now);
        if self.journal.publish_at().is_some_and(|due| now >= due) {
            self.publish(now);
        }
        self.wait()
    }

    /// A Send of which nothing is taken is shown anew, and may be a macro's step that has failed.
    fn see_stall(&mut self, now: Duration) {
        let may_write = self.place.port().is_some_and(OpenPort::may_write);
        let stalled = self.outgoing.progress(now).map_or(Duration::ZERO, |progress| progress.stalled);
        if may_write && stalled >= STALL_SHOWN && now >= self.journal.published() + STALL_SHOWN {
            self.journal.news();
            self.input(Input::Stalled(stalled), now);
        }
    }

    fn wait(&mut self) -> Result<(), Left> {
        let now = self.journal.now();
        let ear = self.ear(now);
        let backlog = self.backlog(now);
        let Place::Open(port) = &self.place else { return Ok(()) };
        let sending = port.may_write() && self.outgoing.offer(now).is_some();
        let deadlines = [
            self.session.next_deadline(),
            port.next_deadline(sending, now),
            self.outgoing.pause_ends(now),
            (!self.outgoing.is_empty()).then(|| self.journal.published().max(now) + STALL_SHOWN),
            self.journal.publish_at(),
            self.files.next_deadline(backlog, now),
        ];
        // Rounded up by a little, so that a deadline has passed when the wait for it is over.
        let timeout = deadlines.into_iter().flatten().min().map_or(LONGEST_WAIT, |due| match due.saturating_sub(now) {
            Duration::ZERO => Duration::ZERO,
            left => (left + Duration::from_micros(10)).min(LONGEST_WAIT),
        });
        let mut interests = Interests::new();
        port.interests(sending, &mut interests);
        self.sharing.interests(ear, &mut interests);
        // Fails only when the kernel is out of memory for the wait; nothing can be waited for then.
        self.journal.wait_begins();
        let waited = self.wiring.waiter.wait(interests, self.journal.patience(Some(timeout)));
        self.journal.wait_is_over(timeout);
        waited.map_err(|_| Left::Asked)
    }

    /// Time alone may have made a finding, or changed what the modem is waited for.
    fn tick_session(&mut self, now: Duration) {
        if self.session.next_deadline().is_some_and(|due| due <= now) {
            self.journal.news();
            self.input(Input::Tick, now);
        }
    }

    fn tick_file(&mut self, now: Duration) {
        while let Some(step) = self.files.tick(self.backlog(now), now) {
            self.journal.news();
            match step {
                FileStep::Send(bytes) => self.input(Input::Send(bytes), now),
                FileStep::News => {}
                FileStep::Over(note) => self.file_over(note, now),
                FileStep::Dialog => self.diagnose(true, now),
            }
        }
    }

    /// What waits of a file that is over is nobody's.
    fn file_over(&mut self, note: String, now: Duration) {
        let waited = self.outgoing.cancel(now);
        self.given_up(waited.map(|(_, sends)| sends), now);
        self.journal.note(note);
    }

    fn tick_lines(&mut self, now: Duration) {
        let active = self.traffic.active;
        let Place::Open(port) = &mut self.place else { return };
        let events = port.line_work(active, now);
        self.carry_lines(events, now);
    }

    /// What of all that is to be sent has not left.
    fn backlog(&self, now: Duration) -> Backlog {
        let leaving = self.place.port().map_or(0, |port| port.leaving() as u64);
        Backlog { unsent: self.outgoing.unsent(now), leaving }
    }

    /// Whether guests may talk now.
    fn ear(&self, now: Duration) -> Ear {
        if self.place.port().is_none() {
            Ear::Deaf
        } else if self.files.busy() || self.outgoing.unsent(now) >= ENOUGH {
            Ear::Later
        } else {
            Ear::Open
        }
    }

    fn serve_guests(&mut self) {
        let now = self.journal.now();
        let served = self.sharing.tick(self.ear(now));
        if served.news {
            self.journal.news();
        }
        for note in served.notes {
            self.journal.note(note);
        }
        for bytes in served.heard {
            self.input(Input::Send(bytes), now);
        }
    }

    fn receive(&mut self) -> Result<(), Left> {
        for _ in 0..READS_A_TURN {
            let Place::Open(port) = &mut self.place else { return Ok(()) };
            let (mut arrived, outcome) = port.read(self.journal.now());
            let now = self.journal.now();
            let nothing = arrived.is_empty();
            let idle = self.outgoing.is_empty();
            for arrival in arrived.drain(..) {
                self.arrive(arrival, now);
            }
            if let Some(port) = self.place.port_mut() {
                port.keep(arrived);
            }
            outcome?;
            // A macro that has something to send now does not wait for a flood to end.
            if nothing || (idle && !self.outgoing.is_empty()) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn transmit(&mut self) -> Result<(), Left> {
        for _ in 0..WRITES_A_TURN {
            let now = self.journal.now();
            let Place::Open(port) = &mut self.place else { return Ok(()) };
            let Some(offer) = self.outgoing.offer(now).filter(|_| port.may_write()) else { return Ok(()) };
            let count = match port.write(offer.bytes, now) {
                Ok(count) => count,
                Err(problem @ (LinkError::Gone(_) | LinkError::Ended(_))) => return Err(problem.into()),
                // Nothing will ever go out here: waiting for it would be a stall without end.
                Err(problem) => {
                    self.drop_outgoing(now);
                    self.journal.refuse(problem.to_string());
                    return Ok(());
                }
            };
            if count == 0 {
                return Ok(());
            }
            let now = self.journal.now();
            if let Some(taken) = self.outgoing.took(count, now) {
                self.taken(taken, now);
            }
        }
        // More may fit: a write that was not blocked is no reason to wait.
        Ok(())
    }

    fn taken(&mut self, taken: Taken, now: Duration) {
        self.traffic.active = now;
        self.traffic.tx += taken.bytes.len() as u64;
        let secret = merged([taken.secret, self.secrets.find(Direction::Tx, &taken.bytes)].concat());
        self.journal.record(now, Record::sent(taken.id, taken.bytes.clone(), secret.clone()));
        self.input(Input::Taken { send: taken.id, bytes: &taken.bytes, secret: &secret, last: taken.last }, now);
    }

    fn publish(&mut self, now: Duration) {
        if *self.findings != *self.session.diagnoser().findings() {
            self.findings = self.session.diagnoser().findings().into();
        }
        if let Some(name) = self.place.port().and_then(OpenPort::name) {
            self.spec = name;
        }
        let port = self.place.port();
        let status = Status {
            phase: self.place.phase(),
            rx: self.traffic.rx,
            tx: self.traffic.tx,
            leaving: port.map_or(0, OpenPort::leaving),
            lines: port.and_then(OpenPort::states),
            sending: self.outgoing.progress(now),
            restarting_until: port.and(self.outgoing.held(now)),
            run: self.run_log.progress(),
            strip: self.session.diagnoser().strip().clone(),
            password: self.secrets.password_is_awaited(),
            pin: self.secrets.pin_is_awaited(),
            findings: Arc::clone(&self.findings),
            cancelled: self.outgoing.cancelled(),
            refused: self.journal.refused(),
            panel: port.and_then(OpenPort::panel).map(Arc::new),
            scan: self.scan_log.progress(),
            check: self.session.check().map(CheckProgress::of),
            transfer: self.files.progress(),
            shared: self.sharing.shown(),
            candidates: self.place.candidates(),
            place: self.spec.to_string(),
            now,
        };
        self.wiring.status.store(Arc::new(status));
        self.journal.publishing(now);
        (self.wiring.news)();
    }
}
