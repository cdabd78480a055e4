//! Where the time of a link comes from: the clock of the machine, or a hand.
//!
//! With a hand all that the link does on time (the modem simulated, the strip, the diagnoses, macros) can be shown in no
//! time. The window offers no hand; [`crate::app::Start::time`] takes one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The local time of this moment as RFC 3339, such as `2026-11-22T16:00:05+01:00`: what a macro's `${time}` begins with.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the local time")]
pub(crate) fn local_now() -> String {
    jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Where the time of a link comes from.
#[derive(Clone, Debug, Default)]
pub struct Time {
    hand: Option<Arc<Hand>>,
}

#[derive(Debug, Default)]
struct Hand {
    micros: AtomicU64,
    turns: AtomicU64,
}

/// How long a worker on a hand's time waits in real time before it looks at that time again.
const LOOK: Duration = Duration::from_millis(2);

impl Time {
    /// Time that passes only by [`Self::advance`]; it begins at zero.
    #[must_use]
    pub fn by_hand() -> Self {
        Self { hand: Some(Arc::default()) }
    }

    /// Lets time pass. Nothing happens to the time of the machine.
    pub fn advance(&self, by: Duration) {
        if let Some(hand) = &self.hand {
            let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
            hand.micros.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// What the hand shows; `None` where the clock of the machine counts.
    #[must_use]
    pub fn shown(&self) -> Option<Duration> {
        self.hand.as_ref().map(|hand| Duration::from_micros(hand.micros.load(Ordering::SeqCst)))
    }

    /// How often the worker has looked at the hand. After two more it has done all that was due.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.hand.as_ref().map_or(0, |hand| hand.turns.load(Ordering::SeqCst))
    }

    /// How long the worker may wait in real time.
    #[must_use]
    pub fn patience(&self, timeout: Option<Duration>) -> Option<Duration> {
        let Some(hand) = &self.hand else { return timeout };
        hand.turns.fetch_add(1, Ordering::SeqCst);
        Some(timeout.map_or(LOOK, |timeout| timeout.min(LOOK)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_moves_time_and_bounds_the_wait() {
        let time = Time::by_hand();
        let worker = time.clone();
        time.advance(Duration::from_secs(11));
        assert_eq!(worker.shown(), Some(Duration::from_secs(11)));
        assert_eq!(worker.patience(None), Some(LOOK));
        assert_eq!(worker.patience(Some(Duration::ZERO)), Some(Duration::ZERO));
        assert_eq!(time.turns(), 2);
        let real = Time::default();
        real.advance(Duration::from_secs(1));
        assert_eq!((real.shown(), real.patience(None), real.turns()), (None, None, 0));
    }
}
