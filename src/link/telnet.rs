//! The client side of telnet (RFC 854, binary by RFC 856) with the Com Port Control Option (RFC 2217). Pure: bytes in,
//! [`Event`]s and bytes out.
//!
//! Exact: with BINARY agreed on, all 256 values pass, 0xFF doubled on the wire; without it a CR travels as CR NUL.
//! Bounded: an option is answered once per change, a subnegotiation longer than [`LONGEST_SUBNEGOTIATION`] is dropped and
//! told, so a hostile peer can neither make us talk for ever nor fill memory.

use std::mem::take;

use super::{DataBits, FlowControl, LineSettings, Parity, StopBits};

/// Longest subnegotiation kept, in bytes. RFC 2217 needs 5 and a signature.
pub(super) const LONGEST_SUBNEGOTIATION: usize = 256;

/// Refusals kept for a peer that does not read, in bytes.
const MOST_OUTPUT: usize = 4096;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const BINARY: u8 = 0;
const SUPPRESS_GO_AHEAD: u8 = 3;
const COM_PORT: u8 = 44;

/// What a server answers is our command plus this (RFC 2217 section 3).
const FROM_SERVER: u8 = 100;
const SET_BAUDRATE: u8 = 1;
const SET_DATASIZE: u8 = 2;
const SET_PARITY: u8 = 3;
const SET_STOPSIZE: u8 = 4;
const SET_CONTROL: u8 = 5;
const NOTIFY_LINESTATE: u8 = 6;
const NOTIFY_MODEMSTATE: u8 = 7;
const FLOWCONTROL_SUSPEND: u8 = 8;
const FLOWCONTROL_RESUME: u8 = 9;
const SET_LINESTATE_MASK: u8 = 10;
const SET_MODEMSTATE_MASK: u8 = 11;

/// News from the far end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes of the serial line, unescaped.
    Data(Vec<u8>),
    /// A setting as the server has it now.
    Setting(Setting),
    /// Line state: overrun 0x02, parity error 0x04, framing error 0x08, break 0x10 (RFC 2217, LINESTATE).
    LineState(u8),
    /// Modem state: CTS 0x10, DSR 0x20, RI 0x40, DCD 0x80 (RFC 2217, MODEMSTATE).
    ModemState(u8),
    /// The server asks us to hold our data back (true) or to go on.
    Hold(bool),
    /// The server agreed to control its port for us (true), or will not.
    ComPort(bool),
    /// A subnegotiation was longer than [`LONGEST_SUBNEGOTIATION`] and was dropped.
    Oversized,
}

/// A setting of the remote port, in RFC 2217's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Bits per second.
    Baud(u32),
    /// Data bits, 5 to 8.
    DataSize(u8),
    /// 1 none, 2 odd, 3 even, 4 mark, 5 space.
    Parity(u8),
    /// 1 one, 2 two, 3 one and a half.
    StopSize(u8),
    /// Flow control, break, DTR and RTS: the values of SET-CONTROL.
    Control(u8),
}

/// What can be asked of the remote port's lines, with RFC 2217's SET-CONTROL values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Control {
    BreakOn = 5,
    BreakOff = 6,
    DtrOn = 8,
    DtrOff = 9,
    RtsOn = 11,
    RtsOff = 12,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Data,
    /// A CR came in data that is not binary: a NUL after it is no data.
    Cr,
    /// After IAC.
    Command,
    /// After IAC and this negotiation verb.
    Option(u8),
    /// In a subnegotiation; `iac` after an IAC inside it.
    Sub { iac: bool },
}

/// A telnet client.
#[derive(Debug)]
pub struct Telnet {
    state: State,
    sub: Vec<u8>,
    oversized: bool,
    output: Vec<u8>,
    /// What the server does (it said WILL), by option.
    theirs: Answers,
    /// What we do (the server said DO), by option.
    ours: Answers,
}

/// Which options were offered or refused, so that each is answered once.
#[derive(Debug)]
struct Answers {
    known: [Option<bool>; 256],
}

impl Answers {
    const fn new() -> Self {
        Self { known: [None; 256] }
    }

    fn get(&self, option: u8) -> Option<bool> {
        self.known.get(usize::from(option)).copied().flatten()
    }

