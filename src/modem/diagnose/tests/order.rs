use super::{Transcript, at_prompt, check, connected, of_transcript, rules};

const START: &str =
    "> AT+CIPSTART=\"TCP\",\"example.com\",\"80\"\\r\n< AT+CIPSTART=\"TCP\",\"example.com\",\"80\"\\r\\r\\nOK\\r\\n\n";
const SHUT: &str = "> AT+CIPSHUT\\r\n< AT+CIPSHUT\\r\\r\\nSHUT OK\\r\\n\n";

/// The sketch that reads nothing, and what the modem made of it.
const BLIND: &str = r#"
[0.000] > AT\r\n
[0.010] < AT\r\r\nOK\r\n
[0.500] > AT+CIPSTART="TCP","h","9999"\r\n
[0.530] < AT+CIPSTART="TCP","h","9999"\r\r\nOK\r\n
[1.000] > AT+CIPSEND\r\n
[1.020] < AT+CIPSEND\r\r\nERROR\r\n
[1.500] > TEXT MESSAGE HERE
[1.500] > \x1A
[1.500] > AT+CIPCLOSE\r\n
[1.530] < TEXT MESSAGE HERE\x1AAT+CIPCLOSE\r
[3.000] < \r\nCONNECT OK\r\n
"#;

#[track_caller]
fn refused(command: &str, expect: &str) {
    check(&format!("> {command}\\r\n< {command}\\r\\r\\nERROR\\r\\n\n"), expect);
}

#[test]
fn send_before_connect() {
    check(&format!("{START}> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n"), "send-before-connect");
    check(
        &format!(
            "{START}> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n+CME ERROR: 3\\r\\n\\r\\nCONNECT OK\\r\\n\n> hello\\x1A\n"
        ),
        "send-before-connect",
    );
    check(&format!("{START}> AT+CIPSEND\\r\n< AT+CIPSEND\\r\n"), "send-before-connect");
    check(&format!("{START}< \\r\\nCONNECT OK\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\n> \n"), "");
    // Sent bytes alone: the delay decides.
    check(
        "> AT+CIPSTART=\"TCP\",\"a\",\"1\"\\r\\n\n# delay 500 ms\n> AT+CIPSEND\\r\\n\n# delay 500 ms\n> hi\n> \\x1A\n",
        "send-before-connect",
    );
    check(
        "> AT+CIPSTART=\"TCP\",\"a\",\"1\"\\r\\n\n# delay 6 s\n> AT+CIPSEND\\r\\n\n# delay 500 ms\n> hi\n> \\x1A\n# delay 5 s\n> AT+CIPCLOSE\\r\\n\n",
        "",
    );
}

#[test]
fn the_blind_sketch_with_its_answers() {
    check(BLIND.trim_start(), "send-before-connect closed-before-sent");
}

#[test]
fn send_without_connection() {
    check(
        &format!(
            "{SHUT}> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n"
        ),
        "send-without-connection",
    );
    connected(
        "< \\r\\nCLOSED\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n",
        "(peer-closed) send-without-connection",
    );
    refused("AT+CIPSEND", "send-without-connection");
}

#[test]
fn closed_before_sent() {
    at_prompt("> hello\\x1A\n> AT+CIPCLOSE\\r\n< hello\\x1AAT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n\n", "closed-before-sent");
    at_prompt(
        "> hello\\x1A\n< hello\\x1A\\r\\nSEND OK\\r\\n\n> AT+CIPCLOSE\\r\n< AT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n\n",
        "",
    );
}

#[test]
fn connections() {
    check(
        "> AT+CIPSTART=\"TCP\",\"a\",1\\r\n< AT+CIPSTART=\"TCP\",\"a\",1\\r\\r\\nERROR\\r\\n\\r\\nALREADY CONNECT\\r\\n\n",
        "already-connected",
    );
    check(&format!("{START}< \\r\\nSTATE: TCP CLOSED\\r\\n\\r\\nCONNECT FAIL\\r\\n\n"), "connect-failed");
    connected("< \\r\\nCLOSED\\r\\n\n", "(peer-closed)");
    connected("> AT+CIPCLOSE\\r\n< AT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n\n", "");
    at_prompt("> hello\\x1A\n< hello\\x1A\\r\\nSEND FAIL\\r\\n\n", "send-failed");
}

