//! Opening the port of an Arduino Nano: the board restarts, and for a while swallows what is sent.
//!
//! Opening pulls DTR, which resets the board; its bootloader then listens for 1.3 to 1.4 s (measured with the two that are in
//! use) before the sketch runs. Linux raises DTR before `open` returns, so no program can prevent it. Pure: time and bytes
//! in, bytes to send out.
//!
//! Nothing is sent unasked: [`Restart::new`] only waits. [`Restart::probe`] asks the modem behind the board, every
//! half second until it answers, for four seconds at most. Its state survived the board's restart, so a probe could land in
//! an open data prompt; therefore the user has to ask for it.

use std::time::Duration;

/// A sketch that turns the board into the cable to the modem, to be copied or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The Arduino IDE wants the file in a folder of the same name, without `.ino`.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The baud to open the port with.
    pub baud: u32,
}

/// Full duplex, no library: the one to load.
pub const PASSTHROUGH: Sketch = Sketch {
    file: "modemscope_passthrough.ino",
    text: include_str!("../../assets/arduino/modemscope_passthrough/modemscope_passthrough.ino"),
    baud: 115_200,
};

/// Ten lines with `SoftwareSerial`: half duplex, echo off.
pub const MINIMAL: Sketch = Sketch {
    file: "modemscope_passthrough_minimal.ino",
    text: include_str!("../../assets/arduino/modemscope_passthrough_minimal/modemscope_passthrough_minimal.ino"),
    baud: 9600,
};

/// How long a board is given to restart.
pub const RESTART: Duration = Duration::from_secs(2);
/// From one probe to the next.
const PROBE_EVERY: Duration = Duration::from_millis(500);
/// How long is probed.
const PROBE_FOR: Duration = Duration::from_secs(4);
const PROBE: &[u8] = b"AT\r";

/// Where the restart of a board stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The board restarts; so long it is waited.
    Restarting(Duration),
    /// The modem is asked; so often it was.
    Probing(u32),
    /// Time is up and nobody was asked, or the modem answered.
    Ready,
    /// The modem gave no answer.
    NoAnswer,
}

/// The restart of a board after its port was opened.
#[derive(Clone, Debug)]
pub struct Restart {
    opened: Duration,
    /// When probing began, how often was probed.
    probing: Option<(Duration, u32)>,
    received: Vec<u8>,
    answered: bool,
    outbox: Option<Vec<u8>>,
}

impl Restart {
    /// The port was opened now: wait [`RESTART`].
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self { opened: now, probing: None, received: Vec::new(), answered: false, outbox: None }
    }

    /// The user wants to know when the modem is there: probe from now on.
    pub fn probe(&mut self, now: Duration) {
        self.probing = Some((now, 0));
        self.answered = false;
        self.received.clear();
        self.tick(now);
    }

    /// Bytes came.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.probing.is_some() && !self.answered {
            self.received.extend_from_slice(bytes);
            self.answered = self.received.windows(4).any(|part| part == b"OK\r\n");
            // The tail that may begin an answer is all that is needed of a board that babbles.
            self.received.drain(..self.received.len().saturating_sub(3));
        }
    }

    /// Time passed.
    pub fn tick(&mut self, now: Duration) {
        if let Some((began, times)) = self.probing
            && matches!(self.phase(now), Phase::Probing(_))
            && now >= began + PROBE_EVERY * times
        {
            self.probing = Some((began, times + 1));
            self.outbox = Some(PROBE.to_vec());
        }
    }

    /// What to send next, if anything.
    pub fn poll_output(&mut self) -> Option<Vec<u8>> {
        self.outbox.take()
    }

    /// Where it stands.
    #[must_use]
    pub fn phase(&self, now: Duration) -> Phase {
        match self.probing {
            _ if self.answered => Phase::Ready,
            Some((began, times)) if now < began + PROBE_FOR => Phase::Probing(times),
            Some(_) => Phase::NoAnswer,
            None => match (self.opened + RESTART).saturating_sub(now) {
                Duration::ZERO => Phase::Ready,
                left => Phase::Restarting(left),
            },
        }
    }

    /// When the phase or what is to be sent may change by itself; `None` when it does not any more.
    #[must_use]
    pub fn next_deadline(&self, now: Duration) -> Option<Duration> {
        match (self.phase(now), self.probing) {
            (Phase::Restarting(left), _) => Some(now + left),
            (Phase::Probing(_), Some((began, times))) => Some((began + PROBE_EVERY * times).min(began + PROBE_FOR)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Lets time pass until the deadlines end; gives when a probe was sent.
    fn probes(restart: &mut Restart, from: Duration, answer: impl Fn(usize) -> Option<&'static [u8]>) -> Vec<u128> {
        let (mut sent, mut now) = (Vec::new(), from);
        loop {
            restart.tick(now);
            if let Some(bytes) = restart.poll_output() {
                assert_eq!(bytes, b"AT\r");
                sent.push(now.as_millis());
                if let Some(answer) = answer(sent.len()) {
                    restart.receive(answer);
                }
            }
            match restart.next_deadline(now) {
                Some(next) => now = next.max(now + ms(1)),
                None => return sent,
            }
        }
    }

    #[test]
    fn the_baud_of_a_sketch_is_the_one_it_sets() {
        assert!(PASSTHROUGH.text.contains(&format!("PC_BAUD = {};", PASSTHROUGH.baud)));
        assert!(MINIMAL.text.contains(&format!("Serial.begin({});", MINIMAL.baud)));
    }

    #[test]
    fn two_seconds_are_waited_and_nothing_is_sent() {
        let mut restart = Restart::new(ms(100));
        assert_eq!(restart.phase(ms(600)), Phase::Restarting(ms(1500)));
        assert_eq!(restart.next_deadline(ms(600)), Some(ms(2100)));
        assert_eq!(probes(&mut restart, ms(100), |_| None), Vec::<u128>::new());
        restart.receive(b"\r\nOK\r\n");
        assert_eq!((restart.phase(ms(2099)), restart.phase(ms(2100))), (Phase::Restarting(ms(1)), Phase::Ready));
    }

    #[test]
    fn probing_ends_with_the_first_answer() {
        let mut restart = Restart::new(ms(0));
        restart.probe(ms(0));
        let sent = probes(&mut restart, ms(0), |times| (times == 4).then_some(&b"AT\r\r\nOK\r\n"[..]));
        assert_eq!(sent, [0, 500, 1000, 1500]);
        assert_eq!(restart.phase(ms(1501)), Phase::Ready);
    }

    #[test]
    fn an_answer_in_pieces_between_garbage_counts() {
        let mut restart = Restart::new(ms(0));
        restart.probe(ms(0));
        for piece in [&b"\xff\x00\xfe"[..], b"A", b"T\r\r\nO", b"K", b"\r", b"\n"] {
            assert_eq!(restart.phase(ms(10)), Phase::Probing(1));
            restart.receive(piece);
        }
        assert_eq!(restart.phase(ms(10)), Phase::Ready);
    }

    #[test]
    fn probing_gives_up_after_four_seconds() {
        let mut restart = Restart::new(ms(0));
        restart.probe(ms(0));
        assert_eq!(probes(&mut restart, ms(0), |_| Some(b"\xff")), [0, 500, 1000, 1500, 2000, 2500, 3000, 3500]);
        assert_eq!(restart.phase(ms(4000)), Phase::NoAnswer);
    }
}
