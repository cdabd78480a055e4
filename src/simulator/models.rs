//! Which parts make which modem.

use super::model::Model;
use super::part::{Part, Parts};
use super::profile::Profile;
use super::{asked, basic, calls, clock, identity, network, ntp, phonebook, remembered, sim800, sim7600, sms, ussd};

/// The parts of the modem of this profile, those that all have first.
pub(super) fn of(profile: &Profile) -> Parts {
    let mut parts: Vec<Box<dyn Part>> = vec![
        Box::new(basic::Basic),
        Box::new(identity::Identity),
        Box::new(network::Network::default()),
        Box::new(sms::Sms::new(profile)),
        Box::new(calls::Calls::default()),
        Box::new(ussd::Ussd),
        Box::new(phonebook::PhoneBook::default()),
        Box::new(clock::Clocks::default()),
        Box::new(ntp::Ntp::default()),
        Box::new(asked::Asked),
        Box::new(remembered::Remembered::new(profile.modem)),
    ];
    parts.extend(match profile.modem {
        Model::Sim800l => sim800::parts(profile),
        Model::Sim7600 => sim7600::parts(),
    });
    Parts::new(parts)
}
