//! What clients ask and set before they begin, and what nobody hears here: lamps, sounds, tariffs, locks, time servers.
//!
//! What only needs to be remembered is in `settings`. What a SIM800L does not have (Bluetooth) or this one does not do (the
//! multiplexer, the card's files, SIMCom's position service) is refused in the words a module has for it.

use super::super::Modem;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, Failure, NOT_ALLOWED};
use super::Command;
use crate::simulator::faults::Fault;

pub(super) const COMMANDS: &[Command] = &[
    ("+CSMINS", Modem::card_inserted),
    ("+CMTE", |modem, call| modem.with_reading(call, "27.34")),
    ("+CADC", |modem, call| shown(modem, call, "1,0")),
    ("+CCALR", |modem, call| {
        let ready = u8::from(modem.power.sms_ready);
        shown(modem, call, &ready.to_string())
    }),
    ("+CSPN", |modem, call| {
        let name = modem.profile.operator.clone();
        shown(modem, call, &format!("\"{name}\",0"))
    }),
    ("+COPN", Modem::operator_names),
    ("+CPOL", |_, call| if call.form == Form::Execute { NOT_ALLOWED } else { Done::Ok }),
    ("+CBAND", Modem::band),
    ("+CIND", Modem::indicators),
    ("+CLCK", Modem::lock),
    ("+CPWD", Modem::change_pin),
    ("+CCFC", Modem::forwarding),
    ("+CNTP", Modem::time_server),
    ("+CIPGSMLOC", Modem::position),
    ("+SLEDS", Modem::lamp_times),
    ("+CGMSCLASS", |modem, call| shown(modem, call, "\"MULTISLOT CLASS:12\"")),
    ("+CAOC", |modem, call| shown(modem, call, "\"000000\"")),
    ("+CACM", |modem, call| shown(modem, call, "\"000000\"")),
    ("+CAMM", |modem, call| shown(modem, call, "\"000000\"")),
    ("+CCUG", |modem, call| shown(modem, call, "0,0,0")),
    ("+CCVM", |modem, call| shown(modem, call, "\"\",129")),
    ("+CALD", |modem, call| shown(modem, call, "0")),
    ("+CRSM", |modem, call| of_file(modem, call, "106,130")),
    ("+CSIM", |modem, call| of_file(modem, call, "4,\"6A82\"")),
    ("+CGDATA", no_carrier),
    ("+CMUX", |modem, call| match call.form {
        Form::Test => modem.test(call, "(0),(0),(1-8),(1-32768),(1-255),(0-100),(2-255),(1-255),(1-7)"),
        _ => Done::Fail(Failure::Cme(4)),
    }),
    ("+CALA", taken),
    ("+CDTAM", taken),
    ("+CREC", taken),
    ("+CWHITELIST", taken),
    ("+CELLLOCK", taken),
    ("+CMNRP", taken),
    ("+EXUNSOL", taken),
    ("+UNSOL", taken),
    ("+SGPIO", taken),
    ("+SPWM", taken),
    ("+STTONE", taken),
    ("+CPTONE", taken),
    ("+SSLOPT", taken),
];

/// Names of networks that `AT+COPN` knows besides the one it is on; the real list has hundreds.
const OPERATORS: [(&str, &str); 4] =
    [("20801", "Orange F"), ("20810", "SFR"), ("23410", "O2 - UK"), ("46000", "CHINA MOBILE")];

/// What `AT+CBAND` takes.
const BANDS: [&str; 9] = [
    "EGSM_MODE",
    "PGSM_MODE",
    "DCS_MODE",
    "GSM850_MODE",
    "PCS_MODE",
    "EGSM_DCS_MODE",
    "GSM850_PCS_MODE",
    "EGSM_PCS_MODE",
    "ALL_BAND",
];

/// `NAME: values` to be asked for; a new value is taken without effect.
fn shown(modem: &mut Modem, call: &Call, values: &str) -> Done {
    match call.form {
        Form::Read | Form::Execute => modem.answer(call, format!("{}: {values}", call.name)),
        Form::Test => Done::Ok,
        Form::Set => taken(modem, call),
    }
}

