//! How a link begins and ends, and what happens in between: opened, lost and back, released and taken back, closed.
//!
//! A lost device is searched by what it is ([`comeback`](crate::link::comeback)) and opened again without a question.
//! Nothing is resumed then: what was being sent is given up, a macro run is stopped.

use std::time::Duration;

use super::Phase;
use super::engine::{Engine, LINGER, LINGER_STEP};
use super::redial::Redial;
use crate::link::comeback::{Look, Search};
use crate::link::identity::Identity;
use crate::link::opening::{self, Opened};
use crate::link::{Interests, LinkError, LinkSpec, discovery};
use crate::session::Input;

/// The backstop where nothing tells of a device's coming.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A device that is there but does not open yet (udev has not given its rights) is tried again after this.
const TRY_EVERY: Duration = Duration::from_millis(100);
/// From here on the reason is shown, and it is tried less often.
const PATIENCE: Duration = Duration::from_secs(3);
/// A device that was lost at once after opening (its node lingers while it goes) is left alone for this long.
const FLAPPING: Duration = Duration::from_millis(250);

/// Why there is no link.
#[derive(Debug)]
pub(super) enum Away {
    /// The device vanished.
    Lost(Lost),
    /// A server is called, for the first time or again.
    Redial(Redial),
    /// The user lent the port to another program; this is what it was.
    Released(Option<Identity>),
}

/// A device that is awaited.
#[derive(Debug)]
pub(super) struct Lost {
    /// What happened.
    problem: String,
    search: Search,
    /// Not before this.
    next: Duration,
    /// Since when it is there and does not open.
    refused_since: Option<Duration>,
}

impl Engine {
    /// Opens the port, works it until its end, and closes it.
    pub(super) fn run(&mut self) {
        if !self.dial_first() {
            match opening::open(&self.spec, &self.settings) {
                Ok(opened) => self.begin("opened", opened),
                Err(problem) => {
                    self.not_opened(problem);
                    return;
                }
            }
        }
        while !self.closing {
            if self.link.is_none() {
                if !self.away_turn() {
                    return;
                }
                continue;
            }
            match self.turn() {
                Ok(()) => {}
                Err(LinkError::Ended(text)) => {
                    self.note(text);
                    break;
                }
                Err(problem) => {
                    if !self.lose(problem.to_string()) {
                        return;
                    }
                }
            }
        }
        self.close();
    }

    /// `how` it came about: opened, back, taken back.
    pub(super) fn begin(&mut self, how: &str, opened: Opened) {
        let kept = opened.kept.as_ref().map(|kept| format!("; {kept}")).unwrap_or_default();
        let settings = match self.spec {
            LinkSpec::Serial(_) | LinkSpec::Rfc2217(_) | LinkSpec::Tap { .. } => format!(" at {}", self.settings),
            _ => String::new(),
        };
        self.note(format!("{how} {}{settings}{kept}", self.spec));
        self.link = Some(opened.link);
        self.away = None;
        self.phase = Phase::Open { kept: opened.kept };
        self.opened = self.clock.now();
        self.candidates.clear();
        self.refused = None;
        if !self.settings.settle.is_zero() {
            let seconds = self.settings.settle.as_secs_f64();
            self.note(format!("the board restarts: nothing is sent for {seconds} s"));
            self.outgoing.hold(self.opened + self.settings.settle);
        }
        self.identity = match &self.spec {
            LinkSpec::Serial(path) => Some(discovery::describe(path).identity()),
            _ => None,
        };
        self.publish(self.clock.now());
    }

    /// The port vanished. True when it is awaited, false when this is the end.
    fn lose(&mut self, problem: String) -> bool {
        let now = self.clock.now();
        self.unlink(now);
        if self.settings.reconnect && self.behind_tcp() {
            let text = format!("{problem}. Trying again until it answers.");
            self.note(text.clone());
            self.phase = Phase::Lost(text);
            self.redial(problem, now);
            self.publish(now);
            return true;
        }
        let Some(identity) = self.identity.clone().filter(|_| self.settings.reconnect) else {
            let advice = match self.spec {
                LinkSpec::Serial(_) => ". Plug it in, then connect again.",
                LinkSpec::Tcp(_) | LinkSpec::Rfc2217(_) => ". Check the server, then connect again.",
                _ => "",
            };
            let problem = format!("{problem}{advice}");
            self.note(problem.clone());
            self.end(Phase::Failed(problem));
            return false;
        };
        let flapping = now.saturating_sub(self.opened) < FLAPPING;
        let text = format!("{problem}. Waiting for it to come back.");
        self.note(text.clone());
        self.phase = Phase::Lost(text);
        self.away = Some(Away::Lost(Lost {
            problem,
            search: Search::new(identity),
            next: if flapping { now + FLAPPING } else { now },
            refused_since: None,
        }));
        self.publish(now);
        true
    }

    /// Closes the port and gives up what was to be done with it.
    fn unlink(&mut self, now: Duration) {
        self.link = None;
        self.leaving = 0;
        self.lines = None;
        self.line_break = None;
        self.pulse = None;
        self.lose_file(now);
        self.drop_outgoing(now);
        self.input(Input::StopMacro, now);
    }

    pub(super) fn drop_outgoing(&mut self, now: Duration) {
        if let Some((progress, sends)) = self.outgoing.cancel(now) {
            self.note(format!("sending ended: {} of {} bytes had gone out", progress.taken, progress.total));
            self.give_up(progress, sends, now);
        }
    }

