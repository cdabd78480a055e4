//! Arduino sketches in and out.
//!
//! In: [`import`] reads what a sketch sends and when, as the board would send it: [`Imported::timed_macro`] replays it blindly, as the
//! sketch does, and [`answer_driven`] makes it wait for the answers. Out: [`export_ino`], [`export_python`] and [`export_c`] write a
//! macro as a program. `docs/sketches.md` is the user's page.
//!
//! Not a C++ compiler: what depends on the modem's answers is named by line, never guessed.

mod answers;
mod c;
mod calls;
mod expression_parser;
mod expressions;
mod import;
mod ino;
mod lexer;
mod machine;
mod parser;
mod plan;
mod python;
mod survey;
mod syntax;
mod value;

pub use answers::answer_driven;
pub use c::export_c;
pub use import::{Imported, Pins, SketchStep, Unread, import};
pub use ino::{BoardSerial, InoOptions, export_ino};
pub use plan::{ExportError, Exported};
pub use python::export_python;

#[cfg(test)]
mod export_tests;
