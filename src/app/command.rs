//! All that the window can ask for, and all that has to be done outside the state. Closed: a panel can do nothing else.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::nano::Sketch;
use super::passthrough::Way;
use super::settings::{Adapter, Highlight, SendBox, Share, Theme, View};
use super::state::{Purpose, Tone};
use crate::capture::RowRules;
use crate::capture::copy::{CopyAs, Selection};
use crate::capture::export::Format;
use crate::capture::search::Pattern;
use crate::link::transfer::Protocol;
use crate::link::{LineSettings, LinkSpec};
use crate::macros::LineChange;
use crate::macros::recorder::Replay;
use crate::macros::runner::Values;
use crate::modem::Direction;
use crate::session::Rounds;
use crate::simulator::Control;
use crate::worker::Order;

/// All that the window can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Look again which ports there are.
    ListPorts,
    /// Take this port, with the line settings it had last.
    PickPort(String),
    /// Use these line settings, at once if connected.
    SetLine(LineSettings),
    /// This stands between the PC and the modem: sets what differs with it.
    SetAdapter(Adapter),
    /// Open the picked port.
    Connect,
    /// Close it.
    Disconnect,
    /// Close the port for a moment, for another program.
    Lend,
    /// Open it again.
    TakeBack,
    /// The lost device is this one now: open it.
    TakeBackAs(String),
    /// The window got the focus, or lost it.
    Focus(bool),
    /// Lend the port while another window has the focus, or do not.
    SetLendOnFocus(bool),
    /// List devices of these patterns too.
    SetGlobs(Vec<String>),
    /// Share the port here when asked for it.
    SetShare(Share),
    /// Let other programs watch the port and talk, at the place that is set.
    StartSharing,
    /// Share the port no longer.
    StopSharing,
    /// Send this file so.
    SendFile(PathBuf, Protocol),
    /// Open another window, for another port.
    NewWindow,
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send these bytes and remember the text that they were typed as.
    SendTyped {
        /// The text in the send box.
        text: String,
        /// What it stands for, ending included.
        bytes: Vec<u8>,
    },
    /// Give up what is not sent yet.
    CancelSend,
    /// Run the macro at this place of the book with these values.
    RunMacro {
        /// Index in the book.
        index: usize,
        /// Its parameters.
        values: Values,
        /// How often; once where nothing is said.
        rounds: Option<Rounds>,
    },
    /// Stop the macro run.
    StopMacro,
    /// Let the test server listen on this port of the loopback address.
    StartServer(u16),
    /// Close the test server and its connections.
    StopServer,
    /// Let the test server send bytes to a connection.
    Answer {
        /// The connection's number.
        visitor: u64,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// Show no findings of this rule.
    Mute(String),
    /// Show the findings of all rules again.
    UnmuteAll,
    /// Show the log so.
    SetView(View),
    /// Read the send box so.
    SetSendBox(SendBox),
    /// Use these colours.
    SetTheme(Theme),
    /// The window was zoomed.
    SetZoom(f32),
    /// The window is here: x, y, width, height in points.
    SetWindow(Vec<f32>),
    /// Colour rows so.
    SetHighlights(Vec<Highlight>),
    /// Count this byte in the log.
    CountByte(Option<u8>),
    /// Select this in the log, or nothing.
    Select(Option<Selection>),
    /// Copy what is selected.
    Copy(CopyAs),
    /// Look for this in the capture.
    Find(Pattern),
    /// What was typed cannot be looked for.
    FindTrouble(String),
    /// Go so many matches on, or back.
    FindStep(i64),
    /// Look for nothing.
    FindClose,
    /// Put a note into the log.
    Note(String),
    /// Set DTR or RTS.
    SetLines(LineChange),
    /// Set DTR or RTS and put them back after this time.
    PulseLines(LineChange, Duration),
    /// Send a break.
    Break(Duration),
    /// A hand on the simulated modem.
    Sim(Control),
    /// Show a capture file.
    OpenCapture(PathBuf),
    /// Show the port again.
    ShowPort,
    /// Read the macro book again.
    ReloadBook,
    /// Save this as the macro book.
    SaveBook(String),
    /// Save this as the macro book, and what stands there now in a file beside it.
    SaveBookOver(String),
    /// Add a macro that sends what the macro of this name sends, each step when the modem has answered.
    WaitForAnswers(String),
    /// Add a macro of what was sent while the selected rows or bytes came and went.
    MacroOfSelection(Replay),
    /// Send these lines one after the other, with a pause behind each.
    SendLines(Vec<Vec<u8>>),
    /// Find out what an export would redact.
    PlanExport,
    /// Export the capture.
    Export(ExportWish),
    /// End the export.
    CancelExport,
    /// Open the system's file dialog.
    Choose(Purpose),
    /// The picked file was taken note of.
    TakeChosen,
    /// Begin or end a recording.
    Record(bool),
    /// Compute the timeline.
    MakeTimeline,
    /// Search for the modem's baud rate.
    ScanBaud,
    /// Try no further rate.
    StopScan,
    /// Send AT every half second until the modem answers, four seconds at most.
    AskModem,
    /// Find out what the way through an Arduino carries.
    StartCheck(Way),
    /// End that before its time.
    StopCheck,
    /// Save a sketch as this file, which must not be there yet.
    SaveSketch(Sketch, PathBuf),
    /// Save a macro's program as this file, which must not be there yet.
    SaveProgram(String, PathBuf),
    /// Keep captures up to this size, in MiB; 0 keeps all.
    SetRetention(u64),
    /// Record PINs and passwords as they are.
    SetExactSecrets(bool),
    /// Write a text log beside each capture.
    SetTextLog(bool),
    /// A message was read.
    Dismiss(usize),
    /// Say something to the user.
    Say(Tone, String),
}

