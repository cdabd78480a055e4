//! `modemscope macros`: macro books.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::exit::{CommandResult, Exit, finish};
use super::output::{OutputOptions, read_bytes};
use super::say::say_aside;
use crate::macros::file;
use crate::macros::foreign::{LARGEST, import};
use crate::notation::LineEnding;

/// Arguments of `macros`.
#[derive(Debug, clap::Args)]
pub struct Macros {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Reads the macros of another program: HTerm .hts, Bray Terminal and CuteCom .tmf, SSCOM .ini, YAT .yacp. What could
    /// not be carried over is named on standard error.
    Import(Import),
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The other program's file, - for standard input.
    file: PathBuf,
    /// Appended to each text where that program appends its own line ending (CuteCom, SSCOM, YAT): none, cr, lf, crlf, or
    /// bytes such as \r\n.
    #[arg(long, value_name = "ENDING", default_value = "none")]
    ending: LineEnding,
    #[command(flatten)]
    output: OutputOptions,
}

impl Macros {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        let What::Import(import) = self.what;
        finish(import.run())
    }
}

impl Import {
    fn run(self) -> CommandResult {
        let name = self.file.display();
        let imported = import(&read_bytes(&self.file, LARGEST)?, &self.ending)
            .map_err(|error| Exit::trouble(format!("{name}: {error}")))?;
        let count = imported.book.macros.len();
        let macros = if count == 1 { "macro" } else { "macros" };
        say_aside(format!("{name}: {count} {macros} of {}", imported.program));
        for sentence in &imported.left_out {
            say_aside(format!("{name}: left out: {sentence}"));
        }
        self.output.write(file::print(&imported.book).as_bytes())
    }
}
