//! Credentials in payloads, whatever carries them: header fields, forms, JSON, XML, queries, settings, logins of mail and
//! FTP, what people write; plain, in hex or in base64, and where they go on in the next line or packet.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::credentials::{BEGINS_LOGIN, VALUE_FOLLOWS, logins, tokens};
use super::spelled;
use crate::modem::Direction;
use crate::modem::secrets::begins_send;

/// How much of a payload's end is remembered, for what goes on behind it.
const REMEMBERED: usize = 128;
/// What may be base64.
static BASE64: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?-u)[A-Za-z0-9+/]{16,}={0,2}").ok());

/// The payloads of a session, both directions.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    sent: Way,
    received: Way,
    /// A line that begins a login was sent.
    login: bool,
    /// A server asked for a part of a login, which is sent next.
    challenged: bool,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    /// The end of what was sent last as data.
    data: Vec<u8>,
    /// What the next line goes on with.
    front: Vec<u8>,
}

impl Payload {
    /// Where credentials stand in the next line.
    pub(crate) fn credentials(&mut self, direction: Direction, line: &[u8]) -> Vec<Range<usize>> {
        let way = match direction {
            Direction::Tx => &mut self.sent,
            Direction::Rx => &mut self.received,
        };
        let front = std::mem::take(&mut way.front);
        if is_between(&front, line) {
            way.front = front;
            return Vec::new();
        }
        way.go_on(direction, line);
        let text = [&front, line].concat();
        let in_line = |range: Range<usize>| {
            let start = range.start.max(front.len()) - front.len();
            range.end.checked_sub(front.len()).filter(|end| *end > start).map(|end| start..end)
        };
        let mut found: Vec<_> = tokens(&text).into_iter().filter_map(in_line).collect();
        found.extend(spelled::in_bytes(line, tokens));
        found.extend(in_base64(line));
        match direction {
            Direction::Tx => {
                found.extend(logins(&text).into_iter().filter_map(in_line));
                self.logins(line, &mut found);
            }
            Direction::Rx => {
                let asks = line == b"334" || line.starts_with(b"334 ");
                self.challenged |= asks || (self.login && matches!(line, [b'+'] | [b'+', b' ', ..]));
            }
        }
        found
    }

    fn logins(&mut self, line: &[u8], found: &mut Vec<Range<usize>>) {
        found.extend(logins(line));
        if std::mem::take(&mut self.challenged) && !line.is_empty() {
            found.push(0..line.len());
        }
        if !line.is_empty() {
            self.login = BEGINS_LOGIN.as_ref().is_some_and(|regex| regex.is_match(line));
        }
    }
}

impl Way {
    /// Notes what the next line may go on with.
    fn go_on(&mut self, direction: Direction, line: &[u8]) {
        let end = |bytes: &[u8]| bytes.get(bytes.len().saturating_sub(REMEMBERED)..).unwrap_or_default().to_vec();
        let send =
            (direction == Direction::Tx).then(|| line.windows(2).rposition(|two| two.eq_ignore_ascii_case(b"AT")));
        match send.flatten().filter(|at| line.get(*at..).is_some_and(begins_send)) {
            // The packet before it goes on behind the prompt.
            Some(at) => {
                if at > 0 {
                    self.data = end(line.get(..at).unwrap_or_default());
                }
                self.front.clone_from(&self.data);
            }
            None => self.data = end(line),
        }
        if VALUE_FOLLOWS.as_ref().is_some_and(|regex| regex.is_match(line)) {
            self.front = [&end(line)[..], b" "].concat();
        }
    }
}

