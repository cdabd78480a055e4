//! All that the window can ask for, nested by what it is about, and all that has to be done outside the state. Closed: a
//! panel can do nothing else.
//!
//! Each subject is an enum of its own, matched once and without `_`: one that is added and not dealt with does not compile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::importing::MacrosFrom;
use super::nano::Sketch;
use super::settings::{Adapter, Highlight, SendBox, Share, Theme, View, Wired};
use super::state::{Purpose, Tone};
use crate::capture::RowRules;
use crate::capture::copy::{CopyAs, Selection};
use crate::capture::export::Format;
use crate::capture::marks::Mark;
use crate::capture::search::Pattern;
use crate::link::transfer::Protocol;
use crate::link::{LineSettings, LinkSpec};
use crate::macros::LineChange;
use crate::macros::recorder::Replay;
use crate::macros::runner::Values;
use crate::modem::Direction;
use crate::modem::passthrough::Way;
use crate::session::Rounds;
use crate::simulator::Control;
use crate::vocabulary::Family;
use crate::worker::Order;

/// All that the window can ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// The port: picked, set, opened, lent, shared.
    Port(Port),
    /// What goes out on the open port, and its lines.
    Line(Line),
    /// What is seen in the log.
    Log(Log),
    /// A capture: shown, searched, copied, exported.
    Capture(Capture),
    /// The macro book.
    Book(Book),
    /// Test server, file dialogs, files that tools save, further windows.
    Tool(Tool),
    /// What is remembered from start to start.
    Setting(Setting),
    /// Say something to the user.
    Say(Tone, String),
    /// A message was read.
    Dismiss(usize),
}

/// A subject's command is a command.
macro_rules! subjects {
    ($($subject:ident),*) => {
        $(impl From<$subject> for Command {
            fn from(command: $subject) -> Self {
                Self::$subject(command)
            }
        })*
    };
}
subjects!(Port, Line, Log, Capture, Book, Tool, Setting);

/// What is done to the port.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Port {
    /// Look again which ports there are.
    List,
    /// Take this port, with the line settings it had last.
    Pick(String),
    /// Use these line settings, at once if connected.
    SetLine(LineSettings),
    /// This stands between the PC and the modem: sets what differs with it.
    SetAdapter(Adapter),
    /// The modem at this port is of this family; `None`: it is told by its words and the commands used.
    SetModem(Option<&'static Family>),
    /// Open the picked port.
    Connect,
    /// Close it.
    Disconnect,
    /// Close the port for a moment, for another program.
    Lend,
    /// Open it again.
    TakeBack,
    /// The user has said which device the lost one is now: this is the port with it.
    TakeBackAs(LinkSpec),
    /// The window got the focus, or lost it.
    Focus(bool),
    /// Let other programs watch the port and talk, at the place that is set.
    StartSharing,
    /// Share the port no longer.
    StopSharing,
}

/// What goes out on the open port, and its lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send these bytes and remember the text that they were typed as.
    SendTyped {
        /// The text in the send box.
        text: String,
        /// What it stands for, ending included.
        bytes: Vec<u8>,
    },
    /// Send these bytes again and again, and remember the text that they were typed as.
    Repeat {
        /// The text in the send box.
        text: String,
        /// What it stands for, ending included.
        bytes: Vec<u8>,
        /// How often.
        rounds: Rounds,
    },
    /// Send these lines one after the other: each when the one before was answered, or with this pause behind each.
    SendLines(Vec<Vec<u8>>, Option<Duration>),
    /// Send this file so.
    SendFile(PathBuf, Protocol),
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
    /// Send AT every half second until the modem answers, four seconds at most.
    AskModem,
    /// Search for the modem's baud rate.
    ScanBaud,
    /// Try no further rate.
    StopScan,
    /// The passthrough check.
    Check(Check),
    /// Set DTR or RTS.
    SetLines(LineChange),
    /// Set DTR or RTS and put them back after this time.
    PulseLines(LineChange, Duration),
    /// Send a break.
    Break(Duration),
    /// A hand on the simulated modem.
    Sim(Control),
}

/// The passthrough check: what the way through an Arduino carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Check {
    /// Find it out.
    Start(Way),
    /// End that before its time.
    Stop,
}

