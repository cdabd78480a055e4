//! One link's brain on virtual time.

use super::*;
use crate::macros::Step;
use crate::modem::passthrough::Verdict;

const START: Duration = Duration::from_secs(1);

fn received(bytes: &[u8]) -> Input<'_> {
    Input::Received { bytes, secret: &[] }
}

fn taken(send: SendId, bytes: &[u8], last: bool) -> Input<'_> {
    Input::Taken { send, bytes, secret: &[], last }
}

fn outputs(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

#[test]
fn each_send_has_its_own_number() {
    let mut session = Session::new();
    session.handle_input(Input::Send(b"AT\r".to_vec()), START);
    session.handle_input(Input::Send(Vec::new()), START);
    session.handle_input(Input::Send(b"ATE0\r".to_vec()), START);
    let expect = [(1, b"AT\r".to_vec()), (2, b"ATE0\r".to_vec())].map(|(send, bytes)| Output::Write {
        send,
        bytes,
        secret: vec![],
    });
    assert_eq!(outputs(&mut session), expect);
}

#[test]
fn received_bytes_cause_nothing_by_themselves() {
    let mut session = Session::new();
    session.handle_input(received(b"\r\n> \x1b[6n\x05+CMTI\r\n"), START);
    session.handle_input(Input::Tick, START);
    assert_eq!(outputs(&mut session), []);
}

/// A modem that answers at one rate only; elsewhere its answer is garbage. Gives the outputs other than probes.
fn scan(session: &mut Session, answers_at: u32) -> Vec<Output> {
    let (mut now, mut rate, mut said) = (START, 0, Vec::new());
    session.handle_input(Input::ScanBaud, now);
    loop {
        for output in outputs(session) {
            match output {
                Output::Write { send, bytes, .. } => {
                    session.handle_input(taken(send, &bytes, true), now);
                    let came: &[u8] = if rate == answers_at { b"AT\r\r\nOK\r\n" } else { b"\xFF\x80\x00" };
                    session.handle_input(received(came), now);
                }
                Output::SetBaud(baud) => (rate, said) = (baud, [said, vec![Output::SetBaud(baud)]].concat()),
                other => said.push(other),
            }
        }
        if said.contains(&Output::ScanEnded) {
            return said;
        }
        if session.scanning() {
            now = session.next_deadline().expect("a scan gets on").max(now);
            session.handle_input(Input::Tick, now);
        }
    }
}

#[test]
fn a_scan_tries_rate_by_rate_ends_as_before_and_is_not_diagnosed() {
    let mut session = Session::new();
    let rates = [9600, 115_200, 57_600].map(Output::SetBaud);
    assert_eq!(scan(&mut session, 57_600), [&rates[..], &[Output::ScanEnded]].concat());
    assert_eq!(session.scan().and_then(BaudScan::found), Some(57_600));
    session.handle_input(Input::Tick, START + Duration::from_mins(10));
    session.handle_input(Input::Ended, START + Duration::from_mins(10));
    assert_eq!(session.diagnoser().findings(), []);
}

#[test]
fn a_dead_line_ends_the_scan_too() {
    let mut session = Session::new();
    assert_eq!(scan(&mut session, 1).last(), Some(&Output::ScanEnded));
    assert_eq!(session.scan().and_then(BaudScan::found), None);
    assert!(!session.scanning());
}

#[test]
fn nothing_goes_out_between_the_probes_of_a_scan() {
    let mut session = Session::new();
    session.handle_input(Input::ScanBaud, START);
    outputs(&mut session);
    session.handle_input(Input::Send(b"AT+CPIN=1234\r".to_vec()), START);
    assert!(matches!(&outputs(&mut session)[..], [Output::Refused(why)] if why.contains("nothing was sent")));
    session.handle_input(Input::StopScan, START);
    session.handle_input(Input::Tick, START + Duration::from_secs(1));
    assert_eq!(outputs(&mut session), [Output::ScanEnded]);
}

/// A check over a wire that gives everything back: how many bytes went out one by one.
fn check_over_a_jumper(session: &mut Session) -> usize {
    let (mut now, mut single) = (START, 0);
    session.handle_input(Input::Check(Way::Jumper, 115_200), now);
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                Output::Write { send, bytes, .. } => {
                    single += usize::from(bytes.len() == 1);
                    session.handle_input(taken(send, &bytes, true), now);
                    session.handle_input(received(&bytes), now);
                }
                Output::CheckEnded => return single,
                output => assert_eq!(output, Output::CheckNews),
            }
        }
        now = session.next_deadline().expect("a check gets on").max(now);
        session.handle_input(Input::Tick, now);
    }
}

#[test]
fn a_check_comes_to_its_report_and_is_not_diagnosed() {
    let mut session = Session::new();
    assert_eq!(check_over_a_jumper(&mut session), 10, "only the greeting goes out byte by byte");
    let report = session.check().and_then(|checking| checking.check().report());
    assert_eq!(report.map(|report| report.verdict), Some(Verdict::Carries));
    session.handle_input(Input::Ended, START + Duration::from_mins(10));
    assert_eq!(session.diagnoser().findings(), []);
}

