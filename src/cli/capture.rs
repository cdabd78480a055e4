//! `modemscope capture`: everything that comes from a port, into a capture file, until Ctrl+C.

#![expect(clippy::disallowed_methods, reason = "`--for` is a time of the clock")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::LineOptions;
use super::common::{CommandResult, Exit, Line, finish, parse_duration, say_aside};
use crate::link::{Order, Phase};

/// Arguments of `capture`.
#[derive(Debug, clap::Args)]
pub struct Capture {
    /// The port: `/dev/ttyUSB0`, `COM5`, `sim:`, `tcp://host:port`, `rfc2217://host:port`.
    pub port: String,
    /// The new file: pcapng, for modemscope and Wireshark. A file that is there is never overwritten.
    pub out: PathBuf,
    /// End after this time, such as 10s or 5m.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub length: Option<Duration>,
    /// Line settings.
    #[command(flatten)]
    pub line: LineOptions,
}

impl Capture {
    /// Runs it until Ctrl+C, the end of its time, or the end of the port.
    pub fn run(self) -> ExitCode {
        finish(self.record())
    }

    fn record(&self) -> CommandResult {
        let line = Line::open(&self.port, &self.line, Some(&self.out))?;
        let began = Instant::now();
        say_aside(format_args!("Capturing {} into {}. Ctrl+C ends it.", self.port, self.out.display()));
        let mut told = None;
        loop {
            let left = self.length.map(|length| length.saturating_sub(began.elapsed()));
            if line.interrupt.came() || left == Some(Duration::ZERO) {
                let _ = line.order(Order::Disconnect);
            }
            line.wait(left.unwrap_or(Duration::MAX).max(Duration::from_millis(1)));
            let trouble = line.connection.reader().storage().trouble;
            if trouble != told {
                say_aside(trouble.as_deref().map_or_else(
                    || "modemscope: the capture file is written again".to_owned(),
                    |trouble| format!("modemscope: {trouble}"),
                ));
                told = trouble;
            }
            if line.status().phase.over() {
                break;
            }
        }
        let status = line.status();
        let seconds = began.elapsed().as_secs_f64();
        say_aside(format_args!("{} bytes received, {} sent, in {seconds:.1} s", status.rx, status.tx));
        match (&status.phase, line.connection.reader().storage().trouble) {
            (_, Some(trouble)) => Err(Exit::trouble(trouble)),
            (Phase::Failed(problem), None) => Err(Exit::trouble(problem)),
            _ => Ok(()),
        }
    }
}
