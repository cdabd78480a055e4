//! Signal, registration, operator, battery.

use std::fmt::Write;

use super::desk::Desk;
use super::faults::Fault;
use super::line::{Call, Form};
use super::model::Model;
use super::part::{Command, Part, dispatch, names};
use super::reply::{Done, Failure, NOT_ALLOWED};

const COMMANDS: &[Command<Network>] = &[
    ("+CSQ", Network::signal),
    ("+CREG", Network::registration),
    ("+CGREG", Network::registration),
    ("+CGATT", Network::attach),
    ("+COPS", Network::operator),
    ("+CBC", Network::battery),
];

/// What the host set of it.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// `AT+COPS=3`: long name, short name, number.
    operator_format: u8,
}

impl Part for Network {
    fn names(&self) -> Vec<&'static str> {
        names(&[COMMANDS])
    }

    fn command(&mut self, desk: &mut Desk, call: &Call) -> Option<Done> {
        if call.name == "+CEREG" && desk.profile().modem == Model::Sim7600 {
            return Some(Self::registration(self, desk, call));
        }
        dispatch(self, desk, call, &[COMMANDS])
    }

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }
}

impl Network {
    fn signal(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "(0-31,99),(0-7,99)"),
            Form::Execute => desk.answer(call, desk.signal_line()),
            _ => NOT_ALLOWED,
        }
    }

    fn registration(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        if call.form != Form::Query {
            return desk.parameter(call).unwrap_or(NOT_ALLOWED);
        }
        let level = desk.value(&call.name);
        let mut text = format!("{}: {level},{}", call.name, desk.radio.registration());
        if level == 2 && desk.radio.registered() {
            // Writing to a String cannot fail.
            let _ = write!(text, ",\"{}\",\"{}\"", desk.profile().network.lac, desk.profile().network.cell);
        }
        desk.answer(call, text)
    }

    fn attach(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => desk.answer(call, format!("+CGATT: {}", u8::from(desk.radio.attached()))),
            (Form::Test, _) => desk.test(call, "(0,1)"),
            (Form::Set, Some(0)) => {
                desk.detach();
                Done::Ok
            }
            (Form::Set, Some(1)) => Self::attach_when_registered(self, desk, 0),
            _ => NOT_ALLOWED,
        }
    }

    /// Waits for the network up to the 75 s of the manual.
    fn attach_when_registered(_: &mut Self, desk: &mut Desk, waited_ms: u32) -> Done {
        if desk.radio.registered() {
            desk.radio.attach();
            return Done::Ok;
        }
        desk.poll_until(waited_ms, 75_000, Self::attach_when_registered, Failure::Cme(30))
    }

    fn operator(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) if !desk.radio.registered() => desk.answer(call, "+COPS: 0"),
            (Form::Query, _) => {
                let format = self.operator_format;
                let profile = desk.profile();
                let name = if format == 2 { &profile.network.operator_code } else { &profile.network.operator };
                let access = access_technology(desk);
                let text = format!("+COPS: 0,{format},\"{name}\"{access}");
                desk.answer(call, text)
            }
            (Form::Test, _) => Done::after(desk.delay([8000, 20_000]), operators),
            (Form::Set, Some(0 | 1 | 4)) => {
                desk.radio.set_deregistered(false);
                desk.register_soon();
                Done::after(desk.delay([500, 2000]), |_| Done::Ok)
            }
            (Form::Set, Some(2)) => {
                desk.radio.set_deregistered(true);
                desk.register();
                Done::Ok
            }
            (Form::Set, Some(3)) => match call.number(1).and_then(|format| u8::try_from(format).ok()) {
                Some(format @ 0..=2) => {
                    self.operator_format = format;
                    Done::Ok
                }
                _ => NOT_ALLOWED,
            },
            _ => NOT_ALLOWED,
        }
    }

    fn battery(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        let millivolts = desk.profile().millivolts;
        let percent = millivolts.saturating_sub(3400).min(800) / 8;
        match (call.form, desk.profile().modem) {
            (Form::Test, _) => desk.test(call, "(0-2),(1-100),(voltage)"),
            (_, Model::Sim800l) => desk.answer(call, format!("+CBC: 0,{percent},{millivolts}")),
            (_, Model::Sim7600) => desk.answer(call, format!("+CBC: {}.{:03}V", millivolts / 1000, millivolts % 1000)),
        }
    }
}

/// How the network is reached, behind its name: 7 is E-UTRAN (27.007 §7.3).
fn access_technology(desk: &Desk) -> &'static str {
    if desk.profile().modem == Model::Sim7600 { ",7" } else { "" }
}

/// What `AT+COPS=?` finds.
fn operators(desk: &mut Desk) -> Done {
    let (name, code) = (&desk.profile().network.operator, &desk.profile().network.operator_code);
    let text = if desk.has(Fault::NoNetwork) {
        "+COPS: ,,(0-4),(0-2)".into()
    } else {
        let access = access_technology(desk);
        format!("+COPS: (2,\"{name}\",\"{name}\",\"{code}\"{access}),,(0-4),(0-2)")
    };
    desk.info(text);
    Done::Ok
}
