//! Find: all matches of a pattern in the capture, counted on a thread while the capture grows; next and previous at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::capture::search::{Match, Pattern, Search};
use crate::capture::{Filter, Progress, Reader};
use crate::link::News;

/// At most this many matches can be stepped through; all are counted.
pub(crate) const MOST_KEPT: usize = 1_000_000;
/// What is searched between two looks at the outside: some 2 ms.
const BUDGET: usize = 4 * 1024 * 1024;

/// A search that goes on until it is dropped.
#[derive(Debug)]
pub struct Find {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    progress: Progress,
    found: Mutex<Found>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Found {
    sure: Vec<Match>,
    /// Matches in the last bytes: what comes may change them.
    tail: Vec<Match>,
    count: u64,
    searched: u64,
    complete: bool,
}

/// How a search stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Matches so far.
    pub(crate) count: u64,
    /// How many of them, from the first on, can be stepped through.
    pub(crate) kept: u64,
    /// All that is in the capture was looked at.
    pub(crate) complete: bool,
}

impl Find {
    /// Looks for `pattern` in the directions that `filter` shows, from the start on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(reader: Reader, pattern: &Pattern, filter: &Filter, news: News) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (bell, rung) = bounded(1);
        reader.ring(bell);
        let search = Search::new(reader, pattern, filter);
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new().name("find".to_owned()).spawn(move || theirs.work(search, &rung, &news))?;
        Ok(Self { shared })
    }

    /// 0 to 1.
    #[must_use]
    pub(crate) fn fraction(&self) -> f32 {
        self.shared.progress.fraction()
    }

    /// How many matches there are so far.
    #[must_use]
    pub(crate) fn tally(&self) -> Tally {
        let found = self.shared.lock();
        Tally { count: found.count + found.tail.len() as u64, kept: found.kept() as u64, complete: found.complete }
    }

    /// Match number `index`, in the order of the log.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<Match> {
        let found = self.shared.lock();
        found.get(usize::try_from(index).ok()?)
    }

    /// Waits until all that is in the capture now was looked at; false when `timeout` is over first. For tests.
    #[must_use]
    pub fn settle(&self, reader: &Reader, timeout: Duration) -> bool {
        let end = reader.end().file;
        let found = self.shared.lock();
        let (_found, result) = self
            .shared
            .changed
            .wait_timeout_while(found, timeout, |found| !found.complete || found.searched < end)
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }
}

impl Drop for Find {
    fn drop(&mut self) {
        self.shared.progress.cancel();
    }
}

impl Found {
    fn kept(&self) -> usize {
        self.sure.len() + if self.count == self.sure.len() as u64 { self.tail.len() } else { 0 }
    }

    fn get(&self, index: usize) -> Option<Match> {
        if index >= self.kept() {
            return None;
        }
        self.sure.get(index).or_else(|| self.tail.get(index - self.sure.len())).copied()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, mut search: Search, rung: &Receiver<()>, news: &News) {
        /// A search that was given up is noticed within this, in a quiet capture too.
        const LOOK_UP: Duration = Duration::from_millis(200);
        let mut new = Vec::new();
        while !self.progress.is_cancelled() {
            let complete = search.step(BUDGET, &mut |place, _| new.push(place));
            let mut tail = Vec::new();
            if complete {
                search.tail(&mut |place, _| tail.push(place));
            }
            let searched = search.position().file;
            self.progress.set(searched, search.reader().end().file);
            let mut found = self.lock();
            found.count += new.len() as u64;
            let room = MOST_KEPT - found.sure.len();
            found.sure.extend(new.drain(..).take(room));
            found.tail = tail;
            found.searched = searched;
            found.complete = complete;
            drop(found);
            self.changed.notify_all();
            news();
            while complete && !self.progress.is_cancelled() && rung.recv_timeout(LOOK_UP).is_err() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::search::PatternKind;
    use crate::capture::{Record, Writer};

    #[test]
    fn matches_are_counted_while_bytes_arrive() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let mut add = |text: &str| writer.append(Duration::ZERO, Record::received(text));
        add("\r\n+CSQ: 8,0\r\n\r\nOK\r");
        let reader = {
            add("\n");
            writer.reader()
        };
        let pattern = Pattern::new("OK\r\n", PatternKind::Text, false).unwrap();
        let find = Find::start(reader.clone(), &pattern, &Filter::default(), Arc::new(|| {})).unwrap();
        let settled = || assert!(find.settle(&reader, Duration::from_secs(10)), "not searched in 10 s");
        settled();
        assert_eq!(find.tally(), Tally { count: 1, kept: 1, complete: true });
        writer.append(Duration::ZERO, Record::received("SEND OK\r\n"));
        settled();
        assert_eq!(find.tally().count, 2);
        assert_eq!(find.get(1).map(|found| (found.start, found.length)), Some((24, 4)));
        assert_eq!(find.get(2), None);
    }
}
