//! TLS of the SIM800 beyond `CIPSSL` (SSL application note): whether a server's certificate must be good (`SSLOPT`). The authority
//! it is checked against comes from a file (`SSLSETCERT`, with the files).

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, NOT_ALLOWED};

const COMMANDS: &[Command<Ssl>] = &[("+SSLOPT", Ssl::options)];

/// The one set of settings of a SIM800, among those that a SIM7600 has.
pub(super) const CONTEXT: usize = 0;

/// `AT+SSLOPT=<0: pass over what is wrong with a certificate, 1: say who the module is>,<0 or 1>`.
#[derive(Debug)]
pub(super) struct Ssl {
    /// From the start any certificate will do.
    lenient: bool,
    /// Only remembered: no server is shown a certificate.
    shows_own: bool,
}

impl Default for Ssl {
    fn default() -> Self {
        Self { lenient: true, shows_own: false }
    }
}

impl Part for Ssl {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, desk: &mut Desk) {
        *self = Self::default();
        self.apply(desk);
    }
}

impl Ssl {
    fn apply(&self, desk: &mut Desk) {
        desk.security.set(CONTEXT, "authmode", if self.lenient { "0" } else { "1" });
    }

    fn options(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let switch = call.number(1).filter(|switch| matches!(switch, 0 | 1)).map(|switch| switch == 1);
        match (call.form, call.number(0), switch) {
            (Form::Test, ..) => return desk.test(call, "(0,1),(0,1)"),
            (Form::Query, ..) => {
                let [lenient, own] = [self.lenient, self.shows_own].map(u8::from);
                return desk.answer(call, format!("+SSLOPT: 0,{lenient}\r\n+SSLOPT: 1,{own}"));
            }
            (Form::Set, Some(0), Some(on)) => self.lenient = on,
            (Form::Set, Some(1), Some(on)) => self.shows_own = on,
            _ => return NOT_ALLOWED,
        }
        self.apply(desk);
        Done::Ok
    }
}
