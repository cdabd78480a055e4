//! Bytes that no modem prints: port and modem speak at different rates.

use super::Offer;
use super::Severity::Problem;
use super::book::{Book, Draft, Handle};
use super::deaf;
use super::doc::heading::LINE as FAMILY;
use super::power::Restarted;
use super::rule::{Doc, Rule, hears};
use crate::modem::Direction;
use crate::modem::dialog::exchange::Span;
use crate::modem::dialog::{Dialog, Event};

/// `wrong-baud`.
#[derive(Debug, Default)]
pub(super) struct WrongBaud {
    strange: u64,
    all: u64,
    /// Of all the bytes of lines that hold strange ones, and how many such lines there were.
    damaged: (u64, u32),
    first: Option<Span>,
    framing: u32,
    told: Option<Handle>,
    /// Good lines came behind bad ones: it is not the rate.
    mixed: bool,
    /// Commands had been answered when it was told.
    answered_before: bool,
    /// The bytes of a power-on, and how often they came, in a log of nothing else.
    bursts: Option<(Span, u32)>,
}

/// This many strange bytes are no accident.
const STRANGE: u64 = 8;

impl WrongBaud {
    fn check(&mut self, unfinished: Option<(Span, u64)>, dialog: &Dialog, book: &mut Book) {
        let answered = dialog.answered();
        let (span, more) = unfinished.map_or((None, 0), |(span, more)| (Some(span), more));
        let strange = self.strange + more;
        let all = self.all + span.map_or(0, |span| span.end - span.start);
        let Some(first) = self.first.or(span) else { return };
        // Beside what a sketch or a person says in between, lines that cannot be read come again and again.
        let (damaged, lines) = self.damaged;
        let most = strange * 2 > all || lines > 1 && strange * 2 > damaged && answered == 0;
        if self.told.is_none() && !self.mixed && (strange >= STRANGE && most || self.framing > 3) {
            self.answered_before = answered > 0;
            let all_of_it = span.map_or(first, |span| first.to(span));
            let draft = Draft::new("Most of what comes is nothing a modem prints.", [Some(all_of_it)])
                .offer(Offer::ScanBaud)
                .confidence(80);
            self.told = Some(book.add(Self::DOC, deaf::blame_rate(draft, dialog)));
        }
    }

    /// The port told a framing error: more of them in a row are evidence of their own.
    pub(super) fn framing_error(&mut self, dialog: &Dialog, book: &mut Book) {
        self.framing += 1;
        let at = dialog.receiving.total();
        let here = Span {
            direction: Direction::Rx,
            start: at.saturating_sub(1),
            end: at,
            at: dialog.now,
            order: at + dialog.sending.total(),
        };
        self.first.get_or_insert(here);
        self.check(None, dialog, book);
    }

    /// A log of nothing but the bytes of a power-on, again and again: also a wrong rate looks so.
    fn nothing_but_bursts(&mut self, dialog: &Dialog, book: &mut Book) -> bool {
        /// Fewer are a start.
        const ENOUGH: u32 = 3;
        let nothing = dialog.tally().commands == 0 && !dialog.spoken && dialog.log.read_ahead;
        let Some((span, count)) = self.bursts.filter(|(_, count)| nothing && *count >= ENOUGH) else { return false };
        if book.any_open(&[Restarted::DOC.slug]) {
            return false;
        }
        let title = format!("Nothing that a modem prints comes, only bytes that cannot be read, {count} times.");
        let draft = Draft::new(title, [Some(span)])
            .because("Port and modem speak at different rates; or the modem starts again and again, and these are the bytes that it sends at power-on.")
            .fix("Find the rate (Find baud) and set the port to it; if none fits, check the supply: 4.0 V, 2 A.")
            .offer(Offer::ScanBaud)
            .confidence(60);
        self.told = Some(book.add(Self::DOC, draft));
        true
    }

    /// What is wrong with the line that the modem has begun and not ended.
    fn unfinished(dialog: &Dialog) -> Option<(Span, u64)> {
        let (start, text) = dialog.receiving.unfinished()?;
        if dialog.state.bare_data_possible() || dialog.online {
            return None;
        }
        let strange = u64::from(crate::modem::dialog::strange(text));
        let span = dialog.receiving.span(start..start + text.len() as u64);
        (!crate::modem::dialog::is_burst(text)).then_some((span, strange))
    }
}

impl Rule for WrongBaud {
    const DOC: &'static Doc = &Doc {
        slug: "wrong-baud",
        severity: Problem,
        family: FAMILY,
        evidence: "Most received bytes are outside what a modem prints, or the port tells framing errors, while no data can be flowing; in a log of nothing else, bytes as at a power-on thrice.",
        why: "Port and modem speak at different rates.",
        fix: "Find the rate (Find baud), then fix it with AT+IPR=9600 and AT&W.",
    };
    const HEARS: hears::Kinds =
        hears::UNKNOWN | hears::FINAL | hears::TICK | hears::FINISH | hears::COMMAND | hears::BURST;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) {
            self.strange | self.all | u64::from(self.framing) != 0
                || self.first.is_some()
                || self.bursts.is_some()
                || self.told.is_some()
        } else {
            !hears::is_command(kinds) || self.first.is_some() || dialog.receiving.unfinished().is_some()
        }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            // The same signs in place of each answer are none of a power-on.
            Event::Burst(span) if dialog.answered() == 0 && !dialog.open().is_empty() => {
                self.strange += span.end - span.start;
                self.all += span.end - span.start;
                self.first.get_or_insert(span);
                self.check(None, dialog, book);
            }
            Event::Unknown(span, strange) => {
                // A few damaged answers among good ones are a fault of the line, not of its rate.
                if dialog.answered() > 2 && self.strange + u64::from(strange) < dialog.receiving.total() / 4 {
                    return;
                }
                // In a log without commands: what the modem says of itself in between shows that its rate is right.
                if dialog.tally().commands == 0 && self.strange > 0 && dialog.spoken {
                    self.mixed = true;
                    if let Some(told) = self.told.take() {
                        book.withdraw(told);
                    }
                }
                self.strange += u64::from(strange);
                self.all += span.end - span.start;
                if strange > 0 && dialog.log.read_ahead && !dialog.spoken {
                    self.damaged = (self.damaged.0 + (span.end - span.start), self.damaged.1 + 1);
                }
                // A sketch's own words in front of them are no evidence.
                if strange > 0 || !dialog.log.read_ahead {
                    self.first.get_or_insert(span);
                }
                self.check(None, dialog, book);
            }
            Event::Final => {
                if let Some(told) = self.told.take() {
                    // Good answers before and behind it: that was no wrong rate.
                    if self.answered_before { book.withdraw(told) } else { book.resolve(told) }
                }
                *self = Self { mixed: self.mixed, ..Self::default() };
            }
            Event::Burst(span) => {
                let (first, count) = self.bursts.unwrap_or((span, 0));
                self.bursts = Some((first.to(span), count + 1));
            }
            Event::Finish if self.told.is_none() && self.nothing_but_bursts(dialog, book) => {}
            _ => self.check(Self::unfinished(dialog), dialog, book),
        }
    }
}
