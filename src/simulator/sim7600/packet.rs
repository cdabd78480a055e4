//! MQTT 3.1.1 packets (OASIS standard), as far as a client needs them: what it sends, and what it hears.

/// What a broker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Connected, or a return code above 0.
    Connected(u8),
    /// A message on a topic; with its number when it wants an acknowledgement.
    Message {
        topic: Vec<u8>,
        payload: Vec<u8>,
        number: Option<u16>,
    },
    /// A message of ours arrived.
    Published(u16),
    /// The first of two steps of a message of ours with quality 2.
    Received(u16),
    /// A subscription stands; 0x80 refuses it.
    Subscribed(u16, u8),
    Unsubscribed(u16),
    /// Something else, such as the answer to a ping.
    Other,
}

/// Whom we are to the broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hello {
    pub(super) client: String,
    pub(super) keep_alive: u16,
    pub(super) clean: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Topic, text and quality of the last will.
    pub(super) will: Option<(Vec<u8>, Vec<u8>, u8)>,
}

/// A text with its length, at most 65535 bytes of it.
fn text(into: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    into.extend(length.to_be_bytes());
    into.extend(bytes.iter().take(usize::from(length)));
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut rest = body.len();
    loop {
        let digit = u8::try_from(rest % 128).unwrap_or(0);
        rest /= 128;
        packet.push(if rest > 0 { digit | 0x80 } else { digit });
        if rest == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

/// `CONNECT`.
pub(super) fn connect(hello: &Hello) -> Vec<u8> {
    let mut flags = if hello.clean { 0x02 } else { 0 };
    let mut end = Vec::new();
    text(&mut end, hello.client.as_bytes());
    if let Some((topic, message, quality)) = &hello.will {
        flags |= 0x04 | (quality & 3) << 3;
        text(&mut end, topic);
        text(&mut end, message);
    }
    if let Some(user) = &hello.user {
        flags |= 0x80;
        text(&mut end, user.as_bytes());
        // A password without a user is not allowed (§3.1.2.9).
        if let Some(password) = &hello.password {
            flags |= 0x40;
            text(&mut end, password.as_bytes());
        }
    }
    let mut body = Vec::new();
    text(&mut body, b"MQTT");
    body.extend([4, flags]);
    body.extend(hello.keep_alive.to_be_bytes());
    body.extend(end);
    packet(0x10, &body)
}

/// `PUBLISH`; `number` counts with a quality above 0.
pub(super) fn publish(topic: &[u8], payload: &[u8], quality: u8, retain: bool, number: u16) -> Vec<u8> {
    let mut body = Vec::new();
    text(&mut body, topic);
    if quality > 0 {
        body.extend(number.to_be_bytes());
    }
    body.extend(payload);
    packet(0x30 | (quality & 3) << 1 | u8::from(retain), &body)
}

/// `PUBREL`, the second step of a message with quality 2.
pub(super) fn release(number: u16) -> Vec<u8> {
    packet(0x62, &number.to_be_bytes())
}

/// `PUBACK` for a message with quality 1.
pub(super) fn acknowledge(number: u16) -> Vec<u8> {
    packet(0x40, &number.to_be_bytes())
}

/// `SUBSCRIBE`.
pub(super) fn subscribe(topic: &[u8], quality: u8, number: u16) -> Vec<u8> {
    let mut body = number.to_be_bytes().to_vec();
    text(&mut body, topic);
    body.push(quality & 3);
    packet(0x82, &body)
}

/// `UNSUBSCRIBE`.
pub(super) fn unsubscribe(topic: &[u8], number: u16) -> Vec<u8> {
    let mut body = number.to_be_bytes().to_vec();
    text(&mut body, topic);
    packet(0xA2, &body)
}

/// `PINGREQ`.
pub(super) fn ping() -> Vec<u8> {
    packet(0xC0, &[])
}

/// `DISCONNECT`.
pub(super) fn disconnect() -> Vec<u8> {
    packet(0xE0, &[])
}

/// The first packet of what came and its length; `Ok(None)` when it is not complete.
///
/// # Errors
/// When this is no MQTT.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(Heard, usize)>, NotMqtt> {
    let Some(first) = bytes.first() else { return Ok(None) };
    let (mut length, mut shift, mut at) = (0_usize, 0, 1);
    loop {
        let Some(digit) = bytes.get(at) else { return Ok(None) };
        length |= usize::from(digit & 0x7F) << shift;
        (shift, at) = (shift + 7, at + 1);
        if digit & 0x80 == 0 {
            break;
        }
        if shift > 21 {
            return Err(NotMqtt);
        }
    }
    let Some(body) = bytes.get(at..at + length) else { return Ok(None) };
    Ok(Some((heard(*first, body).ok_or(NotMqtt)?, at + length)))
}

/// The far end speaks something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotMqtt;

fn number(body: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(body.get(..2)?.try_into().ok()?))
}

fn heard(first: u8, body: &[u8]) -> Option<Heard> {
    Some(match first >> 4 {
        2 => Heard::Connected(*body.get(1)?),
        3 => {
            let length = usize::from(number(body)?);
            let topic = body.get(2..2 + length)?.to_vec();
            let rest = body.get(2 + length..)?;
            if first & 0x06 == 0 {
                Heard::Message { topic, payload: rest.to_vec(), number: None }
            } else {
                Heard::Message { topic, payload: rest.get(2..)?.to_vec(), number: Some(number(rest)?) }
            }
        }
        4 | 7 => Heard::Published(number(body)?),
        5 => Heard::Received(number(body)?),
        9 => Heard::Subscribed(number(body)?, *body.get(2)?),
        11 => Heard::Unsubscribed(number(body)?),
        6 | 13 => Heard::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packets_are_those_of_the_standard() {
        let hello = Hello { client: "a".into(), keep_alive: 60, clean: true, ..Hello::default() };
        assert_eq!(connect(&hello), b"\x10\x0D\x00\x04MQTT\x04\x02\x00\x3C\x00\x01a");
        assert_eq!(publish(b"t", b"hi", 1, false, 7), b"\x32\x07\x00\x01t\x00\x07hi");
        assert_eq!(subscribe(b"t", 1, 2), b"\x82\x06\x00\x02\x00\x01t\x01");
        assert_eq!(publish(b"t", &[0; 200], 0, true, 0).get(..3), Some(&b"\x31\xCB\x01"[..]));
    }

    #[test]
    fn a_broker_is_heard_whole_or_not_yet() {
        let message = publish(b"a/b", b"on", 1, false, 9);
        for cut in 0..message.len() {
            assert_eq!(read(&message[..cut]), Ok(None), "{cut}");
        }
        let expect = Heard::Message { topic: b"a/b".to_vec(), payload: b"on".to_vec(), number: Some(9) };
        assert_eq!(read(&message), Ok(Some((expect, message.len()))));
        assert_eq!(read(b"\x20\x02\x00\x05"), Ok(Some((Heard::Connected(5), 4))));
        assert_eq!(read(b"\x90\x03\x00\x02\x80"), Ok(Some((Heard::Subscribed(2, 0x80), 5))));
        assert_eq!(read(b"\x00\x00"), Err(NotMqtt));
    }

    proptest! {
        #[test]
        fn anything_is_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(Some((_, length))) = read(&bytes) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
