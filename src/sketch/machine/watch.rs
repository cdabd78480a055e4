//! Loops that only wait: what could end them is looked for, and the clock put forward to it.

use super::Machine;
use crate::sketch::board::{MILLISECOND, Nanos};

/// Ten minutes without anything are for ever.
const FOR_EVER: Nanos = 600_000 * MILLISECOND;

/// What a round of a loop has looked at.
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that a round may do")]
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    /// It asked for the time.
    pub(super) reads_time: bool,
    /// It asked for it in microseconds.
    pub(super) reads_micros: bool,
    /// It used the time for more than a comparison: each millisecond may matter.
    pub(super) inexact: bool,
    /// Milliseconds, or microseconds, until the first of its comparisons turns.
    pub(super) soonest: Option<u64>,
    /// It paused by itself.
    pub(super) delayed: bool,
    /// How often it had to do with a port.
    pub(super) looks: u32,
}

impl Watch {
    pub(super) fn join(&mut self, inner: &Self) {
        self.reads_time |= inner.reads_time;
        self.reads_micros |= inner.reads_micros;
        self.inexact |= inner.inexact;
        self.delayed |= inner.delayed;
        self.looks = self.looks.saturating_add(inner.looks);
        self.soonest = [self.soonest, inner.soonest].into_iter().flatten().min();
    }

    /// It only pauses: nothing that it looks at can change.
    pub(super) fn only_pauses(&self) -> bool {
        self.delayed && self.looks == 0 && !self.looks_at_the_time()
    }

    pub(super) fn looks_at_the_time(&self) -> bool {
        self.reads_time || self.reads_micros
    }

    /// The time was compared with something so far away.
    pub(super) fn compared(&mut self, distance: u64) {
        self.soonest = Some(self.soonest.map_or(distance, |known| known.min(distance)));
    }
}

impl Machine<'_> {
    /// After a round that changed nothing: goes on to when something can. False if nothing will ever come.
    pub(super) fn skip(&mut self, seen: &Watch) -> bool {
        let event = self.board.next_event();
        let soonest = seen.soonest.filter(|_| !seen.inexact);
        let time = seen.looks_at_the_time().then(|| match (soonest, seen.reads_time) {
            // Where both are read a distance may be of either.
            (Some(distance), false) => self.board.in_micros(distance.max(4)),
            (Some(distance), true) if !seen.reads_micros => self.board.in_millis(distance.max(1)),
            _ => self.board.in_millis(1),
        });
        match [event, time].into_iter().flatten().min() {
            Some(target) if target.saturating_sub(self.board.now) <= FOR_EVER => {
                // Something due at this very moment must not hold the clock.
                self.board.wait_until(target.max(self.board.now + 1));
                true
            }
            _ => false,
        }
    }
}
