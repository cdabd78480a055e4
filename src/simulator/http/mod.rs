//! The HTTP service and its bearer (IP application note): real requests, plain ones.
//!
//! A request is one connection of its own. What needs encryption is refused with 606, and nothing is opened.

mod bearer;
mod commands;
mod response;

use std::fmt::Write;

use super::faults::Fault;
use super::reply::Code;
use super::timers::{Timer, TimerId};
use super::{Modem, Output, SocketEvent, SocketId};
use response::Response;

pub(super) use bearer::Bearer;

pub(super) const FAMILIES: [&[super::commands::Command]; 2] = [bearer::COMMANDS, commands::COMMANDS];

/// Largest body to send or keep (manual: `HTTPDATA` up to 319488).
const BODY: usize = 319_488;
/// Redirections that are followed with `REDIR`.
const REDIRECTIONS: u8 = 5;
/// Bytes one event may bring.
pub(super) const CHUNK: usize = 16_384;

const METHODS: [&str; 4] = ["GET", "POST", "HEAD", "DELETE"];

/// The service.
#[derive(Debug, Default)]
pub(super) struct Http {
    pub(super) open: bool,
    /// Name and value of `HTTPPARA`.
    parameters: Vec<(String, String)>,
    data: Vec<u8>,
    action: Option<Action>,
    /// What the last action brought.
    status: u16,
    body: Vec<u8>,
    header: Vec<u8>,
}

/// A request under way.
#[derive(Debug)]
struct Action {
    method: usize,
    id: SocketId,
    request: Vec<u8>,
    response: Response,
    redirections: u8,
    timer: TimerId,
}

impl Http {
    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|entry| entry.0 == name).map_or("", |entry| entry.1.as_str())
    }

    /// The socket of the request under way.
    pub(super) fn socket(&self) -> Option<SocketId> {
        self.action.as_ref().map(|action| action.id)
    }
}

/// `http://host:port/path` cut; `None` for what cannot be asked. The flag: it wants encryption.
fn cut_url(url: &str) -> Option<(bool, String, u16, String)> {
    let (secure, rest) = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
        Some(_) => return None,
        None => (false, url),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, if secure { 443 } else { 80 }),
    };
    let legal = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    if host.is_empty() || !host.chars().all(legal) {
        return None;
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some((secure, host.to_owned(), port, path))
}

impl Modem {
    /// `HTTPACTION`: the OK was said, the result comes later.
    fn start_action(&mut self, method: usize) {
        self.http.header.clear();
        self.http.body.clear();
        self.http.status = 0;
        let url = self.http.parameter("URL").to_owned();
        self.request(method, &url, 0);
    }

    fn request(&mut self, method: usize, url: &str, redirections: u8) {
        if !self.bearer.is_open() || self.has(Fault::Refuse) {
            return self.action_failed_later(method, 601);
        }
        let Some((secure, host, port, path)) = cut_url(url) else { return self.action_failed_later(method, 603) };
        if secure || self.settings.value("+HTTPSSL") == 1 {
            self.note_encryption();
            return self.action_failed_later(method, 606);
        }
        let id = self.new_socket();
        let request = self.request_text(method, &host, port, &path);
        let seconds = self.http.parameter("TIMEOUT").parse().unwrap_or(120).clamp(30, 1000);
        let limit = Timer::Background(|modem, _| modem.action_failed(601), 0);
        let timer = self.timers.add(self.now + std::time::Duration::from_secs(seconds), limit);
        let response = Response::new(METHODS.get(method) == Some(&"HEAD"));
        self.http.action = Some(Action { method, id, request, response, redirections, timer });
        self.out.push_back(Output::Open { id, udp: false, host, port, local: 0, anybody: false });
    }

    fn request_text(&self, method: usize, host: &str, port: u16, path: &str) -> Vec<u8> {
        let name = METHODS.get(method).copied().unwrap_or("GET");
        let agent = match self.http.parameter("UA") {
            "" => "SIMCOM_MODULE",
            agent => agent,
        };
        let authority = if port == 80 { host.to_owned() } else { format!("{host}:{port}") };
        let mut text = format!(
            "{name} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n"
        );
        let user = self.http.parameter("USERDATA").replace("\\r\\n", "\r\n");
        if !user.is_empty() {
            text.push_str(user.trim_end());
            text.push_str("\r\n");
        }
        let mut body: &[u8] = &[];
        if name == "POST" {
            body = &self.http.data;
            let content = match self.http.parameter("CONTENT") {
                "" => "application/x-www-form-urlencoded",
                content => content,
            };
            // Writing to a String cannot fail.
            let _ = write!(text, "Content-Type: {content}\r\nContent-Length: {}\r\n", body.len());
        }
        text.push_str("\r\n");
        let mut request = text.into_bytes();
        request.extend(body);
        request
    }

