//! What clients ask and set before they begin, as 27.007 has it: locks, indicators, tariffs, the card's files.
//!
//! What only needs to be remembered is in `settings`. What this modem does not do (the multiplexer, PPP, the card's files) is
//! refused in the words a module has for it.

use super::desk::{Desk, Indicators};
use super::faults::Fault;
use super::line::{Call, Form};
use super::part::{Command, Part, commands};
use super::reply::{Code, Done, Failure, NOT_ALLOWED};

const COMMANDS: &[Command<Asked>] = &[
    ("+CSPN", |_, desk, call| {
        let name = desk.profile().network.operator.clone();
        shown(desk, call, &format!("\"{name}\",0"))
    }),
    ("+COPN", operator_names),
    ("+CPOL", |_, _, call| if call.form == Form::Execute { NOT_ALLOWED } else { Done::Ok }),
    ("+CIND", indicators),
    ("+CLCK", lock),
    ("+CPWD", change_pin),
    ("+CCFC", forwarding),
    ("+CAOC", |_, desk, call| shown(desk, call, "\"000000\"")),
    ("+CACM", |_, desk, call| shown(desk, call, "\"000000\"")),
    ("+CAMM", |_, desk, call| shown(desk, call, "\"000000\"")),
    ("+CMAR", |_, _, call| taken(call)),
    ("+CPUC", |_, desk, call| shown(desk, call, "\"\",\"0\"")),
    ("+CCUG", |_, desk, call| shown(desk, call, "0,0,0")),
    ("+CRSM", |_, desk, call| of_file(desk, call, "106,130")),
    ("+CSIM", |_, desk, call| of_file(desk, call, "4,\"6A82\"")),
    ("+CGDATA", no_carrier),
    ("+CMUX", |_, desk, call| match call.form {
        Form::Test => desk.test(call, "(0),(0),(1-8),(1-32768),(1-255),(0-100),(2-255),(1-255),(1-7)"),
        _ => Done::Fail(Failure::Cme(4)),
    }),
    ("+FCLASS", fax_class),
];

/// Names of networks that `AT+COPN` knows besides the one it is on; the real list has hundreds.
const OPERATORS: [(&str, &str); 4] =
    [("20801", "Orange F"), ("20810", "SFR"), ("23410", "O2 - UK"), ("46000", "CHINA MOBILE")];

/// Asked, and often without effect.
#[derive(Debug)]
pub(super) struct Asked;

impl Part for Asked {
    commands!(&[COMMANDS]);
}

/// `NAME: values` to be asked for; a new value is taken without effect.
pub(super) fn shown(desk: &mut Desk, call: &Call, values: &str) -> Done {
    match call.form {
        Form::Query | Form::Execute => desk.answer(call, format!("{}: {values}", call.name)),
        Form::Test => Done::Ok,
        _ => taken(call),
    }
}

/// Taken without effect: nobody hears, sees or pays here.
pub(super) fn taken(call: &Call) -> Done {
    if call.form == Form::Set && call.raw.is_empty() { NOT_ALLOWED } else { Done::Ok }
}

/// A modem for data only: fax is no class of it (V.250 §6.2).
fn fax_class(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0)) {
        (Form::Query, _) => desk.answer(call, "+FCLASS: 0"),
        (Form::Test, _) => desk.test(call, "(0)"),
        (Form::Set, Some(0)) => Done::Ok,
        _ => NOT_ALLOWED,
    }
}

/// The card has no files that could be read.
fn of_file(desk: &mut Desk, call: &Call, status: &str) -> Done {
    match (call.form, desk.card_ready()) {
        (Form::Test, _) => Done::Ok,
        (Form::Set, Ok(())) => desk.answer(call, format!("{}: {status}", call.name)),
        (Form::Set, Err(failure)) => Done::Fail(failure),
        _ => NOT_ALLOWED,
    }
}

fn no_carrier(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Test => desk.test(call, "(\"PPP\")"),
        Form::Set => Done::after(desk.delay([2000, 4000]), |_| Done::Result(Code::NoCarrier)),
        _ => NOT_ALLOWED,
    }
}

