//! What is only remembered: settings that nobody here hears, sees or measures, each with what it is at first. After a restart
//! it is that again.

use super::desk::Desk;
use super::line::{Call, Form};
use super::model::Model;
use super::part::Part;
use super::reply::{Done, Failure};

/// Name and first value.
type Setting = (&'static str, &'static str);

const SIM800: &[Setting] = &[
    ("+MORING", "0"),
    ("+CALS", "1,0"),
    ("+SVR", "16"),
    ("+CIPBEIPING", "0"),
    ("+CIPCTL", "1"),
    ("+CDRIND", "0,0"),
    ("+CNETSCAN", "0"),
    ("+SIMTONE", "0"),
];

const SIM7600: &[Setting] = &[
    ("+CTZU", "0"),
    ("+CTZR", "0"),
    ("+CNBP", "0x0002000000400180,0x00000001E2B0F8DF"),
    ("+CNAOP", "0"),
    ("+CEMODE", "2"),
    ("+CGAUTH", "1,0"),
    ("+CGSOCKCONT", "1,\"IP\",\"\""),
    ("+CSOCKAUTH", "1,0"),
    ("+CTCPKA", "0,15,0,1"),
    ("+CIPENPSH", "1"),
    ("+CIPDNSSET", "10,3,3"),
    ("+CGPSNMEARATE", "0"),
    ("+CGNSSMODE", "15,1"),
    ("+CGPSAUTO", "0"),
    ("+CGPSXE", "0"),
    ("+CLBSCFG", "0,1"),
    ("+CGFUNC", "0,0"),
    ("+CGDRT", "0,0"),
    ("+CGSETV", "0,0"),
    ("+CVALARM", "0,3300,4300"),
    ("+CUSBPIDSWITCH", "9001"),
    ("+STK", "0"),
    ("+CPSMS", "0"),
    ("+CEDRXS", "0"),
    ("+CSDVC", "1"),
    ("+CMICGAIN", "4"),
    ("+COUTGAIN", "4"),
    ("+CECM", "1"),
    ("+PWRCTL", "0,1,3"),
    ("+CTTSPARAM", "1,3,0,1,1"),
    ("+CPCMREG", "0"),
];

/// What there is to be set, where drivers look at it.
const RANGES: &[Setting] = &[("+PWRCTL", "(0-1),(0-1),(0-3)"), ("+CPCMREG", "(0-1)")];

/// The settings of a model, as they are now.
#[derive(Debug)]
pub(super) struct Remembered {
    first: &'static [Setting],
    changed: Vec<(&'static str, String)>,
}

impl Remembered {
    pub(super) fn new(model: Model) -> Self {
        let first = match model {
            Model::Sim800l => SIM800,
            Model::Sim7600 => SIM7600,
        };
        Self { first, changed: Vec::new() }
    }
}

impl Part for Remembered {
    fn names(&self) -> Vec<&'static str> {
        self.first.iter().map(|setting| setting.0).collect()
    }

    fn command(&mut self, desk: &mut Desk, call: &Call) -> Option<Done> {
        let &(name, first) = self.first.iter().find(|setting| setting.0 == call.name)?;
        Some(match call.form {
            Form::Test => match RANGES.iter().find(|setting| setting.0 == name) {
                Some((_, ranges)) => desk.test(call, ranges),
                None => Done::Ok,
            },
            Form::Query => {
                let changed = self.changed.iter().find(|setting| setting.0 == name);
                let value = changed.map_or(first, |setting| setting.1.as_str());
                desk.answer(call, format!("{name}: {value}"))
            }
            Form::Set if !call.raw.is_empty() => {
                self.changed.retain(|setting| setting.0 != name);
                self.changed.push((name, String::from_utf8_lossy(&call.raw).into_owned()));
                Done::Ok
            }
            _ => Done::Fail(Failure::Cme(3)),
        })
    }

    fn power_on(&mut self, _: &mut Desk) {
        self.changed.clear();
    }
}
