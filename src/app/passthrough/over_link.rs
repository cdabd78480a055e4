//! The check on an open link: what came is read from the capture, what it wants goes out as orders.

use std::time::Duration;

use super::{Check, Input, Way};
use crate::capture::{Cursor, EntryItem, Reader};
use crate::modem::Direction;
use crate::worker::{Order, Status};

/// A check on an open link. Whoever owns it calls [`Self::poll`] when there is news of the link and at
/// [`Check::next_deadline`], hands the order over, and looks at [`Self::check`] for progress and report.
#[derive(Debug)]
pub struct OverLink {
    check: Check,
    cursor: Cursor,
    /// Received bytes before the check began.
    before: u64,
}

impl OverLink {
    /// Begins a check on the link of this capture, which is open at `baud`. `now` is any clock that goes on evenly, the same
    /// for every call.
    #[must_use]
    pub fn start(way: Way, baud: u32, reader: &Reader, now: Duration) -> Self {
        let before = reader.end().rx;
        let cursor = reader.cursor_at_byte(Direction::Rx, before);
        Self { check: Check::new(way, baud, now), cursor, before }
    }

    /// Takes in what came and what time it is; gives what to ask of the link, if anything.
    pub fn poll(&mut self, status: &Status, now: Duration) -> Option<Order> {
        while let Some(entry) = self.cursor.next_entry() {
            if let EntryItem::Data { direction: Direction::Rx, bytes, .. } = entry.item
                && entry.position.rx >= self.before
            {
                self.check.handle_input(Input::Received(bytes), now);
            }
        }
        // A busy machine may take longer to send byte by byte than was reckoned with.
        if status.sending.is_some() || status.run.as_ref().is_some_and(|run| !run.ended) {
            return None;
        }
        self.check.handle_input(Input::Tick, now);
        self.check.poll_output().map(|burst| burst.order())
    }

    /// The check, for its progress, its report and when to call again.
    #[must_use]
    pub fn check(&self) -> &Check {
        &self.check
    }
}
