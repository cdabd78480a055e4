//! A macro run as the status shows it and as the log says it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::RunProgress;
use crate::link::local_now;
use crate::macros::Macro;
use crate::macros::runner::{Ending, Report, Values};
use crate::notation;
use crate::session::Rounds;

/// The run in hand, or the last one.
#[derive(Debug, Default)]
pub(super) struct RunLog {
    number: u64,
    macros: Arc<[Macro]>,
    index: usize,
    reports: VecDeque<(usize, Report)>,
    dropped: u64,
    step_began: Duration,
    round: Option<(u32, Rounds)>,
    next_round: Option<Duration>,
    kept: Values,
    end: Option<(bool, Option<String>)>,
}

impl RunLog {
    pub(super) fn begin(&mut self, macros: Arc<[Macro]>, rounds: Option<Rounds>) {
        let round = rounds.map(|rounds| (1, rounds));
        *self = Self { number: self.number + 1, macros, round, ..Self::default() };
    }

    /// A round begins, or is awaited; the reports are those of one round.
    pub(super) fn round(&mut self, number: u32, due: Option<Duration>) {
        self.next_round = due;
        if let Some((round, _)) = &mut self.round {
            *round = number;
        }
        if due.is_none() {
            self.dropped += self.reports.len() as u64;
            self.reports.clear();
        }
    }

    /// Takes a report in and gives the line for the log.
    pub(super) fn report(&mut self, index: usize, report: Report, now: Duration) -> Option<String> {
        self.index = index;
        if matches!(report, Report::Began { .. } | Report::Retrying { .. }) {
            self.step_began = now;
        }
        let line = match (self.round, &report) {
            (Some((round, rounds)), Report::Ended(Ending::Done)) => Some(round_done(&self.title(), round, rounds)),
            (_, Report::Ended(Ending::Stopped)) => Some(self.stopped()),
            _ => describe(&self.title(), &report),
        };
        if self.reports.len() == RunProgress::KEPT {
            self.reports.pop_front();
            self.dropped += 1;
        }
        self.reports.push_back((index, report));
        line
    }

    /// The run is over; gives the line for the log where there is something to add.
    pub(super) fn end(&mut self, done: bool, problem: Option<String>, kept: Values) -> Option<String> {
        self.kept = kept;
        // A round that was only awaited did not happen.
        if self.next_round.take().is_some()
            && let Some((round, _)) = &mut self.round
        {
            *round -= 1;
        }
        let line = problem.as_ref().map(|problem| format!("macro not started: {problem}"));
        self.end = Some((done, problem));
        line
    }

    pub(super) fn progress(&self) -> Option<RunProgress> {
        (self.number > 0).then(|| RunProgress {
            number: self.number,
            name: self.in_hand().map_or_else(String::new, |what| what.name.clone()),
            macros: Arc::clone(&self.macros),
            reports: self.reports.iter().cloned().collect(),
            dropped: self.dropped,
            step_began: self.step_began,
            round: self.round,
            next_round: self.next_round,
            kept: self.kept.clone(),
            ended: self.end.is_some(),
            done: self.end.as_ref().is_some_and(|(done, _)| *done),
            problem: self.end.as_ref().and_then(|(_, problem)| problem.clone()),
        })
    }

    fn in_hand(&self) -> Option<&Macro> {
        self.macros.get(self.index)
    }

    /// Where it was when it was stopped: what is behind that was not done.
    fn stopped(&self) -> String {
        let steps = self.in_hand().map_or(0, |what| what.steps.len());
        let begun = self.reports.iter().rev().find_map(|(index, report)| match report {
            Report::Began { step, .. } if *index == self.index => Some(step + 1),
            _ => None,
        });
        let place = match begun {
            Some(step) if steps > 1 => format!(" in step {step} of {steps}"),
            Some(_) => String::new(),
            None => " before it began".to_owned(),
        };
        let more = self.macros.len().saturating_sub(self.index + 1);
        let rest = match more {
            0 => String::new(),
            1 => "; 1 macro behind it was not begun".to_owned(),
            _ => format!("; {more} macros behind it were not begun"),
        };
        format!("{}: stopped{place}{rest}", self.title())
    }

    /// As the log has it.
    fn title(&self) -> String {
        self.in_hand().map_or_else(String::new, Macro::title)
    }
}

/// Gives a run the local time from which `${time}` goes on.
pub(super) fn with_time(mut values: Values) -> Values {
    values.entry("time".into()).or_insert_with(local_now);
    values
}

/// The last round tells that all of it is done; the log shows the others as it shows steps.
fn round_done(name: &str, round: u32, rounds: Rounds) -> String {
    if rounds.times == Some(round) {
        format!("{name}: done {round} times")
    } else {
        format!("{name}: run {round} done")
    }
}

