//! What the modem will do later: one ordered list, so that equal inputs give equal outputs.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Modem;
use super::reply::Done;

/// What is due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timer {
    /// Execute the next command of the line in hand.
    Step,
    /// The command in hand goes on here.
    Command(fn(&mut Modem, u32) -> Done, u32),
    /// The command line of this number has waited long enough.
    GiveUp(u64),
    /// Something that no command waits for.
    Background(fn(&mut Modem, u32), u32),
}

/// Names a timer, to take it back.
pub(super) type TimerId = (Duration, u64);

/// The list.
#[derive(Debug, Default)]
pub(super) struct Timers {
    due: BTreeMap<TimerId, Timer>,
    number: u64,
}

impl Timers {
    /// Due at `at`; of equal times the first added comes first.
    pub(super) fn add(&mut self, at: Duration, timer: Timer) -> TimerId {
        self.number += 1;
        let id = (at, self.number);
        self.due.insert(id, timer);
        id
    }

    /// Takes one back; nothing happens when it is gone already.
    pub(super) fn cancel(&mut self, id: TimerId) {
        self.due.remove(&id);
    }

    /// The next that is due at `now`.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<(Duration, Timer)> {
        let entry = self.due.first_entry()?;
        (entry.key().0 <= now).then(|| {
            let ((at, _), timer) = entry.remove_entry();
            (at, timer)
        })
    }

    /// When the next is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Forgets all: power is gone.
    pub(super) fn clear(&mut self) {
        self.due.clear();
    }
}
