//! What a flood does to the window, in each view, and a paste of ten million bytes.

use std::fs;
use std::time::{Duration, Instant};

use super::prompting::Modem;
use super::window::{Display, PATIENCE, Window};
use super::{cpu_time, memory_mib, share};

/// How long each view is flooded.
const FLOODED: Duration = Duration::from_secs(20);
const PASTED: usize = 10_000_000;

/// Any bytes at full speed, and clicks all the while.
pub fn floods(display: &Display) {
    for view in ["text", "hex", "both"] {
        let home = tempfile::tempdir().expect("a home");
        let config = home.path().join("config/modemscope");
        fs::create_dir_all(&config).expect("a folder");
        fs::write(config.join("settings.toml"), format!("[view]\ncolumns = \"{view}\"\n")).expect("settings");
        let modem = Modem::start(noise(1 << 20));
        let mut window = Window::start(display, home.path(), &[&modem.path]);
        let log = window.wait_for("the log", |widget| widget.label == "Log").center;
        let (before, sent, began) = (cpu_time(window.pid()), modem.sent(), Instant::now());
        let mut clicks = Vec::new();
        while began.elapsed() < FLOODED {
            let clicked = Instant::now();
            window.click_at(log);
            clicks.push(clicked.elapsed());
            std::thread::sleep(Duration::from_millis(250));
        }
        let used = share(cpu_time(window.pid()).saturating_sub(before), began.elapsed());
        let rate = f64::from(u32::try_from((modem.sent() - sent) / 1000).unwrap_or(u32::MAX)) / 1000.0;
        clicks.sort();
        println!(
            "flood of any bytes, {view}: {:.1} MB/s, {used:.0} % of a core, {} MiB at the most; a click (three frames) answered \
             in {:?} in the median, {:?} at the worst",
            rate / began.elapsed().as_secs_f64(),
            memory_mib(&window, "VmHWM"),
            clicks.get(clicks.len() / 2).copied().unwrap_or_default(),
            clicks.last().copied().unwrap_or_default(),
        );
    }
}

/// Ten million bytes into the send box.
pub fn paste(display: &Display) {
    let modem = Modem::start(Vec::new());
    let home = tempfile::tempdir().expect("a home");
    let mut window = Window::start(display, home.path(), &[&modem.path]);
    window.click("Send line");
    let lines = "forty-nine letters of a file, and its line ends.\n".repeat(PASTED / 49);
    let size = lines.len();
    let pasted = Instant::now();
    window.paste(lines);
    let whole = window.wait_for("Send as is", |widget| widget.label.starts_with("Send as is")).label;
    println!("{size} bytes pasted: the question is there after {:?}", pasted.elapsed());
    let sent = Instant::now();
    window.click(&whole);
    let mut worst = Duration::ZERO;
    while modem.heard() < size as u64 {
        assert!(sent.elapsed() < PATIENCE, "only {} of {size} bytes came", modem.heard());
        let asked = Instant::now();
        window.widgets();
        worst = worst.max(asked.elapsed());
    }
    println!("sent after {:?}; the window answered within {worst:?} all the while", sent.elapsed());
}

/// Bytes without a pattern, the same each time (xorshift64).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
