//! The SIM7600 on virtual time: what it says otherwise than a SIM800.

use super::*;

fn ready() -> Bench {
    let mut bench = Bench::ready(Profile::of(Model::Sim7600));
    bench.say("ATE0\r");
    bench
}

/// Typed and heard, one after the other.
fn dialog(bench: &mut Bench, lines: &[(&str, &str)]) {
    for (typed, heard) in lines {
        assert_eq!(bench.say(typed), *heard, "after {typed:?}");
    }
}

#[test]
fn it_boots_with_its_own_lines_at_its_own_rate() {
    let mut bench = Bench::new(Profile::of(Model::Sim7600));
    assert_eq!(bench.wait(8000), r"\r\nRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n\r\nPB DONE\r\n");
    assert_eq!(bench.modem.rate(), Some(115_200));
    bench.say("ATE0\r");
    dialog(
        &mut bench,
        &[
            ("AT+CGMM\r", r"\r\nSIMCOM_SIM7600E-H\r\n\r\nOK\r\n"),
            ("AT+CEREG?\r", r"\r\n+CEREG: 0,1\r\n\r\nOK\r\n"),
            ("AT+COPS?\r", "\\r\\n+COPS: 0,0,\"T-Mobile D\",7\\r\\n\\r\\nOK\\r\\n"),
            ("AT+CBC\r", r"\r\n+CBC: 4.049V\r\n\r\nOK\r\n"),
            // What only a SIM800 has.
            ("AT+CIPSTART=\"TCP\",\"a\",80\r", r"\r\nERROR\r\n"),
            ("AT+CIPMUX?\r", r"\r\nERROR\r\n"),
            ("AT+SAPBR=1,1\r", r"\r\nERROR\r\n"),
        ],
    );
    assert!(bench.say("ATI\r").starts_with(r"\r\nManufacturer: SIMCOM INCORPORATED\r\nModel: SIMCOM_SIM7600E-H\r\n"));
}

#[test]
fn links_are_opened_used_and_closed_on_an_open_network() {
    let mut bench = ready();
    dialog(
        &mut bench,
        &[
            ("AT+IPADDR\r", r"\r\n+IP ERROR: Network not opened\r\n\r\nERROR\r\n"),
            ("AT+NETCLOSE\r", r"\r\n+NETCLOSE: 2\r\n\r\nERROR\r\n"),
            ("AT+CIPSEND=0,5\r", r"\r\n+CIPERROR: 4\r\n\r\nERROR\r\n"),
            ("AT+NETOPEN\r", r"\r\nOK\r\n\r\n+NETOPEN: 0\r\n"),
            ("AT+NETOPEN?\r", r"\r\n+NETOPEN: 1\r\n\r\nOK\r\n"),
            ("AT+CIPOPEN=0,\"TCP\",\"a.example\",80\r", r"\r\nOK\r\n\r\n+CIPOPEN: 0,0\r\n"),
            ("AT+CIPOPEN=0,\"TCP\",\"a.example\",80\r", r"\r\n+CIPOPEN: 0,4\r\n\r\nERROR\r\n"),
            ("AT+CIPOPEN=1,\"TCP\",\"a.example\",1\r", r"\r\nOK\r\n\r\n+CIPOPEN: 1,1\r\n"),
            ("AT+CIPOPEN=10,\"TCP\",\"a\",1\r", r"\r\nERROR\r\n"),
            ("AT+CIPSEND=0,5\r", r"\r\n>"),
            ("hello", r"\r\nOK\r\n\r\n+CIPSEND: 0,5,5\r\n"),
            ("AT+CIPACK=0\r", r"\r\n+CIPACK: 5,5,0\r\n\r\nOK\r\n"),
            ("AT+CIPSEND=0,\r", r"\r\n>"),
            ("\x1b", r"\r\nERROR\r\n"),
            ("AT+CIPCLOSE?\r", r"\r\n+CIPCLOSE: 1,0,0,0,0,0,0,0,0,0\r\n\r\nOK\r\n"),
            ("AT+CIPCLOSE=0\r", r"\r\nOK\r\n\r\n+CIPCLOSE: 0,0\r\n"),
            ("AT+NETCLOSE\r", r"\r\nOK\r\n\r\n+NETCLOSE: 0\r\n"),
        ],
    );
    assert_eq!(bench.sent(), b"hello");
}

#[test]
fn a_lost_network_closes_links_and_a_failed_send_says_so() {
    let mut bench = ready();
    bench.say("AT+NETOPEN\r");
    bench.say("AT+CIPOPEN=0,\"TCP\",\"a.example\",80\r");
    bench.fault("send-fail");
    bench.say("AT+CIPSEND=0,2\r");
    assert_eq!(bench.say("hi"), r"\r\nOK\r\n\r\n+CIPSEND: 0,2,-1\r\n");
    bench.fault("no-network");
    assert_eq!(bench.wait(1000), r"\r\n+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY\r\n");
    assert_eq!(bench.say("AT+NETOPEN\r"), r"\r\nOK\r\n\r\n+NETOPEN: 1\r\n");
}

#[test]
fn the_position_is_that_of_a_hand() {
    let mut bench = ready();
    let position = Control::Position { latitude: 52_500_000, longitude: -13_250_000 };
    bench.modem.handle_input(Input::Control(position), bench.now);
    assert_eq!(bench.say("AT+CGPSINFO\r"), r"\r\n+CGPSINFO: ,,,,,,,,\r\n\r\nOK\r\n");
    bench.say("AT+CGPS=1\r");
    let heard = bench.say("AT+CGPSINFO\r");
    assert!(heard.starts_with(r"\r\n+CGPSINFO: 5230.000000,N,01315.000000,W,300124,1941"), "{heard}");
}

#[test]
fn a_ping_answers_at_once_and_its_last_line_counts_the_echoes() {
    let mut bench = ready();
    let mut heard = bench.say("AT+CPING=\"h\",1,4,64,1000,10000,255\r");
    heard += &bench.wait(20_000);
    let lines: Vec<_> = heard.split(r"\r\n").filter(|line| !line.is_empty()).collect();
    let ["OK", first, _, _, "+CPING: 2", last] = lines[..] else { panic!("{heard}") };
    // 64 bytes and the headers of IP and ICMP.
    assert!(first.starts_with("+CPING: 1,192.0.2.7,92,") && first.ends_with(",57"), "{first}");
    assert!(last.starts_with("+CPING: 3,4,3,1,"), "{last}");
    assert_eq!(bench.say("AT+CPING=\"nowhere\",1\r"), r"\r\nOK\r\n\r\n+CPING: 3,0,0,0,0,0,0\r\n");
    assert_eq!(bench.say("AT+CPING=\"h\",2\r"), r"\r\nERROR\r\n");
    bench.modem.handle_input(Input::Uart(b"AT+CPING=\"h\",1,100\r"), bench.now);
    bench.wait(5000);
    let heard = bench.say("AT+CPINGSTOP\r");
    assert!(heard.contains(r"+CPING: 3,3,3,0,") && heard.ends_with(r"\r\n") && heard.contains("OK"), "{heard}");
}
