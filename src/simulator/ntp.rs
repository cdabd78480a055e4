//! The time from a server (`AT+CNTP`): one real NTP packet out, one back (RFC 4330), or the reason why not.

use super::desk::{Desk, Target};
use super::faults::Fault;
use super::line::{Call, Form};
use super::model::Model;
use super::part::{Command, News, Part, commands};
use super::reply::{Code, Done, NOT_ALLOWED};
use super::timers::TimerId;
use super::{SocketEvent, SocketId};

const COMMANDS: &[Command<Ntp>] = &[("+CNTP", Ntp::time_server)];

/// An NTP packet without extensions.
const PACKET: usize = 48;
const PORT: u16 = 123;
/// Milliseconds until an answer counts as missing.
const PATIENCE: [u32; 2] = [9000, 10_000];

/// Results of `+CNTP` (manual §14.2): success, network error, name not found, no connection, wrong answer, none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Set,
    NoNetwork,
    NotFound,
    NoConnection,
    WrongAnswer,
    NoAnswer,
}

impl Outcome {
    /// The SIM800 counts from 61, the SIM7600 from 1, and each calls success what the other does not.
    fn code(self, model: Model) -> u8 {
        let (sim800, sim7600) = match self {
            Self::Set => (1, 0),
            Self::NoNetwork => (61, 4),
            Self::NotFound => (62, 5),
            Self::NoConnection => (63, 6),
            Self::WrongAnswer => (64, 1),
            Self::NoAnswer => (65, 3),
        };
        if model == Model::Sim800l { sim800 } else { sim7600 }
    }
}

/// The server, and a question under way.
#[derive(Debug)]
pub(super) struct Ntp {
    server: String,
    /// Quarters of an hour.
    zone: i8,
    socket: Option<SocketId>,
    timer: Option<TimerId>,
}

impl Default for Ntp {
    fn default() -> Self {
        Self { server: "202.120.2.101".into(), zone: 32, socket: None, timer: None }
    }
}

impl Part for Ntp {
    commands!(&[COMMANDS]);

    /// The server is remembered.
    fn power_on(&mut self, _: &mut Desk) {
        (self.socket, self.timer) = (None, None);
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        if self.socket != Some(id) {
            return;
        }
        match event {
            SocketEvent::Connected { .. } => {
                let mut packet = vec![0; PACKET];
                // Version 3, a client asks.
                if let Some(first) = packet.first_mut() {
                    *first = 0x1B;
                }
                desk.send(id, packet);
            }
            SocketEvent::Received(packet) => match transmitted(packet) {
                Some(seconds) => {
                    desk.tell(News::TimeServer { seconds, zone: self.zone });
                    self.told(desk, Outcome::Set);
                }
                None => self.told(desk, Outcome::WrongAnswer),
            },
            SocketEvent::Unresolved => self.told(desk, Outcome::NotFound),
            SocketEvent::Failed | SocketEvent::Closed => self.told(desk, Outcome::NoConnection),
            _ => {}
        }
    }

    fn wants(&self, _: SocketId) -> usize {
        PACKET
    }
}

impl Ntp {
    fn time_server(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "length of server,(-47-48),(0,1),(0-2)"),
            Form::Query => {
                let text = format!("+CNTP: {},{}", self.server, self.zone);
                desk.answer(call, text)
            }
            Form::Set => {
                let zone = if call.count() > 1 { call.number(1) } else { Some(i64::from(self.zone)) };
                let zone = zone.and_then(|zone| i8::try_from(zone).ok()).filter(|zone| (-47..=48).contains(zone));
                let (false, Some(zone)) = (call.string(0).is_empty() || call.string(0).len() > 50, zone) else {
                    return NOT_ALLOWED;
                };
                (self.server, self.zone) = (call.string(0), zone);
                Done::Ok
            }
            Form::Execute if self.socket.is_some() => NOT_ALLOWED,
            _ => {
                desk.code(Code::Ok);
                self.ask(desk);
                Done::Silent
            }
        }
    }

    fn ask(&mut self, desk: &mut Desk) {
        if !desk.services_up() {
            let wait = desk.profile().times.round_trip_ms;
            desk.later(wait, |ntp: &mut Self, desk| ntp.told(desk, Outcome::NoNetwork));
            return;
        }
        if desk.has(Fault::Refuse) {
            let wait = desk.profile().times.connect_ms;
            desk.later(wait, |ntp: &mut Self, desk| ntp.told(desk, Outcome::NoConnection));
            return;
        }
        let (host, port) = match self.server.rsplit_once(':') {
            // No real module takes a port; a test server of somebody who may not have 123 needs one.
            Some((host, port)) if port.parse::<u16>().is_ok() => (host.to_owned(), port.parse().unwrap_or(PORT)),
            _ => (self.server.clone(), PORT),
        };
        self.socket = Some(desk.connect::<Self>(Target { host, port, udp: true, ..Target::default() }));
        self.timer = Some(desk.later(PATIENCE, |ntp: &mut Self, desk| ntp.told(desk, Outcome::NoAnswer)));
    }

    fn told(&mut self, desk: &mut Desk, outcome: Outcome) {
        desk.close(self.socket.take());
        desk.cancel(self.timer.take());
        let code = outcome.code(desk.profile().modem);
        desk.urc(format!("+CNTP: {code}"));
    }
}

/// The whole seconds since 1900 of a server's answer; after 2036 the count begins anew.
fn transmitted(packet: &[u8]) -> Option<u64> {
    let (mode, stratum) = (packet.first()? & 0x07, *packet.get(1)?);
    let seconds: [u8; 4] = packet.get(40..44)?.try_into().ok()?;
    let seconds = u64::from(u32::from_be_bytes(seconds));
    let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
    (packet.len() >= PACKET && mode == 4 && stratum > 0 && seconds > 0).then_some(seconds + era)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_servers_answer_counts() {
        let mut packet = vec![0; PACKET];
        packet[0] = 0x1C;
        packet[1] = 2;
        packet[40..44].copy_from_slice(&3_944_678_400_u32.to_be_bytes());
        assert_eq!(transmitted(&packet), Some(3_944_678_400));
        assert_eq!(transmitted(&packet[..47]), None);
        packet[40..44].copy_from_slice(&5_u32.to_be_bytes());
        assert_eq!(transmitted(&packet), Some((1 << 32) + 5));
        packet[1] = 0;
        assert_eq!(transmitted(&packet), None, "a kiss of death");
        packet[0] = 0x1B;
        assert_eq!(transmitted(&packet), None, "our own question");
    }
}
