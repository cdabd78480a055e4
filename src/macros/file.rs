//! The macro file: TOML to model and back.
//!
//! Reading checks everything that can be checked without a modem, so that a macro that is shown can be run: keys, types,
//! durations, notation, regexes. An error names line and column, what was found and what to write. Writing goes through
//! `toml_edit`, so that comments and order survive an edit ([`super::edit`]).

mod read;
mod write;

pub use read::parse;
pub use write::print;

pub(crate) use write::{step_table, table, update_macro, update_step};

/// The version this program reads and writes.
pub(crate) const VERSION: i64 = 1;
/// A larger file is no macro book.
pub(crate) const LARGEST: usize = 4 << 20;
/// More steps in one book are refused.
pub(crate) const MOST_STEPS: usize = 20_000;

/// Why a text is no macro book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct BookError {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, counted in characters.
    pub column: usize,
    /// What was found and what to write instead.
    pub problem: String,
}

impl BookError {
    /// An error at a byte offset of the text.
    fn at(text: &str, offset: usize, problem: String) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, problem: abridged(problem) }
    }
}

/// A message quotes what was found; of a hostile book that could be megabytes.
fn abridged(problem: String) -> String {
    const LONGEST: usize = 400;
    match problem.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", problem.get(..cut).unwrap_or_default()),
        None => problem,
    }
}

#[cfg(test)]
mod tests;
