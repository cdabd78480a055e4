//! How soon the window is drawn after news: at once when it stood still, sixty times a second while bytes arrive, and less
//! often while they arrive faster than anybody reads.
//!
//! What a user notices: an answer is on the screen without delay, and a flood costs the port's thread no processor time
//! for pictures that nobody could read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The shortest time between two frames with news; the eye sees no more.
const FRAME: Duration = Duration::from_millis(16);
/// And in a flood.
const FLOOD_FRAME: Duration = Duration::from_millis(40);
/// More received bytes a second than this are a flood: a thousand rows or more a second.
const FLOOD: u128 = 100_000;
/// The time over which the rate is taken.
const WINDOW: Duration = Duration::from_millis(100);
/// What stands still is drawn this long after other news than rows: the rows mostly come right behind the news of the
/// bytes, and both are to be in one picture.
const SOON: Duration = Duration::from_millis(2);
/// Rows that were awaited are drawn at once. (A delay of zero would paint twice.)
const NOW: Duration = Duration::from_micros(1);

/// The window's side: told of each frame.
#[derive(Debug)]
pub(crate) struct Pace {
    due: Due,
    seen: (u64, Duration),
    floods: bool,
}

/// The side of those who bring news, on any thread.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    zero: Instant,
    /// Microseconds since `zero`: until then the last frame is new enough.
    next: Arc<AtomicU64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { due: Due { zero: now(), next: Arc::default() }, seen: (0, Duration::ZERO), floods: false }
    }
}

impl Pace {
    /// For those who bring news.
    #[must_use]
    pub(crate) fn due(&self) -> Due {
        self.due.clone()
    }

    /// A frame begins; this many bytes were received up to a time of the session.
    pub(crate) fn frame(&mut self, received: u64, at: Duration) {
        let gap = if self.floods(received, at) { FLOOD_FRAME } else { FRAME };
        let next = self.due.zero.elapsed() + gap;
        self.due.next.store(u64::try_from(next.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn floods(&mut self, received: u64, at: Duration) -> bool {
        let (bytes, time) = (received.saturating_sub(self.seen.0), at.saturating_sub(self.seen.1));
        let another = received < self.seen.0 || at < self.seen.1;
        if time >= WINDOW || another {
            self.floods = !another && u128::from(bytes) * 1_000_000 > FLOOD * time.as_micros();
            self.seen = (received, at);
        }
        self.floods
    }
}

impl Due {
    /// How long after news that come now the window is to be drawn.
    #[must_use]
    pub(crate) fn delay(&self) -> Duration {
        self.left().max(SOON)
    }

    /// And after rows of the log that come now.
    #[must_use]
    pub(crate) fn delay_of_rows(&self) -> Duration {
        self.left().max(NOW)
    }

    fn left(&self) -> Duration {
        let next = Duration::from_micros(self.next.load(Ordering::Relaxed));
        next.saturating_sub(self.zero.elapsed())
    }
}

#[expect(clippy::disallowed_methods, reason = "frames follow each other in real time")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_flood_is_drawn_less_often() {
        // Bytes in each of twenty frames, and how many milliseconds apart they are.
        for (bytes, apart, floods) in [(0, 16, false), (200, 16, false), (4000, 16, true), (4096, 50, false)] {
            let mut pace = Pace::default();
            let (mut received, mut at) = (0, Duration::ZERO);
            let mut last = false;
            for _ in 0..20 {
                received += bytes;
                at += Duration::from_millis(apart);
                last = pace.floods(received, at);
            }
            assert_eq!(last, floods, "{bytes} bytes every {apart} ms");
        }
    }

    #[test]
    fn a_flood_ends_and_a_new_session_is_none() {
        let mut pace = Pace::default();
        assert!(pace.floods(10_000_000, Duration::from_millis(500)));
        assert!(!pace.floods(10_000_100, Duration::from_secs(5)));
        assert!(pace.floods(90_000_000, Duration::from_secs(6)));
        assert!(!pace.floods(20, Duration::from_millis(10)));
    }

    #[test]
    fn what_stood_still_is_drawn_soon() {
        let mut pace = Pace::default();
        let due = pace.due();
        assert_eq!((due.delay(), due.delay_of_rows()), (SOON, NOW), "rows do not wait for what is there already");
        pace.frame(0, Duration::ZERO);
        assert!(due.delay() <= FRAME);
        pace.frame(u64::MAX, Duration::from_secs(1));
        assert!(due.delay() > FRAME || due.zero.elapsed() > FRAME, "a flood waits longer");
    }
}
