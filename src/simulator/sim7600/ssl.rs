//! TLS settings of the SIM7600 (`CSSLCFG`) and the certificates in its memory (`CCERTDOWN` and its like).

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, Failure};
use crate::simulator::security::{CONTEXTS, SETTINGS};
use crate::simulator::uart::{Ended, Ending, Wait};

const COMMANDS: &[Command<Ssl>] = &[
    ("+CSSLCFG", configure),
    ("+CCERTDOWN", certificate_in),
    ("+CCERTLIST", certificates),
    ("+CCERTDELE", certificate_out),
];

/// The largest certificate.
const LARGEST: usize = 10_240;

/// What works the settings and certificates of the desk.
#[derive(Debug)]
pub(super) struct Ssl;

impl Part for Ssl {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, desk: &mut Desk) {
        desk.security.restart();
    }
}

/// `AT+CSSLCFG="<name>",<context>,<value>`; `=<context>` shows one.
fn configure(_: &mut Ssl, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Test => {
            let rows: Vec<_> = SETTINGS
                .iter()
                .map(|(name, range, _)| match range {
                    Some([low, high]) => format!("+CSSLCFG: \"{name}\",(0-9),({low}-{high})"),
                    None => format!("+CSSLCFG: \"{name}\",(0-9),(5-128)"),
                })
                .collect();
            desk.info(rows.join("\r\n"));
            Done::Ok
        }
        Form::Query => {
            let rows: Vec<_> = (0..CONTEXTS).map(|context| row(desk, context)).collect();
            desk.answer(call, rows.join("\r\n"))
        }
        Form::Set if call.count() == 1 => match call.size(0).filter(|context| *context < CONTEXTS) {
            Some(context) => desk.answer(call, row(desk, context)),
            None => Done::Fail(Failure::Plain),
        },
        Form::Set if call.text(2).is_some() => match call.size(1) {
            Some(context) if desk.security.set(context, &call.string(0), &call.string(2)) => Done::Ok,
            _ => Done::Fail(Failure::Plain),
        },
        _ => Done::Fail(Failure::Plain),
    }
}

fn row(desk: &Desk, context: usize) -> String {
    let shown = SETTINGS.iter().zip(desk.security.values(context)).map(|((_, range, _), value)| match range {
        Some(_) => value.clone(),
        None => format!("\"{value}\""),
    });
    format!("+CSSLCFG: {context},{}", shown.collect::<Vec<_>>().join(","))
}

fn certificates(_: &mut Ssl, desk: &mut Desk, call: &Call) -> Done {
    let rows: Vec<_> = desk.security.certificates().map(|name| format!("+CCERTLIST: \"{name}\"")).collect();
    if rows.is_empty() { Done::Ok } else { desk.answer(call, rows.join("\r\n")) }
}

fn certificate_out(_: &mut Ssl, desk: &mut Desk, call: &Call) -> Done {
    match call.form {
        Form::Test => Done::Ok,
        Form::Set if desk.security.forget(&call.string(0)) => Done::Ok,
        _ => Done::Fail(Failure::Plain),
    }
}

/// `AT+CCERTDOWN="<name>",<length>`, then that many bytes.
fn certificate_in(_: &mut Ssl, desk: &mut Desk, call: &Call) -> Done {
    if call.form == Form::Test {
        return desk.test(call, "(5-108),(1-10240)");
    }
    let name = call.string(0);
    let wanted = call.size(1).filter(|length| (1..=LARGEST).contains(length));
    let Some(wanted) = wanted.filter(|_| call.form == Form::Set && (1..=108).contains(&name.len())) else {
        return Done::Fail(Failure::Plain);
    };
    let taken = move |_: &mut Ssl, desk: &mut Desk, ended: Ended, bytes: &[u8]| {
        if ended == Ended::Complete && desk.security.keep(name, bytes.to_vec()) {
            Done::Ok
        } else {
            Done::Fail(Failure::Plain)
        }
    };
    let mut wait = Wait::inviting(b"\r\n>", Ending::Length { wanted }, taken);
    wait.echo = false;
    Done::Prompt(Box::new(wait))
}
