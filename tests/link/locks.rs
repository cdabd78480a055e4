//! Other terminals: whoever has the port keeps it, and is named.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use modemscope::link::LineSettings;
use modemscope::worker::Phase;
use rustix::process::{Pid, Signal, kill_process};

use crate::pty::Pty;
use crate::support::have;
use crate::watch::{LIMIT, Watched};

/// A program with a terminal of its own, ended with the test.
struct Program {
    child: Child,
    screen: Pty,
}

impl Program {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let screen = Pty::new();
        let terminal = || Stdio::from(File::options().read(true).write(true).open(&screen.path).unwrap());
        // `setsid` makes its terminal its own, as a terminal program expects.
        let child = Command::new("setsid")
            .args(["--ctty", name])
            .args(arguments)
            .env("TERM", "vt100")
            .stdin(terminal())
            .stdout(terminal())
            .stderr(terminal())
            .spawn()
            .unwrap();
        Self { child, screen }
    }

    /// What it has written until now, and whether it has ended.
    fn ends(&mut self, limit: Duration) -> (String, bool) {
        let until = Instant::now() + limit;
        let mut text = Vec::new();
        loop {
            // Asked before the screen is read: what it said last must not be missed.
            let ended = self.child.try_wait().unwrap().is_some();
            text.extend(self.screen.read_exactly(64 * 1024, Duration::from_millis(20)));
            if ended || Instant::now() > until {
                return (String::from_utf8_lossy(&text).into_owned(), ended);
            }
        }
    }
}

impl Drop for Program {
    /// Asked first: a program that is killed leaves its lock file behind.
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let until = Instant::now() + LIMIT;
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::park_timeout(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn check_ours_is_respected(name: &str) {
    if !have(name, name) || !have("setsid", "util-linux") {
        return;
    }
    let pty = Pty::new();
    let _ours = Watched::opened(&pty.path());
    let (text, ended) = Program::start(name, &[&pty.path()]).ends(LIMIT);
    assert!(ended && text.to_lowercase().contains("lock"), "{name} goes on with our port: {text}");
}

fn check_theirs_is_respected(name: &str, arguments: &[&str]) {
    if !have(name, name) || !have("setsid", "util-linux") {
        return;
    }
    let pty = Pty::new();
    let path = pty.path();
    let start = || Program::start(name, &[arguments, &[path.as_str()]].concat());
    let mut theirs = start();
    let until = Instant::now() + LIMIT;
    // It has its lock some time after its start: until then we may have the port, and give it back.
    loop {
        let ours = Watched::open(&path, LineSettings::default());
        let status = ours.until("it is open or not", |status| status.phase != Phase::Opening);
        if let Phase::Failed(message) = &status.phase {
            assert!(message.contains(&format!("in use by {name} (PID ")), "{message}");
            return;
        }
        assert!(Instant::now() < until, "{name} never locked the port");
        drop(ours);
        std::thread::park_timeout(Duration::from_millis(300));
        // It may have asked for the lock just while we had the port, and ended.
        if theirs.child.try_wait().unwrap().is_some() {
            theirs = start();
        }
    }
}

#[test]
fn tio_leaves_us_our_port() {
    check_ours_is_respected("tio");
}

#[test]
fn picocom_leaves_us_our_port() {
    check_ours_is_respected("picocom");
}

#[test]
fn picocom_keeps_its_port_and_is_named() {
    check_theirs_is_respected("picocom", &[]);
}

#[test]
fn tio_keeps_its_port_and_is_named() {
    check_theirs_is_respected("tio", &[]);
}

#[test]
fn minicom_keeps_its_port_and_is_named() {
    check_theirs_is_respected("minicom", &["-D"]);
}
