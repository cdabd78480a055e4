//! Echo: of data at a prompt, and of everything, when the line is a loop.

use crate::modem::echo::{Echo, Swallowed};

/// Data that was sent and has not come back yet.
///
/// Inside CIPSEND every byte comes back as it is, the 0x1A too; in text SMS a CR comes back as a new prompt and the 0x1A
/// need not come at all. So CR, LF and 0x1A may be missing.
#[derive(Debug)]
pub(crate) struct DataEcho {
    expected: Echo,
    on: bool,
    /// The `>` of a prompt in place of a CR has come, and not its blank.
    prompted: bool,
}

impl Default for DataEcho {
    fn default() -> Self {
        Self { expected: Echo::new(Swallowed::InTexts), on: false, prompted: false }
    }
}

/// Longest stretch of data that may be on its way: more than one SIM800 send (1460) or SMS.
const ON_ITS_WAY: usize = 4096;

impl DataEcho {
    /// Data begins; `on` if its echo is to be expected.
    pub(crate) fn begin(&mut self, on: bool) {
        self.expected.clear();
        self.on = on;
    }

    /// Nothing more is expected.
    pub(crate) fn give_up(&mut self) {
        self.expected.clear();
        self.on = false;
    }

    /// These bytes went out.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        if !self.on {
            return;
        }
        if self.expected.rest().len() + bytes.len() > ON_ITS_WAY {
            self.give_up();
            return;
        }
        self.expected.sent(bytes);
    }

    /// Nothing is on its way.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.expected.rest().is_empty()
    }

    /// How many of the received bytes are the echo of data.
    pub(crate) fn take(&mut self, received: &[u8]) -> usize {
        let mut prompt = 0;
        // Behind a CR in a text the modem asks for the next line.
        if received.first() == Some(&b'>')
            && self.expected.is_behind_return()
            && self.expected.rest().first() != Some(&b'>')
        {
            self.prompted = true;
            prompt += 1;
        }
        if self.prompted && received.get(prompt) == Some(&b' ') {
            prompt += 1;
        }
        self.prompted &= received.len() == prompt && prompt > 0 && received.last() == Some(&b'>');
        prompt + self.expected.take(received.get(prompt..).unwrap_or_default())
    }
}

/// Whether all that comes back is what was sent, line feeds included: a live modem never gives those back.
#[derive(Debug, Default)]
pub(crate) struct Loop {
    expected: Echo,
    broken: bool,
    /// A modem has said something of its own: never again a loop.
    modem: bool,
    /// Line feeds that came back in unbroken repetition.
    pub(crate) feeds: u32,
    /// First and last received byte of the repetition.
    pub range: Option<(u64, u64)>,
}

impl Loop {
    /// A modem speaks here.
    pub(crate) fn rule_out(&mut self) {
        if !self.modem {
            self.modem = true;
            self.give_up();
        }
    }

    /// What came is not what was sent, or parts of the log are missing.
    pub(crate) fn give_up(&mut self) {
        self.expected.clear();
        self.broken = true;
        self.feeds = 0;
        self.range = None;
    }

    /// A new write begins: a repetition may begin with it.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        if self.modem {
            return;
        }
        if self.broken || self.expected.rest().len() + bytes.len() > ON_ITS_WAY {
            self.give_up();
            self.broken = bytes.len() > ON_ITS_WAY;
        }
        if !self.broken {
            self.expected.sent(bytes);
        }
    }

    /// Bytes came, from this offset on.
    pub(crate) fn received(&mut self, bytes: &[u8], offset: u64) {
        if self.modem || self.broken || (self.expected.rest().is_empty() && self.feeds == 0) {
            self.broken = true;
            return;
        }
        if self.expected.take(bytes) < bytes.len() {
            self.give_up();
            return;
        }
        self.feeds += bytes.iter().map(|byte| u32::from(*byte == b'\n')).sum::<u32>();
        let end = offset + bytes.len() as u64;
        self.range = Some(self.range.map_or((offset, end), |(start, _)| (start, end)));
    }
}
