//! Lines of which it is not certain whose they are. While a peer's data may come bare (single connection, no head), data
//! may read like any line of the modem: then a line counts only when nothing comes behind it that would make it data.

use super::said::Said;
use super::span::Span;

/// At most this many lines wait.
const HELD: usize = 8;

/// A line, and where it stands.
pub(super) type Heard = (Said, Span);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    /// Data was seen since the last command.
    data_seen: bool,
    held: Vec<Heard>,
    /// A final result.
    result: Option<Heard>,
    /// The first of two lines that are a start together.
    starting: Option<Heard>,
}

impl Doubt {
    /// A command went, or its result came: data from before says nothing about what comes now.
    pub(super) const fn begin_anew(&mut self) {
        self.data_seen = false;
    }

    /// Data was seen since the last command.
    pub(super) const fn data_seen(&self) -> bool {
        self.data_seen
    }

    /// The line is data.
    pub(super) const fn see_data(&mut self) {
        self.data_seen = true;
    }

    /// A line of data came: what waited was data too.
    pub(super) fn see_line_of_data(&mut self) {
        self.data_seen = true;
        self.held.clear();
        self.starting = None;
    }

    /// Keeps a line until it has proved itself.
    pub(super) fn hold(&mut self, said: Said, span: Span, framed: bool) {
        if framed && self.held.len() < HELD {
            self.held.push((said, span));
        } else {
            self.data_seen = true;
        }
    }

    /// Keeps a final result until it has proved itself.
    pub(super) const fn hold_result(&mut self, said: Said, span: Span) {
        self.result = Some((said, span));
    }

    /// The lines that have proved themselves: nothing came behind them.
    pub(super) fn take_held(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.held)
    }

    /// The result that has proved itself.
    pub(super) const fn take_result(&mut self) -> Option<Heard> {
        self.result.take()
    }

    /// Something waits to prove itself.
    pub(super) fn waits(&self) -> bool {
        !self.held.is_empty() || self.result.is_some()
    }

    /// A line as a modem says at its start: one alone may be data, two in a row of different kinds are a start. Gives both
    /// then.
    pub(super) fn starts(&mut self, said: Said, span: Span, framed: bool) -> Option<[Heard; 2]> {
        match self.starting.take() {
            Some(first) if framed && first.0 != said => return Some([first, (said, span)]),
            _ if framed => self.starting = Some((said, span)),
            _ => self.data_seen = true,
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::Direction;

    const HERE: Span = Span { direction: Direction::Rx, start: 0, end: 2, at: None, order: 0 };

    #[test]
    fn two_boot_lines_are_a_start_and_one_is_not() {
        let mut doubt = Doubt::default();
        assert!(doubt.starts(Said::Rdy, HERE, true).is_none());
        assert!(doubt.starts(Said::Rdy, HERE, true).is_none(), "the same again is an echo of a peer");
        assert!(doubt.starts(Said::CallReady, HERE, true).is_some());
        doubt.starts(Said::Rdy, HERE, true);
        doubt.see_line_of_data();
        assert!(doubt.starts(Said::CallReady, HERE, true).is_none() && doubt.data_seen());
    }

    #[test]
    fn what_waits_is_bounded_and_data_makes_it_data() {
        let mut doubt = Doubt::default();
        for _ in 0..20 {
            doubt.hold(Said::PdpDeact, HERE, true);
        }
        assert!(doubt.data_seen() && doubt.waits());
        assert_eq!(doubt.take_held().len(), HELD);
        doubt.hold_result(Said::Ok, HERE);
        doubt.see_line_of_data();
        assert!(doubt.waits(), "a result is judged by its own frame");
        assert_eq!(doubt.take_result(), Some((Said::Ok, HERE)));
    }
}
