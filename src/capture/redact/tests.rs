//! Private values planted in a session, and looked for in every form of every export.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::capture::export::{Options, every_form, export};

fn capture<B: AsRef<[u8]>>(records: &[(bool, B)]) -> Reader {
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    for (number, (sent, bytes)) in records.iter().enumerate() {
        let bytes = bytes.as_ref();
        let record = if *sent { Record::sent(number as u64, bytes, Vec::new()) } else { Record::received(bytes) };
        writer.append(Duration::from_millis(number as u64), record);
    }
    writer.reader()
}

fn redacted(reader: &Reader) -> (Reader, Plan) {
    let progress = Progress::default();
    let plan = Plan::make(reader, &progress).unwrap();
    (plan.apply(reader, &progress).unwrap(), plan)
}

fn text(reader: &Reader) -> String {
    let bytes = |direction| String::from_utf8_lossy(&reader.bytes(direction, 0..u64::MAX)).into_owned();
    format!("{}|{}", bytes(Direction::Tx), bytes(Direction::Rx)).replace("\r\n", "/").replace('\r', "/")
}

#[test]
fn fields_get_stand_ins_and_the_rest_stays() {
    let check = |records: &[(bool, &str)], expect: &str| {
        assert_eq!(text(&redacted(&capture(records)).0), expect, "{records:?}");
    };
    check(&[(true, "AT+CPIN=1234\r"), (false, "AT+CPIN=1234\r\r\nOK\r\n")], "AT+CPIN=<SECRET>/|AT+CPIN=<SECRET>//OK/");
    check(
        &[(true, "AT+GSN\r"), (false, "\r\n864713037301330\r\n\r\nOK\r\n"), (false, "imei 86-471303-730133-0")],
        "AT+GSN/|/<IMEI#1 86471303...>//OK/imei <IMEI#1 86471303...>",
    );
    check(&[(true, "AT+CIMI\r"), (false, "\r\n228017230000001\r\n")], "AT+CIMI/|/<IMSI#1 22801...>/");
    check(&[(true, "AT+CCID\r"), (false, "\r\n89410106006250123456\r\n")], "AT+CCID/|/<ICCID#1 894101...>/");
    check(
        &[
            (true, "ATD+41791234567;\r"),
            (false, "+CLIP: \"0791234567\",129\r\n"),
            (false, "NUM 41 79 123 45 67 in 1497214365F7"),
        ],
        "ATD<NUM#1 +41...>;/|+CLIP: \"<NUM#2>\",129/NUM <NUM#1 +41...> in <NUM#1 +41...>",
    );
    check(
        &[
            (true, "AT+CMGS=\"+41791234567\"\r"),
            (false, "\r\n> "),
            (true, "meet at nine\x1a"),
            (false, "meet at nine\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n"),
        ],
        "AT+CMGS=\"<NUM#1 +41...>\"/<TEXT#1>\x1a|/> <TEXT#1>\x1a/+CMGS: 12//OK/",
    );
    check(
        &[
            (true, "AT+CMGF=1;+CMGS=\"+41791234567\"\r"),
            (false, "\r\n> "),
            (true, "meet at nine\x1a"),
            (false, "meet at nine\x1a\r\n+CMGS: 12\r\n\r\nOK\r\n"),
        ],
        "AT+CMGF=1;+CMGS=\"<NUM#1 +41...>\"/<TEXT#1>\x1a|/> <TEXT#1>\x1a/+CMGS: 12//OK/",
    );
    check(
        &[
            (true, "AT+CMGS=\"+41791234567\"\r"),
            (false, "AT+CMGS=\"+41791234567\"\r\r\n+CMS ERROR: 302\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n"),
            (true, "AT+CSQ\r"),
            (false, "AT+CSQ\r\r\n+CSQ: 8,0\r\n\r\nOK\r\nRING\r\n"),
        ],
        "AT+CMGS=\"<NUM#1 +41...>\"/AT+CSQ/|AT+CMGS=\"<NUM#1 +41...>\"//+CMS ERROR: 302//Call Ready//SMS Ready/\
         AT+CSQ//+CSQ: 8,0//OK/RING/",
    );
    // A blind sketch sends the text all the same: it stays private, its echo too.
    check(
        &[
            (true, "AT+CMGS=\"+41791234567\"\r"),
            (false, "\r\nERROR\r\n"),
            (true, "At nine we meet\x1a"),
            (false, "At nine we meet\x1a\r\nRING\r\n"),
            (true, "AT+CSQ\r"),
        ],
        "AT+CMGS=\"<NUM#1 +41...>\"/<TEXT#1>\x1aAT+CSQ/|/ERROR/<TEXT#1>\x1a/RING/",
    );
    check(
        &[(false, "+CMT: \"+41791234567\",\"\",\"25/01/01,10:00:00+04\"\r\nhello there\r\n\r\nRING\r\n")],
        "|+CMT: \"<NUM#1 +41...>\",\"\",\"25/01/01,10:00:00+04\"/<TEXT#1>//RING/",
    );
    check(
        &[(false, "+CMGR: 1,\"\",24\r\n07911497214365F7040B911497214365F70000\r\n\r\nOK\r\n")],
        "|+CMGR: 1,\"\",24/<TEXT#1>//OK/",
    );
    check(
        &[
            (true, "AT+CSTT=\"internet\",\"user7\",\"pass9\"\r"),
            (true, "AT+CIPSTART=\"TCP\",\"box.example.org\",\"9999\"\r"),
            (false, "CONNECT box.example.org 10.1.2.3"),
        ],
        "AT+CSTT=\"internet\",\"<LOGIN#1>\",\"<SECRET>\"/AT+CIPSTART=\"TCP\",\"<HOST#1>\",\"9999\"/|CONNECT <HOST#1> <IP#1>",
    );
    check(
        &[(false, "+CREG: 2,1,\"1A2B\",\"0C3D\"\r\n+CSQ: 8,0\r\n")],
        "|+CREG: 2,1,\"<PLACE#1>\",\"<PLACE#2>\"/+CSQ: 8,0/",
    );
    check(&[(false, "+CREG: 0,3\r\n+CME ERROR: 10\r\nSEND OK\r\n")], "|+CREG: 0,3/+CME ERROR: 10/SEND OK/");
    check(&[(false, "\u{0}\u{1}boot 1.2.3.4 12345678901234\r\n")], "|\u{0}\u{1}boot 1.2.3.4 12345678901234/");
}

