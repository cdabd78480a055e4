//! Power: restarts.

use std::time::Duration;

use super::Offer;
use super::Severity::{Problem, Warning};
use super::book::{Book, Draft, Handle, gap, time_text};
use super::doc::heading::POWER as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::{self, CONNECTION, HTTP, NETWORK, OTHER, OUTCOME, SIGNAL, SIM, START, STATE, SUPPLY};
use crate::modem::dialog::exchange::{DataEnded, Echo, Exchange, Span};
use crate::modem::dialog::said::{Pin, Said};
use crate::modem::dialog::{Dialog, Event, LastCommand, Shows};
use crate::vocabulary::{Form, Role};

/// What helps against dips of the supply.
pub(super) const ADVICE: &str = "A SIM800L draws bursts of 2 A at 3.4 to 4.4 V, best 4.0 V. Use a supply that gives 2 A, with 1000 µF or more of low ESR close to the modem's VCC and short, thick wires; the 5 V pin of an Arduino or a USB port is not enough.";

/// The command enters a PIN: behind it the modem says the last of its boot lines, but never the first.
fn enters_pin(exchange: &Exchange) -> bool {
    exchange.role == Role::Sim && exchange.asked.form == Form::Set
}

/// The command makes the modem start or go off.
pub(super) fn restarts(exchange: &Exchange) -> bool {
    match exchange.role {
        Role::Functions | Role::PowerOff => matches!(exchange.asked.form, Form::Set | Form::Execute),
        Role::Basic => exchange.chief().name.eq_ignore_ascii_case(b"Z"),
        _ => false,
    }
}

/// The command does no more than ask, or get in touch.
const fn asks(command: &Exchange) -> bool {
    let of_values = topics::of_command(command.role) & (SIGNAL | NETWORK | SUPPLY | STATE) != 0;
    !command.asked.glued && (of_values || matches!(command.role, Role::Attention | Role::Other))
}

/// Commands that make the radio draw its bursts.
fn draws(role: Role) -> bool {
    matches!(
        role,
        Role::ContextOpen
            | Role::Open
            | Role::Send
            | Role::SmsSend
            | Role::Dial
            | Role::Bearer
            | Role::Attach
            | Role::Activate
            | Role::HttpDo
            | Role::Operator
            | Role::Functions
    )
}

/// Which boot lines a start has shown.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one flag a line of a start")]
struct Group {
    rdy: bool,
    cfun: bool,
    call: bool,
    sms: bool,
    burst: bool,
}

/// The last lines of a start, in the middle of a command.
#[derive(Debug)]
struct Late {
    id: u64,
    command: LastCommand,
    line: Span,
}

/// `modem-restarted`.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each tells what was seen; they do not exclude each other")]
pub(super) struct Restarted {
    group: Group,
    /// The lines of a start follow each other; a command answered in earnest ends the group.
    in_group: bool,
    /// Some boot line was seen.
    seen: bool,
    /// A command or a power key that explains the next start.
    caused: bool,
    /// The SIM was ready: the modem had been on for a while.
    up: bool,
    /// A PIN was entered: it explains the last lines of a start.
    pin: bool,
    /// Power saving is on: the modem goes off and starts by itself.
    saves: bool,
    /// The device was plugged in again, and nothing was asked of the modem since: no wonder that it starts.
    replugged: bool,
    burst: Option<Span>,
    answered: u32,
    /// Power-on bytes without a command between them: first, last, how many.
    bursts: Option<(Span, Span, u32)>,
    told: Option<Handle>,
    /// The last lines of a start in the middle of a command that draws current: the command, and the line.
    late: Option<Late>,
    /// Of the commands whose end is told behind their OK the last one that has ended.
    ended: Option<u64>,
}

impl Restarted {
    /// The port came back after it was lost.
    pub(super) fn replugged(&mut self) {
        self.replugged = true;
    }

