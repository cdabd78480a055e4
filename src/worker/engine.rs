//! What the worker's thread does, turn by turn: orders, what arrived, deadlines, what is to be sent, the status, and
//! then one wait for all of them. No lock is held while it waits, and it never waits anywhere else.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use crossbeam_channel::Receiver;

use super::away::Away;
use super::baud::ScanLog;
use super::files::Files;
use super::line_work::Break;
use super::mask::EchoMask;
use super::outgoing::Outgoing;
use super::overheard::Overheard;
use super::progress::RunLog;
use super::{Order, Phase, SendProgress, Status};
use crate::capture::{Flaw, LineStates, Record, Writer};
use crate::link::dial::Backoff;
use crate::link::identity::Identity;
use crate::link::share::Share;
use crate::link::wait::Waiter;
use crate::link::{Arrival, Interests, LineSettings, Link, LinkError, LinkSpec, News, Time};
use crate::macros::LineChange;
use crate::modem::Direction;
use crate::modem::diagnose::Finding;
use crate::session::{Input, Output, Session};

/// The window is told of news at most this often.
const NEWS_EVERY: Duration = Duration::from_millis(8);
/// Reads before orders and deadlines have their turn again.
const READS_A_TURN: usize = 8;
/// Writes before reads have their turn again.
const WRITES_A_TURN: usize = 8;
/// A stalled Send is shown anew this often.
const STALL_SHOWN: Duration = Duration::from_millis(100);
/// What the system took but has not sent yet gets this long before a break or a close.
pub(super) const LINGER: Duration = Duration::from_millis(200);
pub(super) const LINGER_STEP: Duration = Duration::from_millis(10);
/// Where a port says that it can be written and then takes nothing, it is asked again after this.
const STUCK_PAUSE: Duration = Duration::from_millis(5);
const STUCK_AFTER: u32 = 8;

/// What connects the thread to the rest.
pub(super) struct Wiring {
    pub waiter: Waiter,
    pub orders: Receiver<Order>,
    pub status: Arc<ArcSwap<Status>>,
    pub news: News,
    pub time: Time,
}

/// The capture's time.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zero: Instant,
    time: Time,
}

#[expect(clippy::disallowed_methods, reason = "the worker is where time comes from")]
impl Clock {
    fn since(started: SystemTime, time: Time) -> Self {
        let now = Instant::now();
        let age = SystemTime::now().duration_since(started).unwrap_or_default();
        Self { zero: now.checked_sub(age).unwrap_or(now), time }
    }

    pub(super) fn now(&self) -> Duration {
        self.time.shown().unwrap_or_else(|| self.zero.elapsed())
    }

    /// How long a wait for a deadline may last.
    pub(super) fn patience(&self, timeout: Option<Duration>) -> Option<Duration> {
        self.time.patience(timeout)
    }
}

/// One link's thread.
pub(super) struct Engine {
    pub(super) wiring: Wiring,
    pub(super) spec: LinkSpec,
    pub(super) settings: LineSettings,
    pub(super) capture: Writer,
    pub(super) clock: Clock,
    pub(super) link: Option<Box<dyn Link>>,
    pub(super) session: Session,
    pub(super) outgoing: Outgoing,
    pub(super) mask: EchoMask,
    pub(super) overheard: Overheard,
    pub(super) run_log: RunLog,
    pub(super) scan_log: ScanLog,
    pub(super) files: Files,
    pub(super) arrived: Vec<Arrival>,
    pub(super) phase: Phase,
    pub(super) rx: u64,
    pub(super) tx: u64,
    /// What the system has taken and not sent yet, and what was sent when it was asked.
    pub(super) leaving: usize,
    asked_at: u64,
    pub(super) lines: Option<LineStates>,
    pub(super) lines_due: Duration,
    pub(super) active: Duration,
    pub(super) line_break: Option<Break>,
    pub(super) pulse: Option<(LineChange, Duration)>,
    pub(super) stuck: u32,
    pub(super) cancelled: Option<SendProgress>,
    pub(super) refused: Option<String>,
    pub(super) findings: Arc<[Finding]>,
    pub(super) dirty: bool,
    published: Duration,
    /// Why there is no link, once there was one.
    pub(super) away: Option<Away>,
    pub(super) opened: Duration,
    /// Between calls of a server that does not answer, or hangs up at once.
    pub(super) backoff: Backoff,
    /// What the lost device may be now; the user has to say.
    pub(super) candidates: Vec<String>,
    /// What the open device is, for finding it again.
    pub(super) identity: Option<Identity>,
    pub(super) share: Option<Share>,
    pub(super) closing: bool,
}

