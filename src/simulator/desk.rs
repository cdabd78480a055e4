//! What all parts of a modem share: time and chance, settings and faults, the card, the radio, the way to the host and to the
//! network. It knows no part.

mod host;
mod sockets;

use std::any::TypeId;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::Output;
use super::card::Card;
use super::faults::Fault;
use super::model::Model;
use super::part::{News, Part};
use super::power::Power;
use super::profile::{Profile, Range};
use super::radio::Radio;
use super::reply::Done;
use super::rng::Rng;
use super::security::Security;
use super::settings::Settings;
use super::timers::{Act, Timer, TimerId, Timers, act};
use super::transmit::Transmitter;

pub(super) use sockets::Target;

use sockets::Sockets;

/// What a part asks of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    /// Off and on again.
    Restart,
    /// Off, until somebody switches it on.
    Off,
}

/// What the line to the host is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LineState {
    /// A command is being answered.
    pub(super) busy: bool,
    /// A prompt waits for data.
    pub(super) prompting: bool,
}

/// What `AT+CIND` tells of the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Indicators {
    pub(super) unread: bool,
    pub(super) store_full: bool,
    pub(super) call: bool,
}

/// Degrees in millionths; what is out of range is taken to its end.
#[expect(clippy::cast_possible_truncation, reason = "clamped before")]
pub(super) fn micro_degrees(degrees: f64) -> i32 {
    (degrees.clamp(-180.0, 180.0) * 1e6).round() as i32
}

#[derive(Debug)]
pub(super) struct Desk {
    profile: Profile,
    faults: BTreeSet<Fault>,
    now: Duration,
    rng: Rng,
    timers: Timers,
    out: VecDeque<Output>,
    cycle: PowerCycle,
    sockets: Sockets,
    switch: Option<Switch>,
    host_rate: Option<u32>,
    dtr: bool,
    /// Where it is, in millionths of a degree north and east.
    position: (i32, i32),
    /// The fault `weak-signal` has damaged something.
    signal_felt: bool,
    pub(super) settings: Settings,
    pub(super) security: Security,
    stored: Settings,
    pub(super) card: Card,
    pub(super) radio: Radio,
    pub(super) power: Power,
    pub(super) indicators: Indicators,
}

/// What begins anew whenever power comes.
#[derive(Debug)]
struct PowerCycle {
    transmitter: Transmitter,
    held_urcs: Vec<Vec<u8>>,
    news: VecDeque<News>,
    finished: Option<Done>,
    data_mode: Option<TypeId>,
    line: LineState,
    /// The rate the line works at; a new `+IPR` counts after the result of its command.
    rate: i32,
    character_set: &'static str,
    /// The restart of the fault `reboot`, on its way.
    reboot: Option<TimerId>,
}

impl PowerCycle {
    fn new(rate: i32) -> Self {
        Self {
            transmitter: Transmitter::default(),
            held_urcs: Vec::new(),
            news: VecDeque::new(),
            finished: None,
            data_mode: None,
            line: LineState::default(),
            rate,
            character_set: "IRA",
            reboot: None,
        }
    }
}

impl Desk {
    /// Before power comes for the first time.
    pub(super) fn new(profile: Profile, seed: u64) -> Self {
        let mut stored = Settings::default();
        stored.set("+IPR", profile.uart.ipr);
        Self {
            faults: BTreeSet::new(),
            now: Duration::ZERO,
            rng: Rng::new(seed),
            timers: Timers::default(),
            out: VecDeque::new(),
            cycle: PowerCycle::new(profile.uart.ipr),
            sockets: Sockets::default(),
            switch: None,
            host_rate: None,
            dtr: true,
            position: (micro_degrees(profile.network.latitude), micro_degrees(profile.network.longitude)),
            signal_felt: false,
            settings: stored.clone(),
            security: Security::default(),
            stored,
            card: Card::new(&profile),
            radio: Radio::new(&profile),
            power: Power::default(),
            indicators: Indicators::default(),
            profile,
        }
    }

    /// How this modem is set up.
    pub(super) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The same, for a hand that changes it.
    pub(super) fn profile_mut(&mut self) -> &mut Profile {
        &mut self.profile
    }

