//! What a window shows of the modem.

use super::sms::SentMessage;

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
    /// What this system does not let it do, and what to do about it.
    pub notice: Option<&'static str>,
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
