//! Phone book, files, and the services that are refused.

use super::*;

#[test]
fn the_phone_book_keeps_and_finds() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+CPBW=1,\"+4912\",145,\"Anna\"\r", r"\r\nOK\r\n"),
            ("AT+CPBW=,\"110\",129,\"Police\"\r", r"\r\nOK\r\n"),
            ("AT+CPBR=1,5\r", r#"\r\n+CPBR: 1,"+4912",145,"Anna"\r\n\r\n+CPBR: 2,"110",129,"Police"\r\n\r\nOK\r\n"#),
            ("AT+CPBF=\"an\"\r", r#"\r\n+CPBF: 1,"+4912",145,"Anna"\r\n\r\nOK\r\n"#),
            ("AT+CPBS?\r", r#"\r\n+CPBS: "SM",2,250\r\n\r\nOK\r\n"#),
            ("AT+CPBW=1\r", r"\r\nOK\r\n"),
            ("AT+CMEE=1;+CPBR=1\r", r"\r\nOK\r\n"),
            ("ATD>2;\r", r"\r\nOK\r\n"),
            ("AT+CLCC\r", r#"\r\n+CLCC: 1,0,0,0,0,"110",129,""\r\n\r\nOK\r\n"#),
            ("AT+CNUM\r", r#"\r\n+CNUM: "","+491701234567",145,7,4\r\n\r\nOK\r\n"#),
        ],
    );
}

#[test]
fn files_are_written_and_read() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+FSCREATE=C:\\User\\a.txt\r", r"\r\nOK\r\n"),
            ("AT+FSCREATE=C:\\User\\a.txt\r", r"\r\nERROR\r\n"),
            ("AT+FSWRITE=C:\\User\\a.txt,0,5,20\r", r"\r\n>\r\n"),
            ("he\x1al\r", r"\r\nOK\r\n"),
            ("AT+FSWRITE=C:\\User\\a.txt,1,3,2\r", r"\r\n>\r\n\r\nTimeOut\r\n"),
            ("AT+FSREAD=C:\\User\\a.txt,0,10,0\r", r"\r\nhe\x1al\r\r\nOK\r\n"),
            ("AT+FSFLSIZE=C:\\User\\a.txt\r", r"\r\n+FSFLSIZE: 5\r\n\r\nOK\r\n"),
            ("AT+FSLS=C:\\User\\\r", r"\r\nA.TXT\r\n\r\nOK\r\n"),
            ("AT+FSRMDIR=C:\\User\\\r", r"\r\nERROR\r\n"),
            ("AT+FSDEL=C:\\User\\a.txt\r", r"\r\nOK\r\n"),
            ("AT+FSDEL=C:\\User\\a.txt\r", r"\r\nERROR\r\n"),
        ],
    );
}

#[test]
fn mail_and_mms_are_refused_as_services_and_ftp_wants_its_server() {
    super::check(
        Profile::default(),
        &[
            ("ATE0\r", r"ATE0\r\r\nOK\r\n"),
            ("AT+FTPGET=1\r", r"\r\nERROR\r\n"),
            ("AT+SAPBR=1,1\r", r"\r\nOK\r\n"),
            ("AT+FTPCID=1;+FTPSERV=\"ftp.example.org\"\r", r"\r\nOK\r\n"),
            ("AT+FTPSERV?\r", "\\r\\n+FTPSERV: \"ftp.example.org\"\\r\\n\\r\\nOK\\r\\n"),
            ("AT+FTPGET=2,100\r", r"\r\nERROR\r\n"),
            ("AT+FTPQUIT\r", r"\r\nERROR\r\n"),
            ("AT+SMTPBODY=3\r", r"\r\nDOWNLOAD\r\n"),
            ("abc", r"\r\nOK\r\n"),
            ("AT+SMTPSEND\r", r"\r\nOK\r\n\r\n+SMTPSEND: 63\r\n"),
            ("AT+CMEE=1;+CMMSSEND\r", r"\r\n+CME ERROR: 177\r\n"),
        ],
    );
}

/// The last socket that was opened.
fn opened(bench: &Bench) -> u32 {
    let opened = bench.did.iter().rev().find_map(|did| match did {
        Output::Open { id, .. } => Some(id.0),
        _ => None,
    });
    opened.unwrap()
}

