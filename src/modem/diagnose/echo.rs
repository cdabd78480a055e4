//! Bytes lost or damaged on the way, seen in the echo and in answers that break off.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::baud::WrongBaud;
use super::book::{Book, Draft, gap};
use super::doc::heading::LINE as FAMILY;
use super::early_send::SendBeforeConnect;
use super::line::Loopback;
use super::opening::{NoDataService, WrongIpState};
use super::order::SendWithoutConnection;
use super::rule::{Doc, Rule, hears};
use super::wording::were;
use crate::modem::dialog::exchange::{Exchange, Span};
use crate::modem::dialog::{Dialog, Event, Shows, flipped_bits};
use crate::notation;

/// `board-reset-on-open`.
#[derive(Debug, Default)]
pub(super) struct BoardReset {
    told: bool,
}

/// A board's bootloader is through after this.
const BOOTED: Duration = Duration::from_secs(4);

impl Rule for BoardReset {
    const DOC: &'static Doc = &Doc {
        slug: "board-reset-on-open",
        severity: Note,
        family: FAMILY,
        evidence: "The first bytes after opening the port are lost, or a sketch's banner appears.",
        why: "Opening the port resets an Arduino Nano or Uno (DTR); its bootloader swallows bytes for up to 2 s.",
        fix: "Wait 2 s after opening, or open with DTR off.",
    };
    const HEARS: hears::Kinds = hears::UNKNOWN | hears::TROUBLE;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let early = dialog.now.is_none_or(|now| now < BOOTED);
        if self.told || !early || dialog.log.shows != Shows::Both || dialog.log.loose {
            return;
        }
        let spans = match *event {
            Event::Unknown(span, 0)
                if dialog.answered() == 0
                    && dialog.open().is_empty()
                    && !dialog.state.started
                    && (dialog.sending.total() == 0 || dialog.now.is_some())
                    && is_banner(&dialog.unknown) =>
            {
                [Some(span), None]
            }
            Event::Final if dialog.answered() == 1 => {
                let Some(done) = dialog.done().filter(|done| done.damaged_echo().is_some() && done.lacks_head()) else {
                    return;
                };
                book.blame(done.id, Self::DOC.slug);
                [Some(done.span), done.echo_span]
            }
            _ => return,
        };
        self.told = true;
        book.add(
            Self::DOC,
            Draft::new("The board may have started anew when the port was opened.", spans).confidence(70),
        );
    }
}

/// Words, as a sketch prints them when it begins.
fn is_banner(text: &[u8]) -> bool {
    text.len() >= 4
        && text.iter().all(|byte| (0x20..0x7F).contains(byte))
        && text.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 2 > text.len()
        && !text.starts_with(b"+")
        && !text.starts_with(b"AT")
}

/// Rules that see a refused command and ask for no more; what the modem did not get is behind it all the same.
const REFUSALS: [&str; 4] =
    [NoDataService::DOC.slug, WrongIpState::DOC.slug, SendBeforeConnect::DOC.slug, SendWithoutConnection::DOC.slug];

fn explained(exchange: u64, book: &Book) -> bool {
    book.is_blamed(exchange) && !book.is_blamed_by(exchange, &REFUSALS)
}

/// `echo-lost-bytes`.
#[derive(Debug, Default)]
pub(super) struct LostBytes {
    told: u32,
}

impl Rule for LostBytes {
    const DOC: &'static Doc = &Doc {
        slug: "echo-lost-bytes",
        severity: Problem,
        family: FAMILY,
        evidence: "The echo of a command is the command with bytes missing.",
        why: "Bytes are lost on the way to the modem: a sketch passes them on at a lower rate than it gets them, or cannot send and receive at once.",
        fix: "Use the same low rate on both legs (9600), send more slowly, or ATE0.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let exchange = if matches!(event, Event::Finish) { dialog.waiting() } else { dialog.done() };
        let Some(exchange) = exchange.filter(|_| !dialog.receiving.elided()) else { return };
        let Some(span) = exchange.damaged_echo().filter(|_| !explained(exchange.id, book)) else { return };
        let missing = exchange.text.len().saturating_sub(exchange.echo_text.len());
        // `AT` is also the first that AT+CLAC lists.
        if exchange.echo_text == b"AT" && exchange.text.eq_ignore_ascii_case(b"AT+CLAC") {
            return;
        }
        // Blanks at its end a log may have lost.
        if missing == 0 || exchange.text.trim_ascii_end() == exchange.echo_text {
            return;
        }
        book.blame(exchange.id, Self::DOC.slug);
        self.told += 1;
        // Each further one is the same cause.
        if self.told == 1 {
            let came = String::from_utf8_lossy(&exchange.echo_text).into_owned();
            let title = format!(
                "{missing} of {} of {} {} lost: the modem got {came:?}.",
                notation::in_bytes(exchange.text.len() as u64),
                exchange.shown(),
                were(missing as u64)
            );
            book.add(Self::DOC, Draft::new(title, [Some(exchange.span), Some(span)]));
        }
    }
}

/// `echo-bit-errors`.
#[derive(Debug, Default)]
pub(super) struct BitErrors {
    told: bool,
}

