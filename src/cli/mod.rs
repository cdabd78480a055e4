//! The command line: arguments, and one file a subcommand, over the same session and worker as the window.
//!
//! Exit codes: 0 done, 1 the modem did not do it, 2 wrong use, 3 port or file trouble.

mod capture;
mod demo;
mod diagnose;
mod export;
mod listen;
mod ports;
mod run;
mod send;
mod sim;
mod sketch;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::Start;

/// A serial terminal for working a modem by hand, that says why it did not work.
#[derive(Debug, Parser)]
#[command(name = "modemscope", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// A port to open in the window (`/dev/ttyUSB0`, `sim:`, `tcp://host:port`), or a capture file to show.
    pub port: Option<String>,
    /// Line settings of PORT.
    #[command(flatten)]
    pub line: LineOptions,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Line options, the same on every PORT.
#[derive(Clone, Debug, Default, Args)]
pub struct LineOptions {
    /// Bits per second, any number.
    #[arg(long, value_name = "N")]
    pub baud: Option<u32>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The main job without hardware: simulated SIM800L and test server, in the window or, without a display, here.
    Demo(demo::Demo),
    /// The test server alone: who connects, how many bytes, which.
    Listen(listen::Listen),
    /// Lists the serial ports.
    Ports(ports::Ports),
    /// The simulated SIM800L for other programs.
    Sim(sim::Sim),
    /// Sends bytes and waits for an answer.
    Send(send::Send),
    /// Runs macros from a file.
    Run(run::Run),
    /// Captures a port into a file.
    Capture(capture::Capture),
    /// Says what went wrong in a capture, a transcript or a pasted log.
    Diagnose(diagnose::Diagnose),
    /// Exports a capture.
    Export(export::Export),
    /// Arduino sketches: in and out.
    Sketch(sketch::Sketch),
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
        return Outcome::Window(Start { port: arguments.port, line: None, demo: None });
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
    }
}
