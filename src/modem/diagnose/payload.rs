//! Data with a length, too long data, and bytes that edit it.

use std::time::Duration;

use super::Severity::{Note, Problem, Warning};
use super::book::{Book, Draft, Handle};
use super::data_end::{PATIENCE, data};
use super::doc::heading::DATA_END as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::topics::SEND;
use super::wording::were;
use crate::modem::dialog::exchange::{Data, DataEnded, DataKind, Exchange, Outcome, Span};
use crate::modem::dialog::said::Said;
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::vocabulary::{Form, Role, is_command, is_whole_command};

/// `fixed-length-short`.
#[derive(Debug, Default)]
pub(super) struct FixedShort {
    told: Option<(u64, Handle)>,
}

impl FixedShort {
    fn short(dialog: &Dialog) -> Option<(&Data, u64)> {
        let data = dialog.data()?;
        let most = Self::most(data, dialog);
        match data.kind {
            DataKind::Fixed(n) if data.count > 0 && most < n && !data.elided => Some((data, n)),
            _ => None,
        }
    }

    /// The modem has given up waiting for bytes that were announced.
    fn given_up(ended: &Data, dialog: &Dialog, book: &mut Book) {
        let DataKind::Timed(n) = ended.kind else { return };
        let refused = matches!(ended.ended, Some((DataEnded::Refused, _)));
        if !refused || ended.elided || Self::most(ended, dialog) >= n || book.is_blamed(ended.id) {
            return;
        }
        let title = format!(
            "{} of the {n} announced bytes {} sent, and the modem gave up waiting for the rest.",
            ended.count,
            were(ended.count)
        );
        book.add(Self::DOC, Draft::new(title, [Some(ended.prompt), ended.payload]).confidence(80));
        book.blame(ended.id, Self::DOC.slug);
    }

    /// How many bytes it may have been: where line ends are lost, each line may have had one.
    const fn most(data: &Data, dialog: &Dialog) -> u64 {
        if dialog.log.restored { data.count + 2 * data.pieces } else { data.count }
    }

    /// A command that was sent while bytes were missing counted as data.
    fn command_counted(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(data) = data(dialog) else { return };
        let DataKind::Fixed(n) = data.kind else { return };
        let before = data.count.saturating_sub(data.write_span.map_or(0, |span| span.end - span.start));
        // A log of one stream shows no line ends; each line but this one may have had one.
        let echoed = dialog.log.restored && dialog.log.shows == Shows::Echoed;
        if echoed && before + 2 * data.pieces.saturating_sub(1) >= n {
            return;
        }
        if before == 0 || data.elided || !data.whole_write || !data.write.starts_with(b"AT") || book.is_blamed(data.id)
        {
            return;
        }
        // Behind the last announced byte only what follows tells whether it was the head of a command.
        let whole = is_whole_command(data.write.trim_ascii_end()) && (echoed || data.write.ends_with(b"\r"));
        if whole || matches!(event, Event::Excess(..)) {
            let title = format!(
                "{before} of the {n} announced bytes {} sent, so the next command was taken for data.",
                were(before)
            );
            // That they are missing was told while nothing more came.
            if let Some((_, told)) = self.told.take_if(|(id, _)| *id == data.id) {
                book.withdraw(told);
            }
            let command = if echoed { data.write_span } else { data.payload };
            let told = book.add(Self::DOC, Draft::new(title, [Some(data.prompt), command]));
            // There it is taken back when the data is answered after all.
            self.told = Some((data.id, told)).filter(|_| echoed);
            book.blame(data.id, Self::DOC.slug);
        }
    }
}

