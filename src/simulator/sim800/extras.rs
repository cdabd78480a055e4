//! What only a SIM800 has to be asked and set: lamps, sounds, bands, pins. Nobody hears or sees it here.

use crate::simulator::asked::{shown, taken};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, NOT_ALLOWED};

const COMMANDS: &[Command<Extras>] = &[
    ("+CSMINS", card_inserted),
    ("+CMTE", |_, desk, call| with_reading(desk, call, "27.34")),
    ("+CADC", |_, desk, call| shown(desk, call, "1,0")),
    ("+CCALR", |_, desk, call| {
        let ready = u8::from(desk.power.messages_ready());
        shown(desk, call, &ready.to_string())
    }),
    ("+CBAND", band),
    ("+SLEDS", lamp_times),
    ("+CGMSCLASS", |_, desk, call| shown(desk, call, "\"MULTISLOT CLASS:12\"")),
    ("+CCVM", |_, desk, call| shown(desk, call, "\"\",129")),
    ("+CALD", |_, desk, call| shown(desk, call, "0")),
    ("+CDEVICE", |_, desk, call| desk.answer(call, "Device Name:MT6261\r\nSerial Flash:32Mb\r\nSerial RAM:32Mb")),
    ("+CTTS", speech),
    ("+CTTSPARAM", |_, desk, call| shown(desk, call, "50,5,50,50,0")),
    ("+EMAILSSL", |_, desk, call| shown(desk, call, "0")),
    ("+FMOPEN", |_, _, call| taken(call)),
    ("+FMCLOSE", |_, _, _| Done::Ok),
    ("+FMFREQ", |_, desk, call| shown(desk, call, "875")),
    ("+FMVOLUME", |_, desk, call| shown(desk, call, "3")),
    ("+FMSCAN", |_, desk, call| desk.answer(call, "+FMSCAN: 0,875")),
    ("+CALA", |_, _, call| taken(call)),
    ("+CDTAM", |_, _, call| taken(call)),
    ("+CREC", |_, _, call| taken(call)),
    ("+CWHITELIST", |_, _, call| taken(call)),
    ("+CELLLOCK", |_, _, call| taken(call)),
    ("+CMNRP", |_, _, call| taken(call)),
    ("+EXUNSOL", |_, _, call| taken(call)),
    ("+UNSOL", |_, _, call| taken(call)),
    ("+SGPIO", |_, _, call| taken(call)),
    ("+SPWM", |_, _, call| taken(call)),
    ("+STTONE", |_, _, call| taken(call)),
    ("+CPTONE", |_, _, call| taken(call)),
];

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

/// Lamps, sounds and pins.
#[derive(Debug)]
pub(super) struct Extras;

impl Part for Extras {
    commands!(&[COMMANDS]);
}

/// Text to speech: nobody listens, but it ends with its line a moment later.
fn speech(_: &mut Extras, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0)) {
        (Form::Query, _) => desk.answer(call, "+CTTS: 0"),
        (Form::Test, _) => desk.test(call, "(0-2),<text>"),
        (Form::Set, Some(0)) => Done::Ok,
        (Form::Set, Some(1 | 2)) if call.text(1).is_some() => {
            desk.after([1000, 3000], |desk| desk.urc("+CTTS: 0"));
            Done::Ok
        }
        _ => NOT_ALLOWED,
    }
}

/// `+CSMINS: <n>,<card is in>` (manual §6.2.16).
fn card_inserted(_: &mut Extras, desk: &mut Desk, call: &Call) -> Done {
    let inserted = if desk.card_state().is_some() { "1" } else { "0" };
    with_reading(desk, call, inserted)
}

fn band(_: &mut Extras, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Query => desk.answer(call, "+CBAND: EGSM_MODE,ALL_BAND"),
        Form::Test => desk.test(call, &format!("({})", BANDS.join(","))),
        Form::Set if BANDS.contains(&call.word(0).as_str()) => Done::Ok,
        _ => NOT_ALLOWED,
    }
}

fn lamp_times(_: &mut Extras, desk: &mut Desk, call: &Call) -> Done {
    let times = |index: usize| call.number(index).is_some_and(|time| time == 0 || (40..=65_535).contains(&time));
    match (call.form, call.number(0)) {
        (Form::Test, _) => desk.test(call, "(1-3),(0,40-65535),(0,40-65535)"),
        (Form::Query, _) => desk.answer(call, "+SLEDS: 1,64,800\r\n+SLEDS: 2,64,3000\r\n+SLEDS: 3,64,300"),
        (Form::Set, Some(1..=3)) if times(1) && times(2) => Done::Ok,
        _ => NOT_ALLOWED,
    }
}

/// A switch of `settings` whose read form shows a value of the module behind it.
fn with_reading(desk: &mut Desk, call: &Call, reading: &str) -> Done {
    match call.form {
        Form::Query => {
            let switch = desk.value(&call.name);
            desk.answer(call, format!("{}: {switch},{reading}", call.name))
        }
        _ => desk.parameter(call).unwrap_or(NOT_ALLOWED),
    }
}
