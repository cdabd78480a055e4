//! What the modem says of its supply.

use super::Offer;
use super::Severity::Problem;
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
        why: "The supply fell to 3.5 V or less; under 3.4 V the modem switches off.",
        fix: "Strengthen the supply: 4.0 V, 2 A, 1000 µF close to the modem, short thick wires.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY | START);

    fn on(&mut self, event: Event, _dialog: &Dialog, book: &mut Book) {
        match event {
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
        why: "The supply is at 4.3 V or more; over 4.4 V the modem switches off, and it may be damaged.",
        fix: "Lower the supply to 4.0 V; 5 V needs a regulator or a diode.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY | START);

    fn on(&mut self, event: Event, _dialog: &Dialog, book: &mut Book) {
        match event {
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

/// The least that the hardware design allows.
const LEAST: u32 = 3400;

impl Rule for SupplyLow {
    const DOC: &'static Doc = &Doc {
        slug: "supply-too-low",
        severity: Problem,
        family: FAMILY,
        evidence: "`+CBC: …,<mV>` shows less than 3400 mV; as a warning, an ESP32 or ESP8266 that works the modem says in the log that its own supply gave way (`Brownout detector was triggered`).",
        why: "The modem needs 3.4 to 4.4 V; below that it restarts, or never registers.",
        fix: "Strengthen the supply: 4.0 V, 2 A, 1000 µF close to the modem, short thick wires.",
    };
    const HEARS: hears::Kinds = hears::said(SUPPLY);

    fn on(&mut self, event: Event, _dialog: &Dialog, book: &mut Book) {
        let Event::Said(Said::Cbc(millivolts), span) = event else { return };
        if millivolts >= LEAST {
            book.resolve_all(Self::DOC.slug);
        } else if millivolts > 0 && !book.is_open(Self::DOC.slug) {
            let title = format!(
                "The supply is at {}.{:03} V, less than the 3.4 V that the modem needs.",
                millivolts / 1000,
                millivolts % 1000
            );
            book.add(Self::DOC, Draft::new(title, [Some(span)]).offer(Offer::Advice(ADVICE)).confidence(100));
        }
    }
}
