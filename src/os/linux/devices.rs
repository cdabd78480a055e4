//! The serial devices there are, from sysfs, and inotify's word when that changes. Nothing is opened.

use std::path::Path;

pub(crate) use super::folder_watch::FolderWatch;
use crate::os::PortInfo;

/// The devices of this machine, now.
#[must_use]
pub(crate) fn list() -> Vec<PortInfo> {
    super::sysfs::list(Path::new("/sys"), Path::new("/dev"))
}

/// Where nodes of devices come and go.
pub(crate) const FOLDER: &str = "/dev";
