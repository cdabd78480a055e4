//! Transport PDUs of short messages (3GPP 23.040): SUBMIT as the host gives it, DELIVER and STATUS-REPORT as it gets them.
//!
//! A message is kept as its TPDU; text mode and PDU mode are two views of it.

use super::alphabet;

/// What a TPDU says. Reading one never fails on trailing octets; it does on missing ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Message {
    /// A SUBMIT (from here), not a DELIVER (to here).
    pub(in super::super) outgoing: bool,
    /// First octet: type, validity format, header, report request.
    pub(in super::super) first: u8,
    /// The other party.
    pub(in super::super) number: String,
    pub(in super::super) protocol: u8,
    pub(in super::super) coding: u8,
    /// `24/01/30,20:40:31+04`; empty in a SUBMIT.
    pub(in super::super) time: String,
    /// Without a user data header.
    pub(in super::super) text: String,
    /// The user data without its header, for 8-bit messages.
    pub(in super::super) octets: Vec<u8>,
}

impl Message {
    /// 8-bit data have no text.
    pub(in super::super) fn is_binary(&self) -> bool {
        coding(self.coding) == Coding::Octets
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Septets,
    Octets,
    Ucs2,
}

/// The alphabet of a data coding scheme (23.038 §4).
fn coding(scheme: u8) -> Coding {
    match (scheme >> 4, scheme & 0x0C) {
        (0..=7, 0x04) => Coding::Octets,
        (0..=7, 0x08) | (0xE, _) => Coding::Ucs2,
        (0xF, bits) if bits & 0x04 != 0 => Coding::Octets,
        _ => Coding::Septets,
    }
}

/// Digits in swapped nibbles, with the type of number before them.
pub(in super::super) fn address(number: &str) -> Vec<u8> {
    let international = number.starts_with('+');
    let digits: Vec<u8> = number.bytes().filter_map(nibble).collect();
    let mut octets = vec![u8::try_from(digits.len()).unwrap_or(0), if international { 0x91 } else { 0x81 }];
    octets.extend(digits.chunks(2).map(|pair| match pair {
        [low, high] => high << 4 | low,
        [low] => 0xF0 | low,
        _ => 0xFF,
    }));
    octets
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'*' => Some(10),
        b'#' => Some(11),
        _ => None,
    }
}

/// The number of an address field, and the octets it took.
fn read_address(octets: &[u8]) -> Option<(String, usize)> {
    let count = usize::from(*octets.first()?);
    let kind = *octets.get(1)?;
    let used = 2 + count.div_ceil(2);
    let body = octets.get(2..used)?;
    if kind & 0x70 == 0x50 {
        let name = alphabet::text_of(&alphabet::unpack(body, count * 4 / 7, 0));
        return Some((name, used));
    }
    let digits = body.iter().flat_map(|octet| [octet & 0x0F, octet >> 4]).take(count);
    let mut number = String::from(if kind & 0x70 == 0x10 { "+" } else { "" });
    number.extend(digits.map(|digit| char::from(b"0123456789*#abc?".get(usize::from(digit)).copied().unwrap_or(b'?'))));
    Some((number, used))
}

/// The message centre's address at the head of a PDU.
pub(in super::super) fn centre(number: &str) -> Vec<u8> {
    if number.is_empty() {
        return vec![0];
    }
    let body = address(number);
    let mut octets = vec![u8::try_from(body.len() - 1).unwrap_or(0)];
    octets.extend(body.into_iter().skip(1));
    octets
}

/// `24/01/30,20:40:31+04` in seven octets.
pub(in super::super) fn timestamp(time: &str) -> [u8; 7] {
    let mut fields =
        time.split(|character: char| !character.is_ascii_digit()).filter_map(|field| field.parse::<u8>().ok());
    let negative = time.rfind('-').is_some();
    let swapped = |value: u8| ((value % 10) << 4) | (value / 10 % 10);
    let mut octets = [0; 7];
    for octet in &mut octets {
        *octet = swapped(fields.next().unwrap_or(0));
    }
    if negative {
        octets[6] |= 0x08;
    }
    octets
}

