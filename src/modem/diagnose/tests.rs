//! Stories: for each rule one where it must speak and one close to it where it must not.

mod advice;
mod data_end;
mod docs;
mod families;
mod forms;
mod healthy;
mod hearing;
mod laws;
mod line;
mod logs;
mod order;
mod pasted;
mod power;
mod quiet;
mod refusals;
mod resync;
mod strangers;
mod transcripts;
mod truth;

use super::*;

/// Rules that speak, in order of the bytes; notes in brackets.
pub(super) fn rules(diagnoser: &Diagnoser) -> String {
    let name = |finding: &Finding| match finding.severity {
        Severity::Note => format!("({})", finding.rule),
        _ => finding.rule.to_owned(),
    };
    diagnoser.findings().iter().map(name).collect::<Vec<_>>().join(" ")
}

/// A transcript gives exactly these rules.
#[track_caller]
pub(super) fn check(text: &str, expect: &str) {
    let transcript = Transcript::read(text.as_bytes());
    let diagnoser = of_transcript(&transcript);
    assert_eq!(rules(&diagnoser), expect, "{text}\n{:#?}", diagnoser.findings());
    for finding in diagnoser.findings() {
        assert!(!finding.evidence.is_empty(), "{finding:?}");
        for text in [&finding.title, &finding.cause, &finding.fix] {
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
        }
    }
}

/// A session over an open single connection, with `rest` behind it.
#[track_caller]
pub(super) fn connected(rest: &str, expect: &str) {
    let before = r#"
> AT+CIPSTART="TCP","example.com","80"\r
< AT+CIPSTART="TCP","example.com","80"\r\r\nOK\r\n\r\nCONNECT OK\r\n
"#;
    check(&format!("{}{}", before.trim_start(), rest.trim_start()), expect);
}

/// The prompt of a send over an open connection, with `rest` behind it.
#[track_caller]
pub(super) fn at_prompt(rest: &str, expect: &str) {
    connected(&format!("> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n> \n{}", rest.trim_start()), expect);
}
