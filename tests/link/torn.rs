//! The cable is pulled while a command of the command line has the port.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::pty::Pty;
use crate::watch::LIMIT;

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new("timeout");
    command.args(["30", env!("CARGO_BIN_EXE_modemscope")]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the program has said its first words over the line: it is in the middle of its work.
fn asked(pty: &Pty, count: usize) {
    let until = Instant::now() + LIMIT;
    let mut got = 0;
    while got < count {
        assert!(Instant::now() < until, "{got} of {count} bytes came");
        got += pty.read_exactly(count - got, Duration::from_millis(200)).len();
        std::thread::yield_now();
    }
}

fn check(child: Child, expect: &str) {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains(expect) && text.contains("connect again"), "{text}");
}

#[test]
fn send_ends_with_3_and_says_why() {
    let pty = Pty::new();
    let child = start(&["send", &pty.path(), r"AT\r", "--expect", "OK", "--within", "20s"]);
    asked(&pty, 3);
    drop(pty);
    check(child, "is gone: it was unplugged");
}

#[test]
fn a_file_under_way_ends_with_3_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, vec![b'x'; 500_000]).unwrap();
    let pty = Pty::new();
    let child = start(&["send", &pty.path(), "--file", file.to_str().unwrap()]);
    asked(&pty, 1_000);
    drop(pty);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("lost"), "{text}");
}

#[test]
fn run_ends_with_3_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.toml");
    let text =
        "version = 1\n[[macro]]\nname = \"Ask\"\n[[macro.step]]\nsend = 'AT\\r'\nexpect = ['OK']\nwithin = \"20s\"\n";
    std::fs::write(&book, text).unwrap();
    let pty = Pty::new();
    let child = start(&["run", &pty.path(), book.to_str().unwrap()]);
    asked(&pty, 3);
    drop(pty);
    check(child, "is gone: it was unplugged");
}

fn first_line(child: &mut Child) -> (String, BufReader<std::process::ChildStderr>) {
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    (first, lines)
}

#[test]
fn capture_ends_with_3_or_waits_for_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("one.pcapng");
    let pty = Pty::new();
    let mut child = start(&["capture", &pty.path(), out.to_str().unwrap()]);
    let (first, mut lines) = first_line(&mut child);
    assert!(first.starts_with("Capturing"), "{first}");
    drop(pty);
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{rest}");
    assert!(rest.contains("is gone: it was unplugged") && rest.contains("connect again"), "{rest}");

    let node = folder.path().join("ttyUSB0");
    let plug = |pty: &Pty| std::os::unix::fs::symlink(&pty.path, &node).unwrap();
    let pty = Pty::new();
    plug(&pty);
    let out = folder.path().join("two.pcapng");
    let mut child = start(&["capture", node.to_str().unwrap(), out.to_str().unwrap(), "--reconnect"]);
    let (first, mut lines) = first_line(&mut child);
    assert!(first.starts_with("Capturing"), "{first}");
    std::fs::remove_file(&node).unwrap();
    drop(pty);
    let mut told = String::new();
    lines.read_line(&mut told).unwrap();
    assert!(told.contains("Waiting for it to come back"), "{told}");
    let pty = Pty::new();
    plug(&pty);
    told.clear();
    lines.read_line(&mut told).unwrap();
    assert!(told.contains("is back"), "{told}");
    pty.write_all(b"here again", LIMIT);
    let until = Instant::now() + LIMIT;
    while !has(&out, b"here again") {
        assert!(Instant::now() < until, "what came afterwards is in the same file");
        std::thread::park_timeout(Duration::from_millis(10));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    child.wait().unwrap();
}

fn has(file: &Path, wanted: &[u8]) -> bool {
    std::fs::read(file).is_ok_and(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted))
}
