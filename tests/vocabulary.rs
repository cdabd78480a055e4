//! A family that nobody has heard of, from one small table and no line of code: recorded, replayed, explained, timed,
//! diagnosed, and its secrets known.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use modemscope::macros::expectations::Expectations;
use modemscope::macros::recorder::{Recorder, Replay};
use modemscope::modem::diagnose::Diagnoser;
use modemscope::vocabulary::{Family, Line, Modes, Takes, third_generation};

const TABLE: &str = r#"
@name toaster
@title Toaster 9000
@models TOASTER
@says +ZSTATE: <link>,1 | open | slot <link> is hot
@says +ZSTATE: <link>,0 | closed | slot <link> is cold: the other end has gone
@says +ZDONE: <link> | sent | slot <link> has it all
AT+ZOPEN | AT+ZOPEN=<link>,"<host>",<port>,"<key>" | 42 | >^+ZSTATE: <link>,1$ / !^+ZSTATE: <link>,0 | | link host port secret | open | Heats a slot. |
AT+ZPUT | AT+ZPUT=<link>,<len> | 77 | >^+ZDONE: <link>$ | 1A len > | link length | send | Puts bread into a slot: wait for >, then the slices. |
"#;

fn toaster() -> &'static Family {
    Box::leak(Box::new(Family::read(TABLE, Some(third_generation())).unwrap()))
}

#[test]
fn it_is_recorded_and_waits_for_what_its_table_says() {
    let mut recorder = Recorder::of(toaster());
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
        diagnoser.sent(sent, number, Some(Duration::from_secs(number)));
        diagnoser.received(came, Some(Duration::from_secs(number) + Duration::from_millis(50)));
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
    assert_eq!(toaster.complete("AT+Z").len(), 2);
}
