//! What a modem says, as lines of a table: a pattern, what it means, and words for people.

use super::line::number;
use super::reason::{Because, Code, Explained};
use super::said::{IpState, Network, Pin, Said};
use super::wrong::Wrong;

/// One line that a family says.
#[derive(Clone, Debug)]
pub(super) struct Saying {
    begins: Text,
    pieces: Vec<Piece>,
    means: Means,
    words: &'static str,
    because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Text(Text),
    /// `<name>`: any number.
    Number(Value),
    /// `<name*>`: anything up to a comma or quote.
    Word(Value),
    /// `…`: whatever follows.
    Rest,
}

/// What is written so. Blanks around `:` and behind `,` may be there or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Text {
    text: &'static str,
    /// It ends with such a sign.
    loose: bool,
}

/// What stands for a value in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Value {
    /// With its table of codes: `n:cip`.
    name: &'static str,
    /// A meaning may ask for it.
    asked: Option<Asked>,
}

/// The values that meanings ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    N,
    M,
    Link,
    Used,
    Total,
}

impl Value {
    fn of(name: &'static str) -> Self {
        let asked = match bare(name) {
            "n" => Some(Asked::N),
            "m" => Some(Asked::M),
            "link" => Some(Asked::Link),
            "used" => Some(Asked::Used),
            "total" => Some(Asked::Total),
            _ => None,
        };
        Self { name, asked }
    }
}

/// A line that a pattern fits: the values in it that meanings ask for, empty where the pattern has none.
#[derive(Default)]
pub(super) struct Heard<'a> {
    n: &'a [u8],
    m: &'a [u8],
    link: &'a [u8],
    used: &'a [u8],
    total: &'a [u8],
    /// How much `…` stands for.
    rest: u32,
}

impl<'a> Heard<'a> {
    fn keep(&mut self, value: Value, text: &'a [u8]) {
        match value.asked {
            Some(Asked::N) => self.n = text,
            Some(Asked::M) => self.m = text,
            Some(Asked::Link) => self.link = text,
            Some(Asked::Used) => self.used = text,
            Some(Asked::Total) => self.total = text,
            None => {}
        }
    }

    /// `<n>`.
    fn n(&self) -> Option<u32> {
        number(self.n)
    }

    /// `<link>`: the number of a connection.
    fn link(&self) -> Option<u8> {
        small(self.link)
    }

    /// Of `<n>` volts, and three digits `<m>` behind their point.
    fn millivolts(&self) -> Option<u32> {
        let thousandths = number(self.m).filter(|_| self.m.len() == 3)?;
        self.n()?.checked_mul(1000)?.checked_add(thousandths)
    }

    /// `<n>` and, where it is there, `<m>`.
    fn registration(&self, network: Network) -> Option<Said> {
        Some(Said::Registration(network, small(self.n)?, small(self.m)))
    }
}

/// A small number.
fn small(digits: &[u8]) -> Option<u8> {
    number(digits).and_then(|value| u8::try_from(value).ok())
}

