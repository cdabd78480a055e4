//! What the peer sends to a SIM7600: pushed to the host with its header, or kept until `CIPRXGET` asks for it.

use super::net::{LINKS, Net, State, refused};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, Failure};

pub(super) const COMMANDS: &[Command<Net>] =
    &[("+CIPRXGET", Net::read), ("+CIPHEAD", Net::header), ("+CIPSRIP", Net::source)];

/// Bytes of one pushed frame, and of one `CIPRXGET=2`.
const FRAME: usize = 1500;
/// With this many bytes on their way to the host nothing more is pushed.
const BACKLOG: usize = 4096;

impl Net {
    /// Bytes came on a link.
    pub(super) fn received(&mut self, number: usize, bytes: &[u8]) {
        if let Some(link) = self.link_mut(number) {
            link.received.extend(bytes);
        }
    }

    /// Shows what came by itself, as far as the host has an ear for it.
    pub(super) fn deliver(&mut self, desk: &mut Desk) {
        let manual = desk.value("+CIPRXGET") == 1;
        for number in 0..LINKS {
            if manual {
                self.announce(desk, number);
            } else {
                while !desk.is_busy() && desk.backlog() < BACKLOG && self.push(desk, number) {}
            }
            self.say_closed(desk, number, manual);
        }
    }

    /// `+CIPRXGET: 1`: once, until the host reads.
    fn announce(&mut self, desk: &mut Desk, number: usize) {
        let Some(link) = self.link_mut(number) else { return };
        if !desk.is_busy() && !link.received.is_empty() && !std::mem::replace(&mut link.announced, true) {
            desk.urc(format!("+CIPRXGET: 1,{number}"));
        }
    }

    /// One frame of a link's data; false when there is none.
    fn push(&mut self, desk: &mut Desk, number: usize) -> bool {
        let (header, source) = (self.header, self.source);
        let Some(link) = self.link_mut(number).filter(|link| !link.received.is_empty()) else { return false };
        let peer = link.peer.map_or_else(|| format!("{}:{}", link.host, link.port), |peer| peer.to_string());
        let data: Vec<u8> = link.received.drain(..FRAME.min(link.received.len())).collect();
        if source {
            desk.info(format!("RECV FROM:{peer}"));
        }
        match header {
            1 => desk.transmit(format!("{}+IPD{}\r\n", if source { "" } else { "\r\n" }, data.len()).as_bytes()),
            2 => desk.transmit(format!("\r\n+RECEIVE,{number},{}\r\n", data.len()).as_bytes()),
            _ => {}
        }
        desk.transmit(&data);
        true
    }

    fn header(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.size(0)) {
            (Form::Query, _) => desk.answer(call, format!("+CIPHEAD: {}", self.header)),
            (Form::Test, _) => desk.test(call, "(0-2)"),
            (Form::Set, Some(value @ 0..=2)) => {
                self.header = value;
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn source(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.size(0)) {
            (Form::Query, _) => desk.answer(call, format!("+CIPSRIP: {}", u8::from(self.source))),
            (Form::Test, _) => desk.test(call, "(0,1)"),
            (Form::Set, Some(value @ 0..=1)) => {
                self.source = value == 1;
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn read(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Test, _) => desk.test(call, "(0-4),(0-9),(1-1500)"),
            (Form::Query, _) => desk.answer(call, format!("+CIPRXGET: {}", desk.value("+CIPRXGET"))),
            (Form::Set, Some(0 | 1)) => desk.parameter(call).unwrap_or(Done::Fail(Failure::Plain)),
            (Form::Set, Some(mode @ 2..=4)) if desk.value("+CIPRXGET") == 1 => self.take(desk, call, mode),
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn take(&mut self, desk: &mut Desk, call: &Call, mode: i64) -> Done {
        let Some(number) = Self::named(call, 1) else { return Done::Fail(Failure::Plain) };
        let Some(link) = self.link_mut(number) else { return Done::Fail(Failure::Plain) };
        if link.state == State::Closed && link.received.is_empty() {
            return refused(desk, "+IP ERROR: No data");
        }
        if mode == 4 {
            let waiting = link.received.len();
            return desk.answer(call, format!("+CIPRXGET: 4,{number},{waiting}"));
        }
        if link.received.is_empty() {
            return refused(desk, "+IP ERROR: No data");
        }
        let limit = if mode == 2 { FRAME } else { FRAME / 2 };
        let length = if call.count() > 2 { call.size(2) } else { Some(limit) };
        let Some(length) = length.filter(|length| (1..=limit).contains(length)) else {
            return Done::Fail(Failure::Plain);
        };
        let data: Vec<u8> = link.received.drain(..length.min(link.received.len())).collect();
        let rest = link.received.len();
        link.announced = false;
        desk.info(format!("+CIPRXGET: {mode},{number},{},{rest}", data.len()));
        if mode == 2 {
            desk.transmit(&data);
        } else {
            desk.transmit(hex::encode_upper(&data).as_bytes());
        }
        Done::Ok
    }
}
