//! The sketch and the time: what it asks, how it pauses, how long it would wait.

use super::value::{Int, Value};
use super::watch::Watch;
use super::{Machine, costs};
use crate::sketch::board::{MICROSECOND, MILLISECOND, Nanos};
use crate::sketch::origin::Origin;
use crate::sketch::syntax::{Chip, IntType};

/// How a pause is measured.
#[derive(Clone, Copy)]
enum Pause {
    /// In milliseconds of the board's clock: interrupts do not prolong it.
    ByTheClock,
    /// In rounds of a loop, each so long: they do.
    ByCounting(Nanos),
}

impl Machine<'_> {
    /// Pauses, and the time.
    pub(super) fn time_call(&mut self, name: &str, length: i64) -> Value {
        match name {
            "delay" | "vTaskDelay" => {
                self.pause(Pause::ByTheClock, length);
                Value::Nothing
            }
            "_delay_ms" => {
                self.pause(Pause::ByCounting(MILLISECOND), length);
                Value::Nothing
            }
            "delayMicroseconds" | "_delay_us" => {
                // It counts to four times as many, in 16 bits.
                let wraps = self.chip == Chip::Avr && name == "delayMicroseconds";
                let length = if wraps { (length << 2 & 0xFFFF) >> 2 } else { length };
                self.pause(Pause::ByCounting(MICROSECOND), length);
                Value::Nothing
            }
            "millis" => {
                self.watch.reads_time = true;
                self.board.looked();
                let now = i64::try_from(self.board.millis()).unwrap_or(i64::MAX);
                Value::Int(Int::new(now, IntType::U32, Origin::TIME))
            }
            _ => {
                self.board.looked();
                self.watch = Watch { reads_micros: true, ..self.watch.clone() };
                self.takes(costs::MICROS);
                let now = i64::try_from(self.board.micros()).unwrap_or(i64::MAX);
                Value::Int(Int::new(now, IntType::U32, Origin::TIME))
            }
        }
    }

    fn pause(&mut self, pause: Pause, length: i64) {
        let length = u64::try_from(length & 0xFFFF_FFFF).unwrap_or(0);
        let from = self.board.now;
        let limit = self.time_limit.saturating_add(1);
        let length = match pause {
            Pause::ByTheClock => {
                self.board.delay(length.saturating_mul(1_000), limit);
                self.takes(costs::DELAY);
                length.saturating_mul(MILLISECOND)
            }
            Pause::ByCounting(unit) => {
                let length = length.saturating_mul(unit);
                self.board.work(length.min(limit.saturating_sub(from)));
                length
            }
        };
        self.board.looked();
        self.watch.delayed = true;
        if length >= MILLISECOND && self.report.pauses.len() < 100_000 {
            self.report.pauses.push((from, self.board.now, self.line));
        }
    }

    /// The time of the sketch was compared with this: how long it would wait, in milliseconds.
    pub(super) fn note_limit(&mut self, limit: i64) {
        if let Ok(limit) = u64::try_from(limit)
            && (50..=600_000).contains(&limit)
        {
            self.limit = Some(limit);
        }
    }

    pub(super) fn limit(&self) -> Option<u64> {
        self.limit
    }

    pub(super) fn forget_limit(&mut self) {
        self.limit = None;
    }
}
