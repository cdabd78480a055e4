//! Which ports there are. Listing opens none of them: what is known of a device is read from sysfs, so that looking at
//! the list never resets a board or takes a modem out of its conversation.

mod watch;

use std::path::{Path, PathBuf};

pub(crate) use watch::PortWatch;

use super::identity::Identity;
use crate::os::{self, holders};

pub(crate) use crate::os::PortInfo;

impl PortInfo {
    /// What makes this device itself, whatever its name is next time.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            path: self.path.clone(),
            usb_id: self.usb_id,
            serial_number: self.serial_number.clone(),
            interface: self.interface,
            usb_path: self.usb_path.clone(),
        }
    }
}

/// The serial ports of this machine, now.
#[must_use]
pub(crate) fn list() -> Vec<PortInfo> {
    let mut ports = devices();
    for port in &mut ports {
        port.holder = holders::holder(Path::new(&port.path));
    }
    ports
}

/// The devices alone, without the search for who holds them.
#[must_use]
pub(crate) fn devices() -> Vec<PortInfo> {
    os::devices::list()
}

/// The devices, and what else `patterns` name: paths with `*` and `?` in their last part, such as `/dev/pts/*` or
/// `/tmp/modem?`. Holders are not looked up.
#[must_use]
pub(crate) fn list_also(patterns: &[String]) -> Vec<PortInfo> {
    let mut ports = devices();
    let mut more: Vec<PathBuf> = patterns.iter().flat_map(|pattern| matching(Path::new(pattern))).collect();
    more.sort();
    more.dedup();
    for path in more {
        let real = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        let known = ports.iter().any(|port| Path::new(&port.path) == real);
        if let (false, Some(path)) = (known, path.to_str()) {
            ports.push(PortInfo { path: path.to_owned(), ..PortInfo::default() });
        }
    }
    ports
}

/// True where `pattern`, as [`list_also`] takes it, names this path.
#[must_use]
pub(crate) fn names(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (Path::new(pattern), Path::new(path));
    let name = path.file_name().and_then(|name| name.to_str());
    pattern.parent() == path.parent()
        && name.zip(last_part(pattern)).is_some_and(|(name, expression)| expression.is_match(name))
}

/// The last part of a pattern.
fn last_part(pattern: &Path) -> Option<regex::Regex> {
    let name = pattern.file_name()?.to_str()?;
    let expression = regex::escape(name).replace(r"\*", ".*").replace(r"\?", ".");
    regex::Regex::new(&format!("^{expression}$")).ok()
}

/// Devices that a pattern names. A pattern that cannot be read names none.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let Some((folder, expression)) = pattern.parent().zip(last_part(pattern)) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| expression.is_match(name)))
        .map(|entry| entry.path())
        .filter(|path| os::trouble::is_device(path))
        .collect()
}

/// What one device is, by its path or a link to it.
#[must_use]
pub(crate) fn describe(path: &str) -> PortInfo {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let known = devices().into_iter().find(|port| Path::new(&port.path) == real);
    known.unwrap_or_else(|| PortInfo { path: path.to_owned(), ..PortInfo::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn patterns_name_devices_only() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["modem1", "modem.2", "other"] {
            std::os::unix::fs::symlink("/dev/null", folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("modem-notes"), "").unwrap();
        let check = |pattern: &str, expect: &[&str]| {
            let mut found: Vec<_> = matching(&folder.path().join(pattern))
                .iter()
                .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
                .collect();
            found.sort();
            assert_eq!(found, expect, "{pattern}");
        };
        check("modem*", &["modem.2", "modem1"]);
        check("modem?", &["modem1"]);
        check("modem.?", &["modem.2"]);
        check("[", &[]);
        check("other", &["other"]);
        assert!(matching(Path::new("/no/such/folder/*")).is_empty());
        assert!(matching(Path::new("")).is_empty());
    }

    #[test]
    fn a_pattern_names_paths_of_its_folder() {
        for (pattern, path, named) in [
            ("/dev/pts/*", "/dev/pts/3", true),
            ("/dev/pts/*", "/dev/pts/x/3", false),
            ("/dev/rfcomm?", "/dev/rfcomm0", true),
            ("/dev/rfcomm?", "/dev/rfcomm10", false),
            ("/dev/ttyX", "/dev/ttyX", true),
            ("", "/dev/ttyX", false),
        ] {
            assert_eq!(names(pattern, path), named, "{pattern} {path}");
        }
    }

    #[test]
    fn an_unknown_path_is_described_by_itself() {
        assert_eq!(describe("/no/such/port").path, "/no/such/port");
        assert_eq!(describe("/no/such/port").identity().usb_id, None);
    }
}
