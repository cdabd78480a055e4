//! Finds user name and password of an MQTT CONNECT packet in a stream of bytes as it passes, however it is cut.
//!
//! Modems without MQTT commands get the packet as data of `AT+CIPSEND`, and echo it. Only the bytes in front decide about
//! a byte; nothing is held back. What does not fit the packet's own lengths is left alone from there on. The user name
//! counts as secret because brokers take tokens there. The client identifier does not: it is no credential.
//!
//! The packet: MQTT 3.1.1 and 5.0, section 3.1; MQTT 3.1 has the protocol name `MQIsdp`.

use std::collections::VecDeque;
use std::ops::Range;

/// The first byte of a CONNECT packet.
const CONNECT: u8 = 0x10;
/// Length bytes and name of the protocol, and the versions with that name.
const PROTOCOLS: [(&[u8], Range<u8>); 2] = [(b"\x00\x04MQTT", 4..6), (b"\x00\x06MQIsdp", 3..4)];
/// Flags of the packet: what follows the client identifier.
const WILL: u8 = 0x04;
const PASSWORD: u8 = 0x40;
const USER: u8 = 0x80;

/// Watches the bytes of one direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct MqttFinder {
    /// Bytes that may be the beginning of a packet, up to its version.
    front: Vec<u8>,
    packet: Option<Packet>,
}

/// A packet that is passing, after its version.
#[derive(Clone, Debug)]
struct Packet {
    /// Bytes of it that are to come.
    left: usize,
    version: u8,
    parts: VecDeque<Part>,
    /// The length of the next part, as far as it has come, and of how many bytes.
    length: (usize, u32),
    /// Bytes of the present part that are to come, and whether they are secret.
    present: (usize, bool),
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Flags,
    /// How many bytes its own length takes, 7 bits each (version 5).
    Properties,
    /// Two bytes of length in front.
    Sized {
        secret: bool,
    },
}

/// A packet written as hex digits, the way some modems take data (`AT+QISENDHEX`, `AT+USOWR`).
#[derive(Clone, Debug, Default)]
pub(crate) struct HexMqttFinder {
    packet: MqttFinder,
    /// The first digit of a byte whose second is to come.
    high: Option<u8>,
}

impl HexMqttFinder {
    /// Nothing of a packet has come, nor the first digit of one.
    pub(crate) fn is_idle(&self) -> bool {
        self.packet.is_idle() && self.high != Some(CONNECT >> 4)
    }

    /// Passes over bytes in which no packet begins.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        let other = bytes.iter().rposition(|byte| !byte.is_ascii_hexdigit());
        for byte in bytes.get(other.unwrap_or(0)..).unwrap_or_default() {
            self.take(*byte);
        }
    }

    /// Something else than a digit came.
    pub(crate) fn end(&mut self) {
        if self.high.is_some() || !self.packet.is_idle() {
            *self = Self::default();
        }
    }

    /// Takes the next byte; true when it is a digit of a secret byte.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let Some(digit) = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
            self.end();
            return false;
        };
        if let Some(high) = self.high.take() {
            return self.packet.take(high << 4 | digit);
        }
        self.high = Some(digit);
        self.packet.packet.as_ref().is_some_and(|packet| packet.present.0 > 0 && packet.present.1)
    }
}

/// What the bytes so far are.
enum Front {
    No,
    Maybe,
    Packet(Packet),
}

impl MqttFinder {
    /// A packet is passing.
    pub(crate) fn is_inside(&self) -> bool {
        self.packet.is_some()
    }

    /// Nothing of a packet has come.
    pub(crate) fn is_idle(&self) -> bool {
        self.packet.is_none() && self.front.is_empty()
    }

    /// Takes the next byte; true when it is secret.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        if let Some(packet) = &mut self.packet {
            let secret = packet.take(byte);
            if secret.is_none() || packet.left == 0 {
                self.packet = None;
            }
            return secret == Some(true);
        }
        if !self.front.is_empty() || byte == CONNECT {
            self.front.push(byte);
            self.judge_front();
        }
        false
    }

    fn judge_front(&mut self) {
        loop {
            match front(&self.front) {
                Front::Maybe => return,
                Front::Packet(packet) => {
                    self.front.clear();
                    self.packet = Some(packet);
                    return;
                }
                // A packet may begin at a later one of these bytes.
                Front::No => {
                    let next = self.front.iter().skip(1).position(|byte| *byte == CONNECT).map(|skip| skip + 1);
                    self.front.drain(..next.unwrap_or(self.front.len()));
                    if next.is_none() {
                        return;
                    }
                }
            }
        }
    }
}

