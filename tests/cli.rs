//! The built command, driven as a shell drives it: exit codes, output, and bytes that really arrive.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

#[path = "cli/capture.rs"]
mod capture;
#[path = "cli/diagnose.rs"]
mod diagnose;
#[path = "support/disk.rs"]
#[allow(dead_code, reason = "tests/capture uses the rest")]
mod disk;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/hidden.rs"]
mod hidden;
#[cfg(unix)]
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/latency.rs"]
mod latency;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/send.rs"]
mod send;
#[path = "cli/server.rs"]
mod server;
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/wrong.rs"]
mod wrong;

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// The binary with these arguments, in an empty home and without a display.
fn modemscope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modemscope"));
    command.args(arguments).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
    command
}

/// Exit code, standard output, standard error.
fn call(arguments: &[&str]) -> (i32, String, String) {
    read(&modemscope(arguments).output().unwrap())
}

fn call_with_input(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child =
        modemscope(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    read(&child.wait_with_output().unwrap())
}

fn read(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn check(arguments: &[&str], code: i32, out: &str, aside: &str) {
    let (found, stdout, stderr) = call(arguments);
    let said = format!("{arguments:?}\nexit {found}\n-- out\n{stdout}\n-- err\n{stderr}");
    assert_eq!(found, code, "{said}");
    assert!(stdout.contains(out), "no `{out}` in the output of {said}");
    assert!(stderr.contains(aside), "no `{aside}` in what is said aside by {said}");
}

#[test]
fn help_version_completions_and_manual() {
    check(&["--version"], 0, "modemscope 0.", "");
    check(&["run", "--help"], 0, "--set <NAME=VALUE>", "");
    check(&["completions", "bash"], 0, "_modemscope()", "");
    check(&["man"], 0, ".TH modemscope 1", "");
    check(&["--frobnicate"], 2, "", "unexpected argument");
    check(&["send"], 2, "", "PORT");
}

#[test]
fn the_demo_does_the_main_job_in_the_terminal() {
    let (code, out, aside) = call(&["demo", "--terminal", "--text", r"grüße \x1A <1A>"]);
    assert_eq!(code, 0, "{out}\n{aside}");
    assert!(out.contains("SEND OK"), "{out}");
    assert!(out.contains("The server got 17 bytes from 127.0.0.1:"), "{out}");
    assert!(out.contains("That is the text, without the byte 1A that ended it."), "{out}");
}
