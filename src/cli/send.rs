//! `modemscope send`: bytes out, and an answer waited for; or a file ([`send_file`](super::send_file)).

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::LineOptions;
use super::common::Line;
use super::exit::{CommandResult, Exit, finish};
use super::modem::ModemOption;
use super::running::{Show, run_macros, say_findings};
use super::send_file::send_file;
use super::written::{say_what_stays_text, say_where_no_line_end_is_sent};
use crate::link::transfer::Protocol;
use crate::macros::duration;
use crate::macros::runner::Values;
use crate::macros::{Macro, Step};
use crate::modem::secrets::masked;
use crate::notation::{self, LineEnding, Mode};

/// More than this on standard input is a file transfer, not a Send.
const LARGEST_INPUT: u64 = 16 << 20;

/// Arguments of `send`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("answer").args(["expect", "fail"]).multiple(true)))]
pub struct Send {
    /// The port: /dev/ttyUSB0, COM5, sim:, tcp://host:port, rfc2217://host:port.
    #[arg(value_name = "PORT")]
    port: String,
    /// What to send, in the notation ('AT\r', 'hello<1A>'); - sends standard input as it is.
    #[arg(value_name = "NOTATION", allow_hyphen_values = true, required_unless_present = "file")]
    bytes: Option<String>,
    /// Send this file instead.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["bytes", "ending", "expect", "fail", "within"])]
    file: Option<PathBuf>,
    /// How the file is sent: raw, xmodem, xmodem-1k or ymodem.
    #[arg(long, value_name = "NAME", default_value = "raw", value_parser = protocol, conflicts_with = "bytes")]
    protocol: Protocol,
    /// Append a line ending: none, cr, lf, crlf, 1a or notation.
    #[arg(long, value_name = "ENDING", default_value = "none")]
    ending: LineEnding,
    /// Wait for these bytes, in the notation; any of several.
    #[arg(long, value_name = "NOTATION", value_parser = pattern, allow_hyphen_values = true)]
    expect: Vec<Pattern>,
    /// Fail at once on these bytes, in the notation; any of several.
    #[arg(long, value_name = "NOTATION", value_parser = pattern, allow_hyphen_values = true)]
    fail: Vec<Pattern>,
    /// How long the answer may take [default: 10s].
    #[arg(long, value_name = "TIME", value_parser = duration::parse, requires = "answer")]
    within: Option<Duration>,
    #[command(flatten)]
    modem: ModemOption,
    #[command(flatten)]
    line: LineOptions,
}

impl Send {
    /// Runs it.
    pub fn run(self) -> ExitCode {
        finish(self.send())
    }

    fn send(self) -> CommandResult {
        if let Some(file) = &self.file {
            return send_file(&self.port, &self.line, file, self.protocol);
        }
        let mut bytes = match self.bytes.as_deref().unwrap_or_default() {
            "-" => standard_input()?,
            text => {
                let bytes = notation::parse(text, Mode::Mixed)
                    .map_err(|error| Exit::wrong_use(format!("`{}`, {error}", masked(text))))?;
                say_what_stays_text(text);
                bytes
            }
        };
        self.expect.iter().chain(&self.fail).for_each(|pattern| say_what_stays_text(&pattern.written));
        bytes.extend_from_slice(self.ending.bytes());
        if self.bytes.as_deref() != Some("-") {
            say_where_no_line_end_is_sent(&bytes);
        }
        if bytes.is_empty() {
            return Err(Exit::wrong_use("nothing to send; write some bytes, or --ending cr for a bare line end"));
        }
        let step = Step {
            send: Some(notation::print_macro(&bytes)),
            expect: self.expect.into_iter().map(|pattern| pattern.kept).collect(),
            fail: self.fail.into_iter().map(|pattern| pattern.kept).collect(),
            within: self.within,
            ..Step::default()
        };
        let what = Macro { name: "send".into(), steps: vec![step], ..Macro::default() };
        let line = Line::open_to_send(&self.port, &self.line, None, None)?;
        line.choose(&self.port, &self.modem)?;
        let mut show = Show::new(&line, false);
        let outcome = run_macros(&line, vec![what], Values::new(), &mut show)?;
        show.finish();
        let findings = line.status().findings.clone();
        line.close();
        if outcome.done {
            return Ok(());
        }
        say_findings(&findings);
        match (outcome.failure(), &outcome.problem) {
            (Some((_, failure)), _) => Err(Exit::modem(format!("failed: {}", failure.what_happened()))),
            (None, Some(problem)) => Err(Exit::wrong_use(problem)),
            (None, None) => Err(Exit::not_done()),
        }
    }
}

fn standard_input() -> Result<Vec<u8>, Exit> {
    let mut bytes = Vec::new();
    let mut input = std::io::stdin().lock().take(LARGEST_INPUT + 1);
    input.read_to_end(&mut bytes).map_err(|error| Exit::trouble(format!("standard input: {error}")))?;
    if bytes.len() as u64 > LARGEST_INPUT {
        return Err(Exit::wrong_use(format!("standard input holds more than {LARGEST_INPUT} bytes")));
    }
    Ok(bytes)
}

fn protocol(text: &str) -> Result<Protocol, String> {
    let known = Protocol::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(text));
    known.ok_or_else(|| "write raw, xmodem, xmodem-1k or ymodem".to_owned())
}

/// Bytes that are waited for.
#[derive(Clone, Debug)]
struct Pattern {
    /// As it was given.
    written: String,
    /// As a macro has it.
    kept: String,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let bytes = notation::parse(text, Mode::Mixed).map_err(|error| error.to_string())?;
    if bytes.is_empty() {
        return Err("an empty text would match at once".into());
    }
    Ok(Pattern { written: text.to_owned(), kept: notation::print_macro(&bytes) })
}
