//! Stories of a run, on virtual time.

use std::time::Duration;

use proptest::prelude::*;

use super::super::model::{Ask, Macro, Step};
use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn step(send: &str, expect: &[&str], fail: &[&str]) -> Step {
    Step {
        send: (!send.is_empty()).then(|| send.to_owned()),
        expect: expect.iter().map(ToString::to_string).collect(),
        fail: fail.iter().map(ToString::to_string).collect(),
        ..Step::default()
    }
}

fn of(steps: Vec<Step>) -> Macro {
    Macro { name: "test".into(), steps, ..Macro::default() }
}

/// Carries a run's actions out at once and keeps them.
struct Bench {
    run: Run,
    now: Duration,
    actions: Vec<Action>,
}

impl Bench {
    fn new(what: &Macro, values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut bench =
            Self { run: Run::new(what, &values, Duration::ZERO).unwrap(), now: Duration::ZERO, actions: vec![] };
        bench.settle();
        bench
    }

    fn settle(&mut self) {
        while let Some(action) = self.run.poll() {
            let sends = matches!(action, Action::Send { .. });
            self.actions.push(action);
            if sends {
                self.run.sent(self.now);
            }
        }
    }

    /// Lets time pass up to `at`, then these bytes come.
    fn at(&mut self, at: f64, bytes: &[u8]) {
        while let Some(deadline) = self.run.next_deadline().filter(|deadline| *deadline <= seconds(at)) {
            self.now = deadline.max(self.now);
            self.run.tick(self.now);
            self.settle();
        }
        self.now = seconds(at);
        if !bytes.is_empty() {
            self.run.received(bytes, self.now);
        }
        self.settle();
    }

    fn sent(&self) -> Vec<String> {
        let sent = self.actions.iter().filter_map(|action| match action {
            Action::Send { bytes, .. } => Some(bytes.escape_ascii().to_string()),
            _ => None,
        });
        sent.collect()
    }

    fn ending(&self) -> Option<&Ending> {
        self.actions.iter().find_map(|action| match action {
            Action::Report(Report::Ended(ending)) => Some(ending),
            _ => None,
        })
    }

    fn failure(&self) -> &Failure {
        match self.ending() {
            Some(Ending::Failed(failure) | Ending::Skipped(failure)) => failure,
            other => panic!("not failed: {other:?}"),
        }
    }

    fn passed(&self) -> Vec<String> {
        let passed = self.actions.iter().filter_map(|action| match action {
            Action::Report(Report::Passed { matched, .. }) => Some(matched.escape_ascii().to_string()),
            _ => None,
        });
        passed.collect()
    }
}

fn main_job() -> Macro {
    let mut what = of(vec![
        step("AT+CIPSEND\r", &["\r\n> "], &["\r\nERROR", "\r\n+CME ERROR", "\r\nCLOSED"]),
        step("${text}\x1A", &["SEND OK\r\n"], &["SEND FAIL\r\n", "\r\nERROR", "\r\nCLOSED"]),
    ]);
    what.ask = vec![("text".into(), Ask { default: "hello".into(), secret: false })];
    what
}

#[test]
fn the_main_job_waits_for_the_prompt() {
    let mut bench = Bench::new(&main_job(), &[]);
    assert_eq!(bench.sent(), [r"AT+CIPSEND\r"]);
    bench.at(0.1, b"AT+CIPSEND\r");
    bench.at(0.2, b"\r\n>");
    assert_eq!(bench.sent().len(), 1, "the prompt is not complete");
    bench.at(0.3, b" ");
    assert_eq!(bench.sent(), [r"AT+CIPSEND\r", r"hello\x1a"]);
    bench.at(0.4, b"hello\x1A\r\nSEND OK\r\n");
    assert_eq!(bench.ending(), Some(&Ending::Done));
    assert_eq!(bench.passed(), ["> ", "SEND OK"]);
}

