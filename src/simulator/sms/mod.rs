//! Short messages: what is stored, what goes out, what comes in. The commands are in `commands`, the octets in `pdu`.

pub(super) mod alphabet;
pub(super) mod commands;
pub(super) mod pdu;

use std::collections::VecDeque;
use std::time::Duration;

use super::Modem;
use super::profile::Profile;
use super::reply::{Done, Failure};
use super::timers::Timer;

/// Milliseconds between two messages of the network.
const BETWEEN_MESSAGES: [u32; 2] = [400, 900];
/// Messages the network keeps while the store is full.
const PENDING: usize = 32;
/// Sent messages kept for the panel.
const SENT: usize = 50;

/// Where a message stands, in the numbers of PDU mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Unread,
    Read,
    Unsent,
    Sent,
}

impl Status {
    const ALL: [(Self, &str); 4] = [
        (Self::Unread, "REC UNREAD"),
        (Self::Read, "REC READ"),
        (Self::Unsent, "STO UNSENT"),
        (Self::Sent, "STO SENT"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }

    fn number(self) -> usize {
        Self::ALL.iter().position(|entry| entry.0 == self).unwrap_or(0)
    }
}

/// A message in a store.
#[derive(Clone, Debug)]
struct Stored {
    status: Status,
    tpdu: Vec<u8>,
}

/// One of two stores; `None` is a free place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    Card,
    Module,
}

/// A message that was sent, for the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// To whom.
    pub number: String,
    /// The text; hexadecimal when it is 8-bit data.
    pub text: String,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Sms {
    reference: u8,
    pub(super) character_set: &'static str,
    centre: String,
    /// `+CSMP`: first octet, validity, protocol, coding.
    parameters: [u8; 4],
    card: Vec<Option<Stored>>,
    module: Vec<Option<Stored>>,
    /// Reading, writing, receiving (`AT+CPMS`).
    memories: [Memory; 3],
    pending: VecDeque<Vec<u8>>,
    /// The network hands the next one over not before.
    next_at: Duration,
    pub(super) sent: VecDeque<SentMessage>,
    /// What `AT+CMGS` or `AT+CMGW` in hand is about.
    draft: Draft,
}

/// The command whose text is being typed.
#[derive(Clone, Debug, Default)]
struct Draft {
    number: String,
    /// Announced octets in PDU mode.
    octets: usize,
    /// Store, do not send, with this status.
    store: Option<Status>,
}

impl Sms {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            reference: profile.message_reference,
            character_set: "IRA",
            centre: profile.smsc.clone(),
            parameters: [17, 167, 0, 0],
            card: vec![None; 15],
            module: vec![None; 20],
            memories: [Memory::Card; 3],
            pending: VecDeque::new(),
            next_at: Duration::ZERO,
            sent: VecDeque::new(),
            draft: Draft::default(),
        }
    }

    /// A restart: what lies on the card and in the module stays.
    pub(super) fn restarted(&mut self) {
        self.character_set = "IRA";
        self.next_at = Duration::ZERO;
        self.parameters = [17, 167, 0, 0];
        self.memories = [Memory::Card; 3];
    }

    fn store(&self, memory: Memory) -> &[Option<Stored>] {
        match memory {
            Memory::Card => &self.card,
            Memory::Module => &self.module,
        }
    }

    fn store_mut(&mut self, memory: Memory) -> &mut Vec<Option<Stored>> {
        match memory {
            Memory::Card => &mut self.card,
            Memory::Module => &mut self.module,
        }
    }

    /// Puts a message into the first free place; its index counts from 1.
    fn put(&mut self, memory: Memory, status: Status, tpdu: Vec<u8>) -> Option<usize> {
        let store = self.store_mut(memory);
        let free = store.iter().position(Option::is_none)?;
        *store.get_mut(free)? = Some(Stored { status, tpdu });
        Some(free + 1)
    }

    /// A message by its index, in the reading store.
    fn at(&self, index: usize) -> Option<&Stored> {
        self.store(self.memories[0]).get(index.checked_sub(1)?)?.as_ref()
    }

    fn name(memory: Memory) -> &'static str {
        match memory {
            Memory::Card => "SM",
            Memory::Module => "ME",
        }
    }

    /// For `AT+CIND`: something is unread, and no place is left.
    pub(super) fn indicators(&self) -> (bool, bool) {
        let store = self.store(self.memories[0]);
        let unread = store.iter().flatten().any(|stored| stored.status == Status::Unread);
        (unread, store.iter().all(Option::is_some))
    }

    /// Taken and all places of a store.
    fn usage(&self, memory: Memory) -> (usize, usize) {
        let store = self.store(memory);
        (store.iter().flatten().count(), store.len())
    }
}

impl Modem {
    /// A message comes from the network, in parts when it is long.
    pub(super) fn message_in(&mut self, from: &str, text: &str) {
        self.sms.reference = self.sms.reference.wrapping_add(1);
        let parts = pdu::deliver(from, &self.network_time(), self.sms.reference, text);
        let room = PENDING.saturating_sub(self.sms.pending.len());
        self.sms.pending.extend(parts.into_iter().take(room));
        self.deliver_messages();
    }

