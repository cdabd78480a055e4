//! What a capture looks like over time: commands as bars with their latency, and the signal.
//!
//! Read from the modem strip, byte by byte, so that it agrees with it.

use std::time::Duration;

use crate::capture::{Listener, Progress, Reader};
use crate::modem::diagnose::{Diagnoser, Doing};

/// More bars than this are not made; the first ones are dropped.
const MOST: usize = 20_000;

/// Commands and signal of a capture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Commands, in order.
    pub bars: Vec<Bar>,
    /// Signal as `+CSQ` reported it, 0 to 31, with the time.
    pub signal: Vec<(Duration, u8)>,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// As it was sent.
    pub command: String,
    /// When its line end was sent.
    pub at: Duration,
    /// Until its final result or prompt; `None` while there is none.
    pub took: Option<Duration>,
}

impl Timeline {
    /// Reads a capture.
    #[must_use]
    pub fn of(reader: &Reader, progress: &Progress) -> Self {
        let mut timeline = Self::default();
        let mut listener = Listener::default();
        let mut cursor = reader.cursor();
        while let Some(entry) = cursor.next_entry() {
            listener.hear(&entry, entry.at);
            timeline.look(listener.diagnoser(), entry.at);
            if progress.is_cancelled() {
                break;
            }
        }
        timeline
    }

    fn look(&mut self, diagnoser: &Diagnoser, at: Duration) {
        let strip = diagnoser.strip();
        let waiting = match &strip.doing {
            Doing::Waiting { command, since, .. } => Some((command, *since)),
            _ => None,
        };
        if let Some(last) = self.bars.last_mut().filter(|last| last.took.is_none())
            && waiting.is_none_or(|(command, since)| *command != last.command || since != last.at)
        {
            last.took = Some(at.saturating_sub(last.at));
        }
        if let Some((command, since)) = waiting
            && self.bars.last().is_none_or(|last| last.took.is_some())
        {
            self.bars.push(Bar { command: command.clone(), at: since, took: None });
            let surplus = self.bars.len().saturating_sub(MOST);
            self.bars.drain(..surplus);
        }
        if let Some(csq) = strip.csq.filter(|csq| *csq <= 31)
            && self.signal.last().is_none_or(|(_, last)| *last != csq)
        {
            self.signal.push((at, csq));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    #[test]
    fn commands_are_bars_and_the_signal_is_a_line() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let millis = Duration::from_millis;
        writer.append(millis(100), Record::sent(1, "AT+CSQ\r", Vec::new()));
        writer.append(millis(110), Record::received("AT+CSQ\r\r\n+CSQ: 20,0\r\n\r\nOK\r\n"));
        writer.append(millis(500), Record::sent(2, "AT+CIICR\r", Vec::new()));
        writer.append(millis(510), Record::received("AT+CIICR\r"));
        writer.append(millis(2500), Record::received("\r\nOK\r\n"));
        let timeline = Timeline::of(&writer.reader(), &Progress::default());
        let bars: Vec<_> = timeline.bars.iter().map(|bar| (bar.command.as_str(), bar.at, bar.took)).collect();
        assert_eq!(bars, [("AT+CSQ", millis(100), Some(millis(10))), ("AT+CIICR", millis(500), Some(millis(2000)))]);
        assert_eq!(timeline.signal, [(millis(110), 20)]);
    }
}
