//! The simulated SIM800L and the diagnoser in one thread, on virtual time: healthy sessions say nothing above a note, and each
//! fault makes its diagnosis speak. No test here waits in real time.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use modemscope::modem::diagnose::{Diagnoser, Doing, Severity};
use modemscope::simulator::{Control, Input, Modem, Output, Profile, SocketEvent, SocketId};

/// A modem, a peer that takes everything, and a diagnoser that listens.
struct Bench {
    modem: Modem,
    diagnoser: Diagnoser,
    now: Duration,
    sends: u64,
    heard: Vec<u8>,
    peer_got: Vec<u8>,
    news: VecDeque<(Duration, SocketId, bool)>,
}

/// What is done by hand: bytes, and what is waited for.
type Step<'a> = (&'a [u8], &'a str);

impl Bench {
    fn new(words: &[&str]) -> Self {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let profile = Profile::from_words(&words).expect("profile and faults exist");
        Self {
            modem: Modem::new(profile, 1),
            diagnoser: Diagnoser::new(),
            now: Duration::ZERO,
            sends: 0,
            heard: Vec::new(),
            peer_got: Vec::new(),
            news: VecDeque::new(),
        }
    }

    /// Lets the modem say and do what it has to.
    fn pump(&mut self) {
        while let Some(output) = self.modem.poll_output() {
            match output {
                Output::Uart(bytes) => {
                    self.diagnoser.received(&bytes, &[], Some(self.now));
                    self.heard.extend(bytes);
                }
                Output::Open { id, host, .. } => {
                    let stands = host != "refused.example";
                    self.news.push_back((self.now + Duration::from_millis(700), id, stands));
                }
                Output::Send(id, bytes) => {
                    self.peer_got.extend(&bytes);
                    self.modem.handle_input(Input::Socket(id, SocketEvent::Taken(bytes.len())), self.now);
                }
                _ => {}
            }
        }
    }

