//! Keeps private things private: PINs and passwords in the capture file, the rest in what leaves the program.
//!
//! Three passes over a capture make a [`Plan`]: fields are found by the command or answer they stand in, then by their
//! shape, then every other place of a value that was found, in whatever form (digits with gaps, hex, UCS2, semi-octets of a
//! PDU, packed 7-bit, URL-encoded, base64). [`Plan::apply`] makes a copy of the capture in which each value has one
//! stand-in, the same everywhere, and nothing else has changed: records, times, directions and order are the same.
//!
//! What diagnosis needs stays: country and network of an IMSI, the model part of an IMEI, the issuer of a SIM card, the
//! country code of a number, the APN. No promise of perfection: an export says what was done.

mod collect;
mod credentials;
mod fields;
mod forms;
mod payload;
mod spelled;
mod values;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use regex::bytes::Regex;

use super::export::Options;
use super::progress::{Cancelled, Progress};
use super::search::{Match, Pattern, Search};
use super::{CaptureError, EntryItem, Filter, Reader, Record, Writer};
use crate::modem::Direction;
use collect::Collector;
use forms::Forms;

pub(crate) use crate::modem::secrets::SecretFinder;
pub(super) use crate::modem::secrets::merged;

/// Counted up when what is found changes, so that an export says what it was made with.
const RULES_VERSION: u32 = 4;
/// A copy of a larger capture goes to a temporary file.
const MOST_IN_MEMORY: u64 = 48 * 1024 * 1024;

/// What a private value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A PIN or password.
    Secret,
    /// Serial number of the modem.
    Imei,
    /// The subscriber.
    Imsi,
    /// Serial number of the SIM card.
    Iccid,
    /// A phone number.
    Number,
    /// A name from a phone book.
    Name,
    /// The text of a message, whole PDUs, and USSD.
    Message,
    /// User name or mail address.
    Login,
    /// Host name.
    Host,
    /// IP address.
    Address,
    /// Hardware address of Bluetooth or Wi-Fi.
    Hardware,
    /// Cell, coordinates.
    Place,
    /// Authorization header, token, API key.
    Token,
}

impl Kind {
    /// In the stand-ins.
    #[must_use]
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Secret => "SECRET",
            Self::Imei => "IMEI",
            Self::Imsi => "IMSI",
            Self::Iccid => "ICCID",
            Self::Number => "NUM",
            Self::Name => "NAME",
            Self::Message => "TEXT",
            Self::Login => "LOGIN",
            Self::Host => "HOST",
            Self::Address => "IP",
            Self::Hardware => "MAC",
            Self::Place => "PLACE",
            Self::Token => "TOKEN",
        }
    }

    /// For people, many of them.
    #[must_use]
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Secret => "PINs and passwords",
            Self::Imei => "IMEIs",
            Self::Imsi => "IMSIs",
            Self::Iccid => "SIM card numbers",
            Self::Number => "phone numbers",
            Self::Name => "names",
            Self::Message => "message texts",
            Self::Login => "logins",
            Self::Host => "host names",
            Self::Address => "IP addresses",
            Self::Hardware => "hardware addresses",
            Self::Place => "places",
            Self::Token => "tokens",
        }
    }

    /// What of a value is not private and helps to find faults.
    fn open_part(self, value: &str) -> String {
        let kept = match self {
            Self::Imei => 8,
            Self::Imsi => 5,
            Self::Iccid => 6,
            Self::Number if value.starts_with('+') => 3,
            _ => return String::new(),
        };
        value.get(..kept).filter(|part| part.len() < value.len()).map_or_else(String::new, |part| format!(" {part}..."))
    }
}

/// A stretch of bytes that gets a stand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// Offsets within that direction.
    pub range: Range<u64>,
    /// What stands there.
    pub kind: Kind,
    /// What it becomes.
    pub(crate) stand_in: String,
}

/// What redaction of a capture would change.
#[derive(Clone, Debug)]
pub struct Plan {
    rx: Vec<Change>,
    tx: Vec<Change>,
    forms: Forms,
    values: BTreeMap<Kind, u64>,
}

