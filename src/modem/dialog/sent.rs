//! What goes to the modem: commands told from data and from bytes that are neither.

use std::time::Duration;

use super::exchange::{Circumstances, Echo, Exchange, Outcome, Span};
use super::said::Said;
use super::state::{Connection, LINKS};
use super::{Dialog, Event, OPEN, Record};
use crate::modem::Direction;
use crate::vocabulary::{Form, Line, Role, Takes, is_command};

/// Longest command line that is kept; the modem takes 556 characters behind `AT`.
const LINE: usize = 600;

/// A command line that is sent, before it becomes an exchange.
struct Sending {
    span: Span,
    at: Option<Duration>,
    by_feed: bool,
}

impl Dialog {
    /// A write, or a further part of one, begins.
    pub(in crate::modem) fn begin_sent(&mut self, bytes: &[u8], send: u64, at: Option<Duration>) {
        self.now = at.or(self.now);
        self.write_begins = self.send != Some(send);
        self.send = Some(send);
        self.looped.sent(bytes);
        if self.data.is_none() && !self.online {
            self.settle();
        }
        if self.write_begins
            && let Some(data) = &mut self.data
        {
            data.begin_write();
        }
    }

    /// Takes some of the bytes sent; at least one.
    pub(in crate::modem) fn sent_step(&mut self, bytes: &[u8]) -> usize {
        let used = if self.online {
            self.online_bytes(bytes)
        } else if self.data.is_some() {
            self.data_bytes(bytes)
        } else {
            self.command_bytes(bytes)
        };
        self.write_begins = false;
        used.max(1)
    }

    /// Sent bytes as a span of this moment.
    pub(super) fn sent_span(&self, len: usize) -> Span {
        let start = self.sent_total;
        let order = start + self.digest.offset();
        Span { direction: Direction::Tx, start, end: start + len as u64, at: self.now, order }
    }

    /// In data mode only `+++` alone means something: the modem will answer OK and listen to commands again.
    fn online_bytes(&mut self, bytes: &[u8]) -> usize {
        let span = self.sent_span(bytes.len());
        self.sent_total += bytes.len() as u64;
        if self.write_begins && bytes == b"+++" {
            self.push_command(bytes, &Sending { span, at: self.now, by_feed: false });
        }
        bytes.len()
    }

