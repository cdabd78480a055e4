//! The radio: signal, registration, and whether data may flow.

use core::net::Ipv4Addr;

use super::desk::Desk;
use super::faults::Fault;
use super::part::News;
use super::profile::Profile;

/// Where the modem stands with its network.
#[derive(Debug)]
pub(super) struct Radio {
    csq: u8,
    /// `+CREG` status.
    registration: u8,
    attached: bool,
    /// `+CFUN`.
    functionality: u8,
    /// `AT+COPS=2`.
    deregistered: bool,
    /// The bearer of the application services (`AT+SAPBR`) is open.
    bearer: bool,
}

impl Radio {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            csq: profile.network.csq,
            registration: 0,
            attached: false,
            functionality: 1,
            deregistered: false,
            bearer: false,
        }
    }

    pub(super) fn power_on(&mut self) {
        *self = Self {
            csq: self.csq,
            registration: 0,
            attached: false,
            functionality: 1,
            deregistered: false,
            bearer: false,
        };
    }

    /// `+CREG` status.
    pub(super) fn registration(&self) -> u8 {
        self.registration
    }

    /// On a network, at home or roaming.
    pub(super) fn registered(&self) -> bool {
        matches!(self.registration, 1 | 5)
    }

    pub(super) fn attached(&self) -> bool {
        self.attached
    }

    /// `AT+CGATT=1`, or a context that attaches by itself: possible on a network only.
    pub(super) fn attach(&mut self) {
        self.attached = self.registered();
    }

    /// The bearer of the application services is open.
    pub(super) fn bearer_open(&self) -> bool {
        self.bearer
    }

    pub(super) fn set_bearer(&mut self, open: bool) {
        self.bearer = open;
    }

    /// `+CFUN`.
    pub(super) fn functionality(&self) -> u8 {
        self.functionality
    }

    /// Sets `+CFUN`; what it was.
    pub(super) fn set_functionality(&mut self, value: u8) -> u8 {
        std::mem::replace(&mut self.functionality, value)
    }

    pub(super) fn set_signal(&mut self, csq: u8) {
        self.csq = csq;
    }

    pub(super) fn set_deregistered(&mut self, deregistered: bool) {
        self.deregistered = deregistered;
    }

    fn searches(&self) -> bool {
        self.functionality == 1 && !self.deregistered
    }
}

impl Desk {
    /// What `+CSQ` says now: nothing yet just after power-on, and nothing without a network or antenna.
    pub(super) fn signal_quality(&self) -> u8 {
        if self.has(Fault::NoNetwork) || self.radio.functionality != 1 {
            99
        } else if self.radio.registration == 0 && self.card_state().is_some() {
            0
        } else if self.has(Fault::WeakSignal) {
            5
        } else {
            self.radio.csq
        }
    }

    /// The same with the error rate, as a line.
    pub(super) fn signal_line(&self) -> String {
        let quality = self.signal_quality();
        let errors = if quality == 99 { 99 } else { self.profile().network.ber };
        format!("+CSQ: {quality},{errors}")
    }

    /// Whether a network takes it now.
    pub(super) fn may_register(&self) -> bool {
        let ready = self.power.is_on() && self.radio.searches() && self.card_state() == Some("READY");
        ready && !self.has(Fault::NoNetwork)
    }

    /// The network answers some seconds from now.
    pub(super) fn register_soon(&mut self) {
        let range = self.profile().times.register_ms;
        self.after(range, Self::register);
    }

    /// The network answered, or something took it away.
    pub(super) fn register(&mut self) {
        let searches = self.power.is_on() && self.radio.searches() && self.card_state() == Some("READY");
        let registration = match (self.may_register(), searches) {
            (true, _) => self.profile().network.registration,
            (false, true) => 2,
            (false, false) => 0,
        };
        let before = std::mem::replace(&mut self.radio.registration, registration);
        self.radio.attached = self.radio.registered();
        self.tell(if self.radio.registered() { News::Registered } else { News::DataLost });
        if before == registration {
            return;
        }
        for name in self.profile().modem.registration_commands() {
            match self.value(name) {
                1 => self.urc(format!("{name}: {registration}")),
                2 => {
                    let (lac, cell) = (&self.profile().network.lac, &self.profile().network.cell);
                    let text = format!("{name}: {registration},\"{lac}\",\"{cell}\"");
                    self.urc(text);
                }
                _ => {}
            }
        }
    }

    /// `AT+CGATT=0`: data stop.
    pub(super) fn detach(&mut self) {
        self.radio.attached = false;
        self.tell(News::DataLost);
    }

    /// The address the network gives for an APN; `None` when it refuses.
    pub(super) fn grant_address(&mut self, apn: &str) -> Option<String> {
        let own = !apn.is_empty() && apn != "CMNET";
        let wanted = self.profile().network.apn.is_empty() || self.profile().network.apn.eq_ignore_ascii_case(apn);
        let refused = self.has(Fault::WrongApn) || self.has(Fault::PdpDeact) || (self.has(Fault::NoApn) && !own);
        if refused || !wanted || !self.radio.registered() || !self.radio.attached {
            return None;
        }
        let [a, b, c, ..] = self.chance().next().to_le_bytes();
        Some(Ipv4Addr::new(10, a, b, c.clamp(1, 254)).to_string())
    }
}
