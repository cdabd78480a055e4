//! `modemscope diagnose`: what went wrong in a capture, a transcript or a pasted log.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use super::common::{counted, say_aside, tell_torn};
use crate::capture::{self, CaptureError, EntryItem, Listener, Opening};
use crate::modem::Direction;
use crate::modem::diagnose::{Diagnoser, Evidence, Finding, Offer, Severity, of_transcript};
use crate::modem::transcript::Transcript;
use crate::notation;

/// Arguments of `diagnose`.
#[derive(Debug, clap::Args)]
pub struct Diagnose {
    /// A capture (pcapng), a transcript (`> ` and `< ` in front of each line) or a log pasted from another tool; `-`
    /// reads standard input.
    pub file: PathBuf,
    /// Prints the findings as a JSON array.
    #[arg(long)]
    pub json: bool,
    /// Exits with 1 if there is a problem or a warning.
    #[arg(long)]
    pub strict: bool,
}

/// A diagnosed session, with the bytes for quoting.
struct Session {
    diagnoser: Diagnoser,
    sent: Bytes,
    received: Bytes,
}

/// The first bytes of one direction; the rest is only counted.
#[derive(Default)]
struct Bytes(Vec<u8>);

/// So much of a session is kept for quotes.
const QUOTABLE: usize = 64 << 20;

impl Bytes {
    fn push(&mut self, bytes: &[u8]) {
        let room = QUOTABLE.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

/// What a pcapng file begins with.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

impl Diagnose {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        match self.diagnose() {
            Ok(code) => code,
            Err(error) => {
                say_aside(format_args!("modemscope diagnose: {error:#}"));
                ExitCode::from(3)
            }
        }
    }

    fn diagnose(&self) -> anyhow::Result<ExitCode> {
        let session = self.read()?;
        let findings = session.diagnoser.findings();
        let text = if self.json { json(findings)? } else { notation::harmless(&session.text()) };
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // A reader that has seen enough (`| head`) is no failure.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(error).context("cannot write the findings");
            }
            _ => {}
        }
        let bad = findings.iter().any(|finding| finding.severity > Severity::Note);
        Ok(ExitCode::from(u8::from(self.strict && bad)))
    }

    fn read(&self) -> anyhow::Result<Session> {
        if self.file == Path::new("-") {
            let mut text = Vec::new();
            std::io::stdin().lock().read_to_end(&mut text).context("cannot read standard input")?;
            return Session::of_stream("standard input", &text);
        }
        if self.file.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir()) {
            let shown = self.file.display().to_string();
            let text = std::fs::read(&self.file).with_context(|| format!("cannot read {shown}"))?;
            return Session::of_stream(&shown, &text);
        }
        match capture::open(&self.file) {
            Ok(opening) => Session::of_capture(opening),
            // A transcript, or a log pasted from another tool.
            Err(CaptureError::NotPcapng { .. }) => {
                let cannot = || format!("cannot read {}", self.file.display());
                Ok(Session::of_text(&std::fs::read(&self.file).with_context(cannot)?))
            }
            // It tells its cause itself.
            Err(error) => anyhow::bail!("{error}"),
        }
    }
}

impl Session {
    /// What can be read once only.
    fn of_stream(name: &str, text: &[u8]) -> anyhow::Result<Self> {
        if text.starts_with(&PCAPNG) {
            anyhow::bail!("{name} is a pcapng capture; give it as a file: modemscope diagnose FILE");
        }
        Ok(Self::of_text(text))
    }

    fn of_text(text: &[u8]) -> Self {
        let transcript = Transcript::read(text);
        let mut session =
            Self { diagnoser: of_transcript(&transcript), sent: Bytes::default(), received: Bytes::default() };
        for chunk in &transcript.chunks {
            session.bytes_mut(chunk.direction).push(&chunk.bytes);
        }
        session
    }

    fn of_capture(opening: Opening) -> anyhow::Result<Self> {
        let reader = opening.finish();
        tell_torn(&reader);
        let (mut sent, mut received) = (Bytes::default(), Bytes::default());
        let mut listener = Listener::default();
        let mut cursor = reader.cursor();
        let mut first = None;
        while let Some(entry) = cursor.next_entry() {
            if let EntryItem::Data { direction, bytes, .. } = &entry.item {
                first.get_or_insert(entry.at);
                match direction {
                    Direction::Rx => received.push(bytes),
                    Direction::Tx => sent.push(bytes),
                }
            }
            listener.hear(&entry, entry.at.saturating_sub(first.unwrap_or(entry.at)));
        }
        if let Some(trouble) = reader.storage().trouble {
            anyhow::bail!(trouble);
        }
        Ok(Self { diagnoser: listener.finish(), sent, received })
    }

