//! A capture as a file for others: raw bytes, text, hex dump, CSV, JSON Lines, HTML, transcript text.
//!
//! Text forms never hold C0, C1, ESC or bidirectional controls from the wire: bytes are printed in the notation, unless
//! controls are asked for. What is private is the matter of [`super::redact`], which gives another capture to export.

mod html;
mod lines;
mod tables;

use std::io::{self, Write};
use std::time::Duration;

use super::progress::{Cancelled, Progress};
use super::{Content, EntryItem, Filter, Reader, Row, RowIndex, RowRules, Stamps};
use crate::modem::Direction;

/// How many rows are taken from the index at once.
const AT_ONCE: u64 = 1024;

/// As what a capture is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The bytes of one direction, nothing else.
    Raw,
    /// A line each row: seconds, direction, notation.
    Text,
    /// Offsets, hex and characters, 16 bytes a line.
    Hex,
    /// A table with a heading; exact.
    Csv,
    /// As CSV, but no cell is taken for a formula by a spreadsheet program.
    CsvSpreadsheet,
    /// A JSON object each row.
    JsonLines,
    /// A page for a browser, in one file.
    Html,
    /// Transcript text, which `diagnose` and the window read.
    Transcript,
}

/// A form as the command line, the window and the docs name it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// What it is.
    pub(crate) format: Format,
    /// After `--as`.
    pub(crate) word: &'static str,
    /// In the window's list.
    pub(crate) title: &'static str,
    /// In the command's help.
    pub(crate) about: &'static str,
}

/// All forms, those that are wanted most first. A new one is an entry here and its writer in [`export`].
pub(crate) const FORMS: [Form; 8] = [
    Form {
        format: Format::Text,
        word: "text",
        title: "Text, one line per row",
        about: "One line per row: seconds, direction, text in the notation",
    },
    Form {
        format: Format::Transcript,
        word: "transcript",
        title: "Transcript, to paste and to diagnose",
        about: "Transcript text",
    },
    Form { format: Format::Html, word: "html", title: "HTML page", about: "A page for a browser" },
    Form { format: Format::Csv, word: "csv", title: "CSV", about: "A table, exact" },
    Form {
        format: Format::CsvSpreadsheet,
        word: "csv-spreadsheet",
        title: "CSV for spreadsheets",
        about: "A table for spreadsheet programs: no cell is taken for a formula",
    },
    Form { format: Format::JsonLines, word: "jsonl", title: "JSON Lines", about: "One JSON object per row" },
    Form { format: Format::Hex, word: "hex", title: "Hex dump", about: "A hex dump" },
    Form {
        format: Format::Raw,
        word: "raw",
        title: "Raw bytes of one direction",
        about: "The bytes of one direction, nothing else; needs --no-redact",
    },
];

/// All that a capture can be exported as: each form, and raw bytes of each direction.
pub fn every_form() -> impl Iterator<Item = (Format, Option<Direction>)> {
    FORMS.into_iter().flat_map(|Form { format, .. }| {
        let directions: &[_] =
            if format == Format::Raw { &[Some(Direction::Rx), Some(Direction::Tx)] } else { &[None] };
        directions.iter().map(move |direction| (format, *direction))
    })
}

/// What is exported, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only bytes of this direction (and no events). [`Format::Raw`] needs it where both directions have bytes.
    pub direction: Option<Direction>,
    /// Where rows end.
    pub rules: RowRules,
    /// Text as it came, controls included, in [`Format::Text`].
    pub controls: bool,
    /// A line about what was redacted, for the forms that have a place for it.
    pub remark: Option<String>,
}

/// Why there is no export, or only a part of one.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The output cannot be written.
    #[error("the export cannot be written: {0}")]
    Write(#[from] io::Error),
    /// Raw bytes of both directions would run into each other.
    #[error("this capture has received and sent bytes: choose one direction for raw bytes")]
    TwoDirections,
    /// Cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Write(io::Error::other(error))
    }
}

/// Writes the capture to `out`.
///
/// # Errors
/// [`ExportError`]; what was written until then is not taken back.
pub fn export(
    reader: &Reader,
    format: Format,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    match format {
        Format::Raw => raw(reader, options, out, progress)?,
        Format::Text => lines::text(reader, options, out, progress)?,
        Format::Hex => lines::hex(reader, options, out, progress)?,
        Format::Transcript => lines::transcript(reader, options, out, progress)?,
        Format::Csv => tables::csv(reader, options, false, out, progress)?,
        Format::CsvSpreadsheet => tables::csv(reader, options, true, out, progress)?,
        Format::JsonLines => tables::json_lines(reader, options, out, progress)?,
        Format::Html => html::html(reader, options, out, progress)?,
    }
    out.flush()?;
    Ok(())
}

