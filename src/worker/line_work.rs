//! Modem lines and breaks: set, pulsed, held for their length, and looked at while the port has them.

use std::time::Duration;

use super::engine::{Engine, LINGER};
use crate::capture::Record;
use crate::macros::LineChange;
use crate::modem::Direction;

/// Modem lines are asked this often while something goes on, …
const LINES_BUSY: Duration = Duration::from_millis(50);
/// … and this often after a quiet time of `LINES_CALM`.
const LINES_IDLE: Duration = Duration::from_millis(250);
const LINES_CALM: Duration = Duration::from_secs(5);

/// A break, from the wish to its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Break {
    /// Bytes sent before it are still under way.
    Wanted { length: Duration, at_latest: Duration },
    /// It is on the line.
    On { until: Duration },
}

impl Engine {
    pub(super) fn set_lines(&mut self, change: LineChange, now: Duration) {
        let done = self.link.as_mut().map(|link| link.set_lines(change));
        self.said(done);
        self.lines_due = now;
        self.look_at_lines(now);
    }

    pub(super) fn want_break(&mut self, length: Duration, now: Duration) {
        self.line_break = Some(Break::Wanted { length, at_latest: now + LINGER });
    }

    /// Breaks and pulses begin and end, and the modem lines are looked at.
    pub(super) fn line_work(&mut self, now: Duration) {
        match self.line_break {
            Some(Break::Wanted { length, at_latest }) => {
                let under_way = self.link.as_ref().and_then(|link| link.unsent()).is_some_and(|count| count > 0);
                if !under_way || now >= at_latest {
                    self.begin_break(length, now);
                }
            }
            Some(Break::On { until }) if now >= until => {
                let done = self.link.as_mut().map(|link| link.set_break(false));
                self.said(done);
                self.line_break = None;
            }
            _ => {}
        }
        if let Some((back, until)) = self.pulse
            && now >= until
        {
            self.pulse = None;
            self.set_lines(back, now);
        }
        if now >= self.lines_due {
            self.look_at_lines(now);
        }
    }

    fn begin_break(&mut self, length: Duration, now: Duration) {
        let done = self.link.as_mut().map(|link| link.set_break(true));
        let begun = matches!(done, Some(Ok(())));
        self.said(done);
        self.line_break = begun.then(|| Break::On { until: now + length });
        if begun {
            self.capture.append(now, Record::Break(Direction::Tx));
        }
    }

    fn look_at_lines(&mut self, now: Duration) {
        let calm = now.saturating_sub(self.active) > LINES_CALM;
        self.lines_due = now + if calm { LINES_IDLE } else { LINES_BUSY };
        let mut counted = Vec::new();
        let lines = self.link.as_mut().and_then(|link| {
            link.counted(&mut counted, now);
            link.lines()
        });
        for arrival in counted {
            self.arrive(arrival, now);
        }
        if lines != self.lines {
            self.lines = lines;
            self.dirty = true;
            if let Some(lines) = lines {
                self.active = now;
                self.capture.append(now, Record::Lines(lines));
            }
        }
    }
}
