//! What the window and the command line ask of the worker, one order at a time.

use std::path::Path;
use std::time::Duration;

use crossbeam_channel::TryRecvError;

use super::{Engine, Left};
use crate::link::share::Place as Door;
use crate::link::tap::LISTENS_ONLY;
use crate::link::transfer::Protocol;
use crate::link::{LineSettings, LinkSpec, Reconfigured};
use crate::macros::Macro;
use crate::macros::runner::Values;
use crate::modem::diagnose::{PAUSED, RESUMED};
use crate::session::{Input, Rounds};
use crate::worker::place::{Opening, Place};
use crate::worker::progress::with_time;
use crate::worker::{ORDERS, Order};

/// Orders taken in one turn.
const ORDERS_A_TURN: usize = 64;

/// What is said to who wants the line for something else.
const BUSY: &str = "a file is being sent: wait for its end, or cancel it first";

impl Engine {
    pub(super) fn take_orders(&mut self) -> Result<(), Left> {
        for _ in 0..ORDERS_A_TURN {
            if let Place::Opening(Opening { held, .. }) = &self.place
                && held.len() >= ORDERS
            {
                return Ok(());
            }
            let order = match self.wiring.orders.try_recv() {
                Ok(order) => order,
                Err(TryRecvError::Empty) => return Ok(()),
                Err(TryRecvError::Disconnected) => return Err(Left::Asked),
            };
            self.journal.news();
            match &mut self.place {
                // Orders that come while the first connection is being made wait for it; only the end does not.
                Place::Opening(opening) if !matches!(order, Order::Disconnect) => opening.held.push_back(order),
                _ => self.obey(order, self.journal.now())?,
            }
        }
        // More may wait: the wake-up for them is used up.
        self.wiring.waiter.waker().wake();
        Ok(())
    }

    pub(super) fn obey(&mut self, order: Order, now: Duration) -> Result<(), Left> {
        self.traffic.active = now;
        if let Some(problem) = self.objection(&order) {
            self.refuse(order, problem);
            return Ok(());
        }
        match order {
            Order::Send(bytes) => self.input(Input::Send(bytes), now),
            Order::SendFile(path, protocol) => self.send_file(&path, protocol, now),
            Order::CancelSend => self.cancel(now),
            Order::RunMacro(macros, values) => {
                self.begin_log(&macros, None);
                self.input(Input::RunMacros(macros, with_time(values)), now);
            }
            Order::Repeat(macros, values, rounds) => {
                self.begin_log(&macros, Some(rounds));
                self.input(Input::RepeatMacros(macros, with_time(values), rounds), now);
            }
            Order::StopMacro => self.input(Input::StopMacro, now),
            Order::ScanBaud => self.scan_baud(now),
            Order::StopScan => self.input(Input::StopScan, now),
            Order::Diagnose(on) => self.diagnose(on, now),
            Order::SetLines(change) => self.with_port(now, |port| Ok(port.set_lines(change, now))),
            Order::PulseLines(change, length) => self.with_port(now, |port| Ok(port.pulse_lines(change, length, now))),
            Order::Break(length) => self.with_port(now, |port| {
                port.want_break(length, now);
                Ok(Vec::new())
            }),
            Order::Reconfigure(settings) => self.reconfigure(settings),
            Order::Note(text) => self.journal.note(text),
            Order::Sim(control) => self.with_port(now, |port| port.control(control, now).map(|()| Vec::new())),
            Order::Share(door) => self.share(&door),
            Order::StopSharing => self.stop_sharing(),
            Order::Release => self.release(),
            Order::TakeBack(path) => self.take_back(path, now)?,
            Order::Disconnect => return Err(Left::Asked),
        }
        Ok(())
    }

    /// Whoever waits for what was asked hears that it will not be.
    fn refuse(&mut self, order: Order, problem: &str) {
        match order {
            Order::RunMacro(macros, _) | Order::Repeat(macros, ..) if !self.session.running() => {
                self.run_log.begin(macros.into(), None);
                self.run_log.end(false, Some(problem.into()), Values::new());
            }
            Order::SendFile(path, protocol) => self.files.not_begun(&path, protocol, problem),
            _ => {}
        }
        self.journal.refuse(problem);
    }