/// What is seen in the log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Log {
    /// Select this, or nothing.
    Select(Option<Selection>),
    /// Put a note into it.
    Note(String),
    /// Mark this row, or take its mark away.
    Mark(Mark),
    /// Take all marks away.
    Unmark,
    /// What was typed cannot be looked for.
    FindTrouble(String),
    /// Go this many matches on, or back.
    FindStep(i64),
    /// Look for nothing.
    FindClose,
}

/// What is done with a capture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Capture {
    /// Show a capture file.
    Open(PathBuf),
    /// Show this text, a log that was pasted.
    ReadPasted(Arc<str>),
    /// Look this text over while it is being pasted: on which lines something is wrong.
    LookOver(Arc<str>),
    /// Show the port again.
    ShowPort,
    /// List the newest captures that were kept by themselves.
    List,
    /// Mark a capture, so that it is never removed to make room; or take the mark away.
    Mark(PathBuf, bool),
    /// Copy what is selected.
    Copy(CopyAs),
    /// Look for this.
    Find(Pattern),
    /// Count this byte, or none.
    CountByte(Option<u8>),
    /// Find out what an export would redact.
    PlanExport,
    /// Export it.
    Export(ExportWish),
    /// End the export.
    CancelExport,
    /// Compute the timeline.
    MakeTimeline,
}

/// What is done with the macro book.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Book {
    /// Read it again.
    Reload,
    /// Save this as the book.
    Save(String),
    /// Save this as the book, and what stands there now in a file beside it.
    SaveOver(String),
    /// Add a macro that sends what the macro of this name sends, each step when the modem has answered.
    WaitForAnswers(String),
    /// Add the macros that come with the program for this family of modems.
    AddFamily(&'static str),
    /// Add a macro of what was sent while the selected rows or bytes came and went.
    AddSelection(Replay),
    /// Begin a recording, or end it and add the macro.
    Record(bool),
}

/// What stands beside port and log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tool {
    /// Open another window, for another port.
    NewWindow,
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
    /// Open the system's file dialog.
    Choose(Purpose),
    /// The picked file was taken note of.
    TakeChosen,
    /// Read macros from elsewhere, to be looked at.
    ReadMacros(MacrosFrom),
    /// They are not wanted any more.
    ForgetMacros,
    /// Run this sketch on a simulated board with the simulated modem; of what only the board knows, this is taken for known.
    RunSketch(String, BTreeMap<String, String>),
    /// The board that these macros came from is wired so.
    Wire(Vec<String>, Wired),
    /// Save a sketch as this file, which must not be there yet.
    SaveSketch(Sketch, PathBuf),
    /// Save a macro's program as this file, which must not be there yet.
    SaveProgram(String, PathBuf),
}

/// What is remembered from start to start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    /// Show the log so.
    View(View),
    /// Read the send box so.
    SendBox(SendBox),
    /// Use these colours.
    Theme(Theme),
    /// Macros and test server stand beside the log, or do not.
    SidePanel(bool),
    /// The window was zoomed.
    Zoom(f32),
    /// The window is here: x, y, width, height in points.
    Window(Vec<f32>),
    /// Colour rows so.
    Highlights(Vec<Highlight>),
    /// Show no findings of this rule.
    Mute(String),
    /// Show the findings of all rules again.
    UnmuteAll,
    /// Lend the port while another window has the focus, or do not.
    LendOnFocus(bool),
    /// List devices of these patterns too.
    Globs(Vec<String>),
    /// Share the port here when asked for it.
    Share(Share),
    /// Keep captures up to this size, in MiB; 0 keeps all.
    Retention(u64),
    /// Record PINs and passwords as they are.
    ExactSecrets(bool),
    /// Write a text log beside each capture.
    TextLog(bool),
}

/// An export, as the user wants it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExportWish {
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

/// What has to be done outside the state. Subjects that need nothing of the state's before are handed on as they are.
#[derive(Debug)]
pub(crate) enum Effect {
    /// List the ports anew, and devices of these patterns too.
    ListPorts(Vec<String>),
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
    /// Hand this to the link.
    Order(Order),
    /// Count what a selection spans.
    Measure,
    /// Keep the marks beside their capture.
    KeepMarks,
    /// Read a capture.
    Capture(Capture),
    /// Read or write the macro book.
    Book(Book),
    /// What stands beside port and log.
    Tool(Tool),
    /// Write the settings soon.
    Save,
}
