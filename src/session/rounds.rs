//! A macro run that is done several times: n times, or every so often until it is stopped.
//!
//! A failure ends it, like a stop and the end of the link; nothing is taken up again by itself.

use std::time::Duration;

use super::{MacroRun, Output, Session};
use crate::macros::Macro;
use crate::macros::runner::{Ending, Report, Run, Values};

/// How often a run is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// How many times; `None` until it is stopped.
    pub times: Option<u32>,
    /// From the start of one run to the start of the next; one that takes longer is followed at once.
    pub every: Duration,
}

/// What is needed to do it once more.
#[derive(Debug)]
pub(super) struct Again {
    macros: Vec<Macro>,
    values: Values,
    rounds: Rounds,
    /// The round in hand, or the one that is awaited; from 1.
    round: u32,
    began: Duration,
    /// The next round begins then.
    due: Option<Duration>,
}

impl Again {
    pub(super) fn new(macros: Vec<Macro>, values: Values, rounds: Rounds, now: Duration) -> Self {
        Self { macros, values, rounds, round: 1, began: now, due: None }
    }
}

impl MacroRun {
    /// When the next round begins, between two of them.
    pub(super) fn due(&self) -> Option<Duration> {
        self.again.as_ref().and_then(|again| again.due)
    }
}

impl Session {
    /// All macros of the run are done: once more, or that was it.
    pub(super) fn round_over(&mut self, now: Duration) {
        let again = self.macros.as_mut().and_then(|run| Some((run.kept.get("counter").cloned(), run.again.as_mut()?)));
        let Some((counter, again)) =
            again.filter(|(_, again)| again.rounds.times.is_none_or(|times| again.round < times))
        else {
            self.end_run(true, None);
            return;
        };
        if let Some(counter) = counter {
            again.values.insert("counter".into(), counter);
        }
        again.round = again.round.saturating_add(1);
        let due = (again.began + again.rounds.every).max(now);
        again.due = Some(due);
        if due > now {
            self.outputs.push_back(Output::Round { round: again.round, due: Some(due) });
        } else {
            self.next_round(now);
        }
    }

    /// Begins the round that is due.
    pub(super) fn next_round(&mut self, now: Duration) {
        let Some(run) = &mut self.macros else { return };
        let Some(again) = run.again.as_mut().filter(|again| again.due.is_some_and(|due| due <= now)) else { return };
        (again.due, again.began) = (None, now);
        let mut macros: std::collections::VecDeque<Macro> = again.macros.clone().into();
        let Some(first) = macros.pop_front() else { return };
        match Run::new(&first, &again.values, now) {
            Ok(mut started) => {
                started.clock_was_set(run.began);
                self.outputs.push_back(Output::Round { round: again.round, due: None });
                (run.values, run.rest, run.run) = (again.values.clone(), macros, started);
                (run.index, run.sending) = (0, None);
            }
            Err(problem) => self.refuse(&first.name, &problem),
        }
    }

    /// Ends the run at once, between two rounds too.
    pub(super) fn stop(&mut self, now: Duration) {
        match &mut self.macros {
            Some(run) if run.due().is_some() => {
                let report = Report::Ended(Ending::Stopped);
                self.outputs.push_back(Output::Macro { index: run.index, report });
                self.end_run(false, None);
            }
            Some(run) => {
                self.outputs.extend(run.sending.take().map(Output::GiveUp));
                run.run.stop(now);
            }
            None => {}
        }
    }
}
