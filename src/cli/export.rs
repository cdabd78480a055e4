//! `modemscope export`: a capture as a file for others, redacted unless told otherwise.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::common::tell_left_out;
use super::exit::{CommandResult, Exit, finish};
use super::modem::ModemOption;
use super::output::OutputOptions;
use super::say::say_aside;
use crate::app::export_macro::from_capture;
use crate::capture::export::{self, ExportError, Format, Options};
use crate::capture::{Progress, Reader, import, redact};
use crate::macros::recorder::Replay;
use crate::macros::{Book, file};
use crate::modem::Direction;
use crate::os::reasons::not_written;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// A capture (pcapng), transcript text, or a log pasted from another terminal.
    pub file: PathBuf,
    /// The form of the export.
    #[arg(long = "as", value_name = "FORM")]
    pub form: Form,
    /// Only bytes of this direction; raw needs it where both have some.
    #[arg(long)]
    pub direction: Option<Way>,
    /// Replace PINs, passwords, numbers, messages and the like by stand-ins (the default).
    #[arg(long, conflicts_with = "no_redact")]
    pub redact: bool,
    /// Keep everything as it is.
    #[arg(long)]
    pub(crate) no_redact: bool,
    /// Leave control characters in text as they are.
    #[arg(long)]
    pub controls: bool,
    #[command(flatten)]
    modem: ModemOption,
    #[command(flatten)]
    output: OutputOptions,
}

/// The forms of the command line: those of a capture, and a macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The capture in another form.
    Capture(Format),
    /// A macro that sends what was sent.
    Macro,
}

impl ValueEnum for Form {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Form>> = LazyLock::new(|| {
            let forms = export::FORMS.iter().map(|form| Form::Capture(form.format));
            forms.chain([Form::Macro]).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Capture(format) => {
                let form = export::FORMS.iter().find(|form| form.format == *format)?;
                Some(PossibleValue::new(form.word).help(form.about))
            }
            Self::Macro => Some(PossibleValue::new("macro").help("A macro that sends what was sent")),
        }
    }
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// Received from the modem.
    Rx,
    /// Sent to the modem.
    Tx,
}

impl Export {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        finish(self.export())
    }

    fn export(&self) -> CommandResult {
        let Form::Capture(format) = self.form else { return self.export_macro() };
        if format == Format::Raw && !self.no_redact {
            return Err(Exit::wrong_use(
                "raw bytes cannot be redacted without changing them: add --no-redact, or choose another form",
            ));
        }
        if self.controls && format != Format::Text {
            return Err(Exit::wrong_use("--controls is for --as text: no other form has control characters"));
        }
        self.keep_input()?;
        let reader = open(&self.file)?;
        let progress = Progress::default();
        let mut options = Options { controls: self.controls, ..Options::default() };
        options.direction = self.direction.map(|way| match way {
            Way::Rx => Direction::Rx,
            Way::Tx => Direction::Tx,
        });
        let reader = if self.no_redact {
            reader
        } else {
            let copy = redact::for_export(&reader, &mut options, &progress).map_err(Exit::trouble)?;
            say_aside(options.remark.as_deref().unwrap_or_default());
            copy
        };
        let name = self.output.name();
        self.output.write_with(|out| write(&reader, format, &options, out, &name))
    }

    /// An export holds less than the capture it is made of.
    fn keep_input(&self) -> CommandResult {
        if self.output.is(&self.file) {
            return Err(Exit::wrong_use("the export would replace what it is made of: choose another name"));
        }
        Ok(())
    }

    /// Secrets become questions; numbers and hosts stay, since the macro is to do the same again.
    fn export_macro(&self) -> CommandResult {
        let reader = open(&self.file)?;
        let name =
            self.file.file_stem().map_or_else(|| "capture".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let made = from_capture(&reader, self.modem.modem, &name, Replay::Answers);
        if made.recorded.steps.is_empty() {
            return Err(Exit::trouble(format_args!("nothing was sent in {}", self.file.display())));
        }
        if made.cut {
            say_aside("modemscope: the capture is longer than a macro may be; its last sends are left out");
        }
        self.keep_input()?;
        self.output.write(file::print(&Book { macros: vec![made.recorded] }).as_bytes())
    }
}

fn open(path: &Path) -> Result<Reader, Exit> {
    let reader = import::open_any(path).map_err(Exit::trouble)?;
    tell_left_out(&reader);
    match reader.storage().trouble {
        Some(trouble) => Err(Exit::trouble(trouble)),
        None => Ok(reader),
    }
}

/// Whoever reads standard output may have had enough (`| head`): that is no trouble.
fn write(reader: &Reader, format: Format, options: &Options, out: &mut dyn Write, name: &str) -> CommandResult {
    match export::export(reader, format, options, out, &Progress::default()) {
        Err(ExportError::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(ExportError::Write(error)) => {
            Err(Exit::trouble(format_args!("{name} cannot be written: {}", not_written(Path::new(name), &error))))
        }
        Err(error @ ExportError::TwoDirections) => Err(Exit::wrong_use(format_args!("{error}: --direction rx or tx"))),
        other => other.map_err(Exit::trouble),
    }
}
