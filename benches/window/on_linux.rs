//! The measurements themselves: ptys, Xvfb and `/proc`.

#[path = "flood.rs"]
mod flood;
#[path = "large.rs"]
mod large;
#[path = "latency.rs"]
mod latency;
#[path = "prompting.rs"]
mod prompting;
#[path = "../../tests/e2e/window.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod window;

use std::time::{Duration, Instant};

use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use window::{Display, Window};

/// How long the window is watched while it has nothing to do.
const WATCHED: Duration = Duration::from_secs(10);

/// A part of the measurements, by name.
type Section = (&'static str, fn(&Display));

/// Those that are named on the command line, or all.
pub(crate) fn measure() {
    let sections: [Section; 6] = [
        ("start", start),
        ("idle", idle),
        ("latency", latency::measure),
        ("flood", flood::floods),
        ("paste", flood::paste),
        ("open", large::measure),
    ];
    // `cargo bench` adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for name in &wanted {
        assert!(sections.iter().any(|(section, _)| section == name), "{name:?} is no section of this bench");
    }
    let display = Display::start();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the machine: {}", load.trim());
    for (_, section) in sections.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|want| want == name))
    {
        section(&display);
    }
}

fn start(display: &Display) {
    let mut first_frames: Vec<Duration> = (0..5).map(|_| first_frame(display)).collect();
    first_frames.sort();
    println!("first frame: {first_frames:?} (five starts, sorted)");
}

/// From the start of the process to the answer of its first frame.
fn first_frame(display: &Display) -> Duration {
    let home = tempfile::tempdir().expect("a home");
    let began = Instant::now();
    let mut window = Window::start(display, home.path(), &[]);
    window.widgets();
    began.elapsed()
}

/// Connected with nothing to do, and while the device is unplugged.
fn idle(display: &Display) {
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(display, home.path(), &["demo"]);
    window.wait_for_text("SMS Ready");
    window.settle();
    let used = watched(&window);
    println!("idle, connected to the simulator: {used:.2} % of a core; {} MiB", memory_mib(&window, "VmRSS"));

    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
    fcntl_setfd(&master, FdFlags::CLOEXEC).expect("a pty");
    grantpt(&master).expect("a pty");
    unlockpt(&master).expect("a pty");
    let path = ptsname(&master, Vec::new()).expect("a name").into_string().expect("a plain path");
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(display, home.path(), &[&path]);
    window.wait_for_text("opened ");
    window.settle();
    println!("idle, connected to a port: {:.2} % of a core", watched(&window));
    drop(master);
    std::thread::sleep(Duration::from_secs(1));
    println!("unplugged: {:.2} % of a core", watched(&window));
}

/// Share of a core that the window used while it was left alone.
fn watched(window: &Window) -> f64 {
    let (before, began) = (cpu_time(window.pid()), Instant::now());
    std::thread::sleep(WATCHED);
    share(cpu_time(window.pid()).saturating_sub(before), began.elapsed())
}

fn share(used: Duration, elapsed: Duration) -> f64 {
    used.as_secs_f64() / elapsed.as_secs_f64() * 100.0
}

/// User and system time of a process, from proc(5), `/proc/PID/stat` fields 14 and 15 in ticks of 10 ms.
fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let (_, fields) = stat.rsplit_once(") ").expect("the name ends");
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(10 * ticks)
}

/// `VmRSS` now, `VmHWM` at the most.
fn memory_mib(window: &Window, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", window.pid())).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with(field)).expect("it has memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
}
