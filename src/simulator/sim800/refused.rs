//! Mail and MMS: the settings are taken, the service itself is refused (code 63, no connection).

use std::time::Duration;

use crate::simulator::asked::taken;
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Code, Done, Failure, NOT_ALLOWED};
use crate::simulator::uart::{Ended, Ending, Wait};

const COMMANDS: &[Command<Refused>] = &[
    ("+EMAILCID", |_, _, call| taken(call)),
    ("+EMAILTO", |_, _, call| taken(call)),
    ("+SMTPSRV", |_, _, call| taken(call)),
    ("+SMTPAUTH", |_, _, call| taken(call)),
    ("+SMTPFROM", |_, _, call| taken(call)),
    ("+SMTPRCPT", |_, _, call| taken(call)),
    ("+SMTPSUB", |_, _, call| taken(call)),
    ("+SMTPCC", |_, _, call| taken(call)),
    ("+SMTPBODY", mail_body),
    ("+SMTPSEND", mail_not_sent),
    ("+POP3SRV", |_, _, call| taken(call)),
    ("+POP3IN", mail_not_sent),
    ("+CMMSINIT", |_, _, _| Done::Ok),
    ("+CMMSTERM", |_, _, _| Done::Ok),
    ("+CMMSURL", |_, _, call| taken(call)),
    ("+CMMSCID", |_, _, call| taken(call)),
    ("+CMMSPROTO", |_, _, call| taken(call)),
    ("+CMMSSENDCFG", |_, _, call| taken(call)),
    ("+CMMSEDIT", |_, _, call| taken(call)),
    ("+CMMSRECP", |_, _, call| taken(call)),
    ("+CMMSVIEW", |_, _, _| NOT_ALLOWED),
    ("+CMMSDOWN", mms_part),
    ("+CMMSSEND", |_, _, _| Done::Fail(Failure::Cme(177))),
];

/// Largest mail body and MMS part.
const PART: usize = 307_200;

/// Services without a server.
#[derive(Debug)]
pub(super) struct Refused;

impl Part for Refused {
    commands!(&[COMMANDS]);
}

fn mail_body(_: &mut Refused, _: &mut Desk, call: &Call) -> Done {
    wait_for_part(call, 0, b"\r\nDOWNLOAD\r\n")
}

/// `AT+CMMSDOWN=<type>,<size>,<ms>`.
fn mms_part(_: &mut Refused, _: &mut Desk, call: &Call) -> Done {
    wait_for_part(call, 1, b"\r\nCONNECT\r\n")
}

/// Takes data that lead nowhere.
fn wait_for_part(call: &Call, index: usize, invitation: &[u8]) -> Done {
    if call.form == Form::Test {
        return Done::Ok;
    }
    let size = call.size(index).filter(|size| (1..=PART).contains(size));
    let Some(wanted) = size else { return NOT_ALLOWED };
    let mut wait = Wait::inviting(invitation, Ending::Length { wanted }, |_: &mut Refused, _, _, _| Done::Ok);
    wait.echo = false;
    let limit = call.number(index + 1).and_then(|limit| u64::try_from(limit).ok()).unwrap_or(120_000).min(300_000);
    wait.limit = Some((Duration::from_millis(limit), Ended::TimedOut));
    Done::Prompt(Box::new(wait))
}

/// OK, and later that no connection came about.
fn mail_not_sent(_: &mut Refused, desk: &mut Desk, call: &Call) -> Done {
    if call.form == Form::Test {
        return Done::Ok;
    }
    if !desk.services_up() {
        return NOT_ALLOWED;
    }
    desk.code(Code::Ok);
    let text = format!("{}: 63", call.name);
    desk.after(desk.profile().times.refused_ms, move |desk| desk.urc(text));
    Done::Silent
}
