//! A test bench for firmware: the control socket, scenarios with their verdict, and the modem that has booted.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Sim, until, wait};

/// A control connection: a line in, a line out.
struct Control(BufReader<UnixStream>);

impl Control {
    fn to(path: &Path) -> Self {
        Self(BufReader::new(UnixStream::connect(path).expect("it listens as soon as the port is told")))
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.0.get_mut(), "{line}").expect("it reads");
        let mut answer = String::new();
        self.0.read_line(&mut answer).expect("it answers");
        answer.trim_end().to_owned()
    }
}

#[test]
fn a_control_socket_answers_each_line_and_waits_for_what_is_expected() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("control");
    let mut sim = Sim::start(&["--speed", "50", "--tcp", "0", "--booted", "--control", path.to_str().expect("ASCII")]);
    let mut host = TcpStream::connect(&sim.address).expect("it listens");
    let mut control = Control::to(&path);
    assert_eq!(control.ask("signal 7"), "ok");
    host.write_all(b"ATE0;+CSQ\r").expect("it reads");
    let heard = until(&mut host, "\r\n+CSQ: 7,0\r\n\r\nOK\r\n");
    assert!(!heard.contains("RDY"), "the boot lines were over: {heard:?}");
    assert!(control.ask("dance").starts_with("error \"dance\": expected `sms NUMBER TEXT`"));
    assert_eq!(control.ask("expect 0.01 NEVER"), "error \"NEVER\" was not said in time");
    let state: serde_json::Value =
        serde_json::from_str(control.ask("state").strip_prefix("ok ").expect("ok")).expect("JSON");
    assert_eq!((&state["on"], &state["signal"], &state["registration"]), (&true.into(), &7.into(), &1.into()));
    // Another connection waits meanwhile; what it expects is said until it has heard it.
    let waiting = std::thread::Builder::new()
        .spawn({
            let path = path.clone();
            move || Control::to(&path).ask("expect 60 AT+CGATT?")
        })
        .expect("a thread");
    while !waiting.is_finished() {
        host.write_all(b"AT+CGATT?\r").expect("it reads");
        until(&mut host, "\r\nOK\r\n");
    }
    assert!(waiting.join().expect("an answer").starts_with("ok "));
    assert_eq!(control.ask("position 48.2 16.37"), "ok");
    host.write_all(b"AT+SAPBR=1,1;+CLBS=1,1\r").expect("it reads");
    until(&mut host, "\r\n+CLBS: 0,16.370000,48.200000,550\r\n\r\nOK\r\n");
    assert_eq!(control.ask("quit"), "ok");
    assert!(wait(&mut sim.child).success());
    assert!(!path.exists(), "the socket goes with the simulator");
}

/// Plays a scenario while `host` talks to the modem; exit code, report, and the file for a CI.
fn played(scenario: &str, host: impl FnOnce(&mut TcpStream)) -> (Option<i32>, String, String) {
    let folder = TempDir::new().expect("a folder");
    let (file, report) = (folder.path().join("scenario.toml"), folder.path().join("junit.xml"));
    fs::write(&file, scenario).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_modemscope"))
        .args(["sim", "--tcp", "0", "--scenario", file.to_str().expect("ASCII")])
        .args(["--junit", report.to_str().expect("ASCII")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("modemscope starts");
    let mut output = BufReader::new(child.stdout.take().expect("output"));
    let mut address = String::new();
    output.read_line(&mut address).expect("it says where it is");
    let mut line = TcpStream::connect(address.trim()).expect("it listens");
    host(&mut line);
    let code = wait(&mut child).code();
    let mut said = String::new();
    output.read_to_string(&mut said).expect("text");
    (code, said, fs::read_to_string(report).unwrap_or_default())
}

const SCENARIO: &str = r#"
version = 1
name = "asks after a message"
modem = ["sim800l", "fast"]

[[step]]
expect = "AT+CMGF=1"
within = "60s"

[[step]]
do = "sms +4915550 on"

[[step]]
name = "reads it"
expect = "AT+CMGR=1"
within = "WITHIN"
"#;

#[test]
fn a_scenario_ends_with_its_verdict_and_a_report() {
    let (code, said, report) = played(&SCENARIO.replace("WITHIN", "60s"), |host| {
        until(host, "SMS Ready\r\n");
        host.write_all(b"AT+CMGF=1\r").expect("it reads");
        until(host, "+CMTI: \"SM\",1\r\n");
        host.write_all(b"AT+CMGR=1\r").expect("it reads");
    });
    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("asks after a message: passed\n"), "{said}");
    assert!(report.contains("tests=\"3\" failures=\"0\"") && report.contains("name=\"reads it\""), "{report}");
    // Firmware that does not ask fails, and the report says at what.
    let (code, said, report) = played(&SCENARIO.replace("WITHIN", "200ms"), |host| {
        until(host, "SMS Ready\r\n");
        host.write_all(b"AT+CMGF=1\r").expect("it reads");
        until(host, "+CMTI: \"SM\",1\r\n");
    });
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAILED  reads it: \"AT+CMGR=1\" was not said within 0.2 s"), "{said}");
    assert!(report.contains("failures=\"1\""), "{report}");
}

#[test]
fn a_scenario_that_is_wrong_is_said_before_anything_begins() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("scenario.toml");
    fs::write(&file, "version = 1\n[[step]]\nat = \"soon\"\ndo = \"restart\"\n").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_modemscope"))
        .args(["sim", "--scenario", file.to_str().expect("ASCII")])
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && words.contains("step 1: at = \"soon\": expected a time"), "{words}");
}
