//! Where and why a file is no TOML of the form that is read.

use toml_edit::de;

/// The line itself is not quoted: it may hold a PIN.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct NoToml {
    line: usize,
    column: usize,
    why: String,
}

impl NoToml {
    pub(super) fn of(text: &str, error: &de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            why: error.message().replace('\n', ", "),
        }
    }
}
