//! What the libraries of Arduino sketches send to a SIM800, in their order and with their time limits; each answer has the
//! form that the library cuts apart. The sequences are written down after the libraries' documentation and source; their
//! code is not here. On virtual time, at the pace of a real module.

use modemscope::simulator::Profile;

use super::scene::Scene;

/// A host that waits for a string, as libraries do.
struct Driver(Scene);

impl Driver {
    fn new() -> Self {
        Self::of(&[])
    }

    /// A modem as its words say.
    fn of(words: &[&str]) -> Self {
        Self(Scene::new(words, 1))
    }

    /// Sends bytes; `wanted` must come within this many milliseconds, and `heard` gives all that came.
    #[track_caller]
    fn sends(&mut self, bytes: &[u8], milliseconds: u64, wanted: &str) -> String {
        self.0.type_in(bytes);
        self.waits(milliseconds, wanted)
    }

    #[track_caller]
    fn waits(&mut self, milliseconds: u64, wanted: &str) -> String {
        self.0.listen(milliseconds, &[wanted.as_bytes()]);
        let heard = String::from_utf8_lossy(&self.0.heard).into_owned();
        assert!(heard.contains(wanted), "no {wanted:?} within {milliseconds} ms: {heard:?}");
        heard
    }

    /// A command with CR LF.
    #[track_caller]
    fn asks(&mut self, command: &str, milliseconds: u64, wanted: &str) -> String {
        self.sends(format!("{command}\r\n").as_bytes(), milliseconds, wanted)
    }

    /// Commands that are answered with OK within a second.
    #[track_caller]
    fn oks(&mut self, commands: &[&str]) {
        for command in commands {
            self.asks(command, 1000, "OK\r\n");
        }
    }
}

/// The number behind the `count`th comma (or the colon) of an answer.
#[track_caller]
fn number(answer: &str, name: &str, count: usize) -> usize {
    let rest = answer.split(name).nth(1).expect("its name");
    let line = rest.lines().next().expect("its line");
    let field = line.trim_start_matches(':').split(',').nth(count).expect("a number");
    field.trim().parse().unwrap_or_else(|_| panic!("{field:?} in {answer:?}"))
}

