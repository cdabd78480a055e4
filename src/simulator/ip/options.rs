//! Settings of TCP/IP and GPRS that are asked and remembered and change nothing else here.

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Done, NOT_ALLOWED};
use super::{Context, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[
    ("+CIPACK", Modem::cipack),
    ("+CIPSCONT", Modem::cipscont),
    ("+CIPCSGP", Modem::cipcsgp),
    ("+CGDCONT", Modem::cgdcont),
    ("+CGACT", Modem::cgact),
    ("+CGPADDR", Modem::cgpaddr),
    ("+CGCLASS", |modem, call| if call.form == Form::Read { modem.answer(call, "+CGCLASS: \"B\"") } else { Done::Ok }),
    ("+CGQREQ", |_, _| Done::Ok),
    ("+CGQMIN", |_, _| Done::Ok),
];

impl Modem {
    fn cipack(&mut self, call: &Call) -> Done {
        let number = match (call.form, self.mux()) {
            (Form::Test, _) => return Done::Ok,
            (Form::Execute, false) => Some(0),
            (Form::Set, true) => call.number(0).and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        let link = number.and_then(|number| self.link(number)).filter(|link| link.state != LinkState::Initial);
        let Some(link) = link else { return NOT_ALLOWED };
        let (sent, acknowledged) = (link.sent, link.acknowledged);
        self.answer(call, format!("+CIPACK: {sent},{acknowledged},{}", sent.saturating_sub(acknowledged)))
    }

    /// The dump of manual §8.2.27.
    fn cipscont(&mut self, call: &Call) -> Done {
        if call.form != Form::Read {
            return Done::Ok;
        }
        let (ip, settings) = (&self.ip, &self.settings);
        let mut lines = vec![
            "+CIPSCONT: 0".into(),
            "+CIPCSGP: 1".into(),
            format!("Gprs Config APN: {}", ip.apn),
            format!("Gprs Config UserId: {}", ip.user),
            format!("Gprs Config Password: {}", ip.password),
        ];
        for name in ["CIPHEAD", "CIPSHOWTP", "CIPSRIP", "CIPATS", "CIPSPRT", "CIPQSEND", "CIPMODE", "CIPCCFG", "CIPMUX"]
        {
            lines.push(format!("+{name}: {}", settings.joined(&format!("+{name}"))));
        }
        for name in ["CIPDPDP", "CIPRXGET", "CIPRDTIMER"] {
            lines.push(format!("+{name}: {}", settings.joined(&format!("+{name}"))));
        }
        self.answer(call, lines.join("\r\n"))
    }

    fn cipcsgp(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) => {
                let text = format!("+CIPCSGP: 1,\"{}\",\"{}\",\"{}\"", self.ip.apn, self.ip.user, self.ip.password);
                self.answer(call, text)
            }
            (Form::Test, _) => self
                .test(call, "0-CSD,DIALNUMBER,USER NAME,PASSWORD,RATE(0-3)\r\n+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD"),
            (Form::Set, Some(1)) if self.ip.context == Context::Initial => {
                (self.ip.apn, self.ip.user, self.ip.password) = (call.string(1), call.string(2), call.string(3));
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cgdcont(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read if self.ip.defined.is_empty() => Done::Ok,
            Form::Read => self.answer(call, format!("+CGDCONT: 1,\"IP\",\"{}\",\"0.0.0.0\",0,0", self.ip.defined)),
            Form::Test => self.test(call, "(1..3),\"IP\",,,(0-2),(0-4)"),
            Form::Set if matches!(call.number(0), Some(1..=3)) => {
                self.ip.defined = call.string(2);
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cgact(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) => {
                let active =
                    u8::from(!matches!(self.ip.context, Context::Initial | Context::Start | Context::Deactivated));
                self.answer(call, format!("+CGACT: 1,{active}"))
            }
            (Form::Test, _) => self.test(call, "(0,1)"),
            (Form::Set, Some(0)) => Done::Ok,
            // A context attaches by itself (27.007 §10.1.10).
            (Form::Set, Some(1)) if self.network.registered() => {
                let attach = |modem: &mut Self, _| {
                    modem.network.attached = modem.network.registered();
                    Done::Ok
                };
                Done::Later(self.delay([1500, 6500]), attach, 0)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cgpaddr(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(1)");
        }
        self.answer(call, format!("+CGPADDR: 1,\"{}\"", self.own_address()))
    }
}
