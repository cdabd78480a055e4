//! What is recorded, and what it does when it is run.

use proptest::prelude::*;

use super::*;
use crate::macros::preview::preview;
use crate::macros::runner::{Action, Ending, Report, Run, Values};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn record(dialog: &[(u64, &[u8], &[u8])]) -> Recorder {
    let mut recorder = Recorder::new();
    for (number, (at, sent, came)) in dialog.iter().enumerate() {
        assert!(recorder.sent(Some(number as u64), sent, &[], ms(*at)));
        recorder.received(came, ms(at + 20));
    }
    recorder
}

fn by_hand() -> Recorder {
    record(&[
        (0, b"AT+CIPSTART=\"TCP\",\"h\",\"1\"\r", b"AT+CIPSTART=\"TCP\",\"h\",\"1\"\r\r\nOK\r\n\r\nCONNECT OK\r\n"),
        (2_000, b"AT+CIPSEND\r\n", b"AT+CIPSEND\r\r\n> "),
        (3_000, b"hello ${x}", b"hello ${x}"),
        (3_500, b"\x1A", b"\x1A\r\nSEND OK\r\n"),
        (4_000, b"AT+MYSTERY\r", b"AT+MYSTERY\r\r\nMYSTERY DONE\r\n"),
        (5_000, b"AT+WRONG\r", b"AT+WRONG\r\r\n+CME ERROR: 3\r\n"),
        (6_000, b"plain", b""),
        (6_250, b"AT+CIPCLOSE\r", b""),
    ])
}

