//! Marks on rows, to find them again. They stand in a small file beside the capture, `NAME.pcapng.marks`: the capture itself
//! is never written again once it is closed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Content, Row, disk};
use crate::modem::Direction;

/// The file of the marks ends so.
const SUFFIX: &str = ".marks";
/// A file of marks that is longer was not written by us.
const MOST: u64 = 1 << 20;

/// One marked row: its time, and its first byte; an event has none. So it stays where it is under other rules and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Since the start of the capture.
    pub at: Duration,
    /// Which byte of which direction begins the row.
    pub byte: Option<(Direction, u64)>,
}

impl Mark {
    /// What marks this row.
    #[must_use]
    pub(crate) fn of(row: &Row) -> Self {
        let byte = match &row.content {
            Content::Data { direction, offset, .. } => Some((*direction, *offset)),
            Content::Event(_) => None,
        };
        Self { at: row.at, byte }
    }

    /// A line of the file: `12.345678901 rx 4711`, `12.345678901 event`.
    fn line(self) -> String {
        let at = format!("{}.{:09}", self.at.as_secs(), self.at.subsec_nanos());
        match self.byte {
            Some((Direction::Rx, offset)) => format!("{at} rx {offset}"),
            Some((Direction::Tx, offset)) => format!("{at} tx {offset}"),
            None => format!("{at} event"),
        }
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (seconds, nanos) = words.next()?.split_once('.')?;
        let nanos = nanos.parse().ok().filter(|nanos| *nanos < 1_000_000_000)?;
        let at = Duration::new(seconds.parse().ok()?, nanos);
        let direction = match words.next()? {
            "rx" => Direction::Rx,
            "tx" => Direction::Tx,
            "event" => return Some(Self { at, byte: None }),
            _ => return None,
        };
        Some(Self { at, byte: Some((direction, words.next()?.parse().ok()?)) })
    }
}

/// The marked rows, in the order of their times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeSet<Mark>);

impl Marks {
    /// No row is marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This row is marked.
    #[must_use]
    pub(crate) fn has(&self, row: &Row) -> bool {
        self.0.contains(&Mark::of(row))
    }

    /// Marks a row, or takes its mark away.
    pub(crate) fn toggle(&mut self, mark: Mark) {
        if !self.0.remove(&mark) {
            self.0.insert(mark);
        }
    }

    /// Takes all marks away.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The mark behind this row or before it, round and round.
    #[must_use]
    pub(crate) fn step(&self, from: Option<&Row>, forward: bool) -> Option<Mark> {
        let here = from.map(Mark::of);
        let found = if forward {
            self.0.iter().find(|mark| here.is_none_or(|here| **mark > here)).or(self.0.first())
        } else {
            self.0.iter().rev().find(|mark| here.is_some_and(|here| **mark < here)).or(self.0.last())
        };
        found.copied()
    }

    /// The marks that were kept beside this capture. Lines that are no marks are passed over.
    #[must_use]
    pub(crate) fn beside(capture: &Path) -> Self {
        let path = file_of(capture);
        let sane = path.metadata().is_ok_and(|data| data.is_file() && data.len() <= MOST);
        let text = if sane { std::fs::read_to_string(path).unwrap_or_default() } else { String::new() };
        Self(text.lines().filter_map(Mark::read).collect())
    }

    /// Keeps them beside this capture; without marks there is no file.
    ///
    /// # Errors
    /// As writing or removing the file; the old one is untouched then.
    pub(crate) fn keep_beside(&self, capture: &Path) -> io::Result<()> {
        let path = file_of(capture);
        if self.0.is_empty() {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let text = self.0.iter().fold(String::new(), |mut text, mark| {
            let _never_fails = writeln!(text, "{}", mark.line());
            text
        });
        let fresh = path.with_extension(format!("marks{}", std::process::id()));
        // One of ours that was killed may have left its own.
        let _none_is_left = std::fs::remove_file(&fresh);
        disk::create_private(&fresh)?.write_all(text.as_bytes())?;
        std::fs::rename(&fresh, &path)
    }
}

/// Where the marks of a capture are; the file goes when the capture goes.
pub(super) fn file_of(capture: &Path) -> PathBuf {
    let mut name = capture.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(millis: u64, offset: Option<u64>) -> Row {
        let content = match offset {
            Some(offset) => Content::Data { direction: Direction::Rx, offset, bytes: vec![0], masked: Vec::new() },
            None => Content::Event("opened".to_owned()),
        };
        Row { number: 7, at: Duration::from_millis(millis), content, open: false, sent: None }
    }

    #[test]
    fn marks_are_gone_through_round_and_round() {
        let mut marks = Marks::default();
        let (first, second, event) = (row(1, Some(0)), row(1, Some(9)), row(5, None));
        for row in [&event, &first, &second] {
            marks.toggle(Mark::of(row));
        }
        let byte = |row: &Row| Some(Mark::of(row));
        assert_eq!(marks.step(None, true), byte(&first));
        assert_eq!(marks.step(Some(&first), true), byte(&second), "two rows of one read");
        assert_eq!(marks.step(Some(&second), true), byte(&event));
        assert_eq!(marks.step(Some(&event), true), byte(&first));
        assert_eq!(marks.step(Some(&first), false), byte(&event));
        marks.toggle(Mark::of(&second));
        assert!(!marks.has(&second) && marks.has(&Row { number: 1, ..first }));
        marks.clear();
        assert!(marks.is_empty() && marks.step(None, false).is_none());
    }

    #[test]
    fn marks_are_there_again_beside_their_capture() {
        let folder = tempfile::tempdir().unwrap();
        let capture = folder.path().join("a.pcapng");
        let mut marks = Marks::default();
        assert_eq!(Marks::beside(&capture), marks);
        marks.toggle(Mark::of(&row(1_500, Some(4711))));
        marks.toggle(Mark::of(&row(20, None)));
        marks.toggle(Mark { at: Duration::new(3, 7), byte: Some((Direction::Tx, 0)) });
        marks.keep_beside(&capture).unwrap();
        assert_eq!(Marks::beside(&capture), marks);
        let text = std::fs::read_to_string(file_of(&capture)).unwrap();
        assert_eq!(text, "0.020000000 event\n1.500000000 rx 4711\n3.000000007 tx 0\n");
        std::fs::write(file_of(&capture), "1.5 rx\n\u{fffd}\n99999999999999999999.0 event\n0.000000001 event\n")
            .unwrap();
        assert_eq!(Marks::beside(&capture).0.len(), 1, "what is no mark is passed over");
        marks.clear();
        marks.keep_beside(&capture).unwrap();
        assert!(!file_of(&capture).exists());
        marks.keep_beside(&capture).unwrap();
    }
}
