//! `modemscope diagnose`: what went wrong in a capture, a transcript or a pasted log.

mod json;
mod session;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::common::counted;
use super::exit::finish;
use super::modem::ModemOption;
use super::say::say;
use super::sketch_run;
use crate::modem::Direction;
use crate::modem::diagnose::{Evidence, Finding, Severity};
use crate::notation;
use crate::os::reasons::not_written;
use crate::sketch::RunOptions;
use session::Session;

/// Arguments of `diagnose`.
#[derive(Debug, clap::Args)]
pub struct Diagnose {
    /// A capture (pcapng), an Arduino sketch (.ino, which is run), a transcript ('> ' and '< ' in front of each line) or a log pasted from another tool; -
    /// reads standard input.
    pub file: PathBuf,
    /// Prints the findings as a JSON array.
    #[arg(long)]
    pub json: bool,
    /// With --json: prints an object, with what was read beside the findings.
    #[arg(long, requires = "json")]
    pub reading: bool,
    /// Exits with 1 if there is a problem or a warning that is not over.
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    modem: ModemOption,
}

/// An Arduino sketch, by its name.
fn is_sketch(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "ino" || kind == "pde")
}

impl Diagnose {
    /// A sketch is run, and explained.
    fn explain(&self) -> ExitCode {
        let source = match sketch_run::read_sketch(&self.file) {
            Ok(source) => source,
            Err(exit) => return finish(Err(exit)),
        };
        let explained = sketch_run::run_of(&self.file, &source, &RunOptions::default())
            .and_then(|run| Ok((sketch_run::explained(&self.file, &run, self.json)?, run)));
        let (text, run) = match explained {
            Ok(explained) => explained,
            Err(exit) => return finish(Err(exit)),
        };
        say(text.trim_end());
        ExitCode::from(u8::from(self.strict && sketch_run::is_bad(&run)))
    }
}

impl Diagnose {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        match self.diagnose() {
            Ok(code) => code,
            Err(error) => finish(Err(error.into())),
        }
    }

    fn diagnose(&self) -> anyhow::Result<ExitCode> {
        if is_sketch(&self.file) {
            return Ok(self.explain());
        }
        let session = Session::read(&self.file, self.modem.modem)?;
        let findings = session.diagnoser.findings();
        let text = match (self.json, self.reading) {
            (false, _) => notation::harmless(&text(&session)),
            (true, false) => json::findings(&session)?,
            (true, true) => json::with_reading(&session)?,
        };
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // A reader that has seen enough (`| head`) is no failure.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                anyhow::bail!("standard output cannot be written: {}", not_written(Path::new(""), &error));
            }
            _ => {}
        }
        let bad = findings.iter().any(Finding::is_bad);
        Ok(ExitCode::from(u8::from(self.strict && bad)))
    }
}

/// The findings for people, what matters most first, and what they were drawn from.
fn text(session: &Session) -> String {
    let mut findings: Vec<&Finding> = session.diagnoser.findings().iter().collect();
    findings.sort_by_key(|finding| finding.weight());
    let mut text = String::new();
    for finding in &findings {
        let over = if finding.resolved { " (It is over: it worked later.)" } else { "" };
        let _ = writeln!(text, "{}: {}{over} [{}]", finding.severity.name(), finding.title, finding.rule);
        let _ = writeln!(text, "  why: {}", finding.cause);
        let _ = writeln!(text, "  fix: {}", finding.fix);
        for evidence in &finding.evidence {
            let _ = writeln!(text, "  {}", quote(session, evidence));
        }
        text.push('\n');
    }
    if let Some(other) = session.other {
        let _ = writeln!(text, "Not a log. {}", other.text());
        return text;
    }
    let reading = session.diagnoser.reading();
    let _ = writeln!(text, "{}", reading.text());
    if findings.is_empty() {
        let _ = writeln!(text, "{}", reading.nothing_found());
        return text;
    }
    let stand = |finding: &&&Finding| !finding.resolved;
    let count = |severity| findings.iter().filter(stand).filter(|finding| finding.severity == severity).count();
    let (problems, warnings, notes) = (count(Severity::Problem), count(Severity::Warning), count(Severity::Note));
    let counts = [counted(problems, "problem"), counted(warnings, "warning"), counted(notes, "note")].join(", ");
    let over = findings.iter().filter(|finding| finding.resolved).count();
    let over = if over > 0 {
        format!(", and {over} that {} over", if over == 1 { "is" } else { "are" })
    } else {
        String::new()
    };
    let _ = writeln!(text, "{counts}{over}");
    let more = session.diagnoser.more_findings();
    if more > 0 {
        let _ = writeln!(text, "and {} that are not shown", counted(more, "more finding"));
    }
    text
}

/// One line of evidence: time, direction, bytes in notation, and where they stand.
fn quote(session: &Session, evidence: &Evidence) -> String {
    /// Most bytes of a quote.
    const SHOWN: usize = 60;
    let mark = match evidence.direction {
        Direction::Rx => '<',
        Direction::Tx => '>',
    };
    let at = evidence.at.map_or("          ".to_owned(), |at| format!("{:>9.3}s", at.as_secs_f64()));
    let text = match session.quoted(evidence) {
        Some(quoted) if quoted.len() > SHOWN => format!("{}…", notation::print(quoted.get(..SHOWN).unwrap_or(quoted))),
        Some(quoted) => notation::print(quoted),
        None => "…".to_owned(),
    };
    match session.line(evidence) {
        Some(line) => format!("{at} {mark} {text}   (line {line})"),
        None => format!("{at} {mark} {text}   (bytes {} to {})", evidence.range.start, evidence.range.end),
    }
}