    /// A boot line: does it begin a new start?
    fn boot_line(&mut self, said: Said, span: Span, dialog: &Dialog, book: &mut Book) {
        let again = match said {
            Said::Rdy => std::mem::replace(&mut self.group.rdy, true),
            Said::Cfun(_) => std::mem::replace(&mut self.group.cfun, true),
            Said::CallReady => std::mem::replace(&mut self.group.call, true),
            _ => std::mem::replace(&mut self.group.sms, true),
        };
        let first_line = matches!(said, Said::Rdy | Said::Cfun(_));
        // RDY is always the first; the others begin a start only when their group had them already.
        let begins = said == Said::Rdy || again || (first_line && !self.in_group);
        if !begins && (self.in_group || !self.seen || !first_line) {
            // A modem that answers has long said them, unless it was addressed as soon as it was on.
            let open =
                dialog.open().iter().map(AsRef::as_ref).find(|open: &&Exchange| draws(open.role) && !restarts(open));
            let drawing = open.or_else(|| self.under_way(dialog));
            if let Some(open) = drawing.filter(|_| !self.seen && !first_line && self.answered > 1 && !self.pin) {
                let command = LastCommand { span: Some(open.span), text: open.text.clone(), role: open.role };
                self.late = Some(Late { id: open.id, command, line: span });
            }
            self.in_group = true;
            self.seen = true;
            return;
        }
        // The last command draws current, and got no result.
        let last = dialog.last();
        let drawing = draws(last.role)
            && last.role != Role::Functions
            && (dialog.done().is_none_or(|done| Some(done.span) != last.span) || self.under_way(dialog).is_some());
        // It had asked for data before.
        let broken_off =
            dialog.data_done().is_some_and(|data| matches!(data.ended, Some((DataEnded::Lost, _)))) && drawing;
        let late_first = !self.seen && !self.up && self.answered <= u32::from(!drawing) && !broken_off;
        let new = !(self.in_group && self.group.burst && self.burst.is_none());
        self.group = Group {
            rdy: said == Said::Rdy,
            cfun: matches!(said, Said::Cfun(_)),
            call: said == Said::CallReady,
            sms: said == Said::SmsReady,
            burst: false,
        };
        let pin = !first_line && self.pin;
        let explained = std::mem::take(&mut self.caused) || pin || self.saves && !drawing || self.replugged;
        let known = std::mem::replace(&mut self.seen, true);
        self.in_group = true;
        if explained || late_first || (!known && !first_line) || !new {
            self.burst = None;
            return;
        }
        let burst = self.burst.take();
        self.tell(&[burst, Some(span)], dialog.last(), dialog, book);
    }

    /// The command that was answered OK, and whose end has not been told yet.
    fn under_way<'a>(&self, dialog: &'a Dialog) -> Option<&'a Exchange> {
        dialog
            .done()
            .filter(|done| draws(done.role) && done.asked.told_later && !done.refused() && self.ended != Some(done.id))
    }

    /// Power-on bytes: do they begin a new start?
    fn burst(&mut self, span: Span, dialog: &Dialog, book: &mut Book) {
        let whole = span.end - span.start >= 3;
        let told_before = self.told;
        self.again_and_again(span, book);
        if self.told != told_before || self.bursts.is_some_and(|(.., count)| count > 2) {
            return;
        }
        // What follows belongs to the start that was wanted.
        let drawing = dialog.open().iter().any(|open| draws(open.role));
        let wanted = std::mem::take(&mut self.caused) || self.saves && !drawing || self.replugged;
        if !wanted && (self.in_group || !whole || self.answered <= 1) {
            self.burst = Some(span);
            return;
        }
        if !wanted {
            self.tell(&[Some(span)], dialog.last(), dialog, book);
        }
        self.group = Group { burst: true, ..Group::default() };
        self.burst = None;
        self.in_group = true;
        self.seen = true;
    }

    /// Power-on bytes again and again, and no command between them: nothing else was heard meanwhile.
    fn again_and_again(&mut self, span: Span, book: &mut Book) {
        /// This many of them are no accident.
        const ENOUGH: u32 = 3;
        /// A start takes longer.
        const APART: Duration = Duration::from_secs(2);
        let (first, last, count) = self.bursts.unwrap_or((span, span, 0));
        if count > 0 && gap(last, span).is_none_or(|gap| gap < APART) {
            return;
        }
        let count = count + 1;
        self.bursts = Some((first, span, count));
        if count < ENOUGH {
            return;
        }
        if let Some(told) = self.told {
            book.again(told, [Some(span)]);
            return;
        }
        let every = gap(first, span).map(|gap| time_text(gap / (count - 1))).unwrap_or_default();
        let title = format!("The modem starts again and again, every {every}: only its power-on bytes come.");
        let told = book.add(
            Self::DOC,
            Draft::new(title, [Some(first), Some(last), Some(span)]).offer(Offer::Advice(ADVICE)).confidence(75),
        );
        for _ in 1..count {
            book.again(told, []);
        }
        self.told = Some(told);
    }

    fn tell(&mut self, spans: &[Option<Span>], last: &LastCommand, dialog: &Dialog, book: &mut Book) {
        // As long as nothing was set up in between it is one cause.
        if let Some(told) = self.told.filter(|_| book.is_open(Self::DOC.slug)) {
            book.again(told, spans.iter().copied());
            return;
        }
        let at = spans.iter().flatten().next().copied();
        let mut title = "The modem restarted in mid-session".to_owned();
        if let (Some(span), Some(at)) = (last.span, at) {
            let shown: String = String::from_utf8_lossy(&last.text).chars().take(40).collect();
            match gap(span, at).filter(|gap| !gap.is_zero()) {
                Some(gap) => title = format!("{title}, {} after {shown}", time_text(gap)),
                None => title = format!("{title}, after {shown}"),
            }
        }
        title.push('.');
        let mut draft =
            Draft::new(title, std::iter::once(last.span).chain(spans.iter().copied())).offer(Offer::Advice(ADVICE));
        if dialog.telling.family().joins_wifi() {
            draft = draft
                .because("The module started anew by itself: its supply dipped, or its firmware failed; the lines that it prints before `ready` tell (rst cause:4 and wdt reset are its watchdog's).")
                .fix("Strengthen the supply: 3.3 V, 0.5 A, 100 µF close to the module; where the watchdog is named, try other firmware or less at once.");
        } else if draws(last.role) {
            draft = draft.because("The radio draws up to 2 A when it begins to send; the supply dipped, and the modem started anew: connections and settings are gone.");
        }
        self.told = Some(book.add(Self::DOC, draft));
        book.resolve_all(Silently::DOC.slug);
    }
}

