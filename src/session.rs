//! One link's brain: dialog, diagnoses and macro run. Input and time in, output out.
//!
//! Pure: it neither reads nor writes a port, and never reads the clock. The worker (`link::worker`) and the tests drive
//! it: one [`Session::handle_input`], then [`Session::poll_output`] until `None`. Received bytes never cause a send,
//! unless a macro that the user started says so.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::macros::runner::{Ending, Report, Run, Values, Wish};
use crate::macros::{LineChange, Macro};
use crate::modem::diagnose::Diagnoser;

/// Names one Send; the parts that the operating system takes of it carry it.
pub type SendId = u64;

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// A read returned these bytes.
    Received(&'a [u8]),
    /// The operating system took these next bytes of a Send; `last` when none are left.
    Taken {
        /// Which Send.
        send: SendId,
        /// What was taken.
        bytes: &'a [u8],
        /// Nothing of it is left.
        last: bool,
    },
    /// A Send was given up (cancelled or the link ended) with the rest not taken.
    GivenUp(SendId),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Run macros, one after the other, until one fails. Values kept by one are there for the next.
    RunMacros(Vec<Macro>, Values),
    /// Stop the macro run.
    StopMacro,
    /// Time passed.
    Tick,
    /// The link has ended for good: a run stops, and rules about what is missing decide.
    Ended,
}

/// What a session wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Hand these bytes to the port; report with [`Input::Taken`].
    Write {
        /// Which Send.
        send: SendId,
        /// The bytes.
        bytes: Vec<u8>,
        /// Ranges to mask in the capture.
        secret: Vec<Range<usize>>,
    },
    /// Set modem lines.
    SetLines(LineChange),
    /// Send a break.
    Break(Duration),
    /// The macro run got on.
    Macro {
        /// Index of the macro in the list that was given.
        index: usize,
        /// What happened.
        report: Report,
    },
    /// The macro run is over: all macros done, one failed, or it was stopped.
    RunEnded {
        /// All macros were done (or left by `on_fail = "skip"`).
        done: bool,
        /// Why a macro could not start: the parameter or step that cannot be filled in.
        problem: Option<String>,
        /// Values kept from answers, by all macros of the run.
        kept: Values,
    },
    /// What was asked cannot be done now, and why.
    Refused(String),
}

/// One link's brain.
#[derive(Debug, Default)]
pub struct Session {
    diagnoser: Diagnoser,
    macros: Option<MacroRun>,
    sends: SendId,
    outputs: VecDeque<Output>,
    /// The run has more wishes than one turn carries over.
    more: bool,
}

/// Wishes of a run carried over in one turn, so that a macro that never waits can still be stopped.
const WISHES_A_TURN: usize = 256;

/// Several macros, one after the other.
#[derive(Debug)]
struct MacroRun {
    rest: VecDeque<Macro>,
    index: usize,
    run: Run,
    values: Values,
    /// What was kept by the macros before this one.
    kept: Values,
    /// The Send of the step in hand.
    sending: Option<SendId>,
}

