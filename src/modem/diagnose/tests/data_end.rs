use super::{Transcript, at_prompt, check, connected, of_transcript};

#[test]
fn missing_terminator() {
    at_prompt("> hello\n< hello\n", "missing-terminator");
    at_prompt("> hello\\r\\n\n< hello\\r\\n\n", "missing-terminator");
    at_prompt("> hello\n< hello\n> \\x1A\n< \\x1A\\r\\nSEND OK\\r\\n\n", "");
    at_prompt("", "");
    // The data went by itself (CIPATS), or was given up.
    at_prompt("> hello\n< hello\\r\\nSEND OK\\r\\n\n", "");
    at_prompt("> hello\n< hello\n> \\x1B\n< \\r\\nOK\\r\\n\n", "");
    check(
        "> AT+CMGF=1\\r\n< AT+CMGF=1\\r\\r\\nOK\\r\\n\n> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\n> \n> hi\\r\n< hi\\r\\n> \n",
        "missing-terminator",
    );
}

#[test]
fn terminator_typed_as_text() {
    for text in [
        "1A",
        "0x1A",
        "\\\\x1A",
        "\\\\032",
        "\\\\u001A",
        "^Z",
        "<1A>",
        "<SUB>",
        "<CTRL+Z>",
        "Ctrl+Z",
        "$1A",
        "#26",
        "#026",
        "26",
        "38",
        "&",
        "1a\\r\\n",
    ] {
        at_prompt(&format!("> hello\n< hello\n> {text}\n< {text}\n"), "terminator-typed-as-text");
    }
    for text in ["hello1A", "hello^Z\\r\\n", "hello <CTRL+Z>", "hello26", "hi0x1A"] {
        at_prompt(&format!("> {text}\n"), "terminator-typed-as-text");
        at_prompt(
            &format!("> {text}\n> \\x1A\n< {text}\\x1A\\r\\nSEND OK\\r\\n\n"),
            if text.ends_with("\\n") { "(line-end-before-terminator)" } else { "" },
        );
    }
    // Followed by a command that became data too: one cause.
    at_prompt("> hello\n> 1A\n> AT+CIPCLOSE\\r\\n\n", "terminator-typed-as-text");
    at_prompt("> hello1A\\r\\n\n> AT+CIPCLOSE\\r\\n\n", "terminator-typed-as-text");
    // Numbers that belong to the data.
    at_prompt("> temp=26\n", "missing-terminator");
    at_prompt("> in 2026\n", "missing-terminator");
    at_prompt("> 1A\n> and more\n> \\x1A\n< 1Aand more\\x1A\\r\\nSEND OK\\r\\n\n", "");
}

/// Control characters are dots in the log, and one that ends a line may be the CR or the 1A.
#[test]
fn terminator_typed_as_text_where_dots_stand() {
    let dots = |text: &str, then: &str| {
        format!("W: AT.\nR: ..OK..\nW: AT+CMGF=1.\nR: ..OK..\nW: AT+CMGS=\"+15550100\".\nR: ..> \nW: {text}\n{then}")
    };
    for text in ["hello1A.", "hello0x1A.", "hello^Z.", "hello1A.."] {
        check(&dots(text, ""), "terminator-typed-as-text");
        check(&dots(text, "R: ..+CMGS: 12....OK..\n"), "");
    }
    check(&dots("hello.", ""), "");
    let quoted = "Write \"AT.\"\nRead \"..OK..\"\nWrite \"AT+CMGS=\"+15550100\".\"\nRead \"..> \"\nWrite \"hello.\"\nRead \"..+CMGS: 4....OK..\"\n";
    check(quoted, "");
}

#[test]
fn command_as_payload() {
    at_prompt("> hello\n< hello\n> AT+CIPSTATUS\\r\\n\n< AT+CIPSTATUS\\r\\n\n", "command-as-payload");
    at_prompt("> hello\n< hello\n> AT+CIPCLOSE\\r\n> \\x1B\n< hello\\r\\nOK\\r\\n\n", "command-as-payload");
    // After a while: the finding about the missing byte gives way.
    check(
        "[0.0] > AT+CMGS=\"1\"\\r\n[0.1] < AT+CMGS=\"1\"\\r\\r\\n> \n[1.0] > hi\n[30.0] > AT+CSQ\\r\n[60.0] > AT+CSQ\\r\n",
        "command-as-payload",
    );
    // Words that begin with AT, and a command that is sent on purpose.
    at_prompt("> hello\n> AT home\\r\n", "missing-terminator");
    at_prompt("> AT+CSQ\\r\n> \\x1A\n< AT+CSQ\\r\\x1A\\r\\nSEND OK\\r\\n\n", "(line-end-before-terminator)");
}

