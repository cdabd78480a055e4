//! A run for people: its rows with the sketch's line beside each, and what goes wrong, by line.

mod account;
mod dialog;
mod elsewhere;
mod masked;
mod mended;
mod slips;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::board::{Nanos, Row, Way};
use super::import::{Pins, of_run};
use super::origin::bytes;
use super::run::{Ran, RunOptions, run};
use super::source::Source;
use super::syntax::Line;
use super::told::told;
use crate::modem::Direction;
use crate::modem::diagnose::{Diagnoser, Evidence, Finding, Severity};
use crate::modem::secrets::SecretFinder;

pub(crate) use account::{RunRow, SketchFinding, SketchQuestion};
pub use account::{RunWay, SketchRun};

/// Runs a sketch on the simulated modem and tells what happened. Takes any text; never fails.
#[must_use]
pub fn run_sketch(source: &Source, options: &RunOptions) -> SketchRun {
    let ran = run(source, options);
    let told = told(source, &ran);
    let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number));
    let mut rows: Vec<&Row> =
        ran.board.rows.iter().filter(|row| !matches!(row.way, Way::Elsewhere(_)) && !row.text.is_empty()).collect();
    rows.sort_by_key(|row| row.at);
    let mut findings = of_the_dialog(&ran);
    findings.extend(slips::findings(&ran));
    findings.extend(dialog::findings(&ran));
    let findings = elsewhere::judged(&ran, findings);
    let findings = tidy(source, &ran, findings);
    let run = SketchRun {
        object: port.map(|port| port.name.clone()),
        pins: Pins::of(&ran),
        baud: port.and_then(|port| port.rates.first()).map(|(baud, _)| *baud),
        rows: rows.into_iter().map(|row| shown(source, &ran, row)).collect(),
        findings,
        told,
        asked: asked(&ran),
        is_no_sketch: ran.is_no_sketch(source),
        ended: ended(&ran),
        lasted: Duration::from_nanos(ran.board.now),
        imported: of_run(source, &ran),
    };
    masked::masked(source, run)
}

/// Each once, in the order in which the sketch asks.
fn asked(ran: &Ran) -> Vec<SketchQuestion> {
    let sent = ran.board.rows.iter().filter(|row| row.way == Way::ToModem).flat_map(|row| &row.text);
    let sent: BTreeSet<usize> = sent.filter_map(|ch| ch.from.question()).collect();
    let mut asked: Vec<SketchQuestion> = Vec::new();
    for (index, question) in ran.report.questions.iter().enumerate() {
        let counts = sent.contains(&index) || ran.report.branches.iter().any(|branch| branch.question == index);
        if counts && !asked.iter().any(|known| known.name == question.name) {
            let (name, words, value) = (question.name.clone(), question.words(), question.default.clone());
            asked.push(SketchQuestion { name, words, value, line: ran.spot(question.line).line });
        }
    }
    asked
}

fn shown(source: &Source, ran: &Ran, row: &Row) -> RunRow {
    let spot = ran.spot(row.line);
    let way = match row.way {
        Way::ToModem => RunWay::Sent,
        Way::FromModem => RunWay::Received,
        _ => RunWay::Console,
    };
    let at = Duration::from_nanos(row.at);
    RunRow { at, way, bytes: bytes(&row.text), line: spot.line, source: source.line(spot).to_owned() }
}

fn ended(ran: &Ran) -> String {
    match (&ran.halt, ran.rounds) {
        (Some(halt), _) => format!("line {}: {}", ran.spot(halt.line).line, halt.why.words()),
        (None, 0) => "setup is over; loop sends nothing".to_owned(),
        (None, 1) => "setup, and one round of loop that sent something".to_owned(),
        (None, rounds) => format!("setup, and {rounds} rounds of loop that sent something"),
    }
}

/// A finding before its line is looked up.
struct Raw {
    rule: &'static str,
    severity: Severity,
    line: Option<Line>,
    title: String,
    cause: String,
    fix: String,
    /// What to write, where it does not follow from the line as it stands.
    corrected: Option<String>,
    /// The answer that the sketch should wait for.
    awaited: Option<String>,
}

impl Raw {
    fn new(rule: &'static str, severity: Severity, line: Line, title: String, cause: &str, fix: &str) -> Self {
        let (cause, fix) = (cause.to_owned(), fix.to_owned());
        Self { rule, severity, line: Some(line), title, cause, fix, corrected: None, awaited: None }
    }

    fn corrected(self, text: String) -> Self {
        Self { corrected: Some(text), ..self }
    }
}

