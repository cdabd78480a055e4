//! What the modem is expected to answer: proposed `expect`, `fail` and `within` for a sent command or its data.
//!
//! The recorder and the sketch import share it, so that a recorded hand session and an imported sketch wait alike. A
//! proposal is a start for the user to edit, not knowledge of what was really answered. All facts are the vocabulary's:
//! what it does not know of the modem's family is proposed nothing for.

use std::time::Duration;

use super::model::Step;
use crate::vocabulary::{Call, Command, Family, Form, Line, Modes, REFUSED, Role, Takes, Telling};

/// The prompt of every command that takes data up to 0x1A: no line end follows it.
pub const PROMPT: &str = r"\r\n> ";

/// How soon a modem asks for the data of a command.
const INVITED: Duration = Duration::from_secs(5);

/// A pause for the rest of an answer that goes on behind what was waited for.
const REST: Duration = Duration::from_millis(100);

/// An address at the end of its line, alone or behind the command's name, is worth keeping.
const ADDRESS: (&str, &str) = ("ip", r"(\d+\.\d+\.\d+\.\d+)$");

/// What one step should wait for, as notation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Any of these ends the step well. Empty: nothing to wait for.
    pub expect: Vec<String>,
    /// Any of these ends it badly.
    pub fail: Vec<String>,
    /// `None` for the default.
    pub within: Option<Duration>,
    /// A pause after the match, where the answer goes on behind it.
    pub wait: Option<Duration>,
    /// A value that the answer must hold: name and regex.
    pub keep: Option<(&'static str, &'static str)>,
}

impl Expectation {
    fn new(expect: Vec<String>, fail: Vec<String>, within: Option<Duration>, goes_on: bool) -> Self {
        if expect.is_empty() {
            return Self::default();
        }
        let fail = REFUSED.map(str::to_owned).into_iter().chain(fail).collect();
        Self { expect, fail, within, wait: goes_on.then_some(REST), keep: None }
    }

    /// The answer of the table, within the time of the table.
    fn of(command: &Command, call: &Call<'_>, modes: Modes) -> Self {
        let answer = command.answer(call, modes);
        let within = command.longest(call).filter(|_| !call.form.asks() || command.answers_ok());
        let keep = (command.role == Role::Address && answer.goes_on).then_some(ADDRESS);
        Self { keep, ..Self::new(answer.good, answer.bad, within, answer.goes_on) }
    }

    /// Puts it into a step, in place of what the step waited for.
    pub fn apply(&self, step: &mut Step) {
        step.expect.clone_from(&self.expect);
        step.fail.clone_from(&self.fail);
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
    telling: Telling,
    data: Option<Data>,
    modes: Modes,
}

/// Data that a command asked for.
#[derive(Clone, Debug)]
struct Data {
    /// Bytes still to come where their count was announced; otherwise 0x1A ends them.
    missing: Option<usize>,
    /// Its command was refused when it was recorded: whether it comes all the same is not known.
    refused: bool,
    /// What to wait for behind them.
    then: Expectation,
}

impl Expectations {
    /// For a modem that is known to be of this family; without, the commands used tell it.
    #[must_use]
    pub fn of(family: &'static Family) -> Self {
        Self { telling: Telling::chosen(family), ..Self::default() }
    }

    /// What to wait for after `send` left.
    pub fn next(&mut self, send: &[u8]) -> Expectation {
        if let Some(expectation) = self.data_expectation(send) {
            return expectation;
        }
        let text = send.trim_ascii();
        if text == b"+++" {
            let call = Call::default();
            let command = self.telling.family().first(text);
            return command.map(|command| Expectation::of(command, &call, self.modes)).unwrap_or_default();
        }
        // Of several lines in one send the last is answered last.
        let mut lines = text.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.trim_ascii().is_empty());
        let Some(line) = lines.next_back().and_then(Line::read) else { return Expectation::default() };
        self.telling.asked(line);
        for call in line.calls() {
            self.note_settings(&call);
        }
        let call = line.last();
        let Some(command) = self.telling.family().find(&call) else { return Expectation::default() };
        self.expectation_of(command, &call)
    }

    /// True while what is sent next is data of a command, not a command.
    #[must_use]
    pub(crate) fn data_is_awaited(&self) -> bool {
        self.data.is_some()
    }

    /// How many bytes of an announced length are not sent yet; `None` where the byte 1A ends the data, or none is awaited.
    pub(crate) fn missing(&self) -> Option<usize> {
        self.data.as_ref()?.missing
    }

    /// The command that asked for data was refused: what is sent next is a command again.
    pub fn refused(&mut self) {
        self.data = None;
    }

    /// It was refused then, and is to be taken next time: the data behind it, sent blindly, are data all the same.
    pub(crate) fn refused_then(&mut self) {
        if let Some(data) = &mut self.data {
            data.refused = true;
        }
    }

