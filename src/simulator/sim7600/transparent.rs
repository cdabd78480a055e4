//! Transparent mode of the SIM7600 (`CIPMODE=1`): link 0 is all there is, and what is typed goes to it as it is.

use std::collections::VecDeque;

use super::net::{Net, State};
use crate::simulator::desk::Desk;
use crate::simulator::escape::Escape;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, Failure};

pub(super) const COMMANDS: &[Command<Net>] = &[("+CIPMODE", Net::mode), ("O", Net::resume)];

/// Bytes of the host that may wait for the far end.
const IN_FLIGHT: usize = 8192;
/// With this many bytes on their way to the host nothing more is shown.
const BACKLOG: usize = 4096;

/// Whether it is wanted, and whether it is data mode now.
#[derive(Debug, Default)]
pub(super) struct Transparent {
    wanted: bool,
    data: Option<Escape>,
}

impl Net {
    /// Connections that open now are transparent.
    pub(super) fn is_transparent(&self) -> bool {
        self.transparent.wanted
    }

    /// It is chosen before the network is opened.
    fn mode(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => desk.answer(call, format!("+CIPMODE: {}", u8::from(self.transparent.wanted))),
            (Form::Test, _) => desk.test(call, "(0-1)"),
            (Form::Set, Some(mode @ (0 | 1))) if !self.is_open() || self.transparent.wanted == (mode == 1) => {
                self.transparent.wanted = mode == 1;
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    /// `ATO`.
    fn resume(&mut self, desk: &mut Desk, _: &Call) -> Done {
        let open = self.link(0).is_some_and(|link| link.state == State::Open);
        if !open || !self.transparent.wanted {
            return Done::Result(Code::NoCarrier);
        }
        self.enter_data(desk);
        Done::Ended
    }

    /// `CONNECT` with the rate of the line, and data from now on.
    pub(super) fn enter_data(&mut self, desk: &mut Desk) {
        if desk.value("V") == 1 && desk.value("Q") == 0 {
            desk.info(format!("CONNECT {}", desk.rate()));
        } else {
            desk.code(Code::Connect);
        }
        self.transparent.data = Some(Escape::new(desk.now()));
        desk.enter_data_mode::<Self>();
    }

    /// Back to commands; false when it was not data mode.
    pub(super) fn leave_data(&mut self, desk: &mut Desk) -> bool {
        let Some(escape) = self.transparent.data.take() else { return false };
        escape.end(desk);
        desk.leave_data_mode();
        true
    }

    /// Takes waiting bytes as data.
    pub(super) fn data_bytes(&mut self, desk: &mut Desk, bytes: &mut VecDeque<u8>) {
        let room = self.link(0).map_or(0, |link| IN_FLIGHT.saturating_sub(link.in_flight));
        let Some(escape) = &mut self.transparent.data else { return };
        let data = escape.take(desk, bytes, room, Self::silence);
        self.send_raw(desk, data);
    }

    fn silence(&mut self, desk: &mut Desk) {
        let Some(escape) = &mut self.transparent.data else { return };
        if let Some(pluses) = escape.silence() {
            self.send_raw(desk, pluses);
        } else {
            self.leave_data(desk);
            desk.code(Code::Ok);
        }
    }

    fn send_raw(&mut self, desk: &mut Desk, data: Vec<u8>) {
        if let Some((link, id)) = self.link_mut(0).and_then(|link| link.socket.map(|id| (link, id))) {
            link.in_flight += data.len();
            link.sent += data.len() as u64;
            desk.send(id, data);
        }
    }

    /// Shows what came, byte for byte; when the far end has closed and all is shown, `CLOSED`.
    pub(super) fn deliver_raw(&mut self, desk: &mut Desk) {
        let in_data = self.transparent.data.is_some();
        let room = BACKLOG.saturating_sub(desk.backlog());
        let Some(link) = self.link_mut(0) else { return };
        if in_data && room > 0 {
            let data: Vec<u8> = link.received.drain(..room.min(link.received.len())).collect();
            desk.transmit(&data);
        }
        let Some(link) = self.link_mut(0) else { return };
        if link.ended && link.received.is_empty() && !desk.is_busy() {
            self.leave_data(desk);
            self.forget(desk, 0);
            desk.urc("CLOSED");
        }
    }

    /// `AT&D1` and `AT&D2`: the host took DTR away.
    pub(super) fn dtr_dropped(&mut self, desk: &mut Desk) {
        if desk.value("&D") > 0 && self.leave_data(desk) {
            desk.code(Code::Ok);
        }
    }
}
