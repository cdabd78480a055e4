//! Requests to the network by code (`AT+CUSD`, `ATD*100#;`).

use super::desk::Desk;
use super::line::{Call, Form};
use super::part::{Command, Part, commands};
use super::reply::{Done, NOT_ALLOWED};
use super::sms::alphabet;

const COMMANDS: &[Command<Ussd>] = &[("+CUSD", Ussd::cusd)];

/// Requests and their answers.
#[derive(Debug)]
pub(super) struct Ussd;

impl Part for Ussd {
    commands!(&[COMMANDS]);
}

impl Ussd {
    fn cusd(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => desk.answer(call, "+CUSD: 0"),
            (Form::Test, _) => desk.test(call, "(0-2)"),
            (Form::Set, Some(0 | 2)) => Done::Ok,
            (Form::Set, Some(1)) => {
                if call.text(1).is_some() {
                    request(desk);
                }
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }
}

/// The request goes out; the answer comes by itself.
pub(super) fn request(desk: &mut Desk) {
    desk.after([1500, 4000], answered);
}

fn answered(desk: &mut Desk) {
    if !desk.radio.registered() {
        desk.urc("+CUSD: 4");
        return;
    }
    let text = alphabet::shown(desk.character_set(), &desk.profile().calls.ussd);
    let comma = if desk.profile().calls.ussd_blank { ", " } else { "," };
    let mut line = format!("+CUSD: 0{comma}\"").into_bytes();
    line.extend(text);
    line.extend(format!("\"{comma}15").into_bytes());
    desk.urc(line);
}
