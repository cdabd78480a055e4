//! What the peer sends: pushed to the host, framed as the settings say, or kept until `CIPRXGET` asks for it.

use std::fmt::Write;

use super::{Ip, LINKS, Link, LinkState, Unread};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command<Ip>] = &[("+CIPRXGET", Ip::ciprxget)];

/// Bytes of one pushed frame, and of one `CIPRXGET=2`.
const FRAME: usize = 1460;
/// With this many bytes on their way to the host nothing more is pushed.
const BACKLOG: usize = 4096;

impl Ip {
    /// The host asks for data itself (`CIPRXGET=1`).
    fn manual_receive(desk: &Desk) -> bool {
        desk.value("+CIPRXGET") == 1
    }

    /// Bytes came on a link.
    pub(super) fn link_received(&mut self, number: usize, bytes: &[u8]) {
        if let Some(link) = self.links.get_mut(number) {
            let room = super::BUFFER.saturating_sub(link.received.len());
            link.received.extend(bytes.iter().take(room));
            if link.unread == Unread::Known {
                link.unread = Unread::Fresh;
            }
        }
    }

    /// Shows what came by itself, as far as the host has an ear for it.
    pub(super) fn deliver(&mut self, desk: &mut Desk) {
        // Asked after every byte of the host, and nearly always there is nothing.
        let waits = |link: &Link| link.ended || link.unread == Unread::Fresh || !link.received.is_empty();
        if !self.links.iter().any(waits) {
            return;
        }
        for number in 0..LINKS {
            if Self::manual_receive(desk) && !self.mux_transparent() {
                self.announce(desk, number);
            } else {
                while !desk.is_busy() && desk.backlog() < BACKLOG && self.push_frame(desk, number) {}
            }
            self.say_closed(desk, number);
        }
    }

    fn mux_transparent(&self) -> bool {
        self.transparent.is_some()
    }

    /// `+CIPRXGET: 1`: once, until the host reads.
    fn announce(&mut self, desk: &mut Desk, number: usize) {
        let mux = Self::mux(desk);
        if desk.is_busy() {
            return;
        }
        let Some(link) = self.links.get_mut(number) else { return };
        if link.unread != Unread::Fresh || link.state != LinkState::Connected {
            return;
        }
        link.unread = Unread::Announced;
        desk.urc(if mux { format!("+CIPRXGET: 1,{number}") } else { "+CIPRXGET: 1".into() });
    }

    /// One frame of a link's data; false when there is none.
    fn push_frame(&mut self, desk: &mut Desk, number: usize) -> bool {
        let (mux, transparent) = (Self::mux(desk), self.transparent.is_some());
        let heading = desk.value("+CIPHEAD") == 1 && !transparent;
        let protocol = if desk.value("+CIPSHOWTP") == 1 { Some(()) } else { None };
        let source = desk.value("+CIPSRIP") == 1 && !transparent;
        let crlf = if desk.profile().sockets.ipd_crlf { "\r\n" } else { "" };
        let Some(link) = self.links.get_mut(number) else { return false };
        if link.received.is_empty() || link.state != LinkState::Connected {
            return false;
        }
        let portion = if transparent { self.portion(desk).unwrap_or(FRAME) } else { FRAME };
        let Some(link) = self.links.get_mut(number).filter(|_| portion > 0) else { return false };
        let (data, sender) = link.take_frame(portion.min(FRAME));
        let length = data.len();
        let peer = sender.or(link.peer).map_or_else(|| format!("{}:{}", link.host, link.port), |peer| peer.to_string());
        let kind = if link.udp { "UDP" } else { "TCP" };
        let mut head = String::new();
        if mux {
            let from = if source { format!(",{peer}") } else { String::new() };
            head = format!("\r\n+RECEIVE,{number},{length}{from}:\r\n");
        } else {
            if source {
                head = format!("{crlf}RECV FROM:{peer}\r\n");
            }
            if heading {
                let kind = protocol.map_or_else(String::new, |()| format!(",{kind}"));
                let crlf = if source { "" } else { crlf };
                // Writing to a String cannot fail.
                let _ = write!(head, "{crlf}+IPD,{length}{kind}:");
            }
        }
        desk.transmit(head.as_bytes());
        desk.transmit(&data);
        true
    }

    /// `CLOSED`, when the peer closed and all it sent is shown.
    fn say_closed(&mut self, desk: &mut Desk, number: usize) {
        let busy = desk.is_busy() && !(desk.prompting() && desk.profile().sockets.closed_at_prompt);
        let manual = Self::manual_receive(desk);
        let Some(link) = self.links.get_mut(number) else { return };
        if busy || !link.ended || link.state != LinkState::Connected || !(manual || link.received.is_empty()) {
            return;
        }
        link.state = LinkState::Closed;
        link.ended = false;
        self.retry = true;
        self.drop_socket(desk, number);
        self.leave_transparent(desk);
        Self::link_line(desk, number, "CLOSED");
    }

    fn ciprxget(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let mux = Self::mux(desk);
        match (call.form, call.number(0)) {
            (Form::Test, _) if mux => desk.test(call, "(0-4),(0-5),(1-1460)"),
            (Form::Test, _) => desk.test(call, "(0-4),(1-1460)"),
            (Form::Query, _) => desk.answer(call, format!("+CIPRXGET: {}", desk.value("+CIPRXGET"))),
            (Form::Set, Some(0 | 1)) => {
                if self.links.iter().any(|link| link.state == LinkState::Connected) {
                    return NOT_ALLOWED;
                }
                desk.parameter(call).unwrap_or(NOT_ALLOWED)
            }
            (Form::Set, Some(mode @ 2..=4)) if Self::manual_receive(desk) => self.read_received(desk, call, mode),
            _ => NOT_ALLOWED,
        }
    }

    fn read_received(&mut self, desk: &mut Desk, call: &Call, mode: i64) -> Done {
        let mux = Self::mux(desk);
        let number = if mux { call.number(1).and_then(|number| usize::try_from(number).ok()) } else { Some(0) };
        let length = call.number(if mux { 2 } else { 1 }).and_then(|length| usize::try_from(length).ok());
        let Some((number, link)) = number.and_then(|number| Some((number, self.links.get_mut(number)?))) else {
            return NOT_ALLOWED;
        };
        if link.state == LinkState::Initial {
            return NOT_ALLOWED;
        }
        let prefix = if mux { format!("{mode},{number}") } else { mode.to_string() };
        if mode == 4 {
            let count = link.received.len();
            return desk.answer(call, format!("+CIPRXGET: {prefix},{count}"));
        }
        let limit = if mode == 2 { FRAME } else { FRAME / 2 };
        let Some(length) = length.filter(|length| (1..=limit).contains(length)) else { return NOT_ALLOWED };
        let (data, _) = link.take_frame(length);
        let taken = data.len();
        let rest = link.received.len();
        link.unread = Unread::Known;
        desk.info(format!("+CIPRXGET: {prefix},{taken},{rest}"));
        if mode == 2 {
            desk.transmit(&data);
        } else {
            desk.transmit(hex::encode_upper(&data).as_bytes());
        }
        Done::Ok
    }
}
