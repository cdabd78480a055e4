//! A passthrough check in the session: its bursts go out whole or byte by byte, and what comes meanwhile is its own.

use std::collections::VecDeque;
use std::time::Duration;

use super::SendId;
use crate::modem::passthrough::{Check, Input, Way};

/// The check in hand, or the last one.
#[derive(Debug)]
pub(crate) struct Checking {
    check: Check,
    /// Bytes of the burst in hand that go out one by one, and the pause behind each.
    single: VecDeque<u8>,
    gap: Duration,
    /// The next of them is due.
    due: Duration,
    /// What has not left yet.
    sending: Option<SendId>,
    stopped: bool,
}

impl Checking {
    pub(super) fn new(way: Way, baud: u32, now: Duration) -> Self {
        let check = Check::new(way, baud, now);
        Self { check, single: VecDeque::new(), gap: Duration::ZERO, due: now, sending: None, stopped: false }
    }

    /// The check itself, for its progress and its report.
    pub(crate) fn check(&self) -> &Check {
        &self.check
    }

    /// It has come to its end, or was stopped before.
    pub(crate) fn is_over(&self) -> bool {
        self.stopped || self.check.next_deadline().is_none()
    }

    pub(super) fn received(&mut self, bytes: &[u8], now: Duration) {
        self.check.handle_input(Input::Received(bytes), now);
    }

    /// This is a Send of the check.
    pub(super) fn sends(&self, send: SendId) -> bool {
        self.sending == Some(send)
    }

    /// All of it has left.
    pub(super) fn sent(&mut self, now: Duration) {
        self.sending = None;
        self.due = now + self.gap;
    }

    pub(super) fn tick(&mut self, now: Duration) {
        // A busy machine may take longer to send byte by byte than the check reckons with.
        if self.sending.is_none() && self.single.is_empty() {
            self.check.handle_input(Input::Tick, now);
        }
    }

    /// Ends it before its time; gives the Send that is not wanted any more.
    pub(super) fn stop(&mut self) -> Option<SendId> {
        self.stopped = true;
        self.single.clear();
        self.sending.take()
    }

    /// What to send now, under this name.
    pub(super) fn poll(&mut self, send: SendId, now: Duration) -> Option<Vec<u8>> {
        if self.stopped || self.sending.is_some() {
            return None;
        }
        if self.single.is_empty() {
            let burst = self.check.poll_output()?;
            if burst.gap.is_zero() {
                self.sending = Some(send);
                return Some(burst.bytes);
            }
            (self.single, self.gap, self.due) = (burst.bytes.into(), burst.gap, now);
        }
        if now < self.due {
            return None;
        }
        let byte = self.single.pop_front()?;
        self.sending = Some(send);
        Some(vec![byte])
    }

    /// When [`Self::tick`] and [`Self::poll`] have something to do though nothing is heard.
    pub(super) fn next_deadline(&self) -> Option<Duration> {
        if self.is_over() || self.sending.is_some() {
            return None;
        }
        if self.single.is_empty() { self.check.next_deadline() } else { Some(self.due) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_go_out_one_by_one_keep_their_pauses() {
        let (mut now, mut bytes_sent, mut send) = (Duration::ZERO, Vec::new(), 0);
        let mut checking = Checking::new(Way::Jumper, 9600, now);
        while let Some(bytes) = checking.poll(send + 1, now) {
            send += 1;
            assert_eq!((bytes.len(), now), (1, Duration::from_millis(2 * send - 2)));
            assert!(checking.sends(send) && checking.next_deadline().is_none(), "until it has left");
            bytes_sent.extend(bytes);
            checking.sent(now);
            assert_eq!(checking.poll(send + 1, now), None, "the pause");
            now = checking.next_deadline().unwrap();
        }
        assert_eq!(bytes_sent, b"0123456789");
    }
}
