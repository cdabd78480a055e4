//! The way between the module and the far end: what a network adds to real sockets, once for all that use it.
//!
//! The sockets of whoever carries the wishes out answer at once, a network does not: names, connections and refusals take
//! seconds, an acknowledgement a round trip, and bytes come at a rate that all connections share (`docs/sim800.md`, pace).
//! Each connection keeps its order. What the module has no room for waits here, and then the far end's window closes.

use core::net::{IpAddr, SocketAddr};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::profile::Profile;
use super::rng::Rng;
use super::{SocketEvent, SocketId};

/// Bytes of one connection that may be under way towards the module.
const WINDOW: usize = 16 * 1024;

/// News under way.
#[derive(Clone, Debug)]
pub(super) enum Flown {
    Connected(SocketAddr),
    Failed,
    Unresolved,
    HandshakeFailed,
    Resolved(Vec<IpAddr>),
    Received(Vec<u8>),
    Datagram(SocketAddr, Vec<u8>),
    Taken(usize),
    Closed,
    Listening,
    Incoming(SocketAddr),
    Echoed(Duration, Option<u8>),
    NoEcho,
}

impl Flown {
    fn of(event: &SocketEvent<'_>) -> Self {
        match event {
            SocketEvent::Connected { peer } => Self::Connected(*peer),
            SocketEvent::Failed => Self::Failed,
            SocketEvent::Unresolved => Self::Unresolved,
            SocketEvent::HandshakeFailed => Self::HandshakeFailed,
            SocketEvent::Received(bytes) => Self::Received(bytes.to_vec()),
            SocketEvent::Datagram { from, bytes } => Self::Datagram(*from, bytes.to_vec()),
            SocketEvent::Taken(count) => Self::Taken(*count),
            SocketEvent::Closed => Self::Closed,
            SocketEvent::Resolved(list) => Self::Resolved(list.to_vec()),
            SocketEvent::Listening => Self::Listening,
            SocketEvent::Incoming { peer } => Self::Incoming(*peer),
            SocketEvent::Echoed { after, ttl } => Self::Echoed(*after, *ttl),
            SocketEvent::NoEcho => Self::NoEcho,
        }
    }

    /// As the part hears it.
    pub(super) fn event(&self) -> SocketEvent<'_> {
        match self {
            Self::Connected(peer) => SocketEvent::Connected { peer: *peer },
            Self::Failed => SocketEvent::Failed,
            Self::Unresolved => SocketEvent::Unresolved,
            Self::HandshakeFailed => SocketEvent::HandshakeFailed,
            Self::Received(bytes) => SocketEvent::Received(bytes),
            Self::Datagram(from, bytes) => SocketEvent::Datagram { from: *from, bytes },
            Self::Taken(count) => SocketEvent::Taken(*count),
            Self::Closed => SocketEvent::Closed,
            Self::Resolved(list) => SocketEvent::Resolved(list),
            Self::Listening => SocketEvent::Listening,
            Self::Incoming(peer) => SocketEvent::Incoming { peer: *peer },
            Self::Echoed(after, ttl) => SocketEvent::Echoed { after: *after, ttl: *ttl },
            Self::NoEcho => SocketEvent::NoEcho,
        }
    }
}

/// How long things take now.
#[derive(Debug)]
pub(super) struct Pace<'a> {
    pub(super) profile: &'a Profile,
    pub(super) rng: &'a mut Rng,
    /// How many times faster than real.
    pub(super) speed: f64,
}

impl Pace<'_> {
    fn delay(&mut self, range: [u32; 2]) -> Duration {
        self.rng.delay(range, self.speed)
    }

    fn transfer(&self, bytes: usize, kbit_per_second: u32) -> Duration {
        let bits = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) * 8.0;
        Duration::from_secs_f64(bits / (f64::from(kbit_per_second.max(1)) * 1000.0 * self.speed.max(0.001)))
    }
}

