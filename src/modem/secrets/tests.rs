//! What is masked, byte by byte, and what is not.

use proptest::prelude::*;

use super::*;

fn masked(parts: &[&[u8]]) -> String {
    let mut finder = SecretFinder::default();
    let mut all = Vec::new();
    for part in parts {
        let mut part = part.to_vec();
        for range in finder.find(Direction::Tx, &part) {
            part[range].fill(b'*');
        }
        all.extend(part);
    }
    all.escape_ascii().to_string()
}

#[test]
fn letters_in_the_noise_of_data_are_no_name() {
    for noise in [&b"dF\x7f+A\xF0p{\xDDIi\xB6"[..], b"\xE8+\x01A\x02P='x"] {
        assert_eq!(masked(&[noise]), noise.escape_ascii().to_string());
    }
}

const CASES: [(&str, &str); 31] = [
    ("AT+CPIN=1234\r", "AT+CPIN=****\\r"),
    ("at+cpin=\"1234\"\r\r\nOK\r\n", "at+cpin=\\\"****\\\"\\r\\r\\nOK\\r\\n"),
    ("AT+CPIN=12345678,4321\r", "AT+CPIN=********,****\\r"),
    ("AT+CPIN=?\r", "AT+CPIN=?\\r"),
    ("AT+CPIN?\r\r\n+CPIN: READY\r\n", "AT+CPIN?\\r\\r\\n+CPIN: READY\\r\\n"),
    ("AT+CPIN=1234;+CSQ=5\r", "AT+CPIN=****;+CSQ=5\\r"),
    ("AT+CLCK=\"SC\",1,\"1234\",7\r", "AT+CLCK=\\\"SC\\\",1,\\\"****\\\",7\\r"),
    ("AT+CPWD=\"SC\",\"1234\",\"4321\"\r", "AT+CPWD=\\\"SC\\\",\\\"****\\\",\\\"****\\\"\\r"),
    ("AT+CSTT=\"apn\",\"user\",\"p,;w\"\r", "AT+CSTT=\\\"apn\\\",\\\"user\\\",\\\"****\\\"\\r"),
    ("AT+CSTT=\"apn\",\"user\",\"\"\r", "AT+CSTT=\\\"apn\\\",\\\"user\\\",\\\"\\\"\\r"),
    ("AT+SAPBR=3,1,\"PWD\",\"geheim\"\r", "AT+SAPBR=3,1,\\\"PWD\\\",\\\"******\\\"\\r"),
    ("AT+SAPBR=3,1,\"USER\",\"ich\"\r", "AT+SAPBR=3,1,\\\"USER\\\",\\\"***\\\"\\r"),
    ("AT+SAPBR=3,1,\"APN\",\"internet\"\r", "AT+SAPBR=3,1,\\\"APN\\\",\\\"internet\\\"\\r"),
    ("AT+SAPBR=3,1,\"PWDX\",\"internet\"\r", "AT+SAPBR=3,1,\\\"PWDX\\\",\\\"internet\\\"\\r"),
    ("AT+CGAUTH=1,1,\"u\",\"p\"\r", "AT+CGAUTH=1,1,\\\"*\\\",\\\"*\\\"\\r"),
    ("AT+FTPPW=\"a b\"\r", "AT+FTPPW=\\\"***\\\"\\r"),
    ("AT+SMTPAUTH=1,\"u\",\"p\"\r", "AT+SMTPAUTH=1,\\\"*\\\",\\\"*\\\"\\r"),
    ("AT+HTTPPARA=\"URL\",\"http://a/?b=c\"\r", "AT+HTTPPARA=\\\"URL\\\",\\\"http://a/?b=c\\\"\\r"),
    ("AT+HTTPPARA=\"USERDATA\",\"Auth: x\"\r", "AT+HTTPPARA=\\\"USERDATA\\\",\\\"*******\\\"\\r"),
    ("AT+BTPAIR=1,1,\"0000\"\r", "AT+BTPAIR=1,1,\\\"****\\\"\\r"),
    ("AT+SMCONF=\"PASSWORD\",\"geheim\"\r", "AT+SMCONF=\\\"PASSWORD\\\",\\\"******\\\"\\r"),
    (
        "AT+CMQTTCONNECT=0,\"tcp://h\",60,1,\"u\",\"p\"\r",
        "AT+CMQTTCONNECT=0,\\\"tcp://h\\\",60,1,\\\"*\\\",\\\"*\\\"\\r",
    ),
    ("AT+QMTCONN=0,\"id\",\"u\",\"p\"\r", "AT+QMTCONN=0,\\\"id\\\",\\\"*\\\",\\\"*\\\"\\r"),
    ("ATD**04*1234*4321*4321#;\r", "ATD**04****************;\\r"),
    ("+CPIN=1\x1a2\r", "+CPIN=*\\x1a2\\r"),
    ("AT+CPIN=1234\nAT+CPIN=5678", "AT+CPIN=****\\nAT+CPIN=****"),
    ("AT+CPINX=1234\r", "AT+CPINX=****\\r"),
    ("AT+CSQX=1234\r", "AT+CSQX=1234\\r"),
    ("+CREG: 1,5\r\n", "+CREG: 1,5\\r\\n"),
    ("", ""),
    ("=====,,,***", "=====,,,***"),
];

