//! Voice calls and requests by code.

use super::*;

fn ready(callee: Callee) -> Bench {
    let mut bench = Bench::ready(Profile::default().with(|profile| profile.calls.callee = callee));
    bench.say("ATE0\r");
    bench
}

#[test]
fn a_call_out_is_answered_busy_or_nothing() {
    let mut bench = ready(Callee::Answers);
    assert_eq!(bench.say("ATD+49123;\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CLCC;+CPAS\r"), r#"\r\n+CLCC: 1,0,0,0,0,"+49123",145,""\r\n\r\n+CPAS: 4\r\n\r\nOK\r\n"#);
    assert_eq!(bench.say("ATH\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CLCC\r"), r"\r\nOK\r\n");
    assert_eq!(ready(Callee::Busy).say("ATD123;\r"), r"\r\nOK\r\n\r\nBUSY\r\n");
    assert_eq!(ready(Callee::Unreachable).say("ATDT123;\r"), r"\r\nOK\r\n\r\nNO CARRIER\r\n");
    let mut bench = ready(Callee::NoAnswer);
    bench.say("ATD123;\r");
    assert_eq!(bench.wait(40_000), r"\r\nNO ANSWER\r\n");
    assert_eq!(bench.say("ATD123\r"), r"\r\nNO CARRIER\r\n", "a data call");
}

#[test]
fn a_call_in_rings_until_it_is_answered_or_gives_up() {
    let mut bench = ready(Callee::Answers);
    bench.say("AT+CLIP=1\r");
    let call = Control::Call { from: "+49555".into() };
    bench.modem.handle_input(Input::Control(call.clone()), bench.now);
    let heard = bench.wait(1000);
    assert_eq!(heard, r#"\r\nRING\r\n\r\n+CLIP: "+49555",145,"",0,"",0\r\n"#);
    assert!(bench.say("ATA\r").starts_with(r"\r\nOK\r\n"));
    bench.modem.handle_input(Input::Control(Control::HangUp), bench.now);
    assert_eq!(bench.wait(1000), r"\r\nNO CARRIER\r\n");
    bench.modem.handle_input(Input::Control(call), bench.now);
    let heard = bench.wait(60_000);
    assert_eq!((heard.matches("RING").count(), heard.ends_with(r"\r\nNO CARRIER\r\n")), (10, true));
    assert_eq!(bench.say("ATA\r"), r"\r\nNO CARRIER\r\n");
}

#[test]
fn a_code_is_answered_by_the_network() {
    let mut bench = ready(Callee::Answers);
    let answer = r#"\r\nOK\r\n\r\n+CUSD: 0, "Your balance is 12.34 EUR.", 15\r\n"#;
    assert_eq!(bench.say("AT+CUSD=1,\"*100#\"\r"), answer);
    assert_eq!(bench.say("ATD*100#;\r"), answer);
}

/// `AT+CLCC=1` tells each change by itself, 6 is the end.
#[test]
fn changes_of_a_call_are_told_when_asked() {
    let mut bench = ready(Callee::Answers);
    bench.say("AT+CLCC=1\r");
    let line = |state: u8| format!(r#"\r\n+CLCC: 1,0,{state},0,0,"+49123",145,""\r\n"#);
    assert_eq!(bench.say("ATD+49123;\r"), format!(r"\r\nOK\r\n{}{}{}", line(2), line(3), line(0)));
    assert_eq!(bench.say("ATH\r"), format!(r"\r\nOK\r\n{}", line(6)));
}

#[test]
fn a_sim7600_says_when_a_call_stands_how_long_it_was_and_which_was_missed() {
    let mut bench = Bench::ready(Profile::of(Model::Sim7600));
    bench.say("ATE0\r");
    assert_eq!(bench.say("ATD+49123;\r"), r"\r\nOK\r\n\r\nVOICE CALL: BEGIN\r\n");
    bench.wait(10_000);
    let heard = bench.say("AT+CHUP\r");
    assert!(heard.starts_with(r"\r\nOK\r\n\r\nVOICE CALL: END: 0000"), "{heard}");
    let call = Control::Call { from: "+49555".into() };
    bench.modem.handle_input(Input::Control(call.clone()), bench.now);
    bench.wait(1000);
    let heard = bench.say("ATA\r");
    assert!(heard.starts_with(r"\r\nOK\r\n\r\nVOICE CALL: BEGIN\r\n"), "{heard}");
    bench.modem.handle_input(Input::Control(Control::HangUp), bench.now);
    assert_eq!(bench.wait(1000), r"\r\nVOICE CALL: END: 000009\r\n\r\nNO CARRIER\r\n");
    bench.modem.handle_input(Input::Control(call), bench.now);
    bench.wait(1000);
    bench.modem.handle_input(Input::Control(Control::HangUp), bench.now);
    let heard = bench.wait(1000);
    assert!(heard.starts_with(r"\r\nMISSED_CALL: 08:4") && heard.contains("PM +49555"), "{heard}");
    assert!(heard.ends_with(r"\r\n\r\nNO CARRIER\r\n"), "{heard}");
}
