//! The module's clock (`AT+CCLK`) and the network's, which stamps messages and sets the other with `AT+CLTS=1`.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::reply::{Done, NOT_ALLOWED};

pub(super) const COMMANDS: &[Command] = &[("+CCLK", Modem::clock_command)];

/// A local time, and its distance from UTC in quarters of an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    local: DateTime,
    zone: i8,
    /// When it showed `local`.
    set: Duration,
}

impl Clock {
    /// `24/01/30,20:40:31+04`; `None` when it is no such time.
    pub(super) fn parse(text: &str, set: Duration) -> Option<Self> {
        let (stamp, zone) = match text.rfind(['+', '-']).filter(|at| *at >= 17) {
            Some(at) => (text.get(..at)?, text.get(at..)?.parse().ok()?),
            None => (text, 0),
        };
        let local = DateTime::strptime("%y/%m/%d,%H:%M:%S", stamp).ok()?;
        (-48..=56).contains(&zone).then_some(Self { local, zone, set })
    }

    /// A clock that was never set begins with 2004.
    pub(super) fn unset(set: Duration) -> Self {
        Self { local: DateTime::constant(2004, 1, 1, 0, 0, 0, 0), zone: 0, set }
    }

    fn at(&self, now: Duration) -> DateTime {
        let elapsed = SignedDuration::try_from(now.saturating_sub(self.set)).unwrap_or_default();
        self.local.saturating_add(elapsed)
    }

    /// The same moment as the clocks of another zone show it, set now.
    pub(super) fn in_zone(&self, zone: i8, now: Duration) -> Self {
        let shift = SignedDuration::from_mins((i64::from(zone) - i64::from(self.zone)) * 15);
        Self { local: self.at(now).saturating_add(shift), zone, set: now }
    }

    /// As `AT+CCLK?` prints it.
    pub(super) fn text(&self, now: Duration) -> String {
        let zone = self.zone;
        format!("{}{zone:+03}", self.at(now).strftime("%y/%m/%d,%H:%M:%S"))
    }

    /// As the network's time report prints it: UTC, year to second.
    fn universal(&self, now: Duration) -> String {
        let utc = self.at(now).saturating_sub(SignedDuration::from_mins(i64::from(self.zone) * 15));
        format!("{}, {}, {}, {}, {}, {}", utc.year(), utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second())
    }
}

impl Modem {
    /// The network's time, as it stamps a message.
    pub(super) fn network_time(&self) -> String {
        self.network_clock().text(self.now)
    }

    pub(super) fn network_clock(&self) -> Clock {
        Clock::parse(&self.profile.network_time, Duration::ZERO).unwrap_or(Clock::unset(Duration::ZERO))
    }

    fn clock_command(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => self.answer(call, format!("+CCLK: \"{}\"", self.clock.text(self.now))),
            Form::Test => Done::Ok,
            Form::Set => match Clock::parse(&call.string(0), self.now) {
                Some(clock) => {
                    self.clock = clock;
                    Done::Ok
                }
                None => NOT_ALLOWED,
            },
            Form::Execute => NOT_ALLOWED,
        }
    }

    /// The network told its name and time (`AT+CLTS=1`).
    pub(super) fn network_identity(&mut self) {
        if self.settings.value("+CLTS") != 1 || !self.network.registered() {
            return;
        }
        let network = self.network_clock();
        let (universal, zone) = (network.universal(self.now), network.zone);
        self.clock = Clock { local: network.at(self.now), zone, set: self.now };
        let (country, operator) = self.profile.operator_code.split_at(3.min(self.profile.operator_code.len()));
        let name = &self.profile.operator;
        let identity = format!("*PSNWID: \"{country}\", \"{operator}\", \"{name}\", 0, \"{name}\", 0");
        self.urc(identity);
        self.urc(format!("*PSUTTZ: {universal}, \"{zone:+}\", 0"));
        self.urc("DST: 0");
        self.urc(format!("+CTZV: \"{zone:+}\""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_and_keeps_its_zone() {
        let clock = Clock::parse("24/12/31,23:59:58+04", Duration::from_secs(5)).unwrap();
        assert_eq!(clock.text(Duration::from_secs(8)), "25/01/01,00:00:01+04");
        assert_eq!(clock.universal(Duration::from_secs(8)), "2024, 12, 31, 23, 0, 1");
        assert_eq!(Clock::unset(Duration::ZERO).text(Duration::from_secs(10)), "04/01/01,00:00:10+00");
        let west = Clock::parse("24/01/01,00:00:00-20", Duration::ZERO).unwrap();
        assert_eq!(west.text(Duration::ZERO), "24/01/01,00:00:00-20");
        for text in ["", "24/13/01,00:00:00+04", "24/01/01", "24/01/01,00:00:00+99", "ä/01/01,00:00:00+04"] {
            assert!(Clock::parse(text, Duration::ZERO).is_none(), "{text}");
        }
    }
}
