//! The commands of short messages, in text and PDU mode (manual chapter 4).

use std::fmt::Write;

use super::super::Modem;
use super::super::commands::Command;
use super::super::line::{Call, Form};
use super::super::reply::{Done, Failure, NOT_ALLOWED};
use super::super::uart::{Ended, Ending, Wait};
use super::{Draft, Memory, Sms, Status, Stored, alphabet, pdu};

pub(in super::super) const COMMANDS: &[Command] = &[
    ("+CMGS", |modem, call| modem.cmgs(call, None)),
    ("+CMGW", |modem, call| modem.cmgs(call, Some(Status::Unsent))),
    ("+CMGR", Modem::cmgr),
    ("+CMGL", Modem::cmgl),
    ("+CMGD", Modem::cmgd),
    ("+CMGDA", Modem::cmgda),
    ("+CMSS", Modem::cmss),
    ("+CPMS", Modem::cpms),
    ("+CSCA", Modem::csca),
    ("+CSMP", Modem::csmp),
    ("+CSMS", Modem::csms),
    ("+CSCB", |modem, call| if call.form == Form::Read { modem.answer(call, "+CSCB: 0,\"\",\"\"") } else { Done::Ok }),
    ("+CNMA", |_, _| Done::Ok),
    ("+CSAS", |_, _| Done::Ok),
    ("+CRES", |_, _| Done::Ok),
];

const INVALID_INDEX: Done = Done::Fail(Failure::Cms(321));
const INVALID_PDU: Done = Done::Fail(Failure::Cms(304));
const INVALID_TEXT: Done = Done::Fail(Failure::Cms(305));

/// What `AT+CMGL` and `AT+CMGDA` choose.
type Choice = fn(Status) -> bool;

impl Modem {
    fn text_mode(&self) -> bool {
        self.settings.value("+CMGF") == 1
    }

    /// Messages can be used: the card is open and `SMS Ready` was reached.
    fn messages_ready(&self) -> Result<(), Done> {
        match self.card_ready() {
            Err(Failure::Cme(10)) => Err(Done::Fail(Failure::Cms(310))),
            Err(Failure::Cme(11)) => Err(Done::Fail(Failure::Cms(311))),
            Err(Failure::Cme(12)) => Err(Done::Fail(Failure::Cms(316))),
            Err(_) => Err(Done::Fail(Failure::Cms(314))),
            Ok(()) if !self.power.sms_ready => Err(Done::Fail(Failure::Cms(302))),
            Ok(()) => Ok(()),
        }
    }

