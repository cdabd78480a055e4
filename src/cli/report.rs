//! The result of `run` for other programs: JSON lines and JUnit XML. `docs/cli.md` documents both.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::running::RunOutcome;
use crate::macros::runner::{Ending, Failure, Report};
use crate::modem::diagnose::{Finding, Severity};
use crate::modem::secrets::masked;
use crate::notation;

/// Gathers the runs of one call.
#[derive(Debug)]
pub(crate) struct Bench {
    suite: String,
    names: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Debug)]
struct Case {
    name: String,
    took: Duration,
    /// Short and long, where it failed.
    failure: Option<(String, String)>,
    skipped: bool,
}

impl Bench {
    /// For a book's file and the macros that are run.
    #[must_use]
    pub(crate) fn new(file: &Path, names: &[String]) -> Self {
        let suite = file.file_name().map_or_else(String::new, |name| masked(&name.to_string_lossy()));
        Self { suite, names: names.to_vec(), cases: Vec::new() }
    }

    /// Takes a run in.
    pub(crate) fn add(&mut self, round: u32, outcome: &RunOutcome, findings: &[Finding]) {
        for (index, name) in self.names.iter().enumerate() {
            let name = if round == 1 { name.clone() } else { format!("{name} (run {round})") };
            let (took, result) = result_of(outcome, index);
            let failure = match &result {
                MacroResult::Failed(failure) => {
                    Some((failure.to_string(), findings.iter().map(describe).collect::<String>()))
                }
                MacroResult::Stopped => Some(("stopped".to_owned(), String::new())),
                MacroResult::NotRun => outcome.problem.clone().map(|problem| (problem, String::new())),
                MacroResult::Done | MacroResult::Left => None,
            };
            let skipped = matches!(result, MacroResult::NotRun) && failure.is_none();
            self.cases.push(Case { name, took, failure, skipped });
        }
    }

    /// One run as a line of JSON.
    #[must_use]
    pub(crate) fn json(&self, round: u32, outcome: &RunOutcome, findings: &[Finding]) -> Value {
        let macros: Vec<Value> =
            self.names.iter().enumerate().map(|(index, name)| macro_json(name, index, outcome)).collect();
        let kept: serde_json::Map<String, Value> = outcome
            .kept
            .iter()
            .filter(|(name, _)| *name != "counter")
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        json!({
            "run": round,
            "ok": outcome.done,
            "seconds": seconds(outcome.took),
            "problem": outcome.problem,
            "macros": macros,
            "reports_missed": outcome.missed,
            "kept": kept,
            "findings": findings.iter().filter(|finding| !finding.resolved).map(finding_json).collect::<Vec<_>>(),
        })
    }

    /// All runs as JUnit XML.
    #[must_use]
    pub(crate) fn junit(&self) -> String {
        let count = |test: fn(&Case) -> bool| self.cases.iter().filter(|case| test(case)).count();
        let suite = escape(&self.suite);
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{suite}\" tests=\"{}\" failures=\"{}\" \
             skipped=\"{}\" time=\"{:.3}\">\n",
            self.cases.len(),
            count(|case| case.failure.is_some()),
            count(|case| case.skipped),
            self.cases.iter().map(|case| case.took).sum::<Duration>().as_secs_f64(),
        );
        for case in &self.cases {
            let name = escape(&case.name);
            let open =
                format!("  <testcase classname=\"{suite}\" name=\"{name}\" time=\"{:.3}\"", case.took.as_secs_f64());
            let element = match &case.failure {
                Some((short, long)) => {
                    let (short, long) = (escape(short), escape(long));
                    format!("{open}>\n    <failure message=\"{short}\">{long}</failure>\n  </testcase>\n")
                }
                None if case.skipped => format!("{open}>\n    <skipped/>\n  </testcase>\n"),
                None => format!("{open}/>\n"),
            };
            xml.push_str(&element);
        }
        xml + "</testsuite>\n"
    }
}

/// How one macro of a run ended.
#[derive(Debug)]
enum MacroResult<'a> {
    Done,
    Failed(&'a Failure),
    Left,
    Stopped,
    NotRun,
}

fn reports_of(outcome: &RunOutcome, index: usize) -> impl Iterator<Item = &Report> {
    outcome.reports.iter().filter(move |(of, _)| *of == index).map(|(_, report)| report)
}

fn result_of(outcome: &RunOutcome, index: usize) -> (Duration, MacroResult<'_>) {
    let took = |report: &Report| match report {
        Report::Passed { took, .. } => *took,
        Report::Failed(failure) | Report::Retrying { failure, .. } => failure.took,
        Report::Began { .. } | Report::Ended(_) => Duration::ZERO,
    };
    let took: Duration = reports_of(outcome, index).map(took).sum();
    let ending = reports_of(outcome, index).find_map(|report| match report {
        Report::Ended(ending) => Some(ending),
        _ => None,
    });
    let result = match ending {
        Some(Ending::Done) => MacroResult::Done,
        Some(Ending::Failed(failure)) => MacroResult::Failed(failure),
        Some(Ending::Skipped(_)) => MacroResult::Left,
        Some(Ending::Stopped) => MacroResult::Stopped,
        None => MacroResult::NotRun,
    };
    (took, result)
}

