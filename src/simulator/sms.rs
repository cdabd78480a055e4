//! Short messages: what is stored, what goes out, what comes in. The commands are in `commands`, the octets in `pdu`.

pub(super) mod alphabet;
mod commands;
mod pdu;
mod store;

use std::collections::VecDeque;
use std::time::Duration;

use super::desk::Desk;
use super::faults::Fault;
use super::panel::Panel;
use super::part::{News, Part, commands};
use super::profile::Profile;
use super::reply::{Done, Failure};
use store::{Status, Storage, Stored, Stores};

/// Milliseconds between two messages of the network.
const BETWEEN_MESSAGES: [u32; 2] = [400, 900];
/// Messages the network keeps while the store is full.
const PENDING: usize = 32;
/// Sent messages kept for the panel.
const SENT: usize = 50;

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
    /// The next message reference; only what is sent counts it on.
    reference: u8,
    /// Ties the parts of a long message that comes in together.
    long: u8,
    centre: String,
    /// `+CSMP`: first octet, validity, protocol, coding.
    parameters: [u8; 4],
    stores: Stores,
    /// Reading, writing, receiving (`AT+CPMS`).
    storages: [Storage; 3],
    pending: VecDeque<Vec<u8>>,
    /// The network hands the next one over not before.
    next_at: Duration,
    sent: VecDeque<SentMessage>,
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
            reference: profile.messages.message_reference,
            long: 0,
            centre: profile.messages.smsc.clone(),
            parameters: [17, 167, 0, 0],
            stores: Stores::new(profile.modem.first_message_place()),
            storages: [Storage::Card; 3],
            pending: VecDeque::new(),
            next_at: Duration::ZERO,
            sent: VecDeque::new(),
            draft: Draft::default(),
        }
    }
}

impl Part for Sms {
    commands!(&[commands::COMMANDS]);

    /// What lies on the card and in the module stays.
    fn power_on(&mut self, _: &mut Desk) {
        self.next_at = Duration::ZERO;
        self.parameters = [17, 167, 0, 0];
        self.storages = [Storage::Card; 3];
    }

    fn news(&mut self, desk: &mut Desk, news: &News) {
        if *news == News::MessagesReady {
            self.deliver_messages(desk);
        }
    }

    fn settle(&mut self, desk: &mut Desk) {
        desk.indicators.unread = self.stores.messages(self.storages[0]).any(|(_, it)| it.status == Status::Unread);
        desk.indicators.store_full = self.stores.places(self.storages[0]).all(Option::is_some);
    }

    fn show(&self, _: &Desk, panel: &mut Panel) {
        panel.sent = self.sent.iter().cloned().collect();
    }
}

impl Sms {
    /// A message comes from the network, in parts when it is long.
    pub(super) fn message_in(&mut self, desk: &mut Desk, from: &str, text: &str) {
        self.long = self.long.wrapping_add(1);
        let parts = pdu::deliver(from, &desk.network_time(), self.long, text);
        let room = PENDING.saturating_sub(self.pending.len());
        self.pending.extend(parts.into_iter().take(room));
        self.deliver_messages(desk);
    }

    /// Hands over the first that the network keeps, if there is room for it; the next follows a moment later, as on the air.
    pub(super) fn deliver_messages(&mut self, desk: &mut Desk) {
        if !desk.radio.registered() || !desk.power.messages_ready() || desk.now() < self.next_at {
            return;
        }
        let Some(tpdu) = self.pending.front().cloned() else { return };
        if !self.message_arrived(desk, tpdu) {
            return;
        }
        self.pending.pop_front();
        let gap = desk.delay(BETWEEN_MESSAGES);
        self.next_at = desk.now() + gap;
        desk.at(self.next_at, Self::deliver_messages);
    }