#[test]
fn a_check_has_the_line_and_gives_it_back_when_it_is_stopped() {
    let mut session = Session::new();
    session.handle_input(Input::Check(Way::Echo, 9600), START);
    let Some(Output::Write { send, .. }) = session.poll_output() else { panic!("it asks who is there") };
    outputs(&mut session);
    for wish in [Input::Send(b"AT\r".to_vec()), Input::ScanBaud, Input::Check(Way::Jumper, 9600)] {
        session.handle_input(wish, START);
        let said = outputs(&mut session);
        assert!(
            matches!(&said[..], [Output::Refused(why)] if why.contains("the passthrough check has the line")),
            "{said:?}"
        );
    }
    session.handle_input(Input::StopCheck, START);
    assert_eq!(outputs(&mut session), [Output::CheckEnded, Output::GiveUp(send)]);
    session.handle_input(Input::Send(b"AT\r".to_vec()), START);
    assert!(matches!(&outputs(&mut session)[..], [Output::Write { .. }]));
}

#[test]
fn a_prompt_that_is_open_gets_no_probe() {
    let mut session = Session::new();
    session.handle_input(taken(1, b"AT+CIPSEND\r", true), START);
    session.handle_input(received(b"AT+CIPSEND\r\r\n> "), START);
    session.handle_input(Input::ScanBaud, START);
    assert!(matches!(&outputs(&mut session)[..], [Output::Refused(why)] if why.contains("waits for data")));
    assert!(!session.scanning());
}

#[test]
fn no_macros_are_done_at_once() {
    let mut session = Session::new();
    session.handle_input(Input::RunMacros(vec![], Values::new()), START);
    assert_eq!(outputs(&mut session), [Output::RunEnded { done: true, problem: None, kept: Values::new() }]);
    assert!(!session.running());
}

/// Carries a run out: each send is taken and answered with OK at once. Gives the bytes with their times, and what ended it.
fn carry_out(session: &mut Session, now: &mut Duration, until: Duration) -> (Vec<(Duration, Vec<u8>)>, Vec<Output>) {
    let (mut sent, mut said) = (Vec::new(), Vec::new());
    loop {
        while let Some(output) = session.poll_output() {
            match output {
                Output::Write { send, bytes, .. } => {
                    sent.push((*now, bytes.clone()));
                    session.handle_input(taken(send, &bytes, true), *now);
                    session.handle_input(received(b"\r\nOK\r\n"), *now);
                }
                Output::Macro { report: Report::Ended(Ending::Stopped), .. }
                | Output::RunEnded { .. }
                | Output::Round { .. } => said.push(output),
                _ => {}
            }
        }
        match session.next_deadline().filter(|_| session.running()) {
            Some(due) if due <= until => {
                *now = due.max(*now);
                session.handle_input(Input::Tick, *now);
            }
            _ => return (sent, said),
        }
    }
}

fn step(send: &str) -> crate::macros::Step {
    let expect = vec![r"\r\nOK\r\n".to_owned()];
    crate::macros::Step { send: Some(send.into()), expect, ..crate::macros::Step::default() }
}

fn numbered() -> Vec<Macro> {
    let one = Macro { name: "one".into(), steps: vec![step("${counter} ${time:%M:%S}")], ..Macro::default() };
    vec![one, Macro { name: "two".into(), steps: vec![step("two")], ..Macro::default() }]
}

#[test]
fn a_run_is_repeated_every_so_often_and_the_counter_and_the_clock_go_on() {
    let (mut session, mut now) = (Session::new(), START);
    let values = Values::from([("time".to_owned(), "2026-11-22T10:00:58+01:00".to_owned())]);
    let rounds = Rounds { times: Some(3), every: Duration::from_secs(2) };
    session.handle_input(Input::RepeatMacros(numbered(), values, rounds), now);
    let (sent, said) = carry_out(&mut session, &mut now, Duration::MAX);
    let sent: Vec<(u64, String)> =
        sent.into_iter().map(|(at, bytes)| (at.as_secs(), String::from_utf8(bytes).unwrap())).collect();
    let expect = [(1, "1 00:58"), (1, "two"), (3, "2 01:00"), (3, "two"), (5, "3 01:02"), (5, "two")];
    assert_eq!(sent, expect.map(|(at, text)| (at, text.to_owned())));
    let round = |round, due: Option<u64>| Output::Round { round, due: due.map(Duration::from_secs) };
    let kept = Values::from([("counter".to_owned(), "3".to_owned())]);
    let ended = Output::RunEnded { done: true, problem: None, kept };
    assert_eq!(said, [round(1, None), round(2, Some(3)), round(2, None), round(3, Some(5)), round(3, None), ended]);
    assert!(!session.running());
}

