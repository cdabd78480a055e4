//! V.250: reset, store, the line's rate; power; the character set.

use std::fmt::Write;

use super::desk::Desk;
use super::line::{Call, Form};
use super::model::Model;
use super::part::{Command, Part, commands};
use super::reply::{Code, Done, NOT_ALLOWED};
use super::settings::{Kept, Settings};

const COMMANDS: &[Command<Basic>] = &[
    ("Z", |_, desk, _| {
        let stored = desk.stored().clone();
        desk.settings.take_over(&stored, |kept| kept == Kept::Written);
        Done::Ok
    }),
    ("&F", |_, desk, _| {
        desk.settings.take_over(&Settings::default(), |kept| kept == Kept::Written);
        Done::Ok
    }),
    ("&W", |_, desk, _| {
        let settings = desk.settings.clone();
        desk.stored_mut().take_over(&settings, |kept| kept != Kept::No);
        Done::Ok
    }),
    ("&V", show_settings),
    ("T", |_, _, _| Done::Ok),
    ("P", |_, _, _| Done::Ok),
    ("N", |_, _, _| Done::Ok),
    ("+IPR", rate),
    ("+IPREX", lasting_rate),
    ("+CPOWD", power_down),
    ("+CPOF", power_off),
    ("+CRESET", power_off),
    ("+CFUN", functionality),
    ("+CSCS", character_set),
];

/// Rates of `AT+IPR` (manual §2.2.41); 0 is auto-baud.
const RATES: &[i64] = &[0, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800];
/// Further ones of a SIM7600.
const LTE_RATES: &[i64] = &[300, 600, 921_600, 3_000_000];
/// Character sets of `AT+CSCS`.
const SETS: &[&str] = &["IRA", "GSM", "UCS2", "HEX", "PCCP", "PCDN", "8859-1"];

/// The commands that every modem has.
#[derive(Debug)]
pub(super) struct Basic;

impl Part for Basic {
    commands!(&[COMMANDS]);
}

fn show_settings(_: &mut Basic, desk: &mut Desk, _: &Call) -> Done {
    const SHOWN: &[&str] =
        &["E", "Q", "V", "X", "S0", "S3", "S4", "S5", "S6", "S7", "S8", "S10", "+CREG", "+CGREG", "+CMEE"];
    let mut text = String::from("ACTIVE PROFILE");
    for name in SHOWN.iter().chain(&["+CIURC", "+CMGF", "+CNMI", "+CSCLK", "+IPR", "+IFC", "+ICF", "+CLTS"]) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\r\n{}: {}", name.trim_start_matches('+'), desk.settings.joined(name));
    }
    desk.info(text);
    Done::Ok
}

/// The new rate counts after the OK.
fn rate(_: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Query => desk.parameter(call).unwrap_or(NOT_ALLOWED),
        Form::Test => {
            let list: Vec<_> = rates(desk).skip(1).map(|rate| rate.to_string()).collect();
            desk.info(format!("{}: (),(0,{})", call.name, list.join(",")));
            Done::Ok
        }
        Form::Set if call.number(0).is_some_and(|wanted| rates(desk).any(|rate| rate == wanted)) => {
            desk.parameter(call).unwrap_or(NOT_ALLOWED)
        }
        _ => NOT_ALLOWED,
    }
}

/// Rates that a modem knows.
fn rates(desk: &Desk) -> impl Iterator<Item = i64> {
    let further = if desk.profile().modem == Model::Sim7600 { LTE_RATES } else { &[] };
    RATES.iter().chain(further).copied()
}

/// `AT+IPREX` of the SIM7600: a rate that is there again after a restart.
fn lasting_rate(part: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    if desk.profile().modem != Model::Sim7600 {
        return Done::Fail(super::reply::Failure::Cme(601));
    }
    let done = match call.form {
        Form::Query => return desk.answer(call, format!("+IPREX: {}", desk.value("+IPR"))),
        Form::Test => return rate(part, desk, call),
        _ => {
            let mut own = call.clone();
            own.name = "+IPR".into();
            rate(part, desk, &own)
        }
    };
    if matches!(done, Done::Ok) {
        let rate = desk.value("+IPR");
        desk.stored_mut().set("+IPR", rate);
    }
    done
}

fn power_down(_: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0)) {
        (Form::Test, _) => desk.test(call, "(0,1)"),
        (Form::Set, Some(quiet @ (0 | 1))) => {
            if quiet == 1 {
                desk.info("NORMAL POWER DOWN");
            }
            desk.switch_off();
            Done::Gone
        }
        _ => NOT_ALLOWED,
    }
}

/// `AT+CPOF` and `AT+CRESET` of the SIM7600.
fn power_off(_: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    if desk.profile().modem != Model::Sim7600 || !matches!(call.form, Form::Execute | Form::Test) {
        return Done::Fail(super::reply::Failure::Cme(601));
    }
    if call.form == Form::Test {
        return Done::Ok;
    }
    desk.code(Code::Ok);
    if call.name == "+CRESET" {
        desk.restart();
    } else {
        desk.switch_off();
    }
    Done::Gone
}

fn functionality(_: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0), call.number(1).unwrap_or(0)) {
        (Form::Query, ..) => desk.answer(call, format!("+CFUN: {}", desk.radio.functionality())),
        (Form::Test, ..) => desk.test(call, "(0,1,4),(0,1)"),
        (Form::Set, Some(1), 1) => {
            desk.code(Code::Ok);
            desk.restart();
            Done::Gone
        }
        (Form::Set, Some(value @ (0 | 1 | 4)), 0) => {
            let value = u8::try_from(value).unwrap_or(1);
            Done::after(desk.delay([100, 400]), move |desk| desk.set_functionality(value))
        }
        _ => NOT_ALLOWED,
    }
}

fn character_set(_: &mut Basic, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Test => {
            let list: Vec<_> = SETS.iter().map(|set| format!("\"{set}\"")).collect();
            desk.test(call, &format!("({})", list.join(",")))
        }
        Form::Query => desk.answer(call, format!("+CSCS: \"{}\"", desk.character_set())),
        Form::Set => match SETS.iter().find(|set| **set == call.word(0)) {
            Some(set) => {
                desk.set_character_set(set);
                Done::Ok
            }
            None => NOT_ALLOWED,
        },
        _ => NOT_ALLOWED,
    }
}
