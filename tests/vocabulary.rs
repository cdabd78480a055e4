//! A family that nobody has heard of, from one small table and no line of code: recorded, replayed, explained, timed,
//! diagnosed, and redacted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use modemscope::capture::redact::Plan;
use modemscope::capture::{Progress, Record, Writer};
use modemscope::macros::expectations::Expectations;
use modemscope::macros::recorder::{Recorder, Replay};
use modemscope::modem::Direction;
use modemscope::modem::diagnose::Diagnoser;
use modemscope::modem::secrets::SecretFinder;
use modemscope::vocabulary::{self, Family, Line, Modes, Takes, third_generation};

/// Its table is added once, as `--modem toaster.txt` does.
static TOASTER: LazyLock<&'static Family> =
    LazyLock::new(|| vocabulary::add(include_str!("data/toaster.txt")).unwrap());

fn toaster() -> &'static Family {
    *TOASTER
}

#[test]
fn it_is_recorded_and_waits_for_what_its_table_says() {
    let mut recorder = Recorder::of(Some(toaster()));
    let mut number = 0;
    let mut step = |sent: &[u8], came: &[u8]| {
        number += 1;
        let at = Duration::from_secs(number);
        assert!(recorder.sent(Some(number), sent, &[], at));
        recorder.received(came, at + Duration::from_millis(20));
    };
    step(b"AT+ZOPEN=2,\"h\",7,\"k\"\r", b"\r\nOK\r\n\r\n+ZSTATE: 2,1\r\n");
    step(b"AT+ZPUT=2,5\r", b"\r\n> ");
    step(b"bread", b"\r\nOK\r\n\r\n+ZDONE: 2\r\n");
    let steps = recorder.to_macro("toast", Replay::Answers).steps;
    let waits: Vec<_> =
        steps.iter().map(|step| (step.expect.join(" "), step.within.map(|time| time.as_secs()))).collect();
    let expect = [(r"\r\n+ZSTATE: 2,1\r\n", Some(42)), (r"\r\n> ", Some(5)), (r"\r\n+ZDONE: 2\r\n", Some(77))];
    assert_eq!(waits, expect.map(|(pattern, seconds)| (pattern.to_owned(), seconds)));
    assert!(steps[0].fail.iter().any(|pattern| pattern.contains("+ZSTATE: 2,0")));
    // Without its table nothing is claimed.
    assert!(Expectations::of(third_generation()).next(b"AT+ZOPEN=2,\"h\",7,\"k\"\r").expect.is_empty());
}

#[test]
fn it_is_diagnosed_by_what_its_words_mean() {
    let mut diagnoser = Diagnoser::new();
    diagnoser.choose(Some(toaster()));
    let mut number = 0;
    let mut say = |sent: &[u8], came: &[u8]| {
        number += 1;
        diagnoser.sent(sent, &[], number, Some(Duration::from_secs(number)));
        diagnoser.received(came, &[], Some(Duration::from_secs(number) + Duration::from_millis(50)));
    };
    say(b"AT+ZOPEN=2,\"h\",7,\"k\"\r", b"\r\nOK\r\n");
    say(b"AT+ZPUT=2\r", b"\r\nERROR\r\n");
    diagnoser.finish();
    let found = &diagnoser.findings()[0];
    assert_eq!(found.rule, "send-before-connect");
    assert!(found.title.starts_with("AT+ZPUT was sent") && found.title.contains("AT+ZOPEN"), "{}", found.title);
    assert_eq!(diagnoser.strip().modem, Some("toaster"));
}

#[test]
fn it_is_explained_and_its_secret_is_known() {
    let toaster = toaster();
    assert_eq!(toaster.explain(b"+ZDONE: 3").as_deref(), Some("slot 3 has it all"));
    assert!(toaster.says_its_model(b"TOASTER 9000 rev 2"));
    let line = Line::read(b"AT+ZOPEN=2,\"h\",7,\"k\"").unwrap();
    let command = toaster.find(&line.last()).unwrap();
    assert_eq!(command.takes.get(3).map(|taken| taken.what), Some(Takes::Secret));
    assert_eq!(command.help, "Heats a slot.");
    assert!(command.answer(&line.last(), Modes::default()).later);
    assert_eq!(toaster.complete("AT+Z").len(), 4);
}

#[test]
fn what_is_private_of_it_is_redacted() {
    let _known = toaster();
    let sent = b"at+zopen = 2,\"oven.example.org\",7,\"crumbs99\"\r";
    let secret = SecretFinder::default().find(Direction::Tx, sent);
    let hidden: Vec<_> = secret.iter().map(|range| String::from_utf8_lossy(&sent[range.clone()])).collect();
    assert_eq!(hidden, ["crumbs99"], "masked in the capture as it passes");

    // All in clear, as another program's log holds it.
    let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
    writer.record_secrets(true);
    let mut at = Duration::ZERO;
    let mut append = |record| {
        at += Duration::from_millis(10);
        writer.append(at, record);
    };
    append(Record::sent(1, sent, Vec::new()));
    append(Record::received(b"\r\nOK\r\n"));
    append(Record::sent(2, b"AT+ZOWNER\r", Vec::new()));
    append(Record::received(b"\r\n+ZOWNER: 1,\"Marmaduke\",\"0791234567\"\r\n\r\nOK\r\n"));
    append(Record::sent(3, b"AT+ZSERIAL\r", Vec::new()));
    append(Record::received(b"\r\n123456789012345\r\n\r\nOK\r\n+ZSTATE: 2,1\r\n"));
    let reader = writer.reader();
    let progress = Progress::default();
    let copy = Plan::make(&reader, &progress).unwrap().apply(&reader, &progress).unwrap();
    let all = [Direction::Tx, Direction::Rx].map(|way| copy.bytes(way, 0..u64::MAX)).concat();
    let all = String::from_utf8_lossy(&all);
    for private in ["crumbs99", "oven.example.org", "Marmaduke", "0791234567", "123456789012345"] {
        assert!(!all.contains(private), "{private} in {all}");
    }
    assert!(all.contains("at+zopen = 2,") && all.contains("+ZSTATE: 2,1"), "{all}");
}