    /// Time passes until `end`, or until `wanted` is heard behind the bytes heard so far.
    fn pass(&mut self, end: Duration, wanted: &str) -> bool {
        let from = self.heard.len();
        loop {
            self.pump();
            let found = self
                .heard
                .get(from..)
                .unwrap_or_default()
                .windows(wanted.len().max(1))
                .any(|window| window == wanted.as_bytes());
            if found && !wanted.is_empty() {
                return true;
            }
            let due =
                [self.modem.next_deadline(), self.diagnoser.next_deadline(), self.news.front().map(|news| news.0)];
            let next = due.into_iter().flatten().min().unwrap_or(end).max(self.now);
            if next >= end {
                self.now = end;
                return wanted.is_empty();
            }
            self.now = next;
            if let Some((at, id, stands)) = self.news.front().copied()
                && at <= next
            {
                self.news.pop_front();
                let peer = SocketAddr::from(([203, 0, 113, 9], 80));
                let event = if stands { SocketEvent::Connected { peer } } else { SocketEvent::Failed };
                self.modem.handle_input(Input::Socket(id, event), next);
            }
            self.modem.handle_input(Input::Tick, next);
            self.diagnoser.tick(next);
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        self.pump();
        self.sends += 1;
        self.diagnoser.sent(bytes, &[], self.sends, Some(self.now));
        self.modem.handle_input(Input::Uart(bytes), self.now);
    }

    /// Sends and waits for each answer, for two minutes at the most.
    fn play(&mut self, steps: &[Step<'_>]) {
        for (bytes, wanted) in steps {
            self.send(bytes);
            let end = self.now + Duration::from_secs(if wanted.is_empty() { 1 } else { 120 });
            self.pass(end, wanted);
            self.pass(self.now + Duration::from_millis(300), "");
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.pass(self.now + Duration::from_secs(seconds), "");
    }

    fn spoke(&self, rule: &str) -> bool {
        self.diagnoser.findings().iter().any(|finding| finding.rule == rule)
    }

    #[track_caller]
    fn expect(&mut self, rules: &[&str]) {
        self.diagnoser.finish();
        let bad = self.diagnoser.findings().iter().filter(|finding| finding.severity > Severity::Note);
        let mut found: Vec<&str> = bad.map(|finding| finding.rule).collect();
        found.dedup();
        assert_eq!(found, rules, "{}\n{:#?}", String::from_utf8_lossy(&self.heard), self.diagnoser.findings());
    }
}

const GET_READY: &[Step<'_>] =
    &[(b"AT\r", "OK\r\n"), (b"AT+CPIN?\r", "OK\r\n"), (b"AT+CSQ\r", "OK\r\n"), (b"AT+CREG?\r", "OK\r\n")];
const BRING_UP: &[Step<'_>] = &[
    (b"AT+CIPSHUT\r", "SHUT OK\r\n"),
    (b"AT+CSTT=\"internet\",\"\",\"\"\r", "OK\r\n"),
    (b"AT+CIICR\r", "\r\nOK\r\n"),
    (b"AT+CIFSR\r", ".10"),
];
const CONNECT: &[Step<'_>] = &[(b"AT+CIPSTART=\"TCP\",\"example.com\",\"80\"\r", "CONNECT OK\r\n")];

#[test]
fn a_healthy_session_says_nothing_bad() {
    for profile in ["sim800l", "autobaud"] {
        let mut bench = Bench::new(&[profile]);
        bench.wait(12);
        bench.play(GET_READY);
        bench.play(BRING_UP);
        bench.play(CONNECT);
        bench.play(&[
            (b"AT+CIPSTATUS\r", "STATE: CONNECT OK"),
            (b"AT+CIPSEND\r", "> "),
            (b"hello over the air", ""),
            (b"\x1A", "SEND OK\r\n"),
            (b"AT+CIPSEND=5\r\n", "> "),
            (b"a\x1Ab\x1Bc", "SEND OK\r\n"),
            (b"AT+CIPCLOSE\r", "CLOSE OK\r\n"),
            (b"AT+CMGF=1\r", "OK\r\n"),
            (b"AT+CMGS=\"+491701234567\"\r", "> "),
            (b"hello\x1A", "OK\r\n"),
            (b"ATE0\r", "OK\r\n"),
            (b"AT+CSQ\r", "OK\r\n"),
        ]);
        bench.wait(30);
        assert_eq!(bench.peer_got, b"hello over the aira\x1Ab\x1Bc");
        bench.expect(&[]);
    }
}

#[test]
fn the_missing_1a_is_found_counted_and_put_right() {
    let mut bench = Bench::new(&["sim800l"]);
    bench.wait(12);
    bench.play(GET_READY);
    bench.play(BRING_UP);
    bench.play(CONNECT);
    bench.play(&[(b"AT+CIPSEND\r", "> "), (b"hello", "")]);
    assert!(matches!(bench.diagnoser.strip().doing, Doing::Prompt { typed: 5, wants: None, lookalike: false, .. }));
    assert!(!bench.spoke("missing-terminator"));
    bench.wait(11);
    assert!(bench.spoke("missing-terminator"));
    bench.play(&[(b"\x1A", "SEND OK\r\n")]);
    let told = bench
        .diagnoser
        .findings()
        .iter()
        .find(|finding| finding.rule == "missing-terminator")
        .expect("it stays until the end");
    assert!(told.resolved);
    bench.expect(&[]);
}

#[test]
fn the_blind_sketch() {
    let mut bench = Bench::new(&["sim800l"]);
    bench.wait(12);
    bench.play(BRING_UP);
    for bytes in [&b"AT\r\n"[..], b"AT+CIPSTART=\"TCP\",\"example.com\",\"9999\"\r\n", b"AT+CIPSEND\r\n"] {
        bench.send(bytes);
        bench.pass(bench.now + Duration::from_millis(500), "");
    }
    bench.send(b"TEXT MESSAGE HERE");
    bench.send(b"\x1A");
    bench.send(b"AT+CIPCLOSE\r\n");
    bench.wait(20);
    assert_eq!(bench.peer_got, b"");
    bench.expect(&["send-before-connect", "closed-before-sent"]);
}

#[test]
fn the_network_drops_the_data_connection() {
    let mut bench = Bench::new(&["sim800l"]);
    bench.wait(12);
    bench.play(GET_READY);
    bench.play(BRING_UP);
    bench.play(CONNECT);
    bench.modem.handle_input(Input::Control(Control::Fault("pdp-deact".to_owned(), true)), bench.now);
    bench.wait(30);
    bench.play(&[(b"AT+CIPSEND\r", "ERROR\r\n")]);
    bench.expect(&["context-lost"]);
}

#[track_caller]
fn fault(words: &[&str], steps: &[&[Step<'_>]], rule: &str) {
    let mut bench = Bench::new(words);
    bench.wait(12);
    for steps in steps {
        bench.play(steps);
    }
    bench.wait(90);
    bench.diagnoser.finish();
    assert!(
        bench.spoke(rule),
        "{words:?}\n{}\n{:#?}",
        String::from_utf8_lossy(&bench.heard),
        bench.diagnoser.findings()
    );
}

#[test]
fn each_fault_makes_its_diagnosis_speak() {
    const SEND: &[Step<'_>] = &[(b"AT+CIPSEND\r", "> "), (b"hello\x1A", "SEND")];
    const LONG: &[Step<'_>] = &[(b"AT+COPS=?\r", "OK\r\n"), (b"AT+CIPSCONT?\r", "OK\r\n"), (b"AT\r", "OK\r\n")];
    let cregs: Vec<Step<'_>> = vec![(b"AT+CREG?\r", "OK\r\n"); 12];
    fault(&["no-sim"], &[GET_READY], "sim-missing");
    fault(&["pin"], &[GET_READY], "sim-locked");
    fault(&["no-network"], &[&cregs, BRING_UP], "not-registered");
    fault(&["wrong-apn"], &[GET_READY, BRING_UP], "no-data-service");
    fault(&["brown-out"], &[GET_READY, BRING_UP, CONNECT], "modem-restarted");
    fault(&["brown-out-urc"], &[GET_READY, BRING_UP, CONNECT], "under-voltage");
    fault(&["wrong-baud"], &[GET_READY, GET_READY], "wrong-baud");
    fault(&["lost-bytes"], &[GET_READY, GET_READY, BRING_UP], "echo-lost-bytes");
    fault(&["bit-errors"], &[GET_READY, GET_READY, GET_READY, BRING_UP], "echo-bit-errors");
    fault(&["overflow-64"], &[GET_READY, LONG], "overflow-64");
    fault(&["loopback"], &[&[(b"AT\r\n", "OK"), (b"AT\r\n", "OK")]], "loopback");
    fault(&["silent"], &[GET_READY], "no-answer");
    fault(&["autobaud-unsynced"], &[GET_READY], "no-answer");
    fault(&["send-fail"], &[GET_READY, BRING_UP, CONNECT, SEND], "send-failed");
    fault(&["peer-close"], &[GET_READY, BRING_UP, CONNECT], "peer-closed");
    fault(&["pdp-deact"], &[GET_READY, BRING_UP, CONNECT], "no-data-service");
    fault(&["prompt-off"], &[GET_READY, BRING_UP, CONNECT, SEND], "prompt-switched-off");
    fault(&["refuse"], &[GET_READY, BRING_UP, CONNECT], "connect-failed");
}
