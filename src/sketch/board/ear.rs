//! How `SoftwareSerial` receives (its source, version 1.0 of the AVR core): every change of the line is an interrupt; if the line is
//! low then, that is taken for a start bit, and eight bits are read in the time of the port's own rate. The sketch stands still
//! meanwhile. While the port sends, interrupts are off: what began then is read from its middle, as garbage.

use std::collections::VecDeque;

use super::modem::ModemSide;
use super::time::{MICROSECOND, Nanos};

/// The receiving half of the `SoftwareSerial` that the modem hangs on.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// A byte is being read since then.
    since: Option<Nanos>,
    /// All that happened on the line before is done with.
    done: Nanos,
    /// Interrupts are off: from, to.
    off: (Nanos, Nanos),
    /// The last bytes that were read from their own start bit.
    whole: VecDeque<Nanos>,
}

/// What the interrupt does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Begins(Nanos),
    /// Since, until.
    Ends(Nanos, Nanos),
    /// The line changed while interrupts were off, and is high when they are on again: it looks, and goes.
    Passes(Nanos),
}

/// What the interrupt has to put back when it has read a byte.
const LEAVING: Nanos = 3 * MICROSECOND;
/// How long such a look takes.
const LOOK: Nanos = 7 * MICROSECOND;

impl Turn {
    pub(super) fn at(self) -> Nanos {
        match self {
            Self::Begins(at) | Self::Ends(_, at) | Self::Passes(at) => at,
        }
    }
}

impl Ear {
    /// Nothing before this time is heard.
    pub(super) fn opens(&mut self, now: Nanos) {
        self.since = None;
        self.done = self.done.max(now);
    }

    /// Interrupts are off for this long: the port sends.
    pub(super) fn shuts(&mut self, from: Nanos, to: Nanos) {
        self.done = self.done.max(from);
        self.off = (from, to);
    }

    /// The interrupt is at work; the sketch is not.
    pub(super) fn is_busy(&self) -> bool {
        self.since.is_some()
    }

    pub(super) fn next(&self, modem: &ModemSide, bit: Nanos) -> Option<Turn> {
        if let Some(since) = self.since {
            // One and a half bits to the middle of the first, seven to that of the last, three quarters into the stop bit.
            return Some(Turn::Ends(since, since + bit * 37 / 4 + LEAVING));
        }
        let fall = modem.next_fall(self.done)?;
        let (off, on) = self.off;
        Some(match (off..on).contains(&fall) {
            false => Turn::Begins(fall),
            true if modem.is_high(on) => Turn::Passes(on),
            true => Turn::Begins(on),
        })
    }

    /// Does what is due: how long the sketch stood still for it, and the byte that was read.
    pub(super) fn turn(&mut self, turn: Turn, modem: &ModemSide, bit: Nanos) -> (Nanos, Option<u8>) {
        match turn {
            Turn::Begins(at) => {
                self.since = Some(at);
                if self.whole.len() > 8 {
                    self.whole.pop_front();
                }
                self.whole.push_back(at);
                (0, None)
            }
            Turn::Passes(at) => {
                self.done = at;
                (LOOK, None)
            }
            Turn::Ends(since, until) => {
                self.since = None;
                self.done = until;
                let bits = (0..8_u32).filter(|number| modem.is_high(since + bit * 3 / 2 + bit * Nanos::from(*number)));
                (until.saturating_sub(since), Some(bits.fold(0, |byte, number| byte | 1 << number)))
            }
        }
    }

    /// The byte that began then was read from its beginning.
    pub(super) fn has_heard(&self, start: Nanos) -> bool {
        self.whole.contains(&start)
    }
}
