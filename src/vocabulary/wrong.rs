//! What is wrong with a table of a family.

/// A line of a table that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the table: {wrong}")]
pub struct TableError {
    /// Counted from 1.
    pub line: usize,
    /// What was expected, and what was found.
    pub wrong: Wrong,
}

/// What is wrong with a line of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Another thing stands there.
    #[error("expected {expected}, found \"{found}\"")]
    Other {
        /// What should stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// A line with too few columns.
    #[error("expected 8 or 9 columns, found {0}")]
    Columns(usize),
    /// A word that is none of those that this column has.
    #[error("there is no {what} \"{word}\"")]
    Unknown {
        /// `role`, `meaning`.
        what: &'static str,
        word: String,
    },
    /// A condition without its end.
    #[error("the ] is missing in \"{0}\"")]
    Unclosed(String),
}

impl Wrong {
    pub(super) fn other(expected: &'static str, found: &str) -> Self {
        Self::Other { expected, found: found.to_owned() }
    }
}