    /// Hands over the first that the network keeps, if there is room for it; the next follows a moment later, as on the air.
    pub(super) fn deliver_messages(&mut self) {
        if !self.network.registered() || !self.power.sms_ready || self.now < self.sms.next_at {
            return;
        }
        let Some(tpdu) = self.sms.pending.front().cloned() else { return };
        if !self.message_arrived(tpdu) {
            return;
        }
        self.sms.pending.pop_front();
        let gap = self.delay(BETWEEN_MESSAGES);
        self.sms.next_at = self.now + gap;
        self.timers.add(self.sms.next_at, Timer::Background(|modem, _| modem.deliver_messages(), 0));
    }

    /// One message arrived; false when there is no room for it.
    fn message_arrived(&mut self, tpdu: Vec<u8>) -> bool {
        let report = tpdu.first().is_some_and(|first| first & 0x03 == 0x02);
        let field = if report { 3 } else { 1 };
        let kind = self.settings.field("+CNMI", field);
        let mode = self.settings.value("+CNMI");
        if report {
            if kind == 1 && mode != 0 {
                self.show_directly("+CDS", &tpdu);
            }
            if kind == 2 {
                let memory = self.sms.memories[2];
                let Some(index) = self.sms.put(memory, Status::Unread, tpdu) else { return false };
                if mode != 0 {
                    self.urc(format!("+CDSI: \"{}\",{index}", Sms::name(memory)));
                }
            }
            return true;
        }
        if kind == 2 && mode != 0 {
            self.show_directly("+CMT", &tpdu);
            return true;
        }
        let memory = self.sms.memories[2];
        let Some(index) = self.sms.put(memory, Status::Unread, tpdu) else {
            return false;
        };
        if kind != 0 && mode != 0 {
            self.urc(format!("+CMTI: \"{}\",{index}", Sms::name(memory)));
        }
        true
    }

    fn show_directly(&mut self, name: &str, tpdu: &[u8]) {
        if self.settings.value("+CMGF") == 1 && name == "+CMT" {
            let Some(message) = pdu::read(tpdu) else { return };
            let head = format!("+CMT: {},\"\",\"{}\"\r\n", self.quoted_number(&message.number), message.time);
            let mut text = head.into_bytes();
            text.extend(self.shown_text(&message));
            self.urc(text);
            return;
        }
        if let Some(report) = pdu::read_report(tpdu).filter(|_| self.settings.value("+CMGF") == 1) {
            self.urc(format!("{name}: {report}"));
            return;
        }
        let alpha = if name == "+CMT" { "\"\"," } else { "" };
        let hex = self.with_centre(tpdu);
        self.urc(format!("{name}: {alpha}{}\r\n{hex}", tpdu.len()));
    }

    /// A number in quotes, in the character set of the host.
    fn quoted_number(&self, number: &str) -> String {
        let shown = if self.sms.character_set == "UCS2" {
            alphabet::to_hex(&alphabet::ucs2(number))
        } else {
            number.to_owned()
        };
        format!("\"{shown}\"")
    }

    fn shown_text(&self, message: &pdu::Message) -> Vec<u8> {
        if message.is_binary() {
            alphabet::to_hex(&message.octets).into_bytes()
        } else {
            alphabet::shown(self.sms.character_set, &message.text)
        }
    }

    /// The whole PDU in hexadecimal, message centre first.
    fn with_centre(&self, tpdu: &[u8]) -> String {
        let mut octets = pdu::centre(&self.sms.centre);
        octets.extend(tpdu);
        alphabet::to_hex(&octets)
    }

    /// Sends a SUBMIT; the answer comes when the network took it.
    fn send_message(&mut self, tpdu: Vec<u8>) -> Done {
        if self.burst() {
            return Done::Gone;
        }
        if self.sms.centre.is_empty() {
            return Done::Fail(Failure::Cms(330));
        }
        self.sms_in_hand = tpdu;
        Done::Later(self.delay(self.profile.sms_ms), Self::message_taken, 0)
    }

    fn message_taken(&mut self, _: u32) -> Done {
        let tpdu = std::mem::take(&mut self.sms_in_hand);
        if !self.network.registered() {
            return Done::Fail(Failure::Cms(331));
        }
        if self.has(super::Fault::SendFail) {
            return Done::Fail(Failure::Cms(500));
        }
        let Some(message) = pdu::read(&tpdu) else { return Done::Fail(Failure::Cms(304)) };
        let reference = self.sms.reference;
        self.sms.reference = reference.wrapping_add(1);
        self.info(format!("+CMGS: {reference}"));
        if message.first & 0x20 != 0 {
            self.sms.pending.push_back(pdu::report(reference, &message.number, &self.network_time()));
        }
        let text = String::from_utf8_lossy(&self.shown_text(&message)).into_owned();
        let text = if message.is_binary() { text } else { message.text };
        // A message to one's own number comes back, as on a real network.
        let digits = |number: &str| number.trim_start_matches(['+', '0']).to_owned();
        if digits(&message.number) == digits(&self.profile.number) {
            let parts = pdu::deliver(&message.number, &self.network_time(), reference, &text);
            self.sms.pending.extend(parts);
        }
        self.sms.sent.truncate(SENT - 1);
        self.sms.sent.push_front(SentMessage { number: message.number, text });
        while self.sms.pending.len() > PENDING {
            self.sms.pending.pop_back();
        }
        self.later(self.profile.sms_ms, |modem, _| modem.deliver_messages());
        Done::Ok
    }
}
