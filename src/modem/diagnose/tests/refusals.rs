//! Commands that are refused, unanswered or damaged, and connections that never come up.

use super::{Transcript, check, of_transcript, rules};

/// A command and its refusal, as a pasted log shows them.
fn no(command: &str) -> String {
    format!("{command}\nERROR\n")
}

fn ok(command: &str) -> String {
    format!("{command}\nOK\n")
}

#[test]
fn what_no_rule_knows_is_said_all_the_same() {
    check(&format!("{}{}", ok("AT"), no("AT+CMGF=1")), "(refused)");
    // It works later, it only asked, or it ended what had not begun.
    check(&format!("{}{}{}", ok("AT"), no("AT+CMGF=1"), ok("AT+CMGF=1")), "");
    check(&format!("{}{}{}", ok("AT"), no("AT+CLAC=?"), no("AT+CIPCLOSE")), "");
    check(&format!("{}{}", ok("AT"), no("AT+SAPBR=0,1")), "");
    // The same again and again is one.
    check(&format!("{}{}", ok("AT"), no("AT+CLTS=1").repeat(3)), "(refused)");
}

#[test]
fn the_modems_own_words_are_kept() {
    check("AT\nOK\nAT+CMSS=1\n+CMS ERROR: 500\n", "sms-refused");
    check("AT\nOK\nAT+CMSS=1\nError: +CMS ERROR: 500\n", "sms-refused");
    check("AT\nOK\nAT+CMGF=1\n+CMS ERROR: whatever it is\n", "sms-refused");
    // What it refused is not in the log.
    check("+CMS ERROR: 302\n", "sms-refused");
}

#[test]
fn a_sim_that_is_not_read() {
    check(&format!("{}{}{}", ok("AT"), no("AT+CPIN?"), no("AT+CCID")), "sim-unreadable");
    check("AT\nOK\nAT+CPIN?\n+CME ERROR: 13\n", "sim-unreadable");
    check("AT\nOK\nAT+CPIN?\nERROR\nAT+CPIN?\n+CPIN: READY\nOK\n", "");
    check("AT\nOK\nAT+CPIN?\n+CPIN: NOT INSERTED\nAT+SAPBR=1,1\nERROR\n", "sim-missing");
}

#[test]
fn few_answers_about_the_network() {
    check("AT+CREG?\n+CREG: 0,0\nOK\nAT+CREG?\n+CREG: 0,0\nOK\n", "not-registered");
    check("AT+CSQ\n+CSQ: 99,99\nOK\nAT+CGREG?\n+CGREG: 0,2\nOK\nAT+CEREG?\n+CEREG: 0,2\nOK\n", "not-registered");
    check("AT+CREG?\n+CREG: 0,2\nOK\n", "(not-registered)");
    check("AT+CREG?\n+CREG: 0,2\nOK\nAT+COPS?\n+COPS: 0,0,\"op\"\nOK\n", "");
    // Registered for data is registered.
    check("AT+CREG?\n+CREG: 0,0\nOK\nAT+CREG?\n+CREG: 0,0\nOK\nAT+CEREG?\n+CEREG: 0,1\nOK\n", "");
    check("AT+CSQ\n+CSQ: 0,0\nOK\nAT+CSQ\n+CSQ: 0,0\nOK\n", "no-signal");
    check("AT+CSQ\n+CSQ: 99,99\nOK\nAT+CSQ\n+CSQ: 17,0\nOK\n", "");
}

#[test]
fn no_data() {
    check("AT+CGATT=1\nOK\nATD*99#\nNO CARRIER\n", "no-data-service");
    check("AT+CGATT=1\nOK\nATD*99#\nCONNECT\n", "");
    check("AT+CREG?\n+CREG: 0,1\nOK\nAT+CGATT=1\n+CME ERROR: 148\n", "no-data-service");
    check("AT+CIPSTATUS\nOK\n\nSTATE: PDP DEACT\nAT+CIPSHUT\nSHUT OK\n", "");
}

