//! The modem's state, as far as the bytes have shown it.
//!
//! `None` means: not seen. Nothing is assumed about what came before the log.

use super::command::role_of;
use super::connections::Connections;
use super::deafness::Deafness;
use super::registration::Registration;
use crate::vocabulary::{Call, Family, Form, Line, Role, number};

/// The modem's settings and states.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was seen or not; none excludes another")]
pub(crate) struct State {
    /// `ATE`.
    pub echo: Option<bool>,
    /// `ATV`.
    pub(crate) verbose: Option<bool>,
    /// `ATQ1`.
    pub quiet: Option<bool>,
    /// `AT+CMEE`.
    pub(crate) cmee: Option<u8>,
    /// `AT+CIPMUX`.
    pub(crate) mux: Option<bool>,
    /// `AT+CIPMODE`: transparent mode.
    pub(crate) transparent: Option<bool>,
    /// `AT+CIPSPRT`.
    pub(crate) sprt: Option<u8>,
    /// `AT+CIPRXGET`: data is read by hand.
    pub(crate) manual_receive: Option<bool>,
    /// `AT+CIPHEAD`.
    pub(crate) head: Option<bool>,
    /// Received data has a head, unless that is switched off: the family's way.
    pub(crate) framed: bool,
    /// `AT+CIPATS`: data is sent by a timer.
    pub(crate) timed_send: Option<bool>,
    /// `AT+CMGF`.
    pub(crate) cmgf: Option<u8>,
    /// `AT+CSCS` is a set in which text is written plainly (GSM, IRA).
    pub(crate) plain_texts: Option<bool>,
    /// `AT+CSCLK`.
    pub sleep: Option<u8>,
    /// The setting that may have made the modem deaf.
    pub(crate) deafness: Option<Deafness>,
    /// `AT+CFUN`.
    pub functions: Option<u8>,
    /// A Wi-Fi module joins networks (`AT+CWMODE`), or is an access point alone.
    pub(crate) joins: Option<bool>,
    /// What `AT+CIPSEND?` told.
    pub(crate) send_limit: Option<u32>,
    /// The data connection, and the connections on it.
    pub(crate) connections: Connections,
    /// Last rssi of `+CSQ`.
    pub csq: Option<u8>,
    /// How many of them came.
    pub(crate) csq_readings: u32,
    /// Whether it is in a network.
    pub(crate) registration: Registration,
    /// The SIM was seen READY.
    pub(crate) sim_ready: bool,
    /// Boot lines were seen.
    pub started: bool,
    /// `SMS Ready` was seen since.
    pub(crate) sms_ready: bool,
}

impl State {
    /// What a modem is after a start, as far as that is certain.
    pub(crate) fn restart(&mut self) {
        let old = std::mem::take(self);
        *self = Self {
            mux: Some(false),
            transparent: Some(false),
            sprt: Some(1),
            manual_receive: Some(false),
            head: (!old.framed).then_some(false),
            framed: old.framed,
            timed_send: Some(false),
            connections: Connections::restarted(),
            started: true,
            verbose: old.verbose,
            csq_readings: old.csq_readings,
            ..Self::default()
        };
    }

    /// Data of a peer may come without any frame around it.
    #[must_use]
    #[inline]
    pub(crate) fn bare_data_possible(&self) -> bool {
        let headless = || if self.framed { self.head == Some(false) } else { self.head != Some(true) };
        self.connections.is_open() && headless() && self.manual_receive != Some(true) && self.mux != Some(true)
    }

    /// A command line was answered OK: its settings hold.
    pub(crate) fn accepted(&mut self, line: &[u8], family: &'static Family) {
        for call in Line::read(line).into_iter().flat_map(Line::calls) {
            self.accepted_call(&call, role_of(&call, family.find(&call)));
        }
    }

    /// One command of a line was answered OK.
    pub(crate) fn accepted_call(&mut self, call: &Call<'_>, role: Role) {
        match call.form {
            _ if role == Role::Basic => self.accepted_basic(call),
            Form::Set => self.set(call, role),
            Form::Execute => match role {
                Role::AccessPoint => self.connections.prepared(),
                Role::ContextOpen | Role::Address => self.connections.context_opened(),
                _ => {}
            },
            Form::Query | Form::Test | Form::Malformed => {}
        }
    }

    fn set(&mut self, call: &Call<'_>, role: Role) {
        let small = call.number(0).and_then(|number| u8::try_from(number).ok());
        let on = small.map(|value| value != 0);
        match role {
            Role::Errors => self.cmee = small.or(self.cmee),
            Role::Multi => self.mux = on,
            Role::Transparent => self.transparent = on,
            Role::PromptShown => self.sprt = small,
            Role::Receive if small.is_some_and(|mode| mode < 2) => self.manual_receive = on,
            Role::Head => self.head = on,
            Role::TimedSend => self.timed_send = on,
            Role::SmsMode => self.cmgf = small,
            Role::Characters => {
                self.plain_texts =
                    Some(!matches!(call.parameter(0).text.to_ascii_uppercase().as_slice(), b"UCS2" | b"HEX"));
            }
            Role::WifiMode => self.joins = small.map(|mode| mode != 2),
            Role::Sleep => self.sleep = small,
            Role::Functions => self.functions = small,
            Role::AccessPoint => self.connections.prepared(),
            Role::Attach if small == Some(0) => self.connections.detached(),
            _ => {}
        }
    }

    /// `E0`, `V1`, `&F` and the like.
    fn accepted_basic(&mut self, call: &Call<'_>) {
        let on = Some(number(call.raw()).unwrap_or(0) != 0);
        match call.name.to_ascii_uppercase().as_slice() {
            b"E" => self.echo = on,
            b"V" => self.verbose = on,
            b"Q" => self.quiet = on,
            b"Z" => (self.echo, self.verbose, self.quiet, self.cmee) = (None, None, None, None),
            b"&F" => (self.echo, self.verbose, self.quiet, self.cmee) = (Some(true), Some(true), Some(false), None),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::dialog::connections::Ip;
    use crate::vocabulary::sim800;

    #[test]
    fn glued_commands_set_echo_and_verbosity() {
        let mut state = State::default();
        state.accepted(b"ATE0Q0S0=1S3=13V1X4;+IFC=0,0;+CMEE=2;&W", sim800());
        assert_eq!(
            (state.echo, state.verbose, state.quiet, state.cmee),
            (Some(false), Some(true), Some(false), Some(2))
        );
        state.accepted(b"AT&FZE0&W", sim800());
        assert_eq!((state.echo, state.verbose), (Some(false), None));
        state.accepted(b"AT+CIFSR;E1", sim800());
        assert_eq!((state.echo, state.connections.context()), (Some(true), Ip::Active));
    }
}
