//! TLS of the SIM800 beyond `CIPSSL` (SSL application note): whether a server's certificate must be good (`SSLOPT`), and the
//! authority it is checked against, which comes from a file (`SSLSETCERT`).

use super::files::{Files, path};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Files>] = &[("+SSLOPT", options), ("+SSLSETCERT", import)];

/// The one set of settings of a SIM800, among those that a SIM7600 has.
pub(super) const CONTEXT: usize = 0;

/// `AT+SSLOPT=<0: pass over what is wrong with a certificate, 1: say who the module is>,<0 or 1>`.
#[derive(Debug)]
pub(super) struct Options {
    /// From the start any certificate will do.
    lenient: bool,
    /// Only remembered: no server is shown a certificate.
    shows_own: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { lenient: true, shows_own: false }
    }
}

fn options(files: &mut Files, desk: &mut Desk, call: &Call) -> Done {
    let options = &mut files.ssl;
    let switch = call.number(1).filter(|switch| matches!(switch, 0 | 1)).map(|switch| switch == 1);
    match (call.form, call.number(0), switch) {
        (Form::Test, ..) => return desk.test(call, "(0,1),(0,1)"),
        (Form::Query, ..) => {
            let [lenient, own] = [options.lenient, options.shows_own].map(u8::from);
            return desk.answer(call, format!("+SSLOPT: 0,{lenient}\r\n+SSLOPT: 1,{own}"));
        }
        (Form::Set, Some(0), Some(on)) => options.lenient = on,
        (Form::Set, Some(1), Some(on)) => options.shows_own = on,
        _ => return NOT_ALLOWED,
    }
    desk.security.set(CONTEXT, "authmode", if options.lenient { "0" } else { "1" });
    Done::Ok
}

/// `AT+SSLSETCERT="<file>"[,"<password>"]`: OK, then whether it was taken. That the file is one is not looked at, nor its
/// password used: what is no certificate is found out by a connection that fails.
fn import(files: &mut Files, desk: &mut Desk, call: &Call) -> Done {
    if call.form != Form::Set {
        return if call.form == Form::Test { Done::Ok } else { NOT_ALLOWED };
    }
    let Some((name, bytes)) = path(call, 0).and_then(|path| Some((path.clone(), files.content(&path)?.to_vec())))
    else {
        return NOT_ALLOWED;
    };
    let taken = desk.security.set(CONTEXT, "cacert", &name) && desk.security.keep(name, bytes);
    desk.after([200, 600], move |desk| desk.urc(format!("+SSLSETCERT: {}", u8::from(!taken))));
    Done::Ok
}
