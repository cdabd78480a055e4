//! Short messages, both ways, in both modes.

use super::*;

fn ready(extra: &str) -> Bench {
    let mut bench = Bench::ready(Profile::default().with(|profile| profile.messages.message_reference = 81));
    bench.say(format!("ATE0{extra}\r"));
    bench
}

fn sms(bench: &mut Bench, from: &str, text: &str) -> String {
    bench.modem.handle_input(Input::Control(Control::Message { from: from.into(), text: text.into() }), bench.now);
    bench.wait(1000)
}

#[test]
fn a_pdu_goes_out_as_in_the_real_session() {
    let mut bench = ready(";E1");
    assert_eq!(bench.say("AT+CMGS=32\r"), r"AT+CMGS=32\r\r\n> ");
    let pdu = "07919732929090F011000B919732141077F90008AA12041F04400438043204350442002100210021";
    assert_eq!(bench.say(format!("{pdu}\x1a")), format!(r"{pdu}\x1a\r\n+CMGS: 81\r\n\r\nOK\r\n"));
    let sent = bench.modem.panel().sent;
    assert_eq!((sent[0].number.as_str(), sent[0].text.as_str()), ("+79234101779", "Привет!!!"));
    bench.say("AT+CMGS=31\r");
    assert_eq!(bench.say(format!("{pdu}\x1a")), format!(r"{pdu}\x1a\r\n+CMS ERROR: 304\r\n"));
}

#[test]
fn messages_are_refused_before_sms_ready_and_in_the_wrong_mode() {
    let mut bench = Bench::new(Profile::default());
    bench.wait(2000);
    assert_eq!(
        {
            bench.modem.handle_input(Input::Uart(b"AT+CMGF=1;+CMGS=\"1\"\r"), bench.now);
            bench.wait(100)
        },
        r#"AT+CMGF=1;+CMGS="1"\r\r\n+CMS ERROR: 302\r\n"#
    );
    assert_eq!(ready("").say("AT+CMGS=\"+49170\"\r"), r"\r\n+CMS ERROR: 304\r\n");
}

