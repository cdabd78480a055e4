//! The modem's state, as far as the bytes have shown it.
//!
//! `None` means: not seen. Nothing is assumed about what came before the log.

use super::command::{Form, Name, Part, number, parts};
use super::exchange::Span;

/// The data connection (the PDP context behind CSTT, CIICR, CIFSR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ip {
    /// Not seen.
    #[default]
    Unknown,
    /// `IP INITIAL`: after a start or `SHUT OK`.
    Initial,
    /// `IP START`: the APN is set.
    Start,
    /// Active, with or without an address.
    Active,
    /// Could not be opened.
    Failed,
    /// The network ended it.
    Lost,
}

/// One connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Not seen.
    #[default]
    Unknown,
    /// None since the start or `SHUT OK`.
    None,
    /// `AT+CIPSTART` was sent.
    Connecting {
        /// That command.
        command: Span,
        /// It was answered OK.
        accepted: bool,
    },
    /// Open.
    Open,
    /// `AT+CIPSTART` was answered with an error.
    Refused,
    /// `CONNECT FAIL`.
    Failed,
    /// The peer closed it.
    PeerClosed,
    /// The host closed it.
    HostClosed,
}

impl Connection {
    /// Known not to be open nor about to be.
    #[must_use]
    pub const fn is_down(self) -> bool {
        matches!(self, Self::None | Self::Refused | Self::Failed | Self::PeerClosed | Self::HostClosed)
    }
}

/// The modem's settings and states.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// `ATE`.
    pub echo: Option<bool>,
    /// `ATV`.
    pub verbose: Option<bool>,
    /// `ATQ1`.
    pub quiet: Option<bool>,
    /// `AT+CMEE`.
    pub cmee: Option<u8>,
    /// `AT+CIPMUX`.
    pub mux: Option<bool>,
    /// `AT+CIPMODE`: transparent mode.
    pub transparent: Option<bool>,
    /// `AT+CIPSPRT`.
    pub sprt: Option<u8>,
    /// `AT+CIPQSEND`.
    pub quick_send: Option<u8>,
    /// `AT+CIPRXGET`: data is read by hand.
    pub manual_receive: Option<bool>,
    /// `AT+CIPHEAD`.
    pub head: Option<bool>,
    /// `AT+CIPATS`: data is sent by a timer.
    pub timed_send: Option<bool>,
    /// `AT+CMGF`.
    pub cmgf: Option<u8>,
    /// `AT+CSCS` is a set in which text is written plainly (GSM, IRA).
    pub plain_texts: Option<bool>,
    /// `AT+CSCLK`.
    pub sleep: Option<u8>,
    /// `AT+CFUN`.
    pub functions: Option<u8>,
    /// What `AT+CIPSEND?` told.
    pub send_limit: Option<u32>,
    /// The data connection.
    pub ip: Ip,
    /// The connections; the first one with CIPMUX=0.
    pub connections: [Connection; 6],
    /// Where the first connection goes to: `host:port`.
    pub peer: String,
    /// Last rssi of `+CSQ`.
    pub csq: Option<u8>,
    /// Last state of `+CREG`.
    pub creg: Option<u8>,
    /// The SIM was seen READY.
    pub sim_ready: bool,
    /// Boot lines were seen.
    pub started: bool,
    /// `SMS Ready` was seen since.
    pub sms_ready: bool,
}

impl State {
    /// What a modem is after a start, as far as that is certain (manual section 2.2.32: nothing of TCP/IP is stored).
    pub fn restart(&mut self) {
        let old = std::mem::take(self);
        *self = Self {
            mux: Some(false),
            transparent: Some(false),
            sprt: Some(1),
            manual_receive: Some(false),
            head: Some(false),
            timed_send: Some(false),
            ip: Ip::Initial,
            connections: [Connection::None; 6],
            started: true,
            verbose: old.verbose,
            peer: old.peer,
            ..Self::default()
        };
        self.peer.clear();
    }

    /// The connection with a number; the only one without.
    #[must_use]
    pub fn connection(&self, n: Option<u8>) -> Connection {
        self.connections.get(usize::from(n.unwrap_or(0))).copied().unwrap_or_default()
    }

    /// Sets it.
    pub fn set_connection(&mut self, n: Option<u8>, connection: Connection) {
        if let Some(slot) = self.connections.get_mut(usize::from(n.unwrap_or(0))) {
            *slot = connection;
        }
    }