    /// One round without a port: orders, a look for the device or a call, one wait. False when this is the end.
    fn away_turn(&mut self) -> bool {
        if self.first_dial() {
            self.hold_orders();
        } else {
            self.take_orders();
        }
        if self.closing || self.link.is_some() {
            return true;
        }
        let now = self.clock.now();
        if self.session.next_deadline().is_some_and(|due| due <= now) {
            // Time alone may have made a finding, or changed what the modem is waited for.
            self.dirty = true;
            self.input(Input::Tick, now);
        }
        match self.away.take() {
            Some(Away::Lost(mut lost)) => {
                if self.search(&mut lost, now) {
                    return true;
                }
                self.away = Some(Away::Lost(lost));
            }
            Some(Away::Redial(redial)) => match self.work_redial(redial, now) {
                Ok(Some(redial)) => self.away = Some(Away::Redial(redial)),
                Ok(None) => return true,
                Err(problem) => {
                    self.not_opened(problem);
                    return false;
                }
            },
            away => self.away = away,
        }
        if self.dirty {
            self.publish(self.clock.now());
        }
        self.serve_guests();
        let mut interests = Interests::new();
        if let Some(share) = &self.share {
            share.interests(false, &mut interests);
        }
        let mut due = self.session.next_deadline();
        if let Some(Away::Lost(lost)) = &self.away {
            lost.search.watch().interests(&mut interests);
            due = due.into_iter().chain([lost.next]).min();
        }
        if let Some(Away::Redial(redial)) = &self.away {
            due = due.into_iter().chain(redial.due()).min();
        }
        let timeout = due.map(|due| due.saturating_sub(self.clock.now()));
        if self.wiring.waiter.wait(interests, self.clock.patience(timeout)).is_err() {
            self.closing = true;
        }
        true
    }

    /// The port did not open in the first place.
    fn not_opened(&mut self, problem: String) {
        self.note(problem.clone());
        self.capture.reader().withdraw();
        self.end(Phase::Failed(problem));
    }

    /// Looks for the lost device, and opens it when it is there. True when it is open.
    fn search(&mut self, lost: &mut Lost, now: Duration) -> bool {
        let told = lost.search.watch().changed();
        if now < lost.next && !told {
            return false;
        }
        lost.next = now + LOOK_EVERY;
        match lost.search.look() {
            Look::Absent => {
                lost.refused_since = None;
                self.candidates.clear();
                self.say_lost(format!("{}. Waiting for it to come back.", lost.problem));
                false
            }
            Look::Ask(paths) => {
                let which = paths.join(" or ");
                self.candidates = paths;
                self.say_lost(format!("{}. It may be {which} now: choose it, or wait.", lost.problem));
                false
            }
            Look::Back(path) => self.reopen(&path, lost, now),
        }
    }

    fn reopen(&mut self, path: &str, lost: &mut Lost, now: Duration) -> bool {
        let spec = LinkSpec::Serial(path.to_owned());
        match opening::open(&spec, &self.settings) {
            Ok(opened) => {
                self.spec = spec;
                self.begin("back: opened", opened);
                true
            }
            Err(problem) => {
                let since = *lost.refused_since.get_or_insert(now);
                lost.next = now + TRY_EVERY;
                if now.saturating_sub(since) >= PATIENCE {
                    lost.next = now + LOOK_EVERY;
                    self.say_lost(format!("It is back, but does not open. {problem}"));
                }
                false
            }
        }
    }

    pub(super) fn say_lost(&mut self, text: String) {
        let phase = Phase::Lost(text);
        if self.phase != phase {
            self.phase = phase;
            self.dirty = true;
        }
    }

    /// Lends the port to another program.
    pub(super) fn release(&mut self) {
        let now = self.clock.now();
        self.let_out();
        self.unlink(now);
        self.note(format!("released {}", self.spec));
        self.away = Some(Away::Released(self.identity.clone()));
        self.phase = Phase::Released;
    }

    /// Takes the port back, or the one the user chose.
    pub(super) fn take_back(&mut self, chosen: Option<String>) {
        if self.link.is_some() {
            return;
        }
        if let Some(path) = chosen {
            self.spec = LinkSpec::Serial(path);
        } else if let Some(Away::Released(Some(identity))) = &self.away
            && let Look::Back(path) = Search::new(identity.clone()).look()
        {
            self.spec = LinkSpec::Serial(path);
        }
        match opening::open(&self.spec, &self.settings) {
            Ok(opened) => self.begin("taken back: opened", opened),
            Err(problem) => self.refuse(problem),
        }
    }

    /// What the system took has a moment to leave, unless the line is stalled.
    fn let_out(&mut self) {
        let until = self.clock.now() + LINGER;
        if !self.outgoing.is_empty() {
            return;
        }
        while self.clock.now() < until
            && self.link.as_ref().and_then(|link| link.unsent()).is_some_and(|count| count > 0)
            && self.wiring.waiter.wait(Interests::new(), Some(LINGER_STEP)).is_ok()
        {}
    }

    /// Closes on request.
    fn close(&mut self) {
        self.let_out();
        self.unlink(self.clock.now());
        if self.phase == Phase::Opening {
            // Given up before it was open: there is nothing to keep.
            self.capture.reader().withdraw();
        }
        self.note(format!("closed {}", self.spec));
        self.end(Phase::Closed);
    }

    fn end(&mut self, phase: Phase) {
        self.phase = phase;
        let now = self.clock.now();
        self.input(Input::Ended, now);
        self.publish(now);
    }
}
