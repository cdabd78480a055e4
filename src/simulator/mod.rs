//! A simulated SIM800L: bytes and time in, bytes and socket wishes out. No I/O, no clock, no threads.
//!
//! What is promised: the answers of `docs/sim800.md`, byte for byte. What it is not: a radio. It connects only where an
//! AT command says, and never by itself: whoever owns it carries its wishes out (`link::simulator`), or
//! stands for the whole network itself ([`Rig`]: no link, no I/O, virtual time).
//!
//! Reading order: [`Input`] and [`Output`] here, `uart` (echo, lines, prompts), `line` (commands of a line), `commands` (the
//! table of all commands, a file a family), `reply` (what answers look like), `boot` (power, card, network), `ip`.

mod boot;
mod calls;
mod clock;
mod commands;
mod errors;
mod faults;
mod files;
mod http;
mod ip;
mod line;
mod panel;
mod phonebook;
mod profile;
mod refused;
mod reply;
mod rng;
mod settings;
mod sms;
mod timers;
mod uart;
mod ussd;
mod world;

use core::net::{IpAddr, SocketAddr};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

pub use faults::Fault;
pub use panel::{ControlError, Panel, PanelLink};
pub use profile::{AutobaudUrcs, Callee, EarlyData, Junk, Profile, ProfileError, Range, SyncBytes};
pub use sms::SentMessage;
pub use world::{Connection, Rig, World};

use timers::{Timer, Timers};

/// Names a socket of the modem, unique over its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u32);

/// What happens to the modem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// Bytes on its RXD pin. More than [`Modem::room`] are lost, as on a line without flow control.
    Uart(&'a [u8]),
    /// News of one of its sockets.
    Socket(SocketId, SocketEvent<'a>),
    /// A hand on the bench: signal, faults, power, an SMS coming in.
    Control(Control),
    /// Only time passed.
    Tick,
}

/// News of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent<'a> {
    /// The connection stands; `peer` is where the name led to.
    Connected {
        /// The far end.
        peer: SocketAddr,
    },
    /// It could not be opened.
    Failed,
    /// Its name could not be resolved.
    Unresolved,
    /// Bytes came, never more than [`Modem::wants`].
    Received(&'a [u8]),
    /// A datagram came on a connection for anybody; bytes as for [`SocketEvent::Received`].
    Datagram {
        /// Who sent it.
        from: SocketAddr,
        /// What.
        bytes: &'a [u8],
    },
    /// So many bytes of ours were taken by the operating system.
    Taken(usize),
    /// The peer closed it, or it broke.
    Closed,
    /// A name was looked up.
    Resolved(&'a [IpAddr]),
    /// It listens.
    Listening,
    /// Somebody wants in; answered with [`Output::Accept`] or [`Output::Refuse`].
    Incoming {
        /// Who.
        peer: SocketAddr,
    },
}

/// A hand on the bench.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Signal quality as `+CSQ` reports it, 0 to 31 or 99.
    Signal(u8),
    /// A fault by its name, on or off. A name that is not in [`Fault::ALL`] changes nothing.
    Fault(String, bool),
    /// Power off and on.
    Restart,
    /// A short message comes in.
    Message {
        /// From whom.
        from: String,
        /// Its text; long ones come in parts.
        text: String,
    },
    /// Somebody calls.
    Call {
        /// Who.
        from: String,
    },
    /// The other side of a call hangs up.
    HangUp,
}

/// What the modem does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes on its TXD pin.
    Uart(Vec<u8>),
    /// Open a connection.
    Open {
        /// Its name from now on.
        id: SocketId,
        /// TCP, or UDP.
        udp: bool,
        /// As the AT command said: a name or an address.
        host: String,
        /// Port number.
        port: u16,
        /// The port of this side; 0 takes any.
        local: u16,
        /// UDP from and to anybody: [`SocketEvent::Datagram`] tells who sent.
        anybody: bool,
    },
    /// Further datagrams of a connection for anybody go there.
    Aim {
        /// Its name.
        id: SocketId,
        /// A name or an address.
        host: String,
        /// Port number.
        port: u16,
    },
    /// Send on a connection.
    Send(SocketId, Vec<u8>),
    /// Close a connection (when all that was given to it is sent) or a listening socket.
    Close(SocketId),
    /// Look a name up.
    Resolve {
        /// Names the answer.
        id: SocketId,
        /// The name.
        host: String,
    },
    /// Listen for TCP connections.
    Listen {
        /// Its name from now on.
        id: SocketId,
        /// Port number.
        port: u16,
        /// On all addresses, not on loopback alone.
        everywhere: bool,
    },
    /// Take the connection that came in first.
    Accept {
        /// Where it came in.
        listener: SocketId,
        /// Its name from now on.
        id: SocketId,
    },
    /// Turn the connection away that came in first.
    Refuse {
        /// Where it came in.
        listener: SocketId,
    },
}

