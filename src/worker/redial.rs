//! Ports behind TCP: connected to without holding up orders, and again when the server has gone and the user wants that.
//!
//! Nothing is sent by itself then, but for the negotiation of RFC 2217. Who hangs up at once each time is not called more
//! often for it: the pauses grow until a connection has stood for a while.

use std::collections::VecDeque;
use std::time::Duration;

use crossbeam_channel::TryRecvError;

use super::Phase;
use super::away::Away;
use super::engine::Engine;
use super::{ORDERS, Order};
use crate::link::LinkSpec;
use crate::link::dial::{Backoff, Dial};

/// A connection that stood for so long was a good one.
const GOOD: Duration = Duration::from_secs(5);

/// A server that is called.
#[derive(Debug)]
pub(super) struct Redial {
    /// What happened to the connection before; `None` when this is the first.
    problem: Option<String>,
    dial: Option<Dial>,
    next: Duration,
    /// Orders for the time when the first connection stands.
    held: VecDeque<Order>,
}

impl Redial {
    /// When something is to be done though nothing tells of it.
    pub(super) fn due(&self) -> Option<Duration> {
        self.dial.is_none().then_some(self.next)
    }
}

impl Engine {
    pub(super) fn behind_tcp(&self) -> bool {
        matches!(self.spec, LinkSpec::Tcp(_) | LinkSpec::Rfc2217(_))
    }

    /// Calls a server for the first time; false where the port is opened otherwise.
    pub(super) fn dial_first(&mut self) -> bool {
        let dial = Dial::start(&self.spec, &self.settings, self.wiring.waiter.waker());
        let begun = dial.is_some();
        if begun {
            let next = Duration::ZERO;
            self.away = Some(Away::Redial(Redial { problem: None, dial, next, held: VecDeque::new() }));
        }
        begun
    }

    /// Will call again.
    pub(super) fn redial(&mut self, problem: String, now: Duration) {
        if now.saturating_sub(self.opened) >= GOOD {
            self.backoff = Backoff::default();
        }
        let next = now + self.backoff.next_pause();
        self.away = Some(Away::Redial(Redial { problem: Some(problem), dial: None, next, held: VecDeque::new() }));
    }

    /// Calls, or hears of the outcome. Gives the call back while it is not over, and what ended it for good.
    pub(super) fn work_redial(&mut self, mut redial: Redial, now: Duration) -> Result<Option<Redial>, String> {
        let Some(dial) = &redial.dial else {
            if now >= redial.next {
                redial.dial = Dial::start(&self.spec, &self.settings, self.wiring.waiter.waker());
                redial.next = now + self.backoff.next_pause();
            }
            return Ok(Some(redial));
        };
        match (dial.outcome(), &redial.problem) {
            (None, _) => Ok(Some(redial)),
            (Some(Ok(opened)), problem) => {
                self.begin(if problem.is_some() { "back: opened" } else { "opened" }, opened);
                for order in redial.held {
                    self.obey(order, now);
                }
                Ok(None)
            }
            (Some(Err(why)), None) => Err(why),
            (Some(Err(why)), Some(problem)) => {
                self.say_lost(format!("{problem}. Trying again. The last try: {why}"));
                redial.dial = None;
                redial.next = now + self.backoff.next_pause();
                Ok(Some(redial))
            }
        }
    }

    /// Orders that come while the first connection is being made wait for it; only the end does not.
    pub(super) fn hold_orders(&mut self) {
        let Some(Away::Redial(redial)) = &mut self.away else { return };
        while redial.held.len() < ORDERS {
            match self.wiring.orders.try_recv() {
                Ok(Order::Disconnect) | Err(TryRecvError::Disconnected) => {
                    self.closing = true;
                    return;
                }
                Ok(order) => redial.held.push_back(order),
                Err(TryRecvError::Empty) => return,
            }
        }
    }

    /// The first connection is being made.
    pub(super) fn first_dial(&self) -> bool {
        self.phase == Phase::Opening && matches!(self.away, Some(Away::Redial(_)))
    }
}
