//! `modemscope capture`, and what stays of a capture when the port does not.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use modemscope::capture::{Record, open};
use rustix::process::{Pid, Signal, kill_process};

use crate::{check, modemscope};

#[test]
fn a_port_that_does_not_open_leaves_no_file_and_no_trace_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let out = out.to_str().unwrap();
    check(&["capture", "/dev/no-such-port", out], 3, "", "/dev/no-such-port");
    check(&["run", "/dev/no-such-port", "assets/macros.toml", "Close", "--capture", out], 3, "", "/dev/no-such-port");
    check(&["capture", "sim:", out, "--for", "1ms", "--share", "192.0.2.1:1"], 3, "", "192.0.2.1:1");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    check(&["capture", "sim:", out, "--for", "1ms"], 0, "", "0 bytes received, 0 sent");
    fs::write(out, "mine").unwrap();
    check(&["capture", "/dev/no-such-port", out], 3, "", "a file of that name is there");
    assert_eq!(fs::read(out).unwrap(), b"mine");
    check(&["capture", "sim:bogus", out], 2, "", "\"bogus\" is neither a profile");
}

/// Starts a capture of the simulator and waits until the port is open.
fn capture(out: &str) -> (Child, BufReader<std::process::ChildStderr>) {
    let mut child = modemscope(&["capture", "sim:fast", out]).stderr(Stdio::piped()).spawn().unwrap();
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    words.read_line(&mut line).unwrap();
    assert!(line.contains("Ctrl+C ends it"), "{line}");
    (child, words)
}

#[test]
fn a_signal_is_the_regular_end_of_a_capture() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.pcapng");
        let (mut child, mut words) = capture(out.to_str().unwrap());
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut said = String::new();
        while words.read_line(&mut said).unwrap() > 0 {}
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal:?}: {said}");
        assert!(said.contains("bytes received"), "{said}");
        let reader = open(&out).unwrap().finish();
        let last = reader.get(reader.len() - 1).unwrap();
        assert_eq!(last.record, Record::Note("closed sim:fast".to_owned()), "the capture is complete");
        assert_eq!(reader.storage().torn, 0);
    }
}

#[test]
fn a_torn_tail_is_told_by_all_who_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let file = out.to_str().unwrap();
    check(&["capture", "sim:fast", file, "--for", "50ms"], 0, "", "");
    let mut bytes = fs::read(&out).unwrap();
    bytes.extend([6, 0, 0, 0, 200]);
    fs::write(&out, &bytes).unwrap();
    let told = "modemscope: at the end of the capture 5 bytes are no whole record, passed over";
    check(&["diagnose", file], 0, "", told);
    check(&["export", file, "--as", "text", "--no-redact"], 0, "opened sim:fast", told);
    assert_eq!(fs::read(&out).unwrap(), bytes, "the file stays as it is");
}
