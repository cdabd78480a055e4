//! `modemscope run`: macros from a file, in a terminal or a test bench.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::LineOptions;
use super::common::Line;
use super::exit::{CommandResult, Exit, finish};
use super::line::whole;
use super::modem::ModemOption;
use super::output::{OutputOptions, distinct, read_text};
use super::report;
use super::running::{RunOutcome, Show, linger, run_macros};
use super::say::{say, say_data};
use super::written::say_what_stays_text_in;
use crate::app::values_of_now;
use crate::macros::duration;
use crate::macros::preview::preview;
use crate::macros::runner::{Run as MacroRun, Values};
use crate::macros::{Book, Macro, file};
use crate::modem::Direction;
use crate::modem::diagnose::Finding;
use crate::modem::secrets::{SecretFinder, masked};
use crate::notation;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// The port: /dev/ttyUSB0, COM5, sim:, tcp://host:port, rfc2217://host:port.
    #[arg(value_name = "PORT")]
    port: String,
    /// The macro book.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Names of the macros to run, one after the other on one link. If none is named, the file's only macro.
    #[arg(value_name = "MACRO")]
    macros: Vec<String>,
    /// Give a parameter its value: --set text=hello.
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Write a capture into this new file.
    #[arg(long, value_name = "OUT")]
    capture: Option<PathBuf>,
    /// Write a text log into this new file: one line per row, with its time.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Print the result as JSON, one line per run, instead of the dialog.
    #[arg(long)]
    json: bool,
    /// How many times to run the macros; stops at the first failure.
    #[arg(long, value_name = "N", value_parser = whole)]
    times: Option<u32>,
    /// Time from the start of one run to the start of the next. Without --times it goes on until Ctrl+C.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    every: Option<Duration>,
    /// Write a JUnit XML report into this file.
    #[arg(long, value_name = "OUT")]
    junit: Option<PathBuf>,
    /// Let --junit replace a file.
    #[arg(long, requires = "junit")]
    force: bool,
    /// Print the bytes of every step and open no port.
    #[arg(long, conflicts_with_all = ["capture", "log", "json", "times", "every", "junit"])]
    #[expect(clippy::struct_field_names, reason = "the option is called so")]
    dry_run: bool,
    #[command(flatten)]
    modem: ModemOption,
    #[command(flatten)]
    line: LineOptions,
}

impl Run {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        finish(self.run_macros())
    }

    fn run_macros(self) -> CommandResult {
        let macros = choose(&read_book(&self.file)?, &self.macros, &self.file)?;
        let values = self.values(&macros)?;
        say_what_stays_text_in(&macros);
        if self.dry_run {
            return dry_run(&macros, &values);
        }
        if let Some(first) = macros.first() {
            // What can be said before the port is touched is said before.
            MacroRun::new(first, &values_of_now(&values), Duration::ZERO)
                .map_err(|problem| Exit::wrong_use(format!("{}: {problem}", first.title())))?;
        }
        distinct(&[
            ("the macro book", Some(&self.file)),
            ("--capture", self.capture.as_ref()),
            ("--log", self.log.as_ref()),
            ("--junit", self.junit.as_ref()),
        ])?;
        let junit = OutputOptions { output: self.junit.clone(), force: self.force };
        junit.check()?;
        let line = Line::open_to_send(&self.port, &self.line, self.capture.as_deref(), self.log.as_deref())?;
        line.choose(&self.port, &self.modem)?;
        let names: Vec<String> = macros.iter().map(Macro::title).collect();
        let mut show = Show::new(&line, self.json);
        let mut bench = report::Bench::new(&self.file, &names);
        let last = self.rounds(&line, &macros, values, &mut show, &mut bench);
        show.finish();
        // The end of the session is part of what the findings rest on.
        let closed = line.close();
        let findings = &closed.status.findings;
        let result = last.and_then(|(round, outcome)| {
            self.tell(&mut bench, round, &outcome, findings);
            outcome.judge(&names, findings)
        });
        if self.junit.is_some() {
            junit.write(bench.junit().as_bytes())?;
        }
        result.and(closed.unwritten.map_or(Ok(()), |trouble| Err(Exit::trouble(trouble))))
    }

    /// Runs the macros as often as asked; the last run, the first that failed, is yet to be told and judged.
    fn rounds(
        &self,
        line: &Line,
        macros: &[Macro],
        mut values: Values,
        show: &mut Show,
        bench: &mut report::Bench,
    ) -> Result<(u32, RunOutcome), Exit> {
        let times = self.times.unwrap_or(if self.every.is_some() { u32::MAX } else { 1 });
        let mut round = 1;
        loop {
            let outcome = run_macros(line, macros.to_vec(), values.clone(), show)?;
            if outcome.done && macros.iter().any(ends_blind) {
                linger(line, show);
            }
            if !outcome.done || round == times {
                return Ok((round, outcome));
            }
            self.tell(bench, round, &outcome, &line.status().findings);
            if let Some(counter) = outcome.kept.get("counter") {
                values.insert("counter".into(), counter.clone());
            }
            if let Some(every) = self.every {
                rest_until_next(line, every.saturating_sub(outcome.took), show)?;
            }
            round += 1;
        }
    }

    /// One run, for other programs.
    fn tell(&self, bench: &mut report::Bench, round: u32, outcome: &RunOutcome, findings: &[Finding]) {
        if self.junit.is_some() {
            bench.add(round, outcome, findings);
        }
        if self.json {
            say_data(bench.json(round, outcome, findings));
        }
    }

    /// The values of `--set`, all of which must be asked for.
    fn values(&self, macros: &[Macro]) -> Result<Values, Exit> {
        let mut values = Values::new();
        for (name, value) in self.set.iter().map(|text| setting(text)).collect::<Result<Vec<_>, _>>()? {
            let asked = macros.iter().any(|what| what.ask.iter().any(|(asked, _)| asked == name));
            if !asked {
                let all: Vec<&str> =
                    macros.iter().flat_map(|what| what.ask.iter().map(|(name, _)| name.as_str())).collect();
                let known = if all.is_empty() {
                    "they ask for nothing".into()
                } else {
                    format!("they ask for {}", all.join(", "))
                };
                return Err(Exit::wrong_use(format!("--set {name}: none of the macros asks for it; {known}")));
            }
            values.insert(name.to_owned(), value.to_owned());
        }
        Ok(values)
    }
}

