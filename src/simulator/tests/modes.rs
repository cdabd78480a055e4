//! The modes of TCP/IP: several links, manual receive, transparent, servers, headers.

use super::*;

/// Booted, echo off, context up.
fn online(extra: &str) -> Bench {
    let mut bench = Bench::ready(Profile::default());
    assert_eq!(bench.say(format!("ATE0{extra};+CSTT=\"x\";+CIICR;+CIFSR;E0\r")).matches("OK").count(), 1);
    bench
}

#[test]
fn transparent_mode_ends_with_three_pluses_in_silence() {
    let mut bench = online(";+CIPMODE=1");
    assert_eq!(bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r"), r"\r\nOK\r\n\r\nCONNECT\r\n");
    assert_eq!(bench.say("AT\r\x1a\n"), "");
    assert_eq!(bench.sent(), b"AT\r\x1a\n");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"\x00\xff\r")), r"\x00\xff\r");
    // Not enough silence before: data.
    bench.modem.handle_input(Input::Uart(b"x"), bench.now);
    assert_eq!(bench.say("+++"), "");
    assert_eq!(&bench.sent()[5..], b"x+++");
    assert_eq!(bench.say("++"), "");
    assert_eq!(bench.say("+++"), r"\r\nOK\r\n");
    assert_eq!(&bench.sent()[9..], b"++");
    assert_eq!(bench.say("AT\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("ATO\r"), r"\r\nCONNECT\r\n");
    assert_eq!(bench.socket(1, SocketEvent::Closed), r"\r\nCLOSED\r\n");
    assert_eq!(bench.say("ATO\r"), r"\r\nERROR\r\n");
}

#[test]
fn manual_receive_announces_once_and_hands_out_in_pieces() {
    let mut bench = online(";+CIPMUX=1;+CIPRXGET=1");
    bench.say("AT+CIPSTART=1,\"TCP\",\"h\",9\r");
    assert_eq!(bench.socket(1, SocketEvent::Received(&[b'x'; 1371])), r"\r\n+CIPRXGET: 1,1\r\n");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"y")), "");
    let heard = bench.say("AT+CIPRXGET=2,1,255\r");
    assert_eq!(heard, format!(r"\r\n+CIPRXGET: 2,1,255,1117\r\n{}\r\nOK\r\n", "x".repeat(255)));
    assert_eq!(bench.say("AT+CIPRXGET=4,1\r"), r"\r\n+CIPRXGET: 4,1,1117\r\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+CIPRXGET=3,1,2\r"), r"\r\n+CIPRXGET: 3,1,2,1115\r\n7878\r\nOK\r\n");
    assert_eq!(bench.say("AT+CIPRXGET=2,1,1461\r"), r"\r\nERROR\r\n");
    assert_eq!(bench.socket(1, SocketEvent::Closed), r"\r\n1, CLOSED\r\n");
    assert!(bench.say("AT+CIPRXGET=2,1,1460\r").starts_with(r"\r\n+CIPRXGET: 2,1,1115,0\r\n"));
    assert_eq!(online("").say("AT+CIPRXGET=4\r"), r"\r\nERROR\r\n");
}

#[test]
fn what_a_link_may_bring_is_bounded() {
    let mut bench = online(";+CIPRXGET=1");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    assert!(bench.modem.wants(SocketId(1)) > 1460);
    let mut brought = 0;
    while let room @ 1.. = bench.modem.wants(SocketId(1)) {
        bench.socket(1, SocketEvent::Received(&vec![0; room]));
        bench.wait(10_000);
        brought += room;
        assert!(brought < 64 * 1024);
    }
    bench.say("AT+CIPRXGET=2,1000\r");
    assert_eq!(bench.modem.wants(SocketId(1)), 1000);
}

#[test]
fn headers_say_what_was_asked() {
    let mut bench = online(";+CIPHEAD=1;+CIPSHOWTP=1");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"abc")), r"\r\n+IPD,3,TCP:abc");
    bench.say("AT+CIPSRIP=1;+CIPHEAD=0\r");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"abc")), r"\r\nRECV FROM:192.0.2.7:9\r\nabc");
    let mut bench = online(";+CIPMUX=1;+CIPSRIP=1");
    bench.say("AT+CIPSTART=5,\"TCP\",\"h\",9\r");
    assert_eq!(bench.socket(1, SocketEvent::Received(b"abc")), r"\r\n+RECEIVE,5,3,192.0.2.7:9:\r\nabc");
}