impl Rule for FixedShort {
    const DOC: &'static Doc = &Doc {
        slug: "fixed-length-short",
        severity: Problem,
        family: FAMILY,
        evidence: "`AT+CIPSEND=<n>` got fewer than n bytes for 10 s or to the end of the log; or the modem refused a command that had announced more than it got (`AT+QFUPL`, `AT+QHTTPURL`).",
        why: "The modem waits until exactly that many bytes have come; umlauts and other signs are two bytes or more, CR and LF count.",
        fix: "Send the missing bytes, and count bytes, not characters.",
    };
    const HEARS: hears::Kinds = hears::DATA | hears::DATA_END | hears::EXCESS | hears::TICK | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Data | Event::Excess(_, true) => self.command_counted(event, dialog, book),
            Event::Excess(..) => {}
            Event::DataEnd => {
                let Some(ended) = dialog.data_done() else { return };
                let Some((_, handle)) = self.told.take_if(|(id, _)| *id == ended.id) else {
                    return Self::given_up(ended, dialog, book);
                };
                match ended.ended {
                    Some((DataEnded::Full | DataEnded::Answered, _)) => {
                        book.withdraw(handle);
                        book.unblame(ended.id, Self::DOC.slug);
                    }
                    // So it came to nothing.
                    Some((DataEnded::Refused, _)) => book.blame(ended.id, Self::DOC.slug),
                    _ => book.resolve(handle),
                }
            }
            _ => {
                let Some((data, n)) = Self::short(dialog) else { return };
                let over = matches!(event, Event::Finish)
                    || dialog.now.zip(data.last).is_some_and(|(now, last)| now >= last + PATIENCE);
                if !over || self.told.is_some_and(|(id, _)| id == data.id) || book.is_blamed(data.id) {
                    return;
                }
                let missing = n - data.count;
                let title = format!(
                    "{} of the {n} announced bytes {} sent: {missing} {} missing.",
                    data.count,
                    were(data.count),
                    if missing == 1 { "is" } else { "are" }
                );
                self.told = Some((data.id, book.add(Self::DOC, Draft::new(title, [Some(data.prompt), data.payload]))));
            }
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        let (data, _) = Self::short(dialog)?;
        if self.told.is_some_and(|(id, _)| id == data.id) { None } else { data.last.map(|last| last + PATIENCE) }
    }
}

/// `fixed-length-excess`.
#[derive(Debug, Default)]
pub(super) struct FixedExcess {
    told: u64,
}

impl FixedExcess {
    fn tell(&mut self, span: Span, more: bool, data: &Data, book: &mut Book) {
        if book.is_blamed(data.id) || std::mem::replace(&mut self.told, data.id) == data.id {
            return;
        }
        let DataKind::Fixed(n) = data.kind else { return };
        let draft = if more {
            Draft::new(
                format!("More than the {n} announced bytes were sent; the rest was taken for a command."),
                [data.payload, Some(span)],
            )
        } else {
            Draft::new(
                format!("A line end follows the {n} announced bytes; it is an empty command line and harmless."),
                [data.payload, Some(span)],
            )
            .severity(Note)
        };
        book.add(Self::DOC, draft);
    }
}

impl Rule for FixedExcess {
    const DOC: &'static Doc = &Doc {
        slug: "fixed-length-excess",
        severity: Warning,
        family: FAMILY,
        evidence: "More than the announced n bytes were sent after `AT+CIPSEND=<n>`; a mere line end is a note.",
        why: "The data is complete after n bytes; what follows goes to the command parser and spoils the next command.",
        fix: "Count all bytes of the data, or leave out what was added; a counted send needs no 1A.",
    };
    const HEARS: hears::Kinds = hears::EXCESS | hears::FINAL | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || dialog.sending.span().is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(data) = dialog.data_done() else { return };
        if data.elided || !matches!(data.ended, Some((DataEnded::Full, _))) {
            return;
        }
        if let Event::Excess(span, more) = *event {
            self.tell(span, more, data, book);
        } else {
            let behind =
                dialog.sending.span().filter(|span| data.payload.is_some_and(|payload| payload.end == span.start));
            if let Some(span) = behind.filter(|_| !is_command(dialog.sending.line())) {
                self.tell(span, true, data, book);
            }
        }
    }
}