/// Taken without effect: nobody hears, sees or pays here.
fn taken(_: &mut Modem, call: &Call) -> Done {
    if call.form == Form::Set && call.raw.is_empty() { NOT_ALLOWED } else { Done::Ok }
}

/// The card has no files that could be read.
fn of_file(modem: &mut Modem, call: &Call, status: &str) -> Done {
    match (call.form, modem.card_ready()) {
        (Form::Test, _) => Done::Ok,
        (Form::Set, Ok(())) => modem.answer(call, format!("{}: {status}", call.name)),
        (Form::Set, Err(failure)) => Done::Fail(failure),
        _ => NOT_ALLOWED,
    }
}

fn no_carrier(modem: &mut Modem, call: &Call) -> Done {
    match call.form {
        Form::Test => modem.test(call, "(\"PPP\")"),
        Form::Set => Done::Later(modem.delay([2000, 4000]), |_, _| Done::Result(Code::NoCarrier), 0),
        _ => NOT_ALLOWED,
    }
}

impl Modem {
    /// `+CSMINS: <n>,<card is in>` (manual §6.2.16).
    fn card_inserted(&mut self, call: &Call) -> Done {
        let inserted = if self.card_state().is_some() { "1" } else { "0" };
        self.with_reading(call, inserted)
    }

    /// A switch of `settings` whose read form shows a value of the module behind it.
    fn with_reading(&mut self, call: &Call, reading: &str) -> Done {
        match call.form {
            Form::Read => {
                let switch = self.settings.value(&call.name);
                self.answer(call, format!("{}: {switch},{reading}", call.name))
            }
            _ => self.parameter(call).unwrap_or(NOT_ALLOWED),
        }
    }

    fn operator_names(&mut self, call: &Call) -> Done {
        if call.form != Form::Execute {
            return if call.form == Form::Test { Done::Ok } else { NOT_ALLOWED };
        }
        let own = (self.profile.operator_code.clone(), self.profile.operator.clone());
        self.info(format!("+COPN: \"{}\",\"{}\"", own.0, own.1));
        for (code, name) in OPERATORS {
            self.info(format!("+COPN: \"{code}\",\"{name}\""));
        }
        Done::Ok
    }

    fn band(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => self.answer(call, "+CBAND: EGSM_MODE,ALL_BAND"),
            Form::Test => self.test(call, &format!("({})", BANDS.join(","))),
            Form::Set if BANDS.contains(&call.string(0).as_str()) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    /// As 27.007 §8.9 has it.
    fn indicators(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => self.test(
                call,
                "(\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),(\"roam\",(0,1)),(\"smsfull\",(0,1))",
            ),
            Form::Read => {
                let signal = match self.signal_quality() {
                    99 => 0,
                    quality => quality.div_ceil(6),
                };
                let flag = |on: bool| u8::from(on);
                let (service, roams) = (self.network.registered(), self.network.registration == 5);
                let (unread, full) = self.sms.indicators();
                let call_up = self.calls.description().is_some();
                let text = format!(
                    "+CIND: 4,{signal},{},{},{},{},{}",
                    flag(service),
                    flag(unread),
                    flag(call_up),
                    flag(roams),
                    flag(full)
                );
                self.answer(call, text)
            }
            _ => NOT_ALLOWED,
        }
    }

    /// Only the lock of the card's PIN is real; all others are off and stay so.
    fn lock(&mut self, call: &Call) -> Done {
        const FACILITIES: [&str; 16] =
            ["AO", "OI", "OX", "AI", "IR", "AB", "AG", "AC", "PS", "FD", "PN", "PU", "PP", "PC", "SC", "CS"];
        if call.form == Form::Test {
            let list: Vec<_> = FACILITIES.iter().map(|name| format!("\"{name}\"")).collect();
            return self.test(call, &format!("({})", list.join(",")));
        }
        if let Err(failure) = self.card_ready() {
            return Done::Fail(failure);
        }
        let facility = call.string(0).to_ascii_uppercase();
        if call.form != Form::Set || !FACILITIES.contains(&facility.as_str()) {
            return NOT_ALLOWED;
        }
        let card = facility == "SC";
        match call.number(1) {
            Some(2) => {
                let locked = card && (self.card.locked || self.has(Fault::Pin));
                self.answer(call, format!("+CLCK: {}", u8::from(locked)))
            }
            Some(mode @ (0 | 1)) if card && call.text(2) == Some(self.profile.pin.as_bytes()) => {
                self.card.locked = mode == 1;
                Done::Ok
            }
            Some(0 | 1) => Done::Fail(Failure::Cme(16)),
            _ => NOT_ALLOWED,
        }
    }