#[test]
fn quick_send_counts_what_it_accepted() {
    let mut bench = online(";+CIPQSEND=1");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    bench.say("AT+CIPSEND\r");
    assert_eq!(bench.say("hello\x1a"), r"\r\nDATA ACCEPT:5\r\n");
    assert_eq!(bench.say("AT+CIPACK\r"), r"\r\n+CIPACK: 5,5,0\r\n\r\nOK\r\n");
}

#[test]
fn the_prompt_can_be_off_and_the_data_can_go_by_time() {
    let mut bench = online(";+CIPSPRT=0");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    assert_eq!(bench.say("AT+CIPSEND\r"), "");
    assert_eq!(bench.say("x\x1a"), r"\r\nSEND OK\r\n");
    bench.say("AT+CIPSPRT=1;+CIPATS=1,3\r");
    assert_eq!(bench.say("AT+CIPSEND\r"), r"\r\n> \r\nERROR\r\n", "nothing typed in three seconds");
    bench.modem.handle_input(Input::Uart(b"AT+CIPSEND\r"), bench.now);
    bench.wait(1000);
    assert_eq!(bench.say("late"), r"\r\nSEND OK\r\n");
    assert_eq!(bench.sent(), b"xlate");
}

#[test]
fn a_server_takes_visitors_on_free_links() {
    let mut bench = online(";+CIPMUX=1");
    assert_eq!(bench.say("AT+CIPSERVER=1,8888\r"), r"\r\nOK\r\n\r\nSERVER OK\r\n");
    let listener = match bench.did.last() {
        Some(Output::Listen { id, everywhere: false, port: 8888 }) => id.0,
        other => panic!("{other:?}"),
    };
    let peer = ([127, 0, 0, 1], 5000).into();
    assert_eq!(bench.socket(listener, SocketEvent::Incoming { peer }), r"\r\n0, REMOTE IP: 127.0.0.1\r\n");
    assert!(
        bench
            .say("AT+CIPSTATUS\r")
            .contains(r#"S: 0,0,"8888","LISTENING"\r\nC: 0,0,"TCP","127.0.0.1","5000","CONNECTED""#)
    );
    assert_eq!(bench.socket(listener + 1, SocketEvent::Received(b"hi")), r"\r\n+RECEIVE,0,2:\r\nhi");
    assert_eq!(bench.say("AT+CIPSERVER=0\r"), r"\r\nOK\r\n\r\nSERVER CLOSE\r\n");
}

#[test]
fn names_are_looked_up() {
    let mut bench = online("");
    assert_eq!(bench.say("AT+CDNSGIP=\"h\"\r"), r#"\r\nOK\r\n\r\n+CDNSGIP: 1,"h","192.0.2.7"\r\n"#);
    assert_eq!(bench.say("AT+CDNSGIP=\"nowhere\"\r"), r"\r\nOK\r\n\r\n+CDNSGIP: 0,8\r\n");
    let bad =
        ["\"h\",0", "\"h\",101", "\"h\",1,1025", "\"h\",1,1,601", "\"h\",1,1,1,256", "\"h\",x", "", "\"nowhere\""];
    for bad in bad {
        assert_eq!(bench.say(format!("AT+CIPPING={bad}\r")), r"\r\nERROR\r\n", "{bad}");
    }
}

/// Four echoes, of which the last does not come: its line has the limit as its time (in tenths of a second), and 255.
#[test]
fn each_echo_of_a_ping_has_its_line_and_a_lost_one_the_limit() {
    let mut bench = online("");
    let mut heard = bench.say("AT+CIPPING=\"h\",4,100,20\r");
    heard += &bench.wait(10_000);
    let lines: Vec<_> = heard.split(r"\r\n").filter(|line| !line.is_empty()).collect();
    let [first, _, third, last, ok] = lines[..] else { panic!("{heard}") };
    let time = |line: &str| line.split(',').nth(2).and_then(|time| time.parse::<u32>().ok());
    assert!(first.starts_with("+CIPPING: 1,\"192.0.2.7\",") && first.ends_with(",57"), "{first}");
    assert!(time(third).is_some_and(|tenths| (5..=12).contains(&tenths)), "a round trip of GPRS: {third}");
    assert_eq!((last, ok), ("+CIPPING: 4,\"192.0.2.7\",20,255", "OK"));
    // Faster than the network is: nothing comes in time.
    assert_eq!(bench.say("AT+CIPPING=\"h\",1,32,1\r"), r#"\r\n+CIPPING: 1,"192.0.2.7",1,255\r\n\r\nOK\r\n"#);
    let pings = bench.did.iter().filter_map(|did| if let Output::Ping { echo, .. } = did { Some(echo) } else { None });
    let lengths: Vec<_> = pings.map(|echo| (echo.length, echo.ttl, echo.sequence)).collect();
    assert_eq!(lengths, [(100, 64, 1), (100, 64, 2), (100, 64, 3), (100, 64, 4), (32, 64, 1)]);
}

#[test]
fn a_ping_ends_with_its_context() {
    let mut bench = online("");
    bench.modem.handle_input(Input::Uart(b"AT+CIPPING=\"h\",4,100,600\r"), bench.now);
    bench.wait(100);
    bench.fault("pdp-deact");
    assert_eq!(bench.wait(1000), r"\r\nERROR\r\n\r\n+PDP: DEACT\r\n");
    assert_eq!(bench.say("AT\r"), r"\r\nOK\r\n");
}

#[test]
fn losing_the_context_cuts_everything_until_shut() {
    let mut bench = online("");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    bench.fault("pdp-deact");
    assert_eq!(bench.wait(100), r"\r\n+PDP: DEACT\r\n");
    assert_eq!(bench.did.last(), Some(&Output::Close(SocketId(1))));
    assert_eq!(bench.say("AT+CIPSTATUS\r"), r"\r\nOK\r\n\r\nSTATE: PDP DEACT\r\n");
    assert_eq!(bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r"), r"\r\nERROR\r\n");
    assert_eq!(bench.say("AT+CIPSHUT\r"), r"\r\nSHUT OK\r\n");
}

#[test]
fn a_send_whose_link_breaks_fails() {
    let mut bench = online("");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    bench.say("AT+CIPSEND\r");
    bench.socket(1, SocketEvent::Closed);
    assert_eq!(bench.say("x\x1a"), r"\r\nSEND FAIL\r\n");
    assert_eq!(bench.sent(), b"");
}

#[test]
fn a_driver_with_queued_sends_and_manual_receive_gets_along() {
    // The order of a much used Arduino library.
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r\n");
    for command in ["AT&FZE0&W", "AT+CMEE=0", "AT+CLTS=1", "AT+CBATCHK=1", "AT+CGATT=0"] {
        assert_eq!(bench.say(format!("{command}\r\n")), r"\r\nOK\r\n", "{command}");
    }
    assert_eq!(bench.say("AT+CIPSHUT\r\n"), r"\r\nSHUT OK\r\n");
    let setup = [
        "AT+SAPBR=3,1,\"Contype\",\"GPRS\"",
        "AT+SAPBR=3,1,\"APN\",\"x\"",
        "AT+CGDCONT=1,\"IP\",\"x\"",
        "AT+CGATT=1",
        "AT+CGACT=1,1",
        "AT+SAPBR=1,1",
        "AT+CIPMUX=1",
        "AT+CIPQSEND=1",
        "AT+CIPRXGET=1",
        "AT+CSTT=\"x\",\"\",\"\"",
        "AT+CIICR",
    ];
    for command in setup {
        assert_eq!(bench.say(format!("{command}\r\n")), r"\r\nOK\r\n", "{command}");
    }
    assert!(bench.say("AT+CIFSR;E0\r\n").ends_with(r"\r\n\r\nOK\r\n"));
    assert_eq!(bench.say("AT+CDNSCFG=\"8.8.8.8\",\"8.8.4.4\"\r\n"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CIPSTART=0,\"TCP\",\"h\",80\r\n"), r"\r\nOK\r\n\r\n0, CONNECT OK\r\n");
    assert_eq!(bench.say("AT+CIPSEND=0,4\r\n"), r"\r\n> ");
    assert_eq!(bench.say("\x1a\x1b\r\n"), r"\r\nDATA ACCEPT:0,4\r\n");
    assert_eq!(bench.sent(), b"\x1a\x1b\r\n");
    assert_eq!(
        bench.say("AT+CIPSTATUS=0\r\n"),
        r#"\r\n+CIPSTATUS: 0,0,"TCP","192.0.2.7","80","CONNECTED"\r\n\r\nOK\r\n"#
    );
    assert_eq!(bench.say("AT+CIPCLOSE=0,1\r\n"), r"\r\n0, CLOSE OK\r\n");
}

/// The pieces that were sent, since the last look.
fn packets(bench: &mut Bench) -> Vec<Vec<u8>> {
    let sent = bench.did.drain(..).filter_map(|did| if let Output::Send(_, bytes) = did { Some(bytes) } else { None });
    sent.collect()
}

#[test]
fn transparent_packets_are_as_configured() {
    let mut bench = online(";+CIPMODE=1;+CIPCCFG=5,5,4,0,1,50,100");
    assert_eq!(bench.say("AT+CIPCCFG?\r"), r"\r\n+CIPCCFG: 5,5,4,0,1,50,100\r\n\r\nOK\r\n");
    bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r");
    // Full packets leave at once, the rest when nothing came for half a second.
    bench.modem.handle_input(Input::Uart(b"abcdefghij"), bench.now);
    bench.wait(400);
    assert_eq!(packets(&mut bench), [b"abcd", b"efgh"]);
    bench.modem.handle_input(Input::Uart(b"k"), bench.now);
    bench.wait(400);
    assert_eq!(packets(&mut bench), Vec::<Vec<u8>>::new());
    bench.wait(200);
    assert_eq!(packets(&mut bench), [b"ijk"]);
    // Without escape the three pluses are data.
    bench.wait(2000);
    assert_eq!(bench.say("+++"), "");
    assert_eq!(packets(&mut bench), [b"+++"]);
    // What comes is shown fifty bytes every tenth of a second.
    bench.modem.handle_input(Input::Socket(SocketId(1), SocketEvent::Received(&[b'x'; 120])), bench.now);
    let shown: Vec<_> = (0..200).map(|_| bench.wait(10).len()).enumerate().filter(|(_, count)| *count > 0).collect();
    let [(first, 50), (second, 50), (third, 20)] = shown[..] else { panic!("{shown:?}") };
    assert!((10..=11).contains(&(second - first)) && (10..=11).contains(&(third - second)), "{shown:?}");
}

#[test]
fn each_link_has_its_own_port_and_its_own_way_of_udp() {
    let mut bench = online(";+CIPMUX=1");
    assert_eq!(bench.say("AT+CLPORT=1,\"UDP\",8888;+CIPUDPMODE=1,1\r"), r"\r\nOK\r\n");
    assert!(bench.say("AT+CLPORT?\r").contains(r"+CLPORT: 0,0,0\r\n+CLPORT: 1,0,8888\r\n"));
    assert_eq!(bench.say("AT+CIPUDPMODE=2,2,\"192.0.2.9\",5\r"), r"\r\nERROR\r\n");
    bench.say("AT+CIPSTART=1,\"UDP\",\"192.0.2.7\",9\r");
    let opened = |did: &Output| matches!(did, Output::Open { udp: true, local: 8888, anybody: true, .. });
    assert!(bench.did.iter().any(opened), "{:?}", bench.did);
    assert_eq!(bench.say("AT+CIPUDPMODE=1,2,\"192.0.2.9\",5\r"), r"\r\nOK\r\n");
    assert!(bench.say("AT+CIPUDPMODE?\r").contains(r#"+CIPUDPMODE: 1,1,"192.0.2.9",5\r\n"#));
    // While it is open its way cannot change; strangers from outside are not heard, those who were named are.
    assert_eq!(bench.say("AT+CIPUDPMODE=1,0\r"), r"\r\nERROR\r\n");
    let datagram = |host: [u8; 4]| SocketEvent::Datagram { from: (host, 5).into(), bytes: b"hi" };
    assert_eq!(bench.socket(1, datagram([192, 0, 2, 66])), "");
    assert_eq!(bench.socket(1, datagram([192, 0, 2, 9])), r"\r\n+RECEIVE,1,2:\r\nhi");
}

/// `CIPCLOSE` while the context comes up: nothing is opened after all, and the next `CIPSTART` opens one connection.
#[test]
fn a_connection_that_is_closed_while_the_context_comes_up_is_not_opened() {
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r");
    let opened = |bench: &Bench| bench.did.iter().filter(|did| matches!(did, Output::Open { .. })).count();
    bench.modem.handle_input(Input::Uart(b"AT+CIPSTART=\"TCP\",\"h\",9\r"), bench.now);
    assert_eq!(bench.wait(100), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+CIPCLOSE\r"), r"\r\nCLOSE OK\r\n");
    assert_eq!((bench.wait(60_000), opened(&bench)), (String::new(), 0));
    assert_eq!(bench.say("AT+CIPSTART=\"TCP\",\"h\",9\r"), r"\r\nOK\r\n\r\nCONNECT OK\r\n");
    assert_eq!((bench.wait(60_000), opened(&bench)), (String::new(), 1));
}