impl Engine {
    pub(super) fn new(wiring: Wiring, spec: LinkSpec, settings: LineSettings, capture: Writer) -> Self {
        let clock = Clock::since(capture.reader().started(), wiring.time.clone());
        let mut outgoing = Outgoing::default();
        outgoing.set_pacing(settings.pacing);
        Self {
            wiring,
            spec,
            settings,
            capture,
            clock,
            link: None,
            session: Session::new(),
            outgoing,
            mask: EchoMask::default(),
            overheard: Overheard::default(),
            run_log: RunLog::default(),
            scan_log: ScanLog::default(),
            files: Files::default(),
            arrived: Vec::new(),
            phase: Phase::Opening,
            rx: 0,
            tx: 0,
            leaving: 0,
            asked_at: 0,
            lines: None,
            lines_due: Duration::ZERO,
            active: Duration::ZERO,
            line_break: None,
            pulse: None,
            stuck: 0,
            cancelled: None,
            refused: None,
            findings: Arc::new([]),
            dirty: false,
            published: Duration::ZERO,
            away: None,
            opened: Duration::ZERO,
            backoff: Backoff::default(),
            candidates: Vec::new(),
            identity: None,
            share: None,
            closing: false,
        }
    }

    /// One round: all that is due, then one wait.
    pub(super) fn turn(&mut self) -> Result<(), LinkError> {
        self.take_orders();
        if self.closing || self.link.is_none() {
            return Ok(());
        }
        let now = self.clock.now();
        if let Some(link) = &mut self.link {
            link.on_ready(now);
        }
        self.receive()?;
        self.serve_guests();
        let now = self.clock.now();
        if self.session.next_deadline().is_some_and(|due| due <= now) {
            // Time alone may have made a finding, or changed what the modem is waited for.
            self.dirty = true;
            self.input(Input::Tick, now);
        }
        self.file_work(now);
        self.line_work(now);
        self.transmit()?;
        let now = self.clock.now();
        self.see_leaving();
        if self.outgoing.progress(now).is_some_and(|progress| progress.stalled >= STALL_SHOWN)
            && now >= self.published + STALL_SHOWN
        {
            self.dirty = true;
        }
        if self.dirty && now >= self.published + NEWS_EVERY {
            self.publish(now);
        }
        self.wait();
        Ok(())
    }

    fn wait(&mut self) {
        let now = self.clock.now();
        let offering = self.line_break.is_none() && self.outgoing.offer(now).is_some();
        let stuck = self.stuck >= STUCK_AFTER;
        let deadlines = [
            self.session.next_deadline(),
            self.link.as_ref().and_then(|link| link.next_deadline()),
            self.outgoing.pause_ends(now),
            (offering && stuck).then(|| now + STUCK_PAUSE),
            (!self.outgoing.is_empty()).then(|| self.published.max(now) + STALL_SHOWN),
            self.dirty.then(|| self.published + NEWS_EVERY),
            self.lines.map(|_| self.lines_due),
            self.line_break.map(|line_break| match line_break {
                Break::Wanted { at_latest, .. } => at_latest.min(now + LINGER_STEP),
                Break::On { until } => until,
            }),
            self.pulse.map(|(_, until)| until),
            self.files.next_deadline(now),
            (self.leaving > 0).then(|| now + LINGER_STEP),
        ];
        // Rounded up by a little, so that a deadline has passed when the wait for it is over.
        let timeout = deadlines.into_iter().flatten().min().map(|due| match due.saturating_sub(now) {
            Duration::ZERO => Duration::ZERO,
            left => left + Duration::from_micros(10),
        });
        let mut interests = Interests::new();
        if let Some(link) = &self.link {
            link.interests(offering && !stuck, &mut interests);
        }
        self.files.interests(self.unsent(now), &mut interests);
        let listening = self.hears_guests();
        if let Some(share) = &self.share {
            share.interests(listening, &mut interests);
        }
        if self.wiring.waiter.wait(interests, self.clock.patience(timeout)).is_err() {
            // Only when the kernel is out of memory for the wait; nothing can be waited for then.
            self.closing = true;
        }
    }

