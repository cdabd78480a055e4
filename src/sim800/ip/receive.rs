//! What the peer sends: pushed to the host, framed as the settings say.

use super::super::Sim800;
use super::{LINKS, LinkState};

/// Bytes of one pushed frame.
const FRAME: usize = 1460;
/// With so many bytes on their way to the host nothing more is pushed.
const BACKLOG: usize = 4096;

impl Sim800 {
    /// Bytes came on a link.
    pub(super) fn link_received(&mut self, number: usize, bytes: &[u8]) {
        if let Some(link) = self.ip.links.get_mut(number) {
            let room = super::BUFFER.saturating_sub(link.received.len());
            link.received.extend(bytes.iter().take(room));
        }
    }

    /// Shows what came by itself, as far as the host has an ear for it.
    pub(in super::super) fn deliver(&mut self) {
        for number in 0..LINKS {
            while !self.is_busy() && self.backlog() < BACKLOG && self.push_frame(number) {}
            self.say_closed(number);
        }
    }

    /// One frame of a link's data; false when there is none.
    fn push_frame(&mut self, number: usize) -> bool {
        let mux = self.mux();
        let heading = self.settings.value("+CIPHEAD") == 1;
        let crlf = if self.profile.ipd_crlf { "\r\n" } else { "" };
        let Some(link) = self.ip.links.get_mut(number) else { return false };
        if link.received.is_empty() || link.state != LinkState::Connected {
            return false;
        }
        let length = link.received.len().min(FRAME);
        let data: Vec<u8> = link.received.drain(..length).collect();
        let head = if mux {
            format!("\r\n+RECEIVE,{number},{length}:\r\n")
        } else if heading {
            format!("{crlf}+IPD,{length}:")
        } else {
            String::new()
        };
        self.transmit(head.as_bytes());
        self.transmit(&data);
        true
    }

    /// `CLOSED`, when the peer closed and all it sent is shown.
    fn say_closed(&mut self, number: usize) {
        let busy = self.is_busy() && !(self.uart.wait.is_some() && self.profile.urc_at_prompt);
        let Some(link) = self.ip.links.get_mut(number) else { return };
        if busy || !link.ended || !link.received.is_empty() || link.state != LinkState::Connected {
            return;
        }
        link.state = LinkState::Closed;
        link.ended = false;
        self.ip.retry = true;
        self.drop_socket(number);
        self.link_line(number, "CLOSED");
    }
}
