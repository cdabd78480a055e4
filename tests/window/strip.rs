//! The modem strip and the keys at an open prompt, with a status made by hand.

use std::sync::Arc;
use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use modemscope::app::Start;
use modemscope::modem::Direction;
use modemscope::modem::diagnose::{Doing, Evidence, Fared, Finding, Offer, Severity, Strip};
use modemscope::worker::{Phase, SendProgress, Status};

use crate::desk::Desk;

fn open(doing: Doing) -> Status {
    Status {
        phase: Phase::Open { kept: None },
        strip: Strip { doing, ..Strip::default() },
        now: Duration::from_millis(5_200),
        ..Status::default()
    }
}

fn show(desk: &mut Desk, status: Status) {
    let state = desk.harness.state_mut().state_mut();
    state.port = Some("sim:".to_owned());
    state.now = status.now;
    state.status = Arc::new(status);
    desk.frames();
}

fn prompt(typed: u64, lookalike: bool) -> Doing {
    Doing::Prompt { since: Duration::from_secs(1), typed, wants: None, lookalike }
}

#[test]
fn without_findings_it_is_said_what_was_read() {
    let mut desk = Desk::new(&Start::default());
    assert!(desk.shows("What is wrong, why, and what to do will stand here."));
    show(&mut desk, open(Doing::Ready));
    assert!(desk.shows("Nothing was found so far. No command was sent so far."));
    let mut status = open(Doing::Ready);
    status.strip.fared = Fared { commands: 12, answered: 11, refused: 2, unanswered: 1 };
    show(&mut desk, status);
    assert!(
        desk.shows("Nothing was found so far. 12 commands so far: 11 answered, 2 of them refused, 1 without a result.")
    );
}

#[test]
fn the_strip_says_what_the_modem_is_doing() {
    let mut desk = Desk::new(&Start::default());
    assert!(desk.shows("Not connected"));
    let waiting = Doing::Waiting {
        command: "AT+CIICR".to_owned(),
        since: Duration::from_secs(2),
        allowed: Some(Duration::from_secs(85)),
    };
    let connecting = Doing::Connecting {
        peer: "10.0.0.5:9999".to_owned(),
        since: Duration::from_secs(1),
        allowed: Some(Duration::from_secs(160)),
    };
    for (doing, words) in [
        (Doing::Ready, "Ready"),
        (waiting, "Waiting for the answer to AT+CIICR, 3.2 s of 85 s"),
        (connecting, "Waiting for CONNECT OK from 10.0.0.5:9999, 4.2 s of 160 s"),
        (Doing::Connected { peer: "10.0.0.5:9999".to_owned() }, "Connected to 10.0.0.5:9999"),
        (prompt(17, false), "Waiting for data: 0 bytes in the box, 17 sent, 0x1A not yet"),
        (prompt(4, true), "the 1A went out as text"),
    ] {
        show(&mut desk, open(doing));
        assert!(desk.shows(words), "{words}");
    }
    assert!(!desk.offers("Send 1A"), "the send box has the one button for it");
}

#[test]
fn at_a_prompt_no_ending_is_appended_and_it_comes_back() {
    let mut desk = Desk::new(&Start::default());
    show(&mut desk, open(prompt(0, false)));
    desk.focus_line();
    desk.type_text("hello");
    assert!(desk.shows("Will send 5 bytes"));
    show(&mut desk, open(Doing::Ready));
    assert!(desk.shows("Will send 6 bytes"));
}

#[test]
fn findings_offer_bytes_and_can_be_muted() {
    let mut desk = Desk::new(&Start::default());
    let finding = Finding {
        rule: "missing-terminator",
        severity: Severity::Problem,
        title: "The text was not ended.".to_owned(),
        cause: "The modem waits for the byte 1A.".to_owned(),
        fix: "Send the byte 1A.".to_owned(),
        evidence: vec![Evidence { direction: Direction::Tx, range: 11..16, at: None }],
        line: None,
        offers: vec![Offer::Send { label: "Send 1A now".to_owned(), bytes: vec![0x1A] }],
        confidence: 90,
        resolved: false,
    };
    let status = Status { findings: Arc::new([finding]), ..open(prompt(5, false)) };
    show(&mut desk, status);
    for words in ["Findings (1)", "Problem", "The text was not ended."] {
        assert!(desk.shows(words), "{words}");
    }
    assert!(desk.offers("Send 1A now") && !desk.shows("The modem waits for the byte 1A."));
    desk.click("The text was not ended.");
    assert!(desk.shows("The modem waits for the byte 1A.") && desk.shows("To do: Send"));
    assert!(desk.offers("Send 1A now") && !desk.offers("Mute this rule"));
    desk.reach("Rule…");
    desk.click("Mute this rule");
    assert!(!desk.shows("The text was not ended."));
    assert!(desk.state().settings.muted.contains("missing-terminator"));
}

#[test]
fn failures_to_open_say_what_to_do() {
    let mut desk = Desk::new(&Start::default());
    desk.harness.state_mut().state_mut().settings.port = "/nowhere/ttyUSB9".to_owned();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, Key::O);
    desk.wait("it failed", |desk| matches!(desk.state().phase(), Phase::Failed(_)));
    desk.frames();
    let Phase::Failed(why) = desk.state().phase().clone() else { unreachable!() };
    assert!(desk.shows(&why), "{why}");
    assert!(why.contains("/nowhere/ttyUSB9"), "{why}");
    assert!(desk.offers("Connect"));
}

