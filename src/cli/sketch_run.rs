//! `modemscope sketch run` and `sketch explain`: a sketch on the simulated modem.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::common::{counted, writer};
use super::exit::{CommandResult, Exit};
use super::say::{say, say_aside};
use super::sketch_files;
use crate::capture::Record;
use crate::modem::diagnose::Severity;
use crate::notation::print;
use crate::simulator::Profile;
use crate::sketch::{
    Chip, RunOptions, RunRow, RunWay, SketchFinding, SketchRun, Source, Unread, other_language, run_sketch,
};

/// How a sketch is run.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// What only the board knows, such as 'digitalRead(3)=HIGH' or 'Serial=s'. May be given several times.
    #[arg(long, value_name = "WHAT=VALUE")]
    assume: Vec<String>,
    /// The board the sketch is compiled for. Without this its headers and names decide.
    #[arg(long, value_enum)]
    board: Option<BoardKind>,
    /// How many rounds of loop to run; only those that send something count. Without this 3 are run, and 1 makes a macro.
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BoardKind {
    /// Uno, Nano, Mega: an int has 16 bits, ports keep 64 bytes.
    Avr,
    /// NodeMCU, Wemos: an int has 32 bits, ports keep 256 bytes.
    Esp8266,
    /// An int has 32 bits, ports keep 256 bytes.
    #[value(alias = "esp")]
    Esp32,
    /// SAMD, STM32, RP2040: an int has 32 bits, ports keep 64 bytes.
    Arm,
}

impl How {
    /// With the modem that `on` names.
    pub(crate) fn options(&self, on: &str) -> Result<RunOptions, Exit> {
        let Some(words) = on.strip_prefix("sim:") else {
            let said = format!("--on {on}: a sketch runs on the simulated modem only, such as sim: or sim:no-sim,slow");
            return Err(Exit::wrong_use(said));
        };
        let words: Vec<String> = words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let modem = Profile::from_words(&words).map_err(|error| Exit::wrong_use(format!("--on {on}: {error}")))?;
        let mut assume = BTreeMap::new();
        for said in &self.assume {
            let Some((what, value)) = said.split_once('=') else {
                let words = format!("--assume {said}: expected WHAT=VALUE, such as 'digitalRead(3)=HIGH'");
                return Err(Exit::wrong_use(words));
            };
            assume.insert(what.trim().to_owned(), value.trim().to_owned());
        }
        let chip = self.board.map(|board| match board {
            BoardKind::Avr => Chip::Avr,
            BoardKind::Esp8266 => Chip::Esp8266,
            BoardKind::Esp32 => Chip::Esp32,
            BoardKind::Arm => Chip::Arm,
        });
        Ok(RunOptions { modem, assume, chip, rounds: self.rounds.map(|rounds| rounds.max(1)), ..RunOptions::default() })
    }
}

/// `sketch run`.
#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// The sketch, - for standard input.
    file: PathBuf,
    /// The modem behind the board: sim: with a profile and faults, such as sim:no-sim,slow.
    #[arg(long, value_name = "MODEM", default_value = "sim:")]
    on: String,
    #[command(flatten)]
    how: How,
    /// Keep the dialog with the modem as a capture, in a new file.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

/// `sketch explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The sketch, - for standard input.
    file: PathBuf,
    /// The modem behind the board: sim: with a profile and faults. Given several times, the sketch runs with each.
    #[arg(long, value_name = "MODEM", default_value = "sim:")]
    on: Vec<String>,
    #[command(flatten)]
    how: How,
    /// Prints the findings as a JSON array.
    #[arg(long)]
    json: bool,
    /// Exits with 1 if there is a problem or a warning.
    #[arg(long)]
    strict: bool,
}

/// Reads a sketch: one file, or with the tabs and headers beside it, as the Arduino IDE joins them.
pub(super) fn read_sketch(path: &Path) -> Result<Source, Exit> {
    let source = sketch_files::read(path)?;
    refuse_others(path, &source)?;
    Ok(source)
}

