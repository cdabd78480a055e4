//! Captures against the outside world: Wireshark's reader, a kill at any moment, a disk without room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod full_disk;
mod killed;
mod tshark;

use std::process::Command;

/// Runs one test of this binary in a process of its own, with `name=value` in its environment. That test does its part
/// only there (see [`in_child`]).
fn child(test: &str, name: &str, value: &std::path::Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(name, value);
    command
}

/// The value of the variable, when this process was started by [`child`].
fn in_child(name: &str) -> Option<std::path::PathBuf> {
    std::env::var_os(name).map(Into::into)
}