/// Reads the packet's beginning: first byte, remaining length, protocol name, version.
fn front(bytes: &[u8]) -> Front {
    let Some((CONNECT, rest)) = bytes.split_first().map(|(first, rest)| (*first, rest)) else { return Front::No };
    let count = rest.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    if count > 4 {
        return Front::No;
    }
    let Some((length, rest)) = rest.split_at_checked(count) else { return Front::Maybe };
    let length = length.iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7F));
    for (name, versions) in PROTOCOLS {
        match rest.split_at_checked(name.len()) {
            None if name.starts_with(rest) => return Front::Maybe,
            Some((start, [])) if start == name => return Front::Maybe,
            Some((start, [version, ..])) if start == name => {
                return match length.checked_sub(name.len() + 1) {
                    Some(left) if versions.contains(version) => Front::Packet(Packet::new(left, *version)),
                    _ => Front::No,
                };
            }
            _ => {}
        }
    }
    Front::No
}

impl Packet {
    fn new(left: usize, version: u8) -> Self {
        Self { left, version, parts: VecDeque::from([Part::Flags]), length: (0, 0), present: (0, false) }
    }

    /// Whether this byte is secret; `None` when it does not fit.
    fn take(&mut self, byte: u8) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        let (count, secret) = &mut self.present;
        if *count > 0 {
            *count -= 1;
            // The bytes that end what is typed: here the packet was given up, whatever its lengths say.
            return (!*secret || !matches!(byte, b'\r' | b'\n' | 0x1A | 0x1B)).then_some(*secret);
        }
        let (length, of) = &mut self.length;
        let secret = match *self.parts.front()? {
            Part::Flags => {
                self.parts = parts(byte, self.version)?;
                // The keep-alive time.
                self.present = (2, false);
                return Some(false);
            }
            Part::Properties => {
                *length |= usize::from(byte & 0x7F) << (7 * *of);
                *of += 1;
                if byte >= 0x80 {
                    return (*of < 4).then_some(false);
                }
                false
            }
            Part::Sized { secret } => {
                *length = *length << 8 | usize::from(byte);
                *of += 1;
                if *of < 2 {
                    return Some(false);
                }
                secret
            }
        };
        self.present = (*length, secret);
        self.length = (0, 0);
        self.parts.pop_front();
        (self.present.0 <= self.left).then_some(false)
    }
}