/// `payload-too-long`.
#[derive(Debug, Default)]
pub(super) struct TooLong {
    told: Option<(u64, Handle)>,
}

/// What a SIM800 takes in one send when it was not asked.
const USUAL_LIMIT: u32 = 1460;

impl Rule for TooLong {
    const DOC: &'static Doc = &Doc {
        slug: "payload-too-long",
        severity: Problem,
        family: FAMILY,
        evidence: "More data than one send takes (what `AT+CIPSEND?` tells, else 1460 bytes), or `AT+CIPSEND=<n>` with a larger n is refused.",
        why: "The modem answers ERROR and drops the send when the limit is passed; the rest goes to the command parser.",
        fix: "Split the data into sends of at most the limit; AT+CIPSEND? shows it.",
    };
    const HEARS: hears::Kinds = hears::DATA | hears::results(SEND);

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        let limit = dialog.state.send_limit.unwrap_or(USUAL_LIMIT);
        let long = || dialog.data().is_some_and(|data| data.count > u64::from(limit));
        let refused = || dialog.done().is_some_and(Exchange::refused);
        self.told.is_some() || if hears::is_result(kinds) { refused() } else { long() }
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let limit = dialog.state.send_limit.unwrap_or(USUAL_LIMIT);
        if matches!(event, Event::Data) {
            let Some(data) = dialog.data() else { return };
            let told = self.told.is_some_and(|(id, _)| id == data.id);
            if data.role == Role::Send && data.kind == DataKind::Terminated && data.count > u64::from(limit) && !told {
                let title = format!("More than {limit} bytes were sent in one go: the modem refuses that.");
                self.told = Some((data.id, book.add(Self::DOC, Draft::new(title, [Some(data.prompt), data.payload]))));
                book.blame(data.id, Self::DOC.slug);
            }
            return;
        }
        let Some(done) = dialog.done() else { return };
        if done.role != Role::Send {
            return;
        }
        if let Some((_, handle)) = self.told.take_if(|(id, _)| *id == done.id) {
            if done.outcome.is_some_and(|(outcome, _)| outcome.good()) {
                book.withdraw(handle);
            }
            return;
        }
        let chief = done.chief();
        let length = if chief.count() == 2 { chief.number(1) } else { chief.number(0) };
        if done.refused() && chief.form == Form::Set && length.is_some_and(|length| length > limit) {
            let title = format!("{} announces more than the {limit} bytes that one send takes.", done.shown());
            book.add(Self::DOC, Draft::new(title, [Some(done.span), done.result_span()]));
            book.blame(done.id, Self::DOC.slug);
        }
    }
}

/// `prompt-switched-off`.
#[derive(Debug, Default)]
pub(super) struct PromptOff {
    told: bool,
}

impl Rule for PromptOff {
    const DOC: &'static Doc = &Doc {
        slug: "prompt-switched-off",
        severity: Note,
        family: FAMILY,
        evidence: "Connected, and `AT+CIPSEND` shows no `>` though `SEND OK` comes; or `AT+CIPSPRT=0` or `=2` was accepted.",
        why: "AT+CIPSPRT=0 and =2 switch the prompt off, so a program that waits for > waits for ever.",
        fix: "AT+CIPSPRT=1 brings the prompt back.",
    };
    const HEARS: hears::Kinds = hears::results(SEND);

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(done) = dialog.done() else { return };
        let accepted = matches!(done.outcome, Some((Outcome::Said(Said::Ok), _)));
        let draft = match done.role {
            Role::PromptShown if accepted && matches!(dialog.state.sprt, Some(0 | 2)) => {
                Draft::new("The prompt > was switched off with AT+CIPSPRT.", [Some(done.span)])
            }
            Role::PromptShown => {
                self.told &= !accepted;
                return;
            }
            Role::Send
                if matches!(done.outcome, Some((Outcome::Said(Said::SendOk), _)))
                    && done.takes_data
                    && done.invited.is_none()
                    // `AT+QISEND=0,5,"hello"`: the data stand in the command.
                    && done.chief().parameters().last().is_none_or(|last| !last.quoted)
                    && dialog.log.shows == Shows::Both
                    && !dialog.receiving.elided() =>
            {
                Draft::new(
                    "The data was sent, but no prompt > was shown before it.",
                    [Some(done.span), done.result_span()],
                )
            }
            _ => return,
        };
        if !std::mem::replace(&mut self.told, true) {
            book.add(Self::DOC, draft.send("AT+CIPSPRT=1", "AT+CIPSPRT=1\r"));
        }
    }
}

