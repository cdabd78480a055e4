//! Bytes that the system took and the far side has not acknowledged: a far side that stops reading is told.

use std::time::Duration;

/// How often the system is asked, while there is something to acknowledge.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// From here on it is said that the far side acknowledges nothing. Keep-alive does not watch while bytes wait.
const SILENCE: Duration = Duration::from_secs(5);

/// Watches over what was written and has not reached the far side. A connection that is dead while bytes wait is ended by
/// the system after a quarter of an hour, so it is at least said.
#[derive(Debug, Default)]
pub(super) struct Unacknowledged {
    /// Bytes that the system took.
    written: u64,
    /// How many of these have arrived.
    arrived: u64,
    /// When more had arrived, or nothing was on its way.
    moved: Duration,
    look_at: Duration,
    /// The latest time that is known.
    now: Duration,
    said: bool,
}

impl Unacknowledged {
    /// Time has come this far.
    pub(super) fn pass(&mut self, now: Duration) {
        self.now = now;
    }

    /// The system took this many bytes.
    pub(super) fn wrote(&mut self, count: usize) {
        if self.arrived == self.written {
            self.moved = self.now;
            self.look_at = self.now + LOOK_EVERY;
        }
        self.written += count as u64;
    }

    /// When to ask the system how many bytes wait.
    pub(super) fn next_look(&self) -> Option<Duration> {
        (self.arrived < self.written).then_some(self.look_at)
    }

    /// The system says that `waiting` bytes have not been acknowledged; what the user has to know, if anything.
    pub(super) fn look(&mut self, waiting: u64, now: Duration) -> Option<String> {
        self.look_at = now + LOOK_EVERY;
        let arrived = self.written.saturating_sub(waiting);
        if waiting == 0 || arrived > self.arrived {
            self.arrived = arrived;
            self.moved = now;
            let again = "the far side takes bytes again";
            return std::mem::take(&mut self.said).then(|| again.to_owned());
        }
        if self.said || now.saturating_sub(self.moved) < SILENCE {
            return None;
        }
        self.said = true;
        Some(format!(
            "the far side has acknowledged none of the last {waiting} bytes for {} s: it does not read, or the connection is \
             dead",
            SILENCE.as_secs()
        ))
    }
}