/// A server that keeps moving data is not given up, however long it takes.
#[test]
fn a_long_ftp_transfer_outlasts_the_servers_patience() {
    const SERVER: [&str; 4] = ["331 password", "230 in", "200 binary", "227 (192,0,2,7,4,0)"];
    let get = |bench: &mut Bench, lines: &[&str]| {
        let control = opened(bench);
        for line in lines {
            bench.socket(control, SocketEvent::Received(format!("{line}\r\n").as_bytes()));
            bench.wait(5000);
        }
        let data = opened(bench);
        assert_ne!(control, data, "{}", bench.sent().escape_ascii());
        bench.socket(control, SocketEvent::Received(b"150 here\r\n"));
        (control, data)
    };
    let mut bench = Bench::ready(Profile::default());
    bench.say("ATE0\r");
    bench.say("AT+SAPBR=1,1\r");
    bench.say("AT+FTPCID=1;+FTPSERV=\"192.0.2.7\";+FTPGETNAME=\"a\"\r");
    bench.say("AT+FTPGET=1\r");
    let (control, data) = get(&mut bench, &[&["220 hi"], &SERVER[..]].concat());
    for _ in 0..6 {
        let heard = bench.socket(data, SocketEvent::Received(b"0123456789"));
        assert_eq!(heard + &bench.wait(19_000), r"\r\n+FTPGET: 1,1\r\n");
        assert_eq!(bench.say("AT+FTPGET=2,100\r"), r"\r\n+FTPGET: 2,10\r\n0123456789\r\nOK\r\n");
    }
    bench.socket(data, SocketEvent::Closed);
    let heard = bench.socket(control, SocketEvent::Received(b"226 all\r\n"));
    assert_eq!(heard + &bench.wait(5000), r"\r\n+FTPGET: 1,0\r\n");

    let mut bench = Bench::ready(Profile::of(Model::Sim7600));
    bench.say("ATE0\r");
    bench.say("AT+CFTPSSTART\r");
    bench.say("AT+CFTPSLOGIN=\"192.0.2.7\",21,\"u\",\"p\"\r");
    let control = opened(&bench);
    for line in ["220 hi\r\n", "331 password\r\n"] {
        bench.socket(control, SocketEvent::Received(line.as_bytes()));
        bench.wait(5000);
    }
    let heard = bench.socket(control, SocketEvent::Received(b"230 in\r\n"));
    assert_eq!(heard + &bench.wait(5000), r"\r\n+CFTPSLOGIN: 0\r\n");
    bench.say("AT+CFTPSGET=\"a\"\r");
    let (control, data) = get(&mut bench, &SERVER[3..]);
    for _ in 0..6 {
        let heard = bench.socket(data, SocketEvent::Received(b"0123456789"));
        assert_eq!(heard + &bench.wait(29_000), r"\r\n+CFTPSGET: DATA,10\r\n0123456789");
    }
    bench.socket(data, SocketEvent::Closed);
    let heard = bench.socket(control, SocketEvent::Received(b"226 all\r\n"));
    assert_eq!(heard + &bench.wait(5000), r"\r\n+CFTPSGET: 0\r\n");
}

/// What `gsmHat` and `ws-sim868` (Python) ask a SIM868, and FONA's library a SIM808.
#[test]
fn a_sim868_and_a_sim808_find_their_position_by_satellites() {
    let at = |profile: &str| {
        let mut bench = Bench::ready(Profile::named(profile).unwrap());
        bench.say("AT\r");
        bench.say("ATE0\r");
        bench
    };
    let dialog = |bench: &mut Bench, lines: &[(&str, &str)]| {
        for (typed, heard) in lines {
            assert_eq!(bench.say(typed), *heard, "after {typed:?}");
        }
    };
    let mut sim868 = at("sim868");
    dialog(
        &mut sim868,
        &[
            ("ATI\r", r"\r\nSIM868 R14.18\r\n\r\nOK\r\n"),
            ("AT+CGNSINF\r", r"\r\n+CGNSINF: 0,,,,,,,,,,,,,,,,,,,,\r\n\r\nOK\r\n"),
            ("AT+CGNSPWR=1\r", r"\r\nOK\r\n"),
            ("AT+CGNSPWR?\r", r"\r\n+CGNSPWR: 1\r\n\r\nOK\r\n"),
            ("AT+CGPSPWR?\r", r"\r\nERROR\r\n"),
        ],
    );
    sim868
        .modem
        .handle_input(Input::Control(Control::Position { latitude: 52_500_000, longitude: -13_250_000 }), sim868.now);
    let heard = sim868.say("AT+CGNSINF\r");
    assert!(heard.starts_with(r"\r\n+CGNSINF: 1,1,20240130194"), "{heard}");
    assert!(heard.contains(".000,52.500000,-13.250000,34.000,0.00,0.0,1,,1.1,1.4,0.9,,11,8,,,42,,"), "{heard}");
    assert_eq!(heard.matches(',').count(), 20);
    let reports = sim868.say("AT+CGNSURC=4\r").matches("+UGNSINF: 1,1,").count();
    assert!((2..=3).contains(&reports), "every fourth second of ten: {reports}");
    sim868.say("AT+CGNSURC=0;+CGNSTST=1\r");
    let heard = sim868.wait(1000);
    assert!(heard.contains(".000,A,5230.0000,N,01315.0000,W,0.00,0.00,300124,,,A*"), "{heard}");
    dialog(&mut sim868, &[("AT+CGNSTST=0;+CGNSPWR=0\r", r"\r\nOK\r\n")]);
    assert_eq!(sim868.wait(20_000), "");

    let mut sim808 = at("sim808");
    let started = sim808.say("AT+CGPSPWR=1;+CGPSSTATUS?\r");
    assert_eq!(started, r"\r\n+CGPSSTATUS: Location Not Fix\r\n\r\nOK\r\n");
    dialog(&mut sim808, &[("AT+CGPSSTATUS?\r", r"\r\n+CGPSSTATUS: Location 3D Fix\r\n\r\nOK\r\n")]);
    assert!(sim808.say("AT+CGPSINF=32\r").contains(".000,A,5231.2005,N,01324.2972,E,"));
    dialog(&mut at("sim800l"), &[("AT+CGNSPWR=1\r", r"\r\nERROR\r\n")]);
}