#[test]
fn a_private_target_is_named() {
    let text = "> AT+CIPSTART=\"TCP\",\"192.168.1.5\",80\\r\n< AT+CIPSTART=\"TCP\",\"192.168.1.5\",80\\r\\r\\nOK\\r\\n\\r\\nSTATE: IP STATUS\\r\\n\\r\\nCONNECT FAIL\\r\\n\n";
    let found = super::of_transcript(&super::Transcript::read(text.as_bytes()));
    assert!(found.findings()[0].cause.contains("private network"), "{:?}", found.findings());
}

/// Who publishes a log puts an address for examples in place of the real one: it is not what is wrong.
#[test]
fn an_address_for_examples_is_no_reason() {
    let cause = |log: &str| {
        let found = super::of_transcript(&super::Transcript::read(log.as_bytes()));
        let words = |finding: &super::Finding| [finding.cause.as_str(), finding.fix.as_str()].join(" ");
        found.findings().iter().map(words).collect::<String>()
    };
    let no_context = cause("AT+CIPOPEN=0,\"TCP\",\"203.0.113.5\",5000\n+CIPOPEN: 0,2\nERROR\n");
    assert!(no_context.contains("AT+NETOPEN") && !no_context.contains("examples"), "{no_context}");
    let nobody = cause("AT+CIPSTART=\"TCP\",\"203.0.113.5\",5000\nOK\n\nCONNECT FAIL\n");
    assert!(nobody.starts_with("Nobody answered there") && nobody.contains("if it was really dialled"), "{nobody}");
}

#[test]
fn opening_the_data_connection() {
    let cstt = "> AT+CSTT=\"wrong\"\\r\n< AT+CSTT=\"wrong\"\\r\\r\\nOK\\r\\n\n";
    check(
        &format!("{SHUT}{cstt}> AT+CIICR\\r\n< AT+CIICR\\r\\r\\n+PDP: DEACT\\r\\n\\r\\nERROR\\r\\n\n"),
        "no-data-service",
    );
    check(
        &format!(
            "{SHUT}{cstt}> AT+CIICR\\r\n< AT+CIICR\\r\\r\\nERROR\\r\\n\n> AT+CIFSR\\r\n< AT+CIFSR\\r\\r\\nERROR\\r\\n\n"
        ),
        "no-data-service",
    );
    check(
        &format!(
            "{SHUT}{cstt}> AT+CIICR\\r\n< AT+CIICR\\r\\r\\nOK\\r\\n\n> AT+CIFSR\\r\n< AT+CIFSR\\r\\r\\n10.1.2.3\\r\\n\n"
        ),
        "",
    );
    check(&format!("{SHUT}{START}< \\r\\n+PDP: DEACT\\r\\n\\r\\nCONNECT FAIL\\r\\n\n"), "no-data-service");
    check(
        "> AT+CSTT=\"x\"\\r\n< AT+CSTT=\"x\"\\r\\r\\nERROR\\r\\n\n> AT+CIICR\\r\n< AT+CIICR\\r\\r\\nERROR\\r\\n\n> AT+CIFSR\\r\n< AT+CIFSR\\r\\r\\nERROR\\r\\n\n",
        "wrong-ip-state",
    );
    connected("> AT+CSTT=\"x\"\\r\n< AT+CSTT=\"x\"\\r\\r\\n+CME ERROR: 3\\r\\n\n", "wrong-ip-state");
    connected("< \\r\\n+PDP: DEACT\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n", "context-lost");
    connected("> AT+CGATT=0\\r\n< AT+CGATT=0\\r\\r\\n+PDP: DEACT\\r\\n\\r\\nOK\\r\\n\n", "");
}

