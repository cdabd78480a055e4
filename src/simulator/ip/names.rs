//! Names and everything about addresses that opens no connection: `CDNSGIP`, `CDNSCFG`, `CIPPING`.

use core::net::IpAddr;
use std::time::Duration;

use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, NOT_ALLOWED};
use super::super::{Modem, Output, SocketEvent, SocketId};
use super::Context;

pub(in super::super) const COMMANDS: &[Command] =
    &[("+CDNSGIP", Modem::cdnsgip), ("+CDNSCFG", Modem::cdnscfg), ("+CIPPING", Modem::cipping)];

/// A name that is being looked up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) id: SocketId,
    host: String,
    /// For `CIPPING`: how many lines; 0 for `CDNSGIP`.
    pings: u32,
}

impl Modem {
    fn context_up(&self) -> bool {
        matches!(self.ip.context, Context::GprsAct | Context::Status)
    }

    fn look_up(&mut self, host: String, pings: u32) {
        let id = self.new_socket();
        self.out.push_back(Output::Resolve { id, host: host.clone() });
        self.ip.lookup = Some(Lookup { id, host, pings });
    }

    fn cdnsgip(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        let host = call.string(0);
        if call.form != Form::Set || host.is_empty() || !self.context_up() || self.ip.lookup.is_some() {
            return NOT_ALLOWED;
        }
        self.code(Code::Ok);
        self.look_up(host, 0);
        Done::Silent
    }

    fn cipping(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "<IP address>,(1-100),(0-1024),(1-600),(1-255)");
        }
        let host = call.string(0);
        let count = call.number(1).unwrap_or(4);
        let Some(pings) = u32::try_from(count).ok().filter(|count| (1..=100).contains(count)) else {
            return NOT_ALLOWED;
        };
        if call.form != Form::Set || host.is_empty() || !self.context_up() || self.ip.lookup.is_some() {
            return NOT_ALLOWED;
        }
        self.look_up(host, pings);
        Done::Waiting(Duration::from_secs(700))
    }

    /// A name was looked up, or not.
    pub(super) fn looked_up(&mut self, event: &SocketEvent<'_>) {
        let Some(lookup) = self.ip.lookup.take() else { return };
        let found: &[IpAddr] = if let SocketEvent::Resolved(found) = event { found } else { &[] };
        if lookup.pings > 0 {
            self.ping(lookup.pings, found.first().copied());
            return;
        }
        if found.is_empty() {
            self.urc("+CDNSGIP: 0,8");
            return;
        }
        let addresses: Vec<_> = found.iter().take(2).map(|address| format!("\"{address}\"")).collect();
        self.urc(format!("+CDNSGIP: 1,\"{}\",{}", lookup.host, addresses.join(",")));
    }

    /// The lines of `CIPPING`. Nothing is pinged: the name is real, the times are the profile's.
    fn ping(&mut self, count: u32, address: Option<IpAddr>) {
        let Some(address) = address else {
            self.finish(NOT_ALLOWED);
            return;
        };
        for number in 1..=count {
            let tenths = self.rng.between(self.profile.round_trip_ms[0], self.profile.round_trip_ms[1]) / 100;
            self.info(format!("+CIPPING: {number},\"{address}\",{tenths},255"));
        }
        self.finish(Done::Ok);
    }

    fn cdnscfg(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => {
                let [first, second] = &self.ip.name_servers;
                let text = format!("PrimaryDns: {first}\r\nSecondaryDns: {second}");
                self.answer(call, text)
            }
            Form::Test => self.test(call, "(\"Primary DNS\"),(\"Secondary DNS\")"),
            Form::Set => {
                let parse = |index: usize| call.string(index).parse::<core::net::Ipv4Addr>();
                let Ok(first) = parse(0) else { return NOT_ALLOWED };
                let second = parse(1).unwrap_or(core::net::Ipv4Addr::UNSPECIFIED);
                self.ip.name_servers = [first, second];
                Done::Ok
            }
            Form::Execute => NOT_ALLOWED,
        }
    }
}
