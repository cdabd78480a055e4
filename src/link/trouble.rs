//! Why a port would not open, in words: what happened, and what to do next. The facts are looked up (`/proc`, lock
//! files, the node's group), the sentences are made from them alone.

use std::fmt::{self, Write as _};
use std::path::Path;

use super::lock_file;

/// A program that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its name, where the system tells.
    pub program: Option<String>,
    /// Its process id.
    pub pid: u32,
}

/// `picocom (PID 4711)`.
impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => write!(formatter, "{program} (PID {})", self.pid),
            None => write!(formatter, "the process {}", self.pid),
        }
    }
}

/// What opening ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// EACCES, EPERM.
    Denied,
    /// EBUSY, a lock held by another program.
    Busy,
    /// ENOENT, ENOTDIR.
    Missing,
    /// EIO.
    Broken,
    /// ENXIO, ENODEV.
    NoHardware,
    /// ENOTTY, EISDIR.
    NotAPort,
    /// Anything else.
    Other,
}

/// What could be found out about a port that would not open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Who holds it.
    pub(crate) holder: Option<Holder>,
    /// It is a file, a folder or a pipe: nothing that could be a port.
    pub(crate) no_device: bool,
    /// Group of the device node.
    pub(crate) group: Option<String>,
    /// The user is listed in that group, though this process does not have it yet.
    pub(crate) listed: bool,
    /// The group may read and write it.
    pub(crate) group_may: bool,
    /// Nodes of similar name that do exist.
    pub(crate) similar: Vec<String>,
}

/// The message for the user.
#[must_use]
pub(crate) fn explain(path: &str, trouble: Trouble, facts: &Facts, system: &str) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = match trouble {
        Trouble::Denied => write!(text, "{path}: no permission. {}", permission_advice(path, facts)),
        Trouble::Busy => write!(text, "{path} is in use{}", busy_advice(facts.holder.as_ref())),
        Trouble::Missing => write!(text, "{path} is not there. {}", missing_advice(&facts.similar)),
        Trouble::Broken => write!(
            text,
            "{path}: the device does not answer (input/output error). Unplug it, plug it in again, and connect again; a loose \
             cable or hub does this too."
        ),
        Trouble::NoHardware => write!(
            text,
            "{path}: no hardware stands behind this name. Choose another port; PCs list /dev/ttyS ports that do not exist."
        ),
        Trouble::NotAPort => {
            write!(
                text,
                "{path} is not a serial port. Choose a device such as /dev/ttyUSB0; a capture opens as replay:FILE."
            )
        }
        Trouble::Other => write!(text, "{path} could not be opened: {system}. Try again, or choose another port."),
    };
    text
}

fn permission_advice(path: &str, facts: &Facts) -> String {
    match &facts.group {
        _ if facts.no_device => {
            "It is no device, so no port: choose one such as /dev/ttyUSB0; a capture opens as replay:FILE.".to_owned()
        }
        Some(group) if facts.listed => format!(
            "You are in the group {group}, but were not yet when this session began: log out and in again (or run `newgrp {group}`)."
        ),
        Some(group) if facts.group_may && group != "root" => {
            format!("It belongs to the group {group}: run `sudo usermod -aG {group} $USER`, then log out and in again.")
        }
        _ => format!(
            "Only its owner may use it: run `sudo chmod a+rw {path}` for now, or add a udev rule that gives it a group."
        ),
    }
}

fn busy_advice(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder { program: Some(program), pid }) if program == "ModemManager" => format!(
            " by ModemManager (PID {pid}), which probes every modem it finds. Run `sudo systemctl stop ModemManager`, or tell it by a \
             udev rule (ID_MM_DEVICE_IGNORE=1) to leave this device alone."
        ),
        Some(holder) => format!(" by {holder}. Close it there, then connect again."),
        None => " by another program. Close that program (`sudo fuser -v` with the port names it), then connect again."
            .into(),
    }
}

fn missing_advice(similar: &[String]) -> String {
    if similar.is_empty() {
        "Plug the adapter in, or look at the port list for its present name.".into()
    } else {
        format!("There is {}: plug the adapter in, or choose one of these.", similar.join(", "))
    }
}

/// Sorts what the system said.
#[must_use]
pub(super) fn classify(error: &std::io::Error) -> Trouble {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        if let Some(errno) = Errno::from_io_error(error) {
            return match errno {
                Errno::ACCESS | Errno::PERM | Errno::ROFS => Trouble::Denied,
                Errno::BUSY | Errno::AGAIN => Trouble::Busy,
                Errno::NOENT | Errno::NOTDIR => Trouble::Missing,
                Errno::IO => Trouble::Broken,
                Errno::NXIO | Errno::NODEV => Trouble::NoHardware,
                Errno::NOTTY | Errno::ISDIR | Errno::INVAL => Trouble::NotAPort,
                _ => Trouble::Other,
            };
        }
    }
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => Trouble::Denied,
        std::io::ErrorKind::NotFound => Trouble::Missing,
        std::io::ErrorKind::ResourceBusy => Trouble::Busy,
        _ => Trouble::Other,
    }
}