/// There never was a data connection that could be lost.
#[test]
fn what_fails_for_want_of_the_sim_is_told_of_the_sim_alone() {
    let dead = "< \\r\\n+PDP: DEACT\\r\\n\\r\\nSTATE: PDP DEACT\\r\\n\\r\\nCONNECT FAIL\\r\\n\n";
    let asked = |said: &str| format!("> AT+CPIN?\\r\n< AT+CPIN?\\r\\r\\n{said}\\r\\n\n{START}{dead}");
    check(&asked("+CPIN: SIM PIN\\r\\n\\r\\nOK"), "sim-locked");
    check(&asked("+CME ERROR: 10"), "sim-missing");
}

/// Where a number always stands, it is never one too many.
#[test]
fn a_link_that_is_always_named_has_nothing_to_do_with_mux() {
    let opened = r"> AT+NETOPEN\r
< \r\nOK\r\n\r\n+NETOPEN: 0\r\n
";
    for (before, command, said) in [
        (opened, r#"AT+CIPOPEN=0,"TCP","a",1"#, r"+CIPOPEN: 0,2\r\n\r\nERROR"),
        (opened, "AT+CIPSEND=0,", r"+CIPERROR: 4\r\n\r\nERROR"),
        ("", r#"AT+QIOPEN=1,0,"TCP","a",80,0,1"#, "ERROR"),
        ("", "AT+QISEND=0,5", "ERROR"),
    ] {
        let log = format!("< \\r\\nRDY\\r\\n\n{before}> {command}\\r\n< \\r\\n{said}\\r\\n\n");
        let found = rules(&of_transcript(&Transcript::read(log.as_bytes())));
        assert!(!found.contains("mux-form-mismatch"), "{log}{found}");
    }
}

#[test]
fn mux() {
    refused("AT+CIPMUX=1", "mux-change-refused");
    check("> AT+CIPMUX=1\\r\n< AT+CIPMUX=1\\r\\r\\nOK\\r\\n\n", "");
    check(
        "> AT+CIPMUX=1\\r\n< AT+CIPMUX=1\\r\\r\\nOK\\r\\n\n> AT+CIPSEND\\r\n< AT+CIPSEND\\r\\r\\nERROR\\r\\n\n",
        "mux-form-mismatch",
    );
    check(
        "> AT+CIPMUX=0\\r\n< AT+CIPMUX=0\\r\\r\\nOK\\r\\n\n> AT+CIPSTART=0,\"TCP\",\"a\",1\\r\n< AT+CIPSTART=0,\"TCP\",\"a\",1\\r\\r\\nERROR\\r\\n\n",
        "mux-form-mismatch",
    );
    check(
        "> AT+CIPMUX=1\\r\n< AT+CIPMUX=1\\r\\r\\nOK\\r\\n\n> AT+CIPSTART=0,\"TCP\",\"a\",1\\r\n< AT+CIPSTART=0,\"TCP\",\"a\",1\\r\\r\\nOK\\r\\n\\r\\n0, CONNECT OK\\r\\n\n",
        "",
    );
}

#[test]
fn manual_receive() {
    connected("< \\r\\n+CIPRXGET: 1\\r\\n\n", "manual-receive");
    connected(
        "< \\r\\n+CIPRXGET: 1\\r\\n\n> AT+CIPRXGET=2,5\\r\n< AT+CIPRXGET=2,5\\r\\r\\n+CIPRXGET: 2,5,0\\r\\nhello\\r\\nOK\\r\\n\n",
        "",
    );
    connected("> AT+CIPRXGET=4\\r\n< AT+CIPRXGET=4\\r\\r\\nERROR\\r\\n\n", "manual-receive");
}

#[test]
fn tls_that_was_switched_on_is_not_missed() {
    let blames = |before: &str| {
        let text = format!(
            "{before}AT+HTTPPARA=\"URL\",\"https://a.example/b\"\nOK\nAT+HTTPACTION=0\nOK\n\n+HTTPACTION: 0,601,0\n"
        );
        let diagnoser = of_transcript(&Transcript::read(text.as_bytes()));
        assert_eq!(super::rules(&diagnoser), "http-failed", "{text}");
        diagnoser.findings().iter().any(|finding| finding.cause.contains("TLS was not switched on"))
    };
    assert!(blames("") && !blames("AT+HTTPSSL=1\nOK\n"));
}

#[test]
fn http() {
    refused("AT+HTTPINIT", "http-already-open");
    refused("AT+SAPBR=1,1", "bearer-refused");
    check("> AT+HTTPACTION=0\\r\n< AT+HTTPACTION=0\\r\\r\\nOK\\r\\n\\r\\n+HTTPACTION: 0,601,0\\r\\n\n", "http-failed");
    check(
        "> AT+HTTPACTION=0\\r\n< AT+HTTPACTION=0\\r\\r\\nOK\\r\\n\\r\\n+HTTPACTION:0,404,12\\r\\n\n",
        "(http-failed)",
    );
    check("> AT+HTTPACTION=0\\r\n< AT+HTTPACTION=0\\r\\r\\nOK\\r\\n\\r\\n+HTTPACTION:0,200,12\\r\\n\n", "");
    check(
        "> AT+SAPBR=3,1,\"APN\",\"x\"\\r\n< AT+SAPBR=3,1,\"APN\",\"x\"\\r\\r\\nOK\\r\\n\n> AT+SAPBR=1,1\\r\n< AT+SAPBR=1,1\\r\\r\\nOK\\r\\n\n",
        "",
    );
}

/// Close to a finding, and none: the same words where they mean nothing bad.
#[test]
fn near_misses() {
    let accepted = |command: &str| format!("> {command}\\r\n< {command}\\r\\r\\nOK\\r\\n\n");
    for command in [
        "AT+HTTPINIT",
        "AT+SAPBR=1,1",
        "AT+CIPMUX=1",
        "AT+CMGF=0",
        "AT+CUSD=1,\\xE2\\x80\\x9C*100#\\xE2\\x80\\x9D",
        "AT + CSQ",
        "AT+CIPRXGET=4",
    ] {
        check(&accepted(command), "");
    }
    // A second connection beside the first one, and one after the other.
    connected(
        &format!("> AT+CIPCLOSE\\r\n< AT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n\n{START}< \\r\\nCONNECT OK\\r\\n\n"),
        "",
    );
    // The words of a message, not of the modem.
    check(
        "> AT+CMGR=1\\r\n< AT+CMGR=1\\r\\r\\n+CMGR: \"REC READ\",\"+49\"\\r\\nOVER-VOLTAGE WARNNING\\r\\nALREADY CONNECT\\r\\n\\r\\nOK\\r\\n\n",
        "",
    );
    // Text mode and a number in quotes fit, with and without a colon of its own in the text.
    let sms = format!("{}> AT+CMGS=\"+491\"\\r\n< AT+CMGS=\"+491\"\\r\\r\\n> \n", accepted("AT+CMGF=1"));
    check(&format!("{sms}> hi\\x1A\n< hi\\r\\n+CMGS: 7\\r\\n\\r\\nOK\\r\\n\n"), "");
}

#[test]
fn a_connection_that_was_open_already_can_be_closed() {
    let already = "> AT+CIPSTART=\"TCP\",\"example.com\",\"80\"\\r\n< AT+CIPSTART=\"TCP\",\"example.com\",\"80\"\\r\\r\\nERROR\\r\\n\\r\\nALREADY CONNECT\\r\\n\n";
    for close in [
        "> AT+CIPCLOSE\\r\n< AT+CIPCLOSE\\r\\r\\nCLOSE OK\\r\\n\n",
        "> AT+CIPSHUT\\r\n< AT+CIPSHUT\\r\\r\\nSHUT OK\\r\\n\n",
        "< \\r\\nCLOSED\\r\\n\n",
    ] {
        let diagnoser = of_transcript(&Transcript::read(format!("{already}{close}").as_bytes()));
        let found = diagnoser.findings().iter().find(|finding| finding.rule == "already-connected");
        assert!(found.is_some_and(|finding| finding.resolved), "{close}: {:#?}", diagnoser.findings());
    }
}

#[test]
fn what_was_refused_is_not_said_to_be_thrown_away() {
    let blind = of_transcript(&Transcript::read(BLIND.trim_start().as_bytes()));
    let closed = blind.findings().iter().find(|finding| finding.rule == "closed-before-sent");
    let cause = closed.map(|finding| finding.cause.as_str()).unwrap_or_default();
    assert!(cause.contains("no data to lose yet"), "{cause}");
}
