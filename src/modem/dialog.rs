//! The dialog: commands paired with their echo, answers and results; data told from commands; the modem's state.
//!
//! From bytes alone, both directions. It works with echo on and off, CR, LF and CRLF, from the middle of a session, and with
//! pushed data in between. Rules ([`crate::modem::diagnose`]) hear of each step as an [`Event`] and look at the dialog.
//!
//! What a user notices: the modem strip. What it is not: a judge. It never fails, never reads the clock, holds a
//! bounded amount, and how received bytes were split changes nothing.

mod command;
mod command_echo;
mod commands;
pub(crate) mod connections;
mod data;
pub(crate) mod deafness;
mod doubt;
mod echo;
pub(crate) mod exchange;
mod heard;
mod meanings;
mod received;
mod receiving;
mod registration;
mod results;
mod sending;
mod sent;
mod span;
pub(crate) mod state;
mod tally;
mod texts;

use std::time::Duration;

pub(crate) use crate::vocabulary::said;
pub(super) use command_echo::{flipped_bits, plain_quotes};
use exchange::{Data, Exchange, Span};
pub(super) use received::{is_burst, strange};
use said::Said;
use state::State;
pub(crate) use tally::Tally;

use super::Direction;
use crate::vocabulary::{Family, Telling};
use command::Readings;
use commands::Commands;
pub(crate) use commands::LastCommand;
use data::DataPhase;
use doubt::{Doubt, Heard};
use echo::Loop;
pub(crate) use heard::is_console;
use meanings::Meanings;
pub(crate) use receiving::Receiving;
use results::Dealing;
pub(crate) use results::Words;
pub(crate) use sending::Sending;
use texts::Texts;

/// Which bytes of a session a log shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
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
    /// A command was sent in data mode, or (true) `+++` with a line end behind it: its bytes.
    WhileOnline(Span, bool),
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
pub(crate) struct Silence {
    /// How many.
    pub commands: u32,
    /// The first of them.
    pub first: Option<Span>,
    /// The last of them.
    pub last: Option<Span>,
    /// When the first went.
    pub since: Option<Duration>,
}

/// What is known of the log that the bytes come from; it is set before the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// Which bytes there are.
    pub(crate) shows: Shows,
    /// The log's own line ends are lost and were put back: lengths of more than a line cannot be relied on.
    pub(crate) restored: bool,
    /// A sketch says what it sends and prints later what came: the order of the two directions cannot be relied on.
    pub(crate) loose: bool,
    /// The log is read after the fact, line by line: what came behind several commands is dealt to them when the next one
    /// shows how many answers there were.
    pub(crate) read_ahead: bool,
    /// How many lines of the log say that a program waited in vain, those that name the modem counted twice; known when all of
    /// it was read.
    pub(crate) vain: usize,
    /// The last line in which a program says how its work went; known when all of the log was read.
    pub(crate) result: Option<ProgramResult>,
}

/// What a program says of its work.
#[derive(Clone, Debug)]
pub(crate) enum ProgramResult {
    /// It worked.
    Worked,
    /// Something failed: line of the log and its words, of the first failure and of the last.
    Failed((usize, String), Option<(usize, String)>),
}

/// See the module.
#[derive(Debug, Default)]
pub struct Dialog {
    /// What the bytes come from.
    pub(crate) log: Log,
    /// Which family the modem is of.
    pub(crate) telling: Telling,
    /// The modem's state.
    pub(crate) state: State,
    commands: Commands,
    /// What the last command lines ask for.
    readings: Readings,
    /// What the last lines meant.
    meanings: Meanings,
    data: DataPhase,
    /// In data mode (transparent, or a data call): every byte is data.
    pub(crate) online: bool,
    /// The time of the step, where it is known.
    pub(crate) now: Option<Duration>,
    /// The sent stream, with the command line that is being typed.
    pub(crate) sending: Sending,
    /// The received stream, with the line that has begun.
    pub(crate) receiving: Receiving,
    /// Commands since the last received byte.
    pub(crate) silent: Silence,
    /// The first bytes of the last unknown line.
    pub(crate) unknown: Vec<u8>,
    /// Some line was heard that only a modem says.
    pub(crate) spoken: bool,
    /// Whether what comes back is what was sent.
    pub(crate) looped: Loop,
    /// The words of the last errors.
    pub(crate) words: Words,
    events: Vec<Event>,
    /// Lines that may be a peer's data.
    doubt: Doubt,
    /// Lines that somebody has written.
    texts: Texts,
    /// Which command a result belongs to.
    dealing: Dealing,
    /// A result that is put off so that rules see one step after the other.
    later: Option<Heard>,
}

