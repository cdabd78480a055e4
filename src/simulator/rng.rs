//! A small seeded generator (splitmix64): equal seeds give equal delays and equal faults. Not for secrets.

use std::time::Duration;

/// The generator.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    /// Equal seeds give equal sequences.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Evenly from `low` to `high`, both included; `low` when they are in the wrong order.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % span).unwrap_or(0)
    }

    /// True once in `n` times.
    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.between(1, n.max(1)) == 1
    }

    /// True once in `n` times, and never later than after twice as many: `left` counts down between calls.
    pub(super) fn every(&mut self, left: &mut u32, n: u32) -> bool {
        if *left == 0 {
            *left = self.between(1, (2 * n).saturating_sub(1));
        }
        *left -= 1;
        *left == 0
    }

    /// A delay from a range of milliseconds, `speed` times faster, never zero.
    pub(super) fn delay(&mut self, [low, high]: [u32; 2], speed: f64) -> Duration {
        let micros = f64::from(self.between(low, high)) * 1000.0 / speed.max(0.001);
        Duration::from_secs_f64((micros / 1e6).max(1e-6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_delays_within_the_range() {
        let (mut left, mut right) = (Rng::new(7), Rng::new(7));
        for _ in 0..1000 {
            let delay = left.delay([10, 20], 2.0);
            assert_eq!(delay, right.delay([10, 20], 2.0));
            assert!((Duration::from_millis(5)..=Duration::from_millis(10)).contains(&delay), "{delay:?}");
        }
        assert_eq!(left.between(9, 3), 9);
    }

    #[test]
    fn once_in_so_many_is_neither_rare_nor_late() {
        let mut rng = Rng::new(1);
        let (mut left, mut gap, mut hits) = (0, 0, 0);
        for _ in 0..9000 {
            gap += 1;
            if rng.every(&mut left, 9) {
                assert!(gap < 18, "{gap}");
                (gap, hits) = (0, hits + 1);
            }
        }
        assert!((900..1100).contains(&hits), "{hits}");
    }
}
