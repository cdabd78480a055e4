//! The simulated modems: bytes and time in, bytes and socket wishes out. No I/O, no clock, no threads.
//!
//! What is promised: the answers of `docs/sim800.md` and `docs/sim7600.md`, byte for byte. What it is not: a radio. It connects
//! only where an AT command says, and never by itself: whoever owns it carries its wishes out (`link::simulator`), or stands for
//! the whole network itself ([`Rig`]: no link, no I/O, virtual time).
//!
//! A [`Modem`] is an `assembly` of parts on a desk, and a serial side. Each part (calls, messages, sockets, HTTP, …) answers
//! commands of its own and keeps its state to itself; which parts there are makes the model (`models`).
//!
//! Reading order: `io` ([`Input`] and [`Output`]), `uart` (echo, lines, prompts), `line` (commands of a line), `part` (what a part
//! is), `desk` (what all share), `air` (what a network adds), `sim800` and `sim7600` (what only one has).

mod air;
mod asked;
mod assembly;
mod basic;
mod calls;
mod card;
mod clock;
mod contexts;
mod control;
mod desk;
mod escape;
mod faults;
mod ftp;
mod http;
mod identity;
mod io;
mod line;
mod model;
mod models;
mod network;
mod no_toml;
mod ntp;
mod panel;
mod part;
mod phonebook;
mod ping;
mod power;
mod profile;
mod radio;
mod remembered;
mod reply;
mod report;
mod rng;
mod scenario;
mod security;
mod settings;
mod sim7600;
mod sim800;
mod sms;
mod timers;
mod transmit;
mod uart;
mod ussd;
mod world;

use std::time::Duration;

pub use control::{ControlError, Request, Speaker, state_as_json};
pub use faults::Fault;
pub use io::{Control, EchoRequest, Input, Output, SocketEvent, SocketId};
pub use model::Model;
pub use panel::Panel;
pub use profile::{AutobaudUrcs, Profile};
pub use report::junit;
pub use scenario::{Play, Scenario};
pub use security::{Check, Secure};
pub use world::Rig;

pub(crate) use control::{HELP, LONGEST};
pub(crate) use panel::PanelLink;
pub(crate) use profile::{Callee, ProfileError, Tls};
pub(crate) use scenario::Outcome;

use assembly::Assembly;
use desk::{Desk, Switch};
use timers::Timer;

/// A modem.
#[derive(Debug)]
pub struct Modem {
    assembly: Assembly,
    uart: uart::Uart,
}

impl Modem {
    /// A modem that is switched on at `now == 0`. Equal seeds give equal delays.
    #[must_use]
    pub fn new(profile: Profile, seed: u64) -> Self {
        let parts = models::of(&profile);
        let desk = Desk::new(profile, seed);
        let mut modem = Self { assembly: Assembly { desk, parts }, uart: uart::Uart::default() };
        for name in modem.assembly.desk.profile().faults.clone() {
            modem.fault(&name, true);
        }
        modem.switch(Switch::Restart);
        modem
    }

