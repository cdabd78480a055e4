//! The modem's state, as far as the bytes have shown it.
//!
//! `None` means: not seen. Nothing is assumed about what came before the log.

use super::command::role_of;
use super::said::Network;
use super::span::Span;
use crate::vocabulary::{Call, Family, Form, Line, Role, number};

/// The data connection (the PDP context behind CSTT, CIICR, CIFSR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ip {
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

/// More than the connections of any modem.
pub(super) const LINKS: u8 = 12;

/// One connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Connection {
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

/// The last states that were told of each registration, as the modem numbers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registration {
    /// For calls and SMS.
    voice: Option<u8>,
    /// For data over GPRS or UMTS.
    data: Option<u8>,
    /// For data over LTE.
    lte: Option<u8>,
}

impl Registration {
    /// The state of one of them.
    #[must_use]
    pub(crate) const fn of(self, network: Network) -> Option<u8> {
        match network {
            Network::Voice => self.voice,
            Network::Data => self.data,
            Network::Lte => self.lte,
        }
    }

    /// In a network, whatever it is good for.
    #[must_use]
    pub(crate) fn is_registered(self) -> bool {
        self.best().is_some_and(is_in)
    }

    /// In a network that carries data; `None` where nothing was told of that.
    #[must_use]
    pub(crate) fn carries_data(self) -> Option<bool> {
        let told = self.data.or(self.lte)?;
        Some(is_in(told) || self.lte.is_some_and(is_in))
    }

    /// The state that says most: of a network that it is in, else of calls, of LTE, of data.
    #[must_use]
    pub(crate) fn best(self) -> Option<u8> {
        let all = [self.voice, self.lte, self.data];
        all.into_iter().flatten().find(|state| is_in(*state)).or_else(|| all.into_iter().flatten().next())
    }

    /// A state was told.
    pub(super) const fn set(&mut self, network: Network, state: u8) {
        let slot = match network {
            Network::Voice => &mut self.voice,
            Network::Data => &mut self.data,
            Network::Lte => &mut self.lte,
        };
        *slot = Some(state);
    }
}

/// At home or roaming.
const fn is_in(state: u8) -> bool {
    matches!(state, 1 | 5)
}

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
    /// `AT+CIPQSEND`.
    pub(crate) quick_send: Option<u8>,
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
    /// `AT+CFUN`.
    pub functions: Option<u8>,
    /// What `AT+CIPSEND?` told.
    pub(crate) send_limit: Option<u32>,
    /// The data connection.
    pub ip: Ip,
    /// When the data connection was lost: its state until then, and the command that was opening a connection.
    pub lost: Option<(Ip, Option<Span>)>,
    /// The connections; the first one with CIPMUX=0.
    pub connections: [Connection; LINKS as usize],
    /// Where the first connection goes to: `host:port`.
    pub peer: String,
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
    /// What a modem is after a start, as far as that is certain (manual section 2.2.32: nothing of TCP/IP is stored).
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
            ip: Ip::Initial,
            connections: [Connection::None; LINKS as usize],
            started: true,
            verbose: old.verbose,
            peer: old.peer,
            csq_readings: old.csq_readings,
            ..Self::default()
        };
        self.peer.clear();
    }

    /// The connection with a number; the only one without.
    #[must_use]
    pub(crate) fn connection(&self, n: Option<u8>) -> Connection {
        self.connections.get(usize::from(n.unwrap_or(0))).copied().unwrap_or_default()
    }

    /// Sets it.
    pub(crate) fn set_connection(&mut self, n: Option<u8>, connection: Connection) {
        if let Some(slot) = self.connections.get_mut(usize::from(n.unwrap_or(0))) {
            *slot = connection;
        }
    }

    /// Sets all.
    pub(crate) const fn set_all_connections(&mut self, connection: Connection) {
        self.connections = [connection; LINKS as usize];
    }

    /// Some connection is known to be open.
    #[must_use]
    pub(crate) fn connected(&self) -> bool {
        self.connections.contains(&Connection::Open)
    }

    /// Data of a peer may come without any frame around it.
    #[must_use]
    pub(crate) fn bare_data_possible(&self) -> bool {
        let headless = if self.framed { self.head == Some(false) } else { self.head != Some(true) };
        self.connected() && headless && self.manual_receive != Some(true) && self.mux != Some(true)
    }

    /// A command line was answered OK: its settings hold.
    pub(crate) fn accepted(&mut self, line: &[u8], family: &'static Family) {
        for call in Line::read(line).into_iter().flat_map(Line::calls) {
            self.accepted_call(&call, role_of(&call, family.find(&call)));
        }
    }

    /// One command of a line was answered OK.
    pub(crate) fn accepted_call(&mut self, call: &Call<'_>, role: Role) {
        let small = call.number(0).and_then(|number| u8::try_from(number).ok());
        let on = small.map(|value| value != 0);
        match (role, call.form) {
            (Role::Basic, _) => self.accepted_basic(call),
            (Role::Errors, Form::Set) => self.cmee = small.or(self.cmee),
            (Role::Multi, Form::Set) => self.mux = on,
            (Role::Transparent, Form::Set) => self.transparent = on,
            (Role::PromptShown, Form::Set) => self.sprt = small,
            (Role::QuickSend, Form::Set) => self.quick_send = small,
            (Role::Receive, Form::Set) if small.is_some_and(|mode| mode < 2) => self.manual_receive = on,
            (Role::Head, Form::Set) => self.head = on,
            (Role::TimedSend, Form::Set) => self.timed_send = on,
            (Role::SmsMode, Form::Set) => self.cmgf = small,
            (Role::Characters, Form::Set) => {
                self.plain_texts =
                    Some(!matches!(call.parameter(0).text.to_ascii_uppercase().as_slice(), b"UCS2" | b"HEX"));
            }
            (Role::Sleep, Form::Set) => self.sleep = small,
            (Role::Functions, Form::Set) => self.functions = small,
            (Role::AccessPoint, Form::Set | Form::Execute) => self.ip = Ip::Start,
            (Role::ContextOpen | Role::Address, Form::Execute) => self.ip = Ip::Active,
            (Role::Attach, Form::Set) if small == Some(0) => {
                self.ip = Ip::Lost;
                self.set_all_connections(Connection::None);
            }
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

    #[test]
    fn a_modem_of_lte_alone_is_registered_and_one_for_calls_carries_no_data() {
        let of = |states: &[(Network, u8)]| {
            let mut registration = Registration::default();
            for (network, state) in states {
                registration.set(*network, *state);
            }
            (registration.is_registered(), registration.carries_data(), registration.best())
        };
        assert_eq!(of(&[]), (false, None, None));
        assert_eq!(of(&[(Network::Voice, 0), (Network::Lte, 1)]), (true, Some(true), Some(1)));
        assert_eq!(of(&[(Network::Voice, 1), (Network::Data, 2)]), (true, Some(false), Some(1)));
        assert_eq!(of(&[(Network::Voice, 5)]), (true, None, Some(5)));
        assert_eq!(of(&[(Network::Data, 3), (Network::Lte, 5)]), (true, Some(true), Some(5)));
        assert_eq!(of(&[(Network::Voice, 3), (Network::Data, 2)]), (false, Some(false), Some(3)));
    }
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
        assert_eq!((state.echo, state.ip), (Some(true), Ip::Active));
    }
}
