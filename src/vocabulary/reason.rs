//! Why something failed, as far as advice depends on it: a word of the tables behind the words of a line, or of a number.

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $word:literal,)*) => {
        /// Why something failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Reason {
            $($(#[$doc])* $reason,)*
        }

        impl Reason {
            /// The words of all reasons.
            #[cfg(test)]
            pub(super) const WORDS: &[&str] = &[$($word),*];

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$reason),)*
                    _ => None,
                }
            }
        }
    };
}

reasons! {
    /// It is so already.
    Already = "already",
    /// The data connection is not open.
    NoContext = "no-context",
    /// It is about the bearer, the data connection of HTTP and FTP.
    Bearer = "bearer",
    /// The name was not found.
    NoName = "no-name",
    /// A Wi-Fi module has no address.
    NoAddress = "no-address",
    /// The form of the command does not fit how many connections there are.
    Form = "form",
    /// It lies with the modem and what was asked of it: the other end was not asked.
    Here = "here",
    /// The same, and it is the state that does not allow it.
    State = "state",
    /// TLS: its version, a certificate, the clock.
    Tls = "tls",
    /// User or password.
    Login = "login",
    /// It is switched off.
    Off = "off",
}

/// What a table says of a failure beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Because {
    /// Why.
    pub(crate) reason: Option<Reason>,
    /// What helps, one sentence without its full stop.
    pub(crate) helps: Option<&'static str>,
}

impl Because {
    /// Reads the last columns of a line, `reason | what helps`, which may both be missing.
    pub(super) fn read(rest: Option<&'static str>) -> Result<Self, super::wrong::Wrong> {
        let Some(rest) = rest else { return Ok(Self::default()) };
        let (word, helps) = rest.split_once('|').unwrap_or((rest, ""));
        let (word, helps) = (word.trim(), helps.trim());
        let reason = Reason::from_word(word);
        if reason.is_none() && !word.is_empty() {
            return Err(super::wrong::Wrong::Unknown { what: "reason", word: word.to_owned() });
        }
        Ok(Self { reason, helps: Some(helps).filter(|helps| !helps.is_empty()) })
    }

    /// This, and where it says nothing the other.
    pub(super) fn or(self, other: Self) -> Self {
        Self { reason: self.reason.or(other.reason), helps: self.helps.or(other.helps) }
    }
}

/// A line in words, and why it says that something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    pub(crate) words: String,
    pub(crate) because: Because,
}

/// A number's text in a table of codes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) table: &'static str,
    /// `*`: all others.
    pub(super) number: &'static str,
    pub(super) text: &'static str,
    pub(super) because: Because,
}
