//! What goes to the modem: commands told from data and from bytes that are neither.

use std::time::Duration;

use super::command::Asked;
use super::commands::{OPEN, Withdrawn};
use super::connections::LINKS;
use super::exchange::{Circumstances, Echo, Exchange, Span};
use super::{Dialog, Event, Shows};
use crate::modem::Direction;
use crate::vocabulary::{Form, Role, Takes, is_command, is_whole_command};

/// A command line that has ended, before it becomes an exchange.
struct Ended {
    span: Span,
    at: Option<Duration>,
    by_feed: bool,
}

impl Dialog {
    /// A write, or a further part of one, begins.
    pub(in crate::modem) fn begin_sent(&mut self, bytes: &[u8], send: u64, at: Option<Duration>) {
        self.now = at.or(self.now);
        self.sending.begin_write(send);
        self.looped.sent(bytes);
        if self.data().is_none() && !self.online {
            self.settle();
        }
        if self.sending.write_begins() {
            self.data.begin_write();
        }
    }

    /// Takes some of the bytes sent; at least one.
    pub(in crate::modem) fn sent_step(&mut self, bytes: &[u8]) -> usize {
        let used = if self.online {
            self.online_bytes(bytes)
        } else if self.data().is_some() {
            self.data_bytes(bytes)
        } else {
            self.command_bytes(bytes)
        };
        self.sending.go_on();
        used.max(1)
    }

    /// Sent bytes as a span of this moment.
    pub(super) fn sent_span(&self, len: usize) -> Span {
        let start = self.sending.total();
        let order = start + self.receiving.total();
        Span { direction: Direction::Tx, start, end: start + len as u64, at: self.now, order }
    }

    /// In data mode only `+++` alone means something: the modem will answer OK and listen to commands again.
    fn online_bytes(&mut self, bytes: &[u8]) -> usize {
        let span = self.sent_span(bytes.len());
        self.sending.count(bytes.len());
        if self.sending.write_begins() && bytes == b"+++" {
            self.push_command(bytes, &Ended { span, at: self.now, by_feed: false });
        } else if self.sending.write_begins()
            && let Some(line) = bytes.strip_suffix(b"\n").unwrap_or(bytes).strip_suffix(b"\r")
        {
            let escape = line == b"+++";
            if escape || is_whole_command(line) {
                self.events.push(Event::WhileOnline(span, escape));
            }
        }
        bytes.len()
    }

