//! A text log beside the capture: a line for each row, appended when the row ends, by a thread of its own.
//!
//! It reads the capture as everything does, so it holds what the capture holds: PINs and passwords masked, every gap told.
//! Bytes stand in the notation, so nothing in the file can control the terminal that shows it. A file that cannot be
//! written stops nothing: the rows wait in the capture, and are written when there is room.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, select};

use super::export::{clock, row_text};
use super::row_index::RowsAsTheyEnd;
use super::{CaptureError, Reader, RowRules, disk};

/// A file that cannot be written is tried again this often.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// Writes until it is finished or dropped.
#[derive(Debug)]
pub struct LiveLog {
    trouble: Arc<Mutex<Option<String>>>,
    /// Closed at the end.
    going: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl LiveLog {
    /// A log of this capture, from its beginning on, in a new file that only its owner can read.
    ///
    /// # Errors
    /// [`CaptureError::Create`] where a file of that name is there (nothing is ever overwritten), or it cannot be created.
    pub fn start(path: &Path, reader: Reader) -> Result<Self, CaptureError> {
        let create = |source| CaptureError::Create { path: path.to_owned(), source };
        let file = disk::create_private(path).map_err(create)?;
        let trouble = Arc::new(Mutex::new(None));
        let (going, ended) = bounded(0);
        let (bell, rung) = bounded(1);
        reader.ring(bell);
        let begun = clock(&reader, Duration::ZERO);
        let head = format!("# modemscope {}, begun {begun}; > sent, < received\n", env!("CARGO_PKG_VERSION"));
        let mut log = Log {
            file,
            path: path.to_owned(),
            place: 0,
            waiting: head.clone().into_bytes(),
            head,
            rows: RowsAsTheyEnd::new(&reader, RowRules::default()),
            reader,
            removed: false,
            trouble: Arc::clone(&trouble),
        };
        let work = move || log.work(&rung, &ended);
        let thread = std::thread::Builder::new().name("text log".to_owned()).spawn(work).map_err(create)?;
        Ok(Self { trouble, going: Some(going), thread: Some(thread) })
    }

    /// Why the file cannot be written now, and what to do.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what is left, after the capture's writer is gone, and waits for it; the trouble it ended with.
    #[must_use]
    pub fn finish(mut self) -> Option<String> {
        self.going = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
        self.trouble()
    }
}

/// The thread's part.
struct Log {
    file: File,
    path: PathBuf,
    /// The end of the file.
    place: u64,
    /// What is yet to be written.
    waiting: Vec<u8>,
    /// The first line.
    head: String,
    rows: RowsAsTheyEnd,
    reader: Reader,
    /// Somebody removed the file, which was told.
    removed: bool,
    trouble: Arc<Mutex<Option<String>>>,
}

impl Log {
    fn work(&mut self, rung: &Receiver<()>, ended: &Receiver<()>) {
        loop {
            let over = if self.write() {
                select! {
                    recv(rung) -> _ => false,
                    recv(ended) -> _ => true,
                }
            } else {
                // The bell would only wake it to fail again.
                ended.recv_timeout(RETRY_EVERY) != Err(RecvTimeoutError::Timeout)
            };
            if over {
                break;
            }
        }
        if self.reader.is_withdrawn() {
            if disk::is_at(&self.file, &self.path) {
                let _ours_alone = std::fs::remove_file(&self.path);
            }
            return;
        }
        // A file that was removed meanwhile is first told, then written anew.
        if (self.write() || (self.removed && self.write()))
            && let Some(row) = self.rows.last_row()
        {
            self.waiting.extend(row_text(&self.reader, &row).into_bytes());
            self.write();
        }
    }