#[test]
fn terminator_before_prompt() {
    connected(
        "> AT+CIPSEND\\r\n> hello\\x1A\n< AT+CIPSEND\\r\\r\\n> hello\\x1A\\r\\nSEND OK\\r\\n\n",
        "terminator-before-prompt",
    );
    connected("> AT+CIPSEND\\r\n> hello\n> \\x1A\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n", "terminator-before-prompt");
    connected("> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n> \n> hello\\x1A\n< hello\\x1A\\r\\nSEND OK\\r\\n\n", "");
}

#[test]
fn terminator_without_prompt() {
    at_prompt("> hello\\x1A\n< hello\\x1A\\r\\nSEND OK\\r\\n\n> \\x1A\n< \\x1A\n", "terminator-without-prompt");
    check("> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n> hello\\x1A\n< hello\\x1A\n", "terminator-without-prompt");
    // It ends data that was begun before the log.
    check("> hello\\x1A\n< hello\\x1A\\r\\nSEND OK\\r\\n\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", "");
    check(
        "> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n> AT+CMGS=\"1\"\\r\n< AT+CMGS=\"1\"\\r\\r\\n+CMS ERROR: 302\\r\\n\n> hello\\x1A\n< hello\\x1A\n",
        "sms-refused terminator-without-prompt",
    );
    // The cause is told already.
    check(
        "> AT+CIPSHUT\\r\n< AT+CIPSHUT\\r\\r\\nSHUT OK\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n> hello\\x1A\n< hello\\x1A\n",
        "send-without-connection",
    );
}

#[test]
fn line_ends_around_the_terminator() {
    at_prompt("> hello\\r\\n\\x1A\n< hello\\r\\n\\x1A\\r\\nSEND OK\\r\\n\n", "(line-end-before-terminator)");
    at_prompt("> hello\n> \\x1A\\r\\n\n< hello\\x1A\\r\\nSEND OK\\r\\n\n", "(line-end-after-terminator)");
    // A request of HTTP ends in an empty line.
    at_prompt("> GET / HTTP/1.0\\r\\n\\r\\n\\x1A\n< GET / HTTP/1.0\\r\\n\\r\\n\\x1A\\r\\nSEND OK\\r\\n\n", "");
}

#[test]
fn terminator_inside_payload() {
    at_prompt("> ab\\x1Acd\\x00ef\n< ab\\x1A\\r\\nSEND OK\\r\\n\n", "terminator-inside-payload");
    at_prompt("> ab\\x1Acd\\x1A\n< ab\\x1A\\r\\nSEND OK\\r\\n\n", "terminator-inside-payload");
    at_prompt("> ab\\x1A\n< ab\\x1A\\r\\nSEND OK\\r\\n\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", "");
}

#[test]
fn fixed_length() {
    let five = |rest: &str, expect| connected(&format!("> AT+CIPSEND=5\\r\n< AT+CIPSEND=5\\r\\r\\n> \n{rest}"), expect);
    five("> hell\n< hell\n", "fixed-length-short");
    five("> hell\n< hell\n> o\n< o\\r\\nSEND OK\\r\\n\n", "");
    five("> hel\n> AT+CIPCLOSE\\r\n", "fixed-length-short");
    five("> hello\n< hello\\r\\nSEND OK\\r\\n\n", "");
    five("> hello world\n< hello\\r\\nSEND OK\\r\\n\n", "fixed-length-excess");
    five("> hello\\x1A\n< hello\\r\\nSEND OK\\r\\n\n", "fixed-length-excess");
    five("> hello\\r\\n\n< hello\\r\\nSEND OK\\r\\n\n", "(fixed-length-excess)");
    five("> a\\x1Ab\\x1Bc\n< a\\x1Ab\\x1Bc\\r\\nSEND OK\\r\\n\n", "");
    // A length that the log leaves out.
    connected("> AT+CIPSEND=<len>\\r\n< AT+CIPSEND=<len>\\r\\r\\n> \n> <bytes>\n", "");
}

