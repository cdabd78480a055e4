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

/// `CIPMODE=1`: what is typed goes to the far end as it is, until `+++` in a silence; `ATO` goes on.
#[test]
fn a_transparent_link_is_data_until_the_escape_and_again_after_ato() {
    let mut bench = ready();
    dialog(
        &mut bench,
        &[
            ("AT+CIPMODE=1\r", r"\r\nOK\r\n"),
            ("AT+NETOPEN\r", r"\r\nOK\r\n\r\n+NETOPEN: 0\r\n"),
            ("AT+CIPMODE=0\r", r"\r\nERROR\r\n"),
            ("AT+CIPOPEN=1,\"TCP\",\"a.example\",80\r", r"\r\n+CIPOPEN: 1,4\r\n\r\nERROR\r\n"),
            ("AT+CIPOPEN=0,\"TCP\",\"a.example\",1\r", r"\r\nCONNECT FAIL\r\n"),
            ("AT+CIPOPEN=0,\"TCP\",\"a.example\",80\r", r"\r\nCONNECT 115200\r\n"),
            ("AT+CSQ\r\x1a", ""),
            ("a+++b", ""),
            ("+++", r"\r\nOK\r\n"),
            ("AT\r", r"\r\nOK\r\n"),
            ("ATO\r", r"\r\nCONNECT 115200\r\n"),
            ("++", ""),
        ],
    );
    assert_eq!(bench.sent(), b"AT+CSQ\r\x1aa+++b++");
    let socket =
        bench.did.iter().rev().find_map(|did| if let Output::Open { id, .. } = did { Some(id.0) } else { None });
    let socket = socket.expect("it was opened");
    assert_eq!(bench.socket(socket, SocketEvent::Received(b"OK\r\n\x00")), r"OK\r\n\x00");
    assert_eq!(bench.socket(socket, SocketEvent::Closed), r"\r\nCLOSED\r\n");
    dialog(&mut bench, &[("AT\r", r"\r\nOK\r\n"), ("ATO\r", r"\r\nNO CARRIER\r\n")]);
}

#[test]
fn whoever_comes_to_a_server_gets_a_free_link() {
    let mut bench = ready();
    dialog(
        &mut bench,
        &[
            ("AT+SERVERSTART=8080,0\r", r"\r\n+CIPERROR: 2\r\n\r\nERROR\r\n"),
            ("AT+NETOPEN\r", r"\r\nOK\r\n\r\n+NETOPEN: 0\r\n"),
            ("AT+SERVERSTART=8080,0\r", r"\r\nOK\r\n"),
            ("AT+SERVERSTART=8080,1\r", r"\r\n+CIPERROR: 4\r\n\r\nERROR\r\n"),
            ("AT+SERVERSTART?\r", r"\r\n+SERVERSTART: 0,8080\r\n\r\nOK\r\n"),
        ],
    );
    let Some(Output::Listen { id, port: 8080, everywhere: false }) = bench.did.last().cloned() else {
        panic!("{:?}", bench.did.last())
    };
    let peer = ([127, 0, 0, 1], 5000).into();
    assert_eq!(bench.socket(id.0, SocketEvent::Incoming { peer }), r"\r\n+CLIENT: 0,0,127.0.0.1:5000\r\n");
    assert_eq!(bench.socket(id.0 + 1, SocketEvent::Received(b"hi")), r"\r\nRECV FROM:127.0.0.1:5000\r\n+IPD2\r\nhi");
    dialog(
        &mut bench,
        &[
            ("AT+SERVERSTOP=0\r", r"\r\n+SERVERSTOP: 0,0\r\n\r\nOK\r\n"),
            ("AT+SERVERSTOP=0\r", r"\r\nERROR\r\n"),
            ("AT+SERVERSTART?\r", r"\r\nOK\r\n"),
        ],
    );
}