    /// Since the modem was first switched on.
    pub(super) fn now(&self) -> Duration {
        self.now
    }

    /// Time passes; it never goes back.
    pub(super) fn pass(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }

    pub(super) fn chance(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// A number of the settings.
    pub(super) fn value(&self, name: &str) -> i32 {
        self.settings.value(name)
    }

    /// What `AT&W` stored.
    pub(super) fn stored(&self) -> &Settings {
        &self.stored
    }

    pub(super) fn stored_mut(&mut self) -> &mut Settings {
        &mut self.stored
    }
}

/// Time and chance.
impl Desk {
    /// A delay of the profile, at its speed.
    pub(super) fn delay(&mut self, range: Range) -> Duration {
        let speed = self.speed();
        self.rng.delay(range, speed)
    }

    fn speed(&self) -> f64 {
        self.profile.speed / if self.has(Fault::Slow) { 10.0 } else { 1.0 }
    }

    /// A round trip of the network, as a clock of the modem measures it.
    pub(super) fn round_trip(&mut self) -> Duration {
        let [low, high] = self.profile.times.round_trip_ms;
        Duration::from_millis(self.rng.between(low, high).into())
    }

    /// How long a time is at the speed of this modem.
    pub(super) fn at_speed(&self, time: Duration) -> Duration {
        time.div_f64(self.speed().max(0.001))
    }

    /// Something that no command waits for, after a delay of the profile.
    pub(super) fn after(&mut self, range: Range, act: impl FnOnce(&mut Desk) + Send + 'static) -> TimerId {
        let at = self.now + self.delay(range);
        self.add(at, Box::new(|_, desk| act(desk)))
    }

    /// The same of a part.
    pub(super) fn later<P: Part>(
        &mut self,
        range: Range,
        f: impl FnOnce(&mut P, &mut Desk) + Send + 'static,
    ) -> TimerId {
        let at = self.now + self.delay(range);
        self.add(at, act(f))
    }

    /// Something of a part at a time that no profile changes.
    pub(super) fn at<P: Part>(&mut self, at: Duration, f: impl FnOnce(&mut P, &mut Desk) + Send + 'static) -> TimerId {
        self.add(at, act(f))
    }

    fn add(&mut self, at: Duration, act: Act) -> TimerId {
        self.timers.add(at, Timer::Background(act))
    }

    pub(super) fn add_timer(&mut self, at: Duration, timer: Timer) -> TimerId {
        self.timers.add(at, timer)
    }

    /// Takes a timer back, if there is one.
    pub(super) fn cancel(&mut self, timer: Option<TimerId>) {
        if let Some(timer) = timer {
            self.timers.cancel(timer);
        }
    }

    pub(super) fn pop_due(&mut self, now: Duration) -> Option<(Duration, Timer)> {
        self.timers.pop_due(now)
    }

    pub(super) fn next_timer(&self) -> Option<Duration> {
        self.timers.next()
    }
}

/// Faults.
impl Desk {
    /// Whether a fault is on.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// Those that are on.
    pub(super) fn faults(&self) -> impl Iterator<Item = Fault> {
        self.faults.iter().copied()
    }

    /// A fault begins or ends.
    pub(super) fn fault(&mut self, fault: Fault, on: bool) {
        if on {
            self.faults.insert(fault);
        } else {
            self.faults.remove(&fault);
        }
        match (fault, on) {
            (Fault::Reboot, true) if self.power.is_on() => self.reboot_soon(),
            (Fault::Reboot, false) => {
                let timer = self.cycle.reboot.take();
                self.cancel(timer);
            }
            (Fault::WeakSignal, _) => self.signal_felt = false,
            (Fault::EchoOff, _) => {
                self.settings.set("E", i32::from(!on));
                self.stored.set("E", i32::from(!on));
            }
            (Fault::PromptOff, _) => self.settings.set("+CIPSPRT", i32::from(!on)),
            _ => {}
        }
        self.tell(News::Fault(fault, on));
    }

