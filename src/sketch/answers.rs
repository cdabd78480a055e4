//! "Wait for the answers": a macro of blind pauses becomes one that knows what comes.

use crate::macros::expectations::Expectations;
use crate::macros::model::{Macro, Step};
use crate::notation::{Mode, parameter_start, parse};

/// The same bytes, each step waiting for its answer in place of its pause.
///
/// Steps that already wait for something keep what they say. Data and the 0x1A that ends it become one step. A send
/// without a known answer keeps its pause; a step that only pauses goes. Parameters stay; their defaults tell which
/// command a step is.
#[must_use]
pub fn answer_driven(blind: &Macro) -> Macro {
    let mut session = Expectations::default();
    let mut steps: Vec<Step> = Vec::new();
    // True while the last of `steps` is the beginning of data that has not ended.
    let mut data_open = false;
    for step in blind.steps.iter().filter(|step| !only_pauses(step)) {
        let mut step = step.clone();
        let Some(send) = step.send.clone().filter(|_| !step.disabled) else {
            steps.push(step);
            data_open = false;
            continue;
        };
        let bytes = sent_bytes(&send, blind);
        if let Some(reason) = left_open(&session, &bytes) {
            if let Some(last) = steps.last_mut() {
                last.note = Some(last.note.take().map_or(reason.clone(), |note| format!("{note}; {reason}")));
            }
            session.refused();
            data_open = false;
        }
        let is_data = session.data_is_awaited();
        let proposed = session.next(&bytes);
        let waits_already = !step.expect.is_empty() || !step.fail.is_empty();
        if data_open
            && is_data
            && !waits_already
            && plain(&step)
            && let Some(begun) = steps.pop()
        {
            step.send = Some(begun.send.unwrap_or_default() + &send);
            step.note = begun.note.or(step.note);
        }
        if !waits_already && !proposed.expect.is_empty() {
            proposed.apply(&mut step);
        }
        data_open = is_data && session.data_is_awaited() && !waits_already && plain(&step);
        steps.push(step);
    }
    let about = Some("Waits for the answer to each step.".to_owned());
    Macro { about: if steps == blind.steps { blind.about.clone() } else { about }, steps, ..blind.clone() }
}

/// A command that leaves while data is awaited: what is wrong with the data before it, as a clause.
pub(super) fn left_open(session: &Expectations, next: &[u8]) -> Option<String> {
    let text = next.trim_ascii_start();
    let is_line = next.ends_with(b"\r") || next.ends_with(b"\n");
    let rest = text.split_at_checked(2).filter(|(start, _)| start.eq_ignore_ascii_case(b"AT")).map(|(_, rest)| rest)?;
    // "ATTENTION" may be the text itself.
    if !is_line || !rest.first().is_some_and(|next| b"+#&%^*$\r\n".contains(next)) {
        return None;
    }
    unended(session)
}

/// What is wrong with data that nothing has ended yet, as a clause.
pub(super) fn unended(session: &Expectations) -> Option<String> {
    session.data_is_awaited().then(|| match session.missing() {
        Some(1) => "1 byte of the length announced is missing: the modem ends this data by its time".to_owned(),
        Some(missing) => {
            format!("{missing} bytes of the length announced are missing: the modem ends this data by its time")
        }
        None => "no byte 1A ends this text: the modem takes what follows for text too".to_owned(),
    })
}

fn only_pauses(step: &Step) -> bool {
    let pause = Step { wait: step.wait, note: step.note.clone(), ..Step::default() };
    step.wait.is_some() && *step == pause
}

/// Nothing but a send and a pause.
fn plain(step: &Step) -> bool {
    let same = Step { send: step.send.clone(), wait: step.wait, note: step.note.clone(), ..Step::default() };
    *step == same
}

