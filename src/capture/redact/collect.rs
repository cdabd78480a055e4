//! Reads a capture line by line and finds what is private by the command or answer it stands in, and by its shape.

use std::ops::Range;

use super::fields::{
    ADDRESSES, DIGITS, HARDWARE, LABELLED, SPACED, arguments, compact, is_long_hex, is_number, is_private_address, luhn,
};
use super::forms::{from_ucs2_hex, pdu_numbers};
use super::payload::Payload;
use super::values::Values;
use super::{Change, Kind, SecretFinder, spelled};
use crate::capture::{Entry, EntryItem};
use crate::modem::Direction;
use crate::vocabulary::said::Said;
use crate::vocabulary::{self, Form, Role, Takes};
use crate::vocabulary::{Follows, private};

/// A line without an end is looked at in parts of this.
const LONGEST_LINE: usize = 4096;
/// Numbers of cells and areas have at least this many digits, states of registration fewer.
const SHORTEST_CELL: usize = 4;

/// Collects changes and values from the entries of a capture, in order.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    rx: Line,
    tx: Line,
    values: Values,
    changes: Vec<Change>,
    secrets: SecretFinder,
    /// Bytes of a secret that is passing, for each direction: from where, and what.
    passing: [(u64, Vec<u8>); 2],
    asked: Asked,
    /// What the next received lines are.
    follows: Follows,
    /// Sent bytes are the text of a message until 0x1A.
    sending_text: bool,
    /// Received bytes may be the echo of that text, until 0x1A or the final result.
    echoing_text: bool,
    payload: Payload,
    /// The message was refused while its text is awaited: it may be sent all the same, but a command ends it.
    refused: bool,
}

/// What matters of the command that was asked last.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// Its answer, which has no head, is this.
    told: Takes,
    /// The text of a message follows it.
    sends_text: bool,
    /// What looks like an address is one; in what a modem says of itself it is a version.
    of_addresses: bool,
}

impl Asked {
    /// By its name in capitals, without `AT`.
    fn of(name: &[u8]) -> Self {
        let role = vocabulary::known(name).map_or(Role::Other, |command| command.role);
        Self {
            told: private::told(&[b"AT", name].concat()).map_or(Takes::Other, |told| told.kind(0)),
            sends_text: matches!(role, Role::SmsSend | Role::SmsStore),
            of_addresses: !matches!(role, Role::Attention | Role::Basic | Role::Identity),
        }
    }
}

#[derive(Debug, Default)]
struct Line {
    start: u64,
    bytes: Vec<u8>,
    /// The line before ended with CR: an LF that follows belongs to it.
    after_cr: bool,
}

