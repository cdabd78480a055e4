//! How fast a macro that was started in the window reacts: prompt seen to text handed over, by the times of the capture.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::prompting::{Modem, reactions, talk};
use super::window::{Display, PATIENCE, Window};

const ROUNDS: usize = 300;
/// The window is asked this often how the run stands: each question costs it a frame.
const ASKED: Duration = Duration::from_millis(500);

pub fn measure(display: &Display) {
    for (name, flood) in [("quiet line", Vec::new()), ("full receive load", talk())] {
        let modem = Modem::start(flood);
        let home = tempfile::tempdir().expect("a home");
        let config = home.path().join("config/modemscope");
        fs::create_dir_all(&config).expect("a folder");
        fs::write(config.join("macros.toml"), book()).expect("a book");
        let mut window = Window::start(display, home.path(), &[&modem.path]);
        // A release build is drawn before the port is open, and then a macro is not run.
        window.wait_for("an open port", |widget| widget.value == "Open");
        window.click("Main job");
        let (began, before) = (Instant::now(), modem.sent());
        while !ended(&mut window) {
            assert!(began.elapsed() < PATIENCE, "the macro does not end");
            std::thread::sleep(ASKED);
        }
        let rate = f64::from(u32::try_from(modem.sent() - before).unwrap_or(u32::MAX)) / began.elapsed().as_secs_f64();
        drop(window);
        let reader = modemscope::capture::open(&capture(home.path())).expect("a capture").finish();
        let times = reactions(&reader);
        assert!(times.len() >= ROUNDS * 9 / 10, "{name}: {} of {ROUNDS}", times.len());
        let part = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
        println!(
            "prompt seen to text handed over, window open, {name} ({:.1} MB/s): median {:?}, 99 % {:?}, worst {:?}",
            rate / 1e6,
            part(50),
            part(99),
            part(100)
        );
    }
}

/// The card of the run says so.
fn ended(window: &mut Window) -> bool {
    let widgets = window.widgets();
    let says = |word: &str| widgets.iter().any(|widget| widget.label == word || widget.value == word);
    assert!(!says("Failed") && !says("Not run"), "the macro failed");
    says("Done")
}

/// The main job, again and again.
fn book() -> String {
    let mut book = String::from("version = 1\n[[macro]]\nname = \"Main job\"\n");
    for _ in 0..ROUNDS {
        for (send, expect) in [(r"AT+CIPSEND\r", r"\r\n> "), (r"hello\x1A", r"SEND OK\r\n")] {
            let fail = r"['\r\nERROR', '\r\n+CME ERROR', '\r\nCLOSED']";
            let step =
                format!("[[macro.step]]\nsend = '{send}'\nexpect = ['{expect}']\nfail = {fail}\nwithin = \"20s\"\n");
            let _ = book.write_str(&step);
        }
    }
    book
}

/// The only capture below this folder.
fn capture(home: &Path) -> PathBuf {
    let mut folders = vec![home.join("data")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "pcapng") {
                return path;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("the window kept no capture")
}