/// One connection, lookup or listening socket.
#[derive(Debug, Default)]
struct Lane {
    /// When it was asked for.
    asked: Duration,
    /// A name has to be looked up first.
    named: bool,
    /// With TLS.
    secure: bool,
    /// Nothing more of it comes before this.
    last: Duration,
    /// Bytes on their way to the module.
    flying: usize,
    /// Bytes that are there and wait for room.
    ready: VecDeque<u8>,
    /// The end is there and waits for them.
    ended: bool,
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Air {
    lanes: BTreeMap<SocketId, Lane>,
    due: BTreeMap<(Duration, u64), (SocketId, Flown)>,
    number: u64,
    /// When the shared way up and down is free again.
    up: Duration,
    down: Duration,
}

impl Air {
    /// Something was asked of the far end: a connection, a name, a listening socket.
    pub(super) fn asked(&mut self, id: SocketId, (named, secure): (bool, bool), now: Duration) {
        self.lanes.insert(id, Lane { asked: now, named, secure, last: now, ..Lane::default() });
    }

    /// Bytes leave: they take the shared way up.
    pub(super) fn sent(&mut self, bytes: usize, now: Duration, pace: &Pace<'_>) {
        self.up = self.up.max(now) + pace.transfer(bytes, pace.profile.times.up_kbit);
    }

    /// The module closed it; what is under way is lost.
    pub(super) fn closed(&mut self, id: SocketId) {
        self.lanes.remove(&id);
        self.due.retain(|_, (of, _)| *of != id);
    }

    /// The far end has news: they are under way now.
    pub(super) fn arrived(&mut self, id: SocketId, event: &SocketEvent<'_>, now: Duration, pace: &mut Pace<'_>) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let profile = pace.profile;
        let [low, high] = profile.times.round_trip_ms;
        let half = [low / 2, high / 2];
        let name = if lane.named { pace.delay(profile.times.dns_ms) } else { Duration::ZERO };
        let at = match event {
            SocketEvent::Connected { .. } | SocketEvent::HandshakeFailed => {
                // TLS adds two round trips of its own.
                let rounds = if lane.secure { 2 } else { 0 };
                let greeting: Duration = (0..rounds).map(|_| pace.delay(profile.times.round_trip_ms)).sum();
                lane.asked + name + pace.delay(profile.times.connect_ms) + greeting
            }
            SocketEvent::Failed => lane.asked + name + pace.delay(profile.times.refused_ms),
            SocketEvent::Unresolved => lane.asked + pace.delay(profile.times.no_name_ms),
            SocketEvent::Resolved(_) => lane.asked + pace.delay(profile.times.dns_ms),
            SocketEvent::Taken(_) => self.up.max(now) + pace.delay(profile.times.round_trip_ms),
            SocketEvent::Received(bytes) | SocketEvent::Datagram { bytes, .. } => {
                lane.flying += bytes.len();
                let there = (now + pace.delay(half)).max(self.down).max(lane.last);
                self.down = there + pace.transfer(bytes.len(), profile.times.down_kbit);
                self.down
            }
            SocketEvent::Closed | SocketEvent::Incoming { .. } => now + pace.delay(half),
            // How long an echo took is told in a number; the part that asked for it waits that long itself.
            SocketEvent::Listening | SocketEvent::Echoed { .. } | SocketEvent::NoEcho => now,
        };
        // An acknowledgement must not hold up what comes behind it by another way; all else keeps its order.
        let at = at.max(now).max(lane.last);
        lane.last = at;
        self.number += 1;
        self.due.insert((at, self.number), (id, Flown::of(event)));
    }

    /// How many bytes of a connection may be brought now.
    pub(super) fn room(&self, id: SocketId) -> usize {
        self.lanes.get(&id).map_or(0, |lane| WINDOW.saturating_sub(lane.flying + lane.ready.len()))
    }