    fn cmgs(&mut self, call: &Call, store: Option<Status>) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        if !self.text_mode() {
            let octets = call.number(0).and_then(|octets| usize::try_from(octets).ok());
            let Some(octets) = octets.filter(|octets| (7..=164).contains(octets)) else { return INVALID_PDU };
            self.sms.draft = Draft { octets, store, ..Draft::default() };
            return Done::Prompt(Box::new(Wait::prompt(Ending::Terminator { limit: 1000 }, Self::pdu_typed, 0)));
        }
        let number = if self.sms.character_set == "UCS2" {
            alphabet::typed("UCS2", call.text(0).unwrap_or_default()).unwrap_or_default()
        } else {
            call.string(0)
        };
        if number.is_empty() && store.is_none() {
            return INVALID_TEXT;
        }
        self.sms.draft = Draft { number, octets: 0, store };
        Done::Prompt(Box::new(Wait::prompt(Ending::Lines { limit: 1000 }, Self::text_typed, 0)))
    }

    fn pdu_typed(&mut self, ended: Ended, typed: &[u8], _: u32) -> Done {
        match ended {
            Ended::Complete => {}
            Ended::Cancelled => return Done::Ok,
            Ended::TooLong | Ended::TimedOut => return INVALID_PDU,
        }
        let Some(octets) = alphabet::from_hex(typed) else { return INVALID_PDU };
        let centre = octets.first().map_or(0, |length| usize::from(*length) + 1);
        let tpdu = octets.get(centre..).unwrap_or_default();
        if tpdu.len() != self.sms.draft.octets || pdu::read(tpdu).is_none_or(|message| !message.outgoing) {
            // A DELIVER may be stored, as backup programs do.
            let deliver = self.sms.draft.store.is_some() && pdu::read(tpdu).is_some();
            if !deliver || tpdu.len() != self.sms.draft.octets {
                return INVALID_PDU;
            }
        }
        self.use_message(tpdu.to_vec())
    }

    fn text_typed(&mut self, ended: Ended, typed: &[u8], _: u32) -> Done {
        match ended {
            Ended::Complete => {}
            Ended::Cancelled => return Done::Ok,
            Ended::TooLong | Ended::TimedOut => return Done::Fail(Failure::Cms(513)),
        }
        let [first, validity, protocol, coding] = self.sms.parameters;
        let Some(text) = alphabet::typed(self.sms.character_set, typed) else { return INVALID_TEXT };
        let parameters = [validity, protocol, coding];
        let Some(tpdu) = pdu::submit(first, &self.sms.draft.number, parameters, &text) else {
            return Done::Fail(Failure::Cms(513));
        };
        self.use_message(tpdu)
    }

    /// The message is complete: it goes out, or into the store.
    fn use_message(&mut self, tpdu: Vec<u8>) -> Done {
        let Some(status) = self.sms.draft.store else { return self.send_message(tpdu) };
        match self.sms.put(self.sms.memories[1], status, tpdu) {
            Some(index) => {
                self.info(format!("+CMGW: {index}"));
                Done::Ok
            }
            None => Done::Fail(Failure::Cms(322)),
        }
    }

    fn cmss(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        let index = call.number(0).and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        let Some(stored) = self.sms.at(index).cloned() else { return INVALID_INDEX };
        let Some(message) = pdu::read(&stored.tpdu) else { return INVALID_INDEX };
        if call.text(1).is_none() && message.outgoing {
            return self.send_message(stored.tpdu);
        }
        let number = call.text(1).map_or(message.number, |_| call.string(1));
        match pdu::submit(17, &number, [167, message.protocol, message.coding], &message.text) {
            Some(tpdu) => self.send_message(tpdu),
            None => INVALID_TEXT,
        }
    }

    fn cmgr(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Test => return Done::Ok,
            Form::Set => {}
            _ => return INVALID_INDEX,
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        let places = self.sms.store(self.sms.memories[0]).len();
        let index = call.number(0).and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        if !(1..=places).contains(&index) {
            return INVALID_INDEX;
        }
        let Some(stored) = self.sms.at(index).cloned() else {
            return if self.profile.empty_cmgr_ok { Done::Ok } else { INVALID_INDEX };
        };
        let mut text = if self.text_mode() {
            format!("+CMGR: \"{}\",", stored.status.name()).into_bytes()
        } else {
            format!("+CMGR: {},\"\",{}\r\n", stored.status.number(), stored.tpdu.len()).into_bytes()
        };
        text.extend(self.message_body(&stored));
        self.info(text);
        if call.number(1) != Some(1) {
            self.mark_read(index);
        }
        Done::Ok
    }

    /// What follows the status of a message in a list: number, time and text, or the PDU.
    fn message_body(&self, stored: &Stored) -> Vec<u8> {
        if !self.text_mode() {
            return self.with_centre(&stored.tpdu).into_bytes();
        }
        if let Some(report) = pdu::read_report(&stored.tpdu) {
            return report.into_bytes();
        }
        let Some(message) = pdu::read(&stored.tpdu) else { return b"\"\",\"\",\"\"\r\n".to_vec() };
        let number = self.quoted_number(&message.number);
        let mut head = format!("{number},\"\",\"{}\"", message.time);
        if self.settings.value("+CSDH") == 1 {
            let kind = if message.number.starts_with('+') { 145 } else { 129 };
            let length = if message.is_binary() { message.octets.len() } else { message.text.chars().count() };
            let (first, protocol, coding, centre) = (message.first, message.protocol, message.coding, &self.sms.centre);
            // Writing to a String cannot fail.
            let _ = write!(head, ",{kind},{first},{protocol},{coding},\"{centre}\",145,{length}");
        }
        let mut body = head.into_bytes();
        body.extend(b"\r\n");
        body.extend(self.shown_text(&message));
        body
    }

    fn mark_read(&mut self, index: usize) {
        let memory = self.sms.memories[0];
        let place = index.checked_sub(1).and_then(|at| self.sms.store_mut(memory).get_mut(at));
        if let Some(Some(stored)) = place
            && stored.status == Status::Unread
        {
            stored.status = Status::Read;
        }
    }

    fn cmgl(&mut self, call: &Call) -> Done {
        if call.form == Form::Test {
            let all = if self.text_mode() {
                "(\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"
            } else {
                "(0-4)"
            };
            return self.test(call, all);
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        let Some(choice) = self.chosen(call) else {
            return if self.text_mode() { INVALID_TEXT } else { INVALID_PDU };
        };
        let memory = self.sms.memories[0];
        let list: Vec<(usize, Stored)> = (1..)
            .zip(self.sms.store(memory))
            .filter_map(|(index, place)| Some((index, place.clone()?)))
            .filter(|(_, stored)| choice(stored.status))
            .collect();
        for (index, stored) in list {
            let mut text = if self.text_mode() {
                format!("+CMGL: {index},\"{}\",", stored.status.name()).into_bytes()
            } else {
                format!("+CMGL: {index},{},\"\",{}\r\n", stored.status.number(), stored.tpdu.len()).into_bytes()
            };
            text.extend(self.message_body(&stored));
            self.info(text);
            if call.number(1) != Some(1) {
                self.mark_read(index);
            }
        }
        Done::Ok
    }

    fn chosen(&self, call: &Call) -> Option<Choice> {
        if call.form == Form::Execute {
            return Some(|status| status == Status::Unread);
        }
        let word = call.string(0);
        let names = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"];
        let number = if self.text_mode() {
            names.iter().position(|name| *name == word)?
        } else {
            usize::try_from(call.number(0)?).ok()?
        };
        match number {
            0 => Some(|status| status == Status::Unread),
            1 => Some(|status| status == Status::Read),
            2 => Some(|status| status == Status::Unsent),
            3 => Some(|status| status == Status::Sent),
            4 => Some(|_| true),
            _ => None,
        }
    }

    fn cmgd(&mut self, call: &Call) -> Done {
        let memory = self.sms.memories[0];
        if call.form == Form::Test {
            let used = (1..).zip(self.sms.store(memory)).filter(|entry: &(usize, _)| entry.1.is_some());
            let list: Vec<_> = used.map(|(index, _)| index.to_string()).collect();
            return self.test(call, &format!("({}),(0-4)", list.join(",")));
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        let index = call.number(0).and_then(|index| usize::try_from(index).ok());
        let choice: Choice = match call.number(1).unwrap_or(0) {
            0 => {
                let place =
                    index.and_then(|index| index.checked_sub(1)).and_then(|at| self.sms.store_mut(memory).get_mut(at));
                let Some(place) = place else { return INVALID_INDEX };
                *place = None;
                self.deliver_messages();
                return Done::Ok;
            }
            1 => |status| status == Status::Read,
            2 => |status| matches!(status, Status::Read | Status::Sent),
            3 => |status| status != Status::Unread,
            4 => |_| true,
            _ => return INVALID_INDEX,
        };
        self.delete(choice)
    }

    fn delete(&mut self, choice: Choice) -> Done {
        let memory = self.sms.memories[0];
        for place in self.sms.store_mut(memory) {
            if place.as_ref().is_some_and(|stored| choice(stored.status)) {
                *place = None;
            }
        }
        self.deliver_messages();
        Done::Ok
    }

    fn cmgda(&mut self, call: &Call) -> Done {
        const KINDS: [(&str, Choice); 6] = [
            ("DEL READ", |status| status == Status::Read),
            ("DEL UNREAD", |status| status == Status::Unread),
            ("DEL SENT", |status| status == Status::Sent),
            ("DEL UNSENT", |status| status == Status::Unsent),
            ("DEL INBOX", |status| matches!(status, Status::Read | Status::Unread)),
            ("DEL ALL", |_| true),
        ];
        if call.form == Form::Test {
            let names: Vec<_> = KINDS.iter().map(|kind| format!("\"{}\"", kind.0)).collect();
            let list = if self.text_mode() { names.join(",") } else { "1-6".into() };
            return self.test(call, &format!("({list})"));
        }
        if let Err(done) = self.messages_ready() {
            return done;
        }
        let word = call.string(0);
        let kind = if self.text_mode() {
            KINDS.iter().find(|kind| kind.0 == word)
        } else {
            call.number(0).and_then(|number| usize::try_from(number - 1).ok()).and_then(|at| KINDS.get(at))
        };
        match kind {
            Some((_, choice)) => self.delete(*choice),
            None => INVALID_TEXT,
        }
    }

    fn cpms(&mut self, call: &Call) -> Done {
        let usage = |sms: &Sms, named: bool| {
            let one = |memory: &Memory| {
                let (used, all) = sms.usage(*memory);
                let name = if named { format!("\"{}\",", Sms::name(*memory)) } else { String::new() };
                format!("{name}{used},{all}")
            };
            format!("+CPMS: {}", sms.memories.iter().map(one).collect::<Vec<_>>().join(","))
        };
        match call.form {
            Form::Test => {
                let list = "(\"SM\",\"ME\",\"SM_P\",\"ME_P\",\"MT\")";
                self.test(call, &format!("{list},{list},{list}"))
            }
            Form::Read => match self.messages_ready() {
                Ok(()) => self.answer(call, usage(&self.sms, true)),
                Err(done) => done,
            },
            Form::Set => {
                let mut memories = self.sms.memories;
                if call.count() == 0 || call.count() > 3 {
                    return NOT_ALLOWED;
                }
                for (index, memory) in memories.iter_mut().enumerate() {
                    *memory = match call.text(index).map(<[u8]>::to_ascii_uppercase).as_deref() {
                        Some(b"SM" | b"SM_P" | b"MT") => Memory::Card,
                        Some(b"ME" | b"ME_P") => Memory::Module,
                        None if index > 0 => continue,
                        _ => return NOT_ALLOWED,
                    };
                }
                if let Err(done) = self.messages_ready() {
                    return done;
                }
                self.sms.memories = memories;
                self.answer(call, usage(&self.sms, false))
            }
            Form::Execute => NOT_ALLOWED,
        }
    }

    fn csca(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => {
                let kind = if self.sms.centre.starts_with('+') { 145 } else { 129 };
                let number = self.quoted_number(&self.sms.centre);
                self.answer(call, format!("+CSCA: {number},{kind}"))
            }
            Form::Set if call.text(0).is_some() => {
                self.sms.centre = if self.sms.character_set == "UCS2" && call.string(0).len().is_multiple_of(4) {
                    alphabet::typed("UCS2", call.text(0).unwrap_or_default()).unwrap_or_else(|| call.string(0))
                } else {
                    call.string(0)
                };
                Done::Ok
            }
            Form::Test => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn csmp(&mut self, call: &Call) -> Done {
        match call.form {
            Form::Read => {
                let values: Vec<_> = self.sms.parameters.iter().map(ToString::to_string).collect();
                self.answer(call, format!("+CSMP: {}", values.join(",")))
            }
            Form::Set if call.count() <= 4 => {
                let mut parameters = self.sms.parameters;
                for (index, slot) in parameters.iter_mut().enumerate().filter(|(index, _)| call.text(*index).is_some())
                {
                    match call.number(index).and_then(|value| u8::try_from(value).ok()) {
                        Some(value) => *slot = value,
                        None => return NOT_ALLOWED,
                    }
                }
                self.sms.parameters = parameters;
                Done::Ok
            }
            Form::Test => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn csms(&mut self, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Read, _) => self.answer(call, "+CSMS: 0,1,1,1"),
            (Form::Test, _) => self.test(call, "(0,1)"),
            (Form::Set, Some(0 | 1)) => self.answer(call, "+CSMS: 1,1,1"),
            _ => NOT_ALLOWED,
        }
    }
}