#[test]
fn an_incoming_message_is_announced_read_listed_and_deleted() {
    let mut bench = ready(";+CMGF=1");
    assert_eq!(sms(&mut bench, "+4917099", "hello@you"), r#"\r\n+CMTI: "SM",1\r\n"#);
    let message = r#""+4917099","","24/01/30,20:40:"#;
    let heard = bench.say("AT+CMGR=1\r");
    assert!(heard.starts_with(&format!(r#"\r\n+CMGR: "REC UNREAD",{message}"#)), "{heard}");
    assert!(heard.ends_with(r#"+04"\r\nhello@you\r\n\r\nOK\r\n"#), "{heard}");
    assert!(bench.say("AT+CMGL=\"ALL\"\r").starts_with(&format!(r#"\r\n+CMGL: 1,"REC READ",{message}"#)));
    assert_eq!(bench.say("AT+CMGL=\"REC UNREAD\"\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CPMS?\r"), r#"\r\n+CPMS: "SM",1,15,"SM",1,15,"SM",1,15\r\n\r\nOK\r\n"#);
    assert_eq!(bench.say("AT+CMGD=1\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CMGR=1\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CMGR=16\r"), r"\r\n+CMS ERROR: 321\r\n");
}

#[test]
fn direct_delivery_shows_text_or_pdu() {
    let mut bench = ready(";+CMGF=1;+CNMI=2,2,0,0,0");
    let heard = sms(&mut bench, "+4917099", "hi");
    assert!(
        heard.starts_with(r#"\r\n+CMT: "+4917099","","24/01/30,"#) && heard.ends_with(r#"+04"\r\nhi\r\n"#),
        "{heard}"
    );
    bench.say("AT+CMGF=0\r");
    let heard = sms(&mut bench, "+4917099", "hi");
    assert!(heard.starts_with(r#"\r\n+CMT: "",19\r\n0791947101670000040791947190F9000042100302"#), "{heard}");
}

#[test]
fn ucs2_is_hexadecimal_both_ways() {
    let mut bench = ready(";+CMGF=1;+CSCS=\"UCS2\";+CSMP=17,167,0,8");
    assert_eq!(bench.say("AT+CMGS=\"002B00340039\"\r"), r"\r\n> ");
    assert!(bench.say("041F0440\x1a").contains("+CMGS: 81"));
    let sent = &bench.modem.panel().sent[0];
    assert_eq!((sent.number.as_str(), sent.text.as_str()), ("+49", "Пр"));
    sms(&mut bench, "+49", "Пр");
    let heard = bench.say("AT+CMGR=1\r");
    assert!(heard.contains(r#""002B00340039""#) && heard.contains(r"\r\n041F0440\r\n"), "{heard}");
}

#[test]
fn a_message_to_the_own_number_comes_back_with_its_report() {
    let mut bench = ready(";+CMGF=1;+CNMI=2,1,0,1,0;+CSMP=49,167,0,0");
    bench.say("AT+CMGS=\"+491701234567\"\r");
    let heard = bench.say("to me\x1a");
    let report = r#"\r\n+CDS: 6,81,"+491701234567",145,"24/01/30"#;
    assert!(
        heard.contains(r"+CMGS: 81\r\n\r\nOK\r\n") && heard.contains(report) && heard.contains(r#"+CMTI: "SM",1"#),
        "{heard}"
    );
    // Stored instead of shown, and read as a message is.
    let mut bench = ready(";+CMGF=1;+CNMI=2,1,0,2,0;+CSMP=49,167,0,0");
    bench.say("AT+CMGS=\"+49555\"\r");
    assert!(bench.say("hello\x1a").ends_with(r#"\r\n+CDSI: "SM",1\r\n"#));
    let heard = bench.say("AT+CMGR=1\r");
    assert!(heard.starts_with(r#"\r\n+CMGR: "REC UNREAD",6,81,"+49555",145,"24/01/30"#), "{heard}");
    bench.say("AT+CMGF=0\r");
    assert!(bench.say("AT+CMGR=1\r").starts_with(r#"\r\n+CMGR: 1,"",2"#));
}

#[test]
fn a_full_store_leaves_messages_with_the_network() {
    let mut bench = ready(";+CMGF=1");
    for number in 0..17 {
        sms(&mut bench, "+49", &format!("message {number}"));
    }
    assert!(bench.say("AT+CPMS?\r").contains(r#""SM",15,15"#));
    assert_eq!(bench.say("AT+CMGDA=\"DEL ALL\"\r"), r#"\r\nOK\r\n\r\n+CMTI: "SM",1\r\n\r\n+CMTI: "SM",2\r\n"#);
}

#[test]
fn messages_are_stored_and_sent_from_the_store() {
    let mut bench = ready(";+CMGF=1");
    bench.say("AT+CMGW=\"+4912\"\r");
    assert_eq!(bench.say("draft\x1a"), r"\r\n+CMGW: 1\r\n\r\nOK\r\n");
    assert!(bench.say("AT+CMGL=\"STO UNSENT\"\r").starts_with(r#"\r\n+CMGL: 1,"STO UNSENT","+4912","","#));
    assert_eq!(bench.say("AT+CMSS=1\r"), r"\r\n+CMGS: 81\r\n\r\nOK\r\n");
    assert_eq!(bench.modem.panel().sent[0].text, "draft");
    bench.say("AT+CMGS=\"+4912\"\r");
    assert_eq!(bench.say("never\x1b"), r"never\x1b\r\nOK\r\n".replace(r"never\x1b", ""));
}

#[test]
fn a_driver_that_ends_lines_with_lf_gets_along() {
    // The order of a home-automation component.
    let mut bench = Bench::ready(Profile::default());
    assert_eq!(bench.say("AT\n"), r"AT\r\nOK\r\n");
    bench.say("ATE0\n");
    assert_eq!(bench.say("AT+CMGF=1\n"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CLIP=1\n"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CLCC?\n"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CMGL=\"ALL\"\n"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CMGS=\"+4912\"\n"), r"\r\n> ");
    assert_eq!(bench.say("alarm\x1a"), r"alarm\r\n+CMGS: 1\r\n\r\nOK\r\n".replace("alarm", ""));
    assert_eq!(bench.say("AT+CUSD=1, \"*100#\"\n").matches("+CUSD").count(), 1);
    assert_eq!(bench.say("AT+CMGD=1,4\n"), r"\r\nOK\r\n");
}
