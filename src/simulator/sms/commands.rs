//! The commands of short messages, in text and PDU mode (manual chapter 4).

use std::fmt::Write;

use super::store::{Status, Storage, Stored};
use super::{Draft, Sms, alphabet, pdu};
use crate::simulator::desk::Desk;
use crate::simulator::line::{Call, Form};
use crate::simulator::part::Command;
use crate::simulator::reply::{Done, Failure, NOT_ALLOWED};
use crate::simulator::uart::{Ended, Ending, Wait};

pub(super) const COMMANDS: &[Command<Sms>] = &[
    ("+CMGS", |part, desk, call| part.cmgs(desk, call, None)),
    ("+CMGW", |part, desk, call| part.cmgs(desk, call, Some(Status::Unsent))),
    ("+CMGR", Sms::cmgr),
    ("+CMGL", Sms::cmgl),
    ("+CMGD", Sms::cmgd),
    ("+CMGDA", Sms::cmgda),
    ("+CMSS", Sms::cmss),
    ("+CPMS", Sms::cpms),
    ("+CSCA", Sms::csca),
    ("+CSMP", Sms::csmp),
    ("+CSMS", Sms::csms),
    (
        "+CSCB",
        |_, desk, call| if call.form == Form::Query { desk.answer(call, "+CSCB: 0,\"\",\"\"") } else { Done::Ok },
    ),
    ("+CNMA", |_, _, _| Done::Ok),
    ("+CSAS", |_, _, _| Done::Ok),
    ("+CRES", |_, _, _| Done::Ok),
];

const INVALID_INDEX: Done = Done::Fail(Failure::Cms(321));
const INVALID_PDU: Done = Done::Fail(Failure::Cms(304));
const INVALID_TEXT: Done = Done::Fail(Failure::Cms(305));

/// What `AT+CMGL` and `AT+CMGDA` choose.
type Choice = fn(Status) -> bool;

impl Sms {
    fn text_mode(desk: &Desk) -> bool {
        desk.value("+CMGF") == 1
    }

    /// Messages can be used: the card is open and `SMS Ready` was reached.
    fn messages_ready(desk: &Desk) -> Result<(), Done> {
        match desk.card_ready() {
            Err(Failure::Cme(10)) => Err(Done::Fail(Failure::Cms(310))),
            Err(Failure::Cme(11)) => Err(Done::Fail(Failure::Cms(311))),
            Err(Failure::Cme(12)) => Err(Done::Fail(Failure::Cms(316))),
            Err(_) => Err(Done::Fail(Failure::Cms(314))),
            Ok(()) if !desk.power.messages_ready() => Err(Done::Fail(Failure::Cms(302))),
            Ok(()) => Ok(()),
        }
    }

