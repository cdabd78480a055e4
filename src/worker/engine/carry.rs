//! Carries between the port, the capture and the session: what came in, and what the session wants done.

use std::time::Duration;

use super::Engine;
use crate::capture::{Flaw, Mark, Record};
use crate::link::{Arrival, DataBits, FlowControl, LineSettings, LinkError, Parity, Reconfigured, StopBits};
use crate::modem::Direction;
use crate::modem::baud_scan::BaudScan;
use crate::modem::secrets::merged;
use crate::session::{Input, Output, SendId};
use crate::worker::line_work::LineEvent;
use crate::worker::open_port::OpenPort;

impl Engine {
    /// One thing came in: into the capture first, then to the session.
    pub(super) fn arrive(&mut self, arrival: Arrival, now: Duration) {
        self.traffic.active = now;
        match arrival {
            Arrival::Bytes { bytes, flaw } => {
                self.traffic.rx += bytes.len() as u64;
                self.sharing.tell(&bytes);
                // Looked for once, for the capture and for what is said of the session.
                let secret = merged([self.mask.find(&bytes), self.secrets.find(Direction::Rx, &bytes)].concat());
                self.journal.record(
                    now,
                    Record::Data {
                        direction: Direction::Rx,
                        bytes: bytes.clone(),
                        send: None,
                        flaw,
                        secret: secret.clone(),
                    },
                );
                self.files.hear(&bytes);
                match flaw {
                    Flaw::None => {}
                    Flaw::Framing | Flaw::Parity => self.input(Input::Damaged, now),
                    Flaw::Overrun => self.input(Input::LeftOut(Direction::Rx), now),
                }
                self.input(Input::Received { bytes: &bytes, secret: &secret }, now);
            }
            Arrival::Break => self.journal.record(now, Record::Break(Direction::Rx)),
            Arrival::Lost { bytes, why } => self.lost(Direction::Rx, bytes, why, now),
            Arrival::Note(text) => self.journal.note(text),
            Arrival::FromHost(heard) => self.overhear(*heard, now),
        }
    }

    /// Something came on the host's line of a tap: recorded and diagnosed as sent, though not by us.
    fn overhear(&mut self, arrival: Arrival, now: Duration) {
        match arrival {
            Arrival::Bytes { bytes, flaw } => {
                let damage = match flaw {
                    Flaw::None => None,
                    Flaw::Framing => Some("framing error"),
                    Flaw::Parity => Some("parity error"),
                    Flaw::Overrun => Some("overrun"),
                };
                if let Some(damage) = damage {
                    self.journal.note(format!("the host's line: {damage} in the next {} bytes", bytes.len()));
                }
                if flaw == Flaw::Overrun {
                    self.input(Input::LeftOut(Direction::Tx), now);
                }
                if bytes.is_empty() {
                    return;
                }
                self.traffic.tx += bytes.len() as u64;
                let send = self.overheard.write_at(now);
                let secret = self.secrets.find(Direction::Tx, &bytes);
                self.journal.record(now, Record::sent(send, bytes.clone(), secret.clone()));
                self.input(Input::Taken { send, bytes: &bytes, secret: &secret, last: false }, now);
            }
            Arrival::Break => self.journal.record(now, Record::Break(Direction::Tx)),
            Arrival::Lost { bytes, why } => self.lost(Direction::Tx, bytes, why, now),
            Arrival::Note(text) => self.journal.note(format!("the host's line: {text}")),
            Arrival::FromHost(_) => {}
        }
    }

    fn lost(&mut self, direction: Direction, bytes: Option<u64>, why: String, now: Duration) {
        self.input(Input::LeftOut(direction), now);
        self.journal.record(now, Record::Lost { direction, bytes, why });
    }

