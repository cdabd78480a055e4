//! `modemscope send --file`: a file as it is or by XMODEM or YMODEM, with its progress on standard error.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::LineOptions;
use super::common::Line;
use super::exit::{CommandResult, Exit};
use super::say::say_aside;
use crate::link::transfer::{Protocol, TransferEnd, TransferProgress};
use crate::worker::{Order, Phase};

/// How often the status is looked at, at least; news come at once.
const LOOK: Duration = Duration::from_millis(200);

/// Sends it, and waits until it is there.
///
/// # Errors
/// Not done, where the far end did not take it; trouble with the file, the port, or a program that is missing.
pub(crate) fn send_file(port: &str, options: &LineOptions, file: &Path, protocol: Protocol) -> CommandResult {
    let line = Line::open_to_send(port, options, None, None)?;
    let mut meter = Meter { shown: std::io::stderr().is_terminal(), told: false };
    line.order(Order::SendFile(file.to_owned(), protocol))?;
    let mut interrupted = false;
    let progress = loop {
        let status = line.status();
        if let Some(progress) = &status.transfer {
            if progress.end.is_some() {
                break Arc::clone(progress);
            }
            let stalled = status.sending.map_or(Duration::ZERO, |sending| sending.stalled);
            meter.show(progress, stalled);
        }
        if let Phase::Failed(problem) = &status.phase {
            return Err(Exit::trouble(problem));
        }
        if line.interrupt.came() && !interrupted {
            interrupted = true;
            line.order(Order::CancelSend)?;
        }
        line.wait(LOOK);
    };
    meter.clear();
    settle(&line);
    let seconds = line.status().now.as_secs_f64();
    line.close();
    let TransferProgress { file, taken, total, .. } = progress.as_ref();
    match &progress.end {
        Some(TransferEnd::Failed(why)) => Err(Exit::modem(format!("{file}: {why} ({taken} of {total} bytes)"))),
        Some(TransferEnd::Trouble(why)) => Err(Exit::trouble(why)),
        Some(TransferEnd::Cancelled) => {
            say_aside(format!("modemscope: cancelled; {taken} of {total} bytes of {file} had gone out"));
            Err(Exit::interrupted())
        }
        Some(TransferEnd::Done) | None => {
            say_aside(format!("{taken} bytes of {file} sent ({}) in {seconds:.1} s", protocol.name()));
            Ok(())
        }
    }
}

/// What is left to be told to the far end, such as CAN, has a moment to go out.
fn settle(line: &Line) {
    let mut patience = 10;
    while line.status().sending.is_some() && !line.status().phase.over() && patience > 0 {
        line.wait(LOOK);
        patience -= 1;
    }
}

/// One line on a terminal, written over and over; elsewhere only that nothing is taken for long.
struct Meter {
    shown: bool,
    told: bool,
}

impl Meter {
    fn show(&mut self, progress: &TransferProgress, stalled: Duration) {
        let TransferProgress { taken, total, .. } = progress;
        if let Some(seconds) = self.tells_elsewhere(stalled) {
            let passed = format!("nothing was taken for {seconds} s ({taken} of {total} bytes so far)");
            say_aside(format!("modemscope: {passed}; still waiting"));
        }
        let stalled = if stalled >= Duration::from_secs(1) {
            format!(", nothing taken for {} s", stalled.as_secs())
        } else {
            String::new()
        };
        self.write(&format!("\r\x1B[K{taken} of {total} bytes{stalled}"));
    }

    /// The seconds of a stall that is to be said, since no terminal shows it: once each time.
    fn tells_elsewhere(&mut self, stalled: Duration) -> Option<u64> {
        const LONG: Duration = Duration::from_secs(10);
        let told = std::mem::replace(&mut self.told, stalled >= LONG);
        (!self.shown && self.told && !told).then_some(stalled.as_secs())
    }

    fn clear(&self) {
        self.write("\r\x1B[K");
    }

    fn write(&self, text: &str) {
        if self.shown {
            let mut out = std::io::stderr().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stall_is_said_once_where_no_terminal_shows_it() {
        let said = |shown: bool| -> Vec<u64> {
            let mut meter = Meter { shown, told: false };
            let stalls = [0, 9, 10, 11, 0, 3, 12].map(Duration::from_secs);
            stalls.into_iter().filter_map(|stalled| meter.tells_elsewhere(stalled)).collect()
        };
        assert_eq!(said(false), [10, 12]);
        assert_eq!(said(true), [0; 0]);
    }
}
