//! The dialog: commands paired with their echo, answers and results; data told from commands; the modem's state.
//!
//! From bytes alone, both directions. It works with echo on and off, CR, LF and CRLF, from the middle of a session, and with
//! pushed data in between. Rules ([`crate::modem::diagnose`]) hear of each step as an [`Event`] and look at the dialog.
//!
//! What a user notices: the modem strip. What it is not: a judge. It never fails, never reads the clock, holds a
//! bounded amount, and how received bytes were split changes nothing.

pub(crate) mod command;
mod data;
mod echo;
pub(crate) mod exchange;
mod heard;
mod received;
mod results;
mod sent;
pub(crate) mod state;
mod tally;

use std::collections::VecDeque;
use std::time::Duration;

pub(crate) use crate::vocabulary::said;
use exchange::{Data, Exchange, Span};
pub(super) use received::{flipped_bits, is_burst, plain_quotes, strange};
use said::Said;
use state::{Ip, State};
pub(crate) use tally::Tally;

use super::Direction;
use super::digest::{Digest, Held};
use crate::vocabulary::{Family, Role, Telling};
use echo::{DataEcho, Loop};

/// Which bytes a session was recorded with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Record {
    /// Both directions.
    #[default]
    Both,
    /// Only what was sent: nothing can be said about answers.
    SentOnly,
    /// One received stream with echo: commands are inferred from it.
    Echoed,
}

/// A step of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A command line was ended; it is the last of [`Dialog::open`].
    Command,
    /// A command was followed by another one without a line end between; the first one.
    Glued(Span),
    /// Bytes were sent that belong to no command, while no data is awaited; 0x1A not among them.
    Junk(Span),
    /// 0x1A was sent while no data is awaited.
    Stray(Span),
    /// A bare line end right after the 0x1A that ended data.
    EmptyAfterTerminator(Span),
    /// Bytes behind the announced count; whether they are more than line ends.
    Excess(Span, bool),
    /// The whole echo of a command came although the echo was switched off; the command is still open.
    Echoed(u64),
    /// A command has its outcome; it is [`Dialog::done`].
    Final,
    /// The modem said something that is no final result.
    Said(Said, Span),
    /// The modem asks for data: [`Dialog::data`].
    Prompt,
    /// Data was sent: [`Dialog::data`].
    Data,
    /// Data has ended: [`Dialog::data_done`].
    DataEnd,
    /// A line that is nothing a modem says, while no peer's data can flow: its bytes, how many a modem never prints.
    Unknown(Span, u32),
    /// An answer that broke off: what came of it.
    Cut(Span),
    /// What a modem sends at power-on at 115200: 00, 49 and FF.
    Burst(Span),
    /// Bytes came after more than one command without any; how many is still in [`Dialog::silent`].
    Received,
    /// Time passed.
    Tick,
    /// The log ends.
    Finish,
}

/// Commands since the last received byte.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence {
    /// How many.
    pub commands: u32,
    /// The first of them.
    pub first: Option<Span>,
    /// The last of them.
    pub last: Option<Span>,
    /// When the first went.
    pub since: Option<Duration>,
}

/// The command that was sent last, also when it is no longer open.
#[derive(Debug, Default)]
pub struct LastCommand {
    /// Its bytes; `None` before the first one.
    pub span: Option<Span>,
    /// The command line without its line end.
    pub text: Vec<u8>,
    /// What it asks for.
    pub(crate) role: Role,
}

