//! Transparent mode (`CIPMODE=1`): every byte is data, until `+++` in a silence of a second on both sides.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Context, Ip, LinkState};
use crate::simulator::desk::Desk;
use crate::simulator::escape::Escape;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::timers::TimerId;

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CIPMODE", Ip::cipmode), ("O", Ip::resume)];

/// Data mode, and the `+` that may end it.
#[derive(Debug, Default)]
pub(super) struct Transparent {
    escape: Escape,
    /// Typed, not yet sent: waits for more, as `AT+CIPCCFG` says.
    packet: Vec<u8>,
    departs: Option<TimerId>,
    /// The host is shown nothing more before this time (`AT+CIPCCFG` with its receive timer).
    quiet_until: Duration,
}

impl Ip {
    fn cipmode(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "(0-NORMAL MODE,1-TRANSPARENT MODE)"),
            Form::Set if self.context != Context::Initial || Self::mux(desk) => NOT_ALLOWED,
            _ => desk.parameter(call).unwrap_or(NOT_ALLOWED),
        }
    }

    /// `ATO`.
    fn resume(&mut self, desk: &mut Desk, _: &Call) -> Done {
        let connected = self.link(0).is_some_and(|link| link.state == LinkState::Connected);
        if !connected || !Self::transparent_wanted(desk) {
            return NOT_ALLOWED;
        }
        self.go_transparent(desk);
        Done::Ended
    }

    /// A connection that opens now is transparent.
    pub(super) fn transparent_wanted(desk: &Desk) -> bool {
        desk.value("+CIPMODE") == 1 && !Self::mux(desk)
    }

    /// `CONNECT`, and data from now on.
    pub(super) fn go_transparent(&mut self, desk: &mut Desk) {
        desk.code(Code::Connect);
        self.transparent = Some(Transparent { escape: Escape::new(desk.now()), ..Transparent::default() });
        desk.enter_data_mode::<Self>();
    }

    /// Back to commands.
    pub(super) fn leave_transparent(&mut self, desk: &mut Desk) {
        self.send_packet(desk);
        if let Some(mode) = self.transparent.take() {
            mode.escape.end(desk);
        }
        desk.leave_data_mode();
    }

    /// Takes waiting bytes as data.
    pub(super) fn transparent_bytes(&mut self, desk: &mut Desk, bytes: &mut VecDeque<u8>) {
        let room = self.space(0).saturating_sub(self.transparent.as_ref().map_or(0, |mode| mode.packet.len()));
        let escapes = desk.settings.field("+CIPCCFG", 3) == 1;
        let Some(mode) = &mut self.transparent else { return };
        let data = if escapes {
            mode.escape.take(desk, bytes, room, Self::plus_silence)
        } else {
            bytes.drain(..room.min(bytes.len())).collect()
        };
        self.pack(desk, &data);
    }

    /// Puts typed bytes into packets: one leaves when it is full, the last when nothing more came for a while.
    fn pack(&mut self, desk: &mut Desk, data: &[u8]) {
        let size = usize::try_from(desk.settings.field("+CIPCCFG", 2)).unwrap_or(1).max(1);
        let wait = Duration::from_millis(100) * u32::try_from(desk.settings.field("+CIPCCFG", 1)).unwrap_or(1);
        let Some(mode) = self.transparent.as_mut().filter(|_| !data.is_empty()) else { return };
        mode.packet.extend(data);
        let mut full = Vec::new();
        while mode.packet.len() >= size {
            full.push(mode.packet.drain(..size).collect::<Vec<_>>());
        }
        desk.cancel(mode.departs.take());
        if !mode.packet.is_empty() {
            mode.departs = Some(desk.at(desk.now() + wait, Self::send_packet));
        }
        for packet in full {
            self.send_on(desk, 0, packet);
        }
    }

    /// What was typed last leaves.
    fn send_packet(&mut self, desk: &mut Desk) {
        let Some(mode) = &mut self.transparent else { return };
        let packet = std::mem::take(&mut mode.packet);
        desk.cancel(mode.departs.take());
        self.send_on(desk, 0, packet);
    }

    /// How much may be shown of what came, and when (`AT+CIPCCFG`): `None` for all of it now; with its receive timer so
    /// many bytes at a time.
    pub(super) fn portion(&mut self, desk: &mut Desk) -> Option<usize> {
        if desk.settings.field("+CIPCCFG", 4) != 1 {
            return None;
        }
        let size = usize::try_from(desk.settings.field("+CIPCCFG", 5)).unwrap_or(50);
        let pause = Duration::from_millis(u64::try_from(desk.settings.field("+CIPCCFG", 6)).unwrap_or(50));
        let now = desk.now();
        let mode = self.transparent.as_mut()?;
        if now < mode.quiet_until {
            return Some(0);
        }
        mode.quiet_until = now + pause;
        desk.at(now + pause, Self::deliver);
        Some(size)
    }

    /// A second of silence after one to three `+`.
    fn plus_silence(&mut self, desk: &mut Desk) {
        let Some(mode) = &mut self.transparent else { return };
        if let Some(pluses) = mode.escape.silence() {
            self.pack(desk, &pluses);
        } else {
            self.leave_transparent(desk);
            desk.code(Code::Ok);
        }
    }
}
