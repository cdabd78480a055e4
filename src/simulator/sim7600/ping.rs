//! `CPING`: OK at once, a line for each echo, and a last one that counts them.

use core::net::IpAddr;
use std::time::Duration;

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::ping::{Pings, Plan, Returned};
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::timers::TimerId;
use crate::simulator::{SocketEvent, SocketId};

const COMMANDS: &[Command<Ping>] = &[("+CPING", Ping::begin), ("+CPINGSTOP", Ping::stop)];

/// What the length of an echo is counted with: the headers of IP and ICMP.
const HEADERS: usize = 28;
/// What an echo of Linux has left over no router, where the system does not tell it.
const USUAL_TTL: u8 = 64;

/// A ping in hand.
#[derive(Debug)]
struct Session {
    plan: Plan,
    /// From one echo to the next.
    interval: Duration,
    lookup: Option<SocketId>,
    pings: Option<Pings>,
    times: Vec<Duration>,
    timer: Option<TimerId>,
}

/// The command.
#[derive(Debug, Default)]
pub(super) struct Ping {
    session: Option<Session>,
}

impl Part for Ping {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if matches!(news, News::DataLost) {
            self.end(desk);
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let Some(session) = &mut self.session else { return };
        if session.lookup == Some(id) {
            desk.close(session.lookup.take());
            match event {
                SocketEvent::Resolved([first, ..]) => self.found(desk, *first),
                _ => self.end(desk),
            }
        } else if let Some((returned, after)) = session.pings.as_mut().and_then(|pings| pings.heard(desk, id, event)) {
            let said = desk.now() + after;
            session.timer = Some(desk.at(said, move |ping: &mut Self, desk| ping.say(desk, returned)));
        }
    }
}

impl Ping {
    /// `AT+CPING=<host>,<type>[,<count>[,<size>[,<interval>[,<wait>[,<ttl>]]]]]`, times in milliseconds.
    fn begin(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "IP address,(1,2),(1-100),(4-188),(1000-10000),(10000-100000),(16-255)");
        }
        let host = call.string(0);
        let fields = (
            call.within(1, 1_u8, 1..=1),
            call.within(2, 4, 1..=100),
            call.within(3, 64, 4..=188),
            call.within(4, 2000, 1000..=10_000),
            call.within(5, 10_000, 10_000..=100_000),
            call.within(6, 255, 16..=255),
        );
        let (Some(_), Some(count), Some(length), Some(interval), Some(wait), Some(ttl)) = fields else {
            return Done::Fail(Failure::Plain);
        };
        if call.form != Form::Set || host.is_empty() || self.session.is_some() || !desk.services_up() {
            return Done::Fail(Failure::Plain);
        }
        desk.code(Code::Ok);
        let plan = Plan { count, length, limit: Duration::from_millis(wait), ttl };
        self.session = Some(Session {
            plan,
            interval: desk.at_speed(Duration::from_millis(interval)),
            lookup: Some(desk.look_up::<Self>(host)),
            pings: None,
            times: Vec::new(),
            timer: None,
        });
        Done::Silent
    }

    fn found(&mut self, desk: &mut Desk, address: IpAddr) {
        let Some(session) = &mut self.session else { return };
        let mut pings = Pings::new(session.plan, address);
        pings.ask::<Self>(desk);
        session.pings = Some(pings);
    }

    fn say(&mut self, desk: &mut Desk, returned: Option<Returned>) {
        let Some(session) = &mut self.session else { return };
        let Some(pings) = &session.pings else { return };
        match returned {
            Some(Returned { time, ttl }) => {
                session.times.push(time);
                let (size, ttl) = (session.plan.length + HEADERS, ttl.unwrap_or(USUAL_TTL));
                desk.urc(format!("+CPING: 1,{},{size},{},{ttl}", pings.address, time.as_millis()));
            }
            None => desk.urc("+CPING: 2"),
        }
        if pings.is_complete() {
            return self.end(desk);
        }
        let next = (pings.since + session.interval).max(desk.now());
        session.timer = Some(desk.at(next, Self::go_on));
    }

    fn go_on(&mut self, desk: &mut Desk) {
        if let Some(pings) = self.session.as_mut().and_then(|session| session.pings.as_mut()) {
            pings.ask::<Self>(desk);
        }
    }

    fn stop(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Execute {
            self.end(desk);
        }
        Done::Ok
    }

    /// The last line: sent, come back, lost; shortest, longest and middle time.
    fn end(&mut self, desk: &mut Desk) {
        let Some(mut session) = self.session.take() else { return };
        desk.close(session.lookup.take());
        desk.cancel(session.timer.take());
        let mut sent = 0;
        if let Some(pings) = &mut session.pings {
            pings.stop(desk);
            sent = usize::from(pings.asked);
        }
        let came = session.times.len();
        let all: u128 = session.times.iter().map(Duration::as_millis).sum();
        let middle = all / came.max(1) as u128;
        let shown = |time: Option<&Duration>| time.map_or(0, Duration::as_millis);
        let (shortest, longest) = (shown(session.times.iter().min()), shown(session.times.iter().max()));
        desk.urc(format!("+CPING: 3,{sent},{came},{},{shortest},{longest},{middle}", sent - came));
    }
}
