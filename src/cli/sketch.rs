//! `modemscope sketch`: Arduino sketches in and out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::common::counted;
use super::exit::{CommandResult, Exit, finish};
use super::output::{OutputOptions, read_text};
use super::say::say_aside;
use super::sketch_files;
use super::sketch_run::{Explain, How, Run, refuse_others, told_words};
use crate::macros::file::{self, LARGEST};
use crate::macros::{Book, Macro};
use crate::sketch::{
    BoardSerial, Exported, Imported, InoOptions, answer_driven, export_c, export_ino, export_python, import,
};

/// Arguments of `sketch`.
#[derive(Debug, clap::Args)]
pub struct Sketch {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Runs a sketch on the simulated modem: the dialog with the sketch's line beside each row, and what goes wrong.
    Run(Run),
    /// Says by line why a sketch does not work: what a run shows, and what the sketch itself shows.
    Explain(Explain),
    /// Makes a macro of what a sketch does with a modem that answers. Notes about it go to standard error.
    Import(Import),
    /// Writes a macro as a program that waits for the answers: an Arduino sketch, a Python script, or C data.
    Export(Export),
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The sketch, - for standard input.
    file: PathBuf,
    /// The macro's name, in place of the file's name.
    #[arg(long)]
    name: Option<String>,
    /// Send with the sketch's own timing, waiting for nothing.
    #[arg(long)]
    blind: bool,
    /// Wait for the answer to each step in place of the sketch's own pauses.
    #[arg(long)]
    wait_for_answers: bool,
    /// The modem behind the board: sim: with a profile and faults, such as sim:no-sim.
    #[arg(long, value_name = "MODEM", default_value = "sim:")]
    on: String,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    output: OutputOptions,
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
            What::Run(run) => run.run(),
            What::Explain(explain) => explain.run(),
            What::Import(import) => import.run(),
            What::Export(export) => export.run(),
        })
    }
}

impl Import {
    fn run(self) -> CommandResult {
        let source = sketch_files::read(&self.file)?;
        let imported = import(&source, &self.how.options(&self.on)?);
        if imported.own.is_none() || self.blind {
            refuse_others(&self.file, &source)?;
        }
        report(&self.file, &imported);
        if imported.own.is_none() && imported.steps.iter().all(|step| step.bytes.is_empty()) {
            return Err(Exit::trouble(format!("{} sends nothing to a modem", self.file.display())));
        }
        let stem = self.file.file_stem().map_or("sketch".into(), |stem| stem.to_string_lossy());
        let name = self.name.as_deref().unwrap_or(if stem == "-" { "sketch" } else { &stem });
        let mut made = if self.blind { imported.timed_macro(name) } else { imported.waiting_macro(name) };
        if let Some(name) = &self.name {
            made.name.clone_from(name);
        }
        let what = if self.wait_for_answers { answer_driven(&made) } else { made };
        self.output.write(file::print(&Book { macros: vec![what] }).as_bytes())
    }
}

/// What was found, and what was not followed.
fn report(path: &Path, imported: &Imported) {
    if let Some(object) = &imported.object {
        let pins = imported.pins.map_or(String::new(), |pins| format!(", {pins}"));
        let baud = imported.baud.map_or(String::new(), |baud| format!(", {baud} baud"));
        let steps = counted(imported.steps.len(), "step");
        say_aside(format!("{}: the modem is `{object}`{pins}{baud}; {steps}; {}", path.display(), imported.board));
    }
    let secrets: Vec<_> = imported.asks.iter().filter(|(_, ask)| ask.secret).map(|(name, _)| name.as_str()).collect();
    if !secrets.is_empty() {
        say_aside(format!(
            "{}: its PINs and passwords are not in the macro, which asks for them: {}",
            path.display(),
            secrets.join(", ")
        ));
    }
    if let Some(own) = &imported.own {
        say_aside(format!(
            "{}: written by modemscope from the macro `{}`, which it is again",
            path.display(),
            own.name
        ));
    }
    for told in &imported.unread {
        say_aside(told_words(path, told));
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
