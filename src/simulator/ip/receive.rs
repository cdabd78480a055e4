//! What the peer sends: pushed to the host, framed as the settings say, or kept until `CIPRXGET` asks for it.

use std::fmt::Write;

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Done, NOT_ALLOWED};
use super::{LINKS, LinkState, Unread};

pub(in super::super) const COMMANDS: &[Command] = &[("+CIPRXGET", Modem::ciprxget)];

/// Bytes of one pushed frame, and of one `CIPRXGET=2`.
const FRAME: usize = 1460;
/// With so many bytes on their way to the host nothing more is pushed.
const BACKLOG: usize = 4096;

impl Modem {
    /// The host asks for data itself (`CIPRXGET=1`).
    fn manual_receive(&self) -> bool {
        self.settings.value("+CIPRXGET") == 1
    }

    /// Bytes came on a link.
    pub(super) fn link_received(&mut self, number: usize, bytes: &[u8]) {
        if let Some(link) = self.ip.links.get_mut(number) {
            let room = super::BUFFER.saturating_sub(link.received.len());
            link.received.extend(bytes.iter().take(room));
            if link.unread == Unread::Known {
                link.unread = Unread::Fresh;
            }
        }
    }

    /// Shows what came by itself, as far as the host has an ear for it.
    pub(in super::super) fn deliver(&mut self) {
        for number in 0..LINKS {
            if self.manual_receive() && !self.mux_transparent() {
                self.announce(number);
            } else {
                while !self.is_busy() && self.backlog() < BACKLOG && self.push_frame(number) {}
            }
            self.say_closed(number);
        }
    }

    fn mux_transparent(&self) -> bool {
        self.ip.transparent.is_some()
    }

    /// `+CIPRXGET: 1`: once, until the host reads.
    fn announce(&mut self, number: usize) {
        let mux = self.mux();
        if self.is_busy() {
            return;
        }
        let Some(link) = self.ip.links.get_mut(number) else { return };
        if link.unread != Unread::Fresh || link.state != LinkState::Connected {
            return;
        }
        link.unread = Unread::Announced;
        self.urc(if mux { format!("+CIPRXGET: 1,{number}") } else { "+CIPRXGET: 1".into() });
    }

    /// One frame of a link's data; false when there is none.
    fn push_frame(&mut self, number: usize) -> bool {
        let (mux, transparent) = (self.mux(), self.ip.transparent.is_some());
        let heading = self.settings.value("+CIPHEAD") == 1 && !transparent;
        let protocol = if self.settings.value("+CIPSHOWTP") == 1 { Some(()) } else { None };
        let source = self.settings.value("+CIPSRIP") == 1 && !transparent;
        let crlf = if self.profile.ipd_crlf { "\r\n" } else { "" };
        let Some(link) = self.ip.links.get_mut(number) else { return false };
        if link.received.is_empty() || link.state != LinkState::Connected {
            return false;
        }
        let portion = if transparent { self.portion().unwrap_or(FRAME) } else { FRAME };
        let Some(link) = self.ip.links.get_mut(number).filter(|_| portion > 0) else { return false };
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
        self.transmit(head.as_bytes());
        self.transmit(&data);
        true
    }

    /// `CLOSED`, when the peer closed and all it sent is shown.
    fn say_closed(&mut self, number: usize) {
        let busy = self.is_busy() && !(self.uart.wait.is_some() && self.profile.closed_at_prompt);
        let manual = self.manual_receive();
        let Some(link) = self.ip.links.get_mut(number) else { return };
        if busy || !link.ended || link.state != LinkState::Connected || !(manual || link.received.is_empty()) {
            return;
        }
        link.state = LinkState::Closed;
        link.ended = false;
        self.ip.retry = true;
        self.drop_socket(number);
        self.leave_transparent();
        self.link_line(number, "CLOSED");
    }

    fn ciprxget(&mut self, call: &Call) -> Done {
        let mux = self.mux();
        match (call.form, call.number(0)) {
            (Form::Test, _) if mux => self.test(call, "(0-4),(0-5),(1-1460)"),
            (Form::Test, _) => self.test(call, "(0-4),(1-1460)"),
            (Form::Read, _) => self.answer(call, format!("+CIPRXGET: {}", self.settings.value("+CIPRXGET"))),
            (Form::Set, Some(0 | 1)) => {
                if self.ip.links.iter().any(|link| link.state == LinkState::Connected) {
                    return NOT_ALLOWED;
                }
                self.parameter(call).unwrap_or(NOT_ALLOWED)
            }
            (Form::Set, Some(mode @ 2..=4)) if self.manual_receive() => self.read_received(call, mode),
            _ => NOT_ALLOWED,
        }
    }

    fn read_received(&mut self, call: &Call, mode: i64) -> Done {
        let mux = self.mux();
        let number = if mux { call.number(1).and_then(|number| usize::try_from(number).ok()) } else { Some(0) };
        let length = call.number(if mux { 2 } else { 1 }).and_then(|length| usize::try_from(length).ok());
        let Some((number, link)) = number.and_then(|number| Some((number, self.ip.links.get_mut(number)?))) else {
            return NOT_ALLOWED;
        };
        if link.state == LinkState::Initial {
            return NOT_ALLOWED;
        }
        let prefix = if mux { format!("{mode},{number}") } else { mode.to_string() };
        if mode == 4 {
            let count = link.received.len();
            return self.answer(call, format!("+CIPRXGET: {prefix},{count}"));
        }
        let limit = if mode == 2 { FRAME } else { FRAME / 2 };
        let Some(length) = length.filter(|length| (1..=limit).contains(length)) else { return NOT_ALLOWED };
        let (data, _) = link.take_frame(length);
        let taken = data.len();
        let rest = link.received.len();
        link.unread = Unread::Known;
        self.info(format!("+CIPRXGET: {prefix},{taken},{rest}"));
        if mode == 2 {
            self.transmit(&data);
        } else {
            self.transmit(hex::encode_upper(&data).as_bytes());
        }
        Done::Ok
    }
}
