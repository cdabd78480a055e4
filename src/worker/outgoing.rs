//! What waits to be written: whole Sends, in order, handed out as the pacing allows.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::SendProgress;
use crate::link::settings::Pacing;
use crate::session::SendId;

/// The most that is offered to the port in one write, so that a fast port cannot hold the worker.
const LARGEST_WRITE: usize = 64 * 1024;

#[derive(Debug)]
struct Send {
    id: SendId,
    bytes: Vec<u8>,
    taken: usize,
    secret: Vec<Range<usize>>,
}

/// The next bytes to offer to the port, and which Send they belong to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer<'a> {
    pub(super) id: SendId,
    pub(super) bytes: &'a [u8],
}

/// What the port took.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) id: SendId,
    pub(super) bytes: Vec<u8>,
    /// Secret stretches of `bytes`.
    pub(super) secret: Vec<Range<usize>>,
    /// Nothing of the Send is left.
    pub(super) last: bool,
}

/// Sends that wait. Time is an argument.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    sends: VecDeque<Send>,
    pacing: Pacing,
    /// Not before this: a pause of the pacing.
    next: Duration,
    /// Not before this: the far end restarts.
    held: Duration,
    /// When something was last taken, or the first Send was put in.
    moved: Duration,
    /// Bytes of this batch: since nothing was waiting.
    taken: u64,
    total: u64,
    /// How far the batch had come that was given up last.
    cancelled: Option<SendProgress>,
}

impl Outgoing {
    pub(super) fn set_pacing(&mut self, pacing: Pacing) {
        self.pacing = pacing;
    }

    /// Hands nothing out before `until`.
    pub(super) fn hold(&mut self, until: Duration) {
        self.held = until;
    }

    /// Until when nothing is handed out because the far end restarts; `None` when it has.
    pub(super) fn held(&self, now: Duration) -> Option<Duration> {
        (now < self.held).then_some(self.held)
    }

    /// When the next byte may go.
    fn free_at(&self) -> Duration {
        self.next.max(self.held)
    }

    pub(super) fn push(&mut self, id: SendId, bytes: Vec<u8>, secret: Vec<Range<usize>>, now: Duration) {
        if self.sends.is_empty() {
            self.moved = now;
            self.taken = 0;
            self.total = 0;
        }
        self.total += bytes.len() as u64;
        self.sends.push_back(Send { id, bytes, taken: 0, secret });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// What may be written now; `None` when nothing waits or a pause is not over.
    pub(super) fn offer(&self, now: Duration) -> Option<Offer<'_>> {
        if now < self.free_at() {
            return None;
        }
        let send = self.sends.front()?;
        let rest = send.bytes.get(send.taken..)?;
        let size = if !self.pacing.per_byte.is_zero() {
            1
        } else if !self.pacing.per_line.is_zero() {
            line_length(rest).min(LARGEST_WRITE)
        } else {
            LARGEST_WRITE
        };
        Some(Offer { id: send.id, bytes: rest.get(..size.min(rest.len()))? })
    }

    /// When a pause ends; `None` when nothing waits or no pause is in hand.
    pub(super) fn pause_ends(&self, now: Duration) -> Option<Duration> {
        (!self.sends.is_empty() && now < self.free_at()).then(|| self.free_at())
    }

    /// The port took the first `count` bytes of the offer.
    pub(super) fn took(&mut self, count: usize, now: Duration) -> Option<Taken> {
        let send = self.sends.front_mut()?;
        let range = send.taken..(send.taken + count).min(send.bytes.len());
        let bytes = send.bytes.get(range.clone())?.to_vec();
        let within = |secret: &Range<usize>| secret.start.max(range.start)..secret.end.min(range.end);
        let secret = send.secret.iter().map(within).filter(|part| part.start < part.end);
        let secret = secret.map(|part| part.start - range.start..part.end - range.start).collect();
        send.taken = range.end;
        let last = send.taken == send.bytes.len();
        let line_ended = ends_line(&send.bytes, send.taken);
        let id = send.id;
        self.taken += bytes.len() as u64;
        self.moved = now;
        if !self.pacing.is_none() {
            let line = if line_ended { self.pacing.per_line } else { Duration::ZERO };
            // Counted from when it was due, so that late wake-ups do not add up; after more than one pause, from now.
            let due = if now > self.next + self.pacing.per_byte { now } else { self.next };
            self.next = due + self.pacing.per_byte * u32::try_from(bytes.len()).unwrap_or(u32::MAX) + line;
        }
        if last {
            self.sends.pop_front();
        }
        Some(Taken { id, bytes, secret, last })
    }

    /// Progress over all that waits; `None` when nothing does.
    pub(super) fn progress(&self, now: Duration) -> Option<SendProgress> {
        (!self.sends.is_empty()).then(|| SendProgress {
            taken: self.taken,
            total: self.total,
            stalled: now.saturating_sub(self.moved.max(self.free_at())),
        })
    }

    /// Bytes that wait.
    pub(super) fn unsent(&self, now: Duration) -> u64 {
        self.progress(now).map_or(0, |progress| progress.total - progress.taken)
    }

    /// How far the batch had come that was given up last.
    pub(super) fn cancelled(&self) -> Option<SendProgress> {
        self.cancelled
    }

    /// Gives all up: how far it had come, and which Sends.
    pub(super) fn cancel(&mut self, now: Duration) -> Option<(SendProgress, Vec<SendId>)> {
        let progress = self.progress(now)?;
        let ids = self.sends.drain(..).map(|send| send.id).collect();
        self.next = Duration::ZERO;
        self.cancelled = Some(progress);
        Some((progress, ids))
    }