    /// A run that is refused, because another is under way, leaves that one's progress alone.
    fn begin_log(&mut self, macros: &[Macro], rounds: Option<Rounds>) {
        if !self.session.running() {
            self.run_log.begin(macros.into(), rounds);
        }
    }

    /// Both the session and who reads the capture later leave out what is no dialog.
    pub(super) fn diagnose(&mut self, on: bool, now: Duration) {
        self.journal.note(if on { RESUMED } else { PAUSED });
        self.input(Input::Diagnose(on), now);
    }

    /// Why an order that needs the line cannot be followed now.
    fn objection(&self, order: &Order) -> Option<&'static str> {
        let sends = matches!(order, Order::Send(_) | Order::RunMacro(..) | Order::Repeat(..) | Order::Break(_));
        let alone = matches!(order, Order::SendFile(..) | Order::ScanBaud);
        let lines = matches!(order, Order::SetLines(_) | Order::PulseLines(..));
        if matches!(self.spec, LinkSpec::Tap { .. }) && (sends || alone || lines) {
            return Some(LISTENS_ONLY);
        }
        if self.place.port().is_none() && sends {
            return Some("the port is not open: nothing was sent");
        }
        if self.files.busy() && (sends || alone) {
            return Some(BUSY);
        }
        if self.place.port().is_none() && alone {
            return Some("the port is not open: nothing was sent");
        }
        if !self.outgoing.is_empty() && alone {
            return Some("bytes are still being sent; wait for them or cancel them first");
        }
        if !matches!(order, Order::SendFile(..)) {
            return None;
        }
        if self.session.running() {
            Some("a macro is running; stop it first")
        } else if self.session.scanning() {
            Some("the rate of the modem is being looked for; stop that first")
        } else {
            None
        }
    }

    fn send_file(&mut self, path: &Path, protocol: Protocol, now: Duration) {
        match self.files.begin(path, protocol, self.session.diagnosing(), now) {
            Ok(begun) => {
                self.journal.note(begun.note);
                if begun.silence {
                    self.diagnose(false, now);
                }
            }
            Err(problem) => self.journal.refuse(problem),
        }
    }

    fn scan_baud(&mut self, now: Duration) {
        if !self.session.scanning() {
            self.scan_log.begin();
        }
        self.input(Input::ScanBaud, now);
    }

    fn reconfigure(&mut self, settings: LineSettings) {
        let scanning = self.session.scanning();
        // The scan has the line; they are set when it is over. A port that is away comes back with them.
        if let Some(port) = self.place.port_mut().filter(|_| !scanning) {
            match port.reconfigure(&settings) {
                Ok(Reconfigured::Applied) => self.journal.note(format!("settings changed to {settings}")),
                Ok(Reconfigured::Kept(kept)) => self.journal.note(format!("settings changed to {settings}; {kept}")),
                Ok(Reconfigured::NotHere) if self.settings.same_line(&settings) => {}
                Ok(Reconfigured::NotHere) => {
                    self.journal.refuse(format!("{} has no line settings: {settings} changes nothing here", self.spec));
                }
                Err(problem) => {
                    self.journal.refuse(problem.to_string());
                    return;
                }
            }
        }
        self.settings = settings;
        self.outgoing.set_pacing(settings.pacing);
    }

    /// Gives up the file in hand, or what else is being sent.
    fn cancel(&mut self, now: Duration) {
        if let Some(given_up) = self.files.cancel(self.backlog(now), now) {
            self.file_over(given_up.note, now);
            if !given_up.farewell.is_empty() {
                // Still no dialog: these too are the protocol's.
                self.input(Input::Send(given_up.farewell.to_vec()), now);
            }
        } else if let Some((progress, sends)) = self.outgoing.cancel(now) {
            self.journal
                .note(format!("sending cancelled: {} of {} bytes had gone out", progress.taken, progress.total));
            self.given_up([sends], now);
        }
    }

    fn share(&mut self, door: &Door) {
        self.stop_sharing();
        match self.sharing.open(door) {
            Ok(note) => self.journal.note(note),
            Err(problem) => self.journal.refuse(problem),
        }
    }

    fn stop_sharing(&mut self) {
        if let Some(note) = self.sharing.close() {
            self.journal.note(note);
        }
    }
}
