//! Damaged answers between good ones.

use super::Severity::Warning;
use super::baud::WrongBaud;
use super::book::{Book, Draft};
use super::console::OnPort;
use super::doc::heading::LINE as FAMILY;
use super::power::{Restarted, restarts};
use super::rule::{Doc, Rule, hears};
use super::supply::UnderVoltage;
use super::topics::START;
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event};

/// `ERRR`, `RROR`: an error with a letter or two lost on the way. `ERR` is what a sketch may say itself.
fn is_what_is_left(text: &[u8]) -> bool {
    let mut whole = b"ERROR".iter();
    (3..5).contains(&text.len()) && text != b"ERR" && text.iter().all(|letter| whole.any(|other| other == letter))
}

/// `noise-on-line`.
#[derive(Debug, Default)]
pub(super) struct Noise {
    strange: u64,
    lines: u32,
    first: Option<Span>,
    last: Option<Span>,
}

impl Rule for Noise {
    const DOC: &'static Doc = &Doc {
        slug: "noise-on-line",
        severity: Warning,
        family: FAMILY,
        evidence: "In a log, two lines or more with at least 12 bytes that no modem prints, or an ERROR that has lost a letter or two, among good answers, while no data can be flowing.",
        why: "Bytes are damaged on the way from the modem; the rate is right, since other answers arrive whole.",
        fix: "Check GND and the wires, the levels and the supply; read in time (a software serial port at 38400 and more loses bytes), or lower the rate.",
    };
    const HEARS: hears::Kinds = hears::UNKNOWN | hears::said(START) | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        /// Fewer are an accident.
        const STRANGE: u64 = 12;
        const LINES: u32 = 2;
        match *event {
            // An ESP8266 says what it does while it starts at a rate of its own.
            Event::Unknown(..) if dialog.open().is_empty() && dialog.done().is_some_and(restarts) => {}
            Event::Unknown(span, strange) if strange > 3 || is_what_is_left(&dialog.unknown) => {
                // Letters that are lost leave nothing to count.
                self.strange += u64::from(strange).max(STRANGE / u64::from(LINES));
                self.lines += 1;
                self.first.get_or_insert(span);
                self.last = Some(span);
            }
            // What a modem sends while it starts is no damage.
            Event::Said(Said::Rdy | Said::Cfun(_), _) => *self = Self::default(),
            Event::Finish => {
                let explained = book.any_open(&[
                    WrongBaud::DOC.slug,
                    Restarted::DOC.slug,
                    UnderVoltage::DOC.slug,
                    OnPort::DOC.slug,
                ]);
                let much = self.strange >= STRANGE && self.lines >= LINES;
                if dialog.log.read_ahead && much && dialog.spoken && !explained {
                    let title = format!("{} lines are damaged, among answers that are whole.", self.lines);
                    book.add(Self::DOC, Draft::new(title, [self.first, self.last]).confidence(65));
                }
            }
            _ => {}
        }
    }
}
