//! Macros: steps that send, wait for what the modem says, and check it. Their files and their runner.
//!
//! Pure: no I/O, no clock. A macro's bytes are what its text says in the notation, nothing else.

mod backlog;
mod checksum;
pub mod duration;
mod echo;
pub mod edit;
pub mod expectations;
pub mod file;
pub mod foreign;
pub mod hot_key;
mod matcher;
pub mod model;
mod prepared;
pub mod preview;
pub mod recorder;
mod report;
pub mod runner;
pub mod template;
mod window;

pub use model::{Ask, Book, LineChange, Macro, OnFail, Step};
