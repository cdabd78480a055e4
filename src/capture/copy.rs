//! What a selection is as text for the clipboard. Exact: nothing is redacted here, and nothing is left out.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use super::progress::{Cancelled, Progress};
use super::{Content, EntryItem, Filter, Reader, Row, RowIndex, RowRules};
use crate::modem::Direction;
use crate::notation;

/// More is not handed to a clipboard: programs that take it would stand still.
const MOST_COPIED: usize = 64 * 1024 * 1024;

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
    /// Of rows a line each as the log shows it: time, `TX` or `RX`, and the text with control characters as `<CR>`. Of bytes
    /// of one row the bytes themselves as UTF-8; what is none becomes U+FFFD.
    #[default]
    Text,
    /// `41 54 0D`, a line each row.
    Hex,
    /// Notation, a line each row.
    Notation,
    /// A C array of all bytes of a direction; two of them where both directions are selected.
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

impl Span {
    fn add(&mut self, bytes: &[u8], masked: u64, at: Duration) {
        self.bytes += bytes.len() as u64;
        self.masked += masked;
        self.times = Some((self.times.map_or(at, |(first, _)| first), at));
    }
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

/// The time column of a row, as the log shows it.
pub type Stamp = Box<dyn FnMut(&Row) -> String + Send>;

/// The selection as text; `stamp` writes the time in front of a row.
///
/// # Errors
/// [`CopyError`].
pub fn copy(
    reader: &Reader,
    selection: &Selection,
    form: CopyAs,
    mut stamp: Stamp,
    progress: &Progress,
) -> Result<String, CopyError> {
    let mut text = String::new();
    let mut arrays = CArrays::default();
    for_each_part(reader, selection, progress, |part| {
        match (form, part) {
            (CopyAs::Text, Part::Row(row)) => push_row(&mut text, row, &mut stamp),
            (CopyAs::CArray, Part::Row(row)) => {
                if let Content::Data { direction, bytes, .. } = &row.content {
                    arrays.push(*direction, bytes);
                }
            }
            (CopyAs::Hex | CopyAs::Notation, Part::Row(row)) => {
                match &row.content {
                    Content::Data { bytes, .. } => push_bytes(&mut text, bytes, form),
                    Content::Event(event) => text.push_str(event),
                }
                text.push('\n');
            }
            (CopyAs::CArray, Part::Bytes { direction, bytes, .. }) => arrays.push(direction, bytes),
            (_, Part::Bytes { bytes, .. }) => push_bytes(&mut text, bytes, form),
        }
        let length = text.len() + arrays.length();
        if length > MOST_COPIED { Err(CopyError::TooLong) } else { Ok(()) }
    })?;
    if form == CopyAs::CArray {
        arrays.write(&mut text);
    }
    Ok(text)
}

fn push_row(text: &mut String, row: &Row, stamp: &mut Stamp) {
    let time = stamp(row);
    let _never_fails = match &row.content {
        Content::Data { direction, bytes, .. } => {
            let way = if *direction == Direction::Rx { "RX" } else { "TX" };
            let shown = notation::show(bytes, notation::Decoding::Utf8, notation::ControlStyle::Names).text;
            writeln!(text, "{time} {way} {}", shown.replace("<SUB>", "<1A>"))
        }
        Content::Event(event) => writeln!(text, "{time}    {event}"),
    };
}

fn push_bytes(text: &mut String, bytes: &[u8], form: CopyAs) {
    match form {
        CopyAs::Hex => push_hex(text, bytes),
        CopyAs::Notation => text.push_str(&notation::print(bytes)),
        CopyAs::Text | CopyAs::CArray => text.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// What the selection spans.
///
/// # Errors
/// [`Cancelled`].
pub(crate) fn span(reader: &Reader, selection: &Selection, progress: &Progress) -> Result<Span, CopyError> {
    let mut span = Span::default();
    for_each_part(reader, selection, progress, |part| {
        match part {
            Part::Bytes { bytes, masked, at, .. } => span.add(bytes, masked, at),
            Part::Row(row) => {
                span.rows += 1;
                if let Content::Data { bytes, masked, .. } = &row.content {
                    span.add(bytes, masked.iter().map(|range| range.len() as u64).sum(), row.at);
                }
            }
        }
        Ok(())
    })?;
    Ok(span)
}

enum Part<'a> {
    /// Of selected bytes: those of one record.
    Bytes { direction: Direction, bytes: &'a [u8], masked: u64, at: Duration },
    /// Of selected rows: one.
    Row(&'a Row),
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
            each(Part::Row(&row))?;
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
                each(Part::Bytes { direction, bytes, masked, at: entry.at })?;
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

/// A C array each direction, so that bytes that went different ways do not become one.
#[derive(Default)]
struct CArrays {
    received: CArray,
    sent: CArray,
}

impl CArrays {
    fn push(&mut self, direction: Direction, bytes: &[u8]) {
        match direction {
            Direction::Rx => self.received.push(bytes),
            Direction::Tx => self.sent.push(bytes),
        }
    }

    fn length(&self) -> usize {
        self.received.text.len() + self.sent.text.len()
    }

    fn write(&self, text: &mut String) {
        match (self.sent.count, self.received.count) {
            (0, _) => self.received.write(text, "data"),
            (_, 0) => self.sent.write(text, "data"),
            _ => {
                self.sent.write(text, "sent");
                self.received.write(text, "received");
            }
        }
    }
}

#[derive(Default)]
struct CArray {
    count: usize,
    text: String,
}

impl CArray {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let space = if self.count.is_multiple_of(16) { "\n    " } else { " " };
            let _never_fails = write!(self.text, "{space}0x{byte:02X},");
            self.count += 1;
        }
    }

    fn write(&self, text: &mut String, name: &str) {
        let Self { count, text: bytes } = self;
        let _never_fails = writeln!(text, "const unsigned char {name}[{count}] = {{{bytes}\n}};");
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
        let stamp = || -> Stamp { Box::new(|row| row.at.as_millis().to_string()) };
        let check = |selection: &Selection, form, expect: &str| {
            assert_eq!(copy(&reader, selection, form, stamp(), &progress).unwrap(), expect, "{selection:?} {form:?}");
        };
        check(
            &rows(0..9),
            CopyAs::Text,
            "1 TX pw=****<CR>\n2 RX <CR><LF>\n2 RX +CSQ: 8,0<CR><LF>\n3 RX <FF>> \n4    a note\n",
        );
        check(&rows(2..4), CopyAs::Notation, "+CSQ: 8,0\\r\\n\n\\xFF> \n");
        check(&rows(3..5), CopyAs::Hex, "FF 3E 20\na note\n");
        check(&bytes(2..9), CopyAs::Text, "+CSQ: 8");
        check(&bytes(8..11), CopyAs::Hex, "38 2C 30");
        check(&bytes(0..2), CopyAs::CArray, "const unsigned char data[2] = {\n    0x0D, 0x0A,\n};\n");
        check(&bytes(50..60), CopyAs::CArray, "const unsigned char data[0] = {\n};\n");
        check(
            &rows(0..2),
            CopyAs::CArray,
            "const unsigned char sent[8] = {\n    0x70, 0x77, 0x3D, 0x2A, 0x2A, 0x2A, 0x2A, 0x0D,\n};\n\
             const unsigned char received[2] = {\n    0x0D, 0x0A,\n};\n",
        );
        let measured = span(&reader, &bytes(2..9), &progress).unwrap();
        assert_eq!(measured, Span { rows: 0, bytes: 7, masked: 0, times: Some((at(2), at(3))) });
        let measured = span(&reader, &rows(0..1), &progress).unwrap();
        assert_eq!(measured, Span { rows: 1, bytes: 8, masked: 4, times: Some((at(1), at(1))) });
        progress.cancel();
        assert_eq!(copy(&reader, &rows(0..9), CopyAs::Text, stamp(), &progress), Err(Cancelled.into()));
    }
}