#[test]
fn what_is_secret_is_found_and_nothing_else() {
    for (text, expect) in CASES {
        assert_eq!(masked(&[text.as_bytes()]), expect);
        let keys: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(masked(&keys), expect, "typed key by key");
    }
}

proptest! {
    #[test]
    fn any_split_finds_the_same(case in 0..CASES.len(), cuts in proptest::collection::vec(0usize..40, 0..5)) {
        let (text, expect) = CASES[case];
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < text.len()).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let parts: Vec<&[u8]> = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
        prop_assert_eq!(masked(&parts), expect);
    }
}

/// Names like those of commands with secrets, and what may stand behind them. Short numbers are shown where their end is seen.
/// (Of `AT+BTPAIR=1,4711` and `AT+WPA4711` a first digit that comes alone is taken for a parameter, or for part of the name.)
const NAMES: &[&str] = &["AT+KEY", "AT+APPKEY", "AT+CPIN", "AT+PINS", "AT+SETPIN", "AT+CSTT", "AT+CSQ"];
const VALUES: &[&str] =
    &["=12,34", "=", "12", "4711", "\"4711\"", ",", "\"a\"", ";+CSQ", "=1", " ", "?", "\r", "\r\n", "OK"];

proptest! {
    /// What comes in pieces is never shown more of than what comes whole: while the end of a number is not seen, it may be a PIN.
    #[test]
    fn a_cut_shows_nothing_more(
        name in proptest::sample::select(NAMES),
        values in proptest::collection::vec(proptest::sample::select(VALUES), 1..6),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let bytes = format!("{name}{}\r", values.concat()).into_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let whole = hidden(&mut std::iter::once(bytes.as_slice()));
        for (parts, how) in [
            (hidden(&mut bytes.chunks(1)), "byte by byte"),
            (hidden(&mut cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]])), "cut"),
        ] {
            let shown = whole.iter().find(|at| !parts.contains(at));
            prop_assert!(shown.is_none(), "{}, {how}: {whole:?} and {parts:?}", bytes.escape_ascii());
        }
    }
}

/// Which of the sent bytes are hidden.
fn hidden(parts: &mut dyn Iterator<Item = &[u8]>) -> Vec<usize> {
    let (mut finder, mut at, mut hidden) = (SecretFinder::default(), 0, Vec::new());
    for part in parts {
        hidden.extend(finder.find(Direction::Tx, part).into_iter().flatten().map(|place| at + place));
        at += part.len();
    }
    hidden
}

/// A session, `>` sent and `<` received, each byte on its own; with `*` for what is secret.
fn session(steps: &[&str]) -> String {
    let mut finder = SecretFinder::default();
    let mut all = String::new();
    for step in steps {
        let (mark, text) = step.split_at(1);
        let way = if mark == ">" { Direction::Tx } else { Direction::Rx };
        let text = crate::notation::parse(text, crate::notation::Mode::Mixed).unwrap();
        let masked: Vec<u8> =
            text.iter().map(|byte| if finder.find(way, &[*byte]).is_empty() { *byte } else { b'*' }).collect();
        all.push_str(mark);
        all.push_str(&crate::notation::print(&masked));
    }
    all
}

