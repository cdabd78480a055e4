//! A device that was lost, until it is open again: the worker's port, or a line of a tap. It is searched by what it is, never by
//! guess, in what the system lists.

use std::path::Path;
use std::time::Duration;

use super::identity::{Identity, Verdict, find};
use super::serial::Serial;
use super::{Interests, LineSettings, OpenError, discovery};
use crate::os::devices::{self, FolderWatch};

/// The backstop where nothing tells of a device's coming.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A device that is there but does not open yet (udev has not given its rights) is tried again after this.
const TRY_EVERY: Duration = Duration::from_millis(100);
/// From here on the reason is shown, and it is tried less often.
const PATIENCE: Duration = Duration::from_secs(3);
/// A device that was lost at once after opening (its node lingers while it goes) is left alone for this long.
const FLAPPING: Duration = Duration::from_millis(250);

/// A lost device that is waited for.
#[derive(Debug)]
pub(crate) struct Awaited {
    search: Search,
    /// Not before this.
    next: Duration,
    /// Since when it is there and does not open.
    refused_since: Option<Duration>,
}

/// What became of it.
pub(crate) enum Outcome {
    /// Nothing that has not been told.
    Nothing,
    /// It is not there.
    Absent,
    /// One of these may be it; only the user can tell.
    Ask(Vec<String>),
    /// It is there, and has not opened for a while.
    Refused(OpenError),
    /// It is open, under this name, with what its driver kept instead of what was asked.
    Back(String, Box<Serial>, Option<String>),
}

impl Awaited {
    /// A device that was open from `since` until now.
    pub(crate) fn new(lost: Identity, since: Duration, now: Duration) -> Self {
        let flapping = now.saturating_sub(since) < FLAPPING;
        Self { search: Search::new(lost), next: if flapping { now + FLAPPING } else { now }, refused_since: None }
    }

    /// What is searched for.
    pub(crate) fn lost(&self) -> &Identity {
        &self.search.lost
    }

    /// When [`Self::tick`] has something to do though nothing tells of it.
    pub(crate) fn due(&self) -> Duration {
        self.next
    }

    /// What tells of something to do.
    pub(crate) fn interests<'fd>(&'fd self, interests: &mut Interests<'fd>) {
        self.search.watch.interests(interests);
    }

    /// Looks for it where that is due, and opens it when it is there.
    pub(crate) fn tick(&mut self, settings: &LineSettings, now: Duration) -> Outcome {
        if now < self.next && !self.search.watch.changed() {
            return Outcome::Nothing;
        }
        self.next = now + LOOK_EVERY;
        match self.search.look() {
            Look::Absent => {
                self.refused_since = None;
                Outcome::Absent
            }
            Look::Ask(paths) => Outcome::Ask(paths),
            Look::Back(path) => match Serial::open(&path, settings) {
                Ok((port, kept)) => Outcome::Back(path, Box::new(port), kept),
                Err(error) => self.refused(error, now),
            },
        }
    }

    fn refused(&mut self, error: OpenError, now: Duration) -> Outcome {
        let since = *self.refused_since.get_or_insert(now);
        if now.saturating_sub(since) < PATIENCE {
            self.next = now + TRY_EVERY;
            return Outcome::Nothing;
        }
        Outcome::Refused(error)
    }
}

/// A search in hand.
#[derive(Debug)]
pub(crate) struct Search {
    lost: Identity,
    watch: FolderWatch,
    /// Lists what may be it.
    present: fn(&Identity) -> Vec<Identity>,
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
        let mut search = Self { lost, watch: FolderWatch::new(), present };
        search.watch_folders();
        search
    }

    /// Looks; opens nothing.
    pub(crate) fn look(&mut self) -> Look {
        // Whatever was told until now is answered by this look; what comes during it ends the next wait.
        let _ = self.watch.changed();
        self.watch_folders();
        let present = (self.present)(&self.lost);
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
impl Awaited {
    /// One that is searched among these.
    pub(crate) fn among(lost: Identity, present: fn(&Identity) -> Vec<Identity>) -> Self {
        let mut awaited = Self::new(lost, Duration::ZERO, FLAPPING);
        awaited.search.present = present;
        awaited
    }
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
