//! A connection under test, and bounded waits for what it does.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use modemscope::capture::{Reader, Record, Writer};
use modemscope::link::{LineSettings, LinkSpec};
use modemscope::modem::Direction;
use modemscope::worker::{Connection, Order, Phase, Status};

/// Long enough for a loaded machine; nothing waits for it when all is well.
pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Watched {
    pub connection: Connection,
    news: crossbeam_channel::Receiver<()>,
}

impl Watched {
    pub fn open(spec: &str, settings: LineSettings) -> Self {
        let (told, news) = crossbeam_channel::bounded(1);
        let tell = move || {
            let _ = told.try_send(());
        };
        let spec = LinkSpec::parse(spec).unwrap();
        let capture = Writer::in_memory(SystemTime::now());
        Self { connection: Connection::open(spec, settings, capture, Arc::new(tell)), news }
    }

    pub fn opened(spec: &str) -> Self {
        Self::opened_with(spec, LineSettings { baud: 115_200, ..LineSettings::default() })
    }

    pub fn opened_with(spec: &str, settings: LineSettings) -> Self {
        let watched = Self::open(spec, settings);
        let status = watched.until("the port is open", |status| status.phase != Phase::Opening);
        assert!(matches!(status.phase, Phase::Open { .. }), "{:?}", status.phase);
        watched
    }

    pub fn order(&self, order: Order) {
        self.connection.order(order).unwrap();
    }

    /// Waits for news until the status is as wanted.
    pub fn until(&self, what: &str, wanted: impl Fn(&Status) -> bool) -> Arc<Status> {
        let until = Instant::now() + LIMIT;
        loop {
            let status = self.connection.status();
            if wanted(&status) {
                return status;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "not within {LIMIT:?}: {what}; the status is {status:?}");
            let _ = self.news.recv_timeout(left.min(Duration::from_millis(500)));
        }
    }

    pub fn received(&self) -> Vec<u8> {
        data(self.connection.reader(), Direction::Rx)
    }

    pub fn sent(&self) -> Vec<u8> {
        data(self.connection.reader(), Direction::Tx)
    }

    pub fn notes(&self) -> Vec<String> {
        records(self.connection.reader())
            .into_iter()
            .filter_map(|record| match record {
                Record::Note(text) | Record::Marked(_, text) => Some(text),
                _ => None,
            })
            .collect()
    }
}

pub fn records(reader: &Reader) -> Vec<Record> {
    (0..reader.len()).filter_map(|index| reader.get(index)).map(|stamped| stamped.record.clone()).collect()
}

fn data(reader: &Reader, wanted: Direction) -> Vec<u8> {
    records(reader)
        .into_iter()
        .filter_map(|record| match record {
            Record::Data { direction, bytes, .. } if direction == wanted => Some(bytes),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Bytes that no pattern explains, the same each time.
pub fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(count)
    .collect()
}

pub fn all_values() -> Vec<u8> {
    (0..=255).collect()
}