    fn data_expectation(&mut self, send: &[u8]) -> Option<Expectation> {
        let command = || send.trim_ascii_start().get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT"));
        if self.data.as_ref().is_some_and(|data| data.refused) && command() {
            self.data = None;
        }
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

    fn note_settings(&mut self, call: &Call<'_>) {
        let Some(command) = self.telling.family().find(call) else { return };
        let on = call.parameter(0).text == b"1";
        match command.role {
            Role::Multi if call.form == Form::Set => self.modes.multi = Some(on),
            Role::Transparent if call.form == Form::Set => self.modes.transparent = on,
            Role::QuickSend if call.form == Form::Set => self.modes.quick_send = on,
            // A number in front of the host is a link's, which only several connections have.
            Role::Open if command.place(Takes::Link, call, None) == Some(0) => self.modes.multi = Some(true),
            _ => {}
        }
    }

    /// A command that takes data is answered with its invitation, and what the table says comes behind the data.
    fn expectation_of(&mut self, command: &Command, call: &Call<'_>) -> Expectation {
        let then = Expectation::of(command, call, self.modes);
        let Some(data) = command.data.filter(|_| command.takes_data(call)) else { return then };
        // Nobody has said that there are several connections: a lone number is a length.
        let multi = Some(self.modes.multi == Some(true));
        let length = command.length_place(call, multi).ok().flatten().and_then(|at| call.number(at));
        let missing = length.and_then(|length| usize::try_from(length).ok());
        let bad = then.fail.iter().skip(2).cloned().collect();
        let invitation = data.invitation_pattern();
        let goes_on = !data.prompts() && !invitation.ends_with(r"\n");
        self.data = Some(Data { missing, refused: false, then });
        Expectation::new(vec![invitation], bad, Some(INVITED), goes_on)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::notation::{Mode, parse};
    use crate::vocabulary::{families, third_generation};

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
            AT+CPIN?\r: \r\nOK\r\n 5s
            AT+CGATT=1\r: \r\nOK\r\n 75s
            AT+CSTT="a;b,c?",",",""\r: \r\nOK\r\n
            AT+CIICR\r: \r\nOK\r\n 85s | \r\n+PDP: DEACT
            AT+CIFSR\r: \r\n1 \r\n2 \r\n3 \r\n4 \r\n5 \r\n6 \r\n7 \r\n8 \r\n9 +100ms
            AT+CIPSTART="TCP","host","9999"\r\n: CONNECT OK\r\n \r\nERROR\r\n\r\nALREADY CONNECT\r\n , ALREADY CONNECT\r\n 160s | CONNECT FAIL\r\n \r\n+PDP: DEACT
            at+cipsend\r\n: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            hello: 
            \x1A: SEND OK\r\n 645s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND=5\r: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            hel: 
            lo: SEND OK\r\n 645s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND\r: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            no\e: 
            AT+CIPSTATUS\r: \r\nSTATE: +100ms
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
            AT+CIPSEND=0,3\r: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\r\n: SEND OK\r\n 645s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND=0\r: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\x1A: SEND OK\r\n 645s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPQSEND=1\r: \r\nOK\r\n
            AT+CIPSEND=0\r: \r\n>  5s | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            abc\x1A: \r\nDATA ACCEPT: 645s +100ms | SEND FAIL\r\n \r\nCLOSED\r\n \r\n+PDP: DEACT
            AT+CIPSEND?\r: \r\nOK\r\n
            AT+CMGF=1\r: \r\nOK\r\n | \r\n+CMS ERROR
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
            AT+\r: 
        "#]].assert_eq(&table(&sends));
    }

    /// The times that the steps of a session with this one command get.
    fn times(family: &'static Family, line: &str) -> Vec<Duration> {
        let mut session = Expectations::of(family);
        let mut steps = vec![session.next(line.as_bytes())];
        if session.data_is_awaited() {
            steps.push(session.next(b"12345\x1A"));
        }
        steps.into_iter().filter_map(|step| step.within).collect()
    }

    #[test]
    fn every_time_of_a_table_reaches_the_step_of_its_command() {
        let ways =
            ["", "=1", "=0", "=2", "=1,5", "=2,5", "=5,1,5", "=\"x\",5", "=0,\"TCP\",\"h\",1", "=\"TCP\",\"h\",1"];
        let mut checked = 0;
        for family in families().iter().chain([third_generation()]) {
            for command in family.commands() {
                let reached: Vec<Duration> =
                    ways.iter().flat_map(|way| times(family, &format!("{}{way}\r", command.name))).collect();
                for time in command.times() {
                    // `A/` repeats a line and has no answer of its own.
                    let known = command.name != "A/" && !command.answer_is_unknown();
                    assert!(
                        !known || reached.contains(&time),
                        "{} {}: {time:?} of {reached:?}",
                        family.name,
                        command.name
                    );
                    checked += usize::from(known);
                }
            }
        }
        assert!(checked > 100, "{checked}");
    }

    #[test]
    fn a_command_of_no_family_is_given_no_answer() {
        for line in ["AT+MADEUP=1\r", "AT+QISEND=0,5\r"] {
            assert_eq!(Expectations::of(crate::vocabulary::sim800()).next(line.as_bytes()), Expectation::default());
        }
    }

    #[test]
    fn every_pattern_is_notation() {
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
            let mut session = Expectations::default();
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