/// What follows these flags; `None` where they are none.
fn parts(flags: u8, version: u8) -> Option<VecDeque<Part>> {
    let open = Part::Sized { secret: false };
    let mut parts = VecDeque::new();
    let properties = |parts: &mut VecDeque<Part>| parts.extend((version >= 5).then_some(Part::Properties));
    properties(&mut parts);
    parts.push_back(open);
    if flags & WILL != 0 {
        properties(&mut parts);
        parts.extend([open, open]);
    }
    for flag in [USER, PASSWORD] {
        parts.extend((flags & flag != 0).then_some(Part::Sized { secret: true }));
    }
    // Bit 0 is reserved.
    (flags & 1 == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masked(bytes: &[u8], cut: usize) -> String {
        let mut finder = MqttFinder::default();
        let mut all = Vec::new();
        for part in bytes.chunks(cut) {
            let mut part = part.to_vec();
            for byte in &mut part {
                if finder.take(*byte) {
                    *byte = b'*';
                }
            }
            all.extend(part);
        }
        all.escape_ascii().to_string()
    }

    fn field(text: &[u8]) -> Vec<u8> {
        [&u16::try_from(text.len()).unwrap().to_be_bytes(), text].concat()
    }

    /// A packet with this after its version.
    fn packet(protocol: &[u8], rest: &[u8]) -> Vec<u8> {
        let body = [protocol, rest].concat();
        assert!(body.len() < 128);
        [&[CONNECT, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    }

    fn login() -> Vec<u8> {
        [field(b"dev1"), field(b"user"), field(b"pa\x10ss")].concat()
    }

    #[test]
    fn user_and_password_are_found_and_nothing_else() {
        let check = |bytes: &[u8], expect: &str| {
            for cut in [usize::MAX, 1, 2, 3, 7] {
                assert_eq!(masked(bytes, cut.min(bytes.len().max(1))), expect, "in parts of {cut}");
            }
        };
        let v4 = packet(b"\x00\x04MQTT\x04", &[b"\xC2\x00\x3C".to_vec(), login()].concat());
        let v4_masked = r"\x10\x1d\x00\x04MQTT\x04\xc2\x00<\x00\x04dev1\x00\x04****\x00\x05*****";
        check(&v4, v4_masked);
        check(
            &[b"> ", v4.as_slice(), b"\x1A\r\nSEND OK\r\n"].concat(),
            &format!("> {v4_masked}\\x1a\\r\\nSEND OK\\r\\n"),
        );
        check(&[v4.as_slice(), v4.as_slice()].concat(), &v4_masked.repeat(2));
        check(&[b"\x10\x10\x83\x10", v4.as_slice()].concat(), &format!("\\x10\\x10\\x83\\x10{v4_masked}"));
        let v3 = packet(b"\x00\x06MQIsdp\x03", &[b"\xC2\x00\x3C".to_vec(), login()].concat());
        check(&v3, r"\x10\x1f\x00\x06MQIsdp\x03\xc2\x00<\x00\x04dev1\x00\x04****\x00\x05*****");
        let will = [field(b"t"), field(b"gone\x1A")].concat();
        let token = [b"\x86\x00\x3C".to_vec(), field(b""), will, field(b"token")].concat();
        check(
            &packet(b"\x00\x04MQTT\x04", &token),
            r"\x10\x1d\x00\x04MQTT\x04\x86\x00<\x00\x00\x00\x01t\x00\x05gone\x1a\x00\x05*****",
        );
        let v5 = [b"\xC2\x00\x3C\x05\x11\x00\x00\x00\x0A".to_vec(), login()].concat();
        check(
            &packet(b"\x00\x04MQTT\x05", &v5),
            r"\x10#\x00\x04MQTT\x05\xc2\x00<\x05\x11\x00\x00\x00\n\x00\x04dev1\x00\x04****\x00\x05*****",
        );
        let no_login = packet(b"\x00\x04MQTT\x04", &[b"\x02\x00\x3C".to_vec(), field(b"dev1")].concat());
        check(
            &[no_login.as_slice(), b"\x00\x04user"].concat(),
            &no_login.iter().chain(b"\x00\x04user").copied().collect::<Vec<u8>>().escape_ascii().to_string(),
        );
    }

    #[test]
    fn a_packet_in_hex_is_one_too() {
        let packet = packet(b"\x00\x04MQTT\x04", &[b"\xC2\x00\x3C".to_vec(), login()].concat());
        let mut finder = HexMqttFinder::default();
        let line = format!("AT+QISENDHEX=0,\"{}\"", hex::encode_upper(packet));
        let masked: String = line.chars().map(|letter| if finder.take(letter as u8) { '*' } else { letter }).collect();
        let expect = r#"AT+QISENDHEX=0,"101D00044D51545404C2003C0004646576310004********0005**********""#;
        assert_eq!(masked, expect);
    }

    #[test]
    fn what_does_not_fit_is_left_alone() {
        for text in [
            &b"MQTT is said to be \x10\x1f\x00\x04MQTX"[..],
            // A length that goes past the packet's end.
            b"\x10\x12\x00\x04MQTT\x04\xC2\x00\x3C\x00\x00\x01\x00user",
            // A reserved flag; a version that is none.
            b"\x10\x1F\x00\x04MQTT\x04\xC3\x00\x3C\x00\x04dev1\x00\x04user\x00\x05pass1",
            b"\x10\x1F\x00\x04MQTT\x09\xC2\x00\x3C\x00\x04dev1\x00\x04user\x00\x05pass1",
            b"\x10\x00\x00\x04MQTT\x04",
            b"\x10\xFF\xFF\xFF\xFF\x00\x04MQTT\x04\xC2",
        ] {
            assert_eq!(masked(text, text.len()), text.escape_ascii().to_string());
        }
        // Typed too short, and ended: what comes after is no password.
        let short = b"\x10\x1F\x00\x04MQTT\x04\xC2\x00\x3C\x00\x04dev1\x00\x04us\x1A\r\nAT+CSQ\r";
        assert!(masked(short, 5).ends_with(r"\x00\x04**\x1a\r\nAT+CSQ\r"), "{}", masked(short, 5));
    }

    proptest! {
        #[test]
        fn any_split_finds_the_same_and_nothing_panics(bytes in proptest::collection::vec(prop_oneof![Just(0x10u8), Just(0), Just(4), any::<u8>()], 0..60), cut in 1usize..9) {
            let mut stream = bytes.clone();
            stream.extend(packet(b"\x00\x04MQTT\x04", &[b"\xC2\x00\x3C".to_vec(), login()].concat()));
            stream.extend(&bytes);
            let whole = masked(&stream, stream.len());
            prop_assert!(whole.contains("****"), "{whole}");
            prop_assert_eq!(masked(&stream, cut), whole);
        }
    }
}