/// Runs a sketch; a text that is none is refused.
pub(super) fn run_of(path: &Path, source: &Source, options: &RunOptions) -> Result<SketchRun, Exit> {
    let run = run_sketch(source, options);
    if run.is_no_sketch {
        let log = "a log is read by `modemscope diagnose` under a name that does not end in .ino";
        return Err(Exit::trouble(format!(
            "{}: this is {}. Give the .ino file; {log}",
            path.display(),
            SketchRun::NO_SKETCH
        )));
    }
    Ok(run)
}

/// Programs in other languages are not run.
pub(super) fn refuse_others(path: &Path, source: &Source) -> Result<(), Exit> {
    match other_language(source) {
        Some(said) => Err(Exit::trouble(format!("{}: {said}", path.display()))),
        None => Ok(()),
    }
}

impl Run {
    /// Runs it.
    pub(super) fn run(self) -> CommandResult {
        let source = read_sketch(&self.file)?;
        let run = run_of(&self.file, &source, &self.how.options(&self.on)?)?;
        let path = self.file.display();
        say_aside(format!("{path}: {}", modem_words(&run)));
        for (row, more) in folded(&run.rows) {
            say(row_words(row));
            match more {
                0 => {}
                1 => say("                  (the same once more)"),
                more => say(format!("                  (the same {more} times more)")),
            }
        }
        say_aside(format!("{path}: {} after {:.1} s of the board's time", run.ended, run.lasted.as_secs_f64()));
        for told in &run.told {
            say_aside(told_words(&self.file, told));
        }
        if !run.findings.is_empty() {
            say(format!("\n{}", findings_words(&run)));
        }
        if let Some(capture) = &self.capture {
            keep(&run, capture)?;
        }
        Ok(())
    }
}

/// Where the modem hangs.
pub(super) fn modem_words(run: &SketchRun) -> String {
    let Some(object) = &run.object else { return "nothing is sent to a modem".to_owned() };
    let pins = run.pins.map_or(String::new(), |pins| format!(", {pins}"));
    let baud = run.baud.map_or(String::new(), |baud| format!(", {baud} baud"));
    format!("the modem is `{object}`{pins}{baud}; {}", run.imported.board)
}

/// A line that has to be looked at.
pub(super) fn told_words(path: &Path, told: &Unread) -> String {
    let reason = told.with_choice(|name| format!("--assume '{name}=…' chooses"));
    format!("{}:{}: {reason}: {}", path.display(), told.line, told.text)
}

/// The rows, some with how often the last few of them stand there again: a sketch that waits may say so on the monitor a thousand
/// times.
fn folded(rows: &[RunRow]) -> Vec<(&RunRow, usize)> {
    const LONGEST: usize = 4;
    // The times of a dialog count; of one that goes on for ever the same way they do not.
    const OFTEN: usize = 8;
    let same = |one: &RunRow, other: &RunRow| (one.way, one.line, &one.bytes) == (other.way, other.line, &other.bytes);
    let mut folded: Vec<(&RunRow, usize)> = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let again = |length: usize| {
            let block = rest.get(..length)?;
            let behind = rest.get(length..)?.chunks_exact(length);
            let more = behind.take_while(|next| block.iter().zip(*next).all(|(one, other)| same(one, other))).count();
            let least = if block.iter().all(|row| row.way == RunWay::Console) { 1 } else { OFTEN };
            (more >= least).then_some((length, more))
        };
        let (length, more) = (1..=LONGEST).find_map(again).unwrap_or((1, 0));
        let (block, _) = rest.split_at(length);
        folded.extend(block.iter().map(|row| (row, 0)));
        if let Some((_, count)) = folded.last_mut() {
            *count = more;
        }
        rest = rest.get(length * (more + 1)..).unwrap_or_default();
    }
    folded
}

/// One row: time, line of the sketch, bytes, and what stands there.
fn row_words(row: &RunRow) -> String {
    let at = row.at.as_secs_f64();
    let bytes = print(&row.bytes);
    match row.way {
        RunWay::Sent => format!("{at:>9.3}  {:>4} > {bytes:<44}  {}", row.line, row.source),
        RunWay::Received => format!("{at:>9.3}       < {bytes}"),
        RunWay::Console => format!("{at:>9.3}  {:>4} | {bytes}", row.line),
    }
}

