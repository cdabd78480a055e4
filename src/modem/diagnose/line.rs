//! The serial line: line ends, silence, loops, baud rate, and how commands are written.

use std::time::Duration;

use super::Offer;
use super::Severity::{Problem, Warning};
use super::baud::WrongBaud;
use super::book::{Book, Draft, Handle};
use super::console::OnPort;
use super::deaf;
use super::doc::heading::LINE as FAMILY;
use super::off::SwitchedOff;
use super::results::Off;
use super::rule::{Doc, Rule, hears};
use super::sleep::FirstCharacter;
use crate::modem::Direction;
use crate::modem::dialog::exchange::{Data, Span};
use crate::modem::dialog::{Dialog, Event, ProgramResult, Shows};
use crate::notation;
use crate::vocabulary::{Role, families, is_command, is_whole_command};

/// How long the modem may be silent after a short command.
const SILENCE: Duration = Duration::from_secs(5);

/// And when it was silent before that: within this nearly every command is answered.
const SHORT: Duration = Duration::from_secs(1);

/// `escape-typed-as-text`.
#[derive(Debug, Default)]
pub(super) struct EscapeTyped {
    told: bool,
    /// What was told of a command that has no result yet.
    unanswered: Option<(u64, Handle)>,
}

impl EscapeTyped {
    /// Tells it once, of a command that is not ended or of the one with this number; whether there is anything to tell.
    fn look(&mut self, text: &[u8], span: Span, number: Option<u64>, book: &mut Book) -> bool {
        let Some(found) = notation::typed_line_end(text).filter(|_| is_command(text)) else { return false };
        if std::mem::replace(&mut self.told, true) {
            return true;
        }
        let at = span.part(found.range.start as u64..found.range.end as u64);
        let command = text.get(..found.range.start).unwrap_or_default();
        let mut fixed = command.to_vec();
        fixed.push(b'\r');
        let shown = notation::print(command);
        let draft = Draft::new(format!("The characters {} were sent as text behind {shown}.", found.text), [Some(at)])
            .confidence(95)
            .send(&format!("Send {shown} with CR"), fixed);
        let told = book.add(Self::DOC, draft);
        self.unanswered = number.map(|number| (number, told));
        true
    }

    /// The modem obeyed: who wrote the log wrote the line ends out, and no modem got the letters.
    fn obeyed(&mut self, dialog: &Dialog, book: &mut Book) {
        let good = |id: u64| {
            dialog.done().is_some_and(|done| done.id == id && done.outcome.is_some_and(|(outcome, _)| outcome.good()))
        };
        if let Some((_, told)) = self.unanswered.take_if(|(id, _)| good(*id)) {
            book.withdraw(told);
        }
    }
}

impl EscapeTyped {
    /// A request to a server whose line ends were typed as letters.
    fn look_at_data(&mut self, data: &Data, book: &mut Book) {
        let text = data.tail.trim_ascii_end();
        let text = text.strip_suffix(b"\x1A").unwrap_or(text);
        if !text.ends_with(br"\r\n") || std::mem::replace(&mut self.told, true) {
            return;
        }
        let draft = Draft::new(r"The data ends in the four characters \r\n, sent as text.", [data.payload])
            .severity(Warning)
            .because("A backslash and a letter are no line end: the other end waits for the bytes CR and LF, and an HTTP server for an empty line.")
            .fix(r"In this program type them in the mode Mixed; in a sketch \r\n between quotes of print() are the bytes, in a terminal or serial monitor they are letters.")
            .confidence(70);
        book.add(Self::DOC, draft);
    }
}

