//! The passthrough check on an open link: what came is read from the capture, what it wants goes out as orders.

use std::time::Duration;

use crate::capture::{Cursor, EntryItem, Reader};
use crate::macros::runner::Values;
use crate::macros::{Macro, Step};
use crate::modem::Direction;
use crate::modem::passthrough::{Burst, Check, Input, Way};
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
        self.check.poll_output().map(order)
    }

    /// The check, for its progress, its report and when to call again.
    #[must_use]
    pub fn check(&self) -> &Check {
        &self.check
    }
}

/// What to ask of the link. Byte by byte it is a macro, since the link's thread keeps time to the millisecond and a window
/// does not.
fn order(burst: Burst) -> Order {
    if burst.gap.is_zero() {
        return Order::Send(burst.bytes);
    }
    let step = |byte: &u8| Step { send: Some(format!("\\x{byte:02X}")), wait: Some(burst.gap), ..Step::default() };
    let name = format!("Passthrough check: {} bytes one by one", burst.bytes.len());
    let steps = burst.bytes.iter().map(step).collect();
    Order::RunMacro(vec![Macro { name, steps, ..Macro::default() }], Values::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::runner::{Action, Run};

    const GAP: Duration = Duration::from_millis(2);

    #[test]
    fn byte_by_byte_is_a_macro_that_keeps_its_pauses() {
        let bytes: Vec<u8> = (0..=255).collect();
        let Order::RunMacro(macros, values) = order(Burst { bytes: bytes.clone(), gap: GAP }) else {
            panic!("a macro")
        };
        let mut run = Run::new(&macros[0], &values, Duration::ZERO).expect("it runs");
        let (mut now, mut sent) = (Duration::ZERO, Vec::new());
        while !run.is_over() {
            while let Some(action) = run.poll() {
                if let Action::Send { bytes, .. } = action {
                    assert_eq!((bytes.len(), now), (1, GAP * u32::try_from(sent.len()).expect("a small number")));
                    sent.extend(bytes);
                    run.sent(now);
                }
            }
            now = run.next_deadline().unwrap_or(now);
            run.tick(now);
        }
        assert_eq!(sent, bytes);
        assert!(matches!(order(Burst { bytes: sent, gap: Duration::ZERO }), Order::Send(all) if all == bytes));
    }
}
