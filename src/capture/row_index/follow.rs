//! Rows in order, each when it has ended: for what is written down as it comes. No row is made twice.

use std::sync::Arc;

use super::{Collect, Mark, Walk};
use crate::capture::{Filter, Reader, Row, RowRules};

static ALL: Filter = Filter { rx: true, tx: true, events: true, steps: true, pattern: None };

/// The rows of a capture from its beginning on, while it grows.
pub(crate) struct RowsAsTheyEnd {
    walk: Walk,
    collect: Collect<'static>,
}

impl RowsAsTheyEnd {
    /// From the beginning of the capture.
    #[must_use]
    pub(crate) fn new(reader: &Reader, rules: RowRules) -> Self {
        let walk = Walk::new(reader.cursor(), Arc::new(rules), &Mark::default());
        Self { walk, collect: Collect::new(&ALL, 0..u64::MAX) }
    }

    /// Rows that have ended since, of a few records at a time; `None` when it is up to date.
    pub(crate) fn next_rows(&mut self) -> Option<Vec<Row>> {
        while self.walk.step(&mut self.collect) {
            if !self.collect.rows.is_empty() {
                return Some(std::mem::take(&mut self.collect.rows));
            }
        }
        None
    }

    /// The row that has not ended, when nothing more will come.
    pub(crate) fn last_row(&mut self) -> Option<Row> {
        self.collect.row.take().map(|row| Row { number: self.collect.next, open: true, ..row })
    }
}
