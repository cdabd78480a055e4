//! What the window knows. Panels read it; only [`super::update`] and [`super::Runtime`] change it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Settings;
use super::find::Find;
use super::importing::ReadMacros;
use super::log_feed::LogFeed;
use super::settings::{Adapter, Typed, remembered_as};
use super::timeline::Timeline;
use super::times::WallClock;
use crate::capture::Reader;
use crate::capture::copy::{Selection, Span};
use crate::capture::export::ExportError;
use crate::capture::folder::Kept;
use crate::capture::marks::Marks;
use crate::capture::redact::{Plan, RedactError};
use crate::capture::search::{Match, Pattern};
use crate::link::discovery::PortInfo;
use crate::link::kind::{Home, Kind};
use crate::link::test_server::Visitor;
use crate::link::{LineSettings, LinkSpec};
use crate::macros::Book;
use crate::modem::diagnose::{Doing, Finding};
use crate::os::reasons::not_written;
use crate::session::occupant::{Occupant, Refusal, Wish, first_refusal};
use crate::sketch::SketchRun;
use crate::vocabulary::{self, Family};
use crate::worker::{CheckProgress, Phase, Status};

/// The port name of the simulated modem, always in the list.
pub(crate) const SIMULATOR: &str = "sim:";

/// What the window knows.
#[derive(Debug, Default)]
pub struct State {
    /// What is remembered from start to start.
    pub settings: Settings,
    /// The serial ports that were there when last looked.
    pub ports: Vec<PortInfo>,
    /// Line settings for the picked port, and of the open one.
    pub line: LineSettings,
    /// What stands between the PC and the modem at that port.
    pub adapter: Adapter,
    /// The family of the modem at that port, where the user has chosen it.
    pub modem: Option<&'static Family>,
    /// What was sent by hand on the link.
    pub(crate) typed: Typed,
    /// The port was lent because the window lost the focus; it is taken back with it.
    pub(crate) lent_by_focus: bool,
    /// The port that is open, being opened, or was last: its name, as picked.
    pub port: Option<String>,
    /// The latest word of the link.
    pub status: Arc<Status>,
    /// Session time now; [`Status::now`] is that of the latest word.
    pub now: Duration,
    /// The capture that the log shows.
    pub reader: Option<Reader>,
    /// Rows of that capture.
    pub feed: Option<LogFeed>,
    /// Changes with every capture shown, so that the log starts anew.
    pub(crate) capture_number: u64,
    /// The macros.
    pub book: Book,
    /// The test server.
    pub server: Server,
    /// What the user should read, newest last.
    pub messages: Vec<Message>,
    /// A capture file that is shown instead of the port.
    pub file: Option<OpenFile>,
    /// What is selected in the log.
    pub selected: Option<Selected>,
    /// Marked rows of the capture that is shown.
    pub marks: Marks,
    /// What is looked for.
    pub find: Option<Sought>,
    /// Why it cannot be looked for.
    pub find_trouble: Option<String>,
    /// The byte that is counted.
    pub counted: Option<Find>,
    /// Where the macros are kept.
    pub(crate) book_path: Option<PathBuf>,
    /// What the tool windows show.
    pub tools: Tools,
}

/// Why an export is not there.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// What is private could not be told from the rest.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// The file is there already.
    #[error("{path} is there already and is not overwritten: choose another name", path = .0.display())]
    There(PathBuf),
    /// The file cannot be made.
    #[error("{path} cannot be written: {}", not_written(path, source), path = path.display())]
    Create {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be filled.
    #[error("{path}: {source}", path = path.display())]
    Write {
        /// Its name.
        path: PathBuf,
        /// Why.
        source: ExportError,
    },
}

/// A text that was looked over, and on which of its lines something is wrong.
#[derive(Debug, Default)]
pub(crate) struct LookedOver {
    pub(crate) text: Option<Arc<str>>,
    pub(crate) found: Vec<OnLine>,
}

impl LookedOver {
    /// What was found in this very text, the one that was handed over; it may be long, and is asked for in each frame.
    pub(crate) fn of(&self, text: &Arc<str>) -> &[OnLine] {
        if self.text.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, text)) { &self.found } else { &[] }
    }
}

/// A finding in a text, by the line on which its evidence begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OnLine {
    /// 1-based.
    pub(crate) line: usize,
    pub(crate) title: String,
}

