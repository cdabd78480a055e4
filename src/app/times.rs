//! The time column of the log: the text of each row, and what else shows times of a capture.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::settings::Clock;
use crate::capture::{Row, Stamps};

/// Turns times since the capture began into times of day, where that is known.
#[derive(Clone, Debug)]
pub(crate) struct WallClock {
    zone: TimeZone,
    started: Timestamp,
    stamps: Stamps,
}

impl WallClock {
    /// Of a capture that began then.
    #[must_use]
    pub(crate) fn new(started: SystemTime, stamps: Stamps) -> Self {
        Self { zone: TimeZone::system(), started: Timestamp::try_from(started).unwrap_or_default(), stamps }
    }

    /// All that is known of a time, in words.
    #[must_use]
    pub(crate) fn in_words(&self, at: Duration) -> String {
        match self.stamps {
            Stamps::Taken => format!("{}, {} s after the start", self.time_of_day(at), since(at)),
            Stamps::Between => format!("{} s after the first time in the log", since(at)),
            Stamps::Missing => "The log has no times".to_owned(),
        }
    }

    /// `14:03:59.123456`; in a log, whose day is not known, the time since it began.
    #[must_use]
    fn time_of_day(&self, at: Duration) -> String {
        if self.stamps != Stamps::Taken {
            return since(at);
        }
        let Ok(then) = self.started.checked_add(at) else { return "?".to_owned() };
        then.to_zoned(self.zone.clone()).strftime("%H:%M:%S%.6f").to_string()
    }
}

/// `+0.000123`, `+12:03.5`: since something.
#[must_use]
pub(crate) fn since(time: Duration) -> String {
    let total = time.as_secs();
    let micros = time.subsec_micros();
    match total {
        0..60 => format!("{total}.{micros:06}"),
        60..3600 => format!("{}:{:02}.{micros:06}", total / 60, total % 60),
        _ => format!("{}:{:02}:{:02}.{:03}", total / 3600, total / 60 % 60, total % 60, micros / 1000),
    }
}

/// What is known of the rows before.
#[derive(Debug, Default)]
pub(crate) struct Times {
    before: Option<Duration>,
}

impl Times {
    /// The time of the next row.
    pub(crate) fn next(&mut self, row: &Row, counts: Clock, clock: &WallClock) -> String {
        let before = self.before.replace(row.at);
        if clock.stamps == Stamps::Missing {
            return "–".to_owned();
        }
        match counts {
            Clock::Clock => clock.time_of_day(row.at),
            Clock::SinceStart => since(row.at),
            Clock::SinceRow => before.map_or_else(|| since(row.at), |before| plus(row.at, before)),
            Clock::SinceTx => row.sent.map_or_else(|| "–".to_owned(), |sent| plus(row.at, sent)),
        }
    }
}

fn plus(at: Duration, from: Duration) -> String {
    format!("+{}", since(at.saturating_sub(from)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Content;
    use crate::modem::Direction;

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
        let clock = |stamps| WallClock { zone: TimeZone::UTC, started: Timestamp::UNIX_EPOCH, stamps };
        let late = Duration::from_micros(86_399_999_999);
        assert_eq!(clock(Stamps::Taken).time_of_day(late), "23:59:59.999999");
        assert_eq!(clock(Stamps::Between).in_words(late), "23:59:59.999 s after the first time in the log");
    }

    #[test]
    fn each_clock_counts_from_its_own() {
        let millis = Duration::from_millis;
        let row = |number: u64, at: u64, sent: Option<u64>| Row {
            number,
            at: millis(at),
            content: Content::Data { direction: Direction::Rx, offset: 0, bytes: vec![0], masked: Vec::new() },
            open: false,
            sent: sent.map(millis),
        };
        let rows = [row(0, 10, None), row(1, 500, None), row(2, 700, Some(500)), row(3, 1700, Some(500))];
        let check = |counts: Clock, expect: [&str; 4]| {
            let clock = WallClock::new(SystemTime::UNIX_EPOCH, Stamps::Taken);
            let mut times = Times::default();
            assert_eq!(rows.each_ref().map(|row| times.next(row, counts, &clock)), expect, "{counts:?}");
        };
        check(Clock::SinceStart, ["0.010000", "0.500000", "0.700000", "1.700000"]);
        check(Clock::SinceRow, ["0.010000", "+0.490000", "+0.200000", "+1.000000"]);
        check(Clock::SinceTx, ["–", "–", "+0.200000", "+1.200000"]);
        let of_text = |stamps| {
            let mut times = Times::default();
            times.next(&rows[1], Clock::Clock, &WallClock::new(SystemTime::UNIX_EPOCH, stamps))
        };
        assert_eq!((of_text(Stamps::Between).as_str(), of_text(Stamps::Missing).as_str()), ("0.500000", "–"));
    }
}
