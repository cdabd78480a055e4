//! What a line of text asks of a simulated modem while it runs: from a terminal, a control socket, a scenario file.
//!
//! One line, one answer. [`Request`] is a line as it was meant; `docs/bench.md` lists them all.

use std::str::FromStr;
use std::time::Duration;

use super::desk::micro_degrees;
use super::faults::Fault;
use super::{Callee, Control, Panel};

/// Who says a text that is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The host: the firmware, the client.
    #[default]
    Host,
    /// The modem: its answers, and what it says unasked.
    Modem,
}

/// A line as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A hand on the bench.
    Do(Control),
    /// How the modem stands, as one line of JSON.
    State,
    /// Wait until a text is said.
    Expect {
        /// By whom.
        from: Speaker,
        /// Anywhere in what is said.
        text: String,
        /// How long at most.
        within: Duration,
    },
    /// End the simulator.
    Quit,
    /// What there is to ask.
    Help,
}

/// A line that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{line}\": expected {expected}")]
pub struct ControlError {
    line: String,
    expected: &'static str,
}

/// Lines that are understood, for whoever asks.
pub(crate) const HELP: &str = "`sms NUMBER TEXT`, `call NUMBER`, `hangup`, `signal 0-31|99`, `fault NAME [off]`, `restart`, \
    `reset`, `dtr on|off`, `position LATITUDE LONGITUDE`, `ussd TEXT`, `callee answers|busy|no-answer|unreachable`, `state`, \
    `expect SECONDS [modem] TEXT`, `help` or `quit`";

/// Longest line; one that is longer is refused.
pub(crate) const LONGEST: usize = 4096;

impl FromStr for Request {
    type Err = ControlError;

    fn from_str(line: &str) -> Result<Self, ControlError> {
        let line = line.trim();
        let shown = || line.chars().take(80).collect::<String>().escape_debug().to_string();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let error = |expected| ControlError { line: shown(), expected };
        if line.len() > LONGEST {
            return Err(error("a line of at most 4096 bytes"));
        }
        Ok(Self::Do(match (word, rest) {
            ("state", "") => return Ok(Self::State),
            ("quit", "") => return Ok(Self::Quit),
            ("help", "") => return Ok(Self::Help),
            ("expect", _) => return expectation(rest).ok_or_else(|| error("`expect SECONDS [modem] TEXT`")),
            ("sms", _) => match rest.split_once(' ') {
                Some((from, text)) if !text.trim().is_empty() => {
                    Control::Message { from: from.into(), text: text.into() }
                }
                _ => return Err(error("`sms NUMBER TEXT`, such as `sms +4915550 hello`")),
            },
            ("call", number) if !number.is_empty() => Control::Call { from: number.into() },
            ("call", _) => return Err(error("`call NUMBER`, such as `call +4915550`")),
            ("hangup", "") => Control::HangUp,
            ("restart" | "reset", "") => Control::Restart,
            ("dtr", "on") => Control::Dtr(true),
            ("dtr", "off") => Control::Dtr(false),
            ("dtr", _) => return Err(error("`dtr on` or `dtr off`")),
            ("signal", _) => match rest.parse() {
                Ok(quality @ (0..=31 | 99)) => Control::Signal(quality),
                _ => return Err(error("`signal` and 0 to 31, or 99 for unknown")),
            },
            ("fault", _) => {
                let (name, on) = rest.strip_suffix(" off").map_or((rest, true), |name| (name.trim(), false));
                Fault::named(name)
                    .ok_or_else(|| error("`fault NAME` or `fault NAME off` with a name of `docs/sim800.md`"))?;
                Control::Fault(name.into(), on)
            }
            ("position", _) => position(rest).ok_or_else(|| error("`position LATITUDE LONGITUDE` in degrees"))?,
            ("ussd", text) if !text.is_empty() => Control::Ussd(text.into()),
            ("ussd", _) => return Err(error("`ussd TEXT`: what a request such as *100# is answered with")),
            ("callee", "answers") => Control::Callee(Callee::Answers),
            ("callee", "busy") => Control::Callee(Callee::Busy),
            ("callee", "no-answer") => Control::Callee(Callee::NoAnswer),
            ("callee", "unreachable") => Control::Callee(Callee::Unreachable),
            ("callee", _) => return Err(error("`callee answers`, `busy`, `no-answer` or `unreachable`")),
            _ => return Err(error(HELP)),
        }))
    }
}

impl FromStr for Control {
    type Err = ControlError;

