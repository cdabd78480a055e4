//! The bearer of the application services (`AT+SAPBR`).

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, News, Part, commands};
use crate::simulator::reply::{Done, Failure, NOT_ALLOWED};

const COMMANDS: &[Command<Bearer>] = &[("+SAPBR", Bearer::sapbr)];

/// Settings of the bearer, in the order of the dump.
const NAMES: [&str; 6] = ["CONTYPE", "APN", "PHONENUM", "USER", "PWD", "RATE"];

#[derive(Debug, Default)]
pub(super) struct Bearer {
    parameters: Vec<(String, String)>,
    address: Option<String>,
}

impl Part for Bearer {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    /// The network takes the bearer away.
    fn news(&mut self, desk: &mut Desk, news: &News) {
        let lost = news.context_lost();
        if lost && self.address.take().is_some() {
            desk.radio.set_bearer(false);
            desk.urc("+SAPBR 1: DEACT");
        }
    }
}

impl Bearer {
    fn is_open(&self) -> bool {
        self.address.is_some()
    }

    fn value(&self, name: &str) -> &str {
        self.parameters.iter().find(|entry| entry.0 == name).map_or("", |entry| entry.1.as_str())
    }
}

impl Bearer {
    fn sapbr(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0-6),(1-3),\"ConParamTag\",\"ConParamValue\"");
        }
        if call.form != Form::Set || !matches!(call.number(1), Some(1..=3)) {
            return NOT_ALLOWED;
        }
        match call.number(0) {
            Some(0) if self.is_open() => Done::later(desk.delay(desk.profile().times.close_ms), Self::bearer_closed),
            Some(1) if !self.is_open() => Self::bearer_when_registered(self, desk, 0),
            Some(2) => {
                let (status, address) = self.address.as_ref().map_or((3, "0.0.0.0"), |address| (1, address.as_str()));
                desk.answer(call, format!("+SAPBR: {},{status},\"{address}\"", call.string(1)))
            }
            Some(3) => {
                let name = call.word(2);
                if !NAMES.contains(&name.as_str()) || call.text(3).is_none() {
                    return NOT_ALLOWED;
                }
                self.parameters.retain(|entry| entry.0 != name);
                self.parameters.push((name, call.string(3)));
                Done::Ok
            }
            Some(4) => {
                let lines: Vec<_> = NAMES.iter().map(|name| format!("{name}: {}", self.value(name))).collect();
                desk.answer(call, format!("+SAPBR:\r\n{}", lines.join("\r\n")))
            }
            Some(5 | 6) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn bearer_when_registered(_: &mut Self, desk: &mut Desk, waited_ms: u32) -> Done {
        if !desk.radio.registered() {
            return desk.poll_until(waited_ms, 85_000, Self::bearer_when_registered, Failure::Plain);
        }
        if desk.burst() {
            return Done::Gone;
        }
        Done::later(desk.delay(desk.profile().times.context_ms), Self::bearer_opened)
    }

    fn bearer_opened(&mut self, desk: &mut Desk) -> Done {
        // A bearer attaches by itself.
        desk.radio.attach();
        let apn = self.value("APN").to_owned();
        let Some(address) = desk.grant_address(&apn) else { return Done::Fail(Failure::Plain) };
        self.address = Some(address);
        desk.radio.set_bearer(true);
        Done::Ok
    }

    fn bearer_closed(&mut self, desk: &mut Desk) -> Done {
        self.address = None;
        desk.radio.set_bearer(false);
        Done::Ok
    }
}
