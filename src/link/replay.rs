//! A capture played back as a port: what was received comes again, with the pauses it had then, or as fast as it is
//! taken. What was sent then is not: a replay has no far end, and takes nothing.

use std::path::Path;
use std::time::Duration;

use super::{Arrival, Interests, LineSettings, Link, LinkError, Reconfigured};
use crate::capture::{CaptureError, Cursor, LineStates, Record, Stamped};
use crate::modem::Direction;

/// A capture being played.
#[derive(Debug)]
pub(crate) struct Replay {
    name: String,
    cursor: Cursor,
    fast: bool,
    /// The next record, read but not due.
    next: Option<Stamped>,
    /// Time of the first record in its capture, and when it was played.
    zero: Option<(Duration, Duration)>,
    lines: Option<LineStates>,
    /// What of the file does not come again, until it is told.
    left_out: Vec<String>,
}

impl Replay {
    /// Opens a capture file. Reads its index first, so this may take a moment for a large one.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn open(path: &Path, fast: bool) -> Result<Self, CaptureError> {
        let opening = crate::capture::open(path)?;
        let reader = opening.finish();
        let (name, left_out) = (path.display().to_string(), reader.storage().left_out());
        let mut replay = Self { name, cursor: reader.cursor(), fast, next: None, zero: None, lines: None, left_out };
        replay.advance();
        Ok(replay)
    }

    /// Finds the next record that is played.
    fn advance(&mut self) {
        self.next = loop {
            let Some(entry) = self.cursor.next_entry() else {
                break None;
            };
            let stamped = entry.to_stamped();
            match stamped.record {
                Record::Data { direction: Direction::Rx, .. }
                | Record::Break(Direction::Rx)
                | Record::Lost { direction: Direction::Rx, .. }
                | Record::Lines(_) => break Some(stamped),
                _ => {}
            }
        };
    }

    fn due(&self) -> Option<Duration> {
        let next = self.next.as_ref()?;
        match self.zero {
            Some((first, played)) if !self.fast => Some(played + next.at.saturating_sub(first)),
            _ => Some(Duration::ZERO),
        }
    }
}

impl Link for Replay {
    fn interests<'fd>(&'fd self, _sending: bool, _interests: &mut Interests<'fd>) {}

    fn next_deadline(&self) -> Option<Duration> {
        // At the end `read` is called once more, to say so.
        self.due().or(Some(Duration::ZERO))
    }

    fn read(&mut self, arrived: &mut Vec<Arrival>, now: Duration) -> Result<(), LinkError> {
        arrived.extend(self.left_out.drain(..).map(Arrival::Note));
        if self.due().is_some_and(|due| due > now) {
            return Ok(());
        }
        let Some(Stamped { at, record }) = self.next.take() else {
            return Err(LinkError::Ended(format!("the capture {} ends here", self.name)));
        };
        self.zero.get_or_insert((at, now));
        match record {
            Record::Data { bytes, flaw, .. } => arrived.push(Arrival::Bytes { bytes, flaw }),
            Record::Break(_) => arrived.push(Arrival::Break),
            Record::Lost { bytes, why, .. } => arrived.push(Arrival::Lost { bytes, why }),
            Record::Lines(lines) => self.lines = Some(lines),
            Record::Note(_) | Record::Marked(..) | Record::Step(_) => {}
        }
        self.advance();
        Ok(())
    }

    fn write(&mut self, _bytes: &[u8], _now: Duration) -> Result<usize, LinkError> {
        Err(LinkError::Refused("a replay has no far end: nothing was sent".into()))
    }

    fn lines(&mut self) -> Option<LineStates> {
        self.lines
    }

    fn reconfigure(&mut self, _settings: &LineSettings) -> Result<Reconfigured, LinkError> {
        Ok(Reconfigured::NotHere)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::Writer;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn capture() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(&folder.path().join("file"), SystemTime::UNIX_EPOCH).unwrap();
        writer.append(MS(1_000), Record::Note("opened".into()));
        writer.append(MS(1_500), Record::sent(1, b"AT\r".to_vec(), vec![]));
        writer.append(MS(2_000), Record::received(b"\r\nOK".to_vec()));
        writer.append(MS(2_250), Record::Break(Direction::Rx));
        writer.append(MS(2_300), Record::received(b"\r\n".to_vec()));
        folder
    }

    fn arrivals(replay: &mut Replay, now: Duration) -> Vec<Arrival> {
        let mut arrived = Vec::new();
        while replay.next.is_some() && replay.next_deadline().is_some_and(|due| due <= now) {
            replay.read(&mut arrived, now).unwrap();
        }
        arrived
    }

    fn bytes(bytes: &[u8]) -> Arrival {
        Arrival::Bytes { bytes: bytes.to_vec(), flaw: crate::capture::Flaw::None }
    }

    #[test]
    fn what_was_received_comes_with_its_pauses() {
        let folder = capture();
        let mut replay = Replay::open(&folder.path().join("file"), false).unwrap();
        assert_eq!(arrivals(&mut replay, MS(7_000)), [bytes(b"\r\nOK")], "at once, whenever it begins");
        assert_eq!(replay.next_deadline(), Some(MS(7_250)));
        assert_eq!(arrivals(&mut replay, MS(7_249)), []);
        assert_eq!(arrivals(&mut replay, MS(7_250)), [Arrival::Break]);
        assert_eq!(arrivals(&mut replay, MS(9_000)), [bytes(b"\r\n")]);
        let end = replay.read(&mut Vec::new(), MS(9_000)).unwrap_err();
        assert!(matches!(&end, LinkError::Ended(text) if text.contains("ends here")), "{end:?}");
    }

    #[test]
    fn a_fast_replay_has_no_pauses_and_takes_nothing() {
        let folder = capture();
        let mut replay = Replay::open(&folder.path().join("file"), true).unwrap();
        assert_eq!(arrivals(&mut replay, MS(5)), [bytes(b"\r\nOK"), Arrival::Break, bytes(b"\r\n")]);
        assert!(matches!(replay.write(b"AT\r", MS(5)), Err(LinkError::Refused(_))));
    }

    #[test]
    fn what_is_no_capture_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        std::fs::write(&file, "hello").unwrap();
        assert!(Replay::open(&file, false).unwrap_err().to_string().contains("notes.txt"));
    }
}