/// See the module.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each tells what the byte before was; they do not exclude each other"
)]
pub struct Dialog {
    /// Which bytes there are.
    pub record: Record,
    /// The log's own line ends are lost and were put back: lengths of more than a line cannot be relied on.
    pub restored: bool,
    /// A sketch says what it sends and prints later what came: the order of the two directions cannot be relied on.
    pub(crate) loose: bool,
    /// Which family the modem is of.
    pub telling: Telling,
    /// The log is read after the fact, line by line: what came behind several commands is dealt to them when the next one
    /// shows how many answers there were.
    pub(crate) read_ahead: bool,
    /// The modem's state.
    pub state: State,
    /// Commands without an outcome, oldest first; bounded.
    #[expect(clippy::vec_box, reason = "an exchange is large, and those behind one that ends move up")]
    pub open: Vec<Box<Exchange>>,
    /// The command that was sent last.
    pub last: LastCommand,
    /// The command that got its outcome last.
    pub done: Option<Box<Exchange>>,
    /// The data that the modem waits for.
    pub data: Option<Data>,
    /// The data that ended last.
    pub(crate) data_done: Option<Data>,
    /// In data mode (transparent, or a data call): every byte is data.
    pub(crate) online: bool,
    /// The time of the step, where it is known.
    pub now: Option<Duration>,
    /// The command line that is being typed.
    pub typed: Vec<u8>,
    /// Where it began.
    pub(crate) typed_span: Option<Span>,
    /// When its last byte went.
    pub(crate) typed_last: Option<Duration>,
    /// It came in one write of more than one byte.
    pub(crate) typed_at_once: bool,
    /// Commands since the last received byte.
    pub silent: Silence,
    /// Commands that were answered in the session, whatever the answer.
    pub answered: u32,
    /// Of them, those that do more than get in touch (`AT`, `ATE0`).
    pub(crate) answered_in_earnest: u32,
    /// The first bytes of the last unknown line.
    pub unknown: Vec<u8>,
    /// How commands have fared.
    pub(crate) tally: Tally,
    /// Some line was heard that only a modem says.
    pub(crate) spoken: bool,
    /// Whether what comes back is what was sent.
    pub looped: Loop,
    /// When the data connection was lost: its state until then, and the CIPSTART that was opening a connection.
    pub lost: Option<(Ip, Option<Span>)>,
    /// When bytes came last.
    pub(crate) received_last: Option<Duration>,
    events: Vec<Event>,
    digest: Digest,
    held_line: Held,
    sent_total: u64,
    send: Option<u64>,
    write_begins: bool,
    after_cr: bool,
    after_terminator: bool,
    after_count: bool,
    #[expect(clippy::vec_box, reason = "they move between here, `open` and `done`")]
    spare: Vec<Box<Exchange>>,
    next_id: u64,
    line_at: Option<Duration>,
    line_sent: u64,
    /// The token before was a line, so that a framed answer brings two line feeds.
    after_line: bool,
    /// Pushed data was seen since the last command.
    dirty: bool,
    held: Vec<(Said, Span)>,
    suspect: Option<(Said, Span)>,
    later: Option<(Said, Span)>,
    /// The words of the last errors, and where these stand.
    words: VecDeque<(u64, String)>,
    /// Results behind several commands, not dealt to them yet.
    results: Vec<(Said, Span)>,
    /// Of them, those whose command is known.
    dealt: VecDeque<(Said, Span, Option<u64>)>,
    /// The last command was shown for the second time.
    twice: bool,
    /// Something was heard since the last command.
    heard_since: bool,
    /// Results since the last command.
    results_since: u32,
    /// Commands in a row whose result went to the one before.
    slips: u32,
    starting: Option<(Said, Span)>,
    sms_text: bool,
    /// Text of a pushed SMS: the next line, and those that follow it without a frame of their own.
    pushed_text: bool,
    skip_line: bool,
    /// A command line that came at an open prompt, in a log that shows only what came.
    at_prompt: Option<(Vec<u8>, Span)>,
    skip: u64,
    payload: Option<Payload>,
    data_echo: DataEcho,
    elided: bool,
}

impl Dialog {
    /// The events of the step, oldest first. False when there are none.
    pub(super) fn take_events(&mut self, into: &mut Vec<Event>) -> bool {
        into.clear();
        if self.events.is_empty() {
            return false;
        }
        std::mem::swap(&mut self.events, into);
        true
    }

    /// Something is still to be told; the next [`Self::received_step`] tells it.
    pub(super) const fn has_more(&self) -> bool {
        self.later.is_some()
    }

    /// The modem is of this family; `None`: that is told by what comes.
    pub(super) fn choose(&mut self, family: Option<&'static Family>) {
        self.telling = family.map(Telling::chosen).unwrap_or_default();
        self.state.framed = self.telling.family().framed;
    }

