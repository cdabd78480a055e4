//! Why a text is no macro book: where, what was found, what to write.

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
    pub(super) fn at(text: &str, offset: usize, problem: String) -> Self {
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
