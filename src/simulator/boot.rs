//! Power, card and network: from the moment of power to `SMS Ready`, and what a supply dip does (manual §1.4, §19.3).

use super::faults::Fault;
use super::profile::{AutobaudUrcs, Profile, SyncBytes};
use super::reply::Done;
use super::settings::{Kept, Settings};
use super::timers::Timer;
use super::{Modem, Output, ip};

/// Where the module is between off and on.
#[derive(Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Off,
    Booting,
    On,
}

/// The power side.
#[derive(Debug, Default)]
pub(super) struct Power {
    phase: Phase,
    /// Auto-baud has seen no `AT` yet.
    unsynced: bool,
    /// URCs that wait for auto-baud.
    held: Vec<&'static str>,
    /// `SMS Ready` was reached.
    pub(super) sms_ready: bool,
}

impl Power {
    /// Commands are understood.
    pub(super) fn is_on(&self) -> bool {
        self.phase == Phase::On
    }

    /// Switched on, serial port not yet active.
    pub(super) fn is_booting(&self) -> bool {
        self.phase == Phase::Booting
    }
}

/// The card.
#[derive(Debug)]
pub(super) struct Card {
    /// It was read after power-on.
    pub(super) read: bool,
    /// The PIN was given (or is not asked for).
    pub(super) unlocked: bool,
    pub(super) tries: u8,
    /// `AT+CLCK="SC",1`: the PIN is asked for after each power-on.
    pub(super) locked: bool,
}

impl Card {
    pub(super) fn new(_profile: &Profile) -> Self {
        Self { read: false, unlocked: false, tries: 3, locked: false }
    }
}

/// The network.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) csq: u8,
    /// `+CREG` status.
    pub(super) registration: u8,
    pub(super) attached: bool,
    /// `+CFUN`.
    pub(super) functionality: u8,
    /// `AT+COPS=2`.
    pub(super) deregistered: bool,
    /// `AT+COPS=3`: long name, short name, number.
    pub(super) operator_format: u8,
}

impl Network {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            csq: profile.csq,
            registration: 0,
            attached: false,
            functionality: 1,
            deregistered: false,
            operator_format: 0,
        }
    }

    /// On a network, at home or roaming.
    pub(super) fn registered(&self) -> bool {
        matches!(self.registration, 1 | 5)
    }
}

impl Modem {
    /// Power comes (again): all that was not stored is gone, all connections are cut.
    pub(super) fn switch_on(&mut self) {
        self.cut_sockets();
        self.timers.clear();
        self.clear_line();
        self.settings = Settings::default();
        self.settings.take_over(&self.stored, |kept| kept != Kept::No);
        if self.has(Fault::PromptOff) {
            self.settings.set("+CIPSPRT", 0);
        }
        self.ip = ip::Ip::default();
        self.reset_services();
        let unsynced = self.settings.value("+IPR") == 0;
        self.power = Power { phase: Phase::Booting, unsynced, ..Power::default() };
        self.card.read = false;
        self.card.unlocked = !(self.has(Fault::Pin) || self.card.locked);
        self.network.registration = 0;
        self.network.attached = false;
        self.network.functionality = 1;
        self.network.deregistered = false;
        match self.profile.sync_bytes {
            SyncBytes::None => {}
            SyncBytes::Ff => self.transmit(&[0xFF]),
            SyncBytes::Full => self.transmit(&[0, 0x49, 0x49, 0x49, 0x49, 0xFF, 0xFF, 0xFF, 0xFF]),
        }
        self.later(self.profile.boot_ms, |modem, _| modem.ready());
    }

    /// Something in the background, after a delay of the profile.
    pub(super) fn later(&mut self, range: [u32; 2], act: fn(&mut Modem, u32)) {
        let at = self.now + self.delay(range);
        self.timers.add(at, Timer::Background(act, 0));
    }

    fn ready(&mut self) {
        self.power.phase = Phase::On;
        self.boot_urc("RDY");
        self.boot_urc("+CFUN: 1");
        self.later(self.profile.sim_ms, |modem, _| modem.read_card());
        self.later(self.profile.register_ms, |modem, _| modem.register());
        self.later(self.profile.call_ready_ms, |modem, _| modem.call_ready());
        self.pump();
    }

    /// A line of the boot; auto-baud keeps it until the rate is known.
    fn boot_urc(&mut self, text: &'static str) {
        if self.power.unsynced {
            self.power.held.push(text);
        } else {
            self.urc(text);
        }
    }

    /// Auto-baud waits for its first `AT`, in capitals or not, but not mixed.
    pub(super) fn autobaud_listens(&self) -> bool {
        self.power.unsynced
    }

    /// A command was answered: auto-baud knows the rate.
    pub(super) fn autobaud_synced(&mut self) {
        if std::mem::take(&mut self.power.unsynced) {
            let held = std::mem::take(&mut self.power.held);
            if self.profile.autobaud_urcs == AutobaudUrcs::AfterSync {
                for text in held {
                    self.urc(text);
                }
            }
        }
    }

