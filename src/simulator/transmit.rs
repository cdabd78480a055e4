//! Bytes to the host on their way out: the baud's pace, and what the faults of the line do to them.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::faults::Fault;
use super::rng::Rng;

/// The modem's TXD.
#[derive(Debug, Default)]
pub(super) struct Transmitter {
    /// Bytes on their way out at the baud's pace.
    pacing: VecDeque<u8>,
    /// A slice is under way.
    moving: bool,
    /// How much was sent since the last pause, for the fault `overflow-64`.
    burst: usize,
    burst_end: Duration,
    /// Bytes until the next one has a wrong bit.
    flip_in: u32,
}

impl Transmitter {
    /// What arrives of these bytes.
    pub(super) fn damaged(
        &mut self,
        bytes: &[u8],
        wrong_rate: bool,
        faults: &BTreeSet<Fault>,
        rng: &mut Rng,
        now: Duration,
    ) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if wrong_rate {
            for byte in &mut bytes {
                *byte = rng.byte() | if rng.one_in(4) { 0 } else { 0x80 };
            }
        }
        if faults.contains(&Fault::BitErrors) {
            for byte in &mut bytes {
                if rng.every(&mut self.flip_in, 25) {
                    *byte ^= 1 << rng.between(0, 6);
                }
            }
        }
        if faults.contains(&Fault::Overflow64) {
            if now > self.burst_end + Duration::from_millis(5) {
                self.burst = 0;
            }
            self.burst_end = now;
            bytes.truncate(64_usize.saturating_sub(self.burst));
            self.burst += bytes.len();
        }
        bytes
    }

    /// Bytes that leave at the baud's pace; true when the first slice is to be taken now.
    pub(super) fn wait(&mut self, bytes: Vec<u8>) -> bool {
        self.pacing.extend(bytes);
        !self.moving
    }

    /// One slice that leaves now, and how long it is under way.
    pub(super) fn slice(&mut self, baud: u32) -> Option<(Vec<u8>, Duration)> {
        const SLICE: Duration = Duration::from_millis(2);
        let symbol = Duration::from_secs(10) / baud.max(1);
        let count = usize::try_from((SLICE.as_nanos() / symbol.as_nanos().max(1)).max(1)).unwrap_or(1);
        let slice: Vec<u8> = self.pacing.drain(..count.min(self.pacing.len())).collect();
        self.moving = !slice.is_empty();
        let through = symbol * u32::try_from(slice.len()).unwrap_or(1);
        self.moving.then_some((slice, through))
    }

    /// Bytes that have not left.
    pub(super) fn waiting(&self) -> usize {
        self.pacing.len()
    }
}
