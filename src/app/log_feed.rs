//! Gives the window the rows it shows, without the window ever waiting for a disk or a lock.
//!
//! A thread holds the row index. The window asks for a page ([`LogFeed::ask`]) and takes the latest one that is made
//! ([`LogFeed::page`]); it is told by [`News`] when there is a newer one. What a user notices: switching the view answers
//! at once with the old page, then with the new one as soon as it is counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, bounded, select};

use crate::capture::{Filter, Position, Reader, Row, RowIndex, RowRules};
use crate::link::News;
use crate::modem::Direction;

/// How much is indexed before the window gets a new page.
const BUDGET: usize = 4 * 1024 * 1024;
/// Pages follow each other no faster than this: the eye sees no more, and the port's thread wants the processor.
const PACE: Duration = Duration::from_millis(12);
/// And no faster than this while each page has only rows that the one before had not: nobody reads that.
const FLOOD_PACE: Duration = Duration::from_millis(40);

/// Which rows of the log are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Where rows end.
    pub rules: RowRules,
    /// Which rows are shown.
    pub filter: Filter,
    /// Where the page begins.
    pub from: From,
    /// How many rows.
    pub count: usize,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// At this row.
    First(u64),
    /// So that the last row is on it (follow).
    Tail,
    /// At the row that shows this byte.
    Byte(Direction, u64),
    /// At the first row at or after this time.
    Time(Duration),
}

/// Rows as they were when the page was made.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Which [`LogFeed::ask`] it answers; 0 for none.
    pub(crate) query: u64,
    /// How many rows there are in all, under the query's rules and filter.
    pub total: u64,
    /// How many there are without the filter.
    pub all: u64,
    /// Number of the first row of the page.
    pub first: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// What of the capture is counted in `total`.
    pub counted: Position,
    /// All that was appended is counted; while an old capture is being indexed this is false.
    pub complete: bool,
}

/// Gives rows to the window. Dropping it ends its thread.
#[derive(Debug)]
pub struct LogFeed {
    shared: Arc<Shared>,
    /// Rung by a question and at the end; what arrives rings another bell, so that it does not cut a rest short.
    question: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    reader: Reader,
    request: Mutex<Request>,
    asked: AtomicU64,
    page: ArcSwap<Page>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Request {
    query: Option<(u64, Query)>,
    ended: bool,
}

impl LogFeed {
    /// Starts the thread. Until the first [`Self::ask`] it does nothing.
    #[must_use]
    pub fn new(reader: Reader, news: News) -> Self {
        let (bell, arrived) = bounded(1);
        reader.ring(bell);
        let (question, asked) = bounded(1);
        let shared = Arc::new(Shared {
            reader,
            request: Mutex::default(),
            asked: AtomicU64::new(0),
            page: ArcSwap::default(),
            settled: Condvar::new(),
        });
        let work = {
            let shared = Arc::clone(&shared);
            move || shared.work(&arrived, &asked, &news)
        };
        let thread = std::thread::Builder::new().name("log feed".to_owned()).spawn(work).ok();
        Self { shared, question, thread }
    }

    /// Asks for a page; returns at once, with the number that [`Page::query`] will have. A newer query replaces one that
    /// is not answered yet; the answer to the last one is kept up to date as bytes arrive.
    pub fn ask(&self, query: Query) -> u64 {
        let id = self.shared.asked.fetch_add(1, Ordering::Relaxed) + 1;
        self.shared.request().query = Some((id, query));
        let _full_is_rung = self.question.try_send(());
        id
    }

    /// The latest page. Never waits.
    #[must_use]
    pub fn page(&self) -> Arc<Page> {
        self.shared.page.load_full()
    }

    /// The capture it shows.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.shared.reader
    }

    /// Waits until the last query is answered with all that is in the capture now; false when `timeout` is over first.
    /// For tests and the command line, not for a frame.
    #[must_use]
    pub fn settle(&self, timeout: Duration) -> bool {
        let asked = self.shared.asked.load(Ordering::Relaxed);
        let end = self.shared.reader.end().record;
        let request = self.shared.request();
        let (_wish, result) = self
            .shared
            .settled
            .wait_timeout_while(request, timeout, |_| {
                let page = self.shared.page.load();
                asked > 0 && (page.query < asked || page.counted.record < end)
            })
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }
}

