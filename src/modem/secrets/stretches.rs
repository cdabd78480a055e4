//! Stretches of bytes that are secret.

use std::ops::Range;

/// Places, those that touch as one.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    pub(super) ranges: Vec<Range<usize>>,
}

impl Stretches {
    pub(super) fn push(&mut self, at: usize) {
        match self.ranges.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => self.ranges.push(at..at + 1),
        }
    }
}

/// Stretches in order, those that touch as one.
#[must_use]
pub(crate) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