impl Plan {
    /// Looks for what is private in the whole capture.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn make(reader: &Reader, progress: &Progress) -> Result<Self, Cancelled> {
        let end = reader.end();
        let mut collector = Collector::default();
        let mut cursor = reader.cursor();
        while let Some(entry) = cursor.next_entry() {
            collector.entry(&entry);
            progress.set(entry.position.file / 2, end.file);
            if progress.is_cancelled() {
                return Err(Cancelled);
            }
        }
        collector.finish();
        let (mut changes, values) = collector.into_parts();
        let forms = Forms::of(&values);
        if let Some(regex) = forms.regex() {
            changes.extend(every_place(reader, regex, &forms, progress)?);
        }
        let mut counts = BTreeMap::new();
        for kind in values.kinds() {
            *counts.entry(kind).or_default() += 1;
        }
        let (rx, tx) = changes.into_iter().partition(|change| change.direction == Direction::Rx);
        let mut plan = Self { rx: in_order(rx), tx: in_order(tx), forms, values: counts };
        for change in plan.rx.iter().chain(&plan.tx) {
            plan.values.entry(change.kind).or_insert(0);
        }
        Ok(plan)
    }

    /// All changes of received bytes, then of sent ones, each in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.rx.iter().chain(&self.tx)
    }

    /// For each kind that was found, at how many places.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Kind, u64> {
        let mut counts = BTreeMap::new();
        for change in self.changes() {
            *counts.entry(change.kind).or_default() += 1;
        }
        counts
    }

    /// A sentence for the head of an export.
    #[must_use]
    pub(crate) fn remark(&self) -> String {
        let mut text = format!("Redacted by modemscope {} (rules {RULES_VERSION}): ", env!("CARGO_PKG_VERSION"));
        let counts = self.counts();
        if counts.is_empty() {
            text.push_str("nothing was found");
        }
        for (number, (kind, count)) in counts.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            let places = if *count == 1 { "place" } else { "places" };
            let _never_fails = write!(text, "{comma}{} at {count} {places}", kind.plural());
        }
        text.push_str(". Look through it before you pass it on: rules can miss things.");
        text
    }

    /// A copy of the capture with all changes made.
    ///
    /// # Errors
    /// [`RedactError`].
    pub fn apply(&self, reader: &Reader, progress: &Progress) -> Result<Reader, RedactError> {
        let end = reader.end();
        let mut writer = if end.file > MOST_IN_MEMORY {
            Writer::temporary(reader.started())?
        } else {
            Writer::in_memory(reader.started())
        };
        writer.record_secrets(true);
        writer.stamp(reader.stamps());
        let (mut rx, mut tx) = (self.rx.as_slice(), self.tx.as_slice());
        let mut cursor = reader.cursor();
        while let Some(entry) = cursor.next_entry() {
            let record = match entry.item {
                EntryItem::Data { direction, bytes, send, flaw, .. } => {
                    let changes = if direction == Direction::Rx { &mut rx } else { &mut tx };
                    let bytes = changed(bytes, entry.position.bytes(direction), changes);
                    Record::Data { direction, bytes, send, flaw, secret: Vec::new() }
                }
                EntryItem::Event(Record::Note(text)) => Record::Note(self.forms.replace(&text)),
                EntryItem::Event(Record::Marked(mark, text)) => Record::Marked(mark, self.forms.replace(&text)),
                EntryItem::Event(Record::Step(text)) => Record::Step(self.forms.replace(&text)),
                EntryItem::Event(other) => other,
            };
            writer.append(entry.at, record);
            progress.set(end.file / 2 + entry.position.file / 2, end.file);
            if progress.is_cancelled() {
                return Err(Cancelled.into());
            }
        }
        let copy = writer.reader();
        drop(writer);
        let storage = copy.storage();
        match storage.trouble {
            Some(trouble) => Err(RedactError::Room(trouble)),
            None if storage.lost > 0 => Err(RedactError::Room("memory is full".to_owned())),
            None => Ok(copy),
        }
    }
}

/// A copy for others, with what is private replaced; the head of its export will say so.
///
/// # Errors
/// [`RedactError`].
pub(crate) fn for_export(reader: &Reader, options: &mut Options, progress: &Progress) -> Result<Reader, RedactError> {
    let plan = Plan::make(reader, progress)?;
    options.remark = Some(plan.remark());
    plan.apply(reader, progress)
}

/// Why there is no redacted copy.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// Cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// No temporary file.
    #[error(transparent)]
    Create(#[from] CaptureError),
    /// No room for the copy.
    #[error("no room for the redacted copy: {0}")]
    Room(String),
}

/// All places of the values in all forms.
fn every_place(reader: &Reader, regex: &Regex, forms: &Forms, progress: &Progress) -> Result<Vec<Change>, Cancelled> {
    const BUDGET: usize = 1024 * 1024;
    let end = reader.end();
    let mut changes = Vec::new();
    let mut search = Search::new(reader.clone(), &Pattern::from_regex(regex.clone()), &Filter::default());
    let mut found = |place: Match, bytes: &[u8]| {
        if let Some((kind, stand_in)) = forms.of_match(bytes) {
            let range = place.start..place.start + place.length;
            changes.push(Change { direction: place.direction, range, kind, stand_in });
        }
    };
    let mut complete = false;
    while !complete && search.position().record < end.record {
        complete = search.step(BUDGET, &mut found);
        if complete {
            search.tail(&mut found);
        }
        progress.set(end.file / 2 + search.position().file / 2, end.file);
        if progress.is_cancelled() {
            return Err(Cancelled);
        }
    }
    Ok(changes)
}

/// In order and apart. Of two that overlap the one that begins first (then the longer) covers both.
fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| (change.range.start, u64::MAX - change.range.end));
    let mut apart: Vec<Change> = Vec::new();
    for change in changes {
        match apart.last_mut() {
            Some(last) if change.range.start < last.range.end => last.range.end = last.range.end.max(change.range.end),
            Some(last)
                if change.range.start == last.range.end && last.kind == Kind::Secret && change.kind == Kind::Secret =>
            {
                last.range.end = change.range.end;
            }
            _ => apart.push(change),
        }
    }
    apart
}

/// The bytes of one record, which begin at `start`, with their changes made. Changes that are over are dropped.
fn changed(bytes: &[u8], start: u64, changes: &mut &[Change]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let end = start + bytes.len() as u64;
    let place = |offset: u64| usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX).min(bytes.len());
    let mut at = start;
    while let Some((change, rest)) = changes.split_first() {
        if change.range.start >= end {
            break;
        }
        out.extend(bytes.get(place(at)..place(change.range.start)).unwrap_or_default());
        if change.range.start >= start {
            out.extend(change.stand_in.as_bytes());
        }
        at = at.max(change.range.end.min(end));
        if change.range.end > end {
            break;
        }
        *changes = rest;
    }
    out.extend(bytes.get(place(at)..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
