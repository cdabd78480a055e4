//! What forums, notebooks and sketches do to a log: indentation, bold marks, code fences, a sketch's own words glued in
//! front of a command.

use super::{TextLine, spelled};
use crate::vocabulary;
use crate::vocabulary::is_whole_command;

/// The indentation that all lines have in common.
pub(super) fn indent(lines: &[TextLine<'_>]) -> usize {
    let blanks = |line: &TextLine<'_>| line.text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    lines.iter().filter(|line| !line.is_blank()).map(blanks).min().unwrap_or(0)
}

/// The line without the marks of forums and libraries; one that holds nothing of the log becomes empty.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii();
    // A code fence, the closing quote of what was printed over several lines, SSCOM's picture of a CR.
    if trimmed.starts_with(b"```") || matches!(trimmed, b"\"" | b"'" | b"`") || trimmed == "\u{25A1}".as_bytes() {
        return &[];
    }
    if super::terminals::says(trimmed) {
        return &[];
    }
    if let Some(command) = written_to_port(trimmed) {
        return command;
    }
    if let Some(told) = without_carets(trimmed) {
        return told;
    }
    // The serial monitor of Visual Studio Code: `---- Sent utf8 encoded message: "AT" ----`.
    if let Some(sent) = trimmed.strip_suffix(b" ----").filter(|sent| sent.starts_with(b"---- Sent ")) {
        return sent;
    }
    // Whoever types a log by hand writes it as a word; no modem does.
    if trimmed == b"Ok" {
        return b"OK";
    }
    // RealTerm's letters for a CR and an LF.
    if let Some(told) = trimmed.strip_suffix(b"CRLF") {
        let told = told.strip_suffix(b"CR").unwrap_or(told);
        if told.is_empty() || is_told(told) {
            return told;
        }
    }
    // `[AT+CIICR]`: what was sent, as some sketches print it.
    let inside = trimmed.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    if let Some(command) = inside.filter(|inside| is_whole_command(inside)) {
        return command;
    }
    // An answer that somebody has indented below its command.
    let begun = text.trim_ascii_start();
    if begun.len() < text.len() && spelled::is_answer(trimmed) {
        return begun;
    }
    // The modem's prompt, set off by a blank, or escaped by a forum: `\>`.
    if let Some(prompt) = prompt(text) {
        return prompt;
    }
    if let Some(bold) = without_bold(trimmed) {
        return bold;
    }
    // A row of a table.
    if let Some(cells) = trimmed.strip_suffix(b" |") {
        return cells.strip_prefix(b"|").unwrap_or(cells).trim_ascii();
    }
    // TinyGSM: what came and was not asked for; all else behind its marks it says of itself.
    if let Some(told) = unhandled(trimmed) {
        return told;
    }
    if trimmed.starts_with(b"### ") {
        return &[];
    }
    // What it prints of its own search for an answer stands in the middle of one.
    if let Some(begun) = begun_answer(trimmed) {
        return begun;
    }
    // A program shows what it holds of a command, among other things: it has not sent it here.
    if holds_command(trimmed) {
        return &[];
    }
    if trimmed.starts_with(b"=+") {
        return trimmed.get(1..).unwrap_or_default();
    }
    // ESP-IDF's esp_modem shows each line so.
    if let Some(token) = token(trimmed) {
        return token;
    }
    if let Some(error) = error_behind_words(trimmed).or_else(|| error_in_quotes(trimmed)) {
        return error;
    }
    if let Some(told) = without_comment(trimmed) {
        return told;
    }
    let text = text.strip_prefix(b"`").unwrap_or(text);
    text.strip_suffix(b"`").unwrap_or(text)
}

/// `OK^M$`, `AT^M^M`: what `cat -A` and `cat -v` show of a line's end.
fn without_carets(text: &[u8]) -> Option<&[u8]> {
    let marked = text.strip_suffix(b"$").unwrap_or(text);
    let mut told = marked.strip_suffix(b"^M")?;
    while let Some(before) = told.strip_suffix(b"^M") {
        told = before;
    }
    (marked.len() < text.len() || is_told(told)).then_some(told)
}