impl Collector {
    pub(crate) fn entry(&mut self, entry: &Entry<'_>) {
        let EntryItem::Data { direction, bytes, secret, .. } = &entry.item else { return };
        let start = entry.position.bytes(*direction);
        for range in secret {
            self.change(
                *direction,
                start + range.start as u64..start + range.end as u64,
                Kind::Secret,
                "<SECRET>".to_owned(),
            );
        }
        self.find_secrets(*direction, start, bytes);
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let line = self.line(*direction);
            if line.bytes.is_empty() {
                line.start = start + at as u64;
            }
            let room = rest.len().min(LONGEST_LINE - line.bytes.len());
            let text = rest.iter().take(room).position(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B));
            if text != Some(0) {
                let text = rest.get(..text.unwrap_or(room)).unwrap_or_default();
                line.bytes.extend(text);
                line.after_cr = false;
                if line.bytes.len() >= LONGEST_LINE {
                    self.end_line(*direction);
                }
                at += text.len();
                continue;
            }
            let Some(byte) = rest.first() else { break };
            at += 1;
            if std::mem::replace(&mut line.after_cr, *byte == b'\r') && *byte == b'\n' {
                continue;
            }
            self.end_line(*direction);
            if matches!(byte, 0x1A | 0x1B) {
                match direction {
                    Direction::Tx => (self.sending_text, self.refused) = (false, false),
                    Direction::Rx => self.echoing_text = false,
                }
            }
        }
    }

    pub(crate) fn finish(&mut self) {
        for direction in [Direction::Tx, Direction::Rx] {
            self.end_line(direction);
            self.end_secret(direction);
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<Change>, Values) {
        (self.changes, self.values)
    }

    fn line(&mut self, direction: Direction) -> &mut Line {
        match direction {
            Direction::Rx => &mut self.rx,
            Direction::Tx => &mut self.tx,
        }
    }

    /// Secrets that the capture holds in clear: one that was made with secrets recorded, or by another program.
    fn find_secrets(&mut self, direction: Direction, start: u64, bytes: &[u8]) {
        let index = usize::from(direction == Direction::Tx);
        let found = self.secrets.find(direction, bytes);
        for range in found {
            let at = start + range.start as u64;
            let goes_on = self.passing.get(index).is_some_and(|(from, value)| from + value.len() as u64 == at);
            if !goes_on {
                self.end_secret(direction);
            }
            if let Some((from, value)) = self.passing.get_mut(index) {
                if value.is_empty() {
                    *from = at;
                }
                value.extend(bytes.get(range).unwrap_or_default());
            }
        }
    }

    fn end_secret(&mut self, direction: Direction) {
        let index = usize::from(direction == Direction::Tx);
        let Some((from, value)) = self.passing.get_mut(index).map(std::mem::take) else { return };
        if !value.is_empty() {
            let stand_in = self.values.stand_in(Kind::Secret, &value);
            self.change(direction, from..from + value.len() as u64, Kind::Secret, stand_in);
        }
    }

    fn end_line(&mut self, direction: Direction) {
        let line = self.line(direction);
        let (start, bytes) = (line.start, std::mem::take(&mut line.bytes));
        match direction {
            Direction::Tx => self.sent_line(start, &bytes),
            Direction::Rx => self.received_line(start, &bytes),
        }
        // The room is used again for the next line.
        let line = self.line(direction);
        line.bytes = bytes;
        line.bytes.clear();
    }

    fn sent_line(&mut self, start: u64, line: &[u8]) {
        let place = Place { direction: Direction::Tx, start, line };
        if self.refused && is_command(line) {
            (self.sending_text, self.refused) = (false, false);
        }
        if self.sending_text {
            self.message(&place, 0..line.len());
        } else {
            self.command_line(&place);
        }
        self.shapes(&place);
    }

    fn received_line(&mut self, start: u64, line: &[u8]) {
        let place = Place { direction: Direction::Rx, start, line };
        let word = place.word();
        let said = Said::read(line);
        let is_final = said == Said::Ok || said.is_error();
        if is_final {
            self.echoing_text = false;
            self.refused = self.sending_text;
        }
        match self.follows {
            _ if is_final => self.follows = Follows::Nothing,
            Follows::Line if line.is_empty() => self.follows = Follows::Nothing,
            // The next message of a list.
            Follows::Text if private::told(word.as_bytes()).is_some_and(|told| told.follows == Follows::Text) => {}
            Follows::Line | Follows::Text if !line.is_empty() => {
                self.message(&place, 0..line.len());
                return;
            }
            _ => {}
        }
        if word.starts_with("AT") {
            self.command_line(&place);
        } else if self.echoing_text {
            let text = line.strip_prefix(b"> ").unwrap_or(line);
            if !text.is_empty() && !word.starts_with('+') {
                self.message(&place, line.len() - text.len()..line.len());
            }
        }
        self.answer(&place, &word);
        self.shapes(&place);
    }

    /// A line with a command: what its parameters are.
    fn command_line(&mut self, place: &Place<'_>) {
        let Some(begin) = place.line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT")) else { return };
        let Some(line) = vocabulary::Line::read(place.line.get(begin..).unwrap_or_default()) else { return };
        for call in line.calls() {
            let name = call.name.to_ascii_uppercase();
            self.asked = Asked::of(&name);
            if self.asked.sends_text && call.form == Form::Set {
                if place.direction == Direction::Tx {
                    (self.sending_text, self.refused) = (true, false);
                }
                self.echoing_text = true;
            }
            let Some(parameters) = private::parameters(&name) else { continue };
            let first = call.parameter(0).text;
            let numbered = !first.is_empty() && first.iter().all(u8::is_ascii_digit);
            let mut before: &[u8] = b"";
            for (at, parameter) in call.parameters().enumerate() {
                let range = begin + parameter.span.start..begin + parameter.span.end;
                match parameters.kind(at, numbered, before) {
                    Takes::Name if !is_number(&compact(parameter.text)) => self.mark(place, range, Kind::Name),
                    kind => self.mark_as(kind, place, range),
                }
                before = parameter.text;
            }
        }
    }

    /// An answer or an unsolicited result.
    fn answer(&mut self, place: &Place<'_>, word: &str) {
        // The lines of a satellite receiver (NMEA 0183).
        if place.line.starts_with(b"$G") {
            self.mark(place, 0..place.line.len(), Kind::Place);
        }
        let Some(told) = private::told(word.as_bytes()) else { return };
        self.follows = if told.follows == Follows::Nothing { self.follows } else { told.follows };
        for (at, field) in arguments(place.line, word.len()).into_iter().enumerate() {
            match told.kind(at) {
                Takes::Place => {
                    self.mark(place, field.start..place.line.len(), Kind::Place);
                    break;
                }
                kind => self.mark_as(kind, place, field),
            }
        }
    }

    /// A parameter or field of this kind. Secrets are the finder's, which sees them as they pass.
    fn mark_as(&mut self, kind: Takes, place: &Place<'_>, range: Range<usize>) {
        match kind {
            Takes::Number => self.mark_number(place, range),
            Takes::Name => {
                self.mark_number(place, range.clone());
                self.mark_name(place, range);
            }
            Takes::Login => self.mark(place, range, Kind::Login),
            Takes::Message => self.mark(place, range, Kind::Message),
            Takes::Host => self.mark_host(place, range),
            Takes::Url => {
                let url = place.get(&range);
                let from = memchr::memmem::find(url, b"://").map_or(0, |at| at + 3);
                let host = url.get(from..).unwrap_or_default();
                let length = host.iter().position(|byte| b":/?".contains(byte)).unwrap_or(host.len());
                self.mark_host(place, range.start + from..range.start + from + length);
            }
            Takes::Cell if range.len() >= SHORTEST_CELL => self.mark(place, range, Kind::Place),
            _ => {}
        }
    }

    /// What is known by its shape, with the last command as a hint.
    fn shapes(&mut self, place: &Place<'_>) {
        for found in SPACED.iter().flat_map(|regex| regex.find_iter(place.line)) {
            self.mark_number(place, found.range());
        }
        for found in HARDWARE.iter().flat_map(|regex| regex.find_iter(place.line)) {
            self.mark(place, found.range(), Kind::Hardware);
        }
        for found in DIGITS.iter().flat_map(|regex| regex.find_iter(place.line)) {
            let (mut digits, mut range) = (found.as_bytes(), found.range());
            // A SIM card number of 19 digits is filled up with an F; behind other digits the letter is of another word.
            if let Some(filled) = digits.strip_suffix(b"F").or_else(|| digits.strip_suffix(b"f"))
                && !(filled.len() >= 18 && filled.starts_with(b"89"))
            {
                digits = filled;
                range.end -= 1;
            }
            let kind = match digits.len() {
                15 if self.asked.told == Takes::Imei => Kind::Imei,
                14..=15 if self.asked.told == Takes::Imsi && place.direction == Direction::Rx => Kind::Imsi,
                18..=23 if self.asked.told == Takes::Iccid => Kind::Iccid,
                15 if luhn(digits)
                    && [&b"35"[..], b"86", b"01", b"99"].iter().any(|start| digits.starts_with(start)) =>
                {
                    Kind::Imei
                }
                19..=20 if digits.starts_with(b"89") && digits.get(..19).is_some_and(luhn) => Kind::Iccid,
                20 if digits.starts_with(b"89") && digits.ends_with(b"F") => Kind::Iccid,
                // That of a card that is built in.
                32 if digits.starts_with(b"89") => Kind::Iccid,
                _ if digits.starts_with(b"+") => Kind::Number,
                _ => continue,
            };
            self.mark(place, range, kind);
        }
        for found in LABELLED.iter().flat_map(|regex| regex.captures_iter(place.line)) {
            let (Some(word), Some(number)) = (found.get(1), found.get(2)) else { continue };
            let kind = match word.as_bytes().to_ascii_lowercase().as_slice() {
                b"imei" => Kind::Imei,
                b"imsi" => Kind::Imsi,
                b"msisdn" => Kind::Number,
                _ => Kind::Iccid,
            };
            self.mark(place, number.range(), kind);
        }
        if self.asked.of_addresses {
            for found in ADDRESSES.iter().flat_map(|regex| regex.find_iter(place.line)) {
                if is_private_address(found.as_bytes()) {
                    self.mark(place, found.range(), Kind::Address);
                }
            }
        }
        for range in spelled::secrets(place.line) {
            self.mark(place, range, Kind::Secret);
        }
        for range in self.payload.credentials(place.direction, place.line) {
            self.mark(place, range, Kind::Token);
        }
    }

    /// The text of a message, or a PDU, whose numbers are looked for elsewhere too.
    fn message(&mut self, place: &Place<'_>, range: Range<usize>) {
        if is_long_hex(place.get(&range)) {
            for number in pdu_numbers(place.get(&range)) {
                self.values.stand_in(Kind::Number, number.as_bytes());
            }
        }
        self.mark(place, range, Kind::Message);
    }

    fn mark_number(&mut self, place: &Place<'_>, range: Range<usize>) {
        let field = place.get(&range);
        let number = compact(field);
        if is_number(&number) {
            let stand_in = self.values.stand_in(Kind::Number, &number);
            self.change(place.direction, place.offsets(&range), Kind::Number, stand_in);
        } else if let Some(number) = from_ucs2_hex(field).filter(|number| is_number(number.as_bytes())) {
            let stand_in = self.values.stand_in(Kind::Number, number.as_bytes());
            self.change(place.direction, place.offsets(&range), Kind::Number, stand_in);
        }
    }

    /// A name as the modem has it in its phone book: no number, no time.
    fn mark_name(&mut self, place: &Place<'_>, range: Range<usize>) {
        let name = place.get(&range);
        if !is_number(&compact(name))
            && !name.contains(&b'/')
            && name.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
        {
            self.mark(place, range, Kind::Name);
        }
    }

    fn mark_host(&mut self, place: &Place<'_>, range: Range<usize>) {
        let host = place.get(&range);
        if host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
            if is_private_address(host) {
                self.mark(place, range, Kind::Address);
            }
        } else if host != b"localhost" {
            self.mark(place, range, Kind::Host);
        }
    }

    fn mark(&mut self, place: &Place<'_>, range: Range<usize>, kind: Kind) {
        let value = place.get(&range);
        if !value.is_empty() {
            let stand_in = self.values.stand_in(kind, value);
            self.change(place.direction, place.offsets(&range), kind, stand_in);
        }
    }

    fn change(&mut self, direction: Direction, range: Range<u64>, kind: Kind, stand_in: String) {
        self.changes.push(Change { direction, range, kind, stand_in });
    }
}

