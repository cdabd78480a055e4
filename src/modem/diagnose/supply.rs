//! What the modem says of its supply.

use super::Offer;
use super::Severity::{Problem, Warning};
use super::book::{Book, Draft};
use super::doc::heading::POWER as FAMILY;
use super::power::ADVICE;
use super::rule::{Doc, Rule, hears};
use super::topics::{START, SUPPLY};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};

/// `under-voltage`.
#[derive(Debug, Default)]
pub(super) struct UnderVoltage {
    told: Option<bool>,
}

impl Rule for UnderVoltage {
    const DOC: &'static Doc = &Doc {
        slug: "under-voltage",
        severity: Problem,
        family: FAMILY,
        evidence: "The modem says `UNDER-VOLTAGE WARNNING`, `UNDER-VOLTAGE POWER DOWN` or `POWER OFF`.",
        why: "The supply fell so low that the modem says so: a SIM800 does at 3.5 V, and under 3.4 V it switches off.",
        fix: "Strengthen the supply: 4.0 V, 2 A, 1000 µF close to the modem, short thick wires.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY | START);

    fn on(&mut self, event: &Event, _dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::UnderVoltage(down), span)
                if self.told.is_none() || (down && self.told == Some(false)) =>
            {
                let title = if down {
                    "The modem switched off: its supply is too low."
                } else {
                    "The modem warns: its supply is too low."
                };
                if self.told.is_none() {
                    book.add(Self::DOC, Draft::new(title, [Some(span)]).offer(Offer::Advice(ADVICE)).confidence(100));
                }
                self.told = Some(down);
            }
            Event::Said(Said::Rdy, _) => self.told = None,
            _ => {}
        }
    }
}

/// `over-voltage`.
#[derive(Debug, Default)]
pub(super) struct OverVoltage {
    told: bool,
}

impl Rule for OverVoltage {
    const DOC: &'static Doc = &Doc {
        slug: "over-voltage",
        severity: Problem,
        family: FAMILY,
        evidence: "The modem says `OVER-VOLTAGE WARNNING`, `OVER-VOLTAGE POWER DOWN` or `POWER OFF`.",
        why: "The supply is so high that the modem says so: a SIM800 does at 4.3 V, and over 4.4 V it switches off, and it may be damaged.",
        fix: "Lower the supply to 4.0 V; 5 V needs a regulator or a diode.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY | START);

    fn on(&mut self, event: &Event, _dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Said(Said::OverVoltage(down), span) if !self.told => {
                self.told = true;
                let title = if down {
                    "The modem switched off: its supply is too high."
                } else {
                    "The modem warns: its supply is too high."
                };
                book.add(Self::DOC, Draft::new(title, [Some(span)]).confidence(100));
            }
            Event::Said(Said::Rdy, _) => self.told = false,
            _ => {}
        }
    }
}

/// `supply-too-low`.
#[derive(Debug, Default)]
pub(super) struct SupplyLow;

/// The least that most modems need.
const LEAST: u32 = 3400;

impl Rule for SupplyLow {
    const DOC: &'static Doc = &Doc {
        slug: "supply-too-low",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CBC: …,<mV>` or `+CBC: <V>V` shows less than the modem needs (SIM800 and SIM7600: 3.4 V; as a warning the same of one that is not known); as a warning, an ESP32 or ESP8266 that works the modem says in the log that its own supply gave way (`Brownout detector was triggered`).",
        why: "Below what it needs a modem restarts, or never registers; a SIM800 needs 3.4 to 4.4 V.",
        fix: "Strengthen the supply: 4.0 V, 2 A, 1000 µF close to the modem, short thick wires.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY);

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Event::Said(Said::Cbc(millivolts), span) = *event else { return };
        let known = dialog.telling.family().supply;
        let least = known.unwrap_or(LEAST);
        if millivolts >= least {
            book.resolve_all(Self::DOC.slug);
        } else if millivolts > 0 && !book.is_open(Self::DOC.slug) {
            let volts = |millivolts: u32| format!("{}.{:03}", millivolts / 1000, millivolts % 1000);
            let who = if known.is_some() { "the modem needs" } else { "most modems need" };
            let needs = format!("{}.{}", least / 1000, least % 1000 / 100);
            let title = format!("The supply is at {} V, less than the {needs} V that {who}.", volts(millivolts));
            let draft = Draft::new(title, [Some(span)]).offer(Offer::Advice(ADVICE)).confidence(100);
            book.add(Self::DOC, if known.is_some() { draft } else { draft.severity(Warning) });
        }
    }
}
