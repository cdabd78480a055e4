//! A macro from what was sent and what came: recorded while the user works, or taken from a part of an old capture.
//!
//! A proposal for the user to edit. *Answers*: each step waits for what ends the command, `CONNECT OK` after CIPSTART and
//! not just `OK`. *Timing*: the steps follow each other as they did, whatever the modem says. Either way the bytes are
//! exactly those that were sent; only secrets, which a capture does not hold, become parameters.

use std::ops::Range;
use std::time::Duration;

use super::echo::EchoFilter;
use super::expectations::Expectations;
use super::file::MOST_STEPS;
use super::model::{Ask, Macro, Step};
use crate::notation;
use crate::vocabulary::said::Said;
use crate::vocabulary::{Evidence, Family, Line, Role, Telling, third_generation};

/// More than this is no recording of a hand any more.
const MOST_BYTES: usize = 1 << 20;
/// At most this much of each answer is looked at.
const LONGEST_ANSWER: usize = 64 * 1024;
/// A pause that stands for an unknown answer is no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

const OK: &str = r"\r\nOK\r\n";

/// How a recorded macro goes on from step to step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// When the modem has answered.
    #[default]
    Answers,
    /// With the original pauses.
    Timing,
}

/// Gathers sends and answers.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    sends: Vec<Recorded>,
    bytes: usize,
    family: Option<&'static Family>,
}

#[derive(Clone, Debug)]
struct Recorded {
    send: Option<u64>,
    bytes: Vec<u8>,
    secret: Vec<Range<usize>>,
    began: Duration,
    taken: Duration,
    answer: Vec<u8>,
    answered: Duration,
}

impl Recorder {
    /// A recorder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A recorder for a modem of this family; `None`: what it said and was asked tells it.
    #[must_use]
    pub fn of(family: Option<&'static Family>) -> Self {
        Self { family, ..Self::default() }
    }

    /// Bytes went out. Parts of one Send carry the same number and become one step; `secret` are the stretches of `bytes`
    /// that are masked. False when the recording is full: these bytes are not in it.
    pub fn sent(&mut self, send: Option<u64>, bytes: &[u8], secret: &[Range<usize>], at: Duration) -> bool {
        let same = self.sends.last().is_some_and(|last| send.is_some() && last.send == send);
        if self.bytes + bytes.len() > MOST_BYTES || (!same && self.sends.len() >= MOST_STEPS) {
            return false;
        }
        self.bytes += bytes.len();
        if !same {
            self.sends.push(Recorded {
                send,
                bytes: Vec::new(),
                secret: Vec::new(),
                began: at,
                taken: at,
                answer: Vec::new(),
                answered: at,
            });
        }
        if let Some(last) = self.sends.last_mut() {
            let offset = last.bytes.len();
            last.bytes.extend_from_slice(bytes);
            last.secret.extend(secret.iter().map(|range| range.start + offset..range.end + offset));
            last.taken = at;
            last.answered = at;
        }
        true
    }

    /// Bytes came.
    pub fn received(&mut self, bytes: &[u8], at: Duration) {
        if let Some(last) = self.sends.last_mut() {
            let room = LONGEST_ANSWER.saturating_sub(last.answer.len());
            last.answer.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
            last.answered = at;
        }
    }

    /// How many sends there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sends.len()
    }

    /// True while nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// The macro so far.
    #[must_use]
    pub fn to_macro(&self, name: &str, replay: Replay) -> Macro {
        let mut ask = Vec::new();
        let mut expectations = self.expectations();
        let mut echo = EchoFilter::default();
        let mut steps = Vec::new();
        for (at, recorded) in self.sends.iter().enumerate() {
            let pause = self.sends.get(at + 1).map(|next| next.began.saturating_sub(recorded.taken));
            let mut step = Step { send: Some(recorded.text(&mut ask)), ..Step::default() };
            match replay {
                Replay::Timing => step.wait = pause.filter(|pause| !pause.is_zero()),
                Replay::Answers => {
                    let answer = recorded.answer(&mut echo);
                    propose(&mut step, recorded, &answer, pause, &mut expectations);
                }
            }
            steps.push(step);
        }
        Macro { name: name.to_owned(), ask, steps, ..Macro::default() }
    }

    /// What to expect of the modem that was recorded: what was said anywhere tells its family from the start.
    fn expectations(&self) -> Expectations {
        let mut telling = self.family.map(Telling::chosen).unwrap_or_default();
        for recorded in &self.sends {
            for line in recorded.bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter_map(Line::read) {
                telling.asked(line);
            }
            lines(&recorded.answer).for_each(|line| {
                telling.heard(line);
            });
        }
        if telling.evidence() == Evidence::None { Expectations::default() } else { Expectations::of(telling.family()) }
    }
}

