//! The main job: a text reaches a real server, by macro and by hand.

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use std::time::Duration;

use modemscope::app::Start;
use modemscope::link::Time;

use crate::desk::{Desk, Server};

/// Answers the question that stands open.
fn answer(desk: &mut Desk, field: &str, value: &str) {
    desk.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, field).focus();
    desk.frames();
    desk.keys(egui::Modifiers::COMMAND, Key::A);
    desk.type_text(value);
}

#[test]
fn the_macro_delivers_exactly_the_text() {
    let server = Server::start();
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Open TCP");
    answer(&mut desk, "Host", "127.0.0.1");
    answer(&mut desk, "Port", &server.address.port().to_string());
    desk.click("Run");
    desk.wait_for_log("CONNECT OK");
    desk.wait("the run ended", |desk| !desk.state().running());
    desk.click("CIPSEND + text + 1A");
    answer(&mut desk, "Text", "Grüße, 17 bytes");
    desk.key(Key::Enter);
    desk.wait_for_log("SEND OK");
    desk.wait("the run ended", |desk| !desk.state().running());
    assert!(desk.shows("Done"));
    desk.click("Close");
    desk.wait_for_log("CLOSE OK");
    assert_eq!(server.received(), "Grüße, 17 bytes".as_bytes());
}

#[test]
fn by_hand_through_the_send_box_it_arrives_too() {
    let server = Server::start();
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    for line in [
        "AT+CSTT=\"internet\"".to_owned(),
        "AT+CIICR".to_owned(),
        "AT+CIFSR".to_owned(),
        format!("AT+CIPSTART=\"TCP\",\"127.0.0.1\",\"{}\"", server.address.port()),
    ] {
        desk.type_text(&line);
        desk.key(Key::Enter);
        let echo = format!("RX {line}<CR>");
        desk.wait("an answer behind the echo", |desk| {
            desk.log().split_once(&echo).is_some_and(|(_, answer)| answer.contains("<CR><LF>"))
        });
    }
    desk.wait_for_log("CONNECT OK");
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    desk.wait_for_log("> ");
    desk.wait("the strip knows of the prompt", |desk| desk.state().prompt_open());
    desk.click("Text");
    desk.focus_line();
    desk.type_text("hello");
    desk.key(Key::Enter);
    desk.click("Hex");
    desk.focus_line();
    desk.type_text("1A");
    desk.key(Key::Enter);
    desk.wait_for_log("SEND OK");
    desk.click("Mixed");
    desk.focus_line();
    desk.type_text("AT+CIPCLOSE");
    desk.key(Key::Enter);
    desk.wait_for_log("CLOSE OK");
    assert_eq!(server.received(), b"hello");
}

#[test]
fn the_demo_needs_two_clicks() {
    let mut desk = Desk::new(&Start { demo: Some("hello from the demo".to_owned()), ..Start::default() });
    assert!(desk.state().server.address.is_some(), "{:?}", desk.state().server);
    desk.wait_for_log("SMS Ready");
    desk.click("Open TCP");
    desk.key(Key::Enter);
    desk.wait_for_log("CONNECT OK");
    desk.wait("the run ended", |desk| !desk.state().running());
    desk.click("CIPSEND + text + 1A");
    desk.key(Key::Enter);
    desk.wait_for_log("SEND OK");
    desk.wait("the server panel tells it", |desk| desk.shows("hello from the demo, 19 bytes"));
}

#[test]
fn a_refused_step_says_what_came_instead() {
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("CIPSEND + text + 1A");
    desk.key(Key::Enter);
    desk.wait("it failed", |desk| desk.shows("Failed"));
    assert!(desk.shows("`ERROR` came instead of"));
}

/// Lets time pass in steps, until it is so or `most` is over; how long it took.
fn pass(desk: &mut Desk, time: &Time, most: Duration, so: impl Fn(&Desk) -> bool) -> Duration {
    const STEP: Duration = Duration::from_millis(100);
    let begin = time.shown().unwrap_or_default();
    loop {
        desk.frames();
        let passed = time.shown().unwrap_or_default().saturating_sub(begin);
        if passed >= most || so(desk) {
            return passed;
        }
        time.advance(STEP);
        let turns = time.turns();
        desk.wait("the worker has looked at the time", |_| time.turns() > turns + 2);
    }
}

