//! What the modem is expected to answer: proposed `expect`, `fail` and `within` for a sent command or its data.
//!
//! The recorder and the sketch import share it, so that a recorded hand session and an imported sketch wait alike. A
//! proposal is a start for the user to edit, not knowledge of what was really answered. Times are the maxima of the
//! SIM800 Series AT Command Manual V1.10; where it names none, [`Step::DEFAULT_WITHIN`] holds.

use std::time::Duration;

use super::model::Step;

/// The prompt of every command that takes data up to 0x1A: no line end follows it.
pub const PROMPT: &str = r"\r\n> ";

const OK: &str = r"\r\nOK\r\n";
const ERROR: &str = r"\r\nERROR\r\n";
const CME: &str = r"\r\n+CME ERROR";
const CMS: &str = r"\r\n+CMS ERROR";
const CLOSED: &str = r"\r\nCLOSED\r\n";
const DEACT: &str = r"\r\n+PDP: DEACT";

/// The beginning of a line with a number.
const NUMBER: [&str; 9] = [r"\r\n1", r"\r\n2", r"\r\n3", r"\r\n4", r"\r\n5", r"\r\n6", r"\r\n7", r"\r\n8", r"\r\n9"];

/// What one step should wait for, as notation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Any of these ends the step well. Empty: nothing to wait for.
    pub expect: Vec<&'static str>,
    /// Any of these ends it badly.
    pub fail: Vec<&'static str>,
    /// `None` for the default.
    pub within: Option<Duration>,
    /// A pause after the match, where the answer goes on behind it.
    pub wait: Option<Duration>,
    /// A value that the answer must hold: name and regex.
    pub keep: Option<(&'static str, &'static str)>,
}

impl Expectation {
    fn new(expect: &[&'static str], fail: &[&'static str], seconds: u64) -> Self {
        let within = (seconds != 0).then(|| Duration::from_secs(seconds));
        Self { expect: expect.to_vec(), fail: [&[ERROR, CME], fail].concat(), within, wait: None, keep: None }
    }

    fn ok(seconds: u64) -> Self {
        Self::new(&[OK], &[], seconds)
    }

    fn then_wait(mut self, milliseconds: u64) -> Self {
        self.wait = Some(Duration::from_millis(milliseconds));
        self
    }

    /// Puts it into a step, in place of what the step waited for.
    pub fn apply(&self, step: &mut Step) {
        let owned = |patterns: &[&'static str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        step.expect = owned(&self.expect);
        step.fail = owned(&self.fail);
        step.within = self.within;
        step.wait = self.wait;
        step.keep.extend(self.keep.map(|(name, regex)| (name.to_owned(), regex.to_owned())));
    }
}

/// Follows the sends of one session and proposes what each should wait for.
///
/// ```
/// use modemscope::macros::expectations::{Expectations, PROMPT};
/// let mut session = Expectations::default();
/// assert_eq!(session.next(b"AT+CIPSEND\r").expect, [PROMPT]);
/// assert!(session.next(b"hello").expect.is_empty()); // Data, not ended yet.
/// assert_eq!(session.next(b"\x1A").expect, [r"SEND OK\r\n"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    data: Option<Data>,
    multi: bool,
    transparent: bool,
    quick_send: bool,
}

/// Data that a command asked for.
#[derive(Clone, Debug)]
struct Data {
    /// Bytes still to come where their count was announced; otherwise 0x1A ends them.
    missing: Option<usize>,
    /// What to wait for behind them.
    then: Expectation,
}

impl Expectations {
    /// What to wait for after `send` left.
    pub fn next(&mut self, send: &[u8]) -> Expectation {
        if let Some(expectation) = self.data_expectation(send) {
            return expectation;
        }
        let text = String::from_utf8_lossy(send).trim().to_owned();
        if text == "+++" {
            return Expectation::ok(3);
        }
        // Of several lines in one send the last is answered last.
        let last = text.split(['\r', '\n']).rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let Some(line) = Command::read(last.trim()) else { return Expectation::default() };
        self.note_settings(&line);
        self.data = self.data_of(&line);
        self.expectation_of(&line)
    }

