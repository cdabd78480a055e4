//! Marks on rows, to find them again: as long as the capture is shown in this window.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::app::log_feed::From;
use crate::capture::{Content, Row};
use crate::modem::Direction;

/// The marked rows, in the order of their times. They are known by their first byte, so that they stay where they are
/// under other rules and filters.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeSet<Mark>);

/// One row: its time, and its first byte; an event has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    at: Duration,
    byte: Option<(bool, u64)>,
}

impl Mark {
    fn of(row: &Row) -> Self {
        let byte = match &row.content {
            Content::Data { direction, offset, .. } => Some((*direction == Direction::Tx, *offset)),
            Content::Event(_) => None,
        };
        Self { at: row.at, byte }
    }

    fn place(self) -> From {
        match self.byte {
            Some((sent, offset)) => From::Byte(if sent { Direction::Tx } else { Direction::Rx }, offset),
            None => From::Time(self.at),
        }
    }
}

impl Marks {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, row: &Row) -> bool {
        self.0.contains(&Mark::of(row))
    }

    /// Marks a row, or takes its mark away.
    pub(super) fn toggle(&mut self, row: &Row) {
        let mark = Mark::of(row);
        if !self.0.remove(&mark) {
            self.0.insert(mark);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The mark behind this row or before it, round and round.
    pub(super) fn step(&self, from: Option<&Row>, forward: bool) -> Option<From> {
        let here = from.map(Mark::of);
        let found = if forward {
            self.0.iter().find(|mark| here.is_none_or(|here| **mark > here)).or(self.0.first())
        } else {
            self.0.iter().rev().find(|mark| here.is_some_and(|here| **mark < here)).or(self.0.last())
        };
        found.map(|mark| mark.place())
    }
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
            marks.toggle(row);
        }
        let byte = |offset| Some(From::Byte(Direction::Rx, offset));
        assert_eq!(marks.step(None, true), byte(0));
        assert_eq!(marks.step(Some(&first), true), byte(9), "two rows of one read");
        assert_eq!(marks.step(Some(&second), true), Some(From::Time(event.at)));
        assert_eq!(marks.step(Some(&event), true), byte(0));
        assert_eq!(marks.step(Some(&first), false), Some(From::Time(event.at)));
        marks.toggle(&second);
        assert!(!marks.has(&second) && marks.has(&Row { number: 1, ..first }));
        marks.clear();
        assert!(marks.is_empty() && marks.step(None, false).is_none());
    }
}
