//! Lock files of the old kind, `LCK..ttyUSB0`: the only lock that minicom and many others know (FHS 3.0, 5.9). Those of
//! live programs are respected, stale ones are not; ours is made where the system lets us, and goes with the port.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::super::here::holders;
use super::trouble::process_lives;

/// Our lock file; dropping it removes it.
#[derive(Debug)]
pub(in crate::os) struct LockFile {
    path: PathBuf,
}

impl LockFile {
    /// Makes a lock file for a device. `None` where none is customary (a pty) or the system does not let us: the other
    /// locks hold all the same.
    #[must_use]
    pub(in crate::os) fn create(device: &Path) -> Option<Self> {
        if device.starts_with("/dev/pts") || !device.starts_with("/dev") {
            return None;
        }
        LOCK_FOLDERS.iter().find_map(|folder| Self::create_in(Path::new(folder), device))
    }

    fn create_in(folder: &Path, device: &Path) -> Option<Self> {
        let path = folder.join(names(device).first()?);
        if holder_in(folder, device).is_none() && path.exists() {
            // Its program is dead, or it is our own from before.
            std::fs::remove_file(&path).ok()?;
        }
        let mut file = std::fs::File::create_new(&path).ok()?;
        let lock = Self { path };
        file.write_all(format!("{:>10}\n", std::process::id()).as_bytes()).ok()?;
        Some(lock)
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Folders where other programs keep their `LCK..` files (FHS 3.0, 5.9).
const LOCK_FOLDERS: [&str; 2] = ["/run/lock", "/var/lock"];

/// The live process that a `LCK..` file for this device names; a stale one names nobody.
#[must_use]
pub(in crate::os) fn holder(device: &Path) -> Option<u32> {
    LOCK_FOLDERS.iter().find_map(|folder| holder_in(Path::new(folder), device))
}

/// As [`holder`], in one folder.
fn holder_in(folder: &Path, device: &Path) -> Option<u32> {
    names(device).into_iter().find_map(|name| {
        let path = folder.join(name);
        let pid = pid_in(&std::fs::read(&path).ok()?)?;
        let made = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
        let holds = pid != std::process::id() && process_lives(pid) && holders::made_lock(pid, made, device);
        holds.then_some(pid)
    })
}

/// Names a lock file may have: `LCK..ttyUSB0`, and for devices in subfolders with the path in it, as in `LCK..pts_3`.
fn names(device: &Path) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(name) = device.file_name().and_then(|name| name.to_str()) {
        names.push(format!("LCK..{name}"));
    }
    if let Ok(below) = device.strip_prefix("/dev")
        && below.components().count() > 1
        && let Some(text) = below.to_str()
    {
        // A pty's own name is a bare number, which would collide with any other device of that number.
        names.clear();
        names.push(format!("LCK..{}", text.replace('/', "_")));
    }
    names
}

/// The process id in a lock file: ten characters of decimal ASCII and a newline (HDB), or four bytes binary (old UUCP).
fn pid_in(content: &[u8]) -> Option<u32> {
    if let Ok(binary) = <[u8; 4]>::try_from(content)
        && !content.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_whitespace())
    {
        return Some(u32::from_ne_bytes(binary));
    }
    let text = std::str::from_utf8(content).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_name_a_live_process_or_nobody() {
        let check = |content: &[u8], expect: Option<u32>| assert_eq!(pid_in(content), expect, "{content:?}");
        check(b"      4711\n", Some(4711));
        check(b"4711 minicom root\n", Some(4711));
        check(&4711_u32.to_ne_bytes(), Some(4711));
        check(b"1234", Some(1234));
        check(b"", None);
        check(b"\xFF\xFE garbage", None);
        check(b"99999999999999\n", None);

        let folder = tempfile::tempdir().unwrap();
        let device = Path::new("/dev/ttyUSB7");
        let lock = folder.path().join("LCK..ttyUSB7");
        std::fs::write(&lock, "         1\n").unwrap();
        assert_eq!(holder_in(folder.path(), device), Some(1), "process 1 always lives");
        assert_eq!(holder_in(folder.path(), Path::new("/dev/ttyUSB8")), None);
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        std::fs::File::options().write(true).open(&lock).unwrap().set_modified(long_ago).unwrap();
        let believed = cfg!(not(target_os = "linux")).then_some(1);
        assert_eq!(holder_in(folder.path(), device), believed, "process 1 began later: its number was another's");
        std::fs::write(&lock, "4194999\n").unwrap();
        assert_eq!(holder_in(folder.path(), device), None, "no process has an id above pid_max: stale");
        std::fs::write(&lock, format!("{:>10}\n", std::process::id())).unwrap();
        assert_eq!(holder_in(folder.path(), device), None, "our own lock does not lock us out");
    }

    #[test]
    fn ptys_do_not_collide_by_their_number() {
        assert_eq!(names(Path::new("/dev/ttyUSB0")), ["LCK..ttyUSB0"]);
        assert_eq!(names(Path::new("/dev/pts/3")), ["LCK..pts_3"]);
    }

    #[test]
    fn our_lock_names_us_and_goes_with_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let device = Path::new("/dev/ttyUSB7");
        let path = folder.path().join("LCK..ttyUSB7");
        std::fs::write(&path, "   4194999\n").unwrap();
        let lock = LockFile::create_in(folder.path(), device).unwrap();
        assert_eq!(pid_in(&std::fs::read(&path).unwrap()), Some(std::process::id()), "a stale one is replaced");
        drop(lock);
        assert!(!path.exists());
        std::fs::write(&path, "         1\n").unwrap();
        assert!(LockFile::create_in(folder.path(), device).is_none(), "a live one stays");
        assert!(path.exists());
        assert!(LockFile::create(Path::new("/dev/pts/3")).is_none(), "none is customary for a pty");
    }
}
