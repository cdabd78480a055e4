//! Why it did not work: findings drawn from the bytes of both directions.
//!
//! [`Diagnoser`] feeds the [`Dialog`]; each step of the dialog goes to the rules, one small type each, one file a family.
//! A rule's public name, severity and texts stand in its [`doc::Doc`], from which `docs/diagnoses.md` is made.
//!
//! Findings rest on bytes: on a healthy session there is no problem and no warning. A finding about something that is
//! missing is taken back when it comes after all. Everything held is bounded.

#![expect(
    clippy::inline_always,
    reason = "glances of rules at every command: a call would cost more than what they look at"
)]

mod another;
mod baud;
mod book;
mod busy;
mod calls;
mod connecting;
mod console;
mod cut;
mod data_end;
mod deaf;
mod doc;
mod early_send;
mod echo;
mod finding;
mod http;
mod line;
mod messages;
mod mqtt;
mod mux;
mod network;
mod noise;
mod off;
mod online;
mod opening;
mod order;
mod payload;
mod position;
mod power;
mod reach;
mod reading;
mod refused;
mod registration;
mod remedy;
mod results;
mod rule;
mod rules;
mod sleep;
mod sms;
mod strip;
mod supply;
mod told;
mod topics;
mod trouble;
mod ussd;
mod without_prompt;
mod wording;
mod words;
mod writing;

use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

pub use finding::{Evidence, Finding, Offer, Severity};
pub use strip::{Doing, Fared, Strip};

use super::Direction;
use super::dialog::said::Said;
use super::dialog::{Dialog, Event, ProgramResult, Shows};
use super::secrets::{SecretFinder, Secrets};
use super::transcript::{Chunk, Ended, Shape, Transcript, Vain, Whose, is_contradicted};
use crate::vocabulary::is_whole_command;
use book::Book;
pub(crate) use reading::Reading;
use rules::Rules;

use crate::vocabulary::Family;

/// Draws findings from the bytes of a session, live or after the fact.
///
/// The chunk law holds: how received bytes were split changes nothing.
#[derive(Debug, Default)]
pub struct Diagnoser {
    dialog: Dialog,
    rules: Rules,
    book: Book,
    /// Made when it is asked for.
    strip: OnceLock<Strip>,
    events: Vec<Event>,
    /// The form that a log was read in.
    form: Option<&'static str>,
    /// What a log tells in words of its own.
    told: told::Told,
}

impl Diagnoser {
    /// A diagnoser that has seen nothing yet, of a session with both directions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A diagnoser of a session that was recorded in part.
    #[must_use]
    pub fn of(shows: Shows) -> Self {
        let mut diagnoser = Self::default();
        diagnoser.dialog.log.shows = shows;
        diagnoser
    }

    /// The modem is of this family, whatever it says; `None`: what it says and the commands used tell it.
    pub fn choose(&mut self, family: Option<&'static Family>) {
        self.dialog.choose(family);
        self.strip.take();
    }

    /// Bytes came from the modem, and these stretches of them are secret ([`SecretFinder`]): no finding quotes those. `at` is
    /// the time since the session began, `None` where a log has no times.
    pub fn received(&mut self, bytes: &[u8], secret: &[Range<usize>], at: Option<Duration>) {
        if bytes.is_empty() {
            return;
        }
        self.catch_up(at);
        self.book.secrets_mut().hear(Direction::Rx, bytes, secret);
        self.dialog.begin_received(bytes, at);
        self.settle();
        let mut rest = bytes;
        while !rest.is_empty() || self.dialog.has_more() {
            if self.dialog.take_feed(rest) {
                break;
            }
            let used = self.dialog.received_step(rest);
            self.settle();
            rest = rest.get(used..).unwrap_or_default();
        }
        self.strip.take();
    }

