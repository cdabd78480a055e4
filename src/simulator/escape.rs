//! Data mode: every byte is data, until `+++` in a silence of a second on both sides (manual §2.2.12).

use std::collections::VecDeque;
use std::time::Duration;

use super::desk::Desk;
use super::part::Part;
use super::timers::TimerId;

/// Silence before and after `+++`, and the longest between two of them.
const GUARD: Duration = Duration::from_secs(1);

/// The `+` that may end data mode.
#[derive(Debug, Default)]
pub(super) struct Escape {
    last: Duration,
    pluses: u8,
    timer: Option<TimerId>,
}

impl Escape {
    /// Data mode begins.
    pub(super) fn new(now: Duration) -> Self {
        Self { last: now, ..Self::default() }
    }

    /// Takes waiting bytes as data, at most `room`. `+` that may be an escape wait: `silence` is called a second after the last.
    pub(super) fn take<P: Part>(
        &mut self,
        desk: &mut Desk,
        bytes: &mut VecDeque<u8>,
        room: usize,
        silence: fn(&mut P, &mut Desk),
    ) -> Vec<u8> {
        let mut data = Vec::new();
        while data.len() < room {
            let Some(byte) = bytes.pop_front() else { break };
            let silent = desk.now().saturating_sub(self.last) >= GUARD;
            self.last = desk.now();
            desk.cancel(self.timer.take());
            if byte == b'+' && self.pluses < 3 && (self.pluses > 0 || silent) {
                self.pluses += 1;
                self.timer = Some(desk.at(desk.now() + GUARD, silence));
                continue;
            }
            data.extend(self.held());
            data.push(byte);
        }
        data
    }

    /// Silence after one to three `+`: they were data, unless there were three.
    pub(super) fn silence(&mut self) -> Option<Vec<u8>> {
        self.timer = None;
        if self.pluses == 3 { None } else { Some(self.held()) }
    }

    /// Data mode is over.
    pub(super) fn end(self, desk: &mut Desk) {
        desk.cancel(self.timer);
    }

    fn held(&mut self) -> Vec<u8> {
        vec![b'+'; usize::from(std::mem::take(&mut self.pluses))]
    }
}
