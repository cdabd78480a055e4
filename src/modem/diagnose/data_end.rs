//! Ending the data: the byte 0x1A that was never sent, sent as text, or sent too often.

use std::time::Duration;

use super::Severity::{Note, Problem};
use super::book::{Book, Draft, Handle};
use super::doc::heading::DATA_END as FAMILY;
use super::rule::{Doc, Rule, hears};
use super::wording::were;
use crate::modem::dialog::exchange::{Data, DataEnded, DataKind, Span};
use crate::modem::dialog::{Dialog, Event, Shows};
use crate::notation::{self, Lookalike};
use crate::vocabulary::{self, Role, is_command, is_whole_command};

/// How long nothing must come before something counts as missing.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The data, open or just ended.
pub(super) fn data(dialog: &Dialog) -> Option<&Data> {
    dialog.data().or(dialog.data_done())
}

/// Open data of a kind that 0x1A ends, of which something was sent.
fn waiting(dialog: &Dialog) -> Option<&Data> {
    dialog.data().filter(|data| data.kind == DataKind::Terminated && data.count > 0 && !data.elided)
}

/// Nothing was sent for this long, or the log is over.
fn is_over(event: &Event, dialog: &Dialog, since: Option<Duration>) -> bool {
    match *event {
        Event::Finish => true,
        Event::Tick => dialog.now.zip(since).is_some_and(|(now, since)| now >= since + PATIENCE),
        _ => false,
    }
}

/// A finding about data that may still end well.
#[derive(Debug, Default)]
struct Pending {
    of: Option<(u64, Handle)>,
}

impl Pending {
    fn is(&self, id: u64) -> bool {
        self.of.is_some_and(|(of, _)| of == id)
    }

    /// The data ended: well, then the finding is taken back; by ESC, then it is put right.
    fn ended(&mut self, dialog: &Dialog, book: &mut Book, slug: &str) {
        let Some(data) = dialog.data_done() else { return };
        let Some((_, handle)) = self.of.take_if(|(of, _)| *of == data.id) else { return };
        match data.ended {
            // A refused SMS was ended too: before that the modem does not judge it.
            Some((DataEnded::Refused, _)) if matches!(data.role, Role::SmsSend | Role::SmsStore) => {
                book.withdraw(handle);
                book.unblame(data.id, slug);
            }
            Some((DataEnded::Terminator | DataEnded::Answered | DataEnded::Full, _)) => {
                book.withdraw(handle);
                book.unblame(data.id, slug);
            }
            Some((DataEnded::Cancelled, _)) => book.resolve(handle),
            _ => {}
        }
    }
}

fn what(role: Role) -> &'static str {
    match role {
        Role::SmsSend | Role::SmsStore => "SMS text",
        _ => "data",
    }
}

/// `missing-terminator`.
#[derive(Debug, Default)]
pub(super) struct MissingTerminator {
    told: Pending,
}

impl Rule for MissingTerminator {
    const DOC: &'static Doc = &Doc {
        slug: "missing-terminator",
        severity: Problem,
        family: FAMILY,
        evidence: "The prompt `> ` of a command that byte 0x1A ends is open, data was sent, and no 0x1A for 10 s or to the end of the log.",
        why: "The modem collects everything after > until byte 1A (hex; decimal 26, Ctrl+Z); Enter does not end it.",
        fix: "Send the single byte 1A to send the data, or ESC (1B) to give up; AT+CIPSEND=<length> needs no 1A.",
    };
    const HEARS: hears::Kinds = hears::TICK | hears::FINISH | hears::DATA | hears::DATA_END;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::DataEnd) {
            self.told.ended(dialog, book, Self::DOC.slug);
            return;
        }
        let Some(data) = waiting(dialog) else { return };
        if book.is_blamed(data.id)
            && let Some((_, handle)) = self.told.of.take_if(|(of, _)| *of == data.id)
        {
            // What was sent since tells the cause better.
            book.withdraw(handle);
        }
        if self.told.is(data.id)
            || book.is_blamed(data.id)
            || dialog.state.timed_send == Some(true)
            || !is_over(event, dialog, data.last)
        {
            return;
        }
        // Of several lines in a pasted log nobody knows which of them were typed.
        let title = if dialog.log.restored && dialog.log.shows == Shows::Echoed && data.pieces > 1 {
            format!("There is {} behind the prompt, but the byte 1A that sends it is missing.", what(data.role))
        } else {
            format!(
                "{} of {} {} sent, but the byte 1A that sends {} is missing.",
                notation::in_bytes(data.count),
                what(data.role),
                were(data.count),
                if data.count == 1 { "it" } else { "them" }
            )
        };
        let confidence = if dialog.log.shows == Shows::Echoed { 75 } else { 95 };
        let draft = Draft::new(title, [Some(data.prompt), data.payload]);
        // Only a send has a form that announces its length.
        let draft = if data.role == Role::Send {
            draft
        } else {
            draft.fix("Send the single byte 1A to send it, or ESC (1B) to give up.")
        };
        let draft = draft.confidence(confidence).send("Send 1A", [0x1A]).send("Send ESC (cancel)", [0x1B]);
        self.told.of = Some((data.id, book.add(Self::DOC, draft)));
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        waiting(dialog).filter(|data| !self.told.is(data.id)).and_then(|data| data.last).map(|last| last + PATIENCE)
    }
}