    /// The same of bytes that went to the modem. All parts of one Send carry the same `send` number; they count as one write.
    pub fn sent(&mut self, bytes: &[u8], secret: &[Range<usize>], send: u64, at: Option<Duration>) {
        if bytes.is_empty() {
            return;
        }
        self.catch_up(at);
        self.book.secrets_mut().hear(Direction::Tx, bytes, secret);
        self.dialog.begin_sent(bytes, send, at);
        self.settle();
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = self.dialog.sent_step(rest);
            self.settle();
            rest = rest.get(used..).unwrap_or_default();
        }
        self.strip.take();
    }

    /// Bytes were left out of the log here (`[...]`): lengths and echo cannot be relied on.
    pub(crate) fn left_out(&mut self, direction: Direction) {
        self.dialog.leave_out(direction);
    }

    /// These bytes are no dialog (probes of our own, a check of the line): they only count, and what is secret in them stays so.
    pub(crate) fn pass_by(&mut self, direction: Direction, bytes: &[u8], secret: &[Range<usize>]) {
        if bytes.is_empty() {
            return;
        }
        self.book.secrets_mut().hear(direction, bytes, secret);
        self.dialog.pass_by(direction, bytes.len());
        self.settle();
    }

    /// The port came back after it was lost: its device was plugged in again.
    pub(crate) fn replugged(&mut self) {
        self.rules.replugged();
    }

    /// The port told a framing or parity error: evidence of a wrong baud rate.
    pub(crate) fn framing_error(&mut self, at: Option<Duration>) {
        self.catch_up(at);
        self.rules.framing_error(&self.dialog, &mut self.book);
    }

    /// Time passed without bytes. Call at [`Self::next_deadline`].
    pub fn tick(&mut self, now: Duration) {
        self.dialog.tick(now);
        self.settle();
        self.strip.take();
    }

    /// When [`Self::tick`] has something to say next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let settle = self.dialog.deadline();
        let rules = self.rules.deadline(&self.dialog);
        let next = [settle, rules].into_iter().flatten().min()?;
        // What is due already was said at the last tick.
        Some(next).filter(|&next| self.dialog.now.is_none_or(|now| next > now))
    }

    /// The log ends here: rules about absence decide now, and what was taken back is gone.
    pub fn finish(&mut self) {
        self.deal();
        self.dialog.finish();
        self.settle();
        self.book.forget_withdrawn();
        self.told.tell(&self.dialog, &mut self.book);
        self.strip.take();
    }

    /// All findings so far, in order of their first evidence.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.book.findings()
    }

    /// Findings beyond those that are kept.
    #[must_use]
    pub(crate) const fn more_findings(&self) -> u64 {
        self.book.more()
    }

    /// What the modem is doing now.
    #[must_use]
    pub fn strip(&self) -> &Strip {
        self.strip.get_or_init(|| strip::of(&self.dialog, self.book.secrets()))
    }

    /// What was secret so far, to keep it out of what is said about the session.
    #[must_use]
    pub const fn secrets(&self) -> &Secrets {
        self.book.secrets()
    }

    /// A value that is secret wherever it stands: the user said so.
    pub(crate) fn keep_secret(&mut self, value: &[u8]) {
        self.book.secrets_mut().learn(value);
    }

    /// The dialog so far.
    #[must_use]
    pub const fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    /// Lets everything happen that was due before `at`.
    fn catch_up(&mut self, at: Option<Duration>) {
        let Some(at) = at else { return };
        // A rule that is told again and again must not stop the clock: there are never that many deadlines in one gap.
        for _ in 0..64 {
            let Some(due) = self.next_deadline().filter(|&due| due < at) else { return };
            self.dialog.tick(due);
            self.settle();
        }
    }

    /// Hands the events of a step to the rules. Most steps have none.
    #[inline]
    fn settle(&mut self) {
        if self.dialog.has_events() {
            self.tell_rules();
        }
    }

    fn tell_rules(&mut self) {
        self.dialog.take_events(&mut self.events);
        self.book.family = Some(self.dialog.telling.family());
        for event in &self.events {
            self.rules.on(event, &self.dialog, &mut self.book);
        }
    }
}

/// Diagnoses a session that was read from text, to its end.
#[must_use]
pub fn of_transcript(transcript: &Transcript) -> Diagnoser {
    of_transcript_of(transcript, None)
}

/// The same, of a modem whose family somebody has chosen.
#[must_use]
pub(crate) fn of_transcript_of(transcript: &Transcript, family: Option<&'static Family>) -> Diagnoser {
    let mut diagnoser = Diagnoser::of_log(transcript);
    if family.is_some() {
        diagnoser.choose(family);
    }
    heard_to_its_end(diagnoser, transcript)
}

fn heard_to_its_end(mut diagnoser: Diagnoser, transcript: &Transcript) -> Diagnoser {
    let mut finder = SecretFinder::default();
    for chunk in &transcript.chunks {
        diagnoser.hear(chunk, &finder.find(chunk.direction, &chunk.bytes));
    }
    diagnoser.waited_in_vain(&transcript.vain);
    diagnoser.ends(transcript.result.as_ref());
    diagnoser.finish();
    diagnoser
}

