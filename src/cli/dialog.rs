//! The dialog as the terminal shows it while it runs: times, TX and RX in notation, what macros and the line did.

use std::time::Duration;

use crate::capture::{Cursor, EntryItem, Flaw, Reader, Record};
use crate::modem::Direction;
use crate::notation;

/// A line on the screen is no longer than this many bytes.
const LONGEST: usize = 1024;
/// An unfinished line (the `> ` prompt) is shown after such a silence.
pub(crate) const UNFINISHED_AFTER: Duration = Duration::from_millis(150);

/// Turns the records of a capture into lines, as they come.
#[derive(Debug)]
pub(crate) struct Dialog {
    cursor: Cursor,
    open: Option<OpenLine>,
}

#[derive(Debug)]
struct OpenLine {
    direction: Direction,
    send: Option<u64>,
    at: Duration,
    bytes: Vec<u8>,
    flawed: bool,
}

impl Dialog {
    /// A dialog from the beginning of a capture.
    #[must_use]
    pub(crate) fn new(reader: &Reader) -> Self {
        Self { cursor: reader.cursor(), open: None }
    }

    /// What was recorded since, as lines. A line that is not finished is held back until it is, or until
    /// [`UNFINISHED_AFTER`] before `now`.
    pub(crate) fn lines(&mut self, now: Duration, mut print: impl FnMut(String)) {
        let open = &mut self.open;
        while let Some(entry) = self.cursor.next_entry() {
            match entry.item {
                EntryItem::Data { direction, bytes, send, flaw, .. } => {
                    if open.as_ref().is_some_and(|line| line.direction != direction || line.send != send) {
                        end_line(open, &mut print);
                    }
                    for byte in bytes {
                        let line = open.get_or_insert_with(|| OpenLine {
                            direction,
                            send,
                            at: entry.at,
                            bytes: Vec::new(),
                            flawed: false,
                        });
                        line.bytes.push(*byte);
                        line.flawed |= flaw != Flaw::None;
                        if line.is_finished() {
                            end_line(open, &mut print);
                        }
                    }
                }
                EntryItem::Event(record) => {
                    end_line(open, &mut print);
                    print(format!("{}      {}", stamp(entry.at), event(&record)));
                }
            }
        }
        if open.as_ref().is_some_and(|line| line.at + UNFINISHED_AFTER <= now) {
            end_line(open, &mut print);
        }
    }

    /// The last line, finished or not.
    pub(crate) fn finish(&mut self, mut print: impl FnMut(String)) {
        self.lines(Duration::MAX, &mut print);
        end_line(&mut self.open, &mut print);
    }
}

impl OpenLine {
    /// A received line ends after LF; line ends in front of the text belong to it (`\r\nOK\r\n`). A send stands whole.
    fn is_finished(&self) -> bool {
        let text_before = || self.bytes.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
        self.bytes.len() >= LONGEST
            || (self.direction == Direction::Rx && self.bytes.last() == Some(&b'\n') && text_before())
    }
}

fn end_line(open: &mut Option<OpenLine>, print: &mut impl FnMut(String)) {
    let Some(line) = open.take() else { return };
    let direction = match line.direction {
        Direction::Rx => "RX",
        Direction::Tx => "TX",
    };
    let flaw = if line.flawed { "  (damaged on the line)" } else { "" };
    print(format!("{}  {direction}  {}{flaw}", stamp(line.at), notation::print(&line.bytes)));
}

fn stamp(at: Duration) -> String {
    format!("{:>9.3}", at.as_secs_f64())
}

fn event(record: &Record) -> String {
    format!("-- {}", crate::capture::event_text(record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::Writer;
    use std::time::UNIX_EPOCH;

    #[test]
    fn answers_stand_in_lines_and_sends_whole() {
        let mut writer = Writer::in_memory(UNIX_EPOCH);
        let ms = Duration::from_millis;
        writer.append(ms(0), Record::Note("opened".into()));
        writer.append(ms(1), Record::sent(1, b"AT+CIP".to_vec(), vec![]));
        writer.append(ms(2), Record::sent(1, b"SEND\r".to_vec(), vec![]));
        writer.append(ms(10), Record::received(b"AT+CIPSEND\r\r".to_vec()));
        writer.append(ms(11), Record::received(b"\n> ".to_vec()));
        let mut dialog = Dialog::new(&writer.reader());
        let mut lines = Vec::new();
        dialog.lines(ms(12), |line| lines.push(line));
        let expect = ["    0.000      -- opened", r"    0.001  TX  AT+CIPSEND\r", r"    0.010  RX  AT+CIPSEND\r\r\n"];
        assert_eq!(lines, expect);
        dialog.lines(ms(200), |line| lines.push(line));
        assert_eq!(lines.last().unwrap(), "    0.011  RX  > ");
        writer.append(ms(300), Record::received(b"\r\nSEND OK\r\n\r\nCLO".to_vec()));
        dialog.finish(|line| lines.push(line));
        assert_eq!(lines[4..], [r"    0.300  RX  \r\nSEND OK\r\n", r"    0.300  RX  \r\nCLO"]);
    }
}
