//! The commands of the HTTP service.

use std::time::Duration;

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Done, NOT_ALLOWED};
use super::super::uart::{Ended, Ending, Wait};
use super::{BODY, Http, METHODS};

pub(super) const COMMANDS: &[Command] = &[
    ("+HTTPINIT", Modem::http_init),
    ("+HTTPTERM", Modem::http_term),
    ("+HTTPPARA", Modem::http_para),
    ("+HTTPDATA", Modem::http_data),
    ("+HTTPACTION", Modem::http_action),
    ("+HTTPREAD", Modem::http_read),
    ("+HTTPHEAD", Modem::http_head),
    ("+HTTPSTATUS", Modem::http_status),
    ("+HTTPSCONT", |_, _| Done::Ok),
];

const NAMES: [&str; 11] =
    ["CID", "URL", "UA", "PROIP", "PROPORT", "REDIR", "BREAK", "BREAKEND", "TIMEOUT", "CONTENT", "USERDATA"];

impl Modem {
    fn http_init(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if !self.http.open => {
                self.http = Http { open: true, ..Http::default() };
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_term(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.http.open => {
                self.close_http();
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_para(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let list: Vec<_> = NAMES.iter().map(|name| format!("\"{name}\"")).collect();
                self.test(call, &list.join(","))
            }
            Form::Read if self.http.open => {
                let lines: Vec<_> = NAMES.iter().map(|name| format!("{name}: {}", self.http.parameter(name))).collect();
                self.answer(call, format!("+HTTPPARA:\r\n{}", lines.join("\r\n")))
            }
            Form::Set if self.http.open => {
                let name = call.string(0).to_ascii_uppercase();
                if !NAMES.contains(&name.as_str()) || call.text(1).is_none() {
                    return NOT_ALLOWED;
                }
                self.http.parameters.retain(|entry| entry.0 != name);
                self.http.parameters.push((name, call.string(1)));
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_data(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(1-319488),(1000-120000)");
        }
        let size = call.number(0).and_then(|size| usize::try_from(size).ok()).filter(|size| (1..=BODY).contains(size));
        let limit =
            call.number(1).and_then(|limit| u64::try_from(limit).ok()).filter(|limit| (1000..=120_000).contains(limit));
        let (true, Some(wanted), Some(limit)) = (self.http.open && call.form == Form::Set, size, limit) else {
            return NOT_ALLOWED;
        };
        let mut wait = Wait::inviting(b"\r\nDOWNLOAD\r\n", Ending::Length { wanted }, Self::http_data_typed, 0);
        wait.echo = false;
        wait.limit = Some((Duration::from_millis(limit), Ended::TimedOut));
        Done::Prompt(Box::new(wait))
    }

    /// Short data end in OK too, when the time is over.
    fn http_data_typed(&mut self, _: Ended, data: &[u8], _: u32) -> Done {
        self.http.data = data.to_vec();
        Done::Ok
    }

    fn http_action(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(0-3)");
        }
        let method =
            call.number(0).and_then(|method| usize::try_from(method).ok()).filter(|method| *method < METHODS.len());
        let ready = self.http.open && self.http.action.is_none() && !self.http.parameter("URL").is_empty();
        let Some(method) = method.filter(|_| ready && call.form == Form::Set) else { return NOT_ALLOWED };
        self.ok_first();
        if self.burst() {
            return Done::Gone;
        }
        self.start_action(method);
        Done::Silent
    }

    fn http_read(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return self.test(call, "(0-319487),(1-319488)");
        }
        if !self.http.open || call.form == Form::Read {
            return NOT_ALLOWED;
        }
        let number = |index: usize| call.number(index).and_then(|number| usize::try_from(number).ok());
        let start = if call.form == Form::Set { number(0) } else { Some(0) };
        let Some(rest) = start.and_then(|start| self.http.body.get(start..)) else { return NOT_ALLOWED };
        let length = if call.form == Form::Set { number(1).unwrap_or(rest.len()) } else { rest.len() };
        let data = rest.get(..length.min(rest.len())).unwrap_or_default().to_vec();
        self.dump("+HTTPREAD", &data)
    }

    fn http_head(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if !self.http.open {
            return NOT_ALLOWED;
        }
        let header = self.http.header.clone();
        self.dump("+HTTPHEAD", &header)
    }

    /// A heading with the length, then the bytes themselves, then OK.
    fn dump(&mut self, name: &str, data: &[u8]) -> Done {
        if data.is_empty() {
            return Done::Ok;
        }
        self.info(format!("{name}: {}", data.len()));
        self.transmit(data);
        Done::Ok
    }

    fn http_status(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Read if self.http.open => {
                let busy = u8::from(self.http.action.is_some());
                self.answer(call, format!("+HTTPSTATUS: GET,{busy},0,0"))
            }
            _ => NOT_ALLOWED,
        }
    }
}
