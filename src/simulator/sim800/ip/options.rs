//! Settings of TCP/IP and GPRS that are asked and remembered and change nothing else here.

use super::{Context, Ip, LinkState};
use crate::simulator::contexts::Manner;
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Ip>] = &[
    ("+CIPACK", Ip::cipack),
    ("+CIPSCONT", Ip::cipscont),
    ("+CIPCSGP", Ip::cipcsgp),
    ("+CGDCONT", |ip, desk, call| ip.contexts.define(desk, call)),
    ("+CGACT", Ip::cgact),
    ("+CGPADDR", Ip::cgpaddr),
    (
        "+CGCLASS",
        |_, desk, call| if call.form == Form::Query { desk.answer(call, "+CGCLASS: \"B\"") } else { Done::Ok },
    ),
    ("+CGQREQ", |_, _, _| Done::Ok),
    ("+CGQMIN", |_, _, _| Done::Ok),
];

/// As a SIM800 writes them.
pub(super) const CONTEXTS: Manner =
    Manner { highest: 3, numbers: "(1..3)", types: &["IP"], tail: "0,0", ranges: "(0-2),(0-4)" };

impl Ip {
    fn cipack(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let number = match (call.form, Self::mux(desk)) {
            (Form::Test, _) => return Done::Ok,
            (Form::Execute, false) => Some(0),
            (Form::Set, true) => call.number(0).and_then(|number| usize::try_from(number).ok()),
            _ => None,
        };
        let link = number.and_then(|number| self.link(number)).filter(|link| link.state != LinkState::Initial);
        let Some(link) = link else { return NOT_ALLOWED };
        let (sent, acknowledged) = (link.sent, link.acknowledged);
        desk.answer(call, format!("+CIPACK: {sent},{acknowledged},{}", sent.saturating_sub(acknowledged)))
    }

    /// The dump of manual §8.2.27.
    fn cipscont(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form != Form::Query {
            return Done::Ok;
        }
        let (ip, settings) = (&*self, &desk.settings);
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
        desk.answer(call, lines.join("\r\n"))
    }

    fn cipcsgp(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => {
                let text = format!("+CIPCSGP: 1,\"{}\",\"{}\",\"{}\"", self.apn, self.user, self.password);
                desk.answer(call, text)
            }
            (Form::Test, _) => desk
                .test(call, "0-CSD,DIALNUMBER,USER NAME,PASSWORD,RATE(0-3)\r\n+CIPCSGP: 1-GPRS,APN,USER NAME,PASSWORD"),
            (Form::Set, Some(1)) if self.context == Context::Initial => {
                (self.apn, self.user, self.password) = (call.string(1), call.string(2), call.string(3));
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn cgact(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => {
                let active =
                    u8::from(!matches!(self.context, Context::Initial | Context::Start | Context::Deactivated));
                desk.answer(call, format!("+CGACT: 1,{active}"))
            }
            (Form::Test, _) => desk.test(call, "(0,1)"),
            (Form::Set, Some(0)) => Done::Ok,
            // A context attaches by itself (27.007 §10.1.10).
            (Form::Set, Some(1)) if desk.radio.registered() => Done::after(desk.delay([1500, 6500]), |desk| {
                desk.radio.attach();
                Done::Ok
            }),
            _ => NOT_ALLOWED,
        }
    }

    fn cgpaddr(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(1)");
        }
        desk.answer(call, format!("+CGPADDR: 1,\"{}\"", self.own_address()))
    }
}