/// What the tool windows show.
#[derive(Debug, Default)]
pub struct Tools {
    /// The text of the macro book, for the editor.
    pub(crate) book_text: String,
    /// Counts its changes on disk.
    pub(crate) book_number: u64,
    /// What an export would redact, once it is found out.
    pub plan: Option<Plan>,
    /// How far an export is, 0 to 1.
    pub(crate) exporting: Option<f32>,
    /// How the last export ended: the file, or what went wrong.
    pub exported: Option<Result<PathBuf, NotExported>>,
    /// The system's file dialog is open.
    pub(crate) choosing: bool,
    /// A file that was picked in the system's dialog.
    pub chosen: Option<(Purpose, PathBuf)>,
    /// What is sent becomes a macro, since this record of the capture.
    pub(crate) recording_since: Option<u64>,
    /// The newest captures, once they are listed.
    pub captures: Vec<Kept>,
    /// What was recognised in the log that is being pasted.
    pub(crate) looked_over: LookedOver,
    /// Macros are being read from elsewhere.
    pub(crate) importing: bool,
    /// Macros that were read from elsewhere and are not in the book yet.
    pub(crate) imported: Option<ReadMacros>,
    /// A sketch is being run.
    pub(crate) sketch_running: bool,
    /// The last run of a sketch.
    pub sketch_run: Option<SketchRun>,
    /// The sketch that was last run, with what was said of its board. Its macro is of that run.
    pub(crate) sketch_assumed: (String, BTreeMap<String, String>),
    /// Commands and signal over time.
    pub(crate) timeline: Option<Timeline>,
    /// The passthrough check, under way or the last one.
    pub check: Option<Arc<CheckProgress>>,
}

/// What a file is picked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    OpenCapture,
    Export,
    Import,
    Program,
    SendFile,
    /// Where a sketch is saved; this name is proposed.
    SaveSketch(&'static str),
}

/// A capture or a log in the window, in place of the port.
#[derive(Debug)]
pub struct OpenFile {
    /// Which; `None` for a log that was pasted.
    pub path: Option<PathBuf>,
    /// What is wrong in it; `None` while it is being looked through.
    pub findings: Option<Arc<[Finding]>>,
    /// How it was read, and what is said where nothing was found, in sentences; so one sees whether it was understood.
    pub(crate) reading: String,
}

/// A selection of the log.
#[derive(Debug)]
pub struct Selected {
    /// What.
    pub selection: Selection,
    /// How much it is, once it is counted.
    pub span: Option<Span>,
    /// It is being copied.
    pub(crate) copying: bool,
    /// It was, and is in the clipboard.
    pub(crate) copied: bool,
}

/// A running search.
#[derive(Debug)]
pub struct Sought {
    /// What is looked for.
    pub pattern: Pattern,
    /// The search.
    pub find: Find,
    /// Which match is shown.
    pub at: Option<u64>,
    /// That match.
    pub current: Option<Match>,
    /// Counts the steps, so that the log notices each.
    pub steps: u64,
}

/// The test server, as its panel shows it.
#[derive(Debug, Default)]
pub struct Server {
    /// Where it listens, while it does.
    pub address: Option<SocketAddr>,
    /// Its connections, oldest first.
    pub visitors: Vec<Visitor>,
    /// Why it could not start.
    pub trouble: Option<String>,
}

/// A sentence for the user, until dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How it is shown.
    pub(crate) tone: Tone,
    /// What it says.
    pub text: String,
    /// Counts how often it was said anew.
    pub(crate) said: u64,
}

/// How a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tone {
    Good,
    /// What was asked for cannot be done now; goes by itself, as a good word does.
    Refused,
    Note,
    Trouble,
}