#[test]
fn what_was_accepted_and_failed_later() {
    let connect = "AT+CMQTTCONNECT=0,\"tcp://h:1883\",60,1\nOK\n";
    let started = format!("AT+CMQTTSTART\nOK\n+CMQTTSTART: 0\n{connect}");
    check(&format!("{started}+CMQTTCONNECT: 0,14\n"), "failed-later");
    check(&format!("{started}+CMQTTCONNECT: 0,0\n"), "");
    check(&format!("{started}+CMQTTCONNECT: 0,3\n{connect}+CMQTTCONNECT: 0,3\n"), "failed-later");
    check(&format!("{started}+CMQTTCONNECT: 0,3\n{connect}+CMQTTCONNECT: 0,0\n"), "");
    check("AT+QMTOPEN=0,\"h\",1883\nOK\n+QMTOPEN: 0,4\n", "failed-later");
    let found = super::of_transcript(&super::Transcript::read(format!("{started}+CMQTTCONNECT: 0,14\n").as_bytes()));
    let title = &found.findings()[0].title;
    assert!(title.starts_with("AT+CMQTTCONNECT failed: ") && title.ends_with("the client is busy."), "{title}");
}

#[test]
fn a_network_for_calls_that_gives_no_data() {
    let cause = |log: &str| {
        let found = super::of_transcript(&super::Transcript::read(log.as_bytes()));
        found.findings().iter().map(|finding| finding.cause.clone()).collect::<Vec<_>>().join(" ")
    };
    let refused = "AT+CGATT=1\n+CME ERROR: 148\n";
    let calls = "AT+CREG?\n+CREG: 0,1\nOK\n";
    let no_data = "AT+CGREG?\n+CGREG: 0,2\nOK\nAT+CEREG?\n+CEREG: 0,3\nOK\n";
    assert!(
        cause(&format!("{calls}{no_data}{refused}"))
            .starts_with("The modem is in a network for calls, and not for data")
    );
    let data = "AT+CGREG?\n+CGREG: 0,2\nOK\nAT+CEREG?\n+CEREG: 0,5\nOK\n";
    for said in ["", calls, &format!("{calls}{data}")] {
        let cause = cause(&format!("{said}{refused}"));
        assert!(!cause.is_empty() && !cause.contains("for calls"), "{said}: {cause}");
    }
}

#[test]
fn connections_without_a_word() {
    let start = "AT+CIPSTART=\"TCP\",\"example.org\",80\nOK\n";
    check(&format!("{start}{}{}{}", ok("AT"), ok("AT"), ok("AT")), "connect-unanswered");
    check(&format!("{start}{}\nCONNECT OK\n{}{}", ok("AT"), ok("AT"), ok("AT")), "");
    // Whether it came up or not is behind the end of the log.
    check(start, "(connect-unanswered)");
    check(&format!("{}{start}\nCLOSED\n", ok("AT+CIPSSL=1")), "tls-failed (peer-closed)");
    check(&format!("{}{start}\nCONNECT OK\n\nCLOSED\n", ok("AT+CIPSSL=1")), "(peer-closed)");
}

#[test]
fn slips_of_the_hand_and_of_the_line() {
    check(&format!("{}{}", ok("AT"), no("AT+CGREGG?")), "malformed-command");
    check(&format!("{}{}", ok("AT"), no("AT-CMGF=1")), "malformed-command");
    check(&format!("{}{}{}", ok("AT"), no("AT+CREG}1"), no("AT+CLCC}1")), "command-damaged");
}

#[test]
fn answers_that_break_off() {
    check("AT\nOK\nAT+COPS?\n+COPS: 0,0,\"someAT+CSQ\n+CSQ: 20,0\nOK\n", "answer-cut");
    check("AT\nOK\nAT+CGDCONT?\n+CGDCONT: 1,\"IP\",\"AT+T.example\"\nOK\n", "");
}

#[test]
fn results_that_never_come() {
    let sms = "AT+CMGF=1\nOK\nAT+CMGS=\"+15550100\"\n> hi\x1A\n";
    check(&format!("{sms}AT\nOK\nAT\nOK\n"), "result-missing");
    check(&format!("{sms}\n+CMGS: 5\nOK\nAT\nOK\nAT\nOK\n"), "");
}