    /// Something happened. `now` never goes back; what was due before comes first.
    pub fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        self.catch_up(now);
        match input {
            Input::Uart(bytes) => self.uart.receive(&mut self.assembly, bytes),
            Input::Socket(id, event) => {
                self.assembly.desk.arrived(id, &event);
                self.catch_up(now);
            }
            Input::Control(control) => self.control(control),
            Input::Tick => {}
        }
        self.follow();
    }

    /// What it does next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        if let Some(output) = self.assembly.desk.poll() {
            return Some(output);
        }
        self.follow();
        self.assembly.desk.poll()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let desk = &self.assembly.desk;
        [desk.next_timer(), desk.next_flown()].into_iter().flatten().min()
    }

    /// How many bytes wait to be taken by [`Self::poll_output`] at once.
    #[must_use]
    pub(crate) fn spoken(&self) -> usize {
        self.assembly.desk.spoken()
    }

    /// How many bytes [`Input::Uart`] may bring now without loss.
    #[must_use]
    pub fn room(&self) -> usize {
        self.uart.room()
    }

    /// How many bytes [`SocketEvent::Received`] may bring for a socket now; 0 lets its window close.
    #[must_use]
    pub fn wants(&self, id: SocketId) -> usize {
        self.assembly.desk.air_room(id)
    }

    /// The rate it talks at; `None` while it takes any.
    #[must_use]
    pub fn rate(&self) -> Option<u32> {
        Some(self.assembly.desk.rate()).filter(|rate| *rate > 0)
    }

    /// It has said all that it says by itself after power-on.
    #[must_use]
    pub(crate) fn has_booted(&self) -> bool {
        let desk = &self.assembly.desk;
        desk.power.messages_ready() || (desk.card.is_read() && desk.card_state() != Some("READY"))
    }

    /// All that was due until `now`, in order.
    fn catch_up(&mut self, now: Duration) {
        while let Some(due) = self.next_deadline().filter(|due| *due <= now) {
            self.assembly.desk.pass(due);
            if self.assembly.desk.next_timer() == Some(due) {
                if let Some((_, timer)) = self.assembly.desk.pop_due(due) {
                    self.due(timer);
                }
            } else if let Some((id, Some(flown))) = self.assembly.desk.flown(due) {
                self.assembly.socket(id, &flown.event());
            }
            self.follow();
        }
        self.assembly.desk.pass(now);
    }

    fn due(&mut self, timer: Timer) {
        match timer {
            Timer::Step => self.uart.step(&mut self.assembly),
            Timer::Command(then) => {
                let done = self.assembly.go_on(then);
                self.uart.finish(&mut self.assembly, done);
            }
            Timer::GiveUp(number) => self.uart.give_up(&mut self.assembly, number),
            Timer::EndOfData => self.uart.out_of_time(&mut self.assembly),
            Timer::Background(act) => self.assembly.act(act),
        }
    }

    /// What follows from what just happened.
    fn follow(&mut self) {
        loop {
            if let Some(switch) = self.assembly.desk.take_switch() {
                self.switch(switch);
            } else if let Some(done) = self.assembly.desk.take_finished() {
                self.uart.finish(&mut self.assembly, done);
            } else {
                self.assembly.settle();
                self.uart.pump(&mut self.assembly);
                if !self.assembly.desk.has_follow_up() {
                    return;
                }
            }
        }
    }

    /// Power comes or goes.
    fn switch(&mut self, switch: Switch) {
        self.uart.clear();
        match switch {
            Switch::Restart => self.assembly.desk.power_on(),
            Switch::Off => self.assembly.desk.power_off(),
        }
        for part in self.assembly.parts.each_mut() {
            part.power_on(&mut self.assembly.desk);
        }
    }

    fn control(&mut self, control: Control) {
        let Assembly { desk, parts } = &mut self.assembly;
        match control {
            Control::Signal(csq) => desk.radio.set_signal(csq),
            Control::Fault(name, on) => self.fault(&name, on),
            Control::Restart => self.switch(Switch::Restart),
            Control::Message { from, text } => {
                if let Some(messages) = parts.get::<sms::Sms>() {
                    messages.message_in(desk, &from, &text);
                }
            }
            Control::Call { from } => {
                if let Some(calls) = parts.get::<calls::Calls>() {
                    calls.call_in(desk, &from);
                }
            }
            Control::HangUp => {
                if let Some(calls) = parts.get::<calls::Calls>() {
                    calls.far_hang_up(desk);
                }
            }
            Control::Position { latitude, longitude } => desk.set_position(latitude, longitude),
            Control::Dtr(on) => desk.set_dtr(on),
            Control::Ussd(text) => desk.profile_mut().calls.ussd = text,
            Control::Callee(callee) => desk.profile_mut().calls.callee = callee,
            Control::HostRate(rate) => desk.set_host_rate(rate),
        }
        self.assembly.distribute();
    }

    /// A fault begins or ends.
    fn fault(&mut self, name: &str, on: bool) {
        let Some(fault) = Fault::named(name) else { return };
        self.assembly.desk.fault(fault, on);
        if matches!(fault, Fault::NoSim | Fault::Pin | Fault::NoNetwork) {
            self.assembly.desk.conditions_changed();
        }
        self.assembly.distribute();
    }

    /// The modem as its panel shows it.
    #[must_use]
    pub fn panel(&self) -> Panel {
        let desk = &self.assembly.desk;
        let mut panel = Panel {
            on: desk.power.is_on(),
            card: desk.card_state(),
            csq: desk.signal_quality(),
            registration: desk.radio.registration(),
            state: "",
            links: Vec::new(),
            prompt: desk.prompting(),
            call: None,
            sent: Vec::new(),
            faults: desk.faults().map(Fault::name).collect(),
            notice: None,
        };
        for part in self.assembly.parts.each() {
            part.show(desk, &mut panel);
        }
        panel
    }
}

#[cfg(test)]
mod tests;