#[test]
fn tls_sockets_are_started_opened_read_and_closed() {
    let mut bench = ready();
    dialog(
        &mut bench,
        &[
            ("AT+CCHOPEN=0,\"a.example\",443\r", r"\r\nERROR\r\n"),
            ("AT+CSSLCFG=\"sslversion\",0,4\r", r"\r\nOK\r\n"),
            ("AT+CSSLCFG=\"sslversion\",0,5\r", r"\r\nERROR\r\n"),
            ("AT+CSSLCFG=\"enableSNI\",0,1\r", r"\r\nOK\r\n"),
            ("AT+CSSLCFG=0\r", "\\r\\n+CSSLCFG: 0,4,0,1,300,\"\",\"\",\"\",1,\"0xFFFF\"\\r\\n\\r\\nOK\\r\\n"),
            ("AT+CCHSET=1,1\r", r"\r\nOK\r\n"),
            ("AT+CCHSTART\r", r"\r\nOK\r\n\r\n+CCHSTART: 0\r\n"),
            ("AT+CCHSTART\r", r"\r\nERROR\r\n"),
            ("AT+CCHSSLCFG=0,0\r", r"\r\nOK\r\n"),
            // On this bench `h` agrees on no TLS, `nowhere` and port 1 are what they are elsewhere.
            ("AT+CCHOPEN=0,\"h\",443,2\r", r"\r\nOK\r\n\r\n+CCHOPEN: 0,15\r\n"),
            ("AT+CCHOPEN=0,\"a.example\",1,2\r", r"\r\nOK\r\n\r\n+CCHOPEN: 0,14\r\n"),
            ("AT+CCHOPEN=0,\"a.example\",443,2\r", r"\r\nOK\r\n\r\n+CCHOPEN: 0,0\r\n"),
            ("AT+CCHOPEN=0,\"a.example\",443,2\r", r"\r\n+CCHOPEN: 0,11\r\n\r\nERROR\r\n"),
            ("AT+CCHSEND=1,5\r", r"\r\n+CCHSEND: 1,4\r\n\r\nERROR\r\n"),
            ("AT+CCHSEND=0,5\r", r"\r\n>"),
            ("hello", r"\r\nOK\r\n\r\n+CCHSEND: 0,0\r\n"),
        ],
    );
    let open = bench.did.iter().rev().find_map(|did| match did {
        Output::Open { id, secure: Some(secure), .. } if secure.offer == Tls::V12 => Some(id.0),
        _ => None,
    });
    let socket = open.expect("it was opened with TLS");
    assert_eq!(bench.socket(socket, SocketEvent::Received(b"answer")), r"\r\n+CCHEVENT: 0,RECV EVENT\r\n");
    dialog(
        &mut bench,
        &[
            ("AT+CCHRECV?\r", r"\r\n+CCHRECV: LEN,6,0\r\n\r\nOK\r\n"),
            ("AT+CCHRECV=0,4\r", r"\r\nOK\r\n\r\n+CCHRECV: DATA,0,4\r\nansw\r\n+CCHRECV: 0,0\r\n"),
            ("AT+CCHRECV=0\r", r"\r\nOK\r\n\r\n+CCHRECV: DATA,0,2\r\ner\r\n+CCHRECV: 0,0\r\n"),
            ("AT+CCHSET=0,0\r", r"\r\nOK\r\n"),
        ],
    );
    assert_eq!(bench.socket(socket, SocketEvent::Received(b"more")), r"\r\n+CCHRECV: DATA,0,4\r\nmore");
    assert_eq!(bench.socket(socket, SocketEvent::Closed), r"\r\n+CCH_PEER_CLOSED: 0\r\n");
    dialog(
        &mut bench,
        &[
            ("AT+CCHCLOSE=0\r", r"\r\n+CCHCLOSE: 0,11\r\n\r\nERROR\r\n"),
            // A server that is to be checked needs a certificate to check it with.
            ("AT+CSSLCFG=\"authmode\",0,1\r", r"\r\nOK\r\n"),
            ("AT+CSSLCFG=\"cacert\",0,\"ca.pem\"\r", r"\r\nOK\r\n"),
            ("AT+CCHOPEN=0,\"a.example\",443\r", r"\r\nOK\r\n\r\n+CCHOPEN: 0,19\r\n"),
            ("AT+CCERTDOWN=\"ca.pem\",3\r", r"\r\n>"),
            ("abc", r"\r\nOK\r\n"),
            ("AT+CCERTLIST\r", "\\r\\n+CCERTLIST: \"ca.pem\"\\r\\n\\r\\nOK\\r\\n"),
            ("AT+CCHSTOP\r", r"\r\nOK\r\n\r\n+CCHSTOP: 0\r\n"),
        ],
    );
}

