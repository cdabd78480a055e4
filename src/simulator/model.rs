//! Which modems there are, and what they say when they start.

use serde::{Deserialize, Serialize};

/// A model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// SIM800L: GPRS, `CIPSTART`.
    #[default]
    Sim800l,
    /// SIM7600: LTE, `NETOPEN` and `CIPOPEN`.
    Sim7600,
}

impl Model {
    /// All models, by the name they have as a profile.
    pub const ALL: [(Self, &str); 2] = [(Self::Sim800l, "sim800l"), (Self::Sim7600, "sim7600")];

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sim800l => "SIM800L",
            Self::Sim7600 => "SIM7600",
        }
    }

    /// What it says as soon as its serial port is active.
    pub(super) fn boot_lines(self) -> &'static [&'static str] {
        match self {
            Self::Sim800l => &["RDY", "+CFUN: 1"],
            Self::Sim7600 => &["RDY"],
        }
    }

    /// A line when calls, and lines when messages can be used.
    pub(super) fn ready_lines(self) -> (Option<&'static str>, &'static [&'static str]) {
        match self {
            Self::Sim800l => (Some("Call Ready"), &["SMS Ready"]),
            Self::Sim7600 => (None, &["SMS DONE", "PB DONE"]),
        }
    }

    /// Settings of TCP/IP that only the other has are unknown to it.
    pub(super) fn has_setting(self, name: &str) -> bool {
        let of_sim800 = name.starts_with("+CIP") && name != "+CIPRXGET" || matches!(name, "+HTTPSSL" | "+CSMINS");
        match self {
            Self::Sim800l => name != "+CEREG",
            Self::Sim7600 => !of_sim800,
        }
    }

    /// While it sends a message or takes data it does not listen: the line end that many hosts write behind the 1A comes to
    /// nothing. A SIM800 answers it with its echo, an empty line.
    pub(super) fn ignores_line_end_of_data(self) -> bool {
        self == Self::Sim7600
    }

    /// The index of the first place for messages: what a Qualcomm stack calls 0 is 1 to a SIM800 (`<index>`, "start with zero").
    pub(super) fn first_message_place(self) -> usize {
        match self {
            Self::Sim800l => 1,
            Self::Sim7600 => 0,
        }
    }

    /// No card is in.
    pub(super) fn no_card_line(self) -> &'static str {
        match self {
            Self::Sim800l => "+CPIN: NOT INSERTED",
            Self::Sim7600 => "+CME ERROR: SIM not inserted",
        }
    }

    /// What tells of registration by itself.
    pub(super) fn registration_commands(self) -> &'static [&'static str] {
        match self {
            Self::Sim800l => &["+CREG", "+CGREG"],
            Self::Sim7600 => &["+CREG", "+CGREG", "+CEREG"],
        }
    }
}