/// One line for the log. A step's beginning shows by what it sends, so it has none.
fn describe(name: &str, report: &Report) -> Option<String> {
    match report {
        // That a macro failed was said by its step; where it was stopped needs more than the report.
        Report::Began { .. } | Report::Ended(Ending::Failed(_) | Ending::Stopped) => None,
        Report::Passed { step, matched, took } if matched.is_empty() => {
            Some(format!("{name}: step {} done after {:.3} s", step + 1, took.as_secs_f64()))
        }
        Report::Passed { step, matched, took } => Some(format!(
            "{name}: step {} passed after {:.3} s: {}",
            step + 1,
            took.as_secs_f64(),
            notation::print(matched)
        )),
        Report::Retrying { failure, attempt } => Some(format!("{name}: {failure}; retry {attempt}")),
        Report::Failed(failure) => Some(format!("{name}: failed: {failure}")),
        Report::Ended(Ending::Done) => Some(format!("{name}: done")),
        Report::Ended(Ending::Skipped(failure)) => Some(format!("{name}: left at step {}", failure.step + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::macros::Step;
    use crate::macros::runner::Failure;

    fn named(names: &[&str]) -> Arc<[Macro]> {
        names.iter().map(|&name| Macro { name: name.into(), ..Macro::default() }).collect()
    }

    #[test]
    fn the_log_says_which_step_what_came_and_when() {
        let mut log = RunLog::default();
        assert_eq!(log.progress(), None);
        log.begin(named(&["Open TCP", "Send"]), None);
        let failure = Failure {
            step: 1,
            awaited: vec!["CONNECT OK".into()],
            came: b"\r\nERROR\r\n".to_vec(),
            refused: true,
            why: None,
            at: Duration::from_secs(3),
            took: Duration::from_millis(250),
        };
        let line = log.report(1, Report::Failed(failure), Duration::ZERO).unwrap();
        assert!(line.starts_with("Send: failed: step 2: `\\r\\nERROR\\r\\n` came instead of `CONNECT OK`"), "{line}");
        log.end(false, None, Values::new());
        let progress = log.progress().unwrap();
        assert_eq!((progress.number, progress.ended, progress.done), (1, true, false));
        log.begin(named(&["Again"]), None);
        assert_eq!(log.progress().unwrap().number, 2);
        assert!(log.progress().unwrap().reports.is_empty());
    }

    #[test]
    fn each_round_has_its_own_reports_and_each_step_its_own_clock() {
        let second = Duration::from_secs;
        let mut log = RunLog::default();
        log.begin(named(&["Loop"]), Some(Rounds { times: None, every: second(10) }));
        log.report(0, Report::Began { step: 0, round: 0 }, second(3));
        let line = log.report(0, Report::Ended(Ending::Done), second(4));
        assert_eq!(line.as_deref(), Some("Loop: run 1 done"));
        log.round(2, Some(second(13)));
        let between = log.progress().unwrap();
        assert_eq!((between.next_round, between.reports.len()), (Some(second(13)), 2));
        log.round(2, None);
        log.report(0, Report::Began { step: 0, round: 0 }, second(13));
        let second_round = log.progress().unwrap();
        assert_eq!(second_round.round.map(|(round, _)| round), Some(2));
        assert_eq!((second_round.reports.len(), second_round.dropped, second_round.step_began), (1, 2, second(13)));
    }

    #[test]
    fn a_round_that_was_awaited_when_the_run_ended_does_not_count() {
        let mut log = RunLog::default();
        log.begin(named(&["Loop"]), Some(Rounds { times: None, every: Duration::from_secs(1) }));
        log.report(0, Report::Ended(Ending::Done), Duration::ZERO);
        log.round(2, Some(Duration::from_secs(1)));
        log.end(false, None, Values::new());
        assert_eq!(log.progress().unwrap().round.map(|(round, _)| round), Some(1));
    }

    #[test]
    fn what_was_stopped_says_what_was_not_done() {
        let mut log = RunLog::default();
        let three = Macro { name: "Three".into(), steps: vec![Step::default(); 3], ..Macro::default() };
        log.begin([three, Macro::default(), Macro::default()].into(), None);
        log.report(0, Report::Began { step: 1, round: 0 }, Duration::ZERO);
        let line = log.report(0, Report::Ended(Ending::Stopped), Duration::ZERO);
        assert_eq!(line.as_deref(), Some("Three: stopped in step 2 of 3; 2 macros behind it were not begun"));
        log.begin(named(&["One"]), None);
        let line = log.report(0, Report::Ended(Ending::Stopped), Duration::ZERO);
        assert_eq!(line.as_deref(), Some("One: stopped before it began"));
    }

    #[test]
    fn the_last_round_says_how_many_there_were() {
        let mut log = RunLog::default();
        log.begin(named(&["Loop"]), Some(Rounds { times: Some(2), every: Duration::ZERO }));
        let line = log.report(0, Report::Ended(Ending::Done), Duration::ZERO);
        assert_eq!(line.as_deref(), Some("Loop: run 1 done"));
        log.round(2, None);
        let line = log.report(0, Report::Ended(Ending::Done), Duration::ZERO);
        assert_eq!(line.as_deref(), Some("Loop: done 2 times"));
    }

    #[test]
    fn a_run_without_end_keeps_the_latest_reports() {
        let mut log = RunLog::default();
        log.begin(named(&["Loop"]), None);
        for round in 0..5_000 {
            log.report(0, Report::Began { step: 0, round }, Duration::ZERO);
        }
        assert_eq!(log.progress().unwrap().dropped, 4_000);
        let reports = log.progress().unwrap().reports;
        assert_eq!(reports.len(), RunProgress::KEPT);
        assert_eq!(reports.last(), Some(&(0, Report::Began { step: 0, round: 4_999 })));
    }
}
