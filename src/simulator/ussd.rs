//! Requests to the network by code (`AT+CUSD`, `ATD*100#;`).

use super::Modem;
use super::commands::Command;
use super::line::{Call, Form};
use super::reply::{Done, NOT_ALLOWED};
use super::sms::alphabet;

pub(super) const COMMANDS: &[Command] = &[("+CUSD", Modem::cusd)];

impl Modem {
    fn cusd(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) => self.answer(call, "+CUSD: 0"),
            (Form::Test, _) => self.test(call, "(0-2)"),
            (Form::Set, Some(0 | 2)) => Done::Ok,
            (Form::Set, Some(1)) => {
                if call.text(1).is_some() {
                    self.send_ussd();
                }
                Done::Ok
            }
            _ => NOT_ALLOWED,
        }
    }

    /// The request goes out; the answer comes by itself.
    pub(super) fn send_ussd(&mut self) {
        self.later([1500, 4000], |modem, _| modem.ussd_answer());
    }

    fn ussd_answer(&mut self) {
        if !self.network.registered() {
            self.urc("+CUSD: 4");
            return;
        }
        let text = alphabet::shown(self.sms.character_set, &self.profile.ussd);
        let comma = if self.profile.ussd_blank { ", " } else { "," };
        let mut line = format!("+CUSD: 0{comma}\"").into_bytes();
        line.extend(text);
        line.extend(format!("\"{comma}15").into_bytes());
        self.urc(line);
    }
}
