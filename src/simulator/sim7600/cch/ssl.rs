//! TLS settings of the SIM7600 (`CSSLCFG`) and the certificates in its memory (`CCERTDOWN` and its like).

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::profile::Tls;
use crate::simulator::reply::{Done, Failure};
use crate::simulator::uart::{Ended, Ending, Wait};

use super::Cch;

pub(super) const COMMANDS: &[Command<Cch>] = &[
    ("+CSSLCFG", |cch, desk, call| cch.ssl.configure(desk, call)),
    ("+CCERTDOWN", certificate_in),
    ("+CCERTLIST", |cch, desk, call| cch.ssl.list(desk, call)),
    ("+CCERTDELE", |cch, _, call| cch.ssl.delete(call)),
];

/// Sets of settings.
const CONTEXTS: usize = 10;
/// Certificates that have room, and the largest.
const CERTIFICATES: usize = 16;
const LARGEST: usize = 10_240;

/// A setting: its name, its range where it is a number, its default.
const SETTINGS: &[(&str, Option<[i64; 2]>, &str)] = &[
    ("sslversion", Some([0, 4]), "4"),
    ("authmode", Some([0, 3]), "0"),
    ("ignorelocaltime", Some([0, 1]), "1"),
    ("negotiatetime", Some([10, 300]), "300"),
    ("cacert", None, ""),
    ("clientcert", None, ""),
    ("clientkey", None, ""),
    ("enableSNI", Some([0, 1]), "0"),
    ("ciphersuites", None, "0xFFFF"),
];

/// Settings and certificates.
#[derive(Debug)]
pub(super) struct Ssl {
    contexts: [Vec<String>; CONTEXTS],
    certificates: Vec<String>,
}

impl Default for Ssl {
    fn default() -> Self {
        let fresh = || SETTINGS.iter().map(|setting| setting.2.to_owned()).collect();
        Self { contexts: core::array::from_fn(|_| fresh()), certificates: Vec::new() }
    }
}

impl Ssl {
    /// After a restart: certificates are kept, settings are not.
    pub(super) fn restarted(&mut self) -> Self {
        Self { certificates: std::mem::take(&mut self.certificates), ..Self::default() }
    }

    fn value(&self, context: usize, name: &str) -> &str {
        let at = SETTINGS.iter().position(|setting| setting.0 == name);
        let values = self.contexts.get(context).map_or(&[][..], Vec::as_slice);
        at.and_then(|at| values.get(at)).map_or("", String::as_str)
    }

    /// What a context offers a server: its version, as far as the modem of this profile has it.
    pub(super) fn offer(&self, context: usize, profile: Tls) -> Tls {
        // SSL 3.0, TLS 1.0 and 1.1 are spoken by nobody here, nor by servers of today.
        if matches!(self.value(context, "sslversion"), "0" | "1" | "2") { Tls::None } else { profile }
    }

    /// It wants certificates that are not there.
    pub(super) fn lacks_certificates(&self, context: usize) -> bool {
        let wanted: &[&str] = match self.value(context, "authmode") {
            "1" => &["cacert"],
            "2" => &["cacert", "clientcert", "clientkey"],
            "3" => &["clientcert", "clientkey"],
            _ => &[],
        };
        wanted.iter().any(|name| !self.certificates.iter().any(|have| have == self.value(context, name)))
    }

    /// `AT+CSSLCFG="<name>",<context>,<value>`; `=<context>` shows one.
    fn configure(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => {
                let rows: Vec<_> = SETTINGS
                    .iter()
                    .map(|(name, range, _)| match range {
                        Some([low, high]) => format!("+CSSLCFG: \"{name}\",(0-9),({low}-{high})"),
                        None => format!("+CSSLCFG: \"{name}\",(0-9),(5-128)"),
                    })
                    .collect();
                desk.info(rows.join("\r\n"));
                Done::Ok
            }
            Form::Query => {
                let rows: Vec<_> = (0..CONTEXTS).map(|context| self.row(context)).collect();
                desk.answer(call, rows.join("\r\n"))
            }
            Form::Set if call.count() == 1 => match call.size(0).filter(|context| *context < CONTEXTS) {
                Some(context) => desk.answer(call, self.row(context)),
                None => Done::Fail(Failure::Plain),
            },
            Form::Set if self.assign(call) => Done::Ok,
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn assign(&mut self, call: &Call) -> bool {
        let name = call.string(0);
        // `ignorertctime` is what later firmware calls it.
        let name = if name.eq_ignore_ascii_case("ignorertctime") { "ignorelocaltime".into() } else { name };
        let Some(at) = SETTINGS.iter().position(|setting| setting.0.eq_ignore_ascii_case(&name)) else { return false };
        let legal = match SETTINGS.get(at).and_then(|setting| setting.1) {
            Some([low, high]) => call.number(2).is_some_and(|value| (low..=high).contains(&value)),
            None => call.text(2).is_some_and(|value| value.len() <= 128),
        };
        let slot =
            call.size(1).and_then(|context| self.contexts.get_mut(context)).and_then(|values| values.get_mut(at));
        match slot {
            Some(slot) if legal => {
                call.string(2).trim().clone_into(slot);
                true
            }
            _ => false,
        }
    }

    fn row(&self, context: usize) -> String {
        let values = self.contexts.get(context).map_or(&[][..], Vec::as_slice);
        let shown = SETTINGS.iter().zip(values).map(|((_, range, _), value)| match range {
            Some(_) => value.clone(),
            None => format!("\"{value}\""),
        });
        format!("+CSSLCFG: {context},{}", shown.collect::<Vec<_>>().join(","))
    }

    fn list(&self, desk: &mut Desk, call: &Call) -> Done {
        let rows: Vec<_> = self.certificates.iter().map(|name| format!("+CCERTLIST: \"{name}\"")).collect();
        if rows.is_empty() { Done::Ok } else { desk.answer(call, rows.join("\r\n")) }
    }

    fn delete(&mut self, call: &Call) -> Done {
        let name = call.string(0);
        match (call.form, self.certificates.iter().position(|have| *have == name)) {
            (Form::Test, _) => Done::Ok,
            (Form::Set, Some(at)) => {
                self.certificates.remove(at);
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }
}

/// `AT+CCERTDOWN="<name>",<length>`, then so many bytes.
fn certificate_in(_: &mut Cch, desk: &mut Desk, call: &Call) -> Done {
    if call.form == Form::Test {
        return desk.test(call, "(5-108),(1-10240)");
    }
    let name = call.string(0);
    let wanted = call.size(1).filter(|length| (1..=LARGEST).contains(length));
    let Some(wanted) = wanted.filter(|_| call.form == Form::Set && (1..=108).contains(&name.len())) else {
        return Done::Fail(Failure::Plain);
    };
    let taken = move |cch: &mut Cch, _: &mut Desk, ended: Ended, _: &[u8]| {
        let certificates = &mut cch.ssl.certificates;
        certificates.retain(|have| *have != name);
        if ended != Ended::Complete || certificates.len() >= CERTIFICATES {
            return Done::Fail(Failure::Plain);
        }
        certificates.push(name);
        Done::Ok
    };
    let mut wait = Wait::inviting(b"\r\n>", Ending::Length { wanted }, taken);
    wait.echo = false;
    Done::Prompt(Box::new(wait))
}