/// Stands between a name and its value: the empty line of a form in parts, the length in a command of a data base.
fn is_between(front: &[u8], line: &[u8]) -> bool {
    match line {
        [] => memchr::memmem::find(front, b"name=").is_some(),
        [b'$', digits @ ..] => front.ends_with(b"AUTH ") && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Base64 of a text with credentials: all of it.
fn in_base64(line: &[u8]) -> Vec<Range<usize>> {
    let found = BASE64.iter().flat_map(|regex| regex.find_iter(line));
    let tells =
        |text: &[u8]| text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n')) && !tokens(text).is_empty();
    found.filter(|found| tells(&decoded(found.as_bytes()))).map(|found| found.range()).collect()
}

/// The bytes of base64.
fn decoded(digits: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[(Direction, &str)]) -> Vec<String> {
        let mut payload = Payload::default();
        let mut all = Vec::new();
        for (direction, line) in lines {
            all.extend(
                payload.credentials(*direction, line.as_bytes()).into_iter().map(|range| line[range].to_owned()),
            );
        }
        all
    }

    #[test]
    fn a_credential_is_found_by_the_name_in_front_of_it() {
        for (line, value) in [
            ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
            ("AUTHORIZATION : Bearer abc123", "abc123"),
            ("GET /x?api_key=abcd1234&y=1", "abcd1234"),
            ("GET /x?api-key=abcd1234&y=1", "abcd1234"),
            ("{\"password\":\"hunter22\"}", "hunter22"),
            ("{\\x22password\\x22:\\x22hunter22\\x22}", "hunter22"),
            ("Set-Cookie: sid=abc123; Path=/", "sid=abc123; Path=/"),
            ("{\"access_token\" : \"abc123\"}", "abc123"),
            ("{\"ssid\":\"home\",\"key\":\"abc123\"}", "abc123"),
            ("<secret><![CDATA[abc123]]></secret>", "abc123"),
            ("http://me:geheim@host/", "geheim"),
            ("X-Api-Key: abc123", "abc123"),
            ("char password[] = \"abc123\";", "abc123"),
            ("WiFi.begin(\"home\", \"hunter\");", "hunter"),
            ("the password is: hunter", "hunter"),
            ("using password hunter22", "hunter22"),
            ("SharedAccessKey=abc123;x", "abc123"),
            ("sim pin is 4711", "4711"),
            ("Your login code is 471133", "471133"),
            ("curl -u me:hunter http://a.b", "hunter"),
            ("7061 7373 776f 7264 3d68 756e 7465 7232", "68 756e 7465 7232"),
            ("cGFzc3dvcmQ9aHVudGVyMjI=", "cGFzc3dvcmQ9aHVudGVyMjI="),
        ] {
            assert_eq!(found(&[(Direction::Rx, line)]), [value], "{line}");
        }
        for line in [
            "tokens: none",
            "{\"token\":null}",
            "http://example.org:8080/a@b",
            "pin: 13, GPIO pin = high, code=1234",
            "password incorrect",
            "Enter password for me",
            "error code is 1234",
            "{\"key\":\"temperature\",\"value\":21}",
            "TG9yZW0gaXBzdW0gZG9sb3Igc2l0",
            "48656C6C6F20776F726C6421",
        ] {
            assert_eq!(found(&[(Direction::Rx, line)]), [""; 0], "{line}");
        }
    }

    #[test]
    fn a_credential_goes_on_in_the_next_line_or_packet() {
        let (sent, came) = (Direction::Tx, Direction::Rx);
        assert_eq!(found(&[(sent, "Authorization:"), (sent, " Bearer abc123")]), ["abc123"]);
        assert_eq!(found(&[(sent, "{\"password\" :"), (sent, " \"hunter\"}")]), ["hunter"]);
        assert_eq!(
            found(&[(sent, "{\"user\":\"me\",\"passwoAT+CIPSEND=20"), (came, "SEND OK"), (sent, "rd\":\"hunter\"}")]),
            ["hunter"]
        );
        assert_eq!(found(&[(sent, "user=me&pass"), (sent, "AT+CIPSEND"), (sent, "word=hunter")]), ["hunter"]);
        assert_eq!(found(&[(sent, "user=me&pass"), (sent, "word=hunter")]), [""; 0]);
        assert_eq!(found(&[(sent, "AUTH PLAIN"), (came, "334"), (sent, "aHVudGVy")]), ["aHVudGVy"]);
        assert_eq!(found(&[(sent, "a1 AUTHENTICATE PLAIN"), (came, "+"), (sent, "aHVudGVy")]), ["aHVudGVy"]);
        assert_eq!(found(&[(sent, "a1 LOGIN {2}"), (came, "+ go on"), (sent, "me hunter")]), ["me hunter"]);
        assert_eq!(found(&[(sent, "AT+CSQ"), (came, "+ 1"), (sent, "hello")]), [""; 0]);
    }
}