    /// What `AT+CPIN?` says; `None` without a card.
    pub(super) fn card_state(&self) -> Option<&'static str> {
        if self.has(Fault::NoSim) {
            None
        } else if self.card.tries == 0 {
            Some("SIM PUK")
        } else if self.card.unlocked {
            Some("READY")
        } else {
            Some("SIM PIN")
        }
    }

    fn read_card(&mut self) {
        self.card.read = true;
        self.boot_urc(match self.card_state() {
            Some("READY") => "+CPIN: READY",
            Some("SIM PIN") => "+CPIN: SIM PIN",
            Some(_) => "+CPIN: SIM PUK",
            None => "+CPIN: NOT INSERTED",
        });
    }

    /// Whether a network takes it now.
    pub(super) fn may_register(&self) -> bool {
        let on = self.power.is_on() && self.network.functionality == 1 && !self.network.deregistered;
        on && self.card_state() == Some("READY") && !self.has(Fault::NoNetwork)
    }

    /// What `+CREG` says without a network: searching, or nothing to search with.
    fn unregistered(&self) -> u8 {
        let searches = self.power.is_on() && self.network.functionality == 1 && !self.network.deregistered;
        if searches && self.card_state() == Some("READY") { 2 } else { 0 }
    }

    /// The network answered, or something took it away.
    pub(super) fn register(&mut self) {
        let registration = if self.may_register() { self.profile.registration } else { self.unregistered() };
        self.set_registration(registration);
    }

    fn set_registration(&mut self, registration: u8) {
        let before = std::mem::replace(&mut self.network.registration, registration);
        if self.network.registered() {
            self.network.attached = true;
            self.network_identity();
        } else {
            self.network.attached = false;
            self.lose_context();
        }
        if before != registration {
            for name in ["+CREG", "+CGREG"] {
                match self.settings.value(name) {
                    1 => self.urc(format!("{name}: {registration}")),
                    2 => {
                        let (lac, cell) = (&self.profile.lac, &self.profile.cell);
                        self.urc(format!("{name}: {registration},\"{lac}\",\"{cell}\""));
                    }
                    _ => {}
                }
            }
        }
    }

    fn call_ready(&mut self) {
        if self.card_state() != Some("READY") || self.network.functionality != 1 {
            return;
        }
        if self.settings.value("+CIURC") == 1 {
            self.boot_urc("Call Ready");
        }
        self.later([200, 600], |modem, _| modem.sms_ready());
    }

    fn sms_ready(&mut self) {
        self.power.sms_ready = true;
        self.later([20, 60], |modem, _| modem.deliver_messages());
        if self.settings.value("+CIURC") == 1 {
            self.boot_urc("SMS Ready");
        }
    }

    /// Card, PIN or network faults were switched while it runs.
    pub(super) fn conditions_changed(&mut self) {
        if self.has(Fault::Pin) && !self.power.is_on() {
            self.card.unlocked = false;
        }
        if self.has(Fault::NoSim) && self.card.read {
            self.card.read = false;
            self.boot_urc("+CPIN: NOT READY");
        }
        if self.power.is_on() {
            if self.may_register() {
                self.later(self.profile.register_ms, |modem, _| modem.register());
            } else {
                self.register();
            }
        }
    }

    /// The card is open: network and the ready lines follow.
    pub(super) fn card_opened(&mut self) {
        self.card.unlocked = true;
        self.later([50, 150], |modem, _| modem.read_card());
        self.later(self.profile.register_ms, |modem, _| modem.register());
        self.later(self.profile.call_ready_ms, |modem, _| modem.call_ready());
    }

    /// `AT+CFUN=0`, `1` and `4`. The `+CPIN` line comes before the OK, as drivers saw it.
    pub(super) fn set_functionality(&mut self, value: u8) -> Done {
        let before = std::mem::replace(&mut self.network.functionality, value);
        if before == value {
            return Done::Ok;
        }
        if value == 1 {
            if self.card_state() == Some("READY") {
                self.info("+CPIN: READY");
            }
            self.later(self.profile.register_ms, |modem, _| modem.register());
            if self.settings.value("+CIURC") == 1 && self.power.sms_ready {
                self.later([300, 800], |modem, _| modem.urc("SMS Ready"));
            }
        } else {
            if value == 0 {
                self.info("+CPIN: NOT READY");
            }
            self.register();
        }
        Done::Ok
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
        self.switch_on();
        true
    }

    /// `AT+CPOWD`: off until [`super::Control::Restart`] (the PWRKEY).
    pub(super) fn switch_off(&mut self) {
        self.cut_sockets();
        self.timers.clear();
        self.clear_line();
        self.ip = ip::Ip::default();
        self.power = Power::default();
    }

    /// Closes every socket without a word to the host.
    fn cut_sockets(&mut self) {
        for id in self.open_sockets() {
            self.out.push_back(Output::Close(id));
        }
    }
}