fn read_timestamp(octets: &[u8]) -> String {
    let value = |at: usize| octets.get(at).map_or(0, |octet| (octet & 0x0F) * 10 + (octet >> 4));
    let zone = octets.get(6).copied().unwrap_or(0);
    let quarter = (zone & 0x07) * 10 + (zone >> 4);
    let sign = if zone & 0x08 == 0 { '+' } else { '-' };
    let (year, month, day, hour) = (value(0), value(1), value(2), value(3));
    format!("{year:02}/{month:02}/{day:02},{hour:02}:{:02}:{:02}{sign}{quarter:02}", value(4), value(5))
}

/// User data of a text in a coding scheme, with its length octet; `None` when it does not fit.
fn user_data(scheme: u8, header: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut body = header.to_vec();
    let length = if coding(scheme) == Coding::Septets {
        let septets = alphabet::septets(text).unwrap_or_else(|| {
            // The alphabet has no such character: the network shows a question mark.
            text.chars().flat_map(|character| alphabet::septets(&character.to_string()).unwrap_or(vec![0x3F])).collect()
        });
        let head = (header.len() * 8).div_ceil(7);
        let fill = head * 7 - header.len() * 8;
        body.extend(alphabet::pack(&septets, fill));
        (head + septets.len() <= 160).then_some(head + septets.len())?
    } else {
        body.extend(alphabet::ucs2(text));
        (body.len() <= 140).then_some(body.len())?
    };
    body.insert(0, u8::try_from(length).ok()?);
    Some(body)
}

/// A SUBMIT as text mode builds it; `None` when the text is too long for one message.
pub(in super::super) fn submit(
    first: u8,
    number: &str,
    [validity, protocol, scheme]: [u8; 3],
    text: &str,
) -> Option<Vec<u8>> {
    let first = if first & 0x18 == 0 { first } else { first & !0x18 | 0x10 };
    let mut octets = vec![first & 0xFC | 0x01, 0];
    octets.extend(address(number));
    octets.extend([protocol, scheme]);
    if first & 0x18 != 0 {
        octets.push(validity);
    }
    octets.extend(user_data(scheme, &[], text)?);
    Some(octets)
}

/// The DELIVERs of a text: several, with a concatenation header, when it is long.
pub(in super::super) fn deliver(number: &str, time: &str, reference: u8, text: &str) -> Vec<Vec<u8>> {
    let plain = alphabet::septets(text).is_some();
    let (scheme, whole, part) = if plain { (0x00, 160, 153) } else { (0x08, 70, 67) };
    let size = |text: &str| {
        alphabet::septets(text).filter(|_| plain).map_or_else(|| text.encode_utf16().count(), |list| list.len())
    };
    let mut parts = vec![String::new()];
    if size(text) <= whole {
        parts = vec![text.to_owned()];
    } else {
        for character in text.chars() {
            let full = parts.last().is_some_and(|last| size(last) + size(&character.to_string()) > part);
            if full {
                parts.push(String::new());
            }
            if let Some(last) = parts.last_mut() {
                last.push(character);
            }
        }
    }
    let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
    let mut list = Vec::new();
    for (index, part) in (1..=count).zip(&parts) {
        let header: &[u8] = if count > 1 { &[5, 0, 3, reference, count, index] } else { &[] };
        let mut octets = vec![if count > 1 { 0x44 } else { 0x04 }];
        octets.extend(address(number));
        octets.extend([0x00, scheme]);
        octets.extend(timestamp(time));
        if let Some(data) = user_data(scheme, header, part) {
            octets.extend(data);
            list.push(octets);
        }
    }
    list
}

/// The report that a SUBMIT asked for: delivered.
pub(in super::super) fn report(reference: u8, number: &str, time: &str) -> Vec<u8> {
    let mut octets = vec![0x06, reference];
    octets.extend(address(number));
    octets.extend(timestamp(time));
    octets.extend(timestamp(time));
    octets.push(0x00);
    octets
}