impl Diagnoser {
    /// A diagnoser of a log that is read from text; `head` is all of it, or its first part.
    #[must_use]
    pub(crate) fn of_log(head: &Transcript) -> Self {
        let mut diagnoser = Self::of(match head.shape {
            Shape::Pasted => Shows::Echoed,
            Shape::Marked if head.sent_only() && !only_probes(head) => Shows::SentOnly,
            Shape::Marked | Shape::Labelled => Shows::Both,
        });
        diagnoser.dialog.log.loose = head.shape == Shape::Labelled && head.restored;
        diagnoser.dialog.log.restored = head.restored;
        diagnoser.dialog.log.read_ahead = !head.exported;
        diagnoser.form = Some(head.form);
        let bytes = || head.chunks.iter().map(|chunk| chunk.bytes.as_slice());
        if let Some(family) = head.named.filter(|family| !is_contradicted(family, bytes())) {
            diagnoser.dialog.names(family);
        }
        diagnoser
    }

    /// The next bytes of a log that is read from text, and which stretches of them are secret.
    pub(crate) fn hear(&mut self, chunk: &Chunk, secret: &[Range<usize>]) {
        if chunk.bytes.is_empty() {
            return self.pass_time(chunk.at);
        }
        if begins_anew(chunk) {
            self.deal();
        }
        // The data that it belongs to may end in it.
        if chunk.elided && chunk.direction == Direction::Tx && self.dialog.data().is_some() {
            self.left_out(Direction::Tx);
        }
        match chunk.direction {
            Direction::Rx => self.received(&chunk.bytes, secret, chunk.at),
            Direction::Tx => self.sent(&chunk.bytes, secret, chunk.line as u64, chunk.at),
        }
        if chunk.elided {
            self.left_out(chunk.direction);
        }
        self.told.place(self.dialog.last().span, chunk.line);
    }

    /// In these lines of the log a program says that it waited in vain.
    pub(crate) fn waited_in_vain(&mut self, told: &[Vain]) {
        self.told.vain = told.to_vec();
        // One that names the modem tells as much as two.
        let waited = told.iter().filter(|vain| vain.whose != Whose::Board);
        self.dialog.log.vain = waited.map(|vain| 1 + usize::from(vain.whose == Whose::Modem)).sum();
    }

    /// In this line of the log a program says how its work went.
    pub(crate) fn ends(&mut self, told: Option<&Ended>) {
        // That a modem does not answer, or that PPP is over, says more than what follows from it.
        let known = self.told.vain.iter().any(|vain| vain.whose != Whose::Unknown);
        self.dialog.log.result = told.and_then(|told| match told {
            Ended::Well => Some(ProgramResult::Worked),
            Ended::Badly(..) if known => None,
            Ended::Badly(first, last) => {
                let said = |told: &Vain| (told.line, told.text.clone());
                Some(ProgramResult::Failed(said(first), last.as_ref().map(said)))
            }
        });
    }

    /// The log shows that time has passed without bytes.
    fn pass_time(&mut self, at: Option<Duration>) {
        if let Some(at) = at.filter(|at| self.dialog.now.is_none_or(|now| now < *at)) {
            self.deal();
            self.catch_up(Some(at));
            self.tick(at);
        }
    }

    /// Gives the results that came behind several commands to their commands.
    fn deal(&mut self) {
        while self.dialog.deal() {
            self.settle();
        }
    }
}

/// What comes now is no further result: those before it can be dealt to their commands.
fn begins_anew(chunk: &Chunk) -> bool {
    let mut lines = chunk.bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty());
    chunk.direction == Direction::Tx
        || lines.next().is_some_and(|line| {
            let said = Said::read(line);
            let result =
                matches!(said, Said::Ok | Said::Unknown | Said::Info | Said::Ring | Said::Trouble) || said.is_error();
            is_whole_command(line.trim_ascii_end()) || line.starts_with(b">") || !result && !topics::is_value(said)
        })
}

/// A log of nothing but the same question asked again and again is not one that left the answers out: there were none.
fn only_probes(transcript: &Transcript) -> bool {
    let probe = |chunk: &Chunk| chunk.bytes.trim_ascii().eq_ignore_ascii_case(b"AT");
    transcript.chunks.len() > 1 && transcript.chunks.iter().all(probe)
}

#[cfg(test)]
mod tests;