/// The modem.
#[derive(Debug)]
pub struct Modem {
    profile: Profile,
    faults: BTreeSet<Fault>,
    now: Duration,
    rng: rng::Rng,
    out: VecDeque<Output>,
    timers: Timers,
    uart: uart::Uart,
    run: Option<uart::Run>,
    run_number: u64,
    next_socket: u32,
    settings: settings::Settings,
    stored: settings::Settings,
    power: boot::Power,
    network: boot::Network,
    card: boot::Card,
    ip: ip::Ip,
    sms: sms::Sms,
    /// The link whose data wait for their acknowledgement.
    sending: Option<usize>,
    /// A prompt that the fault `prompt-late` holds back.
    late_prompt: Option<Box<uart::Wait>>,
    /// The restart of the fault `reboot`, on its way.
    restart: Option<timers::TimerId>,
    /// The fault `weak-signal` has damaged something.
    signal_felt: bool,
    clock: clock::Clock,
    /// `AT+CNTP`: server and zone in quarters of an hour.
    time_server: (String, i8),
    /// The SUBMIT on its way to the network.
    sms_in_hand: Vec<u8>,
    http: http::Http,
    bearer: http::Bearer,
    calls: calls::Calls,
    book: phonebook::PhoneBook,
    files: files::Files,
    /// Results of refused services, on their way.
    refusals: VecDeque<String>,
    encryption_noted: bool,
}

impl Modem {
    /// A modem that is switched on at `now == 0`. Equal seeds give equal delays.
    #[must_use]
    pub fn new(profile: Profile, seed: u64) -> Self {
        let mut stored = settings::Settings::default();
        stored.set("+IPR", profile.ipr);
        let mut modem = Self {
            faults: BTreeSet::new(),
            now: Duration::ZERO,
            rng: rng::Rng::new(seed),
            out: VecDeque::new(),
            timers: Timers::default(),
            uart: uart::Uart::default(),
            run: None,
            run_number: 0,
            next_socket: 0,
            settings: stored.clone(),
            stored,
            power: boot::Power::default(),
            network: boot::Network::new(&profile),
            card: boot::Card::new(&profile),
            ip: ip::Ip::default(),
            sms: sms::Sms::new(&profile),
            sending: None,
            late_prompt: None,
            restart: None,
            signal_felt: false,
            clock: clock::Clock::unset(Duration::ZERO),
            time_server: ("202.120.2.101".into(), 32),
            sms_in_hand: Vec::new(),
            http: http::Http::default(),
            bearer: http::Bearer::default(),
            calls: calls::Calls::default(),
            book: phonebook::PhoneBook::default(),
            files: files::Files::default(),
            refusals: VecDeque::new(),
            encryption_noted: false,
            profile,
        };
        for name in modem.profile.faults.clone() {
            modem.fault(&name, true);
        }
        modem.switch_on();
        modem
    }

    /// Something happened. `now` never goes back; what was due before comes first.
    pub fn handle_input(&mut self, input: Input<'_>, now: Duration) {
        self.catch_up(now);
        match input {
            Input::Uart(bytes) => self.receive(bytes),
            Input::Socket(id, event) => self.socket_event(id, &event),
            Input::Control(control) => self.control(control),
            Input::Tick => {}
        }
        self.deliver();
    }

