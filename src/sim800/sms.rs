//! Short messages.

use super::Sim800;
use super::commands::Command;
use super::line::{Call, Form};
use super::profile::Profile;
use super::reply::{Done, Failure};
use super::uart::{Ended, Ending, Wait};

/// Messages and what was asked of them.
#[derive(Debug)]
pub(super) struct Sms {
    reference: u8,
    pub(super) character_set: &'static str,
}

impl Sms {
    pub(super) fn new(profile: &Profile) -> Self {
        Self { reference: profile.message_reference, character_set: "IRA" }
    }
}

pub(super) const COMMANDS: &[Command] = &[("+CMGS", Sim800::cmgs)];

impl Sim800 {
    fn cmgs(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if call.form != Form::Set || call.text(0).is_none_or(<[u8]>::is_empty) {
            return Done::Fail(Failure::Cms(304));
        }
        if !self.power.sms_ready {
            return Done::Fail(Failure::Cms(302));
        }
        if self.settings.value("+CMGF") == 0 {
            return Done::Fail(Failure::Cms(304));
        }
        Done::Prompt(Box::new(Wait::prompt(Ending::Lines { limit: 1000 }, Self::message_typed, 0)))
    }

    fn message_typed(&mut self, ended: Ended, _text: &[u8], _: u32) -> Done {
        match ended {
            Ended::Complete => {}
            Ended::Cancelled => return Done::Ok,
            Ended::TooLong | Ended::TimedOut => return Done::Fail(Failure::Cms(305)),
        }
        if self.burst() {
            return Done::Gone;
        }
        Done::Later(self.delay(self.profile.sms_ms), Self::message_sent, 0)
    }

    fn message_sent(&mut self, _: u32) -> Done {
        if !self.network.registered() {
            return Done::Fail(Failure::Cms(331));
        }
        let reference = self.sms.reference;
        self.sms.reference = reference.wrapping_add(1);
        self.info(format!("+CMGS: {reference}"));
        Done::Ok
    }
}
