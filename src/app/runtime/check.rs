//! The passthrough check, driven over the open link at every news and at its deadlines.

use std::time::{Duration, Instant};

use super::Runtime;
use crate::app::passthrough::OverLink;
use crate::app::state::{PassthroughCheck, State, Tone};
use crate::modem::passthrough::Way;
use crate::worker::Order;

/// A deadline that a Send in hand holds up is looked at again after this.
const SOON: Duration = Duration::from_millis(20);

/// A check under way.
#[derive(Debug)]
pub(super) struct Running {
    check: OverLink,
    since: Instant,
}

impl Runtime {
    pub(super) fn start_check(&mut self, state: &mut State, way: Way) {
        let Some(reader) = self.connection.as_ref().map(|connection| connection.reader().clone()) else { return };
        let since = Instant::now();
        let check = OverLink::start(way, state.line.baud, &reader, Duration::ZERO);
        // What the check sends is no dialog, and nothing is to be found wrong with it.
        self.order(state, Order::Diagnose(false));
        self.checking = Some(Running { check, since });
        state.tools.check = Some(PassthroughCheck::default());
        self.poll_check(state);
    }

    /// Ends the check before its time.
    pub(super) fn stop_check(&mut self, state: &mut State) {
        if self.checking.is_none() {
            return;
        }
        self.order(state, Order::StopMacro);
        self.order(state, Order::CancelSend);
        self.end_check(state);
        state.tools.check = None;
        state.say(Tone::Note, "The check was stopped halfway: the modem's echo may be off. ATE1 switches it on.");
    }

    /// Takes in what came and sends what is next.
    pub(super) fn poll_check(&mut self, state: &mut State) {
        let Some(running) = &mut self.checking else { return };
        if !state.connected() {
            self.checking = None;
            state.tools.check = None;
            state.say(Tone::Trouble, "The port was closed during the passthrough check: there is no result.");
            return;
        }
        let now = running.since.elapsed();
        let order = running.check.poll(&state.status, now);
        let check = running.check.check();
        let wake = check.next_deadline().map(|due| due.saturating_sub(now).max(SOON));
        let over = wake.is_none();
        state.tools.check = Some(PassthroughCheck {
            progress: check.progress(),
            rows: check.rows().to_vec(),
            report: check.report(),
            wake,
        });
        if let Some(order) = order {
            self.order(state, order);
        }
        if over {
            self.end_check(state);
        }
    }

    fn end_check(&mut self, state: &mut State) {
        self.checking = None;
        self.order(state, Order::Diagnose(true));
    }
}