/// What a text sends with the defaults of its parameters; of use only to tell commands apart.
fn sent_bytes(text: &str, of: &Macro) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        let start = parameter_start(rest);
        let (literal, parameter) = rest.split_at_checked(start.unwrap_or(rest.len())).unwrap_or((rest, ""));
        bytes.extend(parse(literal, Mode::Mixed).unwrap_or_default());
        let Some((name, behind)) = parameter.strip_prefix("${").and_then(|inside| inside.split_once('}')) else {
            return bytes;
        };
        let name = name.split(':').next().unwrap_or_default();
        let default = of.ask.iter().find(|(asked, _)| asked == name).map(|(_, ask)| ask.default.as_str());
        bytes.extend_from_slice(default.unwrap_or("0").as_bytes());
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expect_test::expect;

    use super::*;
    use crate::macros::model::Ask;

    fn blind(sends: &[(&str, u64)]) -> Macro {
        let step = |(send, wait): &(&str, u64)| Step {
            send: (!send.is_empty()).then(|| (*send).to_owned()),
            wait: (*wait != 0).then(|| Duration::from_millis(*wait)),
            ..Step::default()
        };
        Macro { name: "m".to_owned(), steps: sends.iter().map(step).collect(), ..Macro::default() }
    }

    fn table(of: &Macro) -> String {
        let line = |step: &Step| {
            let wait = step.wait.map_or(String::new(), |wait| format!(" then {wait:?}"));
            let within = step.within.map_or(String::new(), |within| format!(" within {within:?}"));
            format!("{} -> {}{within}{wait}\n", step.send.as_deref().unwrap_or("-"), step.expect.join(" or "))
        };
        of.steps.iter().map(line).collect::<Vec<_>>().concat()
    }

    #[test]
    fn the_story() {
        let steps = [
            ("", 3000),
            (r"AT\r\n", 500),
            (r#"AT+CIPSTART="TCP","host","9999"\r\n"#, 500),
            (r"AT+CIPSEND\r\n", 500),
            ("hello", 500),
            (r"\x1A", 500),
            (r"AT+CIPCLOSE\r\n", 0),
        ];
        let driven = answer_driven(&blind(&steps));
        expect![[r#"
            AT\r\n -> \r\nOK\r\n within 5s
            AT+CIPSTART="TCP","host","9999"\r\n -> CONNECT OK\r\n or \r\nERROR\r\n\r\nALREADY CONNECT\r\n or , ALREADY CONNECT\r\n within 160s
            AT+CIPSEND\r\n -> \r\n>  within 5s
            hello\x1A -> SEND OK\r\n within 645s
            AT+CIPCLOSE\r\n -> CLOSE OK\r\n
        "#]].assert_eq(&table(&driven));
        assert_eq!(answer_driven(&driven), driven);
    }

    #[test]
    fn what_has_no_answer_keeps_its_pause() {
        let steps = [("noise", 100), (r"AT+CIPSEND\r", 0), ("never ended", 200), (r"AT\r", 300)];
        expect![[r#"
            noise ->  then 100ms
            AT+CIPSEND\r -> \r\n>  within 5s
            never ended ->  then 200ms
            AT\r -> \r\nOK\r\n within 5s
        "#]]
        .assert_eq(&table(&answer_driven(&blind(&steps))));
    }

    /// The modem's own time ends a length that is not met; nothing ends a text without 1A, and that is said.
    #[test]
    fn data_that_does_not_end_swallows_no_command() {
        let steps = [
            (r"AT+HTTPDATA=192,10000\r\n", 100),
            (r"a=1\r\n", 10_000),
            (r"AT+HTTPACTION=1\r\n", 5000),
            (r"AT+CMGF=1\r\n", 100),
            (r#"AT+CMGS="+15550100"\r\n"#, 1000),
            ("ATTENTION ", 500),
            ("1A", 500),
            (r"AT+CSQ\r\n", 0),
        ];
        let driven = answer_driven(&blind(&steps));
        expect![[r#"
            AT+HTTPDATA=192,10000\r\n -> \r\nDOWNLOAD\r\n within 5s
            a=1\r\n ->  then 10s
            AT+HTTPACTION=1\r\n -> \r\n+HTTPACTION: within 120s then 100ms
            AT+CMGF=1\r\n -> \r\nOK\r\n
            AT+CMGS="+15550100"\r\n -> \r\n>  within 5s
            ATTENTION 1A ->  then 500ms
            AT+CSQ\r\n -> \r\nOK\r\n
        "#]]
        .assert_eq(&table(&driven));
        let notes: Vec<&str> = driven.steps.iter().filter_map(|step| step.note.as_deref()).collect();
        assert_eq!(
            notes,
            [
                "187 bytes of the length announced are missing: the modem ends this data by its time",
                "no byte 1A ends this text: the modem takes what follows for text too"
            ]
        );
    }

    #[test]
    fn parameters_and_own_expectations_stay() {
        let mut asked = blind(&[(r"AT+CIPSEND=${n}\r", 500), ("${text:mixed}", 500), (r"AT\r", 0)]);
        asked.ask = vec![
            ("n".to_owned(), Ask { default: "2".to_owned(), secret: false }),
            ("text".to_owned(), Ask { default: "hi".to_owned(), secret: false }),
        ];
        asked.steps[2].expect = vec!["OK".to_owned()];
        expect![[r#"
            AT+CIPSEND=${n}\r -> \r\n>  within 5s
            ${text:mixed} -> SEND OK\r\n within 645s
            AT\r -> OK
        "#]]
        .assert_eq(&table(&answer_driven(&asked)));
    }
}
