//! What the window and the command line ask of the worker, one order at a time.

use std::time::Duration;

use crossbeam_channel::TryRecvError;

use super::engine::Engine;
use super::files::BUSY;
use super::progress::with_time;
use super::{Order, Phase, SendProgress};
use crate::link::tap::LISTENS_ONLY;
use crate::link::{LineSettings, LinkSpec};
use crate::macros::runner::Values;
use crate::macros::{LineChange, Macro};
use crate::modem::diagnose::{PAUSED, RESUMED};
use crate::session::{Input, Rounds, SendId};

/// Orders taken in one turn.
const ORDERS_A_TURN: usize = 64;

impl Engine {
    pub(super) fn take_orders(&mut self) {
        for _ in 0..ORDERS_A_TURN {
            match self.wiring.orders.try_recv() {
                Ok(order) => {
                    self.dirty = true;
                    let now = self.clock.now();
                    self.obey(order, now);
                }
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.closing = true;
                    return;
                }
            }
            if self.closing {
                return;
            }
        }
        // More may wait: the wake-up for them is used up.
        self.wiring.waiter.waker().wake();
    }

    pub(super) fn obey(&mut self, order: Order, now: Duration) {
        self.active = now;
        if let Some(problem) = self.objection(&order) {
            if let Order::RunMacro(macros, _) | Order::Repeat(macros, ..) = order
                && !self.session.running()
            {
                // Whoever waits for this run hears of its end.
                self.run_log.begin(macros.into(), None);
                self.run_log.end(false, Some(problem.into()), Values::new());
            }
            self.refuse(problem.into());
            return;
        }
        match order {
            Order::Send(bytes) => self.input(Input::Send(bytes), now),
            Order::SendFile(path, protocol) => self.send_file(&path, protocol, now),
            Order::CancelSend => {
                if !self.cancel_file(now) {
                    self.cancel(now);
                }
            }
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
            Order::SetLines(change) => self.set_lines(change, now),
            Order::PulseLines(change, length) => {
                self.set_lines(change, now);
                let back = LineChange { dtr: change.dtr.map(|on| !on), rts: change.rts.map(|on| !on) };
                self.pulse = Some((back, now + length));
            }
            Order::Break(length) => self.want_break(length, now),
            Order::Reconfigure(settings) => self.reconfigure(settings),
            Order::Note(text) => self.note(text),
            Order::Sim(control) => {
                let done = self.link.as_mut().map(|link| link.control(control, now));
                self.said(done);
            }
            Order::Share(place) => self.share(&place),
            Order::StopSharing => self.stop_sharing(),
            Order::Release => self.release(),
            Order::TakeBack(path) => self.take_back(path),
            Order::Disconnect => self.closing = true,
        }
    }

    /// A run that is refused, because another is under way, leaves that one's progress alone.
    fn begin_log(&mut self, macros: &[Macro], rounds: Option<Rounds>) {
        if !self.session.running() {
            self.run_log.begin(macros.into(), rounds);
        }
    }

    /// Both the session and who reads the capture later leave out what is no dialog.
    pub(super) fn diagnose(&mut self, on: bool, now: Duration) {
        self.note((if on { RESUMED } else { PAUSED }).to_owned());
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
        if self.link.is_none() && sends {
            return Some("the port is not open: nothing was sent");
        }
        (self.files.busy() && (sends || alone)).then_some(BUSY)
    }

    fn reconfigure(&mut self, settings: LineSettings) {
        if self.session.scanning() {
            // The scan has the line; they are set when it is over.
            self.settings = settings;
            self.outgoing.set_pacing(settings.pacing);
            return;
        }
        let Some(link) = &mut self.link else {
            // The port comes back with them.
            self.settings = settings;
            self.outgoing.set_pacing(settings.pacing);
            return;
        };
        match link.reconfigure(&settings) {
            Ok(kept) => {
                self.settings = settings;
                self.outgoing.set_pacing(settings.pacing);
                let text = kept.as_ref().map(|kept| format!("; {kept}")).unwrap_or_default();
                self.phase = Phase::Open { kept };
                self.note(format!("settings changed to {settings}{text}"));
            }
            Err(problem) => self.refuse(problem.to_string()),
        }
    }

    pub(super) fn cancel(&mut self, now: Duration) {
        let Some((progress, sends)) = self.outgoing.cancel(now) else {
            return;
        };
        self.note(format!("sending cancelled: {} of {} bytes had gone out", progress.taken, progress.total));
        self.give_up(progress, sends, now);
    }

    pub(super) fn give_up(&mut self, progress: SendProgress, sends: Vec<SendId>, now: Duration) {
        self.cancelled = Some(progress);
        for send in sends {
            self.input(Input::GivenUp(send), now);
        }
    }
}
