//! Who has a device open: by `flock`, by lock file, by what `/proc` shows.

use std::path::Path;

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
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// From `/proc/locks`, which everybody may read.
fn flock_holder(device: &Path) -> Option<u32> {
    let inode = rustix::fs::stat(device).ok()?.st_ino;
    flock_holder_from(&std::fs::read_to_string("/proc/locks").ok()?, inode)
}

/// A line reads `1: FLOCK  ADVISORY  WRITE 1234 00:05:417 0 EOF`; the inode stands last in `major:minor:inode`.
fn flock_holder_from(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, pid, file, ..] = fields[..] else {
            return None;
        };
        (file.rsplit(':').next()?.parse::<u64>().ok()? == inode).then(|| pid.parse().ok())?
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
        assert_eq!(flock_holder_from(locks, 417), Some(4711));
        assert_eq!(flock_holder_from(locks, 17), None);
        assert_eq!(flock_holder_from("", 17), None);
    }
}