/// Makes of a line what it means; `None` where a value in it does not fit.
type Means = fn(&Heard<'_>) -> Option<Said>;

/// What a line can mean, by the words of the tables. A value that does not fit makes it mere information.
pub(super) const MEANINGS: &[(&str, Means)] = &[
    ("info", |_| Some(Said::Info)),
    ("worked", |_| Some(Said::Worked)),
    ("failed", |_| Some(Said::Failed)),
    ("reason", |_| Some(Said::Reason)),
    ("trouble", |_| Some(Said::Trouble)),
    ("refused", |_| Some(Said::Error)),
    ("busy", |_| Some(Said::Busy)),
    // Connections.
    ("open", |heard| Some(Said::ConnectOk(heard.link()))),
    ("open-failed", |heard| Some(Said::ConnectFail(heard.link()))),
    ("open-already", |heard| Some(Said::AlreadyConnect(heard.link()))),
    ("closed", |heard| Some(Said::Closed(heard.link()))),
    ("closed-here", |heard| Some(Said::CloseOk(heard.link()))),
    ("all-closed", |_| Some(Said::ShutOk)),
    ("sent", |_| Some(Said::SendOk)),
    ("send-failed", |_| Some(Said::SendFail)),
    ("send-limit", |heard| heard.n().map(Said::SendLimit)),
    ("data-mode", |_| Some(Said::Connect)),
    ("call-end", |_| Some(Said::CallEnd)),
    ("call-taken", |_| Some(Said::CallTaken)),
    ("rings", |_| Some(Said::Ring)),
    // The data connection.
    ("context-open", |_| Some(Said::ContextOpen)),
    ("context-failed", |_| Some(Said::ContextFailed)),
    ("context-closed", |_| Some(Said::ContextClosed)),
    ("attached", |heard| heard.n().map(|n| Said::Attached(n != 0))),
    ("bearer-open", |_| Some(Said::BearerOpen)),
    ("context-lost", |_| Some(Said::PdpDeact)),
    ("ip-initial", |_| Some(Said::State(IpState::Initial))),
    ("ip-start", |_| Some(Said::State(IpState::Start))),
    ("ip-config", |_| Some(Said::State(IpState::Config))),
    ("ip-active", |_| Some(Said::State(IpState::Active))),
    ("ip-connecting", |_| Some(Said::State(IpState::Connecting))),
    ("ip-connected", |_| Some(Said::State(IpState::Connected))),
    ("ip-closed", |_| Some(Said::State(IpState::Closed))),
    ("ip-lost", |_| Some(Said::State(IpState::Lost))),
    // Received data.
    ("waiting", |_| Some(Said::RxWaiting)),
    ("nothing-to-read", |_| Some(Said::RxEmpty)),
    ("waiting-count", |_| Some(Said::RxCount)),
    ("read-by-hand", |heard| heard.n().map(Said::RxData)),
    ("read-as-hex", |heard| heard.n().map(|bytes| Said::RxData(bytes.saturating_mul(2)))),
    ("data", |heard| heard.n().map(Said::Receive)),
    ("read", |heard| heard.n().map(Said::Counted)),
    // A line end in the data is two of its bytes, most often.
    ("read-here", |heard| heard.n().map(|n| Said::Counted(n.saturating_sub(heard.rest + 2)))),
    ("http", |heard| heard.n().and_then(|status| u16::try_from(status).ok()).map(Said::HttpAction)),
    // Data that the modem takes.
    ("invites", |_| Some(Said::Download)),
    ("takes", |heard| heard.n().map(Said::Upload)),
    // Start, supply, settings.
    ("started", |_| Some(Said::Rdy)),
    ("greets", |_| Some(Said::Greeting)),
    ("calls-ready", |_| Some(Said::CallReady)),
    ("sms-ready", |_| Some(Said::SmsReady)),
    ("functions", |heard| small(heard.n).map(Said::Cfun)),
    ("voltage", |heard| heard.n().map(Said::Cbc)),
    ("voltage-in-volts", |heard| heard.millivolts().map(Said::Cbc)),
    ("voltage-low", |_| Some(Said::UnderVoltage(false))),
    ("voltage-too-low", |_| Some(Said::UnderVoltage(true))),
    ("voltage-high", |_| Some(Said::OverVoltage(false))),
    ("voltage-too-high", |_| Some(Said::OverVoltage(true))),
    ("switched-off", |_| Some(Said::PowerDown)),
    ("multi", |heard| small(heard.n).map(Said::Mux)),
    ("errors", |heard| small(heard.n).map(Said::Cmee)),
    // SIM and network.
    ("sim-ready", |_| Some(Said::Cpin(Pin::Ready))),
    ("sim-pin", |_| Some(Said::Cpin(Pin::Pin))),
    ("sim-puk", |_| Some(Said::Cpin(Pin::Puk))),
    ("sim-not-ready", |_| Some(Said::Cpin(Pin::NotReady))),
    ("sim-operator", |_| Some(Said::Cpin(Pin::Operator))),
    ("sim-other", |_| Some(Said::Cpin(Pin::Other))),
    ("no-sim", |_| Some(Said::Cpin(Pin::NotInserted))),
    ("registration", |heard| heard.registration(Network::Voice)),
    ("data-registration", |heard| heard.registration(Network::Data)),
    ("lte-registration", |heard| heard.registration(Network::Lte)),
    ("operator", |_| Some(Said::Operator(true))),
    ("no-operator", |_| Some(Said::Operator(false))),
    ("signal", |heard| small(heard.n).map(Said::Csq)),
    // Messages.
    ("sms-mode", |heard| small(heard.n).map(Said::Cmgf)),
    ("sms-store", |heard| Some(Said::SmsStore { full: number(heard.used)? >= number(heard.total)?.max(1) })),
    ("position", |_| Some(Said::Position { known: true })),
    ("no-position", |_| Some(Said::Position { known: false })),
    ("receiver-on", |_| Some(Said::Receiver { on: true })),
    ("receiver-off", |_| Some(Said::Receiver { on: false })),
    ("clock", |_| Some(Said::Clock { set: true })),
    ("clock-not-set", |_| Some(Said::Clock { set: false })),
    ("texts-plain", |_| Some(Said::PlainTexts(true))),
    ("texts-in-digits", |_| Some(Said::PlainTexts(false))),
    ("message", |_| Some(Said::SmsHead)),
    ("message-pushed", |_| Some(Said::SmsPushed)),
    ("stored", |_| Some(Said::Stored)),
    ("ussd", |heard| Some(Said::Ussd(small(heard.n)?, false))),
    ("ussd-text", |heard| Some(Said::Ussd(small(heard.n)?, true))),
];

impl Saying {
    /// Reads `pattern | meaning | words`, and behind that `| reason | what helps` where the table has it.
    pub(super) fn read(text: &'static str) -> Result<(&'static str, Self), Wrong> {
        let columns: Vec<&'static str> = text.splitn(4, '|').map(str::trim).collect();
        let [pattern, meaning, words, rest @ ..] = columns.as_slice() else {
            return Err(Wrong::other("a pattern, a meaning and words", text));
        };
        let (_, means) = MEANINGS
            .iter()
            .find(|(word, _)| word == meaning)
            .ok_or_else(|| Wrong::Unknown { what: "meaning", word: (*meaning).to_owned() })?;
        let because = Because::read(rest.first().copied())?;
        let (begins, pieces) = pieces(pattern);
        Ok((head(pattern), Self { begins, pieces, means: *means, words, because }))
    }

    /// The line means this; `None` where it is another line.
    pub(super) fn said(&self, line: &[u8]) -> Option<Said> {
        let mut heard = Heard::default();
        heard.rest = self.fit(line, |value, text| heard.keep(value, text))?;
        Some((self.means)(&heard).unwrap_or(Said::Info))
    }

    /// The line in words, with its values: `<n>` as the text that `code` has for it in the table that the pattern names
    /// (`<n:cip>`), `<n#>` as it stands; and why it says that something failed.
    pub(super) fn explained<'t>(
        &self,
        line: &[u8],
        code: impl Fn(&str, &str) -> Option<&'t Code>,
    ) -> Option<Explained> {
        let mut values = Vec::new();
        self.fit(line, |value, text| values.push((value.name, text))).filter(|_| !self.words.is_empty())?;
        let mut words = self.words.to_owned();
        let mut because = self.because;
        for (name, value) in values {
            let value = String::from_utf8_lossy(value);
            let table = name.split_once(':').map_or("", |(_, table)| table);
            let code = code(table, &value);
            because = because.or(code.map(|code| code.because).unwrap_or_default());
            words = words.replace(&format!("<{}>", bare(name)), code.map_or(&value, |code| code.text));
            words = words.replace(&format!("<{}#>", bare(name)), &value);
            // The number alone, for which there is no text, adds nothing.
            if words == value && !table.is_empty() {
                return None;
            }
        }
        Some(Explained { words, because })
    }

    /// The pattern fits the line: gives its values, and how much of the line `…` stands for.
    fn fit<'a>(&self, line: &'a [u8], mut give: impl FnMut(Value, &'a [u8])) -> Option<u32> {
        let mut rest = self.begins.behind(line)?;
        for piece in &self.pieces {
            let (value, length) = match piece {
                Piece::Text(text) => {
                    rest = text.behind(rest)?;
                    continue;
                }
                Piece::Rest => return Some(u32::try_from(rest.len()).unwrap_or(u32::MAX)),
                Piece::Number(value) => {
                    let sign = usize::from(rest.first() == Some(&b'-'));
                    let behind = rest.get(sign..).unwrap_or_default();
                    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
                    (value, if digits > 0 { sign + digits } else { 0 })
                }
                Piece::Word(value) => (value, memchr::memchr2(b',', b'"', rest).unwrap_or(rest.len())),
            };
            let (text, tail) = rest.split_at_checked(length).filter(|(text, _)| !text.is_empty())?;
            give(*value, text);
            rest = tail;
        }
        rest.is_empty().then_some(0)
    }
}

