//! The time that the board's own clock shows: `millis` and `micros` of the Arduino core.
//!
//! On an AVR timer 0 runs over every 1,024 µs, and its interrupt counts: a millisecond each time, and a second one whenever
//! the 24 µs have summed up to another. While interrupts are off, one overflow is remembered and more are lost: the clock
//! goes slow, and so does `delay`, which counts by it. Other chips show the time as it is.

use super::time::{MICROSECOND, MILLISECOND, Nanos};
use crate::sketch::syntax::Chip;

/// How long timer 0 of an AVR at 16 MHz takes to run over: 256 steps of 64 clocks.
const OVERFLOW: Nanos = 1_024 * MICROSECOND;
/// What each overflow is longer than a millisecond, and when that is another one: in units of 8 µs, as the core counts it.
const FRACTION: u64 = 3;
const WHOLE: u64 = 125;
/// Between interrupts that follow each other the sketch gets one instruction in, and the one of the timer has its turn.
const NO_GAP: Nanos = MICROSECOND;

#[derive(Debug)]
pub(super) struct Clock {
    counts_overflows: bool,
    /// Interrupts were last off from, to.
    off: (Nanos, Nanos),
    /// Overflows that nobody counted.
    lost: u64,
}

impl Clock {
    pub(super) fn new(chip: Chip) -> Self {
        Self { counts_overflows: chip == Chip::Avr, off: (0, 0), lost: 0 }
    }

    /// Interrupts are off for this long. Calls come in the order of their times.
    pub(super) fn stands_still(&mut self, from: Nanos, to: Nanos) {
        if from > self.off.1 + NO_GAP {
            self.off = (from, from);
        }
        let unseen = |(from, to): (Nanos, Nanos)| (to / OVERFLOW).saturating_sub(from / OVERFLOW).saturating_sub(1);
        let before = unseen(self.off);
        self.off.1 = self.off.1.max(to);
        self.lost += unseen(self.off) - before;
    }

    /// How long the timer's own interrupt takes, where it had to wait from then until now.
    pub(super) fn catches_up(&self, from: Nanos, to: Nanos) -> Nanos {
        const INTERRUPT: Nanos = 6 * MICROSECOND;
        if self.counts_overflows && from / OVERFLOW != to / OVERFLOW { INTERRUPT } else { 0 }
    }

    pub(super) fn millis(&self, now: Nanos) -> u64 {
        if !self.counts_overflows {
            return now / MILLISECOND;
        }
        let counted = (now / OVERFLOW).saturating_sub(self.lost);
        counted + counted * FRACTION / WHOLE
    }

    pub(super) fn micros(&self, now: Nanos) -> u64 {
        if !self.counts_overflows {
            return now / MICROSECOND;
        }
        (now.saturating_sub(self.lost * OVERFLOW) / MICROSECOND) & !3
    }

    /// When `millis` is as much as this.
    pub(super) fn when_millis(&self, millis: u64) -> Nanos {
        if !self.counts_overflows {
            return millis.saturating_mul(MILLISECOND);
        }
        // The least count whose milliseconds are as many: they grow by 128 with every 125.
        let counted = millis.saturating_mul(WHOLE).div_ceil(WHOLE + FRACTION);
        counted.saturating_add(self.lost).saturating_mul(OVERFLOW)
    }

    /// When `micros` is as much as this.
    pub(super) fn when_micros(&self, micros: u64) -> Nanos {
        if !self.counts_overflows {
            return micros.saturating_mul(MICROSECOND);
        }
        micros.next_multiple_of(4).saturating_mul(MICROSECOND).saturating_add(self.lost * OVERFLOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avr_counts_a_millisecond_an_overflow_and_catches_up() {
        let clock = Clock::new(Chip::Avr);
        let millis = |micros: u64| clock.millis(micros * MICROSECOND);
        for (at, shown) in [(0, 0), (1_023, 0), (1_024, 1), (41 * 1_024, 41), (42 * 1_024, 43), (125 * 1_024, 128)] {
            assert_eq!(millis(at), shown, "{at} us");
        }
        for wanted in [1, 2, 42, 43, 44, 1_000, 123_456] {
            let at = clock.when_millis(wanted);
            assert!(clock.millis(at) >= wanted && clock.millis(at - 1) < wanted, "{wanted}");
        }
        assert_eq!(Clock::new(Chip::Esp32).millis(1_999 * MICROSECOND), 1);
    }

    #[test]
    fn overflows_beyond_the_first_are_lost_while_interrupts_are_off() {
        let mut clock = Clock::new(Chip::Avr);
        // At 9600 baud a byte is shorter than an overflow.
        clock.stands_still(100 * MICROSECOND, 1_038 * MICROSECOND);
        assert_eq!(clock.micros(2_048 * MICROSECOND), 2_048);
        // Received right behind it.
        clock.stands_still(1_038 * MICROSECOND, 2_100 * MICROSECOND);
        assert_eq!(clock.micros(3_072 * MICROSECOND), 2_048);
        assert_eq!(clock.when_micros(2_048), 3_072 * MICROSECOND);
        // A byte at 1200 baud takes more than seven of them.
        clock.stands_still(10_240 * MICROSECOND, 18_432 * MICROSECOND);
        assert_eq!(clock.lost, 1 + 7);
    }
}