    fn change_pin(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(\"AB\",4),(\"AC\",4),(\"AG\",4),(\"AI\",4),(\"SC\",8),(\"P2\",8)");
        }
        let (facility, new) = (call.string(0).to_ascii_uppercase(), call.string(2));
        let legal = (4..=8).contains(&new.len()) && new.bytes().all(|byte| byte.is_ascii_digit());
        match self.card_ready() {
            Err(failure) => Done::Fail(failure),
            Ok(()) if call.form != Form::Set || facility != "SC" || !legal => NOT_ALLOWED,
            Ok(()) if call.text(1) != Some(self.profile.pin.as_bytes()) => Done::Fail(Failure::Cme(16)),
            Ok(()) => {
                self.profile.pin = new;
                Done::Ok
            }
        }
    }

    /// No call is forwarded.
    fn forwarding(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0), call.number(1)) {
            (Form::Test, ..) => self.test(call, "(0-5)"),
            (Form::Set, Some(0..=5), Some(2)) => {
                let tell = |modem: &mut Self, _| {
                    modem.info("+CCFC: 0,7");
                    Done::Ok
                };
                Done::Later(self.delay([1000, 3000]), tell, 0)
            }
            (Form::Set, Some(0..=5), Some(0..=4)) => Done::Later(self.delay([1000, 3000]), |_, _| Done::Ok, 0),
            _ => NOT_ALLOWED,
        }
    }

    /// `AT+CNTP` asks no server: with a bearer the clock takes the simulated network's time, without one it fails with 61.
    fn time_server(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => self.test(call, "length of server,(-47-48),(0,1),(0-2)"),
            Form::Read => {
                let (server, zone) = &self.time_server;
                let text = format!("+CNTP: {server},{zone}");
                self.answer(call, text)
            }
            Form::Set => {
                let zone = if call.count() > 1 { call.number(1) } else { Some(i64::from(self.time_server.1)) };
                let zone = zone.and_then(|zone| i8::try_from(zone).ok()).filter(|zone| (-47..=48).contains(zone));
                let (false, Some(zone)) = (call.string(0).is_empty() || call.string(0).len() > 50, zone) else {
                    return NOT_ALLOWED;
                };
                self.time_server = (call.string(0), zone);
                Done::Ok
            }
            Form::Execute => {
                self.code(Code::Ok);
                self.later([1000, 3000], |modem, _| modem.time_served());
                Done::Silent
            }
        }
    }

    fn time_served(&mut self) {
        if !self.bearer.is_open() {
            self.urc("+CNTP: 61");
            return;
        }
        self.clock = self.network_clock().in_zone(self.time_server.1, self.now);
        self.urc("+CNTP: 1");
    }

    /// SIMCom's position service is not there: 601, network error.
    fn position(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => self.test(call, "(1,2),(1-3)"),
            (Form::Set, Some(1 | 2)) => {
                let tell = |modem: &mut Self, _| {
                    modem.info("+CIPGSMLOC: 601");
                    Done::Ok
                };
                Done::Later(self.delay(self.profile.connect_ms), tell, 0)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn lamp_times(&mut self, call: &Call) -> Done {
        let times = |index: usize| call.number(index).is_some_and(|time| time == 0 || (40..=65_535).contains(&time));
        match (call.form, call.number(0)) {
            (Form::Test, _) => self.test(call, "(1-3),(0,40-65535),(0,40-65535)"),
            (Form::Read, _) => self.answer(call, "+SLEDS: 1,64,800\r\n+SLEDS: 2,64,3000\r\n+SLEDS: 3,64,300"),
            (Form::Set, Some(1..=3)) if times(1) && times(2) => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }
}
