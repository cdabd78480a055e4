//! Signal, registration, operator, battery.

use std::fmt::Write;

use super::super::Modem;
use super::super::faults::Fault;
use super::super::line::{Call, Form};
use super::super::reply::{Done, Failure, NOT_ALLOWED};
use super::Command;

pub(super) const COMMANDS: &[Command] = &[
    ("+CSQ", Modem::signal),
    ("+CREG", Modem::registration),
    ("+CGREG", Modem::registration),
    ("+CGATT", Modem::attach),
    ("+COPS", Modem::operator),
    ("+CBC", Modem::battery),
];

impl Modem {
    /// What `+CSQ` says now: nothing yet just after power-on, and nothing without a network or antenna.
    pub(in super::super) fn signal_quality(&self) -> u8 {
        if self.has(Fault::NoNetwork) || self.network.functionality != 1 {
            99
        } else if self.network.registration == 0 && self.card_state().is_some() {
            0
        } else if self.has(Fault::WeakSignal) {
            5
        } else {
            self.network.csq
        }
    }

    fn signal(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => self.test(call, "(0-31,99),(0-7,99)"),
            Form::Execute => {
                let quality = self.signal_quality();
                let ber = if quality == 99 { 99 } else { self.profile.ber };
                self.answer(call, format!("+CSQ: {quality},{ber}"))
            }
            _ => NOT_ALLOWED,
        }
    }

    fn registration(&mut self, call: &Call) -> Done {
        if call.form != Form::Read {
            return self.parameter(call).unwrap_or(NOT_ALLOWED);
        }
        let level = self.settings.value(&call.name);
        let mut text = format!("{}: {level},{}", call.name, self.network.registration);
        if level == 2 && self.network.registered() {
            let _ = write!(text, ",\"{}\",\"{}\"", self.profile.lac, self.profile.cell);
        }
        self.answer(call, text)
    }

    fn attach(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) => self.answer(call, format!("+CGATT: {}", u8::from(self.network.attached))),
            (Form::Test, _) => self.test(call, "(0,1)"),
            (Form::Set, Some(0)) => {
                self.network.attached = false;
                self.lose_context();
                Done::Ok
            }
            (Form::Set, Some(1)) => self.attach_when_registered(0),
            _ => NOT_ALLOWED,
        }
    }

    /// Waits for the network up to the 75 s of the manual.
    fn attach_when_registered(&mut self, waited_ms: u32) -> Done {
        if self.network.registered() {
            self.network.attached = true;
            return Done::Ok;
        }
        self.poll_until(waited_ms, 75_000, Self::attach_when_registered, Failure::Cme(30))
    }

    /// Asks again in a quarter of a second, until `limit_ms` are over.
    pub(in super::super) fn poll_until(
        &mut self,
        waited_ms: u32,
        limit_ms: u32,
        again: fn(&mut Self, u32) -> Done,
        failure: Failure,
    ) -> Done {
        const EVERY: u32 = 250;
        if waited_ms >= limit_ms || self.card_ready().is_err_and(|failure| failure != Failure::Cme(14)) {
            return Done::Fail(failure);
        }
        Done::Later(self.delay([EVERY, EVERY]), again, waited_ms + EVERY)
    }

    fn operator(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) if !self.network.registered() => self.answer(call, "+COPS: 0"),
            (Form::Read, _) => {
                let format = self.network.operator_format;
                let name = if format == 2 { &self.profile.operator_code } else { &self.profile.operator };
                self.answer(call, format!("+COPS: 0,{format},\"{name}\""))
            }
            (Form::Test, _) => Done::Later(self.delay([8000, 20_000]), Self::operators, 0),
            (Form::Set, Some(0 | 1 | 4)) => {
                self.network.deregistered = false;
                self.later(self.profile.register_ms, |modem, _| modem.register());
                Done::Later(self.delay([500, 2000]), |_, _| Done::Ok, 0)
            }
            (Form::Set, Some(2)) => {
                self.network.deregistered = true;
                self.register();
                Done::Ok
            }
            (Form::Set, Some(3)) => match call.number(1).and_then(|format| u8::try_from(format).ok()) {
                Some(format @ 0..=2) => {
                    self.network.operator_format = format;
                    Done::Ok
                }
                _ => NOT_ALLOWED,
            },
            _ => NOT_ALLOWED,
        }
    }

    fn operators(&mut self, _: u32) -> Done {
        let (name, code) = (&self.profile.operator, &self.profile.operator_code);
        let text = if self.has(Fault::NoNetwork) {
            "+COPS: ,,(0-4),(0-2)".into()
        } else {
            format!("+COPS: (2,\"{name}\",\"{name}\",\"{code}\"),,(0-4),(0-2)")
        };
        self.info(text);
        Done::Ok
    }

    fn battery(&mut self, call: &Call) -> Done {
        let millivolts = self.profile.millivolts;
        let percent = millivolts.saturating_sub(3400).min(800) / 8;
        if call.form == Form::Test {
            return self.test(call, "(0-2),(1-100),(voltage)");
        }
        self.answer(call, format!("+CBC: 0,{percent},{millivolts}"))
    }
}