    /// True while what is sent next is data of a command, not a command.
    #[must_use]
    pub fn data_is_awaited(&self) -> bool {
        self.data.is_some()
    }

    /// The command that asked for data was refused: what is sent next is a command again.
    pub fn refused(&mut self) {
        self.data = None;
    }

    fn data_expectation(&mut self, send: &[u8]) -> Option<Expectation> {
        let data = self.data.as_mut()?;
        let ended = match &mut data.missing {
            // A println's CR LF behind the last byte is no data any more; the command parser passes it over.
            Some(missing) => {
                *missing = missing.saturating_sub(send.len());
                *missing == 0
            }
            None => send.contains(&0x1A),
        };
        if ended {
            return self.data.take().map(|data| data.then);
        }
        if send.ends_with(b"\x1B") && data.missing.is_none() {
            // Cancelled; what is answered to ESC differs between firmwares.
            self.data = None;
        }
        Some(Expectation::default())
    }

    fn note_settings(&mut self, line: &Command) {
        let on = line.first() == Some("1");
        match line.name.as_str() {
            "+CIPMUX" if line.is_set() => self.multi = on,
            "+CIPMODE" if line.is_set() => self.transparent = on,
            "+CIPQSEND" if line.is_set() => self.quick_send = on,
            "+CIPSTART" => self.multi |= line.first().is_some_and(is_number),
            _ => {}
        }
    }

