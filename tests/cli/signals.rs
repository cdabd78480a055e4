//! Signals are the regular end of what runs on. On Windows it is Ctrl+C, which `tests/on-windows` gives to the program.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use modemscope::capture::{Record, open};
use rustix::process::{Pid, Signal, kill_process};

use crate::modemscope;

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
#[expect(clippy::disallowed_methods, reason = "the time to stop is what is tested")]
fn ctrl_c_stops_an_endless_macro_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.toml");
    let endless = "version = 1\n[[macro]]\nname = 'endless'\n[[macro.step]]\nsend = 'AT\\r'\nwait = '10ms'\nrepeat = 4000000000\n";
    fs::write(&book, endless).unwrap();
    let capture = folder.path().join("out.pcapng");
    let arguments = ["run", "sim:fast", book.to_str().unwrap(), "--capture", capture.to_str().unwrap()];
    let mut child = modemscope(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("TX  AT")), "it runs");
    let asked = Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130), "{rest:?}");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert!(rest.iter().any(|line| line.contains("endless: stopped")), "{rest:?}");
}

/// A terminal that is held by Ctrl+S, or a pipe that nobody empties.
#[test]
#[expect(clippy::disallowed_methods, reason = "the time to stop is what is tested")]
fn a_command_whose_output_nobody_takes_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.toml");
    let endless =
        "version = 1\n[[macro]]\nname = 'endless'\n[[macro.step]]\nsend = 'AT\\r'\nwait = '1ms'\nrepeat = 4000000000\n";
    fs::write(&book, endless).unwrap();
    let mut child = modemscope(&["run", "sim:fast", book.to_str().unwrap()]).stdout(Stdio::piped()).spawn().unwrap();
    let held = child.stdout.take().unwrap();
    let full = || rustix::io::ioctl_fionread(&held).unwrap();
    let mut before = 0;
    while full() == 0 || full() != before {
        before = full();
        std::thread::sleep(Duration::from_millis(300));
    }
    let asked = Instant::now();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}