/// `echo -e "AT+CSQ\r" > /dev/ttyUSB2`: a shell writes a command to a port.
fn written_to_port(text: &[u8]) -> Option<&[u8]> {
    let echo =
        [&b"echo "[..], b"printf "].iter().find_map(|word| Some(memchr::memmem::find(text, word)? + word.len()))?;
    let (written, port) = text.get(echo..)?.split_at_checked(memchr::memrchr(b'>', text)?.checked_sub(echo)?)?;
    let port = port.strip_prefix(b">")?.trim_ascii_start();
    if ![&b"/dev/tty"[..], b"/dev/serial", b"$"].iter().any(|name| port.starts_with(name)) {
        return None;
    }
    let mut command = written.trim_ascii();
    while let Some(option) = command.strip_prefix(b"-") {
        command = option.get(option.iter().position(|byte| *byte == b' ')?..)?.trim_ascii_start();
    }
    for quote in [b"\"", b"'"] {
        command = command.strip_prefix(quote).and_then(|inside| inside.strip_suffix(quote)).unwrap_or(command);
    }
    while let Some(before) = [&b"\\r"[..], b"\\n", b"\\015", b"\\012"].iter().find_map(|end| command.strip_suffix(*end))
    {
        command = before;
    }
    is_whole_command(command).then_some(command)
}

/// `+CGREG:[16926] < 1 > /+CGREG:`: an answer into which a library has printed its own words, with its stamp in front.
fn begun_answer(text: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', text).filter(|_| text.first() == Some(&b'+'))?;
    let (begun, behind) = text.split_at_checked(colon + 1)?;
    let stamp = behind.strip_prefix(b"[")?;
    let digits = stamp.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 1 && stamp.get(digits) == Some(&b']')).then_some(begun)
}

/// `{"command":"AT+CMGF=0","id":2,"timeout":30000}`: an object of a program, with neither a direction nor an answer.
fn holds_command(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    let ways = [&b"\"dir"[..], b"\"resp", b"\"reply", b"\"answer", b"\"rx\"", b"\"type\""];
    let answers = [&b":\"+"[..], b":\"OK", b":\"ERROR", b":\"\\r\\n"];
    let dialog = ways.iter().chain(&answers).any(|part| has(part));
    text.starts_with(b"{\"") && text.ends_with(b"}") && has(b"\"command\":\"AT") && has(b"\",\"") && !dialog
}

/// A prompt with something in front of it that is not the modem's.
fn prompt(text: &[u8]) -> Option<&[u8]> {
    let begun = text.trim_ascii_start();
    let escaped = begun.strip_prefix(b"\\").or_else(|| begun.strip_prefix(b"/"));
    let set_off = Some(begun).filter(|begun| begun.len() < text.len());
    escaped.or(set_off).filter(|rest| rest.starts_with(b"> ") || *rest == b">")
}

/// What `TinyGSM` says has come and was not asked for.
pub(super) fn unhandled(text: &[u8]) -> Option<&[u8]> {
    behind_mark(text, b"### Unhandled:")
}

/// What `TinyGSM` says behind this mark.
pub(super) fn behind_mark<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let text = text.trim_ascii();
    // Its own stamp, where that is the only one of a log.
    let stamped = text.strip_prefix(b"[").and_then(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.get(digits..)?.strip_prefix(b"] ")
    });
    stamped.unwrap_or(text).strip_prefix(mark).map(<[u8]>::trim_ascii)
}

/// Bold marks around a line, or around several: then only its first or last line has one of them.
fn without_bold(text: &[u8]) -> Option<&[u8]> {
    let (begun, ended) = (text.strip_prefix(b"**"), text.strip_suffix(b"**"));
    match (begun, ended) {
        (Some(begun), Some(_)) => Some(begun.strip_suffix(b"**").unwrap_or(begun)),
        (Some(one), None) | (None, Some(one)) => Some(one).filter(|one| is_told(one.trim_ascii())),
        (None, None) => None,
    }
}

