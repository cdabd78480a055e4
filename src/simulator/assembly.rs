//! The parts and their desk together: what reaches a part, and what follows from it.

use std::collections::VecDeque;

use super::air::Flown;
use super::desk::Desk;
use super::line::{Call, Form};
use super::part::{Part, Parts};
use super::reply::{Done, Failure};
use super::timers::{Act, Then};
use super::{SocketEvent, SocketId};

/// Parts and desk.
#[derive(Debug)]
pub(super) struct Assembly {
    pub(super) desk: Desk,
    pub(super) parts: Parts,
}

impl Assembly {
    /// Carries one command out.
    pub(super) fn execute(&mut self, call: &Call) -> Done {
        if call.name == "+CLAC" && call.form == Form::Execute {
            return self.list_commands();
        }
        let answered = self.parts.each_mut().find_map(|part| part.command(&mut self.desk, call));
        let done = answered.unwrap_or_else(|| self.desk.parameter(call).unwrap_or(Done::Fail(Failure::Cme(601))));
        self.distribute();
        done
    }

    /// `AT+CLAC`: all commands there are (27.007 §8.37).
    fn list_commands(&mut self) -> Done {
        let mut names: Vec<_> = self.parts.each().flat_map(Part::names).chain(super::settings::names()).collect();
        names.sort_unstable();
        names.dedup();
        let list: Vec<_> = names.iter().map(|name| format!("AT{name}")).collect();
        self.desk.info(list.join("\r\n"));
        Done::Ok
    }

    /// The command in hand goes on.
    pub(super) fn go_on(&mut self, then: Then) -> Done {
        let done = then(&mut self.parts, &mut self.desk);
        self.distribute();
        done
    }

    /// Something that no command waits for.
    pub(super) fn act(&mut self, act: Act) {
        act(&mut self.parts, &mut self.desk);
        self.distribute();
    }

    /// Tells all parts what one told.
    pub(super) fn distribute(&mut self) {
        while let Some(news) = self.desk.take_news() {
            for part in self.parts.each_mut() {
                part.news(&mut self.desk, &news);
            }
        }
    }

    /// Bytes of the host, if they are a part's.
    pub(super) fn typed(&mut self, bytes: &mut VecDeque<u8>) -> bool {
        let owner = self.desk.data_mode().and_then(|owner| self.parts.named_mut(owner));
        if let Some(part) = owner {
            part.typed(&mut self.desk, bytes);
            true
        } else {
            false
        }
    }

    /// News of a socket have come.
    pub(super) fn socket(&mut self, id: SocketId, event: &SocketEvent<'_>) {
        let owner = self.desk.owner(id).and_then(|owner| self.parts.named_mut(owner));
        if let Some(part) = owner {
            part.socket(&mut self.desk, id, event);
        }
        self.distribute();
    }

    /// The moment to say what waited, and to take what the network holds.
    pub(super) fn settle(&mut self) {
        loop {
            for part in self.parts.each_mut() {
                part.settle(&mut self.desk);
            }
            self.distribute();
            if !self.take_from_air() {
                return;
            }
        }
    }

    /// Takes bytes that wait in the network, as far as their parts have room; true when there were some.
    fn take_from_air(&mut self) -> bool {
        let mut any = false;
        for id in self.desk.air().waiting() {
            let owner = self.desk.owner(id).and_then(|owner| self.parts.named(owner));
            let room = owner.map_or(0, |part| part.wants(id));
            let Some(flown) = self.desk.air().take(id, room) else { continue };
            any |= matches!(flown, Flown::Received(_));
            self.socket(id, &flown.event());
        }
        any
    }
}
