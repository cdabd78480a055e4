//! Appends to a capture: each record is with the kernel before anybody sees it.
//!
//! While the file cannot be written, records go to memory (the saver writes them out later); when memory is full too, they
//! are counted, and the capture gets an exact record of the gap.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::cursor::Position;
use super::home::Home;
use super::pcapng::{self, Encoder};
use super::redact::{SecretFinder, merged};
use super::saver::Saver;
use super::store::{Shared, Stamps, State};
use super::{CaptureError, Reader, Record, disk};
use crate::modem::Direction;

/// What is kept in memory while the file cannot be written, or where there is none. At 100 bytes a read this is 72 MiB
/// of received bytes: 110 minutes at 115 200 baud.
const MOST_MEMORY: u64 = 128 * 1024 * 1024;
/// The one who appends. Dropping it ends the capture.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    saver: Option<Saver>,
    encoder: Encoder,
    encoded: Vec<u8>,
    ends: Vec<Position>,
    lost: Lost,
    masking: Masking,
}

/// What becomes of PINs and passwords.
#[derive(Debug)]
enum Masking {
    /// They are looked for, and masked beside what the caller has marked.
    Found(Box<SecretFinder>),
    /// The caller looks for them.
    Marked,
    /// They are recorded as they are.
    Off,
}

/// What could not be kept at all.
#[derive(Debug, Default)]
struct Lost {
    rx: u64,
    tx: u64,
    records: u64,
    since: Duration,
    until: Duration,
}

impl Writer {
    /// A capture that lives in memory only, up to 128 MiB; what comes after is counted as lost. `started` is the
    /// wall-clock time of `at == 0`.
    #[must_use]
    pub fn in_memory(started: SystemTime) -> Self {
        let header = pcapng::file_header(micros_since_1970(started));
        Self::new(started, &header, None)
    }

    /// A capture in a new file at `path`, readable by its owner only.
    ///
    /// # Errors
    /// [`CaptureError::Create`] where there is a file of that name already (nothing is ever overwritten), or it cannot be
    /// created.
    pub fn create(path: &Path, started: SystemTime) -> Result<Self, CaptureError> {
        let create = |source| CaptureError::Create { path: path.to_owned(), source };
        let file = disk::create_private(path).map_err(create)?;
        disk::mark_written(&file);
        let header = pcapng::file_header(micros_since_1970(started));
        let (_, trouble) = disk::write_at(&file, &header, 0);
        match trouble {
            Some(error) => {
                // It is ours and holds no capture; left there, it would take the name from the next try.
                let _ = std::fs::remove_file(path);
                Err(create(error))
            }
            None => Ok(Self::new(started, &header, Some(Home::new(file, path.to_owned(), false)))),
        }
    }