#[test]
fn a_plan_says_what_it_would_change() {
    let (copy, plan) = redacted(&capture(&[(true, "ATD+41791234567;\r"), (false, "+41791234567 +41791234567\r\n")]));
    assert_eq!(plan.counts(), BTreeMap::from([(Kind::Number, 3)]));
    assert!(plan.remark().contains("(rules 4): phone numbers at 3 places. Look through it"), "{}", plan.remark());
    assert_eq!(Plan::make(&copy, &Progress::default()).unwrap().counts(), BTreeMap::new(), "once is enough");
    let progress = Progress::default();
    progress.cancel();
    assert!(Plan::make(&copy, &progress).is_err());
}

/// A simple generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.roll() % 10).unwrap())).collect()
    }

    fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'a' + u8::try_from(self.roll() % 26).unwrap())).collect()
    }
}

/// How many kinds of planted values there are.
const KINDS: usize = 18;

/// A session part with a planted value in it: what must not be found in any export, and the bytes.
fn planted(dice: &mut Dice, number: usize) -> (String, Vec<(bool, String)>) {
    let echo = |command: String, answer: &str| vec![(true, command.clone()), (false, format!("{command}{answer}"))];
    match number % KINDS {
        0 => {
            let pin = dice.digits(8);
            (pin.clone(), echo(format!("AT+CPIN=\"{pin}\"\r"), "\r\n+CME ERROR: 16\r\n"))
        }
        1 => {
            let password = dice.letters(9);
            (password.clone(), echo(format!("AT+CSTT=\"internet\",\"u\",\"{password}\"\r"), "\r\nOK\r\n"))
        }
        2 => {
            let imei = format!("8647{}", dice.digits(11));
            (imei.clone(), echo("AT+GSN\r".to_owned(), &format!("\r\n{imei}\r\n\r\nOK\r\n")))
        }
        3 => {
            let imsi = format!("22801{}", dice.digits(10));
            (imsi.clone(), echo("AT+CIMI\r".to_owned(), &format!("\r\n{imsi}\r\n\r\nOK\r\n")))
        }
        4 => {
            let iccid = format!("8941{}", dice.digits(15));
            (iccid.clone(), echo("AT+CCID\r".to_owned(), &format!("\r\n{iccid}\r\n\r\nOK\r\n")))
        }
        5 => {
            let number = format!("+4179{}", dice.digits(7));
            (number[1..].to_owned(), echo(format!("ATD{number};\r"), "\r\nNO CARRIER\r\n"))
        }
        6 => {
            let number = format!("079{}", dice.digits(7));
            let hex = forms::ucs2_hex(&number);
            (number.clone(), vec![(false, format!("\r\n+CLIP: \"{number}\",129\r\n{hex} {}\r\n", hex.to_lowercase()))])
        }
        7 => {
            let body = dice.letters(14);
            let session = echo("AT+CMGS=\"+41790000000\"\r".to_owned(), "\r\n> ");
            let more = [(true, format!("{body}\x1a")), (false, format!("{body}\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n"))];
            (body, [session, more.to_vec()].concat())
        }
        8 => {
            let body = dice.letters(12);
            (
                body.clone(),
                vec![(false, format!("\r\n+CMT: \"+41790000000\",\"\",\"25/01/01,10:00:00+04\"\r\n{body}\r\n"))],
            )
        }
        9 => {
            let digits = format!("4176{}", dice.digits(7));
            let pairs: Vec<char> = format!("{digits}F").chars().collect();
            let swapped: String = pairs.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
            let session = vec![(
                false,
                format!("\r\n+CMT: \"\",26\r\n0791{swapped}040B91{swapped}00005210101100004005E8329BFD06\r\n"),
            )];
            (swapped, session)
        }
        10 => {
            let host = format!("{}.example.org", dice.letters(10));
            (host.clone(), echo(format!("AT+CIPSTART=\"TCP\",\"{host}\",\"80\"\r"), "\r\nOK\r\n\r\nCONNECT OK\r\n"))
        }
        11 => {
            let token = dice.letters(20);
            (token.clone(), vec![(true, format!("GET / HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n\x1a"))])
        }
        12 => {
            let balance = dice.letters(16);
            (balance.clone(), echo("AT+CUSD=1,\"*100#\"\r".to_owned(), &format!("\r\n+CUSD: 0,\"{balance}\",15\r\n")))
        }
        13 => {
            let user = dice.letters(10);
            (user.clone(), echo(mqtt_login(&user, "pass"), "\r\nSEND OK\r\n"))
        }
        14 => {
            let password = dice.letters(12);
            (password.clone(), echo(mqtt_login("user", &password), "\r\nSEND OK\r\n"))
        }
        15 => {
            let body = dice.letters(13);
            let session = echo("AT+CMGS=\"+41790000000\"\r".to_owned(), "\r\n+CMS ERROR: 302\r\n");
            let more = [(true, format!("{body}\x1a")), (false, format!("{body}\x1a\r\nCall Ready\r\n"))];
            (body, [session, more.to_vec()].concat())
        }
        16 => {
            let password = dice.letters(10);
            (password.clone(), echo(format!("AT+SMCONF=\"PASSWORD\",\"{password}\"\r"), "\r\nOK\r\n"))
        }
        _ => {
            let password = dice.letters(11);
            (password.clone(), echo(format!("AT+SAPBR=3,1,\"PWD\",\"{password}\"\r"), "\r\nOK\r\n"))
        }
    }
}

