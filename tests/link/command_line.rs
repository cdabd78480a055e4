//! The subcommands that belong to links, as a user starts them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

use modemscope::capture::{Record, open};
use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Pty;
use crate::watch::{LIMIT, all_values, records};

fn modemscope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modemscope"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

fn captured(file: &std::path::Path) -> Vec<u8> {
    let reader = open(file).unwrap().finish();
    records(&reader)
        .into_iter()
        .filter_map(|record| match record {
            Record::Data { bytes, .. } => Some(bytes),
            _ => None,
        })
        .flatten()
        .collect()
}

#[test]
fn listen_prints_who_connects_and_what_arrives() {
    let mut child = modemscope(&["listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let address = first.strip_prefix("Listening on ").unwrap().split(". ").next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    assert!(lines.next().unwrap().ends_with("connected"));
    stream.write_all(b"hello\x1A").unwrap();
    assert_eq!(lines.next().unwrap(), "#1 6 bytes: hello\\x1A   [68 65 6C 6C 6F 1A]");
    drop(stream);
    assert_eq!(lines.next().unwrap(), "#1 closed after 6 bytes");
    interrupt(&child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn listen_says_what_is_wrong() {
    let check = |address: &str, code: i32, expect: &str| {
        let output = modemscope(&["listen", address]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(expect), "{text}");
    };
    check("nonsense", 2, "write a port such as 9999");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    check(&taken.local_addr().unwrap().to_string(), 3, "another program listens there");
}

#[test]
fn ports_as_json_is_an_array_and_opens_nothing() {
    let output = modemscope(&["ports", "--json"]).output().unwrap();
    assert!(output.status.success());
    let ports: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for port in ports.as_array().unwrap() {
        assert!(port["path"].is_string() && port.get("holder").is_some(), "{port}");
    }
}

#[test]
fn capture_keeps_every_byte_and_never_overwrites() {
    let pty = Pty::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.pcapng");
    let arguments = ["capture", &pty.path(), file.to_str().unwrap()];
    let mut child = modemscope(&arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let begins = lines.next().unwrap();
    assert!(begins.starts_with("Capturing "), "{begins}");
    pty.write_all(&all_values(), LIMIT);
    // What was read is in the file at once, long before the end.
    let until = std::time::Instant::now() + LIMIT;
    while captured(&file) != all_values() {
        assert!(std::time::Instant::now() < until, "{} bytes in the file", captured(&file).len());
        std::thread::yield_now();
    }
    interrupt(&child);
    let ends = lines.next().unwrap();
    assert!(ends.starts_with("256 bytes received, 0 sent"), "{ends}");
    assert!(child.wait().unwrap().success());

    assert_eq!(captured(&file), all_values());
    let again = modemscope(&arguments).output().unwrap();
    assert_eq!(again.status.code(), Some(3), "the file is there");
    let none =
        modemscope(&["capture", "/dev/no-such-port", folder.path().join("x").to_str().unwrap()]).output().unwrap();
    assert_eq!(none.status.code(), Some(3));
    assert!(String::from_utf8(none.stderr).unwrap().contains("is not there"));
}

#[test]
fn a_captured_port_can_be_shared_meanwhile() {
    let pty = Pty::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.pcapng");
    let arguments = ["capture", &pty.path(), file.to_str().unwrap(), "--share", "0"];
    let mut child = modemscope(&arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let shared =
        lines.find_map(|line| line.strip_prefix("Shared at ").map(|rest| rest.trim_end_matches('.').to_owned()));
    let mut guest = TcpStream::connect(shared.unwrap()).unwrap();
    guest.write_all(b"AT\r").unwrap();
    assert_eq!(pty.read_exactly(3, LIMIT), b"AT\r");
    interrupt(&child);
    assert_eq!(lines.find(|line| line.contains("bytes received")).unwrap().split(", ").nth(1), Some("3 sent"));
    assert!(child.wait().unwrap().success());
}

/// How often the threads of a process have waited for something so far.
#[cfg(target_os = "linux")]
fn waits(child: &Child) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    let of = |task: std::io::Result<std::fs::DirEntry>| -> u64 {
        let status = std::fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        count.trim().parse().unwrap()
    };
    tasks.map(of).sum()
}

/// A laptop that only waits for a modem sleeps, and Ctrl+C is heard all the same.
#[cfg(target_os = "linux")]
#[test]
fn an_idle_capture_does_not_wake_the_machine_and_hears_ctrl_c_at_once() {
    let pty = Pty::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session.pcapng");
    let mut child = modemscope(&["capture", &pty.path(), file.to_str().unwrap()]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("Capturing"));
    // What the beginning still has to do.
    std::thread::park_timeout(Duration::from_millis(300));
    let before = waits(&child);
    std::thread::park_timeout(Duration::from_millis(600));
    let count = waits(&child) - before;
    assert!(count <= 4, "{count} times in 0.6 s");
    let asked = Instant::now();
    interrupt(&child);
    assert!(child.wait().unwrap().success());
    assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
}
