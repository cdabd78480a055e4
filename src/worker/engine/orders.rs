//! What the window and the command line ask of the worker, one order at a time.

use std::path::Path;
use std::time::Duration;

use crossbeam_channel::TryRecvError;

use super::{Engine, Left};
use crate::capture::Mark;
use crate::link::share::Place as Door;
use crate::link::transfer::Protocol;
use crate::link::{LineSettings, Reconfigured};
use crate::macros::Macro;
use crate::macros::runner::Values;
use crate::modem::passthrough::Way;
use crate::session::occupant::{Occupant, first_refusal};
use crate::session::{Input, Rounds};
use crate::worker::place::{Opening, Place};
use crate::worker::progress::with_time;
use crate::worker::{ORDERS, Order};

/// Orders taken in one turn.
const ORDERS_A_TURN: usize = 64;

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
        let wish = order.wish();
        if let Some(refusal) = wish.and_then(|wish| first_refusal(&self.occupants(now), wish)) {
            self.refuse(order, &refusal.to_string());
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
            Order::Check(way) => self.check(way, now),
            Order::StopCheck => self.input(Input::StopCheck, now),
            Order::Modem(family) => self.input(Input::Modem(family), now),
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
        let (mark, text) = if on {
            (Mark::Dialog, "the file transfer is over; diagnosed again")
        } else {
            (Mark::NoDialog, "a file transfer begins; it is not diagnosed")
        };
        self.journal.mark(mark, text);
        self.input(Input::Diagnose(on), now);
    }

    /// Who has the line, in order.
    fn occupants(&self, now: Duration) -> Vec<Occupant> {
        let port = self.place.port();
        let has = [
            (port.is_none(), Occupant::Absent),
            (self.spec.kind().listens_only, Occupant::Listening),
            (!self.spec.kind().line_settings, Occupant::Rateless),
            (self.files.busy(), Occupant::File),
            (port.is_some() && self.outgoing.held(now).is_some(), Occupant::Restart),
            (!self.outgoing.is_empty(), Occupant::Sending),
        ];
        let ours = has.into_iter().filter_map(|(has, occupant)| has.then_some(occupant));
        ours.chain(self.session.occupants()).collect()
    }

    fn send_file(&mut self, path: &Path, protocol: Protocol, now: Duration) {
        match self.files.begin(path, protocol, self.session.diagnosing(), now) {
            Ok(begun) => {
                self.journal.note(begun.note);
                if begun.silence {
                    self.diagnose(false, now);
                }
            }
            Err(error) => self.journal.refuse(error.to_string()),
        }
    }

    fn check(&mut self, way: Way, now: Duration) {
        self.journal.mark(Mark::NoDialog, "the passthrough check begins; it is not diagnosed");
        self.input(Input::Check(way, self.settings.baud), now);
    }

    fn scan_baud(&mut self, now: Duration) {
        self.scan_log.begin();
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
            Err(error) => self.journal.refuse(error.to_string()),
        }
    }

    fn stop_sharing(&mut self) {
        if let Some(note) = self.sharing.close() {
            self.journal.note(note);
        }
    }
}
