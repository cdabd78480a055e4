//! What is looked for (a text, bytes, notation or a regular expression), and looking for it in a capture.

mod stream;

use std::sync::Arc;

use memchr::memmem::Finder;
use regex::bytes::Regex;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

pub use stream::Search;

pub(crate) use stream::Match;

use crate::notation::{self, Mode};

/// How a pattern was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// Every character is itself, as UTF-8.
    #[default]
    Text,
    /// Hex digits: `1A`, `0D 0A`.
    Hex,
    /// Notation: `\r\n> `.
    Notation,
    /// A regular expression over bytes; `^` and `$` stand at line ends, `(?-u)` is for bytes that are no UTF-8.
    Regex,
}

/// Why a pattern cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// There is nothing to look for.
    #[error("nothing to look for: type at least one character")]
    Empty,
    /// Not valid hex or notation.
    #[error(transparent)]
    Notation(#[from] notation::NotationError),
    /// Not a valid regular expression.
    #[error("{0}")]
    Regex(String),
}

/// Something to look for in bytes.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    kind: PatternKind,
    ignore_case: bool,
    needle: Arc<Needle>,
}

#[derive(Debug)]
enum Needle {
    Bytes(Finder<'static>),
    Regex {
        regex: Regex,
        /// Bytes with which every match ends: where they are not, no match is, and looking for bytes is ten times faster.
        gate: Option<Finder<'static>>,
    },
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.kind, self.ignore_case) == (&other.text, other.kind, other.ignore_case)
    }
}

impl Pattern {
    /// Reads `text` as `kind` says. `ignore_case` holds for texts and regular expressions.
    ///
    /// # Errors
    /// [`PatternError`] says what is wrong with `text`.
    pub fn new(text: &str, kind: PatternKind, ignore_case: bool) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let expression = match kind {
            PatternKind::Text if ignore_case => Some(regex::escape(text)),
            PatternKind::Regex => Some(text.to_owned()),
            _ => None,
        };
        let needle = if let Some(expression) = expression {
            let built = regex::bytes::RegexBuilder::new(&expression)
                .case_insensitive(ignore_case)
                .multi_line(true)
                .crlf(true)
                .build()
                .map_err(|error| PatternError::Regex(error.to_string()))?;
            Needle::Regex { gate: gate(&expression, ignore_case), regex: built }
        } else {
            let bytes = match kind {
                PatternKind::Hex => notation::parse(text, Mode::Hex)?,
                PatternKind::Notation => notation::parse(text, Mode::Mixed)?,
                PatternKind::Text | PatternKind::Regex => text.as_bytes().to_vec(),
            };
            if bytes.is_empty() {
                return Err(PatternError::Empty);
            }
            Needle::Bytes(Finder::new(&bytes).into_owned())
        };
        Ok(Self { text: text.to_owned(), kind, ignore_case, needle: Arc::new(needle) })
    }

    pub(super) fn from_regex(regex: Regex) -> Self {
        let text = regex.as_str().to_owned();
        Self {
            text,
            kind: PatternKind::Regex,
            ignore_case: false,
            needle: Arc::new(Needle::Regex { regex, gate: None }),
        }
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It is somewhere in these bytes.
    #[must_use]
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        match &*self.needle {
            Needle::Bytes(finder) => finder.find(bytes).is_some(),
            Needle::Regex { regex, .. } => regex.is_match(bytes),
        }
    }

    /// Where it is in these bytes, without overlaps, in order.
    #[must_use]
    pub(crate) fn ranges_in(&self, bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
        match &*self.needle {
            Needle::Bytes(finder) => {
                let mut ranges = Vec::new();
                let mut from = 0;
                while let Some(at) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
                    ranges.push(from + at..from + at + finder.needle().len());
                    from += at + finder.needle().len();
                }
                ranges
            }
            Needle::Regex { regex, .. } => {
                regex.find_iter(bytes).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
            }
        }
    }
}

/// The bytes with which every match of the expression ends, where there are some.
fn gate(expression: &str, ignore_case: bool) -> Option<Finder<'static>> {
    let mut parser = regex_syntax::ParserBuilder::new();
    parser.case_insensitive(ignore_case).multi_line(true).crlf(true).utf8(false);
    let parsed = parser.build().parse(expression).ok()?;
    let ends = Extractor::new().kind(ExtractKind::Suffix).extract(&parsed);
    let common = ends.longest_common_suffix()?;
    (common.len() >= 2).then(|| Finder::new(common).into_owned())
}