    /// Time passed without bytes.
    pub(super) fn tick(&mut self, now: Duration) {
        self.now = Some(now);
        if self.received_last.is_none_or(|last| now >= last + HOLD) {
            self.settle();
        }
        self.events.push(Event::Tick);
    }

    /// The log ends here.
    pub(super) fn finish(&mut self) {
        self.settle();
        for exchange in &self.open {
            self.tally.unanswered(exchange);
        }
        if let Some((start, text)) = self.unfinished()
            && is_burst(text)
            && !self.state.bare_data_possible()
        {
            let span = self.received_span(start..start + text.len() as u64);
            self.events.push(Event::Burst(span));
        }
        self.events.push(Event::Finish);
    }

    /// When [`Self::tick`] has something to settle.
    #[must_use]
    pub(super) fn deadline(&self) -> Option<Duration> {
        let waiting = !self.held.is_empty() || self.suspect.is_some();
        self.received_last.filter(|_| waiting).map(|last| last + HOLD)
    }

    /// These bytes are no dialog (probes of our own): only their number counts.
    pub(super) fn pass_by(&mut self, direction: Direction, bytes: usize) {
        self.data_echo.give_up();
        self.looped.give_up();
        self.silent.commands = 0;
        match direction {
            Direction::Tx => {
                self.forget_typed();
                self.sent_total += bytes as u64;
            }
            Direction::Rx => {
                self.digest.stop_skipping();
                self.digest.drop_unfinished();
                self.digest.pass(bytes);
            }
        }
    }

    /// Bytes were left out of the log here.
    pub(super) fn leave_out(&mut self, direction: Direction) {
        self.data_echo.give_up();
        self.looped.give_up();
        self.digest.stop_skipping();
        if let Some(data) = &mut self.data {
            data.elided = true;
        }
        self.elided |= direction == Direction::Rx;
    }

    /// The write in hand.
    #[must_use]
    pub const fn write(&self) -> Option<u64> {
        self.send
    }

    /// Bytes sent so far.
    #[must_use]
    pub(crate) const fn sent_total(&self) -> u64 {
        self.sent_total
    }

    /// Bytes received so far.
    #[must_use]
    pub(crate) const fn received_total(&self) -> u64 {
        self.digest.offset()
    }

    /// The line that the modem has begun and not ended, with its offset.
    #[must_use]
    pub(crate) fn unfinished(&self) -> Option<(u64, &[u8])> {
        self.digest.unfinished().map(|start| (start, self.held_line.as_slice()))
    }

    /// Parts of the log were left out on the receiving side.
    #[must_use]
    pub const fn elided(&self) -> bool {
        self.elided
    }

    /// Received bytes as a span of the current moment.
    #[must_use]
    pub(crate) fn received_span(&self, range: std::ops::Range<u64>) -> Span {
        let order = self.line_sent + range.start;
        Span { direction: Direction::Rx, start: range.start, end: range.end, at: self.line_at, order }
    }

    /// The command that waits for its result, if one does.
    #[must_use]
    pub fn waiting(&self) -> Option<&Exchange> {
        self.open.first().map(AsRef::as_ref)
    }

    /// Ends commands that no answer will come for: those before `keep` in [`Self::open`].
    fn lose(&mut self, keep: usize) {
        for _ in 0..keep.min(self.open.len()) {
            let exchange = self.open.remove(0);
            self.tally.unanswered(&exchange);
            self.recycle(exchange);
        }
    }

    /// Keeps the buffers of an exchange that is over.
    fn recycle(&mut self, exchange: Box<Exchange>) {
        if self.spare.len() < SPARE {
            self.spare.push(exchange);
        }
    }
}

/// Counted data in a log whose line ends are lost: how many of its bytes the lines so far stand for.
#[derive(Clone, Copy, Debug)]
struct Payload {
    at_least: u64,
    at_most: u64,
    of: u64,
}

/// How long the line must be silent before a line that pushed data may have held counts.
const HOLD: Duration = Duration::from_secs(1);

/// Most commands that are open at a time; a sender that never reads has more, the oldest are given up.
const OPEN: usize = 16;

/// Most exchanges kept for their buffers.
const SPARE: usize = 4;