    /// True when this is news.
    fn set(&mut self, option: u8, on: bool) -> bool {
        self.known.get_mut(usize::from(option)).is_some_and(|slot| slot.replace(on) != Some(on))
    }
}

impl Default for Telnet {
    fn default() -> Self {
        Self::new()
    }
}

impl Telnet {
    /// A client whose first words (binary both ways, no go-ahead, com port control) are waiting in [`Self::take_output`].
    #[must_use]
    pub fn new() -> Self {
        let output = [
            [IAC, WILL, COM_PORT],
            [IAC, WILL, BINARY],
            [IAC, DO, BINARY],
            [IAC, WILL, SUPPRESS_GO_AHEAD],
            [IAC, DO, SUPPRESS_GO_AHEAD],
        ]
        .concat();
        Self {
            state: State::Data,
            sub: Vec::new(),
            oversized: false,
            output,
            theirs: Answers::new(),
            ours: Answers::new(),
        }
    }

    /// True when the server has answered what we asked first: data may go out without being changed on the way.
    #[must_use]
    pub(crate) fn settled(&self) -> bool {
        self.ours.get(BINARY).is_some() && self.theirs.get(BINARY).is_some() && self.ours.get(COM_PORT).is_some()
    }

    /// Negotiation to be sent to the server, oldest first. It must go out between whole escapes of data, never inside one.
    #[must_use]
    pub fn take_output(&mut self) -> Vec<u8> {
        take(&mut self.output)
    }

    /// Appends one byte of data as it travels.
    pub fn encode(&self, byte: u8, wire: &mut Vec<u8>) {
        wire.push(byte);
        match byte {
            IAC => wire.push(IAC),
            // RFC 854: outside binary mode a bare CR is CR NUL.
            b'\r' if self.ours.get(BINARY) != Some(true) => wire.push(0),
            _ => {}
        }
    }

    /// Asks for these line settings; the server answers with what it has set ([`Event::Setting`]).
    pub(crate) fn configure(&mut self, settings: &LineSettings) {
        let data_size = match settings.data_bits {
            DataBits::Five => 5,
            DataBits::Six => 6,
            DataBits::Seven => 7,
            DataBits::Eight => 8,
        };
        let parity = match settings.parity {
            Parity::None => 1,
            Parity::Odd => 2,
            Parity::Even => 3,
            Parity::Mark => 4,
            Parity::Space => 5,
        };
        let stop_size = match settings.stop_bits {
            StopBits::One => 1,
            StopBits::Two => 2,
        };
        let flow = match settings.flow {
            FlowControl::None => 1,
            FlowControl::Software => 2,
            FlowControl::Hardware => 3,
        };
        self.subnegotiate(SET_BAUDRATE, &settings.baud.to_be_bytes());
        self.subnegotiate(SET_DATASIZE, &[data_size]);
        self.subnegotiate(SET_PARITY, &[parity]);
        self.subnegotiate(SET_STOPSIZE, &[stop_size]);
        self.subnegotiate(SET_CONTROL, &[flow]);
        // Tell us of every change of the lines and of all errors; not of "data ready", which comes with each byte.
        self.subnegotiate(SET_LINESTATE_MASK, &[0x1E]);
        self.subnegotiate(SET_MODEMSTATE_MASK, &[0xFF]);
    }

    /// Sets a line of the remote port, or its break.
    pub fn control(&mut self, control: Control) {
        self.subnegotiate(SET_CONTROL, &[control as u8]);
    }

    /// Takes bytes from the server, split in any way.
    pub fn receive(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        for &byte in bytes {
            match take(&mut self.state) {
                State::Data => self.data(byte, events),
                State::Cr => {
                    if byte != 0 {
                        self.data(byte, events);
                    }
                }
                State::Command => self.command(byte, events),
                State::Option(verb) => self.negotiate(verb, byte, events),
                State::Sub { iac } => self.subnegotiation(byte, iac, events),
            }
        }
    }

    fn data(&mut self, byte: u8, events: &mut Vec<Event>) {
        if byte == IAC {
            self.state = State::Command;
            return;
        }
        if byte == b'\r' && self.theirs.get(BINARY) != Some(true) {
            self.state = State::Cr;
        }
        push_data(events, byte);
    }

