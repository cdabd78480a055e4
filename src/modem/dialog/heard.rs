//! Lines that the modem says: final results, information and unsolicited ones, and how far each is to be trusted.
//!
//! While a peer's data may come bare (single connection, `CIPHEAD=0`), data may hold any of these lines. Then a line
//! counts only if no data follows it before the next command or a second of silence.

use super::deafness::Deafness;
use super::exchange::{DataEnded, Exchange, Outcome, Span};
use super::said::{Network, Pin, Said};
use super::{Dialog, Event};
use crate::modem::digest::Line;
use crate::vocabulary::{self, Command, Family, Form, Role};

impl Dialog {
    /// Judges a line and lets it count, now or when it has proved itself.
    pub(super) fn heard(&mut self, said: Said, line: &Line<'_>, span: Span, framed: bool) {
        // Behind the head of an SMS the command has worked: only OK ends it, all else is what somebody has written.
        if self.texts.goes_on() && !(framed && matches!(said, Said::Ok)) && !matches!(said, Said::SmsHead) {
            if self.texts.in_message() {
                self.text_of_message(line.text, span);
            }
            return;
        }
        if self.invited(line.text, said, span) {
            return;
        }
        // Behind +++ a framed OK is the modem's.
        let left = self.online
            && framed
            && said == Said::Ok
            && self.commands.open().first().is_some_and(|open| open.text == b"+++");
        let bare = (self.state.bare_data_possible() || self.online) && !left;
        // Where nothing was asked, nothing can be refused: it is a peer's, if the log shows what is asked.
        // A quick send may still fail.
        let refuses = said.is_error() || matches!(said, Said::SendFail) && self.doubt.data_seen();
        if bare && refuses && self.commands.open().is_empty() && !self.state.connections.peer().is_empty() {
            self.doubt.see_line_of_data();
            return;
        }
        match said {
            Said::Unknown => self.answer_or_unknown(line, span),
            Said::Ok
            | Said::Error
            | Said::Cme(_)
            | Said::Cms(_)
            | Said::SendOk
            | Said::SendFail
            | Said::ShutOk
            | Said::CloseOk(_) => {
                if bare && (self.doubt.data_seen() || !framed) && !matches!(said, Said::SendOk) {
                    self.doubt.hold_result(said, span);
                } else {
                    self.count_held();
                    if self.events.is_empty() {
                        self.result(said, span);
                    } else {
                        self.later = Some((said, span));
                    }
                }
            }
            Said::Busy => self.turned_away(span),
            Said::Digit(digit) => self.digit(digit, line, span),
            Said::Address => self.address(span),
            Said::Rdy | Said::Cfun(_) | Said::CallReady | Said::SmsReady if bare => {
                self.starting_up(said, span, framed);
            }
            _ if is_setting(said) && self.lists_settings() => {
                if let Some(front) = self.commands.open_mut().first_mut() {
                    front.information += 1;
                }
            }
            // PPP never holds it: in its frames the line ends are written otherwise.
            Said::CallEnd if self.online && framed && self.state.transparent != Some(true) => self.count(said, span),
            Said::Counted(_) | Said::RxData(_) if bare && self.unasked(said) => self.doubt.see_data(),
            _ if bare && self.unasked(said) => self.doubt.hold(said, span, framed),
            _ => self.count(said, span),
        }
    }

    /// A command that shows all settings waits for its result: what it shows is how they are set, not how things are.
    fn lists_settings(&self) -> bool {
        self.commands.open().first().is_some_and(|front| front.role == Role::Text)
    }