#[test]
fn steps_wait_for_what_ends_the_command() {
    let what = by_hand().to_macro("by hand", Replay::Answers);
    let shown: Vec<(&str, Vec<&str>)> = what
        .steps
        .iter()
        .map(|step| (step.send.as_deref().unwrap(), step.expect.iter().map(String::as_str).collect()))
        .collect();
    let expect = [
        (r#"AT+CIPSTART="TCP","h","1"\r"#, vec![r"CONNECT OK\r\n"]),
        (r"AT+CIPSEND\r\n", vec![r"\r\n> "]),
        (r"hello \${x}", vec![]),
        (r"\x1A", vec![r"SEND OK\r\n"]),
        (r"AT+MYSTERY\r", vec![r"\r\nMYSTERY DONE\r\n"]),
        (r"AT+WRONG\r", vec![]),
        ("plain", vec![]),
        (r"AT+CIPCLOSE\r", vec![r"CLOSE OK\r\n"]),
    ];
    for ((send, patterns), (expected_send, expected)) in shown.iter().zip(&expect) {
        assert_eq!(send, expected_send);
        for pattern in expected {
            assert!(patterns.iter().any(|found| found.ends_with(pattern)), "{send}: {patterns:?}");
        }
        assert_eq!(patterns.is_empty(), expected.is_empty(), "{send}: {patterns:?}");
    }
    assert_eq!(shown.len(), expect.len());
    assert_eq!(what.steps[5].note.as_deref(), Some("When this was recorded, the modem answered +CME ERROR: 3."));
    assert!(!what.steps[0].fail.is_empty() && !what.steps[1].fail.is_empty());
    assert_eq!(what.steps[6].wait, Some(ms(250)), "nothing is known: the pause stays");
}

#[test]
fn the_original_timing_waits_for_nothing_else() {
    let what = by_hand().to_macro("by hand", Replay::Timing);
    let waits: Vec<Option<Duration>> = what.steps.iter().map(|step| step.wait).collect();
    let expect = [2_000, 1_000, 500, 500, 1_000, 1_000, 250].map(|pause| Some(ms(pause)));
    assert_eq!(waits[..7], expect);
    assert_eq!(waits[7], None);
    assert!(what.steps.iter().all(|step| step.expect.is_empty() && step.fail.is_empty()));
}

#[test]
fn parts_of_one_send_are_one_step_and_secrets_are_asked() {
    let mut recorder = Recorder::new();
    assert!(recorder.sent(Some(1), b"AT+CPIN=", &[], ms(0)));
    assert!(recorder.sent(Some(1), b"\"****\"\r", std::slice::from_ref(&(1..5)), ms(5)));
    assert!(recorder.sent(Some(2), b"AT+CPIN=\"****\"\r", std::slice::from_ref(&(9..13)), ms(9)));
    let what = recorder.to_macro("unlock", Replay::Timing);
    let sends: Vec<&str> = what.steps.iter().map(|step| step.send.as_deref().unwrap()).collect();
    assert_eq!(sends, [r#"AT+CPIN="${pin}"\r"#, r#"AT+CPIN="${pin2}"\r"#]);
    assert!(what.ask.iter().all(|(_, ask)| ask.secret));
}

#[test]
fn a_flood_does_not_fill_the_memory() {
    let mut recorder = Recorder::new();
    let block = [b'x'; 4096];
    let taken = (0..1000).filter(|number| recorder.sent(Some(*number), &block, &[], ms(0))).count();
    assert_eq!(taken, MOST_BYTES / 4096);
    for _ in 0..100 {
        recorder.received(&block, ms(1));
    }
    assert!(recorder.sends.iter().all(|send| send.answer.len() <= LONGEST_ANSWER));
}

/// Runs a macro against a modem that gives these answers in turn, and records it.
fn run_and_record(what: &Macro, answers: &[Vec<u8>]) -> (Recorder, Option<Ending>) {
    let mut run = Run::new(what, &Values::new(), Duration::ZERO).unwrap();
    let mut recorder = Recorder::new();
    let mut now = Duration::ZERO;
    let mut ending = None;
    let mut sends = 0;
    for _ in 0..10_000 {
        while let Some(action) = run.poll() {
            match action {
                Action::Send { bytes, secret } => {
                    recorder.sent(Some(sends as u64), &bytes, &secret, now);
                    run.sent(now);
                    now += ms(1);
                    let answer = [bytes.as_slice(), answers.get(sends).map_or(b"", Vec::as_slice)].concat();
                    recorder.received(&answer, now);
                    run.received(&answer, now);
                    sends += 1;
                }
                Action::Report(Report::Ended(end)) => ending = Some(end),
                _ => {}
            }
        }
        let Some(deadline) = run.next_deadline() else { break };
        now = deadline.max(now);
        run.tick(now);
    }
    (recorder, ending)
}

fn sent_by(what: &Macro) -> Vec<u8> {
    let steps = preview(what, &Values::new()).unwrap();
    steps.into_iter().filter_map(|step| step.send).flat_map(|send| send.unwrap().bytes).collect()
}

proptest! {
    /// record(run(macro)) sends the same bytes, and so does what is recorded of that, both ways of replay.
    #[test]
    fn what_was_recorded_sends_the_same_bytes(
        sends in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 1..12),
            prop::sample::select(vec!["AT\r", "AT+CIPSEND\r", "hello", "\x1A", "AT+CIPSTART=\"TCP\",\"h\",1\r\n", "ATD123;\r"])
                .prop_map(|text| text.as_bytes().to_vec()),
        ], 0..6),
        answers in prop::collection::vec(prop::sample::select(vec![
            "", "\r\nOK\r\n", "\r\n> ", "\r\nERROR\r\n", "\r\nOK\r\n\r\nCONNECT OK\r\n", "\r\nSEND OK\r\n", "\r\n+X: ${y}\r\n",
        ]), 6),
    ) {
        let steps = sends.iter().map(|bytes| Step { send: Some(notation::print_macro(bytes)), ..Step::default() });
        let what = Macro { name: "made".into(), steps: steps.collect(), ..Macro::default() };
        let bytes = sends.concat();
        let answers: Vec<Vec<u8>> = answers.iter().map(|text| text.as_bytes().to_vec()).collect();
        let (recorder, ending) = run_and_record(&what, &answers);
        prop_assert_eq!(ending, Some(Ending::Done));
        for replay in [Replay::Answers, Replay::Timing] {
            let recorded = recorder.to_macro("again", replay);
            prop_assert_eq!(sent_by(&recorded), bytes.clone(), "{:?}", replay);
            let (again, ending) = run_and_record(&recorded, &answers);
            if ending == Some(Ending::Done) {
                prop_assert_eq!(sent_by(&again.to_macro("third", replay)), bytes.clone());
            }
        }
        let (_, ending) = run_and_record(&recorder.to_macro("timed", Replay::Timing), &answers);
        prop_assert_eq!(ending, Some(Ending::Done), "what waits for nothing cannot fail");
    }
}

/// What was sent blindly behind a refused AT+CIPSEND is its data once it is not refused any more.
#[test]
fn a_session_that_failed_becomes_a_macro_that_waits_for_what_should_have_come() {
    let what = record(&[
        (0, b"AT+CIPSEND\r", b"AT+CIPSEND\r\r\nERROR\r\n"),
        (500, b"hello\x1A", b"\r\nCONNECT OK\r\n"),
        (1_000, b"AT+CIPSEND\r", b"AT+CIPSEND\r\r\nERROR\r\n"),
        (1_500, b"AT+CIPCLOSE\r", b"AT+CIPCLOSE\r\r\nERROR\r\n"),
    ])
    .to_macro("failed", Replay::Answers);
    let last = |step: usize| what.steps[step].expect.last().map(String::as_str);
    assert_eq!([last(0), last(1), last(2)], [Some(r"\r\n> "), Some(r"SEND OK\r\n"), Some(r"\r\n> ")]);
    assert!(last(3).is_some_and(|pattern| pattern.ends_with(r"CLOSE OK\r\n")), "a command is no data");
}
