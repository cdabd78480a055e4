//! **modemscope**: a serial terminal for working a modem by hand, that says why it did not work.
//!
//! The modules, in reading order. An arrow points only downwards in this list (`docs/ARCHITECTURE.md` draws them,
//! `tests/architecture.rs` enforces them):
//!
//! * [`notation`]: bytes and what people type and read for them.
//! * [`vocabulary`]: what modems are asked and what they say: commands, times, data, secrets, as tables.
//! * [`modem`]: what the bytes mean: digest, dialog, diagnoses.
//! * [`macros`]: steps that send, wait and check; their files; their runner.
//! * [`capture`]: every byte and event of a session, in a file, as rows, searched and exported.
//! * [`simulator`]: a simulated SIM800L, bytes and time in, bytes and socket wishes out.
//! * [`sketch`]: Arduino sketches in and out.
//! * [`session`]: one link's brain, without I/O.
//! * [`link`]: serial ports, sockets, the simulator, each as one trait.
//! * [`worker`]: the thread that works a link: capture, session and guests over it.
//! * [`app`]: what the window can do, without the window.
//! * [`ui`]: the window.
//! * [`cli`]: the subcommands.
//! * `os`: what differs between Linux, macOS and Windows; at the bottom, below all rooms that touch the system.

// What `main` and the tests need is `pub`; the rest says how far it goes, so that the compiler finds what nobody uses.
#![deny(unreachable_pub)]
#![allow(
    rustdoc::private_intra_doc_links,
    reason = "the documentation is read with the source, where they lead somewhere"
)]

pub mod app;
pub mod capture;
pub mod cli;
pub mod link;
pub mod macros;
pub mod modem;
pub mod notation;
mod os;
pub mod session;
pub mod simulator;
pub mod sketch;
pub mod ui;
pub mod vocabulary;
pub mod worker;