/// A CONNECT packet as it is typed after `AT+CIPSEND`, and the byte that ends it.
fn mqtt_login(user: &str, password: &str) -> String {
    let field = |text: &str| format!("\0{}{text}", char::from(u8::try_from(text.len()).unwrap()));
    let body = format!("\0\u{4}MQTT\u{4}\u{C2}\0<{}{}{}", field("dev1"), field(user), field(password));
    format!("\u{10}{}{body}\u{1a}", char::from(u8::try_from(body.chars().count()).unwrap()))
}

/// Each character is a byte.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

#[test]
fn none_of_500_seeded_secrets_is_in_any_export() {
    let mut dice = Dice(20_261_122);
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    // As from another program: nothing was masked when it was recorded.
    writer.record_secrets(true);
    let mut values = Vec::new();
    for number in 0..500 {
        let (value, session) = planted(&mut dice, number);
        for (sent, bytes) in session {
            // Cut anywhere, as reads do.
            let bytes = latin(&bytes);
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let cut = rest.len().min(1 + usize::try_from(dice.roll() % 24).unwrap());
                let (part, after) = rest.split_at(cut);
                let record = if sent { Record::sent(number as u64, part, Vec::new()) } else { Record::received(part) };
                writer.append(Duration::from_millis(number as u64), record);
                rest = after;
            }
        }
        writer.append(Duration::from_millis(number as u64), Record::Note(format!("note: {value} was here")));
        values.push(value);
    }
    let reader = writer.reader();
    let (copy, _) = redacted(&reader);
    assert_eq!(copy.len(), reader.len(), "as many records");
    for (format, direction) in every_form() {
        let mut out = Vec::new();
        let options = Options { direction, ..Options::default() };
        export(&copy, format, &options, &mut out, &Progress::default()).unwrap();
        let text = String::from_utf8_lossy(&out).to_uppercase();
        let dense: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        for (number, value) in values.iter().enumerate() {
            let upper = value.to_uppercase();
            for form in [
                upper.clone(),
                hex::encode_upper(value),
                forms::ucs2_hex(value),
                hex::encode_upper(forms::ucs2_hex(value)),
            ] {
                let place = memchr::memmem::find(dense.as_bytes(), form.as_bytes());
                assert!(place.is_none(), "{format:?}: value {number} ({value}) as {form}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_split_is_redacted_alike(seed in any::<u64>(), cuts in proptest::collection::vec(1usize..9, 1..8)) {
        let mut dice = Dice(seed);
        let number = usize::try_from(seed).unwrap_or(0) % KINDS;
        let (_, session) = planted(&mut dice, number);
        let whole: Vec<(bool, Vec<u8>)> = session.iter().map(|(sent, bytes)| (*sent, latin(bytes))).collect();
        let mut split = Vec::new();
        let mut cut = cuts.iter().cycle();
        for (sent, bytes) in &whole {
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (part, after) = rest.split_at(rest.len().min(*cut.next().unwrap()));
                split.push((*sent, part));
                rest = after;
            }
        }
        prop_assert_eq!(text(&redacted(&capture(&split)).0), text(&redacted(&capture(&whole)).0));
    }
}
