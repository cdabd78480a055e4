//! The rows of a capture under one set of rules and one filter: counted once, read back on demand.
//!
//! The index holds a mark every 64 KiB of the capture or 4096 rows, whichever comes first; rows between marks are made
//! anew when they are asked for. So 1 GiB needs about 1 MiB of marks, and ten million rows of one byte need 200 KiB.

mod follow;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::cursor::{Cursor, EntryItem, Position};
use super::rows::{Content, Filter, Newline, Row, RowRules, Splitter, event_text};
use super::{Flaw, Reader, Record};
use crate::modem::Direction;

pub(crate) use follow::RowsAsTheyEnd;

const MARK_EVERY_BYTES: u64 = 64 * 1024;
const MARK_EVERY_ROWS: u64 = 4096;

/// The rows of a capture, kept up to date on demand.
#[derive(Debug)]
pub struct RowIndex {
    reader: Reader,
    rules: Arc<RowRules>,
    filter: Arc<Filter>,
    walk: Walk,
    count: Count,
}

impl RowIndex {
    /// An index of all rows that has read nothing yet.
    #[must_use]
    pub fn new(reader: Reader, rules: RowRules) -> Self {
        Self::filtered(reader, rules, Filter::default())
    }

    /// An index of the rows that `filter` shows.
    #[must_use]
    pub(crate) fn filtered(reader: Reader, rules: RowRules, filter: Filter) -> Self {
        let (rules, filter) = (Arc::new(rules), Arc::new(filter));
        let walk = Walk::new(reader.cursor(), Arc::clone(&rules), &Mark::default());
        let count = Count {
            filter: Arc::clone(&filter),
            collects: filter.pattern.is_some(),
            marks: Vec::new(),
            rows: 0,
            shown: 0,
            open: None,
            sent: None,
            bytes: Vec::new(),
        };
        Self { reader, rules, filter, walk, count }
    }

    /// The rules it was made with.
    #[must_use]
    pub fn rules(&self) -> &RowRules {
        &self.rules
    }

    /// The filter it was made with.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Takes in about `budget` bytes of what was appended since; true when it is up to date.
    pub fn update(&mut self, budget: usize) -> bool {
        let until = self.walk.cursor.position().file.saturating_add(budget as u64);
        while self.walk.cursor.position().file < until {
            if !self.walk.step(&mut self.count) {
                return true;
            }
        }
        false
    }

    /// Records, bytes and time that are counted so far.
    #[must_use]
    pub fn position(&self) -> Position {
        self.walk.cursor.position()
    }

    /// Number of rows so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count.shown + u64::from(self.count.shows_open())
    }

    /// Number of rows so far, those too that the filter hides.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.count.rows + u64::from(self.count.open.is_some())
    }

    /// True while there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// These rows; fewer where the range goes past the end.
    #[must_use]
    pub fn rows(&self, range: Range<u64>) -> Vec<Row> {
        let range = range.start..range.end.min(self.len());
        let mut collect = Collect::new(&self.filter, range.clone());
        if range.is_empty() {
            return Vec::new();
        }
        let mark = self.mark_before(|mark| mark.shown <= range.start);
        (collect.next, collect.sent) = (mark.shown, mark.sent);
        let mut walk = Walk::new(self.reader.cursor_from(mark.position), Arc::clone(&self.rules), &mark);
        while !collect.done() && walk.step(&mut collect) {}
        collect.finish(walk.open.is_some())
    }

    /// Number of the row that shows this byte, or where it is not shown the next one that is; at most [`Self::len`].
    #[must_use]
    pub(crate) fn row_of_byte(&self, direction: Direction, offset: u64) -> u64 {
        let mark = self.mark_before(|mark| mark.bytes(direction) <= offset);
        self.first_row_after(&mark, |row| match &row.content {
            Content::Data { direction: way, offset: start, bytes, .. } => {
                *way == direction && start + bytes.len() as u64 > offset
            }
            Content::Event(_) => false,
        })
    }

    /// Number of the first row at or after this time; at most [`Self::len`].
    #[must_use]
    pub(crate) fn row_at_time(&self, at: Duration) -> u64 {
        let mark = self.mark_before(|mark| Duration::from_micros(mark.position.at_us) < at);
        self.first_row_after(&mark, |row| row.at >= at)
    }

    fn mark_before(&self, holds: impl Fn(&Mark) -> bool) -> Mark {
        let index = self.count.marks.partition_point(holds).saturating_sub(1);
        self.count
            .marks
            .get(index)
            .copied()
            .unwrap_or_else(|| Mark { position: self.reader.cursor().position(), ..Mark::default() })
    }

    fn first_row_after(&self, mark: &Mark, holds: impl Fn(&Row) -> bool) -> u64 {
        let all = Filter::default();
        let mut number = mark.shown;
        let mut collect = Collect::new(&all, 0..u64::MAX);
        let mut walk = Walk::new(self.reader.cursor_from(mark.position), Arc::clone(&self.rules), mark);
        loop {
            let more = walk.step(&mut collect);
            let last = if more { None } else { collect.row.take() };
            for row in collect.rows.drain(..).chain(last) {
                if holds(&row) || number >= self.len() {
                    return number;
                }
                number += u64::from(match &row.content {
                    Content::Data { direction, bytes, .. } => self.filter.shows_bytes(*direction, bytes),
                    Content::Event(text) => self.filter.shows_event(text),
                });
            }
            if !more {
                return self.len();
            }
        }
    }
}

