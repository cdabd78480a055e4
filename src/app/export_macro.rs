//! A macro from an old capture: what was sent becomes its steps, each secret a parameter that is asked for.

use std::ops::Range;
use std::time::Duration;

use crate::capture::redact::SecretFinder;
use crate::capture::{EntryItem, Reader};
use crate::macros::Macro;
use crate::macros::recorder::{Recorder, Replay};
use crate::modem::Direction;
use crate::modem::secrets::merged;
use crate::vocabulary::Family;

/// What a capture gave.
#[derive(Clone, Debug)]
pub struct FromCapture {
    /// The macro; without steps where nothing was sent.
    pub recorded: Macro,
    /// Not all of it fits into a macro: the last sends are left out.
    pub cut: bool,
}

/// A macro that sends what was sent. `family` is the modem's, where somebody has chosen it. Secrets that a capture of another program holds in clear are left out too.
#[must_use]
pub fn from_capture(reader: &Reader, family: Option<&'static Family>, name: &str, replay: Replay) -> FromCapture {
    from_part(reader, Duration::ZERO..Duration::MAX, family, name, replay)
}

/// A macro of what was sent in this part of a capture: a selection, or what came since "record" was clicked. Times are
/// those of the capture.
#[must_use]
pub(super) fn from_part(
    reader: &Reader,
    part: Range<Duration>,
    family: Option<&'static Family>,
    name: &str,
    replay: Replay,
) -> FromCapture {
    let mut recorder = Recorder::of(family);
    let mut secrets = SecretFinder::default();
    let mut cut = false;
    let mut cursor = reader.cursor_at_time(part.start);
    while let Some(entry) = cursor.next_entry() {
        if entry.at >= part.end {
            break;
        }
        if entry.at < part.start {
            continue;
        }
        match entry.item {
            EntryItem::Data { direction: Direction::Tx, bytes, send, secret, .. } => {
                let secret = merged([secret, secrets.find(Direction::Tx, bytes)].concat());
                cut |= !recorder.sent(send, bytes, &secret, entry.at);
            }
            EntryItem::Data { direction: Direction::Rx, bytes, .. } => {
                let _known_by_what_asks_for_it = secrets.find(Direction::Rx, bytes);
                recorder.received(bytes, entry.at);
            }
            EntryItem::Event(_) => {}
        }
    }
    FromCapture { recorded: recorder.to_macro(name, replay), cut }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::capture::{Record, Writer};

    #[test]
    fn a_pin_becomes_a_question() {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        for (send, (sent, answer)) in
            [("AT\r", "\r\nOK\r\n"), ("AT+CPIN=\"1234\"\r", "\r\nOK\r\n")].into_iter().enumerate()
        {
            let at = Duration::from_secs(send as u64);
            writer.append(at, Record::sent(send as u64, sent, Vec::new()));
            writer.append(at, Record::received(answer));
        }
        let made = from_capture(&writer.reader(), None, "from a capture", Replay::Answers);
        let sends: Vec<&str> = made.recorded.steps.iter().filter_map(|step| step.send.as_deref()).collect();
        assert_eq!(sends, ["AT\\r", "AT+CPIN=\"${pin}\"\\r"]);
        assert!(made.recorded.ask.iter().all(|(_, ask)| ask.secret && ask.default.is_empty()));
        assert!(!made.cut);
        let second = Duration::from_millis(500)..Duration::from_secs(9);
        let part = from_part(&writer.reader(), second, None, "a part", Replay::Timing).recorded;
        assert_eq!(part.steps.len(), 1);
        let nothing = Duration::ZERO..Duration::ZERO;
        assert!(from_part(&writer.reader(), nothing, None, "nothing", Replay::Timing).recorded.steps.is_empty());
    }
}
