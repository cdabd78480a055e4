//! Who has a pty open besides us: macOS does not tell, so somebody is taken to be there. What nobody reads stays in the
//! pty until it is full.

use std::io;
use std::path::Path;

use rustix::pty::OpenptFlags;

use crate::os::wait::Interests;

/// That the master side goes to no program that is started cannot be said at opening.
pub(in crate::os) const PTY_CLOEXEC: OpenptFlags = OpenptFlags::empty();

/// One, always.
#[derive(Debug)]
pub(in crate::os) struct Clients;

#[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same shape as where the system tells")]
impl Clients {
    pub(in crate::os) fn of(_path: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    pub(in crate::os) fn interests<'fd>(&'fd self, _interests: &mut Interests<'fd>) {}

    pub(in crate::os) fn count(&self) -> usize {
        1
    }

    pub(in crate::os) fn look(&mut self) {}
}