/// A place where a row begins.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// In front of the record that holds the row's first byte.
    position: Position,
    /// Direction of that record's bytes.
    direction: Direction,
    /// How many of its bytes belong to rows before.
    skip: usize,
    /// The row that tells its flaw is before.
    flaw_told: bool,
    /// State of the splitter.
    matched: usize,
    /// Number of the row, filter not applied.
    number: u64,
    /// Rows shown before it.
    shown: u64,
    /// When bytes were sent last before it.
    sent: Option<Duration>,
}

impl Default for Mark {
    fn default() -> Self {
        Self {
            position: Position::default(),
            direction: Direction::Rx,
            skip: 0,
            flaw_told: false,
            matched: 0,
            number: 0,
            shown: 0,
            sent: None,
        }
    }
}

impl Mark {
    fn bytes(&self, direction: Direction) -> u64 {
        self.position.bytes(direction) + if direction == self.direction { self.skip as u64 } else { 0 }
    }
}

/// Who is told of rows. A row begins, gets bytes, ends; or an event is a row of its own.
trait Sink {
    fn begin(&mut self, mark: Mark, at: Duration);
    fn bytes(&mut self, bytes: &[u8], at: usize, secret: &[Range<usize>]);
    fn end(&mut self);
    fn event(&mut self, mark: Mark, at: Duration, text: String);
}

/// Walks the rows of a capture from a mark on.
#[derive(Debug)]
struct Walk {
    cursor: Cursor,
    rules: Arc<RowRules>,
    splitter: Splitter,
    /// Direction of the row in hand, and when its last bytes came.
    open: Option<(Direction, Duration)>,
    skip: usize,
    flaw_told: bool,
}

impl Walk {
    fn new(cursor: Cursor, rules: Arc<RowRules>, mark: &Mark) -> Self {
        let splitter = Splitter::new(&rules, mark.matched);
        Self { cursor, rules, splitter, open: None, skip: mark.skip, flaw_told: mark.flaw_told }
    }

    /// Takes in one record; false when there is none.
    fn step(&mut self, sink: &mut impl Sink) -> bool {
        let Some(entry) = self.cursor.next_entry() else { return false };
        let mut mark = Mark { position: entry.position, ..Mark::default() };
        let (direction, bytes, flaw, secret) = match entry.item {
            EntryItem::Data { direction, bytes, flaw, secret, .. } => (direction, bytes, flaw, secret),
            EntryItem::Event(record) => {
                end_row(&mut self.open, &mut self.splitter, sink);
                sink.event(mark, entry.at, event_text(&record));
                return true;
            }
        };
        mark.direction = direction;
        let told = std::mem::take(&mut self.flaw_told);
        if flaw != Flaw::None && !told {
            end_row(&mut self.open, &mut self.splitter, sink);
            let record = Record::Data { direction, bytes: bytes.to_vec(), send: None, flaw, secret: Vec::new() };
            sink.event(mark, entry.at, event_text(&record));
        }
        mark.flaw_told = true;
        if bytes.is_empty() {
            return true;
        }
        if let Some((way, last)) = self.open {
            let paused = matches!(self.rules.newline, Newline::Pause(pause) if entry.at.saturating_sub(last) >= pause);
            if way != direction || paused {
                end_row(&mut self.open, &mut self.splitter, sink);
            }
        }
        let mut at = std::mem::take(&mut self.skip);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.open.is_none() {
                let matched = self.splitter.matched();
                sink.begin(Mark { skip: at, matched, ..mark }, entry.at);
            }
            self.open = Some((direction, entry.at));
            let end = self.splitter.take(rest);
            let part = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
            sink.bytes(part, at, &secret);
            if end.is_some() {
                sink.end();
                self.open = None;
            }
            at += part.len();
        }
        true
    }
}

