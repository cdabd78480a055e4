//! V.250: reset, store, the line's rate, power.

use std::fmt::Write;

use super::super::Modem;
use super::super::line::{Call, Form};
use super::super::reply::{Done, NOT_ALLOWED};
use super::super::settings::{Kept, Settings};
use super::Command;

pub(super) const COMMANDS: &[Command] = &[
    ("Z", Modem::restore_stored),
    ("&F", Modem::restore_factory),
    ("&W", Modem::store),
    ("&V", Modem::show_settings),
    ("T", |_, _| Done::Ok),
    ("P", |_, _| Done::Ok),
    ("N", |_, _| Done::Ok),
    ("+IPR", Modem::rate),
    ("+CPOWD", Modem::power_down),
    ("+CFUN", Modem::functionality),
    ("+CSCS", Modem::character_set),
];

/// Rates of `AT+IPR` (manual §2.2.41); 0 is auto-baud.
const RATES: &[i64] = &[0, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800];

impl Modem {
    fn restore_stored(&mut self, _: &Call) -> Done {
        let stored = self.stored.clone();
        self.settings.take_over(&stored, |kept| kept == Kept::Written);
        Done::Ok
    }

    fn restore_factory(&mut self, _: &Call) -> Done {
        self.settings.take_over(&Settings::default(), |kept| kept == Kept::Written);
        Done::Ok
    }

    fn store(&mut self, _: &Call) -> Done {
        let settings = self.settings.clone();
        self.stored.take_over(&settings, |kept| kept != Kept::No);
        Done::Ok
    }

    fn show_settings(&mut self, _: &Call) -> Done {
        const SHOWN: &[&str] =
            &["E", "Q", "V", "X", "S0", "S3", "S4", "S5", "S6", "S7", "S8", "S10", "+CREG", "+CGREG", "+CMEE"];
        let mut text = String::from("ACTIVE PROFILE");
        for name in SHOWN.iter().chain(&["+CIURC", "+CMGF", "+CNMI", "+CSCLK", "+IPR", "+IFC", "+ICF", "+CLTS"]) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\r\n{}: {}", name.trim_start_matches('+'), self.settings.joined(name));
        }
        self.info(text);
        Done::Ok
    }

    /// The new rate counts after the OK; a simulated line has none, it only remembers.
    fn rate(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => self.parameter(call).unwrap_or(NOT_ALLOWED),
            Form::Test => {
                let list: Vec<_> = RATES.iter().skip(1).map(ToString::to_string).collect();
                self.info(format!("+IPR: (),(0,{})", list.join(",")));
                Done::Ok
            }
            Form::Set if call.number(0).is_some_and(|rate| RATES.contains(&rate)) => {
                self.parameter(call).unwrap_or(NOT_ALLOWED)
            }
            _ => NOT_ALLOWED,
        }
    }

    fn power_down(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => self.test(call, "(0,1)"),
            (Form::Set, Some(0)) => {
                self.switch_off();
                Done::Gone
            }
            (Form::Set, Some(1)) => {
                self.info("NORMAL POWER DOWN");
                self.switch_off();
                Done::Gone
            }
            _ => NOT_ALLOWED,
        }
    }

    fn functionality(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0), call.number(1).unwrap_or(0)) {
            (Form::Read, ..) => self.answer(call, format!("+CFUN: {}", self.network.functionality)),
            (Form::Test, ..) => self.test(call, "(0,1,4),(0,1)"),
            (Form::Set, Some(1), 1) => {
                self.code(super::super::reply::Code::Ok);
                self.switch_on();
                Done::Gone
            }
            (Form::Set, Some(value @ (0 | 1 | 4)), 0) => {
                let set = |modem: &mut Self, value: u32| modem.set_functionality(u8::try_from(value).unwrap_or(1));
                Done::Later(self.delay([100, 400]), set, u32::try_from(value).unwrap_or(1))
            }
            _ => NOT_ALLOWED,
        }
    }

    fn character_set(&mut self, call: &Call) -> Done {
        const SETS: &[&str] = &["IRA", "GSM", "UCS2", "HEX", "PCCP", "PCDN", "8859-1"];
        match call.form {
            Form::Test => {
                let list: Vec<_> = SETS.iter().map(|set| format!("\"{set}\"")).collect();
                self.test(call, &format!("({})", list.join(",")))
            }
            Form::Read => self.answer(call, format!("+CSCS: \"{}\"", self.sms.character_set)),
            Form::Set => match SETS.iter().find(|set| set.as_bytes() == call.text(0).unwrap_or_default()) {
                Some(set) => {
                    self.sms.character_set = set;
                    Done::Ok
                }
                None => NOT_ALLOWED,
            },
            Form::Execute => NOT_ALLOWED,
        }
    }
}
