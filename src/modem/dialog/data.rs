//! Data: what is sent after a prompt, and how it ends.

use memchr::memchr3;

use super::echo::DataEcho;
use super::exchange::{Data, DataEnded, DataKind, Echo, Exchange, KEPT, Outcome, Span};
use super::said::Said;
use super::{Dialog, Event};
use crate::vocabulary::{Unsure, is_whole_command};

impl Data {
    fn new(exchange: &Exchange, kind: DataKind, prompt: Span) -> Self {
        Self {
            id: exchange.id,
            role: exchange.role,
            kind,
            prompt,
            count: 0,
            pieces: 0,
            payload: None,
            last: None,
            tail: Vec::with_capacity(KEPT),
            write: Vec::with_capacity(KEPT),
            write_span: None,
            whole_write: false,
            tail_before: Vec::with_capacity(KEPT),
            backspace: None,
            elided: false,
            ended: None,
        }
    }

    /// The data of another command, in the buffers of this one.
    fn renew(&mut self, exchange: &Exchange, kind: DataKind, prompt: Span) {
        (self.id, self.role, self.kind, self.prompt) = (exchange.id, exchange.role, kind, prompt);
        (self.count, self.pieces, self.payload, self.last) = (0, 0, None, None);
        [&mut self.tail, &mut self.write, &mut self.tail_before].into_iter().for_each(Vec::clear);
        (self.write_span, self.whole_write, self.backspace, self.elided) = (None, false, None, false);
        self.ended = None;
    }

    /// A new write begins.
    pub(super) fn begin_write(&mut self) {
        self.pieces += 1;
        self.write.clear();
        self.write_span = None;
        self.whole_write = true;
        self.tail_before.clear();
        self.tail_before.extend_from_slice(&self.tail);
    }

    /// Bytes of data went out.
    fn push(&mut self, bytes: &[u8], span: Span) {
        self.count += bytes.len() as u64;
        self.payload = Some(self.payload.map_or(span, |payload| payload.to(span)));
        self.write_span = Some(self.write_span.map_or(span, |write| write.to(span)));
        self.last = span.at.or(self.last);
        let room = KEPT.saturating_sub(self.write.len()).min(bytes.len());
        self.write.extend_from_slice(bytes.get(..room).unwrap_or_default());
        let new = bytes.get(bytes.len().saturating_sub(KEPT)..).unwrap_or_default();
        let keep = KEPT - new.len();
        let surplus = self.tail.len().saturating_sub(keep);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(new);
    }

    /// Where the last `len` bytes stand.
    #[must_use]
    pub(crate) fn last_bytes(&self, from_end: usize, len: usize) -> Option<Span> {
        let payload = self.payload?;
        let end = (payload.end - payload.start).checked_sub(from_end as u64)?;
        Some(payload.part(end.checked_sub(len as u64)?..end))
    }

    /// The write in hand, if it is all data and all kept.
    #[must_use]
    pub(crate) fn own_write(&self) -> Option<&[u8]> {
        let len = self.write_span.map(|span| span.end - span.start)?;
        (self.whole_write && len == self.write.len() as u64).then_some(&self.write)
    }
}

/// The data that a command asks for, from its prompt to its end, and what of it comes back.
#[derive(Debug, Default)]
pub(super) struct DataPhase {
    waiting: Option<Box<Data>>,
    ended: Option<Box<Data>>,
    /// What ended before that, for its buffers.
    spare: Option<Box<Data>>,
    echo: DataEcho,
    /// A command line that came at an open prompt, in a log that shows only what came.
    command: Option<(Vec<u8>, Span)>,
}

impl DataPhase {
    /// The data that the modem waits for.
    pub(super) fn waiting(&self) -> Option<&Data> {
        self.waiting.as_deref()
    }

    /// The data that ended last.
    pub(super) fn ended(&self) -> Option<&Data> {
        self.ended.as_deref()
    }

