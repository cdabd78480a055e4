//! How a link begins and ends, and what happens in between: opened, lost and back, released and taken back, closed.
//!
//! A lost device is searched by what it is ([`comeback`](crate::link::comeback)) and opened again without a question.
//! Nothing is resumed then: what was being sent is given up, a macro run is stopped.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Engine, Left};
use crate::capture::Mark;
use crate::link::dial::Dial;
use crate::link::identity::Identity;
use crate::link::kind::Comeback;
use crate::link::opening::{self, Opened};
use crate::link::{Interests, LinkSpec, discovery};
use crate::session::Input;
use crate::worker::line_work::{LINGER, LINGER_STEP};
use crate::worker::open_port::OpenPort;
use crate::worker::place::{Away, Caller, How, Lost, Opening, Place, Redial, Released, Step};

impl Engine {
    /// Opens the port; one behind a server is called, and answers later.
    pub(super) fn open_first(&mut self) -> Result<(), Left> {
        let dial = Dial::start(&self.spec, &self.settings, self.wiring.waiter.waker());
        if dial.is_some() {
            self.place = Place::Opening(Opening { dial, ..Opening::default() });
            return Ok(());
        }
        match opening::open(&self.spec, &self.settings) {
            Ok(opened) => self.begin(How::Opened, self.spec.clone(), opened),
            Err(error) => Err(Left::NotOpened(error.to_string())),
        }
    }

    /// The port is open, under this name.
    pub(super) fn begin(&mut self, how: How, spec: LinkSpec, opened: Opened) -> Result<(), Left> {
        self.spec = spec;
        let kept = opened.kept.as_ref().map(|kept| format!("; {kept}")).unwrap_or_default();
        let settings = if self.spec.kind().line_settings { format!(" at {}", self.settings) } else { String::new() };
        for note in self.sharing.end_deafness() {
            self.journal.note(note);
        }
        self.journal.mark(Mark::Dialog, format!("{} {}{settings}{kept}", how.words(), self.spec));
        let now = self.journal.now();
        if how == How::Back {
            self.input(Input::Replugged, now);
        }
        let identity = match &self.spec {
            LinkSpec::Serial(path) => Some(discovery::describe(path).identity()),
            _ => None,
        };
        if let Some(doubt) = identity.as_ref().and_then(Identity::doubt).filter(|_| how == How::Back) {
            self.journal.note(doubt);
        }
        let port = OpenPort::new(opened, identity, self.place.backoff(), now);
        let before = std::mem::replace(&mut self.place, Place::Open(Box::new(port)));
        self.journal.forget_refusal();
        if !self.settings.settle.is_zero() {
            let seconds = self.settings.settle.as_secs_f64();
            self.journal.note(format!("the board restarts: nothing is sent for {seconds} s"));
            self.outgoing.hold(now + self.settings.settle);
        }
        self.publish(self.journal.now());
        let held = if let Place::Opening(opening) = before { opening.held } else { VecDeque::new() };
        held.into_iter().try_for_each(|order| self.obey(order, now))
    }

    /// The port vanished: it is awaited, or this is the end.
    pub(super) fn lose(&mut self, problem: String) {
        let Place::Open(port) = &self.place else { return };
        let (now, since) = (self.journal.now(), port.since());
        let comeback = if self.settings.reconnect { self.spec.kind().comeback } else { Comeback::Never };
        let identity = port.identity().cloned().filter(|_| comeback == Comeback::SameDevice);
        if comeback == Comeback::Called {
            let redial = Redial::new(problem, since, port.backoff(), now);
            let note = redial.shown().to_owned();
            self.leave(Place::Away(Away::Redial(redial)), now);
            self.journal.note(note);
        } else if let Some(identity) = identity {
            let lost = Lost::new(problem, identity, since, now);
            let note = lost.shown().to_owned();
            self.leave(Place::Away(Away::Lost(lost)), now);
            self.journal.note(note);
        } else {
            let problem = format!("{problem}{}", self.spec.kind().advice_when_lost);
            self.leave(Place::Over(Some(problem.clone())), now);
            self.journal.note(problem);
            self.end();
            return;
        }
        self.publish(now);
    }

    /// Closes the port and gives up what was to be done with it.
    fn leave(&mut self, next: Place, now: Duration) {
        let backlog = self.backlog(now);
        self.place = next;
        if let Some(note) = self.files.lose(backlog, now) {
            self.file_over(note, now);
        }
        self.drop_outgoing(now);
        self.input(Input::StopMacro, now);
        if self.session.checking() {
            self.input(Input::StopCheck, now);
            self.journal.refuse("the port was closed during the passthrough check: there is no result");
        }
    }

