//! What is private in an answer, as a line of a table says it.

use super::command::{Taken, Takes};

/// What is private in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// What its fields are, in order.
    pub(super) fields: Vec<Taken>,
    /// What comes behind it.
    pub(crate) follows: Follows,
}

/// What comes behind an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Follows {
    /// Nothing that is private.
    #[default]
    Nothing,
    /// A message of one line.
    Line,
    /// A message, up to the final result.
    Text,
}

impl Told {
    /// What a field is, by its place from 0.
    #[must_use]
    pub(crate) fn kind(&self, at: usize) -> Takes {
        let here = self.fields.get(at).or_else(|| self.fields.last().filter(|last| last.on));
        here.map_or(Takes::Other, |taken| taken.what)
    }
}
