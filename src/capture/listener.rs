//! A capture told to a diagnoser, entry by entry.
//!
//! Not every byte of a capture is dialog: the probes of "find baud" and of the passthrough check go out at rates and in
//! forms of their own. The capture says so in notes; between them bytes only count.

use std::time::Duration;

use super::{Entry, EntryItem, Flaw, Record};
use crate::modem::Direction;
use crate::modem::baud_scan;
use crate::modem::diagnose::{self, Diagnoser};

/// A diagnoser that hears a capture.
#[derive(Debug, Default)]
pub struct Listener {
    diagnoser: Diagnoser,
    exempt: bool,
    /// Sends of other programs' captures have no number: each record is a write of its own.
    unnumbered: u64,
}

/// Numbers that no Send of ours has.
const UNNUMBERED: u64 = 1 << 63;

impl Listener {
    /// What it has made of it so far.
    #[must_use]
    pub const fn diagnoser(&self) -> &Diagnoser {
        &self.diagnoser
    }

    /// Hears the next entry, at this time of the session.
    pub fn hear(&mut self, entry: &Entry<'_>, at: Duration) {
        match &entry.item {
            EntryItem::Data { direction, bytes, .. } if self.exempt => self.diagnoser.pass_by(*direction, bytes.len()),
            EntryItem::Data { direction: Direction::Tx, bytes, send, .. } => {
                self.unnumbered += 1;
                self.diagnoser.sent(bytes, send.unwrap_or(UNNUMBERED + self.unnumbered), Some(at));
            }
            EntryItem::Data { direction: Direction::Rx, bytes, flaw, .. } => {
                match flaw {
                    Flaw::Framing | Flaw::Parity => self.diagnoser.framing_error(Some(at)),
                    Flaw::Overrun => self.diagnoser.left_out(Direction::Rx),
                    Flaw::None => {}
                }
                self.diagnoser.received(bytes, Some(at));
            }
            EntryItem::Event(Record::Lost { direction, .. }) => self.diagnoser.left_out(*direction),
            EntryItem::Event(Record::Note(note)) => self.exempt = exempts(note).unwrap_or(self.exempt),
            EntryItem::Event(_) => {}
        }
    }

    /// The capture is over.
    #[must_use]
    pub fn finish(mut self) -> Diagnoser {
        self.diagnoser.finish();
        self.diagnoser
    }
}

/// Whether bytes behind this note are no dialog; `None` where the note says nothing about it.
fn exempts(note: &str) -> Option<bool> {
    if note == diagnose::PAUSED || note.starts_with(baud_scan::PROBE_NOTE) {
        Some(true)
    } else if note == diagnose::RESUMED || note.starts_with(baud_scan::NOTE) || note.starts_with("opened ") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::Writer;

    /// What all that was written gives.
    fn heard(writer: &Writer) -> Diagnoser {
        let reader = writer.reader();
        let mut cursor = reader.cursor();
        let mut listener = Listener::default();
        while let Some(entry) = cursor.next_entry() {
            listener.hear(&entry, entry.at);
        }
        listener.finish()
    }

    #[track_caller]
    fn check(records: &[Record], expect: &[&str]) {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        for (record, second) in records.iter().zip(0..) {
            writer.append(Duration::from_secs(second), record.clone());
        }
        let diagnoser = heard(&writer);
        let found: Vec<_> = diagnoser.findings().iter().map(|finding| finding.rule).collect();
        assert_eq!(found, expect);
    }

    fn note(text: &str) -> Record {
        Record::Note(text.to_owned())
    }

    const GARBAGE: &[u8] = b"\xF0\x9F\xFC\x80\xE3\x1C\xF0\x07\x9C\x80\xE0\r\xF0\x9F\xFC\x80\r";

    #[test]
    fn a_scan_is_no_dialog() {
        let probes = [Record::sent(1, b"AT\r", Vec::new()), Record::received(GARBAGE)];
        let scan = [
            vec![note("opened /dev/ttyUSB0"), note("find baud: AT at 115200")],
            probes.to_vec(),
            vec![note("find baud: AT at 9600")],
            vec![Record::sent(2, b"AT\r", Vec::new()), Record::sent(3, b"AT\r", Vec::new())],
            vec![note("find baud: the modem answers at 19200; the line is at 9600 8N1 again")],
        ];
        check(&scan.concat(), &[]);
        check(&probes, &["wrong-baud"]);
        // What comes behind the scan counts again.
        check(&[scan.concat(), probes.to_vec()].concat(), &["wrong-baud"]);
        // A scan that the link did not outlive.
        check(&[scan[..2].concat(), vec![note("opened /dev/ttyUSB0")], probes.to_vec()].concat(), &["wrong-baud"]);
    }

    #[test]
    fn a_check_of_the_line_is_no_dialog() {
        let sent = |send| Record::sent(send, b"AT\r", Vec::new());
        let check_of_line = vec![note(diagnose::PAUSED), sent(1), sent(2), sent(3), note(diagnose::RESUMED)];
        check(&check_of_line, &[]);
        check(&[check_of_line, vec![sent(4), sent(5)]].concat(), &["no-answer"]);
    }

    #[test]
    fn places_count_what_was_passed_by() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        for record in [
            note("find baud: AT at 9600"),
            Record::sent(1, b"AT\r", Vec::new()),
            Record::received(GARBAGE),
            note("find baud: nothing answered; the line is at 9600 8N1 again"),
            Record::received(b"\r\n+CPIN: NOT INSERTED\r\n"),
        ] {
            writer.append(Duration::ZERO, record);
        }
        let diagnoser = heard(&writer);
        let start = GARBAGE.len() as u64 + 2;
        assert_eq!(diagnoser.findings()[0].evidence[0].range, start..start + 19);
    }
}
