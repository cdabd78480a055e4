//! A scenario as it is played: what is due, what was said, what became of each step.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Scenario, Step, What, When};
use crate::simulator::Control;
use crate::simulator::control::Speaker;

/// Bytes of one direction that are kept to find a text in.
const KEPT: usize = 64 * 1024;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// When it ended, since the host had the port.
    pub at: Duration,
    /// Why it failed; `None` when it did not.
    pub failure: Option<String>,
}

/// A scenario being played.
#[derive(Debug)]
pub struct Play {
    steps: Vec<Step>,
    outcomes: Vec<Outcome>,
    /// Since when; `None` before the host has the port.
    began: Option<Duration>,
    /// When the step before ended.
    turned: Duration,
    /// The step in hand waits for its text since then.
    waiting: Option<Duration>,
    heard: Heard,
}

/// What both sides said, in its order, since the step in hand began.
#[derive(Debug, Default)]
struct Heard {
    bytes: VecDeque<(Speaker, u8)>,
    /// Nothing was added since it was last looked at.
    seen: bool,
}

impl Heard {
    fn add(&mut self, from: Speaker, bytes: &[u8]) {
        self.bytes.extend(bytes.iter().map(|byte| (from, *byte)));
        let excess = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..excess);
        self.seen &= bytes.is_empty();
    }

    /// Whether one side said a text; what both said before its end is spent.
    fn take(&mut self, from: Speaker, text: &str) -> bool {
        if std::mem::replace(&mut self.seen, true) {
            return false;
        }
        let (places, said): (Vec<usize>, Vec<u8>) =
            self.bytes.iter().enumerate().filter(|(_, one)| one.0 == from).map(|(at, one)| (at, one.1)).unzip();
        let last = memchr::memmem::find(&said, text.as_bytes()).and_then(|at| places.get(at + text.len() - 1));
        if let Some(last) = last {
            self.bytes.drain(..=*last);
            self.seen = false;
        }
        last.is_some()
    }
}

impl Play {
    /// Not begun: the host does not have the port yet.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            steps: scenario.steps.clone(),
            outcomes: Vec::new(),
            began: None,
            turned: Duration::ZERO,
            waiting: None,
            heard: Heard::default(),
        }
    }

    /// The host has the port: time counts from now on. A second time nothing happens.
    pub fn begin(&mut self, now: Duration) {
        if self.began.is_none() {
            (self.began, self.turned) = (Some(now), now);
        }
    }

    /// Bytes went by.
    pub fn heard(&mut self, from: Speaker, bytes: &[u8]) {
        self.heard.add(from, bytes);
    }

    /// What is to be done to the modem now; ask until `None`. Ends expectations that are met or too late.
    pub fn poll(&mut self, now: Duration) -> Option<Control> {
        let began = self.began?;
        while let Some(step) = self.steps.get(self.outcomes.len()).cloned() {
            let start = self.start(&step, began);
            if self.waiting.is_none() && now < start {
                return None;
            }
            match step.what {
                What::Do(control) => {
                    // What was said before it is no answer to it.
                    self.heard = Heard::default();
                    self.end(now, None);
                    return Some(control);
                }
                What::Expect { from, text, within, never } => {
                    let since = *self.waiting.get_or_insert_with(|| start.max(self.turned));
                    let said = self.heard.take(from, &text);
                    let over = now >= since + within;
                    match (said, over, never) {
                        (true, _, false) | (false, true, true) => self.end(now, None),
                        (true, _, true) => self.end(now, Some(format!("\"{text}\" was said"))),
                        (false, true, false) => {
                            let failure = format!("\"{text}\" was not said within {:.1} s", within.as_secs_f64());
                            self.end(now, Some(failure));
                        }
                        (false, false, _) => return None,
                    }
                }
            }
        }
        None
    }

    fn start(&self, step: &Step, began: Duration) -> Duration {
        match step.when {
            When::At(at) => began + at,
            When::After(after) => self.turned + after,
        }
    }

    fn end(&mut self, now: Duration, failure: Option<String>) {
        let name = self.steps.get(self.outcomes.len()).map(|step| step.name.clone()).unwrap_or_default();
        let at = now.saturating_sub(self.began.unwrap_or(now));
        self.outcomes.push(Outcome { name, at, failure });
        (self.turned, self.waiting, self.heard.seen) = (now, None, false);
    }

    /// When [`Self::poll`] is due at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let (began, step) = (self.began?, self.steps.get(self.outcomes.len())?);
        let start = self.start(step, began);
        Some(match (&step.what, self.waiting) {
            (What::Expect { within, .. }, Some(since)) => since + *within,
            _ => start,
        })
    }

    /// All steps are done.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.outcomes.len() == self.steps.len()
    }

    /// It ends here, whatever is left: those steps failed.
    pub fn stop(&mut self, now: Duration, why: &str) {
        while !self.is_over() {
            self.end(now, Some(why.to_owned()));
        }
    }

    /// What became of the steps that are done.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// All steps are done and none failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.is_over() && self.outcomes.iter().all(|outcome| outcome.failure.is_none())
    }
}
