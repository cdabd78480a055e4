//! A simulated modem on virtual time, with a network that always answers and a diagnoser that hears both directions.

use std::time::Duration;

use modemscope::modem::Direction;
use modemscope::modem::diagnose::{Diagnoser, Severity};
use modemscope::modem::transcript::Chunk;
use modemscope::simulator::{Control, Modem, Profile, Rig};

/// A modem, and who listens to both directions.
pub struct Scene {
    rig: Rig,
    diagnoser: Diagnoser,
    now: Duration,
    sends: u64,
    /// What came since the last typing.
    pub heard: Vec<u8>,
    /// Both directions, as a transcript.
    pub record: Vec<Chunk>,
    /// What the servers got.
    pub delivered: Vec<u8>,
    /// What a server answers to the first bytes it gets.
    pub reply: Vec<u8>,
}

impl Scene {
    /// As [`Self::new`], in a world whose servers speak TLS.
    pub fn with_tls(words: &[&str], seed: u64) -> Self {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        let mut scene = Self::switched_on(Profile::from_words(&words).expect("a fault by its name"), seed);
        scene.wait(9000);
        scene
    }

    /// Booted; the boot is heard too, as in a session that began with it. `words` as in the port name after `sim:`.
    pub fn new(words: &[&str], seed: u64) -> Self {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        let mut scene = Self::just_on(Profile::from_words(&words).expect("a fault by its name"), seed);
        scene.wait(9000);
        scene
    }

    /// Power has just come.
    pub fn just_on(profile: Profile, seed: u64) -> Self {
        let mut scene = Self::switched_on(profile, seed);
        scene.rig.world_mut().refuse_tls();
        scene
    }

    fn switched_on(profile: Profile, seed: u64) -> Self {
        Self {
            rig: Rig::new(Modem::new(profile, seed)),
            diagnoser: Diagnoser::new(),
            now: Duration::ZERO,
            sends: 0,
            heard: Vec::new(),
            record: Vec::new(),
            delivered: Vec::new(),
            reply: Vec::new(),
        }
    }

    fn note(&mut self, direction: Direction, bytes: &[u8]) {
        let at = Some(self.now);
        match self.record.last_mut().filter(|last| last.direction == direction && direction == Direction::Rx) {
            Some(last) => last.bytes.extend(bytes),
            None => self.record.push(Chunk { direction, bytes: bytes.to_vec(), at, elided: false, line: 0 }),
        }
    }

    fn drain(&mut self) {
        if let Some(bytes) = self.rig.poll_uart() {
            self.diagnoser.received(&bytes, &[], Some(self.now));
            self.note(Direction::Rx, &bytes);
            self.heard.extend(bytes);
        }
        self.delivered = self.rig.world().connections().iter().flat_map(|one| one.delivered.clone()).collect();
    }

    /// Lets time pass, until one of `ends` is heard or `milliseconds` are over.
    pub fn listen(&mut self, milliseconds: u64, ends: &[&[u8]]) {
        let end = self.now + Duration::from_millis(milliseconds);
        self.drain();
        while !ends.iter().any(|wanted| memchr::memmem::find(&self.heard, wanted).is_some()) {
            let due = [self.rig.next_deadline(), self.diagnoser.next_deadline()].into_iter().flatten().min();
            let Some(due) = due.filter(|due| *due <= end) else {
                self.now = self.now.max(end);
                return;
            };
            self.now = self.now.max(due) + Duration::from_micros(1);
            self.rig.advance(self.now);
            self.drain();
            self.diagnoser.tick(self.now);
        }
    }

    pub fn wait(&mut self, milliseconds: u64) {
        self.listen(milliseconds, &[]);
    }

    pub fn type_in(&mut self, bytes: &[u8]) {
        self.sends += 1;
        self.heard.clear();
        self.note(Direction::Tx, bytes);
        self.diagnoser.sent(bytes, &[], self.sends, Some(self.now));
        self.rig.world_mut().set_reply(&self.reply);
        self.rig.type_in(bytes, self.now);
    }

    /// Types, and waits for what ends the answer, at most this long.
    pub fn say(&mut self, bytes: &[u8], seconds: u64, ends: &[&[u8]]) {
        self.type_in(bytes);
        self.listen(seconds * 1000, ends);
        // A person needs a moment.
        self.wait(200);
    }

    pub fn command(&mut self, line: &str) {
        self.say(line.as_bytes(), 10, &[b"\r\nOK\r\n", b"ERROR\r\n"]);
    }

    /// A hand on the bench.
    pub fn begins(&mut self, fault: &str) {
        self.rig.control(Control::Fault(fault.into(), true), self.now);
        self.wait(8000);
    }

    /// The rules that fired, notes after the rest.
    pub fn findings(mut self) -> Vec<(&'static str, Severity)> {
        self.diagnoser.finish();
        self.diagnoser.findings().iter().map(|finding| (finding.rule, finding.severity)).collect()
    }
}
