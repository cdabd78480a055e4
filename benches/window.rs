//! What the window costs: time to the first frame, CPU while idle and connected, memory. On Xvfb, with the release
//! profile: `cargo bench --features inspection --bench window`.
#![allow(clippy::disallowed_methods, reason = "it measures real time")]
#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that cannot be made ends here")]

#[path = "../tests/e2e/window.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod window;

use std::time::{Duration, Instant};

use window::{Display, Window};

/// How long the idle window is watched.
const WATCHED: Duration = Duration::from_secs(10);

fn main() {
    let display = Display::start();
    let mut first_frames: Vec<Duration> = (0..5).map(|_| first_frame(&display)).collect();
    first_frames.sort();
    println!("first frame: {first_frames:?} (five starts, sorted)");

    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(&display, home.path(), &["demo"]);
    window.wait_for_text("SMS Ready");
    window.settle();
    let before = cpu_time(window.pid());
    let began = Instant::now();
    std::thread::sleep(WATCHED);
    let used = cpu_time(window.pid()).saturating_sub(before);
    let share = used.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    println!("idle and connected: {share:.2} % of a core over {WATCHED:?}");
    println!("memory: {} MiB resident", resident_mib(window.pid()));
}

/// From the start of the process to the answer of its first frame.
fn first_frame(display: &Display) -> Duration {
    let home = tempfile::tempdir().expect("a home");
    let began = Instant::now();
    let mut window = Window::start(display, home.path(), &[]);
    window.widgets();
    began.elapsed()
}

/// User and system time of a process, from proc(5), `/proc/PID/stat` fields 14 and 15 in ticks of 10 ms.
fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let (_, fields) = stat.rsplit_once(") ").expect("the name ends");
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(10 * ticks)
}

fn resident_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it has memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
}