    /// The data that `line` will ask for (SIM800 manual, the commands with a `>` or `DOWNLOAD`).
    fn data_of(&self, line: &Command) -> Option<Data> {
        let number = |index: usize| line.parameters.get(index).and_then(|text| text.parse::<usize>().ok());
        if !line.is_set() && !matches!(line.name.as_str(), "+CIPSEND" | "+CMGW") || line.is_query() {
            return None;
        }
        match line.name.as_str() {
            "+CIPSEND" => {
                let missing = if self.multi { number(1) } else { number(0) };
                let sent: &[&'static str] = if self.quick_send { &[r"\r\nDATA ACCEPT:"] } else { &[r"SEND OK\r\n"] };
                let then = Expectation::new(sent, &[r"SEND FAIL\r\n", CLOSED, DEACT], 30);
                Some(Data { missing, then })
            }
            "+CMGS" | "+CMGW" => Some(Data { missing: None, then: Expectation::new(&[OK], &[CMS], 60) }),
            "+HTTPDATA" | "+SMTPBODY" => Some(Data { missing: number(0), then: Expectation::ok(120) }),
            _ => None,
        }
    }

    fn expectation_of(&self, line: &Command) -> Expectation {
        if line.is_query() && line.name != "+COPS" {
            return Expectation::ok(0);
        }
        match line.name.as_str() {
            "" => Expectation::ok(5),
            "+CIPSEND" => Expectation::new(&[PROMPT], &[CLOSED, DEACT], 5),
            "+CMGS" | "+CMGW" => Expectation::new(&[PROMPT], &[CMS], 5),
            "+HTTPDATA" | "+SMTPBODY" => Expectation::new(&[r"\r\nDOWNLOAD\r\n"], &[], 5),
            "+CIPSTART" => self.connecting(),
            "+CIPCLOSE" => Expectation::new(&[r"CLOSE OK\r\n"], &[], 0),
            "+CIPSHUT" => Expectation::new(&[r"SHUT OK\r\n"], &[], 65),
            "+CIICR" => Expectation::new(&[OK], &[DEACT], 85),
            // Only the address, no OK.
            "+CIFSR" => Expectation {
                keep: Some(("ip", r"^(\d+\.\d+\.\d+\.\d+)$")),
                ..Expectation::new(&NUMBER, &[], 5).then_wait(100)
            },
            // OK comes first here, the state behind it; the lines of a multiple connection behind that.
            "+CIPSTATUS" if !line.is_set() => Expectation::new(&[r"\r\nSTATE: "], &[], 5).then_wait(200),
            "+CIPSERVER" if line.first() == Some("1") => Expectation::new(&[r"\r\nSERVER OK\r\n"], &[], 0),
            "+CIPSERVER" => Expectation::new(&[r"\r\nSERVER CLOSE\r\n"], &[], 0),
            "+CDNSGIP" => Expectation::new(&[r"\r\n+CDNSGIP: 1"], &[r"\r\n+CDNSGIP: 0"], 30).then_wait(100),
            "+HTTPACTION" => Expectation::new(&[r"\r\n+HTTPACTION:"], &[], 120).then_wait(100),
            "+CUSD" => Expectation::new(&[r"\r\n+CUSD:"], &[], 60).then_wait(100),
            "+CPOWD" if line.first() == Some("1") => Expectation::new(&[r"POWER DOWN\r\n"], &[], 0),
            "+FTPPUT" | "+FTPGET" if line.first() == Some("1") => {
                let opened = if line.name == "+FTPPUT" { r"\r\n+FTPPUT: 1," } else { r"\r\n+FTPGET: 1," };
                Expectation::new(&[opened], &[], 75).then_wait(100)
            }
            "D" | "A" => Expectation::new(
                &[OK, r"\r\nCONNECT"],
                &[r"\r\nNO CARRIER\r\n", r"\r\nBUSY\r\n", r"\r\nNO ANSWER\r\n", r"\r\nNO DIALTONE\r\n"],
                20,
            ),
            "O" => Expectation::new(&[r"\r\nCONNECT\r\n"], &[r"\r\nNO CARRIER\r\n"], 0),
            name => Expectation::ok(longest_answer(name, line.first())),
        }
    }

    /// `OK` says only that the command was read; `CONNECT OK` comes seconds later.
    fn connecting(&self) -> Expectation {
        let connected: &'static str = if self.transparent { r"\r\nCONNECT\r\n" } else { r"CONNECT OK\r\n" };
        // A connection that stands already is answered with ERROR and, behind it, these words: the longer pattern.
        let standing = r"\r\nERROR\r\n\r\nALREADY CONNECT\r\n";
        let within = if self.multi { 75 } else { 160 };
        Expectation::new(&[connected, standing, r", ALREADY CONNECT\r\n"], &[r"CONNECT FAIL\r\n", DEACT], within)
    }
}

/// Seconds that the manual allows for the final result; 0 where it names none.
fn longest_answer(name: &str, first: Option<&str>) -> u64 {
    match name {
        "+CGATT" | "+FTPPUT" | "+FTPGET" => 75,
        "+CGACT" => 150,
        "+SAPBR" if first == Some("1") => 85,
        "+SAPBR" if first == Some("0") => 65,
        "+COPS" => 120,
        "+CIPPING" => 60,
        "+CMGD" | "+CMGDA" => 25,
        "+HTTPREAD" => 30,
        "+CIMI" | "+CMGL" | "H" => 20,
        "+CPIN" => 5,
        _ => 0,
    }
}

/// The command of a line that decides what is answered: the last one where several are joined by `;`.
#[derive(Debug)]
struct Command {
    /// `+CIPSEND`, `D`, `E0`; empty for a bare `AT`. Upper case.
    name: String,
    /// What follows the name: empty, `?`, `=?` or `=…`.
    tail: String,
    parameters: Vec<String>,
}

impl Command {
    fn read(text: &str) -> Option<Self> {
        let start = text.get(..2).filter(|start| start.eq_ignore_ascii_case("AT"))?;
        let body = text.get(start.len()..)?;
        let last = split_unquoted(body, ';').into_iter().rfind(|part| !part.trim().is_empty()).unwrap_or_default();
        let last = last.trim();
        let end = match last.chars().next() {
            // Extended commands have long names; of the basic ones a letter is the name, and `&F` two.
            Some('+') => last.find(|c: char| !c.is_ascii_alphanumeric() && c != '+').unwrap_or(last.len()),
            Some('D' | 'd') => 1,
            Some(_) => last.find(['=', '?']).unwrap_or(last.len()),
            None => 0,
        };
        let (name, tail) = last.split_at_checked(end)?;
        let values = tail.strip_prefix('=').unwrap_or_default();
        let parameters = split_unquoted(values, ',').into_iter().map(|value| value.trim().to_owned()).collect();
        Some(Self { name: name.to_ascii_uppercase(), tail: tail.to_owned(), parameters })
    }

