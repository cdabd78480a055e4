//! Who has a device open: `lsof`, which every macOS has, tells of the user's own programs.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::os::Holder;
use crate::os::lsof::holder_from;
use crate::os::unix::lock_file;

/// Who holds a port, by lock file or by having it open, as far as this user may see.
#[must_use]
pub(crate) fn holder(path: &Path) -> Option<Holder> {
    if let Some(pid) = lock_file::holder(path) {
        return Some(Holder { program: program(pid), pid });
    }
    let said = Command::new("/usr/sbin/lsof")
        .args(["-w", "-F", "pc", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    holder_from(&String::from_utf8_lossy(&said.stdout), std::process::id())
}

/// The program behind a process id; not looked up here.
#[must_use]
pub(crate) fn program(_pid: u32) -> Option<String> {
    None
}

/// Whether a process can be the one that made a lock file at this time. Not looked up here: it is believed.
#[must_use]
pub(crate) fn made_lock(_pid: u32, _made: SystemTime, _device: &Path) -> bool {
    true
}