#[test]
fn a_refusal_is_reported_with_its_whole_line() {
    let mut bench = Bench::new(&main_job(), &[]);
    bench.at(0.1, b"AT+CIPSEND\r\r\n+CME ERROR");
    assert_eq!(bench.ending(), None, "the rest of the line is on its way");
    bench.at(0.2, b": 3\r\n");
    let failure = bench.failure();
    assert_eq!((failure.step, failure.refused, failure.came.as_slice()), (0, true, b"+CME ERROR: 3".as_slice()));
    assert_eq!(bench.sent().len(), 1, "the text was not sent");
}

fn connecting() -> Macro {
    let already = r"\r\nERROR\r\n\r\nALREADY CONNECT\r\n";
    let mut first = step("AT+CIPSTART\r", &["CONNECT OK\r\n", already], &["\r\nERROR\r\n"]);
    first.on_fail = OnFail::Continue;
    of(vec![first, step("", &["CLOSED\r\n"], &[])])
}

#[test]
fn an_error_that_goes_on_as_an_awaited_answer_is_none() {
    let mut bench = Bench::new(&connecting(), &[]);
    bench.at(0.1, b"AT+CIPSTART\r\r\nERROR\r\n");
    assert_eq!(bench.ending(), None);
    bench.at(0.35, b"\r\nALREADY ");
    bench.at(0.39, b"CONNECT\r\n");
    assert_eq!(bench.passed(), [r"ERROR\r\n\r\nALREADY CONNECT"]);
}

#[test]
fn an_error_stands_after_a_moment_and_what_came_behind_it_is_not_lost() {
    let failed = |bench: &Bench| {
        bench.actions.iter().find_map(|action| match action {
            Action::Report(Report::Failed(failure)) => Some((failure.came.clone(), failure.took)),
            _ => None,
        })
    };
    let error = b"ERROR".to_vec();
    let mut silent = Bench::new(&connecting(), &[]);
    silent.at(0.1, b"\r\nERROR\r\n");
    silent.at(0.3, b"");
    assert_eq!(failed(&silent), None);
    silent.at(1.0, b"");
    assert_eq!(failed(&silent), Some((error.clone(), seconds(0.4))), "300 ms later");

    let mut other = Bench::new(&connecting(), &[]);
    other.at(0.1, b"\r\nERROR\r\n\r\nCLOSED\r\n");
    assert_eq!(failed(&other), Some((error.clone(), seconds(0.1))), "at once, when it is another line");
    assert_eq!(other.passed(), ["CLOSED"], "the next step hears what came behind the failure");

    let mut late = Bench::new(&connecting(), &[]);
    late.at(0.1, b"\r\nERROR\r\n");
    late.at(0.2, b"\r\nALRE");
    late.at(0.5, b"ADY CONNECT\r\n");
    assert_eq!(failed(&late), Some((error, seconds(0.4))));
}

#[test]
fn an_error_at_the_very_end_of_the_time_is_what_came() {
    let mut what = connecting();
    what.steps[0].within = Some(seconds(0.2));
    what.steps[0].on_fail = OnFail::Stop;
    let mut bench = Bench::new(&what, &[]);
    bench.at(0.1, b"\r\nERROR\r\n");
    bench.at(1.0, b"");
    assert_eq!((bench.failure().came.as_slice(), bench.failure().refused), (b"ERROR".as_slice(), true));
    assert_eq!(bench.failure().took, seconds(0.2));
}

#[test]
fn the_text_may_say_what_it_likes() {
    let mut bench = Bench::new(&main_job(), &[("text", "a\r\nERROR\r\n\r\nCLOSED\r\nSEND FAIL\r\nz")]);
    bench.at(0.1, b"AT+CIPSEND\r\r\n> ");
    bench.at(0.2, b"a\r\nERROR\r\n\r\nCLOSED\r\nSEND FAIL\r\nz\x1A");
    assert_eq!(bench.ending(), None);
    bench.at(0.3, b"\r\nSEND OK\r\n");
    assert_eq!(bench.ending(), Some(&Ending::Done));
}

