//! The port list, kept up to date: a thread that waits for the system to tell of a change, and looks now and then where
//! nothing tells. What the window shows is the latest list; asking for it costs nothing and opens nothing.

#![expect(clippy::disallowed_methods, reason = "how long a port has been there is a matter of the clock")]

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use super::{PortInfo, list_also};
use crate::link::News;
use crate::os::devices::{self, FolderWatch};
use crate::os::holders;
use crate::os::wait::{Interests, Waiter, Waker};

/// The backstop where nothing tells of a change.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Who holds a port is looked up this often: it means reading the descriptors of all processes.
const HOLDERS_EVERY: Duration = Duration::from_secs(10);
/// A change is looked at after this, once its burst of events is over.
const SETTLE: Duration = Duration::from_millis(30);
/// How long a port counts as new.
const NEW_FOR: Duration = Duration::from_secs(10);

/// The live list; dropping it ends its thread.
#[derive(Debug)]
pub(crate) struct PortWatch {
    ports: Arc<ArcSwapOption<Vec<PortInfo>>>,
    patterns: Sender<Vec<String>>,
    waker: Waker,
    asked: Arc<AtomicBool>,
}

impl PortWatch {
    /// Starts to watch. `patterns` name further ports, as [`list_also`](super::list_also) takes them; `news` is called on
    /// the watch's thread when the list has changed.
    ///
    /// # Errors
    /// When the process can have no more threads or descriptors.
    pub(crate) fn start(patterns: Vec<String>, news: News) -> io::Result<Self> {
        let waiter = Waiter::new()?;
        let waker = waiter.waker();
        let ports = Arc::new(ArcSwapOption::empty());
        let (sender, changes) = bounded(4);
        let asked = Arc::new(AtomicBool::new(false));
        let mut watcher = Watcher {
            ports: Arc::clone(&ports),
            waiter,
            changes,
            news,
            patterns,
            folders: FolderWatch::new(),
            seen: BTreeMap::new(),
            asked: Arc::clone(&asked),
            holders_due: Instant::now(),
            first: true,
        };
        std::thread::Builder::new().name("port list".into()).spawn(move || watcher.run())?;
        Ok(Self { ports, patterns: sender, waker, asked })
    }

    /// The list as it is now; `None` until the first look is done.
    #[must_use]
    pub(crate) fn ports(&self) -> Option<Arc<Vec<PortInfo>>> {
        self.ports.load_full()
    }

    /// Looks anew, also for who holds the ports: the user is about to choose one.
    pub(crate) fn look(&self) {
        self.asked.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Looks for other patterns from now on.
    pub(crate) fn set_patterns(&self, patterns: Vec<String>) {
        // Only a thread that has ended or is four changes behind does not take them; the next change will.
        let _ = self.patterns.try_send(patterns);
        self.waker.wake();
    }
}

impl Drop for PortWatch {
    fn drop(&mut self) {
        let (closed, _) = bounded(0);
        drop(std::mem::replace(&mut self.patterns, closed));
        self.waker.wake();
    }
}

struct Watcher {
    ports: Arc<ArcSwapOption<Vec<PortInfo>>>,
    waiter: Waiter,
    changes: Receiver<Vec<String>>,
    news: News,
    patterns: Vec<String>,
    folders: FolderWatch,
    /// When each port came; `None` for those that were there from the start.
    seen: BTreeMap<String, Option<Instant>>,
    asked: Arc<AtomicBool>,
    holders_due: Instant,
    first: bool,
}

impl Watcher {
    fn run(&mut self) {
        loop {
            loop {
                match self.changes.try_recv() {
                    Ok(patterns) => self.patterns = patterns,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return,
                }
            }
            // Watched before it is looked at, so that nothing comes in between.
            self.folders.add(Path::new(devices::FOLDER));
            for folder in self.patterns.iter().filter_map(|pattern| Path::new(pattern).parent()) {
                self.folders.add(folder);
            }
            if self.asked.swap(false, Ordering::AcqRel) {
                self.holders_due = Instant::now();
            }
            self.look();
            let mut interests = Interests::new();
            self.folders.interests(&mut interests);
            if self.waiter.wait(interests, Some(LOOK_EVERY)).is_err() {
                return;
            }
            if self.folders.changed() {
                let _ = self.waiter.wait(Interests::new(), Some(SETTLE));
                let _ = self.folders.changed();
                self.holders_due = Instant::now();
            }
        }
    }

    fn look(&mut self) {
        let now = Instant::now();
        let mut ports = list_also(&self.patterns);
        let before = self.ports.load_full().unwrap_or_default();
        let look_for_holders = now >= self.holders_due;
        if look_for_holders {
            self.holders_due = now + HOLDERS_EVERY;
        }
        self.seen.retain(|path, _| ports.iter().any(|port| port.path == *path));
        for port in &mut ports {
            let came = self.seen.entry(port.path.clone()).or_insert((!self.first).then_some(now));
            port.new = came.is_some_and(|came| now.duration_since(came) < NEW_FOR);
            port.holder = if look_for_holders {
                holders::holder(Path::new(&port.path))
            } else {
                before.iter().find(|known| known.path == port.path).and_then(|known| known.holder.clone())
            };
        }
        if self.first || *before != ports {
            self.first = false;
            self.ports.store(Some(Arc::new(ports)));
            (self.news)();
        }
    }
}

// The other systems' devices are no nodes that a test could make.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_comes_is_listed_and_new_and_one_that_goes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let node = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("/dev/null", node("modem0")).unwrap();
        let (told, news) = bounded(16);
        let tell = move || {
            let _ = told.try_send(());
        };
        let pattern = node("modem*").to_str().unwrap().to_owned();
        let watch = PortWatch::start(vec![pattern], Arc::new(tell)).unwrap();
        let ours = || -> Vec<(String, bool)> {
            let ports = watch.ports().unwrap_or_default();
            let ours = ports.iter().filter(|port| Path::new(&port.path).starts_with(folder.path()));
            ours.map(|port| (port.path.rsplit('/').next().unwrap().to_owned(), port.new)).collect()
        };
        let until = |expect: &[(&str, bool)]| {
            let expect: Vec<_> = expect.iter().map(|(name, new)| ((*name).to_owned(), *new)).collect();
            let limit = Instant::now() + Duration::from_secs(20);
            while ours() != expect {
                assert!(Instant::now() < limit, "{:?} and not {expect:?}", ours());
                let _ = news.recv_timeout(Duration::from_millis(500));
            }
        };
        until(&[("modem0", false)]);
        let came = Instant::now();
        std::os::unix::fs::symlink("/dev/null", node("modem1")).unwrap();
        until(&[("modem0", false), ("modem1", true)]);
        assert!(came.elapsed() < Duration::from_secs(1), "told, not found by the backstop: {:?}", came.elapsed());
        std::fs::remove_file(node("modem0")).unwrap();
        until(&[("modem1", true)]);
        watch.set_patterns(vec![]);
        until(&[]);
    }
}
