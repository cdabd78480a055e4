//! Arduino sketches, run and written.
//!
//! In: [`Source`] joins the tabs of a sketch, `front` reads it (tree-sitter's C++), `machine` runs it on a `board` with virtual
//! time and the simulated modem behind the modem's port. Of that run, `explain` tells what goes wrong, by line, and
//! [`import`] makes a macro. Out: [`export_ino`], [`export_python`] and [`export_c`] write a macro as a program.
//! `docs/sketches.md` is the user's page.
//!
//! Nothing that a sketch says reaches a file, a socket or the host. What only the board knows becomes a question.

mod answers;
mod board;
mod c;
mod explain;
mod front;
mod import;
mod ino;
mod language;
mod libraries;
mod machine;
mod origin;
mod plan;
mod preprocess;
mod private;
mod python;
mod quotes;
mod run;
mod source;
mod survey;
mod syntax;
mod target;
mod told;
mod written;

pub use answers::answer_driven;
pub use c::export_c;
pub use explain::{RunWay, SketchRun, run_sketch};
pub use import::import;
pub use ino::{BoardSerial, InoOptions, export_ino};
pub use python::export_python;
pub use run::RunOptions;
pub use source::Source;

pub(crate) use explain::{RunRow, SketchFinding, SketchQuestion};
pub(crate) use import::Imported;
pub(crate) use language::other_language;
pub(crate) use plan::Exported;
pub(crate) use run::LARGEST_SKETCH;
pub(crate) use source::Tab;
pub(crate) use syntax::Chip;
pub(crate) use told::Unread;

#[cfg(test)]
mod tests;