/// What text mode shows of a status report: first octet, reference, number and its kind, both times, status. `None` for
/// any other message.
pub(in super::super) fn read_report(octets: &[u8]) -> Option<String> {
    let (first, reference) = (*octets.first()?, *octets.get(1)?);
    let (number, used) = read_address(octets.get(2..)?)?;
    let at = 2 + used;
    let sent = read_timestamp(octets.get(at..at + 7)?);
    let done = read_timestamp(octets.get(at + 7..at + 14)?);
    let (kind, status) = (if number.starts_with('+') { 145 } else { 129 }, *octets.get(at + 14)?);
    (first & 0x03 == 0x02).then(|| format!("{first},{reference},\"{number}\",{kind},\"{sent}\",\"{done}\",{status}"))
}

/// Reads a SUBMIT or a DELIVER; `None` when octets are missing.
pub(in super::super) fn read(octets: &[u8]) -> Option<Message> {
    let first = *octets.first()?;
    let outgoing = first & 0x03 == 0x01;
    let start = if outgoing { 2 } else { 1 };
    let (number, used) = read_address(octets.get(start..)?)?;
    let mut at = start + used;
    let protocol = *octets.get(at)?;
    let scheme = *octets.get(at + 1)?;
    at += 2;
    let mut time = String::new();
    if outgoing {
        at += match first & 0x18 {
            0x00 => 0,
            0x10 => 1,
            _ => 7,
        };
    } else {
        time = read_timestamp(octets.get(at..at + 7)?);
        at += 7;
    }
    let length = usize::from(*octets.get(at)?);
    let data = octets.get(at + 1..)?;
    let header = if first & 0x40 != 0 { usize::from(*data.first()?) + 1 } else { 0 };
    let kind = coding(scheme);
    let wanted = if kind == Coding::Septets { (length * 7).div_ceil(8) } else { length };
    let data = data.get(..wanted)?;
    let body = data.get(header..)?;
    let text = match kind {
        Coding::Septets => {
            let head = (header * 8).div_ceil(7);
            alphabet::text_of(&alphabet::unpack(body, length.checked_sub(head)?, head * 7 - header * 8))
        }
        Coding::Ucs2 => alphabet::text_of_ucs2(body),
        Coding::Octets => String::new(),
    };
    Some(Message { outgoing, first, number, protocol, coding: scheme, time, text, octets: body.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_submit_of_a_real_session() {
        // Transcript 04 of the SIM800L collection: TPDU of 32 octets after the message centre.
        let pdu = alphabet::from_hex(b"11000B919732141077F90008AA12041F04400438043204350442002100210021").unwrap();
        assert_eq!(pdu.len(), 32);
        let message = read(&pdu).unwrap();
        assert_eq!((message.number.as_str(), message.text.as_str()), ("+79234101779", "Привет!!!"));
        assert!(message.outgoing);
    }

    #[test]
    fn a_long_text_comes_in_parts() {
        let text = "0123456789".repeat(20);
        let parts = deliver("+491701", "24/01/30,20:40:31+04", 9, &text);
        let texts: Vec<_> = parts.iter().map(|part| read(part).unwrap().text).collect();
        assert_eq!((parts.len(), texts.concat()), (2, text));
    }

    #[test]
    fn a_cut_pdu_is_no_message() {
        let whole = deliver("+491701", "24/01/30,20:40:31+04", 9, "hello").concat();
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length}");
        }
        assert!(read(&whole).is_some());
    }

    proptest! {
        #[test]
        fn text_number_and_time_survive(text in "[ -~äöü€]{0,60}", number in "\\+?[0-9]{1,15}") {
            let parts = deliver(&number, "24/01/30,20:40:31-08", 1, &text);
            let message = read(&parts[0]).unwrap();
            prop_assert_eq!((message.text, message.number), (text, number));
            prop_assert_eq!(message.time, "24/01/30,20:40:31-08");
        }

        #[test]
        fn any_octets_are_read_without_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&octets);
        }
    }
}