    /// Gives up what is left of one Send: how many bytes of it were taken, and how many it had.
    pub(super) fn give_up(&mut self, id: SendId) -> Option<(usize, usize)> {
        let at = self.sends.iter().position(|send| send.id == id)?;
        let send = self.sends.remove(at)?;
        self.total = self.total.saturating_sub((send.bytes.len() - send.taken) as u64);
        Some((send.taken, send.bytes.len()))
    }
}

/// Length of the first line with its end; all where there is none.
fn line_length(bytes: &[u8]) -> usize {
    let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
        return bytes.len();
    };
    match bytes.get(end..end + 2) {
        Some(b"\r\n") => end + 2,
        _ => end + 1,
    }
}

/// A line ends just before `at`; between CR and LF it does not.
fn ends_line(bytes: &[u8], at: usize) -> bool {
    match (at.checked_sub(1).and_then(|before| bytes.get(before)), bytes.get(at)) {
        (Some(b'\r'), Some(b'\n')) => false,
        (Some(b'\r' | b'\n'), _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(5);

    #[test]
    fn partial_writes_add_up_to_the_send() {
        let mut outgoing = Outgoing::default();
        let digits = 8..12;
        outgoing.push(7, b"AT+CPIN=1234\r".to_vec(), vec![digits], START);
        let first = outgoing.took(10, START).unwrap();
        assert_eq!((first.bytes.as_slice(), first.secret.first()), (&b"AT+CPIN=12"[..], Some(&(8..10))));
        assert_eq!(outgoing.offer(START), Some(Offer { id: 7, bytes: b"34\r" }));
        let rest = outgoing.took(3, START).unwrap();
        assert_eq!((rest.bytes.as_slice(), rest.secret.first(), rest.last), (&b"34\r"[..], Some(&(0..2)), true));
        assert!(outgoing.is_empty());
        assert_eq!(outgoing.progress(START), None);
    }

    #[test]
    fn one_send_is_given_up_and_the_others_stay() {
        let mut outgoing = Outgoing::default();
        outgoing.push(1, b"one".to_vec(), vec![], START);
        outgoing.push(2, b"two".to_vec(), vec![], START);
        outgoing.took(1, START).unwrap();
        assert_eq!(outgoing.give_up(1), Some((1, 3)));
        assert_eq!(outgoing.give_up(1), None);
        assert_eq!(outgoing.offer(START), Some(Offer { id: 2, bytes: b"two" }));
        assert_eq!(outgoing.progress(START).map(|progress| (progress.taken, progress.total)), Some((1, 4)));
    }

    #[test]
    fn a_cancel_counts_all_that_waited() {
        let mut outgoing = Outgoing::default();
        outgoing.push(1, vec![0; 100], vec![], START);
        outgoing.push(2, vec![0; 50], vec![], START);
        outgoing.took(30, START);
        let later = START + Duration::from_millis(400);
        let expect = SendProgress { taken: 30, total: 150, stalled: Duration::from_millis(400) };
        assert_eq!(outgoing.progress(later), Some(expect));
        assert_eq!(outgoing.cancel(later), Some((expect, vec![1, 2])));
        assert_eq!(outgoing.cancel(later), None);
        outgoing.push(3, vec![0; 10], vec![], later);
        assert_eq!(outgoing.progress(later).unwrap().total, 10, "a new batch counts anew");
    }

    #[test]
    fn pacing_keeps_its_rate_though_wake_ups_are_late() {
        let mut outgoing = Outgoing::default();
        outgoing.set_pacing(Pacing { per_byte: Duration::from_millis(10), per_line: Duration::from_millis(100) });
        outgoing.push(1, b"ab\r\ncd".to_vec(), vec![], START);
        let mut sent = Vec::new();
        let mut now = START;
        while !outgoing.is_empty() {
            if outgoing.offer(now).is_some() {
                let taken = outgoing.took(1, now).unwrap();
                sent.push((taken.bytes[0], (now.saturating_sub(START)).as_millis()));
            }
            // Woken 3 ms late each time.
            now = outgoing.pause_ends(now).map_or(now, |at| at + Duration::from_millis(3));
        }
        let expect = [(b'a', 0), (b'b', 13), (b'\r', 23), (b'\n', 33), (b'c', 143), (b'd', 153)];
        assert_eq!(sent, expect);
    }

    #[test]
    fn a_board_that_restarts_gets_nothing_until_it_has() {
        let mut outgoing = Outgoing::default();
        let ready = START + Duration::from_secs(2);
        outgoing.hold(ready);
        outgoing.push(1, b"AT".to_vec(), vec![], START);
        assert!(outgoing.cancel(START).is_some(), "what waits can be given up, and the board restarts all the same");
        outgoing.push(2, b"AT".to_vec(), vec![], START);
        let before = ready.saturating_sub(Duration::from_millis(1));
        assert_eq!((outgoing.offer(before), outgoing.held(before)), (None, Some(ready)));
        assert_eq!(
            (outgoing.pause_ends(before), outgoing.progress(before).unwrap().stalled),
            (Some(ready), Duration::ZERO)
        );
        assert_eq!((outgoing.offer(ready).unwrap().bytes, outgoing.held(ready)), (&b"AT"[..], None));
    }

    #[test]
    fn pacing_by_line_offers_whole_lines() {
        let mut outgoing = Outgoing::default();
        outgoing.set_pacing(Pacing { per_byte: Duration::ZERO, per_line: Duration::from_millis(50) });
        outgoing.push(1, b"ab\r\nc\nrest".to_vec(), vec![], START);
        assert_eq!(outgoing.offer(START).unwrap().bytes, b"ab\r\n");
        outgoing.took(4, START);
        assert_eq!(outgoing.offer(START), None);
        let later = START + Duration::from_millis(50);
        assert_eq!(outgoing.offer(later).unwrap().bytes, b"c\n");
    }
}