    fn command(&mut self, byte: u8, events: &mut Vec<Event>) {
        match byte {
            IAC => push_data(events, IAC),
            WILL | WONT | DO | DONT => self.state = State::Option(byte),
            SB => {
                self.sub.clear();
                self.oversized = false;
                self.state = State::Sub { iac: false };
            }
            // NOP, DATA MARK, GO AHEAD and the rest carry no data.
            _ => {}
        }
    }

    fn negotiate(&mut self, verb: u8, option: u8, events: &mut Vec<Event>) {
        let wanted = matches!(option, BINARY | SUPPRESS_GO_AHEAD);
        match verb {
            WILL | WONT => {
                if self.theirs.set(option, verb == WILL) && verb == WILL && !wanted {
                    self.refuse(DONT, option);
                }
            }
            _ => {
                let ours = wanted || option == COM_PORT;
                if self.ours.set(option, verb == DO) {
                    if verb == DO && !ours {
                        self.refuse(WONT, option);
                    }
                    if option == COM_PORT {
                        events.push(Event::ComPort(verb == DO));
                    }
                }
            }
        }
    }

    fn refuse(&mut self, verb: u8, option: u8) {
        // A peer that changes its mind for ever, and reads nothing, is not answered for ever.
        if self.output.len() < MOST_OUTPUT {
            self.output.extend([IAC, verb, option]);
        }
    }

    fn subnegotiation(&mut self, byte: u8, iac: bool, events: &mut Vec<Event>) {
        match (iac, byte) {
            (false, IAC) => self.state = State::Sub { iac: true },
            (true, SE) => self.finish_subnegotiation(events),
            // IAC IAC is a value of 255; anything else after IAC is malformed, and kept as the value it is.
            _ => {
                self.state = State::Sub { iac: false };
                if self.sub.len() < LONGEST_SUBNEGOTIATION {
                    self.sub.push(byte);
                } else if !self.oversized {
                    self.oversized = true;
                    events.push(Event::Oversized);
                }
            }
        }
    }

    fn finish_subnegotiation(&mut self, events: &mut Vec<Event>) {
        let [COM_PORT, command, value @ ..] = self.sub.as_slice() else { return };
        let Some(command) = command.checked_sub(FROM_SERVER) else { return };
        let event = match (command, value) {
            (SET_BAUDRATE, [a, b, c, d]) => Event::Setting(Setting::Baud(u32::from_be_bytes([*a, *b, *c, *d]))),
            (SET_DATASIZE, [value]) => Event::Setting(Setting::DataSize(*value)),
            (SET_PARITY, [value]) => Event::Setting(Setting::Parity(*value)),
            (SET_STOPSIZE, [value]) => Event::Setting(Setting::StopSize(*value)),
            (SET_CONTROL, [value]) => Event::Setting(Setting::Control(*value)),
            (NOTIFY_LINESTATE, [value]) => Event::LineState(*value),
            (NOTIFY_MODEMSTATE, [value]) => Event::ModemState(*value),
            (FLOWCONTROL_SUSPEND, _) => Event::Hold(true),
            (FLOWCONTROL_RESUME, _) => Event::Hold(false),
            _ => return,
        };
        if !self.oversized {
            events.push(event);
        }
    }

    fn subnegotiate(&mut self, command: u8, value: &[u8]) {
        self.output.extend([IAC, SB, COM_PORT, command]);
        for &byte in value {
            self.output.push(byte);
            if byte == IAC {
                self.output.push(IAC);
            }
        }
        self.output.extend([IAC, SE]);
    }
}

