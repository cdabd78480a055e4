//! The serial devices there are. That something changed would be told by `IOKit`, to a run loop of which no kept crate makes
//! anything to wait for: the timers of those who ask look.

use std::path::Path;

use crate::os::PortInfo;
use crate::os::wait::Interests;

/// Where nodes of devices come and go.
pub(crate) const FOLDER: &str = "/dev";

/// The devices of this machine, now.
#[must_use]
pub(crate) fn list() -> Vec<PortInfo> {
    crate::os::listed::list()
}

/// Watches nothing: who asks looks every one or two seconds.
#[derive(Debug, Default)]
pub(crate) struct FolderWatch;

#[expect(clippy::unused_self, reason = "the same shape as where the system tells")]
impl FolderWatch {
    /// Watches nothing.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self
    }

    /// Watches nothing more.
    pub(crate) fn add(&mut self, _folder: &Path) {}

    /// Names nothing to wait for.
    pub(crate) fn interests<'fd>(&'fd self, _interests: &mut Interests<'fd>) {}

    /// Nothing was told.
    #[must_use]
    pub(crate) fn changed(&self) -> bool {
        false
    }
}