fn finding(rule: &'static str, title: &str, at: u64, resolved: bool) -> Finding {
    Finding {
        rule,
        severity: Severity::Problem,
        title: title.to_owned(),
        cause: "A cause.".to_owned(),
        fix: "A fix.".to_owned(),
        evidence: vec![Evidence { direction: Direction::Rx, range: at..at + 1, at: Some(Duration::from_secs(at)) }],
        line: None,
        offers: Vec::new(),
        confidence: 90,
        resolved,
    }
}

#[test]
fn a_modem_that_does_not_answer_is_not_waited_for_quietly() {
    let mut desk = Desk::new(&Start::default());
    let waiting = Doing::Waiting {
        command: "AT".to_owned(),
        since: Duration::from_millis(300),
        allowed: Some(Duration::from_secs(5)),
    };
    show(&mut desk, open(waiting));
    assert!(desk.shows("Waiting for the answer to AT, 4.9 s of 5 s"));
    show(
        &mut desk,
        Status {
            now: Duration::from_secs(58),
            ..open(Doing::Waiting {
                command: "AT+CPIN=\"****\"".to_owned(),
                since: Duration::ZERO,
                allowed: Some(Duration::from_secs(5)),
            })
        },
    );
    assert!(desk.shows("No answer to AT+CPIN=\"****\" for 58 s (5 s usual)"));
}

#[test]
fn ready_is_not_said_of_a_modem_without_its_sim() {
    let mut desk = Desk::new(&Start::default());
    let gone = finding("sim-missing", "The SIM card is gone: it was ready before.", 3, false);
    show(&mut desk, Status { findings: Arc::new([gone.clone()]), ..open(Doing::Ready) });
    desk.harness.state_mut().state_mut().settings.muted.insert("sim-missing".to_owned());
    desk.frames();
    assert!(desk.shows("The SIM card is gone") && !desk.shows("Ready"), "muted or not, the strip tells it");
    let back = Finding { resolved: true, ..gone };
    show(&mut desk, Status { findings: Arc::new([back]), ..open(Doing::Ready) });
    assert!(desk.shows("Ready") && !desk.shows("The SIM card is gone"));
}

#[test]
fn findings_are_lines_the_open_ones_first_and_are_put_away_one_by_one() {
    let mut desk = Desk::new(&Start::default());
    let findings = Arc::new([
        finding("one", "The first of all.", 1, false),
        finding("two", "The second, with AT+CPIN=\"****\".", 2, false),
        finding("three", "The third.", 3, true),
    ]);
    show(&mut desk, Status { findings, ..open(Doing::Unknown) });
    let top = |desk: &Desk, title: &str| desk.harness.get_by_label(title).rect().top();
    let second = "The second, with AT+CPIN=\"****\".";
    assert!(top(&desk, second) < top(&desk, "The first of all."), "the newest first");
    assert!(top(&desk, "The first of all.") < top(&desk, "The third."), "what is resolved last");
    desk.reach("The third.");
    assert!(desk.shows("It is resolved. This is how it was:") && desk.shows("A cause.") && !desk.shows("To do: "));
    desk.click("Fold");
    desk.click("Clear resolved");
    assert!(!desk.shows("The third.") && desk.shows("Findings (2)"));
    for gone in [second, "The first of all."] {
        desk.harness.get_all_by_label("Dismiss").next().unwrap().click();
        desk.frames();
        assert!(!desk.shows(gone));
    }
    assert!(desk.shows("What was found is put away.") && !desk.shows("Nothing was found"));
    assert!(desk.state().settings.muted.is_empty(), "the rule still speaks");
}

#[test]
fn what_the_modem_is_doing_comes_before_what_is_known_of_it() {
    let mut desk = Desk::new(&Start::default());
    let known = |doing| Strip {
        doing,
        modem: Some("sim800"),
        echo: Some(true),
        cmee: Some(1),
        cipmux: Some(false),
        creg: Some(1),
        csq: Some(20),
        fared: Fared::default(),
    };
    show(&mut desk, Status { strip: known(Doing::Ready), ..open(Doing::Ready) });
    assert!(desk.shows("sim800") && desk.shows("signal -74 dBm"));
    let sending = SendProgress { taken: 20_749, total: 10_980_000, stalled: Duration::ZERO };
    show(&mut desk, Status { strip: known(Doing::Ready), sending: Some(sending), ..open(Doing::Ready) });
    assert!(desk.harness.get_by_label("Ready").rect().width() > 30.0, "not cut for what is known");
    for doing in [prompt(7, true), prompt(1_234_567, false)] {
        show(&mut desk, Status { strip: known(doing), ..open(Doing::Ready) });
        crate::steady::nothing_lies_over_anything(&desk, "the strip");
        assert!(desk.shows("Waiting for data: 0 bytes in the box"));
    }
}

/// A long command that is waited for must not push the button away that ends the send.
#[test]
fn a_send_can_be_cancelled_whatever_the_strip_says_beside_it() {
    let mut desk = Desk::new(&Start::default());
    let sending = SendProgress { taken: 20_749, total: 10_980_000, stalled: Duration::from_secs(12) };
    let command = format!("AT+CSQ{}", " and so on".repeat(20));
    let doing = Doing::Waiting { command, since: Duration::ZERO, allowed: Some(Duration::from_secs(5)) };
    show(&mut desk, Status { sending: Some(sending), ..open(doing) });
    desk.frames();
    let button = desk.harness.get_by_role_and_label(Role::Button, "Cancel send").rect();
    let send = desk.harness.get_by_role_and_label(Role::Button, "Send").rect();
    assert!(button.right() <= send.right() && button.width() > 60.0, "{button:?} {send:?}");
    assert!(desk.shows("Sending 20,749 of 10,980,000 bytes, stalled for 12 s"));
}
