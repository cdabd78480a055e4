//! A file system of its own, small, for tests of a full disk.

use std::path::Path;
use std::process::{Command, Stdio};

/// Gone with it.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this user may not mount.
    pub fn new(size: &str) -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        if disk.mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "none"]) {
            return Some(disk);
        }
        eprintln!("not tested: mounting needs root; tests/capture/full_disk.rs tests the same by a size limit");
        None
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes room.
    pub fn grow(&self, size: &str) {
        assert!(self.mount(&["-o", &format!("remount,size={size}")]));
    }

    fn mount(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("mount");
        command.args(arguments).arg(self.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}
