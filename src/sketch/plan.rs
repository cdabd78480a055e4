//! A macro as programs in other languages need it: parameters as constants, patterns as bytes, times in milliseconds.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::macros::model::{LineChange, Macro, OnFail, Step};
use crate::macros::runner::GROWTH;
use crate::macros::template::{Segment, Template};
use crate::notation::{Mode, NotationError, parse, print};

/// A written program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The program.
    pub text: String,
    /// What the macro says and the program does not do, a sentence each.
    pub(crate) left_out: Vec<String>,
}

/// Why a macro cannot become a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {problem}")]
pub struct ExportError {
    /// 1-based.
    pub step: usize,
    /// What cannot be written, and what to do.
    pub problem: NotWritten,
}

/// What of a step no program can be written for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// A text that is no notation.
    #[error(transparent)]
    Template(#[from] NotationError),
    /// An answer that does not fit into the memory of a small board.
    #[error("`{0}` is too long to wait for on a small board; {LONGEST_PATTERN} bytes at most")]
    TooLong(String),
    /// A value that is reckoned while the macro runs.
    #[error("`${{{0}}}` is known only when modemscope runs the macro; write the value itself")]
    Computed(String),
    /// A value that is taken from an answer.
    #[error("`${{{0}}}` comes from an answer of the modem; a written program cannot keep it yet")]
    FromAnswer(String),
    /// A value that nobody gives.
    #[error("`${{{0}}}` has no value; it is neither asked for nor kept by any step")]
    Unknown(String),
    /// A parameter whose default cannot be read the way it is used.
    #[error("the default of `{name}`, {error}")]
    Default {
        /// The parameter.
        name: String,
        /// Where, and what to write.
        error: NotationError,
    },
}

/// A written program waits for at most this many bytes.
const LONGEST_PATTERN: usize = 200;

/// How long a program waits for the rest of a longer answer after its beginning alone meant failure, as the runner does.
#[expect(clippy::cast_possible_truncation, reason = "a fraction of a second")]
pub(super) const GROWTH_MS: u32 = GROWTH.as_millis() as u32;

/// The macro, ready to be written.
#[derive(Debug)]
pub(super) struct Plan {
    /// For comments: no line end, nothing hidden.
    pub(super) title: String,
    pub(super) constants: Vec<Constant>,
    pub(super) steps: Vec<PlannedStep>,
}

/// A parameter in one reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Constant {
    /// `PARAM_TEXT`.
    pub(super) identifier: String,
    pub(super) bytes: Vec<u8>,
    pub(super) secret: bool,
    name: String,
    mode: Mode,
}

/// One step.
#[derive(Debug)]
pub(super) struct PlannedStep {
    /// 1-based, as in the macro.
    pub(super) number: usize,
    pub(super) set: Option<LineChange>,
    pub(super) break_ms: u32,
    pub(super) send: Vec<SendPart>,
    /// For comments and the monitor.
    pub(super) title: String,
    pub(super) patterns: Vec<Pattern>,
    pub(super) within_ms: u32,
    pub(super) wait_ms: u32,
    pub(super) repeat: u32,
    pub(super) retry: u32,
    pub(super) on_fail: OnFail,
}

/// A stretch of what a step sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SendPart {
    Bytes(Vec<u8>),
    /// Index into [`Plan::constants`].
    Constant(usize),
    /// The decimal count of its bytes.
    Length(usize),
}

/// An answer that a step knows. Those that mean failure stand first: they win a tie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) bytes: Vec<u8>,
    pub(super) fail: bool,
    /// An awaited answer begins with this one.
    pub(super) may_grow: bool,
}

impl Plan {
    pub(super) fn new(of: &Macro) -> Result<Self, ExportError> {
        let mut plan = Self { title: print(of.name.as_bytes()), constants: Vec::new(), steps: Vec::new() };
        for (index, step) in of.steps.iter().enumerate().filter(|(_, step)| !step.disabled) {
            let planned = plan.step(of, step, index + 1).map_err(|problem| ExportError { step: index + 1, problem })?;
            plan.steps.push(planned);
        }
        Ok(plan)
    }

    fn step(&mut self, of: &Macro, step: &Step, number: usize) -> Result<PlannedStep, NotWritten> {
        let send = match &step.send {
            Some(text) => self.send_parts(of, text)?,
            None => Vec::new(),
        };
        let mut patterns = Vec::new();
        for (texts, fail) in [(&step.fail, true), (&step.expect, false)] {
            for text in texts {
                let bytes = self.fixed_bytes(of, text)?;
                if bytes.len() > LONGEST_PATTERN {
                    return Err(NotWritten::TooLong(text.clone()));
                }
                patterns.push(Pattern { bytes, fail, may_grow: false });
            }
        }
        patterns.retain(|pattern| !pattern.bytes.is_empty());
        let awaited: Vec<Vec<u8>> =
            patterns.iter().filter(|pattern| !pattern.fail).map(|pattern| pattern.bytes.clone()).collect();
        for pattern in patterns.iter_mut().filter(|pattern| pattern.fail) {
            pattern.may_grow =
                awaited.iter().any(|bytes| bytes.len() > pattern.bytes.len() && bytes.starts_with(&pattern.bytes));
        }
        Ok(PlannedStep {
            number,
            set: step.set,
            break_ms: step.break_for.map_or(0, milliseconds),
            title: title(step),
            send,
            patterns,
            within_ms: milliseconds(step.within.unwrap_or(Step::DEFAULT_WITHIN)),
            wait_ms: step.wait.map_or(0, milliseconds),
            repeat: step.repeat.unwrap_or(1).max(1),
            retry: step.retry.unwrap_or(0),
            on_fail: step.on_fail,
        })
    }

