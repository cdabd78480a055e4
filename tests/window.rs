//! The window, clicked through without a display: by the labels that a screen reader would read out.
//!
//! What is behind it is real: threads, the simulated modem, TCP on loopback. Only the screen is missing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "window/check.rs"]
mod check;
#[path = "window/closing.rs"]
mod closing;
#[path = "window/desk.rs"]
mod desk;
#[cfg(unix)]
#[path = "support/device.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "a device talks in real time; tests/capture uses the rest")]
mod device;
#[cfg(unix)]
#[path = "support/disk.rs"]
mod disk;
#[path = "window/files.rs"]
mod files;
#[cfg(unix)]
#[path = "window/find_baud.rs"]
mod find_baud;
#[cfg(unix)]
#[path = "window/keeping.rs"]
mod keeping;
#[path = "window/keys.rs"]
mod keys;
#[path = "window/line_tools.rs"]
mod line_tools;
#[path = "window/log.rs"]
mod log;
#[path = "window/macros.rs"]
mod macros;
#[path = "window/main_job.rs"]
mod main_job;
#[path = "window/narrow.rs"]
mod narrow;
#[cfg(unix)]
#[path = "support/one_rate.rs"]
#[allow(clippy::disallowed_methods, reason = "a modem has a thread of its own")]
mod one_rate;
#[cfg(unix)]
#[path = "window/port_bar.rs"]
mod port_bar;
#[cfg(unix)]
#[path = "link/pty.rs"]
#[allow(dead_code, clippy::disallowed_methods, reason = "tests/link uses the rest")]
mod pty;
#[path = "window/secrets.rs"]
mod secrets;
#[path = "window/send_box.rs"]
mod send_box;
#[path = "window/settings.rs"]
mod settings;
#[path = "window/simulator.rs"]
mod simulator;
#[path = "window/steady.rs"]
mod steady;
#[path = "window/strip.rs"]
mod strip;
#[path = "window/tools.rs"]
mod tools;
