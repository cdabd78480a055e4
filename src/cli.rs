//! The command line: arguments, and one file a subcommand, over the same session and worker as the window.
//!
//! Exit codes: 0 done, 1 the modem did not do it, 2 wrong use, 3 port or file trouble; 130 stopped by Ctrl+C.

mod capture;
mod common;
mod demo;
mod diagnose;
mod dialog;
mod exit;
mod export;
mod interrupt;
mod line;
mod listen;
mod macros;
mod modem;
mod output;
mod ports;
mod report;
mod run;
mod running;
mod say;
mod send;
mod send_file;
mod sim;
mod sketch;
mod sketch_files;
mod sketch_run;
mod support;
mod written;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::app::Start;

pub(crate) use line::LineOptions;

/// A serial terminal for working a modem by hand, that says why it did not work.
#[derive(Debug, Parser)]
#[command(name = "modemscope", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// A port to open in the window (/dev/ttyUSB0, sim:, tcp://host:port), or a capture file to show.
    pub port: Option<String>,
    /// Opened from another window, and placed beside it.
    #[arg(long, hide = true)]
    pub beside: bool,
    /// Line settings of PORT.
    #[command(flatten)]
    pub line: LineOptions,
    /// The modem at PORT.
    #[command(flatten)]
    pub modem: modem::ModemOption,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tries the main job without hardware, on a simulated SIM800L and a test server: in the window, or in the terminal where
    /// there is no display.
    Demo(demo::Demo),
    /// Runs a TCP test server that shows who connects and which bytes arrive.
    Listen(listen::Listen),
    /// Lists the serial ports.
    Ports(ports::Ports),
    /// Simulates a modem (SIM800L or SIM7600) for other programs.
    Sim(sim::Sim),
    /// Sends bytes and waits for an answer.
    Send(send::Send),
    /// Runs macros from a file.
    Run(run::Run),
    /// Records a port into a capture file.
    Capture(capture::Capture),
    /// Says what went wrong in a capture, a transcript or a pasted log.
    Diagnose(diagnose::Diagnose),
    /// Exports a capture in another form: text, hex, CSV, JSON Lines, HTML, raw bytes, a macro.
    Export(export::Export),
    /// Runs and explains Arduino sketches, and turns them into macros and back.
    Sketch(sketch::Sketch),
    /// Imports the macros of other programs.
    Macros(macros::Macros),
    /// Writes one redacted text for a bug report: versions, settings, the last capture.
    Report(support::Report),
    /// Prints the completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page, or writes the pages of all commands into a folder.
    Man {
        /// Writes modemscope.1, modemscope-send.1 … into this folder, which must exist.
        #[arg(long, value_name = "DIR")]
        into: Option<std::path::PathBuf>,
    },
}

/// Reads the command line. What cannot be read is said, and the program ends with 2.
#[must_use]
pub fn arguments() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|error| {
        let first = std::env::args_os().nth(1).unwrap_or_default();
        refuse(&first.to_str().and_then(|first| unknown_command(&error, first)).unwrap_or(error))
    })
}

/// Ends the program with what is wrong with its arguments.
fn refuse(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    if say::without_secrets(text.clone()) == text {
        error.exit();
    }
    say::say_aside(text.trim_end());
    std::process::exit(error.exit_code())
}

/// A first word that was taken for a port, so that what follows could not be read: most likely it was to be a command.
fn unknown_command(error: &clap::Error, first: &str) -> Option<clap::Error> {
    let taken_for_port = matches!(error.kind(), ErrorKind::ArgumentConflict | ErrorKind::UnknownArgument);
    let may_be_command = first.starts_with(|ch: char| ch.is_ascii_alphabetic())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let mut all = Arguments::command();
    if !taken_for_port || !may_be_command || all.find_subcommand(first).is_some() {
        return None;
    }
    let near = |name: &str| strsim::damerau_levenshtein(name, &first.to_ascii_lowercase());
    let nearest = all.get_subcommands().map(clap::Command::get_name).min_by_key(|name| near(name))?.to_owned();
    let meant = if near(&nearest) <= 2 { format!("; did you mean `{nearest}`?") } else { String::new() };
    Some(all.error(ErrorKind::InvalidSubcommand, format!("there is no command `{first}`{meant}")))
}

