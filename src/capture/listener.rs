//! A capture told to a diagnoser, entry by entry.
//!
//! Not every byte of a capture is dialog: the probes of "find baud" and of the passthrough check go out at rates and in
//! forms of their own. The capture says so by marks; between them bytes only count.

use std::ops::Range;
use std::time::Duration;

use super::{Entry, EntryItem, Flaw, Mark, Record};
use crate::modem::Direction;
use crate::modem::diagnose::Diagnoser;
use crate::modem::secrets::SecretFinder;
use crate::vocabulary::Family;

/// A diagnoser that hears a capture.
#[derive(Debug, Default)]
pub(crate) struct Listener {
    diagnoser: Diagnoser,
    secrets: SecretFinder,
    exempt: bool,
    /// The capture has marks.
    marked: bool,
    /// Sends of other programs' captures have no number: each record is a write of its own.
    unnumbered: u64,
}

/// Numbers that no Send of ours has.
const UNNUMBERED: u64 = 1 << 63;

/// A mark that begins so tells that the port came back after it was lost (the worker's words).
const BACK: &str = "back: opened ";

impl Listener {
    /// One for a modem whose family somebody has chosen.
    #[must_use]
    pub(crate) fn of(family: Option<&'static Family>) -> Self {
        let mut listener = Self::default();
        listener.diagnoser.choose(family);
        listener
    }

    /// What it has made of it so far.
    #[must_use]
    pub(crate) const fn diagnoser(&self) -> &Diagnoser {
        &self.diagnoser
    }

    /// Hears the next entry, at this time of the session. Gives which stretches of its bytes are secret.
    pub(crate) fn hear(&mut self, entry: &Entry<'_>, at: Duration) -> Vec<Range<usize>> {
        let secret = match &entry.item {
            EntryItem::Data { direction, bytes, .. } => self.secrets.find(*direction, bytes),
            EntryItem::Event(_) => Vec::new(),
        };
        match &entry.item {
            EntryItem::Data { direction, bytes, .. } if self.exempt => {
                self.diagnoser.pass_by(*direction, bytes, &secret);
            }
            EntryItem::Data { direction: Direction::Tx, bytes, send, .. } => {
                self.unnumbered += 1;
                self.diagnoser.sent(bytes, &secret, send.unwrap_or(UNNUMBERED + self.unnumbered), Some(at));
            }
            EntryItem::Data { direction: Direction::Rx, bytes, flaw, .. } => {
                match flaw {
                    Flaw::Framing | Flaw::Parity => self.diagnoser.framing_error(Some(at)),
                    Flaw::Overrun => self.diagnoser.left_out(Direction::Rx),
                    Flaw::None => {}
                }
                self.diagnoser.received(bytes, &secret, Some(at));
            }
            EntryItem::Event(Record::Lost { direction, .. }) => self.diagnoser.left_out(*direction),
            EntryItem::Event(Record::Marked(mark, text)) => {
                (self.marked, self.exempt) = (true, *mark == Mark::NoDialog);
                if text.starts_with(BACK) {
                    self.diagnoser.replugged();
                }
            }
            // Anybody can write a note with any words: they count only where there are no marks.
            EntryItem::Event(Record::Note(note)) if !self.marked => {
                self.exempt = exempts_in_words(note).unwrap_or(self.exempt);
            }
            EntryItem::Event(_) => {}
        }
        secret
    }

    /// The capture is over.
    #[must_use]
    pub(crate) fn finish(mut self) -> Diagnoser {
        self.diagnoser.finish();
        self.diagnoser
    }
}

/// Captures from before there were marks say it in these notes. Whether bytes behind this one are no dialog; `None` where it
/// says nothing about that.
fn exempts_in_words(note: &str) -> Option<bool> {
    const PAUSED: &str = "a check of the line or a file transfer begins; it is not diagnosed";
    const RESUMED: &str = "the check or transfer is over; diagnosed again";
    let opened = ["opened ", "back: opened ", "taken back: opened "].iter().any(|how| note.starts_with(how));
    if note == PAUSED || note.starts_with("find baud: AT at") {
        Some(true)
    } else if note == RESUMED || note.starts_with("find baud:") || opened {
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

    fn mark(mark: Mark, text: &str) -> Record {
        Record::Marked(mark, text.to_owned())
    }

    fn probes() -> [Record; 2] {
        [Record::sent(1, b"AT\r", Vec::new()), Record::received(GARBAGE)]
    }

    #[test]
    fn what_is_marked_as_no_dialog_is_not_diagnosed() {
        let opened = mark(Mark::Dialog, "opened /dev/ttyUSB0");
        let scan = [vec![opened.clone(), mark(Mark::NoDialog, "find baud: AT at 115200")], probes().to_vec()].concat();
        check(&scan, &[]);
        check(&probes(), &["wrong-baud"]);
        // What comes behind it counts again, and so it does where the link did not outlive it.
        let over = mark(Mark::Dialog, "find baud: the modem answers at 19200; the line is at 9600 8N1 again");
        check(&[scan.clone(), vec![over], probes().to_vec()].concat(), &["wrong-baud"]);
        let back = mark(Mark::Dialog, "back: opened /dev/ttyUSB0");
        check(&[scan, vec![back], probes().to_vec()].concat(), &["wrong-baud"]);
    }

    #[test]
    fn a_modem_that_starts_after_it_was_plugged_in_again_is_no_wonder() {
        let asked =
            |send| [Record::sent(send, b"AT+CSQ\r", Vec::new()), Record::received(b"\r\n+CSQ: 20,0\r\n\r\nOK\r\n")];
        let starts = || Record::received(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n");
        let before = [&[mark(Mark::Dialog, "opened /dev/ttyUSB0"), starts()][..], &asked(1), &asked(2)].concat();
        let again = || [&before[..], &[mark(Mark::Dialog, "back: opened /dev/ttyUSB0 at 9600 8N1"), starts()]].concat();
        check(&[&before[..], &[starts()]].concat(), &["modem-restarted"]);
        check(&again(), &[]);
        check(&[&again()[..], &asked(3), &[starts()]].concat(), &["modem-restarted"]);
    }

    #[test]
    fn the_words_of_a_note_decide_nothing_where_there_are_marks() {
        let opened = mark(Mark::Dialog, "opened /dev/ttyUSB0");
        let typed = note("find baud: AT at what rate, I wonder");
        check(&[vec![opened.clone(), typed], probes().to_vec()].concat(), &["wrong-baud"]);
        let scan = mark(Mark::NoDialog, "find baud: AT at 9600");
        check(&[vec![opened, scan, note("opened the case")], probes().to_vec()].concat(), &[]);
    }

    #[test]
    fn captures_from_before_there_were_marks_are_heard_by_their_notes() {
        let scan = [vec![note("opened /dev/ttyUSB0"), note("find baud: AT at 115200")], probes().to_vec()].concat();
        check(&scan, &[]);
        let over = note("find baud: nothing answered; the line is at 9600 8N1 again");
        check(&[scan.clone(), vec![over], probes().to_vec()].concat(), &["wrong-baud"]);
        for how in ["opened /dev/ttyUSB0", "back: opened /dev/ttyUSB0", "taken back: opened /dev/ttyUSB0"] {
            check(&[scan.clone(), vec![note(how)], probes().to_vec()].concat(), &["wrong-baud"]);
        }
        let sent = |send| Record::sent(send, b"AT\r", Vec::new());
        let paused = note("a check of the line or a file transfer begins; it is not diagnosed");
        let resumed = note("the check or transfer is over; diagnosed again");
        let check_of_line = vec![paused, sent(1), sent(2), sent(3), resumed];
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
