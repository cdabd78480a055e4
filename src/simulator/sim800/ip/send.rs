//! `CIPSEND`: the prompt, the data, and what became of it (`docs/sim800.md`, the data prompt).

use std::time::Duration;

use super::{Ip, LINKS, LinkState};
use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, NOT_ALLOWED};
use crate::simulator::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CIPSEND", Ip::cipsend)];

/// Without an acknowledgement the connection counts as closed (manual §8.2.3).
const ACKNOWLEDGE_LIMIT: Duration = Duration::from_secs(645);
/// Bytes of one link that may be on their way when `CIPQSEND=1` accepts more.
const IN_FLIGHT: usize = 8192;

impl Ip {
    fn cipsend(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let size = desk.profile().sockets.send_size;
        let (number, length) = match (call.form, Self::mux(desk)) {
            (Form::Test, false) => return desk.test(call, "<length>"),
            (Form::Test, true) => return desk.test(call, "(0-5),<length>"),
            (Form::Query, false) if self.is_connected(0) => return desk.answer(call, format!("+CIPSEND: {size}")),
            (Form::Query, true) => {
                for number in 0..LINKS {
                    let size = if self.is_connected(number) { size } else { 0 };
                    desk.info(format!("+CIPSEND: {number},{size}"));
                }
                return Done::Ok;
            }
            (Form::Execute, false) => (Some(0), None),
            (Form::Set, false) if call.count() == 1 => (Some(0), Some(call.number(0))),
            (Form::Set, true) if call.count() == 1 => (call.number(0), None),
            (Form::Set, true) if call.count() == 2 => (call.number(0), Some(call.number(1))),
            _ => return NOT_ALLOWED,
        };
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else { return NOT_ALLOWED };
        let ending = match length {
            None => Ending::Terminator { limit: size },
            Some(Some(length)) => match usize::try_from(length) {
                Ok(wanted) if (1..=size).contains(&wanted) => Ending::Length { wanted },
                _ => return NOT_ALLOWED,
            },
            Some(None) => return NOT_ALLOWED,
        };
        if !self.is_connected(number) || Self::transparent_wanted(desk) {
            return NOT_ALLOWED;
        }
        let mut wait =
            Wait::prompt(ending, move |ip: &mut Self, desk, ended, data| ip.data_typed(desk, ended, data, number));
        if desk.value("+CIPSPRT") != 1 {
            wait.invitation.clear();
        }
        if desk.value("+CIPATS") == 1 && length.is_none() {
            let seconds = u64::try_from(desk.settings.field("+CIPATS", 1)).unwrap_or(1);
            wait.limit = Some((Duration::from_secs(seconds), Ended::Complete));
        }
        if desk.has(Fault::PromptLate) {
            self.late_prompt = Some(Box::new(wait));
            let late = |ip: &mut Self, _: &mut Desk| ip.late_prompt.take().map_or(NOT_ALLOWED, Done::Prompt);
            return Done::later(desk.delay([3000, 5000]), late);
        }
        Done::Prompt(Box::new(wait))
    }

    fn is_connected(&self, number: usize) -> bool {
        self.link(number).is_some_and(|link| link.state == LinkState::Connected)
    }

    fn data_typed(&mut self, desk: &mut Desk, ended: Ended, data: &[u8], number: usize) -> Done {
        match ended {
            Ended::Complete if !data.is_empty() => {}
            Ended::Cancelled if desk.profile().sockets.cipsend_esc_ok => return Done::Ok,
            Ended::Cancelled => return Done::Silent,
            _ => return NOT_ALLOWED,
        }
        if desk.burst() {
            return Done::Gone;
        }
        let quick = desk.value("+CIPQSEND") == 1;
        let lost = desk.has(Fault::SendFail) || desk.signal_too_weak();
        if !self.is_connected(number) || lost {
            if quick {
                return Self::accepted(desk, number, data.len());
            }
            let wait = desk.delay(desk.profile().times.round_trip_ms);
            return Done::later(wait, move |_: &mut Self, desk| Self::say_send_fail(desk, number));
        }
        let length = if quick { self.space(number).min(data.len()) } else { data.len() };
        self.send_on(desk, number, data.get(..length).unwrap_or_default().to_vec());
        if quick {
            return Self::accepted(desk, number, length);
        }
        self.sending = Some(number);
        Done::Waiting(ACKNOWLEDGE_LIMIT)
    }

    pub(super) fn space(&self, number: usize) -> usize {
        self.link(number).map_or(0, |link| IN_FLIGHT.saturating_sub(link.in_flight))
    }

    /// Hands bytes to a link's socket.
    pub(super) fn send_on(&mut self, desk: &mut Desk, number: usize, data: Vec<u8>) {
        let Some(link) = self.links.get_mut(number) else { return };
        let Some(id) = link.socket else { return };
        link.in_flight += data.len();
        link.sent += data.len() as u64;
        desk.send(id, data);
    }

    fn accepted(desk: &mut Desk, number: usize, length: usize) -> Done {
        let text =
            if Self::mux(desk) { format!("DATA ACCEPT:{number},{length}") } else { format!("DATA ACCEPT:{length}") };
        desk.info(text);
        Done::Silent
    }

    /// The operating system took bytes of a link.
    pub(super) fn taken(&mut self, desk: &mut Desk, number: usize, count: usize) {
        let Some(link) = self.links.get_mut(number) else { return };
        link.in_flight = link.in_flight.saturating_sub(count);
        link.acknowledged += count as u64;
        if link.in_flight == 0 && self.sending == Some(number) {
            self.sending = None;
            let done = Self::say_sent(desk, number);
            desk.finish(done);
        }
    }

    fn say_sent(desk: &mut Desk, number: usize) -> Done {
        if desk.value("+CIPSPRT") != 2 {
            Self::link_line(desk, number, "SEND OK");
        }
        Done::Silent
    }

    fn say_send_fail(desk: &mut Desk, number: usize) -> Done {
        Self::link_line(desk, number, "SEND FAIL");
        Done::Silent
    }

    /// A connection broke: who waits for its acknowledgement hears so.
    pub(super) fn sends_broken(&mut self, desk: &mut Desk) {
        let Some(number) = self.sending else { return };
        let alive = self.link(number).is_some_and(|link| link.socket.is_some() && !link.ended);
        if alive {
            return;
        }
        self.sending = None;
        let done = Self::say_send_fail(desk, number);
        desk.finish(done);
    }
}
