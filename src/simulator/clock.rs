//! The module's clock (`AT+CCLK`) and the network's, which stamps messages and sets the other with `AT+CLTS=1`.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::desk::Desk;
use super::line::{Call, Form};
use super::part::{Command, News, Part, commands};
use super::reply::{Done, NOT_ALLOWED};

const COMMANDS: &[Command<Clocks>] = &[("+CCLK", Clocks::clock_command)];

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

    /// Date and time with dashes or slashes, as the position services print them.
    pub(super) fn date_and_time(&self, now: Duration) -> String {
        self.at(now).strftime("%Y/%m/%d,%H:%M:%S").to_string()
    }

    /// The time of day, as a SIM7600 tells of a call that was missed.
    pub(super) fn hour_and_minute(&self, now: Duration) -> String {
        self.at(now).strftime("%I:%M%p").to_string()
    }

    /// The same moment in UTC.
    fn utc(&self, now: Duration) -> DateTime {
        self.at(now).saturating_sub(SignedDuration::from_mins(i64::from(self.zone) * 15))
    }

    /// Date and time in UTC, as satellites tell them.
    pub(super) fn date_and_hours(&self, now: Duration) -> String {
        self.utc(now).strftime("%d%m%y,%H%M%S.0").to_string()
    }

    /// The same apart, as NMEA 0183 has them: date, time of day.
    pub(super) fn date_and_day_time(&self, now: Duration) -> (String, String) {
        let utc = self.utc(now);
        (utc.strftime("%d%m%y").to_string(), utc.strftime("%H%M%S.000").to_string())
    }

    /// The same in one number, year to second.
    pub(super) fn compact_universal(&self, now: Duration) -> String {
        self.utc(now).strftime("%Y%m%d%H%M%S.000").to_string()
    }

    /// As the network's time report prints it: UTC, year to second.
    fn universal(&self, now: Duration) -> String {
        let utc = self.utc(now);
        format!("{}, {}, {}, {}, {}, {}", utc.year(), utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second())
    }
}

/// The module's clock.
#[derive(Debug)]
pub(super) struct Clocks {
    clock: Clock,
}

impl Default for Clocks {
    fn default() -> Self {
        Self { clock: Clock::unset(Duration::ZERO) }
    }
}

impl Part for Clocks {
    commands!(&[COMMANDS]);

    fn news(&mut self, desk: &mut Desk, news: &News) {
        match news {
            News::Registered if desk.value("+CLTS") == 1 => self.network_tells_time(desk),
            News::TimeServer { seconds, zone } => self.set_universal(desk, *seconds, *zone),
            _ => {}
        }
    }
}

impl Clocks {
    /// The network tells its name and time.
    fn network_tells_time(&mut self, desk: &mut Desk) {
        let network = desk.network_clock();
        let (universal, zone) = (network.universal(desk.now()), network.zone);
        self.clock = Clock { local: network.at(desk.now()), zone, set: desk.now() };
        let (country, operator) =
            desk.profile().network.operator_code.split_at(3.min(desk.profile().network.operator_code.len()));
        let name = &desk.profile().network.operator;
        let identity = format!("*PSNWID: \"{country}\", \"{operator}\", \"{name}\", 0, \"{name}\", 0");
        desk.urc(identity);
        desk.urc(format!("*PSUTTZ: {universal}, \"{zone:+}\", 0"));
        desk.urc("DST: 0");
        desk.urc(format!("+CTZV: \"{zone:+}\""));
    }

    /// The clock is set to seconds since 1900 (NTP), shown in a zone.
    fn set_universal(&mut self, desk: &Desk, seconds: u64, zone: i8) {
        let since = i64::try_from(seconds).unwrap_or(0);
        let utc = DateTime::constant(1900, 1, 1, 0, 0, 0, 0).saturating_add(SignedDuration::from_secs(since));
        self.clock = Clock { local: utc, zone: 0, set: desk.now() }.in_zone(zone, desk.now());
    }

    fn clock_command(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => desk.answer(call, format!("+CCLK: \"{}\"", self.clock.text(desk.now()))),
            Form::Test => Done::Ok,
            Form::Set => match Clock::parse(&call.string(0), desk.now()) {
                Some(clock) => {
                    self.clock = clock;
                    Done::Ok
                }
                None => NOT_ALLOWED,
            },
            _ => NOT_ALLOWED,
        }
    }
}

impl Desk {
    /// The network's time, as it stamps a message.
    pub(super) fn network_time(&self) -> String {
        self.network_clock().text(self.now())
    }

    /// The network's clock.
    pub(super) fn network_clock(&self) -> Clock {
        Clock::parse(&self.profile().network.time, Duration::ZERO).unwrap_or(Clock::unset(Duration::ZERO))
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