/// What somebody has written behind a command or an answer: `AT+COPS=? // slow`, `+CGREG: 0,1 (so it is attached)`.
fn without_comment(text: &[u8]) -> Option<&[u8]> {
    let head = |at: usize| text.get(..at).map(<[u8]>::trim_ascii_end).filter(|head| is_told(head));
    // `AT ... OK` has its answer there.
    let answered = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let behind = rest.iter().position(|byte| !matches!(byte, b' ' | b'.')).and_then(|at| rest.get(at..));
        behind.is_some_and(spelled::is_answer)
    };
    let marked = [&b" //"[..], b" <--", b" <==", b" ;;", b" ..."]
        .iter()
        .filter_map(|mark| memchr::memmem::find(text, mark))
        .min()
        .filter(|at| !answered(*at));
    if let Some(head) = marked.and_then(head) {
        return Some(head);
    }
    let inside = text.strip_suffix(b")")?;
    let at = memchr::memmem::rfind(inside, b" (")?;
    let words = inside.get(at + 2..)?;
    let sentence = words.first().is_some_and(u8::is_ascii_alphabetic) && words.contains(&b' ');
    head(at).filter(|_| sentence && !words.iter().any(|byte| matches!(byte, b'"' | b'(')))
}

fn is_told(text: &[u8]) -> bool {
    is_whole_command(text) || spelled::is_answer(text)
}

