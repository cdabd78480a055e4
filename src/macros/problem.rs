//! Why a macro cannot run, or not go on: every sentence about it in one place.

use crate::notation::NotationError;

/// A macro that cannot be started: which step, and what is wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacroError {
    /// A text of a step cannot be read.
    #[error("`{name}`, step {step}: {error}")]
    Step {
        /// The macro's name.
        name: String,
        /// 1-based.
        step: usize,
        /// What is wrong.
        error: StepError,
    },
    /// A value of a step is not there or cannot be read.
    #[error("step {step}: {error}{}", .missing.advice())]
    Value {
        /// 1-based.
        step: usize,
        /// What is wrong.
        error: FillError,
        /// Why there is none.
        missing: Missing,
    },
}

/// Why a value is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is there, and cannot be read.
    Not,
    /// It is secret: never stored.
    Secret,
    /// No parameter and no step before gives it.
    Unknown,
}

impl Missing {
    fn advice(self) -> &'static str {
        match self {
            Self::Not => "",
            Self::Secret => "; it is secret and not stored, so give it each time",
            Self::Unknown => "; it is neither asked for nor kept by a step before",
        }
    }
}

/// What is wrong in a step, as a clause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// A text is no notation.
    #[error("`{text}`, {error}")]
    Text {
        /// As written.
        text: String,
        /// Where and why.
        error: NotationError,
    },
    /// A value is missing or cannot be read.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// A pattern without bytes.
    #[error("an expectation is empty, it would match at once")]
    EmptyExpectation,
    /// What `keep` looks for cannot be read.
    #[error("`{pattern}` is no regex: {why}")]
    Regex {
        /// As written.
        pattern: String,
        /// Why, as the regex crate says it.
        why: String,
    },
    /// `keep` finds nothing.
    #[error("the answer holds nothing for `{name}` (keep: {regex})")]
    NothingToKeep {
        /// The value's name.
        name: String,
        /// What was looked for.
        regex: String,
    },
    /// `keep` finds bytes that are no text.
    #[error("what the answer holds for `{0}` is not UTF-8 text")]
    NotText(String),
}

/// What cannot be filled in, as a clause. It never holds a secret value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// There is no value of this name.
    #[error("`${{{0}}}` has no value")]
    NoValue(String),
    /// A secret value cannot be read the way the text asks for.
    #[error("the value of `{name}` is not valid at column {column}")]
    Secret {
        name: String,
        /// 1-based.
        column: usize,
    },
    /// A value cannot be read the way the text asks for.
    #[error("the value of `{name}`, {error}")]
    Value {
        name: String,
        /// Where and why.
        error: NotationError,
    },
    /// The time cannot be given.
    #[error("`${{time}}`: {0}")]
    Time(TimeError),
}

/// Why there is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Nobody said when the run began.
    #[error("the time is not known here")]
    Unknown,
    /// The format is not valid.
    #[error("{0}")]
    Format(String),
}
