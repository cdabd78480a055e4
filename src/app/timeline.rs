//! What a capture looks like over time: commands as bars with their latency, and the signal.
//!
//! Read from the dialog, line by line, so that the times are those of the log: a command's is that of its line end, an
//! answer's that of the bytes that hold its result.

use std::collections::VecDeque;
use std::time::Duration;

use crate::capture::{Entry, EntryItem, Listener, Progress, Reader};
use crate::modem::Direction;
use crate::modem::dialog::exchange::Exchange;

/// More bars and readings than this are not kept; the first ones are dropped.
const MOST: usize = 20_000;

/// Commands and signal of a capture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Timeline {
    /// Commands, in order.
    pub(crate) bars: VecDeque<Bar>,
    /// Signal as `+CSQ` reported it, 0 to 31, with the time; each reading, also where it is the same again.
    pub(crate) signal: VecDeque<(Duration, u8)>,
    /// How many readings were looked at.
    readings: u32,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// As it was sent.
    pub(crate) command: String,
    /// When its line end was sent.
    pub(crate) at: Duration,
    /// What came of it.
    pub(crate) answer: Answer,
    /// Its number in the dialog.
    id: u64,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Its final result or its prompt came after this.
    After(Duration),
    /// It is still waited for.
    Awaited,
    /// There was none: a later command was answered, or the modem started anew.
    Never,
}

impl Timeline {
    /// Reads a capture.
    #[must_use]
    pub(crate) fn of(reader: &Reader, progress: &Progress) -> Self {
        let mut timeline = Self::default();
        let mut listener = Listener::default();
        let mut cursor = reader.cursor();
        while let Some(entry) = cursor.next_entry() {
            timeline.hear(&mut listener, &entry);
            if progress.is_cancelled() {
                break;
            }
        }
        let waiting = listener.diagnoser().dialog().open();
        for bar in timeline.bars.iter_mut().filter(|bar| bar.answer == Answer::Awaited) {
            if waiting.iter().all(|open| open.id != bar.id) {
                bar.answer = Answer::Never;
            }
        }
        timeline
    }

    /// One read may hold several answers, one write several commands: each line is looked at. (How bytes are split
    /// changes nothing for the dialog.)
    fn hear(&mut self, listener: &mut Listener, entry: &Entry<'_>) {
        let EntryItem::Data { direction, bytes, send, flaw, secret } = &entry.item else {
            listener.hear(entry, entry.at);
            return;
        };
        let end = if *direction == Direction::Rx { b'\n' } else { b'\r' };
        let mut position = entry.position;
        for line in bytes.split_inclusive(|byte| *byte == end) {
            let item = EntryItem::Data {
                direction: *direction,
                bytes: line,
                send: *send,
                flaw: *flaw,
                secret: secret.clone(),
            };
            listener.hear(&Entry { position, at: entry.at, item }, entry.at);
            position.rx += if *direction == Direction::Rx { line.len() as u64 } else { 0 };
            position.tx += if *direction == Direction::Tx { line.len() as u64 } else { 0 };
            self.look(listener, entry.at);
        }
    }

    fn look(&mut self, listener: &Listener, now: Duration) {
        let dialog = listener.diagnoser().dialog();
        if let Some(sent) = dialog.open().last().filter(|sent| self.bars.back().is_none_or(|last| last.id < sent.id)) {
            let command = String::from_utf8_lossy(&sent.text).into_owned();
            self.bars.push_back(Bar { command, at: sent.at.unwrap_or(now), answer: Answer::Awaited, id: sent.id });
            if self.bars.len() > MOST {
                self.bars.pop_front();
            }
        }
        for heard in dialog.done().into_iter().chain(dialog.open().iter().map(AsRef::as_ref)) {
            if let Some(at) = answered(heard, now) {
                self.answer(heard.id, at);
            }
        }
        if let Some(csq) = dialog.state.csq.filter(|_| dialog.state.csq_readings > self.readings)
            && csq <= 31
        {
            self.signal.push_back((now, csq));
            if self.signal.len() > MOST {
                self.signal.pop_front();
            }
        }
        self.readings = dialog.state.csq_readings;
    }

    fn answer(&mut self, id: u64, at: Duration) {
        let place = self.bars.partition_point(|bar| bar.id < id);
        if let Some(bar) = self.bars.get_mut(place).filter(|bar| bar.id == id && bar.answer == Answer::Awaited) {
            bar.answer = Answer::After(at.saturating_sub(bar.at));
        }
    }
}

