//! An open port, and all that ends with it: its lines and breaks, what the system still holds, why nothing is taken.

use std::time::Duration;

use super::line_work::{LINGER_STEP, LineEvent, LineWork};
use crate::capture::LineStates;
use crate::link::dial::Backoff;
use crate::link::identity::Identity;
use crate::link::opening::Opened;
use crate::link::{Arrival, Candidate, Interests, LineSettings, Link, LinkError, LinkSpec, Reconfigured};
use crate::macros::LineChange;
use crate::simulator;

/// Where a port says that it can be written and then takes nothing, it is asked again after this.
const STUCK_PAUSE: Duration = Duration::from_millis(5);
const STUCK_AFTER: u32 = 8;

pub(super) struct OpenPort {
    link: Box<dyn Link>,
    /// What the driver kept instead of what was asked.
    kept: Option<String>,
    since: Duration,
    /// What the device is, for finding it again.
    identity: Option<Identity>,
    /// How patiently its server was called before it answered.
    backoff: Backoff,
    lines: LineWork,
    /// What the system has taken and not sent yet.
    leaving: usize,
    /// The system took more since it was asked for that.
    took: bool,
    /// How many writes in a row took nothing, though the port said that it can be written.
    stuck: u32,
    arrived: Vec<Arrival>,
}

impl OpenPort {
    pub(super) fn new(opened: Opened, identity: Option<Identity>, backoff: Backoff, now: Duration) -> Self {
        Self {
            link: opened.link,
            kept: opened.kept,
            since: now,
            identity,
            backoff,
            lines: LineWork::default(),
            leaving: 0,
            took: false,
            stuck: 0,
            arrived: Vec::new(),
        }
    }

    pub(super) fn kept(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    pub(super) fn since(&self) -> Duration {
        self.since
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    pub(super) fn backoff(&self) -> Backoff {
        self.backoff
    }

    pub(super) fn leaving(&self) -> usize {
        self.leaving
    }

    pub(super) fn states(&self) -> Option<LineStates> {
        self.lines.states()
    }

    pub(super) fn panel(&self) -> Option<simulator::Panel> {
        self.link.panel()
    }

    pub(super) fn control(&mut self, control: simulator::Control, now: Duration) -> Result<(), LinkError> {
        self.link.control(control, now)
    }

    pub(super) fn candidates(&self) -> Vec<Candidate> {
        self.link.candidates()
    }

    pub(super) fn name(&self) -> Option<LinkSpec> {
        self.link.name()
    }

    pub(super) fn choose(&mut self, port: &LinkSpec, now: Duration) -> Result<(), LinkError> {
        self.link.choose(port, now)
    }

    pub(super) fn reconfigure(&mut self, settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        let done = self.link.reconfigure(settings)?;
        self.kept = match &done {
            Reconfigured::Kept(kept) => Some(kept.clone()),
            Reconfigured::Applied | Reconfigured::NotHere => None,
        };
        Ok(done)
    }

    pub(super) fn on_ready(&mut self, now: Duration) {
        self.link.on_ready(now);
    }

    /// What has arrived, and the port's end where that was told. Give the list back to [`Self::keep`].
    pub(super) fn read(&mut self, now: Duration) -> (Vec<Arrival>, Result<(), LinkError>) {
        let mut arrived = std::mem::take(&mut self.arrived);
        let outcome = self.link.read(&mut arrived, now);
        (arrived, outcome)
    }

    /// Keeps the room of an empty list for the next read.
    pub(super) fn keep(&mut self, arrived: Vec<Arrival>) {
        self.arrived = arrived;
    }

    /// Says how many bytes were taken.
    pub(super) fn write(&mut self, bytes: &[u8], now: Duration) -> Result<usize, LinkError> {
        let count = self.link.write(bytes, now)?;
        self.stuck = if count == 0 { self.stuck.saturating_add(1) } else { 0 };
        self.took |= count > 0;
        Ok(count)
    }

    /// Nothing is to be written now.
    pub(super) fn may_write(&self) -> bool {
        !self.lines.breaking()
    }

    pub(super) fn interests<'fd>(&'fd self, sending: bool, interests: &mut Interests<'fd>) {
        self.link.interests(sending && !self.is_stuck(), interests);
    }

    /// `sending`: bytes wait that may go out now.
    pub(super) fn next_deadline(&self, sending: bool, now: Duration) -> Option<Duration> {
        let again = (sending && self.is_stuck()).then(|| now + STUCK_PAUSE);
        let leaving = (self.leaving > 0).then(|| now + LINGER_STEP);
        [self.link.next_deadline(), self.lines.next_deadline(now), again, leaving].into_iter().flatten().min()
    }

    fn is_stuck(&self) -> bool {
        self.stuck >= STUCK_AFTER
    }

    /// Asks how much the system still holds, from the first byte it took until it has none left. True when that is news.
    pub(super) fn see_leaving(&mut self) -> bool {
        if self.leaving == 0 && !std::mem::take(&mut self.took) {
            return false;
        }
        let leaving = self.unsent();
        std::mem::replace(&mut self.leaving, leaving) != leaving
    }

    pub(super) fn unsent(&self) -> usize {
        self.link.unsent().unwrap_or(0)
    }

    pub(super) fn set_lines(&mut self, change: LineChange, now: Duration) -> Vec<LineEvent> {
        self.lines.set(&mut *self.link, change, now)
    }

    pub(super) fn pulse_lines(&mut self, change: LineChange, length: Duration, now: Duration) -> Vec<LineEvent> {
        self.lines.pulse(change, now + length);
        self.set_lines(change, now)
    }

    pub(super) fn want_break(&mut self, length: Duration, now: Duration) {
        self.lines.want_break(length, now);
    }

    /// Something went on last at `active`.
    pub(super) fn line_work(&mut self, active: Duration, now: Duration) -> Vec<LineEvent> {
        self.lines.tick(&mut *self.link, active, now)
    }
}
