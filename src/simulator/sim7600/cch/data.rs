//! What goes over a session: `CCHSEND`, `CCHRECV`, and what is told of them unasked.

use super::{Cch, Outcome, State, Unread};
use crate::simulator::desk::Desk;
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command<Cch>] = &[("+CCHSEND", Cch::send), ("+CCHRECV", Cch::read)];

/// What one send takes, and one read or one pushed frame gives.
const PIECE: usize = 2048;

impl Cch {
    /// `AT+CCHSEND=<session>,<length>`.
    fn send(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0,1),(1-2048)"),
            Form::Query => {
                let text = format!("+CCHSEND: {},{}", self.session(0).in_flight, self.session(1).in_flight);
                return desk.answer(call, text);
            }
            _ => {}
        }
        let length = call.size(1).filter(|length| (1..=PIECE).contains(length));
        let (Some(number), Some(wanted)) = (Self::named(call), length) else { return Done::Fail(Failure::Plain) };
        if self.session(number).state != State::Open {
            return Self::refused(desk, "+CCHSEND", number, Outcome::PeerClosed);
        }
        let typed = move |cch: &mut Self, desk: &mut Desk, ended, data: &[u8]| cch.typed_in(desk, ended, data, number);
        let wait = Wait::inviting(b"\r\n>", Ending::Length { wanted }, typed);
        if desk.has(Fault::PromptLate) {
            return Done::after(desk.delay([3000, 5000]), move |_| Done::Prompt(Box::new(wait)));
        }
        Done::Prompt(Box::new(wait))
    }

    fn typed_in(&mut self, desk: &mut Desk, ended: Ended, data: &[u8], number: usize) -> Done {
        if ended != Ended::Complete {
            return Done::Fail(Failure::Plain);
        }
        if desk.burst() {
            return Done::Gone;
        }
        let fails = desk.has(Fault::SendFail) || desk.signal_too_weak();
        let session = self.session_mut(number);
        let Some(id) = session.socket.filter(|_| session.state == State::Open && !session.ended) else {
            return Self::refused(desk, "+CCHSEND", number, Outcome::PeerClosed);
        };
        desk.code(Code::Ok);
        if fails {
            let wait = desk.profile().times.round_trip_ms;
            desk.after(wait, move |desk| desk.urc(format!("+CCHSEND: {number},{}", Outcome::Timeout as u8)));
            return Done::Silent;
        }
        session.in_flight += data.len();
        session.sent += data.len() as u64;
        desk.send(id, data.to_vec());
        Done::Silent
    }

    /// The far end has taken this many bytes.
    pub(super) fn taken(&mut self, desk: &mut Desk, number: usize, count: usize) {
        let session = self.session_mut(number);
        session.in_flight = session.in_flight.saturating_sub(count);
        if session.in_flight == 0 && self.tells_sent {
            desk.urc(format!("+CCHSEND: {number},0"));
        }
    }

    pub(super) fn announce(&mut self, desk: &mut Desk, number: usize) {
        let session = self.session_mut(number);
        if !desk.is_busy() && session.unread == Unread::Fresh {
            session.unread = Unread::Announced;
            desk.urc(format!("+CCHEVENT: {number},RECV EVENT"));
        }
    }

    /// One frame of what came; false when there is none.
    pub(super) fn push(&mut self, desk: &mut Desk, number: usize) -> bool {
        let data = self.take(number, PIECE);
        if data.is_empty() {
            return false;
        }
        desk.info(format!("+CCHRECV: DATA,{number},{}", data.len()));
        desk.transmit(&data);
        true
    }

    fn take(&mut self, number: usize, limit: usize) -> Vec<u8> {
        let session = self.session_mut(number);
        session.unread = Unread::Known;
        session.received.drain(..limit.min(session.received.len())).collect()
    }

    /// `AT+CCHRECV=<session>[,<length>]`: OK, the data, and that it was all.
    fn read(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return desk.test(call, "(0,1),(1-2048)"),
            Form::Query => {
                let text =
                    format!("+CCHRECV: LEN,{},{}", self.session(0).received.len(), self.session(1).received.len());
                return desk.answer(call, text);
            }
            _ => {}
        }
        let length = match call.text(1) {
            None => Some(PIECE),
            Some(_) => call.size(1).filter(|length| *length > 0),
        };
        let (Some(number), Some(length)) = (Self::named(call), length) else { return Done::Fail(Failure::Plain) };
        if !self.manual {
            return Done::Fail(Failure::Plain);
        }
        let data = self.take(number, length.min(PIECE));
        desk.code(Code::Ok);
        if !data.is_empty() {
            desk.info(format!("+CCHRECV: DATA,{number},{}", data.len()));
            desk.transmit(&data);
        }
        desk.info(format!("+CCHRECV: {number},0"));
        Done::Silent
    }
}