impl Rule for EscapeTyped {
    const DOC: &'static Doc = &Doc {
        slug: "escape-typed-as-text",
        severity: Problem,
        family: FAMILY,
        evidence: "A command ends in the two characters `\\r` or `\\n` (or `<CR>`, `0x0D`) instead of the byte; as a warning, the data of a connection ends in the characters `\\r\\n`.",
        why: "The terminal sent a backslash and a letter; the modem waits for the byte CR.",
        fix: "Switch the send box to Mixed, or set its line ending to CR.",
    };
    const HEARS: hears::Kinds =
        hears::COMMAND | hears::GLUED | hears::FINISH | hears::TICK | hears::DATA_END | hears::FINAL;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) {
            self.unanswered.is_some()
        } else {
            !hears::is_command(kinds) || dialog.open().last().is_some_and(|last| last.asked.escapes)
        }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::DataEnd) {
            if let Some(data) = dialog.data_done().filter(|data| data.role == Role::Send) {
                self.look_at_data(data, book);
            }
        } else if matches!(event, Event::Command) {
            if let Some(last) = dialog.open().last().filter(|last| last.asked.escapes)
                && self.look(&last.text, last.span, Some(last.id), book)
            {
                book.blame(last.id, Self::DOC.slug);
            }
        } else if matches!(event, Event::Final) {
            self.obeyed(dialog, book);
        } else if let Some(span) = dialog.sending.span() {
            let over = matches!(event, Event::Finish)
                || dialog.now.zip(dialog.sending.last()).is_some_and(|(now, last)| now >= last + SILENCE);
            if over || matches!(event, Event::Glued(_)) {
                self.look(dialog.sending.line(), span, None, book);
            }
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        let typed = dialog.sending.last().filter(|_| !self.told && dialog.sending.line().len() > 3);
        typed.map(|last| last + SILENCE)
    }
}

/// Of `ATE0ATATD123;` the `ATE0`: a command that is known, and another one right behind it.
fn first_of_glued(text: &[u8]) -> Option<&[u8]> {
    let begins = |rest: &[u8]| {
        matches!(rest, [b'A', b'T'] | [b'A', b'T', b'+' | b'A' | b'D' | b'E' | b'H' | b'I' | b'Z' | b'&', ..])
    };
    let is_known = |command: &[u8]| families().iter().any(|family| family.first(command).is_some());
    (2..text.len()).find_map(|at| {
        let (first, rest) = text.split_at_checked(at)?;
        // In quotes, and at the end of a value, `ATA` and `AT` are letters of a word.
        let quoted = memchr::memchr_iter(b'"', first).count() % 2 == 1;
        let value = first.contains(&b'=') && !rest.starts_with(b"AT+");
        let apart = !quoted && !value && begins(rest) && is_whole_command(first);
        (apart && is_known(first)).then_some(first)
    })
}

/// `no-line-ending`.
#[derive(Debug, Default)]
pub(super) struct NoLineEnding {
    told: Option<Handle>,
    /// An unknown line that is commands one behind the other, in a log that shows only what came.
    seen: bool,
}

impl NoLineEnding {
    fn tell(&mut self, span: Span, command: &str, book: &mut Book) {
        if std::mem::replace(&mut self.seen, true) || book.is_open(EscapeTyped::DOC.slug) {
            return;
        }
        let draft =
            Draft::new(format!("{command} was sent without CR or LF behind it."), [Some(span)]).send("Send CR", "\r");
        self.told = Some(book.add(Self::DOC, draft));
    }
}

