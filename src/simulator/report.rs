//! What became of a scenario, for the CI of a forge.

use std::fmt::Write;
use std::time::Duration;

use super::scenario::Outcome;

/// The outcomes as a JUnit file: one suite, a case a step.
#[must_use]
pub fn junit(name: &str, outcomes: &[Outcome]) -> String {
    let escape = |text: &str| {
        let legal = |character: &char| !character.is_control() || "\n\t".contains(*character);
        let text: String = text.chars().filter(legal).collect();
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    };
    let failures = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    let total = outcomes.last().map_or(Duration::ZERO, |last| last.at);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" \
         errors=\"0\" time=\"{:.3}\">\n",
        escape(name),
        outcomes.len(),
        total.as_secs_f64(),
    );
    let mut before = Duration::ZERO;
    for outcome in outcomes {
        let took = outcome.at.saturating_sub(before).as_secs_f64();
        before = outcome.at;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{took:.3}\"",
            escape(name),
            escape(&outcome.name)
        );
        let _ = match &outcome.failure {
            None => writeln!(text, "/>"),
            Some(failure) => writeln!(text, ">\n      <failure message=\"{}\"/>\n    </testcase>", escape(failure)),
        };
    }
    text + "  </testsuite>\n</testsuites>\n"
}
