//! The sketches of `assets/arduino`, compiled and run on a simulated Nano: what arrives, and what the usual sketch loses.
//!
//! Needs Debian's arduino-core-avr, gcc-avr, avr-libc, libsimavr-dev and gcc (`tests/run` installs them). Where they are
//! missing each test says so and is passed over.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the simulated board is a program of its own, watched by a thread")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a failed helper is a failed test")]

#[path = "nano/board.rs"]
mod board;
#[path = "nano/check.rs"]
mod check;
#[path = "nano/desk.rs"]
mod desk;
#[path = "nano/differential.rs"]
mod differential;
#[path = "nano/exported.rs"]
mod exported;
#[path = "nano/main_job.rs"]
mod main_job;
#[path = "nano/passthrough.rs"]
mod passthrough;
#[path = "nano/real_time.rs"]
mod real_time;
#[path = "nano/stories.rs"]
mod stories;
#[path = "support/mod.rs"]
mod support;
