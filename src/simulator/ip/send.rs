//! `CIPSEND`: the prompt, the data, and what became of it (`docs/sim800.md`, the data prompt).

use std::time::Duration;

use super::super::commands::Command;
use super::super::faults::Fault;
use super::super::line::{Call, Form};
use super::super::reply::{Done, NOT_ALLOWED};
use super::super::uart::{Ended, Ending, Wait};
use super::super::{Modem, Output};
use super::{LINKS, LinkState};

pub(in super::super) const COMMANDS: &[Command] = &[("+CIPSEND", Modem::cipsend)];

/// Without an acknowledgement the connection counts as closed (manual §8.2.3).
const ACKNOWLEDGE_LIMIT: Duration = Duration::from_secs(645);
/// Bytes of one link that may be on their way when `CIPQSEND=1` accepts more.
const IN_FLIGHT: usize = 8192;

impl Modem {
    fn cipsend(&mut self, call: &Call) -> Done {
        let size = self.profile.send_size;
        let (number, length) = match (call.form, self.mux()) {
            (Form::Test, false) => return self.test(call, "<length>"),
            (Form::Test, true) => return self.test(call, "(0-5),<length>"),
            (Form::Read, false) if self.is_connected(0) => return self.answer(call, format!("+CIPSEND: {size}")),
            (Form::Read, true) => {
                for number in 0..LINKS {
                    let size = if self.is_connected(number) { size } else { 0 };
                    self.info(format!("+CIPSEND: {number},{size}"));
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
        if !self.is_connected(number) || self.transparent_wanted() {
            return NOT_ALLOWED;
        }
        let mut wait = Wait::prompt(ending, Self::data_typed, u32::try_from(number).unwrap_or(0));
        if self.settings.value("+CIPSPRT") != 1 {
            wait.invitation.clear();
        }
        if self.settings.value("+CIPATS") == 1 && length.is_none() {
            let seconds = u64::try_from(self.settings.field("+CIPATS", 1)).unwrap_or(1);
            wait.limit = Some((Duration::from_secs(seconds), Ended::Complete));
        }
        if self.has(Fault::PromptLate) {
            self.late_prompt = Some(Box::new(wait));
            let late = |modem: &mut Self, _: u32| modem.late_prompt.take().map_or(NOT_ALLOWED, Done::Prompt);
            return Done::Later(self.delay([3000, 5000]), late, 0);
        }
        Done::Prompt(Box::new(wait))
    }

    fn is_connected(&self, number: usize) -> bool {
        self.link(number).is_some_and(|link| link.state == LinkState::Connected)
    }

    fn data_typed(&mut self, ended: Ended, data: &[u8], number: u32) -> Done {
        match ended {
            Ended::Complete if !data.is_empty() => {}
            Ended::Cancelled if self.profile.cipsend_esc_ok => return Done::Ok,
            Ended::Cancelled => return Done::Silent,
            _ => return NOT_ALLOWED,
        }
        if self.burst() {
            return Done::Gone;
        }
        let number = number as usize;
        let quick = self.settings.value("+CIPQSEND") == 1;
        let lost = self.has(Fault::SendFail) || self.signal_too_weak();
        if !self.is_connected(number) || lost {
            if quick {
                return self.accepted(number, data.len());
            }
            let argument = u32::try_from(number).unwrap_or(0);
            return Done::Later(self.delay(self.profile.round_trip_ms), Self::say_send_fail, argument);
        }
        let length = if quick { self.space(number).min(data.len()) } else { data.len() };
        self.send_on(number, data.get(..length).unwrap_or_default().to_vec());
        if quick {
            return self.accepted(number, length);
        }
        self.sending = Some(number);
        Done::Waiting(ACKNOWLEDGE_LIMIT)
    }

    pub(super) fn space(&self, number: usize) -> usize {
        self.link(number).map_or(0, |link| IN_FLIGHT.saturating_sub(link.in_flight))
    }

    /// Hands bytes to a link's socket.
    pub(super) fn send_on(&mut self, number: usize, data: Vec<u8>) {
        let Some(link) = self.ip.links.get_mut(number) else { return };
        let Some(id) = link.socket else { return };
        link.in_flight += data.len();
        link.sent += data.len() as u64;
        if !data.is_empty() {
            self.out.push_back(Output::Send(id, data));
        }
    }

    fn accepted(&mut self, number: usize, length: usize) -> Done {
        let text = if self.mux() { format!("DATA ACCEPT:{number},{length}") } else { format!("DATA ACCEPT:{length}") };
        self.info(text);
        Done::Silent
    }

    /// The operating system took bytes of a link.
    pub(super) fn taken(&mut self, number: usize, count: usize) {
        let Some(link) = self.ip.links.get_mut(number) else { return };
        link.in_flight = link.in_flight.saturating_sub(count);
        link.acknowledged += count as u64;
        if link.in_flight == 0 && self.sending == Some(number) {
            self.sending = None;
            let argument = u32::try_from(number).unwrap_or(0);
            let delay = self.delay(self.profile.round_trip_ms);
            self.finish(Done::Later(delay, Self::say_sent, argument));
        }
        self.pump();
    }

    fn say_sent(&mut self, number: u32) -> Done {
        if self.settings.value("+CIPSPRT") != 2 {
            self.link_line(number as usize, "SEND OK");
        }
        Done::Silent
    }

    fn say_send_fail(&mut self, number: u32) -> Done {
        self.link_line(number as usize, "SEND FAIL");
        Done::Silent
    }

    /// A connection broke: who waits for its acknowledgement hears so.
    pub(super) fn sends_broken(&mut self) {
        let Some(number) = self.sending else { return };
        let alive = self.link(number).is_some_and(|link| link.socket.is_some() && !link.ended);
        if alive {
            return;
        }
        self.sending = None;
        let argument = u32::try_from(number).unwrap_or(0);
        let done = self.say_send_fail(argument);
        self.finish(done);
    }
}