    fn send_parts(&mut self, of: &Macro, text: &str) -> Result<Vec<SendPart>, NotWritten> {
        let template = Template::parse(text)?;
        let mut parts = Vec::new();
        for segment in template.segments() {
            parts.push(match segment {
                Segment::Bytes(bytes) => SendPart::Bytes(bytes.to_vec()),
                Segment::Value { name, mode, length: false } => SendPart::Constant(self.constant(of, name, mode)?),
                Segment::Value { name, mode, length: true } => SendPart::Length(self.constant(of, name, mode)?),
                Segment::Computed(name) => return Err(NotWritten::Computed(name.to_owned())),
            });
        }
        Ok(parts)
    }

    /// A pattern: parameters in it take their defaults.
    fn fixed_bytes(&mut self, of: &Macro, text: &str) -> Result<Vec<u8>, NotWritten> {
        let mut bytes = Vec::new();
        for part in self.send_parts(of, text)? {
            bytes.extend(self.bytes_of(&part));
        }
        Ok(bytes)
    }

    /// What a part sends with the parameters as they are.
    pub(super) fn bytes_of(&self, part: &SendPart) -> Vec<u8> {
        let constant = |index: usize| self.constants.get(index).map_or(&[][..], |constant| &constant.bytes);
        match part {
            SendPart::Bytes(bytes) => bytes.clone(),
            SendPart::Constant(index) => constant(*index).to_vec(),
            SendPart::Length(index) => constant(*index).len().to_string().into_bytes(),
        }
    }

    fn constant(&mut self, of: &Macro, name: &str, mode: Mode) -> Result<usize, NotWritten> {
        let known = |constant: &Constant| constant.name == name && constant.mode == mode;
        if let Some(index) = self.constants.iter().position(known) {
            return Ok(index);
        }
        let Some((_, ask)) = of.ask.iter().find(|(asked, _)| asked == name) else {
            let kept = of.steps.iter().any(|step| step.keep.contains_key(name));
            let why = if kept { NotWritten::FromAnswer } else { NotWritten::Unknown };
            return Err(why(name.to_owned()));
        };
        let bytes = parse(&ask.default, mode).map_err(|error| NotWritten::Default { name: name.to_owned(), error })?;
        let suffix = match mode {
            Mode::Text => "",
            Mode::Mixed => "_MIXED",
            Mode::Hex => "_HEX",
        };
        let taken: BTreeSet<&str> = self.constants.iter().map(|constant| constant.identifier.as_str()).collect();
        let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let base: String = format!("PARAM_{}{suffix}", name.chars().take(40).map(upper).collect::<String>());
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let identifier = std::iter::once(base.clone())
            .chain(numbered)
            .find(|free| !taken.contains(free.as_str()))
            .unwrap_or(base.clone());
        self.constants.push(Constant { identifier, bytes, secret: ask.secret, name: name.to_owned(), mode });
        Ok(self.constants.len() - 1)
    }

    /// The length of the longest pattern, at least 1.
    pub(super) fn longest_pattern(&self) -> usize {
        let lengths = self.steps.iter().flat_map(|step| &step.patterns).map(|pattern| pattern.bytes.len());
        lengths.max().unwrap_or(1).max(1)
    }

    /// The steps whose modem lines or breaks a program cannot do.
    pub(super) fn line_steps(&self) -> Vec<String> {
        let said = |step: &PlannedStep| {
            let what = match (step.set.is_some(), step.break_ms > 0) {
                (true, true) => "setting DTR or RTS, and the break",
                (true, false) => "setting DTR or RTS",
                (false, true) => "the break",
                (false, false) => return None,
            };
            Some(format!("Step {}: {what}; there is no such line here.", step.number))
        };
        self.steps.iter().filter_map(said).collect()
    }
}

/// What a step is, for comments and the monitor.
fn title(step: &Step) -> String {
    let other = match (step.set, step.break_for) {
        (Some(_), _) => "modem lines",
        (None, Some(_)) => "break",
        (None, None) if step.expect.is_empty() && step.fail.is_empty() => "pause",
        (None, None) => "wait for an answer",
    };
    one_line(step.send.as_deref().or(step.note.as_deref()).unwrap_or(other))
}

/// Whole milliseconds, a pause never shorter than asked.
fn milliseconds(length: Duration) -> u32 {
    u32::try_from(length.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

/// A text for a `//` comment or a string: no line ends, nothing hidden, not too long.
pub(super) fn one_line(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| c.is_ascii() || c.is_alphanumeric())
        .take(100)
        .collect();
    if out.len() < text.len() && text.chars().count() > 100 {
        out.push('…');
    }
    out
}

/// A C string literal of any bytes: octal escapes, because those end after three digits.
pub(super) fn c_string(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' | b'?' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            b' '..=b'~' => out.push(char::from(*byte)),
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            other => out.push_str(&octal(*other)),
        }
    }
    out.push('"');
    out
}

fn octal(byte: u8) -> String {
    format!("\\{byte:03o}")
}

/// A program being written.
#[derive(Debug, Default)]
pub(super) struct Out(String);

impl Out {
    pub(super) fn add(&mut self, text: impl AsRef<str>) {
        self.0.push_str(text.as_ref());
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// A whole program, with the macro it is behind it.
    pub(super) fn into_program(mut self, of: &Macro, comment: &str) -> String {
        super::written::append(&mut self.0, of, comment);
        self.0
    }
}
