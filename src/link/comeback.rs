//! The search for a device that was lost: by what it is, never by guess. Looks at what the system lists; opens nothing.

use std::path::Path;

use super::discovery;
use super::identity::{Identity, Verdict, find};
use crate::os::devices::{self, FolderWatch};

/// A search in hand.
#[derive(Debug)]
pub(crate) struct Search {
    lost: Identity,
    watch: FolderWatch,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is not there.
    Absent,
    /// It is there: open this.
    Back(String),
    /// One of these may be it; only the user can tell.
    Ask(Vec<String>),
}

impl Search {
    /// Begins to search for a device, as it was when it was open.
    #[must_use]
    pub(crate) fn new(lost: Identity) -> Self {
        let mut search = Self { lost, watch: FolderWatch::new() };
        search.watch_folders();
        search
    }

    /// What is searched for.
    #[must_use]
    pub(crate) fn lost(&self) -> &Identity {
        &self.lost
    }

    /// Tells when to look again.
    #[must_use]
    pub(crate) fn watch(&self) -> &FolderWatch {
        &self.watch
    }

    /// Looks.
    pub(crate) fn look(&mut self) -> Look {
        // Whatever was told until now is answered by this look; what comes during it ends the next wait.
        let _ = self.watch.changed();
        self.watch_folders();
        let present = present(&self.lost);
        let path = |index: usize| present.get(index).map(|found| found.path.clone());
        match find(&self.lost, &present) {
            Verdict::Absent => Look::Absent,
            Verdict::Back(index) => path(index).map_or(Look::Absent, Look::Back),
            Verdict::Ask(indices) => Look::Ask(indices.into_iter().filter_map(path).collect()),
        }
    }

    /// Its folder, where the system makes nodes, and where a link leads to.
    fn watch_folders(&mut self) {
        let path = Path::new(&self.lost.path);
        self.watch.add(Path::new(devices::FOLDER));
        if let Some(folder) = path.parent() {
            self.watch.add(folder);
        }
        if let Ok(real) = std::fs::canonicalize(path)
            && let Some(folder) = real.parent()
        {
            self.watch.add(folder);
        }
    }
}

/// All devices there are, and the lost one's path where it leads to something that is no known device (a pty).
fn present(lost: &Identity) -> Vec<Identity> {
    let mut present: Vec<Identity> = discovery::devices().iter().map(discovery::PortInfo::identity).collect();
    if lost.usb_id.is_none()
        && let Ok(real) = std::fs::canonicalize(&lost.path)
        && !present.iter().any(|known| Path::new(&known.path) == real)
    {
        present.push(Identity { path: lost.path.clone(), ..Identity::default() });
    }
    present
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_pty_is_back_when_its_path_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("port");
        let path_text = path.to_str().unwrap().to_owned();
        let mut search = Search::new(Identity { path: path_text.clone(), ..Identity::default() });
        assert_eq!(search.look(), Look::Absent);
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        assert_eq!(search.look(), Look::Back(path_text));
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/no/such/node", &path).unwrap();
        assert_eq!(search.look(), Look::Absent, "a link to nothing");
    }

    #[test]
    fn a_usb_device_is_not_replaced_by_what_took_its_name() {
        let lost = Identity { path: "/dev/null".into(), usb_id: Some((0x1A86, 0x7523)), ..Identity::default() };
        assert_eq!(Search::new(lost).look(), Look::Absent);
    }
}
