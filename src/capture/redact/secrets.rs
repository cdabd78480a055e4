//! Finds PINs and passwords in a stream of bytes as it passes, however it is cut: what the writer masks in the file.
//!
//! Only the bytes in front decide about a byte, so a command typed one key at a time is masked as it is typed, and so is
//! its echo. The commands are those of the SIM800 AT Command Manual V1.12 and of 3GPP TS 27.007 that carry a secret, and
//! those of other modems' MQTT; a login that is sent as data is the matter of [`super::mqtt`].

use std::ops::Range;

use super::mqtt::MqttFinder;

/// After which words which arguments are secret.
const RULES: [(&[u8], Secret); 25] = [
    (b"+CPIN=", Secret::From(0)),
    (b"+CPIN2=", Secret::From(0)),
    (b"+CLCK=", Secret::Only(2, 2)),
    (b"+CPWD=", Secret::From(1)),
    (b"+CSTT=", Secret::From(2)),
    (b"+CGAUTH=", Secret::From(2)),
    (b"+SAPBR=", Secret::Named(2, &[b"PWD", b"USER"])),
    (b"+FTPPW=", Secret::From(0)),
    (b"+FTPUN=", Secret::From(0)),
    (b"+FTPEXTPW=", Secret::From(0)),
    (b"+SMTPAUTH=", Secret::From(1)),
    (b"+POP3SRV=", Secret::Only(1, 2)),
    (b"+HTTPPARA=", Secret::Named(0, &[b"USERDATA"])),
    (b"+BTPAIR=", Secret::From(2)),
    (b"+BTPAIRCFG=", Secret::From(1)),
    (b"+QICSGP=", Secret::Only(3, 4)),
    (b"+CWJAP=", Secret::Only(1, 1)),
    (b"+UAUTHREQ=", Secret::From(2)),
    (b"+SMCONF=", Secret::Named(0, &[b"USERNAME", b"PASSWORD"])),
    (b"+CMQTTCONNECT=", Secret::From(4)),
    (b"+QMTCONN=", Secret::From(2)),
    (b"**04*", Secret::From(0)),
    (b"**05*", Secret::From(0)),
    (b"**042*", Secret::From(0)),
    (b"**052*", Secret::From(0)),
];
/// The longest of these words.
const LONGEST_WORD: usize = 14;
/// The longest name of an argument in them.
const LONGEST_NAME: usize = 8;

/// Which arguments, counted from 0, are secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secret {
    /// This one and all after it.
    From(usize),
    /// From this one to that one.
    Only(usize, usize),
    /// All after this one, when it is one of these names.
    Named(usize, &'static [&'static [u8]]),
}

/// Watches the bytes of one direction.
#[derive(Clone, Debug, Default)]
pub struct SecretFinder {
    /// The last bytes, for words that are cut in two.
    recent: Vec<u8>,
    command: Option<Command>,
    mqtt: MqttFinder,
}

/// The arguments that are passing.
#[derive(Clone, Debug)]
struct Command {
    secret: Secret,
    argument: usize,
    quoted: bool,
    /// The start of the argument, without quotes.
    text: Vec<u8>,
    /// The argument that names what follows is one of the names.
    named: bool,
}

impl SecretFinder {
    /// The secret stretches of the next bytes, in order.
    pub fn find(&mut self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.find_in_commands(bytes);
        let logins = self.mqtt.find(bytes);
        if !logins.is_empty() {
            found.extend(logins);
            found = merged(found);
        }
        found
    }

    fn find_in_commands(&mut self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        // From here on bytes may be part of a word, and are not among the recent ones.
        let mut fresh = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(command) = &mut self.command {
                match rest.first().and_then(|byte| command.take(*byte)) {
                    None => self.command = None,
                    Some(true) => match found.last_mut() {
                        Some(last) if last.end == at => last.end = at + 1,
                        _ => found.push(at..at + 1),
                    },
                    Some(false) => {}
                }
                at += 1;
                fresh = at;
                continue;
            }
            // All words end with one of these; most bytes of a log are passed over at the speed of memory.
            let Some(skip) = memchr::memchr2(b'=', b'*', rest) else { break };
            at += skip + 1;
            let secret = if at - fresh >= LONGEST_WORD {
                bytes.get(at - LONGEST_WORD..at).and_then(secret_after)
            } else {
                self.remember(bytes.get(fresh..at).unwrap_or_default());
                fresh = at;
                secret_after(&self.recent)
            };
            if let Some(secret) = secret {
                self.recent.clear();
                self.command = Some(Command::new(secret));
            }
        }
        self.remember(bytes.get(fresh..).unwrap_or_default());
        found
    }

    fn remember(&mut self, bytes: &[u8]) {
        let last = bytes.get(bytes.len().saturating_sub(LONGEST_WORD)..).unwrap_or_default();
        self.recent.extend_from_slice(last);
        let surplus = self.recent.len().saturating_sub(LONGEST_WORD);
        self.recent.drain(..surplus);
    }
}