#[test]
fn a_slow_round_is_followed_at_once_and_a_failure_ends_all() {
    let mut slow = step("slow");
    slow.wait = Some(Duration::from_secs(5));
    let mut session = Session::new();
    let rounds = Rounds { times: Some(2), every: Duration::from_secs(2) };
    let slow = Macro { steps: vec![slow], ..Macro::default() };
    session.handle_input(Input::RepeatMacros(vec![slow], Values::new(), rounds), START);
    let mut now = START;
    let times: Vec<u64> =
        carry_out(&mut session, &mut now, Duration::MAX).0.iter().map(|(at, _)| at.as_secs()).collect();
    assert_eq!(times, [1, 6]);

    let refused = crate::macros::Step { fail: vec!["OK".into()], expect: vec!["never".into()], ..step("x") };
    let refused = Macro { steps: vec![refused], ..Macro::default() };
    let endless = Rounds { times: None, every: Duration::ZERO };
    session.handle_input(Input::RepeatMacros(vec![refused], Values::new(), endless), now);
    let (sent, said) = carry_out(&mut session, &mut now, Duration::MAX);
    assert_eq!(sent.len(), 1);
    assert!(matches!(said.last(), Some(Output::RunEnded { done: false, .. })), "{said:?}");
}

#[test]
fn a_repeated_run_is_stopped_between_two_rounds_and_by_the_end_of_the_link() {
    for end in [Input::StopMacro, Input::Ended] {
        let (mut session, mut now) = (Session::new(), START);
        let rounds = Rounds { times: None, every: Duration::from_mins(1) };
        session.handle_input(
            Input::RepeatMacros(
                numbered(),
                Values::from([("time".into(), "2026-11-22T10:00:58+01:00".into())]),
                rounds,
            ),
            now,
        );
        carry_out(&mut session, &mut now, START + Duration::from_secs(90));
        assert!(session.running());
        session.handle_input(end, now);
        let (sent, said) = carry_out(&mut session, &mut now, Duration::MAX);
        assert!(sent.is_empty() && !session.running());
        assert!(
            matches!(&said[..], [Output::Macro { .. }, Output::RunEnded { done: false, problem: None, .. }]),
            "{said:?}"
        );
    }
}

#[test]
fn an_endless_run_that_never_waits_leaves_the_turn() {
    let mut session = Session::new();
    let endless = Rounds { times: None, every: Duration::ZERO };
    session.handle_input(Input::RepeatMacros(vec![Macro::default()], Values::new(), endless), START);
    assert!(outputs(&mut session).len() < 1_000, "the worker gets its turn");
    assert_eq!(session.next_deadline(), Some(Duration::ZERO));
    session.handle_input(Input::StopMacro, START);
    outputs(&mut session);
    assert!(!session.running());
}

#[test]
fn what_a_stopped_macro_has_not_handed_over_is_given_up() {
    let mut session = Session::new();
    session.handle_input(
        Input::RunMacros(vec![Macro { steps: vec![step("hello")], ..Macro::default() }], Values::new()),
        START,
    );
    session.handle_input(taken(1, b"hel", false), START);
    outputs(&mut session);
    session.handle_input(Input::StopMacro, START);
    assert!(outputs(&mut session).contains(&Output::GiveUp(1)));
}

/// A far end that holds the line by flow control, or that is no modem at all.
#[test]
fn a_step_of_which_the_line_takes_nothing_fails_in_its_time_and_is_not_sent_later() {
    let step = |send: &str| Step {
        send: Some(send.into()),
        expect: vec!["OK".into()],
        within: Some(Duration::from_secs(2)),
        ..Step::default()
    };
    let stuck = Macro { name: "Stuck".into(), steps: vec![step("AT"), step("AT+CSQ")], ..Macro::default() };
    let mut session = Session::new();
    session.handle_input(Input::RunMacros(vec![stuck], Values::new()), START);
    let send = outputs(&mut session).iter().find_map(|output| match output {
        Output::Write { send, .. } => Some(*send),
        _ => None,
    });
    session.handle_input(Input::Stalled(Duration::from_millis(1_900)), START + Duration::from_millis(1_900));
    assert_eq!(outputs(&mut session), [], "it may still be taken");
    session.handle_input(Input::Stalled(Duration::from_secs(2)), START + Duration::from_secs(2));
    let ended = outputs(&mut session);
    assert_eq!(ended.first(), send.map(Output::GiveUp).as_ref(), "{ended:?}");
    assert!(matches!(ended.last(), Some(Output::RunEnded { done: false, .. })), "{ended:?}");
    let why = ended.iter().find_map(|output| match output {
        Output::Macro { report: Report::Failed(failure), .. } => failure.why.clone(),
        _ => None,
    });
    assert!(why.is_some_and(|why| why.contains("taken no byte for 2.0 s")), "{ended:?}");
    assert!(!ended.iter().any(|output| matches!(output, Output::Write { .. })), "{ended:?}");
}
