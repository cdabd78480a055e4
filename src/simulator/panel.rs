//! What a window shows of the modem, and what a line of text can do to it.

use std::str::FromStr;

use super::faults::Fault;
use super::sms::SentMessage;
use super::{Control, Modem};

/// The modem as its panel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// Commands are understood.
    pub on: bool,
    /// What `AT+CPIN?` says; `None` without a card.
    pub card: Option<&'static str>,
    /// What `AT+CSQ` says, 0 to 31 or 99.
    pub csq: u8,
    /// `+CREG` status.
    pub registration: u8,
    /// What `AT+CIPSTATUS` says.
    pub state: &'static str,
    /// Connections: number, `TCP` or `UDP`, host and port, bytes sent and acknowledged.
    pub links: Vec<PanelLink>,
    /// A prompt waits for data.
    pub prompt: bool,
    /// A call, in words.
    pub call: Option<String>,
    /// Messages that were sent, latest first.
    pub sent: Vec<SentMessage>,
    /// Faults that are on.
    pub faults: Vec<&'static str>,
    /// What the user should know, such as that nothing is encrypted.
    pub notes: Vec<&'static str>,
}

/// A connection in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelLink {
    /// Its number with `CIPMUX=1`, else 0.
    pub number: usize,
    /// UDP, else TCP.
    pub udp: bool,
    /// `host:port`.
    pub peer: String,
    /// Bytes given to it.
    pub sent: u64,
    /// Bytes that wait for the host.
    pub waiting: usize,
}

impl Modem {
    /// The modem as its panel shows it.
    #[must_use]
    pub fn panel(&self) -> Panel {
        let links = (0..).zip(&self.ip.links).filter(|(_, link)| link.is_connected());
        let mut notes = Vec::new();
        if self.encryption_noted || self.settings.value("+CIPSSL") == 1 || self.settings.value("+HTTPSSL") == 1 {
            notes.push("encryption was asked for: the simulator answers, but connects in plain text or not at all");
        }
        Panel {
            on: self.power.is_on(),
            card: self.card_state(),
            csq: self.signal_quality(),
            registration: self.network.registration,
            state: self.state_name(),
            links: links.map(|(number, link)| link.shown(number)).collect(),
            prompt: self.uart.wait.is_some(),
            call: self.calls.description(),
            sent: self.sms.sent.iter().cloned().collect(),
            faults: self.faults.iter().map(|fault| fault.name()).collect(),
            notes,
        }
    }

    /// Encryption was asked for.
    pub(super) fn note_encryption(&mut self) {
        self.encryption_noted = true;
    }
}

/// A line that is no hand on the bench.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\": expected `sms NUMBER TEXT`, `call NUMBER`, `hangup`, `signal 0-31|99`, `fault NAME [off]` or `restart`"
)]
pub struct ControlError(String);

impl FromStr for Control {
    type Err = ControlError;

    /// Reads `sms +49123 hello`, `call +49123`, `hangup`, `signal 12`, `fault no-sim`, `fault no-sim off`, `restart`.
    fn from_str(line: &str) -> Result<Self, ControlError> {
        let error = || ControlError(line.to_owned());
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        match word {
            "sms" => {
                let (from, text) = rest.split_once(' ').ok_or_else(error)?;
                Ok(Self::Message { from: from.into(), text: text.into() })
            }
            "call" if !rest.is_empty() => Ok(Self::Call { from: rest.into() }),
            "hangup" if rest.is_empty() => Ok(Self::HangUp),
            "restart" if rest.is_empty() => Ok(Self::Restart),
            "signal" => {
                let quality = rest.parse().ok().filter(|quality| *quality <= 31 || *quality == 99);
                quality.map(Self::Signal).ok_or_else(error)
            }
            "fault" => {
                let (name, on) = rest.strip_suffix(" off").map_or((rest, true), |name| (name, false));
                Fault::named(name).ok_or_else(error)?;
                Ok(Self::Fault(name.into(), on))
            }
            _ => Err(error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_hands() {
        let check = |line: &str, expect: Option<Control>| assert_eq!(line.parse().ok(), expect, "{line}");
        check("sms +49123 hello  you", Some(Control::Message { from: "+49123".into(), text: "hello  you".into() }));
        check("call +49123", Some(Control::Call { from: "+49123".into() }));
        check("signal 99", Some(Control::Signal(99)));
        check("signal 32", None);
        check("fault brown-out", Some(Control::Fault("brown-out".into(), true)));
        check("fault brown-out off", Some(Control::Fault("brown-out".into(), false)));
        check("fault nonsense", None);
        check("sms +49123", None);
        check("", None);
    }
}
