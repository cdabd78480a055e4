//! Transparent mode (`CIPMODE=1`): every byte is data, until `+++` in a silence of a second on both sides.

use std::time::Duration;

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Code, Done, NOT_ALLOWED};
use super::super::timers::{Timer, TimerId};
use super::{Context, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[("+CIPMODE", Modem::cipmode), ("O", Modem::resume)];

/// Silence before and after `+++`, and the longest between two of them (manual §2.2.12).
const GUARD: Duration = Duration::from_secs(1);

/// Data mode, and the `+` that may end it.
#[derive(Debug, Default)]
pub(super) struct Transparent {
    last: Duration,
    pluses: u8,
    timer: Option<TimerId>,
    /// Typed, not yet sent: waits for more, as `AT+CIPCCFG` says.
    packet: Vec<u8>,
    departs: Option<TimerId>,
    /// The host is shown nothing more before this time (`AT+CIPCCFG` with its receive timer).
    quiet_until: Duration,
}

impl Modem {
    fn cipmode(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => self.test(call, "(0-NORMAL MODE,1-TRANSPARENT MODE)"),
            Form::Set if self.ip.context != Context::Initial || self.mux() => NOT_ALLOWED,
            _ => self.parameter(call).unwrap_or(NOT_ALLOWED),
        }
    }

    /// `ATO`.
    fn resume(&mut self, _: &Call) -> Done {
        let connected = self.link(0).is_some_and(|link| link.state == LinkState::Connected);
        if !connected || !self.transparent_wanted() {
            return NOT_ALLOWED;
        }
        self.go_transparent();
        Done::Ended
    }

    /// A connection that opens now is transparent.
    pub(super) fn transparent_wanted(&self) -> bool {
        self.settings.value("+CIPMODE") == 1 && !self.mux()
    }

    /// `CONNECT`, and data from now on.
    pub(super) fn go_transparent(&mut self) {
        self.code(Code::Connect);
        self.ip.transparent = Some(Transparent { last: self.now, ..Transparent::default() });
    }

    /// Back to commands.
    pub(super) fn leave_transparent(&mut self) {
        self.send_packet();
        if let Some(timer) = self.ip.transparent.take().and_then(|mode| mode.timer) {
            self.timers.cancel(timer);
        }
    }

    /// Takes waiting bytes as data; false when this is not data mode.
    pub(in super::super) fn transparent_bytes(&mut self) -> bool {
        if self.ip.transparent.is_none() {
            return false;
        }
        let room = self.space(0).saturating_sub(self.ip.transparent.as_ref().map_or(0, |mode| mode.packet.len()));
        let escapes = self.settings.field("+CIPCCFG", 3) == 1;
        let mut data = Vec::new();
        while data.len() < room {
            let Some(byte) = self.uart.queue.pop_front() else { break };
            let Some(mode) = &mut self.ip.transparent else { break };
            let silence = self.now.saturating_sub(mode.last) >= GUARD;
            mode.last = self.now;
            if let Some(timer) = mode.timer.take() {
                self.timers.cancel(timer);
            }
            if escapes && byte == b'+' && mode.pluses < 3 && (mode.pluses > 0 || silence) {
                mode.pluses += 1;
                let timer = Timer::Background(|modem, _| modem.plus_silence(), 0);
                mode.timer = Some(self.timers.add(self.now + GUARD, timer));
                continue;
            }
            let pluses = std::mem::take(&mut mode.pluses);
            data.extend(std::iter::repeat_n(b'+', usize::from(pluses)));
            data.push(byte);
        }
        self.pack(&data);
        true
    }

    /// Puts typed bytes into packets: one leaves when it is full, the last when nothing more came for a while.
    fn pack(&mut self, data: &[u8]) {
        let size = usize::try_from(self.settings.field("+CIPCCFG", 2)).unwrap_or(1).max(1);
        let wait = Duration::from_millis(100) * u32::try_from(self.settings.field("+CIPCCFG", 1)).unwrap_or(1);
        let Some(mode) = self.ip.transparent.as_mut().filter(|_| !data.is_empty()) else { return };
        mode.packet.extend(data);
        let mut full = Vec::new();
        while mode.packet.len() >= size {
            full.push(mode.packet.drain(..size).collect::<Vec<_>>());
        }
        if let Some(timer) = mode.departs.take() {
            self.timers.cancel(timer);
        }
        if !mode.packet.is_empty() {
            let timer = Timer::Background(|modem, _| modem.send_packet(), 0);
            mode.departs = Some(self.timers.add(self.now + wait, timer));
        }
        for packet in full {
            self.send_on(0, packet);
        }
    }

    /// What was typed last leaves.
    fn send_packet(&mut self) {
        let Some(mode) = &mut self.ip.transparent else { return };
        let packet = std::mem::take(&mut mode.packet);
        if let Some(timer) = mode.departs.take() {
            self.timers.cancel(timer);
        }
        self.send_on(0, packet);
    }

    /// How much may be shown of what came, and when (`AT+CIPCCFG`): `None` for all of it now; with its receive timer so
    /// many bytes at a time.
    pub(super) fn portion(&mut self) -> Option<usize> {
        if self.settings.field("+CIPCCFG", 4) != 1 {
            return None;
        }
        let size = usize::try_from(self.settings.field("+CIPCCFG", 5)).unwrap_or(50);
        let pause = Duration::from_millis(u64::try_from(self.settings.field("+CIPCCFG", 6)).unwrap_or(50));
        let now = self.now;
        let mode = self.ip.transparent.as_mut()?;
        if now < mode.quiet_until {
            return Some(0);
        }
        mode.quiet_until = now + pause;
        self.timers.add(now + pause, Timer::Background(|modem, _| modem.deliver(), 0));
        Some(size)
    }

    /// A second of silence after one to three `+`.
    fn plus_silence(&mut self) {
        let Some(mode) = &mut self.ip.transparent else { return };
        let pluses = std::mem::take(&mut mode.pluses);
        mode.timer = None;
        if pluses == 3 {
            self.leave_transparent();
            self.code(Code::Ok);
            self.pump();
        } else {
            self.pack(&vec![b'+'; usize::from(pluses)]);
        }
    }
}
