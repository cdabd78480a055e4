//! `AT+AUTOCSQ` (manual §3.2.3): the signal is told without being asked, every five seconds or when it changes.

use std::time::Duration;

use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::{Command, Part, commands};
use crate::simulator::reply::{Done, Failure};
use crate::simulator::timers::TimerId;

const COMMANDS: &[Command<SignalReport>] = &[("+AUTOCSQ", SignalReport::choose)];

/// Between two reports that no change brings.
const PERIOD: Duration = Duration::from_secs(5);

/// When the signal is told.
#[derive(Debug, Default, PartialEq, Eq)]
enum When {
    #[default]
    Asked,
    Periodically(TimerId),
    /// The line that was the last one.
    Changed(String),
}

/// The report, and what was chosen for it.
#[derive(Debug, Default)]
pub(super) struct SignalReport {
    /// `<mode>`: kept while the report is off.
    mode: u8,
    when: When,
}

impl Part for SignalReport {
    commands!(&[COMMANDS]);

    fn power_on(&mut self, _: &mut Desk) {
        *self = Self::default();
    }

    fn settle(&mut self, desk: &mut Desk) {
        let When::Changed(last) = &mut self.when else { return };
        let line = desk.signal_line();
        if *last != line {
            desk.urc(&line);
            *last = line;
        }
    }
}

impl SignalReport {
    /// `AT+AUTOCSQ=<on>[,<mode>]`: mode 0 tells every five seconds, 1 what changes.
    fn choose(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => desk.test(call, "(0-1),(0-1)"),
            Form::Query => {
                let on = u8::from(self.when != When::Asked);
                desk.answer(call, format!("+AUTOCSQ: {on},{}", self.mode))
            }
            Form::Set => {
                let (Some(on @ (0 | 1)), Some(mode)) = (call.number(0), call.within(1, 0_u8, 0..=1)) else {
                    return Done::Fail(Failure::Plain);
                };
                self.mode = mode;
                if let When::Periodically(timer) = self.when {
                    desk.cancel(Some(timer));
                }
                self.when = match (on, mode) {
                    (0, _) => When::Asked,
                    (_, 0) => When::Periodically(Self::tell_later(desk)),
                    _ => When::Changed(desk.signal_line()),
                };
                Done::Ok
            }
            _ => Done::Fail(Failure::Plain),
        }
    }

    fn tell_later(desk: &mut Desk) -> TimerId {
        desk.at(desk.now() + PERIOD, |report: &mut Self, desk| {
            desk.urc(desk.signal_line());
            report.when = When::Periodically(Self::tell_later(desk));
        })
    }
}