fn end_row(open: &mut Option<(Direction, Duration)>, splitter: &mut Splitter, sink: &mut impl Sink) {
    if open.take().is_some() {
        sink.end();
    }
    splitter.cut();
}

/// Counts rows and sets marks.
#[derive(Debug)]
struct Count {
    filter: Arc<Filter>,
    /// The filter has to see the bytes.
    collects: bool,
    marks: Vec<Mark>,
    rows: u64,
    shown: u64,
    /// Direction of the row in hand.
    open: Option<Direction>,
    sent: Option<Duration>,
    bytes: Vec<u8>,
}

impl Count {
    fn shows_open(&self) -> bool {
        self.open.is_some_and(|direction| self.filter.shows_bytes(direction, &self.bytes))
    }

    fn mark(&mut self, mark: Mark) {
        let due = self.marks.last().is_none_or(|last| {
            mark.position.file >= last.position.file + MARK_EVERY_BYTES || self.rows >= last.number + MARK_EVERY_ROWS
        });
        if due {
            self.marks.push(Mark { number: self.rows, shown: self.shown, sent: self.sent, ..mark });
        }
    }
}

impl Sink for Count {
    fn begin(&mut self, mark: Mark, at: Duration) {
        self.open = Some(mark.direction);
        self.mark(mark);
        if mark.direction == Direction::Tx {
            self.sent = Some(at);
        }
    }

    fn bytes(&mut self, bytes: &[u8], _at: usize, _secret: &[Range<usize>]) {
        if self.collects {
            self.bytes.extend(bytes);
        }
    }

    fn end(&mut self) {
        self.shown += u64::from(self.shows_open());
        self.rows += 1;
        self.open = None;
        self.bytes.clear();
    }

    fn event(&mut self, mark: Mark, _at: Duration, text: String) {
        self.mark(mark);
        self.shown += u64::from(self.filter.shows_event(&text));
        self.rows += 1;
    }
}

/// Collects the rows that are wanted.
struct Collect<'a> {
    filter: &'a Filter,
    wanted: Range<u64>,
    /// Number of the next row that is shown.
    next: u64,
    /// When bytes were sent last.
    sent: Option<Duration>,
    row: Option<Row>,
    rows: Vec<Row>,
}

impl<'a> Collect<'a> {
    fn new(filter: &'a Filter, wanted: Range<u64>) -> Self {
        Self { filter, wanted, next: 0, sent: None, row: None, rows: Vec::new() }
    }

    fn done(&self) -> bool {
        self.next >= self.wanted.end
    }

    fn finish(mut self, open: bool) -> Vec<Row> {
        if let Some(mut row) = self.row.take() {
            row.open = open;
            self.show(row);
        }
        self.rows
    }

    fn show(&mut self, mut row: Row) {
        let shown = match &row.content {
            Content::Data { direction, bytes, .. } => self.filter.shows_bytes(*direction, bytes),
            Content::Event(text) => self.filter.shows_event(text),
        };
        if shown {
            row.number = self.next;
            self.next += 1;
            if self.wanted.contains(&row.number) {
                self.rows.push(row);
            }
        }
    }
}

impl Sink for Collect<'_> {
    fn begin(&mut self, mark: Mark, at: Duration) {
        let (direction, offset) = (mark.direction, mark.bytes(mark.direction));
        let content = Content::Data { direction, offset, bytes: Vec::new(), masked: Vec::new() };
        self.row = Some(Row { number: 0, at, content, open: false, sent: self.sent });
        if direction == Direction::Tx {
            self.sent = Some(at);
        }
    }

    fn bytes(&mut self, part: &[u8], at: usize, secret: &[Range<usize>]) {
        if let Some(Row { content: Content::Data { bytes, masked, .. }, .. }) = &mut self.row {
            let base = bytes.len();
            bytes.extend(part);
            for range in secret {
                let (start, end) = (range.start.max(at), range.end.min(at + part.len()));
                if start < end {
                    masked.push(base + start - at..base + end - at);
                }
            }
        }
    }

    fn end(&mut self) {
        if let Some(row) = self.row.take() {
            self.show(row);
        }
    }

    fn event(&mut self, _mark: Mark, at: Duration, text: String) {
        self.show(Row { number: 0, at, content: Content::Event(text), open: false, sent: self.sent });
    }
}

#[cfg(test)]
mod tests;
