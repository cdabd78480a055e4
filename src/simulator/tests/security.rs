//! What a connection with TLS is told of its server and of itself. The handshake is `link::tls`, real servers are in
//! `tests/simulator`.

use super::*;

fn bench(model: Model) -> Bench {
    let mut bench = Bench::ready(Profile::of(model));
    bench.say("ATE0\r");
    bench
}

fn oks(bench: &mut Bench, commands: &[&str]) {
    for command in commands {
        assert_eq!(bench.say(format!("{command}\r")), r"\r\nOK\r\n", "{command}");
    }
}

/// How the last connection was to be made.
fn last(bench: &Bench) -> Secure {
    let opened = bench.did.iter().rev().find_map(|did| match did {
        Output::Open { secure, .. } => Some(secure.clone()),
        _ => None,
    });
    opened.expect("one was opened").expect("with TLS")
}

fn by(authorities: &[u8], dates: bool) -> Secure {
    Secure { check: Some(Check { authorities: authorities.to_vec(), dates }), ..Secure::default() }
}

#[test]
fn a_sim800_takes_any_certificate_until_it_is_told_not_to_and_checks_by_one_from_a_file() {
    let mut bench = bench(Model::Sim800l);
    assert_eq!(bench.say("AT+SSLOPT?\r"), r"\r\n+SSLOPT: 0,1\r\n+SSLOPT: 1,0\r\n\r\nOK\r\n");
    oks(&mut bench, &["AT+CIPSSL=1"]);
    bench.say("AT+CIPSTART=\"TCP\",\"a\",443\r");
    assert_eq!(last(&bench), Secure::default());
    bench.say("AT+CIPCLOSE\r");
    oks(&mut bench, &["AT+SSLOPT=0,0", "AT+SSLOPT=1,1"]);
    // Nobody is trusted yet.
    bench.say("AT+CIPSTART=\"TCP\",\"a\",443\r");
    assert_eq!(last(&bench), by(b"", false));
    bench.say("AT+CIPCLOSE\r");
    assert_eq!(bench.say("AT+SSLSETCERT=\"C:\\USER\\CA.CRT\"\r"), r"\r\nERROR\r\n");
    oks(&mut bench, &["AT+FSCREATE=C:\\USER\\CA.CRT"]);
    bench.say("AT+FSWRITE=C:\\USER\\CA.CRT,0,4,10\r");
    bench.say("cert");
    assert_eq!(bench.say("AT+SSLSETCERT=\"c:\\user\\ca.crt\",\"\"\r"), r"\r\nOK\r\n\r\n+SSLSETCERT: 0\r\n");
    bench.say("AT+CIPSTART=\"TCP\",\"a\",443\r");
    assert_eq!(last(&bench), by(b"cert", false));
    // The same holds for HTTP; what was imported is there after a restart, what was set is not.
    oks(&mut bench, &["AT+SAPBR=1,1", "AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"https://a/\""]);
    bench.say("AT+HTTPACTION=0\r");
    assert_eq!(last(&bench), by(b"cert", false));
    bench.say("AT+CFUN=1,1\r");
    bench.say("ATE0;+CIPSSL=1\r");
    bench.say("AT+CIPSTART=\"TCP\",\"a\",443\r");
    assert_eq!(last(&bench), Secure::default());
    bench.say("AT+CIPCLOSE\r");
    oks(&mut bench, &["AT+SSLOPT=0,0"]);
    bench.say("AT+CIPSTART=\"TCP\",\"a\",443\r");
    assert_eq!(last(&bench), by(b"cert", false));
}

#[test]
fn a_sim7600_does_as_the_context_says_that_socket_request_and_client_name() {
    let mut bench = bench(Model::Sim7600);
    for (name, bytes) in [("ca.pem", "ca"), ("me.pem", "me"), ("key.pem", "key")] {
        bench.say(format!("AT+CCERTDOWN=\"{name}\",{}\r", bytes.len()));
        assert_eq!(bench.say(bytes), r"\r\nOK\r\n");
    }
    oks(
        &mut bench,
        &[
            "AT+CSSLCFG=\"authmode\",1,1",
            "AT+CSSLCFG=\"cacert\",1,\"ca.pem\"",
            "AT+CSSLCFG=\"ignorelocaltime\",1,0",
            "AT+CSSLCFG=\"authmode\",2,2",
            "AT+CSSLCFG=\"cacert\",2,\"ca.pem\"",
            "AT+CSSLCFG=\"clientcert\",2,\"me.pem\"",
            "AT+CSSLCFG=\"clientkey\",2,\"key.pem\"",
            "AT+CCHSSLCFG=0,1",
            "AT+CSSLCFG=\"authmode\",3,3",
        ],
    );
    let both = Secure { own: Some((b"me".to_vec(), b"key".to_vec())), ..by(b"ca", false) };
    bench.say("AT+CCHSTART\r");
    bench.say("AT+CCHOPEN=0,\"a.example\",443,2\r");
    assert_eq!(last(&bench), by(b"ca", true));
    oks(&mut bench, &["AT+HTTPINIT", "AT+HTTPPARA=\"URL\",\"https://a.example/\"", "AT+HTTPPARA=\"SSLCFG\",2"]);
    bench.say("AT+HTTPACTION=0\r");
    assert_eq!(last(&bench), both);
    bench.say("AT+CMQTTSTART\r");
    oks(&mut bench, &["AT+CMQTTACCQ=0,\"me\",1", "AT+CMQTTSSLCFG=0,2"]);
    assert_eq!(bench.say("AT+CMQTTSSLCFG?\r"), r"\r\n+CMQTTSSLCFG: 0,2\r\n+CMQTTSSLCFG: 1,0\r\n\r\nOK\r\n");
    assert_eq!(bench.say("AT+CMQTTSSLCFG=0,10\r"), r"\r\nERROR\r\n");
    bench.say("AT+CMQTTCONNECT=0,\"tcp://a.example:8883\",60,1\r");
    assert_eq!(last(&bench), both);
    // A context that wants what is not there opens nothing.
    oks(&mut bench, &["AT+CCHSSLCFG=1,3"]);
    assert_eq!(bench.say("AT+CCHOPEN=1,\"a.example\",443\r"), r"\r\nOK\r\n\r\n+CCHOPEN: 1,19\r\n");
}
