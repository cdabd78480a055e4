//! However the window ends, what was received is in its capture.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::device::{Device, Pace, captured};
use crate::window::{Display, Window};

/// The capture that the window made on its own.
fn capture_in(folder: &Path) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pcapng") {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn ends_by(end: impl FnOnce(&mut Window, &Display)) {
    let display = Display::start();
    let home = tempfile::tempdir().unwrap();
    let mut device = Device::new();
    let mut window = Window::start(&display, home.path(), &[&device.path()]);
    window.wait_for_text(&format!("opened {}", device.path()));
    device.talk(Pace::MEGABYTE, Duration::from_millis(200));
    // A busy machine lets it say less in that time.
    while device.written < 200_000 {
        device.say(1000);
    }
    end(&mut window, &display);
    assert_eq!(window.ended(), Some(0));
    let kept = captured(&capture_in(home.path()));
    assert_eq!(kept, device.read(), "all that was read is in the file");
    assert!(kept > 100_000, "{kept}");
}

#[test]
fn sigterm_in_full_flood_loses_nothing() {
    ends_by(|window, _| kill_process(Pid::from_raw(window.pid().try_into().unwrap()).unwrap(), Signal::TERM).unwrap());
}

#[test]
fn closing_the_window_in_full_flood_loses_nothing() {
    ends_by(Window::close);
}
