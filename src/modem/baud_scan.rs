//! "Find baud": sends `AT` at the usual rates, one after the other, and says what came at each. Pure: the caller sets the
//! rate, sends, and brings bytes and time.
//!
//! Only ever started by the user: a probe could land in an open prompt.

use std::time::Duration;

/// The rates of `AT+IPR` (SIM800 AT Command Manual V1.10, section 2.2.41), the most usual first.
pub(crate) const RATES: [u32; 10] = [9600, 115_200, 57_600, 38_400, 19_200, 4800, 2400, 1200, 230_400, 460_800];

/// What is sent. Auto-baud needs the two letters in one case (section 2.2.41.1).
const PROBE: &[u8] = b"AT\r";

/// How often a rate is tried: a modem that finds the rate by itself needs the first probe for that.
const TRIES: u32 = 3;
/// How long an answer may take. At 1200 baud echo and `OK` travel 75 ms.
const PATIENCE: Duration = Duration::from_millis(400);
/// Bytes kept of what came at one rate.
const MOST_KEPT: usize = 256;

/// What the scan wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Set the line to this rate, 8N1.
    SetBaud(u32),
    /// Send these bytes.
    Send(Vec<u8>),
}

/// What came at one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The rate.
    pub baud: u32,
    /// The first bytes that came, at most 256.
    pub bytes: Vec<u8>,
    /// What they mean.
    pub meaning: Meaning,
}

/// What the bytes that came at a rate mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A result code: this is the rate.
    Answer,
    /// Only our own bytes came back: loopback, or a modem that is busy.
    EchoOnly,
    /// Bytes that no modem prints: another rate.
    Garbage,
    /// Readable text without a result: something else is talking.
    OtherText,
    /// Nothing.
    Silence,
}

impl Meaning {
    /// In words, for the window and the command line.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Answer => "the modem answers: this is the rate",
            Self::EchoOnly => "only the echo came back",
            Self::Garbage => "unreadable bytes: another rate",
            Self::OtherText => "readable, but no answer to AT",
            Self::Silence => "nothing came",
        }
    }
}

/// A scan in hand.
#[derive(Debug)]
pub(crate) struct BaudScan {
    rates: Vec<u32>,
    replies: Vec<Reply>,
    came: Vec<u8>,
    tries: u32,
    deadline: Duration,
    actions: Vec<Action>,
    ended: bool,
}

impl BaudScan {
    /// Starts with the first of [`RATES`].
    #[must_use]
    pub(crate) fn new(now: Duration) -> Self {
        let mut rates = RATES.to_vec();
        rates.reverse();
        let mut scan = Self {
            rates,
            replies: Vec::new(),
            came: Vec::new(),
            tries: 0,
            deadline: now,
            actions: Vec::new(),
            ended: false,
        };
        scan.next_rate(now);
        scan
    }

    /// The next action, until `None`.
    pub(crate) fn poll(&mut self) -> Option<Action> {
        if self.actions.is_empty() { None } else { Some(self.actions.remove(0)) }
    }

    /// Bytes came.
    pub(crate) fn received(&mut self, bytes: &[u8], now: Duration) {
        if self.ended {
            return;
        }
        let room = MOST_KEPT.saturating_sub(self.came.len());
        self.came.extend(bytes.iter().take(room));
        if meaning(&self.came) == Meaning::Answer {
            self.close_rate();
            self.ended = true;
            self.deadline = now;
        }
    }

    /// Time passed. Call at [`Self::next_deadline`].
    pub(crate) fn tick(&mut self, now: Duration) {
        if self.ended || now < self.deadline {
            return;
        }
        if self.tries < TRIES {
            self.probe(now);
        } else {
            self.close_rate();
            self.next_rate(now);
        }
    }

    /// When [`Self::tick`] is due; `None` when the scan has ended.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        (!self.ended).then_some(self.deadline)
    }

    /// Tries no further rate than the one in hand; ends once that rate has had its time, so that a late answer still belongs to it.
    pub(crate) fn stop(&mut self) {
        let keep = self.rates.len().saturating_sub(1);
        self.rates.drain(..keep);
        self.tries = TRIES;
    }

    /// The rate in hand; `None` when the scan has ended.
    #[must_use]
    pub(crate) fn trying(&self) -> Option<u32> {
        if self.ended { None } else { self.rates.last().copied() }
    }

    /// The rate that answered, once it is found.
    #[must_use]
    pub(crate) fn found(&self) -> Option<u32> {
        self.replies.last().filter(|reply| reply.meaning == Meaning::Answer).map(|reply| reply.baud)
    }

    /// What came at each rate so far.
    #[must_use]
    pub(crate) fn replies(&self) -> &[Reply] {
        &self.replies
    }

    fn next_rate(&mut self, now: Duration) {
        match self.rates.last() {
            Some(&baud) => {
                self.tries = 0;
                self.actions.push(Action::SetBaud(baud));
                self.probe(now);
            }
            None => self.ended = true,
        }
    }

    fn probe(&mut self, now: Duration) {
        self.tries += 1;
        self.deadline = now + PATIENCE;
        self.actions.push(Action::Send(PROBE.to_vec()));
    }

    fn close_rate(&mut self) {
        if let Some(baud) = self.rates.pop() {
            let bytes = std::mem::take(&mut self.came);
            self.replies.push(Reply { baud, meaning: meaning(&bytes), bytes });
        }
    }
}