/// A command, and no text that begins with these letters (`At nine`, `Attention`).
fn is_command(line: &[u8]) -> bool {
    let after = |at: usize| line.get(at).copied();
    line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT"))
        && match after(2) {
            Some(byte) if byte.is_ascii_alphabetic() => !after(3).is_some_and(|byte| byte.is_ascii_alphabetic()),
            Some(byte) => !byte.is_ascii_whitespace(),
            None => true,
        }
}

/// A line and where it stands.
struct Place<'a> {
    direction: Direction,
    start: u64,
    line: &'a [u8],
}

impl Place<'_> {
    fn get(&self, range: &Range<usize>) -> &[u8] {
        self.line.get(range.clone()).unwrap_or_default()
    }

    fn offsets(&self, range: &Range<usize>) -> Range<u64> {
        self.start + range.start as u64..self.start + range.end as u64
    }

    /// `+CMGR:` and the like, in upper case; up to the first blank where there is no colon.
    fn word(&self) -> String {
        let end = self
            .line
            .iter()
            .position(|byte| b": ".contains(byte))
            .map_or(self.line.len(), |at| at + usize::from(self.line.get(at) == Some(&b':')));
        String::from_utf8_lossy(self.line.get(..end).unwrap_or_default()).to_ascii_uppercase()
    }
}