/// When a command had its prompt or its result; `None` while there is neither.
fn answered(exchange: &Exchange, now: Duration) -> Option<Duration> {
    let result = exchange.outcome.map(|(_, span)| span.and_then(|span| span.at).unwrap_or(now));
    exchange.invited.map(|span| span.at.unwrap_or(now)).or(result)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    fn of(records: &[(u64, Record)]) -> Timeline {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        for (at, record) in records {
            writer.append(Duration::from_millis(*at), record.clone());
        }
        Timeline::of(&writer.reader(), &Progress::default())
    }

    #[track_caller]
    fn check(records: &[(u64, Record)], bars: &[(&str, u64, Answer)], signal: &[(u64, u8)]) {
        let timeline = of(records);
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap();
        let found: Vec<_> =
            timeline.bars.iter().map(|bar| (bar.command.as_str(), millis(bar.at), bar.answer)).collect();
        assert_eq!(found, bars);
        let found: Vec<_> = timeline.signal.iter().map(|(at, csq)| (millis(*at), *csq)).collect();
        assert_eq!(found, signal);
    }

    const fn after(millis: u64) -> Answer {
        Answer::After(Duration::from_millis(millis))
    }

    fn tx(send: u64, text: &str) -> Record {
        Record::sent(send, text, Vec::new())
    }

    fn rx(text: &str) -> Record {
        Record::received(text)
    }

    /// The times of the log, not those of whatever was heard next.
    #[test]
    fn a_command_took_from_its_line_end_to_its_result() {
        check(
            &[
                (100, tx(1, "AT+CIMI\r")),
                (105, rx("AT+CIMI\r\r\n26201")),
                (113, rx("0123456789\r\n\r\nOK\r\n")),
                (3215, tx(2, "AT+CIICR\r")),
                (3220, rx("AT+CIICR\r")),
                (5215, rx("\r\nOK\r\n")),
                (6000, rx("\r\nRING\r\n")),
            ],
            &[("AT+CIMI", 100, after(13)), ("AT+CIICR", 3215, after(2000))],
            &[],
        );
    }

    #[test]
    fn an_answer_at_the_end_of_the_capture_is_an_answer() {
        check(&[(10, tx(1, "AT\r")), (14, rx("AT\r\r\nOK\r\n"))], &[("AT", 10, after(4))], &[]);
        check(&[(10, tx(1, "AT\r")), (14, rx("AT\r"))], &[("AT", 10, Answer::Awaited)], &[]);
    }

    #[test]
    fn several_answers_in_one_read_are_told_apart() {
        check(
            &[
                (0, tx(1, "ATE0\r")),
                (1, rx("ATE0\r\r\nOK\r\n")),
                (2, tx(2, "AT\rAT+CSQ\r")),
                (9, rx("\r\nOK\r\n\r\n+CSQ: 7,0\r\n\r\nOK\r\n")),
            ],
            &[("ATE0", 0, after(1)), ("AT", 2, after(7)), ("AT+CSQ", 2, after(7))],
            &[(9, 7)],
        );
    }

    #[test]
    fn a_prompt_is_an_answer_and_what_was_lost_has_none() {
        let start = "AT+CIPSTART=\"TCP\",\"example.com\",\"80\"";
        check(
            &[
                (0, tx(1, &format!("{start}\r"))),
                (1, rx(&format!("{start}\r\r\nOK\r\n\r\nCONNECT OK\r\n"))),
                (10, tx(2, "AT+CIPSEND\r")),
                (15, rx("AT+CIPSEND\r\r\n> ")),
                (900, tx(3, "hello\x1A")),
                (1000, rx("hello\x1A\r\nSEND OK\r\n")),
                (2000, tx(4, "AT+CIICR\r")),
                (2500, rx("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n")),
                (3000, tx(5, "AT\r")),
                (3001, rx("AT\r\r\nOK\r\n")),
            ],
            &[
                (start, 0, after(1)),
                ("AT+CIPSEND", 10, after(5)),
                ("AT+CIICR", 2000, Answer::Never),
                ("AT", 3000, after(1)),
            ],
            &[],
        );
    }

    #[test]
    fn equal_readings_are_readings_and_unknown_ones_are_none() {
        let asked = |at: u64, rssi: u8| {
            [(at, tx(at, "AT+CSQ\r")), (at + 1, rx(&format!("AT+CSQ\r\r\n+CSQ: {rssi},0\r\n\r\nOK\r\n")))]
        };
        let records = [asked(100, 20), asked(200, 20), asked(300, 99), asked(400, 12)].concat();
        let timeline = of(&records);
        let millis = Duration::from_millis;
        assert_eq!(timeline.signal, [(millis(101), 20), (millis(201), 20), (millis(401), 12)]);
    }
}
