//! The GPRS context: `CSTT`, `CIICR`, `CIFSR`, `CIPSHUT`, `CIPSTATUS`.

use super::{Context, Ip, LINKS, LinkState};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, Failure, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Ip>] = &[
    ("+CSTT", Ip::cstt),
    ("+CIICR", Ip::ciicr),
    ("+CIFSR", Ip::cifsr),
    ("+CIPSTATUS", Ip::cipstatus),
    ("+CIPSHUT", Ip::cipshut),
    ("+CIPMUX", Ip::cipmux),
];

impl Ip {
    fn cstt(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => {
                let Ip { apn, user, password, .. } = &*self;
                desk.answer(call, format!("+CSTT: \"{apn}\",\"{user}\",\"{password}\""))
            }
            Form::Test => desk.test(call, "\"APN\",\"USER\",\"PWD\""),
            Form::Execute if self.context == Context::Initial => {
                self.context = Context::Start;
                Done::Ok
            }
            Form::Set if self.context == Context::Initial => {
                let fields: Vec<String> = (0..3).map(|index| call.string(index)).collect();
                let [apn, user, password] = fields.as_slice() else { return NOT_ALLOWED };
                if call.text(0).is_none() || call.count() > 3 || fields.iter().any(|field| field.len() > 50) {
                    return NOT_ALLOWED;
                }
                (self.apn, self.user, self.password) = (apn.clone(), user.clone(), password.clone());
                self.context = Context::Start;
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn ciicr(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.context == Context::Start => {
                self.context = Context::Config;
                self.context_when_registered(desk, 0)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn context_when_registered(&mut self, desk: &mut Desk, waited_ms: u32) -> Done {
        // Detached on purpose (`AT+CGATT=0`) it stays so: a module was seen to refuse then.
        if desk.radio.registered() {
            if desk.burst() {
                return Done::Gone;
            }
            return Done::later(desk.delay(desk.profile().times.context_ms), Self::ciicr_done);
        }
        let done = desk.poll_until(waited_ms, 85_000, Self::context_when_registered, Failure::Plain);
        if matches!(done, Done::Fail(_)) {
            return self.ciicr_failed(desk);
        }
        done
    }

    fn ciicr_done(&mut self, desk: &mut Desk) -> Done {
        if self.activate(desk) { Done::Ok } else { self.ciicr_failed(desk) }
    }

    fn ciicr_failed(&mut self, desk: &mut Desk) -> Done {
        self.context = Context::Deactivated;
        desk.info("+PDP: DEACT");
        NOT_ALLOWED
    }

    /// The network answers the activation: an address, or no.
    pub(super) fn activate(&mut self, desk: &mut Desk) -> bool {
        let apn = self.apn.clone();
        let Some(address) = desk.grant_address(&apn) else { return false };
        self.context = Context::GprsAct;
        self.address = address;
        true
    }

    /// Own address, as `CIFSR` prints it.
    pub(super) fn own_address(&self) -> String {
        self.address.clone()
    }

    fn cifsr(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, self.context) {
            (Form::Test, _) => Done::Ok,
            (Form::Execute, Context::GprsAct | Context::Status) => {
                self.context = Context::Status;
                desk.info(self.own_address());
                Done::Silent
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cipstatus(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute => {
                desk.code(Code::Ok);
                desk.info(format!("STATE: {}", self.state_name(desk)));
                if Self::mux(desk) {
                    let server = self.server.as_ref().map(|server| {
                        let state = if server.listening { "LISTENING" } else { "OPENING" };
                        format!("S: 0,0,\"{}\",\"{state}\"", server.port)
                    });
                    let links = (0..LINKS).map(|number| self.link_row(number));
                    let rows: Vec<_> = server.into_iter().chain(links).collect();
                    desk.info(rows.join("\r\n"));
                }
                Done::Silent
            }
            Form::Set => match call.number(0).and_then(|number| usize::try_from(number).ok()) {
                Some(number) if Self::mux(desk) && number < LINKS => {
                    let row = self.link_row(number);
                    desk.answer(call, format!("+CIPSTATUS: {}", row.trim_start_matches("C: ")))
                }
                _ => NOT_ALLOWED,
            },
            _ => NOT_ALLOWED,
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

    fn cipshut(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute => {
                for number in 0..LINKS {
                    self.drop_socket(desk, number);
                }
                self.close_server(desk);
                self.give_up_names(desk);
                Done::later(desk.delay(desk.profile().times.close_ms), Self::shut)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn shut(&mut self, desk: &mut Desk) -> Done {
        let Ip { apn, user, password, name_servers, local_ports, udp, contexts, .. } = std::mem::take(self);
        *self = Self { apn, user, password, name_servers, local_ports, udp, contexts, ..Ip::default() };
        desk.info("SHUT OK");
        Done::Silent
    }

    fn cipmux(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Set && (self.context != Context::Initial || desk.value("+CIPMODE") == 1) {
            return NOT_ALLOWED;
        }
        desk.parameter(call).unwrap_or(NOT_ALLOWED)
    }

    /// The network takes the context away: `+PDP: DEACT`, and every connection is cut.
    pub(super) fn lose_context(&mut self, desk: &mut Desk) {
        let up = matches!(self.context, Context::GprsAct | Context::Status);
        if !up {
            return;
        }
        self.leave_transparent(desk);
        self.close_server(desk);
        self.give_up_names(desk);
        for number in 0..LINKS {
            self.drop_socket(desk, number);
            if let Some(link) = self.links.get_mut(number) {
                *link = super::Link::default();
            }
        }
        self.context = Context::Deactivated;
        desk.urc("+PDP: DEACT");
        self.sends_broken(desk);
    }
}
