//! Macros: steps that send, wait for what the modem says, and check it. Their files and their runner.
//!
//! Pure: no I/O, no clock. A macro's bytes are what its text says in the notation, nothing else.

pub mod expectations;
pub mod model;
pub mod runner;

pub use model::{Ask, Book, LineChange, Macro, OnFail, Step};