    fn cmgs(&mut self, desk: &mut Desk, call: &Call, store: Option<Status>) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        if !Self::text_mode(desk) {
            let octets = call.number(0).and_then(|octets| usize::try_from(octets).ok());
            let Some(octets) = octets.filter(|octets| (7..=164).contains(octets)) else { return INVALID_PDU };
            self.draft = Draft { octets, store, ..Draft::default() };
            return Done::Prompt(Box::new(Wait::prompt(Ending::Terminator { limit: 1000 }, Self::pdu_typed)));
        }
        // The number is a string of the manual; without quotes it is taken for the length of PDU mode, and refused.
        if call.text(0).is_some() && call.quoted(0).is_none() {
            return INVALID_PDU;
        }
        let number = if desk.character_set() == "UCS2" {
            alphabet::typed("UCS2", call.text(0).unwrap_or_default()).unwrap_or_default()
        } else {
            call.string(0)
        };
        // `+41XXXXXXXXX`, as it stands in an example.
        let is_number = number.trim_start_matches('+').chars().all(|c| c.is_ascii_digit() || "*#abcABC".contains(c));
        if (number.is_empty() && store.is_none()) || !is_number {
            return INVALID_TEXT;
        }
        self.draft = Draft { number, octets: 0, store };
        Done::Prompt(Box::new(Wait::prompt(Ending::Lines { limit: 1000 }, Self::text_typed)))
    }

    fn pdu_typed(&mut self, desk: &mut Desk, ended: Ended, typed: &[u8]) -> Done {
        match ended {
            Ended::Complete => {}
            Ended::Cancelled => return Done::Ok,
            Ended::TooLong | Ended::TimedOut => return INVALID_PDU,
        }
        let Some(octets) = alphabet::from_hex(typed) else { return INVALID_PDU };
        let centre = octets.first().map_or(0, |length| usize::from(*length) + 1);
        let tpdu = octets.get(centre..).unwrap_or_default();
        if tpdu.len() != self.draft.octets || pdu::read(tpdu).is_none_or(|message| !message.outgoing) {
            // A DELIVER may be stored, as backup programs do.
            let deliver = self.draft.store.is_some() && pdu::read(tpdu).is_some();
            if !deliver || tpdu.len() != self.draft.octets {
                return INVALID_PDU;
            }
        }
        self.use_message(desk, tpdu.to_vec())
    }

    fn text_typed(&mut self, desk: &mut Desk, ended: Ended, typed: &[u8]) -> Done {
        match ended {
            Ended::Complete => {}
            Ended::Cancelled => return Done::Ok,
            Ended::TooLong | Ended::TimedOut => return Done::Fail(Failure::Cms(513)),
        }
        let [first, validity, protocol, coding] = self.parameters;
        let Some(text) = alphabet::typed(desk.character_set(), typed) else { return INVALID_TEXT };
        let parameters = [validity, protocol, coding];
        let Some(tpdu) = pdu::submit(first, &self.draft.number, parameters, &text) else {
            return Done::Fail(Failure::Cms(513));
        };
        self.use_message(desk, tpdu)
    }

    /// The message is complete: it goes out, or into the store.
    fn use_message(&mut self, desk: &mut Desk, tpdu: Vec<u8>) -> Done {
        let Some(status) = self.draft.store else { return self.send_message(desk, tpdu) };
        match self.stores.put(self.storages[1], Stored { status, tpdu }) {
            Some(index) => {
                desk.info(format!("+CMGW: {index}"));
                Done::Ok
            }
            None => Done::Fail(Failure::Cms(322)),
        }
    }

    fn cmss(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            return Done::Ok;
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        let stored = call.size(0).and_then(|index| self.stores.at(self.storages[0], index));
        let Some(stored) = stored.cloned() else { return INVALID_INDEX };
        let Some(message) = pdu::read(&stored.tpdu) else { return INVALID_INDEX };
        if call.text(1).is_none() && message.outgoing {
            return self.send_message(desk, stored.tpdu);
        }
        let number = call.text(1).map_or(message.number, |_| call.string(1));
        match pdu::submit(17, &number, [167, message.protocol, message.coding], &message.text) {
            Some(tpdu) => self.send_message(desk, tpdu),
            None => INVALID_TEXT,
        }
    }

    fn cmgr(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Test => return Done::Ok,
            Form::Set => {}
            _ => return INVALID_INDEX,
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        let index = call.size(0).filter(|index| self.stores.has_place(self.storages[0], *index));
        let Some(index) = index else { return INVALID_INDEX };
        let Some(stored) = self.stores.at(self.storages[0], index).cloned() else {
            return if desk.profile().messages.empty_cmgr_ok { Done::Ok } else { INVALID_INDEX };
        };
        let mut text = if Self::text_mode(desk) {
            format!("+CMGR: \"{}\",", stored.status.name()).into_bytes()
        } else {
            format!("+CMGR: {},\"\",{}\r\n", stored.status.number(), stored.tpdu.len()).into_bytes()
        };
        text.extend(self.message_body(desk, &stored));
        desk.info(text);
        if call.number(1) != Some(1) {
            self.mark_read(index);
        }
        Done::Ok
    }

    /// What follows the status of a message in a list: number, time and text, or the PDU.
    fn message_body(&self, desk: &Desk, stored: &Stored) -> Vec<u8> {
        if !Self::text_mode(desk) {
            return self.with_centre(&stored.tpdu).into_bytes();
        }
        if let Some(report) = pdu::read_report(&stored.tpdu) {
            return report.into_bytes();
        }
        let Some(message) = pdu::read(&stored.tpdu) else { return b"\"\",\"\",\"\"\r\n".to_vec() };
        let number = Self::quoted_number(desk, &message.number);
        let mut head = format!("{number},\"\",\"{}\"", message.time);
        if desk.value("+CSDH") == 1 {
            let kind = if message.number.starts_with('+') { 145 } else { 129 };
            let length = if message.is_binary() { message.octets.len() } else { message.text.chars().count() };
            let (first, protocol, coding, centre) = (message.first, message.protocol, message.coding, &self.centre);
            // Writing to a String cannot fail.
            let _ = write!(head, ",{kind},{first},{protocol},{coding},\"{centre}\",145,{length}");
        }
        let mut body = head.into_bytes();
        body.extend(b"\r\n");
        body.extend(Self::shown_text(desk, &message));
        body
    }

    fn mark_read(&mut self, index: usize) {
        if let Some(Some(stored)) = self.stores.place_mut(self.storages[0], index)
            && stored.status == Status::Unread
        {
            stored.status = Status::Read;
        }
    }

    fn cmgl(&mut self, desk: &mut Desk, call: &Call) -> Done {
        if call.form == Form::Test {
            let all = if Self::text_mode(desk) {
                "(\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"
            } else {
                "(0-4)"
            };
            return desk.test(call, all);
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        let Some(choice) = Self::chosen(desk, call) else {
            return if Self::text_mode(desk) { INVALID_TEXT } else { INVALID_PDU };
        };
        let messages = self.stores.messages(self.storages[0]);
        let list: Vec<(usize, Stored)> = messages
            .filter(|(_, stored)| choice(stored.status))
            .map(|(index, stored)| (index, stored.clone()))
            .collect();
        for (index, stored) in list {
            let mut text = if Self::text_mode(desk) {
                format!("+CMGL: {index},\"{}\",", stored.status.name()).into_bytes()
            } else {
                format!("+CMGL: {index},{},\"\",{}\r\n", stored.status.number(), stored.tpdu.len()).into_bytes()
            };
            text.extend(self.message_body(desk, &stored));
            desk.info(text);
            if call.number(1) != Some(1) {
                self.mark_read(index);
            }
        }
        Done::Ok
    }

    fn chosen(desk: &Desk, call: &Call) -> Option<Choice> {
        if call.form == Form::Execute {
            return Some(|status| status == Status::Unread);
        }
        let word = call.word(0);
        let names = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"];
        let number = if Self::text_mode(desk) {
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

    fn cmgd(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let storage = self.storages[0];
        if call.form == Form::Test {
            let list: Vec<_> = self.stores.messages(storage).map(|(index, _)| index.to_string()).collect();
            return desk.test(call, &format!("({}),(0-4)", list.join(",")));
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        let index = call.size(0);
        let choice: Choice = match call.number(1).unwrap_or(0) {
            0 => {
                let place = index.and_then(|index| self.stores.place_mut(storage, index));
                let Some(place) = place else { return INVALID_INDEX };
                *place = None;
                self.deliver_messages(desk);
                return Done::Ok;
            }
            1 => |status| status == Status::Read,
            2 => |status| matches!(status, Status::Read | Status::Sent),
            3 => |status| status != Status::Unread,
            4 => |_| true,
            _ => return INVALID_INDEX,
        };
        self.delete(desk, choice)
    }

    fn delete(&mut self, desk: &mut Desk, choice: Choice) -> Done {
        for place in self.stores.places_mut(self.storages[0]) {
            if place.as_ref().is_some_and(|stored| choice(stored.status)) {
                *place = None;
            }
        }
        self.deliver_messages(desk);
        Done::Ok
    }

    fn cmgda(&mut self, desk: &mut Desk, call: &Call) -> Done {
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
            let list = if Self::text_mode(desk) { names.join(",") } else { "1-6".into() };
            return desk.test(call, &format!("({list})"));
        }
        if let Err(done) = Self::messages_ready(desk) {
            return done;
        }
        let word = call.word(0);
        let kind = if Self::text_mode(desk) {
            KINDS.iter().find(|kind| kind.0 == word)
        } else {
            call.number(0).and_then(|number| usize::try_from(number - 1).ok()).and_then(|at| KINDS.get(at))
        };
        match kind {
            Some((_, choice)) => self.delete(desk, *choice),
            None => INVALID_TEXT,
        }
    }

    fn cpms(&mut self, desk: &mut Desk, call: &Call) -> Done {
        let usage = |sms: &Self, named: bool| {
            let one = |storage: &Storage| {
                let (used, all) = sms.stores.usage(*storage);
                let name = if named { format!("\"{}\",", storage.name()) } else { String::new() };
                format!("{name}{used},{all}")
            };
            format!("+CPMS: {}", sms.storages.iter().map(one).collect::<Vec<_>>().join(","))
        };
        match call.form {
            Form::Test => {
                let names: Vec<_> = Storage::ALL.iter().map(|entry| format!("\"{}\"", entry.1)).collect();
                let list = format!("({})", names.join(","));
                desk.test(call, &format!("{list},{list},{list}"))
            }
            Form::Query => match Self::messages_ready(desk) {
                Ok(()) => desk.answer(call, usage(self, true)),
                Err(done) => done,
            },
            Form::Set => {
                let mut storages = self.storages;
                if call.count() == 0 || call.count() > 3 {
                    return NOT_ALLOWED;
                }
                for (index, storage) in storages.iter_mut().enumerate() {
                    *storage = match call.text(index) {
                        None if index > 0 => continue,
                        _ => match Storage::named(&call.word(index)) {
                            Some(storage) => storage,
                            None => return NOT_ALLOWED,
                        },
                    };
                }
                if let Err(done) = Self::messages_ready(desk) {
                    return done;
                }
                self.storages = storages;
                desk.answer(call, usage(self, false))
            }
            _ => NOT_ALLOWED,
        }
    }

    fn csca(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => {
                let kind = if self.centre.starts_with('+') { 145 } else { 129 };
                let number = Self::quoted_number(desk, &self.centre);
                desk.answer(call, format!("+CSCA: {number},{kind}"))
            }
            Form::Set if call.text(0).is_some() => {
                self.centre = if desk.character_set() == "UCS2" && call.string(0).len().is_multiple_of(4) {
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

    fn csmp(&mut self, desk: &mut Desk, call: &Call) -> Done {
        match call.form {
            Form::Query => {
                let values: Vec<_> = self.parameters.iter().map(ToString::to_string).collect();
                desk.answer(call, format!("+CSMP: {}", values.join(",")))
            }
            Form::Set if call.count() <= 4 => {
                let mut parameters = self.parameters;
                for (index, slot) in parameters.iter_mut().enumerate().filter(|(index, _)| call.text(*index).is_some())
                {
                    match call.number(index).and_then(|value| u8::try_from(value).ok()) {
                        Some(value) => *slot = value,
                        None => return NOT_ALLOWED,
                    }
                }
                self.parameters = parameters;
                Done::Ok
            }
            Form::Test => Done::Ok,
            _ => NOT_ALLOWED,
        }
    }

    fn csms(_: &mut Self, desk: &mut Desk, call: &Call) -> Done {
        match (call.form, call.number(0)) {
            (Form::Query, _) => desk.answer(call, "+CSMS: 0,1,1,1"),
            (Form::Test, _) => desk.test(call, "(0,1)"),
            (Form::Set, Some(0 | 1)) => desk.answer(call, "+CSMS: 1,1,1"),
            _ => NOT_ALLOWED,
        }
    }
}