/// What it brought is shown in pieces, each with its length; one number of `HTTPREAD` is a length.
#[test]
fn a_page_is_read_in_pieces() {
    let mut bench = ready();
    let parameters = ["\"URL\",\"http://a.example/x\"", "\"CONNECTTO\",120", "\"SSLCFG\",0", "\"READMODE\",0"];
    bench.say("AT+HTTPINIT\r");
    for parameter in parameters {
        assert_eq!(bench.say(format!("AT+HTTPPARA={parameter}\r")), r"\r\nOK\r\n", "{parameter}");
    }
    bench.say("AT+HTTPACTION=0\r");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1500\r\n\r\n{}", "x".repeat(1500));
    assert_eq!(bench.socket(1, SocketEvent::Received(answer.as_bytes())), r"\r\n+HTTPACTION: 0,200,1500\r\n");
    let (first, second) = ("x".repeat(1024), "x".repeat(476));
    let whole = format!(
        r"\r\nOK\r\n\r\n+HTTPREAD: DATA,1024\r\n{first}\r\n+HTTPREAD: DATA,476\r\n{second}\r\n+HTTPREAD: 0\r\n"
    );
    assert_eq!(bench.say("AT+HTTPREAD=0,1500\r"), whole);
    dialog(
        &mut bench,
        &[
            ("AT+HTTPREAD?\r", r"\r\n+HTTPREAD: LEN,1500\r\n\r\nOK\r\n"),
            ("AT+HTTPREAD=2\r", r"\r\nOK\r\n\r\n+HTTPREAD: DATA,2\r\nxx\r\n+HTTPREAD: 0\r\n"),
        ],
    );
}

/// What drivers set before they begin is remembered until the restart; a rate of `IPREX` for good.
#[test]
fn settings_without_effect_are_remembered() {
    let mut bench = ready();
    for command in [
        "+CECM=0",
        "+PWRCTL=1,1,3",
        "+CTZU=1",
        "+CGAUTH=1,1,\"pw\",\"user\"",
        "+CTCPKA=1,2,5,1",
        "+CGFUNC=11,0",
        "+IPREX=921600",
    ] {
        assert_eq!(bench.say(format!("AT{command}\r")), r"\r\nOK\r\n", "{command}");
    }
    dialog(
        &mut bench,
        &[
            ("AT+CTZU?\r", r"\r\n+CTZU: 1\r\n\r\nOK\r\n"),
            ("AT+PWRCTL?;+CECM?\r", r"\r\n+PWRCTL: 1,1,3\r\n\r\n+CECM: 0\r\n\r\nOK\r\n"),
            ("AT+CGAUTH?\r", "\\r\\n+CGAUTH: 1,1,\"pw\",\"user\"\\r\\n\\r\\nOK\\r\\n"),
            ("AT+CTZU\r", r"\r\nERROR\r\n"),
            ("AT+CGAUTH=?\r", r"\r\nOK\r\n"),
            ("AT+CGPSHOT;+CGPS?\r", r"\r\n+CGPS: 1,1\r\n\r\nOK\r\n"),
        ],
    );
    bench.say("AT+CRESET\r");
    bench.wait(10_000);
    bench.say("ATE0\r");
    dialog(
        &mut bench,
        &[
            ("AT+CTZU?\r", r"\r\n+CTZU: 0\r\n\r\nOK\r\n"),
            ("AT+IPREX?\r", r"\r\n+IPREX: 921600\r\n\r\nOK\r\n"),
            ("AT+CLBS=1\r", r"\r\nOK\r\n\r\n+CLBS: 0,52.520008,13.404954,550\r\n"),
        ],
    );
}