impl Rule for NoLineEnding {
    const DOC: &'static Doc = &Doc {
        slug: "no-line-ending",
        severity: Problem,
        family: FAMILY,
        evidence: "A command is sent with neither CR nor LF before the silence or the next command; the echo reads `ATAT…` and no result comes.",
        why: "The modem waits for the end of the line before it does anything.",
        fix: "Append CR to every command (line ending CR in the send box, println in a sketch).",
    };
    const HEARS: hears::Kinds = hears::GLUED | hears::TICK | hears::FINISH | hears::FINAL | hears::UNKNOWN;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || kinds & hears::TROUBLE != 0 || self.seen || self.told.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Glued(span) => self.tell(span, "A command", book),
            Event::Final => {
                if let Some(told) = self.told.take() {
                    book.resolve(told);
                }
                self.seen = false;
                if let Some(done) = dialog.done().filter(|done| done.refused() && !book.is_blamed(done.id))
                    && let Some(first) = first_of_glued(&done.text)
                {
                    let title = format!(
                        "{} and the next command stand in one line: the CR between them is missing.",
                        String::from_utf8_lossy(first)
                    );
                    book.add(Self::DOC, Draft::new(title, [Some(done.span), done.result_span()]).confidence(80));
                    book.blame(done.id, Self::DOC.slug);
                }
            }
            Event::Unknown(span, 0) if dialog.log.shows == Shows::Echoed => {
                let glued = dialog.unknown.get(2..).is_some_and(|rest| is_command(&dialog.unknown) && is_command(rest));
                if glued {
                    self.tell(span, "AT", book);
                }
            }
            Event::Finish if dialog.log.shows == Shows::Echoed && dialog.answered() == 0 && !dialog.spoken => {
                if let (Some(first), Some(span)) = (first_of_glued(&dialog.last().text), dialog.last().span) {
                    self.tell(span, &String::from_utf8_lossy(first), book);
                }
            }
            Event::Tick | Event::Finish => {
                // Behind `=` a log may hide what is secret.
                let shown = !dialog.sending.line().ends_with(b"=");
                let whole = dialog.sending.at_once() && shown && is_whole_command(dialog.sending.line());
                let Some(span) = dialog.sending.span().filter(|_| whole) else {
                    return;
                };
                let over = matches!(event, Event::Finish)
                    || dialog.now.zip(dialog.sending.last()).is_some_and(|(now, last)| now >= last + SILENCE);
                if over && self.told.is_none() {
                    self.tell(span, &String::from_utf8_lossy(dialog.sending.line()), book);
                }
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        let typed =
            dialog.sending.last().filter(|_| !self.seen && dialog.sending.at_once() && dialog.sending.line().len() > 1);
        typed.map(|last| last + SILENCE)
    }
}

/// `loopback`.
#[derive(Debug, Default)]
pub(super) struct Loopback {
    told: Option<Handle>,
}

impl Rule for Loopback {
    const DOC: &'static Doc = &Doc {
        slug: "loopback",
        severity: Problem,
        family: FAMILY,
        evidence: "What comes back equals what was sent, line feeds included, and never a result. A modem echoes CR, but not LF. In a log whose line ends are lost, two echoes or more and not one result.",
        why: "The line is connected to itself (TX to RX), or something echoes that is not the modem.",
        fix: "Check the wiring: TX of the adapter to RX of the modem and RX to TX; no jumper between them; no local echo.",
    };
    const HEARS: hears::Kinds = hears::COMMAND | hears::TICK | hears::FINISH | hears::FINAL;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        if hears::is_result(kinds) { self.told.is_some() } else { !hears::is_command(kinds) || dialog.looped.feeds > 0 }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::Final) {
            if let Some(told) = self.told.take() {
                book.resolve(told);
            }
            return;
        }
        if matches!(event, Event::Finish) && self.told.is_none() && only_echoes(dialog) {
            let spans = dialog.tally().unanswered_first.iter().take(2).map(|(_, span)| Some(*span));
            let draft = Draft::new("Each command comes back, and nothing else: no OK, no ERROR.", spans)
                .because("The program reads only the first line of each answer, which is the echo; or the line is connected to itself (TX to RX).")
                .fix("Read on until OK or ERROR, or switch the echo off with ATE0; check that no jumper joins TX and RX.")
                .confidence(70);
            self.told = Some(book.add(Self::DOC, draft));
            return;
        }
        let looped = &dialog.looped;
        let Some((start, end)) =
            looped.range.filter(|_| self.told.is_none() && looped.feeds > 0 && dialog.answered() == 0)
        else {
            return;
        };
        let over = match *event {
            Event::Finish => true,
            Event::Tick => dialog.now.zip(dialog.receiving.last()).is_some_and(|(now, last)| now >= last + SILENCE),
            _ => looped.feeds > 1,
        };
        if over {
            let span = Span { direction: Direction::Rx, start, end, at: dialog.receiving.last(), order: start };
            self.told = Some(
                book.add(Self::DOC, Draft::new("Everything that was sent came back, and nothing else.", [Some(span)])),
            );
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        let due = dialog.receiving.last().filter(|_| self.told.is_none() && dialog.looped.feeds > 0);
        due.map(|last| last + SILENCE)
    }
}

