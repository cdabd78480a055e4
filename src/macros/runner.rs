//! Runs one macro: bytes and time in, actions out.
//!
//! No I/O and no clock: the session owns a [`Run`], carries its actions out and tells it what came. What a user notices:
//! a step sends when the step before it is answered and not a moment later, a failed step says what came instead, and
//! no macro, however it is written, can keep the session from being stopped.

use std::collections::VecDeque;
use std::time::Duration;

use super::backlog::Backlog;
use super::echo::EchoFilter;
pub use super::model::Values;
use super::model::{LineChange, Macro, OnFail};
use super::prepared::{Prepared, PreparedStep, Scope};
pub use super::problem::MacroError;
pub use super::report::{Ending, Report};

pub(crate) use super::report::Failure;
use super::window::{Match, Window};

/// How long to wait for the rest of a line, after a failure or where a value is kept. At 1200 baud that is 30 bytes.
const REST_OF_LINE: Duration = Duration::from_millis(250);
/// How long a failure may still become what is awaited: `ALREADY CONNECT` stands behind `ERROR`, in one go from the modem.
/// Exported programs wait as long.
pub(crate) const GROWTH: Duration = Duration::from_millis(300);
/// After such a silence, bytes that could have been the beginning of an echo were the modem's.
const ECHO_PAUSE: Duration = Duration::from_millis(100);
/// At most this many steps begin without any time passing; then the run waits for the next tick, so that it can be stopped.
const STEPS_AT_ONCE: u32 = 256;

/// What the runner wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes, then report [`Run::sent`] when the operating system has taken the last of them.
    Send {
        /// All that is to be written.
        bytes: Vec<u8>,
        /// Ranges of `bytes` that came from secret parameters.
        secret: Vec<std::ops::Range<usize>>,
    },
    /// Set modem lines.
    Set(LineChange),
    /// Send a break.
    Break(Duration),
    /// A step began or ended, for the log and the progress display.
    Report(Report),
}

/// A macro being run.
#[derive(Debug)]
pub struct Run {
    prepared: Prepared,
    scope: Scope,
    phase: Phase,
    step: usize,
    round: u32,
    attempt: u32,
    started: Duration,
    step_began: Duration,
    now: Duration,
    echo: EchoFilter,
    heard_at: Duration,
    /// What came since the last match while no window was open: the next step without a send begins with it.
    backlog: Backlog,
    actions: VecDeque<Action>,
    allowance: u32,
}

#[derive(Debug)]
enum Phase {
    /// The step in hand begins with the next poll.
    Ready,
    /// The break is on the line.
    Breaking { until: Duration },
    /// The operating system has not taken all bytes yet. That takes as long as it gets on ([`Run::stalled`]).
    Sending,
    /// Waiting for what the modem says.
    Listening {
        window: Window,
        until: Duration,
        /// A failure was heard; it stands then, unless it has become what is awaited.
        refused: Option<Duration>,
    },
    /// It was said; the rest of the line is on its way.
    LineEnding { window: Window, fail: bool, until: Duration },
    /// The pause at the end of a step.
    Waiting { until: Duration, then: Then },
    /// Nothing more will happen.
    Over,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Again,
    Next,
}

impl Run {
    /// Starts a macro. Nothing happens before the first [`Self::poll`].
    ///
    /// # Errors
    /// A sentence naming the parameter or step that cannot be filled in.
    pub fn new(what: &Macro, values: &Values, now: Duration) -> Result<Self, MacroError> {
        let prepared = Prepared::new(what)?;
        let scope = Scope::new(what, values, now);
        prepared.check(&scope)?;
        Ok(Self {
            prepared,
            scope,
            phase: Phase::Ready,
            step: 0,
            round: 0,
            attempt: 0,
            started: now,
            step_began: now,
            now,
            echo: EchoFilter::default(),
            heard_at: now,
            backlog: Backlog::default(),
            actions: VecDeque::new(),
            allowance: STEPS_AT_ONCE,
        })
    }

    /// Says which moment the value `time` names, where that is not the start of this macro but of one before it.
    pub(crate) fn clock_was_set(&mut self, at: Duration) {
        self.scope.clock_set = at;
    }

    /// The operating system has taken the last byte of the step's send.
    pub fn sent(&mut self, now: Duration) {
        self.advance_to(now);
        if self.is_sending() {
            self.backlog.clear();
            self.listen();
        }
    }

    /// How long the system has taken nothing, though nothing on this side holds the bytes back: a step whose answer would
    /// no longer be waited for has failed.
    pub fn stalled(&mut self, length: Duration, now: Duration) {
        self.advance_to(now);
        if self.is_sending() && self.in_hand().is_some_and(|step| length >= step.within) {
            let why = format!(
                "the port has taken no byte for {:.1} s: flow control holds it, or nobody reads at the far end",
                length.as_secs_f64()
            );
            self.fail(Vec::new(), false, Some(why));
        }
    }

