//! The commands of the HTTP service.

use std::time::Duration;

use super::response::BODY;
use super::{Http, METHODS};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::model::Model;
use crate::simulator::part::Command;
use crate::simulator::reply::{Code, Done, NOT_ALLOWED};
use crate::simulator::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command<Http>] = &[
    ("+HTTPINIT", Http::http_init),
    ("+HTTPTERM", Http::http_term),
    ("+HTTPPARA", Http::http_para),
    ("+HTTPDATA", Http::http_data),
    ("+HTTPACTION", Http::http_action),
    ("+HTTPREAD", Http::http_read),
    ("+HTTPHEAD", Http::http_head),
    ("+HTTPSTATUS", Http::http_status),
    ("+HTTPSCONT", |_, _, _| Done::Ok),
];

/// What `HTTPPARA` knows.
const NAMES: &[&str] =
    &["CID", "URL", "UA", "PROIP", "PROPORT", "REDIR", "BREAK", "BREAKEND", "TIMEOUT", "CONTENT", "USERDATA"];
/// The same on a SIM7600.
const LTE_NAMES: &[&str] = &[
    "URL",
    "CONNECTTO",
    "RECVTO",
    "CONTENT",
    "ACCEPT",
    "UA",
    "SSLCFG",
    "USERDATA",
    "BREAK",
    "BREAKEND",
    "READMODE",
    "CID",
    "REDIR",
    "TIMEOUT",
];

/// A SIM7600 shows what it has in pieces of this size.
const LTE_PIECE: usize = 1024;

fn parameters(desk: &Desk) -> &'static [&'static str] {
    if desk.profile().modem == Model::Sim7600 { LTE_NAMES } else { NAMES }
}

impl Http {
    fn http_init(&mut self, _: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if !self.open => {
                *self = Self { open: true, ..Self::default() };
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_term(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Execute if self.open => {
                self.close_http(desk);
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_para(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let list: Vec<_> = parameters(desk).iter().map(|name| format!("\"{name}\"")).collect();
                desk.test(call, &list.join(","))
            }
            Form::Query if self.open => {
                let lines: Vec<_> =
                    parameters(desk).iter().map(|name| format!("{name}: {}", self.parameter(name))).collect();
                desk.answer(call, format!("+HTTPPARA:\r\n{}", lines.join("\r\n")))
            }
            Form::Set if self.open => {
                let name = call.word(0);
                if !parameters(desk).contains(&name.as_str()) || call.text(1).is_none() {
                    return NOT_ALLOWED;
                }
                self.parameters.retain(|entry| entry.0 != name);
                self.parameters.push((name, call.string(1)));
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    fn http_data(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(1-319488),(1000-120000)");
        }
        let size = call.size(0).filter(|size| (1..=BODY).contains(size));
        let limit =
            call.number(1).and_then(|limit| u64::try_from(limit).ok()).filter(|limit| (1000..=120_000).contains(limit));
        let (true, Some(wanted), Some(limit)) = (self.open && call.form == Form::Set, size, limit) else {
            return NOT_ALLOWED;
        };
        let mut wait = Wait::inviting(b"\r\nDOWNLOAD\r\n", Ending::Length { wanted }, Self::http_data_typed);
        wait.echo = false;
        wait.limit = Some((Duration::from_millis(limit), Ended::TimedOut));
        Done::Prompt(Box::new(wait))
    }

    /// Short data end in OK too, when the time is over.
    fn http_data_typed(&mut self, _: &mut Desk, _: Ended, data: &[u8]) -> Done {
        self.data = data.to_vec();
        Done::Ok
    }

    fn http_action(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0-3)");
        }
        let method = call.size(0).filter(|method| *method < METHODS.len());
        let ready = self.open && self.action.is_none() && !self.parameter("URL").is_empty();
        let Some(method) = method.filter(|_| ready && call.form == Form::Set) else { return NOT_ALLOWED };
        desk.code(Code::Ok);
        if desk.burst() {
            return Done::Gone;
        }
        self.start_action(desk, method);
        Done::Silent
    }

    fn http_read(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return desk.test(call, "(0-319487),(1-319488)");
        }
        let lte = desk.profile().modem == Model::Sim7600;
        if self.open && call.form == Form::Query && lte {
            return desk.answer(call, format!("+HTTPREAD: LEN,{}", self.body.len()));
        }
        if !self.open || call.form == Form::Query {
            return NOT_ALLOWED;
        }
        let whole = self.body.len();
        let (start, length) = match (call.form, call.count()) {
            // One number is a length there, and a place here.
            (Form::Set, 1) if lte => (Some(0), call.size(0)),
            (Form::Set, _) => (call.size(0), Some(call.size(1).unwrap_or(whole))),
            _ => (Some(0), Some(whole)),
        };
        let rest = start.and_then(|start| self.body.get(start..));
        let (Some(rest), Some(length)) = (rest, length) else { return NOT_ALLOWED };
        let data = rest.get(..length.min(rest.len())).unwrap_or_default().to_vec();
        Self::dump(desk, "+HTTPREAD", &data)
    }

    fn http_head(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if !self.open {
            return NOT_ALLOWED;
        }
        let header = self.header.clone();
        Self::dump(desk, "+HTTPHEAD", &header)
    }

    /// A heading with the length, then the bytes themselves, then OK; on a SIM7600 OK comes first and a line with 0 last.
    fn dump(desk: &mut Desk, name: &str, data: &[u8]) -> Done {
        if desk.profile().modem == Model::Sim7600 {
            desk.code(Code::Ok);
            for piece in data.chunks(LTE_PIECE) {
                desk.info(format!("{name}: DATA,{}", piece.len()));
                desk.transmit(piece);
            }
            desk.info(format!("{name}: 0"));
            return Done::Silent;
        }
        if data.is_empty() {
            return Done::Ok;
        }
        desk.info(format!("{name}: {}", data.len()));
        desk.transmit(data);
        Done::Ok
    }

    fn http_status(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => Done::Ok,
            Form::Query if self.open => {
                let busy = u8::from(self.action.is_some());
                desk.answer(call, format!("+HTTPSTATUS: GET,{busy},0,0"))
            }
            _ => NOT_ALLOWED,
        }
    }
}
