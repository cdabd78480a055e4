//! Makes a capture of text: our transcript text, or a log pasted from another terminal.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{CaptureError, Reader, Record, Stamps, Writer, open};
use crate::modem::Direction;
use crate::modem::transcript::Transcript;

/// A capture of what the text says (see [`Transcript`] for what is understood). `started` stands for the time of its beginning,
/// which is not known.
#[must_use]
pub fn from_text(text: &[u8], started: SystemTime) -> Reader {
    of_text(text, started).1
}

/// What the text says, and the capture made of it.
#[must_use]
pub(crate) fn of_text(text: &[u8], started: SystemTime) -> (Transcript, Reader) {
    // A large text gets a file of its own, so that nothing is lost for want of memory.
    let large = (text.len() > 32 * 1024 * 1024).then(|| Writer::temporary(started).ok()).flatten();
    let mut writer = large.unwrap_or_else(|| Writer::in_memory(started));
    let transcript = Transcript::read(text);
    let timed = transcript.chunks.iter().any(|chunk| chunk.at.is_some());
    writer.stamp(if timed { Stamps::Between } else { Stamps::Missing });
    let mut last = Duration::ZERO;
    for (send, chunk) in (0..).zip(&transcript.chunks) {
        last = chunk.at.unwrap_or(last);
        let record = match chunk.direction {
            Direction::Rx => Record::received(chunk.bytes.clone()),
            Direction::Tx => Record::sent(send, chunk.bytes.clone(), Vec::new()),
        };
        writer.append(last, record);
    }
    let reader = writer.reader();
    (transcript, reader)
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