    fn command_bytes(&mut self, bytes: &[u8]) -> usize {
        if self.sending.take_after_cr() && bytes.first() == Some(&b'\n') {
            if self.sending.after_terminator() {
                self.events.push(Event::EmptyAfterTerminator(self.sent_span(1)));
            }
            self.sending.count(1);
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
        self.sending.count(1);
        match *end {
            b'\r' | b'\n' => {
                self.sending.ended_with(*end);
                self.end_line(*end == b'\n', end_span);
            }
            0x1A => self.stray(end_span),
            _ => self.sending.forget(),
        }
        if !matches!(*end, b'\r' | b'\n') || !self.sending.line().is_empty() {
            self.sending.leave_terminator();
        }
        text.len() + 1
    }

    /// At the start of a write: what was typed before it and never ended is told from what begins now.
    fn part_writes(&mut self, bytes: &[u8]) {
        if !self.sending.write_begins() || self.sending.line().is_empty() {
            return;
        }
        let begins_command = is_command(bytes);
        if let Some(span) = self.sending.span().filter(|_| begins_command && self.sending.at_once()) {
            let event = match (is_command(self.sending.line()), self.sending.take_after_count()) {
                (true, _) => Event::Glued(span),
                (false, true) => Event::Excess(span, true),
                (false, false) => Event::Junk(span),
            };
            if self.sending.line() != b"+++" {
                self.events.push(event);
            }
            self.sending.forget();
        }
        if self.sending.line() == b"+++" {
            self.sending.forget();
        }
    }

    fn type_bytes(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let span = self.sent_span(text.len());
        self.sending.type_text(text, span, self.now);
        if self.sending.line().eq_ignore_ascii_case(b"A/") && !self.commands.last().text.is_empty() {
            let line = self.commands.last().text.clone();
            let ended = Ended { span: self.sending.span().unwrap_or(span), at: self.now, by_feed: false };
            self.sending.forget();
            self.push_command(&line, &ended);
            if let Some(exchange) = self.commands.open_mut().last_mut() {
                exchange.echo = Echo::Whole;
            }
        }
    }

    /// Text that is no command was sent, its line not ended: does it belong to a command that waits for its prompt?
    fn neither(&mut self) {
        if !self.sending.may_be_command()
            && let Some(span) = self.sending.span()
        {
            self.early(span, false);
        }
    }

    /// Marks bytes sent before the prompt of their command. False if no command waits for one.
    fn early(&mut self, span: Span, terminator: bool) -> bool {
        let Some(exchange) = self.commands.open_mut().iter_mut().rev().find(|exchange| exchange.awaits_prompt()) else {
            return false;
        };
        exchange.early = Some(exchange.early.map_or(span, |early| early.to(span)));
        exchange.early_terminator |= terminator;
        true
    }

    fn stray(&mut self, span: Span) {
        let whole = self.sending.span().map_or(span, |typed| typed.to(span));
        let early = self.early(whole, true);
        if let Some(typed) = self.sending.span().filter(|_| !early && !self.sending.after_count()) {
            self.events.push(Event::Junk(typed));
        }
        let excess = self.sending.take_after_count();
        self.events.push(if excess { Event::Excess(whole, true) } else { Event::Stray(span) });
        self.sending.forget();
    }

    fn end_line(&mut self, by_feed: bool, end: Span) {
        let Some((text, span)) = self.sending.end_line() else {
            if self.sending.take_after_count() {
                self.events.push(Event::Excess(end, false));
            } else if self.sending.after_terminator() {
                self.events.push(Event::EmptyAfterTerminator(end));
            }
            return;
        };
        if is_command(&text) {
            self.sending.take_after_count();
            self.sending.leave_terminator();
            self.push_command(&text, &Ended { span, at: self.now, by_feed });
        } else if !self.early(span.to(end), false) {
            let excess = self.sending.take_after_count();
            self.events.push(if excess { Event::Excess(span, true) } else { Event::Junk(span) });
        }
        self.sending.keep_room(text);
    }

    /// A command that a log shows as its echo only.
    pub(super) fn echoed_command(&mut self, text: &[u8], span: Span) {
        self.settle();
        self.push_command(text, &Ended { span, at: span.at, by_feed: false });
        if let Some(exchange) = self.commands.open_mut().last_mut() {
            exchange.echo = Echo::Whole;
        }
    }

    fn push_command(&mut self, text: &[u8], ended: &Ended) {
        self.doubt.begin_anew();
        self.texts.end_whole();
        self.give_up_counted();
        self.give_up_overdue(ended.at);
        self.give_up_answered(text, ended.at);
        self.resynchronise();
        let mut exchange = self.blank(ended);
        exchange.text.clear();
        exchange.text.extend_from_slice(text);
        exchange.asks(self.read_command(text));
        let n = self.connection_number(&exchange);
        exchange.before = Circumstances {
            connection: self.state.connections.link(n),
            ip: self.state.connections.context(),
            mux: self.state.mux,
            unanswered: u32::try_from(self.commands.open().len()).unwrap_or(u32::MAX),
        };
        if exchange.role == Role::Open && exchange.asked.form == Form::Set {
            self.begin_connecting(n, &exchange, ended.span);
        }
        if self.log.shows == Shows::Both && text != b"+++" {
            self.count_silent(ended);
        }
        let takes_data = exchange.takes_data;
        self.commands.push(exchange);
        self.events.push(Event::Command);
        // A log of sent bytes shows no prompt: what follows is meant as data.
        if takes_data && self.log.shows == Shows::SentOnly {
            self.open_data(self.commands.open().len() - 1, ended.span);
        }
    }

    /// What a command line asks for. It may tell the family.
    fn read_command(&mut self, text: &[u8]) -> Asked {
        let asked = self.readings.of(text, self.telling.family());
        if !self.telling.asked_by(asked.knowing) {
            return asked;
        }
        self.state.framed = self.telling.family().framed;
        self.readings.of(text, self.telling.family())
    }

    /// A new exchange in the place of an old one.
    fn blank(&mut self, ended: &Ended) -> Box<Exchange> {
        // What a pasted log shows behind an echo need not be the whole answer: its length says nothing.
        let received_from = if self.log.shows == Shows::Echoed { 0 } else { self.receiving.total() };
        let mut exchange = self.commands.blank(ended.span, received_from);
        exchange.at = ended.at;
        exchange.by_feed = ended.by_feed;
        exchange
    }

    /// Gives up commands whose answer is overdue, so that the next result is not taken for theirs.
    fn give_up_overdue(&mut self, at: Option<Duration>) {
        if self.state.quiet == Some(true) {
            self.commands.lose_all();
        }
        while let Some(front) = self.commands.open().first() {
            let overdue = match (at, front.at) {
                (Some(now), Some(then)) => now > then + front.longest(),
                _ => false,
            };
            if !overdue && self.commands.open().len() < OPEN {
                return;
            }
            self.commands.lose(1);
        }
    }

    /// Gives up the command before that no result will come for: one that is asked again and was not heard, and, where
    /// a log leaves out lines, one whose information has come and not its OK.
    fn give_up_answered(&mut self, text: &[u8], at: Option<Duration>) {
        /// An echo comes sooner.
        const ECHO: Duration = Duration::from_millis(500);
        let offset = self.receiving.total();
        let Some(last) = self.commands.open().last() else { return };
        let unheard = last.text == text && last.received_from == offset && !last.takes_data && last.echo == Echo::None;
        let told = self.log.restored && last.information > 0 && last.only_asks();
        // A host shows what it sends, and the modem echoes it.
        let soon = last.at.zip(at).is_none_or(|(last, at)| at.saturating_sub(last) < ECHO);
        let same = soon && self.log.shows == Shows::Echoed && last.text == text;
        let twice = self.dealing.shows_again(same);
        match (twice, told, unheard) {
            (true, ..) => self.commands.withdraw(Withdrawn::ShownTwice),
            (_, true, _) => self.commands.withdraw(Withdrawn::Answered),
            (.., true) => self.commands.withdraw(Withdrawn::Unanswered),
            _ => {}
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
        let call = exchange.chief();
        let text = |what| {
            let place = exchange.asked.command.and_then(|command| command.place(what, &call, self.state.mux));
            place.map(|at| String::from_utf8_lossy(call.parameter(at).text).into_owned()).unwrap_or_default()
        };
        let (mut host, mut port) = (text(Takes::Host), text(Takes::Port));
        // Releases of one model differ in what stands in front of the host.
        if host.is_empty() || port.is_empty() {
            let kind = |text: &[u8]| text.eq_ignore_ascii_case(b"TCP") || text.eq_ignore_ascii_case(b"UDP");
            let named = call.parameters().position(|given| given.quoted && !kind(given.text));
            let given = |at: usize| String::from_utf8_lossy(call.parameter(at).text).into_owned();
            (host, port) = named.map(|at| (given(at), given(at + 1))).unwrap_or_default();
        }
        let peer = if port.is_empty() { host } else { format!("{host}:{port}") };
        self.state.connections.begin(n, command, peer);
    }

    fn count_silent(&mut self, ended: &Ended) {
        let silent = &mut self.silent;
        if silent.commands == 0 {
            silent.first = Some(ended.span);
            silent.since = ended.at;
        }
        silent.commands += 1;
        silent.last = Some(ended.span);
    }
}

/// What nearly all commands take at the most.
const SHORT: Duration = Duration::from_secs(5);

impl Exchange {
    /// How long it may take until its last answer.
    #[must_use]
    pub(crate) fn longest(&self) -> Duration {
        self.asked.command.and_then(|command| command.longest(&self.chief())).unwrap_or(SHORT)
    }
}