    /// The data is over.
    fn end(&mut self, data: Box<Data>) {
        self.spare = self.ended.replace(data);
    }

    /// A new write begins.
    pub(super) fn begin_write(&mut self) {
        if let Some(data) = &mut self.waiting {
            data.begin_write();
        }
    }

    /// Bytes were left out of the log here.
    pub(super) fn leave_out(&mut self) {
        self.expect_no_echo();
        if let Some(data) = &mut self.waiting {
            data.elided = true;
        }
    }

    /// The space of `> ` came.
    pub(super) fn widen_prompt(&mut self) {
        if let Some(data) = self.waiting.as_mut().or(self.ended.as_mut())
            && data.prompt.end - data.prompt.start == 1
        {
            data.prompt.end += 1;
        }
    }

    /// Data is on its way back.
    pub(super) fn expects_echo(&self) -> bool {
        !self.echo.is_empty()
    }

    /// How many of the received bytes are data that comes back.
    pub(super) fn take_echo(&mut self, received: &[u8]) -> usize {
        self.echo.take(received)
    }

    /// Nothing comes back any more.
    pub(super) fn expect_no_echo(&mut self) {
        self.echo.give_up();
    }

    /// A line that came at the open prompt: it may be a command.
    pub(super) fn note_line(&mut self, text: &[u8], span: Span) {
        self.command = is_whole_command(text).then(|| (text.to_vec(), span));
    }

    /// The command that came at the open prompt.
    pub(super) fn noted_command(&self) -> Option<&[u8]> {
        self.command.as_ref().map(|(text, _)| text.as_slice())
    }

    /// It was one: what came before it was all the data.
    pub(super) const fn take_command(&mut self) -> Option<(Vec<u8>, Span)> {
        self.command.take()
    }
}

impl Dialog {
    /// The modem asks for data: `prompt` is its prompt.
    pub(super) fn open_data(&mut self, index: usize, prompt: Span) {
        self.commands.lose(index);
        self.data.command = None;
        self.texts.end_whole();
        self.looped.rule_out();
        let Some(exchange) = self.commands.open_mut().first_mut() else { return };
        exchange.invited = Some(prompt);
        let echoed = exchange.echo != Echo::None;
        let kind = kind_of(exchange, self.state.mux);
        let mut data = match self.data.spare.take() {
            Some(mut data) => {
                data.renew(exchange, kind, prompt);
                data
            }
            None => Box::new(Data::new(exchange, kind, prompt)),
        };
        let early = exchange.early;
        let ended = exchange.early_terminator;
        if let Some(early) = early {
            data.count = (early.end - early.start).saturating_sub(u64::from(ended));
            data.payload = Some(early);
            data.last = early.at;
        }
        self.data.echo.begin(echoed);
        self.events.push(Event::Prompt);
        if ended && kind == DataKind::Terminated {
            exchange.data_sent = early;
            data.ended = Some((DataEnded::Terminator, early));
            self.data.end(data);
            self.events.push(Event::DataEnd);
        } else {
            self.data.waiting = Some(data);
        }
    }

    /// Takes bytes of data, up to its end.
    pub(super) fn data_bytes(&mut self, bytes: &[u8]) -> usize {
        let Some(data) = &self.data.waiting else { return 0 };
        match data.kind {
            DataKind::Fixed(n) | DataKind::Timed(n) => self.counted_bytes(bytes, n),
            DataKind::Terminated | DataKind::Unsure => self.terminated_bytes(bytes),
        }
    }

    fn counted_bytes(&mut self, bytes: &[u8], n: u64) -> usize {
        let Some(data) = &self.data.waiting else { return 0 };
        let missing = usize::try_from(n.saturating_sub(data.count)).unwrap_or(usize::MAX);
        let taken = bytes.get(..missing.min(bytes.len())).unwrap_or(bytes);
        self.push_data(taken);
        if taken.len() == missing {
            self.sending.data_ended(DataEnded::Full);
            self.end_data(DataEnded::Full, None);
        }
        taken.len()
    }