/// Zephyr shows the fields of an answer with blanks between them: `+CREG:  1 0`; no modem writes numbers so.
pub(super) fn with_commas(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let Some(at) = memchr::memmem::find(text, b": ").filter(|_| text.first() == Some(&b'+')) else { return bytes };
    let values = text.get(at + 2..).unwrap_or_default().trim_ascii();
    let numbers: Vec<&[u8]> = values.split(|byte| *byte == b' ').collect();
    let number = |text: &&[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if numbers.len() > 1 && numbers.iter().all(number) {
        bytes.truncate(at + 2);
        bytes.extend(numbers.join(&b','));
    }
    bytes
}

/// `Error: +CMS ERROR: 500`: what a program says before it shows the modem's error.
fn error_behind_words(text: &[u8]) -> Option<&[u8]> {
    let at = [&b"+CMS ERROR"[..], b"+CME ERROR"].iter().find_map(|error| memchr::memmem::find(text, error))?;
    let (words, error) = text.split_at_checked(at)?;
    let said = |byte: &u8| byte.is_ascii_alphabetic() || b" :-=!.".contains(byte);
    let ends = words.trim_ascii_end().last().is_some_and(|byte| b":-=!".contains(byte));
    // `fixed: +CMS ERROR: 500 for long SMS`: a sentence.
    let value = error.get(b"+CMS ERROR".len()..)?;
    let digits = value.iter().position(u8::is_ascii_digit).unwrap_or(value.len());
    let behind = value.get(digits..)?.iter().skip_while(|byte| byte.is_ascii_digit());
    let sentence = digits < 4 && behind.clone().next() == Some(&b' ') && behind.skip(1).any(u8::is_ascii_alphabetic);
    // `TX: ` is a mark, and what stands behind it was sent.
    let mark = !words.trim_ascii().contains(&b' ') && super::words::has(words, &super::words::SENT);
    // Control characters written as words are for the form of the log to read.
    (!mark && !sentence && at > 0 && at < 40 && ends && words.iter().all(said) && !error.ends_with(b">"))
        .then_some(error)
}

/// `command_lib: Token: {AT+CSQ}`.
fn token(text: &[u8]) -> Option<&[u8]> {
    let inside = text.strip_suffix(b"}")?;
    let at = memchr::memmem::find(inside, b"Token: {")?;
    inside.get(at + b"Token: {".len()..)
}

/// `response: 'Message Failed +CMS ERROR: 69' } }`: an error with its number at the end of a text in quotes.
fn error_in_quotes(text: &[u8]) -> Option<&[u8]> {
    let at = [&b"+CMS ERROR: "[..], b"+CME ERROR: "].iter().find_map(|error| memchr::memmem::find(text, error))?;
    let (before, error) = text.split_at_checked(at)?;
    let digits = error.iter().skip(b"+CMS ERROR: ".len()).take_while(|byte| byte.is_ascii_digit()).count();
    let (error, behind) = error.split_at_checked(b"+CMS ERROR: ".len() + digits)?;
    let quote = *behind.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
    // An answer alone in quotes is no text.
    let words =
        memchr::memrchr(quote, before).and_then(|at| before.get(at + 1..)).is_some_and(|words| !words.is_empty());
    (digits > 0 && words).then_some(error)
}

/// Where a command begins that a sketch's words run into: `Waiting for network...AT+CREG?`.
pub(super) fn glued(text: &[u8]) -> Option<usize> {
    // An error that was cut before its code, or an answer whose line end the program prints later.
    let error = text.starts_with(b"+CMS ERROR:AT+") || text.starts_with(b"+CME ERROR:AT+");
    if error {
        return Some(b"+CMS ERROR:".len());
    }
    if is_whole_command(text) || text.first().is_some_and(|byte| matches!(byte, b'+' | b'>')) {
        return None;
    }
    let at = memchr::memmem::find(text, b"AT+").filter(|&at| at > 0)?;
    let command = text.get(at..)?.trim_ascii_end();
    // In front of a quotation is a sentence.
    let apart = text.get(at - 1).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'\'' | b'"' | b'('));
    let known = !apart && is_whole_command(command) && vocabulary::sim800().first(command).is_some();
    known.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_run_into_commands() {
        assert_eq!(glued(b"Waiting for network...AT+CREG?"), Some(22));
        assert_eq!(glued(b"Connecting to a.exampleAT+CIPCLOSE=0,1"), Some(23));
        for text in [&b"AT+CREG?"[..], b"I typed AT+CREG?", b"see AT+", b"> AT+CREG?", b"FOOAT+NOTHINGKNOWN", b""] {
            assert_eq!(glued(text), None);
        }
    }

    #[test]
    fn comments_behind_what_was_told_go() {
        let check = |text: &str, expect: &str| assert_eq!(bare(text.as_bytes()), expect.as_bytes());
        check("AT+COPS=? //this takes long", "AT+COPS=?");
        check("+CGREG: 0,1 (so it is attached)", "+CGREG: 0,1");
        check("AT+CSQ <-- weak", "AT+CSQ");
        check("OK ...matched", "OK");
        check("Ok", "OK");
        check("AT+CPIN?CRCRLF", "AT+CPIN?");
        check(r#"pi@gw:~ $ echo -e "AT+CSQ\r\n" > /dev/ttyUSB2"#, "AT+CSQ");
        check("echo 'AT+CMGS=\"1\"' >/dev/ttyS0", "AT+CMGS=\"1\"");
        check("echo AT > notes.txt", "echo AT > notes.txt");
        check("Thanks for using picocom", "");
        check("AT+CREG?^M^M$", "AT+CREG?");
        check("^M$", "");
        check("OK^M", "OK");
        check("--> AT^M", "--> AT^M");
        check("+CPIN: SIM PINCRLF", "+CPIN: SIM PIN");
        check("CRLF", "");
        check("the CRLF", "the CRLF");
        check("ERROR**", "ERROR");
        check("V (52164) command_lib: Token: {+CEREG: 0,1}", "+CEREG: 0,1");
        check("response: 'Message Failed +CMS ERROR: 69' } }", "+CMS ERROR: 69");
        check(r#"{"command":"AT+CMGF=0","id":2,"timeout":30000}"#, "");
        check(r#"{"status": 400, "error": "bad"}"#, r#"{"status": 400, "error": "bad"}"#);
        check("if (s == \"+CMS ERROR:\") {", "if (s == \"+CMS ERROR:\") {");
        for text in
            ["+CSQ: (0-31,99),(0-99)", "+COPS: (2,\"A B\",\"A\",\"1\")", "see (that is all)", "AT+X=\"http://a\""]
        {
            check(text, text);
        }
        assert_eq!(with_commas(b"+CREG:  1 0"), b"+CREG: 1,0");
        assert_eq!(with_commas(b"+CPIN: SIM PIN"), b"+CPIN: SIM PIN");
    }

    #[test]
    fn marks_of_forums_go() {
        for (text, expect) in [("**OK**", "OK"), ("`AT`", "AT"), ("```text", ""), ("\"", ""), ("2**3", "2**3")] {
            assert_eq!(bare(text.as_bytes()), expect.as_bytes());
        }
    }
}