/// Asks for a secret that is sent behind these bytes; the name of the parameter that stands for it.
pub(crate) fn ask_for_secret(before: &[u8], ask: &mut Vec<(String, Ask)>) -> String {
    let opened = Line::read(before).map(Line::last);
    let pin = opened.is_some_and(|call| third_generation().find(&call).is_some_and(|pin| pin.role == Role::Sim));
    let stem = if pin { "pin" } else { "secret" };
    let taken = |name: &str| ask.iter().any(|(taken, _)| taken == name);
    let numbered = || (2..=usize::MAX).map(|number| format!("{stem}{number}")).find(|name| !taken(name));
    let name = if taken(stem) { numbered().unwrap_or_default() } else { stem.to_owned() };
    ask.push((name.clone(), Ask { default: String::new(), secret: true }));
    name
}

impl Recorded {
    /// The bytes as a macro's text, each secret as a parameter.
    fn text(&self, ask: &mut Vec<(String, Ask)>) -> String {
        let mut text = String::new();
        let mut from = 0;
        let plain = |range: Range<usize>| notation::print_macro(self.bytes.get(range).unwrap_or_default());
        for secret in &self.secret {
            let name = ask_for_secret(self.bytes.get(..secret.start).unwrap_or_default(), ask);
            text += &plain(from..secret.start);
            text.extend(["${", &name, "}"]);
            from = secret.end;
        }
        text + &plain(from..self.bytes.len())
    }

    /// What the modem said to it, without the echo.
    fn answer(&self, echo: &mut EchoFilter) -> Vec<u8> {
        echo.sending(&self.bytes);
        let mut answer = Vec::with_capacity(self.answer.len());
        let mut heard = |bytes: &[u8], echo: bool| {
            if !echo {
                answer.extend_from_slice(bytes);
            }
        };
        echo.push(&self.answer, &mut heard);
        echo.release(&mut heard);
        answer
    }
}

/// What the step should wait for.
fn propose(step: &mut Step, recorded: &Recorded, answer: &[u8], pause: Option<Duration>, session: &mut Expectations) {
    let in_data = session.data_is_awaited();
    session.next(&recorded.bytes).apply(step);
    let holds = |patterns: &[String]| {
        patterns.iter().any(|pattern| {
            let bytes = notation::parse(pattern, notation::Mode::Mixed).unwrap_or_default();
            !bytes.is_empty() && memchr::memmem::find(answer, &bytes).is_some()
        })
    };
    if step.expect.is_empty() && !in_data {
        step.expect.extend(from_answer(answer));
        if step.expect.is_empty() {
            step.wait = pause.map(|pause| pause.min(LONGEST_PAUSE)).filter(|pause| !pause.is_zero());
        }
    }
    let refused = refusal(answer);
    // `OK` is what the table says; what came instead ends the step as well.
    if step.expect == [OK] && !holds(&step.expect) && refused.is_none() {
        step.expect.extend(from_answer(answer));
    }
    if let Some(line) = refused.filter(|_| !holds(&step.expect)) {
        step.note = Some(format!("When this was recorded, the modem answered {}.", notation::print(line)));
        session.refused_then();
    } else if !step.expect.is_empty() && holds(&step.expect) {
        let took = recorded.answered.saturating_sub(recorded.taken);
        if took * 2 > step.within.unwrap_or(Step::DEFAULT_WITHIN) {
            step.within = Some(Duration::from_secs(took.as_secs() * 2 + 1));
        }
    }
}

/// The pattern for an answer whose command is not known: a prompt, OK, or its last line; none where it was refused.
fn from_answer(answer: &[u8]) -> Option<String> {
    if answer.ends_with(b"\r\n> ") {
        return Some(super::expectations::PROMPT.to_owned());
    }
    if refusal(answer).is_some() {
        return None;
    }
    if memchr::memmem::find(answer, b"\r\nOK\r\n").is_some() {
        return Some(OK.to_owned());
    }
    let line = lines(answer).next_back()?;
    Some(format!(r"\r\n{}\r\n", notation::print_macro(line)))
}

/// The line that says no.
fn refusal(answer: &[u8]) -> Option<&[u8]> {
    lines(answer).find(|line| Said::read(line).is_error())
}

/// Whole lines that hold something.
fn lines(answer: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    let whole = answer.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    answer
        .get(..whole)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests;