    /// News of the request's socket.
    pub(super) fn http_event(&mut self, event: &SocketEvent<'_>) {
        let Some(action) = &mut self.http.action else { return };
        match event {
            SocketEvent::Connected { .. } => {
                let request = std::mem::take(&mut action.request);
                self.out.push_back(Output::Send(action.id, request));
            }
            SocketEvent::Unresolved => self.action_failed(603),
            SocketEvent::Received(bytes) => {
                action.response.feed(bytes);
                if action.response.too_large() {
                    self.action_failed(602);
                } else if action.response.is_complete() {
                    self.action_answered();
                }
            }
            SocketEvent::Closed if action.response.ends_with_connection() => self.action_answered(),
            SocketEvent::Closed | SocketEvent::Failed => self.action_failed(601),
            _ => {}
        }
    }

    fn take_action(&mut self) -> Option<Action> {
        let action = self.http.action.take()?;
        self.timers.cancel(action.timer);
        self.out.push_back(Output::Close(action.id));
        Some(action)
    }

    fn action_answered(&mut self) {
        let Some(action) = self.take_action() else { return };
        let (status, header, body) = action.response.into_parts();
        let target = response::field(&header, "location");
        let redirected = (301..=308).contains(&status) && self.http.parameter("REDIR") == "1";
        if let Some(target) = target.filter(|_| redirected && action.redirections < REDIRECTIONS) {
            let url = if target.starts_with('/') { self.relative(&target) } else { target };
            return self.request(action.method, &url, action.redirections + 1);
        }
        (self.http.status, self.http.header, self.http.body) = (status, header, body);
        let argument = u32::try_from(action.method).unwrap_or(0);
        let at = self.now + self.delay(self.profile.round_trip_ms);
        self.timers.add(at, Timer::Background(Self::say_action, argument));
    }

    fn relative(&self, path: &str) -> String {
        let url = self.http.parameter("URL");
        let start = url.find("://").map_or(0, |at| at + 3);
        let end = url.get(start..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| start + at);
        format!("{}{path}", url.get(..end).unwrap_or_default())
    }

    fn action_failed(&mut self, status: u16) {
        if let Some(action) = self.take_action() {
            self.action_failed_later(action.method, status);
        }
    }

    fn action_failed_later(&mut self, method: usize, status: u16) {
        self.http.status = status;
        let at = self.now + self.delay(self.profile.connect_ms);
        self.timers.add(at, Timer::Background(Self::say_action, u32::try_from(method).unwrap_or(0)));
    }

    fn say_action(&mut self, method: u32) {
        if self.http.open {
            let (status, length) = (self.http.status, self.http.body.len());
            self.urc(format!("+HTTPACTION: {method},{status},{length}"));
        }
    }

    /// `HTTPTERM`, or a restart.
    pub(super) fn close_http(&mut self) {
        self.take_action();
        self.http = Http::default();
    }

    /// The result code of a command that ends with its OK and goes on in the background.
    fn ok_first(&mut self) {
        self.code(Code::Ok);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_addresses() {
        let check = |url: &str, expect: Option<(bool, &str, u16, &str)>| {
            let expect = expect.map(|(secure, host, port, path)| (secure, host.to_owned(), port, path.to_owned()));
            assert_eq!(cut_url(url), expect, "{url}");
        };
        check("http://a.de", Some((false, "a.de", 80, "/")));
        check("a.de:8080/x?y=1", Some((false, "a.de", 8080, "/x?y=1")));
        check("HTTP://127.0.0.1?q", Some((false, "127.0.0.1", 80, "/?q")));
        check("https://a.de/x", Some((true, "a.de", 443, "/x")));
        check("https:\\\\date.nager.at", None);
        check("ftp://a.de", None);
        check("", None);
        check("a.de:x", None);
    }
}