    fn is_query(&self) -> bool {
        self.tail.starts_with('?') || self.tail.starts_with("=?")
    }

    fn is_set(&self) -> bool {
        self.tail.starts_with('=') && !self.is_query()
    }

    fn first(&self) -> Option<&str> {
        self.parameters.first().map(String::as_str)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits outside of double quotes.
fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::notation::{Mode, parse};

    fn table(sends: &[&str]) -> String {
        let mut session = Expectations::default();
        let line = |send: &&str| {
            let bytes = parse(send, Mode::Mixed).unwrap();
            let proposed = session.next(&bytes);
            let extra = proposed.fail.get(2..).unwrap_or_default().join(" ");
            let within = proposed.within.map_or(String::new(), |within| format!(" {within:?}"));
            let wait = proposed.wait.map_or(String::new(), |wait| format!(" +{wait:?}"));
            format!(
                "{send}: {}{within}{wait}{}{extra}\n",
                proposed.expect.join(" "),
                if extra.is_empty() { "" } else { " | " }
            )
        };
        sends.iter().map(line).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_connection_and_a_text() {
        let sends = [
            r"AT\r\n",
            r"ATE0\r",
            r"AT+CPIN?\r",
            r"AT+CGATT=1\r",
            r#"AT+CSTT="a;b,c?",",",""\r"#,
            r"AT+CIICR\r",
            r"AT+CIFSR\r",
            r#"AT+CIPSTART="TCP","host","9999"\r\n"#,
            r"at+cipsend\r\n",
            "hello",
            r"\x1A",
            r"AT+CIPSEND=5\r",
            "hel",
            "lo",
            r"AT+CIPSEND\r",
            r"no\e",
            r"AT+CIPSTATUS\r",
            r"AT+CIPCLOSE=1\r",
            r"AT+CIPSHUT\r",
        ];
        expect![[r#"
            AT\r\n: \r\nOK\r\n 5s
            ATE0\r: \r\nOK\r\n
            AT+CPIN?\r: \r\nOK\r\n
            AT+CGATT=1\r: \r\nOK\r\n 75s
            AT+CSTT="a;b,c?",",",""\r: \r\nOK\r\n
            AT+CIICR\r: \r\nOK\r\n 85s | \r\n+PDP: DEACT
            AT+CIFSR\r: \r\n1 \r\n2 \r\n3 \r\n4 \r\n5 \r\n6 \r\n7 \r\n8 \r\n9 5s +100ms
            AT+CIPSTART="TCP","host","9999"\r\n: CONNECT OK\r\n \r\nERROR\r\n\r\nALREADY CONNECT\r\n , ALREADY CONNECT\r\n 160s | CONNECT FAIL\r\n \r\n+PDP: DEACT
            at+cipsend\r\n: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            hello: 
            \x1A: SEND OK\r\n 30s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND=5\r: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            hel: 
            lo: SEND OK\r\n 30s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND\r: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            no\e: 
            AT+CIPSTATUS\r: \r\nSTATE:  5s +200ms
            AT+CIPCLOSE=1\r: CLOSE OK\r\n
            AT+CIPSHUT\r: SHUT OK\r\n 65s
        "#]].assert_eq(&table(&sends));
    }

    #[test]
    fn the_rest() {
        let sends = [
            "",
            "hello",
            "A",
            "AT",
            r"AT+CIPMUX=1\r",
            r#"AT+CIPSTART=0,"TCP","host",80\r"#,
            r"AT+CIPSEND=0,3\r",
            r"abc\r\n",
            r"AT+CIPSEND=0\r",
            r"abc\x1A",
            r"AT+CIPQSEND=1\r",
            r"AT+CIPSEND=0\r",
            r"abc\x1A",
            r"AT+CIPSEND?\r",
            r"AT+CMGF=1\r",
            r#"AT+CMGS="+49;1"\r"#,
            r"hi\x1A",
            r"AT+CIFSR;E0\r",
            r"ATD+4912345;\r",
            r"AT+HTTPDATA=3,1000\r",
            "abc",
            r"AT+HTTPACTION=0\r",
            r"AT+COPS=?\r",
            "+++",
            r"AT&F\r",
            r"AT+\r",
        ];
        expect![[r#"
            : 
            hello: 
            A: 
            AT: \r\nOK\r\n 5s
            AT+CIPMUX=1\r: \r\nOK\r\n
            AT+CIPSTART=0,"TCP","host",80\r: CONNECT OK\r\n \r\nERROR\r\n\r\nALREADY CONNECT\r\n , ALREADY CONNECT\r\n 75s | CONNECT FAIL\r\n \r\n+PDP: DEACT
            AT+CIPSEND=0,3\r: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\r\n: SEND OK\r\n 30s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND=0\r: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\x1A: SEND OK\r\n 30s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPQSEND=1\r: \r\nOK\r\n
            AT+CIPSEND=0\r: \r\n>  5s | \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\x1A: \r\nDATA ACCEPT: 30s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND?\r: \r\nOK\r\n
            AT+CMGF=1\r: \r\nOK\r\n
            AT+CMGS="+49;1"\r: \r\n>  5s | \r\n+CMS ERROR
            hi\x1A: \r\nOK\r\n 60s | \r\n+CMS ERROR
            AT+CIFSR;E0\r: \r\nOK\r\n
            ATD+4912345;\r: \r\nOK\r\n \r\nCONNECT 20s | \r\nNO CARRIER\r\n \r\nBUSY\r\n \r\nNO ANSWER\r\n \r\nNO DIALTONE\r\n
            AT+HTTPDATA=3,1000\r: \r\nDOWNLOAD\r\n 5s
            abc: \r\nOK\r\n 120s
            AT+HTTPACTION=0\r: \r\n+HTTPACTION: 120s +100ms
            AT+COPS=?\r: \r\nOK\r\n 120s
            +++: \r\nOK\r\n 3s
            AT&F\r: \r\nOK\r\n
            AT+\r: \r\nOK\r\n
        "#]].assert_eq(&table(&sends));
    }

    #[test]
    fn every_pattern_is_notation() {
        let mut session = Expectations::default();
        for name in [
            "",
            "+CIPSEND",
            "+CMGS=1",
            "+HTTPDATA=1,1",
            "+CIPSTART=1",
            "+CIPCLOSE",
            "+CIPSHUT",
            "+CIICR",
            "+CIFSR",
            "+CIPSTATUS",
            "+CIPSERVER=1",
            "+CIPSERVER=0",
            "+CDNSGIP=1",
            "+HTTPACTION=0",
            "+CUSD=1",
            "+CPOWD=1",
            "+FTPPUT=1",
            "+FTPGET=1",
            "D1",
            "O",
        ] {
            session.data = None;
            let proposed = session.next(format!("AT{name}\r").as_bytes());
            for pattern in proposed.expect.iter().chain(&proposed.fail) {
                assert!(!parse(pattern, Mode::Mixed).unwrap().is_empty());
            }
            assert!(!proposed.expect.is_empty(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_sends_are_taken(sends in proptest::collection::vec("(AT)?[+A-Z]{0,6}[=?;,\"0-9\r\n\u{1A}]{0,6}", 0..8)) {
            let mut session = Expectations::default();
            for send in &sends {
                session.next(send.as_bytes());
            }
        }
    }
}