/// A sentence that may name a command, with the secrets of the command as `*`: what stands behind the command stays.
#[must_use]
pub fn masked(sentence: &str) -> String {
    let mut bytes = sentence.as_bytes().to_vec();
    for found in SecretFinder::default().find(sentence.as_bytes()) {
        let before = bytes.get(..found.start).unwrap_or_default();
        let quoted = memchr::memchr_iter(b'"', before).count() % 2 == 1;
        if !quoted && matches!(before.last(), Some(b' ' | b'"')) {
            // What stands behind a blank or a closed quote is no argument: the sentence goes on.
            break;
        }
        bytes.get_mut(found).unwrap_or_default().fill(b'*');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the word announces that these bytes end with.
fn secret_after(bytes: &[u8]) -> Option<Secret> {
    let start = match bytes.last() {
        Some(b'=') => memchr::memrchr(b'+', bytes)?,
        _ => bytes.windows(2).rposition(|two| two == b"**")?,
    };
    let word = bytes.get(start..)?;
    RULES.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, secret)| *secret)
}

/// Stretches in order, those that touch as one.
pub fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

impl Command {
    fn new(secret: Secret) -> Self {
        Self { secret, argument: 0, quoted: false, text: Vec::new(), named: false }
    }

    /// Whether this byte is secret; `None` when it ends the command.
    fn take(&mut self, byte: u8) -> Option<bool> {
        match byte {
            b'\r' | b'\n' | 0x1A | 0x1B => return None,
            b';' if !self.quoted => return None,
            b'"' => {
                self.quoted = !self.quoted;
                return Some(false);
            }
            b',' if !self.quoted => {
                if let Secret::Named(argument, names) = self.secret
                    && argument == self.argument
                {
                    self.named = names.contains(&self.text.as_slice());
                }
                self.argument += 1;
                self.text.clear();
                return Some(false);
            }
            b' ' if !self.quoted => return Some(false),
            _ => {}
        }
        // `AT+CPIN=?` asks what there is; it holds no secret.
        let asks = byte == b'?' && self.argument == 0 && self.text.is_empty();
        if self.text.len() < LONGEST_NAME + 1 {
            self.text.push(byte.to_ascii_uppercase());
        }
        Some(!asks && self.is_secret())
    }

