//! Who has a device open: by `flock`, by lock file, by what `/proc` shows.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::os::Holder;
use crate::os::unix::lock_file;

/// Who holds a port, by lock file, by `flock`, or by having it open, as far as this user may see.
#[must_use]
pub(crate) fn holder(path: &Path) -> Option<Holder> {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let pid = lock_file::holder(&real).or_else(|| flock_holder(&real)).or_else(|| open_holder(&real))?;
    Some(Holder { program: program(pid), pid })
}

/// The program behind a process id.
#[must_use]
pub(crate) fn program(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(process(pid).join("comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// Whether a process can be the one that made a lock file for a device at this time. One that began later only has the
/// number of the one that did; but where it has the device open, its clock was set in between.
#[must_use]
pub(crate) fn made_lock(pid: u32, made: SystemTime, device: &Path) -> bool {
    let began_later = began(pid).is_some_and(|began| began > made + CLOCK_GRAIN);
    !began_later || has_open(&process(pid), device)
}

/// The time of boot is told in whole seconds.
const CLOCK_GRAIN: Duration = Duration::from_secs(2);

/// Ticks per second in `/proc`, on every Linux that Rust knows (time(7)).
const USER_HZ: u64 = 100;

/// When a process began: ticks after boot, in field 22 of `/proc/PID/stat`; the name in field 2 may hold anything (proc(5)).
fn began(pid: u32) -> Option<SystemTime> {
    let stat = std::fs::read_to_string(process(pid).join("stat")).ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    let ticks: u64 = behind_name.split_whitespace().nth(19)?.parse().ok()?;
    let system = std::fs::read_to_string("/proc/stat").ok()?;
    let boot = system.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    let since_boot = Duration::from_secs(ticks / USER_HZ);
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(boot) + since_boot)
}

fn process(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// From `/proc/locks`, which everybody may read.
fn flock_holder(device: &Path) -> Option<u32> {
    let stat = rustix::fs::stat(device).ok()?;
    // An inode has its number on its own file system only.
    let file = format!("{:02x}:{:02x}:{}", rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev), stat.st_ino);
    flock_holder_from(&std::fs::read_to_string("/proc/locks").ok()?, &file)
}

/// A line reads `1: FLOCK  ADVISORY  WRITE 1234 00:05:417 0 EOF`; the file is `major:minor:inode`.
fn flock_holder_from(locks: &str, file: &str) -> Option<u32> {
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, pid, locked, ..] = fields[..] else {
            return None;
        };
        (locked == file).then(|| pid.parse().ok())?
    })
}

/// The first other process that has the device open, as far as `/proc` shows.
fn open_holder(device: &Path) -> Option<u32> {
    let own = std::process::id();
    std::fs::read_dir("/proc").ok()?.filter_map(Result::ok).find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        (pid != own && has_open(&entry.path(), device)).then_some(pid)
    })
}

fn has_open(process: &Path, device: &Path) -> bool {
    let Ok(descriptors) = std::fs::read_dir(process.join("fd")) else {
        return false;
    };
    descriptors
        .filter_map(Result::ok)
        .any(|entry| std::fs::read_link(entry.path()).is_ok_and(|target| target == device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flock_names_its_holder() {
        let locks =
            "1: POSIX  ADVISORY  READ 700 00:05:417 128 128\n2: FLOCK  ADVISORY  WRITE 4711 00:05:417 0 EOF\n3: -> x\n";
        assert_eq!(flock_holder_from(locks, "00:05:417"), Some(4711));
        assert_eq!(flock_holder_from(locks, "00:05:17"), None);
        assert_eq!(flock_holder_from(locks, "00:18:417"), None, "the same number on another file system");
        assert_eq!(flock_holder_from("", "00:05:17"), None);
    }

    #[test]
    fn a_real_flock_is_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive).unwrap();
        assert_eq!(flock_holder(file.path()), Some(std::process::id()));
    }

    #[test]
    fn who_began_after_a_lock_did_not_make_it() {
        let (own, before_boot) = (std::process::id(), SystemTime::UNIX_EPOCH);
        let file = tempfile::NamedTempFile::new().unwrap();
        let now = file.as_file().metadata().unwrap().modified().unwrap();
        assert!(made_lock(own, now, Path::new("/dev/ttyUSB7")));
        assert!(!made_lock(own, before_boot, Path::new("/dev/ttyUSB7")));
        assert!(made_lock(own, before_boot, file.path()), "it has the device");
        assert!(began(own).unwrap() <= now + CLOCK_GRAIN && began(own).unwrap() > began(1).unwrap() - CLOCK_GRAIN);
    }
}
