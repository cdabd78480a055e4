//! A connection that is being made, on a thread of its own: a name server and a far host may take their time, and the worker
//! has orders to follow meanwhile. Given up by dropping it; the thread then ends by itself, within ten seconds an address.

use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::opening::{self, Opened};
use super::wait::Waker;
use super::{LineSettings, LinkSpec, OpenError};

/// A connection under way.
#[derive(Debug)]
pub(crate) struct Dial {
    outcome: Receiver<Result<Opened, OpenError>>,
}

impl Dial {
    /// Begins to connect; `waker` is used when there is an outcome. `None` where such ports open at once, or there is no
    /// thread: then open it the other way.
    #[must_use]
    pub(crate) fn start(spec: &LinkSpec, settings: &LineSettings, waker: Waker) -> Option<Self> {
        if !spec.kind().dials {
            return None;
        }
        let (wanted, settings) = (spec.clone(), *settings);
        let (tell, outcome) = bounded(1);
        let connect = move || {
            // Nobody may wait for it any more.
            let _ = tell.try_send(opening::open(&wanted, &settings));
            waker.wake();
        };
        std::thread::Builder::new().name(format!("dial {spec}")).spawn(connect).ok()?;
        Some(Self { outcome })
    }

    /// How it went, once that is known.
    #[must_use]
    pub(crate) fn outcome(&self) -> Option<Result<Opened, OpenError>> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(crossbeam_channel::TryRecvError::Empty) => None,
            Err(crossbeam_channel::TryRecvError::Disconnected) => Some(Err(OpenError::GivenUp)),
        }
    }
}

/// The pauses between tries: 50 ms, twice as long each time, 2 s at most.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    pause: Duration,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(2);

    pub(crate) fn next_pause(&mut self) -> Duration {
        self.pause = (self.pause * 2).clamp(Self::FIRST, Self::LONGEST);
        self.pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_two_seconds() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u128> = std::iter::repeat_with(|| backoff.next_pause().as_millis()).take(8).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
    }
}