    /// A command that is open asks for this kind of answer.
    fn asked(&self, said: Said) -> bool {
        let fits = |role: Role| match said {
            Said::Cpin(_) => role == Role::Sim,
            Said::Cfun(_) => role == Role::Functions,
            Said::Registration(Network::Voice, ..) => role == Role::Registration,
            Said::Registration(..) => role == Role::DataRegistration,
            Said::Operator(_) => role == Role::Operator,
            Said::Ussd(..) => role == Role::Ussd,
            Said::Csq(_) => role == Role::Signal,
            Said::Cbc(_) => role == Role::Battery,
            Said::Attached(_) => role == Role::Attach,
            Said::RxData(_) | Said::RxCount => role == Role::Receive,
            Said::SmsHead => matches!(role, Role::SmsRead | Role::SmsList),
            Said::Stored => matches!(role, Role::SmsSend | Role::SmsStore),
            Said::SendLimit(_) => role == Role::Send,
            Said::ConnectOk(_) | Said::ConnectFail(_) | Said::AlreadyConnect(_) | Said::Connect => {
                matches!(role, Role::Open | Role::Online | Role::Dial | Role::Upload)
            }
            Said::PdpDeact => role == Role::ContextOpen,
            Said::Download => matches!(role, Role::HttpData | Role::Upload),
            Said::Counted(_) => matches!(role, Role::HttpRead | Role::Text | Role::Receive) || role.tells_nothing(),
            _ => role.tells_nothing(),
        };
        self.commands.open().iter().any(|exchange| fits(exchange.role))
    }

    fn unasked(&self, said: Said) -> bool {
        !matches!(said, Said::State(_) | Said::Info | Said::Ipd(_) | Said::Receive(_) | Said::RxWaiting)
            && !self.asked(said)
    }

    /// Boot lines between a peer's data.
    fn starting_up(&mut self, said: Said, span: Span, framed: bool) {
        if matches!(said, Said::Cfun(_)) && self.asked(said) {
            self.count(said, span);
            return;
        }
        for (said, span) in self.doubt.starts(said, span, framed).into_iter().flatten() {
            self.count(said, span);
        }
    }

    /// Lets what was held back count: nothing came after it that would make it data.
    pub(super) fn settle(&mut self) {
        if let Some((said, span)) = self.doubt.take_result() {
            self.result(said, span);
        }
        self.count_held();
    }

    /// What was put off so that rules see one step after the other.
    pub(super) fn do_later(&mut self) {
        if let Some((said, span)) = self.later.take() {
            self.result(said, span);
        }
    }

    fn count_held(&mut self) {
        for (said, span) in self.doubt.take_held() {
            self.count(said, span);
        }
    }

    fn answer_or_unknown(&mut self, line: &Line<'_>, span: Span) {
        let informs = !self.state.bare_data_possible()
            && !is_console(line.text)
            && line.text.iter().all(|byte| (0x20..0x7F).contains(byte));
        match self.commands.open_mut().first_mut() {
            Some(front)
                if informs
                    && !front.takes_data
                    && matches!(
                        front.role,
                        Role::Other
                            | Role::Identity
                            | Role::Ussd
                            | Role::Basic
                            | Role::Operator
                            | Role::Sms
                            | Role::SmsList
                            | Role::SmsRead
                            | Role::ConnectionState
                            | Role::HttpRead
                            | Role::Text
                    ) =>
            {
                front.information += 1;
            }
            _ => self.unknown_line(line, span),
        }
    }

    /// The modem is at work on a command: the newest one is lost. Where that is the only one, and takes its time, it answers
    /// something that the log does not show.
    fn turned_away(&mut self, span: Span) {
        let alone = self.commands.open().len() == 1 && self.commands.open().iter().any(|open| open.is_slow());
        let newest = self.commands.open().len().checked_sub(1).filter(|_| !alone);
        if self.data().is_some() {
            return;
        }
        if let Some(index) = newest {
            self.settle_exchange(index, Outcome::Cancelled, Some(span));
        }
        // Where no command is open the log does not show what was lost.
        if newest.is_some() || self.commands.open().is_empty() {
            self.events.push(Event::Said(Said::Busy, span));
        }
    }