#[test]
fn what_is_typed_by_hand_meanwhile_is_no_answer() {
    let mut bench = Bench::new(&of(vec![step("AT\r", &["OK\r\n"], &["ERROR"])]), &[]);
    bench.run.others_sending(b"no ERROR\r");
    bench.at(0.1, b"AT\rno ERROR\r\r\nOK\r\n");
    assert_eq!(bench.ending(), Some(&Ending::Done));
}

#[test]
fn without_echo_it_works_the_same() {
    let mut bench = Bench::new(&main_job(), &[]);
    bench.at(0.1, b"\r\n> ");
    bench.at(0.2, b"\r\nSEND OK\r\n");
    assert_eq!(bench.ending(), Some(&Ending::Done));
}

#[test]
fn a_step_without_a_send_goes_on_after_the_last_match() {
    let steps = vec![
        step("AT+CIPSTART\r", &["\r\nOK\r\n"], &[]),
        step("", &["\r\nCONNECT OK\r\n"], &["\r\nCONNECT FAIL\r\n"]),
        step("AT+CIPSEND\r", &["\r\nCONNECT OK\r\n"], &[]),
    ];
    let mut bench = Bench::new(&of(steps), &[]);
    bench.at(0.1, b"AT+CIPSTART\r\r\nOK\r\n\r\nCONNECT OK\r\n\r\nCONNECT OK\r\n");
    assert_eq!(bench.passed(), ["OK", "CONNECT OK"], "one read held both answers");
    bench.at(20.0, b"");
    assert_eq!(bench.failure().step, 2, "what came before a send does not answer it");
}

#[test]
fn the_time_runs_out_and_says_what_came() {
    let mut slow = step("AT\r", &["\r\nOK\r\n"], &[]);
    slow.within = Some(seconds(2.0));
    let mut bench = Bench::new(&of(vec![slow]), &[]);
    bench.at(1.0, b"AT\r\r\nRING\r\n");
    bench.at(1.999, b"");
    assert_eq!(bench.ending(), None);
    bench.at(2.5, b"\r\nOK\r\n");
    let failure = bench.failure().clone();
    assert_eq!((failure.refused, failure.took, failure.at), (false, seconds(2.0), seconds(2.0)));
    assert_eq!(failure.came, b"\r\nRING\r\n", "late bytes do not count");
    assert!(failure.to_string().ends_with("after 2.0 s"), "{failure}");
}

#[test]
fn within_begins_when_the_last_byte_was_taken() {
    let mut run = Run::new(&main_job(), &Values::new(), Duration::ZERO).unwrap();
    while run.poll().is_some() {}
    assert_eq!(run.next_deadline(), None, "a stalled line is no missing answer");
    run.sent(seconds(100.0));
    assert_eq!(run.next_deadline(), Some(seconds(110.0)));
}

#[test]
fn with_fail_only_the_step_is_done_when_the_time_is_over() {
    let mut quiet = step("AT+CPOWD=1\r", &[], &["ERROR"]);
    quiet.within = Some(seconds(1.0));
    let mut bench = Bench::new(&of(vec![quiet.clone()]), &[]);
    bench.at(0.9, b"AT+CPOWD=1\r");
    assert_eq!(bench.ending(), None);
    bench.at(1.0, b"");
    assert_eq!(bench.ending(), Some(&Ending::Done));
    let mut bench = Bench::new(&of(vec![quiet]), &[]);
    bench.at(0.5, b"\r\nERROR\r\n");
    assert_eq!(bench.failure().came, b"ERROR");
}

#[test]
fn set_and_break_come_before_the_send_and_wait_after_the_answer() {
    let mut all = step("AT\r", &["OK\r\n"], &[]);
    all.set = Some(LineChange { dtr: Some(true), rts: None });
    all.break_for = Some(seconds(0.25));
    all.wait = Some(seconds(1.0));
    let mut bench = Bench::new(&of(vec![all, step("ATI\r", &[], &[])]), &[]);
    assert!(matches!(bench.actions[1], Action::Set(LineChange { dtr: Some(true), rts: None })));
    assert_eq!(bench.actions[2], Action::Break(seconds(0.25)));
    assert!(bench.sent().is_empty());
    bench.at(0.3, b"");
    assert_eq!(bench.sent(), [r"AT\r"]);
    bench.at(0.5, b"OK\r\n");
    bench.at(1.4, b"");
    assert_eq!(bench.sent().len(), 1);
    bench.at(1.5, b"");
    assert_eq!(bench.sent(), [r"AT\r", r"ATI\r"]);
    assert_eq!(bench.ending(), Some(&Ending::Done));
}

