//! Exports for programs: CSV and JSON Lines. `docs/capture.md` has the columns and keys; they are stable.

use std::io::Write;

use serde::Serialize;

use super::{ExportError, Options, as_seconds, clock, for_each_row, harmless, word};
use crate::capture::progress::Progress;
use crate::capture::{Content, Reader, Row, Stamps};
use crate::notation;

/// A row as programs get it.
#[derive(Debug, Serialize)]
struct Cells {
    row: u64,
    /// None where the capture is of a log without times.
    seconds: Option<f64>,
    /// None where it is of a log, whose day is not known.
    clock: Option<String>,
    /// `rx` or `tx`; none for an event.
    direction: Option<&'static str>,
    offset: Option<u64>,
    length: Option<u64>,
    text: String,
    hex: Option<String>,
    masked: bool,
}

impl Cells {
    fn new(reader: &Reader, row: &Row) -> Self {
        let stamps = reader.stamps();
        let common = |direction, text| Self {
            row: row.number,
            seconds: (stamps != Stamps::Missing).then_some(as_seconds(row.at)),
            clock: (stamps == Stamps::Taken).then(|| clock(reader, row.at)),
            direction,
            offset: None,
            length: None,
            text,
            hex: None,
            masked: false,
        };
        match &row.content {
            Content::Data { direction, offset, bytes, masked } => Self {
                offset: Some(*offset),
                length: Some(bytes.len() as u64),
                hex: Some(hex::encode_upper(bytes)),
                masked: !masked.is_empty(),
                ..common(Some(word(*direction)), notation::print(bytes))
            },
            Content::Event(event) => common(None, harmless(event)),
        }
    }
}

/// A heading and a line each row. The spreadsheet flavour puts a `'` in front of cells that a program would calculate;
/// the plain one is exact, since answers of a modem begin with `+`.
pub(crate) fn csv(
    reader: &Reader,
    options: &Options,
    spreadsheet: bool,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    let mut table = csv::Writer::from_writer(out);
    for_each_row(reader, options, progress, |row| {
        let mut record = Cells::new(reader, &row);
        if spreadsheet && record.text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            record.text.insert(0, '\'');
        }
        Ok(table.serialize(record)?)
    })?;
    Ok(table.flush()?)
}

/// An object each row.
pub(crate) fn json_lines(
    reader: &Reader,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    for_each_row(reader, options, progress, |row| {
        serde_json::to_writer(&mut *out, &Cells::new(reader, &row)).map_err(std::io::Error::from)?;
        Ok(writeln!(out)?)
    })
}
