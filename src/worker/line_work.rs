//! Modem lines and breaks of an open port: set, pulsed, held for their length, and looked at while the port has them.

use std::time::Duration;

use crate::capture::LineStates;
use crate::link::{Arrival, Link, LinkError};
use crate::macros::LineChange;

/// What the system took but has not sent yet gets this long before a break or a close.
pub(super) const LINGER: Duration = Duration::from_millis(200);
pub(super) const LINGER_STEP: Duration = Duration::from_millis(10);

/// Modem lines are asked this often while something goes on, …
const LINES_BUSY: Duration = Duration::from_millis(50);
/// … and this often after a quiet time of `LINES_CALM`.
const LINES_IDLE: Duration = Duration::from_millis(250);
const LINES_CALM: Duration = Duration::from_secs(5);

/// A break, from the wish to its end.
#[derive(Clone, Copy, Debug)]
enum Break {
    /// Bytes sent before it are still under way.
    Wanted { length: Duration, at_latest: Duration },
    /// It is on the line.
    On { until: Duration },
}

/// What came of work on the lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LineEvent {
    /// The driver has counted this since it was asked last.
    Arrived(Arrival),
    /// The lines stand so now.
    Lines(LineStates),
    /// A break is on the line.
    BreakBegan,
    /// What was tried was refused.
    Refused(LinkError),
}

/// The modem lines of an open port, its break and its pulse.
#[derive(Debug, Default)]
pub(super) struct LineWork {
    states: Option<LineStates>,
    look_at: Duration,
    line_break: Option<Break>,
    /// How the lines are set back, and when.
    pulse: Option<(LineChange, Duration)>,
}

impl LineWork {
    pub(super) fn states(&self) -> Option<LineStates> {
        self.states
    }

    /// Nothing is sent while a break is wanted or on the line.
    pub(super) fn breaking(&self) -> bool {
        self.line_break.is_some()
    }

    pub(super) fn set(&mut self, link: &mut dyn Link, change: LineChange, now: Duration) -> Vec<LineEvent> {
        let mut events: Vec<LineEvent> = link.set_lines(change).err().map(LineEvent::Refused).into_iter().collect();
        // At once, so that the log has it before what is sent next.
        self.look(link, now, now, &mut events);
        events
    }

    pub(super) fn pulse(&mut self, change: LineChange, until: Duration) {
        let back = LineChange { dtr: change.dtr.map(|on| !on), rts: change.rts.map(|on| !on) };
        self.pulse = Some((back, until));
    }

    pub(super) fn want_break(&mut self, length: Duration, now: Duration) {
        self.line_break = Some(Break::Wanted { length, at_latest: now + LINGER });
    }

    /// Breaks and pulses begin and end, and the lines are looked at. Something went on last at `active`.
    pub(super) fn tick(&mut self, link: &mut dyn Link, active: Duration, now: Duration) -> Vec<LineEvent> {
        let mut events = Vec::new();
        match self.line_break {
            Some(Break::Wanted { length, at_latest }) => {
                let under_way = link.unsent().is_some_and(|count| count > 0);
                if !under_way || now >= at_latest {
                    self.line_break = match link.set_break(true) {
                        Ok(()) => {
                            events.push(LineEvent::BreakBegan);
                            Some(Break::On { until: now + length })
                        }
                        Err(problem) => {
                            events.push(LineEvent::Refused(problem));
                            None
                        }
                    };
                }
            }
            Some(Break::On { until }) if now >= until => {
                events.extend(link.set_break(false).err().map(LineEvent::Refused));
                self.line_break = None;
            }
            _ => {}
        }
        if let Some((back, until)) = self.pulse
            && now >= until
        {
            self.pulse = None;
            events.extend(self.set(link, back, now));
        }
        if now >= self.look_at {
            self.look(link, active, now, &mut events);
        }
        events
    }

    pub(super) fn next_deadline(&self, now: Duration) -> Option<Duration> {
        let line_break = self.line_break.map(|line_break| match line_break {
            Break::Wanted { at_latest, .. } => at_latest.min(now + LINGER_STEP),
            Break::On { until } => until,
        });
        let look_at = self.states.map(|_| self.look_at);
        let pulse = self.pulse.map(|(_, until)| until);
        [line_break, look_at, pulse].into_iter().flatten().min()
    }

    fn look(&mut self, link: &mut dyn Link, active: Duration, now: Duration, events: &mut Vec<LineEvent>) {
        let calm = now.saturating_sub(active) > LINES_CALM;
        self.look_at = now + if calm { LINES_IDLE } else { LINES_BUSY };
        let mut counted = Vec::new();
        link.counted(&mut counted, now);
        events.extend(counted.into_iter().map(LineEvent::Arrived));
        let states = link.lines();
        if states != self.states {
            self.states = states;
            events.extend(states.map(LineEvent::Lines));
        }
    }
}