    fn command_bytes(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.after_cr) && bytes.first() == Some(&b'\n') {
            if self.after_terminator {
                self.events.push(Event::EmptyAfterTerminator(self.sent_span(1)));
            }
            self.sent_total += 1;
            return 1;
        }
        self.part_writes(bytes);
        let found = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B));
        let text = found.and_then(|at| bytes.get(..at)).unwrap_or(bytes);
        self.type_bytes(text);
        let Some(end) = found.and_then(|at| bytes.get(at)) else {
            self.neither();
            return text.len();
        };
        let end_span = self.sent_span(1);
        self.sent_total += 1;
        match *end {
            b'\r' | b'\n' => {
                self.after_cr = *end == b'\r';
                self.end_line(*end == b'\n', end_span);
            }
            0x1A => self.stray(end_span),
            _ => self.forget_typed(),
        }
        if !matches!(*end, b'\r' | b'\n') || !self.typed.is_empty() {
            self.after_terminator = false;
        }
        text.len() + 1
    }

    /// At the start of a write: what was typed before it and never ended is told from what begins now.
    fn part_writes(&mut self, bytes: &[u8]) {
        if !self.write_begins || self.typed.is_empty() {
            return;
        }
        let begins_command = is_command(bytes);
        if let Some(span) = self.typed_span.filter(|_| begins_command && self.typed_at_once) {
            let event = match (is_command(&self.typed), std::mem::take(&mut self.after_count)) {
                (true, _) => Event::Glued(span),
                (false, true) => Event::Excess(span, true),
                (false, false) => Event::Junk(span),
            };
            if self.typed != b"+++" {
                self.events.push(event);
            }
            self.forget_typed();
        }
        if self.typed == b"+++" {
            self.forget_typed();
        }
    }

    fn type_bytes(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let span = self.sent_span(text.len());
        self.typed_at_once = self.typed.is_empty() && text.len() > 1;
        self.typed_span = Some(self.typed_span.map_or(span, |typed| typed.to(span)));
        self.typed_last = self.now;
        let room = LINE.saturating_sub(self.typed.len()).min(text.len());
        self.typed.extend_from_slice(text.get(..room).unwrap_or_default());
        self.sent_total += text.len() as u64;
        if self.typed.eq_ignore_ascii_case(b"A/") && !self.last.text.is_empty() {
            let line = self.last.text.clone();
            let sending = Sending { span: self.typed_span.unwrap_or(span), at: self.now, by_feed: false };
            self.forget_typed();
            self.push_command(&line, &sending);
            if let Some(exchange) = self.open.last_mut() {
                exchange.echo = Echo::Whole;
            }
        }
    }

    pub(super) fn forget_typed(&mut self) {
        self.typed.clear();
        self.typed_span = None;
    }

    /// Text that is no command was sent, its line not ended: does it belong to a command that waits for its prompt?
    fn neither(&mut self) {
        let typed = self.typed.as_slice();
        let may_be_command =
            is_command(typed) || matches!(typed, [] | [b'A' | b'a'] | [b'A' | b'a', b'/'] | [b'+', ..]);
        if !may_be_command && let Some(span) = self.typed_span {
            self.early(span, false);
        }
    }

    /// Marks bytes sent before the prompt of their command. False if no command waits for one.
    fn early(&mut self, span: Span, terminator: bool) -> bool {
        let Some(exchange) = self.open.iter_mut().rev().find(|exchange| exchange.awaits_prompt()) else { return false };
        exchange.early = Some(exchange.early.map_or(span, |early| early.to(span)));
        exchange.early_terminator |= terminator;
        true
    }

    fn stray(&mut self, span: Span) {
        let whole = self.typed_span.map_or(span, |typed| typed.to(span));
        let early = self.early(whole, true);
        if let Some(typed) = self.typed_span.filter(|_| !early && !self.after_count) {
            self.events.push(Event::Junk(typed));
        }
        if std::mem::take(&mut self.after_count) {
            self.events.push(Event::Excess(whole, true));
        } else {
            self.events.push(Event::Stray(span));
        }
        self.forget_typed();
    }

    fn end_line(&mut self, by_feed: bool, end: Span) {
        let Some(span) = self.typed_span.take() else {
            if std::mem::take(&mut self.after_count) {
                self.events.push(Event::Excess(end, false));
            } else if self.after_terminator {
                self.events.push(Event::EmptyAfterTerminator(end));
            }
            return;
        };
        let text = std::mem::take(&mut self.typed);
        if is_command(&text) {
            self.after_count = false;
            self.after_terminator = false;
            self.push_command(&text, &Sending { span, at: self.now, by_feed });
        } else if !self.early(span.to(end), false) {
            let event =
                if std::mem::take(&mut self.after_count) { Event::Excess(span, true) } else { Event::Junk(span) };
            self.events.push(event);
        }
        self.typed = text;
        self.typed.clear();
    }

    /// A command that a log shows as its echo only.
    pub(super) fn echoed_command(&mut self, text: &[u8], span: Span) {
        self.settle();
        self.push_command(text, &Sending { span, at: span.at, by_feed: false });
        if let Some(exchange) = self.open.last_mut() {
            exchange.echo = Echo::Whole;
        }
    }

    fn push_command(&mut self, text: &[u8], sending: &Sending) {
        self.dirty = false;
        self.sms_text = false;
        self.give_up_payload();
        self.give_up_overdue(sending.at);
        self.give_up_answered(text);
        self.resynchronise();
        self.tally.commands += 1;
        self.tally.repeated += u32::from(self.last.text == text);
        let mut exchange = self.blank(sending);
        exchange.text.clear();
        exchange.text.extend_from_slice(text);
        if Line::read(text).is_some_and(|line| self.telling.asked(line)) {
            self.state.framed = self.telling.family().framed;
        }
        exchange.find_chief(self.telling.family());
        let n = self.connection_number(&exchange);
        exchange.before = Circumstances {
            connection: self.state.connection(n),
            ip: self.state.ip,
            mux: self.state.mux,
            unanswered: u32::try_from(self.open.len()).unwrap_or(u32::MAX),
        };
        if exchange.role == Role::Open && exchange.asked.form == Form::Set {
            self.begin_connecting(n, &exchange, sending.span);
        }
        if self.record == Record::Both && text != b"+++" {
            self.count_silent(sending);
        }
        self.last.span = Some(sending.span);
        self.last.role = exchange.role;
        self.last.text.clear();
        self.last.text.extend_from_slice(text);
        let takes_data = exchange.takes_data;
        self.open.push(exchange);
        self.events.push(Event::Command);
        // A log of sent bytes shows no prompt: what follows is meant as data.
        if takes_data && self.record == Record::SentOnly {
            self.open_data(self.open.len() - 1, sending.span);
        }
    }

    /// A new exchange in the place of an old one.
    fn blank(&mut self, sending: &Sending) -> Box<Exchange> {
        self.next_id += 1;
        let mut exchange = self.spare.pop().unwrap_or_else(|| Box::new(Exchange::new(sending.span)));
        // What a pasted log shows behind an echo need not be the whole answer: its length says nothing.
        let received_from = if self.record == Record::Echoed { 0 } else { self.digest.offset() };
        exchange.renew(self.next_id, sending.span, received_from);
        exchange.at = sending.at;
        exchange.by_feed = sending.by_feed;
        exchange
    }

    /// Gives up commands whose answer is overdue, so that the next result is not taken for theirs.
    fn give_up_overdue(&mut self, at: Option<Duration>) {
        if self.state.quiet == Some(true) {
            self.lose(self.open.len());
        }
        while let Some(front) = self.open.first() {
            let overdue = match (at, front.at) {
                (Some(now), Some(then)) => now > then + front.longest(),
                _ => false,
            };
            if !overdue && self.open.len() < OPEN {
                return;
            }
            self.lose(1);
        }
    }

    /// Gives up the command before that no result will come for: one that is asked again and was not heard, and, where
    /// a log leaves out lines, one whose information has come and not its OK.
    fn give_up_answered(&mut self, text: &[u8]) {
        let offset = self.digest.offset();
        let Some(last) = self.open.last() else { return };
        let unheard = last.text == text && last.received_from == offset && !last.takes_data && last.echo == Echo::None;
        let told = self.restored && last.information > 0 && last.only_asks();
        // A host shows what it sends, and the modem echoes it.
        let twice = self.record == Record::Echoed && last.text == text && !self.heard_since && !self.twice;
        self.twice = twice;
        if (unheard || told || twice)
            && let Some(exchange) = self.open.pop()
        {
            if twice {
                self.tally.commands = self.tally.commands.saturating_sub(1);
            } else if told {
                self.tally.done(&exchange, Outcome::Said(Said::Ok));
            } else {
                self.tally.unanswered(&exchange);
            }
            self.recycle(exchange);
        }
    }

    /// Which connection a command is about; `None` for the only one.
    pub(super) fn connection_number(&self, exchange: &Exchange) -> Option<u8> {
        if !matches!(exchange.role, Role::Open | Role::Send | Role::Close) {
            return None;
        }
        let call = exchange.chief();
        let place = exchange.asked.command?.place(Takes::Link, &call, self.state.mux)?;
        call.number(place).and_then(|n| u8::try_from(n).ok()).filter(|&n| n < LINKS)
    }

    fn begin_connecting(&mut self, n: Option<u8>, exchange: &Exchange, command: Span) {
        if self.state.connection(n) == Connection::Open {
            return;
        }
        self.state.set_connection(n, Connection::Connecting { command, accepted: false });
        let call = exchange.chief();
        let text = |what| {
            let place = exchange.asked.command.and_then(|command| command.place(what, &call, self.state.mux));
            place.map(|at| String::from_utf8_lossy(call.parameter(at).text).into_owned()).unwrap_or_default()
        };
        self.state.peer = format!("{}:{}", text(Takes::Host), text(Takes::Port));
    }

    fn count_silent(&mut self, sending: &Sending) {
        let silent = &mut self.silent;
        if silent.commands == 0 {
            silent.first = Some(sending.span);
            silent.since = sending.at;
        }
        silent.commands += 1;
        silent.last = Some(sending.span);
    }
}

/// What nearly all commands take at the most.
const SHORT: Duration = Duration::from_secs(5);

impl Exchange {
    /// How long it may take until its last answer.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.asked.command.and_then(|command| command.longest(&self.chief())).unwrap_or(SHORT)
    }
}