fn push_data(events: &mut Vec<Event>, byte: u8) {
    if let Some(Event::Data(bytes)) = events.last_mut() {
        bytes.push(byte);
    } else {
        events.push(Event::Data(vec![byte]));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receive(telnet: &mut Telnet, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        telnet.receive(bytes, &mut events);
        events
    }

    fn binary() -> Telnet {
        let mut telnet = Telnet::new();
        receive(&mut telnet, &[IAC, DO, COM_PORT, IAC, DO, BINARY, IAC, WILL, BINARY]);
        let _ = telnet.take_output();
        telnet
    }

    #[test]
    fn settings_travel_as_rfc_2217_writes_them() {
        let mut telnet = binary();
        telnet.configure(&LineSettings { baud: 9600, ..LineSettings::default() });
        let wire = telnet.take_output();
        assert!(wire.starts_with(&[IAC, SB, COM_PORT, 1, 0, 0, 0x25, 0x80, IAC, SE, IAC, SB, COM_PORT, 2, 8, IAC, SE]));
        telnet.configure(&LineSettings { baud: 0xFF, ..LineSettings::default() });
        assert!(
            telnet.take_output().starts_with(&[IAC, SB, COM_PORT, 1, 0, 0, 0, IAC, IAC, IAC, SE]),
            "255 is doubled"
        );
        let answer = [IAC, SB, COM_PORT, 101, 0, 0, 0x25, 0x80, IAC, SE, IAC, SB, COM_PORT, 107, 0x30, IAC, SE];
        assert_eq!(receive(&mut telnet, &answer), [Event::Setting(Setting::Baud(9600)), Event::ModemState(0x30)]);
    }

    #[test]
    fn outside_binary_mode_cr_travels_as_cr_nul() {
        let mut telnet = Telnet::new();
        let mut wire = Vec::new();
        for byte in *b"A\r" {
            telnet.encode(byte, &mut wire);
        }
        assert_eq!(wire, b"A\r\0");
        assert_eq!(receive(&mut telnet, b"OK\r\0\r\n"), [Event::Data(b"OK\r\r\n".to_vec())]);
        assert_eq!(receive(&mut binary(), b"OK\r\0"), [Event::Data(b"OK\r\0".to_vec())]);
    }

    #[test]
    fn a_flood_of_options_is_answered_once_and_a_subnegotiation_is_bounded() {
        let mut telnet = Telnet::new();
        let _ = telnet.take_output();
        for _ in 0..100_000 {
            receive(&mut telnet, &[IAC, WILL, 77, IAC, DO, 77]);
        }
        assert_eq!(telnet.take_output(), [IAC, DONT, 77, IAC, WONT, 77]);
        let mut events = receive(&mut telnet, &[IAC, SB, COM_PORT, 107]);
        for _ in 0..10_000 {
            events.extend(receive(&mut telnet, &[7; 100]));
        }
        events.extend(receive(&mut telnet, &[IAC, SE, b'x']));
        assert_eq!(events, [Event::Oversized, Event::Data(b"x".to_vec())]);
        assert!(telnet.sub.capacity() <= 2 * LONGEST_SUBNEGOTIATION);
    }

    #[test]
    fn a_server_without_com_port_control_is_told() {
        let mut telnet = Telnet::new();
        assert!(!telnet.settled());
        let events = receive(&mut telnet, &[IAC, DONT, COM_PORT, IAC, WONT, BINARY, IAC, DONT, BINARY]);
        assert_eq!(events, [Event::ComPort(false)]);
        assert!(telnet.settled());
    }

    proptest! {
        #[test]
        fn all_values_pass_both_ways(bytes in proptest::collection::vec(prop_oneof![Just(IAC), Just(b'\r'), Just(0), any::<u8>()], 0..200), agreed: bool) {
            let (mut near, mut far) = if agreed { (binary(), binary()) } else { (Telnet::new(), Telnet::new()) };
            let _ = (near.take_output(), far.take_output());
            let mut wire = Vec::new();
            for &byte in &bytes {
                near.encode(byte, &mut wire);
            }
            let data: Vec<u8> = receive(&mut far, &wire).into_iter().flat_map(|event| match event {
                Event::Data(bytes) => bytes,
                other => panic!("{other:?}"),
            }).collect();
            prop_assert_eq!(data, bytes);
        }

        #[test]
        fn any_split_of_anything_means_the_same(bytes in proptest::collection::vec(prop_oneof![Just(IAC), Just(SB), Just(SE), Just(DO), any::<u8>()], 0..200), cut in 0_usize..200) {
            let (front, back) = bytes.split_at(cut.min(bytes.len()));
            let (mut whole, mut parts) = (Telnet::new(), Telnet::new());
            let wanted = receive(&mut whole, &bytes);
            let mut events = Vec::new();
            parts.receive(front, &mut events);
            parts.receive(back, &mut events);
            prop_assert_eq!(events, wanted);
            prop_assert_eq!(parts.take_output(), whole.take_output());
        }
    }
}