/// The name of a value without its table of codes.
fn bare(name: &str) -> &str {
    memchr::memchr(b':', name.as_bytes()).and_then(|end| name.get(..end)).unwrap_or(name)
}

impl Text {
    fn of(text: &'static str) -> Self {
        Self { text, loose: text.trim_end().ends_with([':', ',']) }
    }

    /// What stands behind it in the line; `None` where the line begins otherwise.
    #[inline]
    fn behind(self, line: &[u8]) -> Option<&[u8]> {
        let rest = line.strip_prefix(self.text.as_bytes()).or_else(|| behind(line, self.text.as_bytes()))?;
        Some(if self.loose { rest.trim_ascii_start() } else { rest })
    }
}

/// The same where the line is written otherwise: modems, and people who paste logs, differ in the blanks around `:` and behind `,`.
fn behind<'a>(line: &'a [u8], text: &[u8]) -> Option<&'a [u8]> {
    let same = line.iter().zip(text).take_while(|(theirs, ours)| theirs == ours).count();
    // Most lines are something else; only a blank more or less is borne.
    let blank = |bytes: &[u8]| bytes.get(same).is_some_and(u8::is_ascii_whitespace);
    if !blank(line) && !blank(text) {
        return None;
    }
    let mut rest = line;
    let mut loose = false;
    for byte in text {
        if loose || *byte == b':' {
            rest = rest.trim_ascii_start();
        }
        if *byte == b' ' && loose {
            continue;
        }
        rest = rest.strip_prefix(&[*byte])?;
        loose = matches!(byte, b':' | b',');
    }
    Some(if loose { rest.trim_ascii_start() } else { rest })
}

