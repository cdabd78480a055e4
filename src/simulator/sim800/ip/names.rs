//! Names and everything about addresses that opens no connection: `CDNSGIP`, `CDNSCFG`, `CIPPING`.

use core::net::IpAddr;
use std::time::Duration;

use super::{Context, Ip};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::{SocketEvent, SocketId};

pub(super) const COMMANDS: &[Command<Ip>] =
    &[("+CDNSGIP", Ip::cdnsgip), ("+CDNSCFG", Ip::cdnscfg), ("+CIPPING", Ip::cipping)];

/// A name that is being looked up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) id: SocketId,
    host: String,
    /// For `CIPPING`: how many lines; 0 for `CDNSGIP`.
    pings: u32,
}

impl Ip {
    fn context_up(&self) -> bool {
        matches!(self.context, Context::GprsAct | Context::Status)
    }

    fn find(&mut self, desk: &mut Desk, host: String, pings: u32) {
        let id = desk.look_up::<Self>(host.clone());
        self.lookup = Some(Lookup { id, host, pings });
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
        self.find(desk, host, 0);
        Done::Silent
    }

    fn cipping(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "<IP address>,(1-100),(0-1024),(1-600),(1-255)");
        }
        let host = call.string(0);
        let count = call.number(1).unwrap_or(4);
        let Some(pings) = u32::try_from(count).ok().filter(|count| (1..=100).contains(count)) else {
            return NOT_ALLOWED;
        };
        if call.form != Form::Set || host.is_empty() || !self.context_up() || self.lookup.is_some() {
            return NOT_ALLOWED;
        }
        self.find(desk, host, pings);
        Done::Waiting(Duration::from_secs(700))
    }

    /// A name was looked up, or not.
    pub(super) fn looked_up(&mut self, desk: &mut Desk, event: &SocketEvent<'_>) {
        let Some(lookup) = self.lookup.take() else { return };
        desk.close(Some(lookup.id));
        let found: &[IpAddr] = if let SocketEvent::Resolved(found) = event { found } else { &[] };
        if lookup.pings > 0 {
            Self::ping(desk, lookup.pings, found.first().copied());
            return;
        }
        if found.is_empty() {
            desk.urc("+CDNSGIP: 0,8");
            return;
        }
        let addresses: Vec<_> = found.iter().take(2).map(|address| format!("\"{address}\"")).collect();
        desk.urc(format!("+CDNSGIP: 1,\"{}\",{}", lookup.host, addresses.join(",")));
    }

    /// The lines of `CIPPING`. Nothing is pinged: the name is real, the times are the profile's.
    fn ping(desk: &mut Desk, count: u32, address: Option<IpAddr>) {
        let done = address.map_or(NOT_ALLOWED, |address| echo_later(desk, address, 1, count));
        desk.finish(done);
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

/// The echo of this number comes a round trip later, and then the next.
fn echo_later(desk: &mut Desk, address: IpAddr, number: u32, count: u32) -> Done {
    let tenths = desk.round_trip_tenths();
    Done::after(desk.delay([tenths * 100, tenths * 100]), move |desk| {
        desk.info(format!("+CIPPING: {number},\"{address}\",{tenths},255"));
        if number < count { echo_later(desk, address, number + 1, count) } else { Done::Ok }
    })
}
