//! Several things on one line: `AT+CMGF=1 ERROR`, `OK AT+COPS=?`, `+CPIN: READY OK +CREG: 2`. Programs that print an answer
//! without its line ends, and people who write a dialog down, show it so.

use super::spelled;
use crate::vocabulary::{Data, families, is_whole_command};

/// Answers that stand alone, and behind which or in front of which another may follow.
const WORDS: [&[u8]; 12] = [
    b"OK",
    b"ERROR",
    b"RDY",
    b"SHUT OK",
    b"SEND OK",
    b"SEND FAIL",
    b"CLOSE OK",
    b"CLOSED",
    b"CONNECT OK",
    b"CONNECT FAIL",
    b"Call Ready",
    b"SMS Ready",
];

/// The things that a line says one behind the other; the line itself where it says but one.
pub(super) fn pieces(text: &[u8]) -> Vec<&[u8]> {
    // What is neither command nor answer is somebody's sentence.
    let told = |piece: &[u8]| spelled::is_answer(piece) || is_whole_command(piece) || is_slip(piece);
    if let Some(parts) = parted(text, told).or_else(|| joined(text)) {
        return parts;
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for at in 1..text.len() {
        quoted ^= text.get(at - 1) == Some(&b'"');
        if !quoted && begins(text, start, at) {
            pieces.push(text.get(start..at).unwrap_or_default().trim_ascii());
            start = at;
        }
    }
    pieces.push(text.get(start..).unwrap_or_default().trim_ascii());
    // `My log: AT OK AT+CSQ …`: somebody's words lead to a whole dialog.
    let led = pieces.first().is_some_and(|first| first.ends_with(b":") && !told(first)) && pieces.len() > 4;
    let pieces = if led { pieces.split_off(1) } else { pieces };
    // Behind a prompt that a command has brought may stand anything.
    let prompt = |at: usize, piece: &[u8]| at > 0 && (piece == b">" || piece.starts_with(b"> "));
    let all = pieces.iter().enumerate().all(|(at, piece)| told(piece) || prompt(at, piece));
    if pieces.len() > 1 && all { pieces } else { vec![text] }
}

/// `AT / OK / AT+CSQ / +CSQ: 18,0 / OK`, `AT|OK`: a dialog with strokes between its lines; behind a prompt may stand anything.
fn parted(text: &[u8], told: impl Fn(&[u8]) -> bool) -> Option<Vec<&[u8]>> {
    let strokes = [&b" / "[..], b"|"];
    let stroke = strokes.into_iter().find(|stroke| memchr::memmem::find(text, stroke).is_some())?;
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, stroke) {
        parts.push(rest.get(..at)?.trim_ascii());
        rest = rest.get(at + stroke.len()..)?;
    }
    parts.push(rest.trim_ascii());
    let prompt = parts.iter().position(|part| *part == b">").unwrap_or(parts.len());
    (parts.len() > 1 && parts.iter().take(prompt).all(|part| told(part))).then_some(parts)
}

/// `ATOK`, `AT+CPIN?+CPIN: READYOK`: a program has dropped the line ends. The command is one that the tables know.
fn joined(text: &[u8]) -> Option<Vec<&[u8]>> {
    let known = |command: &[u8]| {
        // `AT+X=BOOK` ends in a value.
        let value = command.contains(&b'=') && command.last().is_some_and(u8::is_ascii_alphabetic);
        let whole = is_whole_command(command) && command.last().is_some_and(|end| !end.is_ascii_whitespace());
        whole && !value && families().iter().any(|family| family.first(command).is_some())
    };
    if !text.starts_with(b"AT") {
        return None;
    }
    let ends = [&b"OK"[..], b"ERROR"].into_iter().find(|end| text.ends_with(end))?;
    let (before, end) = text.split_at_checked(text.len() - ends.len())?;
    // `AT+CPIN?+CPIN: READY`: the answer begins with the command's own name.
    let named = || {
        let name = before.get(3..)?.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = before.get(2..3 + name).filter(|name| name.starts_with(b"+"))?;
        let (command, answer) = before.split_at_checked(3 + memchr::memmem::find(before.get(3..)?, name)?)?;
        (known(command) && spelled::is_answer(answer)).then(|| vec![command, answer, end])
    };
    named().or_else(|| known(before).then(|| vec![before, end]))
}

/// It waits with `>` for data.
fn has_prompt(command: &[u8]) -> bool {
    families().iter().filter_map(|family| family.first(command)?.data.as_ref()).any(Data::prompts)
}

/// `AT-CMGF=1`: somebody has mistaken the sign.
fn is_slip(text: &[u8]) -> bool {
    matches!(text, [b'A', b'T', b'-', b'A'..=b'Z', b'A'..=b'Z', ..])
}

