//! What is fuzzed: one function a target, which takes any bytes and panics where a promise is broken.
//!
//! `fuzz/main.rs` gives them to libFuzzer; `tests/corpora.rs` runs them once over what `corpus/` keeps.

mod capture;
mod control;
mod diagnose;
mod digest;
mod foreign;
mod macro_file;
mod notation;
mod planted;
mod redaction;
mod rfc2217;
mod session;
mod share;
mod simulator;
mod sketch;

/// A target.
pub type Target = fn(&[u8]);

/// All of them, by name; each has a folder of that name in `corpus/`.
pub const TARGETS: [(&str, Target); 14] = [
    ("capture", capture::run),
    ("control", control::run),
    ("diagnose", diagnose::run),
    ("digest", digest::run),
    ("foreign", foreign::run),
    ("macro_file", macro_file::run),
    ("notation", notation::run),
    ("planted", planted::run),
    ("redaction", redaction::run),
    ("rfc2217", rfc2217::run),
    ("session", session::run),
    ("share", share::run),
    ("simulator", simulator::run),
    ("sketch", sketch::run),
];
