//! What is secret inside a parameter, or in an address that is sent as data, whatever the command: `"PWD=…"`,
//! `"Authorization: …"`, the login of an address, a token in its query.

use super::likeness::names_a_secret;

/// At most this much of a word, and of what stands before a colon, is looked at.
const LOOKED_AT: usize = 24;
/// Where digits behind the colon of a host without a dot begin like one of these, they are a port as far as they agree; others
/// are a password. What is typed key by key must be judged before its `@` comes.
const PORTS: [&[u8]; 20] = [
    b"80", b"8080", b"8000", b"8081", b"8086", b"443", b"4433", b"8443", b"8883", b"8884", b"1883", b"1884", b"21",
    b"22", b"23", b"25", b"110", b"465", b"587", b"993",
];

/// What of a parameter has passed.
#[derive(Clone, Debug, Default)]
pub(super) struct Inside {
    /// The word that it ends with so far.
    word: Vec<u8>,
    /// What comes next is secret; it is passing.
    begins: bool,
    passing: bool,
    /// Digits so far behind the colon of an address: a port, or a password.
    port: Option<Vec<u8>>,
    /// Behind the `//` of an address, or where a host stands, and what came of it.
    address: Option<Vec<u8>>,
    /// The byte before: the first slash of two, or a backslash, behind which a quote is part of what stands between quotes.
    before: u8,
}

impl Inside {
    /// A host begins here, with a login or without.
    pub(super) fn begin_host(&mut self) {
        self.address = Some(Vec::new());
    }

    /// What is passing is secret.
    pub(super) fn is_secret(&self) -> bool {
        self.passing
    }

    /// The parameter is over; whether a secret passed at its end.
    pub(super) fn end(&mut self) -> bool {
        std::mem::take(&mut self.passing)
    }

    /// The next byte; `within` the parameter, and not the sign behind it. `rest` came with it.
    pub(super) fn take(&mut self, byte: u8, within: bool, rest: &[u8]) {
        if !within || matches!(byte, b'"' | b'&') {
            self.passing = false;
            self.begins &= self.port.take().is_none();
        } else if matches!(byte, b'=' | b':') && names_a_secret(&self.word)
            || byte == b'=' && self.word.eq_ignore_ascii_case(b"key")
        {
            self.begins = true;
        } else if byte == b':'
            && let Some(host) = self.address.take()
        {
            self.behind_colon(&host, rest);
            self.address = Some(host);
        } else if byte == b'@' {
            self.passing = false;
        } else {
            self.inner(byte);
        }
        match (byte, &mut self.address) {
            (b'/', address) if self.before == b'/' => *address = Some(Vec::new()),
            (b'?' | b'"' | b',' | b'@', address) => *address = None,
            (byte, Some(address)) if address.len() < LOOKED_AT => address.push(byte),
            _ => {}
        }
        let escaped = std::mem::replace(&mut self.before, byte) == b'\\';
        if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-') {
            self.word.push(byte);
            self.word.truncate(LOOKED_AT);
        } else if byte != b'\\' && !(byte == b'"' && escaped) {
            self.word.clear();
        }
    }

    /// With its `@` it is a login, else the port; and what begins with a letter is no port, nor that of an IPv6 address.
    fn behind_colon(&mut self, host: &[u8], rest: &[u8]) {
        let end = rest.iter().find(|byte| b"@/\",\r\n".contains(byte));
        let part_of_address = end.is_none() && host.iter().all(|byte| byte.is_ascii_hexdigit() || b":[".contains(byte));
        self.begins = !part_of_address && end.is_none_or(|end| *end == b'@');
        self.port = (self.begins && end.is_none()).then(Vec::new);
    }

    fn inner(&mut self, byte: u8) {
        // A quote inside quotes comes next.
        if byte == b'\\' && self.begins && self.port.is_none() {
            return;
        }
        let begins = std::mem::take(&mut self.begins);
        let Some(mut port) = self.port.take() else {
            self.passing |= begins;
            return;
        };
        // A scheme: its `//` follows.
        if begins && byte == b'/' {
            return;
        }
        let dotted = self.address.as_ref().is_some_and(|host| host.contains(&b'.') || host.starts_with(b"localhost"));
        port.push(byte);
        if byte.is_ascii_digit() && (dotted || PORTS.iter().any(|known| known.starts_with(&port))) {
            self.port = Some(port);
        } else {
            // What ends a port ends it.
            self.passing = begins || byte.is_ascii_alphanumeric();
        }
    }
}