#[test]
fn what_the_rest_of_the_session_says_decides_too() {
    let check = |steps: &[&str], expect: &str| assert_eq!(session(steps), expect);
    check(
        &[r">AT+CPIN?\r", r"<\r\n+CPIN: SIM PIN\r\n", r">1234\r", r"<1234\r"],
        r">AT+CPIN?\r<\r\n+CPIN: SIM PIN\r\n>****\r<****\r",
    );
    check(&[r">AT+CPIN?\r", r"<\r\n+CPIN: READY\r\n", r">1234\r"], r">AT+CPIN?\r<\r\n+CPIN: READY\r\n>1234\r");
    check(&[r">AT+CPIN?\r", r">AT+CSQ\r", r">1234\r"], r">AT+CPIN?\r>AT+CSQ\r>1234\r");
    check(&[r">AT+CPIN=1234\r", r"<AT+CPIN=12\r\nRING\r\n34\r"], r">AT+CPIN=****\r<AT+CPIN=**\r\nRING\r\n**\r");
    check(&[r#">AT+CSTT?\r"#, r#"<\r\n+CSTT: "a","u","pw"\r\n"#], r#">AT+CSTT?\r<\r\n+CSTT: "a","u","**"\r\n"#);
    check(&[r#">AT+CSQ\r"#, r#"<\r\n+CSTT: "a","u","pw"\r\n"#], r#">AT+CSQ\r<\r\n+CSTT: "a","u","**"\r\n"#);
    check(&[r#">AT+CSTT=?\r"#, r#"<\r\n+CSTT: "A","U","PW"\r\n"#], r#">AT+CSTT=?\r<\r\n+CSTT: "A","U","PW"\r\n"#);
    check(&[r">AT+CPIN=?\r", r">1234\r"], r">AT+CPIN=?\r>1234\r");
    check(&[r">AT+CPIN=\r", r">AT\r", r">12\r"], r">AT+CPIN=\r>AT\r>12\r");
    let mut finder = SecretFinder::default();
    finder.find(Direction::Tx, b"AT+CPIN=4711\r");
    let found = finder.find(Direction::Rx, b"\r\nunknown: 4711, 14711\r\n");
    assert_eq!(found.first(), Some(&(11..15)));
    assert_eq!(found.len(), 1);
    assert_eq!(masked(&[b"pin 13 on\r"]), "pin 13 on\\r");
    check(&[r"<Password: ", r">geheim\r", r"<\r\n$ ", r">ls\r"], r"<Password: >******\r<\r\n$ >ls\r");
    check(&[r">AT+SAPBR=4,1\r", r"<APN: x\r\nPWD: geheim\r\n"], r">AT+SAPBR=4,1\r<APN: x\r\nPWD: ******\r\n");
    check(&[r">AT+CPIM\x08N=1234\r"], r">AT+CPIM\x08N=****\r");
    // Before the `@` comes its first digits may be a port's.
    check(&[r#">AT+HTTPPARA="URL","http://me:12ab@h"\r"#], r#">AT+HTTPPARA="URL","http://me:1***@h"\r"#);
    check(
        &[r">AT+QHTTPURL=16,80\r", r"<CONNECT\r\n", r">http://me:pw@h/", r"<OK\r\n", r">AT+CPIN=1\r"],
        r">AT+QHTTPURL=16,80\r<CONNECT\r\n>http://me:**@h/<OK\r\n>AT+CPIN=*\r",
    );
    check(&[r">AT+CSQ;+CPIN=1234;+CREG?\r"], r">AT+CSQ;+CPIN=****;+CREG?\r");
}

/// Lines that look as if they held a secret.
const LOOK_ALIKES: &[&str] = &[
    r"+CPIN: READY",
    r"+CPIN: SIM PIN2",
    r"+CLCK: 1,7",
    r#"+CPWD: ("SC",8)"#,
    r"AT+CPIN=?",
    r"AT+CLCK=?",
    r#"AT+CLCK="SC",2"#,
    r#"AT+CSTT="internet""#,
    r"AT+CSTT",
    r"AT+SAPBR=1,1",
    r"+SAPBR: 1,1,10.0.0.1",
    r#"AT+HTTPPARA="URL","http://a/?b=c,d""#,
    r#"AT+HTTPPARA="UA","my agent""#,
    r#"AT+CIPSTART="TCP","host",80"#,
    r"AT+CIPSEND=20",
    r"*35*",
    r"*#06#",
    r##"AT+CUSD=1,"*101#""##,
    r"AT+CCLK?",
    r#"+CCLK: "25/01/01,10:00:00+04""#,
    r#"AT+CMGS="+41791234567""#,
    r"hello pin 1234 and password",
    r"$GPGGA,123519,4807.038,N,01131.000,E,1,08*33",
    r"+CSQ: 18,0",
    r"AT+CLCC=1",
    r"ATD+41791234567;",
    r"AT+CBC",
    r"CONNECT 9600",
    r"I = 12, U+ = 3 V: ok",
    r"AT+CPIN?;+CSQ",
    r"AT+HTTPINIT",
    r#"AT+CIPPING="example.org""#,
    r#"AT+HTTPPARA="URL","http://a:8080/x""#,
    r#"AT+SAPBR=3,1,"APN","internet";+SAPBR=1,1"#,
    r#"AT+CMQTTCONNECT=0,"tcp://a:1883",60,1"#,
    r#"AT+CSIM=14,"A0A40000023F00""#,
    r"AT+GSN",
    r"861234567890123",
    r"12345678",
    r"AT+CPINR?",
    r"+CPINR: SIM PIN,3",
    r"AT+SPIC",
    r"+SPIC: 3,10,0,10",
    r"AT+QPINC?",
    r#"+QPINC: "SC",3,10"#,
    r"+CPIN: NOT INSERTED",
    r#"AT+CIPSTART="TCP","1.2.3.4",80"#,
    r#"AT+CIPSTART=0,"UDP","example.org",4711"#,
    r"AT+CIPSEND=0,4711",
    r"AT+CMGS=23",
    r#"AT+CMGL="ALL""#,
    r#"AT+CPMS="SM","SM","SM""#,
    r#"AT+CPBS="SM""#,
    r"AT+CPBR=1,10",
    r#"AT+CGDCONT=1,"IP","internet""#,
    r#"AT+CSTT="internet","","""#,
    r#"+CGDCONT: 1,"IP","internet","10.0.0.1",0,0"#,
    r"AT+IPR=115200",
    r"AT+CPAS",
    r"AT+CPSI?",
    r"AT+CPOWD=1",
    r#"AT+CCLK="26/11/26,10:00:00+04""#,
    r#"+CUSD: 0,"You have 12.34 EUR, PIN 1 is free",15"#,
    r#"AT+COPS=1,2,"22801""#,
    r"AT+CSMP=17,167,0,0",
    r#"AT+CSCA="+41794999000""#,
    r#"AT+HTTPPARA="CID",1"#,
    r"AT+HTTPDATA=100,10000",
    r#"AT+QCFG="nwscanmode",3"#,
    r"AT+FTPSERV=10.0.0.1",
    r"AT+VTS=1234",
    r"AT+CFUN=1,1",
    r"temperature=23.5;id=4711",
    r#"{"temp":21,"id":1234}"#,
    r"GET /update?field1=23 HTTP/1.1",
    r"2026-11-26 10:00:00 boot ok 1234",
    r"the password is wrong, try again in 30 s",
    r"-----BEGIN CERTIFICATE-----\r\nMIIC",
    r"AT+CPINR?",
    r"AT+CIPHEAD=1",
    r#"AT+QICFG="tcp/keepalive",1,2,30,3"#,
    r"AT+QHTTPURL=40,80",
    r"AT+CMQTTTOPIC=0,9",
    r#"AT+SMPUB="data/12",3,0,1"#,
    r"AT+KEYPAD=1",
    r#"AT+CKPD="1234""#,
    r"AT+CTZU=1",
    r"AT+CWMODE=3",
    r#"AT+CWLAP="home""#,
    r"AT+CIFSR",
    r#"+CWJAP:"home","ca:fe:00:11:22:33",6,-51"#,
    r#"+CWLAP:(3,"home",-51,"ca:fe:00:11:22:33",6)"#,
    r"AT+SSLOPT=0,1",
    r#"+CIPSTATUS:0,"TCP","10.0.0.1",80,4711,0"#,
    r"CONNECT 115200",
    r"Monkey: 12 bananas",
    r"the key: it is under the mat",
    r"step 3: token ring test at 16 MHz",
    r"please pass the salt, 12 g",
    r"passed: 14 tests",
    r"author=Smith",
    r"http://example.org:8080/index.html",
    r"10:00:01 tcp://broker:1883 connected",
    r"keyword=blue&passage=12",
    r"compass=182&heading=12",
    r#"+QIURC: "recv",0,12"#,
    r"pinout: 13 14 15",
    r"spin=1200",
    r"mapping: 1234",
    r#"AT+CIPSTART="TCP","fe80::1:2",80"#,
    r#"AT+CIPSTART="TCP","example.org:8123",80"#,
    r#"AT+HTTPPARA="URL","http://printer.local:4711/x""#,
    r"Press any key:",
    "\u{1B}[2J\u{1B}[12;40Hx",
];

#[test]
fn what_is_no_secret_stays() {
    let mut wrong = Vec::new();
    for line in LOOK_ALIKES {
        // What a modem answers is not sent.
        for way in [">", "<"].into_iter().filter(|way| *way == "<" || !line.starts_with('+')) {
            let shown = session(&[&format!("{way}{line}\\r")]);
            if line.matches('*').count() != shown.matches('*').count() {
                wrong.push(shown);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_is_known_stays_out_of_sentences() {
    let (mut secrets, mut finder) = (Secrets::default(), SecretFinder::default());
    for sent in [&b"AT+CPIN=4711\r"[..], br#"AT+CSTT="a","u","p"#, br#"w""#, b"\r", b"AT+CPIN=8172<CR>\r"] {
        secrets.hear(Direction::Tx, sent, &finder.find(Direction::Tx, sent));
    }
    secrets.learn(b"told");
    assert_eq!(secrets.masked("text behind AT+CPIN=8172.".to_owned()), "text behind AT+CPIN=****.");
    let masked = |text: &str| secrets.masked(text.to_owned());
    assert_eq!(masked("AT+CPIN=4711 was refused."), "AT+CPIN=**** was refused.");
    assert_eq!(masked("AT+CPIN=47… is cut"), "AT+CPIN=**… is cut");
    assert_eq!(masked(r#"AT+CSTT="a","u","pw" and pw"#), r#"AT+CSTT="a","u","**" and pw"#);
    assert_eq!(masked("told"), "****");
    assert_eq!(secrets.masked_bytes(b"x4711y".to_vec()), b"x****y");
}

/// Lines that are nothing in themselves, and such as make something of what comes next.
const REPEATED: [(Direction, &str); 28] = [
    (Direction::Tx, "AT+CSQ\r"),
    (Direction::Tx, "1234\r"),
    (Direction::Tx, "geheim\r"),
    (Direction::Tx, "PWD: geheim\r"),
    (Direction::Tx, "AT+CPIN?\r"),
    (Direction::Tx, "AT+CPIN=\r"),
    (Direction::Tx, "AT+CSTT?\r"),
    (Direction::Tx, "AT+SAPBR=4,1\r"),
    (Direction::Tx, "AT+QHTTPURL=16,80\r"),
    (Direction::Tx, "AT"),
    (Direction::Rx, "AT+CSQ\r"),
    (Direction::Rx, "AT+CSTT?\r\r\n"),
    (Direction::Rx, "1234\r\n"),
    (Direction::Rx, " PWD: geheim\r\n"),
    (Direction::Rx, "APN, 1234, geheim\r\n"),
    (Direction::Rx, "+CPIN: SIM PIN\r\n"),
    (Direction::Rx, "+CPIN: READY\r\n"),
    (Direction::Rx, "OK\r\n"),
    (Direction::Rx, "> "),
    (Direction::Rx, "Password:\r\n"),
    (Direction::Tx, "AT+CSQ\x1A"),
    (Direction::Tx, "t=21.5;id=4711\x1A"),
    (Direction::Tx, "\x1A"),
    (Direction::Rx, "t=21.5;id=4711\x1A"),
    (Direction::Rx, "APN, 1234, geheim\x1A\r\n"),
    (Direction::Rx, "\x1A"),
    (Direction::Tx, "AT+CPIN=4711\r"),
    (Direction::Rx, "unknown: 4711\r\n"),
];

proptest! {
    /// What was nothing once is looked at again where the session makes something of it.
    #[test]
    fn lines_that_are_remembered_are_judged_like_others(order in proptest::collection::vec(0..REPEATED.len(), 1..40)) {
        let (mut finder, mut forgetful) = (SecretFinder::default(), SecretFinder::default());
        for (way, line) in order.iter().filter_map(|at| REPEATED.get(*at)) {
            prop_assert_eq!(finder.find(*way, line.as_bytes()), forgetful.find(*way, line.as_bytes()), "{}", line);
            (forgetful.sent.remembered, forgetful.received.remembered) = Default::default();
        }
    }
}

/// Texts, and what makes commands of them.
const PIECES: &[&str] = &[
    "the ",
    "At ",
    "that",
    "A",
    "T",
    "AT",
    "+",
    "-",
    "=",
    "_",
    "/",
    ".",
    " ",
    ",",
    ":",
    ";",
    "\"",
    "12",
    "4711",
    "pin",
    "PUK",
    "cpin",
    "CPIN",
    "C P I N",
    "cp-in",
    "cstt",
    "PASS",
    "user",
    "*33*",
    "*",
    "(",
    "10",
    "4D51",
    "\x10",
    "\u{A0}",
    "СРІN",
    "$",
    "-----BEGIN RSA PRIVATE KEY-----",
    "\x08",
    "I",
    "is",
    "0",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 1..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// A line is looked at as a whole where it comes whole; each of its bytes is judged as if it came alone.
    #[test]
    fn texts_are_judged_as_a_whole_like_byte_by_byte(lines in proptest::collection::vec(pieces(), 1..4)) {
        let text = lines.join("\r\n") + "\x1A";
        let (mut quick, mut close) = (SecretFinder::default(), SecretFinder::default());
        let found = quick.find(Direction::Tx, text.as_bytes());
        let mut bytes = text.as_bytes();
        let mut expected = Stretches::default();
        while let Some((byte, rest)) = bytes.split_first() {
            if close.is_secret(Direction::Tx, *byte, rest) {
                expected.push(text.len() - bytes.len());
            }
            bytes = rest;
        }
        prop_assert_eq!(found, expected.ranges, "{}", text);
    }
}

/// What is received behind a line with secrets.
const COMING_BACK: &[&str] = &[
    "unknown: 4711, 14711\r\n",
    "4711\r\n",
    "47",
    "11",
    "Geheim1",
    "geheim",
    "Ge",
    "+CREG: 4,711\r\n",
    "+CREG: ",
    "OK\r\n",
    "\r\n",
    "\x1A",
    "=4711",
    "\"Geheim1\"",
    "(47",
    "AT+CPIN=",
    "AT+CPIN=4711\r",
    "AT+CSTT=\"a\",\"u\",",
    ", ",
    " ",
    ">",
    "ERROR\r\n",
    "Password:",
    "+CPIN: SIM PIN\r\n",
    "RING\r\n",
    "t=21.5;id=4711\x1A",
];

proptest! {
    /// What is received is masked the same however it is cut.
    #[test]
    fn what_comes_back_is_found_however_it_is_cut(
        sent in proptest::sample::select(&["AT+CPIN=4711\r", "AT+CSTT=\"a\",\"u\",\"Geheim1\"\r", "AT+CSQ\r"][..]),
        coming in proptest::collection::vec(proptest::sample::select(COMING_BACK), 1..12),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let bytes = coming.concat().into_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let masked = |parts: &mut dyn Iterator<Item = &[u8]>| {
            let mut finder = SecretFinder::default();
            finder.find(Direction::Tx, sent.as_bytes());
            let mask = |part: &[u8]| {
                let mut part = part.to_vec();
                for range in finder.find(Direction::Rx, &part.clone()) {
                    part[range].fill(b'*');
                }
                part
            };
            parts.flat_map(mask).collect::<Vec<u8>>().escape_ascii().to_string()
        };
        let whole = masked(&mut std::iter::once(bytes.as_slice()));
        prop_assert_eq!(&masked(&mut bytes.chunks(1)), &whole, "byte by byte");
        prop_assert_eq!(&masked(&mut cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]])), &whole, "cut");
    }
}
