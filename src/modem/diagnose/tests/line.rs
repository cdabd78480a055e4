use std::time::Duration;

use super::{Diagnoser, check, rules};

const READY: &str = "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n";

#[test]
fn no_line_ending() {
    check("> AT\n< AT\n> AT\n< AT\n", "no-line-ending");
    check("> AT+CSQ\n", "no-line-ending");
    check("[0.0] > A\n[0.2] > T\n[0.4] > \\r\n[0.5] < AT\\r\\r\\nOK\\r\\n\n", "");
    check("> AT\n> \\r\\n\n< AT\\r\\r\\nOK\\r\\n\n", "");
}

#[test]
fn escape_typed_as_text() {
    check("> AT\\\\r\\\\n\n< AT\\\\r\\\\n\n", "escape-typed-as-text");
    check("> AT+CSQ\\\\n\\r\n< AT+CSQ\\\\n\\r\\r\\nERROR\\r\\n\n", "escape-typed-as-text");
    check("> AT+FSCREATE=C:\\\\new\\\\r.txt\\r\n< AT+FSCREATE=C:\\\\new\\\\r.txt\\r\\r\\nOK\\r\\n\n", "");
}

#[test]
fn no_answer() {
    check("> AT\\r\n> AT\\r\n", "no-answer");
    check("[0.0] > AT\\r\n[2.0] > AT\\r\n[9.0] > AT\\r\n[9.1] < AT\\r\\r\\nOK\\r\\n\n", "");
    check("> AT\\r\n", "");
    check(&format!("{READY}> AT+CSQ\\r\n> AT+CSQ\\r\n"), "no-answer");
}

#[test]
fn loopback() {
    check("> AT\\r\\n\n< AT\\r\\n\n> AT\\r\\n\n< AT\\r\\n\n", "loopback");
    check("> AT\\r\\n\n< AT\\r\n> AT\\r\\n\n< AT\\r\n", "");
    check("> AT\\r\\n\n< AT\\r\\r\\nOK\\r\\n\n", "");
    // CR alone comes back from a modem too: nothing is said, nor taken for answers that break off.
    let echoed = |line: &str| format!("> {line}\\r\n< {line}\\r\n");
    let start = echoed("AT+CIPSTART=\"TCP\",\"a-server-with-a-long-name.example.com\",\"8080\"");
    check(&format!("{}{start}{}> hello\n< hello\n> \\x1A\n< \\x1A\n", echoed("AT"), echoed("AT+CIPSEND")), "");
    check(&format!("{}{start}> a text that was sent all the same\n< a text that was sent all\n", echoed("AT")), "");
    // The echo of data holds line feeds too.
    check("> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n> \n> a\\r\\n\\r\\n\n< a\\r\\n\\r\\n\n", "missing-terminator");
}

#[test]
fn wrong_baud() {
    check(
        "> AT\\r\n< \\xE0\\x9F\\xFC\\x80\\xE3\\x1C\\xF0\\x07\\x9C\n> AT\\r\n< \\xE0\\x9F\\xFC\\x80\\xE3\\x1C\\r\\xF0\\x07\\x9C\n",
        "wrong-baud",
    );
    // The sync bytes of a power-on at 115200, and one stray byte.
    check("< \\x00IIII\\xFF\\xFF\\xFF\\xFF\\r\\nRDY\\r\\n\n> AT\\r\n< \\xFFAT\\r\\r\\nOK\\r\\n\n", "");
    super::connected("< \\x80\\x81\\x82\\x83\\x84\\x85\\x86\\x87\\x88\\x89\\x8A\\x8B\\x8C\\r\\n\\xFF\\xFE\n", "");
}

#[test]
fn echo() {
    check(&format!("{READY}> AT+CPIN?\\r\n< AT+N?\\r\\r\\nERROR\\r\\n\n"), "echo-lost-bytes");
    check(&format!("{READY}> AT+CPIN?\\r\n< AT+CP\\r\\nRING\\r\\nIN?\\r\\r\\n+CPIN: READY\\r\\n\\r\\nOK\\r\\n\n"), "");
    check(&format!("{READY}> AT+CMEE=1\\r\n< AT+CHEE=1\\r\\r\\nOK\\r\\n\n"), "echo-bit-errors");
    check(&format!("{READY}> AT+CGATT?\\r\n< AT+CGAIT?\\r\\r\\n+CGATT: 1\\r\\n\\r\\nOK\\r\\n\n"), "echo-bit-errors");
    check(&format!("{READY}> AT+CMEE=1\\n\n< AT+CMEE=1\\r\\nOK\\r\\n\n"), "");
}