/// Its last send waits for no answer: the modem's word on it comes after the macro is done.
fn ends_blind(what: &Macro) -> bool {
    what.steps.iter().rev().find(|step| step.send.is_some()).is_some_and(|step| step.expect.is_empty())
}

/// Waits for the next run, with an eye on the port.
fn rest_until_next(line: &Line, pause: Duration, show: &mut Show) -> CommandResult {
    let next = crossbeam_channel::after(pause);
    while next.try_recv().is_err() {
        line.wait(pause);
        show.update(&line.status());
        line.check_interrupt()?;
        if let Some(exit) = line.ended() {
            return Err(exit);
        }
    }
    Ok(())
}

/// Reads a book file.
///
/// # Errors
/// Trouble, when it cannot be read or does not parse.
pub(crate) fn read_book(path: &Path) -> Result<Book, Exit> {
    let text = read_text(path, file::LARGEST)?;
    file::parse(&text).map_err(|error| Exit::trouble(format!("{}: {error}", path.display())))
}

/// The macros of these names, or the only one.
fn choose(book: &Book, names: &[String], path: &Path) -> Result<Vec<Macro>, Exit> {
    let list = || book.macros.iter().fold(String::new(), |list, what| list + "\n  " + &what.title());
    if names.is_empty() {
        return match book.macros.as_slice() {
            [only] => Ok(vec![only.clone()]),
            [] => Err(Exit::wrong_use(format!("{} holds no macro", path.display()))),
            _ => Err(Exit::wrong_use(format!("which macro? {} holds{}", path.display(), list()))),
        };
    }
    let one = |name: &String| {
        let mut found = book.macros.iter().filter(|what| what.name == *name);
        match (found.next(), found.next()) {
            (Some(what), None) => Ok(what.clone()),
            (Some(_), Some(_)) => Err(Exit::wrong_use(format!(
                "two macros of {} have the name `{}`; rename one",
                path.display(),
                masked(name)
            ))),
            (None, _) => {
                Err(Exit::wrong_use(format!("no macro `{}`; {} holds{}", masked(name), path.display(), list())))
            }
        }
    };
    names.iter().map(one).collect()
}

/// Prints what would be sent; secrets stand as `*`.
fn dry_run(macros: &[Macro], values: &Values) -> CommandResult {
    let mut finder = SecretFinder::default();
    for what in macros {
        let steps = preview(what, &values_of_now(values))
            .map_err(|problem| Exit::wrong_use(format!("{}: {problem}", what.title())))?;
        say(what.title());
        for shown in steps {
            let number = shown.step + 1;
            match shown.send {
                None => say(format!("  step {number}: sends nothing")),
                Some(Err(problem)) => say(format!("  step {number}: {problem} before the run")),
                Some(Ok(mut filled)) => {
                    filled.secret.extend(finder.find(Direction::Tx, &filled.bytes));
                    for secret in &filled.secret {
                        filled.bytes.get_mut(secret.clone()).unwrap_or_default().fill(b'*');
                    }
                    let (text, hex) = (notation::print(&filled.bytes), notation::print_hex(&filled.bytes));
                    say(format!("  step {number}: {text}  ({} bytes: {hex})", filled.bytes.len()));
                }
            }
        }
    }
    Ok(())
}

/// The name and the value of `--set`. What is neither may be a PIN alone: no message quotes it.
fn setting(text: &str) -> Result<(&str, &str), Exit> {
    let (name, value) = text.split_once('=').ok_or_else(|| Exit::wrong_use("--set: write NAME=VALUE"))?;
    Ok((name.trim(), value))
}