impl State {
    /// The port is open.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.port.is_some() && matches!(self.status.phase, Phase::Open { .. })
    }

    /// The family of the modem, as it is told or chosen; a SIM800 while nothing is known of it.
    pub(crate) fn family(&self) -> &'static Family {
        let told = self.status.strip.modem.and_then(vocabulary::family);
        told.or(self.modem).unwrap_or_else(vocabulary::sim800)
    }

    /// The port is open or being opened.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.port.is_some()
            && matches!(self.status.phase, Phase::Open { .. } | Phase::Opening | Phase::Lost(_) | Phase::Released)
    }

    /// Where the link stands; closed where there never was one.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        if self.port.is_some() { &self.status.phase } else { &Phase::Closed }
    }

    /// The board behind the open port restarts: how long nothing is sent yet.
    #[must_use]
    pub(crate) fn restarting(&self) -> Option<Duration> {
        let left = self.status.restarting_until?.checked_sub(self.now)?;
        (self.connected() && !left.is_zero()).then_some(left)
    }

    /// A passthrough check is under way: nothing else may be sent.
    #[must_use]
    pub fn checking(&self) -> bool {
        self.connected() && self.status.check.as_ref().is_some_and(|check| !check.over)
    }

    /// The kind of the port that is open or being opened.
    fn kind(&self) -> Option<&'static Kind> {
        let port = self.port.as_ref().filter(|_| self.busy())?;
        Some(port.parse::<LinkSpec>().ok()?.kind())
    }

    /// The picked or open port has a rate and a frame. A simulated modem, a recording or a plain connection has not.
    #[must_use]
    pub(crate) fn has_line_settings(&self) -> bool {
        let port = self.port.as_ref().filter(|_| self.busy()).unwrap_or(&self.settings.port);
        port.parse::<LinkSpec>().map_or(true, |spec| spec.kind().line_settings)
    }

    /// Something can be sent now.
    #[must_use]
    pub(crate) fn can_send(&self) -> bool {
        self.refusal(Wish::Send).is_none()
    }

    /// A file is being sent: the line is its own.
    #[must_use]
    pub(crate) fn sending_file(&self) -> bool {
        self.connected() && self.status.transfer.as_ref().is_some_and(|transfer| transfer.end.is_none())
    }

    /// Who has the line, in order.
    #[must_use]
    pub(crate) fn occupants(&self) -> Vec<Occupant> {
        match self.phase() {
            Phase::Open { .. } => {}
            Phase::Lost(_) => return vec![Occupant::Lost],
            Phase::Released => return vec![Occupant::Borrower],
            Phase::Opening | Phase::Closed | Phase::Failed(_) => return vec![Occupant::Absent],
        }
        let kind = self.kind();
        let ours = kind.is_some_and(|kind| kind.home == Home::Here).then_some(Occupant::OursAlone);
        let listens = kind.is_some_and(|kind| kind.listens_only).then_some(Occupant::Listening);
        let rateless = kind.is_some_and(|kind| !kind.line_settings).then_some(Occupant::Rateless);
        ours.into_iter().chain(listens).chain(rateless).chain(self.status.occupants()).collect()
    }

    /// Why this cannot be done with the line now.
    #[must_use]
    pub(crate) fn refusal(&self, wish: Wish) -> Option<Refusal> {
        first_refusal(&self.occupants(), wish)
    }

    /// The file beside which marks are kept: the capture, or the log as it was opened. A log that was pasted has none.
    #[must_use]
    pub(crate) fn marked_file(&self) -> Option<PathBuf> {
        let capture = self.reader.as_ref()?.storage().path;
        capture.or_else(|| self.file.as_ref()?.path.clone())
    }

    /// The clock of what is shown.
    #[must_use]
    pub(crate) fn clock(&self) -> Option<WallClock> {
        self.reader.as_ref().map(|reader| WallClock::new(reader.started(), reader.stamps()))
    }

    /// A macro is being run.
    #[must_use]
    pub fn running(&self) -> bool {
        self.connected() && self.status.run.as_ref().is_some_and(|run| !run.ended)
    }

    /// The modem waits for data: 1A ends it, ESC gives it up.
    #[must_use]
    pub fn prompt_open(&self) -> bool {
        self.connected() && matches!(self.status.strip.doing, Doing::Prompt { .. })
    }

    /// Findings that are not muted.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let all = match &self.file {
            Some(file) => file.findings.as_ref(),
            None => Some(&self.status.findings),
        };
        all.into_iter().flat_map(|all| all.iter()).filter(|finding| !self.settings.muted.contains(finding.rule))
    }

    /// What line settings are remembered under.
    #[must_use]
    pub fn identity_of(&self, port: &str) -> String {
        remembered_as(&self.ports, port)
    }

    /// Adds a message, once.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        let old = self.messages.iter().position(|old| (old.tone, &old.text) == (tone, &text));
        let said = old.map_or(0, |old| self.messages.remove(old).said + 1);
        self.messages.push(Message { tone, text, said });
    }
}
