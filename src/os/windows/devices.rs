//! The serial devices there are, and the system's word when one comes or goes.

use std::path::Path;

use super::calls::notice::Notice;
use super::wait::{Bell, Interests};
use crate::os::PortInfo;

/// Devices are no nodes in a folder.
pub(crate) const FOLDER: &str = "";

/// The devices of this machine, now.
#[must_use]
pub(crate) fn list() -> Vec<PortInfo> {
    crate::os::listed::list()
}

/// Tells when a serial device comes or goes, whatever folders are named: here devices are in none. Without the system's word
/// the timers of those who ask look alone.
#[derive(Debug)]
pub(crate) struct FolderWatch {
    told: Option<(Bell, Notice)>,
}

impl FolderWatch {
    /// Watches from now on.
    #[must_use]
    pub(crate) fn new() -> Self {
        let told = Bell::new().and_then(|bell| {
            let notice = Notice::new(bell.ringer())?;
            Ok((bell, notice))
        });
        Self { told: told.ok() }
    }

    /// Watches nothing more.
    #[expect(clippy::unused_self, reason = "the same shape as where devices are nodes")]
    pub(crate) fn add(&mut self, _folder: &Path) {}

    /// Waits for changes.
    pub(crate) fn interests<'fd>(&'fd self, interests: &mut Interests<'fd>) {
        if let Some((bell, _)) = &self.told {
            interests.add_bell(bell);
        }
    }

    /// Takes what was told; true when there was something. What it was does not matter: whoever asks looks for itself.
    #[must_use]
    pub(crate) fn changed(&self) -> bool {
        self.told.as_ref().is_some_and(|(bell, _)| bell.take())
    }
}
