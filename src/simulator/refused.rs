//! FTP, SMTP, POP3 and MMS: the settings are taken, the service itself is refused (code 63, no connection).

use std::time::Duration;

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::reply::{Code, Done, Failure, NOT_ALLOWED};
use super::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command] = &[
    ("+FTPCID", taken_setting),
    ("+FTPSERV", taken_setting),
    ("+FTPPORT", taken_setting),
    ("+FTPUN", taken_setting),
    ("+FTPPW", taken_setting),
    ("+FTPMODE", taken_setting),
    ("+FTPTYPE", taken_setting),
    ("+FTPPUTOPT", taken_setting),
    ("+FTPREST", taken_setting),
    ("+FTPGETNAME", taken_setting),
    ("+FTPGETPATH", taken_setting),
    ("+FTPPUTNAME", taken_setting),
    ("+FTPPUTPATH", taken_setting),
    ("+FTPGET", Modem::no_connection),
    ("+FTPPUT", Modem::no_connection),
    ("+FTPDELE", Modem::no_connection),
    ("+FTPSIZE", Modem::no_connection),
    ("+FTPLIST", Modem::no_connection),
    ("+FTPMKD", Modem::no_connection),
    ("+FTPRMD", Modem::no_connection),
    ("+FTPEXTGET", Modem::no_connection),
    ("+FTPEXTPUT", Modem::no_connection),
    ("+FTPSTATE", |modem, call| modem.answer(call, "+FTPSTATE: 0")),
    ("+FTPQUIT", |_, _| NOT_ALLOWED),
    ("+EMAILCID", taken_setting),
    ("+EMAILTO", taken_setting),
    ("+SMTPSRV", taken_setting),
    ("+SMTPAUTH", taken_setting),
    ("+SMTPFROM", taken_setting),
    ("+SMTPRCPT", taken_setting),
    ("+SMTPSUB", taken_setting),
    ("+SMTPCC", taken_setting),
    ("+SMTPBODY", mail_body),
    ("+SMTPSEND", Modem::mail_not_sent),
    ("+POP3SRV", taken_setting),
    ("+POP3IN", Modem::mail_not_sent),
    ("+CMMSINIT", |_, _| Done::Ok),
    ("+CMMSTERM", |_, _| Done::Ok),
    ("+CMMSURL", taken_setting),
    ("+CMMSCID", taken_setting),
    ("+CMMSPROTO", taken_setting),
    ("+CMMSSENDCFG", taken_setting),
    ("+CMMSEDIT", taken_setting),
    ("+CMMSRECP", taken_setting),
    ("+CMMSVIEW", |_, _| NOT_ALLOWED),
    ("+CMMSDOWN", mms_part),
    ("+CMMSSEND", |_, _| Done::Fail(Failure::Cme(177))),
];

/// Largest mail body and MMS part.
const PART: usize = 307_200;

fn taken_setting(_: &mut Modem, call: &Call) -> Done {
    if call.form == Form::Set && call.raw.is_empty() { NOT_ALLOWED } else { Done::Ok }
}

fn mail_body(_: &mut Modem, call: &Call) -> Done {
    wait_for_part(call, 0, b"\r\nDOWNLOAD\r\n")
}

/// `AT+CMMSDOWN=<type>,<size>,<ms>`.
fn mms_part(_: &mut Modem, call: &Call) -> Done {
    wait_for_part(call, 1, b"\r\nCONNECT\r\n")
}

/// Takes data that lead nowhere.
fn wait_for_part(call: &Call, index: usize, invitation: &[u8]) -> Done {
    if call.form == Form::Test {
        return Done::Ok;
    }
    let size = call.number(index).and_then(|size| usize::try_from(size).ok()).filter(|size| (1..=PART).contains(size));
    let Some(wanted) = size else { return NOT_ALLOWED };
    let mut wait = Wait::inviting(invitation, Ending::Length { wanted }, |_, _, _, _| Done::Ok, 0);
    wait.echo = false;
    let limit = call.number(index + 1).and_then(|limit| u64::try_from(limit).ok()).unwrap_or(120_000).min(300_000);
    wait.limit = Some((Duration::from_millis(limit), Ended::TimedOut));
    Done::Prompt(Box::new(wait))
}

impl Modem {
    /// OK, and later that no connection came about.
    fn no_connection(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if !self.bearer.is_open() || (call.form == Form::Set && call.number(0) == Some(2)) {
            return NOT_ALLOWED;
        }
        self.code(Code::Ok);
        let mode = if matches!(call.name.as_str(), "+FTPGET" | "+FTPPUT" | "+FTPLIST") { "1,63" } else { "1,63,0" };
        let mode = if call.name == "+FTPSIZE" { mode } else { "1,63" };
        self.refusals.push_back(format!("{}: {mode}", call.name));
        self.later(self.profile.connect_ms, |modem, _| modem.say_refusal());
        Done::Silent
    }

    fn say_refusal(&mut self) {
        if let Some(text) = self.refusals.pop_front() {
            self.urc(text);
        }
    }

    fn mail_not_sent(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if !self.bearer.is_open() {
            return NOT_ALLOWED;
        }
        self.code(Code::Ok);
        self.refusals.push_back(format!("{}: 63", call.name));
        self.later(self.profile.connect_ms, |modem, _| modem.say_refusal());
        Done::Silent
    }
}
