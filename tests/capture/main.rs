//! Captures against the outside world: Wireshark's reader, a kill at any moment, a disk without room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(unix)]
#[path = "../support/device.rs"]
#[expect(clippy::disallowed_methods, reason = "a device talks in real time")]
mod device;
#[cfg(unix)]
#[path = "../support/disk.rs"]
mod disk;
#[cfg(unix)]
#[path = "../link/pty.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "tests/link uses the rest")]
mod pty;
#[path = "../support/mod.rs"]
mod support;

mod book;
mod command;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(unix)]
mod full_disk;
mod golden;
#[cfg(unix)]
mod killed;
#[cfg(target_os = "linux")]
mod long;
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
