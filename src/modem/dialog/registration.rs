//! Whether the modem is in a network, and what that network is good for.

use super::said::Network;

/// The last states that were told of each registration, as the modem numbers them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registration {
    /// For calls and SMS.
    voice: Option<u8>,
    /// For data over GPRS or UMTS.
    data: Option<u8>,
    /// For data over LTE.
    lte: Option<u8>,
}

impl Registration {
    /// The state of one of them.
    #[must_use]
    pub(crate) const fn of(self, network: Network) -> Option<u8> {
        match network {
            Network::Voice => self.voice,
            Network::Data => self.data,
            Network::Lte => self.lte,
        }
    }

    /// In a network, whatever it is good for.
    #[must_use]
    pub(crate) fn is_registered(self) -> bool {
        self.best().is_some_and(is_in)
    }

    /// In a network that carries data; `None` where nothing was told of that.
    #[must_use]
    pub(crate) fn carries_data(self) -> Option<bool> {
        let told = self.data.or(self.lte)?;
        Some(is_in(told) || self.lte.is_some_and(is_in))
    }

    /// The state that says most: of a network that it is in, else of calls, of LTE, of data.
    #[must_use]
    pub(crate) fn best(self) -> Option<u8> {
        let all = [self.voice, self.lte, self.data];
        all.into_iter().flatten().find(|state| is_in(*state)).or_else(|| all.into_iter().flatten().next())
    }

    /// A state was told.
    pub(super) const fn set(&mut self, network: Network, state: u8) {
        let slot = match network {
            Network::Voice => &mut self.voice,
            Network::Data => &mut self.data,
            Network::Lte => &mut self.lte,
        };
        *slot = Some(state);
    }
}

/// At home or roaming.
const fn is_in(state: u8) -> bool {
    matches!(state, 1 | 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modem_of_lte_alone_is_registered_and_one_for_calls_carries_no_data() {
        let of = |states: &[(Network, u8)]| {
            let mut registration = Registration::default();
            for (network, state) in states {
                registration.set(*network, *state);
            }
            (registration.is_registered(), registration.carries_data(), registration.best())
        };
        assert_eq!(of(&[]), (false, None, None));
        assert_eq!(of(&[(Network::Voice, 0), (Network::Lte, 1)]), (true, Some(true), Some(1)));
        assert_eq!(of(&[(Network::Voice, 1), (Network::Data, 2)]), (true, Some(false), Some(1)));
        assert_eq!(of(&[(Network::Voice, 5)]), (true, None, Some(5)));
        assert_eq!(of(&[(Network::Data, 3), (Network::Lte, 5)]), (true, Some(true), Some(5)));
        assert_eq!(of(&[(Network::Voice, 3), (Network::Data, 2)]), (false, Some(false), Some(3)));
    }
}
