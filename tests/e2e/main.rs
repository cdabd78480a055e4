//! The real binary in a real window: started on Xvfb, clicked through, looked at.
//!
//! Needs `--features inspection` and Xvfb; `tests/run` sees to both. `MODEMSCOPE_PICTURES=DIR` keeps the screenshots;
//! `modemscope.png` among them is the picture of the README (`assets/modemscope.png`).
#![allow(clippy::disallowed_methods, reason = "tests of the real program wait in real time")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(all(unix, feature = "inspection"))]
#[path = "../support/device.rs"]
#[allow(dead_code, reason = "tests/capture uses the rest")]
mod device;
#[cfg(all(unix, feature = "inspection"))]
mod dropped;
#[cfg(all(unix, feature = "inspection"))]
mod ending;
#[cfg(all(unix, feature = "inspection"))]
#[path = "../link/pty.rs"]
#[allow(dead_code, reason = "tests/link uses the rest")]
mod pty;
#[cfg(feature = "inspection")]
mod stories;
#[cfg(feature = "inspection")]
mod tour;
#[cfg(feature = "inspection")]
#[allow(dead_code, reason = "benches/window.rs uses the rest")]
mod window;

#[cfg(not(feature = "inspection"))]
#[test]
fn the_real_window_is_tested_by_tests_run() {
    eprintln!("not built with `--features inspection`: `bash tests/run` tests the real window as well");
}
