//! Power: from the moment it comes to the last boot line (manual §1.4, §19.3), and `AT+CFUN`.

use super::desk::Desk;
use super::faults::Fault;
use super::part::News;
use super::profile::{AutobaudUrcs, SyncBytes};
use super::reply::Done;

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
    messages_ready: bool,
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

    /// Messages can be used.
    pub(super) fn messages_ready(&self) -> bool {
        self.messages_ready
    }

    /// Auto-baud waits for its first `AT`, in capitals or not, but not mixed.
    pub(super) fn listens_for_rate(&self) -> bool {
        self.unsynced
    }
}

impl Desk {
    /// Power comes (again): all that was not stored is gone, all connections are cut.
    pub(super) fn power_on(&mut self) {
        self.lose_power();
        let unsynced = self.value("+IPR") == 0;
        self.power = Power { phase: Phase::Booting, unsynced, ..Power::default() };
        let asks = self.has(Fault::Pin);
        self.card.power_on(asks);
        self.radio.power_on();
        match self.profile().uart.sync_bytes {
            SyncBytes::None => {}
            SyncBytes::Ff => self.transmit(&[0xFF]),
            SyncBytes::Full => self.transmit(&[0, 0x49, 0x49, 0x49, 0x49, 0xFF, 0xFF, 0xFF, 0xFF]),
        }
        let boot = self.profile().times.boot_ms;
        self.after(boot, Self::ready);
    }

    /// Off until somebody switches it on.
    pub(super) fn power_off(&mut self) {
        self.lose_power();
        self.power = Power::default();
    }

    fn ready(&mut self) {
        self.power.phase = Phase::On;
        for line in self.profile().modem.boot_lines() {
            self.boot_urc(line);
        }
        let (card, calls) = (self.profile().times.sim_ms, self.profile().times.call_ready_ms);
        self.after(card, Self::read_card);
        self.register_soon();
        self.after(calls, Self::calls_ready);
    }

    /// A line of the boot; auto-baud keeps it until the rate is known.
    fn boot_urc(&mut self, text: &'static str) {
        if self.power.unsynced {
            self.power.held.push(text);
        } else {
            self.urc(text);
        }
    }

    /// A command was answered: auto-baud knows the rate.
    pub(super) fn rate_found(&mut self) {
        if std::mem::take(&mut self.power.unsynced) {
            let held = std::mem::take(&mut self.power.held);
            if self.profile().uart.autobaud_urcs == AutobaudUrcs::AfterSync {
                for text in held {
                    self.urc(text);
                }
            }
        }
    }

    fn read_card(&mut self) {
        self.card.set_read(true);
        self.boot_urc(match self.card_state() {
            Some("READY") => "+CPIN: READY",
            Some("SIM PIN") => "+CPIN: SIM PIN",
            Some(_) => "+CPIN: SIM PUK",
            None => self.profile().modem.no_card_line(),
        });
    }

    fn calls_ready(&mut self) {
        if self.card_state() != Some("READY") || self.radio.functionality() != 1 {
            return;
        }
        let (calls, _) = self.profile().modem.ready_lines();
        if let Some(line) = calls.filter(|_| self.value("+CIURC") == 1) {
            self.boot_urc(line);
        }
        self.after([200, 600], Self::now_messages_ready);
    }

    fn now_messages_ready(&mut self) {
        self.power.messages_ready = true;
        self.after([20, 60], |desk| desk.tell(News::MessagesReady));
        let (_, lines) = self.profile().modem.ready_lines();
        if self.value("+CIURC") == 1 {
            for line in lines {
                self.boot_urc(line);
            }
        }
    }

    /// Card, PIN or network faults were switched while it runs.
    pub(super) fn conditions_changed(&mut self) {
        if self.has(Fault::Pin) && !self.power.is_on() {
            self.card.lock();
        }
        if self.has(Fault::NoSim) && self.card.is_read() {
            self.card.set_read(false);
            self.boot_urc("+CPIN: NOT READY");
        }
        if self.power.is_on() {
            if self.may_register() {
                self.register_soon();
            } else {
                self.register();
            }
        }
    }

    /// The card is open: network and the ready lines follow.
    pub(super) fn card_opened(&mut self) {
        let calls = self.profile().times.call_ready_ms;
        self.after([50, 150], Self::read_card);
        self.register_soon();
        self.after(calls, Self::calls_ready);
    }

    /// `AT+CFUN=0`, `1` and `4`. The `+CPIN` line comes before the OK, as drivers saw it, or behind it, as the manual prints it.
    pub(super) fn set_functionality(&mut self, value: u8) -> Done {
        if self.radio.set_functionality(value) == value {
            return Done::Ok;
        }
        let line = match value {
            1 if self.card_state() == Some("READY") => Some("+CPIN: READY"),
            0 => Some("+CPIN: NOT READY"),
            _ => None,
        };
        if let Some(line) = line {
            if self.profile().replies.cfun_ok_first {
                self.urc(line);
            } else {
                self.info(line);
            }
        }
        if value == 1 {
            self.register_soon();
            if self.value("+CIURC") == 1 && self.power.messages_ready {
                let (_, lines) = self.profile().modem.ready_lines();
                self.after([300, 800], |desk| lines.iter().for_each(|line| desk.urc(line)));
            }
        } else {
            self.register();
        }
        Done::Ok
    }
}
