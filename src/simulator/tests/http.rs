//! The HTTP service over its bearer.

use super::*;

fn bearer() -> Bench {
    let mut bench = Bench::ready(Profile::default());
    assert_eq!(
        bench.say("ATE0;+SAPBR=3,1,\"Contype\",\"GPRS\";+SAPBR=3,1,\"APN\",\"x\"\r"),
        r#"ATE0;+SAPBR=3,1,"Contype","GPRS";+SAPBR=3,1,"APN","x"\r\r\nOK\r\n"#
    );
    bench
}

#[test]
fn the_bearer_opens_once() {
    let mut bench = bearer();
    assert_eq!(bench.say("AT+SAPBR=2,1\r"), r#"\r\n+SAPBR: 1,3,"0.0.0.0"\r\n\r\nOK\r\n"#);
    assert_eq!(bench.say("AT+SAPBR=1,1\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+SAPBR=1,1\r"), r"\r\nERROR\r\n");
    assert!(bench.say("AT+SAPBR=2,1\r").starts_with(r#"\r\n+SAPBR: 1,1,"10."#));
    bench.fault("pdp-deact");
    assert_eq!(bench.wait(10), r"\r\n+SAPBR 1: DEACT\r\n");
    assert_eq!(bench.say("AT+SAPBR=0,1\r"), r"\r\nERROR\r\n");
}

#[test]
fn a_page_is_fetched_and_read_in_pieces() {
    let mut bench = bearer();
    bench.say("AT+SAPBR=1,1\r");
    assert_eq!(bench.say("AT+HTTPINIT\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+HTTPINIT\r"), r"\r\nERROR\r\n");
    assert_eq!(bench.say("AT+HTTPPARA=\"CID\",1;+HTTPPARA=\"URL\",\"h:8080/x?y\"\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+HTTPACTION=0\r"), r"\r\nOK\r\n");
    let request = String::from_utf8(bench.sent()).unwrap();
    assert!(request.starts_with("GET /x?y HTTP/1.1\r\nHost: h:8080\r\n") && request.ends_with("\r\n\r\n"), "{request}");
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nab\r\nOK\n";
    assert_eq!(bench.socket(1, SocketEvent::Received(answer)), r"\r\n+HTTPACTION: 0,200,7\r\n");
    assert_eq!(bench.say("AT+HTTPREAD\r"), r"\r\n+HTTPREAD: 7\r\nab\r\nOK\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+HTTPREAD=1,2\r"), r"\r\n+HTTPREAD: 2\r\nb\r\r\nOK\r\n");
    assert_eq!(bench.say("AT+HTTPTERM\r"), r"\r\nOK\r\n");
    assert_eq!(bench.say("AT+HTTPACTION=0\r"), r"\r\nERROR\r\n");
}

#[test]
fn data_are_posted_and_short_data_end_with_the_time() {
    let mut bench = bearer();
    bench.say("AT+SAPBR=1,1;+HTTPINIT;+HTTPPARA=\"URL\",\"http://h\";+HTTPPARA=\"CONTENT\",\"text/plain\"\r");
    assert_eq!(bench.say("AT+HTTPDATA=5,2000\r"), r"\r\nDOWNLOAD\r\n\r\nOK\r\n", "nothing came in two seconds");
    bench.modem.handle_input(Input::Uart(b"AT+HTTPDATA=5,2000\r"), bench.now);
    assert_eq!(bench.wait(100), r"\r\nDOWNLOAD\r\n");
    assert_eq!(bench.say("a\x1a\x1b\rb"), r"\r\nOK\r\n");
    bench.say("AT+HTTPACTION=1\r");
    let request = bench.sent();
    assert!(
        request.ends_with(b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\na\x1a\x1b\rb"),
        "{}",
        request.escape_ascii()
    );
}

#[test]
fn failures_have_their_codes() {
    let check = |url: &str, event: Option<SocketEvent<'_>>, expect: &str| {
        let mut bench = bearer();
        bench.say(format!("AT+SAPBR=1,1;+HTTPINIT;+HTTPPARA=\"URL\",\"{url}\"\r"));
        let mut heard = bench.say("AT+HTTPACTION=0\r");
        if let Some(event) = event {
            heard.push_str(&bench.socket(1, event));
            heard.push_str(&bench.wait(5000));
        }
        assert_eq!(heard, format!(r"\r\nOK\r\n\r\n+HTTPACTION: 0,{expect},0\r\n"), "{url}");
    };
    check("https:\\\\date.nager.at", None, "603");
    check("https://h", None, "606");
    check("h", Some(SocketEvent::Unresolved), "603");
    check("h:1", None, "601");
    check("h", Some(SocketEvent::Closed), "601");
    let mut bench = bearer();
    bench.say("AT+HTTPINIT;+HTTPPARA=\"URL\",\"h\"\r");
    assert_eq!(bench.say("AT+HTTPACTION=0\r"), r"\r\nOK\r\n\r\n+HTTPACTION: 0,601,0\r\n", "no bearer");
}

#[test]
fn a_redirection_is_followed_when_asked() {
    let mut bench = bearer();
    bench.say("AT+SAPBR=1,1;+HTTPINIT;+HTTPPARA=\"URL\",\"http://h/a\";+HTTPPARA=\"REDIR\",1\r");
    bench.say("AT+HTTPACTION=0\r");
    bench.socket(1, SocketEvent::Received(b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
    bench.wait(10_000);
    assert!(String::from_utf8(bench.sent()).unwrap().contains("GET /b HTTP/1.1\r\nHost: h\r\n"));
    let answer = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(bench.socket(2, SocketEvent::Received(answer)), r"\r\n+HTTPACTION: 0,404,0\r\n");
}
