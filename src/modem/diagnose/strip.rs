//! The modem strip: what the modem is doing now.

use std::time::Duration;

use crate::modem::dialog::Dialog;
use crate::modem::dialog::exchange::{Data, DataKind};
use crate::modem::secrets::Secrets;
use crate::notation;
use crate::vocabulary::{Evidence, Role};

/// What the modem is doing now, from the bytes alone: the modem strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strip {
    /// What is going on.
    pub doing: Doing,
    /// Echo (`ATE`), where the bytes have shown it.
    pub echo: Option<bool>,
    /// `AT+CMEE`, where known.
    pub cmee: Option<u8>,
    /// `AT+CIPMUX`, where known.
    pub cipmux: Option<bool>,
    /// Last `+CSQ` rssi, 0 to 31 or 99.
    pub csq: Option<u8>,
    /// Last state of registration, for calls or data: of a network that it is in, where there is one.
    pub creg: Option<u8>,
    /// The modem's family, where it is told or chosen.
    pub modem: Option<&'static str>,
    /// How the commands of the session have fared.
    pub fared: Fared,
}

/// How many commands were sent, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fared {
    /// Commands that were sent.
    pub commands: u32,
    /// Of them, those that got a result.
    pub answered: u32,
    /// Of these, those that were refused.
    pub refused: u32,
    /// Commands that will get no result any more.
    pub unanswered: u32,
}

impl Fared {
    /// In words.
    #[must_use]
    pub fn text(self) -> String {
        let Self { commands, answered, refused, unanswered } = self;
        if commands == 0 {
            return "No command was sent so far.".to_owned();
        }
        let commands = if commands == 1 { "1 command".to_owned() } else { format!("{commands} commands") };
        let refused = if refused > 0 { format!(", {refused} of them refused") } else { String::new() };
        let unanswered = if unanswered > 0 { format!(", {unanswered} without a result") } else { String::new() };
        format!("{commands} so far: {answered} answered{refused}{unanswered}.")
    }
}

/// The modem's activity, for the strip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Doing {
    /// Nothing is known yet.
    #[default]
    Unknown,
    /// The last command is answered.
    Ready,
    /// A command waits for its final result.
    Waiting {
        /// The command line, as sent, without its line end.
        command: String,
        /// When its line end was sent.
        since: Duration,
        /// The longest the manual gives it.
        allowed: Option<Duration>,
    },
    /// `AT+CIPSTART` was answered OK; the connection does not stand yet.
    Connecting {
        /// `host:port`, as far as the command said.
        peer: String,
        /// When the command was sent.
        since: Duration,
        /// The longest the manual gives it.
        allowed: Option<Duration>,
    },
    /// The modem waits for data (`> ` or `DOWNLOAD`).
    Prompt {
        /// When the prompt came.
        since: Duration,
        /// Bytes of data sent so far.
        typed: u64,
        /// How many it wants, for fixed lengths; `None` where 0x1A ends the data.
        wants: Option<u64>,
        /// The last byte sent was not the terminator and looks like one typed as text.
        lookalike: bool,
    },
    /// A connection is open and nothing else is going on.
    Connected {
        /// `host:port`, as far as the command said.
        peer: String,
    },
    /// Transparent mode: every byte is data.
    Transparent,
}

/// The strip of a dialog.
pub(super) fn of(dialog: &Dialog, secrets: &Secrets) -> Strip {
    let state = &dialog.state;
    let doing = if let Some(data) = dialog.data() {
        prompt(data)
    } else if dialog.online {
        Doing::Transparent
    } else if let Some(waiting) = dialog.waiting() {
        let command = secrets.masked(String::from_utf8_lossy(&waiting.text).into_owned());
        let allowed = Some(waiting.longest());
        Doing::Waiting { command, since: waiting.at.unwrap_or_default(), allowed }
    } else if let Some(command) = state.connections.opening() {
        let open = dialog.telling.family().by_role(Role::Open);
        let allowed = open.and_then(|open| open.times().max());
        Doing::Connecting { peer: state.connections.peer().to_owned(), since: command.at.unwrap_or_default(), allowed }
    } else if state.connections.is_open() {
        Doing::Connected { peer: state.connections.peer().to_owned() }
    } else if dialog.answered() > 0 || state.started {
        Doing::Ready
    } else {
        Doing::Unknown
    };
    let told = dialog.telling.evidence() != Evidence::None;
    let modem = told.then(|| dialog.telling.family().name);
    let tally = dialog.tally();
    let fared = Fared {
        commands: tally.commands,
        answered: tally.answered,
        refused: tally.refused,
        unanswered: tally.unanswered,
    };
    Strip {
        modem,
        doing,
        echo: state.echo,
        cmee: state.cmee,
        cipmux: state.mux.filter(|_| !told || dialog.telling.family().by_role(Role::Multi).is_some()),
        csq: state.csq,
        creg: state.registration.best(),
        fared,
    }
}

fn prompt(data: &Data) -> Doing {
    let wants = match data.kind {
        DataKind::Fixed(n) | DataKind::Timed(n) => Some(n),
        DataKind::Terminated | DataKind::Unsure => None,
    };
    let lookalike =
        wants.is_none() && notation::lookalike(&data.tail).is_some_and(|found| found.certain || found.alone);
    Doing::Prompt { since: data.prompt.at.unwrap_or(Duration::ZERO), typed: data.count, wants, lookalike }
}