    /// One message arrived; false when there is no room for it.
    fn message_arrived(&mut self, desk: &mut Desk, tpdu: Vec<u8>) -> bool {
        let report = tpdu.first().is_some_and(|first| first & 0x03 == 0x02);
        let field = if report { 3 } else { 1 };
        let kind = desk.settings.field("+CNMI", field);
        let mode = desk.value("+CNMI");
        if report {
            if kind == 1 && mode != 0 {
                self.show_directly(desk, "+CDS", &tpdu);
            }
            if kind == 2 {
                let storage = self.storages[2];
                let Some(index) = self.stores.put(storage, Stored { status: Status::Unread, tpdu }) else {
                    return false;
                };
                if mode != 0 {
                    desk.urc(format!("+CDSI: \"{}\",{index}", storage.name()));
                }
            }
            return true;
        }
        if kind == 2 && mode != 0 {
            self.show_directly(desk, "+CMT", &tpdu);
            return true;
        }
        let storage = self.storages[2];
        let Some(index) = self.stores.put(storage, Stored { status: Status::Unread, tpdu }) else {
            return false;
        };
        if kind != 0 && mode != 0 {
            desk.urc(format!("+CMTI: \"{}\",{index}", storage.name()));
        }
        true
    }

    fn show_directly(&mut self, desk: &mut Desk, name: &str, tpdu: &[u8]) {
        if desk.value("+CMGF") == 1 && name == "+CMT" {
            let Some(message) = pdu::read(tpdu) else { return };
            let head = format!("+CMT: {},\"\",\"{}\"\r\n", Self::quoted_number(desk, &message.number), message.time);
            let mut text = head.into_bytes();
            text.extend(Self::shown_text(desk, &message));
            desk.urc(text);
            return;
        }
        if let Some(report) = pdu::read_report(tpdu).filter(|_| desk.value("+CMGF") == 1) {
            desk.urc(format!("{name}: {report}"));
            return;
        }
        let alpha = if name == "+CMT" { "\"\"," } else { "" };
        let hex = self.with_centre(tpdu);
        desk.urc(format!("{name}: {alpha}{}\r\n{hex}", tpdu.len()));
    }

    /// A number in quotes, in the character set of the host.
    fn quoted_number(desk: &Desk, number: &str) -> String {
        let shown =
            if desk.character_set() == "UCS2" { alphabet::to_hex(&alphabet::ucs2(number)) } else { number.to_owned() };
        format!("\"{shown}\"")
    }

    fn shown_text(desk: &Desk, message: &pdu::Message) -> Vec<u8> {
        if message.is_binary() {
            alphabet::to_hex(&message.octets).into_bytes()
        } else {
            alphabet::shown(desk.character_set(), &message.text)
        }
    }

    /// The whole PDU in hexadecimal, message centre first.
    fn with_centre(&self, tpdu: &[u8]) -> String {
        let mut octets = pdu::centre(&self.centre);
        octets.extend(tpdu);
        alphabet::to_hex(&octets)
    }

    /// Sends a SUBMIT; the answer comes when the network took it.
    fn send_message(&mut self, desk: &mut Desk, tpdu: Vec<u8>) -> Done {
        if desk.burst() {
            return Done::Gone;
        }
        if self.centre.is_empty() {
            return Done::Fail(Failure::Cms(330));
        }
        Done::later(desk.delay(desk.profile().times.sms_ms), move |sms: &mut Self, desk| sms.message_taken(desk, &tpdu))
    }

    fn message_taken(&mut self, desk: &mut Desk, tpdu: &[u8]) -> Done {
        if !desk.radio.registered() {
            return Done::Fail(Failure::Cms(331));
        }
        if desk.has(Fault::SendFail) {
            return Done::Fail(Failure::Cms(500));
        }
        let Some(message) = pdu::read(tpdu) else { return Done::Fail(Failure::Cms(304)) };
        let reference = self.reference;
        self.reference = reference.wrapping_add(1);
        desk.info(format!("+CMGS: {reference}"));
        if message.first & 0x20 != 0 {
            self.pending.push_back(pdu::report(reference, &message.number, &desk.network_time()));
        }
        let text = String::from_utf8_lossy(&Self::shown_text(desk, &message)).into_owned();
        let text = if message.is_binary() { text } else { message.text };
        // A message to one's own number comes back, as on a real network.
        let digits = |number: &str| number.trim_start_matches(['+', '0']).to_owned();
        if digits(&message.number) == digits(&desk.profile().card.number) {
            let parts = pdu::deliver(&message.number, &desk.network_time(), reference, &text);
            self.pending.extend(parts);
        }
        self.sent.truncate(SENT - 1);
        self.sent.push_front(SentMessage { number: message.number, text });
        while self.pending.len() > PENDING {
            self.pending.pop_back();
        }
        desk.later(desk.profile().times.sms_ms, Self::deliver_messages);
        Done::Ok
    }
}