/// Looks up what can be known about `path`. Reads `/proc`, `/etc/group` and lock files; opens no device.
#[must_use]
pub(crate) fn facts(path: &str, trouble: Trouble) -> Facts {
    let mut facts = Facts::default();
    match trouble {
        Trouble::Busy => facts.holder = holder(Path::new(path)),
        Trouble::Missing => facts.similar = similar(Path::new(path)),
        #[cfg(unix)]
        Trouble::Denied => look_up_group(path, &mut facts),
        _ => {}
    }
    facts
}

/// Up to four nodes in the same folder whose name begins alike.
fn similar(path: &Path) -> Vec<String> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Vec::new();
    };
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    if stem.len() < 4 {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(|other| other.starts_with(stem)))
        .map(|entry| entry.path().display().to_string())
        .collect();
    found.sort();
    found.truncate(4);
    found
}

#[cfg(unix)]
fn look_up_group(path: &str, facts: &mut Facts) {
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

/// A process of this id exists.
#[must_use]
pub(super) fn process_lives(pid: u32) -> bool {
    #[cfg(unix)]
    {
        let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else {
            return false;
        };
        // EPERM means that it lives and is somebody else's.
        !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
    }
    #[cfg(not(unix))]
    {
        pid != 0
    }
}

/// From `/proc/locks`, which everybody may read.
#[cfg(unix)]
fn flock_holder(device: &Path) -> Option<u32> {
    let inode = rustix::fs::stat(device).ok()?.st_ino;
    flock_holder_from(&std::fs::read_to_string("/proc/locks").ok()?, inode)
}

#[cfg(not(unix))]
fn flock_holder(_device: &Path) -> Option<u32> {
    None
}

/// A line reads `1: FLOCK  ADVISORY  WRITE 1234 00:05:417 0 EOF`; the inode stands last in `major:minor:inode`.
#[cfg(unix)]
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
#[must_use]
pub(super) fn open_holder(device: &Path) -> Option<u32> {
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
    fn each_trouble_has_its_own_message_with_a_next_step() {
        let check = |trouble: Trouble, facts: &Facts, expect: &[&str]| {
            let message = explain("/dev/ttyUSB0", trouble, facts, "some system text");
            for part in expect {
                assert!(message.contains(part), "{message}\nlacks {part}");
            }
            message
        };
        let none = Facts::default();
        let dialout = Facts { group: Some("dialout".into()), group_may: true, ..Facts::default() };
        let held = |program: Option<&str>| Facts {
            holder: Some(Holder { program: program.map(str::to_owned), pid: 4711 }),
            ..Facts::default()
        };
        let messages = [
            check(Trouble::Denied, &dialout, &["group dialout", "`sudo usermod -aG dialout $USER`", "log out"]),
            check(Trouble::Denied, &Facts { listed: true, ..dialout.clone() }, &["newgrp dialout", "log out"]),
            check(Trouble::Denied, &none, &["sudo chmod a+rw /dev/ttyUSB0"]),
            check(Trouble::Denied, &Facts { no_device: true, ..Facts::default() }, &["It is no device"]),
            check(Trouble::Busy, &none, &["in use by another program", "fuser"]),
            check(Trouble::Busy, &held(Some("picocom")), &["by picocom (PID 4711)", "Close it"]),
            check(Trouble::Busy, &held(None), &["by the process 4711"]),
            check(Trouble::Busy, &held(Some("ModemManager")), &["systemctl stop ModemManager"]),
            check(Trouble::Missing, &none, &["is not there", "port list"]),
            check(Trouble::Broken, &none, &["does not answer", "Unplug"]),
            check(Trouble::NoHardware, &none, &["no hardware", "another port"]),
            check(Trouble::NotAPort, &none, &["not a serial port", "replay:FILE"]),
            check(Trouble::Other, &none, &["some system text", "Try again"]),
        ];
        for (index, message) in messages.iter().enumerate() {
            assert!(!messages[..index].contains(message), "said twice: {message}");
        }
        let similar = Facts { similar: vec!["/dev/ttyUSB1".into()], ..Facts::default() };
        check(Trouble::Missing, &similar, &["There is /dev/ttyUSB1"]);
    }

    #[test]
    #[cfg(unix)]
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

    #[test]
    #[cfg(unix)]
    fn a_flock_names_its_holder() {
        let locks =
            "1: POSIX  ADVISORY  READ 700 00:05:417 128 128\n2: FLOCK  ADVISORY  WRITE 4711 00:05:417 0 EOF\n3: -> x\n";
        assert_eq!(flock_holder_from(locks, 417), Some(4711));
        assert_eq!(flock_holder_from(locks, 17), None);
        assert_eq!(flock_holder_from("", 17), None);
    }
}