    /// A hand on the bench, in the words of [`Request`].
    fn from_str(line: &str) -> Result<Self, ControlError> {
        match line.parse()? {
            Request::Do(control) => Ok(control),
            _ => Err(ControlError { line: line.trim().escape_debug().to_string(), expected: "something to do" }),
        }
    }
}

/// `30 AT+CIPSTART`, `5.5 modem CONNECT OK`.
fn expectation(rest: &str) -> Option<Request> {
    let (seconds, text) = rest.split_once(' ')?;
    let seconds: f64 = seconds.trim_end_matches('s').parse().ok().filter(|seconds: &f64| !seconds.is_nan())?;
    // A day is longer than anybody waits.
    let within = Duration::try_from_secs_f64(seconds.min(86_400.0)).ok()?;
    let (from, text) = match text.trim_start().strip_prefix("modem ") {
        Some(text) => (Speaker::Modem, text),
        None => (Speaker::Host, text),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| Request::Expect { from, text: text.into(), within })
}

fn position(rest: &str) -> Option<Control> {
    let (latitude, longitude) = rest.split_once([' ', ','])?;
    let latitude: f64 = latitude.trim().parse().ok().filter(|degrees| (-90.0..=90.0).contains(degrees))?;
    let longitude: f64 = longitude.trim().parse().ok().filter(|degrees| (-180.0..=180.0).contains(degrees))?;
    Some(Control::Position { latitude: micro_degrees(latitude), longitude: micro_degrees(longitude) })
}

/// How a modem stands, as one line of JSON: what the panel of the window shows (`docs/bench.md`).
#[must_use]
pub fn state_as_json(panel: &Panel) -> String {
    let links: Vec<_> = panel
        .links
        .iter()
        .map(|link| {
            serde_json::json!({
                "number": link.number,
                "kind": if link.udp { "udp" } else { "tcp" },
                "peer": link.peer,
                "sent": link.sent,
                "waiting": link.waiting,
            })
        })
        .collect();
    let sent: Vec<_> =
        panel.sent.iter().map(|sms| serde_json::json!({ "number": sms.number, "text": sms.text })).collect();
    serde_json::json!({
        "on": panel.on,
        "card": panel.card,
        "signal": panel.csq,
        "registration": panel.registration,
        "state": panel.state,
        "links": links,
        "prompt": panel.prompt,
        "call": panel.call,
        "sms_sent": sent,
        "faults": panel.faults,
        "notice": panel.notice,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_meant() {
        let check = |line: &str, expect: Request| assert_eq!(line.parse(), Ok(expect), "{line}");
        let message = Control::Message { from: "+49123".into(), text: "hello  you".into() };
        check("sms +49123 hello  you", Request::Do(message));
        check("call +49123", Request::Do(Control::Call { from: "+49123".into() }));
        check("signal 99", Request::Do(Control::Signal(99)));
        check("fault brown-out", Request::Do(Control::Fault("brown-out".into(), true)));
        check("fault brown-out off", Request::Do(Control::Fault("brown-out".into(), false)));
        check("reset", Request::Do(Control::Restart));
        check("dtr off", Request::Do(Control::Dtr(false)));
        let position = Control::Position { latitude: 52_500_000, longitude: -13_250_000 };
        check("position 52.5 -13.25", Request::Do(position.clone()));
        check("position 52.5,-13.25", Request::Do(position));
        let expect =
            |from, text: &str| Request::Expect { from, text: text.into(), within: Duration::from_millis(1500) };
        check("expect 1.5 AT+CSQ", expect(Speaker::Host, "AT+CSQ"));
        check("expect 1.5s modem CONNECT OK", expect(Speaker::Modem, "CONNECT OK"));
        check(" state ", Request::State);
    }

    #[test]
    fn what_is_not_understood_says_what_was_expected() {
        let check = |line: &str, expected: &str| {
            let error = line.parse::<Request>().expect_err(line).to_string();
            assert!(error.contains(expected), "{line}: {error}");
        };
        check("", "`sms NUMBER TEXT`, `call NUMBER`");
        check("sms +49123", "such as `sms +4915550 hello`");
        check("signal 32", "0 to 31, or 99");
        check("fault nonsense", "`fault NAME`");
        check("position north", "in degrees");
        check("expect soon AT", "`expect SECONDS");
        check("expect -1 AT", "`expect SECONDS");
        check("expect nan AT", "`expect SECONDS");
        check("\u{1b}[31m", "\\u{1b}");
        check(&"x".repeat(5000), "at most 4096");
    }
}
