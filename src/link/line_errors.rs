//! What a driver has counted on the line: framing and parity errors, breaks, and bytes lost because a buffer was full.
//!
//! Linux keeps these counts per device (TIOCGICOUNT), Windows tells them as they come (`ClearCommError`); a pty and some USB
//! drivers keep none, then nothing is counted. Bytes
//! with errors are marked one by one as well ([`parmrk`](super::parmrk)) where the driver hands them over; lost bytes show
//! here alone.

use std::time::Duration;

use super::Arrival;
use crate::capture::Flaw;
use crate::os::Counts;

/// Errors of bytes are told together, so that a wrong baud rate does not fill the log.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Tells what has been counted since the last look.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Lost bytes are told up to here.
    seen: Option<Counts>,
    /// Errors of bytes are told up to here.
    told: Counts,
    told_at: Duration,
}

impl Tally {
    /// What was counted before we came is not ours.
    #[must_use]
    pub(crate) fn new(before: Option<Counts>) -> Self {
        Self { seen: before, told: before.unwrap_or_default(), told_at: Duration::ZERO }
    }

    /// Appends what is new in the counts: lost bytes at once, errors of bytes at most once a second.
    pub(crate) fn step(&mut self, counts: Option<Counts>, now: Duration, arrived: &mut Vec<Arrival>) {
        let (Some(counts), Some(seen)) = (counts, self.seen) else { return };
        let overruns = counts.overruns.wrapping_sub(seen.overruns);
        let buffer_overruns = counts.buffer_overruns.wrapping_sub(seen.buffer_overruns);
        self.seen = Some(counts);
        let lost = listed(&[(overruns, "in the receiver"), (buffer_overruns, "in the driver's buffer")]);
        if !lost.is_empty() {
            arrived.push(Arrival::Bytes { bytes: Vec::new(), flaw: Flaw::Overrun });
            arrived.push(Arrival::Note(format!(
                "the driver counts lost bytes: {lost}. Choose a lower rate or flow control, or close what keeps the machine busy."
            )));
        }
        if now < self.told_at + TOLD_EVERY {
            return;
        }
        let errors = listed(&[
            (counts.framing.wrapping_sub(self.told.framing), "framing"),
            (counts.parity.wrapping_sub(self.told.parity), "parity"),
            (counts.breaks.wrapping_sub(self.told.breaks), "break"),
        ]);
        if !errors.is_empty() {
            self.told = counts;
            self.told_at = now;
            arrived.push(Arrival::Note(format!("errors on the line, counted by the driver: {errors}")));
        }
    }
}

/// `2 framing, 1 break`; empty where all are 0.
fn listed(counts: &[(u32, &str)]) -> String {
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn note(arrival: &Arrival) -> &str {
        match arrival {
            Arrival::Note(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lost_bytes_are_told_at_once_and_errors_once_a_second() {
        let before = Counts { framing: 7, overruns: u32::MAX, ..Counts::default() };
        let mut tally = Tally::new(Some(before));
        let mut arrived = Vec::new();
        tally.step(Some(before), MS(2_000), &mut arrived);
        assert_eq!(arrived, [], "what was counted before is not ours");

        let full = Counts { overruns: 1, buffer_overruns: 3, ..before };
        tally.step(Some(full), MS(2_050), &mut arrived);
        assert_eq!(arrived[0], Arrival::Bytes { bytes: vec![], flaw: Flaw::Overrun });
        assert!(note(&arrived[1]).contains("2 in the receiver, 3 in the driver's buffer"), "{arrived:?}");
        arrived.clear();

        tally.step(Some(Counts { framing: 9, breaks: 1, ..full }), MS(2_100), &mut arrived);
        assert!(note(&arrived[0]).ends_with("2 framing, 1 break"), "{arrived:?}");
        arrived.clear();
        let later = Counts { framing: 500, parity: 4, breaks: 1, ..full };
        tally.step(Some(later), MS(2_150), &mut arrived);
        assert_eq!(arrived, [], "told together later");
        tally.step(Some(later), MS(3_200), &mut arrived);
        assert!(note(&arrived[0]).ends_with("491 framing, 4 parity"), "{arrived:?}");
    }

    #[test]
    fn a_driver_that_does_not_count_says_nothing() {
        let mut arrived = Vec::new();
        let mut tally = Tally::new(None);
        tally.step(None, MS(2_000), &mut arrived);
        tally.step(Some(Counts { overruns: 5, ..Counts::default() }), MS(2_000), &mut arrived);
        assert_eq!(arrived, []);
    }
}