    fn is_secret(&self) -> bool {
        match self.secret {
            Secret::From(first) => self.argument >= first,
            Secret::Only(first, last) => (first..=last).contains(&self.argument),
            Secret::Named(argument, _) => self.named && self.argument > argument,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(parts: &[&[u8]]) -> String {
        let mut finder = SecretFinder::default();
        let mut all = Vec::new();
        for part in parts {
            let mut part = part.to_vec();
            for range in finder.find(&part) {
                part[range].fill(b'*');
            }
            all.extend(part);
        }
        all.escape_ascii().to_string()
    }

    const CASES: [(&str, &str); 30] = [
        ("AT+CPIN=1234\r", "AT+CPIN=****\\r"),
        ("at+cpin=\"1234\"\r\r\nOK\r\n", "at+cpin=\\\"****\\\"\\r\\r\\nOK\\r\\n"),
        ("AT+CPIN=12345678,4321\r", "AT+CPIN=********,****\\r"),
        ("AT+CPIN=?\r", "AT+CPIN=?\\r"),
        ("AT+CPIN?\r\r\n+CPIN: READY\r\n", "AT+CPIN?\\r\\r\\n+CPIN: READY\\r\\n"),
        ("AT+CPIN=1234;+CSQ=5\r", "AT+CPIN=****;+CSQ=5\\r"),
        ("AT+CLCK=\"SC\",1,\"1234\",7\r", "AT+CLCK=\\\"SC\\\",1,\\\"****\\\",7\\r"),
        ("AT+CPWD=\"SC\",\"1234\",\"4321\"\r", "AT+CPWD=\\\"SC\\\",\\\"****\\\",\\\"****\\\"\\r"),
        ("AT+CSTT=\"apn\",\"user\",\"p,;w\"\r", "AT+CSTT=\\\"apn\\\",\\\"user\\\",\\\"****\\\"\\r"),
        ("AT+CSTT=\"apn\",\"user\",\"\"\r", "AT+CSTT=\\\"apn\\\",\\\"user\\\",\\\"\\\"\\r"),
        ("AT+SAPBR=3,1,\"PWD\",\"geheim\"\r", "AT+SAPBR=3,1,\\\"PWD\\\",\\\"******\\\"\\r"),
        ("AT+SAPBR=3,1,\"USER\",\"ich\"\r", "AT+SAPBR=3,1,\\\"USER\\\",\\\"***\\\"\\r"),
        ("AT+SAPBR=3,1,\"APN\",\"internet\"\r", "AT+SAPBR=3,1,\\\"APN\\\",\\\"internet\\\"\\r"),
        ("AT+SAPBR=3,1,\"PWDX\",\"internet\"\r", "AT+SAPBR=3,1,\\\"PWDX\\\",\\\"internet\\\"\\r"),
        ("AT+CGAUTH=1,1,\"u\",\"p\"\r", "AT+CGAUTH=1,1,\\\"*\\\",\\\"*\\\"\\r"),
        ("AT+FTPPW=\"a b\"\r", "AT+FTPPW=\\\"***\\\"\\r"),
        ("AT+SMTPAUTH=1,\"u\",\"p\"\r", "AT+SMTPAUTH=1,\\\"*\\\",\\\"*\\\"\\r"),
        ("AT+HTTPPARA=\"URL\",\"http://a/?b=c\"\r", "AT+HTTPPARA=\\\"URL\\\",\\\"http://a/?b=c\\\"\\r"),
        ("AT+HTTPPARA=\"USERDATA\",\"Auth: x\"\r", "AT+HTTPPARA=\\\"USERDATA\\\",\\\"*******\\\"\\r"),
        ("AT+BTPAIR=1,1,\"0000\"\r", "AT+BTPAIR=1,1,\\\"****\\\"\\r"),
        ("AT+SMCONF=\"PASSWORD\",\"geheim\"\r", "AT+SMCONF=\\\"PASSWORD\\\",\\\"******\\\"\\r"),
        (
            "AT+CMQTTCONNECT=0,\"tcp://h\",60,1,\"u\",\"p\"\r",
            "AT+CMQTTCONNECT=0,\\\"tcp://h\\\",60,1,\\\"*\\\",\\\"*\\\"\\r",
        ),
        ("AT+QMTCONN=0,\"id\",\"u\",\"p\"\r", "AT+QMTCONN=0,\\\"id\\\",\\\"*\\\",\\\"*\\\"\\r"),
        ("ATD**04*1234*4321*4321#;\r", "ATD**04****************;\\r"),
        ("+CPIN=1\x1a2\r", "+CPIN=*\\x1a2\\r"),
        ("AT+CPIN=1234\nAT+CPIN=5678", "AT+CPIN=****\\nAT+CPIN=****"),
        ("AT+CPINX=1234\r", "AT+CPINX=1234\\r"),
        ("+CREG: 1,5\r\n", "+CREG: 1,5\\r\\n"),
        ("", ""),
        ("=====,,,***", "=====,,,***"),
    ];

    #[test]
    fn what_is_secret_is_found_and_nothing_else() {
        for (text, expect) in CASES {
            assert_eq!(masked(&[text.as_bytes()]), expect);
            let keys: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(masked(&keys), expect, "typed key by key");
        }
    }

    proptest! {
        #[test]
        fn any_split_finds_the_same(case in 0..CASES.len(), cuts in proptest::collection::vec(0usize..40, 0..5)) {
            let (text, expect) = CASES[case];
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < text.len()).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
            prop_assert_eq!(masked(&parts), expect);
        }
    }
}
