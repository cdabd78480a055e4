//! What the thread writes down and tells: the capture with its time, what an order ran into, and whether there is news.

use std::time::{Duration, Instant, SystemTime};

use super::standstill::Standstill;
use crate::capture::{Mark, Record, Writer};
use crate::link::Time;

/// The window is told of news at most this often.
const NEWS_EVERY: Duration = Duration::from_millis(8);

/// The capture's time.
#[derive(Debug)]
struct Clock {
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

    fn wall() -> SystemTime {
        SystemTime::now()
    }
}

/// The capture that is being written, and what of it is not published yet.
pub(super) struct Journal {
    capture: Writer,
    clock: Clock,
    refused: Option<String>,
    news: bool,
    published: Duration,
    standstill: Standstill,
}

impl Journal {
    pub(super) fn new(mut capture: Writer, time: Time) -> Self {
        capture.expect_marked();
        let clock = Clock::since(capture.reader().started(), time);
        let standstill = Standstill::since(clock.zero.elapsed(), Clock::wall());
        Self { capture, clock, refused: None, news: false, published: Duration::ZERO, standstill }
    }

    pub(super) fn wait_begins(&mut self) {
        self.standstill = Standstill::since(self.clock.zero.elapsed(), Clock::wall());
    }

    /// A wait is over, which should have ended after `timeout`: notes when it took longer, or the machine slept.
    pub(super) fn wait_is_over(&mut self, timeout: Duration) {
        let note = self.standstill.look(timeout, self.clock.zero.elapsed(), Clock::wall());
        if let Some(note) = note.filter(|_| self.clock.time.shown().is_none()) {
            self.note(note);
        }
    }

    /// Time of the session.
    pub(super) fn now(&self) -> Duration {
        self.clock.time.shown().unwrap_or_else(|| self.clock.zero.elapsed())
    }

    /// How long a wait for a deadline may last.
    pub(super) fn patience(&self, timeout: Option<Duration>) -> Option<Duration> {
        self.clock.time.patience(timeout)
    }

    pub(super) fn record(&mut self, now: Duration, record: Record) {
        self.capture.append(now, record);
        self.news = true;
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.record(self.now(), Record::Note(text.into()));
    }

    /// A note that says whether what is sent and received from now on is a dialog with the modem.
    pub(super) fn mark(&mut self, mark: Mark, text: impl Into<String>) {
        self.record(self.now(), Record::Marked(mark, text.into()));
    }

    /// What was asked for cannot be done: in the log, and in the status until the port is opened anew.
    pub(super) fn refuse(&mut self, problem: impl Into<String>) {
        let problem = problem.into();
        self.note(problem.clone());
        self.refused = Some(problem);
    }

    pub(super) fn refused(&self) -> Option<String> {
        self.refused.clone()
    }

    pub(super) fn forget_refusal(&mut self) {
        self.refused = None;
    }

    /// There was no session: nothing of it is kept.
    pub(super) fn withdraw(&self) {
        self.capture.reader().withdraw();
    }

    /// Something shows that is not in the capture.
    pub(super) fn news(&mut self) {
        self.news = true;
    }

    /// When what is new is to be published; `None` when nothing is.
    pub(super) fn publish_at(&self) -> Option<Duration> {
        self.news.then(|| self.published + NEWS_EVERY)
    }

    pub(super) fn published(&self) -> Duration {
        self.published
    }

    pub(super) fn publishing(&mut self, now: Duration) {
        self.published = now;
        self.news = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    /// Between the making of the file and the opening of the port.
    #[test]
    fn a_clock_that_is_set_before_the_start_gives_no_time_before_the_capture() {
        let of = |started: SystemTime| Journal::new(Writer::in_memory(started), Time::default()).now();
        let (back, forward) = (of(Clock::wall() + HOUR), of(Clock::wall() - HOUR));
        assert!(back < HOUR && forward >= HOUR && forward < 2 * HOUR, "{back:?} {forward:?}");
    }
}
