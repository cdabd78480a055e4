//! What the system says when a port does not open, sorted, and what can be found out about it.

use std::io;
use std::path::Path;

use crate::os::{Facts, Trouble};

/// Sorts what the system said.
#[must_use]
pub(crate) fn classify(error: &io::Error) -> Trouble {
    use rustix::io::Errno;
    match Errno::from_io_error(error) {
        Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Trouble::Denied,
        Some(Errno::BUSY | Errno::AGAIN) => Trouble::Busy,
        Some(Errno::NOENT | Errno::NOTDIR) => Trouble::Missing,
        Some(Errno::IO) => Trouble::Broken,
        Some(Errno::NXIO | Errno::NODEV) => Trouble::NoHardware,
        Some(Errno::NOTTY | Errno::ISDIR | Errno::INVAL) => Trouble::NotAPort,
        Some(_) => Trouble::Other,
        None => match error.kind() {
            io::ErrorKind::PermissionDenied => Trouble::Denied,
            io::ErrorKind::NotFound => Trouble::Missing,
            io::ErrorKind::ResourceBusy => Trouble::Busy,
            _ => Trouble::Other,
        },
    }
}

/// Looks up what can be known of it: where permission is lacking whose `path` is. Reads `/etc/group`; opens no device.
pub(crate) fn look_up(path: &str, trouble: Trouble, facts: &mut Facts) {
    if trouble != Trouble::Denied {
        return;
    }
    let Ok(stat) = rustix::fs::stat(path) else {
        return;
    };
    let Ok(groups) = std::fs::read_to_string("/etc/group") else {
        return;
    };
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    for line in groups.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, id, members] = fields[..] else {
            continue;
        };
        if id.parse() == Ok(stat.st_gid) {
            facts.group = Some(name.to_owned());
            facts.listed = !user.is_empty() && members.split(',').any(|member| member == user);
        }
    }
    facts.no_device = rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::CharacterDevice;
    facts.group_may = stat.st_mode & 0o060 == 0o060;
}

/// A process of this id exists.
pub(in crate::os) fn process_lives(pid: u32) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
        return false;
    };
    // EPERM means that it lives and is somebody else's.
    !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

/// A path that can be opened as a device.
#[must_use]
pub(crate) fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_char_device())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_apart() {
        use rustix::io::Errno;
        let check = |errno: Errno, expect: Trouble| assert_eq!(classify(&errno.into()), expect, "{errno}");
        check(Errno::ACCESS, Trouble::Denied);
        check(Errno::BUSY, Trouble::Busy);
        check(Errno::NOENT, Trouble::Missing);
        check(Errno::IO, Trouble::Broken);
        check(Errno::NXIO, Trouble::NoHardware);
        check(Errno::NOTTY, Trouble::NotAPort);
        check(Errno::MFILE, Trouble::Other);
    }
}