/// The story of everybody who forgets the 1A, with the time moved by hand.
#[test]
fn a_text_and_nothing_more_is_told_after_its_time_and_one_click_sends_it() {
    let server = Server::start();
    let time = Time::by_hand();
    let mut desk = Desk::new(&Start { time: time.clone(), ..Start::default() });
    let minute = Duration::from_mins(1);
    let logged = |words: &'static str| move |desk: &Desk| desk.log().contains(words);
    desk.connect("sim:fast");
    pass(&mut desk, &time, minute, logged("SMS Ready"));
    desk.click("Open TCP");
    answer(&mut desk, "Host", "127.0.0.1");
    answer(&mut desk, "Port", &server.address.port().to_string());
    desk.click("Run");
    pass(&mut desk, &time, minute, |desk| desk.log().contains("CONNECT OK") && !desk.state().running());
    desk.focus_line();
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    pass(&mut desk, &time, minute, |desk| desk.state().prompt_open());
    assert!(desk.shows("Waiting for data: 0 bytes in the box, 0 sent, 0x1A not yet"), "{}", desk.log());
    desk.type_text("hello");
    assert!(desk.shows("Waiting for data: 5 bytes in the box, 0 sent"), "typed is not sent");
    desk.key(Key::Enter);
    pass(&mut desk, &time, minute, |desk| desk.shows("Waiting for data: 0 bytes in the box, 5 sent, 0x1A not yet"));
    pass(&mut desk, &time, Duration::from_secs(8), |_| false);
    let told = "5 bytes of data were sent, but the byte 1A that sends them is missing.";
    assert!(!desk.shows(told), "a person may think for a while");
    let more = pass(&mut desk, &time, minute, |desk| desk.shows(told));
    assert!(more < Duration::from_secs(4), "told {more:?} later than 8 s");
    desk.click("Send 1A");
    pass(&mut desk, &time, minute, logged("SEND OK"));
    pass(&mut desk, &time, minute, |desk| desk.shows("Resolved"));
    let findings: Vec<_> = desk.state().findings().collect();
    assert!(desk.shows("Resolved") && !desk.shows("Problem"), "{findings:?}");
    desk.focus_line();
    desk.type_text("AT+CIPCLOSE");
    desk.key(Key::Enter);
    pass(&mut desk, &time, minute, logged("CLOSE OK"));
    assert_eq!(server.received(), b"hello");
}

#[test]
fn a_server_that_is_off_is_told_before_the_modem_has_to_and_its_port_is_offered() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Open TCP");
    assert!(desk.shows("The test server is off: port 9999 may be closed."));
    answer(&mut desk, "Port", &free.to_string());
    desk.click("Start the test server");
    assert_eq!(desk.state().server.address.map(|address| address.port()), Some(free));
    desk.frames();
    assert!(!desk.shows("The test server is off"));
    desk.click("Cancel");
    desk.click("Open TCP");
    let port = desk.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Port").value();
    assert_eq!(port, Some(free.to_string()), "not 9999, where nobody listens");
    desk.key(Key::Enter);
    desk.wait_for_log("CONNECT OK");
}

/// Clicked with a text in the box the button must not end the data without it.
#[test]
fn the_1a_button_sends_what_is_typed_before_it() {
    let server = Server::start();
    let mut desk = Desk::new(&Start::default());
    desk.connect("sim:fast");
    desk.wait_for_log("SMS Ready");
    desk.click("Open TCP");
    answer(&mut desk, "Host", "127.0.0.1");
    answer(&mut desk, "Port", &server.address.port().to_string());
    desk.click("Run");
    desk.wait("it is open", |desk| desk.log().contains("CONNECT OK") && !desk.state().running());
    desk.focus_line();
    desk.type_text("AT+CIPSEND");
    desk.key(Key::Enter);
    desk.wait("the modem waits for data", |desk| desk.state().prompt_open());
    desk.focus_line();
    desk.type_text("hello");
    desk.click("1A");
    desk.wait_for_log("SEND OK");
    assert_eq!(desk.draft(), "");
    desk.focus_line();
    desk.type_text("AT+CIPCLOSE");
    desk.key(Key::Enter);
    desk.wait_for_log("CLOSE OK");
    assert_eq!(server.received(), b"hello");
}
