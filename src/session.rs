//! One link's brain: dialog, diagnoses and macro run. Input and time in, output out.
//!
//! Pure: it neither reads nor writes a port, and never reads the clock. The [worker](crate::worker) and the tests drive
//! it: one [`Session::handle_input`], then [`Session::poll_output`] until `None`. Received bytes never cause a send,
//! unless a macro that the user started says so.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::macros::Macro;
use crate::macros::runner::{Action, Ending, MacroError, Report, Run, Values};
use crate::modem::Direction;
use crate::modem::baud_scan::{self, BaudScan};
use crate::modem::diagnose::{Diagnoser, Doing};
use crate::modem::passthrough::Way;
use crate::modem::secrets::SecretFinder;

mod checking;
mod io;
pub(crate) mod occupant;
mod rounds;

pub(crate) use checking::Checking;
pub(crate) use io::{Input, Output, SendId};
use occupant::{Occupant, Refusal, Wish, first_refusal};
use rounds::Again;
pub use rounds::Rounds;

/// One link's brain.
#[derive(Debug, Default)]
pub(crate) struct Session {
    diagnoser: Diagnoser,
    macros: Option<MacroRun>,
    /// The last scan; in hand while it has a deadline.
    scan: Option<BaudScan>,
    /// The last passthrough check; in hand until it is over.
    check: Option<Checking>,
    /// What is sent and received is no dialog.
    undiagnosed: bool,
    /// The last probe of a scan.
    probe: Option<SendId>,
    sends: SendId,
    outputs: VecDeque<Output>,
    /// The run has more actions than one turn carries over.
    more: bool,
}

/// Wishes of a run carried over in one turn, so that a macro that never waits can still be stopped.
const ACTIONS_A_TURN: usize = 256;

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
    /// All of it again, where that is wanted.
    again: Option<Again>,
    /// When it began: the moment that the value `time` names.
    began: Duration,
}

