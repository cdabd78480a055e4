//! Every fault, by what a host sees of it.

use super::*;

fn with(fault: &str) -> Bench {
    Bench::ready(Profile { faults: vec![fault.into()], ..Profile::default() })
}

/// With the fault from the start; what is heard of a line.
fn check(fault: &str, typed: &str, heard: &str) {
    assert_eq!(with(fault).say(typed), heard, "{fault}: {typed:?}");
}

#[test]
fn each_fault_shows_as_documented() {
    check("no-sim", "AT+CPIN?\r", r"AT+CPIN?\r\r\nERROR\r\n");
    check("no-sim", "AT+CMEE=1;+CPIN?\r", r"AT+CMEE=1;+CPIN?\r\r\n+CME ERROR: 10\r\n");
    check("pin", "AT+CPIN?\r", r"AT+CPIN?\r\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    check("no-network", "AT+CREG?;+CSQ\r", r"AT+CREG?;+CSQ\r\r\n+CREG: 0,2\r\n\r\n+CSQ: 99,99\r\n\r\nOK\r\n");
    check("weak-signal", "AT+CSQ\r", r"AT+CSQ\r\r\n+CSQ: 5,0\r\n\r\nOK\r\n");
    check("wrong-apn", "AT+CSTT=\"x\";+CIICR\r", r#"AT+CSTT="x";+CIICR\r\r\n+PDP: DEACT\r\n\r\nERROR\r\n"#);
    check("loopback", "AT\r\n", r"AT\r\n");
    check("silent", "AT\r", "");
    check("autobaud-unsynced", "AT\r", "");
    check("echo-off", "AT\r", r"\r\nOK\r\n");
    check(
        "refuse",
        "AT+CIPSTART=\"TCP\",\"h\",9\r",
        r#"AT+CIPSTART="TCP","h",9\r\r\nOK\r\n\r\nSTATE: IP STATUS\r\n\r\nCONNECT FAIL\r\n"#,
    );
}

#[test]
fn a_locked_card_opens_with_its_pin_and_only_with_it() {
    let mut bench = with("pin");
    assert_eq!(bench.say("ATE0;+CPIN=0000\r"), r"ATE0;+CPIN=0000\r\r\nERROR\r\n");
    assert_eq!(bench.say("AT+CREG?\r"), r"\r\n+CREG: 0,0\r\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+CPIN=\"1234\"\r"), r"\r\nOK\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n");
    assert_eq!(bench.say("AT+CREG?\r"), r"\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    let mut bench = with("pin");
    for _ in 0..3 {
        bench.say("ATE0;+CPIN=0000\r");
    }
    assert_eq!(bench.say("AT+CPIN?\r"), r"\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n");
}

#[test]
fn the_line_can_damage_what_passes() {
    let many = "AT+CIPSCONT?\r".repeat(10);
    let clean = Bench::ready(Profile::default()).say(&many);
    for fault in ["lost-bytes", "bit-errors", "overflow-64", "wrong-baud"] {
        let mut bench = Bench::ready(Profile::default());
        bench.fault(fault);
        assert_ne!(bench.say(&many), clean, "{fault}");
    }
    let mut bench = Bench::ready(Profile::default());
    bench.fault("overflow-64");
    let heard = bench.say("AT+CIPSCONT?\r");
    assert!(heard.replace(r"\r", "r").replace(r"\n", "n").len() <= 64 + 13, "{heard}");
}

#[test]
fn faults_can_come_and_go_while_it_runs() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r");
    bench.fault("silent");
    assert_eq!(bench.say("AT\r"), "");
    bench.modem.handle_input(Input::Control(Control::Fault("silent".into(), false)), bench.now);
    assert_eq!(bench.say("AT\r"), r"\r\nOK\r\n");
    bench.fault("reboot");
    assert!(bench.wait(6000).starts_with(r"\r\nRDY\r\n"));
    assert_eq!(bench.say("AT\r").split(r"\r\n").next(), Some(r"AT\r"), "echo is back");
}

#[test]
fn prompts_can_be_late_or_missing_and_sends_can_fail() {
    let connect = "ATE0;+CIPSTART=\"TCP\",\"h\",9\r";
    let mut bench = with("prompt-late");
    bench.say(connect);
    bench.modem.handle_input(Input::Uart(b"AT+CIPSEND\r"), bench.now);
    assert_eq!(bench.wait(2500), "");
    assert_eq!(bench.wait(6000), r"\r\n> ");
    let mut bench = with("prompt-off");
    bench.say(connect);
    assert_eq!(bench.say("AT+CIPSEND\r"), "");
    assert_eq!(bench.say("x\x1a"), r"\r\nSEND OK\r\n");
    let mut bench = with("send-fail");
    bench.say(connect);
    bench.say("AT+CIPSEND\r");
    assert_eq!(bench.say("x\x1a"), r"\r\nSEND FAIL\r\n");
    let mut bench = with("peer-close");
    assert!(bench.say(connect).ends_with(r"CONNECT OK\r\n\r\nCLOSED\r\n"));
}
