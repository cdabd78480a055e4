//! Makes a capture of text: our transcript text, or a log pasted from another terminal.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{CaptureError, Progress, Reader, Record, Stamps, Writer, open};
use crate::modem::Direction;
use crate::modem::diagnose::Diagnoser;
use crate::modem::secrets::SecretFinder;
use crate::modem::transcript::{Chunk, Pieces};

/// A capture of what the text says (see [`Transcript`](crate::modem::transcript::Transcript) for what is understood).
/// `started` stands for the time of its beginning, which is not known.
#[must_use]
pub fn from_text(text: &[u8], started: SystemTime) -> Reader {
    let mut copy = LogCopy::of(text.len(), started);
    for chunk in Pieces::of(text).flatten() {
        copy.put(chunk);
    }
    copy.finish()
}

/// The same, and what is wrong in it: of a text it is known which bytes it leaves out, which a capture would not tell.
/// Cancelled, it gives what was read so far.
#[must_use]
pub(crate) fn diagnosed(text: &[u8], started: SystemTime, progress: &Progress) -> (Reader, Diagnoser) {
    let mut copy = LogCopy::of(text.len(), started);
    let mut pieces = Pieces::of(text);
    let head = pieces.next().unwrap_or_default();
    let head = pieces.reader.transcript(head);
    let mut diagnoser = Diagnoser::of_log(&head);
    let mut secrets = SecretFinder::default();
    let mut take = |chunks: Vec<Chunk>| {
        for chunk in chunks {
            diagnoser.hear(&chunk, &secrets.find(chunk.direction, &chunk.bytes));
            copy.put(chunk);
        }
        !progress.is_cancelled()
    };
    let mut wanted = take(head.chunks);
    while wanted && let Some(chunks) = pieces.next() {
        wanted = take(chunks);
    }
    diagnoser.waited_in_vain(pieces.reader.vain());
    diagnoser.ends(pieces.reader.result());
    diagnoser.finish();
    (copy.finish(), diagnoser)
}

/// Lines that came one after the other without a time between them share a record up to this size: a record for each would
/// take several times the memory of a long log.
const RECORD: usize = 4096;

/// A capture that is made of the lines of a text.
struct LogCopy {
    writer: Writer,
    /// Sends so far.
    sends: u64,
    at: Duration,
    /// Received at that time, and not written yet.
    received: Vec<u8>,
    timed: bool,
}

impl LogCopy {
    fn of(size: usize, started: SystemTime) -> Self {
        // A large text gets a file of its own, so that nothing is lost for want of memory.
        let large = (size > 32 * 1024 * 1024).then(|| Writer::temporary(started).ok()).flatten();
        let writer = large.unwrap_or_else(|| Writer::in_memory(started));
        Self { writer, sends: 0, at: Duration::ZERO, received: Vec::new(), timed: false }
    }

    fn put(&mut self, chunk: Chunk) {
        let at = chunk.at.unwrap_or(self.at);
        if at != self.at || chunk.direction == Direction::Tx || self.received.len() + chunk.bytes.len() > RECORD {
            self.flush();
        }
        self.timed |= chunk.at.is_some();
        self.at = at;
        match chunk.direction {
            Direction::Rx => self.received.extend(chunk.bytes),
            Direction::Tx => {
                self.writer.append(at, Record::sent(self.sends, chunk.bytes, Vec::new()));
                self.sends += 1;
            }
        }
    }

    fn flush(&mut self) {
        if !self.received.is_empty() {
            self.writer.append(self.at, Record::received(std::mem::take(&mut self.received)));
        }
    }

    fn finish(mut self) -> Reader {
        self.flush();
        self.writer.stamp(if self.timed { Stamps::Between } else { Stamps::Missing });
        self.writer.reader()
    }
}

/// Opens a capture file, or makes a capture of a text file, whichever it is.
///
/// # Errors
/// [`CaptureError`] when it cannot be read.
pub(crate) fn open_any(path: &Path) -> Result<Reader, CaptureError> {
    if path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir()) {
        // A pipe can be read once only: it holds text.
        return read_text(path).map(|(text, written)| from_text(&text, written));
    }
    match open(path) {
        Ok(opening) => Ok(opening.finish()),
        Err(CaptureError::NotPcapng { .. }) => read_text(path).map(|(text, written)| from_text(&text, written)),
        Err(error) => Err(error),
    }
}

/// A text file, and when it was written.
///
/// # Errors
/// [`CaptureError`] when it cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<(Vec<u8>, SystemTime), CaptureError> {
    let opened = |source| CaptureError::Open { path: path.to_owned(), source };
    let text = std::fs::read(path).map_err(opened)?;
    let written = path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    Ok((text, written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_without_times_share_records_and_those_with_times_keep_them() {
        let lines = "AT+CSQ\n+CSQ: 17,0\nOK\n".repeat(1000);
        let reader = from_text(lines.as_bytes(), SystemTime::UNIX_EPOCH);
        assert!(reader.len() < 20, "{}", reader.len());
        let timed = from_text(b"14:03:21.130 -> AT\n14:03:21.135 -> OK\n", SystemTime::UNIX_EPOCH);
        assert_eq!(timed.len(), 2);
        let both = from_text(b"> AT\\r\n< AT\\r\n< \\r\\nOK\\r\\n\n> ATI\\r\n> ATE0\\r\n", SystemTime::UNIX_EPOCH);
        assert_eq!(both.len(), 4);
    }
}