/// An export, as the user wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportWish {
    /// The file; it must not be there yet.
    pub path: PathBuf,
    /// In which form.
    pub format: Format,
    /// Only this direction.
    pub direction: Option<Direction>,
    /// Where rows end.
    pub rules: RowRules,
    /// Private values are replaced.
    pub redact: bool,
}

/// What has to be done outside the state.
#[derive(Debug)]
pub enum Effect {
    /// List the ports.
    ListPorts,
    /// Open this port.
    Open {
        /// What to open.
        spec: LinkSpec,
        /// How its line is set.
        line: LineSettings,
        /// What it leads through.
        adapter: Adapter,
    },
    /// Change the settings of the open port.
    Reconfigure(LineSettings),
    /// Close the port.
    Close,
    /// List devices of these patterns too.
    WatchPorts(Vec<String>),
    /// Open another window.
    NewWindow,
    /// Hand this to the link.
    Order(Order),
    /// Listen here.
    StartServer(SocketAddr),
    /// Listen no more.
    StopServer,
    /// Send bytes to a connection of the test server.
    Answer {
        /// The connection's number.
        visitor: u64,
        /// What to send.
        bytes: Vec<u8>,
    },
    /// Count what a selection spans.
    Measure,
    /// Make the selection text.
    Copy(CopyAs),
    /// Look for this.
    Find(Pattern),
    /// Count this byte.
    CountByte(Option<u8>),
    /// Show a capture file.
    OpenCapture(PathBuf),
    /// Show the port again.
    ShowPort,
    /// Read the macro book again.
    ReloadBook,
    /// Save this text as the macro book.
    SaveBook(String),
    /// Save this text as the macro book, and what stands there now in a file beside it.
    SaveBookOver(String),
    /// Add a macro that waits for the answers, behind the one of this name.
    WaitForAnswers(String),
    /// Add a macro of what was sent while the selected rows or bytes came and went.
    MacroOfSelection(Replay),
    /// Find out what an export would redact.
    PlanExport,
    /// Export the capture.
    Export(ExportWish),
    /// End the export.
    CancelExport,
    /// Open the system's file dialog.
    Choose(Purpose),
    /// Begin or end a recording.
    Record(bool),
    /// Compute the timeline.
    MakeTimeline,
    /// Begin the passthrough check.
    StartCheck(Way),
    /// End it before its time.
    StopCheck,
    /// Save a sketch as this file, which must not be there yet.
    SaveSketch(Sketch, PathBuf),
    /// Save a macro's program as this file, which must not be there yet.
    SaveProgram(String, PathBuf),
    /// Write the settings soon.
    Save,
}
