//! Who has a pty open besides us, told by inotify.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::pty::OpenptFlags;

use crate::os::wait::Interests;

/// The master side goes to no program that is started.
pub(in crate::os) const PTY_CLOEXEC: OpenptFlags = OpenptFlags::CLOEXEC;

/// Counts those who open and close it.
#[derive(Debug)]
pub(in crate::os) struct Clients {
    watch: OwnedFd,
    count: usize,
}

impl Clients {
    /// Watches from now on.
    pub(in crate::os) fn of(path: &Path) -> io::Result<Self> {
        let watch = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        let news = WatchFlags::OPEN | WatchFlags::CLOSE_WRITE | WatchFlags::CLOSE_NOWRITE;
        inotify::add_watch(&watch, path, news)?;
        Ok(Self { watch, count: 0 })
    }

    pub(in crate::os) fn interests<'fd>(&'fd self, interests: &mut Interests<'fd>) {
        interests.add(&self.watch, true, false);
    }

    pub(in crate::os) fn count(&self) -> usize {
        self.count
    }

    /// Sees who came and went.
    pub(in crate::os) fn look(&mut self) {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.watch, &mut buffer);
        while let Ok(event) = events.next() {
            if event.events().contains(ReadFlags::OPEN) {
                self.count += 1;
            } else if event.events().intersects(ReadFlags::CLOSE_WRITE | ReadFlags::CLOSE_NOWRITE) {
                self.count = self.count.saturating_sub(1);
            }
        }
    }
}
