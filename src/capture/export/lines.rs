//! Exports of one line a row: text, hex dump, transcript.

use std::fmt::Write as _;
use std::io::Write;

use super::{ExportError, Options, begun, for_each_row, harmless, mark, seconds};
use crate::capture::progress::Progress;
use crate::capture::{Content, Reader, Stamps};
use crate::notation;

/// `   12.345678 < +CSQ: 8,0\r\n`
pub(crate) fn text(
    reader: &Reader,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    head(reader, options, out)?;
    for_each_row(reader, options, progress, |row| {
        let seconds = seconds(reader, row.at);
        match &row.content {
            Content::Data { direction, bytes, .. } => {
                write!(out, "{seconds:>12} {} ", mark(*direction))?;
                if options.controls {
                    out.write_all(bytes)?;
                    if !bytes.ends_with(b"\n") {
                        writeln!(out)?;
                    }
                } else {
                    writeln!(out, "{}", notation::print(bytes))?;
                }
            }
            Content::Event(event) => writeln!(out, "{seconds:>12} # {}", harmless(event))?,
        }
        Ok(())
    })
}

/// A line for the row, then `00000010  41 54 0D …  |AT.|` for each 16 bytes; offsets count within the direction.
pub(crate) fn hex(
    reader: &Reader,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    head(reader, options, out)?;
    for_each_row(reader, options, progress, |row| {
        let seconds = seconds(reader, row.at);
        match &row.content {
            Content::Data { direction, offset, bytes, .. } => {
                writeln!(out, "{seconds} {} {} bytes", mark(*direction), bytes.len())?;
                for (number, line) in bytes.chunks(16).enumerate() {
                    out.write_all(hex_line(offset + 16 * number as u64, line).as_bytes())?;
                }
            }
            Content::Event(event) => writeln!(out, "{seconds} # {}", harmless(event))?,
        }
        Ok(())
    })
}

/// Transcript text; reading it back gives the same bytes.
pub(crate) fn transcript(
    reader: &Reader,
    options: &Options,
    out: &mut dyn Write,
    progress: &Progress,
) -> Result<(), ExportError> {
    head(reader, options, out)?;
    for_each_row(reader, options, progress, |row| {
        if reader.stamps() != Stamps::Missing {
            write!(out, "[{}] ", seconds(reader, row.at))?;
        }
        match &row.content {
            Content::Data { direction, bytes, .. } => {
                writeln!(out, "{} {}", mark(*direction), notation::print(bytes))?;
            }
            Content::Event(event) => writeln!(out, "# {}", harmless(event))?,
        }
        Ok(())
    })
}

fn head(reader: &Reader, options: &Options, out: &mut dyn Write) -> Result<(), ExportError> {
    let begun = begun(reader);
    writeln!(out, "# modemscope {}, {begun}; > sent, < received", env!("CARGO_PKG_VERSION"))?;
    if let Some(remark) = &options.remark {
        writeln!(out, "# {remark}")?;
    }
    Ok(())
}

fn hex_line(offset: u64, bytes: &[u8]) -> String {
    let mut line = format!("  {offset:08X} ");
    for number in 0..16 {
        let gap = if number == 8 { " " } else { "" };
        let _never_fails = match bytes.get(number) {
            Some(byte) => write!(line, "{gap} {byte:02X}"),
            None => write!(line, "{gap}   "),
        };
    }
    let characters = bytes.iter().map(|byte| if (0x20..0x7F).contains(byte) { char::from(*byte) } else { '.' });
    let _never_fails = writeln!(line, "  |{}|", characters.collect::<String>());
    line
}
