//! What a selection is as text for the clipboard. Exact: nothing is redacted here, and nothing is left out.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use super::progress::{Cancelled, Progress};
use super::{Content, EntryItem, Filter, Reader, Row, RowIndex, RowRules};
use crate::modem::Direction;
use crate::notation;

/// More is not handed to a clipboard: programs that take it would stand still.
pub const MOST_COPIED: usize = 64 * 1024 * 1024;

/// What is selected.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// Rows, under these rules and this filter.
    Rows {
        /// Where rows end.
        rules: RowRules,
        /// Which are shown.
        filter: Filter,
        /// Their numbers.
        range: Range<u64>,
    },
    /// Bytes of one direction, by their offsets.
    Bytes {
        /// Which way.
        direction: Direction,
        /// Offsets, end exclusive.
        range: Range<u64>,
    },
}

/// As what a selection is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CopyAs {
    /// The bytes as UTF-8; what is none becomes U+FFFD. Rows without a line end get one.
    #[default]
    Text,
    /// `41 54 0D`, a line each row.
    Hex,
    /// Notation, a line each row.
    Notation,
    /// A C array of all bytes.
    CArray,
}

/// What a selection spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Rows, where rows were selected.
    pub rows: u64,
    /// Bytes, both directions together.
    pub bytes: u64,
    /// Bytes of them that are masked.
    pub masked: u64,
    /// Time of the first and the last record in it.
    pub times: Option<(Duration, Duration)>,
}

/// Why a selection was not copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// Too much for a clipboard.
    #[error("more than 64 MiB of text are too much for the clipboard: export it to a file instead")]
    TooLong,
    /// Cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The selection as text.
///
/// # Errors
/// [`CopyError`].
pub fn copy(reader: &Reader, selection: &Selection, form: CopyAs, progress: &Progress) -> Result<String, CopyError> {
    let mut text = String::new();
    let mut array = CArray::default();
    for_each_part(reader, selection, progress, |part| {
        match (form, part) {
            (CopyAs::Text, Part::Bytes { bytes, .. }) => text.push_str(&String::from_utf8_lossy(bytes)),
            (CopyAs::Hex, Part::Bytes { bytes, .. }) => push_hex(&mut text, bytes),
            (CopyAs::Notation, Part::Bytes { bytes, .. }) => text.push_str(&notation::print(bytes)),
            (CopyAs::CArray, Part::Bytes { bytes, .. }) => array.push(&mut text, bytes),
            (CopyAs::Text, Part::RowEnd) if text.ends_with(['\n', '\r']) => {}
            (CopyAs::CArray, Part::RowEnd | Part::Event(_)) => {}
            (_, Part::Event(event)) => text.push_str(event),
            (_, Part::RowEnd) => text.push('\n'),
        }
        if text.len() > MOST_COPIED { Err(CopyError::TooLong) } else { Ok(()) }
    })?;
    if form == CopyAs::CArray {
        array.finish(&mut text);
    }
    Ok(text)
}

/// What the selection spans.
///
/// # Errors
/// [`Cancelled`].
pub fn span(reader: &Reader, selection: &Selection, progress: &Progress) -> Result<Span, CopyError> {
    let mut span = Span::default();
    for_each_part(reader, selection, progress, |part| {
        match part {
            Part::Bytes { bytes, masked, at } => {
                span.bytes += bytes.len() as u64;
                span.masked += masked;
                span.times = Some((span.times.map_or(at, |(first, _)| first), at));
            }
            Part::RowEnd => span.rows += 1,
            Part::Event(_) => {}
        }
        Ok(())
    })?;
    Ok(span)
}

/// When this byte was read or written.
#[must_use]
pub fn time_of_byte(reader: &Reader, direction: Direction, offset: u64) -> Option<Duration> {
    let mut cursor = reader.cursor_at_byte(direction, offset);
    while let Some(entry) = cursor.next_entry() {
        if let EntryItem::Data { direction: way, bytes, .. } = entry.item
            && way == direction
            && entry.position.bytes(direction) + bytes.len() as u64 > offset
        {
            return Some(entry.at);
        }
    }
    None
}