    /// All of it in a new file, in the place of one that was removed. The first call only tells that it was.
    fn begin_again(&mut self) -> Result<(), String> {
        let removed = format!("the text log {} was removed while it was written", self.path.display());
        if !std::mem::replace(&mut self.removed, true) {
            return Err(removed);
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), disk::create_private_folder).and_then(|()| disk::create_private(&self.path));
        self.file = made.map_err(|error| format!("{removed}, and cannot be written there again: {error}"))?;
        self.place = 0;
        self.waiting = self.head.clone().into_bytes();
        self.rows = RowsAsTheyEnd::new(&self.reader, RowRules::default());
        self.removed = false;
        Ok(())
    }

    /// Writes down what has come; false where the file does not take it.
    fn write(&mut self) -> bool {
        if disk::is_removed(&self.file)
            && let Err(trouble) = self.begin_again()
        {
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
            return false;
        }
        loop {
            let (count, error) = disk::write_at(&self.file, &self.waiting, self.place);
            self.place += count as u64;
            self.waiting.drain(..count);
            let trouble = error.map(|error| disk::advice(&error, &self.path));
            let went_well = trouble.is_none();
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
            if !went_well {
                return false;
            }
            let Some(rows) = self.rows.next_rows() else { return true };
            for row in rows {
                self.waiting.extend(row_text(&self.reader, &row).into_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn rows_are_written_masked_and_without_controls() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let log = LiveLog::start(&path, writer.reader()).unwrap();
        let ms = Duration::from_millis;
        writer.append(ms(0), Record::Note("opened\u{1b}[2J".to_owned()));
        writer.append(ms(1), Record::sent(1, "AT+CPIN=1234\r", Vec::new()));
        writer.append(ms(2), Record::received("AT+CPIN=12"));
        writer.append(ms(3), Record::received("34\r\r\nOK\r\n\x1b[31mred\x1b[0m\u{9b}\u{202e}\n"));
        writer.append(ms(4), Record::received("\r\n> "));
        drop(writer);
        assert_eq!(log.finish(), None);
        let head = format!(
            "# modemscope {}, begun 1970-01-01T00:00:00.000000Z; > sent, < received",
            env!("CARGO_PKG_VERSION")
        );
        let expect = [
            head.as_str(),
            r"1970-01-01T00:00:00.000000Z # opened\e[2J",
            r"1970-01-01T00:00:00.001000Z > AT+CPIN=****\r",
            r"1970-01-01T00:00:00.002000Z < AT+CPIN=****\r",
            r"1970-01-01T00:00:00.003000Z < \r\nOK\r\n",
            r"1970-01-01T00:00:00.003000Z < \e[31mred\e[0m\xC2\x9B\xE2\x80\xAE\n",
            r"1970-01-01T00:00:00.004000Z < \r\n> ",
        ];
        assert_eq!(lines(&path), expect);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_removed_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in/log.txt");
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let log = LiveLog::start(&path, writer.reader()).unwrap();
        writer.append(Duration::ZERO, Record::received("before\r\n"));
        while std::fs::read_to_string(&path).unwrap().lines().count() < 2 {
            std::thread::yield_now();
        }
        std::fs::remove_dir_all(folder.path().join("in")).unwrap();
        writer.append(Duration::ZERO, Record::received("after\r\n"));
        drop(writer);
        assert_eq!(log.finish(), None);
        assert_eq!(
            lines(&path)[1..].iter().map(|line| &line[28..]).collect::<Vec<_>>(),
            [r"< before\r\n", r"< after\r\n"]
        );
    }

    #[test]
    fn a_file_that_is_there_stays_and_a_port_that_does_not_open_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        std::fs::write(&path, "mine").unwrap();
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        assert!(LiveLog::start(&path, writer.reader()).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        let other = folder.path().join("other.txt");
        let log = LiveLog::start(&other, writer.reader()).unwrap();
        writer.append(Duration::ZERO, Record::Note("there is no such device".to_owned()));
        writer.reader().withdraw();
        assert_eq!(log.finish(), None);
        assert!(!other.exists());
    }
}