    /// What it does next, until `None`.
    pub fn poll_output(&mut self) -> Option<Output> {
        if let Some(output) = self.out.pop_front() {
            return Some(output);
        }
        self.deliver();
        self.out.pop_front()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// All that was due until `now`, in order.
    fn catch_up(&mut self, now: Duration) {
        while let Some((at, timer)) = self.timers.pop_due(now) {
            self.now = self.now.max(at);
            match timer {
                Timer::Step => self.step(),
                Timer::Command(then, argument) => {
                    let done = then(self, argument);
                    self.finish(done);
                }
                Timer::GiveUp(number) => self.give_up(number),
                Timer::Background(act, argument) => act(self, argument),
            }
        }
        self.now = self.now.max(now);
    }

    fn control(&mut self, control: Control) {
        match control {
            Control::Signal(csq) => self.network.csq = csq,
            Control::Fault(name, on) => self.fault(&name, on),
            Control::Restart => self.switch_on(),
            Control::Message { from, text } => self.message_in(&from, &text),
            Control::Call { from } => self.call_in(&from),
            Control::HangUp => self.far_hang_up(),
        }
    }

    /// A fault begins or ends.
    fn fault(&mut self, name: &str, on: bool) {
        let Some(fault) = Fault::named(name) else { return };
        if on {
            self.faults.insert(fault);
        } else {
            self.faults.remove(&fault);
        }
        match (fault, on) {
            (Fault::Reboot, true) if self.power.is_on() => self.restart_soon(),
            (Fault::Reboot, false) => {
                if let Some(timer) = self.restart.take() {
                    self.timers.cancel(timer);
                }
            }
            (Fault::WeakSignal, _) => self.signal_felt = false,
            (Fault::EchoOff, _) => {
                self.settings.set("E", i32::from(!on));
                self.stored.set("E", i32::from(!on));
            }
            (Fault::PromptOff, _) => self.settings.set("+CIPSPRT", i32::from(!on)),
            (Fault::PdpDeact, true) => self.lose_context(),
            (Fault::PeerClose, true) => self.peers_close(),
            (Fault::NoSim | Fault::Pin | Fault::NoNetwork, _) => self.conditions_changed(),
            _ => {}
        }
    }

    /// The fault `reboot`: a restart in some seconds. Set from the start it waits for the first answered command, so
    /// that it hits a session and is not lost in the boot.
    fn restart_soon(&mut self) {
        if self.restart.is_some() || !self.has(Fault::Reboot) {
            return;
        }
        let wait = self.delay([3000, 5000]);
        let restart = |modem: &mut Self, _| {
            modem.faults.remove(&Fault::Reboot);
            modem.switch_on();
        };
        self.restart = Some(self.timers.add(self.now + wait, Timer::Background(restart, 0)));
    }

    /// The fault `weak-signal` hits this send: the first, then one in three.
    fn signal_too_weak(&mut self) -> bool {
        self.has(Fault::WeakSignal) && (!std::mem::replace(&mut self.signal_felt, true) || self.rng.one_in(3))
    }

    /// Whether a fault is on.
    fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// A restart ends what the services had in hand.
    fn reset_services(&mut self) {
        self.sending = None;
        self.late_prompt = None;
        self.restart = None;
        self.sms.restarted();
        self.http = http::Http::default();
        self.bearer = http::Bearer::default();
        self.calls = calls::Calls::default();
        self.refusals.clear();
    }

    /// A delay of the profile, at its speed.
    fn delay(&mut self, range: Range) -> Duration {
        let slow = if self.has(Fault::Slow) { 10.0 } else { 1.0 };
        self.rng.delay(range, self.profile.speed / slow)
    }

    /// A name for a new socket.
    fn new_socket(&mut self) -> SocketId {
        self.next_socket += 1;
        SocketId(self.next_socket)
    }
}

#[cfg(test)]
mod tests;
