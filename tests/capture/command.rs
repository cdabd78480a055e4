//! The real `modemscope capture` on a pty: killed at any moment, ended by signals, on a full disk and on a broken one.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "these tests are about real time and real threads")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use rustix::process::{Pid, Signal, kill_process};

use crate::device::{Device, LIMIT, Pace, captured};
use crate::disk::SmallDisk;
use crate::support::have;

/// What was read this long before a kill has to be in the file. A build that is not optimised takes longer over noise.
const MAY_MISS: Duration = Duration::from_millis(if cfg!(debug_assertions) { 60 } else { 20 });

/// A pty gives no more at once.
const ONE_READ: usize = 4096;

/// The program, and what it says on standard error, each line with its time.
struct Capture {
    child: Child,
    said: Receiver<(Instant, String)>,
    out: PathBuf,
}

impl Capture {
    /// Captures the device into a file; ready when the port is open.
    fn start(device: &Device, out: &Path, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modemscope"));
        command.args(["capture", &device.path()]).arg(out).stdin(Stdio::null()).stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (say, said) = bounded(1000);
        let listen = move || {
            for line in lines.map_while(Result::ok) {
                let _ = say.send((Instant::now(), line));
            }
        };
        std::thread::Builder::new().name("stderr".into()).spawn(listen).unwrap();
        let capture = Self { child, said, out: out.to_owned() };
        capture.hears("Ctrl+C ends it");
        capture
    }

    /// Waits until it says this; when it did.
    fn hears(&self, text: &str) -> Instant {
        let until = Instant::now() + LIMIT;
        loop {
            let (at, line) = self.said.recv_deadline(until).unwrap_or_else(|_| panic!("it did not say `{text}`"));
            if line.contains(text) {
                return at;
            }
        }
    }

    /// Ends it; exit code, and how long that took.
    fn end(&mut self, signal: Signal) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), asked.elapsed());
            }
            assert!(asked.elapsed() < LIMIT, "it does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn sigkill_at_any_moment_leaves_an_exact_prefix() {
    let kills = std::env::var("MODEMSCOPE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(25);
    let (mut most, mut due) = (0, 0);
    for number in 0..kills {
        let pace = if number % 5 == 4 { Pace::KILOBYTE } else { Pace::MEGABYTE };
        let folder = tempfile::tempdir().unwrap();
        let mut device = Device::new();
        let mut capture = Capture::start(&device, &folder.path().join("a.pcapng"), |_| {});
        // Spread over 20 to 220 ms, no two alike.
        device.talk(pace, Duration::from_micros(20_000 + (number * 7919 % 200_000)));
        // On a machine that keeps this test waiting, the program may have been kept waiting between read and write.
        let may_miss = MAY_MISS + 2 * device.kept_waiting();
        let early = device.read_by(Instant::now().checked_sub(may_miss).unwrap());
        capture.end(Signal::KILL);
        let (read, kept) = (device.read(), captured(&capture.out));
        // However long the machine kept the program waiting, no more than one read was in its hands.
        assert!(
            kept >= early || read <= kept + ONE_READ,
            "{early} bytes were read {may_miss:?} before the kill, {kept} are in the file"
        );
        most = most.max(read - kept);
        due += early;
    }
    assert!(due > 0, "no byte was read early enough to have to be there");
    println!("{kills} kills: at most {most} bytes that were read were not in the file");
}

#[test]
fn a_signal_in_full_flood_loses_nothing() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let mut device = Device::new();
        let mut capture = Capture::start(&device, &folder.path().join("a.pcapng"), |_| {});
        device.talk(Pace::MEGABYTE, Duration::from_millis(100));
        let (code, took) = capture.end(signal);
        assert_eq!(code, Some(0), "{signal:?}");
        assert!(took < Duration::from_secs(2), "{signal:?}: it took {took:?}");
        assert_eq!(captured(&capture.out), device.read(), "{signal:?}");
    }
}

#[test]
fn a_full_disk_is_told_within_a_second_and_with_room_again_nothing_is_missing() {
    let Some(disk) = SmallDisk::new("256k") else { return };
    let mut device = Device::new();
    let mut capture = Capture::start(&device, &disk.path().join("a.pcapng"), |_| {});
    device.say(200_000);
    let full = Instant::now();
    device.say(400_000);
    let told = capture.hears("the disk is full: free some space");
    assert!(told.saturating_duration_since(full) < Duration::from_secs(1), "told after {:?}", told - full);
    let before = std::fs::read(&capture.out).unwrap();
    disk.grow("8m");
    let room = Instant::now();
    let again = capture.hears("the capture file is written again");
    assert!(again - room < Duration::from_secs(2), "written after {:?}", again - room);
    device.talk(Pace::MEGABYTE, Duration::from_millis(50));
    assert_eq!(capture.end(Signal::TERM).0, Some(0), "it is complete");
    assert_eq!(captured(&capture.out), device.read(), "no gap");
    assert!(std::fs::read(&capture.out).unwrap().starts_with(&before), "what was written did not change");
}

#[test]
fn a_disk_that_stays_full_is_exit_3_and_an_exact_prefix() {
    let Some(disk) = SmallDisk::new("256k") else { return };
    let mut device = Device::new();
    let mut capture = Capture::start(&device, &disk.path().join("a.pcapng"), |_| {});
    device.say(600_000);
    capture.hears("the disk is full: free some space");
    assert_eq!(capture.end(Signal::TERM).0, Some(3));
    let kept = captured(&capture.out);
    assert!((200_000..262_144).contains(&kept), "{kept}");
    let rescued =
        capture.said.iter().find_map(|(_, line)| Some(line.split_once("all of it is saved as ")?.1.to_owned()));
    let rescued = PathBuf::from(rescued.expect("it is saved elsewhere"));
    assert_eq!(captured(&rescued), device.read(), "all that it had read");
    std::fs::remove_file(rescued).unwrap();
}

/// Writes that fail while a file is there: what a disk does that breaks, or a stick that is pulled out.
const BROKEN_DISK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int broken(void) {
    const char *name = getenv("BROKEN_WHILE");
    return name && access(name, F_OK) == 0;
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (broken()) { errno = EIO; return -1; }
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    return real(file, bytes, count, place);
}
"#;

#[test]
fn a_broken_disk_is_told_and_bridged() {
    if !have("gcc", "gcc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("broken.c"), folder.path().join("broken.so"));
    let breaks = folder.path().join("breaks");
    std::fs::write(&source, BROKEN_DISK).unwrap();
    let mut compile = Command::new("gcc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
    assert!(compile.status().unwrap().success());
    let mut device = Device::new();
    let mut capture = Capture::start(&device, &folder.path().join("a.pcapng"), |command| {
        command.env("LD_PRELOAD", &library).env("BROKEN_WHILE", &breaks);
    });
    device.say(100_000);
    std::fs::write(&breaks, "").unwrap();
    let broken = Instant::now();
    device.talk(Pace::MEGABYTE, Duration::from_millis(100));
    let told = capture.hears("cannot be written: Input/output error");
    assert!(told - broken < Duration::from_secs(1));
    std::fs::remove_file(&breaks).unwrap();
    capture.hears("the capture file is written again");
    device.say(1000);
    assert_eq!(capture.end(Signal::TERM).0, Some(0));
    assert_eq!(captured(&capture.out), device.read(), "no gap");
}
