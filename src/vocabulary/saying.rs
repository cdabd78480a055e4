//! What a family says of itself in lines of its own: patterns of a table, what each means, and its words for people.

use super::said::{Pin, Said};

/// One line that a family says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saying {
    pieces: Vec<Piece>,
    meaning: Meaning,
    words: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Text(&'static str),
    /// `<link>`: the number of a connection.
    Link,
    /// `<name>`: any number, which the words may show.
    Number(&'static str),
    /// `…`: whatever follows.
    Rest,
}

/// Numbers of a line, in order, by the names that the pattern gives them.
type Numbers<'a> = Vec<(&'static str, &'a [u8])>;

impl Saying {
    /// Reads `pattern | meaning | words`.
    pub(super) fn read(text: &'static str) -> Result<(&'static str, Self), String> {
        let columns: Vec<&'static str> = text.splitn(3, '|').map(str::trim).collect();
        let [pattern, meaning, words] = columns.as_slice() else {
            return Err(format!("a pattern, a meaning and words were expected, \"{text}\" was found"));
        };
        let meaning = Meaning::from_word(meaning).ok_or_else(|| format!("there is no meaning \"{meaning}\""))?;
        let saying = Self { pieces: pieces(pattern), meaning, words };
        Ok((head(pattern), saying))
    }

    /// The line means this; `None` where it is another line.
    pub(super) fn said(&self, line: &[u8]) -> Option<Said> {
        let numbers = self.numbers(line)?;
        let number = |wanted: &str| {
            numbers.iter().find(|(name, _)| name.split(':').next() == Some(wanted)).map(|(_, digits)| *digits)
        };
        let connection = number("link").and_then(super::line::number).and_then(|number| u8::try_from(number).ok());
        let value = || number("n").and_then(super::line::number).unwrap_or_default();
        Some(match self.meaning {
            Meaning::Open => Said::ConnectOk(connection),
            Meaning::OpenFailed => Said::ConnectFail(connection),
            Meaning::Closed => Said::Closed(connection),
            Meaning::ClosedHere => Said::CloseOk(connection),
            Meaning::Sent => Said::SendOk,
            Meaning::SendFailed => Said::SendFail,
            Meaning::ContextOpen => Said::ContextOpen,
            Meaning::ContextFailed => Said::ContextFailed,
            Meaning::ContextClosed => Said::ContextClosed,
            Meaning::ContextLost => Said::PdpDeact,
            Meaning::Waiting => Said::RxWaiting,
            Meaning::Data => Said::Receive(value()),
            Meaning::Read => Said::Counted(value()),
            Meaning::Http => Said::HttpAction(u16::try_from(value()).unwrap_or_default()),
            Meaning::Started => Said::Rdy,
            Meaning::SmsReady => Said::SmsReady,
            Meaning::NoSim => Said::Cpin(Pin::NotInserted),
            Meaning::Info => Said::Info,
        })
    }

    /// The line in words, with its numbers; a number with a colon (`<n:cip>`) as the text of that table of codes.
    pub(super) fn words(&self, line: &[u8], codes: &[(&'static str, &'static str, &'static str)]) -> Option<String> {
        let numbers = self.numbers(line)?;
        let mut words = self.words.to_owned();
        for (name, digits) in numbers {
            let digits = String::from_utf8_lossy(digits);
            let (bare, table) = name.split_once(':').unwrap_or((name, ""));
            let text = codes.iter().find(|(of, code, _)| *of == table && *code == digits).map(|(.., text)| *text);
            words = words.replace(&format!("<{bare}>"), text.unwrap_or(&digits));
        }
        (!words.is_empty()).then_some(words)
    }

    fn numbers<'a>(&self, line: &'a [u8]) -> Option<Numbers<'a>> {
        let mut numbers = Vec::new();
        let mut rest = line;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_bytes())?,
                Piece::Rest => return Some(numbers),
                Piece::Link | Piece::Number(_) => {
                    let sign = usize::from(rest.first() == Some(&b'-'));
                    let digits = sign + rest.iter().skip(sign).take_while(|byte| byte.is_ascii_digit()).count();
                    let (number, behind) = rest.split_at_checked(digits).filter(|_| digits > sign)?;
                    let name = if let Piece::Number(name) = piece { name } else { "link" };
                    numbers.push((name, number));
                    rest = behind;
                }
            }
        }
        rest.is_empty().then_some(numbers)
    }
}

/// By what a line is looked up: all of it up to its first colon.
pub(super) fn head(line: &str) -> &str {
    line.split(':').next().unwrap_or(line)
}

fn pieces(pattern: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['<', '…']) {
        if let Some(text) = rest.get(..at).filter(|text| !text.is_empty()) {
            pieces.push(Piece::Text(text));
        }
        let tail = rest.get(at..).unwrap_or_default();
        let Some((name, behind)) = tail.strip_prefix('<').and_then(|tail| tail.split_once('>')) else {
            pieces.push(Piece::Rest);
            return pieces;
        };
        pieces.push(if name == "link" { Piece::Link } else { Piece::Number(name) });
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

macro_rules! meanings {
    ($($(#[$doc:meta])* $meaning:ident = $word:literal,)*) => {
        /// What a line means, by its word in the tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Meaning {
            $($(#[$doc])* $meaning,)*
        }

        /// The words of all meanings.
        #[cfg(test)]
        pub(super) const MEANINGS: &[&str] = &[$($word),*];

        impl Meaning {
            fn from_word(word: &str) -> Option<Self> {
                Some(match word {
                    $($word => Self::$meaning,)*
                    _ => return None,
                })
            }
        }
    };
}

meanings! {
    /// A connection is open.
    Open = "open",
    /// It could not be opened.
    OpenFailed = "open-failed",
    /// The other end, or the network, has closed it.
    Closed = "closed",
    /// It was closed from here.
    ClosedHere = "closed-here",
    /// Data was sent.
    Sent = "sent",
    /// Data was lost.
    SendFailed = "send-failed",
    /// The data connection is open.
    ContextOpen = "context-open",
    /// It could not be opened.
    ContextFailed = "context-failed",
    /// It was ended from here.
    ContextClosed = "context-closed",
    /// The network has ended it.
    ContextLost = "context-lost",
    /// Data has come and waits to be read.
    Waiting = "waiting",
    /// So many bytes of data follow (`<n>`).
    Data = "data",
    /// So many bytes that were asked for follow (`<n>`).
    Read = "read",
    /// The status of a request (`<n>`).
    Http = "http",
    /// The modem has started.
    Started = "started",
    /// SMS can be sent and read.
    SmsReady = "sms-ready",
    /// There is no SIM.
    NoSim = "no-sim",
    /// Something else that a modem says of itself.
    Info = "info",
}
