//! The HTTP service (IP application note): real requests, each one connection of its own, plain or with TLS.

mod commands;
mod response;

use std::fmt::Write;
use std::time::Duration;

use super::desk::{Desk, Target};
use super::faults::Fault;
use super::model::Model;
use super::part::{News, Part, commands};
use super::timers::TimerId;
use super::{SocketEvent, SocketId};
use response::Response;

/// Redirections that are followed with `REDIR`.
const REDIRECTIONS: u8 = 5;
/// Bytes one event may bring.
const CHUNK: usize = 16_384;

const METHODS: [&str; 4] = ["GET", "POST", "HEAD", "DELETE"];

/// The service.
#[derive(Debug, Default)]
pub(super) struct Http {
    open: bool,
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

impl Part for Http {
    commands!(&[commands::COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if news.context_lost() {
            self.failed(desk, Trouble::Network);
        }
    }

    fn socket(&mut self, desk: &mut Desk, id: SocketId, event: &SocketEvent<'_>) {
        if self.action.as_ref().is_some_and(|action| action.id == id) {
            self.socket_event(desk, event);
        }
    }

    fn wants(&self, _: SocketId) -> usize {
        CHUNK
    }
}

impl Http {
    /// `HTTPACTION`: the OK was said, the result comes later.
    fn start_action(&mut self, desk: &mut Desk, method: usize) {
        self.header.clear();
        self.body.clear();
        self.status = 0;
        let url = self.parameter("URL").to_owned();
        self.request(desk, method, &url, 0);
    }

    fn request(&mut self, desk: &mut Desk, method: usize, url: &str, redirections: u8) {
        if !desk.services_up() || desk.has(Fault::Refuse) {
            return self.failed_later(desk, method, Trouble::Network);
        }
        let Some((secure, host, port, path)) = cut_url(url) else {
            return self.failed_later(desk, method, Trouble::Name);
        };
        let context = self.parameter("SSLCFG").parse().unwrap_or(0);
        let secure = (secure || desk.value("+HTTPSSL") == 1).then(|| desk.secure(context));
        let request = self.request_text(method, &host, port, &path);
        let seconds = self.parameter("TIMEOUT").parse().unwrap_or(120).clamp(30, 1000);
        let limit = desk.now() + Duration::from_secs(seconds);
        let timer = desk.at(limit, |http: &mut Self, desk| http.failed(desk, Trouble::Network));
        let response = Response::new(METHODS.get(method) == Some(&"HEAD"));
        let id = desk.connect::<Self>(Target { host, port, secure, ..Target::default() });
        self.action = Some(Action { method, id, request, response, redirections, timer });
    }

    fn request_text(&self, method: usize, host: &str, port: u16, path: &str) -> Vec<u8> {
        let name = METHODS.get(method).copied().unwrap_or("GET");
        let agent = match self.parameter("UA") {
            "" => "SIMCOM_MODULE",
            agent => agent,
        };
        let authority = if matches!(port, 80 | 443) { host.to_owned() } else { format!("{host}:{port}") };
        let mut text = format!(
            "{name} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n"
        );
        let user = self.parameter("USERDATA").replace("\\r\\n", "\r\n");
        if !user.is_empty() {
            text.push_str(user.trim_end());
            text.push_str("\r\n");
        }
        let mut body: &[u8] = &[];
        if name == "POST" {
            body = &self.data;
            let content = match self.parameter("CONTENT") {
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
    fn socket_event(&mut self, desk: &mut Desk, event: &SocketEvent<'_>) {
        let Some(action) = &mut self.action else { return };
        match event {
            SocketEvent::Connected { .. } => {
                let request = std::mem::take(&mut action.request);
                desk.send(action.id, request);
            }
            SocketEvent::Unresolved => self.failed(desk, Trouble::Name),
            SocketEvent::HandshakeFailed => self.failed(desk, Trouble::Tls),
            SocketEvent::Received(bytes) => {
                action.response.feed(bytes);
                if action.response.too_large() {
                    self.failed(desk, Trouble::Memory);
                } else if action.response.is_complete() {
                    self.answered(desk);
                }
            }
            SocketEvent::Closed if action.response.ends_with_connection() => self.answered(desk),
            SocketEvent::Closed | SocketEvent::Failed => self.failed(desk, Trouble::Network),
            _ => {}
        }
    }

    fn take_action(&mut self, desk: &mut Desk) -> Option<Action> {
        let action = self.action.take()?;
        desk.cancel(Some(action.timer));
        desk.close(Some(action.id));
        Some(action)
    }

    fn answered(&mut self, desk: &mut Desk) {
        let Some(action) = self.take_action(desk) else { return };
        let method = action.method;
        let (status, header, body) = action.response.into_parts();
        let target = response::field(&header, "location");
        let redirected = (301..=308).contains(&status) && self.parameter("REDIR") == "1";
        if let Some(target) = target.filter(|_| redirected && action.redirections < REDIRECTIONS) {
            let url = if target.starts_with('/') { self.relative(&target) } else { target };
            return self.request(desk, method, &url, action.redirections + 1);
        }
        (self.status, self.header, self.body) = (status, header, body);
        self.say_action(desk, method);
    }

    fn relative(&self, path: &str) -> String {
        let url = self.parameter("URL");
        let start = url.find("://").map_or(0, |at| at + 3);
        let end = url.get(start..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| start + at);
        format!("{}{path}", url.get(..end).unwrap_or_default())
    }

    /// The request under way, if there is one, came to nothing.
    fn failed(&mut self, desk: &mut Desk, trouble: Trouble) {
        if let Some(action) = self.take_action(desk) {
            self.status = trouble.code(desk.profile().modem);
            self.say_action(desk, action.method);
        }
    }

    /// No request went out; the modem needs a moment to say so.
    fn failed_later(&mut self, desk: &mut Desk, method: usize, trouble: Trouble) {
        self.status = trouble.code(desk.profile().modem);
        let wait = desk.profile().times.refused_ms;
        desk.later(wait, move |http: &mut Self, desk| http.say_action(desk, method));
    }

    fn say_action(&mut self, desk: &mut Desk, method: usize) {
        if self.open {
            let (status, length) = (self.status, self.body.len());
            desk.urc(format!("+HTTPACTION: {method},{status},{length}"));
        }
    }

    /// `HTTPTERM`.
    fn close_http(&mut self, desk: &mut Desk) {
        self.take_action(desk);
        *self = Self::default();
    }
}

/// Why a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Network,
    Memory,
    Name,
    Tls,
}

impl Trouble {
    /// As `+HTTPACTION` tells it (manual §9.2; of the SIM7600 §16.3).
    fn code(self, model: Model) -> u16 {
        let (sim800, sim7600) = match self {
            Self::Network => (601, 714),
            Self::Memory => (602, 706),
            Self::Name => (603, 713),
            Self::Tls => (606, 715),
        };
        if model == Model::Sim800l { sim800 } else { sim7600 }
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
