//! Macros: steps that send, wait for what the modem says, and check it. Their files and their runner.
//!
//! Pure: no I/O, no clock. A macro's bytes are what its text says in the notation, nothing else.

pub(crate) mod automaton;
mod backlog;
mod checksum;
pub(crate) mod duration;
pub(crate) mod echo;
pub(crate) mod edit;
pub mod expectations;
pub mod file;
pub mod foreign;
pub(crate) mod hot_key;
mod matcher;
pub(crate) mod model;
mod prepared;
pub(crate) mod preview;
mod problem;
pub mod recorder;
mod report;
pub mod runner;
pub(crate) mod template;
mod window;

pub use model::{Book, LineChange, Macro, Step};

pub(crate) use model::{Ask, OnFail};