fn raw(reader: &Reader, options: &Options, out: &mut dyn Write, progress: &Progress) -> Result<(), ExportError> {
    let end = reader.end();
    let wanted = match options.direction {
        Some(direction) => direction,
        None if end.tx == 0 => Direction::Rx,
        None if end.rx == 0 => Direction::Tx,
        None => return Err(ExportError::TwoDirections),
    };
    let mut cursor = reader.cursor();
    while let Some(entry) = cursor.next_entry() {
        if let EntryItem::Data { direction, bytes, .. } = entry.item
            && direction == wanted
        {
            out.write_all(bytes)?;
        }
        progress.set(entry.position.file, end.file);
        if progress.is_cancelled() {
            return Err(Cancelled.into());
        }
    }
    Ok(())
}

/// Calls `each` for all rows that the options want.
fn for_each_row(
    reader: &Reader,
    options: &Options,
    progress: &Progress,
    mut each: impl FnMut(Row) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let filter = Filter {
        rx: options.direction != Some(Direction::Tx),
        tx: options.direction != Some(Direction::Rx),
        events: options.direction.is_none(),
        steps: true,
        pattern: None,
    };
    let mut index = RowIndex::filtered(reader.clone(), options.rules.clone(), filter);
    let end = reader.end();
    let mut next = 0;
    let mut complete = false;
    while !complete {
        complete = index.update(1024 * 1024) || index.position().record >= end.record;
        // The last row may still grow until all is counted.
        let sure = if complete { index.len() } else { index.len().saturating_sub(1) };
        while next < sure {
            for row in index.rows(next..sure.min(next + AT_ONCE)) {
                next = row.number + 1;
                each(row)?;
            }
            if progress.is_cancelled() {
                return Err(Cancelled.into());
            }
        }
        progress.set(index.position().file, end.file);
    }
    Ok(())
}

fn mark(direction: Direction) -> char {
    match direction {
        Direction::Rx => '<',
        Direction::Tx => '>',
    }
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Rx => "rx",
        Direction::Tx => "tx",
    }
}

/// A line of a log: `2026-11-22T15:52:27.123456Z < +CSQ: 8,0\r\n`.
pub(super) fn row_text(reader: &Reader, row: &Row) -> String {
    let time = clock(reader, row.at);
    match &row.content {
        Content::Data { direction, bytes, .. } => {
            format!("{time} {} {}\n", mark(*direction), crate::notation::print(bytes))
        }
        Content::Event(event) => format!("{time} # {}\n", harmless(event)),
    }
}

/// When the capture began, or that it is of a log, which does not tell its day.
fn begun(reader: &Reader) -> String {
    match reader.stamps() {
        Stamps::Taken => format!("capture begun {}", clock(reader, Duration::ZERO)),
        Stamps::Between => "of a log whose day is not known".to_owned(),
        Stamps::Missing => "of a log without times".to_owned(),
    }
}

/// Since the capture began, with microseconds; a dash where no times are known.
fn seconds(reader: &Reader, at: Duration) -> String {
    if reader.stamps() == Stamps::Missing { "-".to_owned() } else { format!("{:.6}", at.as_secs_f64()) }
}

/// Seconds for other programs: the number nearest to the time, which prints as it is meant (`1.657504`). `as_secs_f64` adds two rounded
/// numbers (`1.6575039999999999`).
#[expect(clippy::cast_precision_loss, reason = "exact for 104 days of nanoseconds, and nearest from there on")]
pub(crate) fn as_seconds(at: Duration) -> f64 {
    at.as_nanos() as f64 / 1e9
}

/// RFC 3339 in UTC with microseconds.
pub(super) fn clock(reader: &Reader, at: Duration) -> String {
    jiff::Timestamp::try_from(reader.started() + at)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

/// What is no text: controls (line ends too), C1, bidirectional and other invisible formatting. For events and
/// characters of a dump; bytes go through the notation.
fn harmless(text: &str) -> String {
    crate::notation::print(text.as_bytes()).replace("\\\\", "\\").replace("\\<", "<")
}

#[cfg(test)]
mod tests;