impl Rule for Restarted {
    const DOC: &'static Doc = &Doc {
        slug: "modem-restarted",
        severity: Problem,
        family: FAMILY,
        evidence: "Boot lines (`RDY`, `+CFUN: 1`, `Call Ready`, `SMS Ready`), or the bytes 00 49 FF of a power-on, in mid-session without a command that causes them (or power saving, AT+CPSMS=1), and not right after the device was plugged in again; the last of them also where they are the first of a session, in the middle of a command that draws current and gets no result. Not the first ones of a session otherwise.",
        why: "The modem started anew, nearly always because its supply dipped; connections and settings that were not stored are gone.",
        fix: "Strengthen the supply: 4.0 V, 2 A, 1000 µF close to the modem, short thick wires.",
    };
    const HEARS: hears::Kinds = hears::said(START | SUPPLY | SIM | HTTP | CONNECTION | OUTCOME)
        | hears::BURST
        | hears::COMMAND
        | hears::FINAL
        | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_command(kinds) {
            return !dialog.open().last().is_some_and(|command| asks(command));
        }
        // It has answered before, and was asked whether it is there; or in earnest, and was asked once more.
        let at_work = self.answered > 1 && !self.in_group && !self.replugged;
        let still = |done: &Exchange| {
            self.late.is_none() && (at_work && asks(done) || self.answered > 0 && done.role == Role::Attention)
        };
        !hears::is_result(kinds) || !dialog.done().is_some_and(still)
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                if let Some(command) = dialog.open().last().filter(|command| !asks(command)) {
                    self.bursts = None;
                    self.caused |= restarts(command);
                    self.pin |= enters_pin(command);
                }
            }
            Event::Finish => {
                if let Some(Late { command, line, .. }) = self.late.take() {
                    self.tell(&[Some(line)], &command, dialog, book);
                }
            }
            Event::Final => {
                let Some(done) = dialog.done() else { return };
                if done.role == Role::Saving && done.asked.form == Form::Set && !done.refused() {
                    self.saves = done.chief().number(0) == Some(1);
                }
                self.late.take_if(|late| late.id == done.id);
                // A modem that is still starting answers AT, and has no SIM to tell of yet.
                let too_early = done.role == Role::Sim && done.refused() && !self.seen;
                let in_touch = matches!(done.role, Role::Attention | Role::Basic) || too_early;
                self.answered += u32::from(!in_touch || self.answered == 0);
                if !in_touch {
                    self.replugged = false;
                    self.in_group = false;
                }
                let set_up = matches!(
                    done.role,
                    Role::ContextOpen
                        | Role::Open
                        | Role::ContextClose
                        | Role::Bearer
                        | Role::AccessPoint
                        | Role::SmsSend
                );
                if set_up && done.outcome.is_some_and(|(outcome, _)| outcome.good()) {
                    book.resolve_all(Self::DOC.slug);
                }
            }
            Event::Burst(span) => self.burst(span, dialog, book),
            Event::Said(
                Said::HttpAction(_) | Said::ConnectOk(_) | Said::ConnectFail(_) | Said::Worked | Said::Failed,
                _,
            ) => {
                self.ended = dialog.done().map(|done| done.id);
                self.late = None;
            }
            Event::Said(Said::PowerDown, _) => self.caused = true,
            Event::Said(Said::UnderVoltage(down) | Said::OverVoltage(down), _) => self.caused |= down,
            Event::Said(Said::Cpin(Pin::Ready), _) => self.up = true,
            Event::Said(said @ (Said::Rdy | Said::CallReady | Said::SmsReady), span) => {
                self.boot_line(said, span, dialog, book);
            }
            Event::Said(said @ Said::Cfun(1), span)
                if !dialog.open().iter().any(|open| open.role == Role::Functions) =>
            {
                self.boot_line(said, span, dialog, book);
            }
            _ => {}
        }
    }
}