/// `byte-edits-payload`.
#[derive(Debug, Default)]
pub(super) struct ByteEdits {
    told: u64,
    escaped: Option<Escaped>,
}

/// Data that ESC ended.
#[derive(Clone, Copy, Debug)]
struct Escaped {
    /// The data's number.
    id: u64,
    /// The ESC.
    by: Span,
    /// The write that it came in.
    write: Option<u64>,
    /// What was given up, where it stands in the same write.
    text: Option<Span>,
}

impl Rule for ByteEdits {
    const DOC: &'static Doc = &Doc {
        slug: "byte-edits-payload",
        severity: Warning,
        family: FAMILY,
        evidence: "A backspace (0x08), or an ESC (0x1B) that more data follows, inside data of variable length; as a note, text and the ESC that gives it up in one write.",
        why: "At the prompt these bytes edit: ESC gives the data up, backspace may delete the byte before it.",
        fix: "Send data that holds such bytes with AT+CIPSEND=<length>.",
    };
    const HEARS: hears::Kinds = hears::DATA | hears::DATA_END | hears::JUNK | hears::COMMAND | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, _dialog: &Dialog) -> bool {
        !hears::is_command(kinds) || self.escaped.is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(data) = data(dialog) else { return };
        if let Some(backspace) = data.backspace.filter(|_| data.kind == DataKind::Terminated)
            && std::mem::replace(&mut self.told, data.id) != data.id
        {
            book.add(Self::DOC, Draft::new("A backspace (08) stands inside the data.", [Some(backspace)]));
        }
        match *event {
            Event::DataEnd => {
                self.escaped = match data.ended {
                    Some((DataEnded::Cancelled, Some(by))) => Some(Escaped {
                        id: data.id,
                        by,
                        write: dialog.sending.write(),
                        text: data.payload.filter(|_| !data.write.is_empty()),
                    }),
                    _ => None,
                };
            }
            Event::Junk(span) => self.behind_escape(span, dialog, book),
            Event::Command => self.given_up(book),
            Event::Finish => {
                if let Some(span) = dialog.sending.span().filter(|_| !is_command(dialog.sending.line())) {
                    self.behind_escape(span, dialog, book);
                }
                self.given_up(book);
            }
            _ => {}
        }
    }
}

impl ByteEdits {
    /// Nothing followed the ESC: whoever sends it together with a text may have meant 1A.
    fn given_up(&mut self, book: &mut Book) {
        let Some(Escaped { by, text: Some(text), .. }) = self.escaped.take() else { return };
        let title = "The text ended in ESC (1B), not in 1A: it was given up, and nothing was sent.";
        let draft = Draft::new(title, [Some(text), Some(by)])
            .severity(Note)
            .because("At the prompt ESC gives the text up; the byte 1A (decimal 26, Ctrl+Z) sends it.")
            .fix("Send 1A in place of 1B, if it was to go.");
        book.add(Self::DOC, draft);
    }

    fn behind_escape(&mut self, rest: Span, dialog: &Dialog, book: &mut Book) {
        let Some(Escaped { id, by, write, .. }) = self.escaped.take() else { return };
        if rest.start == by.end && write == dialog.sending.write() {
            book.add(
                Self::DOC,
                Draft::new("The byte ESC (1B) inside the data gave it up; nothing was sent.", [Some(by), Some(rest)]),
            );
            book.blame(id, Self::DOC.slug);
        }
    }
}