    /// The fault `reboot`: a restart in some seconds. Set from the start it waits for the first answered command, so
    /// that it hits a session and is not lost in the boot.
    pub(super) fn reboot_soon(&mut self) {
        if self.cycle.reboot.is_some() || !self.has(Fault::Reboot) {
            return;
        }
        self.cycle.reboot = Some(self.after([3000, 5000], |desk| {
            desk.faults.remove(&Fault::Reboot);
            desk.restart();
        }));
    }

    /// The fault `weak-signal` hits this send: the first, then one in three.
    pub(super) fn signal_too_weak(&mut self) -> bool {
        self.has(Fault::WeakSignal) && (!std::mem::replace(&mut self.signal_felt, true) || self.rng.one_in(3))
    }

    /// The transmitter draws its 2 A now. True when the supply could not: the module restarts and answers nothing.
    pub(super) fn burst(&mut self) -> bool {
        let warned = self.faults.remove(&Fault::BrownOutUrc);
        if !(self.faults.remove(&Fault::BrownOut) || warned) {
            return false;
        }
        if warned {
            self.info("UNDER-VOLTAGE WARNNING");
        }
        self.restart();
        true
    }
}

/// What concerns the whole.
impl Desk {
    /// Off and on again, as soon as the part that says so is done. Its command answers [`Done::Gone`].
    pub(super) fn restart(&mut self) {
        self.switch = Some(Switch::Restart);
    }

    /// Off, as soon as the part that says so is done. Its command answers [`Done::Gone`].
    pub(super) fn switch_off(&mut self) {
        self.switch = Some(Switch::Off);
    }

    pub(super) fn take_switch(&mut self) -> Option<Switch> {
        self.switch.take()
    }

    /// Tells all parts.
    pub(super) fn tell(&mut self, news: News) {
        self.cycle.news.push_back(news);
    }

    pub(super) fn take_news(&mut self) -> Option<News> {
        self.cycle.news.pop_front()
    }

    /// Finishes the command that answered [`Done::Waiting`].
    pub(super) fn finish(&mut self, done: Done) {
        self.cycle.finished = Some(done);
    }

    pub(super) fn take_finished(&mut self) -> Option<Done> {
        self.cycle.finished.take()
    }

    /// Something of the above waits to be done.
    pub(super) fn has_follow_up(&self) -> bool {
        self.switch.is_some() || self.cycle.finished.is_some()
    }

    /// From now on all bytes of the host are a part's, outside commands.
    pub(super) fn enter_data_mode<P: Part>(&mut self) {
        self.cycle.data_mode = Some(TypeId::of::<P>());
    }

    pub(super) fn leave_data_mode(&mut self) {
        self.cycle.data_mode = None;
    }

    pub(super) fn data_mode(&self) -> Option<TypeId> {
        self.cycle.data_mode
    }

    /// Power is gone: sockets, timers and lines that waited with it.
    pub(super) fn lose_power(&mut self) {
        for id in self.sockets.close_all() {
            self.out.push_back(Output::Close(id));
        }
        self.timers.clear();
        self.indicators = Indicators::default();
        self.settings = Settings::default();
        self.settings.take_over(&self.stored, super::settings::Kept::survives_power);
        self.cycle = PowerCycle::new(self.value("+IPR"));
        if self.has(Fault::PromptOff) {
            self.settings.set("+CIPSPRT", 0);
        }
    }

    /// Services over a bearer of their own (time, position, FTP, HTTP) can be used.
    pub(super) fn services_up(&self) -> bool {
        match self.profile.modem {
            Model::Sim800l => self.radio.bearer_open(),
            Model::Sim7600 => self.radio.attached(),
        }
    }

    /// Where it is, in millionths of a degree north and east.
    pub(super) fn position(&self) -> (i32, i32) {
        self.position
    }

    pub(super) fn set_position(&mut self, north: i32, east: i32) {
        self.position = (north, east);
    }

    /// `AT+CSCS`.
    pub(super) fn character_set(&self) -> &'static str {
        self.cycle.character_set
    }

    pub(super) fn set_character_set(&mut self, set: &'static str) {
        self.cycle.character_set = set;
    }
}
