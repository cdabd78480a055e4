//! What is told of a run: plain values.

use std::time::Duration;

use super::super::import::{Imported, Pins};
use super::super::told::Unread;
use crate::modem::diagnose::Severity;

/// A sketch after a run on the simulated modem.
#[derive(Clone, Debug)]
pub struct SketchRun {
    /// The modem's port: its name in the sketch.
    pub object: Option<String>,
    /// RX and TX of the board, where they are two pins.
    pub(crate) pins: Option<Pins>,
    /// What its `begin` was called with.
    pub baud: Option<u32>,
    /// Both directions of the modem's port, and what went to the computer.
    pub rows: Vec<RunRow>,
    /// What is wrong, in the order in which it is shown: by line, the worst first in each, notes behind the others.
    pub findings: Vec<SketchFinding>,
    /// What this run does not show, by line.
    pub told: Vec<Unread>,
    /// What only the board knows, and what was taken for it.
    pub(crate) asked: Vec<SketchQuestion>,
    /// It has neither `setup` nor `loop`, and nothing in it sends: [`Self::NO_SKETCH`].
    pub(crate) is_no_sketch: bool,
    /// How the run ended.
    pub ended: String,
    /// How long it was on the board.
    pub lasted: Duration,
    /// The macro's material, as [`crate::sketch::import()`] gives it.
    pub imported: Imported,
}

impl SketchRun {
    /// What a text is that is none, behind "this is".
    pub(crate) const NO_SKETCH: &str = "no Arduino sketch: it has neither setup() nor loop(), and nothing in it sends";
}

/// Something that only the board knows and that is sent or decides what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SketchQuestion {
    /// As `--assume` names it: `digitalRead(3)`.
    pub(crate) name: String,
    /// For a sentence: `what is typed on Serial`.
    pub(crate) words: String,
    /// What was taken for it.
    pub(crate) value: String,
    /// 1-based line that asks first.
    pub(crate) line: usize,
}

/// Bytes that one line of the sketch sent, or that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Since the board started.
    pub at: Duration,
    /// Which way.
    pub way: RunWay,
    /// What.
    pub bytes: Vec<u8>,
    /// 1-based line that sent it; of received bytes the line that ran meanwhile.
    pub line: usize,
    /// That line, without blanks around it.
    pub source: String,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunWay {
    /// To the modem.
    Sent,
    /// From the modem.
    Received,
    /// To the computer: the serial monitor.
    Console,
}

/// One thing that is wrong in a sketch, where, why, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SketchFinding {
    /// Its public name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// 1-based; 0 where it belongs to no line.
    pub line: usize,
    /// The line as written.
    pub source: String,
    /// What is wrong, one sentence.
    pub title: String,
    /// Why, one sentence.
    pub cause: String,
    /// What to do, one sentence.
    pub fix: String,
    /// The line as it should be, or what to put before it.
    pub(crate) corrected: Option<String>,
}
