//! `CIPSEND` of the SIM7600: the prompt has no blank, OK comes with the data, `+CIPSEND:` with their acknowledgement.

use super::net::{Net, State, refused};
use crate::simulator::desk::{Desk, Target};
use crate::simulator::faults::Fault;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, Failure};
use crate::simulator::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command<Net>] =
    &[("+CIPSEND", Net::send), ("+CIPSENDMODE", |_, _, _| Done::Ok), ("+CIPACK", Net::counts)];

/// Without an acknowledgement the send counts as failed.
const ACKNOWLEDGE_LIMIT: [u32; 2] = [120_000, 120_000];

/// Where a datagram of a link for anybody goes.
type Aim = Option<(String, u16)>;

impl Net {
    fn send(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let size = desk.profile().sockets.send_size;
        if call.form == Form::Test {
            return desk.test(call, &format!("(0-9),(1-{size})"));
        }
        let Some(number) = Self::named(call, 0).filter(|_| call.form == Form::Set && call.count() >= 2) else {
            return Done::Fail(Failure::Plain);
        };
        let ending = match (call.text(1), call.size(1)) {
            (None, _) => Ending::Terminator { limit: size },
            (Some(_), Some(wanted)) if (1..=size).contains(&wanted) => Ending::Length { wanted },
            _ => return Done::Fail(Failure::Plain),
        };
        let link = self.link(number).filter(|link| link.state == State::Open);
        let aim = call.port(3).map(|port| (call.string(2), port));
        let Some(link) = link.filter(|link| link.socket.is_some() || aim.is_some()) else {
            return refused(desk, "+CIPERROR: 4");
        };
        let aim = aim.filter(|_| link.udp);
        let wait = Wait::inviting(b"\r\n>", ending, move |net: &mut Self, desk, ended, data| {
            net.data_typed(desk, ended, data, number, aim)
        });
        if desk.has(Fault::PromptLate) {
            return Done::after(desk.delay([3000, 5000]), move |_| Done::Prompt(Box::new(wait)));
        }
        Done::Prompt(Box::new(wait))
    }

    fn data_typed(&mut self, desk: &mut Desk, ended: Ended, data: &[u8], number: usize, aim: Aim) -> Done {
        if ended != Ended::Complete || data.is_empty() {
            return Done::Fail(Failure::Plain);
        }
        if desk.burst() {
            return Done::Gone;
        }
        let open = self.link(number).is_some_and(|link| link.state == State::Open && !link.ended);
        if !open {
            return refused(desk, "+CIPERROR: 4");
        }
        desk.code(Code::Ok);
        self.sending = Some((number, data.len()));
        if desk.has(Fault::SendFail) || desk.signal_too_weak() {
            desk.later(desk.profile().times.round_trip_ms, Self::send_broken);
            return Done::Silent;
        }
        self.hand_over(desk, number, data.to_vec(), aim);
        let length = data.len();
        let limit = move |net: &mut Self, desk: &mut Desk| {
            if net.sending == Some((number, length)) {
                net.send_broken(desk);
            }
        };
        desk.later(ACKNOWLEDGE_LIMIT, limit);
        Done::Silent
    }

    fn hand_over(&mut self, desk: &mut Desk, number: usize, data: Vec<u8>, aim: Aim) {
        let Some(link) = self.link_mut(number) else { return };
        link.in_flight += data.len();
        link.sent += data.len() as u64;
        match (link.socket, aim) {
            (Some(id), aim) => {
                if let Some((host, port)) = aim {
                    desk.aim(id, host, port);
                }
                desk.send(id, data);
            }
            (None, Some((host, port))) => {
                // The first datagram of a link for anybody opens its socket.
                let local = link.port;
                (link.host, link.port) = (host.clone(), port);
                link.waiting = data;
                let to = Target { host, port, udp: true, local, anybody: true, ..Target::default() };
                link.socket = Some(desk.connect::<Self>(to));
            }
            (None, None) => {}
        }
    }

    /// `AT+CIPACK=<link>`: sent, confirmed, not yet confirmed.
    fn counts(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0-9)");
        }
        let number = Self::named(call, 0).filter(|_| call.form == Form::Set);
        let link = number.and_then(|number| self.link(number)).filter(|link| link.state == State::Open);
        let Some(link) = link else { return refused(desk, "+IP ERROR: No connection") };
        let (sent, flying) = (link.sent, link.in_flight as u64);
        desk.answer(call, format!("+CIPACK: {sent},{},{flying}", sent.saturating_sub(flying)))
    }

    /// The socket stands: what waited for it goes out.
    pub(super) fn send_waiting(&mut self, desk: &mut Desk, number: usize) {
        if let Some((id, data)) =
            self.link_mut(number).and_then(|link| Some((link.socket?, std::mem::take(&mut link.waiting))))
        {
            desk.send(id, data);
        }
    }

    /// How many bytes the far end has.
    pub(super) fn taken(&mut self, desk: &mut Desk, number: usize, count: usize) {
        let Some(link) = self.link_mut(number) else { return };
        link.in_flight = link.in_flight.saturating_sub(count);
        let all = link.in_flight == 0;
        if let Some((_, length)) = self.sending.filter(|sending| sending.0 == number && all) {
            self.sending = None;
            desk.urc(format!("+CIPSEND: {number},{length},{length}"));
        }
    }

    /// A send that waits for its acknowledgement on a link that is gone, or failed: the third number says so.
    pub(super) fn send_broken(&mut self, desk: &mut Desk) {
        let Some((number, length)) = self.sending.take() else { return };
        desk.urc(format!("+CIPSEND: {number},{length},-1"));
    }
}
