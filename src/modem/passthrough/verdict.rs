//! What the passthrough check concludes, in words: what arrives, why not more, what to do.

use std::time::Duration;

use super::{Fared, Row, Way};

/// What a passthrough carries, and what keeps it from more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All that was sent, in one go, came back.
    Carries,
    /// Nothing ever came back.
    Silent(Way),
    /// Something came back, but nothing that was sent.
    Garbled,
    /// It does not hear the modem while it sends.
    HalfDuplex,
    /// The PC's side is faster than the modem's, and the sketch does not store what it cannot pass on.
    LegsDiffer,
    /// What comes in one go is lost after this many bytes.
    SmallBuffer(usize),
    /// The sketch waits in its loop: no answer came sooner than this.
    DelayLoop(Duration),
    /// Bytes are lost in no way that is known here.
    Lossy,
}

/// How to send so that all arrives: this many bytes, then a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pacing {
    /// Bytes in one go.
    pub bytes: usize,
    /// From the start of these to the start of the next.
    pub pause: Duration,
}

/// One byte per 1.2 ms: a little more than a byte takes at 9600 baud. 1461 bytes take 1.8 s.
const BYTE_BY_BYTE: Pacing = Pacing { bytes: 1, pause: Duration::from_micros(1200) };
/// A sketch that waits 500 ms and reads a buffer of 63 bytes then.
const ONCE_A_ROUND: Pacing = Pacing { bytes: 60, pause: Duration::from_millis(1100) };
/// From here on a loss speaks for a buffer that was full; before, for one that was never there (measured: 3 or 4 bytes).
const BUFFER: usize = 40;

impl Verdict {
    /// One line.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Carries => "All bytes arrive, 1461 in one go".to_owned(),
            Self::Silent(_) => "Nothing comes back".to_owned(),
            Self::Garbled => "What comes back is not what was sent".to_owned(),
            Self::HalfDuplex => "The sketch does not hear the modem while it sends".to_owned(),
            Self::LegsDiffer => {
                "The PC's side is faster than the modem's, and the sketch loses the difference".to_owned()
            }
            Self::SmallBuffer(bytes) => format!("After {bytes} bytes in one go the sketch loses some"),
            Self::DelayLoop(delay) => {
                format!("The sketch waits in its loop: no answer comes before {:.1} s", delay.as_secs_f32())
            }
            Self::Lossy => "Bytes are lost, even when sent one by one".to_owned(),
        }
    }

    /// Why.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::Carries => "The sketch stores what it cannot pass on yet, and hears while it sends.",
            Self::Silent(Way::Echo) => {
                "The modem is off, at another speed, or wired otherwise than the sketch expects (its TXD to D8, its RXD to D7); \
                 or the sketch on the board passes nothing on."
            }
            Self::Silent(Way::Jumper) => {
                "The wire does not join D7 and D8, or the sketch uses SoftwareSerial: that one is deaf while it sends, so it \
                 never hears itself."
            }
            Self::Garbled => {
                "The speeds do not match: either this port is not open at the speed of the sketch's Serial.begin, or the \
                 sketch's modem side is not at the modem's speed."
            }
            Self::HalfDuplex => {
                "It uses SoftwareSerial, which shuts everything else out while it sends a byte. What is sent arrives; an echo \
                 or a late answer that comes meanwhile is destroyed, and with the echo on the data too."
            }
            Self::LegsDiffer => {
                "While SoftwareSerial sends one byte at 9600 baud, ten come in at 115200, and the processor keeps three of them."
            }
            Self::SmallBuffer(_) => {
                "The sketch stores no more than that: Arduino's Serial holds 63 bytes, and what comes to a full buffer is thrown away."
            }
            Self::DelayLoop(_) => {
                "A delay in loop(), as in the tutorials' updateSerial(), lets the buffer of 63 bytes run over."
            }
            Self::Lossy => {
                "This is not how a sketch loses bytes. A bad contact, a modem side at 5 V or below 2.4 V, a common ground that \
                 is missing, or a supply that breaks down when the modem transmits look like this."
            }
        }
    }

    /// What to do.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Carries => "Nothing to do.",
            Self::Silent(Way::Echo) => {
                "Check wiring and supply, then the sketch. The jumper check tells whether board and sketch work."
            }
            Self::Silent(Way::Jumper) => {
                "Check the wire. With a SoftwareSerial sketch use the echo check, or load the modemscope passthrough."
            }
            Self::Garbled => {
                "Try the other speeds here (9600, 115200). If none fits, set the modem with AT+IPR=9600 over an adapter, or set \
                 MODEM_BAUD in the sketch."
            }
            Self::HalfDuplex => {
                "Send ATE0 first, and nothing while an answer is on its way. The modemscope passthrough has no such limit."
            }
            Self::LegsDiffer => {
                "Use 9600 baud on both sides, or send one byte per 1.2 ms. The modemscope passthrough stores 1536 bytes."
            }
            Self::SmallBuffer(_) => {
                "Send one byte per 1.2 ms, or fewer bytes in one go. The modemscope passthrough stores 1536 bytes."
            }
            Self::DelayLoop(_) => {
                "Take the delay out of loop(), or load the modemscope passthrough. Until then at most 60 bytes a second pass."
            }
            Self::Lossy => "Check contacts, levels and supply; then check again.",
        }
    }

    /// How to send through it as it is.
    #[must_use]
    pub fn pacing(self) -> Option<Pacing> {
        match self {
            Self::LegsDiffer | Self::SmallBuffer(_) => Some(BYTE_BY_BYTE),
            Self::DelayLoop(_) => Some(ONCE_A_ROUND),
            _ => None,
        }
    }
}