#[test]
fn places_of_messages_count_from_zero() {
    let mut bench = ready();
    bench.say("AT+CMGF=1\r");
    let text = String::from("hi");
    bench.modem.handle_input(Input::Control(Control::Message { from: "+4912".into(), text }), bench.now);
    assert_eq!(bench.wait(5000), r#"\r\n+CMTI: "SM",0\r\n"#);
    assert!(bench.say("AT+CMGR=0\r").starts_with(r#"\r\n+CMGR: "REC UNREAD","+4912""#));
    dialog(
        &mut bench,
        &[
            ("AT+CMGD=?\r", r"\r\n+CMGD: (0),(0-4)\r\n\r\nOK\r\n"),
            ("AT+CMGD=0\r", r"\r\nOK\r\n"),
            ("AT+CMGR=0\r", r"\r\nOK\r\n"),
            ("AT+CMGR=15\r", r"\r\n+CMS ERROR: 321\r\n"),
        ],
    );
}

/// As `sim-modem` (Python) works it: all lines end in CR, that of the message too.
#[test]
fn the_line_end_behind_a_message_says_nothing_and_the_end_of_a_gps_session_is_told() {
    let mut bench = ready();
    bench.say("AT+CMGF=1\r");
    bench.say("AT+CMGS=\"+4915550\"\r");
    bench.say("hello\r");
    assert_eq!(bench.say("\x1a\r\n"), r"\r\n+CMGS: 1\r\n\r\nOK\r\n");
    bench.say("ATE1\r");
    // One line end, no more.
    bench.say("AT+CMGS=\"+4915550\"\r");
    bench.say("hello");
    assert_eq!(bench.say("\x1a\r\rAT\r"), r"\r\n+CMGS: 2\r\n\r\nOK\r\n\rAT\r\r\nOK\r\n");
    bench.say("ATE0\r");
    dialog(
        &mut bench,
        &[
            ("AT+CGPS=1\r", r"\r\nOK\r\n"),
            ("AT+CGPS=0\r", r"\r\nOK\r\n\r\n+CGPS: 0\r\n"),
            ("AT+CGPS=0\r", r"\r\nERROR\r\n"),
        ],
    );
}

/// As `ModemManager` asks before it uses a modem, and after it.
#[test]
fn contexts_are_defined_shown_activated_and_taken_away() {
    let mut bench = ready();
    let types = ["IP", "PPP", "IPV6", "IPV4V6"]
        .map(|kind| format!(r#"\r\n+CGDCONT: (1-24,100-179),"{kind}",,,(0-2),(0-4),(0-1),(0-1)"#))
        .concat();
    assert_eq!(bench.say("AT+CGDCONT=?\r"), format!(r"{types}\r\n\r\nOK\r\n"));
    dialog(
        &mut bench,
        &[
            ("AT+CGDCONT?\r", r#"\r\n+CGDCONT: 1,"IP","","0.0.0.0",0,0,0,0\r\n\r\nOK\r\n"#),
            ("AT+CGDCONT=2,\"IPV4V6\",\"internet\"\r", r"\r\nOK\r\n"),
            ("AT+CGACT?\r", r"\r\n+CGACT: 1,1\r\n+CGACT: 2,0\r\n\r\nOK\r\n"),
            ("AT+CGACT=1,2\r", r"\r\nOK\r\n"),
            ("AT+CGACT=0,1\r", r"\r\nOK\r\n"),
            ("AT+CGACT?\r", r"\r\n+CGACT: 1,0\r\n+CGACT: 2,1\r\n\r\nOK\r\n"),
            ("AT+CGACT=1,3\r", r"\r\nERROR\r\n"),
            ("AT+CGDCONT=1\r", r"\r\nOK\r\n"),
            ("AT+CGDCONT?\r", r#"\r\n+CGDCONT: 2,"IPV4V6","internet","0.0.0.0",0,0,0,0\r\n\r\nOK\r\n"#),
            ("AT+CGDCONT=25,\"IP\",\"x\"\r", r"\r\nERROR\r\n"),
            ("AT+CGDCONT=1,\"X25\",\"x\"\r", r"\r\nERROR\r\n"),
            ("AT+CLCC=?\r", r"\r\n+CLCC: (0-1)\r\n\r\nOK\r\n"),
            ("AT+CUSD=1,\"*100#\",15\r", r#"\r\nOK\r\n\r\n+CUSD: 0,"Your balance is 12.34 EUR.",15\r\n"#),
        ],
    );
    let found = bench.say("AT+COPS=?\r") + &bench.wait(20_000);
    assert!(found.starts_with(r#"\r\n+COPS: (2,"T-Mobile D","T-Mobile D","26201",7),,"#), "{found}");
}

#[test]
fn one_call_of_several_is_hung_up_by_its_number() {
    let mut bench = ready();
    bench.say("ATD+49123;\r");
    assert!(bench.say("AT+CHLD=11\r").starts_with(r"\r\nOK\r\n"));
    assert_eq!(bench.say("AT+CLCC\r"), r"\r\nOK\r\n");
}

#[test]
fn the_signal_is_told_by_the_clock_or_when_it_changes() {
    let mut bench = ready();
    dialog(
        &mut bench,
        &[
            ("AT+AUTOCSQ=?\r", r"\r\n+AUTOCSQ: (0-1),(0-1)\r\n\r\nOK\r\n"),
            ("AT+AUTOCSQ?\r", r"\r\n+AUTOCSQ: 0,0\r\n\r\nOK\r\n"),
            ("AT+AUTOCSQ=2\r", r"\r\nERROR\r\n"),
            ("AT+AUTOCSQ=1,1\r", r"\r\nOK\r\n"),
            ("AT+AUTOCSQ?\r", r"\r\n+AUTOCSQ: 1,1\r\n\r\nOK\r\n"),
        ],
    );
    assert_eq!(bench.wait(60_000), "", "nothing has changed");
    bench.modem.handle_input(Input::Control(Control::Signal(7)), bench.now);
    assert_eq!(bench.wait(1000), r"\r\n+CSQ: 7,0\r\n");
    assert_eq!(bench.wait(60_000), "");
    bench.say("AT+AUTOCSQ=1\r");
    assert_eq!(bench.wait(10_000).matches("+CSQ: 7,0").count(), 2);
    bench.say("AT+AUTOCSQ=0\r");
    bench.modem.handle_input(Input::Control(Control::Signal(9)), bench.now);
    assert_eq!(bench.wait(60_000), "");
}