#[test]
fn overflow() {
    let long = "+COPS: (1,\"Orange F\",\"Orange\",\"20801\"),(2,\"S";
    check(
        &format!("{READY}> AT+COPS=?\\r\n< AT+COPS=?\\r\\r\\n{long}FR\",\"\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n"),
        "overflow-64",
    );
    check(
        // The log ends with a long echo and the beginning of its answer.
        &format!(
            "{READY}> AT+HTTPPARA=\"URL\",\"http://a.example.com/a/long/path?x=1\"\\r\n< AT+HTTPPARA=\"URL\",\"http://a.example.com/a/long/path?x=1\"\\r\\r\\nO\n"
        ),
        "",
    );
    check(
        &format!("{READY}> AT+COPS=?\\r\n< AT+COPS=?\\r\\r\\n{long}FR\",\"SFR\",\"20810\")\\r\\n\\r\\nOK\\r\\n\n"),
        "",
    );
}

#[test]
fn first_bytes() {
    check("< SIM800L passthrough ready\\r\\n\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", "(board-reset-on-open)");
    check("> AT+CSQ\\r\n< CSQ\\r\\r\\nERROR\\r\\n\n", "(board-reset-on-open)");
    let asleep = "> AT+CSCLK=2\\r\n< AT+CSCLK=2\\r\\r\\nOK\\r\\n\n";
    check(
        &format!("{asleep}> AT+CSQ\\r\n> AT+CSQ\\r\n< AT+CSQ\\r\\r\\n+CSQ: 20,0\\r\\n\\r\\nOK\\r\\n\n"),
        "(first-character-lost)",
    );
    check(&format!("{asleep}> AT+CSQ\\r\n< AT+CSQ\\r\\r\\n+CSQ: 20,0\\r\\n\\r\\nOK\\r\\n\n"), "");
}

#[test]
fn how_commands_are_written() {
    check(
        &format!(
            "{READY}> AT+CSTT=\\xE2\\x80\\x9Capn\\xE2\\x80\\x9D\\r\n< AT+CSTT=\\xE2\\x80\\x9Capn\\xE2\\x80\\x9D\\r\\r\\nERROR\\r\\n\n"
        ),
        "typographic-quotes",
    );
    check(&format!("{READY}> AT + CSQ\\r\n< AT + CSQ\\r\\r\\nERROR\\r\\n\n"), "blank-in-command");
    check(&format!("{READY}> AT+ CIPMUX=1\\r\n< AT+ CIPMUX=1\\r\\r\\nERROR\\r\\n\n"), "blank-in-command");
    check(
        &format!("{READY}> AT+CIPSTART=\"TCP\", \"a b\",1\\r\n< AT+CIPSTART=\"TCP\", \"a b\",1\\r\\r\\nERROR\\r\\n\n"),
        "(refused)",
    );
}

/// Commands typed by hand, far apart: the silence before the second one has lasted long enough already.
#[test]
fn a_modem_that_fell_silent_is_told_also_when_commands_come_slowly() {
    let second = Duration::from_secs;
    let mut diagnoser = Diagnoser::new();
    diagnoser.sent(b"AT\r", &[], 1, Some(second(1)));
    diagnoser.received(b"AT\r\r\nOK\r\n", &[], Some(second(1)));
    for (send, at) in [(2, 20), (3, 48), (4, 77)] {
        diagnoser.sent(b"AT\r", &[], send, Some(second(at)));
    }
    assert_eq!(rules(&diagnoser), "no-answer", "before the third was sent");
    let told = diagnoser.findings()[0].title.clone();
    assert!(told.starts_with("The modem does not answer any more: 2 commands"), "{told}");
    diagnoser.received(b"AT\r\r\nOK\r\n", &[], Some(second(78)));
    assert!(diagnoser.findings().iter().all(|finding| finding.resolved));
}

#[test]
fn a_control_character_in_a_command_is_shown_and_not_obeyed() {
    let text = b"> AT+CMGF\x12=1\\r\n< \\r\\nERROR\\r\\n\n";
    let found = crate::modem::diagnose::of_transcript(&crate::modem::transcript::Transcript::read(text));
    assert!(!found.findings().is_empty());
    for finding in found.findings() {
        assert!(!finding.title.chars().any(char::is_control), "{finding:?}");
    }
}