    /// `ATV0`: results as digits.
    fn digit(&mut self, digit: u8, line: &Line<'_>, span: Span) {
        let result = match digit {
            0 => Said::Ok,
            1 => Said::Connect,
            3 | 6..=8 => Said::CallEnd,
            4 => Said::Error,
            _ => return self.unknown_line(line, span),
        };
        let expected = self.state.verbose == Some(false)
            || (self.state.verbose.is_none() && matches!(digit, 0 | 4) && line.ended_by == b'\r');
        let plain = self.commands.open().last().is_some_and(|last| !last.takes_data && !last.role.tells_nothing());
        if !expected || (self.state.verbose.is_none() && !plain) || self.state.bare_data_possible() {
            return self.unknown_line(line, span);
        }
        self.state.verbose.get_or_insert(false);
        if matches!(result, Said::Ok | Said::Error) { self.result(result, span) } else { self.count(result, span) }
    }

    /// An address alone is the whole answer to CIFSR, unless another command stands behind it on the line.
    fn address(&mut self, span: Span) {
        let Some(index) = self.commands.position(|exchange| exchange.role == Role::Address || exchange.asked.glued)
        else {
            return;
        };
        let alone = self.commands.open().get(index).is_some_and(|exchange| !exchange.asked.glued);
        if alone {
            self.commands.lose(index);
            self.settle_exchange(0, Outcome::Said(Said::Address), Some(span));
        } else if let Some(exchange) = self.commands.open_mut().get_mut(index) {
            exchange.information += 1;
        }
    }

    /// A command has its outcome: its settings hold, rules hear of it.
    pub(super) fn settle_exchange(&mut self, index: usize, outcome: Outcome, span: Option<Span>) {
        let Some(exchange) = self.commands.settle(index, outcome, span) else { return };
        if self.data().is_some_and(|data| data.id == exchange.id) {
            let why = if outcome.refused() { DataEnded::Refused } else { DataEnded::Answered };
            self.end_data(why, span);
        }
        if exchange.takes_data {
            self.data.expect_no_echo();
        }
        if outcome != Outcome::Cancelled {
            self.dealing.answered();
            self.looped.rule_out();
        }
        self.apply(&exchange, outcome);
        self.commands.finish(exchange);
        self.events.push(Event::Final);
    }

    /// What the outcome says about the modem's state.
    fn apply(&mut self, exchange: &Exchange, outcome: Outcome) {
        let form = exchange.asked.form;
        let n = self.connection_number(exchange);
        match (exchange.role, outcome) {
            (Role::Open, Outcome::Said(Said::Ok)) if form == Form::Set => {
                self.state.connections.accept(n);
                // A form that is accepted tells the mode, where a link's number may be left out.
                if exchange.asked.command.is_some_and(Command::has_optional_link) {
                    self.state.mux = Some(n.is_some());
                }
            }
            (Role::Open, Outcome::Said(said)) if said.is_error() || said == Said::CallEnd => {
                self.state.connections.refuse(n);
            }
            (Role::Close, Outcome::Said(Said::Ok | Said::CloseOk(_))) => self.state.connections.closed_here(n),
            (Role::ContextClose, Outcome::Said(Said::ShutOk | Said::Ok)) => self.state.connections.ended(),
            (Role::Send, Outcome::Said(Said::SendOk)) => self.state.connections.is_shown_open(n),
            (Role::ContextOpen, Outcome::Said(said)) if said.is_error() => self.state.connections.context_refused(),
            // The data connection is open when the modem says so.
            (Role::ContextOpen, Outcome::Said(Said::Ok)) if exchange.asked.told_later => {}
            (Role::ContextOpen, Outcome::Said(Said::Ok)) if form == Form::Set && exchange.ends_context() => {
                self.state.connections.ended();
            }
            (Role::ContextOpen, Outcome::Said(Said::Ok)) if form == Form::Set => {
                self.state.connections.context_opened();
            }
            (_, Outcome::Said(Said::Ok | Said::Address)) if exchange.asked.glued => {
                self.state.accepted(&exchange.text, self.telling.family());
            }
            // A question, and a bare AT, set nothing.
            (Role::Attention, _) => {}
            (_, Outcome::Said(Said::Ok | Said::Address)) if !form.asks() => {
                self.state.accepted_call(&exchange.chief(), exchange.role);
            }
            _ => {}
        }
        if exchange.text == b"+++" {
            self.online = false;
        }
        if !outcome.refused() {
            Deafness::update(&mut self.state.deafness, exchange);
        }
    }