    pub(super) fn input(&mut self, input: Input<'_>, now: Duration) {
        self.session.handle_input(input, now);
        while let Some(output) = self.session.poll_output() {
            self.dirty = true;
            match output {
                Output::Write { send, bytes, secret } => {
                    self.mask.expect(&bytes, &secret);
                    self.outgoing.push(send, bytes, secret, now);
                }
                Output::GiveUp(send) => {
                    if let Some((taken, total)) = self.outgoing.give_up(send) {
                        self.note(format!("stopped: {taken} of {total} bytes of the macro's send had gone out"));
                    }
                }
                Output::SetLines(change) => self.set_lines(change, now),
                Output::Break(length) => self.want_break(length, now),
                Output::Macro { index, report } => {
                    if let Some(line) = self.run_log.report(index, report, now) {
                        self.capture.append(now, Record::Step(line));
                    }
                }
                Output::Round { round, due } => self.run_log.round(round, due),
                Output::RunEnded { done, problem, kept } => {
                    if let Some(line) = self.run_log.end(done, problem, kept) {
                        self.capture.append(now, Record::Step(line));
                    }
                }
                Output::SetBaud(baud) => self.probe_at(baud),
                Output::ScanEnded => self.scan_ended(),
                Output::Refused(problem) => self.refuse(problem),
            }
        }
    }