/// Another command or answer begins here; the one before it began at `start`.
fn begins(text: &[u8], start: usize, at: usize) -> bool {
    let (Some(before), Some(rest)) = (text.get(start..at), text.get(at..)) else { return false };
    if rest.starts_with(b"AT+") && (before.ends_with(b"OK") || before.ends_with(b"ERROR")) {
        return spelled::is_answer(before.trim_ascii());
    }
    // `AT+CIPSEND > hello SEND OK`: the prompt of a command that has one.
    if rest.starts_with(b"> ") || rest == b">" {
        /// Such a command is shorter; a whole page in one line is not asked at each of its tags.
        const LONGEST: usize = 128;
        return before.ends_with(b" ") && before.len() < LONGEST && has_prompt(before.trim_ascii());
    }
    let ends =
        |word: &[u8]| rest.strip_prefix(word).is_some_and(|behind| behind.first().is_none_or(|byte| *byte == b' '));
    let named = || {
        let name = rest.iter().skip(1).take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
        let behind = rest.get(name + 1..).unwrap_or_default();
        rest.first() == Some(&b'+') && name > 1 && (behind.starts_with(b": ") || behind.starts_with(b" ERROR:"))
    };
    // What stands in front may be long, and is looked at last.
    if !before.last().is_some_and(u8::is_ascii_whitespace)
        || !(WORDS.iter().any(|word| ends(word))
            || named()
            || rest.starts_with(b"AT+")
            || rest == b"AT"
            || rest.starts_with(b"AT "))
    {
        return false;
    }
    // Data may hold such words: `> hello ERROR SEND OK`.
    let data = before.trim_ascii_start().starts_with(b"> ");
    let alone = [&b"OK"[..], b"ERROR"].iter().find_map(|word| rest.strip_prefix(*word));
    if data
        && alone.is_some_and(|behind| !behind.is_empty() && !behind.starts_with(b" AT") && !behind.starts_with(b" +"))
    {
        return false;
    }
    let word = before.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    // `+CME ERROR: 10` and `1, CONNECT OK` are one thing.
    let of_name = word.first() == Some(&b'+') && !word.contains(&b':');
    let of_word = [&b"SEND"[..], b"SHUT", b"CLOSE", b"CONNECT", b"SERVER", b"ALREADY", b"Call", b"SMS"].contains(&word);
    let numbered = before.trim_ascii_end().ends_with(b",");
    // `Seen: AT OK`, `OK AT OK`: elsewhere it may be a word of a sentence.
    let doubtful = rest.starts_with(b"AT ") && !(word.ends_with(b":") || matches!(word, b"OK" | b"ERROR"));
    !(of_name || of_word || numbered || doubtful)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown: Vec<String> =
            pieces(text.as_bytes()).iter().map(|text| String::from_utf8_lossy(text).into()).collect();
        assert_eq!(shown.join("|"), expect);
    }

    #[test]
    fn what_stands_on_one_line() {
        check("AT+CMGF=1 ERROR", "AT+CMGF=1|ERROR");
        check("AT   OK", "AT|OK");
        check("AT-CMGF=1     ERROR", "AT-CMGF=1|ERROR");
        check("OK AT+COPS=?", "OK|AT+COPS=?");
        check("SEND OKAT+QIRD=0,0", "SEND OK|AT+QIRD=0,0");
        check("+CPIN: READY OK +PACSP: 1 +CREG: 2", "+CPIN: READY|OK|+PACSP: 1|+CREG: 2");
        check("RDY +CREG: 2 +CFUN: 1", "RDY|+CREG: 2|+CFUN: 1");
        check("OK 0, CONNECT OK", "OK 0, CONNECT OK");
        check("AT+CIPSTART=\"TCP\",\"a\",\"1\" OK CONNECT OK", "AT+CIPSTART=\"TCP\",\"a\",\"1\"|OK|CONNECT OK");
        check("AT+CMGF=1 +CME ERROR: operation not allowed", "AT+CMGF=1|+CME ERROR: operation not allowed");
        check("AT / OK / AT+CREG? / +CREG: 0,1 / OK", "AT|OK|AT+CREG?|+CREG: 0,1|OK");
        check("AT+CREG?|+CREG: 0,1|OK", "AT+CREG?|+CREG: 0,1|OK");
        check("AT+CIPSEND / > / GET / HTTP/1.0", "AT+CIPSEND|>|GET|HTTP/1.0");
        check("ATOK", "AT|OK");
        check("AT+CIPSEND > hello SEND OK", "AT+CIPSEND|> hello|SEND OK");
        check(
            "AT+CMGF=1 OK AT+CMGS=\"+1555\" > Hi there +CMGS: 12 OK",
            "AT+CMGF=1|OK|AT+CMGS=\"+1555\"|> Hi there|+CMGS: 12|OK",
        );
        check("AT+CIPSEND=5 >", "AT+CIPSEND=5|>");
        check("AT+CIPSEND=11 > hello ERROR SEND OK", "AT+CIPSEND=11|> hello ERROR|SEND OK");
        check("AT+CIICRERROR", "AT+CIICR|ERROR");
        check("AT+CPIN?+CPIN: SIM PINOK", "AT+CPIN?|+CPIN: SIM PIN|OK");
        check("Seen: AT OK AT+CREG? +CREG: 0,0 OK", "AT|OK|AT+CREG?|+CREG: 0,0|OK");
    }

    #[test]
    fn one_thing_stays_one() {
        for text in [
            "SEND OK",
            "STATE: CONNECT OK",
            "+CME ERROR: 10",
            "+COPS: 0,0,\"all OK here\"",
            "the answer is OK AT+CSQ",
            "AT+CPIN? > READY",
            "> hello SEND OK",
            "Call Ready",
            "AT+CSQ",
            "",
        ] {
            check(text, text);
        }
    }
}