/// What `main` has to do after the arguments are read.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing; exit so.
    Exit(ExitCode),
    /// Open the window.
    Window(Start),
}

/// Runs the subcommand, or says that the window is wanted.
#[must_use]
pub fn run(arguments: Arguments) -> Outcome {
    let Some(command) = arguments.command else {
        let line = arguments.line.any_given().then(|| arguments.line.settings());
        let (port, beside, modem) = (arguments.port, arguments.beside, arguments.modem.modem);
        return Outcome::Window(Start { port, line, modem, beside, ..Start::default() });
    };
    match command {
        Command::Demo(demo) => demo.run(),
        Command::Listen(command) => Outcome::Exit(command.run()),
        Command::Ports(command) => Outcome::Exit(command.run()),
        Command::Sim(command) => Outcome::Exit(command.run()),
        Command::Send(command) => Outcome::Exit(command.run()),
        Command::Run(command) => Outcome::Exit(command.run()),
        Command::Capture(command) => Outcome::Exit(command.run()),
        Command::Diagnose(command) => Outcome::Exit(command.run()),
        Command::Export(command) => Outcome::Exit(command.run()),
        Command::Sketch(command) => Outcome::Exit(command.run()),
        Command::Macros(command) => Outcome::Exit(command.run()),
        Command::Report(command) => Outcome::Exit(command.run()),
        Command::Completions { shell } => Outcome::Exit(completions(shell)),
        Command::Man { into } => Outcome::Exit(exit::finish(man(into.as_deref()))),
    }
}

fn completions(shell: clap_complete::Shell) -> ExitCode {
    // Made in memory: the generator panics where it cannot write, as into `| head`.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "modemscope", &mut script);
    say::say_data(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}

fn man(into: Option<&std::path::Path>) -> exit::CommandResult {
    if let Some(folder) = into {
        return clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| {
            exit::Exit::trouble(format!("the manual pages could not be written into {}: {error}", folder.display()))
        });
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(exit::Exit::trouble)?;
    say::say_data(String::from_utf8_lossy(&page).trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }

    /// A terminal shows a backquote as a sign that nobody is to type.
    #[test]
    fn no_help_prints_a_backquote() {
        fn look(command: &mut clap::Command) {
            let help = command.render_long_help().to_string();
            assert!(!help.contains('`'), "{help}");
            command.get_subcommands_mut().for_each(look);
        }
        look(&mut Arguments::command());
    }

    #[test]
    fn a_word_that_is_no_command_is_named() {
        let said = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let error = Arguments::try_parse_from(&words).unwrap_err();
            unknown_command(&error, words[1]).unwrap_or(error).to_string()
        };
        assert!(said("modemscope sned /dev/ttyUSB0 AT").contains("there is no command `sned`; did you mean `send`?"));
        assert!(said("modemscope Send /dev/ttyUSB0 AT").contains("did you mean `send`?"));
        assert!(said("modemscope frobnicate --expect OK").contains("there is no command `frobnicate`\n"));
        assert!(!said("modemscope /dev/ttyUSB0 AT").contains("no command"), "a port is a port");
        assert!(!said("modemscope send").contains("no command"));
    }

    #[test]
    fn a_port_with_its_line_is_the_windows() {
        let start = |text: &str| match run(Arguments::parse_from(text.split_whitespace())) {
            Outcome::Window(start) => start,
            Outcome::Exit(code) => panic!("{code:?}"),
        };
        assert_eq!(start("modemscope sim:").port.as_deref(), Some("sim:"));
        assert!(start("modemscope").line.is_none());
        assert_eq!(start("modemscope /dev/ttyUSB0 --baud 115200").line.unwrap().baud, 115_200);
    }
}