impl Rule for BitErrors {
    const DOC: &'static Doc = &Doc {
        slug: "echo-bit-errors",
        severity: Warning,
        family: FAMILY,
        evidence: "The echo of a command differs in single bits while its result arrives.",
        why: "Bits are damaged on the way back: SoftwareSerial at a high rate, or 2.8 V levels into a 5 V input.",
        fix: "Lower the rate to 9600, use AltSoftSerial or a level shifter.",
    };
    const HEARS: hears::Kinds = hears::TROUBLE;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done().filter(|_| !self.told) else { return };
        let Some(span) = done.damaged_echo().filter(|_| !book.is_blamed(done.id)) else { return };
        if let Some(wrong) = flipped_bits(&done.echo_text, &done.text) {
            self.told = true;
            let came = String::from_utf8_lossy(&done.echo_text).into_owned();
            let title = format!("{wrong} bytes of the echo of {} have wrong bits: {came:?}.", done.shown());
            book.add(Self::DOC, Draft::new(title, [Some(done.span), Some(span)]));
        }
    }
}

/// `overflow-64`.
#[derive(Debug, Default)]
pub(super) struct Overflow {
    told: bool,
}

/// What a buffer of 64 bytes lets through, and a few that were read meanwhile.
const NEAR: std::ops::RangeInclusive<u64> = 56..=72;

/// How long an answer may pause in the middle of a line.
const PAUSE: Duration = Duration::from_secs(5);

/// Bytes of one answer do not lie further apart.
const ON_ITS_WAY: Duration = Duration::from_millis(200);

impl Overflow {
    /// An answer that has broken off in the middle of a line: its bytes.
    fn broken(dialog: &Dialog, exchange: &Exchange) -> Option<Span> {
        let (start, _) = dialog.receiving.unfinished()?;
        if start < exchange.received_from
            || dialog.receiving.elided()
            || dialog.data().is_some()
            || dialog.state.bare_data_possible()
        {
            return None;
        }
        let end = dialog.receiving.total();
        let (all, answer) = (end - exchange.received_from, end.checked_sub(exchange.answer_from)?);
        // The echo may or may not have been read before the buffer ran over; it alone is no answer.
        let full = NEAR.contains(&answer) || NEAR.contains(&all) && answer * 2 >= all;
        (full && dialog.answered() > 0)
            .then(|| Span { at: dialog.receiving.last(), ..dialog.receiving.span(exchange.received_from..end) })
    }
}

impl Rule for Overflow {
    const DOC: &'static Doc = &Doc {
        slug: "overflow-64",
        severity: Warning,
        family: FAMILY,
        evidence: "An answer breaks off in the middle of a line near 64 bytes, and its final result never comes.",
        why: "SoftwareSerial keeps 64 received bytes; what comes while the sketch is busy is lost.",
        fix: "Read in smaller pieces (AT+CIPRXGET=2,48), read faster, or enlarge the buffer (_SS_MAX_RX_BUFF).",
    };
    const HEARS: hears::Kinds = hears::COMMAND | hears::TICK | hears::FINISH | hears::CUT;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_command(kinds) || !self.told && dialog.open().len() > 1
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if let Event::Cut(span) = *event {
            // With its line ends; the echo may have been read before the buffer ran over.
            let length = span.end - span.start;
            let echo = dialog.open().first().map_or(0, |open| open.text.len() as u64);
            if !self.told && (NEAR.contains(&(length + 4)) || NEAR.contains(&(length + echo + 4))) {
                self.told = true;
                let of = dialog.open().first().map_or(String::new(), |open| format!(" to {}", open.shown()));
                let title = format!("The answer{of} breaks off after {} bytes.", length + 4);
                let command = dialog.open().first().map(|open| open.span);
                book.add(Self::DOC, Draft::new(title, [command, Some(span)]).confidence(75));
            }
            return;
        }
        let open = match *event {
            // An answer that is still on its way when the next command leaves has not broken off.
            Event::Command
                if dialog.now.zip(dialog.receiving.last()).is_some_and(|(now, last)| now < last + ON_ITS_WAY) =>
            {
                None
            }
            Event::Command => dialog.open().len().checked_sub(2).and_then(|at| dialog.open().get(at)),
            Event::Tick if dialog.now.zip(dialog.receiving.last()).is_none_or(|(now, last)| now < last + PAUSE) => None,
            _ => dialog.open().first(),
        };
        let Some(open) = open.filter(|_| !self.told) else { return };
        // What is no answer at all does not break off.
        let readable = || !book.any_open(&[Loopback::DOC.slug, WrongBaud::DOC.slug]);
        let Some(span) = Self::broken(dialog, open).filter(|_| readable()) else { return };
        self.told = true;
        let late = gap(open.span, span).is_none_or(|gap| gap < Duration::from_mins(2));
        if late {
            let title = format!(
                "The answer to {} breaks off after {}.",
                open.shown(),
                notation::in_bytes(span.end - span.start)
            );
            book.add(Self::DOC, Draft::new(title, [Some(open.span), Some(span)]).confidence(70));
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        let possible = !self.told && !dialog.open().is_empty() && dialog.receiving.unfinished().is_some();
        dialog.receiving.last().filter(|_| possible).map(|last| last + PAUSE)
    }
}