/// `terminator-typed-as-text`.
#[derive(Debug, Default)]
pub(super) struct TypedAsText {
    told: Pending,
    /// Bytes of data there were when it was told.
    count: u64,
    /// In a log that somebody has pasted: a line of this data ended in it. What stands behind may be what he writes below.
    before: Option<(u64, Lookalike, Option<Span>)>,
}

impl TypedAsText {
    fn tell(&mut self, found: &Lookalike, at: Option<Span>, data: &Data, book: &mut Book, confidence: u8) {
        let title = format!("The text {:?} was sent, not the byte 1A that it stands for.", found.text);
        let cause = match found.text.as_str() {
            "26" => "The two digits 26 are two bytes (32 36); in a sketch print(26) prints digits, write(26) sends the byte.".to_owned(),
            "38" => "print(0x26) prints the digits 38, and hex 26 is not the byte that is meant: 1A hex is 26 decimal.".to_owned(),
            "&" => "& is the byte 26 hex; the byte that ends the data is 26 decimal, 1A hex.".to_owned(),
            text => format!("The modem took {text:?} as {} of {} more, and still waits for the single byte 1A.", notation::in_bytes(found.range.len() as u64), what(data.role)),
        };
        let draft = Draft::new(title, [Some(data.prompt), at])
            .because(cause)
            .confidence(confidence)
            .send("Send the byte 1A", [0x1A])
            .send("Send ESC (cancel)", [0x1B]);
        self.told.of = Some((data.id, book.add(Self::DOC, draft)));
        self.count = data.count;
        book.blame(data.id, Self::DOC.slug);
    }

    /// Data was sent: a write of its own that stands for 1A, or a command behind text that does.
    fn data_sent(&mut self, dialog: &Dialog, book: &mut Book) {
        let Some(data) = waiting(dialog) else { return };
        let Some(own) = data.own_write() else { return };
        let command = is_whole_command(own.trim_ascii_end());
        if self.told.is(data.id) {
            let again = notation::lookalike(own).is_some_and(|found| found.alone);
            // Behind what somebody has pasted stands what he writes below it.
            if !dialog.log.read_ahead
                && !command
                && !again
                && !own.trim_ascii().is_empty()
                && let Some((_, handle)) = self.told.of.take()
            {
                book.withdraw(handle);
                book.unblame(data.id, Self::DOC.slug);
            }
            return;
        }
        if book.is_blamed(data.id) {
            return;
        }
        if let Some(found) = notation::lookalike(own).filter(|found| found.alone && found.certain) {
            let at = data.last_bytes(own.len() - found.range.end, found.range.len());
            self.tell(&found, at, data, book, 95);
        } else if command
            && let Some(found) =
                notation::lookalike(&data.tail_before).filter(|found| plausible(found, &data.tail_before))
        {
            let behind = own.len() + data.tail_before.len() - found.range.end;
            self.tell(&found, data.last_bytes(behind, found.range.len()), data, book, 85);
        } else if dialog.log.read_ahead
            && let Some(found) = notation::lookalike(own).filter(|found| found.certain || found.alone)
        {
            let at = data.last_bytes(own.len() - found.range.end, found.range.len());
            self.before = Some((data.id, found, at));
        }
    }
}

/// `26`, `38` and `&` are common at the end of data; behind a blank or `=` they belong to it.
fn plausible(found: &Lookalike, text: &[u8]) -> bool {
    let before = found.range.start.checked_sub(1).and_then(|at| text.get(at)).copied();
    let belongs = matches!(before, Some(b'=' | b' ')) || found.text == "&" && text.contains(&b'=');
    found.certain || found.alone || !belongs
}

