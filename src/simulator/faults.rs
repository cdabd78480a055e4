//! What can go wrong, by name: in the port name (`sim:no-sim`), on the command line and while it runs.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table below says what each does")]
pub enum Fault {
    NoSim,
    Pin,
    NoNetwork,
    WeakSignal,
    WrongApn,
    NoApn,
    BrownOut,
    BrownOutUrc,
    Reboot,
    AutobaudUnsynced,
    WrongBaud,
    LostBytes,
    BitErrors,
    Overflow64,
    Loopback,
    Silent,
    EchoOff,
    SendFail,
    PeerClose,
    PdpDeact,
    PromptLate,
    PromptOff,
    Slow,
    Refuse,
}

impl Fault {
    /// All faults: name, and what it does.
    pub const ALL: &[(Self, &str, &str)] = &[
        (Self::NoSim, "no-sim", "no SIM card is in"),
        (Self::Pin, "pin", "the card asks for its PIN"),
        (Self::NoNetwork, "no-network", "it searches for a network and finds none"),
        (Self::WeakSignal, "weak-signal", "signal 5, the first send fails and then one in three"),
        (Self::WrongApn, "wrong-apn", "the network refuses the APN that was set"),
        (Self::NoApn, "no-apn", "the network refuses the context until an APN is set"),
        (Self::BrownOut, "brown-out", "the supply dips at the next transmit burst: it restarts without a word"),
        (Self::BrownOutUrc, "brown-out-urc", "the same, with UNDER-VOLTAGE WARNNING before it"),
        (
            Self::Reboot,
            "reboot",
            "it restarts once, a few seconds after it is set (from the start: after the first command)",
        ),
        (Self::AutobaudUnsynced, "autobaud-unsynced", "auto-baud has not found the rate: nothing is understood"),
        (Self::WrongBaud, "wrong-baud", "both sides use different rates: garbage"),
        (Self::LostBytes, "lost-bytes", "bytes towards the modem are lost"),
        (Self::BitErrors, "bit-errors", "single bits from the modem are wrong"),
        (Self::Overflow64, "overflow-64", "a 64-byte buffer between modem and host overflows"),
        (Self::Loopback, "loopback", "TX and RX are joined: everything comes back, nothing answers"),
        (Self::Silent, "silent", "not a single byte comes"),
        (Self::EchoOff, "echo-off", "somebody stored ATE0"),
        (Self::SendFail, "send-fail", "sends end in SEND FAIL"),
        (Self::PeerClose, "peer-close", "the connection closes soon after it opened"),
        (Self::PdpDeact, "pdp-deact", "the network drops the data service"),
        (Self::PromptLate, "prompt-late", "the prompt comes seconds late"),
        (Self::PromptOff, "prompt-off", "CIPSPRT is 0: no prompt is shown"),
        (Self::Slow, "slow", "everything takes ten times as long"),
        (Self::Refuse, "refuse", "connections are refused"),
    ];

    /// A fault by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }

    /// All names, with commas.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.iter().map(|entry| entry.1).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_find_their_fault() {
        for (fault, name, _) in Fault::ALL {
            assert_eq!(Fault::named(name), Some(*fault));
            assert_eq!(fault.name(), *name);
        }
    }
}