impl Session {
    /// A session that has seen nothing.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Something happened.
    pub(crate) fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        match input {
            // Probes of ours at wrong rates, and what comes of them, are no dialog: nothing is diagnosed from them.
            Input::Received { bytes, secret } if self.scanning() => {
                self.diagnoser.pass_by(Direction::Rx, bytes, secret);
                self.with_scan(|scan| scan.received(bytes, now));
            }
            // Nor are the bursts of a check.
            Input::Received { bytes, secret } if self.checking() => {
                self.diagnoser.pass_by(Direction::Rx, bytes, secret);
                self.with_check(now, |check| check.received(bytes, now));
            }
            Input::Received { bytes, secret } => self.received(bytes, secret, now),
            Input::Taken { send, bytes, secret, last } => {
                self.taken(send, bytes, secret, now);
                if last {
                    self.left(send, now);
                }
            }
            Input::Damaged | Input::LeftOut(_) if self.undiagnosed || self.scanning() || self.checking() => {}
            Input::Damaged => self.diagnoser.framing_error(Some(now)),
            Input::LeftOut(direction) => self.diagnoser.left_out(direction),
            Input::Stalled(length) => self.stalled(length, now),
            Input::GivenUp(send) => self.with_run(|run| {
                if run.sending == Some(send) {
                    run.run.stop(now);
                }
            }),
            Input::Send(bytes) => self.send(bytes),
            Input::RunMacros(..) | Input::RepeatMacros(..) if self.scanning() || self.checking() => {
                self.end_run(false, self.refusal(Wish::Macro).map(|refusal| refusal.to_string()));
            }
            Input::ScanBaud => self.scan_baud(now),
            Input::Replugged => self.diagnoser.replugged(),
            Input::Modem(family) => self.diagnoser.choose(family),
            Input::Diagnose(on) => self.undiagnosed = !on,
            Input::StopScan => self.with_scan(BaudScan::stop),
            Input::Check(way, baud) => self.begin_check(way, baud, now),
            Input::StopCheck => self.stop_check(now),
            Input::RunMacros(macros, values) => self.start(macros.into(), values, None, now),
            Input::RepeatMacros(macros, values, rounds) => {
                let again = Again::new(macros.clone(), values.clone(), rounds, now);
                self.start(macros.into(), values, Some(again), now);
            }
            Input::StopMacro => self.stop(now),
            Input::Tick => {
                self.diagnoser.tick(now);
                self.with_scan(|scan| scan.tick(now));
                self.with_check(now, |check| check.tick(now));
                self.with_run(|run| run.run.tick(now));
                self.next_round(now);
            }
            Input::Ended => {
                self.scan = None;
                self.stop_check(now);
                self.stop(now);
                self.diagnoser.finish();
            }
        }
        self.pump(now);
    }

    fn received(&mut self, bytes: &[u8], secret: &[Range<usize>], now: Duration) {
        if self.undiagnosed {
            self.diagnoser.pass_by(Direction::Rx, bytes, secret);
        } else {
            self.diagnoser.received(bytes, secret, Some(now));
        }
        self.with_run(|run| run.run.received(bytes, now));
    }

    /// The system took these bytes of a Send.
    fn taken(&mut self, send: SendId, bytes: &[u8], secret: &[Range<usize>], now: Duration) {
        if self.is_of_check(send) || self.probe == Some(send) || self.undiagnosed {
            self.diagnoser.pass_by(Direction::Tx, bytes, secret);
        } else {
            self.diagnoser.sent(bytes, secret, send, Some(now));
        }
    }

    /// All of a Send was taken.
    fn left(&mut self, send: SendId, now: Duration) {
        if self.is_of_check(send) {
            self.with_check(now, |check| check.sent(now));
        } else {
            self.with_run(|run| {
                if run.sending == Some(send) {
                    run.sending = None;
                    run.run.sent(now);
                }
            });
        }
    }

    fn is_of_check(&self, send: SendId) -> bool {
        self.check.as_ref().is_some_and(|check| check.sends(send))
    }

    /// Somebody wants this sent who is no macro.
    fn send(&mut self, bytes: Vec<u8>) {
        if let Some(refusal) = self.refusal(Wish::Send) {
            self.outputs.push_back(Output::Refused(refusal.to_string()));
        } else if !bytes.is_empty() {
            let send = self.next_send();
            self.with_run(|run| run.run.others_sending(&bytes));
            self.outputs.push_back(Output::Write { send, bytes, secret: Vec::new() });
        }
    }

    /// What it wants next, until `None`.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        if self.more {
            return Some(Duration::ZERO);
        }
        let run = self.macros.as_ref().and_then(|run| run.due().or_else(|| run.run.next_deadline()));
        let scan = self.scan.as_ref().and_then(BaudScan::next_deadline);
        let check = self.check.as_ref().and_then(Checking::next_deadline);
        self.diagnoser.next_deadline().into_iter().chain(run).chain(scan).chain(check).min()
    }

    /// Findings and the modem strip.
    #[must_use]
    pub(crate) fn diagnoser(&self) -> &Diagnoser {
        &self.diagnoser
    }

    /// A macro is being run.
    #[must_use]
    pub(crate) fn running(&self) -> bool {
        self.macros.is_some()
    }

    /// What is sent and received is diagnosed.
    #[must_use]
    pub(crate) fn diagnosing(&self) -> bool {
        !self.undiagnosed
    }

    /// The rate of the modem is being looked for.
    #[must_use]
    pub(crate) fn scanning(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.next_deadline().is_some())
    }

    /// The scan in hand or the last one.
    #[must_use]
    pub(crate) fn scan(&self) -> Option<&BaudScan> {
        self.scan.as_ref()
    }

    /// Who of the session has the line.
    #[must_use]
    pub(crate) fn occupants(&self) -> Vec<Occupant> {
        let prompt = matches!(self.diagnoser.strip().doing, Doing::Prompt { .. });
        let has = [
            (self.checking(), Occupant::Check),
            (self.running(), Occupant::Macro),
            (self.scanning(), Occupant::Scan),
            (prompt, Occupant::Prompt),
        ];
        has.into_iter().filter_map(|(has, occupant)| has.then_some(occupant)).collect()
    }

    fn refusal(&self, wish: Wish) -> Option<Refusal> {
        first_refusal(&self.occupants(), wish)
    }

    fn scan_baud(&mut self, now: Duration) {
        if let Some(refusal) = self.refusal(Wish::Scan) {
            self.outputs.push_back(Output::Refused(refusal.to_string()));
            return;
        }
        self.scan = Some(BaudScan::new(now));
        self.with_scan(|_| {});
    }

    /// Acts on the scan in hand and carries its actions over.
    fn with_scan(&mut self, act: impl FnOnce(&mut BaudScan)) {
        if !self.scanning() {
            return;
        }
        if let Some(scan) = &mut self.scan {
            act(scan);
            while let Some(action) = scan.poll() {
                match action {
                    baud_scan::Action::SetBaud(baud) => self.outputs.push_back(Output::SetBaud(baud)),
                    baud_scan::Action::Send(bytes) => {
                        self.sends += 1;
                        self.probe = Some(self.sends);
                        self.outputs.push_back(Output::Write { send: self.sends, bytes, secret: Vec::new() });
                    }
                }
            }
        }
        if !self.scanning() {
            self.outputs.push_back(Output::ScanEnded);
        }
    }

    /// A passthrough check is under way.
    #[must_use]
    pub(crate) fn checking(&self) -> bool {
        self.check.as_ref().is_some_and(|check| !check.is_over())
    }

    /// The passthrough check in hand or the last one.
    #[must_use]
    pub(crate) fn check(&self) -> Option<&Checking> {
        self.check.as_ref()
    }

    fn begin_check(&mut self, way: Way, baud: u32, now: Duration) {
        if let Some(refusal) = self.refusal(Wish::Check) {
            self.outputs.push_back(Output::Refused(refusal.to_string()));
            return;
        }
        self.check = Some(Checking::new(way, baud, now));
        self.with_check(now, |_| {});
    }

    fn stop_check(&mut self, now: Duration) {
        let mut given_up = None;
        self.with_check(now, |check| given_up = check.stop());
        self.outputs.extend(given_up.map(Output::GiveUp));
    }

    /// Acts on the check in hand and carries over what it wants.
    fn with_check(&mut self, now: Duration, act: impl FnOnce(&mut Checking)) {
        let Some(check) = self.check.as_mut().filter(|check| !check.is_over()) else { return };
        act(check);
        if let Some(bytes) = check.poll(self.sends + 1, now) {
            self.sends += 1;
            self.outputs.push_back(Output::Write { send: self.sends, bytes, secret: Vec::new() });
        }
        self.outputs.push_back(if check.is_over() { Output::CheckEnded } else { Output::CheckNews });
    }

    /// The step in hand may have failed by that; what is left of it is not to go out later.
    fn stalled(&mut self, length: Duration, now: Duration) {
        let Some(run) = &mut self.macros else { return };
        run.run.stalled(length, now);
        if !run.run.is_sending() {
            self.outputs.extend(run.sending.take().map(Output::GiveUp));
        }
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

    fn start(&mut self, mut macros: VecDeque<Macro>, values: Values, again: Option<Again>, now: Duration) {
        if let Some(refusal) = self.refusal(Wish::Macro) {
            self.outputs.push_back(Output::Refused(refusal.to_string()));
            return;
        }
        let Some(first) = macros.pop_front() else {
            self.outputs.push_back(Output::RunEnded { done: true, problem: None, kept: Values::new() });
            return;
        };
        match Run::new(&first, &values, now) {
            Ok(run) => {
                let round = again.is_some().then_some(Output::Round { round: 1, due: None });
                self.outputs.extend(round);
                let kept = Values::new();
                self.macros =
                    Some(MacroRun { rest: macros, index: 0, run, values, kept, sending: None, again, began: now });
            }
            Err(problem) => self.refuse(&first.name, &problem),
        }
    }

    fn refuse(&mut self, name: &str, problem: &MacroError) {
        self.end_run(false, Some(format!("{name}: {problem}")));
    }

    fn end_run(&mut self, done: bool, problem: Option<String>) {
        let mut kept = Values::new();
        if let Some(run) = self.macros.take() {
            kept = run.kept;
            kept.extend(run.run.kept().clone());
            let secrets = self.diagnoser.secrets();
            for value in kept.values_mut() {
                *value = secrets.masked(std::mem::take(value));
            }
        }
        self.outputs.push_back(Output::RunEnded { done, problem, kept });
    }

    /// Carries the run's actions over until it has none, or the turn is over.
    fn pump(&mut self, now: Duration) {
        self.more = false;
        for _ in 0..ACTIONS_A_TURN {
            let Some(run) = &mut self.macros else {
                return;
            };
            let Some(action) = run.run.poll() else {
                return;
            };
            match action {
                // Nothing to hand over is handed over at once.
                Action::Send { bytes, .. } if bytes.is_empty() => run.run.sent(now),
                Action::Send { bytes, secret } => {
                    for value in secret.iter().filter_map(|range| bytes.get(range.clone())) {
                        self.diagnoser.keep_secret(value);
                    }
                    self.sends += 1;
                    run.sending = Some(self.sends);
                    self.outputs.push_back(Output::Write { send: self.sends, bytes, secret });
                }
                Action::Set(change) => self.outputs.push_back(Output::SetLines(change)),
                Action::Break(length) => self.outputs.push_back(Output::Break(length)),
                Action::Report(report) => self.report(report, now),
            }
        }
        self.more = self.macros.is_some();
    }

    fn report(&mut self, report: Report, now: Duration) {
        let Some(run) = &mut self.macros else {
            return;
        };
        let secrets = self.diagnoser.secrets();
        let report = report.through(&|bytes| secrets.masked_bytes(bytes), &|text| secrets.masked(text));
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
            self.round_over(now);
            return;
        };
        match Run::new(&next, &run.values, now) {
            Ok(mut started) => {
                started.clock_was_set(run.began);
                run.run = started;
                run.index += 1;
                run.sending = None;
            }
            Err(problem) => self.refuse(&next.name, &problem),
        }
    }
}

/// A session without a macro to which a modem says these pieces: whether anything is sent, and the titles of what is found.
/// For tests and fuzzing.
#[must_use]
pub fn overheard<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (bool, Vec<String>) {
    let (mut session, mut finder) = (Session::default(), SecretFinder::default());
    let mut sends = false;
    for bytes in pieces {
        let secret = finder.find(Direction::Rx, bytes);
        session.handle_input(Input::Received { bytes, secret: &secret }, Duration::from_secs(1));
        while let Some(output) = session.poll_output() {
            sends |= matches!(output, Output::Write { .. } | Output::SetLines(_) | Output::Break(_));
        }
    }
    (sends, session.diagnoser().findings().iter().map(|finding| finding.title.clone()).collect())
}

#[cfg(test)]
mod tests;
