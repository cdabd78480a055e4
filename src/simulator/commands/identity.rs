//! Who the module and its card are.

use super::super::Modem;
use super::super::line::{Call, Form};
use super::super::reply::{Done, Failure, NOT_ALLOWED};
use super::Command;

pub(super) const COMMANDS: &[Command] = &[
    ("I", |modem, call| modem.answer(call, modem.profile.firmware.clone())),
    ("+CGMI", |modem, call| modem.answer(call, "SIMCOM_Ltd")),
    ("+GMI", |modem, call| modem.answer(call, "SIMCOM_Ltd")),
    ("+CGMM", |modem, call| modem.answer(call, modem.profile.model.clone())),
    ("+GMM", |modem, call| modem.answer(call, modem.profile.model.clone())),
    ("+CGMR", |modem, call| modem.answer(call, format!("Revision:{}", modem.profile.revision))),
    ("+GMR", |modem, call| modem.answer(call, format!("Revision:{}", modem.profile.revision))),
    ("+GSV", |modem, call| {
        let text = format!("SIMCOM_Ltd\r\n{}\r\nRevision: {}", modem.profile.model, modem.profile.revision);
        modem.answer(call, text)
    }),
    ("+CGSN", |modem, call| modem.answer(call, modem.profile.imei.clone())),
    ("+GSN", |modem, call| modem.answer(call, modem.profile.imei.clone())),
    ("+GOI", |modem, call| modem.answer(call, "SIM800L")),
    ("+GCAP", |modem, call| modem.answer(call, "+GCAP:+CGSM")),
    ("+CCID", |modem, call| modem.of_card(call, |modem| modem.profile.ccid.clone())),
    ("+ICCID", |modem, call| modem.of_card(call, |modem| format!("+ICCID: {}", modem.profile.ccid))),
    ("+CIMI", |modem, call| modem.of_card(call, |modem| modem.profile.imsi.clone())),
    ("+CPIN", Modem::pin),
    ("+SPIC", Modem::pin_tries),
];

impl Modem {
    /// `Err` with the reason when the card cannot be used now.
    pub(in super::super) fn card_ready(&self) -> Result<(), Failure> {
        match self.card_state() {
            _ if self.network.functionality == 0 => Err(Failure::Cme(772)),
            None => Err(Failure::Cme(10)),
            Some("READY") if !self.card.read => Err(Failure::Cme(14)),
            Some("READY") => Ok(()),
            Some("SIM PIN") => Err(Failure::Cme(11)),
            Some(_) => Err(Failure::Cme(12)),
        }
    }

    fn of_card(&mut self, call: &Call, text: fn(&Modem) -> String) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        match self.card_state() {
            None => Done::Fail(Failure::Cme(10)),
            Some(_) if call.name == "+CIMI" => match self.card_ready() {
                // The card answers slowly just after power-on; the number itself is known.
                Ok(()) | Err(Failure::Cme(14)) => self.answer(call, text(self)),
                Err(failure) => Done::Fail(failure),
            },
            Some(_) => self.answer(call, text(self)),
        }
    }

    fn pin(&mut self, call: &Call) -> Done {
        match (call.form, self.card_state()) {
            (Form::Test, _) => Done::Ok,
            (_, None) => Done::Fail(Failure::Cme(10)),
            (Form::Read, Some(state)) => self.answer(call, format!("+CPIN: {state}")),
            (Form::Set, Some("SIM PIN")) if call.text(0) == Some(self.profile.pin.as_bytes()) => {
                self.card.tries = 3;
                self.card_opened();
                Done::Ok
            }
            (Form::Set, Some("SIM PIN")) => {
                self.card.tries = self.card.tries.saturating_sub(1);
                Done::Fail(Failure::Cme(16))
            }
            (Form::Set, Some("SIM PUK")) => Done::Fail(Failure::Cme(16)),
            _ => NOT_ALLOWED,
        }
    }

    fn pin_tries(&mut self, call: &Call) -> Done {
        self.answer(call, format!("+SPIC: {},10,3,10", self.card.tries))
    }
}