impl Drop for LogFeed {
    fn drop(&mut self) {
        self.shared.request().ended = true;
        let _full_is_rung = self.question.try_send(());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    fn request(&self) -> MutexGuard<'_, Request> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, arrived: &Receiver<()>, asked: &Receiver<()>, news: &News) {
        let mut index: Option<RowIndex> = None;
        let mut complete = true;
        loop {
            if complete && !rung(arrived, asked) {
                return;
            }
            let (query, ended) = {
                let request = self.request();
                (request.query.clone(), request.ended)
            };
            if ended {
                return;
            }
            let Some((id, query)) = query else {
                complete = true;
                continue;
            };
            let began = now();
            let index = match index.take() {
                Some(old) if *old.rules() == query.rules && *old.filter() == query.filter => index.insert(old),
                _ => index.insert(RowIndex::filtered(self.reader.clone(), query.rules.clone(), query.filter.clone())),
            };
            complete = index.update(BUDGET);
            let page = Arc::new(make_page(index, id, &query, complete));
            let request = self.request();
            let before = self.page.swap(Arc::clone(&page));
            drop(request);
            self.settled.notify_all();
            news();
            if complete {
                let rest = if floods(&before, &page) { FLOOD_PACE } else { PACE };
                // A question ends the rest; what arrives waits for its end.
                complete = asked.recv_deadline(began + rest).is_err();
            }
        }
    }
}

/// Waits for something to do; false when nobody is left who could ask.
fn rung(arrived: &Receiver<()>, asked: &Receiver<()>) -> bool {
    select! {
        recv(asked) -> question => question.is_ok(),
        recv(arrived) -> bytes => match bytes {
            Ok(()) => true,
            // The capture is closed: there are only questions now.
            Err(_) => asked.recv().is_ok(),
        },
    }
}

/// Every row in sight went by since the page before.
fn floods(before: &Page, page: &Page) -> bool {
    before.query == page.query && before.complete && page.first > before.first + before.rows.len() as u64
}

fn make_page(index: &RowIndex, id: u64, query: &Query, complete: bool) -> Page {
    let total = index.len();
    let count = query.count as u64;
    let last = total.saturating_sub(count);
    let first = match query.from {
        From::First(first) => first.min(total),
        From::Tail => last,
        From::Byte(direction, offset) => index.row_of_byte(direction, offset),
        From::Time(at) => index.row_at_time(at),
    };
    let rows = index.rows(first..first.saturating_add(count));
    Page { query: id, total, all: index.all(), first, rows, counted: index.position(), complete }
}

#[expect(clippy::disallowed_methods, reason = "the pace of the pages is real time")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    fn query(from: From) -> Query {
        Query { rules: RowRules::default(), filter: Filter::default(), from, count: 2 }
    }

    fn settled(feed: &LogFeed) -> Vec<String> {
        assert!(feed.settle(Duration::from_secs(10)), "the feed did not get up to date in 10 s: {:?}", feed.page());
        feed.page().rows.iter().map(|row| format!("{} {}", row.number, row.bytes().escape_ascii())).collect()
    }

    #[test]
    fn the_last_page_follows_what_arrives() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let feed = LogFeed::new(writer.reader(), Arc::new(|| {}));
        assert!(feed.settle(Duration::ZERO), "nothing is asked yet");
        let first = feed.ask(query(From::Tail));
        assert_eq!(settled(&feed), Vec::<String>::new());
        for (millis, bytes) in ["AT\r", "\r\nOK\r\n", "> "].iter().enumerate() {
            writer.append(Duration::from_millis(millis as u64), Record::received(*bytes));
        }
        assert_eq!(settled(&feed), ["1 \\r\\nOK\\r\\n", "2 > "]);
        let page = feed.page();
        assert_eq!((page.query, page.total, page.first, page.complete), (first, 3, 1, true));
        assert!(page.rows[1].open);
        feed.ask(query(From::First(0)));
        assert_eq!(settled(&feed), ["0 AT\\r", "1 \\r\\nOK\\r\\n"]);
        feed.ask(query(From::Byte(Direction::Rx, 6)));
        assert_eq!(settled(&feed), ["1 \\r\\nOK\\r\\n", "2 > "]);
        feed.ask(query(From::Time(Duration::from_millis(2))));
        assert_eq!(settled(&feed), ["2 > "]);
    }

    #[test]
    fn news_comes_with_each_page() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let (told, heard) = bounded(1000);
        let feed = LogFeed::new(writer.reader(), Arc::new(move || told.try_send(()).expect("fewer than 1000 pages")));
        feed.ask(query(From::Tail));
        heard.recv_timeout(Duration::from_secs(10)).expect("news of the empty page");
        writer.append(Duration::ZERO, Record::received("x"));
        heard.recv_timeout(Duration::from_secs(10)).expect("news of the byte");
    }
}