    /// Sets all.
    pub const fn set_all_connections(&mut self, connection: Connection) {
        self.connections = [connection; 6];
    }

    /// Some connection is open, or may be for all that is known.
    #[must_use]
    pub fn may_be_connected(&self) -> bool {
        self.connections.iter().any(|connection| matches!(connection, Connection::Open | Connection::Unknown))
    }

    /// Some connection is known to be open.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.connections.contains(&Connection::Open)
    }

    /// Data of a peer may come without any frame around it.
    #[must_use]
    pub fn bare_data_possible(&self) -> bool {
        self.connected() && self.head != Some(true) && self.manual_receive != Some(true) && self.mux != Some(true)
    }

    /// A command line was answered OK: its settings hold.
    pub fn accepted(&mut self, line: &[u8]) {
        for part in parts(line) {
            self.accepted_part(&part);
        }
    }

    /// One command of a line was answered OK.
    pub fn accepted_part(&mut self, part: &Part<'_>) {
        if part.name == Name::Basic {
            self.accepted_basic(part.arguments);
            return;
        }
        let small = part.number(0).and_then(|number| u8::try_from(number).ok());
        let on = small.map(|value| value != 0);
        match (part.name, part.form) {
            (Name::Cmee, Form::Set) => self.cmee = small.or(self.cmee),
            (Name::Cipmux, Form::Set) => self.mux = on,
            (Name::Cipmode, Form::Set) => self.transparent = on,
            (Name::Cipsprt, Form::Set) => self.sprt = small,
            (Name::Cipqsend, Form::Set) => self.quick_send = small,
            (Name::Ciprxget, Form::Set) if small.is_some_and(|mode| mode < 2) => self.manual_receive = on,
            (Name::Ciphead, Form::Set) => self.head = on,
            (Name::Cipats, Form::Set) => self.timed_send = on,
            (Name::Cmgf, Form::Set) => self.cmgf = small,
            (Name::Cscs, Form::Set) => {
                self.plain_texts = Some(!matches!(part.argument(0).to_ascii_uppercase().as_slice(), b"UCS2" | b"HEX"));
            }
            (Name::Csclk, Form::Set) => self.sleep = small,
            (Name::Cfun, Form::Set) => self.functions = small,
            (Name::Cstt, Form::Set | Form::Execute) => self.ip = Ip::Start,
            (Name::Ciicr | Name::Cifsr, Form::Execute) => self.ip = Ip::Active,
            (Name::Cgatt, Form::Set) if small == Some(0) => {
                self.ip = Ip::Lost;
                self.set_all_connections(Connection::None);
            }
            _ => {}
        }
    }

    /// `E0V1Q0&W` and the like.
    fn accepted_basic(&mut self, letters: &[u8]) {
        let mut rest = letters;
        while let [letter, tail @ ..] = rest {
            let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let value = number(tail.get(..digits).unwrap_or_default()).unwrap_or(0);
            let on = Some(value != 0);
            match letter.to_ascii_uppercase() {
                b'E' => self.echo = on,
                b'V' => self.verbose = on,
                b'Q' => self.quiet = on,
                b'Z' => (self.echo, self.verbose, self.quiet, self.cmee) = (None, None, None, None),
                b'&' => {
                    if matches!(tail.first(), Some(b'F' | b'f')) {
                        (self.echo, self.verbose, self.quiet, self.cmee) = (Some(true), Some(true), Some(false), None);
                    }
                    rest = tail.get(1..).unwrap_or_default();
                    continue;
                }
                _ => {}
            }
            rest = tail.get(digits..).unwrap_or_default();
            if letter.eq_ignore_ascii_case(&b'S') {
                rest =
                    rest.get(rest.iter().position(u8::is_ascii_alphabetic).unwrap_or(rest.len())..).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_commands_set_echo_and_verbosity() {
        let mut state = State::default();
        state.accepted(b"ATE0Q0S0=1S3=13V1X4;+IFC=0,0;+CMEE=2;&W");
        assert_eq!(
            (state.echo, state.verbose, state.quiet, state.cmee),
            (Some(false), Some(true), Some(false), Some(2))
        );
        state.accepted(b"AT&FZE0&W");
        assert_eq!((state.echo, state.verbose), (Some(false), None));
        state.accepted(b"AT+CIFSR;E1");
        assert_eq!((state.echo, state.ip), (Some(true), Ip::Active));
    }
}