impl Rule for TypedAsText {
    const DOC: &'static Doc = &Doc {
        slug: "terminator-typed-as-text",
        severity: Problem,
        family: FAMILY,
        evidence: "At an open prompt the data ends in text that stands for 0x1A: `1A`, `0x1A`, `\\x1A`, `\\032`, `^Z`, `<1A>`, `<SUB>`, `<CTRL+Z>`, `$1A`, `#026`, `26`, `38`, `&` and the like; alone in its own write, or at the very end with nothing after it.",
        why: "Characters that spell 1A are ordinary data; the modem waits for the single byte 1A.",
        fix: "Send the byte: in Mixed mode type \\x1A, in Hex mode 1A, press Ctrl+Z, or in a sketch write(26).",
    };
    const HEARS: hears::Kinds = hears::DATA | hears::DATA_END | hears::TICK | hears::FINISH;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::Data => self.data_sent(dialog, book),
            Event::DataEnd => self.told.ended(dialog, book, Self::DOC.slug),
            _ => {
                let Some(data) = waiting(dialog) else { return };
                if self.told.is(data.id) || book.is_blamed(data.id) || !is_over(event, dialog, data.last) {
                    return;
                }
                let own = data.own_write().and_then(notation::lookalike).filter(|found| found.alone);
                let alone = own.is_some();
                let Some(found) = notation::lookalike(&data.tail).filter(|found| alone || plausible(found, &data.tail))
                else {
                    if let Some((_, found, at)) = self.before.take().filter(|(of, ..)| *of == data.id) {
                        self.tell(&found, at, data, book, 70);
                    }
                    return;
                };
                let at = data.last_bytes(data.tail.len() - found.range.end, found.range.len());
                let confidence = if found.certain || alone { 90 } else { 65 };
                self.tell(&found, at, data, book, confidence);
            }
        }
    }

    #[inline(always)]
    fn deadline(&self, dialog: &Dialog) -> Option<Duration> {
        waiting(dialog).filter(|data| !self.told.is(data.id)).and_then(|data| data.last).map(|last| last + PATIENCE)
    }
}

/// `command-as-payload`.
#[derive(Debug, Default)]
pub(super) struct CommandAsPayload {
    told: Pending,
}

impl Rule for CommandAsPayload {
    const DOC: &'static Doc = &Doc {
        slug: "command-as-payload",
        severity: Problem,
        family: FAMILY,
        evidence: "A known command, alone in its write and ended with CR, is sent while a prompt is open, and no 0x1A: it is echoed, but not answered.",
        why: "As long as > is open everything is data, commands too; the byte 1A or ESC was forgotten before.",
        fix: "Send ESC (1B) to leave the prompt, or 1A to send what is there, then the command again.",
    };
    const HEARS: hears::Kinds = hears::DATA | hears::DATA_END;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        if matches!(event, Event::DataEnd) {
            self.told.ended(dialog, book, Self::DOC.slug);
            return;
        }
        let Some(data) = waiting(dialog) else { return };
        let Some(own) = data.own_write() else { return };
        let ended = own.ends_with(b"\r") || own.ends_with(b"\n") || dialog.log.shows == Shows::Echoed;
        let line = own.trim_ascii_end();
        let known = || vocabulary::sim800().first(line).is_some();
        if !ended
            || self.told.is(data.id)
            || book.is_blamed(data.id)
            || !is_whole_command(line)
            || line.contains(&b'\r')
            || !known()
        {
            return;
        }
        let command = String::from_utf8_lossy(line).into_owned();
        let draft = Draft::new(
            format!("{command} was sent while the modem waits for {}: it became part of it.", what(data.role)),
            [Some(data.prompt), data.write_span],
        )
        .send("Send ESC (cancel)", [0x1B])
        .send("Send 1A", [0x1A]);
        self.told.of = Some((data.id, book.add(Self::DOC, draft)));
        book.blame(data.id, Self::DOC.slug);
    }
}

/// `line-end-before-terminator`.
#[derive(Debug, Default)]
pub(super) struct LineEndBefore;

