//! `diagnose --json`: the findings, and what was read, as documented in `docs/diagnose-json.md`.

use anyhow::Context as _;
use serde::Serialize;

use super::session::Session;
use crate::capture::export::as_seconds;
use crate::modem::Direction;
use crate::modem::diagnose::{Evidence, Offer};
use crate::modem::secrets::Secrets;
use crate::modem::transcript::Other;
use crate::notation;

/// One finding as documented in `docs/diagnose-json.md`.
#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'a str,
    title: &'a str,
    cause: &'a str,
    fix: &'a str,
    evidence: Vec<EvidenceJson>,
    offer: Option<OfferJson<'a>>,
    confidence: u8,
    /// It worked later in the same log.
    resolved: bool,
}

#[derive(Serialize)]
struct EvidenceJson {
    direction: &'static str,
    start: u64,
    end: u64,
    seconds: Option<f64>,
    /// Of a log that was read from text.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum OfferJson<'a> {
    /// Send these bytes; `send` is in the notation.
    Send {
        label: &'a str,
        send: String,
    },
    StartServer {
        port: u16,
    },
    ScanBaud,
    Advice {
        text: &'a str,
    },
}

fn offer<'a>(offer: &'a Offer, secrets: &Secrets) -> OfferJson<'a> {
    match offer {
        Offer::Send { label, bytes } => {
            OfferJson::Send { label, send: notation::print(&secrets.masked_bytes(bytes.clone())) }
        }
        Offer::StartServer { port } => OfferJson::StartServer { port: *port },
        Offer::ScanBaud => OfferJson::ScanBaud,
        Offer::Advice(text) => OfferJson::Advice { text },
    }
}

/// What was read, as documented in `docs/diagnose-json.md`.
#[derive(Serialize)]
struct ReadingJson<'a> {
    form: Option<&'a str>,
    other: Option<&'a str>,
    family: Option<&'a str>,
    family_by: Option<&'a str>,
    commands: u32,
    answered: u32,
    refused: u32,
    unanswered: u32,
    refused_commands: Vec<String>,
    unanswered_commands: Vec<String>,
    text: String,
}

#[derive(Serialize)]
struct Both<'a> {
    reading: ReadingJson<'a>,
    findings: Vec<FindingJson<'a>>,
}

/// The findings alone, as an array.
pub(super) fn findings(session: &Session) -> anyhow::Result<String> {
    printed(&of_findings(session))
}

/// What was read, and the findings.
pub(super) fn with_reading(session: &Session) -> anyhow::Result<String> {
    let reading = session.diagnoser.reading();
    let text = session.other.map_or_else(|| reading.text(), |other| other.text().to_owned());
    let by = if reading.told_by_words() { "words" } else { "commands" };
    printed(&Both {
        reading: ReadingJson {
            form: reading.form.filter(|_| !reading.is_nothing()),
            other: session.other.map(Other::name),
            family: reading.family.map(|(_, name)| name),
            family_by: reading.family.map(|_| by),
            commands: reading.commands,
            answered: reading.answered,
            refused: reading.refused,
            unanswered: reading.unanswered,
            refused_commands: reading.refused_commands,
            unanswered_commands: reading.unanswered_commands,
            text,
        },
        findings: of_findings(session),
    })
}

fn printed(value: &impl Serialize) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(value).context("cannot write JSON")?;
    text.push('\n');
    Ok(text)
}

fn of_findings(session: &Session) -> Vec<FindingJson<'_>> {
    let evidence = |evidence: &Evidence| EvidenceJson {
        direction: match evidence.direction {
            Direction::Rx => "rx",
            Direction::Tx => "tx",
        },
        start: evidence.range.start,
        end: evidence.range.end,
        seconds: evidence.at.map(as_seconds),
        line: session.line(evidence),
    };
    let findings = session.diagnoser.findings().iter();
    findings
        .map(|finding| FindingJson {
            rule: finding.rule,
            severity: finding.severity.name(),
            title: &finding.title,
            cause: &finding.cause,
            fix: &finding.fix,
            evidence: finding.evidence.iter().map(evidence).collect(),
            offer: finding.offers.first().map(|first| offer(first, session.diagnoser.secrets())),
            confidence: finding.confidence,
            resolved: finding.resolved,
        })
        .collect()
}
