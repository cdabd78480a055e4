//! Durations as people write them: `500ms`, `5s`, `1.5s`, `1m`, `2h`.

use std::time::Duration;

/// No duration in a macro is longer than a day: a longer one is a slip.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

const UNITS: [(&str, f64); 5] = [("ms", 0.001), ("us", 0.000_001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DurationError {
    /// A number alone.
    #[error("`{0}` has no unit; write a number and a unit, such as 500ms, 5s or 1m")]
    NoUnit(String),
    /// More than [`LONGEST`].
    #[error("`{0}` is longer than a day")]
    TooLong(String),
    /// Anything else.
    #[error("`{0}` is no duration; write a number and a unit, such as 500ms, 5s or 1m")]
    Other(String),
}

/// Reads a duration with its unit: `h`, `m`, `s`, `ms` or `us`.
///
/// # Errors
/// A clause that says what was found and what to write.
pub(crate) fn parse(text: &str) -> Result<Duration, DurationError> {
    let trimmed = text.trim();
    let digits = trimmed.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = trimmed.get(digits.len()..).unwrap_or_default();
    if unit.is_empty() && !digits.is_empty() {
        return Err(DurationError::NoUnit(text.to_owned()));
    }
    let plain = digits.trim_end();
    let well_formed = plain.starts_with(|first: char| first.is_ascii_digit())
        && plain.chars().all(|character| character.is_ascii_digit() || character == '.');
    let seconds = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, seconds)| seconds);
    match (plain.parse::<f64>(), seconds) {
        (Ok(number), Some(seconds)) if well_formed => {
            let value = number * seconds;
            if value > LONGEST.as_secs_f64() {
                return Err(DurationError::TooLong(text.to_owned()));
            }
            // Whole microseconds, so that what is printed reads back the same.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a day of microseconds")]
            Ok(Duration::from_micros((value * 1e6).round() as u64))
        }
        _ => Err(DurationError::Other(text.to_owned())),
    }
}

/// Prints a duration so that [`parse`] reads it back: in the largest unit that needs no fraction. What is below a
/// microsecond is not kept.
#[must_use]
pub(crate) fn print(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros == 0 {
        return "0s".into();
    }
    for (unit, size) in [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000)] {
        if micros.is_multiple_of(size) {
            return format!("{}{unit}", micros / size);
        }
    }
    format!("{micros}us")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_read_and_print() {
        let check = |text: &str, expect: Duration, printed: &str| {
            assert_eq!(parse(text), Ok(expect), "{text}");
            assert_eq!(print(expect), printed);
        };
        check("0.0005s", Duration::from_micros(500), "500us");
        check(" 1.5s ", Duration::from_millis(1500), "1500ms");
        check("500 ms", Duration::from_millis(500), "500ms");
        check("60s", Duration::from_mins(1), "1m");
        check("90s", Duration::from_secs(90), "90s");
        check("0s", Duration::ZERO, "0s");
        check("24h", Duration::from_hours(24), "24h");
    }

    #[test]
    fn slips_are_explained() {
        let check = |text: &str, expect: &str| {
            assert!(parse(text).unwrap_err().to_string().contains(expect), "{text}: {:?}", parse(text));
        };
        check("5", "`5` has no unit; write a number and a unit, such as 500ms, 5s or 1m");
        for text in ["", "s", "five s", "5sec", "-5s", "1e9s", "1..5s", "NaNs", "infs", "0x5s"] {
            check(text, "is no duration");
        }
        check("25h", "longer than a day");
        check("99999999999999999999h", "longer than a day");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(micros in 0..86_400_000_000_u64) {
            let duration = Duration::from_micros(micros);
            prop_assert_eq!(parse(&print(duration)), Ok(duration));
        }
    }
}