#[test]
fn payload_too_long() {
    let long = "x".repeat(1500);
    at_prompt(&format!("> {long}\n< {long}\\r\\nERROR\\r\\n\n"), "payload-too-long");
    let fits = "x".repeat(1460);
    at_prompt(&format!("> {fits}\\x1A\n< {fits}\\x1A\\r\\nSEND OK\\r\\n\n"), "");
    connected("> AT+CIPSEND=1461\\r\n< AT+CIPSEND=1461\\r\\r\\nERROR\\r\\n\n", "payload-too-long");
    connected(
        "> AT+CIPSEND?\\r\n< AT+CIPSEND?\\r\\r\\n+CIPSEND: 1000\\r\\n\\r\\nOK\\r\\n\n> AT+CIPSEND=1200\\r\n< AT+CIPSEND=1200\\r\\r\\nERROR\\r\\n\n",
        "payload-too-long",
    );
}

#[test]
fn prompt_switched_off() {
    connected("> AT+CIPSPRT=0\\r\n< AT+CIPSPRT=0\\r\\r\\nOK\\r\\n\n", "(prompt-switched-off)");
    connected("> AT+CIPSPRT=1\\r\n< AT+CIPSPRT=1\\r\\r\\nOK\\r\\n\n", "");
    connected(
        "> AT+CIPSEND\\r\n< AT+CIPSEND\\r\n> hello\\x1A\n< hello\\x1A\\r\\nSEND OK\\r\\n\n",
        "(prompt-switched-off)",
    );
}

#[test]
fn byte_edits_payload() {
    at_prompt("> hex\\x08llo\\x1A\n< hex\\x08llo\\x1A\\r\\nSEND OK\\r\\n\n", "byte-edits-payload");
    at_prompt("> ab\\x1Bcd\\x1A\n< ab\\x1B\n", "byte-edits-payload");
    at_prompt("> ab\\x1B\n< ab\\x1B\\r\\nOK\\r\\n\n> AT\\r\n< AT\\r\\r\\nOK\\r\\n\n", "(byte-edits-payload)");
}

/// A log of what a sketch sends, without the answers: how the data ends shows all the same.
#[test]
fn sent_bytes_alone() {
    let sms = "> AT+CMGF=1\\r\\n\n# delay 1000 ms\n> AT+CMGS=\"+491\"\\r\\n\n# delay 1000 ms\n> hello\n";
    check(&format!("{sms}> \\x1A\n"), "");
    check(&format!("{sms}> \\x1A\\r\\n\n# delay 5 s\n> AT\\r\\n\n"), "(line-end-after-terminator)");
    check(&format!("{sms}> 26\n"), "terminator-typed-as-text");
    check(&format!("{sms}> 26\\r\\n\n# delay 5 s\n> AT+CMGD=1\\r\\n\n"), "terminator-typed-as-text");
    check(sms, "missing-terminator");
    check(&format!("{sms}# delay 5 s\n> AT+CMGS=\"+492\"\\r\\n\n"), "command-as-payload");
    check("> AT+CIPSEND=5\\r\\n\n# delay 1 s\n> hello\n# delay 1 s\n> AT+CIPCLOSE\\r\\n\n", "");
    check("> AT+CIPSEND=9\\r\\n\n# delay 1 s\n> hello\n", "fixed-length-short");
}

#[test]
fn the_last_line_of_a_pasted_log_is_one_without_its_end_too() {
    check("AT+CIPSEND\r\r\n> hello1A", "terminator-typed-as-text");
    check("AT+CIPSEND\r\r\n> hello", "missing-terminator");
    check("AT+CIPSEND\r\r\n> ", "");
}

#[test]
fn one_byte_is_one() {
    let log = "AT+CIPSTATUS\nOK\n\nSTATE: CONNECT OK\nAT+CIPSEND\n> 0\n";
    let diagnoser = of_transcript(&Transcript::read(log.as_bytes()));
    let title = &diagnoser.findings()[0].title;
    assert_eq!(title, "1 byte of data was sent, but the byte 1A that sends it is missing.");
}
