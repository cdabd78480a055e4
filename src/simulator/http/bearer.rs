//! The bearer of the application services (`AT+SAPBR`).

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Done, Failure, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command] = &[("+SAPBR", Modem::sapbr)];

/// Settings of the bearer, in the order of the dump.
const NAMES: [&str; 6] = ["CONTYPE", "APN", "PHONENUM", "USER", "PWD", "RATE"];

/// The bearer.
#[derive(Debug, Default)]
pub(in super::super) struct Bearer {
    parameters: Vec<(String, String)>,
    address: Option<String>,
}

impl Bearer {
    pub(in super::super) fn is_open(&self) -> bool {
        self.address.is_some()
    }

    fn value(&self, name: &str) -> &str {
        self.parameters.iter().find(|entry| entry.0 == name).map_or("", |entry| entry.1.as_str())
    }
}

impl Modem {
    fn sapbr(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(0-6),(1-3),\"ConParamTag\",\"ConParamValue\"");
        }
        if call.form != Form::Set || !matches!(call.number(1), Some(1..=3)) {
            return NOT_ALLOWED;
        }
        match call.number(0) {
            Some(0) if self.bearer.is_open() => Done::Later(self.delay(self.profile.close_ms), Self::bearer_closed, 0),
            Some(1) if !self.bearer.is_open() => self.bearer_when_registered(0),
            Some(2) => {
                let (status, address) =
                    self.bearer.address.as_ref().map_or((3, "0.0.0.0"), |address| (1, address.as_str()));
                self.answer(call, format!("+SAPBR: {},{status},\"{address}\"", call.string(1)))
            }
            Some(3) => {
                let name = call.string(2).to_ascii_uppercase();
                if !NAMES.contains(&name.as_str()) || call.text(3).is_none() {
                    return NOT_ALLOWED;
                }
                self.bearer.parameters.retain(|entry| entry.0 != name);
                self.bearer.parameters.push((name, call.string(3)));
                Done::Ok
            }
            Some(4) => {
                let lines: Vec<_> = NAMES.iter().map(|name| format!("{name}: {}", self.bearer.value(name))).collect();
                self.answer(call, format!("+SAPBR:\r\n{}", lines.join("\r\n")))
            }
            Some(5 | 6) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn bearer_when_registered(&mut self, waited_ms: u32) -> Done {
        if !self.network.registered() {
            return self.poll_until(waited_ms, 85_000, Self::bearer_when_registered, Failure::Plain);
        }
        if self.burst() {
            return Done::Gone;
        }
        Done::Later(self.delay(self.profile.context_ms), Self::bearer_opened, 0)
    }

    fn bearer_opened(&mut self, _: u32) -> Done {
        // A bearer attaches by itself.
        self.network.attached = true;
        let apn = self.bearer.value("APN").to_owned();
        let Some(address) = self.grant_address(&apn) else { return Done::Fail(Failure::Plain) };
        self.bearer.address = Some(address);
        Done::Ok
    }

    fn bearer_closed(&mut self, _: u32) -> Done {
        self.bearer.address = None;
        Done::Ok
    }

    /// The network takes the bearer away.
    pub(in super::super) fn lose_bearer(&mut self) {
        if self.bearer.address.take().is_some() {
            self.urc("+SAPBR 1: DEACT");
            self.action_failed(601);
        }
    }
}
