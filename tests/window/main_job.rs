//! The main job: a text reaches a real server, by macro and by hand.

use egui::Key;
use modemscope::app::Start;

use crate::desk::{Desk, Server};

/// Answers the question that stands open.
fn answer(desk: &mut Desk, field: &str, value: &str) {
    use egui_kittest::kittest::Queryable as _;
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
    assert!(desk.shows("ERROR came instead of"));
}
