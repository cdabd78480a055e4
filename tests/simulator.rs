//! Other people's software against `modemscope sim`: a real AT client of Debian, and the command itself.
#![allow(clippy::disallowed_methods, reason = "tests of real processes wait in real time, always bounded")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(unix)]

#[path = "simulator/bench.rs"]
mod bench;
#[path = "simulator/catalogue.rs"]
mod catalogue;
#[path = "simulator/clients.rs"]
mod clients;
#[path = "simulator/diagnosed.rs"]
mod diagnosed;
#[path = "simulator/drivers.rs"]
mod drivers;
#[path = "simulator/lte.rs"]
mod lte;
#[path = "simulator/ping.rs"]
mod ping;
#[path = "simulator/scene.rs"]
mod scene;
#[path = "simulator/servers.rs"]
mod servers;
mod support;
#[path = "simulator/transcripts.rs"]
mod transcripts;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use modemscope::simulator::Fault;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_mins(1);

/// `modemscope sim`, ended when it goes.
struct Sim {
    child: Child,
    hands: Option<ChildStdin>,
    address: String,
}

impl Sim {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_modemscope"))
            .arg("sim")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("modemscope starts");
        let hands = child.stdin.take();
        let mut address = String::new();
        let output = child.stdout.take().expect("standard output");
        BufReader::new(output).read_line(&mut address).expect("it says where it is");
        Self { child, hands, address: address.trim().to_owned() }
    }

    /// A line for its standard input.
    fn hand(&mut self, line: &str) {
        let hands = self.hands.as_mut().expect("standard input");
        writeln!(hands, "{line}").expect("it reads its standard input");
    }

    fn end(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        wait(&mut self.child)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // It may have ended already: then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait(child: &mut Child) -> std::process::ExitStatus {
    let limit = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        assert!(Instant::now() < limit, "it did not end within {PATIENCE:?}");
        std::thread::yield_now();
    }
}

/// Reads until `end` comes.
fn until(stream: &mut TcpStream, end: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(end.as_bytes()) {
        let count = stream.read(&mut byte).unwrap_or(0);
        assert_eq!(count, 1, "no {end:?} in {:?}", String::from_utf8_lossy(&heard));
        heard.extend(byte);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// A settings file of gammu for this device.
fn gammu_settings(folder: &TempDir, device: &Path) -> PathBuf {
    let path = folder.path().join("gammurc");
    let text = format!("[gammu]\ndevice = {}\nconnection = at9600\n", device.display());
    std::fs::write(&path, text).expect("a file of our own");
    path
}

/// Runs gammu; its output, when it succeeded.
fn gammu(settings: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("gammu")
        .arg("-c")
        .arg(settings)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("gammu starts");
    child.stdin.take().expect("standard input").write_all(input.as_bytes()).expect("it reads");
    let status = wait(&mut child);
    let (mut said, mut complaints) = (String::new(), String::new());
    child.stdout.take().expect("output").read_to_string(&mut said).expect("text");
    child.stderr.take().expect("errors").read_to_string(&mut complaints).expect("text");
    assert!(status.success(), "gammu {arguments:?}: {said}{complaints}");
    said
}

#[test]
fn gammu_identifies_it_sends_a_pdu_and_reads_what_comes() {
    if !support::have("gammu", "gammu") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let device = folder.path().join("modem");
    let mut sim = Sim::start(&["--speed", "50", "--pty", device.to_str().expect("ASCII")]);
    let settings = gammu_settings(&folder, &device);
    let identity = gammu(&settings, &["identify"], "");
    assert!(identity.contains("SIMCOM_Ltd") && identity.contains("860719020206417"), "{identity}");
    // To its own number: it comes back, as on a real network.
    let sent = gammu(&settings, &["sendsms", "TEXT", "+491701234567"], "Grüße from gammu");
    assert!(sent.contains("OK, message reference=1"), "{sent}");
    sim.hand("sms +4915550 hello gammu");
    let limit = Instant::now() + PATIENCE;
    loop {
        let messages = gammu(&settings, &["getallsms"], "");
        if messages.contains("Grüße from gammu") && messages.contains("hello gammu") {
            assert!(messages.contains("+4915550"), "{messages}");
            break;
        }
        assert!(Instant::now() < limit, "{messages}");
    }
    assert!(sim.end().success());
    assert!(!device.is_symlink(), "the link goes with the simulator");
}

#[test]
fn hands_on_the_bench_come_from_standard_input() {
    let mut sim = Sim::start(&["--speed", "10", "--tcp", "0"]);
    let mut host = TcpStream::connect(&sim.address).expect("it listens");
    until(&mut host, "\r\nSMS Ready\r\n");
    sim.hand("call +49555");
    until(&mut host, "\r\nRING\r\n");
    sim.hand("hangup");
    until(&mut host, "\r\nNO CARRIER\r\n");
    sim.hand("fault no-network");
    host.write_all(b"ATE0\r").expect("it reads");
    until(&mut host, "\r\nOK\r\n");
    // The line and the command come by different ways: either may be first.
    let limit = Instant::now() + PATIENCE;
    loop {
        host.write_all(b"AT+CREG?\r").expect("it reads");
        let heard = until(&mut host, "\r\n\r\nOK\r\n");
        if heard.contains("+CREG: 0,2") {
            break;
        }
        assert!(Instant::now() < limit, "{heard}");
    }
    assert!(sim.end().success());
}

#[test]
fn every_fault_of_the_documentation_has_its_name_on_the_command_line() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/sim800.md")).expect("the page");
    let (_, faults) = text.split_once("## Faults").expect("its chapter");
    let names: Vec<_> =
        faults.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|cut| cut.0).collect();
    let all: Vec<_> = Fault::ALL.iter().map(|fault| fault.1).collect();
    assert_eq!(names, all);
    let arguments: Vec<_> = names.iter().flat_map(|name| ["--fault", name]).chain(["--tcp", "0"]).collect();
    assert!(Sim::start(&arguments).end().success());
}

#[test]
fn wrong_use_is_said_and_a_taken_name_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let name = folder.path().join("precious");
    File::create(&name).expect("a file");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_modemscope")).arg("sim").args(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, words) = run(&["--fault", "no-such-fault"]);
    assert!(code == Some(2) && words.contains("no-sim, pin, no-network"), "{code:?} {words}");
    let (code, words) = run(&["--profile", "no-such-profile"]);
    assert!(code == Some(2) && words.contains("sim800l, sim868, sim808, sim7600, autobaud, fast"), "{code:?} {words}");
    let (code, words) = run(&["--modem", "sim900"]);
    assert!(code == Some(2) && words.contains("there is sim800l, sim868"), "{code:?} {words}");
    let (code, words) = run(&["--pty", name.to_str().expect("ASCII")]);
    assert!(code == Some(3) && words.contains("choose another name"), "{code:?} {words}");
}
