//! `modemscope capture`: everything that comes from a port, into a capture file, until Ctrl+C.

#![expect(clippy::disallowed_methods, reason = "`--for` is a time of the clock")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::LineOptions;
use super::common::Line;
use super::exit::{CommandResult, Exit, finish};
use super::modem::ModemOption;
use super::output::distinct;
use super::say::{say_aside, warn_if_open};
use crate::link::share::Place;
use crate::link::{Candidate, LinkSpec, discovery};
use crate::macros::duration;
use crate::worker::{Order, Phase, Status};

/// Arguments of `capture`.
#[derive(Debug, clap::Args)]
pub struct Capture {
    /// The port: /dev/ttyUSB0, COM5, sim:, tcp://host:port, rfc2217://host:port.
    pub port: String,
    /// The new file: pcapng, for modemscope and Wireshark. A file that is there is never overwritten.
    pub out: PathBuf,
    /// End after this time, such as 10s or 5m.
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    pub length: Option<Duration>,
    /// Write a text log into this new file too: one line per row, with its time.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Let other programs watch and talk meanwhile: a TCP port, an address with a port, pty, or pty:LINK. Other
    /// machines can reach it only where the address says so.
    #[arg(long, value_name = "WHERE")]
    pub share: Option<Place>,
    /// When the device is unplugged or the server hangs up, wait for it and go on in the same file.
    #[arg(long)]
    pub reconnect: bool,
    #[command(flatten)]
    modem: ModemOption,
    /// Line settings.
    #[command(flatten)]
    pub line: LineOptions,
}

/// What the user has been told while it goes on.
#[derive(Debug, Default)]
struct Told {
    shared: bool,
    lost: bool,
    asked: Vec<Candidate>,
}

impl Told {
    /// Tells where the port is shared, and that it went and came back.
    fn tell(&mut self, status: &Status, share: Option<&Place>) {
        if let Some((address, _)) = status.shared.as_ref().filter(|_| !self.shared) {
            say_aside(format_args!("Shared at {address}."));
            if let Some(Place::Tcp(place)) = share {
                warn_if_open(*place);
            }
            self.shared = true;
        }
        match &status.phase {
            Phase::Lost(problem) if !self.lost => {
                say_aside(format_args!("modemscope: {problem}"));
                self.lost = true;
            }
            Phase::Open { .. } if self.lost => {
                let back = match LinkSpec::parse(&status.place) {
                    Ok(LinkSpec::Serial(path)) => discovery::describe(&path).identity().back(&status.place),
                    _ => format!("{} is back", status.place),
                };
                say_aside(format_args!("modemscope: {back}"));
                self.lost = false;
            }
            _ => {}
        }
        if status.candidates != self.asked {
            self.asked.clone_from(&status.candidates);
            if !self.asked.is_empty() {
                which_is_it(&self.asked).iter().for_each(say_aside);
            }
        }
    }
}

/// What to do where only the user knows which device the lost one is now, in lines.
fn which_is_it(candidates: &[Candidate]) -> Vec<String> {
    let devices: Vec<&str> = candidates.iter().map(|one| one.device.as_str()).collect();
    let question = format!(
        "modemscope: what is lost may be {} now. Plugged in where it was, with no other like it, it goes on by \
         itself. Otherwise end this with Ctrl+C, and:",
        devices.join(" or ")
    );
    let command = |one: &Candidate| format!("  modemscope capture {} NEW.pcapng", one.port);
    std::iter::once(question).chain(candidates.iter().map(command)).collect()
}

impl Capture {
    /// Runs it until Ctrl+C, the end of its time, or the end of the port.
    pub fn run(self) -> ExitCode {
        finish(self.record())
    }

    fn record(&self) -> CommandResult {
        distinct(&[("the capture", Some(&self.out)), ("--log", self.log.as_ref())])?;
        let options = LineOptions { reconnect: self.reconnect, ..self.line.clone() };
        let line = Line::open(&self.port, &options, Some(&self.out), self.log.as_deref())?;
        line.choose(&self.port, &self.modem)?;
        let began = Instant::now();
        say_aside(format_args!("Capturing {} into {}. Ctrl+C ends it.", self.port, self.out.display()));
        if let Some(place) = &self.share {
            line.order(Order::Share(place.clone()))?;
        }
        let mut told = Told::default();
        loop {
            let left = self.length.map(|length| length.saturating_sub(began.elapsed()));
            if line.interrupt.came() || left == Some(Duration::ZERO) {
                let _ = line.order(Order::Disconnect);
            }
            line.wait(left.unwrap_or(Duration::MAX).max(Duration::from_millis(1)));
            let status = line.status();
            if self.share.is_some()
                && !told.shared
                && let Some(problem) = &status.refused
            {
                line.connection.reader().withdraw();
                line.close();
                return Err(Exit::trouble(problem));
            }
            told.tell(&status, self.share.as_ref());
            if status.phase.over() {
                break;
            }
        }
        let closed = line.close();
        let status = closed.status;
        let seconds = began.elapsed().as_secs_f64();
        say_aside(format_args!("{} bytes received, {} sent, in {seconds:.1} s", status.rx, status.tx));
        match (&status.phase, closed.unwritten) {
            (_, Some(trouble)) => Err(Exit::trouble(trouble)),
            (Phase::Failed(problem), None) => Err(Exit::trouble(problem)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_buttons_is_told_the_commands() {
        let candidate = |device: &str| Candidate {
            device: device.to_owned(),
            port: format!("tap:{device},/dev/ttyUSB2").parse().unwrap(),
        };
        let told = which_is_it(&[candidate("/dev/ttyUSB0"), candidate("/dev/ttyUSB1")]);
        let expect = [
            "modemscope: what is lost may be /dev/ttyUSB0 or /dev/ttyUSB1 now. Plugged in where it was, with no other \
             like it, it goes on by itself. Otherwise end this with Ctrl+C, and:",
            "  modemscope capture tap:/dev/ttyUSB0,/dev/ttyUSB2 NEW.pcapng",
            "  modemscope capture tap:/dev/ttyUSB1,/dev/ttyUSB2 NEW.pcapng",
        ];
        assert_eq!(told, expect);
    }
}
