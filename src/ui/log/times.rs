//! The text of the time column, row after row.

use std::time::Duration;

use super::clock::{WallClock, since};
use crate::app::settings::Clock;
use crate::capture::{Content, Row};
use crate::modem::Direction;

/// What is known of the rows before.
#[derive(Debug, Default)]
pub(super) struct Times {
    before: Option<Duration>,
    sent: Option<Duration>,
}

impl Times {
    /// The time of the next row.
    pub(super) fn next(&mut self, row: &Row, counts: Clock, clock: &WallClock) -> String {
        let sent = matches!(row.content, Content::Data { direction: Direction::Tx, .. });
        let before = self.before.replace(row.at);
        let last_sent = if sent { self.sent.replace(row.at) } else { self.sent };
        match counts {
            Clock::Clock => clock.time_of_day(row.at),
            Clock::SinceStart => since(row.at),
            Clock::SinceRow => before.map_or_else(|| since(row.at), |before| plus(row.at, before)),
            Clock::SinceTx => last_sent.map_or_else(|| "–".to_owned(), |sent| plus(row.at, sent)),
        }
    }
}

fn plus(at: Duration, from: Duration) -> String {
    format!("+{}", since(at.saturating_sub(from)))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn each_clock_counts_from_its_own() {
        let row = |number: u64, millis: u64, direction: Direction| Row {
            number,
            at: Duration::from_millis(millis),
            content: Content::Data { direction, offset: 0, bytes: vec![0], masked: Vec::new() },
            open: false,
        };
        let rows = [
            row(0, 10, Direction::Rx),
            row(1, 500, Direction::Tx),
            row(2, 700, Direction::Rx),
            row(3, 1700, Direction::Rx),
        ];
        let check = |counts: Clock, expect: [&str; 4]| {
            let clock = WallClock::new(SystemTime::UNIX_EPOCH);
            let mut times = Times::default();
            assert_eq!(rows.each_ref().map(|row| times.next(row, counts, &clock)), expect, "{counts:?}");
        };
        check(Clock::SinceStart, ["0.010000", "0.500000", "0.700000", "1.700000"]);
        check(Clock::SinceRow, ["0.010000", "+0.490000", "+0.200000", "+1.000000"]);
        check(Clock::SinceTx, ["–", "–", "+0.200000", "+1.200000"]);
    }
}
