//! Arduino sketches in and out.
//!
//! In: [`import`] reads what a sketch sends and when, as the board would send it: [`Imported::timed_macro`] replays it blindly, as the
//! sketch does, and [`answer_driven`] makes it wait for the answers. `docs/sketches.md` is the user's page.
//!
//! Not a C++ compiler: what depends on the modem's answers is named by line, never guessed.

mod answers;
mod calls;
mod expression_parser;
mod expressions;
mod import;
mod lexer;
mod machine;
mod parser;
mod syntax;
mod value;

pub use answers::answer_driven;
pub use import::{Imported, Pins, SketchStep, Unread, import};
