//! What the modem says to a client that does not read: it waits for a while, and then it is lost, as on a wire, and that is said.
//! Nothing grows without bound, and the modem goes on for a client that only writes.

use std::time::Duration;

/// Who has taken nothing for this long does not read.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than this waits for nobody.
const MOST: usize = 1024 * 1024;

/// A client, as far as it does not read.
#[derive(Debug)]
pub(super) struct Unread {
    /// At most this much may wait.
    most: usize,
    /// Since when it has taken nothing of what waits.
    since: Option<Duration>,
    lost: u64,
}

impl Default for Unread {
    fn default() -> Self {
        Self::at_most(MOST)
    }
}

impl Unread {
    pub(super) const fn at_most(most: usize) -> Self {
        Self { most, since: None, lost: 0 }
    }

    /// It took nothing, and this much waits behind what was offered: whether that is lost.
    pub(super) fn takes_nothing(&mut self, waiting: usize, now: Duration) -> bool {
        let since = *self.since.get_or_insert(now);
        waiting > self.most || waiting > 0 && now.saturating_sub(since) >= PATIENCE
    }

    /// Something was lost; what there is to say when it begins.
    pub(super) fn loses(&mut self, count: usize) -> Option<&'static str> {
        let began = self.lost == 0 && count > 0;
        self.lost += count as u64;
        began.then_some("the client does not read: what the modem says is lost until it does")
    }

    /// It reads again, or is gone; what there is to say then.
    pub(super) fn ends(&mut self) -> Option<String> {
        self.since = None;
        let lost = std::mem::take(&mut self.lost);
        (lost > 0).then(|| format!("{lost} bytes of the modem were lost: the client did not read"))
    }

    /// When what waits is lost.
    pub(super) fn due(&self, now: Duration) -> Option<Duration> {
        self.since.map(|since| since + PATIENCE).filter(|due| *due > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_lost_after_a_while_or_when_it_is_much() {
        let mut unread = Unread::default();
        let second = Duration::from_secs;
        assert_eq!(unread.due(second(0)), None);
        assert!(!unread.takes_nothing(5, second(1)) && !unread.takes_nothing(MOST, second(10)));
        assert_eq!(unread.due(second(10)), Some(second(11)));
        assert!(unread.takes_nothing(5, second(11)) && !unread.takes_nothing(0, second(11)));
        assert!(unread.loses(5).is_some() && unread.loses(7).is_none());
        assert_eq!(unread.ends().as_deref(), Some("12 bytes of the modem were lost: the client did not read"));
        assert_eq!(unread.ends(), None);
        assert!(unread.takes_nothing(MOST + 1, second(20)));
    }
}
