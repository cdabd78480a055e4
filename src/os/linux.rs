//! What Linux does its own way; the rest is as on every Unix.

pub(super) mod clients;
pub(crate) mod devices;
mod folder_watch;
pub(crate) mod holders;
mod kernel_counts;
pub(super) mod ready;
pub(crate) mod sockets;
pub(super) mod speed;
mod sysfs;

pub use super::unix::wait;
pub(crate) use super::unix::{files, pty, serial, signals, terminal, trouble};
pub(super) use kernel_counts::line_counts;

/// Which system this is, for a report: what, and its name.
#[must_use]
pub(crate) fn about() -> Vec<(&'static str, String)> {
    let places = [("system", "/etc/os-release"), ("kernel", "/proc/sys/kernel/osrelease")];
    let name = |place: &str| {
        let found = std::fs::read_to_string(place).ok()?;
        let name = found.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).or_else(|| found.lines().next());
        name.map(|name| name.trim_matches('"').to_owned())
    };
    places.into_iter().filter_map(|(what, place)| Some((what, name(place)?))).collect()
}

/// X11 or Wayland is there.
pub(super) fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("DISPLAY") || set("WAYLAND_DISPLAY")
}