fn operator_names(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    if call.form != Form::Execute {
        return if call.form == Form::Test { Done::Ok } else { NOT_ALLOWED };
    }
    let own = (desk.profile().network.operator_code.clone(), desk.profile().network.operator.clone());
    desk.info(format!("+COPN: \"{}\",\"{}\"", own.0, own.1));
    for (code, name) in OPERATORS {
        desk.info(format!("+COPN: \"{code}\",\"{name}\""));
    }
    Done::Ok
}

/// As 27.007 §8.9 has it.
fn indicators(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Test => desk.test(
            call,
            "(\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),(\"roam\",(0,1)),(\"smsfull\",(0,1))",
        ),
        Form::Query => {
            let signal = match desk.signal_quality() {
                99 => 0,
                quality => quality.div_ceil(6),
            };
            let flag = |on: bool| u8::from(on);
            let (service, roams) = (desk.radio.registered(), desk.radio.registration() == 5);
            let Indicators { unread, store_full, call: call_up } = desk.indicators;
            let text = format!(
                "+CIND: 4,{signal},{},{},{},{},{}",
                flag(service),
                flag(unread),
                flag(call_up),
                flag(roams),
                flag(store_full)
            );
            desk.answer(call, text)
        }
        _ => NOT_ALLOWED,
    }
}

/// Only the lock of the card's PIN is real; all others are off and stay so.
fn lock(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    const FACILITIES: [&str; 16] =
        ["AO", "OI", "OX", "AI", "IR", "AB", "AG", "AC", "PS", "FD", "PN", "PU", "PP", "PC", "SC", "CS"];
    if call.form == Form::Test {
        let list: Vec<_> = FACILITIES.iter().map(|name| format!("\"{name}\"")).collect();
        return desk.test(call, &format!("({})", list.join(",")));
    }
    if let Err(failure) = desk.card_ready() {
        return Done::Fail(failure);
    }
    let facility = call.word(0);
    if call.form != Form::Set || !FACILITIES.contains(&facility.as_str()) {
        return NOT_ALLOWED;
    }
    let card = facility == "SC";
    match call.number(1) {
        Some(2) => {
            let locked = card && (desk.card.asks_for_pin() || desk.has(Fault::Pin));
            desk.answer(call, format!("+CLCK: {}", u8::from(locked)))
        }
        Some(mode @ (0 | 1)) if card && desk.card.is_pin(call.text(2)) => {
            desk.card.set_asks_for_pin(mode == 1);
            Done::Ok
        }
        Some(0 | 1) => Done::Fail(Failure::Cme(16)),
        _ => NOT_ALLOWED,
    }
}

fn change_pin(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    if call.form == Form::Test {
        return desk.test(call, "(\"AB\",4),(\"AC\",4),(\"AG\",4),(\"AI\",4),(\"SC\",8),(\"P2\",8)");
    }
    let (facility, new) = (call.word(0), call.string(2));
    let legal = (4..=8).contains(&new.len()) && new.bytes().all(|byte| byte.is_ascii_digit());
    match desk.card_ready() {
        Err(failure) => Done::Fail(failure),
        Ok(()) if call.form != Form::Set || facility != "SC" || !legal => NOT_ALLOWED,
        Ok(()) if !desk.card.is_pin(call.text(1)) => Done::Fail(Failure::Cme(16)),
        Ok(()) => {
            desk.card.set_pin(new);
            Done::Ok
        }
    }
}

/// No call is forwarded.
fn forwarding(_: &mut Asked, desk: &mut Desk, call: &Call) -> Done {
    match (call.form, call.number(0), call.number(1)) {
        (Form::Test, ..) => desk.test(call, "(0-5)"),
        (Form::Set, Some(0..=5), Some(2)) => Done::after(desk.delay([1000, 3000]), |desk| {
            desk.info("+CCFC: 0,7");
            Done::Ok
        }),
        (Form::Set, Some(0..=5), Some(0..=4)) => Done::after(desk.delay([1000, 3000]), |_| Done::Ok),
        _ => NOT_ALLOWED,
    }
}