    fn terminated_bytes(&mut self, bytes: &[u8]) -> usize {
        let found = memchr3(0x1A, 0x1B, 0x08, bytes);
        let text = found.and_then(|at| bytes.get(..at)).unwrap_or(bytes);
        if !text.is_empty() {
            self.push_data(text);
            return text.len();
        }
        let span = self.sent_span(1);
        match bytes.first() {
            Some(0x1A) => {
                self.data.echo.sent(&[0x1A]);
                self.sending.count(1);
                self.sending.data_ended(DataEnded::Terminator);
                self.end_data(DataEnded::Terminator, Some(span));
            }
            Some(0x1B) => {
                self.data.echo.sent(&[0x1B]);
                self.sending.count(1);
                self.end_data(DataEnded::Cancelled, Some(span));
            }
            _ => {
                if let Some(data) = &mut self.data.waiting {
                    data.backspace.get_or_insert(span);
                }
                self.push_data(bytes.get(..1).unwrap_or_default());
            }
        }
        1
    }

    fn push_data(&mut self, bytes: &[u8]) {
        // The LF of a command's CR LF is swallowed even when the command has opened a prompt meanwhile.
        if self.sending.take_after_cr()
            && bytes.first() == Some(&b'\n')
            && self.data.waiting.as_ref().is_some_and(|data| data.count == 0)
        {
            self.sending.count(1);
            let rest = bytes.get(1..).unwrap_or_default();
            if !rest.is_empty() {
                self.push_data(rest);
            }
            return;
        }
        let span = self.sent_span(bytes.len());
        self.sending.count(bytes.len());
        self.data.echo.sent(bytes);
        if let Some(data) = &mut self.data.waiting {
            data.push(bytes, span);
            self.events.push(Event::Data);
        }
    }

    /// A line of data that a log shows as its echo only.
    pub(super) fn echoed_data(&mut self, text: &[u8], span: Span) {
        if let Some(data) = &mut self.data.waiting {
            data.begin_write();
            let end = text.iter().position(|&byte| byte == 0x1A);
            let payload = end.and_then(|at| text.get(..at)).unwrap_or(text);
            data.push(payload, span.part(0..payload.len() as u64));
            self.events.push(Event::Data);
            if let Some(at) = end {
                self.end_data(DataEnded::Terminator, Some(span.part(at as u64..at as u64 + 1)));
            }
        }
    }

    /// The data has ended; what is sent now is a command again.
    pub(super) fn end_data(&mut self, why: DataEnded, by: Option<Span>) {
        let Some(mut data) = self.data.waiting.take() else { return };
        data.ended = Some((why, by));
        if let Some(exchange) = self.commands.open_mut().iter_mut().find(|exchange| exchange.id == data.id) {
            exchange.data_sent = by.or(data.payload).or(Some(data.prompt));
        }
        let id = data.id;
        self.data.end(data);
        self.events.push(Event::DataEnd);
        if why == DataEnded::Cancelled
            && let Some(index) = self.commands.position(|exchange| exchange.id == id)
        {
            self.data.expect_no_echo();
            self.settle_exchange(index, Outcome::Cancelled, None);
        }
    }

    /// An invitation other than `>` came: `DOWNLOAD`, `CONNECT`, `+FTPPUT: 2,<n>`.
    pub(super) fn invited(&mut self, line: &[u8], said: Said, span: Span) -> bool {
        let invites = |exchange: &Exchange| {
            let data = || exchange.asked.command.and_then(|command| command.data);
            exchange.awaits_prompt() && data().is_some_and(|data| data.invites(line))
        };
        let Some(index) = self.commands.position(invites) else { return false };
        self.looped.give_up();
        self.open_data(index, span);
        if let (Said::Upload(n), Some(data)) = (said, &mut self.data.waiting) {
            data.kind = DataKind::Timed(u64::from(n));
        }
        true
    }
}

