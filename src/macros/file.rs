//! The macro file: TOML to model and back.
//!
//! Reading checks everything that can be checked without a modem, so that a macro that is shown can be run: keys, types,
//! durations, notation, regexes. An error names line and column, what was found and what to write. Writing goes through
//! `toml_edit`, so that comments and order survive an edit ([`super::edit`]).

mod error;
mod read;
mod write;

pub use error::BookError;
pub use read::parse;
pub use write::print;

pub(crate) use read::{LARGEST, MOST_STEPS};
pub(crate) use write::{VERSION, step_table, table, update_macro, update_step};

#[cfg(test)]
mod tests;
