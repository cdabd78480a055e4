//! The GPRS context: `CSTT`, `CIICR`, `CIFSR`, `CIPSHUT`, `CIPSTATUS`.

use super::super::Modem;
use super::super::commands::Command;
use super::super::faults::Fault;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, Failure, NOT_ALLOWED};
use super::{Context, Ip, LINKS, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[
    ("+CSTT", Modem::cstt),
    ("+CIICR", Modem::ciicr),
    ("+CIFSR", Modem::cifsr),
    ("+CIPSTATUS", Modem::cipstatus),
    ("+CIPSHUT", Modem::cipshut),
    ("+CIPMUX", Modem::cipmux),
];

impl Modem {
    fn cstt(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => {
                let Ip { apn, user, password, .. } = &self.ip;
                self.answer(call, format!("+CSTT: \"{apn}\",\"{user}\",\"{password}\""))
            }
            Form::Test => self.test(call, "\"APN\",\"USER\",\"PWD\""),
            Form::Execute if self.ip.context == Context::Initial => {
                self.ip.context = Context::Start;
                Done::Ok
            }
            Form::Set if self.ip.context == Context::Initial => {
                let fields: Vec<String> = (0..3).map(|index| call.string(index)).collect();
                let [apn, user, password] = fields.as_slice() else { return NOT_ALLOWED };
                if call.text(0).is_none() || call.count() > 3 || fields.iter().any(|field| field.len() > 50) {
                    return NOT_ALLOWED;
                }
                (self.ip.apn, self.ip.user, self.ip.password) = (apn.clone(), user.clone(), password.clone());
                self.ip.context = Context::Start;
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn ciicr(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.ip.context == Context::Start => {
                self.ip.context = Context::Config;
                self.context_when_registered(0)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn context_when_registered(&mut self, waited_ms: u32) -> Done {
        // Detached on purpose (`AT+CGATT=0`) it stays so: a module was seen to refuse then.
        if self.network.registered() {
            if self.burst() {
                return Done::Gone;
            }
            return Done::Later(self.delay(self.profile.context_ms), Self::ciicr_done, 0);
        }
        let done = self.poll_until(waited_ms, 85_000, Self::context_when_registered, Failure::Plain);
        if matches!(done, Done::Fail(_)) {
            return self.ciicr_failed();
        }
        done
    }

    fn ciicr_done(&mut self, _: u32) -> Done {
        if self.activate() { Done::Ok } else { self.ciicr_failed() }
    }

    fn ciicr_failed(&mut self) -> Done {
        self.ip.context = Context::Deactivated;
        self.info("+PDP: DEACT");
        NOT_ALLOWED
    }

    /// The network answers the activation: an address, or no.
    pub(in super::super) fn activate(&mut self) -> bool {
        let apn = self.ip.apn.clone();
        let Some(address) = self.grant_address(&apn) else { return false };
        self.ip.context = Context::GprsAct;
        self.ip.address = address;
        true
    }

    /// The address the network gives for an APN; `None` when it refuses.
    pub(in super::super) fn grant_address(&mut self, apn: &str) -> Option<String> {
        let own = !apn.is_empty() && apn != "CMNET";
        let wanted = self.profile.apn.is_empty() || self.profile.apn.eq_ignore_ascii_case(apn);
        let refused = self.has(Fault::WrongApn) || self.has(Fault::PdpDeact) || (self.has(Fault::NoApn) && !own);
        if refused || !wanted || !self.network.registered() || !self.network.attached {
            return None;
        }
        let [a, b, c, ..] = self.rng.next().to_le_bytes();
        Some(core::net::Ipv4Addr::new(10, a, b, c.clamp(1, 254)).to_string())
    }

    /// Own address, as `CIFSR` prints it.
    pub(in super::super) fn own_address(&self) -> String {
        self.ip.address.clone()
    }

    fn cifsr(&mut self, call: &Call) -> Done {
        match (call.form, self.ip.context) {
            (Form::Test, _) => Done::Ok,
            (Form::Execute, Context::GprsAct | Context::Status) => {
                self.ip.context = Context::Status;
                self.info(self.own_address());
                Done::Silent
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cipstatus(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute => {
                self.code(Code::Ok);
                self.info(format!("STATE: {}", self.state_name()));
                if self.mux() {
                    let server = self.ip.server.as_ref().map(|server| {
                        let state = if server.listening { "LISTENING" } else { "OPENING" };
                        format!("S: 0,0,\"{}\",\"{state}\"", server.port)
                    });
                    let links = (0..LINKS).map(|number| self.link_row(number));
                    let rows: Vec<_> = server.into_iter().chain(links).collect();
                    self.info(rows.join("\r\n"));
                }
                Done::Silent
            }
            Form::Set => match call.number(0).and_then(|number| usize::try_from(number).ok()) {
                Some(number) if self.mux() && number < LINKS => {
                    let row = self.link_row(number);
                    self.answer(call, format!("+CIPSTATUS: {}", row.trim_start_matches("C: ")))
                }
                _ => NOT_ALLOWED,
            },
            Form::Read => NOT_ALLOWED,
        }
    }

    fn link_row(&self, number: usize) -> String {
        let Some(link) = self.link(number) else { return String::new() };
        let state = match link.state {
            LinkState::Initial => return format!("C: {number},,\"\",\"\",\"\",\"INITIAL\""),
            LinkState::Connecting => "CONNECTING",
            LinkState::Connected if link.ended => "REMOTE CLOSING",
            LinkState::Connected => "CONNECTED",
            LinkState::Closing => "CLOSING",
            LinkState::Closed => "CLOSED",
        };
        let kind = if link.udp { "UDP" } else { "TCP" };
        let host = link.peer.map_or_else(|| link.host.clone(), |peer| peer.ip().to_string());
        format!("C: {number},0,\"{kind}\",\"{host}\",\"{}\",\"{state}\"", link.port)
    }

    fn cipshut(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute => {
                for number in 0..LINKS {
                    self.drop_socket(number);
                }
                self.close_server();
                self.ip.lookup = None;
                Done::Later(self.delay(self.profile.close_ms), Self::shut, 0)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn shut(&mut self, _: u32) -> Done {
        let Ip { apn, user, password, name_servers, local_ports, udp, defined, .. } = std::mem::take(&mut self.ip);
        self.ip = Ip { apn, user, password, name_servers, local_ports, udp, defined, ..Ip::default() };
        self.info("SHUT OK");
        Done::Silent
    }

    fn cipmux(&mut self, call: &Call) -> Done {
        if call.form == Form::Set && (self.ip.context != Context::Initial || self.settings.value("+CIPMODE") == 1) {
            return NOT_ALLOWED;
        }
        self.parameter(call).unwrap_or(NOT_ALLOWED)
    }

    /// The network takes the context away: `+PDP: DEACT`, and every connection is cut.
    pub(in super::super) fn lose_context(&mut self) {
        self.lose_bearer();
        let up = matches!(self.ip.context, Context::GprsAct | Context::Status);
        if !up {
            return;
        }
        self.leave_transparent();
        self.close_server();
        self.ip.lookup = None;
        for number in 0..LINKS {
            self.drop_socket(number);
            if let Some(link) = self.ip.links.get_mut(number) {
                *link = super::Link::default();
            }
        }
        self.ip.context = Context::Deactivated;
        self.urc("+PDP: DEACT");
        self.sends_broken();
    }
}
