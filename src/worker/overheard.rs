//! What a tap hears on the host's line: recorded and diagnosed as what was sent, though it was not sent by us.

use std::time::Duration;

use super::engine::Engine;
use crate::capture::{Flaw, Record};
use crate::link::Arrival;
use crate::modem::Direction;
use crate::session::{Input, SendId};

/// After so long a silence the host's next bytes are a new write. A sketch's `println` has no gaps, and a USB adapter
/// hands its bytes over every 16 ms at the latest.
const PAUSE: Duration = Duration::from_millis(50);

/// Parts the host's bytes into writes.
#[derive(Debug, Default)]
pub(super) struct Overheard {
    write: SendId,
    last: Duration,
}

impl Overheard {
    /// The number of the write that bytes of this moment belong to.
    fn write_at(&mut self, now: Duration) -> SendId {
        if self.write == 0 || now.saturating_sub(self.last) >= PAUSE {
            self.write += 1;
        }
        self.last = now;
        self.write
    }
}

impl Engine {
    /// Something came on the host's line.
    pub(super) fn overhear(&mut self, arrival: Arrival, now: Duration) {
        match arrival {
            Arrival::Bytes { bytes, flaw } => {
                let damage = match flaw {
                    Flaw::None => None,
                    Flaw::Framing => Some("framing error"),
                    Flaw::Parity => Some("parity error"),
                    Flaw::Overrun => Some("overrun"),
                };
                if let Some(damage) = damage {
                    self.note(format!("the host's line: {damage} in the next {} bytes", bytes.len()));
                }
                if flaw == Flaw::Overrun {
                    self.input(Input::LeftOut(Direction::Tx), now);
                }
                if bytes.is_empty() {
                    return;
                }
                self.tx += bytes.len() as u64;
                let send = self.overheard.write_at(now);
                self.capture.append(now, Record::sent(send, bytes.clone(), Vec::new()));
                self.input(Input::Taken { send, bytes: &bytes, last: false }, now);
            }
            Arrival::Break => self.capture.append(now, Record::Break(Direction::Tx)),
            Arrival::Lost { bytes, why } => {
                self.input(Input::LeftOut(Direction::Tx), now);
                self.capture.append(now, Record::Lost { direction: Direction::Tx, bytes, why });
            }
            Arrival::Note(text) => self.note(format!("the host's line: {text}")),
            Arrival::FromHost(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_parts_the_hosts_writes() {
        let mut overheard = Overheard::default();
        let mut at = |millis| overheard.write_at(Duration::from_millis(millis));
        assert_eq!([at(0), at(16), at(65), at(115), at(116)], [1, 1, 1, 2, 2]);
    }
}
