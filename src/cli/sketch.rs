//! `modemscope sketch`: Arduino sketches in and out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::common::{CommandResult, Exit, finish, say_aside};
use super::output::{OutputOptions, read_text};
use super::sketch_files;
use crate::macros::file::{self, LARGEST};
use crate::macros::{Book, Macro};
use crate::simulator::Profile;
use crate::sketch::{
    BoardSerial, Chip, Exported, Imported, InoOptions, RunOptions, Source, Unread, answer_driven, export_c, export_ino,
    export_python, import,
};

/// Arguments of `sketch`.
#[derive(Debug, clap::Args)]
pub struct Sketch {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Reads what a sketch sends and when, as a macro. Lines that cannot be followed are named on standard error.
    Import(Import),
    /// Writes a macro as a program that waits for the answers: an Arduino sketch, a Python script, or C data.
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The sketch, `-` for standard input.
    file: PathBuf,
    /// The macro's name; the file's name unless told.
    #[arg(long)]
    name: Option<String>,
    /// Send with the sketch's own timing, waiting for nothing.
    #[arg(long)]
    blind: bool,
    /// Wait for the answer to each step in place of the sketch's own pauses.
    #[arg(long)]
    wait_for_answers: bool,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    output: OutputOptions,
}

/// How a sketch is run.
#[derive(Debug, clap::Args)]
pub struct How {
    /// The modem behind the board: `sim:` with a profile and faults, such as sim:no-sim,slow.
    #[arg(long, value_name = "MODEM", default_value = "sim:")]
    on: String,
    /// What only the board knows, such as 'digitalRead(3)=HIGH' or 'Serial=s'. May be given several times.
    #[arg(long, value_name = "WHAT=VALUE")]
    assume: Vec<String>,
    /// What the sketch is compiled for; told by its headers where this is left out.
    #[arg(long, value_enum)]
    board: Option<BoardKind>,
    /// Rounds of loop that send something.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BoardKind {
    /// Uno, Nano, Mega: an int has 16 bits.
    Avr,
    /// ESP32, ESP8266 and ARM: an int has 32 bits.
    Esp,
}

impl How {
    /// As the sketch room wants it.
    pub fn options(&self) -> Result<RunOptions, Exit> {
        let words: Vec<String> = match self.on.strip_prefix("sim:") {
            Some(words) => words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            None => {
                let said = format!("--on {}: a sketch runs on the simulated modem only: sim:, sim:no-sim, …", self.on);
                return Err(Exit::wrong_use(said));
            }
        };
        let modem = Profile::from_words(&words).map_err(|error| Exit::wrong_use(format!("--on: {error}")))?;
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
            BoardKind::Esp => Chip::Esp,
        });
        Ok(RunOptions { modem, assume, chip, rounds: self.rounds.max(1), ..RunOptions::default() })
    }
}

#[derive(Debug, clap::Args)]
struct Export {
    /// A macro file.
    file: PathBuf,
    /// The macro; may be left out where the file holds one.
    name: Option<String>,
    /// What to write.
    #[arg(long = "as", value_enum, default_value_t = Language::Ino)]
    language: Language,
    /// Pin of the board that receives (to the modem's TX).
    #[arg(long, value_name = "PIN", default_value_t = 8)]
    rx: u8,
    /// Pin of the board that sends (to the modem's RX).
    #[arg(long, value_name = "PIN", default_value_t = 7)]
    tx: u8,
    /// One of the board's own ports in place of two pins, such as Serial1.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["rx", "tx"])]
    hardware: Option<String>,
    /// Bits per second on the modem's side.
    #[arg(long, value_name = "N", default_value_t = 9600)]
    baud: u32,
    #[command(flatten)]
    output: OutputOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// An Arduino sketch.
    Ino,
    /// A Python script on pyserial.
    Python,
    /// C byte arrays and a table of steps.
    C,
}