    /// A line counts: the state follows, rules hear of it.
    pub(super) fn count(&mut self, said: Said, span: Span) {
        self.looped.give_up();
        match said {
            Said::ConnectOk(n) => self.state.connections.opened(n),
            Said::ContextOpen => self.state.connections.context_opened(),
            Said::ContextFailed => self.state.connections.context_failed(),
            Said::ContextClosed => self.state.connections.ended(),
            Said::ConnectFail(n) => self.state.connections.failed(n),
            Said::AlreadyConnect(n) => self.state.connections.is_shown_open(n),
            Said::Closed(n) => {
                self.state.connections.closed_by_peer(n);
                self.online = false;
            }
            Said::CallEnd => {
                self.online = false;
                if let Some(index) = self.call() {
                    self.settle_exchange(index, Outcome::Said(said), Some(span));
                }
            }
            Said::Connect => return self.connect(said, span),
            Said::PdpDeact => {
                let opening = self.commands.open().iter().any(|exchange| exchange.role == Role::ContextOpen);
                self.state.connections.lose(opening);
                self.events.push(Event::Said(said, span));
                return;
            }
            Said::Rdy => self.restart(),
            // What was to be sent is lost.
            Said::PowerDown | Said::UnderVoltage(true) | Said::OverVoltage(true) => {
                self.end_data(DataEnded::Lost, None);
                self.data.expect_no_echo();
            }
            Said::Cfun(1) if !self.asked(said) => {
                // Behind RDY it is part of the same start.
                if !self.state.started || self.state.sms_ready || self.answered() > 1 {
                    self.events.push(Event::Said(said, span));
                    self.state.started = true;
                    return;
                }
                self.state.started = true;
            }
            Said::SmsReady => {
                self.events.push(Event::Said(said, span));
                self.state.sms_ready = true;
                return;
            }
            Said::Ipd(n) | Said::Receive(n) | Said::Counted(n) | Said::RxData(n) if self.log.restored => {
                self.texts.begin_counted(u64::from(n));
            }
            Said::Ipd(n) | Said::Receive(n) | Said::Counted(n) | Said::RxData(n) => {
                self.receiving.skip(u64::from(n));
            }
            Said::SmsHead => self.texts.begin_message(self.asked(said)),
            Said::SmsPushed => self.texts.begin_pushed(),
            _ => self.note(said),
        }
        if !matches!(said, Said::Info) {
            self.events.push(Event::Said(said, span));
        }
        if let Some(front) = self.commands.open_mut().first_mut() {
            front.information += 1;
        }
    }