    pub(super) fn drop_outgoing(&mut self, now: Duration) {
        if let Some((progress, sends)) = self.outgoing.cancel(now) {
            self.journal.note(format!("sending ended: {} of {} bytes had gone out", progress.taken, progress.total));
            self.given_up([sends], now);
        }
    }

    /// One round without a port: orders, a look for the device or a call, one wait.
    pub(super) fn away_turn(&mut self) -> Result<(), Left> {
        self.take_orders()?;
        let now = self.journal.now();
        self.tick_session(now);
        let caller = Caller { spec: &self.spec, settings: &self.settings, waker: self.wiring.waiter.waker() };
        match self.place.tick(&caller, now) {
            Step::Wait => {}
            Step::News => self.journal.news(),
            Step::Open(how, spec, opened) => return self.begin(how, spec, opened),
            Step::Refused(problem) => self.journal.refuse(problem),
            Step::NotOpened(problem) => return Err(Left::NotOpened(problem)),
        }
        if matches!(self.place, Place::Open(_) | Place::Over(_)) {
            return Ok(());
        }
        self.serve_guests();
        if self.journal.publish_at().is_some() {
            self.publish(self.journal.now());
        }
        let now = self.journal.now();
        let mut interests = Interests::new();
        self.place.interests(&mut interests);
        self.sharing.interests(self.ear(now), &mut interests);
        let due = self.session.next_deadline().into_iter().chain(self.place.due()).min();
        let timeout = due.map(|due| due.saturating_sub(now));
        self.wiring.waiter.wait(interests, self.journal.patience(timeout)).map_err(|_| Left::Asked)
    }

    /// The port did not open in the first place.
    pub(super) fn not_opened(&mut self, problem: String) {
        self.journal.note(problem.clone());
        self.journal.withdraw();
        self.place = Place::Over(Some(problem));
        self.end();
    }

    /// Lends the port to another program.
    pub(super) fn release(&mut self) {
        self.let_out();
        let released = Released::new(self.place.identity());
        self.leave(Place::Away(Away::Released(released)), self.journal.now());
        self.journal.note(format!("released {}", self.spec));
    }

    /// Takes the port back, or the one the user chose; of a port that is open, the part that is lost.
    pub(super) fn take_back(&mut self, chosen: Option<LinkSpec>, now: Duration) -> Result<(), Left> {
        if let (Place::Open(port), Some(chosen)) = (&mut self.place, &chosen) {
            match port.choose(chosen, now) {
                Ok(()) => self.spec = chosen.clone(),
                Err(problem) => self.journal.refuse(problem.to_string()),
            }
            self.publish(now);
            return Ok(());
        }
        let Place::Away(away) = &mut self.place else { return Ok(()) };
        let mut spec = self.spec.clone();
        match (chosen, away) {
            (Some(chosen), _) => spec = chosen,
            (None, Away::Redial(redial)) => {
                redial.hurry(now);
                return Ok(());
            }
            (None, Away::Released(released)) => {
                let waker = self.wiring.waiter.waker();
                if released.call(&Caller { spec: &self.spec, settings: &self.settings, waker }) {
                    return Ok(());
                }
                spec = released.found().unwrap_or(spec);
            }
            (None, Away::Lost(_)) => {}
        }
        match opening::open(&spec, &self.settings) {
            Ok(opened) => self.begin(How::TakenBack, spec, opened),
            Err(error) => {
                self.journal.refuse(error.to_string());
                Ok(())
            }
        }
    }

    /// What the system took has a moment to leave, unless the line is stalled.
    fn let_out(&mut self) {
        let until = self.journal.now() + LINGER;
        if !self.outgoing.is_empty() {
            return;
        }
        while self.journal.now() < until
            && self.place.port().is_some_and(|port| port.unsent() > 0)
            && self.wiring.waiter.wait(Interests::new(), Some(LINGER_STEP)).is_ok()
        {}
    }

    /// Closes on request.
    pub(super) fn close(&mut self) {
        self.let_out();
        if matches!(self.place, Place::Opening(_)) {
            // Given up before it was open: there is nothing to keep.
            self.journal.withdraw();
        }
        self.leave(Place::Over(None), self.journal.now());
        self.journal.note(format!("closed {}", self.spec));
        self.end();
    }

    fn end(&mut self) {
        for note in self.sharing.end_deafness() {
            self.journal.note(note);
        }
        let now = self.journal.now();
        self.input(Input::Ended, now);
        self.publish(now);
    }
}
