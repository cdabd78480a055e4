//! The time column.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Turns times since the capture began into times of day.
#[derive(Clone, Debug)]
pub(super) struct WallClock {
    zone: TimeZone,
    started: Timestamp,
}

impl WallClock {
    pub(super) fn new(started: SystemTime) -> Self {
        Self { zone: TimeZone::system(), started: Timestamp::try_from(started).unwrap_or_default() }
    }

    /// `14:03:59.123456`.
    pub(super) fn time_of_day(&self, at: Duration) -> String {
        let Ok(then) = self.started.checked_add(at) else { return "?".to_owned() };
        then.to_zoned(self.zone.clone()).strftime("%H:%M:%S%.6f").to_string()
    }
}

/// `+0.000123`, `+12:03.5`: since something.
pub(super) fn since(time: Duration) -> String {
    let total = time.as_secs();
    let micros = time.subsec_micros();
    match total {
        0..60 => format!("{total}.{micros:06}"),
        60..3600 => format!("{}:{:02}.{micros:06}", total / 60, total % 60),
        _ => format!("{}:{:02}:{:02}.{:03}", total / 3600, total / 60 % 60, total % 60, micros / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_and_exact() {
        for (micros, text) in
            [(0, "0.000000"), (1_500_007, "1.500007"), (61_000_000, "1:01.000000"), (3_723_004_000, "1:02:03.004")]
        {
            assert_eq!(since(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn time_of_day_counts_from_the_start() {
        let clock = WallClock { zone: TimeZone::UTC, started: Timestamp::UNIX_EPOCH };
        assert_eq!(clock.time_of_day(Duration::from_micros(86_399_999_999)), "23:59:59.999999");
    }
}