    /// The step in hand waits for its bytes to be taken.
    #[must_use]
    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending)
    }

    /// Bytes that are not this macro's are being sent (typed by hand while it runs): their echo is no answer either.
    pub(crate) fn others_sending(&mut self, bytes: &[u8]) {
        self.echo.sending(bytes);
    }

    /// Bytes came from the modem.
    pub fn received(&mut self, bytes: &[u8], now: Duration) {
        // What was due before these bytes came was not helped by them.
        if self.next_deadline().is_some_and(|deadline| deadline < now) {
            self.tick(now);
        }
        self.advance_to(now);
        self.heard_at = now;
        let mut echo = std::mem::take(&mut self.echo);
        echo.push(bytes, &mut |bytes, echo| self.hear(bytes, echo));
        self.echo = echo;
    }

    /// Time passed. Call at [`Self::next_deadline`].
    pub fn tick(&mut self, now: Duration) {
        self.advance_to(now);
        if self.echo.holding() && now >= self.heard_at + ECHO_PAUSE {
            let mut echo = std::mem::take(&mut self.echo);
            echo.release(&mut |bytes, echo| self.hear(bytes, echo));
            self.echo = echo;
        }
        match &self.phase {
            Phase::Breaking { until } if *until <= now => self.send(),
            Phase::Listening { refused: Some(stands), .. } if *stands <= now => self.refusal_stands(),
            Phase::Listening { until, .. } if *until <= now => self.time_is_up(),
            Phase::LineEnding { until, .. } if *until <= now => self.line_ended(),
            Phase::Waiting { until, then } if *until <= now => self.go_on(*then),
            _ => {}
        }
    }

    /// Ends the run at once as [`Ending::Stopped`]. What was not polled yet is not done any more.
    pub fn stop(&mut self, now: Duration) {
        self.advance_to(now);
        if self.is_over() {
            return;
        }
        self.actions.retain(|action| matches!(action, Action::Report(_)));
        self.end(Ending::Stopped);
    }

    /// The next action, until `None`.
    pub fn poll(&mut self) -> Option<Action> {
        while self.actions.is_empty() && matches!(self.phase, Phase::Ready) && self.allowance > 0 {
            self.allowance -= 1;
            self.begin();
        }
        self.actions.pop_front()
    }

    /// When [`Self::tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let phase = match &self.phase {
            Phase::Ready if self.allowance == 0 => Some(self.now),
            Phase::Ready | Phase::Sending | Phase::Over => None,
            Phase::Listening { until, refused, .. } => Some(refused.map_or(*until, |stands| stands.min(*until))),
            Phase::Breaking { until } | Phase::LineEnding { until, .. } | Phase::Waiting { until, .. } => Some(*until),
        };
        let listening = matches!(self.phase, Phase::Listening { .. } | Phase::LineEnding { .. });
        let echo = (listening && self.echo.holding()).then(|| self.heard_at + ECHO_PAUSE);
        phase.into_iter().chain(echo).min()
    }

    /// True when [`Report::Ended`] was given or waits to be polled.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// Values kept from answers so far (`keep`), for the macros after this one; `counter` too, so that it goes on.
    #[must_use]
    pub fn kept(&self) -> &Values {
        self.scope.kept()
    }

    fn advance_to(&mut self, now: Duration) {
        self.now = self.now.max(now);
        self.scope.now = self.now;
        self.allowance = STEPS_AT_ONCE;
    }

    fn in_hand(&self) -> Option<&PreparedStep> {
        self.prepared.steps.get(self.step)
    }

    fn report(&mut self, report: Report) {
        self.actions.push_back(Action::Report(report));
    }

    fn begin(&mut self) {
        let Some(step) = self.in_hand() else {
            self.end(Ending::Done);
            return;
        };
        let (index, set, break_for) = (step.index, step.set, step.break_for);
        if self.attempt == 0 && step.counts {
            self.scope.count();
        }
        self.step_began = self.now;
        self.report(Report::Began { step: index, round: self.round });
        if let Some(change) = set {
            self.actions.push_back(Action::Set(change));
        }
        match break_for {
            Some(length) => {
                self.actions.push_back(Action::Break(length));
                self.phase = Phase::Breaking { until: self.now + length };
            }
            None => self.send(),
        }
    }

    fn send(&mut self) {
        let Some(template) = self.in_hand().and_then(|step| step.send.clone()) else {
            self.listen();
            return;
        };
        match template.fill(&self.scope) {
            Ok(filled) if filled.bytes.is_empty() => self.listen(),
            Ok(filled) => {
                self.echo.sending(&filled.bytes);
                self.actions.push_back(Action::Send { bytes: filled.bytes, secret: filled.secret });
                self.phase = Phase::Sending;
            }
            Err(why) => self.fail(Vec::new(), false, Some(why.to_string())),
        }
    }

    fn listen(&mut self) {
        let Some(step) = self.in_hand() else { return };
        if step.expect.is_empty() && step.fail.is_empty() {
            self.pass(Vec::new());
            return;
        }
        let until = self.now + step.within;
        match step.patterns(&self.scope) {
            Ok(patterns) => {
                self.phase = Phase::Listening { window: Window::new(patterns), until, refused: None };
                for (bytes, echo) in self.backlog.take() {
                    self.hear(&bytes, echo);
                }
            }
            Err(why) => self.fail(Vec::new(), false, Some(why.to_string())),
        }
    }

    /// Hears bytes of which is known whether they are echo. Sends nothing by itself: the next poll does.
    fn hear(&mut self, bytes: &[u8], echo: bool) {
        match &mut self.phase {
            Phase::Listening { window, refused, .. } => {
                let found = window.push(bytes, echo);
                if window.may_grow() && refused.is_none() {
                    *refused = Some(self.now + GROWTH);
                }
                let Some((end, found)) = found else { return };
                self.found(&found);
                let rest = bytes.get(end..).unwrap_or_default();
                if !rest.is_empty() {
                    self.hear(rest, echo);
                }
            }
            Phase::LineEnding { window, .. } => {
                let complete = window.push_rest_of_line(bytes, echo);
                self.backlog.push(bytes, echo);
                if complete {
                    self.line_ended();
                }
            }
            Phase::Over => {}
            _ => self.backlog.push(bytes, echo),
        }
    }

    /// A pattern ends the window; what was heard behind it meanwhile is heard again.
    fn found(&mut self, found: &Match) {
        let Phase::Listening { window, .. } = std::mem::replace(&mut self.phase, Phase::Over) else { return };
        self.phase = Phase::LineEnding { window, fail: found.fail, until: self.now + REST_OF_LINE };
        let keeps = self.in_hand().is_some_and(|step| !step.keep.is_empty());
        if found.line_complete || !(found.fail || keeps) {
            self.line_ended();
        }
        if !found.behind.is_empty() {
            self.hear(&found.behind, false);
        }
    }

    /// The failure that was heard did not become what is awaited.
    fn refusal_stands(&mut self) {
        let Phase::Listening { window, .. } = &mut self.phase else { return };
        if let Some(refusal) = window.refusal() {
            self.found(&refusal);
        }
    }

    fn time_is_up(&mut self) {
        if matches!(&self.phase, Phase::Listening { window, .. } if window.may_grow()) {
            self.refusal_stands();
            return;
        }
        let Phase::Listening { window, .. } = std::mem::replace(&mut self.phase, Phase::Over) else { return };
        if self.in_hand().is_some_and(|step| step.expect.is_empty()) {
            self.pass(Vec::new());
        } else {
            self.fail(window.answer().to_vec(), false, None);
        }
    }

    fn line_ended(&mut self) {
        let Phase::LineEnding { window, fail, .. } = std::mem::replace(&mut self.phase, Phase::Over) else { return };
        if fail {
            self.fail(window.line(), true, None);
            return;
        }
        let kept = self.in_hand().map_or_else(|| Ok(Values::new()), |step| step.kept_from(window.answer()));
        match kept {
            Ok(kept) => {
                self.scope.keep(kept);
                self.pass(window.line());
            }
            Err(why) => self.fail(window.answer().to_vec(), false, Some(why.to_string())),
        }
    }

    fn pass(&mut self, matched: Vec<u8>) {
        let step = self.in_hand().map_or(0, |step| step.index);
        self.report(Report::Passed { step, matched, took: self.now.saturating_sub(self.step_began) });
        self.pause(Then::Next);
    }

    fn fail(&mut self, came: Vec<u8>, refused: bool, why: Option<String>) {
        let Some(step) = self.in_hand() else { return };
        let (retry, on_fail) = (step.retry, step.on_fail);
        let failure = Failure {
            step: step.index,
            awaited: step.awaited.clone(),
            came,
            refused,
            why,
            at: self.now.saturating_sub(self.started),
            took: self.now.saturating_sub(self.step_began),
        };
        if self.attempt < retry {
            self.attempt += 1;
            self.report(Report::Retrying { failure, attempt: self.attempt });
            self.pause(Then::Again);
            return;
        }
        self.report(Report::Failed(failure.clone()));
        match on_fail {
            OnFail::Stop => self.end(Ending::Failed(failure)),
            OnFail::Skip => self.end(Ending::Skipped(failure)),
            OnFail::Continue => self.pause(Then::Next),
        }
    }

    fn pause(&mut self, then: Then) {
        match self.in_hand().and_then(|step| step.wait) {
            Some(wait) => self.phase = Phase::Waiting { until: self.now + wait, then },
            None => self.go_on(then),
        }
    }

    fn go_on(&mut self, then: Then) {
        self.phase = Phase::Ready;
        let Then::Next = then else { return };
        self.attempt = 0;
        let rounds = self.in_hand().map_or(1, |step| step.rounds);
        if self.round + 1 < rounds {
            self.round += 1;
        } else {
            self.round = 0;
            self.step += 1;
        }
    }

    fn end(&mut self, ending: Ending) {
        self.phase = Phase::Over;
        self.report(Report::Ended(ending));
    }
}

#[cfg(test)]
mod tests;