enum Part<'a> {
    Bytes { bytes: &'a [u8], masked: u64, at: Duration },
    Event(&'a str),
    RowEnd,
}

fn for_each_part(
    reader: &Reader,
    selection: &Selection,
    progress: &Progress,
    each: impl FnMut(Part<'_>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    match selection {
        Selection::Rows { rules, filter, range } => {
            let mut index = RowIndex::filtered(reader.clone(), rules.clone(), filter.clone());
            for_each_row(&mut index, range.clone(), progress, each)
        }
        Selection::Bytes { direction, range } => for_each_byte(reader, *direction, range.clone(), progress, each),
    }
}

fn for_each_row(
    index: &mut RowIndex,
    range: Range<u64>,
    progress: &Progress,
    mut each: impl FnMut(Part<'_>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    const AT_ONCE: u64 = 4096;
    while !index.update(1024 * 1024) && index.len() <= range.end {
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
    }
    let end = range.end.min(index.len());
    let mut next = range.start;
    while next < end {
        for row in index.rows(next..end.min(next + AT_ONCE)) {
            let Row { at, content, .. } = row;
            match content {
                Content::Data { bytes, masked, .. } => {
                    let masked = masked.iter().map(|range| range.len() as u64).sum();
                    each(Part::Bytes { bytes: &bytes, masked, at })?;
                }
                Content::Event(text) => each(Part::Event(&text))?,
            }
            each(Part::RowEnd)?;
        }
        next += AT_ONCE;
        progress.set(next - range.start, end - range.start);
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
    }
    Ok(())
}

fn for_each_byte(
    reader: &Reader,
    direction: Direction,
    range: Range<u64>,
    progress: &Progress,
    mut each: impl FnMut(Part<'_>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let mut cursor = reader.cursor_at_byte(direction, range.start);
    while let Some(entry) = cursor.next_entry() {
        let start = entry.position.bytes(direction);
        if start >= range.end {
            break;
        }
        if let EntryItem::Data { direction: way, bytes, secret, .. } = entry.item
            && way == direction
        {
            let cut =
                |offset: u64| usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX).min(bytes.len());
            let wanted = cut(range.start)..cut(range.end);
            let masked = secret
                .iter()
                .map(|secret| secret.end.min(wanted.end).saturating_sub(secret.start.max(wanted.start)) as u64)
                .sum();
            if let Some(bytes) = bytes.get(wanted).filter(|bytes| !bytes.is_empty()) {
                each(Part::Bytes { bytes, masked, at: entry.at })?;
            }
            progress.set(start.saturating_sub(range.start), range.end - range.start);
        }
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
    }
    Ok(())
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let space = if text.is_empty() || text.ends_with('\n') { "" } else { " " };
        let _never_fails = write!(text, "{space}{byte:02X}");
    }
}

#[derive(Default)]
struct CArray {
    count: usize,
}

impl CArray {
    fn push(&mut self, text: &mut String, bytes: &[u8]) {
        for byte in bytes {
            let space = if self.count.is_multiple_of(16) { "\n    " } else { " " };
            let _never_fails = write!(text, "{space}0x{byte:02X},");
            self.count += 1;
        }
    }

    fn finish(self, text: &mut String) {
        text.insert_str(0, &format!("const unsigned char data[{}] = {{", self.count));
        text.push_str("\n};\n");
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    #[test]
    fn a_selection_is_copied_whole() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let at = Duration::from_millis;
        writer.append(at(1), Record::sent(1, "pw=1234\r", std::iter::once(3..7).collect()));
        writer.append(at(2), Record::received("\r\n+CSQ: "));
        writer.append(at(3), Record::received(b"8,0\r\n\xff> "));
        writer.append(at(4), Record::Note("a note".to_owned()));
        let reader = writer.reader();
        let rules = RowRules { newline: crate::capture::Newline::Auto, ..RowRules::default() };
        let rows = |range| Selection::Rows { rules: rules.clone(), filter: Filter::default(), range };
        let bytes = |range| Selection::Bytes { direction: Direction::Rx, range };
        let progress = Progress::default();
        let check = |selection: &Selection, form, expect: &str| {
            assert_eq!(copy(&reader, selection, form, &progress).unwrap(), expect, "{selection:?} {form:?}");
        };
        check(&rows(0..9), CopyAs::Text, "pw=****\r\r\n+CSQ: 8,0\r\n\u{fffd}> \na note\n");
        check(&rows(2..4), CopyAs::Notation, "+CSQ: 8,0\\r\\n\n\\xFF> \n");
        check(&rows(3..5), CopyAs::Hex, "FF 3E 20\na note\n");
        check(&bytes(2..9), CopyAs::Text, "+CSQ: 8");
        check(&bytes(8..11), CopyAs::Hex, "38 2C 30");
        check(&bytes(0..2), CopyAs::CArray, "const unsigned char data[2] = {\n    0x0D, 0x0A,\n};\n");
        check(&bytes(50..60), CopyAs::CArray, "const unsigned char data[0] = {\n};\n");
        let measured = span(&reader, &bytes(2..9), &progress).unwrap();
        assert_eq!(measured, Span { rows: 0, bytes: 7, masked: 0, times: Some((at(2), at(3))) });
        let measured = span(&reader, &rows(0..1), &progress).unwrap();
        assert_eq!(measured, Span { rows: 1, bytes: 8, masked: 4, times: Some((at(1), at(1))) });
        assert_eq!(time_of_byte(&reader, Direction::Rx, 8), Some(at(3)));
        assert_eq!(time_of_byte(&reader, Direction::Rx, 99), None);
        progress.cancel();
        assert_eq!(copy(&reader, &rows(0..9), CopyAs::Text, &progress), Err(Cancelled.into()));
    }
}