/// A log that marks what came shows the echo of each command and not one result.
fn only_echoes(dialog: &Dialog) -> bool {
    let tally = dialog.tally();
    dialog.log.shows == Shows::Both
        && dialog.log.loose
        && dialog.answered() == 0
        && !dialog.spoken
        && tally.commands > 1
        && tally.echoed == tally.commands
}

/// `no-answer`.
#[derive(Debug, Default)]
pub(super) struct NoAnswer {
    told: Option<Handle>,
}

impl NoAnswer {
    /// The log ends while a command that may take long is on its way, and was not given its time.
    fn still_waiting(dialog: &Dialog) -> bool {
        let long = dialog.open().iter().any(|open| open.longest() > SILENCE);
        long && dialog.answered() > 0 && Self::due(dialog).zip(dialog.now).is_some_and(|(due, now)| now < due)
    }

    /// The log shows one command, and for how long nothing came after it.
    fn waited_in_vain(dialog: &Dialog) -> bool {
        let waited = dialog.silent.since.zip(dialog.now).map(|(since, now)| now.saturating_sub(since));
        dialog.log.read_ahead
            && dialog.silent.commands == 1
            && dialog.receiving.total() == 0
            && waited.is_some_and(|waited| waited >= SILENCE)
    }

    /// When silence has lasted too long.
    #[inline(always)]
    fn due(dialog: &Dialog) -> Option<Duration> {
        let silent = &dialog.silent;
        if silent.commands < 2 || dialog.data().is_some() || dialog.online || dialog.state.quiet == Some(true) {
            return None;
        }
        let longest = dialog.open().iter().map(|open| open.longest()).max().unwrap_or(SILENCE);
        // Before the first answer of all nothing long can be going on.
        let patience = if dialog.answered() == 0 { SILENCE } else { longest.max(SILENCE) };
        let due = silent.since? + patience;
        // Who waits long between the commands has been silent for long enough when the second one goes: it gets its
        // own short time.
        let last = silent.last.and_then(|last| last.at).filter(|last| *last > due);
        Some(last.map_or(due, |last| last + SHORT))
    }
}

impl NoAnswer {
    /// A log of one stream that shows commands, over seconds or again and again, and nothing that a modem says.
    fn only_commands(&mut self, dialog: &Dialog, book: &mut Book) {
        /// Fewer commands are a list of commands, not a log.
        const ENOUGH: u32 = 3;
        /// And so long after the first an answer would have come.
        const APART: Duration = Duration::from_secs(2);
        let tally = dialog.tally();
        let first = tally.unanswered_first.first().map(|(_, span)| *span);
        let last = dialog.last().span.filter(|last| Some(*last) != first);
        // The last lines of a log say that nothing came; at its head they may be all it shows of the start.
        let at_end = dialog.last().span.is_some_and(|last| dialog.receiving.total() < last.end + 16);
        let often = tally.unanswered >= ENOUGH || at_end && tally.unanswered + tally.doubled >= 2;
        let probes = often && tally.probes == tally.commands;
        let apart = first.and_then(|first| first.at).zip(last.and_then(|last| last.at));
        let long = apart.is_some_and(|(first, last)| last >= first + APART);
        let again = tally.repeated >= ENOUGH || dialog.log.vain > 1;
        // Who shows only what is sent, and that it worked, has had his answers.
        let silent = dialog.answered() == 0
            && !matches!(dialog.log.result, Some(ProgramResult::Worked))
            && !dialog.spoken
            && (tally.unanswered >= ENOUGH || probes || tally.unanswered > 0 && dialog.log.vain > 1)
            && tally.commands == tally.unanswered;
        if !silent
            || !(long || again || probes)
            || book.any_open(&[NoLineEnding::DOC.slug, WrongBaud::DOC.slug, OnPort::DOC.slug, Off::DOC.slug])
        {
            return;
        }
        let title = match tally.unanswered {
            1 if tally.doubled > 0 => "The log shows AT twice and not a single answer.".to_owned(),
            1 => "The log shows one command and no answer to it.".to_owned(),
            count => format!("The log shows {count} commands and not a single answer."),
        };
        let mut draft = Draft::new(title, [first, last]).offer(Offer::ScanBaud).confidence(70);
        if !again && !probes {
            draft = draft.severity(Warning).because(
                "Either nothing came back (no power, the wrong port or rate, TX and RX swapped), or the log records only what is sent.",
            );
        }
        self.told = Some(book.add(Self::DOC, draft));
    }