impl Session {
    /// A session that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happened.
    pub fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        match input {
            Input::Received(bytes) => {
                self.diagnoser.received(bytes, Some(now));
                self.with_run(|run| run.run.received(bytes, now));
            }
            Input::Taken { send, bytes, last } => {
                if !bytes.is_empty() {
                    self.diagnoser.sent(bytes, send, Some(now));
                }
                if last {
                    self.with_run(|run| {
                        if run.sending == Some(send) {
                            run.sending = None;
                            run.run.sent(now);
                        }
                    });
                }
            }
            Input::GivenUp(send) => self.with_run(|run| {
                if run.sending == Some(send) {
                    run.run.stop(now);
                }
            }),
            Input::Send(bytes) => {
                if !bytes.is_empty() {
                    let send = self.next_send();
                    self.with_run(|run| run.run.others_sending(&bytes));
                    self.outputs.push_back(Output::Write { send, bytes, secret: Vec::new() });
                }
            }
            Input::RunMacros(macros, values) => self.start(macros.into(), values, now),
            Input::StopMacro => self.with_run(|run| run.run.stop(now)),
            Input::Tick => {
                self.diagnoser.tick(now);
                self.with_run(|run| run.run.tick(now));
            }
            Input::Ended => {
                self.with_run(|run| run.run.stop(now));
                self.diagnoser.finish();
            }
        }
        self.pump(now);
    }

    /// What it wants next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        if self.more {
            return Some(Duration::ZERO);
        }
        let run = self.macros.as_ref().and_then(|run| run.run.next_deadline());
        self.diagnoser.next_deadline().into_iter().chain(run).min()
    }

    /// Findings and the modem strip.
    #[must_use]
    pub fn diagnoser(&self) -> &Diagnoser {
        &self.diagnoser
    }

    /// A macro is being run.
    #[must_use]
    pub fn running(&self) -> bool {
        self.macros.is_some()
    }

    fn next_send(&mut self) -> SendId {
        self.sends += 1;
        self.sends
    }

    fn with_run(&mut self, act: impl FnOnce(&mut MacroRun)) {
        if let Some(run) = &mut self.macros {
            act(run);
        }
    }

    fn start(&mut self, mut macros: VecDeque<Macro>, values: Values, now: Duration) {
        if self.macros.is_some() {
            self.outputs.push_back(Output::Refused("a macro is running; stop it first".into()));
            return;
        }
        let Some(first) = macros.pop_front() else {
            self.outputs.push_back(Output::RunEnded { done: true, problem: None, kept: Values::new() });
            return;
        };
        match Run::new(&first, &values, now) {
            Ok(run) => {
                self.macros =
                    Some(MacroRun { rest: macros, index: 0, run, values, kept: Values::new(), sending: None });
            }
            Err(problem) => self.refuse(&first.name, &problem),
        }
    }

    fn refuse(&mut self, name: &str, problem: &str) {
        self.end_run(false, Some(format!("{name}: {problem}")));
    }

    fn end_run(&mut self, done: bool, problem: Option<String>) {
        let mut kept = Values::new();
        if let Some(run) = self.macros.take() {
            kept = run.kept;
            kept.extend(run.run.kept().clone());
        }
        self.outputs.push_back(Output::RunEnded { done, problem, kept });
    }

    /// Carries the run's wishes over until it has none, or the turn is over.
    fn pump(&mut self, now: Duration) {
        self.more = false;
        for _ in 0..WISHES_A_TURN {
            let Some(run) = &mut self.macros else {
                return;
            };
            let Some(wish) = run.run.poll() else {
                return;
            };
            match wish {
                // Nothing to hand over is handed over at once.
                Wish::Send { bytes, .. } if bytes.is_empty() => run.run.sent(now),
                Wish::Send { bytes, secret } => {
                    self.sends += 1;
                    run.sending = Some(self.sends);
                    self.outputs.push_back(Output::Write { send: self.sends, bytes, secret });
                }
                Wish::Set(change) => self.outputs.push_back(Output::SetLines(change)),
                Wish::Break(length) => self.outputs.push_back(Output::Break(length)),
                Wish::Report(report) => self.report(report, now),
            }
        }
        self.more = self.macros.is_some();
    }

    fn report(&mut self, report: Report, now: Duration) {
        let Some(run) = &mut self.macros else {
            return;
        };
        let ending = match &report {
            Report::Ended(ending) => Some(ending.clone()),
            _ => None,
        };
        self.outputs.push_back(Output::Macro { index: run.index, report });
        match ending {
            None => {}
            Some(Ending::Done | Ending::Skipped(_)) => self.next_macro(now),
            Some(Ending::Failed(_) | Ending::Stopped) => {
                self.end_run(false, None);
            }
        }
    }

    fn next_macro(&mut self, now: Duration) {
        let Some(run) = &mut self.macros else {
            return;
        };
        let kept = run.run.kept().clone();
        run.values.extend(kept.clone());
        run.kept.extend(kept);
        let Some(next) = run.rest.pop_front() else {
            self.end_run(true, None);
            return;
        };
        match Run::new(&next, &run.values, now) {
            Ok(started) => {
                run.run = started;
                run.index += 1;
                run.sending = None;
            }
            Err(problem) => self.refuse(&next.name, &problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1);

    fn outputs(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    #[test]
    fn each_send_has_its_own_number() {
        let mut session = Session::new();
        session.handle_input(Input::Send(b"AT\r".to_vec()), START);
        session.handle_input(Input::Send(Vec::new()), START);
        session.handle_input(Input::Send(b"ATE0\r".to_vec()), START);
        let expect = [(1, b"AT\r".to_vec()), (2, b"ATE0\r".to_vec())].map(|(send, bytes)| Output::Write {
            send,
            bytes,
            secret: vec![],
        });
        assert_eq!(outputs(&mut session), expect);
    }

    #[test]
    fn received_bytes_cause_nothing_by_themselves() {
        let mut session = Session::new();
        session.handle_input(Input::Received(b"\r\n> \x1b[6n\x05+CMTI\r\n"), START);
        session.handle_input(Input::Tick, START);
        assert_eq!(outputs(&mut session), []);
    }

    #[test]
    fn no_macros_are_done_at_once() {
        let mut session = Session::new();
        session.handle_input(Input::RunMacros(vec![], Values::new()), START);
        assert_eq!(outputs(&mut session), [Output::RunEnded { done: true, problem: None, kept: Values::new() }]);
        assert!(!session.running());
    }
}
