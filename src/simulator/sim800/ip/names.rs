//! Names and everything about addresses that opens no connection: `CDNSGIP`, `CDNSCFG`, `CIPPING`.

use core::net::IpAddr;
use std::time::Duration;

use super::{Context, Ip};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::ping::{Pings, Plan, Returned};
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::{SocketEvent, SocketId};

pub(super) const COMMANDS: &[Command<Ip>] =
    &[("+CDNSGIP", Ip::cdnsgip), ("+CDNSCFG", Ip::cdnscfg), ("+CIPPING", Ip::cipping)];

/// How long a name may take to be found.
const LOOKUP: Duration = Duration::from_secs(100);
/// What an echo of Linux has left over no router, where the system does not tell it.
const USUAL_TTL: u8 = 64;

/// A name that is being looked up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) id: SocketId,
    host: String,
    /// For `CIPPING`; else `CDNSGIP`.
    ping: Option<Plan>,
}

impl Ip {
    fn context_up(&self) -> bool {
        matches!(self.context, Context::GprsAct | Context::Status)
    }

    fn find(&mut self, desk: &mut Desk, host: String, ping: Option<Plan>) {
        let id = desk.look_up::<Self>(host.clone());
        self.lookup = Some(Lookup { id, host, ping });
    }

    fn cdnsgip(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        let host = call.string(0);
        if call.form != Form::Set || host.is_empty() || !self.context_up() || self.lookup.is_some() {
            return NOT_ALLOWED;
        }
        desk.code(Code::Ok);
        self.find(desk, host, None);
        Done::Silent
    }

    /// `AT+CIPPING=<host>[,<count>[,<length>[,<tenths of a second>[,<ttl>]]]]` (manual §10.2.1).
    fn cipping(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(1-100),(0-1024),(1-600),(1-255)"),
            Form::Query => return desk.answer(call, "+CIPPING: 4,32,100,64"),
            _ => {}
        }
        let host = call.string(0);
        let fields = (
            call.within(1, 4, 1..=100),
            call.within(2, 32, 0..=1024),
            call.within(3, 100_u32, 1..=600),
            call.within(4, 64, 1..=255),
        );
        let (Some(count), Some(length), Some(tenths), Some(ttl)) = fields else { return NOT_ALLOWED };
        let free = self.lookup.is_none() && self.pings.is_none();
        if call.form != Form::Set || host.is_empty() || !self.context_up() || !free {
            return NOT_ALLOWED;
        }
        let plan = Plan { count, length, limit: Duration::from_millis(100) * tenths, ttl };
        self.find(desk, host, Some(plan));
        Done::Waiting(LOOKUP + plan.longest())
    }

    /// A name was looked up, or not.
    pub(super) fn looked_up(&mut self, desk: &mut Desk, event: &SocketEvent<'_>) {
        let Some(lookup) = self.lookup.take() else { return };
        desk.close(Some(lookup.id));
        let found: &[IpAddr] = if let SocketEvent::Resolved(found) = event { found } else { &[] };
        if let Some(plan) = lookup.ping {
            match found.first() {
                Some(address) => {
                    let mut pings = Pings::new(plan, *address);
                    pings.ask::<Self>(desk);
                    self.pings = Some(pings);
                }
                None => desk.finish(NOT_ALLOWED),
            }
            return;
        }
        if found.is_empty() {
            desk.urc("+CDNSGIP: 0,8");
            return;
        }
        let addresses: Vec<_> = found.iter().take(2).map(|address| format!("\"{address}\"")).collect();
        desk.urc(format!("+CDNSGIP: 1,\"{}\",{}", lookup.host, addresses.join(",")));
    }

    /// News of a socket that may be an echo of `CIPPING`.
    pub(super) fn echo_heard(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        let heard = self.pings.as_mut().and_then(|pings| pings.heard(desk, id, event));
        if let Some((returned, after)) = heard {
            desk.finish(Done::later(after, move |ip: &mut Self, desk| ip.say_echo(desk, returned)));
        }
    }

    /// A line of `CIPPING`, its time in tenths of a second. One that did not come has the limit as its time, and 255.
    fn say_echo(&mut self, desk: &mut Desk, returned: Option<Returned>) -> Done {
        let Some(pings) = &mut self.pings else { return NOT_ALLOWED };
        let (time, ttl) = match returned {
            Some(Returned { time, ttl }) => (time, ttl.unwrap_or(USUAL_TTL)),
            None => (pings.limit(), u8::MAX),
        };
        desk.info(format!("+CIPPING: {},\"{}\",{},{ttl}", pings.asked, pings.address, time.as_millis() / 100));
        if pings.is_complete() {
            self.pings = None;
            return Done::Ok;
        }
        pings.ask::<Self>(desk);
        Done::Waiting(LOOKUP + pings.limit())
    }

    /// The context is gone: what was looked up or pinged with it.
    pub(super) fn give_up_names(&mut self, desk: &mut Desk) {
        let lookup = self.lookup.take();
        let pinged = self.pings.is_some() || lookup.as_ref().is_some_and(|lookup| lookup.ping.is_some());
        desk.close(lookup.map(|lookup| lookup.id));
        if let Some(mut pings) = self.pings.take() {
            pings.stop(desk);
        }
        if pinged {
            desk.finish(NOT_ALLOWED);
        }
    }

    fn cdnscfg(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => {
                let [first, second] = &self.name_servers;
                let text = format!("PrimaryDns: {first}\r\nSecondaryDns: {second}");
                desk.answer(call, text)
            }
            Form::Test => desk.test(call, "(\"Primary DNS\"),(\"Secondary DNS\")"),
            Form::Set => {
                let parse = |index: usize| call.string(index).parse::<core::net::Ipv4Addr>();
                let Ok(first) = parse(0) else { return NOT_ALLOWED };
                let second = parse(1).unwrap_or(core::net::Ipv4Addr::UNSPECIFIED);
                self.name_servers = [first, second];
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }
}
