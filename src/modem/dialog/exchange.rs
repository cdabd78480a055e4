//! A command and what came of it; the data that a command takes.

use std::time::Duration;

use super::command::Asked;
use super::connections::{Connection, Ip};
use super::said::Said;
pub(crate) use super::span::Span;
use crate::vocabulary::{Call, Command, Form, Line, Role, private};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A final result (or what stands for one).
    Said(Said),
    /// ESC at the prompt.
    Cancelled,
}

impl Outcome {
    /// `ERROR` in one of its forms.
    #[must_use]
    pub(crate) const fn refused(self) -> bool {
        matches!(self, Self::Said(said) if said.is_error())
    }

    /// It went well.
    #[must_use]
    pub(crate) const fn good(self) -> bool {
        matches!(
            self,
            Self::Said(Said::Ok | Said::SendOk | Said::ShutOk | Said::CloseOk(_) | Said::Connect | Said::Address)
        )
    }
}

/// What was known when a command was sent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Circumstances {
    /// The connection that the command is about.
    pub connection: Connection,
    /// The data connection.
    pub ip: Ip,
    /// `AT+CIPMUX`.
    pub(crate) mux: Option<bool>,
    /// Commands before it that were still unanswered.
    pub(crate) unanswered: u32,
}

/// How much of the echo came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Echo {
    /// Nothing yet.
    #[default]
    None,
    /// All of it.
    Whole,
    /// Something else, see [`Exchange::echo_text`].
    Damaged,
}

/// A command and what came of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each tells something else of the command; none excludes another")]
pub(crate) struct Exchange {
    /// Its number in the session, from 1.
    pub id: u64,
    /// The command that decides what is waited for.
    pub asked: Asked,
    /// What that command is for.
    pub(crate) role: Role,
    /// The line takes data when it is accepted.
    pub(crate) takes_data: bool,
    /// The command line without its line end.
    pub text: Vec<u8>,
    /// Its bytes, without its line end.
    pub span: Span,
    /// When its line end went.
    pub at: Option<Duration>,
    /// It ended in LF alone.
    pub(crate) by_feed: bool,
    /// What was known when it was sent.
    pub before: Circumstances,
    /// Its echo.
    pub echo: Echo,
    /// What came in place of the echo, where that is damaged.
    pub(crate) echo_text: Vec<u8>,
    /// Where that stands.
    pub(crate) echo_span: Option<Span>,
    /// Offset of the first received byte after it.
    pub(crate) received_from: u64,
    /// Offset of the first received byte behind its echo.
    pub(crate) answer_from: u64,
    /// Lines of information that came.
    pub(crate) information: u32,
    /// Its prompt or other invitation.
    pub(crate) invited: Option<Span>,
    /// Bytes sent after it and before its prompt, other than commands.
    pub early: Option<Span>,
    /// A 0x1A among them.
    pub(crate) early_terminator: bool,
    /// The data is sent, the result is waited for.
    pub(crate) data_sent: Option<Span>,
    /// An `OK` has come that is not its result.
    pub accepted: bool,
    /// What it asks about is not so: the answer is a line that, unasked, would tell of a failure.
    pub(crate) denied: bool,
    /// How it ended.
    pub outcome: Option<(Outcome, Option<Span>)>,
}

impl Exchange {
    /// What came of its echo, where that is damaged.
    #[must_use]
    pub(crate) fn damaged_echo(&self) -> Option<Span> {
        self.echo_span.filter(|_| self.echo == Echo::Damaged && !self.text.contains(&0x08))
    }

    /// Only first bytes are missing in its echo.
    #[must_use]
    pub(crate) fn lacks_head(&self) -> bool {
        self.text.ends_with(&self.echo_text)
    }

