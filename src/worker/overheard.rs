//! What a tap hears on the host's line: recorded and diagnosed as what was sent, though it was not sent by us.

use std::time::Duration;

use crate::session::SendId;

/// After this silence the host's next bytes are a new write. A sketch's `println` has no gaps, and a USB adapter
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
    pub(super) fn write_at(&mut self, now: Duration) -> SendId {
        if self.write == 0 || now.saturating_sub(self.last) >= PAUSE {
            self.write += 1;
        }
        self.last = now;
        self.write
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