/// `modem-restarted-silently`.
#[derive(Debug, Default)]
pub(super) struct Silently {
    /// Commands without echo since ATE0.
    unechoed: u32,
    caused: bool,
    ready: bool,
    told: Option<Handle>,
}

impl Silently {
    fn tell(&mut self, title: &str, spans: [Option<Span>; 2], book: &mut Book) {
        if !book.is_open(Restarted::DOC.slug) && self.told.is_none() {
            let draft = Draft::new(title, spans).offer(Offer::Advice(ADVICE)).confidence(75);
            self.told = Some(book.add(Self::DOC, draft));
        }
    }
}

impl Rule for Silently {
    const DOC: &'static Doc = &Doc {
        slug: "modem-restarted-silently",
        severity: Warning,
        family: FAMILY,
        evidence: "Settings are gone without a cause: the echo is back after ATE0, AT+CMEE is 0 again, or the PIN is asked again.",
        why: "The modem has probably started anew, mostly because its supply dipped; with automatic baud rate it prints no RDY, so nothing else tells.",
        fix: "Strengthen the supply; set the modem up again (ATE0, AT+CMEE, AT+CSTT …).",
    };
    const HEARS: hears::Kinds =
        hears::ECHOED | hears::FINAL | hears::said(START | SIM | OTHER) | hears::commands(START | SIM | OTHER);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) {
            return self.unechoed > 0 || dialog.done().is_some_and(|done| done.echo == Echo::None);
        }
        !hears::is_command(kinds)
            || !dialog.open().last().is_some_and(|last| matches!(last.role, Role::Attention | Role::Other))
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Command => {
                let cause = dialog.open().last().is_some_and(|last| {
                    restarts(last)
                        || enters_pin(last)
                        || (last.role == Role::Basic
                            && last.calls().any(|call| matches!(call.name, [b'E' | b'e' | b'&' | b'Z' | b'z', ..])))
                });
                if cause {
                    self.caused = true;
                    self.unechoed = 0;
                }
            }
            Event::Echoed(id)
                if dialog.state.echo == Some(false)
                    && self.unechoed > 0
                    && !self.caused
                    && dialog.log.shows == Shows::Both =>
            {
                let command = dialog.open().iter().find(|open| open.id == id).map(|open| open.span);
                self.tell("The echo is back though it was switched off with ATE0.", [command, None], book);
            }
            Event::Final => {
                let Some(done) = dialog.done() else { return };
                if done.echo == Echo::None {
                    self.unechoed += 1;
                    self.caused = false;
                } else {
                    self.unechoed = 0;
                }
            }
            Event::Said(Said::Rdy, _) => {
                *self = Self { ready: self.ready, ..Self::default() };
            }
            Event::Said(Said::Cpin(Pin::Ready), _) => self.ready = true,
            Event::Said(Said::Cpin(Pin::Pin), span)
                if std::mem::replace(&mut self.ready, false) && !self.caused && !dialog.state.started =>
            {
                self.tell("The PIN is asked again.", [Some(span), None], book);
            }
            Event::Said(Said::Cmee(0), span) if dialog.state.cmee.is_some_and(|level| level > 0) && !self.caused => {
                self.tell("AT+CMEE is 0 again.", [Some(span), None], book);
            }
            _ => {}
        }
    }
}

/// Keeps the unit of patience in one place for the rules about time.
pub(super) const MINUTE: Duration = Duration::from_mins(1);
