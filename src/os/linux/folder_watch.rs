//! Tells when something changes in a folder such as `/dev`: a node comes, goes, or gets its rights (udev gives them a
//! moment after the node is there). By inotify; without it the timers of those who ask look alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::os::wait::Interests;

/// Folders that are watched.
#[derive(Debug, Default)]
pub(crate) struct FolderWatch {
    folders: BTreeSet<PathBuf>,
    inotify: Option<std::os::fd::OwnedFd>,
}

impl FolderWatch {
    /// Watches nothing yet.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            folders: BTreeSet::new(),
            inotify: {
                use rustix::fs::inotify::{CreateFlags, init};
                init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok()
            },
        }
    }

    /// Watches one more folder; one that is not there is tried again by the next call.
    pub(crate) fn add(&mut self, folder: &Path) {
        if self.folders.contains(folder) {
            return;
        }
        if let Some(inotify) = &self.inotify {
            use rustix::fs::inotify::{WatchFlags, add_watch};
            let flags = WatchFlags::CREATE
                | WatchFlags::DELETE
                | WatchFlags::ATTRIB
                | WatchFlags::MOVED_TO
                | WatchFlags::MOVED_FROM
                | WatchFlags::ONLYDIR;
            if add_watch(inotify, folder, flags).is_err() {
                return;
            }
        }
        self.folders.insert(folder.to_owned());
    }

    /// Waits for changes.
    pub(crate) fn interests<'fd>(&'fd self, interests: &mut Interests<'fd>) {
        if let Some(inotify) = &self.inotify {
            interests.add(inotify, true, false);
        }
    }

    /// Takes what was told; true when there was something. What it was does not matter: whoever asks looks for itself.
    #[must_use]
    pub(crate) fn changed(&self) -> bool {
        let Some(inotify) = &self.inotify else { return false };
        let mut buffer = [0; 4096];
        let mut any = false;
        while matches!(rustix::io::read(inotify, &mut buffer), Ok(1..)) {
            any = true;
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::os::wait::Waiter;

    #[test]
    fn a_new_node_and_its_rights_end_the_wait() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let waiter = Waiter::new().unwrap();
        let mut watch = FolderWatch::new();
        watch.add(&folder.path().join("not there"));
        watch.add(folder.path());
        assert!(!watch.changed());
        let wait = || {
            let mut interests = Interests::new();
            watch.interests(&mut interests);
            waiter.wait(interests, Some(Duration::from_secs(20))).unwrap();
        };
        let node = folder.path().join("ttyUSB0");
        std::fs::write(&node, "").unwrap();
        wait();
        assert!(watch.changed());
        assert!(!watch.changed(), "told once");
        std::fs::set_permissions(&node, std::fs::Permissions::from_mode(0o600)).unwrap();
        wait();
        assert!(watch.changed());
    }
}