    /// Of these bytes, which come next, those that are taken at once: at the head of counted data a web server says how a
    /// request went.
    pub(super) fn look_into<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(peeked) = self.receiving.peek(bytes) else { return bytes };
        let end = self.receiving.total() + peeked.used as u64;
        if peeked.head.as_deref().is_some_and(vocabulary::ends_connection) {
            self.state.connections.announce_end();
        }
        if let Some(head) = &peeked.head
            && let Some(status) = vocabulary::server_status(head).filter(|status| *status >= 400)
        {
            let span = self.receiving.span(end - head.len() as u64..end);
            self.events.push(Event::Said(Said::HttpAction(status), span));
        } else if let Some(head) = peeked.head {
            let span = self.receiving.span(end - head.len() as u64..end);
            self.turned_down(&head, span);
        }
        bytes.get(..peeked.used).unwrap_or(bytes)
    }

    /// Data of a server in which it says that it has not done what was asked.
    pub(super) fn turned_down(&mut self, data: &[u8], span: Span) {
        if let Some(words) = vocabulary::turned_down(data) {
            self.words.keep_words(data, words, span);
            self.events.push(Event::Said(Said::TurnedDown, span));
        }
    }

    /// Values that lines tell.
    fn note(&mut self, said: Said) {
        match said {
            Said::Csq(rssi) => {
                self.state.csq = Some(rssi);
                self.state.csq_readings = self.state.csq_readings.wrapping_add(1);
            }
            Said::Registration(network, first, second) => {
                // An answer tells how it is reported, and then the state; a report begins with the state, and the cell
                // behind it stands in quotes.
                self.state.registration.set(network, second.unwrap_or(first));
            }
            Said::Cpin(Pin::Ready) => self.state.sim_ready = true,
            Said::SendLimit(limit) => self.state.send_limit = Some(limit),
            Said::Mux(n) => self.state.mux = Some(n != 0),
            Said::Cmgf(n) => self.state.cmgf = Some(n),
            Said::PlainTexts(plain) => self.state.plain_texts = Some(plain),
            Said::State(state) => self.state.connections.told(state, self.state.mux != Some(true)),
            _ => {}
        }
    }

    /// Where the command stands that makes, takes or goes back to a call.
    fn call(&self) -> Option<usize> {
        let calls = |exchange: &Exchange| {
            matches!(exchange.role, Role::Dial | Role::Answer | Role::Online)
                || exchange.asked.command.is_some_and(Command::connects)
        };
        self.commands.position(calls)
    }

    /// `CONNECT` in front of the OK of a command that opens a connection says that it is open: so does a Wi-Fi module. True
    /// if it was that.
    fn stands_before_ok(&mut self, span: Span) -> bool {
        let shared = |open: &Exchange| {
            open.role == Role::Open
                && open.asked.form == Form::Set
                && open.asked.command.is_some_and(Family::any_with_wifi_has)
        };
        let Some(open) = self.commands.open().iter().rev().find(|open| shared(open)) else { return false };
        let n = self.connection_number(open);
        if self.telling.heard_meaning(b"CONNECT", Said::ConnectOk(None)) {
            self.state.framed = self.telling.family().framed;
        }
        self.count(Said::ConnectOk(n), span);
        true
    }

    /// `CONNECT`: data mode, or the invitation of CMMSDOWN.
    fn connect(&mut self, said: Said, span: Span) {
        let call = self.call();
        if call.is_none() && self.state.transparent != Some(true) && self.stands_before_ok(span) {
            return;
        }
        // Behind the OK of a command that opens a connection it is the word of transparent mode.
        let behind_ok = self.state.transparent.is_none() && self.state.connections.opening().is_some();
        if self.state.transparent == Some(true) || behind_ok || call.is_some() {
            self.online = true;
            self.state.connections.is_shown_open(None);
        }
        if let Some(index) = call {
            self.settle_exchange(index, Outcome::Said(said), Some(span));
        } else if self.commands.open().first().is_some_and(|front| matches!(front.role, Role::HttpRead | Role::Text)) {
            self.texts.begin_read();
        }
        self.events.push(Event::Said(said, span));
    }

    /// The modem has started: nothing that was asked will be answered, nothing that was set holds.
    fn restart(&mut self) {
        self.end_data(DataEnded::Lost, None);
        self.data.expect_no_echo();
        self.commands.lose_all();
        self.online = false;
        self.texts.end_whole();
        self.texts.give_up_counted();
        self.state.restart();
    }
}

/// Of what such lines tell there are settings, too (`+CREG: 0`: reports are off).
const fn is_setting(said: Said) -> bool {
    matches!(
        said,
        Said::Registration(..)
            | Said::Cpin(_)
            | Said::Cfun(_)
            | Said::Csq(_)
            | Said::Operator(_)
            | Said::SmsStore { .. }
            | Said::Clock { .. }
            | Said::Cmee(_)
            | Said::Cmgf(_)
            | Said::PlainTexts(_)
            | Said::Mux(_)
            | Said::Trouble
    )
}

/// What a console of Linux says, and no modem.
pub(crate) fn is_console(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [
        b" login: ",
        b"Password:",
        b"Login incorrect",
        b"Last login:",
        b"-bash: ",
        b"-sh: ",
        b"command not found",
        b"login timed out",
    ];
    WORDS.iter().any(|word| memchr::memmem::find(line, word).is_some()) || line.trim_ascii_end().ends_with(b" login:")
}