impl Row {
    /// What happened, for the reader.
    #[must_use]
    pub fn words(&self) -> String {
        let how = match (self.paced, self.blind) {
            (false, false) => "in one go",
            (true, false) => "one by one",
            (false, true) => "in one go, echo off",
            (true, true) => "one by one, echo off",
        };
        let fared = match (self.fared, self.blind) {
            (Fared::Whole, false) => "all came back".to_owned(),
            (Fared::Whole, true) => "all arrived".to_owned(),
            (Fared::Excused, _) => "damaged once, whole at the second try".to_owned(),
            (Fared::Damaged, true) => "not all arrived".to_owned(),
            (Fared::Damaged, false) => format!("{} came back, the first {} of them right", self.returned, self.intact),
        };
        format!("{} bytes {how}: {fared}", self.sent)
    }
}

/// The verdict on bursts that were answered at all. `held_back` is how long the soonest answer took, where that is more
/// than a modem takes.
pub(super) fn judge(way: Way, rows: &[Row], held_back: Option<Duration>) -> Verdict {
    let whole = |row: &Row| row.fared == Fared::Whole;
    let blind = rows.iter().filter(|row| row.blind && !row.paced && whole(row)).map(|row| row.sent).max().unwrap_or(0);
    let all_blind = blind > 0 && rows.iter().filter(|row| row.blind).all(whole);
    let paced = |blind: bool| rows.iter().any(|row| row.paced && row.blind == blind && whole(row));
    let damaged = rows.iter().find(|row| row.fared == Fared::Damaged);
    let excused = rows.iter().filter(|row| row.fared == Fared::Excused).count();

    match (damaged, held_back) {
        (_, Some(delay)) => Verdict::DelayLoop(delay),
        (None, None) if excused > 1 => Verdict::Lossy,
        (None, None) => Verdict::Carries,
        (Some(row), None) if row.intact >= BUFFER && paced(false) => Verdict::SmallBuffer(row.intact),
        (Some(_), None) if way == Way::Echo && all_blind => Verdict::HalfDuplex,
        (Some(_), None) if blind >= BUFFER => Verdict::SmallBuffer(blind),
        (Some(_), None) if paced(way == Way::Echo) => Verdict::LegsDiffer,
        (Some(_), None) => Verdict::Lossy,
    }
}
