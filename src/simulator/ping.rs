//! The echoes of one ping command: one after the other, each with the time that the network adds to it.

use core::net::IpAddr;
use std::time::Duration;

use super::desk::Desk;
use super::part::Part;
use super::{EchoRequest, SocketEvent, SocketId};

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) count: u16,
    pub(super) length: usize,
    /// How long each echo may take.
    pub(super) limit: Duration,
    pub(super) ttl: u8,
}

impl Plan {
    /// No ping takes longer than this.
    pub(super) fn longest(&self) -> Duration {
        (self.limit + Duration::from_secs(5)) * u32::from(self.count)
    }
}

/// An echo that came back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) time: Duration,
    /// What is left of its time to live, where the system tells it.
    pub(super) ttl: Option<u8>,
}

/// A ping under way.
#[derive(Debug)]
pub(super) struct Pings {
    plan: Plan,
    pub(super) address: IpAddr,
    /// Echoes that were asked for.
    pub(super) asked: u16,
    /// The last of them: its name until it has come, and when it was asked for.
    waiting: Option<SocketId>,
    pub(super) since: Duration,
}

impl Pings {
    pub(super) fn new(plan: Plan, address: IpAddr) -> Self {
        Self { plan, address, asked: 0, waiting: None, since: Duration::ZERO }
    }

    pub(super) fn limit(&self) -> Duration {
        self.plan.limit
    }

    pub(super) fn is_complete(&self) -> bool {
        self.asked >= self.plan.count
    }

    /// Asks for the next echo; a part hears what becomes of it.
    pub(super) fn ask<P: Part>(&mut self, desk: &mut Desk) {
        let Plan { length, limit, ttl, .. } = self.plan;
        self.asked += 1;
        self.since = desk.now();
        let echo = EchoRequest { address: self.address, sequence: self.asked, length, ttl, limit };
        self.waiting = Some(desk.ping::<P>(echo));
    }

    /// News of a socket: if it is the echo, what it came to (`None`: nothing came in time) and in how long the modem knows.
    pub(super) fn heard(
        &mut self,
        desk: &mut Desk,
        id: SocketId,
        event: &SocketEvent<'_>,
    ) -> Option<(Option<Returned>, Duration)> {
        if self.waiting != Some(id) {
            return None;
        }
        self.stop(desk);
        if let SocketEvent::Echoed { after, ttl } = event {
            let way = desk.round_trip();
            let time = way + *after;
            if time <= self.plan.limit {
                return Some((Some(Returned { time, ttl: *ttl }), desk.at_speed(way)));
            }
        }
        Some((None, (self.since + self.plan.limit).saturating_sub(desk.now())))
    }

    /// Waits for nothing more.
    pub(super) fn stop(&mut self, desk: &mut Desk) {
        desk.close(self.waiting.take());
    }
}