fn macro_json(name: &str, index: usize, outcome: &RunOutcome) -> Value {
    let (_, result) = result_of(outcome, index);
    let result = match result {
        MacroResult::Done => "done",
        MacroResult::Failed(_) => "failed",
        MacroResult::Left => "left",
        MacroResult::Stopped => "stopped",
        MacroResult::NotRun => "not run",
    };
    let mut round = 0;
    let mut attempt = 1;
    let mut steps = Vec::new();
    for report in reports_of(outcome, index) {
        match report {
            Report::Began { round: now, .. } => round = *now,
            Report::Passed { step, matched, took } => {
                steps.push(json!({
                    "step": step + 1, "round": round + 1, "attempt": attempt, "result": "passed",
                    "seconds": seconds(*took), "matched": notation::print(matched),
                }));
                attempt = 1;
            }
            Report::Retrying { failure, attempt: next } => {
                steps.push(failed_json(failure, round, attempt, "retried"));
                attempt = next + 1;
            }
            Report::Failed(failure) => {
                steps.push(failed_json(failure, round, attempt, "failed"));
                attempt = 1;
            }
            Report::Ended(_) => {}
        }
    }
    json!({ "name": name, "result": result, "steps": steps })
}

fn failed_json(failure: &Failure, round: u32, attempt: u32, result: &str) -> Value {
    json!({
        "step": failure.step + 1, "round": round + 1, "attempt": attempt, "result": result,
        "seconds": seconds(failure.took), "at": seconds(failure.at), "awaited": failure.awaited,
        "came": notation::print(&failure.came), "refused": failure.refused, "why": failure.why,
    })
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "severity": severity(finding.severity),
        "title": finding.title,
        "cause": finding.cause,
        "fix": finding.fix,
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Problem => "problem",
    }
}

fn describe(finding: &Finding) -> String {
    let Finding { rule, title, cause, fix, .. } = finding;
    format!("{}: {title} [{rule}]\nwhy: {cause}\nwhat to do: {fix}\n", severity(finding.severity))
}

/// Seconds to the microsecond.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}

/// Text for XML: its five characters as entities, and what XML 1.0 cannot hold as a replacement character.
fn escape(text: &str) -> String {
    let one = |character: char| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        '\n' | '\t' => character.to_string(),
        '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => '\u{FFFD}'.to_string(),
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn outcome() -> RunOutcome {
        let failure = Failure {
            step: 1,
            awaited: vec![r"\r\n> ".into()],
            came: b"+CME ERROR: 3".to_vec(),
            refused: true,
            took: Duration::from_millis(250),
            at: Duration::from_millis(300),
            why: None,
        };
        RunOutcome {
            reports: vec![
                (0, Report::Began { step: 0, round: 0 }),
                (0, Report::Passed { step: 0, matched: b"OK".to_vec(), took: Duration::from_millis(20) }),
                (0, Report::Ended(Ending::Done)),
                (1, Report::Began { step: 1, round: 0 }),
                (1, Report::Retrying { failure: failure.clone(), attempt: 1 }),
                (1, Report::Began { step: 1, round: 0 }),
                (1, Report::Failed(failure.clone())),
                (1, Report::Ended(Ending::Failed(failure))),
            ],
            kept: [("ip".to_owned(), "10.0.0.1".to_owned())].into(),
            took: Duration::from_millis(570),
            ..RunOutcome::default()
        }
    }

    fn bench() -> Bench {
        Bench::new(Path::new("dir/a&b.toml"), &["Open".into(), "Send <1A>".into(), "Close".into()])
    }

    #[test]
    fn json_holds_every_step() {
        let text = serde_json::to_string_pretty(&bench().json(1, &outcome(), &[])).unwrap();
        expect![[r#"
            {
              "findings": [],
              "kept": {
                "ip": "10.0.0.1"
              },
              "macros": [
                {
                  "name": "Open",
                  "result": "done",
                  "steps": [
                    {
                      "attempt": 1,
                      "matched": "OK",
                      "result": "passed",
                      "round": 1,
                      "seconds": 0.02,
                      "step": 1
                    }
                  ]
                },
                {
                  "name": "Send <1A>",
                  "result": "failed",
                  "steps": [
                    {
                      "at": 0.3,
                      "attempt": 1,
                      "awaited": [
                        "\\r\\n> "
                      ],
                      "came": "+CME ERROR: 3",
                      "refused": true,
                      "result": "retried",
                      "round": 1,
                      "seconds": 0.25,
                      "step": 2,
                      "why": null
                    },
                    {
                      "at": 0.3,
                      "attempt": 2,
                      "awaited": [
                        "\\r\\n> "
                      ],
                      "came": "+CME ERROR: 3",
                      "refused": true,
                      "result": "failed",
                      "round": 1,
                      "seconds": 0.25,
                      "step": 2,
                      "why": null
                    }
                  ]
                },
                {
                  "name": "Close",
                  "result": "not run",
                  "steps": []
                }
              ],
              "ok": false,
              "problem": null,
              "reports_missed": 0,
              "run": 1,
              "seconds": 0.57
            }"#]]
        .assert_eq(&text);
    }

    #[test]
    fn junit_is_well_formed() {
        let mut bench = bench();
        bench.add(1, &outcome(), &[]);
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="a&amp;b.toml" tests="3" failures="1" skipped="1" time="0.520">
              <testcase classname="a&amp;b.toml" name="Open" time="0.020"/>
              <testcase classname="a&amp;b.toml" name="Send &lt;1A&gt;" time="0.500">
                <failure message="step 2: `+CME ERROR: 3` came instead of `\r\n&gt; `, after 0.2 s"></failure>
              </testcase>
              <testcase classname="a&amp;b.toml" name="Close" time="0.000">
                <skipped/>
              </testcase>
            </testsuite>
        "#]]
        .assert_eq(&bench.junit());
    }
}
