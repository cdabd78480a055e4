//! Notices that the program stood still: it was stopped (`SIGSTOP`), or the machine slept. Nobody should look for what the
//! modem did in that time.

use std::time::{Duration, SystemTime};

/// Less is a busy machine, or a clock that is being put right.
const NOTICED: Duration = Duration::from_secs(5);
/// An idle wait lasts no longer, so that a stop within it shows.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// What both clocks showed at the last sign of life.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standstill {
    now: Duration,
    wall: SystemTime,
}

impl Standstill {
    pub(super) const fn since(now: Duration, wall: SystemTime) -> Self {
        Self { now, wall }
    }

    /// Looks at the clocks after a wait that should have ended after `timeout`; a note when it shows that time is missing.
    /// The one clock goes on while the program is stopped, and stands while the machine sleeps; the other never stands.
    pub(super) fn look(&mut self, timeout: Duration, now: Duration, wall: SystemTime) -> Option<String> {
        let passed = now.saturating_sub(self.now);
        let by_wall = wall.duration_since(self.wall);
        *self = Self { now, wall };
        match by_wall {
            Ok(by_wall) if by_wall > passed + NOTICED => {
                let slept = by_wall.saturating_sub(passed).as_secs();
                Some(format!("the machine slept for {slept} s, or its clock was set forward"))
            }
            Err(back) if back.duration() > NOTICED => {
                Some(format!("the clock of the machine was set back by {} s", (back.duration() + passed).as_secs()))
            }
            _ if passed > timeout + NOTICED => {
                // When in the wait it began nobody knows.
                let (least, most) = (passed.saturating_sub(timeout).as_secs(), passed.as_secs());
                Some(format!("the program was stopped for {least} to {most} s: what came meanwhile was read only now"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_a_sleep_and_a_set_clock_are_noticed() {
        let seconds = Duration::from_secs;
        let (zero, began) = (seconds(0), SystemTime::UNIX_EPOCH + seconds(1000));
        let look = |timeout, passed, by_wall| {
            Standstill::since(zero, began + seconds(100)).look(
                seconds(timeout),
                seconds(passed),
                began + seconds(by_wall),
            )
        };
        assert_eq!(look(20, 20, 120), None);
        assert_eq!(look(20, 23, 123), None, "a busy machine");
        let stopped = "the program was stopped for 29 to 30 s: what came meanwhile was read only now";
        assert_eq!(look(1, 30, 130).as_deref(), Some(stopped));
        assert_eq!(look(20, 1, 701).as_deref(), Some("the machine slept for 600 s, or its clock was set forward"));
        assert_eq!(look(20, 10, 60).as_deref(), Some("the clock of the machine was set back by 50 s"));
    }
}