    fn bytes_mut(&mut self, direction: Direction) -> &mut Bytes {
        match direction {
            Direction::Rx => &mut self.received,
            Direction::Tx => &mut self.sent,
        }
    }

    /// The findings for people.
    fn text(&self) -> String {
        let findings = self.diagnoser.findings();
        let mut text = String::new();
        for finding in findings {
            let _ = writeln!(text, "{}: {} [{}]", finding.severity.name(), finding.title, finding.rule);
            let _ = writeln!(text, "  why: {}", finding.cause);
            let _ = writeln!(text, "  fix: {}", finding.fix);
            for evidence in &finding.evidence {
                let _ = writeln!(text, "  {}", self.quote(evidence));
            }
            text.push('\n');
        }
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let (problems, warnings, notes) = (count(Severity::Problem), count(Severity::Warning), count(Severity::Note));
        let more = self.diagnoser.more_findings();
        if findings.is_empty() {
            text.push_str("Nothing to report.\n");
        } else {
            let counts =
                [counted(problems, "problem"), counted(warnings, "warning"), counted(notes, "note")].join(", ");
            let _ = writeln!(text, "{counts}");
        }
        if more > 0 {
            let _ = writeln!(text, "and {} that are not shown", counted(more, "more finding"));
        }
        text
    }

    /// One line of evidence: time, direction, bytes in notation, offsets.
    fn quote(&self, evidence: &Evidence) -> String {
        /// Most bytes of a quote.
        const SHOWN: usize = 60;
        let (mark, bytes) = match evidence.direction {
            Direction::Rx => ('<', &self.received.0),
            Direction::Tx => ('>', &self.sent.0),
        };
        let at = evidence.at.map_or("          ".to_owned(), |at| format!("{:>9.3}s", at.as_secs_f64()));
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let quoted = bytes.get(place(evidence.range.start)..place(evidence.range.end));
        let text = match quoted {
            Some(quoted) if quoted.len() > SHOWN => {
                format!("{}…", notation::print(quoted.get(..SHOWN).unwrap_or(quoted)))
            }
            Some(quoted) => notation::print(quoted),
            None => "…".to_owned(),
        };
        let (start, end) = (evidence.range.start, evidence.range.end);
        format!("{at} {mark} {text}   (bytes {start} to {end})")
    }
}

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
}

#[derive(Serialize)]
struct EvidenceJson {
    direction: &'static str,
    start: u64,
    end: u64,
    seconds: Option<f64>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum OfferJson<'a> {
    /// Send these bytes; `send` is in the notation.
    Send {
        label: &'a str,
        send: String,
    },
    ScanBaud,
    Advice {
        text: &'a str,
    },
}

fn offer(offer: &Offer) -> OfferJson<'_> {
    match offer {
        Offer::Send { label, bytes } => OfferJson::Send { label, send: notation::print(bytes) },
        Offer::ScanBaud => OfferJson::ScanBaud,
        Offer::Advice(text) => OfferJson::Advice { text },
    }
}

fn json(findings: &[Finding]) -> anyhow::Result<String> {
    let evidence = |evidence: &Evidence| EvidenceJson {
        direction: match evidence.direction {
            Direction::Rx => "rx",
            Direction::Tx => "tx",
        },
        start: evidence.range.start,
        end: evidence.range.end,
        seconds: evidence.at.map(|at: Duration| at.as_secs_f64()),
    };
    let findings: Vec<FindingJson<'_>> = findings
        .iter()
        .map(|finding| FindingJson {
            rule: finding.rule,
            severity: finding.severity.name(),
            title: &finding.title,
            cause: &finding.cause,
            fix: &finding.fix,
            evidence: finding.evidence.iter().map(evidence).collect(),
            offer: finding.offers.first().map(offer),
            confidence: finding.confidence,
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&findings).context("cannot write JSON")?;
    text.push('\n');
    Ok(text)
}