fn meaning(bytes: &[u8]) -> Meaning {
    let holds = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    if bytes.is_empty() {
        return Meaning::Silence;
    }
    // ATV0 answers a digit and CR; the echo before it, if there is one, ends in CR too.
    if holds(b"\r\nOK\r\n") || holds(b"\r\nERROR\r\n") || holds(b"AT\r0\r") || bytes == b"0\r" {
        return Meaning::Answer;
    }
    let probes = bytes.chunks(PROBE.len()).all(|chunk| PROBE.starts_with(chunk));
    if probes {
        return Meaning::EchoOnly;
    }
    let readable = bytes.iter().filter(|&&byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n')).count();
    if readable * 10 >= bytes.len() * 9 { Meaning::OtherText } else { Meaning::Garbage }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A modem at one rate: answers there, gives what a wrong rate gives elsewhere.
    fn scan_with(mut answer: impl FnMut(u32, &[u8]) -> Vec<u8>) -> (BaudScan, Duration) {
        let mut now = Duration::ZERO;
        let mut scan = BaudScan::new(now);
        let mut baud = 0;
        loop {
            while let Some(action) = scan.poll() {
                match action {
                    Action::SetBaud(rate) => baud = rate,
                    Action::Send(bytes) => {
                        let came = answer(baud, &bytes);
                        scan.received(&came, now);
                    }
                }
            }
            let Some(deadline) = scan.next_deadline() else { return (scan, now) };
            assert!(deadline > now, "it must get on");
            now = deadline;
            scan.tick(now);
        }
    }

    #[test]
    fn the_rate_that_answers_is_found_and_the_scan_stops_there() {
        let (scan, _) = scan_with(|baud, _| match baud {
            57_600 => b"AT\r\r\nOK\r\n".to_vec(),
            9600 => vec![0x80, 0xFF, 0x00],
            _ => Vec::new(),
        });
        assert_eq!(scan.found(), Some(57_600));
        let meanings: Vec<_> = scan.replies().iter().map(|reply| (reply.baud, reply.meaning)).collect();
        assert_eq!(meanings, [(9600, Meaning::Garbage), (115_200, Meaning::Silence), (57_600, Meaning::Answer)]);
    }

    #[test]
    fn auto_baud_may_need_a_second_probe() {
        let mut probes = 0;
        let (scan, _) = scan_with(|_, _| {
            probes += 1;
            if probes == 2 { b"\r\nOK\r\n".to_vec() } else { Vec::new() }
        });
        assert_eq!(scan.found(), Some(9600));
    }

    #[test]
    fn a_dead_line_ends_after_all_rates_within_13_seconds() {
        let (scan, took) = scan_with(|_, _| Vec::new());
        assert_eq!(scan.found(), None);
        assert_eq!(scan.replies().len(), RATES.len());
        assert!(took < Duration::from_secs(13), "{took:?}");
    }

    #[test]
    fn stopped_it_ends_with_the_rate_in_hand() {
        let mut scan = BaudScan::new(Duration::ZERO);
        assert_eq!(scan.trying(), Some(9600));
        scan.stop();
        assert_eq!(scan.next_deadline(), Some(PATIENCE));
        scan.tick(PATIENCE);
        assert_eq!((scan.next_deadline(), scan.trying(), scan.replies().len()), (None, None, 1));
    }

    #[test]
    fn meanings() {
        for (bytes, wanted) in [
            (b"".as_slice(), Meaning::Silence),
            (b"AT\rAT\rAT", Meaning::EchoOnly),
            (b"0\r", Meaning::Answer),
            (b"AT\r0\r", Meaning::Answer),
            (b"AT\r\r\nERROR\r\n", Meaning::Answer),
            (b"Booting sketch v1\r\n", Meaning::OtherText),
            (b"\x00\xFE\x80\x1C", Meaning::Garbage),
        ] {
            assert_eq!(meaning(bytes), wanted, "{bytes:?}");
        }
    }
}