impl Rule for LineEndBefore {
    const DOC: &'static Doc = &Doc {
        slug: "line-end-before-terminator",
        severity: Note,
        family: FAMILY,
        evidence: "The data ends in CR LF right before 0x1A.",
        why: "What println adds is data like the rest; in an SMS each CR shows another prompt.",
        fix: "If the receiver should not get the line end, send the text without it (print instead of println).",
    };
    const HEARS: hears::Kinds = hears::DATA_END;

    fn on(&mut self, _event: &Event, dialog: &Dialog, book: &mut Book) {
        let Some(data) = dialog.data_done() else { return };
        let Some((DataEnded::Terminator, Some(by))) = data.ended else { return };
        let ends = data.tail.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        // The empty line at the end of an HTTP request has to be there.
        if data.kind != DataKind::Terminated || ends == 0 || ends > 2 || data.count <= ends as u64 {
            return;
        }
        let title = "The line end before the byte 1A is part of the data.".to_owned();
        book.add(Self::DOC, Draft::new(title, [data.last_bytes(0, ends), Some(by)]));
    }
}

/// `line-end-after-terminator`.
#[derive(Debug, Default)]
pub(super) struct LineEndAfter {
    told: u64,
}

impl Rule for LineEndAfter {
    const DOC: &'static Doc = &Doc {
        slug: "line-end-after-terminator",
        severity: Note,
        family: FAMILY,
        evidence: "CR LF follows right after the 0x1A that ends the data.",
        why: "The modem takes it for an empty command line, which does nothing.",
        fix: "Nothing has to be done; write(26) sends the byte without a line end.",
    };
    const HEARS: hears::Kinds = hears::EMPTY;

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        let (Event::EmptyAfterTerminator(span), Some(data)) = (*event, dialog.data_done()) else { return };
        if std::mem::replace(&mut self.told, data.id) != data.id {
            let by = data.ended.and_then(|(_, by)| by);
            book.add(Self::DOC, Draft::new("An empty line follows the byte 1A; it is harmless.", [by, Some(span)]));
        }
    }
}

/// `terminator-inside-payload`.
#[derive(Debug, Default)]
pub(super) struct InsidePayload {
    /// The data, its 0x1A, and the write that it stood in.
    ended: Option<(u64, Span, Option<u64>)>,
    rest: Option<Span>,
}

impl InsidePayload {
    fn tell(&mut self, book: &mut Book) {
        let Some((id, by, _)) = self.ended.take() else { return };
        let Some(rest) = self.rest.take() else { return };
        book.add(
            Self::DOC,
            Draft::new(
                "A byte 1A inside the data ended it early; the rest was taken for commands.",
                [Some(by), Some(rest)],
            ),
        );
        book.blame(id, Self::DOC.slug);
    }
}

impl Rule for InsidePayload {
    const DOC: &'static Doc = &Doc {
        slug: "terminator-inside-payload",
        severity: Problem,
        family: FAMILY,
        evidence: "Data of variable length has a 0x1A in its middle: `SEND OK` comes early, and the rest of the write is answered ERROR or taken for a command.",
        why: "Without a length the first byte 1A ends the data, also when it is meant as data.",
        fix: "Send binary data with AT+CIPSEND=<length>; there 1A is a byte like any other.",
    };
    const HEARS: hears::Kinds = hears::DATA_END | hears::JUNK | hears::FINAL | hears::FINISH;

    #[inline(always)]
    fn heeds(&self, kinds: hears::Kinds, dialog: &Dialog) -> bool {
        !hears::is_result(kinds) || self.ended.is_some() && dialog.sending.span().is_some()
    }

    fn on(&mut self, event: &Event, dialog: &Dialog, book: &mut Book) {
        match *event {
            Event::DataEnd => {
                let data = dialog.data_done();
                self.rest = None;
                self.ended = data.and_then(|data| match data.ended {
                    Some((DataEnded::Terminator, Some(by))) if !data.elided => {
                        Some((data.id, by, dialog.sending.write()))
                    }
                    _ => None,
                });
            }
            Event::Junk(span) => {
                if let Some((_, by, write)) = self.ended
                    && span.start == by.end
                    && write == dialog.sending.write()
                {
                    self.rest = Some(span);
                    self.tell(book);
                }
            }
            _ => {
                let Some((_, by, write)) = self.ended else { return };
                let typed =
                    dialog.sending.span().filter(|span| span.start == by.end && write == dialog.sending.write());
                if typed.is_some() && !is_command(dialog.sending.line()) && dialog.sending.line().len() > 1 {
                    self.rest = typed;
                    self.tell(book);
                }
            }
        }
    }
}