fn keep(run: &SketchRun, path: &Path) -> CommandResult {
    let mut writer = writer(Some(path))?;
    let mut send = 0;
    for row in &run.rows {
        match row.way {
            RunWay::Sent => {
                writer.append(row.at, Record::sent(send, row.bytes.clone(), Vec::new()));
                send += 1;
            }
            RunWay::Received => writer.append(row.at, Record::received(row.bytes.clone())),
            RunWay::Console => {}
        }
    }
    Ok(())
}

impl Explain {
    /// Runs it; the exit code is that of `diagnose`.
    pub(crate) fn run(self) -> CommandResult {
        let source = read_sketch(&self.file)?;
        let mut bad = false;
        for on in &self.on {
            let run = run_of(&self.file, &source, &self.how.options(on)?)?;
            if self.on.len() > 1 && !self.json {
                say(format!("With {on}"));
            }
            let text = explained(&self.file, &run, self.json)?;
            say(text.trim_end());
            bad |= is_bad(&run);
        }
        if self.strict && bad { Err(Exit::not_done()) } else { Ok(()) }
    }
}

/// A problem or a warning is among the findings.
pub(super) fn is_bad(run: &SketchRun) -> bool {
    run.findings.iter().any(|finding| finding.severity > Severity::Note)
}

/// The findings of a run as text or JSON, and on standard error what the run does not show.
pub(super) fn explained(path: &Path, run: &SketchRun, json: bool) -> Result<String, Exit> {
    if json {
        return findings_json(&run.findings);
    }
    say_aside(format!("{}: {}; {}", path.display(), modem_words(run), run.ended));
    for told in &run.told {
        say_aside(told_words(path, told));
    }
    Ok(findings_words(run))
}

fn findings_words(run: &SketchRun) -> String {
    let findings = &run.findings;
    let mut text = String::new();
    for finding in findings {
        let line = if finding.line > 0 { format!(", line {}", finding.line) } else { String::new() };
        let _ = writeln!(text, "{}{line}: {} [{}]", finding.severity.name(), finding.title, finding.rule);
        if !finding.source.is_empty() {
            let _ = writeln!(text, "  {}", finding.source);
        }
        let _ = writeln!(text, "  why: {}", finding.cause);
        let _ = writeln!(text, "  fix: {}", finding.fix);
        if let Some(corrected) = &finding.corrected {
            let _ = writeln!(text, "  write: {corrected}");
        }
        text.push('\n');
    }
    if findings.is_empty() {
        let sends = run.rows.iter().any(|row| row.way == RunWay::Sent);
        let words = if sends {
            "Nothing to report: with this modem the sketch gets what it waits for.\n"
        } else {
            "Nothing to report: in this run nothing is sent to a modem.\n"
        };
        return words.to_owned();
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (problems, warnings, notes) = (count(Severity::Problem), count(Severity::Warning), count(Severity::Note));
    let counts = [counted(problems, "problem"), counted(warnings, "warning"), counted(notes, "note")].join(", ");
    let _ = writeln!(text, "{counts}");
    text
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'a str,
    line: usize,
    source: &'a str,
    title: &'a str,
    cause: &'a str,
    fix: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<&'a str>,
}

fn findings_json(findings: &[SketchFinding]) -> Result<String, Exit> {
    let as_json = |finding: &SketchFinding| -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(FindingJson {
            rule: finding.rule,
            severity: finding.severity.name(),
            line: finding.line,
            source: &finding.source,
            title: &finding.title,
            cause: &finding.cause,
            fix: &finding.fix,
            corrected: finding.corrected.as_deref(),
        })
    };
    let list = findings.iter().map(as_json).collect::<Result<Vec<_>, _>>().map_err(Exit::trouble)?;
    serde_json::to_string_pretty(&list).map_err(Exit::trouble)
}