    /// A capture in a nameless file that ends with its last reader: for copies that would not fit into memory.
    ///
    /// # Errors
    /// [`CaptureError::Create`].
    pub fn temporary(started: SystemTime) -> Result<Self, CaptureError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("modemscope-{}-{number}.pcapng", std::process::id()));
        let create = |source| CaptureError::Create { path: path.clone(), source };
        let file = disk::create_private(&path).map_err(create)?;
        std::fs::remove_file(&path).map_err(create)?;
        let header = pcapng::file_header(micros_since_1970(started));
        match disk::write_at(&file, &header, 0) {
            (_, Some(error)) => Err(create(error)),
            (_, None) => Ok(Self::new(started, &header, Some(Home::new(file, path, true)))),
        }
    }

    fn new(started: SystemTime, header: &[u8], file: Option<Home>) -> Self {
        let started_us = micros_since_1970(started);
        let front = Position { file: header.len() as u64, ..Position::default() };
        let mut state = State {
            end: front,
            checkpoints: vec![(front, Arc::new(pcapng::context_after(header)))],
            ..State::default()
        };
        if file.is_some() {
            state.on_disk = front.file;
        } else {
            state.keep_in_memory(0, header);
        }
        let shared = Arc::new(Shared { started_us, file, state: Mutex::new(state) });
        let saver = shared.file.is_some().then(|| Saver::start(&shared));
        let encoder = Encoder::new(started_us);
        Self {
            shared,
            saver,
            encoder,
            encoded: Vec::new(),
            ends: Vec::new(),
            lost: Lost::default(),
            masking: Masking::Found(Box::default()),
        }
    }

    /// Says what the times of this capture are worth, where nobody took them when the bytes came or went.
    pub(super) fn stamp(&mut self, stamps: Stamps) {
        self.shared.lock().stamps = stamps;
    }

    /// Appends a record. `at` is kept in whole microseconds and never goes back. When this returns, the record is with
    /// the kernel (or, while the file cannot be written, in memory), and readers may see it.
    pub fn append(&mut self, at: Duration, mut record: Record) {
        self.mask(&mut record);
        let memory = self.shared.lock().memory_cost;
        // Once there is room for half of what memory can hold.
        if memory <= MOST_MEMORY / 2 {
            self.tell_gap();
        }
        if self.lost.records == 0 && memory <= MOST_MEMORY {
            self.put(at, &record);
        } else {
            let (rx, tx) = byte_counts(&record);
            if self.lost.records == 0 {
                self.lost.since = at;
            }
            self.lost.until = at;
            self.lost.records += 1;
            self.lost.rx += rx;
            self.lost.tx += tx;
            let mut state = self.shared.lock();
            state.lost = self.lost.rx + self.lost.tx;
            state.missing += rx + tx;
        }
    }

    /// From now on PINs and passwords are recorded as they are, or masked again (as from the start).
    pub fn record_secrets(&mut self, recorded: bool) {
        self.masking = if recorded { Masking::Off } else { Masking::Found(Box::default()) };
    }

    /// From now on only what is marked in a record is masked: the caller has looked for all that is secret.
    pub(crate) fn expect_marked(&mut self) {
        if matches!(self.masking, Masking::Found(_)) {
            self.masking = Masking::Marked;
        }
    }

    /// Overwrites what the caller or the writer itself finds to be secret.
    fn mask(&mut self, record: &mut Record) {
        let Record::Data { direction, bytes, secret, .. } = record else { return };
        match &mut self.masking {
            Masking::Found(finder) => secret.extend(finder.find(*direction, bytes)),
            Masking::Marked => {}
            Masking::Off => {
                secret.clear();
                return;
            }
        }
        if secret.len() > 1 {
            *secret = merged(std::mem::take(secret));
        }
        for range in secret {
            let end = range.end.min(bytes.len());
            bytes.get_mut(range.start..end).unwrap_or_default().fill(b'*');
        }
    }

    /// Writes down what was lost.
    fn tell_gap(&mut self) {
        if self.lost.records == 0 {
            return;
        }
        let Lost { rx, tx, records, since, until } = std::mem::take(&mut self.lost);
        let why = format!(
            "the capture file could not be written and memory was full from {:.6} s to {:.6} s ({records} records)",
            since.as_secs_f64(),
            until.as_secs_f64()
        );
        for (direction, bytes) in [(Direction::Rx, rx), (Direction::Tx, tx)] {
            if bytes > 0 || (direction == Direction::Rx && tx == 0) {
                self.put(until, &Record::Lost { direction, bytes: Some(bytes), why: why.clone() });
            }
        }
        self.shared.lock().lost = 0;
    }

    fn put(&mut self, at: Duration, record: &Record) {
        let (start, mut spilled) = {
            let state = self.shared.lock();
            (state.end, state.spilled || self.shared.file.is_none())
        };
        let at_us = u64::try_from(at.as_micros()).unwrap_or(u64::MAX).max(start.at_us);
        let sent = matches!(record, Record::Data { direction: Direction::Tx, .. });
        let (ends, encoded) = (&mut self.ends, &mut self.encoded);
        ends.clear();
        encoded.clear();
        let mut end = Position { at_us, ..start };
        self.encoder.encode(at_us, record, encoded, |payload, written| {
            end.file = start.file + written as u64;
            end.record += 1;
            *(if sent { &mut end.tx } else { &mut end.rx }) += payload as u64;
            ends.push(end);
        });
        let mut written = 0;
        let mut trouble = None;
        let writing = self.shared.file.as_ref().map(Home::writing);
        if let (false, Some(home)) = (spilled, &self.shared.file) {
            let (count, error) = disk::write_at(&home.file(), encoded, start.file);
            written = count;
            trouble = error.map(|error| disk::advice(&error, &home.path()));
            spilled = trouble.is_some();
        }
        let mut state = self.shared.lock();
        if spilled {
            state.keep_in_memory(start.file, encoded);
        }
        if self.shared.file.is_some() {
            state.on_disk += written as u64;
            state.spilled |= spilled;
            state.trouble = trouble.or_else(|| state.trouble.take());
        }
        state.publish(ends);
        drop(state);
        drop(writing);
        if let (true, Some(saver)) = (spilled, &self.saver) {
            saver.wake();
        }
    }

    /// A reader of this capture.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::of(&self.shared)
    }
}

impl Drop for Writer {
    /// What memory had no room for is told at the end, however full it is: the saver may find room elsewhere.
    fn drop(&mut self) {
        self.tell_gap();
    }
}

fn byte_counts(record: &Record) -> (u64, u64) {
    match record {
        Record::Data { direction: Direction::Rx, bytes, .. } => (bytes.len() as u64, 0),
        Record::Data { direction: Direction::Tx, bytes, .. } => (0, bytes.len() as u64),
        _ => (0, 0),
    }
}

fn micros_since_1970(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}