#[test]
fn repeat_retry_and_on_fail() {
    let mut repeated = step("AT${counter}\r", &[], &[]);
    repeated.repeat = Some(3);
    assert_eq!(Bench::new(&of(vec![repeated]), &[]).sent(), [r"AT1\r", r"AT2\r", r"AT3\r"]);

    let mut retried = step("AT\r", &["OK\r\n"], &["ERROR\r\n"]);
    retried.retry = Some(2);
    let mut bench = Bench::new(&of(vec![retried.clone()]), &[]);
    bench.at(0.1, b"ERROR\r\n");
    bench.at(0.2, b"OK\r\n");
    assert_eq!((bench.sent().len(), bench.ending()), (2, Some(&Ending::Done)));
    let mut bench = Bench::new(&of(vec![retried]), &[]);
    for at in [0.1, 0.2, 0.3] {
        bench.at(at, b"ERROR\r\n");
    }
    assert_eq!((bench.sent().len(), bench.failure().refused), (3, true));

    let mut failing = step("AT\r", &["OK\r\n"], &["ERROR\r\n"]);
    let next = step("ATI\r", &[], &[]);
    for (on_fail, sends) in [(OnFail::Stop, 1), (OnFail::Skip, 1), (OnFail::Continue, 2)] {
        failing.on_fail = on_fail;
        let mut bench = Bench::new(&of(vec![failing.clone(), next.clone()]), &[]);
        bench.at(0.1, b"ERROR\r\n");
        assert_eq!(bench.sent().len(), sends, "{on_fail:?}");
        match (on_fail, bench.ending()) {
            (OnFail::Stop, Some(Ending::Failed(_)))
            | (OnFail::Skip, Some(Ending::Skipped(_)))
            | (OnFail::Continue, Some(Ending::Done)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_value_is_kept_from_the_whole_line() {
    let mut reads = step("AT+CSQ\r", &["+CSQ: "], &["ERROR"]);
    reads.keep.insert("rssi".into(), r"\+CSQ: (\d+)".into());
    let mut bench = Bench::new(&of(vec![reads.clone(), step("signal ${rssi}\r", &[], &[])]), &[]);
    bench.at(0.1, b"AT+CSQ\r\r\n+CSQ: 2");
    bench.at(0.2, b"9,0");
    assert_eq!(bench.sent().len(), 1);
    bench.at(0.3, b"\r\n\r\nOK\r\n");
    assert_eq!(bench.sent()[1], r"signal 29\r");
    assert_eq!(bench.run.kept()["rssi"], "29");

    let mut bench = Bench::new(&of(vec![reads]), &[]);
    bench.at(0.1, b"\r\n+CSQ: x\r\n");
    assert_eq!(bench.failure().why.as_deref(), Some(r"the answer holds nothing for `rssi` (keep: \+CSQ: (\d+))"));
}

#[test]
fn what_cannot_be_filled_in_is_said_before_anything_is_sent() {
    let check = |what: &Macro, expect: &str| {
        assert_eq!(Run::new(what, &Values::new(), Duration::ZERO).unwrap_err().to_string(), expect);
    };
    check(
        &of(vec![step("AT\r", &[], &[]), step("${nobody}", &[], &[])]),
        "step 2: `${nobody}` has no value; it is neither asked for nor kept by a step before",
    );
    let mut secret = of(vec![step("AT+CPIN=\"${pin}\"\r", &[], &[])]);
    secret.ask = vec![("pin".into(), Ask { default: "never used".into(), secret: true })];
    check(&secret, "step 1: `${pin}` has no value; it is secret and not stored, so give it each time");
    let bench = Bench::new(&secret, &[("pin", "1234")]);
    let Some(Action::Send { secret, .. }) = bench.actions.iter().find(|action| matches!(action, Action::Send { .. }))
    else {
        panic!("nothing sent");
    };
    assert_eq!(*secret, vec![9..13]);
}

#[test]
fn a_macro_without_end_can_be_stopped() {
    let mut endless = step("", &[], &[]);
    endless.repeat = Some(u32::MAX);
    endless.set = Some(LineChange { dtr: Some(true), rts: None });
    let mut run = Run::new(&of(vec![endless]), &Values::new(), Duration::ZERO).unwrap();
    let mut polled = 0;
    while run.poll().is_some() {
        polled += 1;
        assert!(polled < 10_000, "a poll must come to an end");
    }
    assert_eq!(run.next_deadline(), Some(Duration::ZERO), "and it goes on with the next tick");
    run.tick(seconds(0.001));
    assert!(run.poll().is_some());
    run.stop(seconds(0.002));
    let rest: Vec<Action> = std::iter::from_fn(|| run.poll()).collect();
    assert_eq!(rest.last(), Some(&Action::Report(Report::Ended(Ending::Stopped))));
    assert_eq!((run.poll(), run.next_deadline(), run.is_over()), (None, None, true));
}

#[test]
fn bytes_that_might_be_an_echo_are_not_held_for_long() {
    // Echo is off, and the answer ends like the send begins.
    let mut bench = Bench::new(&of(vec![step(" x\r", &["> "], &[])]), &[]);
    bench.at(0.1, b"\r\n> ");
    assert_eq!(bench.ending(), None);
    bench.at(0.3, b"");
    assert_eq!(bench.ending(), Some(&Ending::Done));
}

proptest! {
    /// The chunk law: however the received bytes are split between two sends, the run actions the same.
    #[test]
    fn how_the_bytes_were_split_changes_nothing(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "AT+CIPSEND\r", "AT+CIP", "\r\n> ", "hello\x1A", "hel", "\r\nSEND OK\r\n", "\r\nERROR\r\n", "\r\n+CME ERROR: 3\r\n",
            "\r", "\n", ">", " ", "A", "+CSQ: 1", "2\r",
        ]), 0..10),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let stream = pieces.concat().into_bytes();
        let mut keeps = step("", &["+CSQ:"], &["\r\n+CME ERROR"]);
        keeps.keep.insert("rssi".into(), r"\+CSQ: (\d+)".into());
        keeps.on_fail = OnFail::Continue;
        let last = step("", &["SEND OK\r\n", "> "], &["ERROR"]);
        let what = of(vec![step("AT+CIPSEND\r", &["\r\n"], &["hello"]), keeps, last.clone(), last]);
        let run = |cuts: &[usize]| {
            let mut bench = Bench::new(&what, &[]);
            let mut start = 0;
            for cut in cuts.iter().copied().chain([stream.len()]) {
                bench.at(0.01, &stream[start..cut]);
                start = cut;
            }
            bench.at(60.0, b"");
            bench.actions
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(run(&cuts), run(&[]));
    }
}

/// As many as `tests/bars/run` asks for: a million.
#[test]
fn thousands_of_steps_are_all_done_and_nothing_of_them_stays() {
    let many = std::env::var("MODEMSCOPE_STEPS").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let repeated = Step { repeat: Some(many), ..step("AT\\r", &["OK\\r\\n"], &[]) };
    let mut run = Run::new(&of(vec![repeated]), &Values::default(), Duration::ZERO).unwrap();
    let (mut now, mut sends, mut longest) = (Duration::ZERO, 0, 0);
    while !run.is_over() {
        longest = longest.max(run.actions.len());
        match run.poll() {
            Some(Action::Send { .. }) => {
                sends += 1;
                run.sent(now);
                now += Duration::from_millis(1);
                run.received(b"\r\nOK\r\n", now);
            }
            Some(_) => {}
            None => {
                now = run.next_deadline().unwrap().max(now);
                run.tick(now);
            }
        }
    }
    assert_eq!(sends, many);
    assert!(longest < 10, "{longest} actions wait at one time");
}
