//! How connections of the modem are made secure: sets of settings, the certificates in its memory, and what a connection takes
//! of both. Certificates are bytes here; whoever makes the connection reads them.

use super::profile::Tls;

/// How a connection with TLS is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secure {
    /// What the server is offered.
    pub offer: Tls,
    /// How the server's certificate is checked; without this any will do.
    pub check: Option<Check>,
    /// What a server that asks who the modem is gets: its certificate and the key to it, each PEM or DER.
    pub own: Option<(Vec<u8>, Vec<u8>)>,
}

/// How a server's certificate is checked. Its name is not: no manual says that a module compares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Who may have signed it, PEM or DER. Nobody, where this is empty or no certificate.
    pub authorities: Vec<u8>,
    /// It must be valid today.
    pub dates: bool,
}

/// Sets of settings.
pub(super) const CONTEXTS: usize = 10;
/// Certificates that have room.
const CERTIFICATES: usize = 16;

/// A setting of `AT+CSSLCFG`: its name, its range where it is a number, its default.
type Setting = (&'static str, Option<[i64; 2]>, &'static str);

pub(super) const SETTINGS: &[Setting] = &[
    ("sslversion", Some([0, 4]), "4"),
    ("authmode", Some([0, 3]), "0"),
    ("ignorelocaltime", Some([0, 1]), "1"),
    ("negotiatetime", Some([10, 300]), "300"),
    ("cacert", None, ""),
    ("clientcert", None, ""),
    ("clientkey", None, ""),
    ("enableSNI", Some([0, 1]), "0"),
    ("ciphersuites", None, "0xFFFF"),
];

/// Settings and certificates.
#[derive(Debug)]
pub(super) struct Security {
    contexts: [Vec<String>; CONTEXTS],
    certificates: Vec<(String, Vec<u8>)>,
}

impl Default for Security {
    fn default() -> Self {
        let fresh = || SETTINGS.iter().map(|setting| setting.2.to_owned()).collect();
        Self { contexts: core::array::from_fn(|_| fresh()), certificates: Vec::new() }
    }
}

impl Security {
    /// A restart: certificates are kept, settings are not.
    pub(super) fn restart(&mut self) {
        *self = Self { certificates: std::mem::take(&mut self.certificates), ..Self::default() };
    }

    fn value(&self, context: usize, name: &str) -> &str {
        let at = SETTINGS.iter().position(|setting| setting.0 == name);
        at.and_then(|at| self.values(context).get(at)).map_or("", String::as_str)
    }

    /// The values of a context, in the order of [`SETTINGS`].
    pub(super) fn values(&self, context: usize) -> &[String] {
        self.contexts.get(context).map_or(&[], Vec::as_slice)
    }

    /// Sets a value; false where there is no such setting or context, or the value is none.
    pub(super) fn set(&mut self, context: usize, name: &str, value: &str) -> bool {
        // `ignorertctime` is what later firmware calls it.
        let name = if name.eq_ignore_ascii_case("ignorertctime") { "ignorelocaltime" } else { name };
        let Some(at) = SETTINGS.iter().position(|setting| setting.0.eq_ignore_ascii_case(name)) else { return false };
        let value = value.trim();
        let legal = match SETTINGS.get(at).and_then(|setting| setting.1) {
            Some([low, high]) => value.parse::<i64>().is_ok_and(|value| (low..=high).contains(&value)),
            None => value.len() <= 128,
        };
        match self.contexts.get_mut(context).and_then(|values| values.get_mut(at)) {
            Some(slot) if legal => {
                value.clone_into(slot);
                true
            }
            _ => false,
        }
    }

    /// Names of the certificates in memory.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &str> {
        self.certificates.iter().map(|certificate| certificate.0.as_str())
    }

    /// Keeps a certificate, in place of one of this name; false where there is no room.
    pub(super) fn keep(&mut self, name: String, bytes: Vec<u8>) -> bool {
        self.forget(&name);
        let room = self.certificates.len() < CERTIFICATES;
        if room {
            self.certificates.push((name, bytes));
        }
        room
    }

    /// Throws a certificate away, if it is there.
    pub(super) fn forget(&mut self, name: &str) -> bool {
        let before = self.certificates.len();
        self.certificates.retain(|certificate| certificate.0 != name);
        self.certificates.len() < before
    }

    /// The bytes of the certificate that a setting of a context names.
    fn named(&self, context: usize, setting: &str) -> Option<&[u8]> {
        let name = self.value(context, setting);
        self.certificates.iter().find(|certificate| certificate.0 == name).map(|certificate| certificate.1.as_slice())
    }

    /// Whether the server is checked, and whether the modem says who it is (`authmode`).
    fn wanted(&self, context: usize) -> (bool, bool) {
        let mode = self.value(context, "authmode");
        (matches!(mode, "1" | "2"), matches!(mode, "2" | "3"))
    }

    /// It wants certificates that are not there.
    pub(super) fn lacks_certificates(&self, context: usize) -> bool {
        let (server, own) = self.wanted(context);
        let lacks = |setting| self.named(context, setting).is_none();
        (server && lacks("cacert")) || (own && (lacks("clientcert") || lacks("clientkey")))
    }

    /// How a connection with this context is made, by a modem that offers `offer`.
    pub(super) fn secure(&self, context: usize, offer: Tls) -> Secure {
        let (server, own) = self.wanted(context);
        // SSL 3.0, TLS 1.0 and 1.1 are spoken by nobody here, nor by servers of today.
        let old = matches!(self.value(context, "sslversion"), "0" | "1" | "2");
        let bytes = |setting| self.named(context, setting).map(<[u8]>::to_vec);
        Secure {
            offer: if old { Tls::None } else { offer },
            check: server.then(|| Check {
                authorities: bytes("cacert").unwrap_or_default(),
                dates: self.value(context, "ignorelocaltime") == "0",
            }),
            own: own.then(|| bytes("clientcert").zip(bytes("clientkey"))).flatten(),
        }
    }
}
