//! Probes that the user started: the search for the baud rate, and the passthrough check. Nothing here begins by itself.

use std::time::{Duration, Instant};

use super::Runtime;
use crate::app::command::Command;
use crate::app::passthrough::{OverLink, Way};
use crate::app::state::{PassthroughView, ScanView, State, Tone};
use crate::capture::{Cursor, EntryItem};
use crate::link::{DataBits, LineSettings, Order, Parity, StopBits};
use crate::modem::Direction;
use crate::modem::baud_scan::{BaudScan, Wish};

/// A probe in hand and the clock that it goes by.
#[derive(Debug)]
pub(super) struct Probe {
    since: Instant,
    what: What,
}

#[derive(Debug)]
enum What {
    Baud { scan: BaudScan, cursor: Box<Cursor>, before: u64, line: LineSettings },
    Passthrough(Box<OverLink>),
}

impl Runtime {
    pub(super) fn start_scan(&mut self, state: &mut State) {
        let Some(reader) = state.reader.clone().filter(|_| state.connected()) else {
            state.say(Tone::Note, "Connect to a port first.");
            return;
        };
        let before = reader.end().rx;
        let cursor = Box::new(reader.cursor_at_byte(Direction::Rx, before));
        let what = What::Baud { scan: BaudScan::new(Duration::ZERO), cursor, before, line: state.line };
        state.tools.scan = Some(ScanView::default());
        self.probe = Some(Probe { since: Instant::now(), what });
    }

    pub(super) fn start_passthrough(&mut self, state: &mut State, way: Way) {
        let Some(reader) = state.reader.as_ref().filter(|_| state.connected()) else {
            state.say(Tone::Note, "Connect to a port first.");
            return;
        };
        let check = OverLink::start(way, state.line.baud, reader, Duration::ZERO);
        state.tools.passthrough = Some(PassthroughView::default());
        self.probe = Some(Probe { since: Instant::now(), what: What::Passthrough(Box::new(check)) });
    }

    pub(super) fn stop_probe(&mut self, state: &mut State) {
        if let Some(Probe { what: What::Baud { line, .. }, .. }) = self.probe.take() {
            // Given up, the line is as it was.
            self.carry_out(state, Command::SetLine(line));
        }
        state.tools.probing = false;
    }

    /// Takes the probe on. Call often while one is in hand.
    pub(super) fn poll_probe(&mut self, state: &mut State) {
        let Some(mut probe) = self.probe.take() else { return };
        if !state.connected() {
            state.tools.probing = false;
            return;
        }
        let now = probe.since.elapsed();
        let over = match &mut probe.what {
            What::Baud { scan, cursor, before, line } => {
                while let Some(entry) = cursor.next_entry() {
                    if let EntryItem::Data { direction: Direction::Rx, bytes, .. } = entry.item
                        && entry.position.rx >= *before
                    {
                        scan.received(bytes, now);
                    }
                }
                scan.tick(now);
                while let Some(wish) = scan.poll() {
                    match wish {
                        Wish::SetBaud(baud) => {
                            state.line = at_rate(*line, baud);
                            self.order(state, Order::Reconfigure(state.line));
                        }
                        Wish::Send(bytes) => self.order(state, Order::Send(bytes)),
                    }
                }
                let over = scan.next_deadline().is_none();
                state.tools.scan = Some(ScanView { replies: scan.replies().to_vec(), found: scan.found(), over });
                if over {
                    let line = scan.found().map_or(*line, |baud| at_rate(*line, baud));
                    self.carry_out(state, Command::SetLine(line));
                }
                over
            }
            What::Passthrough(check) => {
                let status = std::sync::Arc::clone(&state.status);
                if let Some(order) = check.poll(&status, now) {
                    self.order(state, order);
                }
                let report = check.check().report();
                let over = report.is_some();
                state.tools.passthrough = Some(PassthroughView { progress: check.check().progress(), report });
                over
            }
        };
        state.tools.probing = !over;
        if !over {
            self.probe = Some(probe);
        }
    }
}

/// The rate of a modem that was found so is 8N1.
fn at_rate(line: LineSettings, baud: u32) -> LineSettings {
    LineSettings { baud, data_bits: DataBits::Eight, parity: Parity::None, stop_bits: StopBits::One, ..line }
}