#[test]
fn codes_and_consoles() {
    check("AT+CUSD=1,\"*101#\"\nOK\n+CUSD: 0,\"12.50 EUR\",15\n", "");
    check("AT+CUSD=1,\"*101#\"\nOK\n+CUSD: 4\n", "ussd-empty");
    check("AT\nbox login: AT\nPassword: \nLogin incorrect\n", "console-on-port");
    check("AT\nOK\nWaiting for login: fine\n", "");
}

#[test]
fn a_line_fault_is_no_baud_rate() {
    let good = ok("AT+CSQ").repeat(5);
    check(&format!("{good}AT\n\u{FFFD}\u{FFFD}K\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}x\n{good}"), "");
}

#[test]
fn a_log_of_commands_alone() {
    check(&"AT\n".repeat(8), "no-answer");
    // A list of commands is no log.
    check("AT\nAT+CIPSHUT\nAT+CSTT=\"x\"\nAT+CIICR\nAT+CIFSR\n", "");
}

#[test]
fn a_missing_quote_is_put_where_it_belongs() {
    let right = r#"Send AT+CIPSTART="TCP","example.com",80."#;
    for wrong in
        ["\"TCP,\"example.com\",80", "TCP\",\"example.com\",80", "\"TCP\",example.com\",80", "\"TCP\",\"example.com,80"]
    {
        let log = format!("AT+CIPSTART={wrong}\nERROR\n");
        let found = super::of_transcript(&super::Transcript::read(log.as_bytes()));
        assert_eq!(found.findings().first().map(|finding| finding.fix.as_str()), Some(right), "{wrong}");
    }
    let busy = b"AT+CMGF=1\n+CME ERROR: SIM busy\nAT+CMGF=1\nOK\n";
    let found = super::of_transcript(&super::Transcript::read(busy));
    assert!(found.findings().iter().all(|finding| finding.resolved), "{:#?}", found.findings());
}

/// With several connections AT+CIPSTART may be refused for other reasons, and a broker may be known to be there.
#[test]
fn a_cause_is_not_guessed_where_the_log_does_not_show_it() {
    for log in [
        "AT+GMR\nAT version:1.7.4.0(May 11 2020)\nOK\nAT+CIPMUX=1\nOK\nAT+CIPSTART=0,\"TCP\",\"192.168.1.7\",80\nERROR\n",
        "ready\nAT+CIPMUX=1\nOK\nAT+CIPSTART=0,\"TCP\",\"192.168.1.7\",80\nERROR\n",
        "AT+CIPMUX=1\nOK\nAT+CIPSTART=7,\"TCP\",\"example.org\",80\nERROR\nAT+CIPSTART=0,\"TCP\",\"example.org\",80\nOK\n\n0, CONNECT OK\n",
        "AT+SMSTATE?\n+SMSTATE: 1\n\nOK\nAT+SMPUB=\"a/b\",2000,0,0\nERROR\n",
        "AT+QMTCONN?\n+QMTCONN: 0,3\n\nOK\nAT+QMTPUB=0,0,0,0,\"a\",3\nERROR\n",
    ] {
        let found = rules(&of_transcript(&Transcript::read(log.as_bytes())));
        assert!(!found.contains("wrong-ip-state") && !found.contains("broker"), "{log}: {found}");
    }
    let open = "AT+QIACT?\n+QIACT: 1,1,1,\"10.0.0.5\"\n\nOK\nAT+QIACT=1\nERROR\n";
    assert_eq!(rules(&of_transcript(&Transcript::read(open.as_bytes()))), "(refused)");
    let searching = "AT+CGPSPWR=1\nOK\nAT+CGPSSTATUS?\n+CGPSSTATUS: Location Unknown\n\nOK\nAT+CGPSSTATUS?\n+CGPSSTATUS: Location Not Fix\n\nOK\n";
    let found = of_transcript(&Transcript::read(searching.as_bytes()));
    assert!(
        found.findings().iter().all(|finding| finding.title.contains("no position yet")),
        "{:#?}",
        found.findings()
    );
}
