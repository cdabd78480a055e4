//! Own ports (`CLPORT`) and UDP with anybody (`CIPUDPMODE`): what a link is bound to, and whom it talks to.
//!
//! With `CIPMUX=1` both are of a link, and its number comes first; with `CIPMUX=0` they are of link 0.

use core::net::SocketAddr;

use super::{Ip, LINKS, LinkState};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CLPORT", Ip::clport), ("+CIPUDPMODE", Ip::cipudpmode)];

/// `AT+CIPUDPMODE` of one link.
#[derive(Clone, Debug, Default)]
pub(super) struct Mode {
    /// Datagrams from anybody are taken, and the address of those that leave may change.
    extended: bool,
    /// Where they go, if it was set.
    aim: Option<(String, u16)>,
}

impl Ip {
    /// The port a link is opened from; 0 for any.
    pub(super) fn own_port(&self, number: usize, udp: bool) -> u16 {
        self.local_ports.get(number).map_or(0, |[tcp, datagrams]| if udp { *datagrams } else { *tcp })
    }

    /// A UDP link that opens now is for anybody.
    pub(super) fn extended(&self, number: usize) -> bool {
        self.udp.get(number).is_some_and(|mode| mode.extended)
    }
}

impl Ip {
    /// The link a command is about, and where its own arguments begin.
    fn addressed(desk: &Desk, call: &Call) -> Option<(usize, usize)> {
        if !Self::mux(desk) {
            return Some((0, 0));
        }
        let number = call.number(0).and_then(|number| usize::try_from(number).ok());
        number.filter(|number| *number < LINKS).map(|number| (number, 1))
    }

    fn clport(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test if Self::mux(desk) => desk.test(call, "(0-5),(\"TCP\",\"UDP\"),(0-65535)"),
            Form::Test => desk.test(call, "(\"TCP\",\"UDP\"),(0-65535)"),
            Form::Query if Self::mux(desk) => {
                let rows = (0..).zip(&self.local_ports);
                let rows: Vec<_> = rows.map(|(number, [tcp, udp])| format!("+CLPORT: {number},{tcp},{udp}")).collect();
                desk.answer(call, rows.join("\r\n"))
            }
            Form::Query => {
                let [tcp, udp] = self.local_ports[0];
                desk.answer(call, format!("TCP: {tcp}\r\nUDP: {udp}"))
            }
            Form::Set => {
                let Some((number, first)) = Self::addressed(desk, call) else { return NOT_ALLOWED };
                let at = match call.text(first).map(<[u8]>::to_ascii_uppercase).as_deref() {
                    Some(b"TCP") => 0,
                    Some(b"UDP") => 1,
                    _ => return NOT_ALLOWED,
                };
                let port = call.number(first + 1).and_then(|port| u16::try_from(port).ok());
                let slot = self.local_ports.get_mut(number).and_then(|ports| ports.get_mut(at));
                match (slot, port, call.count() == first + 2) {
                    (Some(slot), Some(port), true) => {
                        *slot = port;
                        Done::Ok
                    }
                    _ => NOT_ALLOWED,
                }
            }
            _ => NOT_ALLOWED,
        }
    }

    /// `=0` one peer, `=1` anybody (before the link is opened), `=2,"address",port` where datagrams go from now on.
    fn cipudpmode(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test if Self::mux(desk) => {
                return desk.test(call, "(0-5),(0-2),(\"(0-255).(0-255).(0-255).(0-255)\"),(1-65535)");
            }
            Form::Test => return desk.test(call, "(0-2),(\"(0-255).(0-255).(0-255).(0-255)\"),(1-65535)"),
            Form::Query => return self.show_udp_modes(desk, call),
            Form::Set => {}
            _ => return NOT_ALLOWED,
        }
        let Some((number, first)) = Self::addressed(desk, call) else { return NOT_ALLOWED };
        let idle = self.link(number).is_none_or(|link| matches!(link.state, LinkState::Initial | LinkState::Closed));
        match (call.number(first), call.count() - first) {
            (Some(mode @ (0 | 1)), 1) if idle => {
                if let Some(slot) = self.udp.get_mut(number) {
                    *slot = Mode { extended: mode == 1, aim: None };
                }
                Done::Ok
            }
            (Some(2), 3) if self.extended(number) => {
                let (host, port) = (call.string(first + 1), call.port(first + 2));
                let (false, Some(port)) = (host.is_empty() || host.len() > 255, port) else { return NOT_ALLOWED };
                if let Some(mode) = self.udp.get_mut(number) {
                    mode.aim = Some((host.clone(), port));
                }
                if let Some(id) = self.link(number).and_then(|link| link.socket) {
                    desk.aim(id, host, port);
                }
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn show_udp_modes(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let one = |mode: &Mode| match &mode.aim {
            Some((host, port)) => format!("{},\"{host}\",{port}", u8::from(mode.extended)),
            None => u8::from(mode.extended).to_string(),
        };
        let text = if Self::mux(desk) {
            let rows = (0..).zip(&self.udp).map(|(number, mode): (usize, _)| format!("{number},{}", one(mode)));
            rows.map(|row| format!("+CIPUDPMODE: {row}")).collect::<Vec<_>>().join("\r\n")
        } else {
            format!("+CIPUDPMODE: {}", one(&self.udp[0]))
        };
        desk.answer(call, text)
    }

    /// A datagram came on a link for anybody: its sender is remembered with it. From other machines only those are heard
    /// that an AT command named, unless the profile lets it listen everywhere.
    pub(super) fn datagram(&mut self, desk: &mut Desk, number: usize, from: SocketAddr, bytes: &[u8]) {
        let named = self.link(number).and_then(|link| link.peer).is_some_and(|peer| peer.ip() == from.ip())
            || self
                .udp
                .get(number)
                .and_then(|mode| mode.aim.as_ref())
                .is_some_and(|(host, _)| host.parse().is_ok_and(|address: core::net::IpAddr| address == from.ip()));
        if !(named || from.ip().is_loopback() || desk.profile().sockets.listen_everywhere) {
            return;
        }
        let before = self.link(number).map_or(0, |link| link.received.len());
        self.link_received(number, bytes);
        if let Some(link) = self.links.get_mut(number) {
            let taken = link.received.len() - before;
            if taken > 0 {
                link.datagrams.push_back((taken, from));
            }
        }
    }
}