impl Sketch {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        finish(match self.what {
            What::Import(import) => import.run(),
            What::Export(export) => export.run(),
        })
    }
}

impl Import {
    fn run(self) -> CommandResult {
        let source = read_sketch(&self.file)?;
        let imported = import(&source, &self.how.options()?);
        report(&self.file, &imported);
        if imported.steps.iter().all(|step| step.bytes.is_empty()) {
            return Err(Exit::trouble(format!("{} sends nothing to a modem", self.file.display())));
        }
        let stem = self.file.file_stem().map_or("sketch".into(), |stem| stem.to_string_lossy());
        let name = self.name.as_deref().unwrap_or(if stem == "-" { "sketch" } else { &stem });
        let made = if self.blind { imported.timed_macro(name) } else { imported.waiting_macro(name) };
        let what = if self.wait_for_answers { answer_driven(&made) } else { made };
        self.output.write(file::print(&Book { macros: vec![what] }).as_bytes())
    }
}

/// Reads a sketch: one file, or a folder's tabs and headers as the Arduino IDE joins them.
fn read_sketch(path: &Path) -> Result<Source, Exit> {
    if path == Path::new("-") {
        return Ok(Source::new(&read_text(path, LARGEST)?));
    }
    sketch_files::read(path).map_err(Exit::trouble)
}

/// What was found, and what was not followed.
fn report(path: &Path, imported: &Imported) {
    let path = path.display();
    if let Some(object) = &imported.object {
        let pins = imported.pins.map_or(String::new(), |pins| format!(", RX on D{}, TX on D{}", pins.rx, pins.tx));
        let baud = imported.baud.map_or(String::new(), |baud| format!(", {baud} baud"));
        say_aside(format!("{path}: the modem is `{object}`{pins}{baud}; {} steps", imported.steps.len()));
    }
    for Unread { line, text, reason } in &imported.unread {
        say_aside(format!("{path}:{line}: {reason}: {text}"));
    }
}

impl Export {
    fn run(self) -> CommandResult {
        let text = read_text(&self.file, LARGEST)?;
        let book = file::parse(&text).map_err(|error| Exit::trouble(format!("{}: {error}", self.file.display())))?;
        let what = self.choose(&book)?;
        let Exported { text, left_out } = match self.language {
            Language::Ino => {
                let serial = match &self.hardware {
                    Some(name) => BoardSerial::named(name)
                        .ok_or_else(|| Exit::wrong_use(format!("`{name}` is no name of a port, as Serial1 is")))?,
                    None if self.rx == self.tx => return Err(Exit::wrong_use("--rx and --tx name the same pin")),
                    None => BoardSerial::Software { rx: self.rx, tx: self.tx },
                };
                export_ino(what, &InoOptions { serial, baud: self.baud })
            }
            Language::Python => export_python(what, self.baud),
            Language::C => export_c(what),
        }
        .map_err(|error| Exit::trouble(format!("{}, `{}`, {error}", self.file.display(), what.name)))?;
        for sentence in left_out {
            say_aside(format!("left out: {sentence}"));
        }
        self.output.write(text.as_bytes())
    }

    fn choose<'a>(&self, book: &'a Book) -> Result<&'a Macro, Exit> {
        let names = || book.macros.iter().map(|what| format!("`{}`", what.name)).collect::<Vec<_>>().join(", ");
        let mut found = book.macros.iter().filter(|what| self.name.as_ref().is_none_or(|name| *name == what.name));
        match (found.next(), found.next()) {
            (Some(what), None) => Ok(what),
            (None, _) if book.macros.is_empty() => {
                Err(Exit::trouble(format!("{} holds no macro", self.file.display())))
            }
            (None, _) => Err(Exit::wrong_use(format!("no such macro; there are {}", names()))),
            (Some(_), Some(_)) => Err(Exit::wrong_use(format!("say which macro: {}", names()))),
        }
    }
}