/// `TinyGSM`, class for the SIM800: several connections, quick sends, data on request.
#[test]
fn tiny_gsm_from_init_to_data_both_ways() {
    let mut driver = Driver::new();
    driver.asks("AT", 200, "OK\r\n");
    driver.oks(&["AT&FZ", "ATE0", "AT+CMEE=0", "AT+CLTS=1", "AT+CBATCHK=1"]);
    assert_eq!(driver.asks("AT+CPIN?", 10_000, "OK\r\n"), "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    assert_eq!(driver.asks("ATI", 1000, "OK\r\n"), "\r\nSIM800 R14.18\r\n\r\nOK\r\n");
    assert_eq!(driver.asks("AT+CIPSSL=?", 1000, "OK\r\n"), "\r\n+CIPSSL: (0,1)\r\n\r\nOK\r\n");
    assert_eq!(driver.asks("AT+ICCID", 1000, "OK\r\n"), "\r\n+ICCID: 898600810906F8048812\r\n\r\nOK\r\n");
    assert_eq!(driver.asks("AT+GSN", 1000, "OK\r\n"), "\r\n860719020206417\r\n\r\nOK\r\n");
    assert_eq!(number(&driver.asks("AT+CREG?", 1000, "OK\r\n"), "+CREG", 1), 1);
    assert_eq!(number(&driver.asks("AT+CSQ", 1000, "OK\r\n"), "+CSQ", 0), 20);
    assert!(driver.asks("AT+COPS?", 1000, "OK\r\n").contains("+COPS: 0,0,\"T-Mobile D\"\r\n"));
    assert_eq!(number(&driver.asks("AT+CBC", 1000, "OK\r\n"), "+CBC", 2), 4049);
    // gprsDisconnect, gprsConnect: the bearer comes up by itself although CGATT=0 was just said.
    driver.asks("AT+CIPSHUT", 60_000, "OK\r\n");
    driver.asks("AT+CGATT=0", 60_000, "OK\r\n");
    driver.oks(&["AT+SAPBR=3,1,\"Contype\",\"GPRS\"", "AT+SAPBR=3,1,\"APN\",\"internet\""]);
    driver.oks(&["AT+SAPBR=3,1,\"USER\",\"u\"", "AT+SAPBR=3,1,\"PWD\",\"p\"", "AT+CGDCONT=1,\"IP\",\"internet\""]);
    driver.asks("AT+CGACT=1,1", 60_000, "\r\nOK\r\n");
    driver.asks("AT+SAPBR=1,1", 85_000, "\r\nOK\r\n");
    assert!(driver.asks("AT+SAPBR=2,1", 30_000, "OK\r\n").starts_with("\r\n+SAPBR: 1,1,\"10."));
    driver.asks("AT+CGATT=1", 60_000, "\r\nOK\r\n");
    driver.oks(&["AT+CIPMUX=1", "AT+CIPQSEND=1", "AT+CIPRXGET=1"]);
    driver.asks("AT+CSTT=\"internet\",\"u\",\"p\"", 60_000, "\r\nOK\r\n");
    driver.asks("AT+CIICR", 60_000, "\r\nOK\r\n");
    let address = driver.asks("AT+CIFSR;E0", 10_000, "OK\r\n");
    assert!(address.starts_with("\r\n10.") && address.ends_with("\r\n\r\nOK\r\n"), "{address:?}");
    driver.oks(&["AT+CDNSCFG=\"8.8.8.8\",\"8.8.4.4\""]);
    assert_eq!(number(&driver.asks("AT+CGATT?", 1000, "OK\r\n"), "+CGATT", 0), 1);
    // stop, connect, write: what was never open cannot be closed, and that is no harm.
    driver.asks("AT+CIPCLOSE=1,1", 1000, "\r\nERROR\r\n");
    driver.oks(&["AT+CIPSSL=0"]);
    driver.0.reply = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n".iter().chain(&[b'x'; 300]).copied().collect();
    driver.asks("AT+CIPSTART=1,\"TCP\",\"example.org\",80", 75_000, "CONNECT OK\r\n");
    driver.asks("AT+CIPSEND=1,18", 1000, ">");
    driver.sends(b"GET / HTTP/1.0\r\n\r\n", 1000, "\r\nDATA ACCEPT:1,18\r\n");
    assert_eq!(driver.0.delivered, b"GET / HTTP/1.0\r\n\r\n");
    // available, read: in pieces of 64 bytes, as its buffer is.
    driver.waits(3000, "\r\n+CIPRXGET: 1,1\r\n");
    let waiting = number(&driver.asks("AT+CIPRXGET=4,1", 1000, "OK\r\n"), "+CIPRXGET", 2);
    assert_eq!(waiting, 340);
    let mut got = String::new();
    while got.len() < waiting {
        let answer = driver.asks("AT+CIPRXGET=2,1,64", 1000, "\r\nOK\r\n");
        let (count, left) = (number(&answer, "+CIPRXGET", 2), number(&answer, "+CIPRXGET", 3));
        let body = answer.split_once("\r\n+CIPRXGET: ").and_then(|cut| cut.1.split_once("\r\n")).expect("its data").1;
        got += &body[..count];
        assert_eq!((&body[count..], left), ("\r\nOK\r\n", waiting - got.len()));
    }
    assert!(got.starts_with("HTTP/1.1 200 OK\r\n") && got.ends_with("xxx"));
    assert_eq!(number(&driver.asks("AT+CIPRXGET=4,1", 1000, "OK\r\n"), "+CIPRXGET", 2), 0);
    let state = driver.asks("AT+CIPSTATUS=1", 1000, "OK\r\n");
    assert_eq!(state, "\r\n+CIPSTATUS: 1,0,\"TCP\",\"192.0.2.7\",\"80\",\"CONNECTED\"\r\n\r\nOK\r\n");
    driver.asks("AT+CIPCLOSE=1,1", 1000, "\r\n1, CLOSE OK\r\n");
    assert!(driver.asks("AT+CIPSTATUS=1", 1000, "OK\r\n").contains(",\"CLOSED\"\r\n"));
    assert!(driver.asks("AT+CIPSTATUS=2", 1000, "OK\r\n").contains(",\"INITIAL\"\r\n"));
    // The rest of its functions.
    driver.oks(&["AT+GSMBUSY=0", "AT+VTD=1", "AT+CSCLK=0", "AT+CMGF=1", "AT+CSCS=\"GSM\""]);
    driver.asks("AT+CMGS=\"+4915550\"", 1000, ">");
    driver.sends(b" hello\x1a", 60_000, "\r\n\r\nOK\r\n");
    driver.oks(&["AT+CSCS=\"HEX\"", "AT+CUSD=1,\"*100#\""]);
    driver.waits(10_000, "\", 15\r\n");
    driver.asks("AT+CIPGSMLOC=1,1", 10_000, "\r\nOK\r\n");
    driver.asks("ATD+49555;", 60_000, "\r\nOK\r\n");
    driver.oks(&["ATH", "AT&FZE0&W", "AT+IPR=0", "AT+IFC=0,0", "AT+ICF=3,3", "AT&W"]);
    driver.asks("AT+CFUN=0", 10_000, "OK\r\n");
    driver.asks("AT+CFUN=1,1", 10_000, "OK\r\n");
    driver.0.wait(3000);
    driver.asks("AT", 200, "OK\r\n");
    driver.asks("AT+CPOWD=1", 1000, "NORMAL POWER DOWN\r\n");
}

/// Adafruit FONA: one connection, `SEND OK`, lines that it reads one by one.
#[test]
fn fona_from_begin_to_data_both_ways() {
    let mut driver = Driver::new();
    driver.oks(&["AT", "ATE0"]);
    driver.oks(&["ATE0", "AT+CVHU=0", "ATI", "AT+CPMS=\"SM\",\"SM\",\"SM\"", "AT+CSDH=1", "AT+CMGF=1"]);
    assert_eq!(driver.asks("AT+GMM", 1000, "OK\r\n"), "\r\nSIMCOM_SIM800L\r\n\r\nOK\r\n");
    driver.asks("AT+CIPSHUT", 20_000, "SHUT OK\r\n");
    driver.asks("AT+CGATT=1", 10_000, "OK\r\n");
    driver.asks("AT+SAPBR=3,1,\"CONTYPE\",\"GPRS\"", 10_000, "OK\r\n");
    driver.asks("AT+SAPBR=3,1,\"APN\",\"internet\"", 10_000, "OK\r\n");
    driver.asks("AT+CSTT=\"internet\"", 10_000, "OK\r\n");
    driver.asks("AT+SAPBR=1,1", 30_000, "OK\r\n");
    driver.asks("AT+CIICR", 10_000, "OK\r\n");
    driver.asks("AT+CIPSHUT", 20_000, "SHUT OK\r\n");
    driver.oks(&["AT+CIPMUX=0", "AT+CIPRXGET=1"]);
    driver.0.reply = b"answer".to_vec();
    assert_eq!(driver.asks("AT+CIPSTART=\"TCP\",\"example.org\",\"80\"", 1000, "OK\r\n"), "\r\nOK\r\n");
    driver.waits(20_000, "\r\nCONNECT OK\r\n");
    assert_eq!(driver.asks("AT+CIPSTATUS", 500, "CONNECT OK\r\n"), "\r\nOK\r\n\r\nSTATE: CONNECT OK\r\n");
    driver.asks("AT+CIPSEND=5", 500, "> ");
    driver.sends(b"hello", 3000, "\r\nSEND OK\r\n");
    driver.waits(3000, "\r\n+CIPRXGET: 1\r\n");
    assert_eq!(number(&driver.asks("AT+CIPRXGET=4", 500, "OK\r\n"), "+CIPRXGET", 1), 6);
    assert_eq!(driver.asks("AT+CIPRXGET=2,10", 500, "OK\r\n"), "\r\n+CIPRXGET: 2,6,0\r\nanswer\r\nOK\r\n");
    driver.asks("AT+CIPCLOSE", 1000, "CLOSE OK\r\n");
    driver.oks(&["AT+CNTPCID=1", "AT+CNTP=\"pool.ntp.org\",0", "AT+CNTP"]);
    driver.waits(10_000, "\r\n+CNTP: 1\r\n");
    assert!(driver.asks("AT+CCLK?", 1000, "OK\r\n").starts_with("\r\n+CCLK: \"24/01/30,19:4"));
    assert_eq!(number(&driver.asks("AT+CADC?", 1000, "OK\r\n"), "+CADC", 0), 1);
    driver.oks(&["AT+CLVL=50", "AT+CHFA=0", "AT+SPWM=0,1000,50", "AT+STTONE=1,20,1000", "AT+CIURC=0", "AT+CCALR?"]);
    driver.asks("AT+HTTPTERM", 1000, "ERROR\r\n");
    driver.oks(&["AT+HTTPINIT", "AT+HTTPPARA=\"CID\",1", "AT+HTTPPARA=\"UA\",\"FONA\""]);
    driver.oks(&["AT+HTTPPARA=\"URL\",\"example.org/x\"", "AT+HTTPPARA=\"REDIR\",1", "AT+HTTPACTION=0"]);
}

/// `ESPHome`'s component as it is since 2022: CR LF, and when nothing came for two rounds a 1A in front of the next `AT`. Its
/// first round fails over the echo of `ATE0`; that 1A is what gets it through (esphome/issues#5497).
#[test]
fn esphome_gets_through_by_its_1a_and_reads_messages() {
    let mut driver = Driver::new();
    let lines = |heard: &str| {
        heard.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    // The echo tells it to switch the echo off; the echo of that is no OK, so it gives up until its watch-dog bites.
    let heard = driver.asks("AT", 1000, "OK\r\n");
    assert_eq!(lines(&heard), ["AT", "OK"]);
    assert_eq!(lines(&driver.asks("ATE0", 1000, "OK\r\n")), ["ATE0", "OK"]);
    driver.0.wait(15_000);
    assert_eq!(lines(&driver.asks("\x1aAT", 1000, "OK\r\n")), ["OK"]);
    driver.oks(&["AT+CMGF=1", "AT+CLIP=1"]);
    let registered = driver.asks("AT+CREG?", 1000, "OK\r\n");
    assert_eq!(lines(&registered)[0].as_bytes().get(9), Some(&b'1'), "{registered:?}");
    assert_eq!(number(&driver.asks("AT+CSQ", 1000, "OK\r\n"), "+CSQ", 0), 20);
    assert_eq!(lines(&driver.asks("AT+CMGL=\"ALL\"", 1000, "OK\r\n")), ["OK"]);
    assert_eq!(lines(&driver.asks("AT+CLCC", 1000, "OK\r\n")), ["OK"]);
    // A message out: its text goes out at the `>` already.
    driver.oks(&["AT+CSCS=\"GSM\""]);
    driver.asks("AT+CMGS=\"+491701234567\"", 1000, ">");
    let sent = driver.sends(b"hello\x1a", 60_000, "\r\nOK\r\n");
    assert!(lines(&sent).iter().any(|line| line.starts_with("+CMGS:")), "{sent:?}");
    // It comes back; the third field is the sender, the next line the text.
    driver.waits(20_000, "\r\n+CMTI: \"SM\",1\r\n");
    let list = lines(&driver.asks("AT+CMGL=\"ALL\"", 5000, "OK\r\n"));
    assert_eq!(list[0].split(',').nth(2), Some("\"+491701234567\""), "{list:?}");
    assert_eq!(list[1..], ["hello", "OK"]);
    driver.oks(&["AT+CMGD=1", "AT+CSCS=\"GSM\"", "AT+CUSD=1, \"*100#\""]);
    driver.waits(20_000, ", 15\r\n");
    driver.oks(&["AT+CSCS=\"GSM\"", "ATD+49555;"]);
    assert!(driver.asks("AT+CLCC", 1000, "OK\r\n").starts_with("\r\n+CLCC: 1,0,"));
    // What it sends when a call could not be set up: a command, and a 1A behind it.
    driver.asks("AT+CMEE=2", 1000, "OK\r\n");
    driver.0.type_in(b"\x1a");
    driver.oks(&["ATH"]);
}

/// Commands with blanks around `=`, all in one line, as one sketch has them.
#[test]
fn blanks_around_the_equals_sign_do_not_matter() {
    let mut driver = Driver::new();
    driver.oks(&["ATE0", "ATS0 = 1;+CIPRXGET = 1;+CIPMUX = 1;+CMGF = 1;+CIPSPRT = 0;+CLVL = 100;+CMIC = 0,10;+CLCC=1"]);
    let mut driver = Driver(Scene::just_on(Profile::default(), 1));
    driver.0.wait(9000);
    driver.oks(&["ATE0", "AT + SAPBR=3,1,\"CONTYPE\",\"GPRS\""]);
}

/// `TinyGSM`, class for the SIM7600: ten links, data on request.
#[test]
fn tiny_gsm_with_a_sim7600_from_init_to_data_both_ways() {
    let mut driver = Driver::of(&["sim7600"]);
    driver.asks("AT", 200, "OK\r\n");
    driver.oks(&["ATE0", "AT+CMEE=0", "AT+CLTS=1", "AT+CBATCHK=1", "AT+CPIN?", "AT+CNMP=2", "AT+CNSMOD?"]);
    assert_eq!(number(&driver.asks("AT+CGREG?", 1000, "OK\r\n"), "+CGREG", 1), 1);
    driver.asks("AT+NETCLOSE", 60_000, "ERROR\r\n");
    driver.oks(&["AT+CGDCONT=1,\"IP\",\"internet\",\"0.0.0.0\",0,0", "AT+CGAUTH=1,0,\"p\",\"u\""]);
    driver.oks(&["AT+CIPMODE=0", "AT+CIPSENDMODE=0", "AT+CIPCCFG=10,0,0,0,1,0,75000"]);
    driver.oks(&["AT+CIPTIMEOUT=75000,15000,15000"]);
    driver.asks("AT+NETOPEN", 75_000, "\r\n+NETOPEN: 0");
    driver.asks("AT+NETOPEN?", 1000, "\r\n+NETOPEN: 1");
    assert!(driver.asks("AT+IPADDR", 1000, "OK\r\n").starts_with("\r\n+IPADDR: 10."));
    driver.oks(&["AT+CTCPKA=1,2,5,1", "AT+CIPRXGET=1"]);
    driver.0.reply = b"welcome".to_vec();
    assert_eq!(
        driver.asks("AT+CIPOPEN=0,\"TCP\",\"example.org\",80", 15_000, "\r\n+CIPOPEN: 0,0\r\n"),
        "\r\nOK\r\n\r\n+CIPOPEN: 0,0\r\n"
    );
    driver.asks("AT+CIPSEND=0,5", 1000, ">");
    assert_eq!(driver.sends(b"hello", 10_000, ",5,5\r\n"), "\r\nOK\r\n\r\n+CIPSEND: 0,5,5\r\n");
    driver.waits(3000, "\r\n+CIPRXGET: 1,0\r\n");
    assert_eq!(driver.asks("AT+CIPRXGET=4,0", 1000, "OK\r\n"), "\r\n+CIPRXGET: 4,0,7\r\n\r\nOK\r\n");
    assert_eq!(driver.asks("AT+CIPRXGET=2,0,64", 1000, "\r\nOK\r\n"), "\r\n+CIPRXGET: 2,0,7,0\r\nwelcome\r\nOK\r\n");
    assert!(driver.asks("AT+CIPCLOSE?", 1000, "OK\r\n").starts_with("\r\n+CIPCLOSE: 1,0,0,0,0,0,0,0,0,0\r\n"));
    driver.asks("AT+CIPCLOSE=0", 5000, "\r\n+CIPCLOSE: 0,0\r\n");
    driver.oks(&["AT+CGPS=1", "AT+CGPSINFO", "AT+CGPS=0", "AT+CPMUTEMP"]);
    driver.asks("AT+CLBS=4", 120_000, "+CLBS: 0,");
}

/// Its TLS sockets, as its class for the A7672X has them too.
#[test]
fn tiny_gsm_with_a_sim7600_over_tls() {
    let mut driver = Driver(Scene::with_tls(&["sim7600"], 1));
    driver.oks(&[
        "ATE0",
        "AT+CSSLCFG=\"sslversion\",0,3",
        "AT+CSSLCFG=\"authmode\",0,0",
        "AT+CSSLCFG=\"enableSNI\",0,1",
    ]);
    driver.oks(&["AT+CTCPKA=1,2,5,1", "AT+CCHSET=1,1", "AT+CCHSTART", "AT+CCHSSLCFG=0,0"]);
    driver.0.reply = b"welcome".to_vec();
    driver.asks("AT+CCHOPEN=0,\"example.org\",443,2", 15_000, "\r\n+CCHOPEN: 0,0\r\n");
    driver.asks("AT+CCHSEND=0,5", 1000, ">");
    driver.sends(b"hello", 10_000, "\r\n+CCHSEND: 0,0\r\n");
    driver.waits(3000, "RECV EVENT\r\n");
    assert_eq!(driver.asks("AT+CCHRECV?", 1000, "OK\r\n"), "\r\n+CCHRECV: LEN,7,0\r\n\r\nOK\r\n");
    let heard = driver.asks("AT+CCHRECV=0,64", 1000, "\r\n+CCHRECV: 0,0\r\n");
    assert_eq!(heard, "\r\nOK\r\n\r\n+CCHRECV: DATA,0,7\r\nwelcome\r\n+CCHRECV: 0,0\r\n");
    driver.asks("AT+CCHCLOSE=0", 5000, "\r\n+CCHCLOSE: 0,0\r\n");
}