    /// When the next of it is there.
    pub(super) fn next(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next that is there at `now`. Bytes and the end are not given out here, but by [`Self::take`].
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<(SocketId, Option<Flown>)> {
        let entry = self.due.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let (id, flown) = entry.remove();
        let Some(lane) = self.lanes.get_mut(&id) else { return Some((id, None)) };
        Some((
            id,
            match flown {
                Flown::Received(bytes) => {
                    lane.flying = lane.flying.saturating_sub(bytes.len());
                    lane.ready.extend(bytes);
                    None
                }
                Flown::Closed => {
                    lane.ended = true;
                    None
                }
                Flown::Datagram(from, bytes) => {
                    lane.flying = lane.flying.saturating_sub(bytes.len());
                    Some(Flown::Datagram(from, bytes))
                }
                other => Some(other),
            },
        ))
    }

    /// Connections with something for the module: bytes, or their end.
    pub(super) fn waiting(&self) -> Vec<SocketId> {
        self.lanes.iter().filter(|(_, lane)| lane.ended || !lane.ready.is_empty()).map(|(id, _)| *id).collect()
    }

    /// Up to `room` bytes of a connection, or its end when none are left; `None` when there is nothing to take.
    pub(super) fn take(&mut self, id: SocketId, room: usize) -> Option<Flown> {
        let lane = self.lanes.get_mut(&id)?;
        if lane.ready.is_empty() {
            return std::mem::take(&mut lane.ended).then_some(Flown::Closed);
        }
        let count = room.min(lane.ready.len());
        (count > 0).then(|| Flown::Received(lane.ready.drain(..count).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: SocketId = SocketId(1);

    fn run(speed: f64, events: &[(u64, SocketEvent<'_>)]) -> Vec<(u128, String)> {
        let profile = Profile::default();
        let mut rng = Rng::new(3);
        let mut air = Air::default();
        air.asked(ID, (true, false), Duration::ZERO);
        for (at, event) in events {
            let mut pace = Pace { profile: &profile, rng: &mut rng, speed };
            air.arrived(ID, event, Duration::from_millis(*at), &mut pace);
        }
        let mut seen = Vec::new();
        while let Some(due) = air.next() {
            let (id, flown) = air.pop_due(due).expect("it is due");
            let flown = flown.or_else(|| air.take(id, WINDOW));
            seen.push((due.as_millis(), format!("{flown:?}").split('(').next().unwrap_or_default().to_owned()));
        }
        seen
    }

    #[test]
    fn names_connections_answers_and_refusals_take_a_networks_time_and_keep_their_order() {
        let peer = ([192, 0, 2, 7], 80).into();
        let [(connected, _), (taken, _), (received, _), (closed, _)] = run(
            1.0,
            &[
                (20, SocketEvent::Connected { peer }),
                (5000, SocketEvent::Taken(5)),
                (5000, SocketEvent::Received(b"answer")),
                (5000, SocketEvent::Closed),
            ],
        )[..] else {
            panic!("four events")
        };
        assert!((1500..5000).contains(&connected), "{connected}");
        assert!((5500..6300).contains(&taken), "{taken}");
        assert!(received > taken && closed >= received, "{taken} {received} {closed}");
        assert!((1500..9000).contains(&run(1.0, &[(0, SocketEvent::Failed)])[0].0));
        assert!((3000..9000).contains(&run(1.0, &[(0, SocketEvent::Unresolved)])[0].0));
        assert!(run(1000.0, &[(0, SocketEvent::Failed)])[0].0 < 10);
    }

    #[test]
    fn bytes_come_at_the_rate_of_the_way_down() {
        let kilobyte = vec![0; 1024];
        let events: Vec<_> = (0..10).map(|_| (0, SocketEvent::Received(&kilobyte))).collect();
        let last = run(1.0, &events).last().expect("ten").0;
        // 80 kbit at the profile's 40 kbit/s.
        assert!((2000..3500).contains(&last), "{last}");
    }
}