/// How the data of a command ends.
fn kind_of(exchange: &Exchange, mux: Option<bool>) -> DataKind {
    let Some((command, data)) = exchange.asked.command.and_then(|command| Some((command, command.data?))) else {
        return DataKind::Unsure;
    };
    let call = exchange.chief();
    let length = match command.length_place(&call, mux) {
        Err(Unsure) => return DataKind::Unsure,
        Ok(place) => place.map(|place| call.number(place).map(u64::from)),
    };
    match length {
        Some(Some(length)) if data.timed => DataKind::Timed(length),
        Some(Some(length)) => DataKind::Fixed(length),
        None if data.terminator => DataKind::Terminated,
        _ => DataKind::Unsure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;
    use crate::vocabulary::Role;

    fn span(direction: Direction, start: u64, end: u64) -> Span {
        Span { direction, start, end, at: None, order: start }
    }

    fn data() -> Box<Data> {
        let mut commands = super::super::commands::Commands::default();
        let exchange = commands.blank(span(Direction::Tx, 0, 1), 0);
        Box::new(Data { role: Role::Send, ..Data::new(&exchange, DataKind::Terminated, span(Direction::Rx, 10, 11)) })
    }

    #[test]
    fn of_much_data_the_ends_are_kept_and_all_is_counted() {
        let mut data = data();
        data.begin_write();
        let bytes: Vec<u8> = (0..=255).collect();
        data.push(&bytes, span(Direction::Tx, 20, 276));
        data.push(b"end", span(Direction::Tx, 276, 279));
        assert_eq!((data.count, data.pieces, data.tail.len(), data.write.len()), (259, 1, KEPT, KEPT));
        assert!(data.tail.ends_with(b"\xFEend".get(1..).unwrap()) && data.write.starts_with(&[0, 1, 2]));
        assert_eq!(data.own_write(), None, "only its beginning is kept");
        assert_eq!(data.last_bytes(0, 3), Some(span(Direction::Tx, 276, 279)));
        assert_eq!(data.last_bytes(1, 2), Some(span(Direction::Tx, 276, 278)));
        assert_eq!(data.last_bytes(0, 260), None, "there are not so many");
        data.begin_write();
        data.push(b"1A", span(Direction::Tx, 279, 281));
        assert_eq!((data.own_write(), data.pieces), (Some(&b"1A"[..]), 2));
        assert!(data.tail_before.ends_with(b"end") && data.tail.ends_with(b"end1A"));
    }

    #[test]
    fn a_prompt_takes_its_blank_once_and_notes_commands_only() {
        let mut phase = DataPhase { waiting: Some(data()), ..DataPhase::default() };
        phase.widen_prompt();
        phase.widen_prompt();
        assert_eq!(phase.waiting().map(|data| data.prompt), Some(span(Direction::Rx, 10, 12)));
        phase.note_line(b"hello AT", span(Direction::Rx, 12, 20));
        assert_eq!(phase.noted_command(), None);
        phase.note_line(b"AT+CSQ", span(Direction::Rx, 22, 28));
        assert_eq!(phase.noted_command(), Some(&b"AT+CSQ"[..]));
        assert_eq!(phase.take_command(), Some((b"AT+CSQ".to_vec(), span(Direction::Rx, 22, 28))));
        assert_eq!(phase.take_command(), None);
    }

    #[test]
    fn what_is_left_out_is_not_waited_for() {
        let mut phase = DataPhase { waiting: Some(data()), ..DataPhase::default() };
        phase.echo.begin(true);
        phase.echo.sent(b"hello");
        assert!(phase.expects_echo());
        assert_eq!(phase.take_echo(b"heXlo"), 2);
        phase.leave_out();
        assert!(!phase.expects_echo() && phase.waiting().is_some_and(|data| data.elided));
        assert_eq!(phase.take_echo(b"llo"), 0);
    }
}