impl Dialog {
    /// The step has events.
    pub(super) const fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// The events of the step, oldest first.
    pub(super) fn take_events(&mut self, into: &mut Vec<Event>) {
        into.clear();
        std::mem::swap(&mut self.events, into);
    }

    /// Whoever has written the log names a modem of this family.
    pub(super) fn names(&mut self, family: &'static Family) {
        self.telling = Telling::named(family);
        self.state.framed = family.framed;
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
        if self.receiving.last().is_none_or(|last| now >= last + HOLD) {
            self.settle();
        }
        self.events.push(Event::Tick);
    }

    /// The log ends here.
    pub(super) fn finish(&mut self) {
        self.settle();
        self.commands.end();
        if let Some((start, text)) = self.receiving.unfinished()
            && is_burst(text)
            && !self.state.bare_data_possible()
        {
            let span = self.receiving.span(start..start + text.len() as u64);
            self.events.push(Event::Burst(span));
        }
        self.events.push(Event::Finish);
    }

    /// When [`Self::tick`] has something to settle.
    #[must_use]
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.receiving.last().filter(|_| self.doubt.waits()).map(|last| last + HOLD)
    }

    /// Nothing has begun that silence would say something about: no data, no line of either side, no loop, and at most one
    /// command since the last received byte.
    #[must_use]
    pub(super) fn is_calm(&self) -> bool {
        self.data().is_none()
            && self.sending.line().is_empty()
            && self.receiving.unfinished().is_none()
            && self.looped.feeds == 0
            && self.silent.commands < 2
    }

    /// These bytes are no dialog (probes of our own): only their number counts.
    pub(super) fn pass_by(&mut self, direction: Direction, bytes: usize) {
        self.data.expect_no_echo();
        self.looped.give_up();
        self.silent.commands = 0;
        match direction {
            Direction::Tx => {
                self.sending.forget();
                self.sending.count(bytes);
            }
            Direction::Rx => self.receiving.pass_by(bytes),
        }
    }

    /// Bytes were left out of the log here.
    pub(super) fn leave_out(&mut self, direction: Direction) {
        self.data.leave_out();
        self.looped.give_up();
        self.receiving.leave_out(direction == Direction::Rx);
    }

    /// Commands without an outcome, oldest first; at most 16.
    #[must_use]
    pub(crate) fn open(&self) -> &[Box<Exchange>] {
        self.commands.open()
    }

    /// The command that waits for its result, if one does.
    #[must_use]
    pub(crate) fn waiting(&self) -> Option<&Exchange> {
        self.open().first().map(AsRef::as_ref)
    }

    /// The command that was sent last.
    #[must_use]
    pub(crate) const fn last(&self) -> &LastCommand {
        self.commands.last()
    }

    /// The command that got its outcome last.
    #[must_use]
    pub(crate) fn done(&self) -> Option<&Exchange> {
        self.commands.done()
    }

    /// How many commands were answered in the session, whatever the answer.
    #[must_use]
    pub(crate) const fn answered(&self) -> u32 {
        self.commands.answered()
    }

    /// How the commands have fared.
    #[must_use]
    pub(crate) const fn tally(&self) -> &Tally {
        self.commands.tally()
    }

    /// The data that the modem waits for.
    #[must_use]
    pub(crate) fn data(&self) -> Option<&Data> {
        self.data.waiting()
    }

    /// The data that ended last.
    #[must_use]
    pub(crate) fn data_done(&self) -> Option<&Data> {
        self.data.ended()
    }
}

/// How long the line must be silent before a line that pushed data may have held counts.
const HOLD: Duration = Duration::from_secs(1);