/// By what a line is looked up: its first word, without a colon.
pub(super) fn head(line: &str) -> &str {
    line.split([':', ' ']).next().unwrap_or(line)
}

/// What a pattern begins with, and what follows.
fn pieces(pattern: &'static str) -> (Text, Vec<Piece>) {
    let end = |rest: &str| rest.find(['<', '…']).unwrap_or(rest.len());
    let (begins, mut rest) = pattern.split_at(end(pattern));
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let Some((name, behind)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            pieces.push(Piece::Rest);
            break;
        };
        let word = name.strip_suffix('*').map(|name| Piece::Word(Value::of(name)));
        pieces.push(word.unwrap_or_else(|| Piece::Number(Value::of(name))));
        let (text, tail) = behind.split_at(end(behind));
        if !text.is_empty() {
            pieces.push(Piece::Text(Text::of(text)));
        }
        rest = tail;
    }
    (Text::of(begins), pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Reason;

    fn said(pattern: &'static str, line: &str) -> Option<Said> {
        Saying::read(pattern).unwrap().1.said(line.as_bytes())
    }

    fn words(pattern: &'static str, line: &str) -> String {
        let why = Code { table: "why", number: "2", text: "too late", because: Because::default() };
        let code = |table: &str, number: &str| (table == why.table && number == why.number).then_some(&why);
        Saying::read(pattern).unwrap().1.explained(line.as_bytes(), code).map(|told| told.words).unwrap_or_default()
    }

    #[test]
    fn patterns_bear_the_blanks_that_modems_differ_in() {
        for line in ["+CSQ: 8,0", "+CSQ:8,0", "+CSQ:  8, 0", "+CSQ : 8,0"] {
            assert_eq!(said("+CSQ: <n>,<m> | signal |", line), Some(Said::Csq(8)), "{line}");
        }
        assert_eq!(said("+CIPRXGET: … | info |", "+CIPRXGET:"), Some(Said::Info));
        for line in ["+CSQ: 8", "+CSQ 8,0", "+CSQ: x,0", "+CSQ: 8,0,1", "+CSQ: ,0"] {
            assert_eq!(said("+CSQ: <n>,<m> | signal |", line), None, "{line}");
        }
        assert_eq!(said("SEND OK | sent |", "SENDOK"), None);
        assert_eq!(said("+CSQ: <n>… | signal |", "+CSQ: 300,0"), Some(Said::Info), "no such signal");
    }

    #[test]
    fn words_show_values_and_what_they_stand_for() {
        let pattern = r#"+X: <n:why>,"<host*>","<to*>"… | info | <n#> (<n>) of <host> to <to>"#;
        assert_eq!(words(pattern, r#"+X: 2,"a b","c",9"#), "2 (too late) of a b to c");
        assert_eq!(words(pattern, r#"+X: -3,"a","""#), "");
        assert_eq!(words(pattern, r#"+X: -3,"a","b""#), "-3 (-3) of a to b");
    }

    #[test]
    fn a_failure_has_its_reason_and_what_helps() {
        let because = |pattern: &'static str, line: &str| {
            let name = Because { reason: Some(Reason::NoName), helps: None };
            let code = Code { table: "why", number: "11", text: "no name", because: name };
            let told = Saying::read(pattern).unwrap().1.explained(line.as_bytes(), |_, n| (n == "11").then_some(&code));
            told.unwrap().because
        };
        let told = because("+X: <n:why> | failed | <n> | | Mend it", "+X: 11");
        assert_eq!((told.reason, told.helps), (Some(Reason::NoName), Some("Mend it")));
        assert_eq!(because("+X: <n:why> | failed | no <n>", "+X: 12"), Because::default());
        assert_eq!(because("+X: 11 | failed | it | off", "+X: 11").reason, Some(Reason::Off));
        assert!(Saying::read("+X: 1 | failed | it | bad").unwrap_err().to_string().contains("no reason \"bad\""));
    }

    #[test]
    fn data_in_the_line_itself_is_not_looked_for_behind_it() {
        let pattern = "+CARECV: <n>,… | read-here |";
        assert_eq!(said(pattern, "+CARECV: 5,hello"), Some(Said::Counted(0)));
        // `one`, CR, LF, `two`: the line end is part of the data.
        assert_eq!(said(pattern, "+CARECV: 8,one"), Some(Said::Counted(3)));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert!(Saying::read("+X: <n> | fly | ").unwrap_err().to_string().contains("no meaning \"fly\""));
        assert!(Saying::read("+X: <n>").unwrap_err().to_string().contains("a pattern, a meaning and words"));
    }
}