    fn receive(&mut self) -> Result<(), LinkError> {
        for _ in 0..READS_A_TURN {
            let Some(link) = &mut self.link else {
                return Ok(());
            };
            let mut arrived = std::mem::take(&mut self.arrived);
            let result = link.read(&mut arrived, self.clock.now());
            let now = self.clock.now();
            let nothing = arrived.is_empty();
            let idle = self.outgoing.is_empty();
            for arrival in arrived.drain(..) {
                self.arrive(arrival, now);
            }
            self.arrived = arrived;
            result?;
            // A macro that has something to send now does not wait for a flood to end.
            if nothing || (idle && !self.outgoing.is_empty()) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One thing came in: into the capture first, then to the session.
    pub(super) fn arrive(&mut self, arrival: Arrival, now: Duration) {
        self.dirty = true;
        self.active = now;
        match arrival {
            Arrival::Bytes { bytes, flaw } => {
                self.rx += bytes.len() as u64;
                if let Some(share) = &mut self.share {
                    share.tell(&bytes);
                }
                let record = Record::Data {
                    direction: Direction::Rx,
                    bytes: bytes.clone(),
                    send: None,
                    flaw,
                    secret: self.mask.find(&bytes),
                };
                self.capture.append(now, record);
                self.hear_for_file(&bytes);
                match flaw {
                    Flaw::None => {}
                    Flaw::Framing | Flaw::Parity => self.input(Input::Damaged, now),
                    Flaw::Overrun => self.input(Input::LeftOut(Direction::Rx), now),
                }
                self.input(Input::Received(&bytes), now);
            }
            Arrival::Break => self.capture.append(now, Record::Break(Direction::Rx)),
            Arrival::Lost { bytes, why } => {
                self.input(Input::LeftOut(Direction::Rx), now);
                self.capture.append(now, Record::Lost { direction: Direction::Rx, bytes, why });
            }
            Arrival::Note(text) => self.note(text),
            Arrival::FromHost(heard) => self.overhear(*heard, now),
        }
    }

    fn transmit(&mut self) -> Result<(), LinkError> {
        for _ in 0..WRITES_A_TURN {
            let now = self.clock.now();
            if self.line_break.is_some() {
                return Ok(());
            }
            let (Some(link), Some(offer)) = (&mut self.link, self.outgoing.offer(now)) else {
                return Ok(());
            };
            let count = match link.write(offer.bytes, now) {
                Ok(count) => count,
                Err(problem @ (LinkError::Gone(_) | LinkError::Ended(_))) => return Err(problem),
                // Nothing will ever go out here: waiting for it would be a stall without end.
                Err(problem) => {
                    self.drop_outgoing(now);
                    self.refuse(problem.to_string());
                    return Ok(());
                }
            };
            if count == 0 {
                self.stuck = self.stuck.saturating_add(1);
                return Ok(());
            }
            self.stuck = 0;
            let now = self.clock.now();
            if let Some(taken) = self.outgoing.took(count, now) {
                self.taken(taken, now);
            }
        }
        // More may fit: a write that was not blocked is no reason to wait.
        self.stuck = 0;
        Ok(())
    }

    /// Asks how much the system still holds, from the first byte it took until it has none left.
    fn see_leaving(&mut self) {
        if self.leaving == 0 && self.asked_at == self.tx {
            return;
        }
        self.asked_at = self.tx;
        let leaving = self.link.as_ref().and_then(|link| link.unsent()).unwrap_or(0);
        self.dirty |= leaving != self.leaving;
        self.leaving = leaving;
    }

    fn taken(&mut self, taken: super::outgoing::Taken, now: Duration) {
        self.dirty = true;
        self.active = now;
        self.tx += taken.bytes.len() as u64;
        self.capture.append(now, Record::sent(taken.id, taken.bytes.clone(), taken.secret));
        self.input(Input::Taken { send: taken.id, bytes: &taken.bytes, last: taken.last }, now);
    }

    pub(super) fn said(&mut self, done: Option<Result<(), LinkError>>) {
        match done {
            Some(Ok(())) => {}
            Some(Err(problem)) => self.refuse(problem.to_string()),
            None => self.refuse("the port is not open".into()),
        }
    }

    pub(super) fn refuse(&mut self, problem: String) {
        self.note(problem.clone());
        self.refused = Some(problem);
        self.dirty = true;
    }

    pub(super) fn note(&mut self, text: String) {
        self.capture.append(self.clock.now(), Record::Note(text));
        self.dirty = true;
    }

    pub(super) fn publish(&mut self, now: Duration) {
        if *self.findings != *self.session.diagnoser().findings() {
            self.findings = self.session.diagnoser().findings().into();
        }
        let status = Status {
            phase: self.phase.clone(),
            rx: self.rx,
            tx: self.tx,
            leaving: self.leaving,
            lines: self.lines,
            sending: self.outgoing.progress(now),
            restarting_until: self.link.as_ref().and(self.outgoing.held(now)),
            run: self.run_log.progress(),
            strip: self.session.diagnoser().strip().clone(),
            findings: Arc::clone(&self.findings),
            cancelled: self.cancelled,
            refused: self.refused.clone(),
            panel: self.link.as_ref().and_then(|link| link.panel()).map(Arc::new),
            scan: self.scan_log.progress(),
            transfer: self.files.progress(),
            shared: self.share.as_ref().map(|share| (share.address().to_owned(), share.guests())),
            candidates: self.candidates.clone(),
            place: self.spec.to_string(),
            now,
        };
        self.wiring.status.store(Arc::new(status));
        self.published = now;
        self.dirty = false;
        (self.wiring.news)();
    }
}