    /// The command that decides what is waited for, with its arguments.
    #[must_use]
    pub(crate) fn chief(&self) -> Call<'_> {
        self.asked.place.call(&self.text)
    }

    /// It opens a connection that was open already: the only one, or the one of its number.
    #[must_use]
    pub(crate) fn opens_again(&self) -> bool {
        let by_mode = self.asked.command.is_some_and(Command::has_optional_link);
        let same = self.chief().number(0).is_none() || !by_mode || self.before.mux == Some(true);
        same && self.role == Role::Open && self.before.connection == Connection::Open
    }

    /// All commands of its line.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        Line::read(&self.text).into_iter().flat_map(Line::calls)
    }

    /// An exchange that nothing is known of.
    pub(super) fn new(span: Span) -> Self {
        Self {
            id: 0,
            asked: Asked::default(),
            role: Role::Other,
            takes_data: false,
            text: Vec::new(),
            span,
            at: None,
            by_feed: false,
            before: Circumstances { connection: Connection::Unknown, ip: Ip::Unknown, mux: None, unanswered: 0 },
            echo: Echo::None,
            echo_text: Vec::new(),
            echo_span: None,
            received_from: 0,
            answer_from: 0,
            information: 0,
            invited: None,
            early: None,
            early_terminator: false,
            data_sent: None,
            accepted: false,
            denied: false,
            outcome: None,
        }
    }

    /// Its text asks for this.
    pub(super) fn asks(&mut self, asked: Asked) {
        (self.role, self.takes_data) = (asked.role, asked.takes_data);
        self.asked = asked;
    }

    /// Makes it new, but for what its sender fills in; its buffers are kept.
    pub(super) fn renew(&mut self, id: u64, span: Span, received_from: u64) {
        self.id = id;
        self.span = span;
        self.received_from = received_from;
        self.answer_from = received_from;
        self.text.clear();
        self.echo = Echo::None;
        self.echo_text.clear();
        self.echo_span = None;
        self.information = 0;
        self.invited = None;
        self.early = None;
        self.early_terminator = false;
        self.data_sent = None;
        (self.accepted, self.denied) = (false, false);
        self.outcome = None;
    }

    /// Of a command that opens the data connection, and this one ends it (`AT+CNACT=0,0`, `AT+CNACT=0`).
    #[must_use]
    pub(crate) fn ends_context(&self) -> bool {
        let call = self.chief();
        if let Some(opens) = self.asked.command.and_then(|command| command.opens(&call)) {
            return !opens;
        }
        self.asked.form == Form::Set && call.count().checked_sub(1).is_some_and(|last| call.number(last) == Some(0))
    }

    /// Its OK says that the connection stands: no further word of it is awaited.
    #[must_use]
    pub(crate) const fn stands_at_once(&self) -> bool {
        self.asked.command.is_some() && self.asked.ends_with_ok && !self.asked.told_later
    }

    /// The command line for people, cut where it is long.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        let text = String::from_utf8_lossy(&self.text);
        if text.chars().count() <= 48 {
            text.into_owned()
        } else {
            format!("{}…", text.chars().take(46).collect::<String>())
        }
    }

    /// The command line for people, without what of it may be secret.
    #[must_use]
    pub(crate) fn named(&self) -> String {
        let secret = |name: &[u8]| private::parameters(name).is_some_and(private::Parameters::may_be_secret);
        let end = self.text.iter().position(|byte| *byte == b'=');
        match end.filter(|_| self.calls().any(|call| secret(call.name))).and_then(|end| self.text.get(..end)) {
            Some(name) => format!("{}=…", String::from_utf8_lossy(name)),
            None => self.shown(),
        }
    }

    /// It has its final result, and that was an error.
    #[must_use]
    pub(crate) fn refused(&self) -> bool {
        self.outcome.is_some_and(|(outcome, _)| outcome.refused())
    }

    /// Where its result stands.
    #[must_use]
    pub(crate) fn result_span(&self) -> Option<Span> {
        self.outcome.and_then(|(_, span)| span)
    }

    /// It only asks for a value: a line that tells it is all there is to it but for the OK.
    #[must_use]
    pub(super) const fn only_asks(&self) -> bool {
        matches!(
            (self.role, self.asked.form),
            (Role::Signal | Role::Battery, _)
                | (
                    Role::Registration
                        | Role::DataRegistration
                        | Role::Sim
                        | Role::Operator
                        | Role::Attach
                        | Role::Errors
                        | Role::SmsMode,
                    Form::Query
                )
        )
    }

    /// The modem may be at work on it for a while.
    #[must_use]
    pub(crate) fn is_slow(&self) -> bool {
        self.longest() >= Duration::from_secs(10)
    }

    /// It waits for its prompt.
    #[must_use]
    pub(crate) const fn awaits_prompt(&self) -> bool {
        self.takes_data && self.invited.is_none() && self.outcome.is_none()
    }
}

/// How the data ends that the modem waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataKind {
    /// 0x1A sends it, ESC cancels.
    Terminated,
    /// A number of bytes.
    Fixed(u64),
    /// A number of bytes, or a time.
    Timed(u64),
    /// The log does not tell (a length left out, `AT+CIPSEND=1` with CIPMUX unknown).
    Unsure,
}

/// Why data ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataEnded {
    /// 0x1A.
    Terminator,
    /// ESC.
    Cancelled,
    /// The last of the announced bytes.
    Full,
    /// The modem gave its result without either.
    Answered,
    /// The modem refused it.
    Refused,
    /// The modem restarted.
    Lost,
}

/// Longest write and longest tail of data that is kept to look at.
pub(crate) const KEPT: usize = 64;

/// The data of a command, from its prompt on.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    /// The command's number.
    pub id: u64,
    /// Which command.
    pub(crate) role: Role,
    /// How it ends.
    pub kind: DataKind,
    /// The prompt.
    pub prompt: Span,
    /// Bytes of data sent.
    pub count: u64,
    /// Writes, or lines of a log, that it came in.
    pub pieces: u64,
    /// All of the data so far.
    pub payload: Option<Span>,
    /// When its last byte went.
    pub last: Option<Duration>,
    /// Its last bytes, at most [`KEPT`].
    pub tail: Vec<u8>,
    /// The first bytes of the write in hand, as far as they are data, at most [`KEPT`].
    pub write: Vec<u8>,
    /// All of them.
    pub write_span: Option<Span>,
    /// The write in hand began with this data, not before it.
    pub whole_write: bool,
    /// Last bytes before the write in hand.
    pub tail_before: Vec<u8>,
    /// A backspace in it.
    pub backspace: Option<Span>,
    /// Something was left out of the log here.
    pub elided: bool,
    /// Why it ended, and the byte that ended it.
    pub ended: Option<(DataEnded, Option<Span>)>,
}
