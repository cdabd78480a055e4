//! What the modem will do later: one ordered list, so that equal inputs give equal outputs.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::desk::Desk;
use super::part::{Part, Parts};
use super::reply::Done;

/// Something that no command waits for.
pub(super) type Act = Box<dyn FnOnce(&mut Parts, &mut Desk) + Send>;
/// How the command in hand goes on.
pub(super) type Then = Box<dyn FnOnce(&mut Parts, &mut Desk) -> Done + Send>;

/// An act of one part.
pub(super) fn act<P: Part>(act: impl FnOnce(&mut P, &mut Desk) + Send + 'static) -> Act {
    Box::new(move |parts, desk| {
        if let Some(part) = parts.get::<P>() {
            act(part, desk);
        }
    })
}

/// A part goes on with its command.
pub(super) fn then<P: Part>(then: impl FnOnce(&mut P, &mut Desk) -> Done + Send + 'static) -> Then {
    Box::new(move |parts, desk| parts.get::<P>().map_or(Done::Gone, |part| then(part, desk)))
}

/// What is due.
pub(super) enum Timer {
    /// Execute the next command of the line in hand.
    Step,
    /// The command in hand goes on here.
    Command(Then),
    /// The command line of this number has waited long enough.
    GiveUp(u64),
    /// The prompt in hand is over.
    EndOfData,
    /// Something that no command waits for.
    Background(Act),
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Step => "Step",
            Self::Command(_) => "Command",
            Self::GiveUp(_) => "GiveUp",
            Self::EndOfData => "EndOfData",
            Self::Background(_) => "Background",
        })
    }
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