    /// Tells the session, and does what it wants.
    pub(super) fn input(&mut self, input: Input<'_>, now: Duration) {
        self.session.handle_input(input, now);
        while let Some(output) = self.session.poll_output() {
            self.journal.news();
            match output {
                Output::Write { send, bytes, secret } => {
                    self.mask.expect(&bytes, &secret);
                    self.outgoing.push(send, bytes, secret, now);
                }
                Output::GiveUp(send) => {
                    if let Some((taken, total)) = self.outgoing.give_up(send) {
                        self.journal
                            .note(format!("stopped: {taken} of {total} bytes of what was being sent had gone out"));
                    }
                }
                Output::SetLines(change) => self.with_port(now, |port| Ok(port.set_lines(change, now))),
                Output::Break(length) => self.with_port(now, |port| {
                    port.want_break(length, now);
                    Ok(Vec::new())
                }),
                Output::Macro { index, report } => {
                    if let Some(line) = self.run_log.report(index, report, now) {
                        self.journal.record(now, Record::Step(line));
                    }
                }
                Output::Round { round, due } => self.run_log.round(round, due),
                Output::RunEnded { done, problem, kept } => {
                    if let Some(line) = self.run_log.end(done, problem, kept) {
                        self.journal.record(now, Record::Step(line));
                    }
                }
                Output::SetBaud(baud) => self.probe_at(baud),
                Output::ScanEnded => self.scan_ended(),
                // The status takes it from the session.
                Output::CheckNews => {}
                Output::CheckEnded => {
                    self.journal.mark(Mark::Dialog, "the passthrough check is over; diagnosed again");
                }
                Output::Refused(problem) => self.journal.refuse(problem),
            }
        }
    }

    /// Does something with the open port; says why it cannot be done.
    pub(super) fn with_port(
        &mut self,
        now: Duration,
        work: impl FnOnce(&mut OpenPort) -> Result<Vec<LineEvent>, LinkError>,
    ) {
        match self.place.port_mut().map(work) {
            Some(Ok(events)) => self.carry_lines(events, now),
            Some(Err(problem)) => self.journal.refuse(problem.to_string()),
            None => self.journal.refuse("the port is not open"),
        }
    }

    /// Carries on what came of work on the modem lines.
    pub(super) fn carry_lines(&mut self, events: Vec<LineEvent>, now: Duration) {
        for event in events {
            match event {
                LineEvent::Arrived(arrival) => self.arrive(arrival, now),
                LineEvent::Lines(states) => {
                    self.traffic.active = now;
                    self.journal.record(now, Record::Lines(states));
                }
                LineEvent::BreakBegan => self.journal.record(now, Record::Break(Direction::Tx)),
                LineEvent::Refused(problem) => self.journal.refuse(problem.to_string()),
            }
        }
    }

    /// Tells the session which Sends will not go out any further.
    pub(super) fn given_up(&mut self, sends: impl IntoIterator<Item = Vec<SendId>>, now: Duration) {
        for send in sends.into_iter().flatten() {
            self.input(Input::GivenUp(send), now);
        }
    }

    /// Sets the line for a probe. What is refused (a rate that the driver does not have) is in the log; nothing comes at it.
    fn probe_at(&mut self, baud: u32) {
        let settings = LineSettings {
            baud,
            data_bits: DataBits::Eight,
            parity: Parity::None,
            stop_bits: StopBits::One,
            flow: FlowControl::None,
            ..self.settings
        };
        self.journal.mark(Mark::NoDialog, format!("find baud: AT at {baud}"));
        if let Some(port) = self.place.port_mut() {
            match port.reconfigure(&settings) {
                Ok(Reconfigured::Kept(kept)) => self.journal.note(kept),
                Ok(Reconfigured::Applied | Reconfigured::NotHere) => {}
                Err(problem) => self.journal.refuse(problem.to_string()),
            }
        }
        self.see_scan();
    }

    /// Puts the line back.
    fn scan_ended(&mut self) {
        self.see_scan();
        let found = self.session.scan().and_then(BaudScan::found);
        let found = found.map_or("nothing answered".to_owned(), |baud| format!("the modem answers at {baud}"));
        if let Some(port) = self.place.port_mut()
            && let Err(problem) = port.reconfigure(&self.settings)
        {
            self.journal.refuse(problem.to_string());
        }
        self.journal.mark(Mark::Dialog, format!("find baud: {found}; the line is at {} again", self.settings));
    }

    fn see_scan(&mut self) {
        if let Some(scan) = self.session.scan() {
            self.scan_log.note(scan);
        }
    }
}
