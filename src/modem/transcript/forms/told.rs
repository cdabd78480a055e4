//! A dialog that somebody tells in sentences: `when I send AT+COPS? I get back +COPS: 0`, `AT+CMGF=1 always returns an ERROR`.
//!
//! Only a text in which nothing else is found is read so. A command counts with the answer that the same sentence tells of
//! it, and an error of the modem also alone; what somebody expected, or would have liked, does not.

use super::super::spelled;
use super::{EachLine, Gone, Lines};
use crate::modem::Direction;
use crate::vocabulary::is_whole_command;

pub(super) fn learn() -> Box<dyn Lines> {
    Box::new(EachLine(told))
}

/// How errors of a SIM are told in words.
const ERRORS: [&str; 3] = ["SIM not inserted", "SIM failure", "SIM busy"];

/// What leads to an answer that did not come.
const WISHES: [&str; 8] = ["instead", "should", "expect", "supposed", "would", "must", "unless", "if"];

/// What a line tells, in order.
fn told(text: &[u8]) -> Gone {
    /// Shorter lines are no sentences.
    const WORDS: usize = 5;
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let small = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).all(char::is_lowercase);
    let program = text.trim_end().ends_with([';', '{', '}']) || text.contains("//");
    if program || text.split_whitespace().filter(small).count() < WORDS {
        return Vec::new();
    }
    let mut told = Vec::new();
    let (mut command, mut wished) = (None, false);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        if let Some(found) = as_command(word) {
            (command, wished) = (Some(found), false);
        } else if let Some(answer) = answer(rest, command.is_some()).filter(|_| !wished) {
            // The error of a command that is not named is told all the same.
            if let Some(command) = command.take() {
                told.push((Direction::Tx, command.as_bytes().to_vec()));
                told.push((Direction::Rx, answer.into_bytes()));
                wished = true;
            } else if answer.starts_with("+C") && (answer.contains("ERROR") || answer.contains("REG: ")) {
                told.push((Direction::Rx, answer.into_bytes()));
            }
        } else {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
            wished |= WISHES.contains(&bare.as_str());
            if word.ends_with(['.', '!', ';']) {
                (command, wished) = (None, false);
            }
        }
        at += len + rest.get(len..).map_or(0, |gap| gap.len() - gap.trim_start().len());
    }
    told
}

/// The quotes, marks and stops that people put around a word.
const MARKS: [char; 11] = ['"', '\'', '`', '*', '“', '”', '(', ')', ',', '.', ':'];

/// `"AT+COPS?",`: the command in it.
fn as_command(word: &str) -> Option<&str> {
    let begun = word.trim_start_matches(MARKS);
    let quotes = begun.matches('"').count();
    let ended = if quotes.is_multiple_of(2) && quotes > 0 { begun } else { begun.trim_end_matches(MARKS) };
    (ended.starts_with("AT+") && is_whole_command(ended.as_bytes())).then_some(ended)
}

/// The answer that a text begins with.
fn answer(text: &str, to_command: bool) -> Option<String> {
    let text = text.trim_start_matches(MARKS);
    if text.starts_with("+CME ERROR:") || text.starts_with("+CMS ERROR:") {
        let (name, code) = text.split_at_checked("+CME ERROR:".len())?;
        let code = code.trim_start();
        let digits = code.find(|c: char| !c.is_ascii_digit()).unwrap_or(code.len());
        let words = code.find(['"', '.', ',', ';', '(', ')', '`']).unwrap_or(code.len());
        let code = code.get(..if digits > 0 { digits } else { words })?.trim_end();
        return Some(format!("{name} {code}"));
    }
    if text.starts_with('+') {
        return value(text);
    }
    if !to_command {
        return None;
    }
    let ends = |rest: &str| rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
    let said = |word: &str| text.strip_prefix(word).is_some_and(ends);
    if said("ERROR") {
        return Some("ERROR".to_owned());
    }
    let error = |error: &&&str| text.get(..error.len()).is_some_and(|head| head.eq_ignore_ascii_case(error));
    ERRORS.iter().find(error).map(|error| format!("+CME ERROR: {error}"))
}

/// `+COPS: 0`, `+CPIN: SIM PIN`: a name, and the values behind it.
fn value(text: &str) -> Option<String> {
    let (name, values) = text.split_once(": ")?;
    let first = values.split_whitespace().next()?.trim_end_matches(MARKS);
    let words = values.split_whitespace().skip(1).map(|word| word.trim_end_matches(MARKS));
    let loud = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    let more = words.take_while(|word| loud(&first) && loud(word)).fold(String::new(), |all, word| all + " " + word);
    let answer = format!("{name}: {first}{more}");
    (!name.contains(' ') && spelled::is_answer(answer.as_bytes())).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let show = |(direction, bytes): &(Direction, Vec<u8>)| {
            format!("{}{}", if *direction == Direction::Tx { '>' } else { '<' }, String::from_utf8_lossy(bytes))
        };
        assert_eq!(told(text.as_bytes()).iter().map(show).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn a_command_and_what_came_of_it() {
        check(
            "But when I send the AT+COPS? command, i get back +COPS: 0 instead of +COPS: 0,0,\"Name\".",
            &[">AT+COPS?", "<+COPS: 0"],
        );
        check("Each time the AT+CMGF=1 command always returns an ERROR.", &[">AT+CMGF=1", "<ERROR"]);
        check(
            "it talks, but AT+CPIN? it responds with Sim not inserted.",
            &[">AT+CPIN?", "<+CME ERROR: SIM not inserted"],
        );
        check("when i ask \"AT+CPIN?\" it always says \"+CPIN: SIM PIN\" again", &[">AT+CPIN?", "<+CPIN: SIM PIN"]);
        check("i only get +CGREG: 0.3 since the SIM card was blocked", &["<+CGREG: 0.3"]);
        check("it has started giving the error +CME ERROR: 10(SIM NOT INSERTED).", &["<+CME ERROR: 10"]);
    }

    #[test]
    fn wishes_questions_and_programs_tell_nothing() {
        check("i think that AT+CREG? should give me +CREG: 0,1 here", &[]);
        check("i have tried AT+CPIN? and much else. There is an ERROR in my sketch.", &[]);
        check("is there a way to know if ERROR is sent by it?", &[]);
        check("AT+CPIN? // this one gives me an ERROR all the time", &[]);
        check("gsm.println(\"AT+CPIN?\"); and it then gives me ERROR;", &[]);
    }
}
