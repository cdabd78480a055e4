//! Runs macros on an open port and shows the dialog while it runs; what `send`, `run` and `demo` have in common.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::common::Line;
use super::dialog::Dialog;
use super::exit::{CommandResult, Exit};
use super::say::{say, say_aside};
use crate::capture::Reader;
use crate::macros::Macro;
use crate::macros::runner::{Ending, Failure, Report, Values};
use crate::modem::diagnose::{Finding, Severity};
use crate::worker::{Order, RunProgress, Status};

/// After a failure the modem may still be talking (`ALREADY CONNECT` follows `ERROR`), and findings rest on it.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Older reports than these are only counted; twice as many steps as a macro may have.
const MOST_REPORTS: usize = 20_000;
/// A run that was stopped ends at once, unless the link is gone.
const STOPPING: Duration = Duration::from_secs(1);

/// How a run went.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunOutcome {
    /// All that was reported: index of the macro, report.
    pub(crate) reports: Vec<(usize, Report)>,
    /// Reports of a very fast run that were gone before they could be read, and the oldest of a very long one.
    pub(crate) missed: u64,
    /// All macros were done.
    pub(crate) done: bool,
    /// Why a macro could not start.
    pub(crate) problem: Option<String>,
    /// Values kept from answers.
    pub(crate) kept: Values,
    /// From its beginning to its end.
    pub(crate) took: Duration,
}

/// Shows what happens on a line.
#[derive(Debug)]
pub(crate) struct Show {
    dialog: Dialog,
    reader: Reader,
    quiet: bool,
    full: bool,
}

impl Show {
    /// Prints the dialog, unless `quiet`.
    #[must_use]
    pub(crate) fn new(line: &Line, quiet: bool) -> Self {
        let reader = line.connection.reader().clone();
        Self { dialog: Dialog::new(&reader), reader, quiet, full: false }
    }

    /// Prints what came since.
    pub(crate) fn update(&mut self, status: &Status) {
        if self.quiet {
            return;
        }
        self.dialog.lines(status.now, say);
        let storage = self.reader.storage();
        if !self.full && storage.path.is_none() && storage.lost > 0 {
            self.full = true;
            say_aside("modemscope: memory for the dialog is full, it ends here; the macros go on. Use --capture.");
        }
    }

    /// Prints what is left.
    pub(crate) fn finish(&mut self) {
        if !self.quiet {
            self.dialog.finish(say);
        }
    }
}

/// Runs macros, one after the other, and waits until they are over.
///
/// # Errors
/// When the link ends or Ctrl+C comes; the run has been stopped then.
pub(crate) fn run_macros(line: &Line, macros: Vec<Macro>, values: Values, show: &mut Show) -> Result<RunOutcome, Exit> {
    let before = line.status().run.as_ref().map_or(0, |run| run.number);
    let started = line.status().now;
    let mut outcome = RunOutcome::default();
    line.order(Order::RunMacro(macros, values))?;
    let mut stopping: Option<Receiver<Instant>> = None;
    loop {
        let status = line.status();
        show.update(&status);
        if let Some(run) = status.run.as_ref().filter(|run| run.number > before) {
            outcome.take(run);
            if run.ended {
                outcome.took = status.now.saturating_sub(started);
                break;
            }
        }
        if let Some(exit) = line.ended() {
            show.finish();
            return Err(exit);
        }
        match &stopping {
            None if line.interrupt.came() => {
                line.order(Order::StopMacro)?;
                stopping = Some(crossbeam_channel::after(STOPPING));
            }
            Some(patience) if patience.try_recv().is_ok() => return Err(Exit::interrupted()),
            _ => {}
        }
        line.wait(if stopping.is_some() { Duration::from_millis(50) } else { Duration::from_secs(1) });
    }
    if !outcome.done {
        // The run is stopped before the port's end is told.
        linger(line, show);
        if let (None, Some(exit)) = (&stopping, line.ended()) {
            show.finish();
            return Err(exit);
        }
    }
    if stopping.is_some() {
        show.finish();
        return Err(Exit::interrupted());
    }
    Ok(outcome)
}

/// Listens a little longer.
pub(crate) fn linger(line: &Line, show: &mut Show) {
    let patience = Duration::from_millis(50);
    let mut left = LAST_WORDS;
    while !left.is_zero() && line.ended().is_none() && !line.interrupt.came() {
        line.rest(patience);
        show.update(&line.status());
        left = left.saturating_sub(patience);
    }
}

impl RunOutcome {
    /// Takes over what is new in the progress.
    fn take(&mut self, run: &RunProgress) {
        let known = self.missed + self.reports.len() as u64;
        let skip = known.saturating_sub(run.dropped);
        self.missed += run.dropped.saturating_sub(known);
        self.reports.extend(run.reports.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).cloned());
        // An endless run reports without end.
        let surplus = self.reports.len().saturating_sub(MOST_REPORTS);
        self.reports.drain(..surplus);
        self.missed += surplus as u64;
        self.done = run.done;
        self.problem.clone_from(&run.problem);
        self.kept.clone_from(&run.kept);
    }

    /// The failure that stopped it: index of the macro, failure.
    #[must_use]
    pub(crate) fn failure(&self) -> Option<(usize, &Failure)> {
        self.reports.iter().rev().find_map(|(index, report)| match report {
            Report::Ended(Ending::Failed(failure)) => Some((*index, failure)),
            _ => None,
        })
    }

    /// Says on standard error what went wrong, with the findings; the exit code. The findings of a run that is done are
    /// said too: what a macro waits for may come although the work is not done.
    ///
    /// # Errors
    /// Not done, where it is not; wrong use, where a macro could not start.
    pub(crate) fn judge(&self, names: &[String], findings: &[Finding]) -> CommandResult {
        if self.done {
            say_findings(findings);
            return Ok(());
        }
        if let Some(problem) = &self.problem {
            return Err(Exit::wrong_use(problem));
        }
        if let Some((index, failure)) = self.failure() {
            let name = names.get(index).map_or("", String::as_str);
            let at = failure.at.as_secs_f64();
            say_aside(format!("failed: {name}, {failure} ({at:.1} s into the macro)"));
        }
        say_findings(findings);
        Err(Exit::not_done())
    }
}

/// Says problems and warnings that are not put right.
pub(crate) fn say_findings(findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| !finding.resolved && finding.severity > Severity::Note) {
        let Finding { rule, title, cause, fix, .. } = finding;
        let kind = if finding.severity == Severity::Problem { "problem" } else { "warning" };
        say_aside(format!("{kind}: {title} [{rule}]\n  why: {cause}\n  what to do: {fix}"));
    }
}