    /// In a log of one stream two commands or more get no answer behind a setting that makes a modem deaf.
    fn behind_setting(&mut self, dialog: &Dialog, book: &mut Book) {
        let Some(setting) = deaf::since(dialog).filter(|_| self.told.is_none()) else { return };
        let mut behind =
            dialog.tally().unanswered_first.iter().map(|(_, span)| *span).filter(|span| span.start > setting.end);
        let (Some(first), Some(second)) = (behind.next(), behind.next()) else { return };
        let last = behind.next_back().unwrap_or(second);
        if dialog.online || book.any_open(&[NoLineEnding::DOC.slug, WrongBaud::DOC.slug]) {
            return;
        }
        let draft = Draft::new("The modem does not answer any more.", [Some(setting), Some(first), Some(last)]);
        self.told = Some(book.add(Self::DOC, deaf::blame(draft.confidence(75), dialog)));
    }
}

impl Rule for NoAnswer {
    const DOC: &'static Doc = &Doc {
        slug: "no-answer",
        severity: Problem,
        family: FAMILY,
        evidence: "Two commands or more, and 5 s (or the end of the log) without a single byte; in a log of one stream, three commands or more over 2 s, the same ones again and again or with a program's own words that it waited in vain, or AT twice and nothing else, and nothing that a modem says; in a log with times a single command too. As a warning, a program's own words that the modem does not answer (`DB:NO RESP`), where nothing else is in the log.",
        why: "The modem gets no power, does not hear what is sent, or its answers do not arrive.",
        fix: "Check in this order: power (4.0 V, 2 A), the right port, baud rate, TX and RX swapped, common GND, autobaud (send AT every 300 ms), sleep.",
    };
    const HEARS: hears::Kinds = hears::TICK | hears::FINISH | hears::RECEIVED;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::Received) {
            if let Some(told) = self.told.take() {
                book.withdraw(told);
            }
            return;
        }
        if dialog.log.shows == Shows::Echoed {
            if matches!(event, Event::Finish) {
                self.only_commands(dialog, book);
                self.behind_setting(dialog, book);
            }
            return;
        }
        let silent = &dialog.silent;
        let over = match *event {
            Event::Finish => {
                (silent.commands >= 2 || Self::waited_in_vain(dialog))
                    && dialog.data().is_none()
                    && !dialog.online
                    && dialog.state.quiet != Some(true)
                    && !Self::still_waiting(dialog)
            }
            _ => Self::due(dialog).zip(dialog.now).is_some_and(|(due, now)| now >= due),
        };
        let explained = book.any_open(&[
            NoLineEnding::DOC.slug,
            EscapeTyped::DOC.slug,
            Loopback::DOC.slug,
            WrongBaud::DOC.slug,
            FirstCharacter::DOC.slug,
            SwitchedOff::DOC.slug,
            Off::DOC.slug,
        ]);
        if dialog.log.shows != Shows::Both || !over || explained || self.told.is_some() {
            return;
        }
        let ever = if dialog.receiving.total() == 0 { "has never answered" } else { "does not answer any more" };
        let count =
            if silent.commands == 1 { "one command".to_owned() } else { format!("{} commands", silent.commands) };
        let last = silent.last.filter(|_| silent.commands > 1);
        let draft = Draft::new(format!("The modem {ever}: {count}, not a single byte back."), [silent.first, last])
            .offer(Offer::ScanBaud)
            .confidence(90);
        self.told = Some(book.add(Self::DOC, deaf::blame(draft, dialog)));
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        if self.told.is_some() { None } else { Self::due(dialog) }
    }
}