/// What the rules for any dialog with a modem say, each at the line that caused it.
fn of_the_dialog(ran: &Ran) -> Vec<Raw> {
    let rows = ran.dialog();
    let (mut diagnoser, mut secrets) = (Diagnoser::new(), SecretFinder::default());
    let mut sent: Vec<(u64, Line)> = Vec::new();
    let mut received: Vec<(u64, Nanos)> = Vec::new();
    let (mut sent_bytes, mut received_bytes) = (0_u64, 0_u64);
    for (number, row) in rows.iter().enumerate() {
        let at = Some(Duration::from_nanos(row.at));
        let text = bytes(&row.text);
        let length = u64::try_from(text.len()).unwrap_or(0);
        if row.way == Way::ToModem {
            sent.push((sent_bytes, row.line));
            sent_bytes += length;
            let secret = secrets.find(Direction::Tx, &text);
            diagnoser.sent(&text, &secret, u64::try_from(number).unwrap_or(0), at);
        } else {
            received.push((received_bytes, row.at));
            received_bytes += length;
            diagnoser.received(&text, &secrets.find(Direction::Rx, &text), at);
        }
    }
    diagnoser.finish();
    let line_of = |evidence: &Evidence| match evidence.direction {
        Direction::Tx => {
            let before = sent.iter().rev().find(|(offset, _)| *offset <= evidence.range.start);
            before.map(|(_, line)| *line)
        }
        Direction::Rx => {
            let at = received.iter().rev().find(|(offset, _)| *offset <= evidence.range.start)?.1;
            rows.iter().rev().find(|row| row.way == Way::ToModem && row.at <= at).map(|row| row.line)
        }
    };
    let raw = |finding: &Finding| {
        // What was sent is what can be changed: mostly the last of it.
        let mut sends = finding.evidence.iter().filter(|evidence| evidence.direction == Direction::Tx);
        let is_first = finding.rule == "line-end-before-terminator";
        let sends = if is_first { sends.next() } else { sends.next_back() };
        let line = sends.or(finding.evidence.last()).and_then(line_of);
        Raw {
            rule: finding.rule,
            severity: finding.severity,
            line,
            title: finding.title.clone(),
            cause: finding.cause.clone(),
            fix: finding.fix.clone(),
            corrected: None,
            awaited: None,
        }
    };
    // What is said of a cable to a computer does not fit a board.
    let fits = |finding: &&Finding| !finding.resolved && finding.rule != "board-reset-on-open";
    diagnoser.findings().iter().filter(fits).map(raw).collect()
}

/// The lines of each rule.
type Told = BTreeMap<&'static str, BTreeSet<usize>>;

/// Each with its line and what to write there; one cause is told once.
fn tidy(source: &Source, ran: &Ran, raw: Vec<Raw>) -> Vec<SketchFinding> {
    let port = ran.board.modem_port.and_then(|number| ran.board.ports.get(number)).map(|port| port.name.clone());
    let port = port.unwrap_or_else(|| "modem".to_owned());
    let mut findings: Vec<SketchFinding> = Vec::new();
    let mut told = Told::new();
    for found in raw {
        let spot = found.line.map(|line| ran.spot(line)).unwrap_or_default();
        let text = source.line(spot).to_owned();
        let corrected = found.corrected.clone().or_else(|| mended::line(&found, &text, &port));
        let title = match source.other_tab(spot) {
            Some(tab) => format!("{} (in {tab})", found.title),
            None => found.title,
        };
        let finding = SketchFinding {
            rule: found.rule,
            severity: found.severity,
            line: spot.line,
            source: text,
            title,
            cause: found.cause,
            fix: found.fix,
            corrected,
        };
        if told.entry(finding.rule).or_default().insert(finding.line) {
            findings.push(finding);
        }
    }
    findings.retain(|finding| !is_consequence(finding, &told));
    // The order in which they are shown everywhere: by line, the worst first in each; what is only good to know stands behind them.
    findings
        .sort_by_key(|finding| (finding.severity == Severity::Note, finding.line, std::cmp::Reverse(finding.severity)));
    findings
}

/// The same cause is told already: the sketch's own words stand before the dialog's, and what follows from a command that left
/// too early is not told beside it.
fn is_consequence(finding: &SketchFinding, told: &Told) -> bool {
    let around = finding.line.saturating_sub(3)..=finding.line + 3;
    let near = |rule: &str| told.get(rule).is_some_and(|lines| lines.range(around.clone()).next().is_some());
    let before = |rules: &[&str]| {
        let first = rules.iter().filter_map(|rule| told.get(rule)?.first()).min();
        first.is_some_and(|line| *line < finding.line)
    };
    match finding.rule {
        "terminator-typed-as-text" => near("sketch-terminator-as-text"),
        "send-before-connect" | "terminator-before-prompt" => near("sketch-no-wait"),
        // Without a prompt there was nothing that could be closed too early.
        "closed-before-sent" => before(&["sketch-no-wait", "send-before-connect", "terminator-before-prompt"]),
        _ => false,
    }
}
